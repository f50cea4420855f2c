//! Collections in flow style, JSON among them: entries between braces, with commas.
//!
//! Entries may share lines or have lines of their own (pretty-printed JSON); an entry that fills its lines goes with them.
//! A comma behind the last entry stays if there was one.

use super::block::Written;
use super::draft::{Child, Edited, Part};
use super::editor::Editor;
use super::error::EditError;
use super::flow_style::FlowStyle;
use crate::node::{Content, NodeId, ScalarStyle};
use crate::text::{indicator, is_blank, line_end, line_start, next_line, skip_blanks};
use serde_json::Value;
use std::ops::Range;

/// The entries of a flow collection with the commas behind them.
struct Listed {
    written: Vec<Written>,
    commas: Vec<Option<usize>>,
    /// Offsets behind the opening bracket, and of the closing one.
    inside: Range<usize>,
}

/// Which comma goes with an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comma {
    Before,
    Behind,
}

impl Editor<'_, '_> {
    pub(super) fn flow(&mut self, edited: &Edited, around: &FlowStyle) -> Result<(), EditError> {
        let listed = self.listed(edited.node);
        let style = self.flow_style(edited.node, around);
        let children: Vec<&Child> = edited.children().collect();
        let kept: Vec<usize> = (0..children.len()).filter(|&at| children[at].old.is_some()).collect();
        if let (Some(&first), Some(&last)) = (kept.first(), kept.last()) {
            self.put_before(edited, &listed, &children[..=first], &style);
            self.edit_kept(edited, &listed, &children[first..=last], &style)?;
            let old = children[last].old.unwrap_or_default();
            self.remove_tail(&listed, old, last + 1 < children.len());
            self.put_behind(edited, &listed, &children[last..], &style);
        } else if self.has_no_comment(&listed.inside) && (children.is_empty() || listed.written.is_empty()) {
            let entries = self.new_texts(edited, &children, &style, listed.inside.start);
            self.splices.replace(listed.inside, entries.join(style.comma()));
        } else if let Some(first) = listed.written.first().filter(|_| !children.is_empty()) {
            let entries = self.new_texts(edited, &children, &style, first.range.start);
            let separator = self.separator(first.range.start, &style);
            self.splices.replace(first.range.clone(), entries.join(&separator));
            self.remove_tail(&listed, 0, false);
        } else {
            (0..listed.written.len()).for_each(|gone| self.remove(&listed, gone, Comma::Behind));
            let entries = self.new_texts(edited, &children, &style, listed.inside.start);
            self.splices.insert(listed.inside.start, entries.join(style.comma()));
        }
        Ok(())
    }

    fn listed(&self, id: NodeId) -> Listed {
        let text = self.tree.text;
        let written = self.written(id);
        let span = self.tree.node(id).span();
        let inside = span.start + 1..span.end.saturating_sub(1).max(span.start + 1);
        let ends = written.iter().skip(1).map(|next| next.range.start).chain([inside.end]);
        let commas = written.iter().zip(ends).map(|(entry, end)| indicator(text, entry.range.end, end, b","));
        Listed { commas: commas.collect(), written, inside }
    }

    /// The entries from the first to the last that stay: edits them, and removes and inserts between them.
    fn edit_kept(
        &mut self,
        edited: &Edited,
        listed: &Listed,
        children: &[&Child],
        style: &FlowStyle,
    ) -> Result<(), EditError> {
        let mut new = 0;
        let mut gone = 0;
        for (at, child) in children.iter().enumerate() {
            let Some(old) = child.old else {
                continue;
            };
            (gone..old).for_each(|gone| self.remove(listed, gone, Comma::Behind));
            self.put_before(edited, listed, &children[new..=at], style);
            self.flow_child(edited.node, old, &child.part, style)?;
            (gone, new) = (old + 1, at + 1);
        }
        Ok(())
    }

