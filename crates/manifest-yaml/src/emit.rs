//! Values as YAML in block style.

use super::quote::{block_value, literal_lines, quoted, scalar};
use super::style::Style;
use serde_json::Value;

/// A key of more bytes than this needs a `?` before it: YAML allows 1,024 characters for a key on one line with its colon.
pub(super) const LONG_KEY: usize = 1000;

/// How a text of several lines is written with which a value ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LastText {
    /// As a literal block scalar: more lines may follow only if that cannot take them for its own.
    Literal,
    /// In double quotes.
    Quoted,
}

impl LastText {
    /// For the child at `at` among `count`: only the last one ends the value.
    pub(super) fn of_child(self, at: usize, count: usize) -> Self {
        if at + 1 == count { self } else { LastText::Literal }
    }
}

/// A value as the body of a document in block style. Keys come in the order of the map; strings stay plain only where every
/// YAML reader, 1.1 or 1.2, sees a string (Go, PyYAML); of several lines as values of a key they are literal block scalars, and
/// otherwise they stand in double quotes. Ends with a line break.
#[must_use]
pub fn emit(value: &Value, style: &Style) -> String {
    let lines = match value {
        _ if is_leaf(value) => vec![leaf(value)],
        _ => block(value, 0, style, false, LastText::Literal),
    };
    let newline = style.newline.as_str();
    lines.join(newline) + newline
}

/// Whether a value takes one line in block style: a scalar or an empty collection.
pub(super) fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => true,
    }
}

/// A scalar or an empty collection in block style.
pub(super) fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) => block_value(text).into_owned(),
        // `null`, `true`, `7`, `[]`, `{}`: the same in JSON.
        _ => value.to_string(),
    }
}

/// The lines of a collection that is not empty, indented to `column`.
pub(super) fn block(value: &Value, column: usize, style: &Style, quote_keys: bool, last: LastText) -> Vec<String> {
    match value {
        Value::Array(items) => {
            let last = |at| last.of_child(at, items.len());
            items.iter().enumerate().flat_map(|(at, item)| item_lines(item, column, style, last(at))).collect()
        }
        Value::Object(map) => {
            let last = |at| last.of_child(at, map.len());
            let entries = map.iter().enumerate();
            entries
                .flat_map(|(at, (key, value))| entry_lines(key, value, column, style, quote_keys, last(at)))
                .collect()
        }
        _ => vec![format!("{:column$}{}", "", leaf(value))],
    }
}

/// The lines of one entry of a mapping at `column`.
pub(super) fn entry_lines(
    key: &str,
    value: &Value,
    column: usize,
    style: &Style,
    quote_keys: bool,
    last: LastText,
) -> Vec<String> {
    let pad = " ".repeat(column);
    let key = if quote_keys { quoted(key) } else { scalar(key).into_owned() };
    let long = key.len() > LONG_KEY;
    let mut lines = Vec::new();
    let start = if long {
        lines.push(format!("{pad}? {key}"));
        pad
    } else {
        pad + &key
    };
    if let Some(text) = value.as_str().and_then(literal_lines).filter(|_| !long && last == LastText::Literal) {
        lines.push(start + ": |");
        lines.extend(literal(&text, column + style.indent.max(1)));
    } else if is_leaf(value) {
        lines.push(format!("{start}: {}", leaf(value)));
    } else {
        lines.push(start + ":");
        lines.extend(block(value, below(value, column, style, long), style, false, last));
    }
    lines
}

/// The lines of a literal block scalar, indented to `column`. Empty lines stay empty.
pub(super) fn literal(lines: &[&str], column: usize) -> Vec<String> {
    lines.iter().map(|line| if line.is_empty() { String::new() } else { format!("{:column$}{line}", "") }).collect()
}

/// The column of a collection below a key at `column`.
pub(super) fn below(value: &Value, column: usize, style: &Style, deeper: bool) -> usize {
    let in_column = value.is_array() && !style.indented_sequences && !deeper;
    column + if in_column { 0 } else { style.indent.max(1) }
}

/// The lines of one list item whose dash is at `column`.
pub(super) fn item_lines(value: &Value, column: usize, style: &Style, last: LastText) -> Vec<String> {
    let mut lines = block(value, column + 2, style, false, last);
    if is_leaf(value) {
        lines = vec![format!("{:width$}{}", "", leaf(value), width = column + 2)];
    }
    if let Some(first) = lines.first_mut() {
        first.replace_range(column..=column, "-");
    }
    lines
}
