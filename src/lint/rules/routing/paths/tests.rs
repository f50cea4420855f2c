use super::*;
use crate::lint::testing::{action, entry, hold, rule, working};

const GATEWAY: &str = "name: gateway, port: {number: 443}";

#[test]
fn wildcard_in_prefix_or_exact_path() {
    let path = |path: &str, kind: &str| working().spec(rule(path, kind, GATEWAY));
    let error: &[&str] = &["error Ingress mesh/alb /spec/rules/0/http/paths/0/path"];
    hold(
        &ALB041,
        &[
            ("prefix", path("/*", "Prefix"), error),
            ("exact", path("/a?", "Exact"), error),
            ("where it belongs", path("/*", "ImplementationSpecific"), &[]),
            ("none", path("/a", "Prefix"), &[]),
        ],
    );
}

#[test]
fn root_path_only() {
    let path = |path: &str, kind: &str| working().spec(rule(path, kind, GATEWAY));
    let warned: &[&str] = &["warning Ingress mesh/alb /spec/rules/0/http/paths/0"];
    hold(
        &ALB042,
        &[
            ("the root", path("/", "ImplementationSpecific"), warned),
            ("everything", path("/*", "ImplementationSpecific"), &[]),
            ("prefix", path("/", "Prefix"), &[]),
            ("exact is meant", path("/", "Exact"), &[]),
            ("a regular expression", path("/", "ImplementationSpecific").set("use-regex-path-match", "true"), &[]),
            (
                "no gateway",
                path("/", "ImplementationSpecific").service("type: NodePort\nports: [{name: https, port: 443}]"),
                &[],
            ),
        ],
    );
}

#[test]
fn backend_not_found() {
    let at = "/spec/rules/0/http/paths/0/backend";
    let to = |service: &str| working().spec(rule("/", "Prefix", service));
    let error = format!("error Ingress mesh/alb {at}");
    let warned = format!("warning Ingress mesh/alb {at}");
    let shop = "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {type: NodePort, ports: [{port: 80}]}\n";
    let of_release = shop.replace(", namespace: shop", "");
    let forward = r#"{"type": "forward", "forwardConfig": {"targetGroups": [{"serviceName": "gateway", "servicePort": "nine"}]}}"#;
    hold(
        &ALB043,
        &[
            ("another namespace", to("name: shop, port: {number: 80}").and(shop), &[&error]),
            ("no such number", to("name: gateway, port: {number: 8443}"), &[&error]),
            ("no such name", to("name: gateway, port: {name: HTTPS}"), &[&error]),
            (
                "a rule that a redirect leaves unbuilt",
                to("name: gateway, port: {number: 8443}").clear_text().set("listen-ports", r#"[{"HTTP": 80}]"#).beside(
                    "alb.ingress.kubernetes.io/listen-ports: '[{\"HTTPS\": 443}]', alb.ingress.kubernetes.io/ssl-redirect: '443', \
                     alb.ingress.kubernetes.io/certificate-arn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1'",
                    "{defaultBackend: {service: {name: gateway, port: {number: 443}}}}",
                ),
                &[&warned],
            ),
            ("no class, and no default one", to("name: gateway, port: {number: 8443}").no_class(), &[&warned]),
            ("the node port", to("name: gateway, port: {number: 30443}").service(
                "type: NodePort\nports: [{name: status-port, port: 15021}, {name: https, port: 443, nodePort: 30443}]",
            ), &[&error]),
            (
                "of an action",
                to(&action("x")).set("actions.x", forward),
                &["error Ingress mesh/alb @actions.x"],
            ),
            ("not in the stream", to("name: shop, port: {number: 80}"), &[&warned]),
            ("a namespace that the release says", to("name: shop, port: {number: 80}").and(&of_release), &[&warned]),
            ("by name", to("name: gateway, port: {name: https}"), &[]),
            ("an action is no Service", working().unset(&["ssl-redirect"]).set("actions.x", "{}").paths(&[
                entry("/x", "Exact", &action("x")),
                entry("/", "Prefix", GATEWAY),
            ]), &[]),
        ],
    );
}

#[test]
fn backend_without_service() {
    let resource = "backend: {resource: {apiGroup: k8s.example.com, kind: Bucket, name: b}}";
    let in_a_rule = format!("rules:\n- http: {{paths: [{{path: /, pathType: Prefix, {resource}}}]}}");
    let default = format!("defaultB{}", &resource["b".len()..]);
    hold(
        &ALB084,
        &[
            ("a resource", working().spec(in_a_rule), &["error Ingress mesh/alb /spec/rules/0/http/paths/0/backend"]),
            ("as the default backend", working().spec(default), &["error Ingress mesh/alb /spec/defaultBackend"]),
            ("a Service", working(), &[]),
        ],
    );
}

#[test]
fn no_rules() {
    let host_only = format!("{}\n- host: a.example.com", rule("/", "Prefix", GATEWAY));
    let default = format!("defaultBackend: {{service: {{{GATEWAY}}}}}");
    hold(
        &ALB085,
        &[
            ("neither", working().spec("ingressClassName: null"), &["error Ingress mesh/alb /spec"]),
            ("an empty list", working().spec("rules: []"), &["error Ingress mesh/alb /spec"]),
            ("a host without http", working().spec(host_only), &["warning Ingress mesh/alb /spec/rules/1"]),
            ("only a default backend", working().spec(default), &[]),
            ("a rule", working(), &[]),
        ],
    );
}
