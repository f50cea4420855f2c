//! Collections in block style: entries and items on lines of their own.
//!
//! An entry goes with its lines, from its key to the line of its last byte. Only the first may share its line with what it
//! hangs on (`- name: a`): then the next one takes its place.

use super::draft::{Child, Edited, Part};
use super::editor::Editor;
use super::error::EditError;
use super::splices::Lines;
use crate::emit::{LastText, entry_lines, item_lines};
use crate::node::{Content, NodeId, ScalarStyle};
use crate::text::{is_blank, line_end, line_start, next_line};
use std::ops::Range;

/// One entry or item as written: from its `?`, key or `-` to the end of its value.
pub(super) struct Written {
    pub(super) range: Range<usize>,
    pub(super) value: NodeId,
}

/// What a block collection hangs on.
#[derive(Clone, Copy)]
pub(super) struct Lead {
    /// Behind the `:` or `-`; behind `---` for the root.
    pub(super) end: usize,
    pub(super) root: bool,
}

impl Editor<'_, '_> {
    pub(super) fn block(&mut self, edited: &Edited, lead: Lead) -> Result<(), EditError> {
        let tree = self.tree;
        let written = self.written(edited.node);
        let children: Vec<&Child> = edited.children().collect();
        let first_kept = children.iter().position(|child| child.old.is_some()).unwrap_or(children.len());
        let (leading, rest) = children.split_at(first_kept);
        let mut kept = vec![false; written.len()];
        children.iter().filter_map(|child| child.old).for_each(|old| kept[old] = true);
        let column = self.block_column(written[0].range.start)?;

        let in_line = !self.starts_line(written[0].range.start);
        if in_line && !kept[0] {
            self.fill_hole(edited, &written, leading, rest.first().and_then(|child| child.old), column);
        } else {
            self.remove_lines(&written, 0..first(&kept));
            if children.is_empty() {
                self.put_empty(edited.node, &written[0], lead);
            } else if !leading.is_empty() {
                self.put_leading(edited, &written, leading, column, lead);
            }
        }
        for gone in (first(&kept)..kept.len()).filter(|&old| !kept[old]) {
            self.remove_lines(&written, gone..gone + 1);
        }

        let mut after = None;
        for child in rest {
            match (child.old, &child.part) {
                (Some(old), part) => {
                    self.child(edited.node, old, part, column)?;
                    after = Some((old, part));
                }
                (None, Part::New(value)) => {
                    if let Some((old, part)) = after {
                        let at = next_line(tree.text, written[old].range.end);
                        self.refuse_open_block(part)?;
                        let lines = Lines::of(|last| self.new_lines(edited, &child.key, value, column, last));
                        self.splices.lines(at, lines);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The entries or items of a collection.
    pub(super) fn written(&self, id: NodeId) -> Vec<Written> {
        let tree = self.tree;
        let written = |start, value| Written { range: start..tree.node(value).end(), value };
        match &tree.node(id).content {
            Content::Sequence { items, .. } => items.iter().map(|item| written(item.start, item.value)).collect(),
            Content::Mapping { entries, .. } => entries.iter().map(|entry| written(entry.start, entry.value)).collect(),
            _ => Vec::new(),
        }
    }

    /// The column at which the lines of a block collection start.
    pub(super) fn block_column(&self, at: usize) -> Result<usize, EditError> {
        let before = &self.tree.text[line_start(self.tree.text, at)..at];
        if before.contains('\t') {
            return Err(EditError::at(at, "a tab before an entry: its column is not the same for every reader"));
        }
        Ok(before.len())
    }

    /// Whether nothing but blanks stands before `at` on its line.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        is_blank(&self.tree.text[line_start(self.tree.text, at)..at])
    }

    /// The first entry shared its line with a dash, and goes.
    fn fill_hole(
        &mut self,
        edited: &Edited,
        written: &[Written],
        leading: &[&Child],
        next: Option<usize>,
        column: usize,
    ) {
        let text = self.tree.text;
        let hole = written[0].range.start..line_end(text, written[0].range.end);
        let last = next.unwrap_or(written.len());
        if let (Some(next), []) = (next, leading) {
            let gaps_blank = (0..next).all(|old| {
                let gap = next_line(text, written[old].range.end)..line_start(text, written[old + 1].range.start);
                text[gap].bytes().all(|byte| byte.is_ascii_whitespace())
            });
            if gaps_blank {
                self.splices.delete(hole.start..written[next].range.start);
                return;
            }
            // A comment stands between them: it keeps its line, and the dash stands alone.
            let dash = text[..hole.start].trim_end_matches([' ', '\t']).len();
            self.splices.delete(dash..hole.end);
        } else if leading.is_empty() {
            self.splices.replace(hole, self.empty(edited.node));
        } else {
            let lines = self.leading_lines(edited, leading, column, LastText::Quoted);
            self.splices.replace(hole, lines.join(self.style.newline.as_str())[column..].to_owned());
        }
        self.remove_lines(written, 1..last);
    }

    /// New items before the first that stays (and the comments above that), or new entries in the place of all.
    fn put_leading(&mut self, edited: &Edited, written: &[Written], leading: &[&Child], column: usize, lead: Lead) {
        let text = self.tree.text;
        let first = written[0].range.start;
        let lines = |last| self.leading_lines(edited, leading, column, last);
        if self.starts_line(first) {
            let lines = Lines::of(lines);
            let properties = &self.tree.node(edited.node).properties;
            let behind = properties.as_ref().map_or(lead.end, |properties| properties.end);
            let at = if lead.root { line_start(text, first) } else { next_line(text, behind) };
            self.splices.lines(at, lines);
        } else {
            let newline = self.style.newline.as_str();
            let lines = lines(LastText::Literal).join(newline)[column..].to_owned();
            self.splices.insert(first, format!("{lines}{newline}{:column$}", ""));
        }
    }

    fn leading_lines(&self, edited: &Edited, leading: &[&Child], column: usize, last: LastText) -> Vec<String> {
        let lines = leading.iter().enumerate().map(|(at, child)| match &child.part {
            Part::New(value) => self.new_lines(edited, &child.key, value, column, last.of_child(at, leading.len())),
            _ => Vec::new(),
        });
        lines.flatten().collect()
    }

    /// `{}` or `[]` behind the key of a collection that lost all it had, on the key's line.
    fn put_empty(&mut self, id: NodeId, first: &Written, lead: Lead) {
        let empty = self.empty(id);
        match (&self.tree.node(id).properties, lead.root) {
            (Some(properties), _) => self.splices.insert(properties.end, format!(" {empty}")),
            (None, false) => self.splices.insert(lead.end, format!(" {empty}")),
            (None, true) => self.splices.lines(line_start(self.tree.text, first.range.start), vec![empty.to_owned()]),
        }
    }

    fn empty(&self, id: NodeId) -> &'static str {
        match self.tree.node(id).content {
            Content::Sequence { .. } => "[]",
            _ => "{}",
        }
    }

    /// Deletes the lines of entries, each with the comment behind its value.
    fn remove_lines(&mut self, written: &[Written], which: Range<usize>) {
        let text = self.tree.text;
        for Written { range, .. } in &written[which] {
            self.splices.delete(line_start(text, range.start)..next_line(text, range.end));
        }
    }

    fn new_lines(
        &self,
        edited: &Edited,
        key: &str,
        value: &serde_json::Value,
        column: usize,
        last: LastText,
    ) -> Vec<String> {
        match &self.tree.node(edited.node).content {
            Content::Mapping { entries, .. } => {
                let quoted = entries.iter().all(|entry| self.is_double_quoted(entry.key));
                entry_lines(key, value, column, &self.style, quoted, last)
            }
            _ => item_lines(value, column, &self.style, last),
        }
    }

    pub(super) fn is_double_quoted(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id).content, Content::Scalar { style: ScalarStyle::DoubleQuoted, .. })
    }
}

/// Index of the first that is kept, or how many there are.
fn first(kept: &[bool]) -> usize {
    kept.iter().position(|&kept| kept).unwrap_or(kept.len())
}
