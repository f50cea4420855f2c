//! Hosts that render by themselves and run us, or our exports: kustomize, and what is the same however a host prints it.

use super::contract;
use super::helm::path_with;
use super::tools::Tool;
use super::{Outcome, binary, command, fail, shown};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// Without these kustomize passes functions over, in silence.
pub const FUNCTIONS: [&str; 2] = ["--enable-alpha-plugins", "--enable-exec"];

/// `kustomize build` of a folder, with the built program on PATH.
pub fn build(folder: &Path, flags: &[&str]) -> Output {
    building(folder, flags).output().unwrap()
}

/// The same, not yet run.
pub fn building(folder: &Path, flags: &[&str]) -> Command {
    let mut kustomize = command(Tool::Kustomize.path(), folder);
    kustomize.arg("build").args(flags).arg(".");
    kustomize.env("HOME", folder).env("PATH", path_with(&[binary().parent().unwrap()]));
    kustomize
}

/// Writes `name` into `folder`, and the folders that it needs.
pub fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The objects of a stream. Documents that hold none are left out, lists are taken apart.
pub fn objects(stream: &[u8]) -> Vec<Value> {
    let parsed = contract::documents(stream).into_iter().map(|document| contract::parse(document).unwrap());
    let mut objects = Vec::new();
    for object in parsed.filter(|value| !value["kind"].is_null()) {
        let items = object["items"].as_array();
        match items.filter(|_| object["kind"].as_str().unwrap().ends_with("List")) {
            Some(items) => objects.extend(items.iter().cloned()),
            None => objects.push(object),
        }
    }
    objects
}

/// The one object of a kind and a name.
pub fn one<'o>(objects: &'o [Value], kind: &str, name: &str) -> Result<&'o Value, String> {
    let found: Vec<&Value> =
        objects.iter().filter(|object| object["kind"] == kind && object["metadata"]["name"] == name).collect();
    match found[..] {
        [object] => Ok(object),
        _ => Err(format!("{} objects {kind} {name}", found.len())),
    }
}

/// An object without what hosts note on it for themselves: what must be the same whichever way it came.
pub fn meaning(object: &Value) -> Value {
    const NOTES: [&str; 6] = [
        "config.k8s.io/",
        "config.kubernetes.io/",
        "internal.config.kubernetes.io/",
        "kustomize.config.k8s.io/",
        "postrenderer.helm.sh/",
        "helm.toolkit.fluxcd.io/",
    ];
    let mut object = object.clone();
    let metadata = object["metadata"].as_object_mut().unwrap();
    for map in ["annotations", "labels"] {
        if let Some(entries) = metadata.get_mut(map).and_then(Value::as_object_mut) {
            entries.retain(|key, _| !NOTES.iter().any(|note| key.starts_with(note)));
            // kustomize sorts the keys of a functionConfig, and so the entries of what is a map.
            for (key, value) in entries.iter_mut() {
                if key.ends_with("-attributes") || key.ends_with("/tags") {
                    let mut parts: Vec<&str> = value.as_str().unwrap().split(',').collect();
                    parts.sort_unstable();
                    *value = parts.join(",").into();
                }
            }
        }
        if metadata.get(map) == Some(&json!({})) {
            metadata.remove(map);
        }
    }
    object
}

/// Compares what two ways make of one object.
pub fn same(expected: &Value, found: &Value, way: &str) -> Result<(), String> {
    let (expected, found) = (meaning(expected), meaning(found));
    if expected == found {
        return Ok(());
    }
    Err(format!("{way}: expected\n{expected:#}\nfound\n{found:#}"))
}

/// A folder with a render and a kustomization around it.
pub fn folder(render: &[u8], kustomization: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "render.yaml", render);
    let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    write(folder.path(), "kustomization.yaml", head.to_owned() + kustomization);
    folder
}

/// `transformers:` with one function.
pub fn transformer(config: &str) -> String {
    let mut text = "resources: [render.yaml]\ntransformers:\n- |-\n".to_owned();
    for line in config.lines() {
        writeln!(text, "  {line}").unwrap();
    }
    text
}

/// What a run printed, if it succeeded.
pub fn good(output: Output) -> Result<Vec<Value>, String> {
    if output.status.success() { Ok(objects(&output.stdout)) } else { Err(shown(&output)) }
}

/// A run failed, printed nothing, and said this.
pub fn fails(output: &Output, message: &str) -> Outcome {
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() || !output.stdout.is_empty() || !said.contains(message) {
        return fail(shown(output));
    }
    Ok(())
}
