use super::*;
use crate::lint::testing::{Manifest, configured, hold, rule, working};
use crate::rewrite::rewrite;

const SERVICE: &str = "type: NodePort\nselector: {istio: public}\nports: [{name: status-port, port: 15021}, {name: http2, port: \
                       80}, {name: https, port: 443}]";

/// A Gateway for these pods with these servers, each a number and a protocol.
fn gateway(servers: &[(u16, &str)]) -> String {
    let server = |(number, protocol): &(u16, &str)| {
        let tls = if *protocol == "HTTPS" { "tls: {mode: SIMPLE, credentialName: c}, " } else { "" };
        format!("{{hosts: ['*'], {tls}port: {{name: p, number: {number}, protocol: {protocol}}}}}")
    };
    let servers: Vec<String> = servers.iter().map(server).collect();
    format!(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: web, namespace: apps}}\nspec: {{selector: {{istio: \
         public}}, servers: [{}]}}\n",
        servers.join(", ")
    )
}

fn behind(servers: &[(u16, &str)]) -> Manifest {
    working().service(SERVICE).and(&gateway(servers))
}

#[test]
fn what_the_port_serves() {
    let at = "Ingress mesh/alb /spec/rules/0/http/paths/0/backend";
    let (error, info) = (format!("error {at}"), format!("info {at}"));
    let to_80 = |manifest: Manifest| {
        manifest.spec(rule("/", "Prefix", "name: gateway, port: {number: 80}")).unset(&["backend-protocol"])
    };
    hold(
        &ALB112,
        &[
            ("clear text on 80 only", behind(&[(80, "HTTP")]), &[&error]),
            ("TLS on 443 only", to_80(behind(&[(443, "HTTPS")])), &[&error]),
            ("another port", behind(&[(8443, "HTTPS"), (80, "HTTP")]), &[&error]),
            ("clear text on 443", behind(&[(443, "HTTP")]).set("backend-protocol", "HTTP"), &[&info]),
            ("TLS on 443", behind(&[(443, "HTTPS")]), &[&info]),
            ("clear text on 80", to_80(behind(&[(80, "HTTP")])), &[&info]),
            ("by its number", working(), &[]),
            ("other pods", behind(&[(80, "HTTP")]).service(&SERVICE.replace("public", "other")), &[]),
            (
                "no gateway",
                behind(&[(80, "HTTP")]).service("type: NodePort\nselector: {istio: public}\nports: [{port: 443}]"),
                &[],
            ),
        ],
    );
}

#[test]
fn the_gateways_judge_backend_protocol() {
    let of = |manifest: Manifest| -> Vec<String> {
        manifest.findings().into_iter().filter(|line| line.contains("ALB001") || line.contains("ALB002")).collect()
    };
    let http = |servers: &[(u16, &str)]| behind(servers).set("backend-protocol", "HTTP");
    let none = Vec::<String>::new();
    assert_eq!(of(http(&[(443, "HTTP")])), none);
    assert_eq!(of(http(&[(443, "HTTP2"), (80, "HTTP")])), none);
    assert_eq!(of(behind(&[(443, "HTTPS")])), none);
    assert_eq!(of(http(&[(443, "HTTPS")])), ["error ALB001 Ingress mesh/alb @backend-protocol"]);
    assert_eq!(of(behind(&[(443, "HTTP")])), ["error ALB002 Ingress mesh/alb /spec/rules/0/http/paths/0/backend"]);
    assert_eq!(of(behind(&[(443, "GRPC")])), ["error ALB002 Ingress mesh/alb /spec/rules/0/http/paths/0/backend"]);
    let over_80 = http(&[(80, "HTTPS")]).spec(rule("/", "Prefix", "name: gateway, port: {number: 80}"));
    assert_eq!(of(over_80), ["error ALB001 Ingress mesh/alb @backend-protocol"]);
}

/// Port and protocol of the Ingress that the filter makes, and the errors, for a Service with these ports and annotations.
fn filtered(ports: &str, annotations: &str, more: &str, spec: &str) -> String {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: gateway, namespace: mesh, annotations: {{{annotations}}}}}\nspec: {{type: \
         LoadBalancer, selector: {{istio: public}}, ports: [{{name: status-port, port: 15021}}, {ports}]}}\n---\n{more}"
    );
    let rewritten = rewrite(&text, &configured(spec)).unwrap();
    let ingress = &rewritten.gateways[0].ingress;
    let backend = &ingress.value["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"];
    let protocol = ingress.annotation("alb.ingress.kubernetes.io/backend-protocol").unwrap_or("-");
    let errors = rewritten.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<&str> = errors.map(|finding| finding.rule.id).collect();
    let again = rewritten.text();
    if errors.is_empty() {
        let second = rewrite(&again, &configured(spec)).unwrap();
        let by_target =
            second.findings.iter().all(|finding| finding.rule.id != "ALB001") || !ports.contains("targetPort: http}");
        assert!(by_target, "what the target port shows needs no earlier run: {again}");
        assert!(!second.is_refused() && second.text() == again, "a second run differs: {again}\n{}", second.text());
    }
    format!(
        "{} {protocol} {}",
        backend["number"].as_u64().map_or_else(|| backend["name"].to_string(), |n| n.to_string()),
        errors.join(" ")
    )
    .trim_end()
    .to_owned()
}

