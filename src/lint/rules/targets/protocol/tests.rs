use super::*;
use crate::lint::testing::{Manifest, action, entry, hold, rule, working};

fn to(port: &str) -> Manifest {
    working().spec(rule("/", "Prefix", &format!("name: gateway, port: {{{port}}}")))
}

fn service(kind: &str, ports: &str) -> Manifest {
    working().service(&format!("{kind}\nports: [{{name: status-port, port: 15021}}, {ports}]"))
}

#[test]
fn http2_for_every_client() {
    let here: &[&str] = &["warning Ingress mesh/alb @backend-protocol-version"];
    let with = |version: &str| working().set("backend-protocol-version", version);
    let spec = rule("/", "Prefix", "name: gateway, port: {number: 443}");
    hold(
        &ALB134,
        &[
            ("HTTP2", with("HTTP2"), here),
            ("GRPC", with("GRPC"), here),
            ("HTTP1", with("HTTP1"), &[]),
            ("for a host", with("HTTP2").spec(spec.replacen("- ", "- host: grpc.example.com\n  ", 1)), &[]),
            ("for a path", with("HTTP2").spec(spec.replace("\"/\"", "\"/shop.Cart\"")), &[]),
            (
                "with a condition",
                with("HTTP2").set(
                    "conditions.gateway",
                    r#"[{"field": "http-header", "httpHeaderConfig": {"httpHeaderName": "content-type", "values": ["application/grpc*"]}}]"#,
                ),
                &[],
            ),
        ],
    );
}

#[test]
fn clear_text_to_tls_port() {
    let here: &[&str] = &["error Ingress mesh/alb /spec/rules/0/http/paths/0/backend"];
    let node_port = "type: NodePort";
    hold(
        &ALB001,
        &[
            ("not said", working().unset(&["backend-protocol"]), here),
            ("said", working().set("backend-protocol", "HTTP"), &["warning Ingress mesh/alb @backend-protocol"]),
            (
                "on the Service",
                working().on_service("backend-protocol", "HTTP"),
                &["error Service mesh/gateway @backend-protocol"],
            ),
            ("by name", to("name: https").unset(&["backend-protocol"]), here),
            (
                "by target port",
                service(node_port, "{name: web, port: 444, targetPort: 8443}")
                    .spec(rule("/", "Prefix", "name: gateway, port: {number: 444}"))
                    .unset(&["backend-protocol"]),
                here,
            ),
            (
                "the Service says HTTPS",
                working().unset(&["backend-protocol"]).on_service("backend-protocol", "HTTPS"),
                &[],
            ),
            ("port 80", to("number: 80").unset(&["backend-protocol"]), &[]),
            ("another word has another rule", working().set("backend-protocol", "https"), &[]),
            (
                "no gateway",
                working().unset(&["backend-protocol"]).service("type: NodePort\nports: [{name: https, port: 443}]"),
                &[],
            ),
        ],
    );
}

#[test]
fn tls_to_clear_text_port() {
    let here: &[&str] = &["error Ingress mesh/alb /spec/rules/0/http/paths/0/backend"];
    let both = |first: &str| {
        working().paths(&[
            entry("/plain", "Prefix", &format!("name: gateway, port: {{{first}}}")),
            entry("/", "Prefix", "name: gateway, port: {number: 443}"),
        ])
    };
    let forward =
        r#"{"type": "forward", "forwardConfig": {"targetGroups": [{"serviceName": "gateway", "servicePort": 80}]}}"#;
    hold(
        &ALB002,
        &[
            ("port 80", to("number: 80"), here),
            ("by name", to("name: http2"), here),
            ("one rule of two", both("number: 80"), here),
            (
                "by an action",
                working().set("actions.x", forward).spec(rule("/", "Prefix", &action("x"))),
                &["error Ingress mesh/alb @actions.x"],
            ),
            (
                "the status port",
                both("name: status-port"),
                &["warning Ingress mesh/alb /spec/rules/0/http/paths/0/backend"],
            ),
            ("port 443", working(), &[]),
            ("clear text", to("number: 80").unset(&["backend-protocol"]), &[]),
        ],
    );
}

