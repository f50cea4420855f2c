//! What is said of a Service with an old load balancer, under which configuration.

use crate::rewrite::{rewrite, testing};

const OPEN: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing";
const INTERNAL: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme: internal";
const RANGES: &str = "loadBalancerSourceRanges: [10.0.0.0/8], ";

fn service(annotations: &str, spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: gw, namespace: edge, annotations: {{{annotations}}}}}\nspec: {{type: \
         LoadBalancer, {spec}ports: [{{name: status-port, port: 15021}}, {{name: http2, port: 80}}, {{name: https, port: 443}}]}}\n"
    )
}

/// The Ingress of an earlier run, with these annotations of the controller.
fn ingress(annotations: &str) -> String {
    let spec = "defaultBackend: {service: {name: gw, port: {number: 443}}}";
    testing::ingress(&format!("alb.ingress.kubernetes.io/{annotations}"), spec)
}

/// The findings of these rules about a stream under this configuration: their ids and messages.
fn said(rules: &[&str], spec: &str, stream: &str) -> Vec<String> {
    let findings = rewrite(stream, &testing::settings(spec)).unwrap().findings;
    let of_rules = findings.iter().filter(|finding| rules.contains(&finding.rule.id));
    of_rules.map(|finding| format!("{}[{}]: {}", finding.severity, finding.rule.id, finding.message)).collect()
}

#[test]
fn an_internal_load_balancer_becomes_open_only_where_somebody_says_so() {
    let assumed = "warning[ALB024]: internet-facing was assumed: neither the configuration nor the old load balancer has a scheme";
    let opened = "warning[ALB024]: the old load balancer is internal, and the ALB is to be internet-facing";
    let exposed = "error[ALB024]: the old load balancer is internal, carrying over is switched off, and no scheme is configured: the \
                   gateway would be exposed to the internet";
    let yields = "warning[ALB024]: internet-facing is kept from the Ingress in the stream: the Service is no longer a LoadBalancer, and \
                  its annotations are those of an internal load balancer";
    let changed = "warning[ALB065]: the scheme changes from internet-facing to internal: the ALB is replaced";
    let of_the_service = format!("{INTERNAL}, alb.ingress.kubernetes.io/scheme: internet-facing");
    let by_default = "service.beta.kubernetes.io/aws-load-balancer-type: external";
    let free = "ingress: {annotations: {alb.ingress.kubernetes.io/scheme: internet-facing}}";
    for (spec, stream, expected) in [
        ("", service(INTERNAL, ""), None),
        ("", service(OPEN, ""), None),
        ("", service("", ""), Some(assumed)),
        ("ingress: {scheme: internet-facing}", service(INTERNAL, ""), Some(opened)),
        (free, service(INTERNAL, ""), Some(opened)),
        ("", service(&of_the_service, ""), Some(opened)),
        ("carryOver: false", service(INTERNAL, ""), Some(exposed)),
        ("carryOver: false", service(OPEN, ""), Some(assumed)),
        ("carryOver: false, ingress: {scheme: internet-facing}", service(INTERNAL, ""), None),
        ("", service(INTERNAL, "") + &ingress("scheme: internet-facing"), Some(changed)),
        ("", service(by_default, "") + &ingress("scheme: internet-facing"), Some(changed)),
        // On our own output it is the Ingress that tells.
        (
            "",
            service(by_default, "").replace("type: LoadBalancer", "type: NodePort")
                + &ingress("scheme: internet-facing"),
            Some(yields),
        ),
    ] {
        let said = said(&["ALB024", "ALB065"], spec, &stream);
        let is_it = match (said.as_slice(), expected) {
            ([said], Some(expected)) => said.starts_with(expected),
            (said, expected) => said.is_empty() && expected.is_none(),
        };
        assert!(is_it, "{spec}\n{stream}\n{said:?}");
    }
}

