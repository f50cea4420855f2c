//! How a flow collection is written, and values written like that.

use super::editor::Editor;
use crate::emit::LONG_KEY;
use crate::node::{Content, NodeId};
use crate::quote::{quoted, scalar};
use crate::style::Newline;
use crate::text::{indicator, line_start, skip_blanks};
use serde_json::Value;

/// How a flow collection is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct FlowStyle {
    /// Keys and strings stand in double quotes, always.
    pub(super) json: bool,
    /// Nothing stands between a `:` and the value (in JSON; YAML needs a blank there).
    pub(super) tight_colons: bool,
    /// Nothing stands between a `,` and the next entry.
    pub(super) tight_commas: bool,
    /// Entries have lines of their own: the columns per level, and the line break.
    pub(super) lines: Option<(usize, &'static str)>,
}

/// What a document shows that has no flow collection yet: YAML, `{a: 1, b: 2}`.
pub(super) const PLAIN: FlowStyle = FlowStyle { json: false, tight_colons: false, tight_commas: false, lines: None };

/// A value on one line, in flow style.
#[must_use]
pub fn emit_flow(value: &Value) -> String {
    PLAIN.value(value, 0)
}

/// A value as JSON that YAML's readers have as well: what is a line break for some of them, or no letter, is escaped. On one line, or,
/// where line breaks are given, on as many as it has entries.
#[must_use]
pub fn emit_json(value: &Value, lines: Option<Newline>) -> String {
    let tight = lines.is_none();
    let lines = lines.map(|newline| (2, newline.as_str()));
    FlowStyle { json: true, tight_colons: tight, tight_commas: tight, lines }.value(value, 0)
}

impl FlowStyle {
    pub(super) fn colon(&self) -> &'static str {
        if self.tight_colons && self.json { ":" } else { ": " }
    }

    pub(super) fn comma(&self) -> &'static str {
        if self.tight_commas { "," } else { ", " }
    }

    /// A value. `column` is that of the line it starts on, for the lines below.
    pub(super) fn value(&self, value: &Value, column: usize) -> String {
        let inner = column + self.lines.map_or(0, |(indent, _)| indent);
        match value {
            Value::String(text) if self.json => quoted(text),
            Value::String(text) => scalar(text).into_owned(),
            Value::Array(items) if !items.is_empty() => {
                let items = items.iter().map(|item| self.value(item, inner));
                self.between("[", &items.collect::<Vec<_>>(), "]", column)
            }
            Value::Object(map) if !map.is_empty() => {
                let entries = map.iter().map(|(key, value)| self.entry(key, value, inner));
                self.between("{", &entries.collect::<Vec<_>>(), "}", column)
            }
            // The same in JSON.
            _ => value.to_string(),
        }
    }

    /// One entry of a mapping.
    pub(super) fn entry(&self, key: &str, value: &Value, column: usize) -> String {
        let key = if self.json { quoted(key) } else { scalar(key).into_owned() };
        let long = if key.len() > LONG_KEY && !self.json { "? " } else { "" };
        format!("{long}{key}{}{}", self.colon(), self.value(value, column))
    }

    fn between(&self, open: &str, children: &[String], close: &str, column: usize) -> String {
        let Some((indent, newline)) = self.lines else {
            return format!("{open}{}{close}", children.join(self.comma()));
        };
        let inner = format!("{newline}{:width$}", "", width = column + indent);
        let children = children.join(&format!(",{inner}"));
        format!("{open}{inner}{children}{newline}{:column$}{close}", "")
    }
}

impl Editor<'_, '_> {
    /// How a flow collection is written; what it does not show itself is as around it.
    pub(super) fn flow_style(&self, id: NodeId, around: &FlowStyle) -> FlowStyle {
        let tree = self.tree;
        let node = tree.node(id);
        let mut style = FlowStyle { lines: None, ..*around };
        let first = match &node.content {
            Content::Mapping { entries, .. } => {
                if !entries.is_empty() {
                    style.json = entries.iter().all(|entry| self.is_double_quoted(entry.key));
                    style.tight_colons =
                        entries.iter().filter_map(|entry| entry.colon).any(|colon| self.is_tight(colon));
                }
                entries.first().map(|entry| (entry.start, entry.value))
            }
            Content::Sequence { items, .. } => {
                if let Some(mapping) = items.iter().find(|item| self.has_entries(item.value)) {
                    style = FlowStyle { lines: None, ..self.flow_style(mapping.value, around) };
                } else if !items.is_empty() {
                    style.json |= items.iter().all(|item| self.is_double_quoted(item.value));
                }
                items.first().map(|item| (item.start, item.value))
            }
            _ => None,
        };
        let Some((start, value)) = first else {
            return style;
        };
        let comma = indicator(tree.text, tree.node(value).end(), node.span.end, b",");
        style.tight_commas = comma.map_or(style.tight_colons, |comma| self.is_tight(comma));
        if self.starts_line(start) {
            let indent = tree.column(start).saturating_sub(self.indentation(node.span.start));
            style.lines = Some((indent, self.style.newline.as_str()));
        }
        style
    }

    /// Columns of blanks with which the line that holds `at` starts, at most those before `at`.
    pub(super) fn indentation(&self, at: usize) -> usize {
        let line = line_start(self.tree.text, at);
        skip_blanks(self.tree.text, line).min(at) - line
    }

    fn has_entries(&self, id: NodeId) -> bool {
        matches!(&self.tree.node(id).content, Content::Mapping { entries, .. } if !entries.is_empty())
    }

    /// Whether something follows the `:` or `,` at once.
    fn is_tight(&self, at: usize) -> bool {
        self.tree.text[at + 1..].starts_with(|next: char| !next.is_whitespace())
    }
}
