//! With real Helm.

use crate::support::argocd::{Request, make_executable, refused, serve};
use crate::support::helm::Helm;
use crate::support::tools::{Need, Tool, chart, gated};
use crate::support::{Outcome, contract, copy_folder, fail, project, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for helm in Tool::HELMS {
        let mut add = |name: &str, needs: Vec<Need>, test: fn(Tool) -> Outcome| {
            let needs = [vec![Need::Tool(helm)], needs].concat();
            trials.push(gated(format!("{}: {name}", helm.name()), needs, move || test(helm)));
        };
        add("our chart", vec![], our_chart);
        add("values in their order", vec![], values);
        add("a file with a comma in its name is one file", vec![], comma);
        add("no value becomes a flag", vec![], no_flag);
        add("custom resource definitions and hooks come along", vec![], umbrella);
        add("dependencies of the same repository", vec![], local_dependency);
        add("dependencies of a chart repository", vec![], remote_dependency);
        add("a dependency outside the repository", vec![], dependency_outside);
        add("what Helm says when it fails", vec![], failures);
        let chart = Need::Chart("1.24.2".to_owned());
        add("a release of Istio's chart whose schema refuses it", vec![chart], schema);
    }
    trials
}

fn objects(output: &Output) -> Result<Vec<Value>, String> {
    if !output.status.success() {
        return Err(shown(output));
    }
    let documents = contract::documents(&output.stdout);
    let objects = documents.into_iter().filter_map(|document| contract::parse(document).ok());
    Ok(objects.filter(|object| object["kind"].is_string()).collect())
}

fn one<'o>(objects: &'o [Value], kind: &str) -> Result<&'o Value, String> {
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    match (found.next(), found.next()) {
        (Some(object), None) => Ok(object),
        _ => Err(format!("not one {kind} in {objects:#?}")),
    }
}

fn same(found: &Value, expected: impl Into<Value>) -> Outcome {
    let expected = expected.into();
    match *found == expected {
        true => Ok(()),
        false => fail(format!("expected {expected}, found {found}")),
    }
}

fn parameters(list: Value) -> String {
    list.to_string()
}

fn our_chart(helm: Tool) -> Outcome {
    let output = Request::of_gateway().generate(&helm.path(), "null");
    let objects = objects(&output)?;
    let service = one(&objects, "Service")?;
    same(&service["metadata"]["name"], "istio-ingressgateway")?;
    same(&service["metadata"]["namespace"], "istio-system")?;
    same(&service["spec"]["type"], "NodePort")?;
    let path = &one(&objects, "Ingress")?["spec"]["rules"][0]["http"]["paths"][0];
    same(&path["backend"]["service"], json!({ "name": "istio-ingressgateway", "port": { "number": 443 } }))?;
    one(&objects, "Deployment").map(|_| ()).map_err(Into::into)
}

/// Files in order, then inline values, then single values; text stays text.
fn values(helm: Tool) -> Outcome {
    let request = Request::of_gateway();
    let file = |number: u8, more: &str| format!("replicaCount: {number}\nautoscaling: {{enabled: false}}\n{more}");
    request.write("base.yaml", &file(2, "podAnnotations: {from: base, base: kept}\n"));
    request.write("app/dev.yaml", &file(3, "podAnnotations: {from: dev}\n"));
    let list = parameters(json!([
        { "name": "values-files", "array": ["/base.yaml", "dev.yaml"] },
        { "name": "values", "string": "replicaCount: 4\npodAnnotations: {from: inline}\n" },
        { "name": "helm-parameters", "map": { "replicaCount": "5", "podAnnotations.a\\.b": "x,y" } },
        { "name": "helm-string-parameters", "map": { "podAnnotations.n": "007" } },
    ]));
    let objects = objects(&request.generate(&helm.path(), &list))?;
    let deployment = &one(&objects, "Deployment")?["spec"];
    same(&deployment["replicas"], 5)?;
    let annotations = &deployment["template"]["metadata"]["annotations"];
    for (name, value) in [("from", "inline"), ("base", "kept"), ("a.b", "x,y"), ("n", "007")] {
        same(&annotations[name], value)?;
    }
    Ok(())
}

/// Helm splits the value of `--values` at commas: the second half must not become a file of its own.
fn comma(helm: Tool) -> Outcome {
    let request = Request::of_gateway();
    let secret = request.outside().join("secret.yaml");
    std::fs::write(&secret, "podAnnotations: {leaked: \"true\"}\n").unwrap();
    let name = format!("a\",{}", secret.display());
    request.write(&format!("app/{name}"), "podAnnotations: {own: \"true\"}\n");
    let list = parameters(json!([{ "name": "values-files", "array": [name] }]));
    let objects = objects(&request.generate(&helm.path(), &list))?;
    let annotations = &one(&objects, "Deployment")?["spec"]["template"]["metadata"]["annotations"];
    same(&annotations["own"], "true")?;
    same(&annotations["leaked"], Value::Null)
}

