use super::*;
use crate::config::Settings;
use crate::lint::testing::configured;
use crate::rewrite::rewrite;

/// What the filter says under ALB113 of a Service with this metadata, or the error that it ends with.
fn found(metadata: &str, settings: &[Settings]) -> Vec<String> {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: shop-istio, namespace: edge, {metadata}}}\nspec: {{type: LoadBalancer, ports: \
         [{{name: status-port, port: 15021}}, {{name: http, port: 80}}]}}\n"
    );
    match rewrite(&text, settings) {
        Ok(rewritten) => {
            let of_rule = rewritten.findings.iter().filter(|finding| finding.rule == &ALB113);
            of_rule.map(|finding| finding.severity.to_string()).collect()
        }
        Err(error) => vec![error.message],
    }
}

#[test]
fn what_istiod_makes_is_refused_unless_it_is_named() {
    let refused = |gateway: &str, mark: &str| {
        format!(
            "Service edge/shop-istio is made by istiod from the Gateway {gateway} ({mark}), and what is changed in it is written back"
        )
    };
    let label = "label gateway.istio.io/managed";
    let reference = "ownerReferences: [{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, name: front}]";
    for (metadata, expected) in [
        ("labels: {gateway.istio.io/managed: istio.io-gateway-controller}".to_owned(), refused("edge/shop", label)),
        ("labels: {gateway.istio.io/managed: ''}".to_owned(), refused("edge/shop", label)),
        (
            "labels: {gateway.istio.io/managed: x, gateway.networking.k8s.io/gateway-name: shop-front}".to_owned(),
            refused("edge/shop-front", label),
        ),
        (reference.to_owned(), refused("edge/front", "metadata.ownerReferences")),
    ] {
        assert_eq!(found(&metadata, &configured("{}")), [expected], "{metadata}");
        assert_eq!(found(&metadata, &configured("{gateway: {name: shop-istio}}")), ["error"], "{metadata}");
        let attached = found(&metadata, &configured("{phase: attach, gateway: {name: shop-istio}}"));
        assert_eq!(attached, Vec::<String>::new(), "{metadata}");
    }
}

#[test]
fn what_an_operator_applies_is_a_warning() {
    for (metadata, expected) in [
        ("labels: {install.operator.istio.io/owning-resource: installed-state}", vec!["warning"]),
        ("labels: {install.operator.istio.io/owning-resource: unknown}", vec!["warning"]),
        ("labels: {operator.istio.io/component: IngressGateways}", vec!["warning"]),
        ("labels: {istio: ingressgateway}", vec![]),
        ("ownerReferences: [{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, name: shop}]", vec![]),
    ] {
        assert_eq!(found(metadata, &configured("{}")), expected, "{metadata}");
    }
}
