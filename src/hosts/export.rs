//! The same rewrite as data, for hosts that run no program: the Service's changes as RFC 6902 patches for kustomize, which
//! Flux's helm-controller uses too, and the Ingress as a manifest.
//!
//! A patch for kustomize has several forms. A strategic merge loses node ports where a rendered port has no `protocol`, and writes the
//! text `"null"` where a `target` is given. The form below never does the wrong thing, and never does nothing in silence:
//!
//! - an assertion before it: a merge patch without a target that changes nothing, and fails if the Service is not there
//!   under this name (a target that matches nothing is passed over)
//! - `test` of name and number of every port: else a renumbered port would get another one's node port
//! - `test` of the settings about access that the Ingress has from the old load balancer: an allow-list that is added to the
//!   chart's values later would be removed, and would be nowhere
//! - an optional key is added, then removed, since `remove` of an absent key fails
//! - every AWS annotation that is known is named, since kustomize knows no prefixes
//!
//! The operations are applied to the rendered Service and compared with what the filter makes of it before they are printed.

mod operations;

use json_patch::{Patch, PatchOperation};
use serde_json::{Value, json};

use crate::config::types::Placeholders;
use crate::error::Error;
use crate::flux::variables;
use crate::rewrite::service;
use crate::rewrite::{Rewritten, RewrittenGateway};

use kubernetes_objects::Object;
use operations::{of_gateway, operations};

/// The name of the file with the Ingress.
pub const INGRESS: &str = "ingress.yaml";
/// The name of the file that kustomize looks for.
pub const KUSTOMIZATION: &str = "kustomization.yaml";

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: &'static str,
    /// Its content: one or more YAML documents behind a comment.
    pub text: String,
}

/// A patch of kustomize for one object.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectPatch {
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its kind: a Service; where istiod makes that, a Gateway or a ConfigMap.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace, as rendered.
    pub namespace: String,
    /// The operations; empty where the object only has to exist.
    pub operations: Vec<PatchOperation>,
}

/// The patches for the Services of a rewritten stream, each Service once.
///
/// # Errors
///
/// Where there is nothing to export, or where the stream holds the Ingress already. Internal: the patches must do what the
/// filter does.
pub fn patches(rewritten: &Rewritten<'_>) -> Result<Vec<ObjectPatch>, Error> {
    if rewritten.gateways.is_empty() {
        return Err(Error::input("there is no gateway in the stream, so there is nothing to export")
            .help("leave [[gateway.ifMissing]] out to hear which Services there are"));
    }
    let mut patches: Vec<ObjectPatch> = Vec::new();
    for gateway in &rewritten.gateways {
        if let Some(place) = &gateway.existing {
            let name = gateway.ingress.ingress.metadata.name.as_deref().unwrap_or_default();
            return Err(Error::input(format!("the stream holds the Ingress {name} already, and an export adds it"))
                .at(place.clone())
                .help("export from what the chart renders by itself, without istio-alb as its post-renderer"));
        }
        let of_service = || (&gateway.service, &gateway.patch, operations(gateway));
        let found = match &gateway.made {
            None => vec![of_service()],
            Some(made) => of_gateway(gateway, made),
        };
        for (object, expected, operations) in found {
            let patch = ObjectPatch {
                api_version: object.api_version().to_owned(),
                kind: object.kind().to_owned(),
                name: object.name().to_owned(),
                namespace: object.namespace().to_owned(),
                operations,
            };
            check(object, expected, &patch)?;
            if !patches.contains(&patch) {
                patches.push(patch);
            }
        }
    }
    Ok(patches)
}

/// Compares what the operations make of a rendered object with what the filter makes of it.
fn check(object: &Object, expected: &Patch, patch: &ObjectPatch) -> Result<(), Error> {
    let expected = service::patched(&object.value, expected)?;
    // kustomize adds annotations of its own, so there always are some.
    let mut rendered = object.value.clone();
    if !patch.operations.is_empty() && !rendered["metadata"]["annotations"].is_object() {
        rendered["metadata"]["annotations"] = json!({});
    }
    let mut operations = patch.operations.clone();
    operations.retain(|operation| !matches!(operation, PatchOperation::Test(test) if test.value.is_null()));
    let found = service::patched(&rendered, &Patch(operations))?;
    let plain = |mut service: Value| {
        if let Some(metadata) = service["metadata"].as_object_mut()
            && metadata
                .get("annotations")
                .is_some_and(|annotations| annotations.as_object().is_none_or(serde_json::Map::is_empty))
        {
            metadata.shift_remove("annotations");
        }
        service
    };
    if plain(expected) == plain(found) {
        return Ok(());
    }
    let message = format!("the exported patches of {} do not do what the filter does", object.reference());
    Err(Error::internal(message).at(object.place.clone()))
}

