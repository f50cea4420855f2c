//! Parser events to nodes.
//!
//! The parser gives each scalar, alias and bracket its bytes. What it leaves out is found here: `-`, `?` and `:` in the
//! gaps between nodes, the header of a block scalar and its last line, and the place of a node that is left out (`key:`).

use super::block_scalar;
use super::dialect;
use super::error::ParseError;
use super::node::{Block, Content, Entry, Flow, Item, Node, NodeId, ScalarStyle, Tree};
use super::plain;
use super::text::{BOM, indicator, skip_blanks, skip_gap};
use granit_parser::{Event, Parser, ScanError, Span, StructureStyle};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// Collections inside each other; manifests have about fifteen. Bounds every recursion over a tree.
const NESTING: usize = 200;

impl<'t> Tree<'t> {
    /// Reads exactly one document. It may start with a BOM, directives, comments and `---` (also `--- # c`,
    /// `--- {a: b}`), and end with `...`. A document without content has no [root](Tree::root).
    ///
    /// # Errors
    /// Text that is no YAML, holds a second document, or a character that YAML 1.1 and 1.2 readers do not agree about.
    pub fn parse(text: &'t str) -> Result<Self, ParseError> {
        READINGS.set(READINGS.get() + 1);
        plain::read(text).map_or_else(|| Self::parse_any(text), Ok)
    }

    /// The same, by the parser for all of YAML alone: what tests compare with.
    ///
    /// # Errors
    /// As [`Tree::parse`].
    #[doc(hidden)]
    pub fn parse_any(text: &'t str) -> Result<Self, ParseError> {
        dialect::refuse_letters(text)?;
        let options = granit_parser::options! {
            emit_comments: true,
            max_buffered_comment_events: usize::MAX,
            emit_anchor_events: true,
            flow_nesting_limit: NESTING,
            block_nesting_limit: NESTING,
        };
        let mut reader = Reader::new(text);
        let mut events = Parser::new_from_str_with_options(text, options).peekable();
        while let Some(event) = events.next() {
            let (event, span) = event.map_err(scan_error)?;
            let anchor = match event.is_node().then(|| events.peek()).flatten() {
                Some(Ok((Event::Anchor(..), span))) => Some(bytes(*span)?),
                _ => None,
            };
            reader.event(event, span, anchor)?;
        }
        reader.tree.comments.sort_by_key(|comment| comment.start);
        Ok(reader.tree)
    }
}

thread_local! {
    static READINGS: Cell<usize> = const { Cell::new(0) };
}

/// How many documents this thread has parsed so far. Parsing is most of the work on a manifest: a test can hold a program to
/// the number of times that it parses one.
#[must_use]
pub fn readings() -> usize {
    READINGS.get()
}

/// A collection that is still open.
struct Open {
    node: NodeId,
    /// Start of the entry and its key, between a key and its value.
    key: Option<(usize, bool, NodeId)>,
}

