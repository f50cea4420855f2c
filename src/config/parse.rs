//! From text to located values, by the reader of the manifests.

use super::node::{Entry, Node, Origin, Value};
use crate::error::{Error, quoted};
use manifest_yaml::{ParseError, Tree, pointer};
use serde_json::Value as Json;
use std::sync::Arc;

/// Reads the documents of a file, in order. `file` is its name for messages.
pub(super) fn documents<'t>(text: &'t str, file: &str) -> impl Iterator<Item = Result<Node, Error>> + 't {
    let source = Source { text, file: Arc::from(file) };
    starts(text).map(move |start| {
        let end = starts(text).find(|&next| next > start).unwrap_or(text.len());
        source.read(start, end)
    })
}

/// Reads one value: that of a flag or variable, or a document that stands in another.
pub(super) fn value(text: &str, origin: &Origin) -> Result<Node, Error> {
    let wrong = |fault: ParseError| Error::usage(format!("{origin}: `{text}` is no YAML value: {fault}"));
    let tree = Tree::parse(text).map_err(wrong)?;
    if let Some((pointer, _)) = tree.duplicate_keys().first() {
        let key = pointer::last(pointer).unwrap_or_default();
        return Err(Error::usage(format!("{origin}: {}: the key `{key}` is in it twice", quoted(text))));
    }
    let json = tree.value().map_err(wrong)?;
    let source = Source { text, file: Arc::from("") };
    Ok(source.locate(&tree, &json, &mut String::new(), 0).with_origin(origin))
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
            match fault.is_about_a_tab() {
                true => error.help("indent with blanks"),
                false => error,
            }
        };
        let tree = Tree::parse(&self.text[start..end]).map_err(wrong)?;
        if let Some((pointer, offset)) = tree.duplicate_keys().first() {
            let key = pointer::last(pointer).unwrap_or_default();
            return Err(Error::usage(format!("{}: the key `{key}` is here twice", self.origin(start + offset))));
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