#[test]
fn no_node_port_for_instance_targets() {
    let https = "{name: https, port: 443}";
    let here: &[&str] = &["error Ingress mesh/alb /spec/rules/0/http/paths/0/backend"];
    let unallocated = "type: LoadBalancer\nallocateLoadBalancerNodePorts: false";
    hold(
        &ALB044,
        &[
            ("ClusterIP", service("type: ClusterIP", https), here),
            ("headless", service("clusterIP: None", https), here),
            (
                "said",
                service("type: ClusterIP", https).set("target-type", "instance"),
                &["error Ingress mesh/alb @target-type"],
            ),
            ("without node ports", service(unallocated, https), here),
            (
                "of the class",
                service("type: ClusterIP", https).set("target-type", "ip").class_params("{targetType: instance}"),
                here,
            ),
            ("ip targets", service("type: ClusterIP", https).set("target-type", "ip"), &[]),
            ("ip on the Service", service("type: ClusterIP", https).on_service("target-type", "ip"), &[]),
            ("a node port of its own", service(unallocated, "{name: https, port: 443, nodePort: 30443}"), &[]),
            ("LoadBalancer", service("type: LoadBalancer", https), &[]),
        ],
    );
}

#[test]
fn http2_targets_behind_http_listener() {
    let version = |version: &str| working().set("backend-protocol-version", version);
    let error: &[&str] = &["error Ingress mesh/alb @backend-protocol-version"];
    hold(
        &ALB048,
        &[
            ("HTTP only", version("HTTP2").clear_text(), error),
            ("gRPC", version("GRPC").clear_text(), error),
            ("both listeners", version("HTTP2").unset(&["ssl-redirect"]), error),
            (
                "on the Service",
                working().unset(&["ssl-redirect"]).on_service("backend-protocol-version", "HTTP2"),
                &["error Service mesh/gateway @backend-protocol-version"],
            ),
            (
                "by the default backend",
                version("HTTP2").clear_text().spec("defaultBackend: {service: {name: gateway, port: {number: 443}}}"),
                error,
            ),
            ("redirected", version("HTTP2"), &[]),
            ("HTTPS only", version("HTTP2").unset(&["ssl-redirect", "listen-ports"]), &[]),
            ("HTTP/1", version("HTTP1").clear_text(), &[]),
        ],
    );
}

#[test]
fn grpc_health_check() {
    let grpc = working().set("backend-protocol-version", "GRPC");
    let warned: &[&str] = &["warning Ingress mesh/alb @backend-protocol-version"];
    hold(
        &ALB049,
        &[
            ("on the status port", grpc.clone(), warned),
            ("by default", grpc.clone().unset(&["healthcheck-port", "healthcheck-path"]), warned),
            ("routed", grpc.unset(&["healthcheck-port"]).set("healthcheck-path", "/grpc.health.v1.Health/Check"), &[]),
            ("HTTP/2", working().set("backend-protocol-version", "HTTP2"), &[]),
        ],
    );
}

#[test]
fn ipv6_service_behind_ipv4_alb() {
    let families = |spec: &str| service(&format!("type: NodePort\n{spec}"), "{name: https, port: 443}");
    let error: &[&str] = &["error Service mesh/gateway /spec/ipFamilies"];
    let dual = "ipFamilies: [IPv4, IPv6]";
    hold(
        &ALB056,
        &[
            ("IPv6", families("ipFamilies: [IPv6]"), error),
            ("both", families(dual), error),
            ("said", families(dual).set("ip-address-type", "ipv4"), error),
            (
                "by the policy",
                families("ipFamilyPolicy: PreferDualStack"),
                &["warning Service mesh/gateway /spec/ipFamilyPolicy"],
            ),
            ("a dual-stack ALB", families(dual).set("ip-address-type", "dualstack"), &[]),
            ("of the class", families(dual).class_params("{ipAddressType: dualstack}"), &[]),
            ("a policy that is settled", families("ipFamilyPolicy: PreferDualStack\nipFamilies: [IPv4]"), &[]),
            ("one family", families("ipFamilyPolicy: SingleStack"), &[]),
        ],
    );
}

#[test]
fn target_control_port_with_instance_targets() {
    let suffix = "target-control-port.gateway.443";
    hold(
        &ALB077,
        &[
            ("instances", working().set(suffix, "9000"), &["error Ingress mesh/alb @target-control-port.gateway.443"]),
            (
                "on the Service",
                working().on_service(suffix, "9000"),
                &["error Service mesh/gateway @target-control-port.gateway.443"],
            ),
            ("pods", working().set("target-type", "ip").set(suffix, "9000"), &[]),
            ("another port", working().set("target-control-port.gateway.80", "9000"), &[]),
        ],
    );
}