    /// New items before the one that stays, which is the last of `children`.
    fn put_before(&mut self, edited: &Edited, listed: &Listed, children: &[&Child], style: &FlowStyle) {
        let Some((kept, new)) = children.split_last().filter(|(_, new)| !new.is_empty()) else {
            return;
        };
        let at = listed.written[kept.old.unwrap_or_default()].range.start;
        let separator = self.separator(at, style);
        let entries = self.new_texts(edited, new, style, at).join(&separator);
        self.splices.insert(at, entries + &separator);
    }

    /// New entries behind the last one that stays, which is the first of `children`.
    fn put_behind(&mut self, edited: &Edited, listed: &Listed, children: &[&Child], style: &FlowStyle) {
        let Some((kept, new)) = children.split_first().filter(|(_, new)| !new.is_empty()) else {
            return;
        };
        let last = kept.old.unwrap_or_default();
        let range = &listed.written[last].range;
        let mut entries = self.new_texts(edited, new, style, range.start);
        if matches!(kept.part, Part::Kept(_)) && self.ends_open(&listed.written[last]) {
            self.splices.insert(range.end, " ");
        }
        if !self.takes_lines(listed, last) {
            let separator = self.separator(range.start, style);
            self.splices.insert(range.end, separator.clone() + &entries.join(&separator));
            return;
        }
        if listed.commas[last].is_none() {
            self.splices.insert(range.end, ",");
        }
        let trailing = listed.commas.last().is_some_and(Option::is_some);
        let pad = " ".repeat(self.tree.column(range.start));
        let count = entries.len();
        for (at, entry) in entries.iter_mut().enumerate() {
            let comma = if trailing || at + 1 < count { "," } else { "" };
            *entry = format!("{pad}{entry}{comma}");
        }
        self.splices.lines(next_line(self.tree.text, self.behind_entry(listed, last)), entries);
    }

    /// Removes what stands behind `last`, which keeps its comma only if something follows, or if the list ended with one.
    fn remove_tail(&mut self, listed: &Listed, last: usize, followed: bool) {
        let ends_with_comma = listed.commas.last().is_some_and(Option::is_some);
        let by_lines = followed && self.takes_lines(listed, last);
        for gone in last + 1..listed.written.len() {
            let behind =
                (by_lines && gone == last + 1) || (ends_with_comma && (by_lines || self.fills_lines(listed, gone)));
            self.remove(listed, gone, if behind { Comma::Behind } else { Comma::Before });
        }
        // A closing bracket that shared its line with the last entry now starts that line; at column 0 not every reader takes it.
        let end = listed.written.len() - 1;
        if end > last + 1 && self.fills_lines(listed, end - 1) && !self.fills_lines(listed, end) {
            let column = self.tree.column(listed.written[end].range.start);
            self.splices.insert(listed.inside.end, " ".repeat(column));
        }
    }

    /// Removes one entry with one comma.
    fn remove(&mut self, listed: &Listed, gone: usize, comma: Comma) {
        let text = self.tree.text;
        let range = listed.written[gone].range.clone();
        let before = gone.checked_sub(1).and_then(|before| Some((before, listed.commas[before]?)));
        if self.fills_lines(listed, gone) {
            let end = self.behind_entry(listed, gone);
            self.splices.delete(line_start(text, range.start)..next_line(text, end));
            match (comma, before, listed.commas[gone]) {
                (Comma::Before, Some((_, at)), _) => self.splices.delete(at..at + 1),
                (Comma::Behind, _, Some(at)) => self.splices.delete(at..at + 1),
                _ => {}
            }
            return;
        }
        match (comma, before, listed.commas[gone]) {
            (Comma::Before, Some((before, at)), _) => {
                let gap = listed.written[before].range.end..range.start;
                if self.has_no_comment(&gap) {
                    let start = if self.ends_open(&listed.written[before]) { at } else { gap.start };
                    self.splices.delete(start..range.end);
                } else {
                    self.splices.delete(at..at + 1);
                    self.splices.delete(range);
                }
            }
            (Comma::Behind, _, Some(at)) => {
                let next = listed.written.get(gone + 1).map_or(at + 1, |next| next.range.start);
                if self.has_no_comment(&(range.end..next)) {
                    self.splices.delete(range.start..next);
                } else {
                    self.splices.delete(range);
                    self.splices.delete(at..at + 1);
                }
            }
            _ => self.splices.delete(range),
        }
    }

