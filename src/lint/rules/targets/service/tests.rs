use super::as_is::{ALB033, ALB037, ALB091};
use super::*;
use crate::lint::testing::{Manifest, configured, hold, rule, working};
use crate::rewrite::rewrite;

const PORTS: &str = "{name: status-port, port: 15021}, {name: http2, port: 80}, {name: https, port: 443}";

/// A Service of this type with the three ports.
fn service(kind: &str, fields: &str) -> Manifest {
    let manifest = working().service(&format!("type: {kind}\nports: [{PORTS}]\n{fields}"));
    match kind {
        "ClusterIP" => manifest.set("target-type", "ip"),
        _ => manifest,
    }
}

/// A NodePort Service with more ports.
fn with_port(port: &str) -> Manifest {
    working().service(&format!("type: NodePort\nports: [{PORTS}, {port}]"))
}

#[test]
fn nlb_kept() {
    let annotated = |kind: &str, pairs: &[(&str, &str)]| {
        pairs.iter().fold(service(kind, ""), |manifest, (suffix, value)| {
            manifest.annotate_service(&format!("service.beta.kubernetes.io/aws-load-balancer-{suffix}"), value)
        })
    };
    let at = "Service mesh/gateway /metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-type";
    let (error, info) = (format!("error {at}"), format!("info {at}"));
    hold(
        &ALB033,
        &[
            ("nlb-ip", annotated("NodePort", &[("type", "nlb-ip")]), &[&error]),
            ("on ClusterIP", annotated("ClusterIP", &[("type", "nlb-ip")]), &[&error]),
            ("external, ip", annotated("NodePort", &[("type", "external"), ("nlb-target-type", "ip")]), &[&error]),
            (
                "external, instance",
                annotated("NodePort", &[("type", "external"), ("nlb-target-type", "instance")]),
                &[&error],
            ),
            ("external alone", annotated("NodePort", &[("type", "external")]), &[&info]),
            ("external, misspelt", annotated("NodePort", &[("type", "external"), ("nlb-target-type", "IP")]), &[&info]),
            ("the cloud provider's", annotated("NodePort", &[("type", "nlb"), ("nlb-target-type", "ip")]), &[]),
            ("target type alone", annotated("NodePort", &[("nlb-target-type", "ip")]), &[]),
            ("both load balancers", annotated("LoadBalancer", &[("type", "external"), ("nlb-target-type", "ip")]), &[]),
        ],
    );
}

#[test]
fn load_balancer_fields_on_another_type() {
    let error = |field: &str| format!("error Service mesh/gateway /spec/{field}");
    let (ranges, class) = (error("loadBalancerSourceRanges"), error("loadBalancerClass"));
    let (allocate, check) = (error("allocateLoadBalancerNodePorts"), error("healthCheckNodePort"));
    let annotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
    hold(
        &ALB037,
        &[
            ("ranges", service("NodePort", "loadBalancerSourceRanges: [10.0.0.0/8]"), &[&ranges]),
            ("on ClusterIP", service("ClusterIP", "loadBalancerSourceRanges: [10.0.0.0/8]"), &[&ranges]),
            ("no type is ClusterIP", service("ClusterIP", "type: null\nloadBalancerClass: a/b"), &[&class]),
            ("class", service("NodePort", "loadBalancerClass: service.k8s.aws/nlb"), &[&class]),
            ("an empty class", service("NodePort", "loadBalancerClass: ''"), &[&class]),
            ("allocate", service("NodePort", "allocateLoadBalancerNodePorts: true"), &[&allocate]),
            ("health check", service("NodePort", "healthCheckNodePort: 30999"), &[&check]),
            ("health check without Local", service("LoadBalancer", "healthCheckNodePort: 30999"), &[&check]),
            (
                "the annotation, even empty",
                service("NodePort", "").annotate_service(annotation, ""),
                &[
                    "error Service mesh/gateway /metadata/annotations/service.beta.kubernetes.io~1load-balancer-source-ranges",
                ],
            ),
            ("no ranges", service("NodePort", "loadBalancerSourceRanges: []\nloadBalancerClass: null"), &[]),
            ("an address", service("NodePort", "loadBalancerIP: 203.0.113.7\nhealthCheckNodePort: 0"), &[]),
            (
                "on a LoadBalancer",
                service(
                    "LoadBalancer",
                    "loadBalancerSourceRanges: [10.0.0.0/8]\nloadBalancerClass: a/b\nallocateLoadBalancerNodePorts: true\n\
                     healthCheckNodePort: 30999\nexternalTrafficPolicy: Local",
                ),
                &[],
            ),
        ],
    );
}

