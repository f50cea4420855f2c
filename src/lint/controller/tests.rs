use super::*;
use crate::lint::testing::{configured, hold, working};
use crate::rewrite::rewrite;

/// A Secret that the API server cannot read, and nobody here looks into.
const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: mesh}\ndata: [1]\n";

#[test]
fn refused_by_the_controller() {
    let class = |spec: &str| working().unset(&["scheme"]).class_params(spec);
    let nowhere = "{scheme: ''}";
    let both = "{subnets: {ids: [subnet-a, subnet-b], tags: {role: [edge]}}}";
    hold(
        &ALB102,
        &[
            (
                "the controller stops",
                class(nowhere),
                &["error Ingress mesh/alb"],
            ),
            (
                "if it is the controller's",
                class("{scheme: '', namespaceSelector: {matchLabels: {alb: shared}}}"),
                &["warning Ingress mesh/alb"],
            ),
            (
                "the webhook denies",
                working().class_params(both),
                &["error IngressClassParams alb /spec/subnets/tags"],
            ),
            (
                "the API server cannot read it",
                working().and(SECRET),
                &["error Secret mesh/tls"],
            ),
            (
                "a rule tells why",
                class(nowhere).set("listen-ports", "nonsense"),
                &[],
            ),
            ("another's", class(nowhere).class("nginx"), &[]),
            ("nothing is refused", class("{scheme: internal}"), &[]),
        ],
    );
}

#[test]
fn the_filter_is_not_stopped_by_what_is_none_of_its_business() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: gateway, namespace: mesh}\nspec: {type: NodePort, ports: \
                   [{name: status-port, port: 15021}]}\n";
    let found = |rest: &str, spec: &str| -> Vec<String> {
        let text = format!("{service}---\n{rest}");
        let findings = rewrite(&text, &configured(spec)).unwrap().findings;
        let errors = findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| finding.rule.id.to_owned()).collect()
    };
    assert_eq!(found(SECRET, "{}"), Vec::<String>::new());
    let other = working()
        .class_params("{subnets: {}}")
        .text()
        .replace("namespace: mesh", "namespace: shop");
    assert_eq!(
        found(&other, "{gateway: {namespace: mesh}}"),
        Vec::<String>::new()
    );
    let class = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: \
                 ingress.k8s.aws/alb, parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: alb}}\n---\n\
                 apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {name: alb}\nspec: {scheme: ''}\n";
    let by_field = found(
        &format!("{SECRET}---\n{class}"),
        "{ingress: {classAs: field}}",
    );
    assert_eq!(by_field, ["ALB102"]);
}
