use super::*;
use crate::lint::testing::{action, entry, hold, rule, working};

const REDIRECT: &str =
    r#"{"type": "redirect", "redirectConfig": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}"#;

fn gateway() -> String {
    entry("/", "Prefix", "name: gateway, port: {number: 443}")
}

#[test]
fn clear_text_on_http_listener() {
    let by_action = |path: &str| {
        let redirect = entry(path, "Prefix", &action("to-https"));
        working().unset(&["ssl-redirect"]).set("actions.to-https", REDIRECT).paths(&[redirect, gateway()])
    };
    let default = "defaultBackend: {service: {name: gateway, port: {number: 443}}}";
    let at_ports: &[&str] = &["warning Ingress mesh/alb @listen-ports"];
    hold(
        &ALB006,
        &[
            ("without a certificate", working().clear_text(), &["warning Ingress mesh/alb"]),
            ("both without a redirect", working().unset(&["ssl-redirect"]), at_ports),
            ("by the default backend", working().unset(&["ssl-redirect"]).spec(default), at_ports),
            ("a redirect of one path", by_action("/a"), at_ports),
            ("a redirect of everything", by_action("/"), &[]),
            ("ssl-redirect", working(), &[]),
            ("HTTPS only", working().unset(&["ssl-redirect", "listen-ports"]), &[]),
            ("nothing to serve", working().clear_text().spec(rule("/", "Prefix", &action("none"))), &[]),
            ("another controller's", working().clear_text().class("nginx"), &[]),
        ],
    );
}

#[test]
fn another_members_redirect_counts() {
    let shop = |redirect: &str| {
        working().unset(&["ssl-redirect"]).beside(
            redirect,
            "{rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: \
                     {service: {name: gateway, port: {number: 443}}}}]}}]}",
        )
    };
    let both = r#"alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 80}, {"HTTPS": 443}]', alb.ingress.kubernetes.io/scheme: internet-facing"#;
    let redirected = format!("{both}, alb.ingress.kubernetes.io/ssl-redirect: '443'");
    hold(
        &ALB006,
        &[("neither", shop(both), &["warning Ingress mesh/alb @listen-ports"]), ("the other", shop(&redirected), &[])],
    );
}

#[test]
fn listen_ports_invalid() {
    let ports = |text: &str| working().set("listen-ports", text);
    let error: &[&str] = &["error Ingress mesh/alb @listen-ports"];
    hold(
        &ALB009,
        &[
            ("small letters", ports(r#"[{"http": 80}]"#), error),
            ("a port in quotes", ports(r#"[{"HTTP": "80"}]"#), error),
            ("no list", ports(r#"{"HTTP": 80}"#), error),
            ("an empty list", ports("[]"), error),
            ("out of range", ports(r#"[{"HTTPS": 70000}]"#), error),
            (
                "a port twice",
                ports(r#"[{"HTTP": 80}, {"HTTPS": 443}, {"HTTPS": 443}]"#),
                &["warning Ingress mesh/alb @listen-ports"],
            ),
            ("empty has another rule", ports(""), &[]),
            ("several keys in one object", ports(r#"[{"HTTP": 80, "HTTPS": 443}]"#), &[]),
        ],
    );
}

#[test]
fn no_listener() {
    let ports = |text: &str| working().unset(&["ssl-redirect"]).set("listen-ports", text);
    hold(
        &ALB070,
        &[
            ("an empty object", ports("[{}]"), &["error Ingress mesh/alb @listen-ports"]),
            ("an empty list is refused", ports("[]"), &[]),
            ("one beside another", ports(r#"[{}, {"HTTPS": 443}]"#), &[]),
        ],
    );
}

#[test]
fn listen_port_lost_or_random() {
    let ports = |text: &str| working().set("listen-ports", text);
    let error: &[&str] = &["error Ingress mesh/alb @listen-ports"];
    hold(
        &ALB071,
        &[
            ("a key twice", ports(r#"[{"HTTP": 80, "HTTP": 8080}, {"HTTPS": 443}]"#), error),
            ("both on one port", ports(r#"[{"HTTP": 443, "HTTPS": 443}]"#), error),
            ("two objects", ports(r#"[{"HTTP": 80}, {"HTTP": 8080}, {"HTTPS": 443}]"#), &[]),
        ],
    );
}
