//! Flux's own code, on files: what its helm-controller makes of a render, and its kustomize-controller of a folder.

use super::hosts::write;
use super::{command, filter, give, shown, tools};
use std::path::Path;
use std::process::Output;

/// What helm-controller gives Helm to install, for a release with these post-renderers.
pub fn post_render(release: &[u8], render: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "release.yaml", release);
    let mut host = command(tools::host("flux"), folder.path());
    host.args(["helmrelease", "release.yaml"]);
    give(host, render)
}

/// What kustomize-controller applies of a folder, with these variables.
pub fn post_build(folder: &Path, variables: &[(&str, &str)]) -> Output {
    let outside = tempfile::tempdir().unwrap();
    let object = serde_json::json!({
        "kind": "Kustomization",
        "spec": { "path": "./", "postBuild": { "substitute":
            variables.iter().copied().collect::<std::collections::BTreeMap<_, _>>() } },
    });
    write(outside.path(), "object.yaml", object.to_string());
    let mut host = command(tools::host("flux"), folder);
    host.arg("kustomization").arg(outside.path().join("object.yaml")).arg(".");
    give(host, b"")
}

/// `istio-alb export flux` of a stream, in `folder`.
pub fn export(folder: &Path, arguments: &[&str], render: &[u8]) -> Result<(), String> {
    let arguments = [&["export", "flux", "--output", "alb"], arguments].concat();
    let output = filter(folder, &arguments, render);
    if output.status.success() && output.stdout.is_empty() { Ok(()) } else { Err(shown(&output)) }
}

/// What has come of an export that was made in `folder`: the render after helm-controller, and the manifests beside it.
pub fn apply(folder: &Path, render: &[u8]) -> (Output, Vec<u8>) {
    let file = |name: &str| std::fs::read(folder.join("alb").join(name)).unwrap_or_default();
    (post_render(&file("post-renderers.yaml"), render), file("ingress.yaml"))
}
