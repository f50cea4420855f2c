//! A value in the place of another, in block style.

use super::block::Lead;
use super::draft::{Edited, Part};
use super::editor::Editor;
use super::error::EditError;
use super::flow_style::{FlowStyle, PLAIN};
use super::splices::Lines;
use crate::emit::{LastText, below, block, is_leaf, leaf, literal};
use crate::node::{Content, Flow, NodeId, ScalarStyle};
use crate::quote::{literal_lines, quoted, single_quoted};
use crate::text::{ends_line, is_blank, line_end, line_start, next_line, skip_blanks};
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

/// A value that is no block collection, taken apart so that the comments within it can stay.
struct Shell {
    /// What comes first: the value to the end of its line, or only its anchor and tag.
    head: Range<usize>,
    /// The value, where comments or lines stand between it and its anchor and tag.
    below: Option<Range<usize>>,
    /// The lines of a block scalar.
    text: Option<Range<usize>>,
}

impl Editor<'_, '_> {
    pub(super) fn root(&mut self, draft: &super::draft::Draft<'_, '_>) -> Result<(), EditError> {
        let tree = self.tree;
        let place = Place { lead: tree.start, column: 0, hangs: Hangs::Mark, root: true };
        match (&draft.root, tree.root) {
            (Part::New(value), Some(old)) => self.replace(place, old, value),
            (Part::New(value), None) => {
                let lines = Lines::of(|last| block(value, 0, &self.style, false, last));
                self.splices.lines(tree.text.len(), lines);
                Ok(())
            }
            (Part::Edited(edited), _) => self.collection(edited, place),
            _ => Ok(()),
        }
    }

