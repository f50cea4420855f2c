use super::*;
use crate::lint::testing::{hold, rule, working};

/// A Deployment of the gateway with this in its container.
fn deployment(container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: gateway, namespace: mesh}}\nspec: {{template: {{metadata: \
         {{labels: {{istio: gateway}}}}, spec: {{containers: [{{name: istio-proxy, {container}}}]}}}}}}\n"
    )
}

const UNPRIVILEGED: &str = "env: [{name: ISTIO_META_UNPRIVILEGED_POD, value: 'true'}]";

fn ports(http: &str, https: &str) -> String {
    format!(
        "type: NodePort\nselector: {{istio: gateway}}\nports: [{{name: status-port, port: 15021}}, {{name: http2, port: 80, \
         targetPort: {http}}}, {{name: https, port: 443, targetPort: {https}}}]"
    )
}

#[test]
fn pods_listen_elsewhere() {
    let with =
        |http: &str, https: &str, container: &str| working().service(&ports(http, https)).and(&deployment(container));
    let error = "error Service mesh/gateway /spec/ports/2";
    let warning = "warning Service mesh/gateway /spec/ports/1";
    let web = format!("ports: [{{name: web, containerPort: 443}}], {UNPRIVILEGED}");
    hold(
        &ALB111,
        &[
            ("unprivileged", with("8080", "443", UNPRIVILEGED), &[error]),
            ("by name", with("8080", "web", &web), &[error]),
            ("both", with("80", "443", UNPRIVILEGED), &[error, warning]),
            ("not led to", with("80", "8443", UNPRIVILEGED), &[warning]),
            (
                "led to",
                with("80", "8443", UNPRIVILEGED)
                    .spec(rule("/", "Prefix", "name: gateway, port: {number: 80}"))
                    .unset(&["backend-protocol"]),
                &["error Service mesh/gateway /spec/ports/1"],
            ),
            ("as they listen", with("8080", "8443", UNPRIVILEGED), &[]),
            ("not marked", with("80", "443", "env: []"), &[]),
            (
                "other pods",
                with("80", "443", UNPRIVILEGED).service(&ports("80", "443").replace("gateway", "other")),
                &[],
            ),
        ],
    );
}