/// A post-renderer would be somebody else's program: it is never run.
fn no_flag(helm: Tool) -> Outcome {
    let request = Request::of_gateway();
    let witness = request.outside().join("witness");
    let program = request.root().join("app/evil");
    request.write("app/evil", &format!("#!/bin/sh\ntouch {}\ncat\n", witness.display()));
    make_executable(&program);
    let flag = format!("--post-renderer={}", program.display());
    for list in [
        json!([{ "name": "values", "string": flag }]),
        json!([{ "name": "helm-parameters", "map": { "podAnnotations.a": flag } }]),
        json!([{ "name": "helm-parameters", "map": { "podAnnotations.a": format!("x\n{flag}") } }]),
        json!([{ "name": "helm-string-parameters", "map": { "podAnnotations.a": format!("x {flag}") } }]),
        json!([{ "name": "helm-string-parameters", "map": { flag.clone(): "x" } }]),
        json!([{ "name": "release-name", "string": flag }]),
        json!([{ "name": "values-files", "array": [flag] }]),
    ] {
        request.generate(&helm.path(), &parameters(list));
        let mut plugin = request.plugin(&helm.path());
        plugin.env("ARGOCD_ENV_HELM_ARGS", &flag).env("ARGOCD_APP_NAMESPACE", &flag).env("KUBE_VERSION", &flag);
        plugin.output().unwrap();
    }
    match witness.exists() {
        true => fail("a program of the repository was run"),
        false => Ok(()),
    }
}

/// The repository with the parent chart and the one it depends on; `app` is the parent.
fn parent(repository: &str) -> Request {
    let request = Request::of_chart(&project().join("chart-fixtures/umbrella"));
    copy_folder(&project().join("chart-fixtures/gateway"), &request.root().join("gateway"));
    let chart = std::fs::read_to_string(request.app().join("Chart.yaml")).unwrap();
    let chart = chart.replace("file://../gateway", repository);
    request.write("app/Chart.yaml", &chart);
    request
}

fn umbrella(helm: Tool) -> Outcome {
    let request = parent("file://../gateway");
    let objects = objects(&request.generate(&helm.path(), "null"))?;
    one(&objects, "CustomResourceDefinition")?;
    if !objects.iter().any(|object| object["metadata"]["annotations"]["helm.sh/hook"].is_string()) {
        return fail(format!("no hook in {objects:#?}"));
    }
    let list = parameters(json!([{ "name": "skip-crds", "string": "true" }]));
    let without = self::objects(&request.generate(&helm.path(), &list))?;
    same(&json!(objects.len() - without.len()), 1)
}

fn local_dependency(helm: Tool) -> Outcome {
    let request = parent("file://../gateway");
    let objects = objects(&request.generate(&helm.path(), "null"))?;
    let ours = objects.iter().find(|object| object["metadata"]["name"] == "common-external-ingress");
    same(&json!(ours.is_some()), true)
}

