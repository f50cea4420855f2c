//! With a stand-in for Helm.

use crate::support::argocd::{FakeHelm, Request, same};
use crate::support::{Outcome, binary, command, fail, shown};
use libtest_mimic::Trial;
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: &'static str, test: fn() -> Outcome| trials.push(Trial::test(name, test));
    add("what is said reaches Helm as arguments and on stdin", everything_said);
    add("an Application that says nothing", nothing_said);
    add("Helm's environment", environment);
    add("variables of the Application and of the sidecar", variables);
    add("flags of the plugin's command count most", flags);
    add("values of any length", long_values);
    add("missing dependencies are brought", dependencies);
    add("warnings go to stderr", warnings);
    add("the announced parameters are one JSON array, whatever the environment", announced);
    trials
}

/// A gateway as Helm renders it.
pub const GATEWAY: &str = "---\n# Source: gateway/templates/service.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: gw\n  \
                       namespace: istio-system\nspec:\n  type: LoadBalancer\n  ports:\n  - name: status-port\n    port: 15021\n  \
                       - name: http2\n    port: 80\n  - name: https\n    port: 443\n";

/// A Helm that renders it.
pub fn rendering() -> FakeHelm {
    FakeHelm::new().answer(1, GATEWAY, "")
}

/// The run succeeded and holds these lines.
fn holds(output: &Output, lines: &[&str]) -> Outcome {
    let text = String::from_utf8_lossy(&output.stdout);
    let missing = lines.iter().find(|line| !text.lines().any(|other| other.trim() == **line));
    match missing {
        Some(line) => fail(format!("no line {line}\n{}", shown(output))),
        None if !output.status.success() => fail(shown(output)),
        None => Ok(()),
    }
}

fn everything_said() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    request.write("app/values.yaml", "");
    request.write("base, all.yaml", "");
    let parameters = r#"[
        {"name": "release-name", "string": "edge"},
        {"name": "namespace", "string": "edge-system"},
        {"name": "values-files", "array": ["values.yaml", "/base, all.yaml", "../app/values.yaml"]},
        {"name": "values", "string": "service:\n  externalTrafficPolicy: Local\n"},
        {"name": "helm-parameters", "map": {"replicaCount": "3", "a\\.b": "x,y"}},
        {"name": "helm-string-parameters", "map": {"podAnnotations.n": "007"}},
        {"name": "scheme", "string": "internal"},
        {"name": "subnets", "array": ["subnet-a", "subnet-b"]},
        {"name": "service-node-ports", "map": {"https": "30443"}},
        {"name": "tags", "map": {"Team": "on", "Cost": "007"}},
        {"name": "set", "array": ["ingress.healthCheck.intervalSeconds=20"]}
    ]"#;
    let output = request.generate(&helm.path(), parameters);
    let root = request.root().display().to_string();
    same(
        helm.arguments(1),
        [
            "template",
            ".",
            "--name-template=edge",
            "--namespace=edge-system",
            "--kube-version=1.34.2",
            "--set=a\\.b=x\\,y",
            "--set=replicaCount=3",
            "--set-string=podAnnotations.n=007",
            &format!("--values={root}/app/values.yaml"),
            &format!("--values=\"{root}/base, all.yaml\""),
            &format!("--values={root}/app/values.yaml"),
            "--values=-",
            "--api-versions=apps/v1",
            "--api-versions=v1",
            "--include-crds",
        ]
        .map(str::to_owned)
        .to_vec(),
    )?;
    same(helm.stdin(1).as_str(), "service:\n  externalTrafficPolicy: Local\n")?;
    holds(
        &output,
        &[
            "type: NodePort",
            "nodePort: 30443",
            "alb.ingress.kubernetes.io/scheme: internal",
            "alb.ingress.kubernetes.io/subnets: subnet-a,subnet-b",
            "alb.ingress.kubernetes.io/tags: Cost=007,Team=on",
            "alb.ingress.kubernetes.io/healthcheck-interval-seconds: \"20\"",
        ],
    )
}

fn nothing_said() -> Outcome {
    for parameters in [Some("null"), Some("[]"), Some(""), None] {
        let (helm, request) = (rendering(), Request::empty());
        let mut plugin = request.plugin(&helm.path());
        for name in ["ARGOCD_APP_PARAMETERS", "ARGOCD_APP_NAMESPACE", "KUBE_VERSION", "KUBE_API_VERSIONS"] {
            plugin.env(name, "");
        }
        match parameters {
            Some(text) => plugin.env("ARGOCD_APP_PARAMETERS", text),
            None => plugin.env_remove("ARGOCD_APP_PARAMETERS"),
        };
        plugin.env("ARGOCD_APP_NAME", "team-a_gw");
        holds(&plugin.output().unwrap(), &["type: NodePort", "kind: Ingress"])?;
        let expected = ["template", ".", "--name-template=gw", "--include-crds"];
        same(helm.arguments(1), expected.map(str::to_owned).to_vec())?;
        same(helm.stdin(1).as_str(), "")?;
    }
    Ok(())
}

