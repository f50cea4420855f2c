//! The nodes of one document and where they stand in its text.
//!
//! A span covers the node as written: quotes and brackets, the header of a block scalar, the first to the last entry of
//! a block collection; without its anchor and tag (they have a span of their own), trailing comment or line break.

use std::borrow::Cow;
use std::ops::Range;

/// One document, parsed: an arena of nodes over the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree<'t> {
    pub(super) text: &'t str,
    pub(super) nodes: Vec<Node<'t>>,
    pub(super) root: Option<NodeId>,
    /// Where the content may begin: behind BOM, directives and `---`.
    pub(super) start: usize,
    /// Where the comments are.
    pub(super) comments: Vec<Range<usize>>,
}

/// Index into [`Tree::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId(pub(super) usize);

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'t> {
    pub(super) span: Range<usize>,
    /// Anchor and tag, from the first to the last of them.
    pub(super) properties: Option<Range<usize>>,
    pub(super) anchor: Option<&'t str>,
    pub(super) tag: Option<Cow<'t, str>>,
    pub(super) content: Content<'t>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content<'t> {
    Scalar { text: Cow<'t, str>, style: ScalarStyle },
    Sequence { flow: bool, items: Vec<Item> },
    Mapping { flow: Flow, entries: Vec<Entry> },
    Alias { target: NodeId },
}

/// How a scalar is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScalarStyle {
    /// Nothing is written: `key:`, `- `.
    Empty,
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Block(Block),
}

/// A literal (`|`) or folded (`>`) scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// End of the indicators (`|2-`), before a comment on their line.
    pub(super) header_end: usize,
    /// Chomping indicator `+`: blank lines behind the last line are content.
    pub(super) keep: bool,
    /// Columns of indentation, where there is any content.
    pub(super) indent: Option<usize>,
}

/// How a mapping is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// `key: value` on lines of their own.
    Block,
    /// `{key: value}`
    Braces,
    /// `[key: value]`: one entry without braces.
    Pair,
}

/// One entry of a mapping.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    /// Of the `?`, the key's properties or the key.
    pub(super) start: usize,
    pub(super) key: NodeId,
    /// The entry has a `?`.
    pub(super) explicit: bool,
    /// Offset of the `:`; a key may stand without.
    pub(super) colon: Option<usize>,
    pub(super) value: NodeId,
}

/// One item of a sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Item {
    /// Of the `-`, or of the item itself in flow style.
    pub(super) start: usize,
    pub(super) value: NodeId,
}

/// The kinds of node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A string, number, boolean or null.
    Scalar,
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
    /// `*name`, which stands for a node elsewhere.
    Alias,
}

impl Node<'_> {
    /// Where the node stands: byte range in the document's text, without anchor, tag and trailing comment.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What kind of node it is.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        match self.content {
            Content::Scalar { .. } => NodeKind::Scalar,
            Content::Sequence { .. } => NodeKind::Sequence,
            Content::Mapping { .. } => NodeKind::Mapping,
            Content::Alias { .. } => NodeKind::Alias,
        }
    }

    /// Where its first byte is, properties included.
    pub(super) fn start(&self) -> usize {
        match &self.properties {
            Some(properties) => properties.start.min(self.span.start),
            None => self.span.start,
        }
    }

    /// Where it ends, properties included: an empty node is only its properties.
    pub(super) fn end(&self) -> usize {
        match &self.properties {
            Some(properties) => properties.end.max(self.span.end),
            None => self.span.end,
        }
    }
}

impl<'t> Tree<'t> {
    /// The document's one node; `None` where it holds nothing but comments.
    #[must_use]
    pub fn root(&self) -> Option<&Node<'t>> {
        self.root.map(|id| self.node(id))
    }

    /// The text that was parsed.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn node(&self, id: NodeId) -> &Node<'t> {
        &self.nodes[id.0]
    }
}
