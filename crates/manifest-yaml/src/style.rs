//! How a document is laid out, so that what is added looks like what is there.

use super::node::{Content, Flow, NodeId, Tree};
use super::text::line_start;

/// The layout of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How lines end.
    pub newline: Newline,
    /// Columns from a key to the keys below it.
    pub indent: usize,
    /// Whether lists stand deeper than their key (`indent` columns) or in its column.
    pub indented_sequences: bool,
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newline {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
}

impl Newline {
    /// The line break itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Newline::Lf => "\n",
            Newline::CrLf => "\r\n",
        }
    }
}

impl Default for Style {
    /// What `helm create` writes and kubectl prints: two columns, lists in the column of their key.
    fn default() -> Self {
        Self { newline: Newline::Lf, indent: 2, indented_sequences: false }
    }
}

/// The layout of a document: the line end that comes first, and the indentation that is most frequent. What the document
/// does not show is as in [`Style::default`].
#[must_use]
pub fn style_of(text: &str) -> Style {
    match Tree::parse(text) {
        Ok(tree) => tree.style(),
        Err(_) => Style { newline: newline(text), ..Style::default() },
    }
}

impl Tree<'_> {
    /// As [`style_of`], for a document that is parsed already.
    #[must_use]
    pub fn style(&self) -> Style {
        let mut count = Count::default();
        if let Some(root) = self.root {
            count.visit(self, root);
        }
        let default = Style::default();
        let frequent = (1..count.indents.len()).rev().max_by_key(|&indent| count.indents[indent]);
        Style {
            newline: newline(self.text),
            indent: frequent.filter(|&indent| count.indents[indent] > 0).unwrap_or(default.indent),
            indented_sequences: count.indented > count.compact,
        }
    }

    /// Columns before `at` on its line.
    pub(super) fn column(&self, at: usize) -> usize {
        at - line_start(self.text, at)
    }
}

#[derive(Default)]
struct Count {
    /// How often mappings stand so many columns deeper than their key.
    indents: [usize; 9],
    indented: usize,
    compact: usize,
}

impl Count {
    fn visit(&mut self, tree: &Tree<'_>, id: NodeId) {
        match &tree.node(id).content {
            Content::Sequence { items, .. } => items.iter().for_each(|item| self.visit(tree, item.value)),
            Content::Mapping { flow, entries } => {
                for entry in entries {
                    if *flow == Flow::Block && !entry.explicit {
                        self.child(tree, tree.column(entry.start), entry.value);
                    }
                    self.visit(tree, entry.value);
                }
            }
            Content::Scalar { .. } | Content::Alias { .. } => {}
        }
    }

    fn child(&mut self, tree: &Tree<'_>, key: usize, value: NodeId) {
        let node = tree.node(value);
        let deeper = tree.column(node.span.start).saturating_sub(key);
        match &node.content {
            Content::Sequence { flow: false, .. } if deeper == 0 => self.compact += 1,
            Content::Sequence { flow: false, .. } => self.indented += 1,
            Content::Mapping { flow: Flow::Block, .. } => {
                if let Some(times) = self.indents.get_mut(deeper) {
                    *times += 1;
                }
            }
            _ => {}
        }
    }
}

fn newline(text: &str) -> Newline {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => Newline::CrLf,
        _ => Newline::Lf,
    }
}
