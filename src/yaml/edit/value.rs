//! A value in the place of another, in block style.

use super::block::Lead;
use super::draft::{Edited, Part};
use super::{EditError, Editor};
use crate::yaml::emit::{below, block, flow, is_leaf, leaf};
use crate::yaml::node::{Content, Flow, NodeId, Style};
use crate::yaml::quote::{quoted, single_quoted};
use crate::yaml::text::{is_blank, line_end, line_start, next_line, skip_blanks};
use serde_json::{Map, Value};
use std::ops::Range;

/// What a value hangs on.
#[derive(Clone, Copy)]
struct Place {
    /// Behind the `:` or `-`; behind `---` for the root.
    lead: usize,
    /// Of the key or dash.
    column: usize,
    hangs: Hangs,
    root: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hangs {
    /// On `key:`, so that a collection stands on lines of its own.
    Key,
    /// On a dash, on the `:` of a `?` entry, or on nothing: a collection starts on that line.
    Mark,
    /// On a `?` entry that has no `:`.
    Nothing,
}

impl Editor<'_, '_> {
    pub(super) fn root(&mut self, draft: &super::draft::Draft<'_, '_>) -> Result<(), EditError> {
        let tree = self.tree;
        let place = Place {
            lead: tree.start,
            column: 0,
            hangs: Hangs::Mark,
            root: true,
        };
        match (&draft.root, tree.root) {
            (Part::New(value), Some(old)) => self.replace(place, old, value),
            (Part::New(value), None) => {
                self.splices
                    .lines(tree.text.len(), block(value, 0, &self.style, false));
                Ok(())
            }
            (Part::Edited(edited), _) => self.collection(edited, place),
            _ => Ok(()),
        }
    }

    /// Edits the value of an entry or item of a block collection at `column`.
    pub(super) fn child(
        &mut self,
        parent: NodeId,
        old: usize,
        part: &Part,
        column: usize,
    ) -> Result<(), EditError> {
        let tree = self.tree;
        let (place, value) = match &tree.node(parent).content {
            Content::Mapping { entries, .. } => {
                let entry = entries[old];
                let (lead, hangs) = match entry.colon {
                    Some(colon) if entry.explicit => (colon + 1, Hangs::Mark),
                    Some(colon) => (colon + 1, Hangs::Key),
                    None => (tree.node(entry.key).end(), Hangs::Nothing),
                };
                (
                    Place {
                        lead,
                        column,
                        hangs,
                        root: false,
                    },
                    entry.value,
                )
            }
            Content::Sequence { items, .. } => {
                let item = items[old];
                (
                    Place {
                        lead: item.start + 1,
                        column,
                        hangs: Hangs::Mark,
                        root: false,
                    },
                    item.value,
                )
            }
            _ => return Ok(()),
        };
        match part {
            Part::New(new) => self.replace(place, value, new),
            Part::Edited(edited) => self.collection(edited, place),
            Part::Kept(_) | Part::Removed => Ok(()),
        }
    }

    fn collection(&mut self, edited: &Edited, place: Place) -> Result<(), EditError> {
        let node = self.tree.node(edited.node);
        let (is_flow, is_empty) = match &node.content {
            Content::Mapping { flow, entries } => (*flow != Flow::Block, entries.is_empty()),
            Content::Sequence { flow, items } => (*flow, items.is_empty()),
            _ => (true, false),
        };
        if !is_flow {
            return self.block(
                edited,
                Lead {
                    end: place.lead,
                    root: place.root,
                },
            );
        }
        // `{}` says nothing about style: what is added takes that of the block around it.
        let bare = !self.tree.text[node.span()].contains('#');
        if is_empty && bare && !place.root {
            return self.replace(place, edited.node, &new_value(edited, &node.content));
        }
        self.flow(edited, place.root)
    }