#[test]
fn external_traffic_policy_local() {
    let at = "Service mesh/gateway /spec/externalTrafficPolicy";
    let (error, warned) = (format!("error {at}"), format!("warning {at}"));
    let local = "externalTrafficPolicy: Local";
    hold(
        &ALB038,
        &[
            ("NodePort", service("NodePort", local), &[&warned]),
            ("LoadBalancer", service("LoadBalancer", local), &[&warned]),
            ("ClusterIP", service("ClusterIP", local), &[&error]),
            ("ClusterIP, the default", service("ClusterIP", "externalTrafficPolicy: Cluster"), &[&error]),
            (
                "ClusterIP with addresses",
                service("ClusterIP", "externalTrafficPolicy: Local\nexternalIPs: [192.0.2.1]"),
                &[],
            ),
            ("pods are the targets", service("NodePort", local).set("target-type", "ip"), &[]),
            ("the default", service("NodePort", "externalTrafficPolicy: Cluster"), &[]),
            ("none", service("ClusterIP", "externalTrafficPolicy: ''"), &[]),
        ],
    );
}

#[test]
fn headless_node_port_service() {
    let error: &[&str] = &["error Service mesh/gateway /spec/clusterIP"];
    hold(
        &ALB045,
        &[
            ("NodePort", service("NodePort", "clusterIP: None"), error),
            ("LoadBalancer", service("LoadBalancer", "clusterIP: None"), error),
            ("in the list", service("NodePort", "clusterIPs: [None]"), error),
            ("ClusterIP", service("ClusterIP", "clusterIP: None"), &[]),
            ("an address", service("NodePort", "clusterIP: 10.0.0.1"), &[]),
        ],
    );
}

#[test]
fn east_west_gateway() {
    let error: &[&str] = &["error Service mesh/gateway"];
    let labelled = |manifest: Manifest| manifest.label_service("topology.istio.io/network", "one");
    let mutual = "type: NodePort\nports: [{name: status-port, port: 15021}, {name: tls, port: 15443}]";
    let to = |port: u16| rule("/", "Prefix", &format!("name: gateway, port: {{number: {port}}}"));
    hold(
        &ALB046,
        &[
            ("by its label", labelled(working()), error),
            ("by its ports", working().service(mutual).spec(to(15443)), error),
            ("by where the rule leads", with_port("{name: tls, port: 15443}").spec(to(15443)), error),
            ("a gateway for the web with the port beside", with_port("{name: tls, port: 15443}"), &[]),
            ("another label", working().label_service("istio", "ingressgateway"), &[]),
        ],
    );
}

#[test]
fn port_not_served_by_the_alb() {
    let warned: &[&str] = &["warning Service mesh/gateway /spec/ports"];
    let to_udp: &[&str] = &["error Ingress mesh/alb /spec/rules/0/http/paths/0/backend"];
    let udp_first = "type: NodePort\nports: [{name: status-port, port: 15021}, {name: quic, port: 443, protocol: UDP}, {name: \
                     https, port: 443}]";
    let plain = "type: NodePort\nports: [{name: web, port: 443}, {name: metrics, port: 9090}]";
    hold(
        &ALB047,
        &[
            ("UDP", with_port("{name: dns, port: 53, protocol: UDP}"), warned),
            ("TCP", with_port("{name: tcp-mqtt, port: 1883}"), warned),
            ("by appProtocol", with_port("{name: http-not, port: 1883, appProtocol: mqtt}"), warned),
            ("the rule leads to UDP, which comes first", working().service(udp_first), to_udp),
            ("HTTP", with_port("{name: http-alt, port: 8080}"), &[]),
            ("HTTP by appProtocol", with_port("{name: alt, port: 8080, appProtocol: http}"), &[]),
            (
                "a rule leads there",
                with_port("{name: tcp-alt, port: 8443}").spec(rule(
                    "/",
                    "Prefix",
                    "name: gateway, port: {name: tcp-alt}",
                )),
                &[],
            ),
            ("no gateway", working().service(plain).unset(&["healthcheck-port"]), &[]),
        ],
    );
}

