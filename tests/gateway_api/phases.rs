//! A Gateway before us, attached, cut over, and back: what istiod makes of it each time.

use super::istiod::Istiod;
use super::live::{becomes, said};
use crate::support::cluster::Namespace;
use crate::support::{Outcome, fail, filter, give, project, shown};
use serde_json::Value;
use std::path::PathBuf;

/// A case of `chart-fixtures/cases`, with its configuration.
pub struct Case {
    pub name: &'static str,
}

pub const CASES: [Case; 8] = [
    Case { name: "helm3-gateway-api" },
    Case { name: "helm3-gateway-api-infrastructure" },
    Case { name: "helm3-gateway-api-node-ports" },
    Case { name: "helm3-gateway-api-parameters" },
    Case { name: "gateway-api-clusterip" },
    Case { name: "gateway-api-names-of-ports" },
    Case { name: "gateway-api-name-override" },
    Case { name: "gateway-api-type-by-parameters" },
];

impl Case {
    fn folder(&self) -> PathBuf {
        project().join("chart-fixtures/cases").join(self.name)
    }

    /// What the filter prints in the case's folder.
    fn filtered(&self, stream: &str, more: &[&str]) -> Result<String, String> {
        let arguments = std::fs::read_to_string(self.folder().join("args")).unwrap_or_default();
        let arguments: Vec<&str> = arguments.lines().chain(more.iter().copied()).collect();
        let output = filter(&self.folder(), &arguments, stream.as_bytes());
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap()),
            false => Err(shown(&output)),
        }
    }
}

pub fn run(case: &Case, istiod: &Istiod) -> Outcome {
    let name = format!("{}-{}", case.name, istiod.release.name.replace('.', "-"));
    let namespace = istiod.cluster.namespace(&name);
    let file = std::fs::read_to_string(case.folder().join("input.yaml"))?;
    // Each trial has a namespace of its own; Gateways of others would take the same node ports.
    let input = file.replace("namespace: istio-system", &format!("namespace: {name}"));
    let input = input.replace("namespace: edge", &format!("namespace: {name}"));
    let printed = [
        ("before", input.clone()),
        ("attach", case.filtered(&input, &["--phase=attach"])?),
        ("cutover", case.filtered(&input, &[])?),
        ("back", input.clone()),
    ];
    let mut first = Value::Null;
    for (phase, stream) in printed {
        apply(&namespace, &stream);
        for expected in said(&stream) {
            let found = becomes(&namespace, &expected).map_err(|why| format!("{phase}: {why}"))?;
            check(phase, &found, &mut first)?;
        }
        if let (true, Err(why)) = (phase != "back", same_picture(&namespace, &stream)) {
            return fail(format!("{phase}: {why}"));
        }
    }
    namespace.ask(&["delete", "gateways.gateway.networking.k8s.io,services", "--all"]);
    Ok(())
}

/// What the phase promises, whatever the model says.
fn check(phase: &str, service: &Value, first: &mut Value) -> Outcome {
    let kind = service["spec"]["type"].as_str().unwrap();
    let annotations = service["metadata"]["annotations"].to_string();
    match phase {
        "before" => *first = service["spec"]["type"].clone(),
        "cutover" if kind == "LoadBalancer" || annotations.contains("service.beta.kubernetes.io") => {
            return fail(format!("it is of type {kind}, with the annotations {annotations}"));
        }
        "attach" | "back" if *first != kind => return fail(format!("{phase}: it was {first}, and is {kind}")),
        _ => {}
    }
    Ok(())
}

/// The load balancer is the same by what we printed and by what is in the cluster, but for node ports that Kubernetes chose.
fn same_picture(namespace: &Namespace, stream: &str) -> Result<(), String> {
    let show = |manifests: &str| {
        let folder = tempfile::tempdir().unwrap();
        let output = filter(folder.path(), &["show", "--as-is", "--format", "json"], manifests.as_bytes());
        serde_json::from_slice::<Value>(&output.stdout).map_err(|_| shown(&output))
    };
    if !stream.contains("kind: Ingress") {
        return Ok(());
    }
    let live = namespace.ask(&["get", "services,ingresses", "--output", "yaml"]);
    let (printed, live) = (show(stream)?, show(&live)?);
    let groups = |picture: &Value| {
        let targets =
            picture.pointer("/loadBalancers/0/targetGroups").and_then(Value::as_array).cloned().unwrap_or_default();
        let plain =
            |group: &Value| (group["service"].clone(), group["protocol"].clone(), group["healthCheck"]["path"].clone());
        targets.iter().map(plain).collect::<Vec<_>>()
    };
    if groups(&printed) == groups(&live) {
        return Ok(());
    }
    Err(format!("show says\n{printed:#}\nand of the cluster\n{live:#}"))
}

/// As a deployment would: what a manifest does not have any more goes.
fn apply(namespace: &Namespace, stream: &str) {
    let arguments = ["apply", "--server-side", "--force-conflicts", "--filename", "-"];
    let output = give(namespace.kubectl(&arguments), stream.as_bytes());
    assert!(output.status.success(), "{}\n{stream}", shown(&output));
}
