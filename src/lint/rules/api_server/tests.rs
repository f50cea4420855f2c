use super::*;
use crate::lint::testing::{Manifest, hold, rule, working};

const GATEWAY: &str = "name: gateway, port: {number: 443}";

/// An Ingress whose only backend has this in its braces.
fn to(service: &str) -> Manifest {
    working().spec(rule("/", "Prefix", service))
}

/// An Ingress with one path.
fn path(path: &str, path_type: &str) -> Manifest {
    working().spec(rule(path, path_type, GATEWAY))
}

/// An Ingress with this before its rules.
fn with(fields: &str) -> Manifest {
    working().spec(format!("{fields}\n{}", rule("/", "Prefix", GATEWAY)))
}

/// An Ingress for one host.
fn host(name: &str) -> Manifest {
    let spec = rule("/", "Prefix", GATEWAY);
    working().spec(spec.replacen("- ", &format!("- host: {name:?}\n  "), 1))
}

#[test]
fn what_is_refused_in_the_spec_of_an_ingress() {
    let at = |field: &str| format!("error Ingress mesh/alb /spec/{field}");
    let first = "rules/0/http/paths/0";
    let (host_at, path_at, type_at) =
        (at("rules/0/host"), at(&format!("{first}/path")), at(&format!("{first}/pathType")));
    let port = format!("{first}/backend/service/port");
    let (port_at, number_at, name_at) = (at(&port), at(&format!("{port}/number")), at(&format!("{port}/name")));
    let service_at = at(&format!("{first}/backend/service/name"));
    let no_type = format!("rules:\n- http: {{paths: [{{path: /, backend: {{service: {{{GATEWAY}}}}}}}]}}");
    let both = "{service: {name: gateway, port: {number: 443}}, resource: {kind: A, name: a}}";
    hold(
        &ALB090,
        &[
            ("a field in other letters", with("DefaultBackend: {}"), &[&at("DefaultBackend")]),
            ("host `*`", host("*"), &[&host_at]),
            ("host with capitals", host("Shop.example.com"), &[&host_at]),
            ("an address", host("192.0.2.1"), &[&host_at]),
            ("host with a port", host("shop.example.com:443"), &[&host_at]),
            ("host with `_`", host("my_shop.example.com"), &[&host_at]),
            ("a star in the middle", host("a.*.example.com"), &[&host_at]),
            ("no path type", working().spec(no_type), &[&at(first)]),
            ("an empty path type", path("/", "''"), &[&type_at]),
            ("a path type in lower case", path("/", "prefix"), &[&type_at]),
            ("a path that is not absolute", path("shop", "Prefix"), &[&path_at]),
            ("no path", path("", "Exact"), &[&path_at]),
            ("`//`", path("/a//b", "Prefix"), &[&path_at]),
            ("`/./`", path("/a/./b", "Exact"), &[&path_at]),
            ("`/..`", path("/a/..", "Prefix"), &[&path_at]),
            ("an escaped slash", path("/a%2Fb", "Prefix"), &[&path_at]),
            ("not absolute, of any type", path("shop", "ImplementationSpecific"), &[&path_at]),
            ("port name and number", to("name: gateway, port: {name: https, number: 443}"), &[&port_at]),
            ("neither", to("name: gateway, port: {}"), &[&port_at]),
            ("port 0", to("name: gateway, port: {number: 0}"), &[&port_at]),
            ("no port of TCP's", to("name: gateway, port: {number: 65536}"), &[&number_at]),
            ("a port name of 16 letters", to("name: gateway, port: {name: https-of-gateway}"), &[&name_at]),
            ("a port name in capitals", to("name: gateway, port: {name: HTTPS}"), &[&name_at]),
            ("a port name without a letter", to("name: gateway, port: {name: '443'}"), &[&name_at]),
            ("a Service in capitals", to("name: Gateway, port: {number: 443}"), &[&service_at]),
            (
                "a Service and a resource",
                working().spec(format!("rules:\n- http: {{paths: [{{path: /, pathType: Prefix, backend: {both}}}]}}")),
                &[&at(&format!("{first}/backend"))],
            ),
            ("no paths", working().spec("rules:\n- http: {paths: []}"), &[&at("rules/0/http")]),
            (
                "in the default backend",
                with("defaultBackend: {service: {name: gateway, port: {number: -1}}}"),
                &[&at("defaultBackend/service/port/number")],
            ),
            ("a TLS host `*`", with("tls: [{hosts: [a.example.com, '*']}]"), &[&at("tls/0/hosts/1")]),
            ("the name of a Secret", with("tls: [{secretName: My_Secret}]"), &[&at("tls/0/secretName")]),
            ("an empty class", with("ingressClassName: ''"), &[&at("ingressClassName")]),
            ("a class in capitals", with("ingressClassName: ALB"), &[&at("ingressClassName")]),
            (
                "a Service with a digit first",
                to("name: 1gateway, port: {number: 443}"),
                &[&service_at.replace("error", "warning")],
            ),
            ("a wildcard host", host("*.example.com"), &[]),
            ("no path, of a type that may", path("", "ImplementationSpecific"), &[]),
            ("what Prefix may not", path("/a//b", "ImplementationSpecific"), &[]),
            ("a port by name", to("name: gateway, port: {name: https}"), &[]),
            ("blanks and letters beyond ASCII", path("/grün und blau", "Prefix"), &[]),
            ("the same host twice", with("tls: [{hosts: [a.example.com, a.example.com]}, {}]"), &[]),
            ("an address under TLS", with("tls: [{hosts: [192.0.2.1]}]"), &[]),
        ],
    );
}

