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

use operations::operations;

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
    /// The Service.
    pub name: String,
    /// Its namespace, as rendered.
    pub namespace: String,
    /// The operations; empty where the Service only has to exist.
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
            .help("leave --if-missing out to hear which Services there are"));
    }
    let mut patches: Vec<ObjectPatch> = Vec::new();
    for gateway in &rewritten.gateways {
        if let Some(place) = &gateway.existing {
            let name = gateway.ingress.ingress.metadata.name.as_deref().unwrap_or_default();
            return Err(Error::input(format!("the stream holds the Ingress {name} already, and an export adds it"))
                .at(place.clone())
                .help("export from what the chart renders by itself, without istio-alb as its post-renderer"));
        }
        let patch = ObjectPatch {
            name: gateway.service.name().to_owned(),
            namespace: gateway.service.namespace().to_owned(),
            operations: operations(gateway),
        };
        check(gateway, &patch)?;
        if !patches.contains(&patch) {
            patches.push(patch);
        }
    }
    Ok(patches)
}

/// Compares the Service that the operations make of the rendered one with the filter's.
fn check(gateway: &RewrittenGateway, patch: &ObjectPatch) -> Result<(), Error> {
    let expected = service::patched(&gateway.service.value, &gateway.patch)?;
    // kustomize adds annotations of its own, so there always are some.
    let mut rendered = gateway.service.value.clone();
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
    Err(Error::internal(format!(
        "the exported patches of Service {} do not do what the filter does",
        gateway.service.full_name()
    ))
    .at(gateway.service.place.clone()))
}

impl ObjectPatch {
    /// The patch that fails if the Service is not there.
    #[must_use]
    pub fn assertion(&self) -> String {
        format!("apiVersion: v1\nkind: Service\nmetadata: {}\n", self.named())
    }

    /// The fields that choose the Service, for `target`.
    #[must_use]
    pub fn target(&self) -> String {
        let named = self.named();
        format!("{{version: v1, kind: Service, {}", &named[1..])
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

/// The Ingresses as a file, with comment.
#[must_use]
pub fn ingresses(rewritten: &Rewritten<'_>, by: &str) -> File {
    let ingresses: Vec<String> = rewritten
        .gateways
        .iter()
        .map(|gateway| manifest_yaml::emit(&gateway.ingress.printed(), &manifest_yaml::Style::default()))
        .collect();
    let text = ingresses.join("---\n");
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