impl ObjectPatch {
    /// The patch that fails if the object is not there.
    #[must_use]
    pub fn assertion(&self) -> String {
        format!("apiVersion: {}\nkind: {}\nmetadata: {}\n", self.api_version, self.kind, self.named())
    }

    /// The fields that choose the object, for `target`.
    #[must_use]
    pub fn target(&self) -> String {
        let named = self.named();
        let (group, version) = self.api_version.split_once('/').unwrap_or(("", &self.api_version));
        let group = if group.is_empty() { String::new() } else { format!("group: {group}, ") };
        format!("{{{group}version: {version}, kind: {}, {}", self.kind, &named[1..])
    }

    fn named(&self) -> String {
        let mut named = json!({ "name": self.name });
        if !self.namespace.is_empty() {
            named["namespace"] = json!(self.namespace);
        }
        manifest_yaml::emit_flow(&named)
    }

    /// The patches as items of kustomize's `patches`, each line of them `indent` columns in.
    #[must_use]
    pub fn items(&self, indent: usize, as_numbers: bool, more: &str) -> String {
        let mut items = format!("- patch: |\n{}", indented(&self.assertion(), 4));
        let operations = lines(&self.operations, as_numbers) + more;
        if !operations.is_empty() {
            items.push_str(&format!("- target: {}\n  patch: |\n{}", self.target(), indented(&operations, 4)));
        }
        indented(&items, indent)
    }
}

/// Operations, one a line. `as_numbers`: placeholders of node ports are text that is substituted before anybody reads it as
/// YAML, and stand there as the numbers that they will be; else they are strings, which they stop being when substituted.
#[must_use]
pub fn lines(operations: &[PatchOperation], as_numbers: bool) -> String {
    let mut text = String::new();
    for operation in operations {
        let value = json!(operation);
        let mut line = manifest_yaml::emit_flow(&value);
        if as_numbers {
            let node_port = if operation.path().back().is_some_and(|token| token.decoded() == "nodePort") {
                &value["value"]
            } else {
                &value["value"]["nodePort"]
            };
            if let Some(variable) = node_port.as_str().filter(|text| variables::is_in(text)) {
                line = line.replace(&format!("\"{variable}\""), variable);
            }
        }
        text.push_str(&format!("- {line}\n"));
    }
    text
}

/// What a gateway adds to the stream: its Ingress, and before it a ConfigMap with the parameters of a Gateway.
#[must_use]
pub fn added(gateway: &RewrittenGateway) -> Vec<Value> {
    let parameters = gateway.made.iter().filter_map(|made| made.added.clone());
    parameters.chain([gateway.ingress.printed()]).collect()
}

/// The Ingresses as a file, with comment, and what goes with them.
#[must_use]
pub fn ingresses(rewritten: &Rewritten<'_>, by: &str) -> File {
    let mut documents: Vec<String> = Vec::new();
    for value in rewritten.gateways.iter().flat_map(added) {
        let text = manifest_yaml::emit(&value, &manifest_yaml::Style::default());
        if !documents.contains(&text) {
            documents.push(text);
        }
    }
    let text = documents.join("---\n");
    File { name: INGRESS, text: header(INGRESS, by, &[]) + &variables(rewritten, &text) + &text }
}

/// The comment at the top of a file.
#[must_use]
pub fn header(name: &str, by: &str, about: &[&str]) -> String {
    let mut text = format!("{}`istio-alb export {by}`; export again instead of editing it.\n", start(name));
    if !about.is_empty() {
        text.push_str("#\n");
    }
    for line in about {
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
    text
}

/// The beginning of every exported file of a name. A file that begins so may be overwritten.
#[must_use]
pub fn start(name: &str) -> String {
    format!("# {name}: written by ")
}

/// The variables of a text that Flux has to know, as a comment.
#[must_use]
pub fn variables(rewritten: &Rewritten<'_>, body: &str) -> String {
    let flux = rewritten.gateways.iter().any(|gateway| gateway.spec.placeholders() == Placeholders::Flux);
    let mut text = String::new();
    for (name, optional) in variables::variables(body).unwrap_or_default().into_iter().filter(|_| flux) {
        if text.is_empty() {
            text.push_str("#\n# Flux fills in, from spec.postBuild of the Kustomization:\n#   substitute:\n");
        }
        text.push_str(&format!(
            "#     {name}: \"\"{}\n",
            if optional { " # or nothing: it has a default" } else { "" }
        ));
    }
    if body.contains("%: }") || body.contains("${quote:=") {
        text.push_str("# `%: ` and `quote` change no value: they keep text text (docs/flux.md).\n");
    }
    text
}

/// Every line of a text, `columns` in.
#[must_use]
pub fn indented(text: &str, columns: usize) -> String {
    text.split_inclusive('\n').map(|line| format!("{:columns$}{line}", "")).collect()
}