#[test]
fn what_is_refused_in_the_metadata_of_an_ingress() {
    let ingress = |metadata: &str| {
        working().and(&format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{{metadata}, annotations: {{kubernetes.io/ingress.class: \
             alb}}}}\nspec: {{rules: [{{http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: \
             {{number: 80}}}}}}}}]}}}}]}}\n"
        ))
    };
    let named = |name: &str| ingress(&format!("name: {name:?}, namespace: shop"));
    let labelled = |label: &str| ingress(&format!("name: web, namespace: shop, labels: {{{label}}}"));
    let long = "x".repeat(64);
    hold(
        &ALB090,
        &[
            ("capitals", named("Web"), &["error Ingress shop/Web /metadata/name"]),
            ("an underscore", named("my_web"), &["error Ingress shop/my_web /metadata/name"]),
            ("a hyphen at the end", named("web-"), &["error Ingress shop/web- /metadata/name"]),
            ("no name", ingress("namespace: shop"), &["error Ingress shop/ /metadata/name"]),
            (
                "the namespace",
                ingress("name: web, namespace: My.Shop"),
                &["error Ingress My.Shop/web /metadata/namespace"],
            ),
            ("a long label", labelled(&format!("app: {long}")), &["error Ingress shop/web /metadata/labels/app"]),
            ("a blank in a label", labelled("app: my web"), &["error Ingress shop/web /metadata/labels/app"]),
            ("the key of a label", labelled("my app: web"), &["error Ingress shop/web /metadata/labels/my app"]),
            ("a label that is no text", labelled("app: 1"), &["error Ingress shop/web /metadata/labels/app"]),
            (
                "the key of an annotation",
                working().set(&format!("actions.{long}"), "{}"),
                &[&format!("error Ingress mesh/alb @actions.{long}")],
            ),
            (
                "too much in annotations",
                working().set("tags", &format!("a={}", "x".repeat(MAX_ANNOTATIONS))),
                &["error Ingress mesh/alb /metadata/annotations"],
            ),
            ("a name with dots", named("web.shop"), &[]),
            ("a name that the server makes", ingress("generateName: web-, namespace: shop"), &[]),
            ("no namespace", ingress("name: web"), &[]),
            ("labels as they are", labelled("app.kubernetes.io/name: My_web.1, empty: ''"), &[]),
            ("capitals in an annotation's domain", working().annotate("Example.com/Owner", "me"), &[]),
        ],
    );
}

#[test]
fn an_ingress_that_cannot_be_decoded_is_named_once() {
    let found = |service: &str| -> Vec<String> {
        let found = to(service).findings();
        found.into_iter().filter(|line| line.starts_with("error")).collect()
    };
    assert_eq!(found("name: gateway, port: {number: '443'}"), ["error ALB090 Ingress mesh/alb"]);
    assert_eq!(found("name: gateway, port: {number: 443}"), Vec::<String>::new());
}

