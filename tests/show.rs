//! `show`: the same load balancer as tree, Mermaid and SVG, to the byte. `ISTIO_ALB_BLESS=1 cargo test --test show` writes what
//! is expected, for somebody to look at.
#![allow(clippy::unwrap_used)]

use std::path::Path;

const CASES: [(&str, &[&str]); 3] = [
    ("helm3-default", &["--scheme", "internet-facing"]),
    ("helm3-nlb-internal-allowlist", &[]),
    ("how-to-full", &["--config", "examples/how-to-full.yaml"]),
];

#[test]
fn every_format_of_every_picture() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (case, arguments) in CASES {
        let input = std::fs::read(project.join("chart-fixtures/cases").join(case).join("input.yaml")).unwrap();
        for (format, ending) in [("tree", "txt"), ("mermaid", "mmd"), ("svg", "svg")] {
            let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
                .current_dir(project)
                .env_clear()
                .args(["show", "--format", format])
                .args(arguments)
                .write_stdin(input.clone())
                .output()
                .unwrap();
            let path = project.join(format!("chart-fixtures/show/{case}.{ending}"));
            if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &output.stdout).unwrap();
            }
            assert_eq!(output.status.code(), Some(0), "{case} {format}");
            assert_eq!(output.stdout, std::fs::read(&path).unwrap(), "{case} {format}");
        }
    }
}

#[test]
fn a_group_with_everything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chart-fixtures/show");
    let input = std::fs::read(folder.join("group.yaml")).unwrap();
    for (format, ending) in [("tree", "txt"), ("mermaid", "mmd"), ("svg", "svg")] {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
            .env_clear()
            .args(["show", "--as-is", "--format", format])
            .write_stdin(input.clone())
            .output()
            .unwrap();
        let path = folder.join(format!("group.{ending}"));
        if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
            std::fs::write(&path, &output.stdout).unwrap();
        }
        assert_eq!(output.stdout, std::fs::read(&path).unwrap(), "{format}");
    }
}

#[test]
fn what_is_refused_is_shown_with_the_controllers_words() {
    let manifest = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a<b\n  namespace: ns\n  annotations:\n    \
                    kubernetes.io/ingress.class: alb\n    alb.ingress.kubernetes.io/scheme: public\nspec:\n  defaultBackend: \
                    {service: {name: s, port: {number: 80}}}\n";
    for (format, expected) in [
        ("tree", "the controller refuses it: unknown scheme: public\n"),
        ("mermaid", "n1[\"Ingress ns/a&lt;b\"]"),
        ("svg", "Ingress ns/a&lt;b</text>"),
    ] {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
            .env_clear()
            .args(["show", "--as-is", "--format", format])
            .write_stdin(manifest)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(expected), "{text}");
    }
}

/// `show --as-is` of an Ingress that leads to port 80 of the Service `gw`, behind the Services before it.
fn tree_of(ingress: &str, namespace: &str, services: &[&str]) -> String {
    let mut manifest = String::new();
    for name in services {
        manifest.push_str(&format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{namespace}}}\nspec:\n  type: NodePort\n  ports:\n  \
             - {{name: of-{name}, port: 80, targetPort: 8080}}\n---\n"
        ));
    }
    manifest.push_str(&format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {ingress}{namespace}}}\nspec:\n  \
         ingressClassName: alb\n  defaultBackend: {{service: {{name: gw, port: {{number: 80}}}}}}\n---\napiVersion: \
         networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: alb}}\nspec: {{controller: ingress.k8s.aws/alb}}\n"
    ));
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
        .env_clear()
        .args(["show", "--as-is"])
        .write_stdin(manifest)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// `a-edge-gw` ends with the name of either Service.
#[test]
fn the_service_of_a_target_group_is_the_one_that_the_ingress_names() {
    let text = tree_of("a-edge", ", namespace: ns", &["edge-gw", "gw"]);
    assert!(text.contains("Service ns/gw, port 80 (of-gw), pods at 8080\n"), "{text}");
    assert!(!text.contains("edge-gw"), "{text}");
}

#[test]
fn the_service_is_shown_without_a_namespace_too() {
    let text = tree_of("a", "", &["gw"]);
    assert!(text.contains("Service default/gw, port 80 (of-gw), pods at 8080\n"), "{text}");
}

#[test]
fn the_json_says_what_the_port_behind_a_target_group_speaks() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let input = std::fs::read_to_string(project.join("chart-fixtures/cases/helm3-default/input.yaml")).unwrap();
    let gateway = "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: web, namespace: istio-system}\n\
                   spec: {servers: [{port: {number: 443, protocol: HTTP, name: w}, hosts: ['*']}]}\n";
    for (more, speaks, from) in [("", "tls", "number"), (gateway, "clear-text", "gateway")] {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
            .env_clear()
            .args(["show", "--format", "json", "--scheme", "internal"])
            .write_stdin(format!("{input}{more}"))
            .output()
            .unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let serves = &shown["groups"][0]["targetGroups"][0]["serves"];
        let told = (&serves["servicePort"], &serves["speaks"], &serves["from"]);
        assert_eq!(told, (&443.into(), &speaks.into(), &from.into()), "{shown:#}");
        let why = serves["why"].as_str().unwrap();
        assert_eq!(why.contains("Gateway istio-system/web has a server on port 443"), !more.is_empty(), "{why}");
    }
}
