use super::*;
use crate::lint::testing::{Manifest, hold, working};

const AT: &str = "Ingress mesh/alb /metadata/annotations/kubernetes.io~1ingress.class";

/// An IngressClass.
fn class(name: &str, controller: &str, is_default: bool) -> String {
    let annotation = format!("annotations: {{ingressclass.kubernetes.io/is-default-class: '{is_default}'}}");
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: {name}, {annotation}}}\nspec: {{controller: \
         {controller}}}\n"
    )
}

/// An Ingress of another controller's, without any annotation that would show that it is meant for this one.
fn foreign(class: &str) -> Manifest {
    let spec = format!("{{{class}rules: [{{host: a.example.com}}]}}");
    working().and(&format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: wiki, namespace: mesh}}\nspec: {spec}\n"
    ))
}

#[test]
fn class_said_twice() {
    let both = |annotation: &str, field: &str| working().class_by_name(field).class(annotation);
    hold(
        &ALB039,
        &[
            ("different", both("alb", "nginx"), &["error Ingress mesh/alb /spec/ingressClassName"]),
            ("the other way round", both("nginx", "alb"), &["error Ingress mesh/alb /spec/ingressClassName"]),
            ("another case", both("ALB", "alb"), &["error Ingress mesh/alb /spec/ingressClassName"]),
            ("equal", both("alb", "alb"), &["warning Ingress mesh/alb /spec/ingressClassName"]),
            ("one", working(), &[]),
            ("the other", working().class_by_name("alb"), &[]),
            ("not ours", both("nginx", "nginx"), &[]),
        ],
    );
}

#[test]
fn class_not_the_controllers() {
    let error = format!("error {AT}");
    let warned = format!("warning {AT}");
    let by_name: &[&str] = &["error Ingress mesh/alb /spec/ingressClassName"];
    let none = || working().no_class();
    let alb = "ingress.k8s.aws/alb";
    hold(
        &ALB086,
        &[
            ("capitals", working().class("ALB"), &[&error]),
            ("a blank", working().class("alb "), &[&error]),
            ("another word", working().class("nginx"), &[&warned]),
            ("empty", working().class(""), &[&warned]),
            (
                "another controller's",
                working().class_by_name("web").and(&class("web", "k8s.io/ingress-nginx", false)),
                by_name,
            ),
            (
                "another controller's by default",
                none().and(&class("web", "k8s.io/ingress-nginx", true)),
                &["error Ingress mesh/alb"],
            ),
            (
                "parameters of another kind",
                working().class_by_name("alb").and(
                    &class("alb", alb, false)
                        .replace("/alb}", "/alb, parameters: {apiGroup: example.com, kind: Params, name: alb}}"),
                ),
                by_name,
            ),
            (
                "two defaults",
                none().and(&class("a", alb, true)).and(&class("b", alb, true)),
                &["error Ingress mesh/alb"],
            ),
            ("none", none(), &["warning Ingress mesh/alb"]),
            (
                "EKS Auto Mode's",
                working().class_by_name("auto").and(&class("auto", "eks.amazonaws.com/alb", false)),
                &["info Ingress mesh/alb /spec/ingressClassName"],
            ),
            (
                "another's Ingress beside ours",
                foreign("ingressClassName: nginx, "),
                &["info Ingress mesh/wiki /spec/ingressClassName"],
            ),
            ("another's Ingress without a class", foreign(""), &["info Ingress mesh/wiki"]),
            ("by annotation", working(), &[]),
            ("by name", working().class_by_name("alb").and(&class("alb", alb, false)), &[]),
            ("by a name that the cluster may have", working().class_by_name("edge"), &[]),
            ("by default", none().and(&class("a", alb, true)).and(&class("b", alb, false)), &[]),
        ],
    );
}

#[test]
fn nothing_else_is_said_of_an_ingress_that_is_anothers() {
    let found = foreign("ingressClassName: nginx, ").findings();
    assert_eq!(found, ["info ALB086 Ingress mesh/wiki /spec/ingressClassName"]);
    let found = working().class("nginx").set("listen-ports", "nonsense").findings();
    assert_eq!(found, [format!("warning ALB086 {AT}")]);
}

