use super::*;
use crate::finding::Severity;
use crate::lint::testing::{configured, hold, rule, working};
use crate::rewrite::rewrite;

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

/// What the filter finds under ALB111, with the target ports afterwards.
fn filtered(http: &str, https: &str, container: &str, spec: &str) -> (String, Vec<String>) {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: gateway, namespace: mesh}}\nspec:\n  {}\n---\n{}",
        ports(http, https).replace("NodePort", "LoadBalancer").replace('\n', "\n  "),
        deployment(container)
    );
    let rewritten = rewrite(&text, &configured(spec)).unwrap();
    let ports = rewritten.objects[0].value["spec"]["ports"].as_array().unwrap();
    let targets: Vec<String> = ports[1..].iter().map(|port| plain(&port["targetPort"])).collect();
    let of_rule = rewritten.findings.iter().filter(|finding| finding.rule == &ALB111);
    let severities = of_rule.map(|finding| finding.severity.to_string());
    (targets.join(" "), severities.collect())
}

#[test]
fn the_filter_pins_only_what_the_pods_can_listen_on() {
    let declares = "ports: [{containerPort: 8080}, {containerPort: 8443}]";
    let root = "securityContext: {runAsUser: 0}";
    let pin = "{service: {targetPorts: pin}}";
    let info = Severity::Info.to_string();
    let error = Severity::Error.to_string();
    for (http, https, container, spec, targets, severities) in [
        ("8080", "8443", UNPRIVILEGED, "{}", "8080 8443", vec![&info, &info]),
        (
            "web",
            "tls",
            "ports: [{name: web, containerPort: 8080}, {name: tls, containerPort: 8443}]",
            "{}",
            "web tls",
            vec![&info, &info],
        ),
        ("8080", "8443", declares, "{}", "8080 8443", vec![&info, &info]),
        ("8080", "8443", "env: []", "{}", "8080 8443", vec![&info, &info]),
        ("8080", "8443", root, "{}", "80 443", vec![]),
        // Both ports lead to one listener, of the Gateway for one of them.
        ("80", "80", root, "{}", "80 80", vec![&info]),
        ("8080", "8080", root, "{}", "8080 8080", vec![&info, &info]),
        ("9080", "80", root, "{}", "80 80", vec![&info]),
        ("8080", "8443", root, "{service: {targetPorts: keep}}", "8080 8443", vec![&info, &info]),
        ("8080", "8443", "env: []", pin, "80 443", vec![]),
        ("8080", "8443", declares, pin, "80 443", vec![&error, &error]),
    ] {
        let (found, levels) = filtered(http, https, container, spec);
        assert_eq!(
            (found.as_str(), levels.iter().collect::<Vec<_>>()),
            (targets, severities),
            "{http} {https} {container} {spec}"
        );
    }
    let (_, levels) = filtered("8080", "8443", UNPRIVILEGED, pin);
    assert!(levels.contains(&error));
}
