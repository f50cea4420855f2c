//! Where our Ingress is inserted into the stream, and under which template name its host finds it again.
//!
//! Usually it is one more document at the end. Helm names the template of each document, by a comment (Helm 3) or an
//! annotation (Helm 4), and finds documents by that name (`--show-only`, helm-diff), so ours gets one beside the Service's.
//! In a `ResourceList`, and in a JSON list that is the whole stream, it becomes one more item.

use json_patch::Patch;
use serde_json::{Map, Value, json};

use crate::error::{Error, Place};
use kubernetes_objects::Object;
use manifest_yaml::patch::{add, remove, set};
use manifest_yaml::stream::{HELM4_FILENAME, Host, Stream};
use manifest_yaml::{Newline, Style, Tree, emit, emit_json};

/// The template that our Ingress seems to come from.
pub const INGRESS: &str = "istio-alb-ingress.yaml";
/// The template that a ConfigMap with a Gateway's parameters seems to come from.
pub const PARAMETERS: &str = "istio-alb-parameters.yaml";

/// An object that is not in the stream yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Placement {
    /// A document, with its marker.
    Document(String),
    /// An item for the list that is the anchor's document.
    Item(Value),
}

/// Prints an object for the end of the stream, or as an item for the list of its anchor, the object beside which it stands.
/// `tree` is the anchor's document, `file` the template that the object seems to come from.
///
/// # Errors
///
/// Internal: the printed text must read back as the object.
pub fn place(
    stream: &Stream<'_>,
    tree: &Tree<'_>,
    anchor: &Object,
    value: Value,
    file: &str,
) -> Result<Placement, Error> {
    let text = tree.text();
    let is_json = is_json(text);
    if !anchor.pointer.is_empty() && (is_resource_list(tree) || (is_json && stream.documents.len() == 1)) {
        return Ok(Placement::Item(value));
    }
    let newline = if stream.is_crlf() { Newline::CrLf } else { Newline::Lf };
    if is_json && !stream.has_markers() {
        let lines = text.trim().contains('\n').then_some(newline);
        let printed = emit_json(&value, lines) + newline.as_str();
        return verified(printed, &value).map(Placement::Document);
    }
    let style = Style { newline, ..tree.style() };
    document(stream, anchor, value, file, &style).map(Placement::Document)
}

/// The object as a document of its own, in the style of the stream. What is printed is read back.
fn document(
    stream: &Stream<'_>,
    anchor: &Object,
    mut value: Value,
    file: &str,
    style: &Style,
) -> Result<String, Error> {
    let mut comment = String::new();
    let newline = style.newline.as_str();
    if let Some(path) = source(stream, anchor, file) {
        match stream.host() {
            Host::Helm3 => comment = format!("# Source: {path}{newline}"),
            Host::HelmUnittest => comment = format!("#### file: {path}{newline}"),
            Host::Helm4 => annotate(&mut value, HELM4_FILENAME, &path),
            Host::Plain => {}
        }
    }
    let body = verified(emit(&value, style), &value)?;
    Ok(format!("---{newline}{comment}{body}"))
}

/// A printed object, if it reads back as what it was printed from.
fn verified(printed: String, value: &Value) -> Result<String, Error> {
    match Tree::parse(&printed).and_then(|tree| tree.value()) {
        Ok(read) if read == *value => Ok(printed),
        _ => Err(Error::internal("a printed object does not read back as planned")),
    }
}

/// An object that is added, as one of the rewritten stream, for rules.
#[must_use]
pub fn object(stream: &Stream<'_>, anchor: &Object, value: Value, file: &str) -> Object {
    let number = stream.documents.len() + 1;
    let line = stream.line_of(stream.text.len());
    Object {
        document: number - 1,
        pointer: String::new(),
        value,
        place: Place { file: None, document: number, source: source(stream, anchor, file), line, column: 1 },
        origin: None,
    }
}

/// The patch that adds an item to a list.
#[must_use]
pub fn add_item(value: Value) -> Patch {
    Patch(vec![add(["items", "-"], value)])
}

/// The patch that brings an Ingress of the stream up to date. Fields that ours does not have stay.
#[must_use]
pub fn update(old: &Value, new: &Value) -> Patch {
    let mut operations = Vec::new();
    for map in ["annotations", "labels"] {
        let empty = Map::new();
        let wanted = new["metadata"][map].as_object().unwrap_or(&empty);
        let Some(there) = old["metadata"][map].as_object() else {
            if !wanted.is_empty() {
                operations.push(add(["metadata", map], json!(wanted)));
            }
            continue;
        };
        let unwanted = there.keys().filter(|key| !wanted.contains_key(*key));
        operations.extend(unwanted.map(|key| remove(["metadata", map, key])));
        for (key, value) in wanted {
            operations.extend(set(["metadata", map, key], there.get(key), value.clone()));
        }
    }
    if let Some(spec) = new.get("spec") {
        operations.extend(set(["spec"], old.get("spec"), spec.clone()));
    }
    Patch(operations)
}

/// An Ingress as [`update`] leaves it.
#[must_use]
pub fn updated(old: &Value, new: &Value) -> Value {
    let mut value = old.clone();
    // `update` makes patches for this very value.
    let _ = json_patch::patch(&mut value, &update(old, new));
    value
}

/// The template of an object of ours, beside that of its anchor: `gateway/templates/istio-alb-ingress.yaml`.
fn source(stream: &Stream<'_>, anchor: &Object, file: &str) -> Option<String> {
    let path = anchor.annotation(HELM4_FILENAME).or_else(|| stream.source_of(&stream.documents[anchor.document]))?;
    Some(match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{file}"),
        None => file.to_owned(),
    })
}

fn annotate(value: &mut Value, key: &str, text: &str) {
    if let Some(metadata) = value["metadata"].as_object_mut() {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        annotations[key] = json!(text);
    }
}

/// Whether a document is JSON, which YAML includes.
fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
        && serde_json::from_str::<serde::de::IgnoredAny>(text.trim_start_matches('\u{feff}')).is_ok()
}

fn is_resource_list(tree: &Tree<'_>) -> bool {
    tree.value().is_ok_and(|value| value["kind"] == "ResourceList")
}