#[test]
fn the_class_is_the_one_that_the_configuration_names() {
    let found = |spec: &str| working().class("public").findings_with(spec);
    assert_eq!(found("{ingress: {className: public}}"), Vec::<String>::new());
    assert_eq!(found("{}"), [format!("warning ALB086 {AT}")]);
    assert_eq!(found("{ingress: {className: public}, eksAutoMode: true}"), [format!("error ALB040 {AT}")]);
}

#[test]
fn class_redirect_port_no_number() {
    let port = |port: &str| working().unset(&["ssl-redirect"]).class_params(&format!("{{sslRedirectPort: {port:?}}}"));
    hold(
        &ALB088,
        &[
            ("a word", port("https"), &["error IngressClassParams alb /spec/sslRedirectPort"]),
            ("a blank", port("443 "), &["error IngressClassParams alb /spec/sslRedirectPort"]),
            ("a number", port("443"), &[]),
            ("not said", port(""), &[]),
            ("the annotation is in place of the class", port("https").class("alb"), &[]),
        ],
    );
}

#[test]
fn a_namespace_in_the_stream_decides_whether_the_class_is_for_it() {
    let with = |labels: &str| {
        working()
            .class_params("{namespaceSelector: {matchLabels: {team: edge}}}")
            .and(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: mesh, labels: {labels}}}\n"))
            .findings()
    };
    assert_eq!(with("{team: edge}"), Vec::<String>::new());
    assert_eq!(with("{team: shop}"), ["error ALB086 Ingress mesh/alb /spec/ingressClassName"]);
}

#[test]
fn without_the_old_load_balancer_a_class_of_another_controller_is_an_error() {
    let found = |spec: &str| -> Vec<String> {
        let text = "apiVersion: v1\nkind: Service\nmetadata: {name: gw, namespace: mesh}\nspec: {type: LoadBalancer, ports: [{name: \
                    status-port, port: 15021}, {name: http2, port: 80}, {name: https, port: 443}]}\n";
        let settings = crate::lint::testing::configured(spec);
        let found = crate::rewrite::rewrite(text, &settings).unwrap().findings;
        let found = found.iter().filter(|finding| [&ALB086, &ALB119].contains(&finding.rule));
        found.map(|finding| format!("{} {}", finding.severity, finding.rule.id)).collect()
    };
    let by_annotation = "annotations: {kubernetes.io/ingress.class: nginx}";
    let by_name = "className: nginx";
    let spec = |phase: &str, ingress: &str, more: &str| {
        format!("{{phase: {phase}, ingress: {{scheme: internal, {ingress}}}{more}}}")
    };
    assert_eq!(found(&spec("cutover", by_annotation, "")), ["error ALB086"]);
    assert_eq!(found(&spec("cutover", by_name, "")), ["error ALB119"]);
    assert_eq!(found(&spec("attach", by_annotation, "")), ["warning ALB086"]);
    assert_eq!(found(&spec("attach", by_name, "")), ["warning ALB119"]);
    assert_eq!(found(&spec("cutover", by_name, ", findings: {allow: [ALB119]}")), [""; 0]);
    assert_eq!(found(&spec("cutover", "className: edge", "")), [""; 0]);
}

#[test]
fn a_configured_class_that_is_another_controllers() {
    let found = |manifest: Manifest, class: &str| {
        let settings = format!("{{ingress: {{className: {class}}}}}");
        let found = manifest.findings_with(&settings);
        found.into_iter().filter(|line| line.contains("ALB119")).collect::<Vec<_>>()
    };
    let of = |name: &str, controller: &str| working().class(name).and(&class(name, controller, false));
    assert_eq!(found(of("edge", "k8s.io/ingress-nginx"), "edge"), [format!("error ALB119 {AT}")]);
    assert_eq!(found(working().class("nginx"), "nginx"), [format!("warning ALB119 {AT}")]);
    assert_eq!(found(of("nginx", "ingress.k8s.aws/alb"), "nginx"), [""; 0]);
    assert_eq!(found(working().class("edge"), "edge"), [""; 0]);
    assert_eq!(found(working(), "alb"), [""; 0]);
}
