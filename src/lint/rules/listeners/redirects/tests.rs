use super::*;
use crate::lint::testing::{action, entry, hold, working};

fn redirect_to(config: &str) -> String {
    format!(r#"{{"type": "redirect", "redirectConfig": {{{config}, "statusCode": "HTTP_301"}}}}"#)
}

fn gateway() -> String {
    entry("/", "Prefix", "name: gateway, port: {number: 443}")
}

#[test]
fn redirect_to_a_port_that_is_not_https() {
    let by_action = |config: &str| {
        let redirect = entry("/", "Prefix", &action("to-https"));
        working().unset(&["ssl-redirect"]).set("actions.to-https", &redirect_to(config)).paths(&[redirect, gateway()])
    };
    let default = "defaultBackend: {service: {name: to-https, port: {name: use-annotation}}}";
    let warned: &[&str] = &["warning Ingress mesh/alb @actions.to-https"];
    hold(
        &ALB008,
        &[
            ("nobody listens", working().set("ssl-redirect", "8443"), &["error Ingress mesh/alb @ssl-redirect"]),
            ("HTTP", working().set("ssl-redirect", "80"), &["error Ingress mesh/alb @ssl-redirect"]),
            (
                "no HTTPS at all",
                working().unset(&["listen-ports", "certificate-arn"]),
                &["error Ingress mesh/alb @ssl-redirect"],
            ),
            (
                "from the class",
                working().class_params("{sslRedirectPort: '8443'}"),
                &["error IngressClassParams alb /spec/sslRedirectPort"],
            ),
            ("in a group", working().set("ssl-redirect", "8443").set("group.name", "edge"), &[]),
            ("in order", working(), &[]),
            ("an action to nowhere", by_action(r#""protocol": "HTTPS", "port": "8443""#), warned),
            ("an action to HTTPS on 80", by_action(r#""protocol": "HTTPS""#), warned),
            ("a default action", by_action(r#""protocol": "HTTPS", "port": "8443""#).spec(default), warned),
            ("to another host", by_action(r#""host": "a.example.com", "port": "8443""#), &[]),
            ("an action in order", by_action(r#""protocol": "HTTPS", "port": "443""#), &[]),
        ],
    );
}

#[test]
fn ssl_redirect_port_of_another_member() {
    let both = r#"alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 80}, {"HTTPS": 443}]'"#;
    let shop = "{rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: \
                gateway, port: {number: 443}}}}]}}]}";
    let http_only = working().unset(&["listen-ports", "certificate-arn"]);
    let redirected = format!("{both}, alb.ingress.kubernetes.io/ssl-redirect: '443'");
    hold(
        &ALB080,
        &[
            ("HTTPS of another", http_only.clone().beside(both, shop), &["error Ingress mesh/alb @ssl-redirect"]),
            ("HTTPS of nobody", http_only.set("group.name", "edge"), &["error Ingress mesh/alb @ssl-redirect"]),
            ("said by another", working().clear_text().beside(&redirected, shop), &["error Ingress mesh/alb"]),
            ("HTTPS of both", working().beside(&redirected, shop), &[]),
            ("no group", working().set("ssl-redirect", "8443"), &[]),
        ],
    );
}

#[test]
fn ssl_redirect_without_http_listener() {
    let warned: &[&str] = &["warning Ingress mesh/alb @ssl-redirect"];
    hold(
        &ALB081,
        &[
            ("a certificate decides", working().unset(&["listen-ports"]), warned),
            ("HTTPS only", working().set("listen-ports", r#"[{"HTTPS": 443}]"#), warned),
            (
                "of the class",
                working().unset(&["listen-ports", "ssl-redirect"]).class_params("{sslRedirectPort: '443'}"),
                &["warning IngressClassParams alb /spec/sslRedirectPort"],
            ),
            ("another member may have it", working().unset(&["listen-ports"]).set("group.name", "edge"), &[]),
            ("both", working(), &[]),
        ],
    );
}