fn environment() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    let mut plugin = request.plugin(&helm.path());
    plugin.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    for name in [
        "HOME",
        "HELM_CACHE_HOME",
        "HELM_REGISTRY_CONFIG",
        "HELM_DEBUG",
        "HTTPS_PROXY",
        "no_proxy",
        "SSL_CERT_FILE",
        "ARGOCD_APP_NAMESPACE",
        "ARGOCD_ENV_PATH",
        "ARGOCD_ENV_HELM_PLUGINS",
        "PARAM_VALUES",
        "GIT_ASKPASS",
        "LD_PRELOAD",
        "KUBECONFIG",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        plugin.env(name, "x");
    }
    plugin.env("ISTIO_ALB_HELM", helm.path()).env("ARGOCD_APP_NAME", "gw");
    plugin.env("LD_PRELOAD", "");
    let output = plugin.output().unwrap();
    holds(&output, &["kind: Ingress"])?;
    let expected =
        ["HELM_CACHE_HOME", "HELM_REGISTRY_CONFIG", "HOME", "HTTPS_PROXY", "PATH", "SSL_CERT_FILE", "no_proxy"];
    same(helm.environment(1), expected.map(str::to_owned).to_vec())
}

fn variables() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    request.write("app/dev.yaml", "");
    let mut plugin = request.plugin(&helm.path());
    plugin
        .env("ISTIO_ALB_SCHEME", "internet-facing")
        .env("ISTIO_ALB_INGRESS_NAME", "sidecar")
        .env("ISTIO_ALB_HELM_PARAMETERS", "hub=example.com/istio")
        .env("ARGOCD_ENV_ISTIO_ALB_SCHEME", "internal")
        .env("ARGOCD_ENV_ISTIO_ALB_VALUES_FILES", "dev.yaml")
        .env("ARGOCD_ENV_ISTIO_ALB_HELM_PARAMETERS", "replicaCount=2")
        .env("ARGOCD_ENV_ISTIO_ALB_RELEASE_NAME", "app")
        .env("ARGOCD_APP_PARAMETERS", r#"[{"name": "release-name", "string": "parameter"}]"#);
    let output = plugin.output().unwrap();
    holds(&output, &["name: sidecar", "alb.ingress.kubernetes.io/scheme: internal"])?;
    let arguments = helm.arguments(1);
    same(arguments[2].as_str(), "--name-template=parameter")?;
    same(
        arguments[5..7].to_vec(),
        ["--set=hub=example.com/istio", "--set=replicaCount=2"].map(str::to_owned).to_vec(),
    )?;
    same(arguments[7].ends_with("/app/dev.yaml"), true)
}

fn flags() -> Outcome {
    let (helm, request) = (rendering(), Request::empty());
    let mut plugin = request.plugin(&helm.path());
    plugin.args(["--scheme", "internal"]);
    plugin.env("ARGOCD_APP_PARAMETERS", r#"[{"name": "scheme", "string": "internet-facing"}]"#);
    holds(&plugin.output().unwrap(), &["alb.ingress.kubernetes.io/scheme: internal"])
}

/// More than a pipe holds, in both directions at once.
fn long_values() -> Outcome {
    let values = format!("a: {}\n", "x".repeat(120_000));
    let render = format!("{GATEWAY}---\nkind: ConfigMap\napiVersion: v1\ndata: {{a: {}}}\n", "y".repeat(1_000_000));
    let (helm, request) = (FakeHelm::new().answer(1, &render, ""), Request::empty());
    let parameters = serde_json::json!([{ "name": "values", "string": values }]).to_string();
    let output = request.generate(&helm.path(), &parameters);
    holds(&output, &["kind: Ingress"])?;
    same(helm.stdin(1).len(), values.len())
}

/// What Helm says where a dependency is missing.
pub const MISSING: &str = "echo 'Error: an error occurred while checking for chart dependencies. You may need to run `helm dependency \
                       build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: gateway' >&2; \
                       exit 1";

fn dependencies() -> Outcome {
    let helm = FakeHelm::new().answer(1, "half: a\n", MISSING).answer(4, GATEWAY, "");
    let request = Request::empty();
    let chart = "dependencies:\n- {name: gateway, repository: \"https://charts.example.com\"}\n- {name: a, repository: oci://x}\n";
    request.write("app/Chart.yaml", chart);
    let output = request.generate(&helm.path(), r#"[{"name": "values", "string": "a: 1"}]"#);
    holds(&output, &["kind: Ingress"])?;
    let words = |call| helm.arguments(call).join(" ");
    same(words(2).as_str(), "repo add dependency-0 https://charts.example.com")?;
    same(words(3).as_str(), "dependency build . --skip-refresh")?;
    same(words(4), words(1))?;
    same([helm.stdin(2), helm.stdin(4)], [String::new(), "a: 1".to_owned()])
}

fn warnings() -> Outcome {
    let helm = FakeHelm::new().answer(1, GATEWAY, "echo 'WARNING: a value: secret' >&2");
    let output = Request::empty().generate(&helm.path(), "null");
    holds(&output, &["kind: Ingress"])?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !text.contains("istio-alb: warning[ALB024]: ") || text.contains("secret") {
        return fail(shown(&output));
    }
    Ok(())
}

fn announced() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("istio-alb.yaml"), "no: configuration\n").unwrap();
    let mut plugin = command(binary(), folder.path());
    plugin.args(["argocd", "parameters"]);
    plugin.env("ARGOCD_APP_PARAMETERS", "no JSON").env("ARGOCD_ENV_ISTIO_ALB_HELM", "x").env("ISTIO_ALB_SCHEMA", "x");
    let output = plugin.output().unwrap();
    let announced: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout)?;
    let names = |name: &str| announced.iter().filter(|entry| entry["name"] == name).count();
    if !output.status.success() || !output.stderr.is_empty() || names("values") + names("scheme") != 2 {
        return fail(shown(&output));
    }
    Ok(())
}
