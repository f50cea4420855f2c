//! Collections in flow style, JSON among them: entries between braces, with commas.
//!
//! Entries may share lines or have lines of their own (pretty-printed JSON); an entry that fills its lines goes with them.
//! A comma behind the last entry stays if there was one.

use super::block::Written;
use super::draft::{Child, Edited, Part};
use super::{EditError, Editor};
use crate::yaml::emit::{FlowStyle, flow, flow_entry};
use crate::yaml::node::{Content, NodeId, Style};
use crate::yaml::text::{indicator, is_blank, line_end, line_start, next_line, skip_blanks};
use serde_json::Value;

/// The entries of a flow collection with the commas behind them.
struct Listed {
    written: Vec<Written>,
    commas: Vec<Option<usize>>,
    /// Offset of the closing bracket.
    close: usize,
}

impl Editor<'_, '_> {
    /// `json`: what an empty collection is to be taken for.
    pub(super) fn flow(&mut self, edited: &Edited, json: bool) -> Result<(), EditError> {
        let listed = self.listed(edited.node);
        let style = self.flow_style(edited.node, json);
        let children: Vec<&Child> = edited.children().collect();
        let open = self.tree.node(edited.node).span.start + 1;
        if children.is_empty() && self.is_bare(open, listed.close) {
            self.splices.delete(open..listed.close);
            return Ok(());
        }
        if listed.written.is_empty() {
            let entries: Vec<String> = self.new_texts(edited, &children, &style, open).collect();
            self.splices.insert(open, entries.join(style.comma));
            return Ok(());
        }
        let first_kept = children.iter().position(|child| child.old.is_some());
        let last_kept = children.iter().rposition(|child| child.old.is_some());
        if let (Some(first), Some(last)) = (first_kept, last_kept) {
            self.separate(edited, &listed, &children[first..=last], &style)?;
            self.put_before(edited, &listed, &children[..=first], &style);
            let old = children[last].old.unwrap_or_default();
            self.remove_tail(&listed, old, children.len() - 1 > last);
            self.put_behind(edited, &listed, old, &children[last + 1..], &style);
        } else if children.is_empty() {
            (0..listed.written.len()).for_each(|old| self.remove(&listed, old, listed.commas[old]));
        } else {
            let first = listed.written[0].range.clone();
            let entries: Vec<String> = self
                .new_texts(edited, &children, &style, first.start)
                .collect();
            self.splices.replace(
                first.clone(),
                entries.join(&self.separator(first.start, &style)),
            );
            self.remove_tail(&listed, 0, false);
        }
        Ok(())
    }

    fn listed(&self, id: NodeId) -> Listed {
        let text = self.tree.text;
        let written = self.written(id);
        let close = self.tree.node(id).span.end.saturating_sub(1);
        let ends = written
            .iter()
            .skip(1)
            .map(|next| next.range.start)
            .chain([close]);
        let commas = written
            .iter()
            .zip(ends)
            .map(|(entry, end)| indicator(text, entry.range.end, end, b","))
            .collect();
        Listed {
            written,
            commas,
            close,
        }
    }

    /// The entries between the first and the last that stay: removes, replaces and inserts.
    fn separate(
        &mut self,
        edited: &Edited,
        listed: &Listed,
        children: &[&Child],
        style: &FlowStyle,
    ) -> Result<(), EditError> {
        let mut from = 0;
        let mut new = 0;
        for (index, child) in children.iter().enumerate() {
            let Some(old) = child.old else {
                continue;
            };
            (from..old).for_each(|gone| self.remove(listed, gone, listed.commas[gone]));
            if index > new {
                self.put_before(edited, listed, &children[new..=index], style);
            }
            self.flow_child(edited.node, old, &child.part, style)?;
            (from, new) = (old + 1, index + 1);
        }
        Ok(())
    }

    /// New items before the one that stays, which is the last of `children`.
    fn put_before(
        &mut self,
        edited: &Edited,
        listed: &Listed,
        children: &[&Child],
        style: &FlowStyle,
    ) {
        let Some((kept, new)) = children.split_last() else {
            return;
        };
        let at = listed.written[kept.old.unwrap_or_default()].range.start;
        let separator = self.separator(at, style);
        let entries = self
            .new_texts(edited, new, style, at)
            .map(|entry| entry + &separator);
        let entries: String = entries.collect();
        if !entries.is_empty() {
            self.splices.insert(at, entries);
        }
    }

