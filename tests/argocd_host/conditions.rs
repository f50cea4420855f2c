//! What users read at the Application when it fails. Nothing is applied then, and nothing is deleted.

use crate::host::{Host, application, trial, with_parameters};
use crate::support::tools::Tool;
use crate::support::{Outcome, fail, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for helm in Tool::HELMS {
        trials.push(trial("condition: inline values that are no YAML", helm, move |host| {
            host.with_gateway("app");
            let output = host.render(&with_parameters(json!([{ "name": "values", "string": "[secret" }])), &[]);
            let document = if helm == Tool::Helm3 { "" } else { "cannot unmarshal yaml document: " };
            condition(
                &output,
                3,
                &format!(
                    "helm template failed: failed to parse -: {document}error converting YAML to JSON: yaml: line 1: did not \
                     find expected ',' or ']'\n  help: `-` is the parameter `values`: it must be a YAML map, as in a values file"
                ),
            )
        }));
    }
    for &(name, parameters, code, text) in PARAMETERS {
        trials.push(trial(&format!("condition: {name}"), Tool::Helm4, move |host| {
            host.with_gateway("app");
            let parameters: Value = serde_json::from_str(parameters)?;
            condition(&host.render(&with_parameters(parameters), &[]), code, text)
        }));
    }
    let mut add = |name: &str, test: fn(&Host) -> Outcome| {
        trials.push(trial(&format!("condition: {name}"), Tool::Helm4, test));
    };
    add("no chart", no_chart);
    add("a chart that renders nothing", nothing);
    add("a chart that renders hooks and nothing else", hooks);
    add("a dependency whose repository cannot be reached", unreachable);
    add("a dependency outside the repository", dependency_outside);
    add("a finding at error level", finding);
    add("a program of the Application's choice", program);
    add("a sidecar without Helm", no_helm);
    add("a name of the Application that is too long for a release", long_name);
    add("a configuration file with a mistake", configuration);
    add("a link out of the repository", link);
    add("a parameter that is too long for the environment", long_parameter);
    trials
}

/// What Argo CD writes before our own words.
const BEFORE: &str = "ComparisonError: Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code \
                      = Unknown desc = CMP processing failed for application \"istio-ingressgateway\": error generating manifests \
                      in cmp: rpc error: code = Unknown desc = error generating manifests: `istio-alb argocd generate` failed \
                      exit status";

/// Argo CD has nothing to apply, and says this.
fn condition(output: &Output, code: i32, text: &str) -> Outcome {
    says(output, &format!("{BEFORE} {code}: istio-alb: error: {text}\n"))
}

fn says(output: &Output, text: &str) -> Outcome {
    if output.status.success() || !output.stdout.is_empty() || output.stderr != text.as_bytes() {
        return fail(format!("expected\n{text}\nnot {}", shown(output)));
    }
    Ok(())
}

