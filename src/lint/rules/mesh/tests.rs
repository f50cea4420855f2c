use crate::lint::testing::findings_of;

const MANIFESTS: &str = "apiVersion: v1
kind: Service
metadata: {name: gw, namespace: mesh}
spec:
  type: NodePort
  selector: {app: gw, istio: gw}
  ports: [{name: status-port, port: 15021}, {name: http2, port: 80}, {name: https, port: 443}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: alb
  namespace: mesh
  annotations:
    kubernetes.io/ingress.class: alb
    alb.ingress.kubernetes.io/scheme: internal
    alb.ingress.kubernetes.io/backend-protocol: HTTPS
    alb.ingress.kubernetes.io/healthcheck-port: status-port
    alb.ingress.kubernetes.io/healthcheck-protocol: HTTP
    alb.ingress.kubernetes.io/healthcheck-path: /healthz/ready
spec:
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: gw, port: {number: 443}}}}]}}]
---
";

/// The ids of this module's rules that are reported for what stands beside a working gateway, with object and field.
fn found(more: &str) -> Vec<String> {
    findings_of(&format!("{MANIFESTS}{more}"), &[])
        .unwrap()
        .into_iter()
        .filter(|finding| ["ALB057", "ALB058", "ALB063"].contains(&finding.rule.id))
        .map(|finding| {
            let object = finding.object.map(|object| object.to_string()).unwrap_or_default();
            let field = finding.field.unwrap_or_default();
            format!("{} {} {object} {field}", finding.severity, finding.rule.id)
        })
        .collect()
}

fn gateway(selector: &str, server: &str) -> String {
    format!(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: g, namespace: mesh}}\nspec: {{selector: \
         {{istio: {selector}}}, servers: [{server}]}}\n"
    )
}

fn pods(annotations: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: gw, namespace: mesh}}\nspec:\n  template:\n    metadata:\n      \
         labels: {{app: gw, istio: gw, more: yes-it-is}}\n      annotations: {annotations}\n"
    )
}

#[test]
fn gateways_that_do_not_go_with_an_alb() {
    const AT: &str = "warning ALB063 Gateway mesh/g /spec/servers/0";
    for (server, is_found) in [
        ("{port: {number: 443, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE}}", false),
        ("{port: {number: 443, protocol: HTTPS}, hosts: ['shop/*'], tls: {mode: SIMPLE}}", false),
        ("{port: {number: 443, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: SIMPLE}}", true),
        ("{port: {number: 443, protocol: HTTPS}, hosts: ['*.example.com'], tls: {mode: SIMPLE}}", true),
        ("{port: {number: 443, protocol: HTTPS}, hosts: ['*'], tls: {mode: MUTUAL}}", true),
        ("{port: {number: 443, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}", true),
        ("{port: {number: 443, protocol: HTTP}, hosts: [a.example.com], tls: {httpsRedirect: true}}", true),
        ("{port: {number: 80, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}}", false),
        ("{port: {number: 8443, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: MUTUAL}}", false),
    ] {
        let expected = if is_found { vec![AT.to_owned()] } else { Vec::new() };
        assert_eq!(found(&gateway("gw", server)), expected, "{server}");
    }
    let other = "{port: {number: 443, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: SIMPLE}}";
    assert_eq!(found(&gateway("other", other)), Vec::<String>::new());
    let of_kubernetes = gateway("gw", other).replace("networking.istio.io/v1", "gateway.networking.k8s.io/v1");
    assert_eq!(found(&of_kubernetes), Vec::<String>::new());
}

#[test]
fn what_the_pods_are_told() {
    const AT: &str = "Deployment mesh/gw /spec/template/metadata/annotations";
    assert_eq!(found(&pods("{a: b}")), [format!("info ALB058 {AT}")]);
    let trusted = "{proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'}";
    assert_eq!(found(&pods(trusted)), Vec::<String>::new());
    let proxy = "{proxy.istio.io/config: '{\"gatewayTopology\": {\"proxyProtocol\": {}}}'}";
    assert_eq!(found(&pods(proxy)), [format!("warning ALB057 {AT}")]);
    assert_eq!(found(&pods("{a: b}").replace("app: gw,", "app: other,")), Vec::<String>::new());
    assert_eq!(found(&pods("{a: b}").replace("namespace: mesh", "namespace: shop")), Vec::<String>::new());
}

#[test]
fn filters_for_the_proxy_protocol() {
    let filter = |selector: &str, name: &str| {
        format!(
            "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {{name: f, namespace: mesh}}\nspec: \
             {{{selector}configPatches: [{{applyTo: LISTENER, patch: {{value: {{listener_filters: [{{name: {name}}}]}}}}}}]}}\n"
        )
    };
    let proxy = "envoy.filters.listener.proxy_protocol";
    let at = ["warning ALB057 EnvoyFilter mesh/f /spec"];
    assert_eq!(found(&filter("", proxy)), at);
    assert_eq!(found(&filter("workloadSelector: {labels: {istio: gw}}, ", proxy)), at);
    assert_eq!(found(&filter("workloadSelector: {labels: {istio: other}}, ", proxy)), Vec::<String>::new());
    assert_eq!(found(&filter("", "envoy.filters.listener.tls_inspector")), Vec::<String>::new());
}
