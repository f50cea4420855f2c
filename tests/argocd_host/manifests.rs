//! What Argo CD gets to apply.

use crate::host::{Host, application, objects, one, trial, with_parameters};
use crate::support::argocd::serve;
use crate::support::helm::Helm;
use crate::support::tools::Tool;
use crate::support::{Outcome, fail, project, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for helm in Tool::HELMS {
        let mut add = |name: &str, test: fn(&Host) -> Outcome| trials.push(trial(name, helm, test));
        add("the Application that we ship, with the chart as its source", shipped);
        add("a chart in Git, with parameters and values files", from_git);
        add("without parameters", plain);
        add("variables of the Application", variables);
        add("dependencies of the same repository", dependency);
    }
    let mut add = |name: &str, test: fn(&Host) -> Outcome| trials.push(trial(name, Tool::Helm4, test));
    add("a path that is a link", linked_path);
    add("an Application in another namespace", other_namespace);
    add("parameters from Git", from_source_file);
    add("a configuration file in Git", configuration);
    add("dependencies of a chart repository", remote_dependency);
    add("the announced parameters", announced);
    add("flags in the plugin's command", flags_of_the_sidecar);
    trials
}

const SCHEME: &str = "alb.ingress.kubernetes.io/scheme";

fn same(found: &Value, expected: impl Into<Value>) -> Outcome {
    let expected = expected.into();
    match *found == expected {
        true => Ok(()),
        false => fail(format!("expected {expected:#}, found {found:#}")),
    }
}

fn scheme(objects: &[Value]) -> Result<&str, String> {
    let scheme = &one(objects, "Ingress")?["metadata"]["annotations"][SCHEME];
    scheme.as_str().ok_or_else(|| "no scheme".to_owned())
}

fn shipped(host: &Host) -> Outcome {
    host.with_gateway("");
    let output = host.render_file(&project().join("deploy/argocd/application.yaml"), &[]);
    let objects = objects(&output)?;
    let service = one(&objects, "Service")?;
    same(&service["spec"]["type"], "NodePort")?;
    let port = |name, port: u16, node_port: u16| json!({ "name": name, "port": port, "protocol": "TCP", "targetPort": port, "nodePort": node_port });
    let ports = [port("status-port", 15021, 30021), port("http2", 80, 30080), port("https", 443, 30443)];
    same(&service["spec"]["ports"], ports.to_vec())?;
    let ingress = one(&objects, "Ingress")?;
    let metadata = &ingress["metadata"];
    same(&metadata["namespace"], "istio-system")?;
    let annotations = &metadata["annotations"];
    same(&annotations[SCHEME], "internet-facing")?;
    let certificate = "arn:aws:acm:eu-central-1:111122223333:certificate/11112222-3333-4444-5555-666677778888";
    same(&annotations["alb.ingress.kubernetes.io/certificate-arn"], certificate)?;
    same(&annotations["alb.ingress.kubernetes.io/ssl-redirect"], "443")?;
    // Argo CD finds its objects again by this.
    let tracked = "istio-ingressgateway:networking.k8s.io/Ingress:istio-system/common-external-ingress";
    same(&annotations["argocd.argoproj.io/tracking-id"], tracked)?;
    let backend = &ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"];
    same(backend, json!({ "name": "istio-ingressgateway", "port": { "number": 443 } }))?;
    same(&one(&objects, "Deployment")?["metadata"]["labels"]["istio"], "ingressgateway")
}