struct Reader<'t> {
    tree: Tree<'t>,
    open: Vec<Open>,
    /// Nodes by the parser's number of their anchor, which only grows.
    anchored: Vec<(usize, NodeId)>,
    documents: usize,
    /// End of the last content: the next gap starts here.
    cursor: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let start = if text.starts_with(BOM) { BOM.len() } else { 0 };
        Self {
            tree: Tree { text, nodes: Vec::new(), root: None, start, comments: Vec::new() },
            open: Vec::new(),
            anchored: Vec::new(),
            documents: 0,
            cursor: start,
        }
    }

    fn event(&mut self, event: Event<'t>, span: Span, anchor: Option<Range<usize>>) -> Result<(), ParseError> {
        let mut at = bytes(span)?;
        let mut tag = None;
        let mut number = 0;
        let content = match event {
            Event::DocumentStart(explicit, _) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(ParseError::at(at.start, "more than one document"));
                }
                if explicit {
                    self.cursor = at.end;
                    self.tree.start = at.end;
                }
                return Ok(());
            }
            Event::Comment(..) => {
                self.tree.comments.push(at);
                return Ok(());
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(at),
            Event::Alias(target) => Content::Alias { target: self.target(target, &at)? },
            Event::Scalar(text, style, id, name) => {
                (number, tag) = (id, name);
                Content::Scalar { text, style: plain_style(style, &at) }
            }
            Event::SequenceStart(style, id, name) => {
                (number, tag) = (id, name);
                Content::Sequence { flow: style == StructureStyle::Flow, items: Vec::new() }
            }
            Event::MappingStart(style, id, name) => {
                (number, tag) = (id, name);
                let braces = !at.is_empty() && self.tree.text[at.start..].starts_with('{');
                let flow = match style {
                    StructureStyle::Block => Flow::Block,
                    StructureStyle::Flow if braces => Flow::Braces,
                    StructureStyle::Flow => Flow::Pair,
                };
                if flow == Flow::Pair {
                    at.end = at.start;
                }
                Content::Mapping { flow, entries: Vec::new() }
            }
            _ => return Ok(()),
        };
        let tag_span = span.tag_span().map(bytes).transpose()?;
        if let Some(tag) = &tag_span {
            dialect::refuse_tag(self.tree.text, tag)?;
        }
        let node = Node {
            span: at,
            properties: join(anchor.clone(), tag_span),
            anchor: anchor.map(|span| &self.tree.text[span.start + 1..span.end]),
            tag: tag.map(|tag| Cow::Owned(format!("{}{}", tag.handle(), tag.suffix()))),
            content,
        };
        self.node(node, number, span.indent)
    }

    /// Puts a node into the collection that is open, and opens it if it is one.
    fn node(&mut self, mut node: Node<'t>, anchor: usize, indent: Option<usize>) -> Result<(), ParseError> {
        let text = self.tree.text;
        let empty = matches!(&node.content, Content::Scalar { style: ScalarStyle::Empty, .. });
        let gap_end = match (&node.properties, empty) {
            (Some(properties), _) => properties.start,
            (None, false) => node.span.start,
            (None, true) => skip_gap(text, self.cursor, text.len(), b""),
        };
        if self.in_flow() {
            dialect::refuse_indicator(text, &node)?;
        }
        let id = NodeId(self.tree.nodes.len());
        let place = self.place(id, gap_end, empty)?;
        let lead = match &node.properties {
            Some(properties) => properties.end,
            None => place,
        };
        if let Content::Scalar { text: value, style } = &mut node.content {
            match style {
                ScalarStyle::Empty => node.span = lead..lead,
                ScalarStyle::Block(block) => {
                    block.indent = indent;
                    node.span = block_scalar::complete(text, lead, &node.span, block, value)?;
                }
                _ => {}
            }
        }
        if matches!(node.content, Content::Sequence { .. } | Content::Mapping { .. }) {
            self.open.push(Open { node: id, key: None });
            self.cursor = if node.span.is_empty() { lead } else { node.span.end };
        } else {
            self.cursor = node.end();
        }
        if anchor != 0 {
            self.anchored.push((anchor, id));
        }
        self.tree.nodes.push(node);
        Ok(())
    }

    fn in_flow(&self) -> bool {
        self.open.iter().any(|open| match &self.tree.nodes[open.node.0].content {
            Content::Sequence { flow, .. } => *flow,
            Content::Mapping { flow, .. } => *flow != Flow::Block,
            _ => false,
        })
    }

    /// Records `id` as root, key, value or item. Returns where the gap before it ends: behind `---`, `?`, `:` or `-`.
    fn place(&mut self, id: NodeId, gap_end: usize, empty: bool) -> Result<usize, ParseError> {
        let text = self.tree.text;
        let from = self.cursor;
        let Some(open) = self.open.last_mut() else {
            self.tree.root = Some(id);
            return Ok(from);
        };
        match &mut self.tree.nodes[open.node.0].content {
            Content::Sequence { flow: true, items } => {
                items.push(Item { start: gap_end, value: id });
                Ok(gap_end)
            }
            Content::Sequence { flow: false, items } => {
                let dash = indicator(text, from, text.len().min(gap_end + 1), b"-")
                    .ok_or_else(|| ParseError::at(gap_end, "list item without `-`"))?;
                items.push(Item { start: dash, value: id });
                Ok(dash + 1)
            }
            Content::Mapping { flow, entries } => match open.key.take() {
                None => {
                    // A key that is left out: `? : value`, `: value`.
                    let gap_end = if empty { skip_gap(text, from, text.len(), b",") } else { gap_end };
                    let to = text.len().min(gap_end + usize::from(empty));
                    let mark = indicator(text, from, to, b"?");
                    let start = mark.unwrap_or(gap_end);
                    open.key = Some((start, mark.is_some(), id));
                    Ok(mark.map_or(gap_end, |mark| mark + 1))
                }
                Some((start, explicit, key)) => {
                    let colon = if empty && gap_end == skip_gap(text, from, text.len(), b"") {
                        let same_line = *flow == Flow::Block && !explicit;
                        lone_colon(text, if same_line { skip_blanks(text, from) } else { gap_end })
                    } else {
                        indicator(text, from, gap_end, b":")
                    };
                    entries.push(Entry { start, key, explicit, colon, value: id });
                    Ok(colon.map_or(from, |colon| colon + 1))
                }
            },
            _ => Err(ParseError::at(gap_end, "a scalar cannot hold a node")),
        }
    }

    fn close(&mut self, at: Range<usize>) -> Result<(), ParseError> {
        let Some(open) = self.open.pop() else {
            return Err(ParseError::at(at.start, "end of a collection that is not open"));
        };
        let children = match &self.tree.nodes[open.node.0].content {
            Content::Sequence { flow: false, items } => {
                items.first().map(|first| first.start).zip(items.last().map(|last| last.value))
            }
            Content::Mapping { flow: Flow::Block | Flow::Pair, entries } => {
                entries.first().map(|first| first.start).zip(entries.last().map(|last| last.value))
            }
            _ => None,
        };
        if let Content::Mapping { flow: Flow::Braces | Flow::Pair, entries } = &self.tree.nodes[open.node.0].content {
            for entry in entries {
                dialect::refuse_colon(self.tree.text, entry, self.tree.node(entry.key))?;
            }
        }
        let span = match children {
            Some((start, last)) => start..self.tree.node(last).end(),
            None => self.tree.nodes[open.node.0].span.start..at.end,
        };
        self.cursor = span.end;
        self.tree.nodes[open.node.0].span = span;
        Ok(())
    }

    fn target(&self, number: usize, at: &Range<usize>) -> Result<NodeId, ParseError> {
        self.anchored
            .binary_search_by_key(&number, |(id, _)| *id)
            .map(|found| self.anchored[found].1)
            .map_err(|_| ParseError::at(at.start, "alias of an anchor that does not exist"))
    }
}

fn plain_style(style: granit_parser::ScalarStyle, at: &Range<usize>) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain if at.is_empty() => ScalarStyle::Empty,
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal | granit_parser::ScalarStyle::Folded => {
            ScalarStyle::Block(Block { header_end: at.start, keep: false, indent: None })
        }
    }
}

/// The `:` of an entry without a written value. (An implicit key of a block mapping has it on its own line.)
fn lone_colon(text: &str, at: usize) -> Option<usize> {
    match text.as_bytes()[at..] {
        [b':'] | [b':', b' ' | b'\t' | b'\r' | b'\n' | b',' | b'}' | b']' | b'#', ..] => Some(at),
        _ => None,
    }
}

fn bytes(span: Span) -> Result<Range<usize>, ParseError> {
    span.byte_range()
        .filter(|range| range.start <= range.end)
        .ok_or_else(|| ParseError::at(0, "the parser lost its place"))
}

fn join(a: Option<Range<usize>>, b: Option<Range<usize>>) -> Option<Range<usize>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.start.min(b.start)..a.end.max(b.end)),
        (a, b) => a.or(b),
    }
}

fn scan_error(error: ScanError) -> ParseError {
    ParseError::at(error.marker().byte_offset().unwrap_or(0), error.info())
}