#[test]
fn tcp_and_udp_on_one_port() {
    hold(
        &ALB091,
        &[
            ("443", with_port("{name: quic, port: 443, protocol: UDP}"), &["warning Service mesh/gateway /spec/ports"]),
            ("another number", with_port("{name: quic, port: 8443, protocol: UDP}"), &[]),
        ],
    );
}

#[test]
fn traffic_that_passes_the_alb_by_and_affinity() {
    hold(
        &ALB093,
        &[
            (
                "an address",
                service("NodePort", "externalIPs: [192.0.2.1]"),
                &["warning Service mesh/gateway /spec/externalIPs"],
            ),
            ("none", service("NodePort", "externalIPs: []"), &[]),
        ],
    );
    hold(
        &ALB094,
        &[
            (
                "by client",
                service("NodePort", "sessionAffinity: ClientIP"),
                &["warning Service mesh/gateway /spec/sessionAffinity"],
            ),
            ("pods are the targets", service("ClusterIP", "sessionAffinity: ClientIP"), &[]),
            ("none", service("NodePort", "sessionAffinity: None"), &[]),
        ],
    );
}

#[test]
fn a_service_that_no_ingress_of_ours_leads_to_is_not_judged() {
    let other = "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: mesh}\nspec: {type: NodePort, \
                 loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 5432}]}\n";
    assert_eq!(working().and(other).findings(), Vec::<String>::new());
}

#[test]
fn a_service_behind_two_ingresses_is_judged_once() {
    let shop = "{rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: \
                gateway, port: {number: 443}}}}]}}]}";
    let listen = r#"alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 80}, {"HTTPS": 443}]'"#;
    let manifest = service("NodePort", "loadBalancerClass: a/b").set("group.order", "900").beside(listen, shop);
    let found = manifest.findings();
    let of_service: Vec<_> = found.iter().filter(|line| line.contains("Service")).collect();
    assert_eq!(of_service, ["error ALB037 Service mesh/gateway /spec/loadBalancerClass"]);
}

/// What the filter says of a LoadBalancer Service with the three ports, one more, and these fields and annotations.
fn filtered(fields: &str, annotations: &str, spec: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: gateway, namespace: mesh, annotations: {{{annotations}}}}}\nspec: \
         {{type: LoadBalancer, ports: [{PORTS}, {{name: quic, port: 443, protocol: UDP}}], {fields}}}\n"
    );
    let rewritten = rewrite(&text, &configured(spec)).unwrap();
    let of_service = rewritten.findings.into_iter().filter(|finding| {
        let object = finding.object.as_ref().map(ToString::to_string);
        object.as_deref() == Some("Service mesh/gateway") && finding.severity > Severity::Info
    });
    of_service.map(|finding| format!("{} {}", finding.severity, finding.rule.id)).collect()
}

#[test]
fn the_filter_says_once_what_it_plans_and_what_it_leaves() {
    let fields = "externalTrafficPolicy: Local, externalIPs: [192.0.2.1], sessionAffinity: ClientIP";
    let told = ["warning ALB038", "warning ALB047", "warning ALB091", "warning ALB093", "warning ALB094"];
    assert_eq!(filtered(fields, "", "{}"), told);
    assert_eq!(filtered(fields, "", "{phase: attach}"), told);
    let nlb = "service.beta.kubernetes.io/aws-load-balancer-type";
    let keep = format!("{{service: {{keepAnnotations: [{nlb}]}}, ingress: {{scheme: internal}}}}");
    let annotations = format!("{nlb}: nlb-ip");
    let kept = filtered("externalTrafficPolicy: Cluster", &annotations, &keep);
    assert_eq!(kept, ["error ALB033", "warning ALB047", "warning ALB091", "warning ALB120"]);
}