fn from_git(host: &Host) -> Outcome {
    host.with_gateway("app");
    host.write("values/base.yaml", "replicaCount: 2\nautoscaling: {enabled: false}\n");
    host.write("app/dev.yaml", "replicaCount: 3\n");
    let output = host.render(
        &with_parameters(json!([
            { "name": "release-name", "string": "edge" },
            { "name": "values-files", "array": ["/values/base.yaml", "dev.yaml", "../values/base.yaml"] },
            { "name": "helm-parameters", "map": { "podAnnotations.a": "x,y" } },
            { "name": "scheme", "string": "internal" },
            { "name": "inbound-cidrs", "array": ["10.0.0.0/8", "192.168.0.0/16"] },
            { "name": "ingress-annotations", "map": { "example.com/note": "on" } },
        ])),
        &[],
    );
    let objects = objects(&output)?;
    let deployment = one(&objects, "Deployment")?;
    same(&deployment["metadata"]["name"], "edge")?;
    same(&deployment["spec"]["replicas"], 2)?;
    same(&deployment["spec"]["template"]["metadata"]["annotations"]["a"], "x,y")?;
    let annotations = &one(&objects, "Ingress")?["metadata"]["annotations"];
    same(&annotations[SCHEME], "internal")?;
    same(&annotations["alb.ingress.kubernetes.io/inbound-cidrs"], "10.0.0.0/8,192.168.0.0/16")?;
    same(&annotations["example.com/note"], "on")
}

fn plain(host: &Host) -> Outcome {
    host.with_gateway("app");
    for plugin in [json!({ "name": "istio-alb" }), json!({ "name": "istio-alb", "parameters": [] })] {
        let objects = objects(&host.render(&application(plugin), &[]))?;
        same(&one(&objects, "Service")?["metadata"]["name"], "istio-ingressgateway")?;
        same(&json!(scheme(&objects)?), "internet-facing")?;
    }
    Ok(())
}

/// The Application's count more than the sidecar's; a name may hold anything and stays behind its prefix.
fn variables(host: &Host) -> Outcome {
    host.with_gateway("app");
    let env = json!([
        { "name": "ISTIO_ALB_SCHEME", "value": "internal" },
        { "name": "ISTIO_ALB_HELM_PARAMETERS", "value": "name=$ARGOCD_APP_NAME-edge" },
        { "name": "HELM_DEBUG=true\nPATH", "value": "/evil" },
        { "name": "", "value": "x" },
        { "name": "HOME", "value": "/evil" },
    ]);
    let application = application(json!({ "name": "istio-alb", "env": env }));
    let flags = ["-env", "ISTIO_ALB_SCHEME=internet-facing", "-env", "ISTIO_ALB_INGRESS_NAME=sidecar"];
    let objects = objects(&host.render(&application, &flags))?;
    same(&json!(scheme(&objects)?), "internal")?;
    same(&one(&objects, "Ingress")?["metadata"]["name"], "sidecar")?;
    same(&one(&objects, "Service")?["metadata"]["name"], "istio-ingressgateway-edge")
}

fn dependency(host: &Host) -> Outcome {
    host.with_gateway("gateway");
    host.write("app/Chart.yaml", &parent("file://../gateway"));
    let objects = objects(&host.render(&with_parameters(json!([])), &[]))?;
    same(&one(&objects, "Service")?["spec"]["type"], "NodePort")
}

/// A chart that depends on ours.
fn parent(repository: &str) -> String {
    format!(
        "apiVersion: v2\nname: edge\nversion: 1.0.0\ndependencies:\n- {{name: gateway, version: 1.0.0, repository: \"{repository}\"}}\n"
    )
}

/// The working directory is then where the link leads.
fn linked_path(host: &Host) -> Outcome {
    host.with_gateway("charts/gateway");
    host.write("values/dev.yaml", "name: edge\n");
    symlink("charts/gateway", host.source().join("app")).unwrap();
    let files = json!([{ "name": "values-files", "array": ["/values/dev.yaml"] }]);
    let objects = objects(&host.render(&with_parameters(files), &[]))?;
    same(&one(&objects, "Service")?["metadata"]["name"], "edge")
}

fn other_namespace(host: &Host) -> Outcome {
    host.with_gateway("app");
    let mut application = with_parameters(json!([]));
    application["metadata"]["namespace"] = json!("team-a");
    let objects = objects(&host.render(&application, &[]))?;
    same(&one(&objects, "Service")?["metadata"]["name"], "istio-ingressgateway")
}