    /// Puts `new` in the place of `old`, and of its anchor and tag.
    fn replace(&mut self, place: Place, old: NodeId, new: &Value) -> Result<(), EditError> {
        if place.hangs == Hangs::Nothing {
            return self.add_value(place, old, new);
        }
        if is_leaf(new) {
            let text = self.leaf_like(old, new);
            self.put_line(place, old, text);
            return Ok(());
        }
        if let Some(text) = self.flow_like(old, new) {
            self.put_line(place, old, text);
            return Ok(());
        }
        match place.hangs {
            Hangs::Key => self.put_below(place, old, new),
            _ => self.put_here(place, old, new)?,
        }
        Ok(())
    }

    /// One line of text (or several, in flow style) in the place of a value.
    fn put_line(&mut self, place: Place, old: NodeId, text: String) {
        let node = self.tree.node(old);
        match &node.content {
            Content::Scalar {
                style: Style::Empty,
                ..
            } if node.properties.is_none() => {
                self.splices.insert(place.lead, format!(" {text}"));
            }
            Content::Scalar {
                style: Style::Block(block),
                ..
            } => {
                self.splices.replace(node.start()..block.header_end, text);
                self.remove_block_text(old, block.header_end);
            }
            _ if !self.is_block_collection(old) => {
                self.splices.replace(node.start()..node.end(), text)
            }
            _ if !self.starts_line(node.span.start)
                || (place.root && node.properties.is_none()) =>
            {
                self.splices
                    .replace(node.start()..line_end(self.tree.text, node.span.end), text);
            }
            _ => {
                match &node.properties {
                    Some(properties) => self.splices.replace(properties.clone(), text),
                    None => self.splices.insert(place.lead, format!(" {text}")),
                }
                self.splices.delete(self.lines_of(node.span()));
            }
        }
    }

    /// A collection on the lines below its key.
    fn put_below(&mut self, place: Place, old: NodeId, new: &Value) {
        let text = self.tree.text;
        let node = self.tree.node(old);
        let mut column = below(new, place.column, &self.style, false);
        let mut at = next_line(text, node.end());
        match &node.content {
            _ if self.is_block_collection(old) => {
                if let Some(properties) = &node.properties {
                    self.splices
                        .delete(self.behind(place, properties.start)..properties.end);
                }
                if matches!(node.content, Content::Sequence { .. }) == new.is_array() {
                    column = self.tree.column(node.span.start);
                }
                let lines = self.lines_of(node.span());
                at = lines.start;
                self.splices.delete(lines);
            }
            Content::Scalar {
                style: Style::Block(block),
                ..
            } => {
                self.splices
                    .delete(self.behind(place, node.start())..block.header_end);
                self.remove_block_text(old, block.header_end);
            }
            _ if self.starts_line(node.start()) && node.start() > place.lead => {
                let behind = skip_blanks(text, node.end());
                if behind == line_end(text, node.end()) {
                    self.splices.delete(self.lines_of(node.start()..node.end()));
                } else {
                    self.splices.delete(node.start()..behind);
                }
            }
            _ => self.splices.delete(place.lead..node.end()),
        }
        self.splices
            .lines(at, block(new, column, &self.style, false));
    }

    /// A collection whose first line goes where the old value starts.
    fn put_here(&mut self, place: Place, old: NodeId, new: &Value) -> Result<(), EditError> {
        let text = self.tree.text;
        let newline = self.style.newline.as_str();
        let node = self.tree.node(old);
        let is_empty = matches!(
            &node.content,
            Content::Scalar {
                style: Style::Empty,
                ..
            }
        );
        if is_empty && node.properties.is_none() {
            let column = self.block_column(place.lead)? + 1;
            let mut lines = block(new, column, &self.style, false);
            let first = lines.remove(0);
            self.splices
                .insert(place.lead, format!(" {}", &first[column..]));
            self.splices.lines(next_line(text, place.lead), lines);
            return Ok(());
        }
        let is_collection = self.is_block_collection(old);
        let start = if is_collection && self.starts_line(node.span.start) {
            node.span.start
        } else {
            node.start()
        };
        let column = self.block_column(start)?;
        let mut lines = block(new, column, &self.style, false);
        if is_collection {
            if let (Some(properties), true) = (&node.properties, start == node.span.start) {
                self.splices
                    .delete(self.behind(place, properties.start)..properties.end);
            }
            let end = line_end(text, node.span.end);
            self.splices
                .replace(start..end, lines.join(newline)[column..].to_owned());
            return Ok(());
        }
        let first = lines.remove(0)[column..].to_owned();
        match &node.content {
            Content::Scalar {
                style: Style::Block(block),
                ..
            } => {
                self.splices.replace(start..block.header_end, first);
                self.remove_block_text(old, block.header_end);
            }
            _ => self.splices.replace(start..node.end(), first),
        }
        self.splices.lines(next_line(text, node.end()), lines);
        Ok(())
    }