    /// New entries behind `last`, the last one that stays.
    fn put_behind(
        &mut self,
        edited: &Edited,
        listed: &Listed,
        last: usize,
        new: &[&Child],
        style: &FlowStyle,
    ) {
        if new.is_empty() {
            return;
        }
        let text = self.tree.text;
        let range = listed.written[last].range.clone();
        let mut entries: Vec<String> = self.new_texts(edited, new, style, range.start).collect();
        let comma = listed.commas[last];
        let trailing = listed.commas.last().is_some_and(Option::is_some);
        let behind = comma.map_or(range.end, |comma| comma + 1);
        let rest = &text[skip_blanks(text, behind)..line_end(text, behind)];
        if self.starts_line(range.start) && (rest.is_empty() || rest.starts_with('#')) {
            if comma.is_none() {
                self.splices.insert(range.end, ",");
            }
            let pad = " ".repeat(self.tree.column(range.start));
            let count = entries.len();
            for (index, entry) in entries.iter_mut().enumerate() {
                let end = if trailing || index + 1 < count {
                    ","
                } else {
                    ""
                };
                *entry = format!("{pad}{entry}{end}");
            }
            self.splices.lines(next_line(text, behind), entries);
        } else {
            let separator = self.separator(range.start, style);
            let entries = format!("{separator}{}", entries.join(&separator));
            self.splices.insert(range.end, entries);
        }
    }

    /// Removes what stands behind `last`. If nothing comes in its place, `last` has no comma more than the list had.
    fn remove_tail(&mut self, listed: &Listed, last: usize, followed: bool) {
        let count = listed.written.len();
        if last + 1 == count {
            return;
        }
        let trailing = listed.commas[count - 1].is_some();
        let own_lines = self.starts_line(listed.written[last].range.start);
        for gone in last + 1..count {
            let keeps_comma = gone == last + 1 && followed && own_lines;
            match listed.commas[gone - 1] {
                Some(comma) if !trailing && !keeps_comma => self.remove(listed, gone, Some(comma)),
                _ => self.remove(listed, gone, listed.commas[gone]),
            }
        }
    }

    /// Removes one entry with one comma, that before it or that behind it.
    fn remove(&mut self, listed: &Listed, gone: usize, comma: Option<usize>) {
        let text = self.tree.text;
        let range = listed.written[gone].range.clone();
        let behind = match listed.commas[gone] {
            Some(comma) if is_blank(&text[range.end..comma]) => comma + 1,
            _ => range.end,
        };
        let rest = &text[skip_blanks(text, behind)..line_end(text, behind)];
        let comma_before = comma.filter(|&comma| comma < range.start);
        if self.starts_line(range.start) && (rest.is_empty() || rest.starts_with('#')) {
            self.splices
                .delete(line_start(text, range.start)..next_line(text, behind));
            if let Some(comma) = comma.filter(|&comma| comma < range.start || comma >= behind) {
                self.splices.delete(comma..comma + 1);
            }
        } else if let Some(comma) = comma_before {
            if is_blank(&text[comma + 1..range.start]) {
                self.splices.delete(comma..range.end);
            } else {
                self.splices.delete(comma..comma + 1);
                self.splices.delete(range);
            }
        } else if let Some(comma) = comma {
            if is_blank(&text[range.end..comma]) {
                self.splices
                    .delete(range.start..skip_blanks(text, comma + 1));
            } else {
                self.splices.delete(range);
                self.splices.delete(comma..skip_blanks(text, comma + 1));
            }
        } else {
            self.splices.delete(range);
        }
    }

    fn flow_child(
        &mut self,
        parent: NodeId,
        old: usize,
        part: &Part,
        style: &FlowStyle,
    ) -> Result<(), EditError> {
        let tree = self.tree;
        let (value, colon, key_end) = match &tree.node(parent).content {
            Content::Mapping { entries, .. } => {
                let entry = entries[old];
                (entry.value, entry.colon, tree.node(entry.key).end())
            }
            Content::Sequence { items, .. } => (items[old].value, None, 0),
            _ => return Ok(()),
        };
        let new = match part {
            Part::New(new) => new,
            Part::Edited(edited) => return self.flow(edited, style.json),
            Part::Kept(_) | Part::Removed => return Ok(()),
        };
        let node = tree.node(value);
        let line = line_start(tree.text, node.start());
        let text = match new {
            Value::String(_) if !style.json => self.flow_leaf_like(value, new, style),
            _ => flow(new, skip_blanks(tree.text, line) - line, style),
        };
        match (&node.content, colon) {
            (
                Content::Scalar {
                    style: Style::Empty,
                    ..
                },
                None,
            ) => {
                self.splices
                    .replace(key_end..node.end(), format!("{}{text}", style.colon));
            }
            (
                Content::Scalar {
                    style: Style::Empty,
                    ..
                },
                Some(colon),
            ) => {
                self.splices
                    .replace(colon + 1..node.end(), format!(" {text}"));
            }
            _ => self.splices.replace(node.start()..node.end(), text),
        }
        Ok(())
    }

