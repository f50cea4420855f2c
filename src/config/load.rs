//! From the text of a configuration to located values.
//!
//! A file has one document for each gateway. A document is an `AlbGateway`, or a `ConfigMap` whose keys are paths below
//! `spec`, as kustomize and kpt users know function configurations. It is read with the reader of the manifests, so that
//! `on` and `012` are what Kubernetes would make of them, and so that everything has its place.

use super::node::{Node, Value};
use super::types::{AlbGateway, ApiVersion, Kind, Metadata, Spec};
use super::value::{Entries, Text};
use super::{layers, normalize, parse, path, twice};
use crate::error::Error;
use serde::Deserialize;

/// One document of a configuration.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// `metadata.name`.
    pub name: Option<String>,
    /// What is below `spec`; a map.
    pub tree: Node,
    /// The same, decoded.
    pub spec: Spec,
    /// Whether it says what it configures, and be it nothing: `spec: {}`.
    pub has_spec: bool,
}

/// Reads the documents of a file. `file` is its name for messages.
pub(super) fn documents(text: &str, file: &str) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    for root in parse::documents(text, file) {
        let root = root?;
        if !matches!(root.value, Value::Null | Value::Empty) {
            documents.push(document(root)?);
        }
    }
    Ok(documents)
}

/// One document. It is decoded by itself, so that a mistake in a file is reported even where a flag covers it.
fn document(root: Node) -> Result<Document, Error> {
    if let Value::Text(_) = root.value {
        // Its text is not printed: this is no configuration, and may be a secret that somebody named.
        return Err(Error::usage(format!("{}: expected a map, found text", root.origin)));
    }
    let is_config_map = root.entry("kind").and_then(|entry| entry.node.text()) == Some("ConfigMap");
    let name = root.find("metadata.name").and_then(Node::text).map(str::to_owned);
    let has_spec =
        is_config_map || root.find("spec").is_some_and(|spec| !matches!(spec.value, Value::Null | Value::Empty));
    let mut tree = if is_config_map { config_map(root)? } else { alb_gateway(root)? };
    let spec = normalize::decode(&mut tree)?;
    twice::annotations(&spec, &tree)?;
    Ok(Document { name, tree, spec, has_spec })
}

/// Checks what stands around `spec`, and gives that.
fn alb_gateway(mut root: Node) -> Result<Node, Error> {
    let origin = root.origin.clone();
    let spec = root.remove("spec").filter(|spec| !matches!(spec.value, Value::Null | Value::Empty));
    AlbGateway::deserialize(&root).map_err(|error| match error.lacks_field() {
        true => {
            let begin = format!("begin with `apiVersion: {}` and `kind: {}`", ApiVersion::V1Alpha1, Kind::AlbGateway);
            error.into_error("").help(begin)
        }
        false => error.into_error(""),
    })?;
    Ok(spec.unwrap_or_else(|| Node::empty(origin)))
}

/// A `ConfigMap` as kustomize and kpt pass it to a function: each key of `data` is a path below `spec`, as `--set` takes it,
/// and each value YAML.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConfigMap {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default, rename = "metadata")]
    _metadata: Metadata,
    #[serde(default)]
    data: Entries<Text>,
}

fn config_map(root: Node) -> Result<Node, Error> {
    let parsed = ConfigMap::deserialize(&root).map_err(|error| error.into_error(""))?;
    let mut spec = Node::empty(root.origin.clone());
    let mut parts = Vec::new();
    for (key, text) in parsed.data.iter() {
        let Some(entry) = root.entry("data").and_then(|data| data.node.entry(key)) else {
            continue;
        };
        let path = path::parse_path(key).map_err(|what| Error::usage(format!("{}: `{key}`: {what}", entry.origin)))?;
        let layer = Node::nested(&path, &entry.origin, parse::value(text.as_str(), &entry.node.origin)?);
        normalize::check(&layer)?;
        twice::refuse(&parts, &layer)?;
        layers::overlay(&mut spec, &layer)?;
        parts.push(layer);
    }
    Ok(spec)
}