/// The chart comes over HTTP once, nothing of the way stays in the sidecar's home, and templates see no file of it.
fn remote_dependency(helm: Tool) -> Outcome {
    let shelf = tempfile::tempdir().unwrap();
    let url = serve(shelf.path());
    let tool = Helm::bare(helm);
    let gateway = project().join("chart-fixtures/gateway");
    let place = shelf.path().to_str().unwrap();
    for words in [
        vec!["package", gateway.to_str().unwrap(), "--destination", place],
        vec!["repo", "index", place, "--url", &url],
    ] {
        let done = tool.run(&words).output().unwrap();
        if !done.status.success() {
            return fail(shown(&done));
        }
    }
    let request = parent(&url);
    let files = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata:\n  files: {{ range $name, $_ := .Files.Glob \
                 \"**\" }}{{ $name }} {{ end }}\n";
    request.write("app/templates/files.yaml", files);
    let output = request.generate(&helm.path(), "null");
    let objects = objects(&output)?;
    let files = objects.iter().find(|object| object["metadata"]["name"] == "files");
    let listed = files.map_or("", |files| files["data"]["files"].as_str().unwrap_or_default());
    if listed.contains("istio-alb") {
        return fail(format!("templates see {listed}"));
    }
    let ours = objects.iter().any(|object| object["metadata"]["name"] == "common-external-ingress");
    let home = request.outside().join("home");
    let left: Vec<_> =
        ["cache/repository", "config/repositories.yaml"].iter().filter(|name| home.join(name).exists()).collect();
    match ours && left.is_empty() {
        true => Ok(()),
        false => fail(format!("{left:?}\n{}", shown(&output))),
    }
}

fn dependency_outside(helm: Tool) -> Outcome {
    let request = parent("file://../../3c4d/gateway");
    copy_folder(&project().join("chart-fixtures/gateway"), &request.outside().join("_cmp_server/3c4d/gateway"));
    refused(
        &request.generate(&helm.path(), "null"),
        2,
        "istio-alb: error: Chart.yaml: the dependency `file://../../3c4d/gateway` is not in the repository\n  help: a chart \
         of the same repository is named by a path from this one: file://../other\n",
    )
}

const HELP: &str = "  help: the same command on the chart, with the same values, shows it on your machine\n";
const CHART: &str = "  help: spec.source.path must name the folder with Chart.yaml in it\n";

fn failures(helm: Tool) -> Outcome {
    let is_3 = helm == Tool::Helm3;
    let failed = |text: &str| format!("istio-alb: error: helm template failed: {text}");
    let inline = |yaml: &str| parameters(json!([{ "name": "values", "string": yaml }]));
    let document = if is_3 { "" } else { "cannot unmarshal yaml document: " };
    let processing = if is_3 { "" } else { "chart dependencies processing failed: " };
    let values = "  help: `-` is the parameter `values`: it must be a YAML map, as in a values file\n";
    let gateway = Request::of_gateway();
    let refused =
        |request: &Request, list: &str, text: String| refused(&request.generate(&helm.path(), list), 3, &text);

    let unclosed = "error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'";
    refused(&gateway, &inline("[secret"), failed(&format!("failed to parse -: {document}{unclosed}\n{values}")))?;
    let scalar = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type \
                  map[string]interface {}";
    refused(&gateway, &inline("secret"), failed(&format!("failed to parse -: {document}{scalar}\n{values}")))?;

    let set = parameters(json!([{ "name": "helm-parameters", "map": { "a[secret]": "secret" } }]));
    let index = "failed parsing --set data: error parsing index: strconv.Atoi: parsing \"secret\": invalid syntax\n";
    refused(&gateway, &set, failed(&format!("{index}{HELP}")))?;

    let folder = parameters(json!([{ "name": "values-files", "array": ["/app/templates"] }]));
    refused(&gateway, &folder, failed(&format!("read app/templates: is a directory\n{HELP}")))?;

    let none = Request::empty();
    let missing = match is_3 {
        true => "Chart.yaml file is missing\n".to_owned(),
        false => {
            "unable to detect chart at app/Chart.yaml: open app/Chart.yaml: no such file or directory\n".to_owned()
        }
    };
    refused(&none, "null", failed(&format!("{missing}{CHART}")))?;

    // Values that Helm itself prints are not passed on.
    let umbrella = parent("file://../gateway");
    let list = inline("gateway: [secret]");
    refused(&umbrella, &list, failed(&format!("{processing}type mismatch on gateway: it is no map\n{HELP}")))?;

    let nowhere = parent("http://127.0.0.1:9");
    let unreachable = "istio-alb: error: helm repo add failed: looks like \"http://127.0.0.1:9\" is not a valid chart \
                       repository or cannot be reached: Get \"http://127.0.0.1:9/index.yaml\": dial tcp 127.0.0.1:9: connect: \
                       connection refused\n  help: the sidecar must reach it; credentials that Argo CD has are not passed \
                       on, so commit charts/, or mount a repositories.yaml and name it in HELM_REPOSITORY_CONFIG\n";
    refused(&nowhere, "null", unreachable.to_owned())?;

    let request = Request::of_gateway();
    request.write("app/templates/service.yaml", "");
    let output = request.generate(&helm.path(), "null");
    self::refused(
        &output,
        2,
        "istio-alb: error: no gateway Service found: the stream holds no Service\n  help: with `service.type: None` the \
         gateway chart renders none: set it to NodePort or LoadBalancer. If the stream is to have no gateway: \
         the parameter `if-missing: pass`\n",
    )
}

/// Some releases of Istio's chart refuse their own values.
fn schema(helm: Tool) -> Outcome {
    let request = Request::of_chart(&chart("1.24.2"));
    let text = "istio-alb: error: helm template failed: values don't meet the specifications of the schema(s) in the \
                following chart(s):\n  gateway:\n  - at '': additional properties '_internal_defaults_do_not_set' not \
                allowed\n  help: mend the values; some releases of Istio's gateway chart (1.22 to 1.24) refuse their own, \
                and need the parameter `skip-schema-validation: \"true\"`\n";
    refused(&request.generate(&helm.path(), "null"), 3, text)?;
    let list = parameters(json!([{ "name": "skip-schema-validation", "string": "true" }]));
    let objects = objects(&request.generate(&helm.path(), &list))?;
    one(&objects, "Ingress").map(|_| ()).map_err(Into::into)
}
