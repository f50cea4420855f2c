use super::*;
use crate::lint::testing::{Manifest, hold, rule, working};

/// An Ingress to the Service of this Gateway.
fn with_gateway(metadata: &str, spec: &str) -> Manifest {
    let listeners =
        "listeners: [{name: http, port: 80, protocol: HTTP}, {name: https, port: 443, protocol: HTTPS, tls: {}}]";
    working().spec(rule("/", "Prefix", "name: public-istio, port: {number: 443}")).and(&format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: public, namespace: mesh, {metadata}}}\nspec: \
         {{gatewayClassName: istio, {spec}, {listeners}}}\n"
    ))
}

fn parameters(key: &str, text: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: options, namespace: mesh}}\ndata: {{{key}: {text:?}}}\n"
    )
}

const REFERENCE: &str = "infrastructure: {parametersRef: {group: '', kind: ConfigMap, name: options}}";

#[test]
fn gateway_parameters_not_seen() {
    let field = "Gateway mesh/public /spec/infrastructure/parametersRef";
    let (error, warning) = (format!("error {field}"), format!("warning {field}"));
    let elsewhere = || with_gateway("", REFERENCE);
    let here = |key: &str, text: &str| elsewhere().and(&parameters(key, text));
    let not_taken = "error ConfigMap mesh/options /data";
    hold(
        &ALB130,
        &[
            ("elsewhere, and open", elsewhere(), &[&error]),
            ("allow-list", elsewhere().set("inbound-cidrs", "192.0.2.0/24"), &[&warning]),
            ("prefix list", elsewhere().set("security-group-prefix-lists", "pl-0123456789abcdef0"), &[&warning]),
            ("security group", elsewhere().set("security-groups", "sg-0123456789abcdef0"), &[&warning]),
            ("internal", elsewhere().set("scheme", "internal"), &[&warning]),
            ("here", here("service", "spec: {}"), &[]),
            ("of the Deployment", here("deployment", "spec: {}"), &[]),
            ("a key of no kind", here("ingress", "{}"), &[not_taken]),
            ("no YAML", here("service", "a: ["), &[not_taken]),
            ("no mapping", here("service", "[]"), &[not_taken]),
            ("a directive", here("service", "spec: {ports: [{$patch: delete, port: 80}]}"), &[not_taken]),
            ("no ConfigMap", with_gateway("", &REFERENCE.replace("ConfigMap", "Options")), &[&error]),
            ("none", with_gateway("", "infrastructure: {}"), &[]),
        ],
    );
}

#[test]
fn gateway_annotation_without_effect() {
    let infrastructure = |annotations: &str| format!("infrastructure: {{annotations: {{{annotations}}}}}");
    let nlb = "service.beta.kubernetes.io/aws-load-balancer-scheme: internal";
    let own = format!("annotations: {{{nlb}, networking.istio.io/service-type: NodePort}}");
    let ranges = "annotations: {service.beta.kubernetes.io/load-balancer-source-ranges: 192.0.2.0/24}".to_owned();
    let of = |key: &str| format!("Gateway mesh/public /metadata/annotations/service.beta.kubernetes.io~1{key}");
    let (scheme, of_ranges) = (of("aws-load-balancer-scheme"), of("load-balancer-source-ranges"));
    hold(
        &ALB131,
        &[
            (
                "type",
                with_gateway("", &infrastructure("networking.istio.io/service-type: NodePort")),
                &["warning Gateway mesh/public /spec/infrastructure/annotations/networking.istio.io~1service-type"],
            ),
            ("not copied", with_gateway(&own, &infrastructure("")), &[&format!("error {scheme}")]),
            (
                "not copied, and closed",
                with_gateway(&own, &infrastructure("")).set("scheme", "internal"),
                &[&format!("warning {scheme}")],
            ),
            ("ranges", with_gateway(&ranges, &infrastructure("")), &[&format!("error {of_ranges}")]),
            (
                "ranges, and closed",
                with_gateway(&ranges, &infrastructure("")).set("inbound-cidrs", "192.0.2.0/24"),
                &[&format!("warning {of_ranges}")],
            ),
            ("copied", with_gateway(&own, "infrastructure: {}"), &[]),
            ("copied from there", with_gateway("", &infrastructure(nlb)), &[]),
        ],
    );
}

#[test]
fn listener_refused() {
    let with = |listener: &str| {
        working().spec(rule("/", "Prefix", "name: public-istio, port: {number: 443}")).and(&format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: public, namespace: mesh}}\nspec: \
             {{gatewayClassName: istio, listeners: [{{name: a, port: 80, protocol: HTTP}}, {listener}]}}\n"
        ))
    };
    let here = "error Gateway mesh/public /spec/listeners/1";
    hold(
        &ALB133,
        &[
            ("letters", with("{name: s, port: 443, protocol: https, tls: {}}"), &[here]),
            ("UDP", with("{name: s, port: 443, protocol: UDP}"), &[here]),
            ("no certificate", with("{name: s, port: 443, protocol: HTTPS}"), &[here]),
            ("no name", with("{port: 443, protocol: HTTPS, tls: {}}"), &[here]),
            ("the same name", with("{name: a, port: 443, protocol: HTTPS, tls: {}}"), &[here]),
            ("no hostname", with("{name: s, port: 443, protocol: HTTPS, hostname: '*', tls: {}}"), &[here]),
            ("taken", with("{name: s, port: 443, protocol: HTTPS, tls: {}}"), &[]),
            (
                "not led to",
                with("{name: s, port: 443, protocol: HTTPS, tls: {}}, {name: u, port: 53, protocol: UDP}"),
                &[],
            ),
        ],
    );
}
