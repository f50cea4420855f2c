//! `export flux`: post-renderers for a HelmRelease. Flux runs no program: its helm-controller knows kustomize's patches and
//! nothing else (helm-controller v1.6.3 api/v2/helmrelease_types.go:216-245).
//!
//! The Ingress is a manifest beside the HelmRelease, and both are applied by the Kustomization that applies the HelmRelease.
//! The files are a kustomize component, which adds the post-renderers to the HelmRelease that is there, so that an export
//! can be repeated without touching a file that a person wrote.
//!
//! With `--single` the Ingress becomes part of the release: the last operations turn the Service into a List of itself and
//! the Ingress. helm-controller takes each List apart when it adds its own labels, which it always does. kustomize works so, but
//! does not document it; hence it is not the default.

use json_patch::jsonptr::PointerBuf;
use json_patch::{MoveOperation, PatchOperation};
use manifest_yaml::patch;
use serde_json::{Value, json};

use super::export::{self, File, INGRESS, KUSTOMIZATION, ObjectPatch};
use crate::error::Error;
use crate::flux::variables;
use crate::rewrite::{Rewritten, RewrittenGateway};
use kubernetes_objects::Object;

const POST_RENDERERS: &str = "post-renderers.yaml";

const ABOUT: [&str; 9] = [
    "What the filter does to the gateway's Service, as patches that helm-controller applies to what the chart renders. Use the",
    "component in this folder, or copy `postRenderers` into the HelmRelease by hand.",
    "The patches fit only the name, namespace, ports and allow-list or scheme of the exported Service. If one of these changes, the",
    "release fails: export again. An AWS annotation that is not in the list stays on the Service. No finding is reported when Flux",
    "applies this: run `istio-alb check` on the render.",
    "Not with `postRenderStrategy: separate` if the chart has hooks, which then are rendered on their own, without the Service.",
    "",
    "First the patch that fails if there is no such Service; then what must be what it was; what is added and then removed is",
    "gone, whether it was there or not.",
];

const COMPONENT: [&str; 2] = [
    "`components: [FOLDER]` in the kustomization that holds the HelmRelease. The first patch fails if that has post-renderers of",
    "its own, which would be lost: then copy ours behind them by hand.",
];

/// How to export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct How {
    /// The Ingress as part of the release.
    pub single: bool,
    /// The HelmRelease as its manifest names it: `namespace/name`, or `name` if that has no namespace. `None`: as the Service.
    pub release: Option<String>,
}

/// The files of the component.
///
/// # Errors
///
/// As [`export::patches`].
pub fn files(rewritten: &Rewritten<'_>, how: &How) -> Result<Vec<File>, Error> {
    let patches = export::patches(rewritten)?;
    let release = release(rewritten, how)?;
    let mut items = String::new();
    for patch in &patches {
        let more = if how.single { unfold(rewritten, patch) } else { String::new() };
        items.push_str(&patch.items(6, true, &more));
    }
    let mut files = vec![File {
        name: POST_RENDERERS,
        text: format!(
            "{}{}apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {}\nspec:\n  postRenderers:\n  \
             - kustomize:\n      patches:\n{items}",
            export::header(POST_RENDERERS, "flux", &ABOUT),
            export::variables(rewritten, &items),
            manifest_yaml::emit_flow(&release),
        ),
    }];
    let mut resources = String::new();
    if !how.single {
        files.push(export::ingresses(rewritten, "flux"));
        resources = format!("resources:\n- {INGRESS}\n");
    }
    let mut target = json!({ "group": "helm.toolkit.fluxcd.io", "kind": "HelmRelease" });
    for key in ["name", "namespace"] {
        if !release[key].is_null() {
            target[key] = release[key].clone();
        }
    }
    files.push(File {
        name: KUSTOMIZATION,
        text: format!(
            "{}apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n{resources}patches:\n- target: {}\n  patch: |\n    \
             - {{op: test, path: /spec/postRenderers, value: null}}\n- path: {POST_RENDERERS}\n",
            export::header(KUSTOMIZATION, "flux", &COMPONENT),
            manifest_yaml::emit_flow(&target),
        ),
    });
    Ok(files)
}

/// `metadata` of the HelmRelease.
fn release(rewritten: &Rewritten<'_>, how: &How) -> Result<Value, Error> {
    let service = rewritten.gateways.first().map(RewrittenGateway::written);
    let (namespace, name) = match (&how.release, service) {
        (Some(release), _) => release.split_once('/').unwrap_or(("", release)),
        (None, Some(service)) => (service.namespace(), service.name()),
        (None, None) => ("", ""),
    };
    if name.is_empty() || name.contains('/') {
        return Err(Error::usage(format!(
            "--release: `{}` names no HelmRelease",
            how.release.as_deref().unwrap_or_default()
        ))
        .help("write NAMESPACE/NAME, or NAME if its manifest has no namespace"));
    }
    let mut metadata = json!({ "name": name });
    if !namespace.is_empty() {
        metadata["namespace"] = json!(namespace);
    }
    Ok(metadata)
}

/// The operations that turn an object into a List of itself and the Ingresses that go with it.
fn unfold(rewritten: &Rewritten<'_>, patch: &ObjectPatch) -> String {
    let mut items = vec![json!({ "apiVersion": patch.api_version, "kind": patch.kind })];
    let is_it = |object: &Object| {
        object.kind() == patch.kind && object.name() == patch.name && object.namespace() == patch.namespace
    };
    let ours: Vec<_> = rewritten.gateways.iter().filter(|gateway| is_it(gateway.written())).collect();
    if ours.is_empty() {
        return String::new();
    }
    for gateway in ours {
        items.extend(gateway.made.iter().filter_map(|made| made.added.clone()));
        items.push(marked(&gateway.ingress.value));
    }
    let added = json!([{ "op": "add", "path": "/items", "value": items }]);
    let mut operations = Vec::new();
    for field in ["metadata", "spec"] {
        let path = PointerBuf::from_tokens(["items", "0", field]);
        operations.push(PatchOperation::Move(MoveOperation { from: PointerBuf::from_tokens([field]), path }));
    }
    operations.push(patch::replace(["kind"], json!("List")));
    // kustomize notes its own changes in annotations, and would remove them from the List alone.
    for what in ["Kinds", "Names", "Namespaces"] {
        let key = format!("internal.config.kubernetes.io/previous{what}");
        let path = ["items", "0", "metadata", "annotations", &key];
        operations.push(patch::add(path, json!("")));
        operations.push(patch::remove(path));
    }
    let added = manifest_yaml::emit(&added, &manifest_yaml::Style::default()).replace(MARK, "");
    added + &export::lines(&operations, true)
}

/// A control character as the emitter escapes it: a string with it is always quoted.
const MARK: &str = "\\u0001";

/// An object with its placeholders marked. Flux substitutes them in the text of the patch, before it is read as YAML, so they
/// must be quoted.
fn marked(value: &Value) -> Value {
    match value {
        Value::String(text) if variables::is_in(text) => json!(format!("\u{1}{text}")),
        Value::Array(items) => items.iter().map(marked).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), marked(value))).collect(),
        other => other.clone(),
    }
}
