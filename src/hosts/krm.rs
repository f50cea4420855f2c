//! kustomize and kpt: a `ResourceList` on stdin makes the filter a KRM function, without any argument, since kustomize
//! before 5.7 can't pass one.
//!
//! The configuration comes as `functionConfig`, of our own kind or a ConfigMap. The items are rewritten in place, and the
//! Ingress is added. Everything else keeps its bytes, also the annotations by which the caller finds its objects again.
//! Findings are `results`, which kpt shows and kustomize does not, so they go to stderr as well.
//!
//! kustomize's older plugins, the only ones that `kubectl kustomize` runs, are called with the path of their configuration and
//! get a plain stream; see [`legacy`].
//!
//! Source: kustomize cmd/config/docs/api-conventions/functions-spec.md; kyaml fn/framework/result.go.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

use json_patch::Patch;
use kubernetes_objects::{Object, ObjectRef};
use manifest_yaml::patch;
use serde_json::{Value, json};

use crate::config::Settings;
use crate::error::Error;
use crate::finding::Finding;
use crate::output::words::Words;
use crate::rewrite::{self, Rewritten};
use manifest_yaml::{EditError, Tree};

/// The envelope of a `ResourceList`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceList {
    /// The configuration as YAML, if there is one.
    pub function_config: Option<String>,
}

/// Reads the envelope of a stream that is one `ResourceList`; `None` for every other stream.
#[must_use]
pub fn read(text: &str) -> Option<ResourceList> {
    memchr::memmem::find(text.as_bytes(), b"ResourceList")?;
    let value = Tree::parse(text).and_then(|tree| tree.value()).ok()?;
    let version = value["apiVersion"].as_str().unwrap_or_default();
    if value["kind"] != "ResourceList" || !version.starts_with("config.kubernetes.io/") {
        return None;
    }
    let function_config = match &value["functionConfig"] {
        Value::Object(config) => {
            Some(manifest_yaml::emit(&Value::Object(config.clone()), &manifest_yaml::style_of("")))
        }
        _ => None,
    };
    Some(ResourceList { function_config })
}

/// The configuration that kustomize passes to an older plugin; `None` where it calls none. The first argument then is the path
/// of a file with the same content. The variable alone proves nothing: a program that such a plugin starts inherits it
/// (kustomize api/internal/plugins/execplugin/execplugin.go).
#[must_use]
pub fn legacy<'e>(args: &[OsString], config: Option<&'e str>) -> Option<&'e str> {
    let path = Path::new(args.get(1)?);
    config.filter(|config| !config.is_empty() && path.is_absolute())
}

/// The filter on a `ResourceList`: the findings are its results.
///
/// # Errors
///
/// As the filter.
pub fn rewrite<'t>(text: &'t str, settings: &[Settings]) -> Result<Rewritten<'t>, Error> {
    let mut rewritten = rewrite::rewrite(text, settings)?;
    if rewritten.is_refused() {
        return Ok(rewritten);
    }
    let results = rewritten.findings.iter().map(|finding| result(finding, &rewritten.objects)).collect();
    if let Some(list) = with_results(&rewritten.text(), results)? {
        rewritten.pieces = vec![Cow::Owned(list)];
    }
    Ok(rewritten)
}

/// The list with these results; `None` where there are none.
fn with_results(list: &str, results: Vec<Value>) -> Result<Option<String>, Error> {
    if results.is_empty() {
        return Ok(None);
    }
    let tree = Tree::parse(list).map_err(EditError::from);
    let edited = tree.and_then(|tree| {
        let operation = match tree.find("/results") {
            Some(_) => patch::replace(["results"], json!(results)),
            None => patch::add(["results"], json!(results)),
        };
        tree.apply(&Patch(vec![operation]))
    });
    edited
        .map(|edited| Some(edited.text))
        .map_err(|error| Error::internal(format!("the results can't be added to the ResourceList: {}", error.message)))
}

fn result(finding: &Finding, objects: &[Object]) -> Value {
    let help = Words::Configuration.of_finding(finding);
    let mut result = json!({
        "message": format!("{}: {} ({help})", finding.rule.id, finding.message),
        "severity": finding.severity.to_string(),
        "tags": { "id": finding.rule.id, "name": finding.rule.name },
    });
    if let Some(object @ ObjectRef { kind, namespace, name }) = &finding.object {
        let is_it = |other: &&Object| !other.is_made() && other.reference() == *object;
        let version = objects.iter().find(is_it).map_or("networking.k8s.io/v1", Object::api_version);
        result["resourceRef"] = json!({ "apiVersion": version, "kind": kind, "name": name });
        if !namespace.is_empty() {
            result["resourceRef"]["namespace"] = json!(namespace);
        }
        if let Some(field) = &finding.field {
            let path: Vec<_> = manifest_yaml::pointer::tokens(field).collect();
            result["field"] = json!({ "path": path.join(".") });
        }
    }
    result
}
