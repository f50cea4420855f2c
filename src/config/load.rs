//! From the text of a configuration to located values.
//!
//! A file has one document for each gateway. A document is an `AlbGateway`, or a `ConfigMap` whose keys are paths below
//! `spec`, as kustomize and kpt users know function configurations. It is read with the reader of the manifests, so that
//! `on` and `012` are what Kubernetes would make of them, and so that everything has its place.

use super::node::{Entry, Node, Origin, Value};
use super::types::{AlbGateway, ApiVersion, Kind, Metadata};
use super::value::{Entries, Text};
use super::{check_layer, layers, path, prepare};
use crate::error::Error;
use crate::yaml::{ParseError, Tree, pointer};
use serde::Deserialize;
use serde_json::Value as Json;
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
    let source = Source { text, file: Arc::from(file) };
    let mut documents = Vec::new();
    for start in starts(text) {
        let end = starts(text).find(|&next| next > start).unwrap_or(text.len());
        let root = source.read(start, end)?;
        if !matches!(root.value, Value::Null | Value::Empty) {
            documents.push(document(&root)?);
        }
    }
    Ok(documents)
}

/// Reads one value: that of a flag or variable, or a document that stands in another.
pub(super) fn value(text: &str, origin: &Origin) -> Result<Node, Error> {
    let wrong = |fault: ParseError| Error::usage(format!("{origin}: `{text}` is no YAML value: {fault}"));
    let tree = Tree::parse(text).map_err(wrong)?;
    let json = tree.value().map_err(wrong)?;
    let source = Source { text, file: Arc::from("") };
    Ok(source.locate(&tree, &json, &mut String::new(), 0).said_at(origin))
}

/// Where documents begin: at the top, and at each line that is a document marker.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    let markers = text.match_indices("---").map(|(at, _)| at).filter(|&at| {
        let begins = at == 0 || text[..at].ends_with(['\n', '\r']);
        begins && text[at + 3..].chars().next().is_none_or(char::is_whitespace)
    });
    std::iter::once(0).chain(markers.filter(|&at| at > 0))
}

/// A text, to find lines and columns in.
struct Source<'t> {
    text: &'t str,
    file: Arc<str>,
}

impl Source<'_> {
    fn read(&self, start: usize, end: usize) -> Result<Node, Error> {
        let wrong = |fault: ParseError| {
            let error = Error::usage(format!("{}: {fault}", self.origin(start + fault.offset)));
            match fault.message.starts_with("tabs") {
                true => error.help("indent with blanks"),
                false => error,
            }
        };
        let tree = Tree::parse(&self.text[start..end]).map_err(wrong)?;
        if let Some((pointer, offset)) = tree.duplicate_keys().first() {
            let key = pointer::last(pointer).unwrap_or_default();
            return Err(Error::usage(format!("{}: `{key}` stands here a second time", self.origin(start + offset))));
        }
        let json = tree.value().map_err(wrong)?;
        Ok(self.locate(&tree, &json, &mut String::new(), start))
    }

    /// The value at `pointer`, with the places of all that is in it.
    fn locate(&self, tree: &Tree<'_>, json: &Json, pointer: &mut String, start: usize) -> Node {
        let found = tree.find(pointer);
        let span = found.map_or(0..0, |found| found.value);
        let written = || tree.text().get(span.clone()).unwrap_or_default().to_owned();
        let length = pointer.len();
        let value = match json {
            Json::Null if span.is_empty() => Value::Empty,
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value, written()),
            Json::Number(number) => match number.as_i64() {
                Some(value) => Value::Integer(value, written()),
                None => Value::Float(written()),
            },
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => {
                let mut nodes = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    pointer::push_index(pointer, index);
                    nodes.push(self.locate(tree, item, pointer, start));
                    pointer.truncate(length);
                }
                Value::List(nodes)
            }
            Json::Object(map) => {
                let mut entries = Vec::new();
                for (key, value) in map {
                    pointer::push_key(pointer, key);
                    let place = tree.find(pointer).and_then(|found| found.key).map_or(span.start, |key| key.start);
                    let node = self.locate(tree, value, pointer, start);
                    entries.push(Entry { key: key.clone(), origin: self.origin(start + place), node });
                    pointer.truncate(length);
                }
                Value::Map(entries)
            }
        };
        Node::new(self.origin(start + span.start), value)
    }

    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[line_start..].trim_start_matches('\u{feff}').chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        Origin::File { file: self.file.clone(), line, column }
    }
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
        let layer = Node::nested(&path, &entry.origin, value(text.as_str(), &entry.node.origin)?);
        check_layer(&layer)?;
        layers::overlay(&mut spec, &layer)?;
    }
    prepare(&mut spec);
    Ok(spec)
}