#[test]
fn a_backend_without_a_port_is_named_once() {
    for service in ["name: gateway, port: {}", "port: {number: 443}", "name: gateway, port: {number: 70000}"] {
        let found = to(service).findings();
        let errors: Vec<_> = found.iter().filter(|line| line.starts_with("error")).collect();
        assert!(matches!(errors.as_slice(), [only] if only.starts_with("error ALB090")), "{service}: {found:?}");
    }
}

#[test]
fn what_is_refused_in_a_service() {
    let ports = |ports: &str| {
        working().service(&format!(
            "type: NodePort\nports: [{{name: status-port, port: 15021}}, {{name: https, port: 443, nodePort: 30443}}, {ports}]"
        ))
    };
    let fields = |fields: &str| {
        let all = "ports: [{name: status-port, port: 15021}, {name: https, port: 443}]";
        working().set("target-type", "ip").service(&format!("{fields}\n{all}"))
    };
    let at = |field: &str| format!("error Service mesh/gateway /spec/{field}");
    hold(
        &ALB103,
        &[
            ("a field in other letters", fields("Type: NodePort"), &[&at("Type")]),
            ("no name", ports("{port: 80}"), &[&at("ports/2")]),
            ("a name twice", ports("{name: https, port: 80}"), &[&at("ports/2/name")]),
            ("a name in capitals", ports("{name: HTTP, port: 80}"), &[&at("ports/2/name")]),
            ("a number twice", ports("{name: tls, port: 443}"), &[&at("ports/2/port")]),
            ("no port of TCP's", ports("{name: tls, port: 0}"), &[&at("ports/2/port")]),
            ("no number", ports("{name: tls}"), &[&at("ports/2")]),
            ("an unknown protocol", ports("{name: tls, port: 80, protocol: tcp}"), &[&at("ports/2/protocol")]),
            ("a target port's name", ports("{name: tls, port: 80, targetPort: '80'}"), &[&at("ports/2/targetPort")]),
            ("a target port's number", ports("{name: tls, port: 80, targetPort: 70000}"), &[&at("ports/2/targetPort")]),
            ("a node port twice", ports("{name: tls, port: 80, nodePort: 30443}"), &[&at("ports/2/nodePort")]),
            ("no port at all", ports("{name: tls, port: 80, nodePort: 70000}"), &[&at("ports/2/nodePort")]),
            (
                "out of the usual range",
                ports("{name: tls, port: 80, nodePort: 8080}"),
                &[&at("ports/2/nodePort").replace("error", "warning")],
            ),
            (
                "of a ClusterIP Service",
                fields("type: ClusterIP")
                    .service("ports: [{name: status-port, port: 15021, nodePort: 30021}, {name: https, port: 443}]"),
                &[&at("ports/0/nodePort")],
            ),
            ("a type that there is not", fields("type: Nodeport"), &[&at("type")]),
            ("an empty policy", fields("type: NodePort\nipFamilyPolicy: ''"), &[&at("ipFamilyPolicy")]),
            ("an affinity", fields("sessionAffinity: Cookie"), &[&at("sessionAffinity")]),
            (
                "a node port that is text",
                ports("{name: tls, port: 80, nodePort: '30080'}"),
                &["error Service mesh/gateway"],
            ),
            (
                "as the chart renders it",
                fields("type: ''\nipFamilyPolicy: SingleStack\nsessionAffinity: ''\nexternalTrafficPolicy: ''"),
                &[],
            ),
            ("TCP and UDP", ports("{name: quic, port: 443, nodePort: 30443, protocol: UDP}"), &[]),
            ("0 is none", ports("{name: tls, port: 80, targetPort: 0, nodePort: 0}"), &[]),
        ],
    );
}

#[test]
fn fields_are_named_as_kubernetes_names_them() {
    assert_eq!(shown("/spec/rules/0/http/paths/1/path"), "spec.rules[0].http.paths[1].path");
    assert_eq!(shown("/metadata/annotations/alb.ingress.kubernetes.io~1tags"), "metadata.annotations");
    assert_eq!(shown("/metadata/name"), "metadata.name");
}
