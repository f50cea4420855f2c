//! From the text of a configuration to located values.
//!
//! A file has one document for each gateway. A document is an `AlbGateway`, or a `ConfigMap` whose keys are paths below
//! `spec`, as kustomize and kpt users know function configurations.

use super::decode::nearest;
use super::fields::{FIELDS, elsewhere};
use super::layers;
use super::node::{Entry, Node, Origin, Value};
use super::path;
use super::types::{AlbGateway, Metadata};
use crate::error::Error;
use serde::Deserialize;
use std::sync::Arc;

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
    for root in read(text, &Arc::from(file))? {
        if root.value != Value::Null {
            documents.push(document(&root)?);
        }
    }
    Ok(documents)
}

/// Reads the value of a flag or variable as YAML.
pub(super) fn value(text: &str, origin: &Origin) -> Result<Node, Error> {
    let mut nodes = read(text, &Arc::from("")).map_err(|error| Error { message: format!("{origin}: {}", error.message), ..error })?;
    let mut node = nodes.pop().unwrap_or_else(|| Node::new(origin.clone(), Value::Null));
    said_by(&mut node, origin);
    Ok(node)
}

/// One document, checked by itself: a mistake in a file is told even where a flag would cover it.
fn document(root: &Node) -> Result<Document, Error> {
    let is_config_map = root.entry("kind").and_then(|entry| entry.node.text()) == Some("ConfigMap");
    let spec = if is_config_map { config_map(root)? } else { alb_gateway(root)? };
    let name = root.find("metadata.name").and_then(|node| Some((node.text()?.to_owned(), node.origin.clone())));
    Ok(Document { name, spec })
}

fn alb_gateway(root: &Node) -> Result<Node, Error> {
    let spec = root.entry("spec").map(|entry| entry.node.clone());
    let mut whole = root.clone();
    if let Value::Map(entries) = &mut whole.value {
        entries.retain(|entry| entry.key != "spec");
    }
    AlbGateway::deserialize(&whole).map_err(|fault| {
        let error = fault.into_error("");
        match error.help {
            None if error.message.ends_with("is missing") => {
                error.help("begin with\n    apiVersion: istio-alb.dev/v1alpha1\n    kind: AlbGateway")
            }
            _ => error,
        }
    })?;
    let spec = match spec {
        Some(node) if node.value != Value::Null => node,
        _ => Node::empty(root.origin.clone()),
    };
    super::decode_spec(&spec)?;
    Ok(spec)
}

/// A `ConfigMap` as kustomize and kpt pass it to a function: each key of `data` is a path below `spec`, as `--set` takes it,
/// and each value YAML.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConfigMap {
    #[expect(dead_code, reason = "its presence is all that matters")]
    api_version: String,
    #[expect(dead_code, reason = "its presence is all that matters")]
    kind: String,
    #[serde(default)]
    #[expect(dead_code, reason = "the name is read from the located value")]
    metadata: Metadata,
    #[serde(default)]
    data: super::value::Entries<String>,
}

fn config_map(root: &Node) -> Result<Node, Error> {
    let parsed = ConfigMap::deserialize(root).map_err(|fault| fault.into_error(""))?;
    let mut spec = Node::empty(root.origin.clone());
    for (key, text) in parsed.data.iter() {
        let Some(entry) = root.entry("data").and_then(|data| data.node.entry(key)) else { continue };
        let path = path::parse_path(key).map_err(|what| Error::usage(format!("{}: `{key}`: {what}", entry.origin)))?;
        let value = value(text, &entry.node.origin)?;
        let layer = Node::nested(&path, value);
        super::decode_spec(&layer).map_err(|error| match suggest(&path) {
            Some(field) => error.help(format!("did you mean `{field}`?")),
            None => error,
        })?;
        layers::merge(&mut spec, &layer)?;
    }
    super::decode_spec(&spec)?;
    Ok(spec)
}