    /// The `:` that a `?` entry does not have.
    fn add_value(&mut self, place: Place, old: NodeId, new: &Value) -> Result<(), EditError> {
        let node = self.tree.node(old);
        if node.properties.is_some() {
            return Err(EditError::at(node.start(), "an anchor or tag on nothing"));
        }
        let pad = " ".repeat(place.column);
        let mut lines = Vec::new();
        if is_leaf(new) {
            lines.push(format!("{pad}: {}", leaf(new)));
        } else {
            lines.push(format!("{pad}:"));
            lines.extend(block(
                new,
                below(new, place.column, &self.style, true),
                &self.style,
                false,
            ));
        }
        self.splices
            .lines(next_line(self.tree.text, place.lead), lines);
        Ok(())
    }

    /// A scalar in the quotes of the one that it replaces.
    pub(super) fn leaf_like(&self, old: NodeId, new: &Value) -> String {
        let Value::String(text) = new else {
            return leaf(new);
        };
        match &self.tree.node(old).content {
            Content::Scalar {
                style: Style::DoubleQuoted,
                ..
            } => quoted(text),
            Content::Scalar {
                style: Style::SingleQuoted,
                ..
            } => single_quoted(text).unwrap_or_else(|| quoted(text)),
            _ => leaf(new),
        }
    }

    /// A collection in the braces or brackets of the one that it replaces, if that has any and is not empty.
    fn flow_like(&self, old: NodeId, new: &Value) -> Option<String> {
        let is_flow = match &self.tree.node(old).content {
            Content::Mapping { flow, entries } => *flow == Flow::Braces && !entries.is_empty(),
            Content::Sequence { flow, items } => *flow && !items.is_empty(),
            _ => false,
        };
        let style = is_flow.then(|| self.flow_style(old, false))?;
        let line = line_start(self.tree.text, self.tree.node(old).span.start);
        Some(flow(new, skip_blanks(self.tree.text, line) - line, &style))
    }

    pub(super) fn is_block_collection(&self, id: NodeId) -> bool {
        matches!(
            self.tree.node(id).content,
            Content::Sequence { flow: false, .. }
                | Content::Mapping {
                    flow: Flow::Block,
                    ..
                }
        )
    }

    /// The lines of a block scalar below its header.
    fn remove_block_text(&mut self, id: NodeId, header_end: usize) {
        let text = self.tree.text;
        let lines = next_line(text, header_end)..next_line(text, self.tree.node(id).span.end);
        if lines.start < lines.end {
            self.splices.delete(lines);
        }
    }

    /// Where to cut so that no blank stays behind the lead: there, if nothing else stands between it and `start`.
    fn behind(&self, place: Place, start: usize) -> usize {
        if is_blank(&self.tree.text[place.lead..start]) {
            place.lead
        } else {
            start
        }
    }

    /// From the start of the line of the first byte to the end of that of the last.
    fn lines_of(&self, range: Range<usize>) -> Range<usize> {
        line_start(self.tree.text, range.start)..next_line(self.tree.text, range.end)
    }
}

/// A collection that holds nothing but new parts.
fn new_value(edited: &Edited, like: &Content<'_>) -> Value {
    let new = edited.children().filter_map(|child| match &child.part {
        Part::New(value) => Some((child.key.clone(), value.clone())),
        _ => None,
    });
    match like {
        Content::Sequence { .. } => Value::Array(new.map(|(_, value)| value).collect()),
        _ => Value::Object(new.collect::<Map<_, _>>()),
    }
}