    /// Edits the value of an entry or item of a block collection at `column`.
    pub(super) fn child(&mut self, parent: NodeId, old: usize, part: &Part, column: usize) -> Result<(), EditError> {
        let tree = self.tree;
        let (place, value) = match &tree.node(parent).content {
            Content::Mapping { entries, .. } => {
                let entry = entries[old];
                let (lead, hangs) = match entry.colon {
                    Some(colon) if entry.explicit => (colon + 1, Hangs::Mark),
                    Some(colon) => (colon + 1, Hangs::Key),
                    None => (tree.node(entry.key).end(), Hangs::Nothing),
                };
                (Place { lead, column, hangs, root: false }, entry.value)
            }
            Content::Sequence { items, .. } => {
                let item = items[old];
                (Place { lead: item.start + 1, column, hangs: Hangs::Mark, root: false }, item.value)
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
            return self.block(edited, Lead { end: place.lead, root: place.root });
        }
        // `{}` shows no style: what is added takes the style of the block around it.
        let bare = !self.tree.text[node.span()].contains('#');
        if is_empty && bare && !place.root {
            return self.replace(place, edited.node, &new_value(edited, &node.content));
        }
        self.flow(edited, &FlowStyle { json: place.root, ..PLAIN })
    }

    /// Puts `new` in the place of `old`, and of its anchor and tag.
    fn replace(&mut self, place: Place, old: NodeId, new: &Value) -> Result<(), EditError> {
        if place.hangs == Hangs::Nothing {
            return self.add_value(place, old, new);
        }
        if let Some((lines, text)) = self.literal_like(old, new) {
            self.splices.replace(lines, text);
            return Ok(());
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
        let node = self.tree.node(old);
        let lines_of_its_own = self.is_block_collection(old) && self.starts_line(node.span.start);
        // No block collection may start on the line of `---`.
        let behind_marker = place.root && !self.starts_line(node.start());
        if place.hangs == Hangs::Key || lines_of_its_own || behind_marker {
            self.put_below(place, old, new);
            return Ok(());
        }
        self.put_here(place, old, new)
    }

    /// One line of text (or several, in flow style) in the place of a value.
    fn put_line(&mut self, place: Place, old: NodeId, text: String) {
        let node = self.tree.node(old);
        if !self.is_block_collection(old) {
            let shell = self.shell(old);
            let blank = if shell.head.is_empty() { " " } else { "" };
            self.splices.replace(shell.head.clone(), format!("{blank}{text}"));
            self.remove_rest(&shell);
        } else if !self.starts_line(node.span.start) || (place.root && node.properties.is_none()) {
            let end = line_end(self.tree.text, node.span.end);
            self.splices.replace(node.start()..end, text);
        } else {
            match &node.properties {
                Some(properties) => self.splices.replace(properties.clone(), text),
                None => self.splices.insert(place.lead, format!(" {text}")),
            }
            self.splices.delete(self.lines_of(node.span()));
        }
    }

    /// A collection on the lines below its key, or where the one before it has lines of its own.
    fn put_below(&mut self, place: Place, old: NodeId, new: &Value) {
        let text = self.tree.text;
        let node = self.tree.node(old);
        let deeper = place.hangs == Hangs::Mark;
        let mut column = match place.root {
            true => 0,
            false => below(new, place.column, &self.style, deeper),
        };
        let mut at = next_line(text, node.end());
        if self.is_block_collection(old) {
            if let Some(properties) = &node.properties {
                self.drop_properties(place, properties.clone());
            }
            let was = self.tree.column(node.span.start);
            let same = matches!(node.content, Content::Sequence { .. }) == new.is_array();
            if same || place.root || (deeper && was > place.column) {
                column = was;
            }
            let lines = self.lines_of(node.span());
            at = lines.start;
            self.splices.delete(lines);
        } else {
            let shell = self.shell(old);
            let start = self.behind(place, shell.head.start);
            if start > place.lead {
                self.delete_in_line(start..shell.head.end);
            } else {
                self.splices.delete(start..shell.head.end);
            }
            self.remove_rest(&shell);
        }
        let lines = Lines::of(|last| block(new, column, &self.style, false, last));
        self.splices.lines(at, lines);
    }

    /// A collection whose first line goes where the old value starts.
    fn put_here(&mut self, place: Place, old: NodeId, new: &Value) -> Result<(), EditError> {
        let text = self.tree.text;
        let node = self.tree.node(old);
        let gap = &text[place.lead..node.start()];
        // Go takes no tab behind a dash.
        let (start, blank) = match is_blank(gap) && (gap.is_empty() || gap.contains('\t')) {
            true => (place.lead, " "),
            false => (node.start(), ""),
        };
        let column = self.block_column(start)? + blank.len();
        let mut lines = block(new, column, &self.style, false, LastText::Quoted);
        if self.is_block_collection(old) {
            let lines = lines.join(self.style.newline.as_str());
            let end = line_end(text, node.span.end);
            self.splices.replace(start..end, format!("{blank}{}", &lines[column..]));
            return Ok(());
        }
        let shell = self.shell(old);
        let first = format!("{blank}{}", &lines.remove(0)[column..]);
        self.splices.replace(start..shell.head.end, first);
        self.remove_rest(&shell);
        self.splices.lines(next_line(text, node.end()), lines);
        Ok(())
    }

    /// Removes the anchor and tag of a collection. A tab behind them would not do behind a dash.
    fn drop_properties(&mut self, place: Place, properties: Range<usize>) {
        let text = self.tree.text;
        let start = self.behind(place, properties.start);
        if text[properties.end..].starts_with('\t') {
            self.splices.replace(start..skip_blanks(text, properties.end), " ");
        } else {
            self.splices.delete(start..properties.end);
        }
    }

    /// What of a scalar, alias or flow collection makes room for something new.
    fn shell(&self, id: NodeId) -> Shell {
        let node = self.tree.node(id);
        let (end, text) = match &node.content {
            Content::Scalar { style: ScalarStyle::Block(block), .. } => {
                let lines = next_line(self.tree.text, block.header_end)..next_line(self.tree.text, node.span.end);
                (block.header_end, Some(lines).filter(|lines| lines.start < lines.end))
            }
            _ => (node.span.end, None),
        };
        match &node.properties {
            Some(properties) if !is_blank(&self.tree.text[properties.end..node.span.start]) => {
                Shell { head: properties.clone(), below: Some(node.span.start..end), text }
            }
            _ => Shell { head: node.start()..end, below: None, text },
        }
    }

    fn remove_rest(&mut self, shell: &Shell) {
        if let Some(below) = &shell.below {
            self.delete_in_line(below.clone());
        }
        if let Some(text) = &shell.text {
            self.splices.delete(text.clone());
        }
    }

    /// Deletes what starts a line, and the line with it if nothing else is there.
    fn delete_in_line(&mut self, range: Range<usize>) {
        let behind = skip_blanks(self.tree.text, range.end);
        if behind == line_end(self.tree.text, range.end) {
            self.splices.delete(self.lines_of(range));
        } else {
            self.splices.delete(range.start..behind);
        }
    }

    /// The `:` that a `?` entry does not have.
    fn add_value(&mut self, place: Place, old: NodeId, new: &Value) -> Result<(), EditError> {
        let node = self.tree.node(old);
        if node.properties.is_some() {
            return Err(EditError::at(node.start(), "an anchor or tag on nothing"));
        }
        let pad = " ".repeat(place.column);
        let lines = Lines::of(|last| {
            if is_leaf(new) {
                return vec![format!("{pad}: {}", leaf(new))];
            }
            let column = below(new, place.column, &self.style, true);
            let mut lines = block(new, column, &self.style, false, last);
            lines.insert(0, format!("{pad}:"));
            lines
        });
        self.splices.lines(next_line(self.tree.text, place.lead), lines);
        Ok(())
    }

    /// The lines of a literal block scalar, and those of the text that replaces it under its header.
    fn literal_like(&self, old: NodeId, new: &Value) -> Option<(Range<usize>, String)> {
        let lines = literal_lines(new.as_str()?)?;
        let node = self.tree.node(old);
        let Content::Scalar { style: ScalarStyle::Block(block), .. } = &node.content else { return None };
        let has_plain_header = &self.tree.text[node.span.start..block.header_end] == "|";
        let range = self.shell(old).text.filter(|_| has_plain_header)?;
        let newline = self.style.newline.as_str();
        let text = literal(&lines, block.indent?).into_iter().map(|line| line + newline).collect();
        ends_line(&self.tree.text[range.clone()]).then_some((range, text))
    }

    /// A scalar in the quotes of the one that it replaces.
    pub(super) fn leaf_like(&self, old: NodeId, new: &Value) -> String {
        let Value::String(text) = new else {
            return leaf(new);
        };
        match &self.tree.node(old).content {
            Content::Scalar { style: ScalarStyle::DoubleQuoted, .. } => quoted(text),
            Content::Scalar { style: ScalarStyle::SingleQuoted, .. } => {
                single_quoted(text).unwrap_or_else(|| quoted(text))
            }
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
        let start = self.tree.node(old).span.start;
        is_flow.then(|| self.flow_style(old, &PLAIN).value(new, self.indentation(start)))
    }

    pub(super) fn is_block_collection(&self, id: NodeId) -> bool {
        matches!(
            self.tree.node(id).content,
            Content::Sequence { flow: false, .. } | Content::Mapping { flow: Flow::Block, .. }
        )
    }

    /// Where to cut so that no blank stays behind the lead: there, if nothing else stands between it and `start`.
    fn behind(&self, place: Place, start: usize) -> usize {
        if is_blank(&self.tree.text[place.lead..start]) { place.lead } else { start }
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