/// Name, parameters, exit code, text.
const PARAMETERS: &[(&str, &str, i32, &str)] = &[
    (
        "a parameter of another shape",
        r#"[{"name": "certificate-arn", "string": "x"}]"#,
        2,
        "parameter `certificate-arn` takes an array and nothing else\n  help: write {name: certificate-arn, array: [\"…\"]}",
    ),
    (
        "a word that there is not",
        r#"[{"name": "scheme", "string": "public"}]"#,
        2,
        "parameter `scheme`: spec.ingress.scheme: expected `internal` or `internet-facing`, found `public`",
    ),
    (
        "a flag as the name of the release",
        r#"[{"name": "release-name", "string": "--post-renderer=/tmp/x"}]"#,
        2,
        "parameter `release-name`: `--post-renderer=/tmp/x` is no name for a release\n  help: choose one with the parameter \
         `release-name`: lower-case letters, digits, `-` and `.`, 53 characters at most",
    ),
    (
        "a values file of another tenant",
        r#"[{"name": "values-files", "array": ["../../other/values.yaml"]}]"#,
        2,
        "parameter `values-files`: `../../other/values.yaml` is not in the repository\n  help: name a file of the \
         Application's own repository; with `/` in front the path counts from its root",
    ),
    (
        "an URL as a values file",
        r#"[{"name": "values-files", "array": ["https://example.com/values.yaml"]}]"#,
        2,
        "parameter `values-files`: `https://example.com/values.yaml` is not in the repository\n  help: name a file of the \
         Application's own repository; with `/` in front the path counts from its root",
    ),
    (
        "a values file that is not there",
        r#"[{"name": "values-files", "array": ["/etc/passwd"]}]"#,
        2,
        "parameter `values-files`: there is no file `/etc/passwd`\n  help: a path counts from the Application's folder, and \
         with `/` in front from the root of the repository",
    ),
    (
        "a line break in a name",
        r#"[{"name": "helm-parameters", "map": {"a\n--post-renderer": "secret"}}]"#,
        2,
        "parameter `helm-parameters`: a name is empty or holds `=`, `,`, a brace or a line break\n  help: a name is a path in \
         the values: `service.type`, `tolerations[0].key`, `labels.example\\.com/a`",
    ),
    (
        "an east-west gateway",
        r#"[{"name": "helm-parameters", "map": {"networkGateway": "network1"}}]"#,
        2,
        "document 4 (gateway/templates/service.yaml), line 72: Service istio-system/istio-ingressgateway is an east-west gateway \
         (label topology.istio.io/network): its mutual TLS is passed through by SNI, and an ALB can't do that\n  help: leave \
         it behind its NLB; if another Service of this stream is meant, name it with the parameter `gateway: NAME`; the parameter \
         `gateway: istio-ingressgateway` takes this one all the same, and ALB046 reports it",
    ),
    (
        "no Service",
        r#"[{"name": "helm-parameters", "map": {"service.type": "None"}}]"#,
        2,
        "no gateway Service found: the stream holds no Service\n  help: with `service.type: None` the gateway chart renders \
         none: set it to NodePort or LoadBalancer. If the stream is to have no gateway: the parameter \
         `if-missing: pass`",
    ),
];

fn no_chart(host: &Host) -> Outcome {
    host.write("app/readme", "");
    let text = "helm template failed: unable to detect chart at app/Chart.yaml: open app/Chart.yaml: no such file or directory\n  \
                help: spec.source.path must name the folder with Chart.yaml in it";
    condition(&host.render(&with_parameters(json!([])), &[]), 3, text)
}

fn rendered(what: &str) -> String {
    format!(
        "helm template rendered {what}\n  help: Argo CD would then delete everything that the Application has: look at \
         the values that switch parts of the chart off"
    )
}

const CHART: &str = "apiVersion: v2\nname: edge\nversion: 1.0.0\n";

fn nothing(host: &Host) -> Outcome {
    host.write("app/Chart.yaml", CHART);
    host.write("app/templates/a.yaml", "# {{ .Release.Name }}\n");
    let pass = json!([{ "name": "if-missing", "string": "pass" }]);
    condition(&host.render(&with_parameters(json!([])), &[]), 2, &rendered("no manifests"))?;
    condition(&host.render(&with_parameters(pass), &[]), 2, &rendered("no manifests"))
}

fn hooks(host: &Host) -> Outcome {
    host.write("app/Chart.yaml", CHART);
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, annotations: {helm.sh/hook: test}}\n";
    host.write("app/templates/a.yaml", job);
    let pass = json!([{ "name": "if-missing", "string": "pass" }]);
    condition(&host.render(&with_parameters(pass), &[]), 2, &rendered("hooks and nothing else"))
}

fn unreachable(host: &Host) -> Outcome {
    let dependency = "dependencies: [{name: gateway, version: 1.0.0, repository: \"http://127.0.0.1:9\"}]\n";
    host.write("app/Chart.yaml", &format!("{CHART}{dependency}"));
    let text = "helm repo add failed: looks like \"http://127.0.0.1:9\" is not a valid chart repository or cannot be reached: Get \
                \"http://127.0.0.1:9/index.yaml\": dial tcp 127.0.0.1:9: connect: connection refused\n  help: the sidecar must \
                reach it; credentials that Argo CD has are not passed on, so commit charts/, or mount a repositories.yaml and \
                name it in HELM_REPOSITORY_CONFIG";
    condition(&host.render(&with_parameters(json!([])), &[]), 3, text)
}

