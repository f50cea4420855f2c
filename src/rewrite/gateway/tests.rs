//! What an Ingress that is there says of the gateway's ports, and which findings about ports it settles.

use crate::istio::served::Speaks;
use crate::rewrite::testing::{ingress, settings};
use crate::rewrite::{Rewritten, rewrite};

fn rewritten<'t>(spec: &str, stream: &'t str) -> Rewritten<'t> {
    rewrite(stream, &settings(spec)).unwrap()
}

fn service(ports: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: gw, namespace: edge}}\nspec: {{type: NodePort, ports: [{{name: status-port, \
         port: 15021}}, {{name: http2, port: 80}}, {ports}]}}\n"
    )
}

/// The old load balancer ended TLS, and is gone from the Service: that 443 speaks clear text behind it stands in the Ingress alone.
#[test]
fn the_ingress_of_an_earlier_run_says_that_443_speaks_clear_text() {
    let clear = "alb.ingress.kubernetes.io/backend-protocol: HTTP";
    let https = "{name: web, port: 443}";
    let rule =
        |backend: &str| format!("rules: [{{http: {{paths: [{{path: /, pathType: Prefix, backend: {backend}}}]}}}}]");
    let to = |name: &str, port: &str| format!("{{service: {{name: {name}, port: {{{port}}}}}}}");
    let default = |backend: String| format!("defaultBackend: {backend}");
    for (annotations, port, spec, expected) in [
        (clear, https, rule(&to("gw", "number: 443")), Speaks::ClearText),
        (clear, https, rule(&to("gw", "name: web")), Speaks::ClearText),
        (clear, https, default(to("gw", "number: 443")), Speaks::ClearText),
        (clear, https, default(to("gw", "number: 443")) + ", " + &rule(&to("shop", "number: 443")), Speaks::ClearText),
        (clear, https, default(to("shop", "number: 443")) + ", " + &rule(&to("gw", "number: 443")), Speaks::ClearText),
        // It says nothing of a port where it does not lead to.
        (clear, https, rule(&to("shop", "number: 443")), Speaks::Tls),
        (clear, https, rule(&to("gw", "number: 80")), Speaks::Tls),
        (clear, https, rule(&to("gw", "name: http2")), Speaks::Tls),
        (clear, "{port: 443}", default(to("gw", "number: 80")), Speaks::Tls),
        ("", https, rule(&to("gw", "number: 443")), Speaks::Tls),
        ("alb.ingress.kubernetes.io/backend-protocol: HTTPS", https, rule(&to("gw", "number: 443")), Speaks::Tls),
        // The port says itself what it speaks.
        (clear, "{name: web, port: 443, appProtocol: https}", rule(&to("gw", "number: 443")), Speaks::Tls),
    ] {
        let stream = service(port) + &ingress(annotations, &spec);
        let rewritten = rewritten("ingress: {scheme: internal}", &stream);
        let served = rewritten.gateways[0].served.port(443).map(|served| served.speaks);
        assert_eq!(served, Some(expected), "{stream}");
    }
}

/// A port that is none of the three is served after all where the Ingress leads to it.
#[test]
fn the_port_that_the_ingress_leads_to_is_no_extra_port() {
    let ports = "{name: https, port: 443}, {name: web, port: 8080}, {name: admin, port: 9090}";
    let reported = |spec: &str, stream: &str| -> Vec<String> {
        let findings = rewritten(spec, stream).findings;
        let extra = findings.iter().filter(|finding| finding.rule.id == "ALB047");
        extra.map(|finding| finding.message.clone()).collect()
    };
    for (spec, expected) in [
        ("", &["admin", "web"][..]),
        (", backendPort: 8080", &["admin"]),
        (", backendPort: web", &["admin"]),
        (", backendPort: 9090", &["web"]),
        (", backendPort: admin", &["web"]),
        (", backendPort: 443", &["admin", "web"]),
    ] {
        let messages = reported(&format!("ingress: {{scheme: internal{spec}}}"), &service(ports));
        assert_eq!(messages.len(), expected.len(), "{spec} {messages:?}");
        for (message, name) in messages.iter().zip(expected) {
            assert!(message.contains(name), "{message}");
        }
    }
}

#[test]
fn the_ingress_leads_to_what_an_alb_can_serve_and_says_what_that_speaks() {
    let of = |ports: &str, more: &str| {
        let stream = service(ports) + more;
        let rewritten = rewritten("ingress: {scheme: internal}", &stream);
        let built = &rewritten.gateways[0].ingress.value;
        let backend = &built["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"]["number"];
        let protocol = built["metadata"]["annotations"]["alb.ingress.kubernetes.io/backend-protocol"].as_str();
        (backend.as_u64(), protocol.map(str::to_owned))
    };
    let https = Some("HTTPS".to_owned());
    assert_eq!(of("{name: https, port: 443}", ""), (Some(443), https.clone()));
    assert_eq!(of("{name: http3, port: 443, protocol: UDP}", ""), (Some(80), None));
    // Rules that stay say where they lead.
    let rules = |ports: [u16; 2]| {
        let [first, second] = ports.map(|port| format!("backend: {{service: {{name: gw, port: {{number: {port}}}}}}}"));
        let paths = format!("{{path: /, pathType: Prefix, {first}}}, {{path: /a, pathType: Prefix, {second}}}");
        ingress("", &format!("rules: [{{http: {{paths: [{paths}]}}}}]"))
    };
    assert_eq!(of("{name: https, port: 443}", &rules([443, 443])), (Some(443), https));
    assert_eq!(of("{name: https, port: 443}", &rules([80, 80])), (Some(80), None));
    assert_eq!(of("{name: https, port: 443}", &rules([80, 443])), (Some(80), None));
}