#[test]
fn who_may_connect_is_compared_with_who_could() {
    let groups = format!("{OPEN}, service.beta.kubernetes.io/aws-load-balancer-security-groups: sg-1");
    let unreadable = format!("{OPEN}, service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0");
    let one = "ingress: {inboundCidrs: [192.0.2.0/24]}";
    let off = "carryOver: false";
    let off_and_one = "carryOver: false, ingress: {inboundCidrs: [192.0.2.0/24]}";
    let all = "ingress: {inboundCidrs: [0.0.0.0/0]}";
    for (spec, stream, expected) in [
        ("", service(OPEN, RANGES), ""),
        (
            "ingress: {securityGroups: [sg-1]}",
            service(OPEN, RANGES),
            "error[ALB027]: the Service lets in 10.0.0.0/8 only, and an ALB with security groups of its own ignores inbound-cidrs",
        ),
        (
            one,
            service(OPEN, RANGES),
            "error[ALB027]: the Service lets in 10.0.0.0/8 only, and the ALB is to let in 192.0.2.0/24",
        ),
        (
            off,
            service(OPEN, RANGES),
            "error[ALB027]: the Service lets in 10.0.0.0/8 only, and the ALB would be open to everybody",
        ),
        (off_and_one, service(OPEN, RANGES), ""),
        ("", service(&groups, ""), ""),
        (
            off,
            service(&groups, ""),
            "error[ALB027]: who may connect was said by security groups of the old load balancer's, which the ALB does not have",
        ),
        (off_and_one, service(&groups, ""), ""),
        (
            off,
            service(&unreadable, ""),
            "error[ALB027]: the Service has an allow-list that can't be read, and it is not the ALB's",
        ),
        (off_and_one, service(&unreadable, ""), ""),
        // The Ingress of an earlier run is compared where the Service has no allow-list any more.
        (
            all,
            service(OPEN, "") + &ingress("inbound-cidrs: 10.0.0.0/8"),
            "warning[ALB027]: by the Ingress in the stream 10.0.0.0/8 may connect, and the ALB is to let in 0.0.0.0/0",
        ),
        (
            all,
            service(OPEN, RANGES) + &ingress("inbound-cidrs: 10.0.0.0/8"),
            "error[ALB027]: the Service lets in 10.0.0.0/8 only, and the ALB is to let in 0.0.0.0/0",
        ),
        (
            "carryOver: false, ingress: {inboundCidrs: [0.0.0.0/0]}",
            service(&groups, "") + &ingress("inbound-cidrs: 10.0.0.0/8"),
            "",
        ),
        (
            "carryOver: false, ingress: {inboundCidrs: [0.0.0.0/0]}",
            service(&unreadable, "") + &ingress("inbound-cidrs: 10.0.0.0/8"),
            "",
        ),
    ] {
        assert_eq!(said(&["ALB027"], spec, &stream).join("\n"), expected, "{spec}\n{stream}");
    }
}

#[test]
fn what_has_another_value_says_where_that_comes_from() {
    let old = "service.beta.kubernetes.io/aws-load-balancer-ip-address-type: dualstack";
    let own = format!("{old}, alb.ingress.kubernetes.io/ip-address-type: ipv4");
    let configured = "ingress: {annotations: {alb.ingress.kubernetes.io/ip-address-type: ipv4}}";
    let other = |by: &str| format!("dualstack was not carried over: ip-address-type is ipv4 ({by})");
    for (spec, stream, expected) in [
        ("", service(&own, ""), other("the annotation of the Service")),
        (configured, service(old, ""), other("functionConfig:1:130")),
        (
            "",
            service(old, "") + &ingress("ip-address-type: ipv4"),
            "carried over to ip-address-type: dualstack".to_owned(),
        ),
    ] {
        let said = said(&["ALB095"], spec, &stream);
        assert!(said.len() == 1 && said[0].ends_with(&expected), "{said:?}");
    }
}

#[test]
fn what_is_switched_off_is_named() {
    let not_carried = "info[ALB096]: not carried over, as asked: alb.ingress.kubernetes.io/scheme: internal";
    assert_eq!(said(&["ALB096"], "carryOver: false", &service(INTERNAL, "")), [not_carried]);
    assert_eq!(said(&["ALB096"], "", &service(INTERNAL, "")), Vec::<String>::new());
}

/// Beside the old load balancer the Service stays as it is: what is configured for it waits.
#[test]
fn configured_fields_of_the_service_wait_for_the_cutover() {
    let attach = |service: &str| format!("phase: attach, service: {{{service}}}");
    let has_one = service(OPEN, "").replace("{name: http2,", "{name: http2, nodePort: 30080,");
    let has_other = service(OPEN, "").replace("{name: http2,", "{name: http2, nodePort: 30081,");
    let waits = |spec: &str, stream: &str| !said(&["ALB127"], spec, stream).is_empty();
    for (fields, stream, expected) in [
        ("", service(OPEN, ""), false),
        ("nodePorts: {http2: 30080}", service(OPEN, ""), true),
        ("nodePorts: {http2: 30080}", has_one, false),
        ("nodePorts: {http2: 30080}", has_other, true),
        ("keepAnnotations: []", service(OPEN, ""), false),
        ("keepAnnotations: [example.com/x]", service(OPEN, ""), true),
        ("extraPorts: drop", service(OPEN, ""), true),
        ("targetPorts: pin", service(OPEN, ""), true),
        ("type: ClusterIP", service(OPEN, ""), true),
    ] {
        let mut spec = attach(fields);
        if fields == "type: ClusterIP" {
            spec += ", ingress: {targetType: ip}";
        }
        assert_eq!(waits(&spec, &stream), expected, "{spec}\n{stream}");
    }
}