    fn flow_leaf_like(&self, old: NodeId, new: &Value, style: &FlowStyle) -> String {
        match self.tree.node(old).content {
            Content::Scalar {
                style: Style::SingleQuoted | Style::DoubleQuoted,
                ..
            } => self.leaf_like(old, new),
            _ => flow(new, 0, style),
        }
    }

    fn new_texts<'c>(
        &self,
        edited: &Edited,
        children: &'c [&Child],
        style: &'c FlowStyle,
        at: usize,
    ) -> impl Iterator<Item = String> + 'c {
        let text = self.tree.text;
        let line = line_start(text, at);
        let column = skip_blanks(text, line).min(at) - line;
        let mapping = matches!(self.tree.node(edited.node).content, Content::Mapping { .. });
        children.iter().filter_map(move |child| match &child.part {
            Part::New(value) if mapping => Some(flow_entry(&child.key, value, column, style)),
            Part::New(value) => Some(flow(value, column, style)),
            _ => None,
        })
    }

    /// How a flow collection is written; what it does not show is as in JSON if `json`.
    pub(super) fn flow_style(&self, id: NodeId, json: bool) -> FlowStyle {
        let tree = self.tree;
        let node = tree.node(id);
        let written = self.written(id);
        let (json, colon) = match &node.content {
            Content::Mapping { entries, .. } if !entries.is_empty() => {
                let tight = entries
                    .iter()
                    .any(|entry| entry.colon.is_some_and(|colon| self.tight(colon)));
                (
                    entries.iter().all(|entry| self.is_double_quoted(entry.key)),
                    if tight { ":" } else { ": " },
                )
            }
            Content::Sequence { items, .. } if !items.is_empty() => {
                let scalars = items
                    .iter()
                    .filter(|item| matches!(tree.node(item.value).content, Content::Scalar { .. }));
                let mut first = items.iter().map(|item| item.value).filter(|&item| {
                    matches!(&tree.node(item).content, Content::Mapping { entries, .. } if !entries.is_empty())
                });
                match first.next() {
                    Some(mapping) => {
                        let style = self.flow_style(mapping, json);
                        (style.json, style.colon)
                    }
                    None => {
                        let quoted = scalars.clone().count() > 0
                            && scalars
                                .clone()
                                .all(|item| self.is_double_quoted(item.value));
                        (json || quoted, ": ")
                    }
                }
            }
            _ => (json, ": "),
        };
        let listed = self.listed(id);
        let tight = listed
            .commas
            .iter()
            .flatten()
            .any(|&comma| self.tight(comma));
        let own_lines = written
            .first()
            .filter(|first| self.starts_line(first.range.start));
        let lines = own_lines.map(|first| {
            let line = line_start(tree.text, node.span.start);
            let outer = skip_blanks(tree.text, line) - line;
            let indent = tree.column(first.range.start).saturating_sub(outer);
            (indent, self.style.newline.as_str())
        });
        FlowStyle {
            json,
            colon: if json { colon } else { ": " },
            comma: if tight { "," } else { ", " },
            lines,
        }
    }

    /// Whether something follows the `:` or `,` at once.
    fn tight(&self, at: usize) -> bool {
        self.tree.text[at + 1..].starts_with(|next: char| !next.is_whitespace())
    }

    /// What separates entries: a comma, and a new line at the column of the entry at `at` if that starts one.
    fn separator(&self, at: usize, style: &FlowStyle) -> String {
        if self.starts_line(at) {
            format!(
                ",{}{:width$}",
                self.style.newline.as_str(),
                "",
                width = self.tree.column(at)
            )
        } else {
            style.comma.to_owned()
        }
    }

    /// Whether no comment stands between two places.
    fn is_bare(&self, from: usize, to: usize) -> bool {
        !self
            .tree
            .comments
            .iter()
            .any(|comment| (from..to).contains(&comment.start))
    }
}