fn dependency_outside(host: &Host) -> Outcome {
    let dependency = "dependencies: [{name: gateway, version: 1.0.0, repository: \"file:///etc\"}]\n";
    host.write("app/Chart.yaml", &format!("{CHART}{dependency}"));
    let text = "Chart.yaml: the dependency `file:///etc` is not in the repository\n  help: a chart of the same repository is named \
                by a path from this one: file://../other";
    condition(&host.render(&with_parameters(json!([])), &[]), 2, text)
}

fn finding(host: &Host) -> Outcome {
    host.with_gateway("app");
    let output = host.render(&with_parameters(json!([{ "name": "deny", "array": ["ALB024"] }])), &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    let right = text.starts_with(&format!("{BEFORE} 1: istio-alb: error[ALB024]: "))
        && text.ends_with("you can allow by its id: the parameter `allow: ALB024`\n");
    if output.status.success() || !output.stdout.is_empty() || !right || text.lines().count() != 4 {
        return fail(shown(&output));
    }
    Ok(())
}

fn program(host: &Host) -> Outcome {
    host.with_gateway("app");
    let env = json!([{ "name": "ISTIO_ALB_HELM", "value": "/bin/sh" }]);
    let application = application(json!({ "name": "istio-alb", "env": env }));
    let text = "ARGOCD_ENV_ISTIO_ALB_HELM: an Application cannot choose the program that is run\n  help: ISTIO_ALB_HELM in the \
                sidecar names the Helm to use";
    condition(&host.render(&application, &[]), 2, text)
}

fn no_helm(host: &Host) -> Outcome {
    host.with_gateway("app");
    let output = host.render(&with_parameters(json!([])), &["-env", "ISTIO_ALB_HELM=/nowhere/helm"]);
    let text = "cannot run `/nowhere/helm`: there is no such program\n  help: the sidecar's image needs Helm on PATH, or \
                ISTIO_ALB_HELM with its place";
    condition(&output, 3, text)
}

fn long_name(host: &Host) -> Outcome {
    host.with_gateway("app");
    let mut application = with_parameters(json!([]));
    let name = "istio-ingressgateway-of-the-shop-in-the-region-of-frankfurt";
    application["metadata"]["name"] = json!(name);
    let text = format!(
        "{BEFORE} 2: istio-alb: error: ARGOCD_APP_NAME: `{name}` is no name for a release\n  help: choose one with the parameter \
         `release-name`: lower-case letters, digits, `-` and `.`, 53 characters at most\n"
    );
    says(&host.render(&application, &[]), &text.replacen("\"istio-ingressgateway\"", &format!("\"{name}\""), 1))
}

fn configuration(host: &Host) -> Outcome {
    host.with_gateway("app");
    let file = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {ingress: {schem: internal}}\n";
    host.write("app/istio-alb.yaml", file);
    let text = "istio-alb.yaml:3:18: unknown field `schem` in spec.ingress\n  help: did you mean `scheme`?";
    condition(&host.render(&with_parameters(json!([])), &[]), 2, text)
}

/// Argo CD refuses it before we see it.
fn link(host: &Host) -> Outcome {
    host.with_gateway("app");
    symlink("/etc/passwd", host.source().join("app/values-dev.yaml")).unwrap();
    let files = json!([{ "name": "values-files", "array": ["values-dev.yaml"] }]);
    let output = host.render(&with_parameters(files), &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success()
        || !output.stdout.is_empty()
        || !text.contains("repository contains out-of-bounds symlinks")
    {
        return fail(shown(&output));
    }
    Ok(())
}

/// The system refuses it before we see it.
fn long_parameter(host: &Host) -> Outcome {
    host.with_gateway("app");
    let values = json!([{ "name": "values", "string": format!("a: {}", "x".repeat(200_000)) }]);
    let output = host.render(&with_parameters(values), &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() || !output.stdout.is_empty() || !text.ends_with("argument list too long\n") {
        return fail(shown(&output));
    }
    Ok(())
}