/// `.argocd-source.yaml` beside the chart is laid over the Application's source.
fn from_source_file(host: &Host) -> Outcome {
    host.with_gateway("app");
    host.write("app/.argocd-source.yaml", "plugin:\n  parameters:\n  - {name: scheme, string: internal}\n");
    let objects = objects(&host.render(&application(json!({ "name": "istio-alb" })), &[]))?;
    same(&json!(scheme(&objects)?), "internal")
}

fn configuration(host: &Host) -> Outcome {
    host.with_gateway("app");
    let text = |name| {
        format!(
            "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {{ingress: {{name: {name}, scheme: internal}}}}\n"
        )
    };
    host.write("app/istio-alb.yaml", &text("beside"));
    host.write("gateways/edge.yaml", &text("elsewhere"));
    for (parameters, name) in [
        (json!([]), "beside"),
        (json!([{ "name": "config", "string": "/gateways/edge.yaml" }]), "elsewhere"),
        (json!([{ "name": "ingress-name", "string": "said" }]), "said"),
    ] {
        let objects = objects(&host.render(&with_parameters(parameters), &[]))?;
        same(&one(&objects, "Ingress")?["metadata"]["name"], name)?;
        same(&json!(scheme(&objects)?), "internal")?;
    }
    Ok(())
}

fn remote_dependency(host: &Host) -> Outcome {
    let shelf = tempfile::tempdir().unwrap();
    let url = serve(shelf.path());
    let helm = Helm::bare(Tool::Helm4);
    let gateway = project().join("chart-fixtures/gateway");
    let place = shelf.path().to_str().unwrap();
    for words in [
        vec!["package", gateway.to_str().unwrap(), "--destination", place],
        vec!["repo", "index", place, "--url", &url],
    ] {
        let done = helm.run(&words).output().unwrap();
        if !done.status.success() {
            return fail(shown(&done));
        }
    }
    host.write("app/Chart.yaml", &parent(&url));
    let objects = objects(&host.render(&with_parameters(json!([])), &[]))?;
    same(&one(&objects, "Service")?["spec"]["type"], "NodePort")
}

fn announced(host: &Host) -> Outcome {
    host.with_gateway("app");
    let announced = objects(&host.render(&with_parameters(json!([])), &["-parameters"]))?;
    let find = |name: &str| announced.iter().find(|entry| entry["name"] == name).cloned().unwrap_or_default();
    for (name, kind) in [
        ("release-name", "string"),
        ("values", "string"),
        ("values-files", "array"),
        ("helm-parameters", "map"),
        ("certificate-arn", "array"),
        ("scheme", "string"),
        ("service-node-ports", "map"),
    ] {
        let entry = find(name);
        same(&entry["collectionType"], kind)?;
        same(&json!(entry["tooltip"].as_str().is_some_and(|text| text.len() > 20)), true)?;
    }
    let mut names: Vec<_> = announced.iter().map(|entry| entry["name"].to_string()).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    same(&json!(names.len()), count)
}

/// A sidecar may have the plugin's command say what no Application changes.
fn flags_of_the_sidecar(host: &Host) -> Outcome {
    host.with_gateway("app");
    let parameters = with_parameters(json!([{ "name": "scheme", "string": "internet-facing" }]));
    let shipped = std::fs::read_to_string(project().join("deploy/argocd/plugin.yaml"))?;
    let own = shipped.replace("argocd, generate]", "argocd, generate, --scheme, internal]");
    let file = host.source().with_file_name("plugin.yaml");
    std::fs::write(&file, &own)?;
    // Of two, the last one counts.
    let objects = objects(&host.render(&parameters, &["-plugin", file.to_str().unwrap()]))?;
    same(&json!(own != shipped), true)?;
    same(&json!(scheme(&objects)?), "internal")
}