#[test]
fn an_ingress_of_the_stream_keeps_its_protocol_with_a_warning() {
    let text = |protocol: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: gateway, namespace: mesh}}\nspec: {{type: NodePort, ports: [{{name: \
             status-port, port: 15021}}, {{name: http2, port: 80}}, {{name: https, port: 443}}]}}\n---\napiVersion: \
             networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: common-external-ingress, namespace: mesh, annotations: \
             {{kubernetes.io/ingress.class: alb, alb.ingress.kubernetes.io/scheme: internal, \
             alb.ingress.kubernetes.io/backend-protocol: {protocol}}}}}\nspec: {}\n",
            "{rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: gateway, port: {number: 443}}}}]}}]}"
        )
    };
    let found = |protocol: &str| -> Vec<String> {
        let rewritten = rewrite(&text(protocol), &configured("{}")).unwrap().findings;
        let of_protocol = rewritten.into_iter().filter(|finding| ["ALB001", "ALB002"].contains(&finding.rule.id));
        of_protocol.map(|finding| format!("{} {}", finding.severity, finding.rule.id)).collect()
    };
    assert_eq!(found("HTTP"), ["warning ALB001"]);
    assert_eq!(found("HTTPS"), Vec::<String>::new());
}

#[test]
fn the_only_port_for_traffic_is_served_and_not_said_to_be_unserved() {
    for (port, expected) in
        [("{name: http-web, port: 8080}", "8080 -"), ("{name: https-web, port: 9443}", "9443 HTTPS")]
    {
        assert_eq!(filtered(port, "", "", "{}"), expected, "{port}");
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: gateway}}\nspec: {{ports: [{{name: status-port, port: 15021}}, {port}]}}\n"
        );
        let findings = rewrite(&text, &configured("{}")).unwrap().findings;
        assert!(findings.iter().all(|finding| finding.rule.id != "ALB047"), "{port}");
    }
}

#[test]
fn the_ingress_leads_to_what_is_served() {
    const BOTH: &str = "{name: http2, port: 80}, {name: https, port: 443}";
    const HIGH: &str = "{name: web, port: 80, targetPort: 8080}, {name: tls, port: 443, targetPort: 8443}";
    let nlb = |more: &str| {
        let prefix = "service.beta.kubernetes.io/aws-load-balancer";
        let more: Vec<String> = more
            .split(' ')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap();
                format!("{prefix}-{key}: {value:?}")
            })
            .collect();
        format!(
            "{prefix}-type: external, {prefix}-scheme: internal, {prefix}-ssl-cert: \
             'arn:aws:acm:eu-west-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'{}{}",
            if more.is_empty() { "" } else { ", " },
            more.join(", ")
        )
    };
    let none = String::new();
    for (ports, annotations, servers, spec, expected) in [
        (BOTH, &none, gateway(&[(80, "HTTP")]), "{}", "80 -"),
        (HIGH, &none, gateway(&[(80, "HTTP2")]), "{}", "80 -"),
        (BOTH, &none, gateway(&[(443, "HTTP"), (80, "HTTP")]), "{}", "443 HTTP"),
        (HIGH, &none, gateway(&[(443, "GRPC")]), "{}", "443 HTTP"),
        (BOTH, &none, gateway(&[(443, "HTTPS"), (80, "HTTP")]), "{}", "443 HTTPS"),
        ("{name: http2, port: 80}, {name: alt, port: 8000}", &none, gateway(&[(8000, "HTTP")]), "{}", "8000 -"),
        (BOTH, &none, gateway(&[(9000, "HTTP")]), "{}", "443 HTTPS ALB112"),
        // What the configuration says against the Gateways.
        (BOTH, &none, gateway(&[(80, "HTTP")]), "{ingress: {backendPort: 443}}", "443 HTTPS ALB112"),
        (BOTH, &none, gateway(&[(443, "HTTP")]), "{ingress: {backendProtocol: HTTPS}}", "443 HTTPS ALB002"),
        (BOTH, &none, gateway(&[(443, "HTTPS")]), "{ingress: {backendProtocol: HTTP}}", "443 HTTP ALB001"),
        // How the old load balancer reached the port, where no Gateway is in the stream.
        (BOTH, &nlb(""), none.clone(), "{}", "443 HTTP"),
        (BOTH, &nlb("ssl-ports=443 backend-protocol=tcp"), none.clone(), "{}", "443 HTTP"),
        (HIGH, &nlb("ssl-ports=tls"), none.clone(), "{}", "443 HTTP"),
        (BOTH, &nlb("backend-protocol=ssl"), none.clone(), "{}", "443 HTTPS"),
        (BOTH, &nlb("ssl-ports=8443"), none.clone(), "{}", "443 HTTPS"),
        (BOTH, &nlb(""), gateway(&[(443, "HTTPS")]), "{}", "443 HTTPS"),
        (BOTH, &nlb(""), none.clone(), "{ingress: {backendProtocol: HTTPS}}", "443 HTTPS"),
        // Names, and then the number.
        ("{name: http2, port: 80}, {name: https, port: 443, targetPort: http}", &none, none.clone(), "{}", "443 HTTP"),
        ("{name: https, port: 443, appProtocol: http}", &none, none.clone(), "{}", "443 HTTP"),
        (BOTH, &none, none.clone(), "{}", "443 HTTPS"),
        ("{name: http, port: 80}", &none, none.clone(), "{}", "80 -"),
    ] {
        assert_eq!(filtered(ports, annotations, &servers, spec), expected, "{ports} {annotations} {spec}\n{servers}");
    }
}
