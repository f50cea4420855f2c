use super::*;
use crate::lint::testing::{configured, hold, working};
use crate::rewrite::rewrite;

/// A Secret that the API server cannot read, and nobody here looks into.
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: mesh}\ndata: [1]\n";

#[test]
fn refused_by_the_controller() {
    let nlb = working().set("enable-frontend-nlb", "true");
    let mapping = |mapping: &str| nlb.clone().set("frontend-nlb-listener-port-mapping", mapping);
    let both = "{subnets: {ids: [subnet-a, subnet-b], tags: {role: [edge]}}}";
    hold(
        &ALB102,
        &[
            ("the webhook denies", working().class_params(both), &["error IngressClassParams alb /spec/subnets/tags"]),
            ("the API server cannot read it", working().and(SECRET), &["error Secret mesh/tls"]),
            ("a rule tells why", mapping("80=https"), &[]),
            ("another's", mapping("80=https").class("nginx"), &[]),
            ("nothing is refused", mapping("80=443"), &[]),
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
        let errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| finding.rule.id.to_owned()).collect()
    };
    let wrong = "{ingress: {annotations: {alb.ingress.kubernetes.io/enable-frontend-nlb: 'true', \
                 alb.ingress.kubernetes.io/frontend-nlb-listener-port-mapping: 80=https}}}";
    assert_eq!(found(SECRET, "{}"), Vec::<String>::new());
    let other = working().class_params("{subnets: {}}").text().replace("namespace: mesh", "namespace: shop");
    assert_eq!(found(&other, "{gateway: {namespace: mesh}}"), Vec::<String>::new());
    // A rule tells why, so the last resort is silent.
    assert_eq!(found(SECRET, wrong), ["ALB064"]);
}
