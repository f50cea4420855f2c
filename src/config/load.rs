//! From the text of a configuration to located values.
//!
//! A file has one document for each gateway. A document is an `AlbGateway`, or a `ConfigMap` whose keys are paths below
//! `spec`, as kustomize and kpt users know function configurations. It is read with the reader of the manifests, so that
//! `on` and `012` are what Kubernetes would make of them, and so that everything has its place.

use super::node::{Node, Origin, Value};
use super::normalize::{check_layer, prepare};
use super::types::{AlbGateway, ApiVersion, Kind, Metadata};
use super::value::{Entries, Text};
use super::{layers, parse, path};
use crate::error::Error;
use serde::Deserialize;

/// One document of a configuration.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// `metadata.name`, and where it stands.
    pub name: Option<(String, Origin)>,
    /// What is below `spec`; a map.
    pub spec: Node,
}

/// Reads the documents of a file. `file` is its name for messages.
pub(super) fn documents(text: &str, file: &str) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    for root in parse::documents(text, file) {
        let root = root?;
        if !matches!(root.value, Value::Null | Value::Empty) {
            documents.push(document(&root)?);
        }
    }
    Ok(documents)
}

/// One document, checked by itself: a mistake in a file is told even where a flag would cover it.
pub(super) fn document(root: &Node) -> Result<Document, Error> {
    if let Value::Text(_) = root.value {
        // Not what it says: this is no configuration, and may be a secret that somebody named.
        return Err(Error::usage(format!("{}: expected a map, found text", root.origin)));
    }
    let is_config_map = root.entry("kind").and_then(|entry| entry.node.text()) == Some("ConfigMap");
    let spec = if is_config_map { config_map(root)? } else { alb_gateway(root)? };
    let name = root.find("metadata.name").and_then(|node| Some((node.text()?.to_owned(), node.origin.clone())));
    Ok(Document { name, spec })
}

/// What stands around `spec`.
fn alb_gateway(root: &Node) -> Result<Node, Error> {
    let mut head = root.clone();
    if let Value::Map(entries) = &mut head.value {
        entries.retain(|entry| entry.key != "spec");
    }
    AlbGateway::deserialize(&head).map_err(|fault| {
        let error = fault.into_error("");
        match error.message.ends_with("is missing") {
            true => error.help(format!(
                "begin with `apiVersion: {}` and `kind: {}`",
                ApiVersion::V1Alpha1,
                Kind::AlbGateway
            )),
            false => error,
        }
    })?;
    let mut spec = match root.entry("spec") {
        Some(entry) if !matches!(entry.node.value, Value::Null | Value::Empty) => entry.node.clone(),
        _ => Node::empty(root.origin.clone()),
    };
    check_layer(&spec)?;
    prepare(&mut spec);
    Ok(spec)
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

fn config_map(root: &Node) -> Result<Node, Error> {
    let parsed = ConfigMap::deserialize(root).map_err(|fault| fault.into_error(""))?;
    let mut spec = Node::empty(root.origin.clone());
    for (key, text) in parsed.data.iter() {
        let Some(entry) = root.entry("data").and_then(|data| data.node.entry(key)) else {
            continue;
        };
        let path = path::parse_path(key).map_err(|what| Error::usage(format!("{}: `{key}`: {what}", entry.origin)))?;
        let layer = Node::nested(&path, &entry.origin, parse::value(text.as_str(), &entry.node.origin)?);
        check_layer(&layer)?;
        layers::overlay(&mut spec, &layer)?;
    }
    prepare(&mut spec);
    Ok(spec)
}
