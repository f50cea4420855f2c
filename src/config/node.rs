//! A configuration value with its origin: file, line and column, or a flag or variable.
//!
//! Layers are merged as such values, before they are typed. So the type is written once (not once more with everything
//! optional), and an error has the place of the value, whichever layer it came from.

use manifest_yaml::scalar;
use std::fmt;
use std::sync::Arc;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file; lines and columns count from 1, columns in characters.
    File {
        /// The file as it was named.
        file: Arc<str>,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// By a flag (`--scheme`) or a variable (`ISTIO_ALB_SCHEME`).
    Named(Arc<str>),
}

impl Origin {
    /// A flag or a variable.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        Origin::Named(name.into())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Origin::Named(name) => f.write_str(name),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where.
    pub origin: Origin,
    /// What.
    pub value: Value,
}

/// What a value can be. Plain scalars that are no text keep how they were written, since `1.10` is not `1.1` for everybody.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// Nothing, where a value could stand: `key:`.
    Empty,
    /// `true`, as written.
    Bool(bool, String),
    /// `15`, as written.
    Integer(i64, String),
    /// `3.5`, as written.
    Float(String),
    /// Text, without its quotes.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text.
    Map(Vec<Entry>),
}

/// One entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub origin: Origin,
    /// The value.
    pub node: Node,
}

/// A map on one line, of values that are YAML.
pub fn flow_map<'m>(entries: impl IntoIterator<Item = (&'m str, String)>) -> String {
    let entries = entries.into_iter().map(|(key, value)| format!("{}: {value}", scalar(key)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

impl Node {
    /// A value from there.
    pub fn new(origin: Origin, value: Value) -> Self {
        Node { origin, value }
    }

    /// A map without entries.
    pub fn empty(origin: Origin) -> Self {
        Node::new(origin, Value::Map(Vec::new()))
    }

    /// `value` below `path`, which stands at `origin`.
    pub fn nested(path: &[String], origin: &Origin, value: Node) -> Self {
        path.iter().rev().fold(value, |node, key| {
            let entry = Entry { key: key.clone(), origin: origin.clone(), node };
            Node::new(origin.clone(), Value::Map(vec![entry]))
        })
    }

    /// The same value with another origin for all of it.
    #[must_use]
    pub fn with_origin(self, origin: &Origin) -> Self {
        let value = match self.value {
            Value::List(items) => Value::List(items.into_iter().map(|item| item.with_origin(origin)).collect()),
            Value::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|Entry { key, node, .. }| Entry {
                        key,
                        origin: origin.clone(),
                        node: node.with_origin(origin),
                    })
                    .collect(),
            ),
            other => other,
        };
        Node::new(origin.clone(), value)
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entry of a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Takes an entry out of a map.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let Value::Map(entries) = &mut self.value else { return None };
        let at = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(at).node)
    }

    /// The value at a path as messages print it: `ingress.paths[0].path`, `ingress.tags[cost center]`.
    pub fn find(&self, path: &str) -> Option<&Node> {
        segments(path).try_fold(self, |node, segment| match &node.value {
            Value::List(items) => items.get(segment.parse::<usize>().ok()?),
            _ => node.entry(segment).map(|entry| &entry.node),
        })
    }

    /// The same, to change it; maps only.
    pub fn find_mut(&mut self, path: &str) -> Option<&mut Node> {
        segments(path).try_fold(self, |node, segment| match &mut node.value {
            Value::Map(entries) => entries.iter_mut().find(|entry| entry.key == segment).map(|entry| &mut entry.node),
            _ => None,
        })
    }

    /// The value as YAML on one line.
    pub fn flow(&self) -> String {
        match &self.value {
            Value::Null | Value::Empty => "null".to_owned(),
            Value::Bool(value, _) => value.to_string(),
            Value::Integer(value, _) => value.to_string(),
            Value::Float(text) => text.clone(),
            Value::Text(text) => scalar(text).into_owned(),
            Value::List(items) => format!("[{}]", items.iter().map(Node::flow).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) => flow_map(entries.iter().map(|entry| (entry.key.as_str(), entry.node.flow()))),
        }
    }

    /// What it is, for `expected …, found …`.
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Empty => "nothing".to_owned(),
            Value::Bool(value, text) if text == if *value { "true" } else { "false" } => text.clone(),
            Value::Bool(value, text) => format!("`{text}`, which is {value} in YAML"),
            Value::Integer(value, text) if *text == value.to_string() => {
                format!("the number {text}")
            }
            Value::Integer(value, text) => format!("`{text}`, which is the number {value} in YAML"),
            Value::Float(text) => format!("the number {text}"),
            Value::Text(text) => format!("`{text}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(entries) if entries.is_empty() => "an empty map".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        }
    }

    /// How a plain scalar was written, where nobody can take it for something else: `15`, `3.10`, `true`, but neither
    /// `on` nor `0x1F`, `012`, `1_000`, `1e3`.
    pub fn unambiguous(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Bool(value, text) => (text == if *value { "true" } else { "false" }).then_some(text),
            Value::Integer(value, text) => (*text == value.to_string()).then_some(text),
            Value::Float(text) => {
                let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                let (whole, fraction) = text.strip_prefix('-').unwrap_or(text).split_once('.')?;
                (digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))).then_some(text)
            }
            Value::Null | Value::Empty | Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// The segments of a path as messages print it.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return None;
        }
        if let Some((key, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            rest = after;
            return Some(key);
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (segment, after) = rest.split_at(end);
        rest = after;
        Some(segment)
    })
}

/// `path` and one more segment, as messages print it.
pub(super) fn join(path: &str, segment: &str) -> String {
    let plain = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && segment.starts_with(|first: char| first.is_ascii_alphabetic());
    match (plain, path) {
        (true, "") => segment.to_owned(),
        (true, _) => format!("{path}.{segment}"),
        (false, _) => format!("{path}[{segment}]"),
    }
}