    fn flow_child(&mut self, parent: NodeId, old: usize, part: &Part, style: &FlowStyle) -> Result<(), EditError> {
        let tree = self.tree;
        let new = match part {
            Part::New(new) => new,
            Part::Edited(edited) => return self.flow(edited, style),
            Part::Kept(_) | Part::Removed => return Ok(()),
        };
        let (value, key) = match &tree.node(parent).content {
            Content::Mapping { entries, .. } => (entries[old].value, Some(entries[old])),
            Content::Sequence { items, .. } => (items[old].value, None),
            _ => return Ok(()),
        };
        let node = tree.node(value);
        let quotes = matches!(
            &node.content,
            Content::Scalar { style: ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, .. }
        );
        let text = match new {
            Value::String(_) if quotes && !style.json => self.leaf_like(value, new),
            _ => self.flow_style(value, style).value(new, self.indentation(node.start())),
        };
        match (&node.content, key) {
            (Content::Scalar { style: ScalarStyle::Empty, .. }, Some(entry)) => match entry.colon {
                Some(colon) => self.splices.replace(colon + 1..node.end(), format!(" {text}")),
                None => {
                    let key = tree.node(entry.key).end();
                    self.splices.replace(key..node.end(), format!("{}{text}", style.colon()));
                }
            },
            _ => self.splices.replace(node.start()..node.end(), text),
        }
        Ok(())
    }

    fn new_texts(&self, edited: &Edited, children: &[&Child], style: &FlowStyle, at: usize) -> Vec<String> {
        let column = self.indentation(at);
        let mapping = matches!(self.tree.node(edited.node).content, Content::Mapping { .. });
        let texts = children.iter().filter_map(|child| match &child.part {
            Part::New(value) if mapping => Some(style.entry(&child.key, value, column)),
            Part::New(value) => Some(style.value(value, column)),
            _ => None,
        });
        texts.collect()
    }

    /// Whether nothing but an entry, its comma and a comment stand on its lines.
    fn fills_lines(&self, listed: &Listed, at: usize) -> bool {
        let text = self.tree.text;
        let behind = self.behind_entry(listed, at);
        let rest = &text[skip_blanks(text, behind)..line_end(text, behind)];
        self.starts_line(listed.written[at].range.start) && (rest.is_empty() || rest.starts_with('#'))
    }

    /// Whether new entries can have the lines behind this one: it fills its own, and has no comma further down.
    fn takes_lines(&self, listed: &Listed, at: usize) -> bool {
        let behind = self.behind_entry(listed, at);
        self.fills_lines(listed, at) && listed.commas[at].is_none_or(|comma| comma < behind)
    }

    /// Behind an entry, and its comma if that stands on the same line.
    fn behind_entry(&self, listed: &Listed, at: usize) -> usize {
        let end = listed.written[at].range.end;
        match listed.commas[at] {
            Some(comma) if is_blank(&self.tree.text[end..comma]) => comma + 1,
            _ => end,
        }
    }

    /// What separates entries: a comma, and a new line at the column of the entry at `at` if that starts one.
    fn separator(&self, at: usize, style: &FlowStyle) -> String {
        if self.starts_line(at) {
            format!(",{}{:width$}", self.style.newline.as_str(), "", width = self.tree.column(at))
        } else {
            style.comma().to_owned()
        }
    }

    /// Whether an entry ends with the colon or tag of a value that is left out: Go would read a comma as part of it.
    fn ends_open(&self, entry: &Written) -> bool {
        let node = self.tree.node(entry.value);
        let is_empty = matches!(&node.content, Content::Scalar { style: ScalarStyle::Empty, .. });
        let text = &self.tree.text[entry.range.clone()];
        is_empty && (node.properties.is_some() || text.ends_with(':') || text.starts_with(['&', '!']))
    }

    fn has_no_comment(&self, range: &Range<usize>) -> bool {
        let comments = &self.tree.comments;
        let next = comments.partition_point(|comment| comment.start < range.start);
        comments.get(next).is_none_or(|comment| comment.start >= range.end)
    }
}
