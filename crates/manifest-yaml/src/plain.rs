//! Documents as templates render most of them: keys and values in block style, one a line. They are read here, in one pass and
//! without the parser, which takes ten times as long for any YAML. What is not understood here is left to it: the first thing
//! that is not of the few below, and the whole document is.
//!
//! - printable ASCII, lines that end in a line feed, indented by blanks
//! - `key: value`, `- value`, `- key: value`, comments, `---` alone on its line
//! - keys of letters, digits and `_./-`, or in quotes; values in plain style on one line, in quotes without any escape, or in
//!   brackets with words in them: `{app: web}`
//!
//! Both readers give the same tree: the tests and the fuzzer compare them.

use super::emit::LONG_KEY;
use super::node::{Content, Entry, Flow, Item, Node, NodeId, ScalarStyle, Tree};
use super::text::{line_end, skip_blanks};
use std::borrow::Cow;
use std::ops::Range;

/// Collections inside each other; what is deeper is left to the parser, as what it forbids.
const NESTING: usize = 60;

/// Reads a document that is plain enough.
pub(super) fn read(text: &str) -> Option<Tree<'_>> {
    let is_plain = |byte: u8| byte == b'\n' || (b' '..=b'~').contains(&byte);
    if !text.bytes().all(is_plain) {
        return None;
    }
    let tree = Tree { text, nodes: Vec::new(), root: None, start: 0, comments: Vec::new() };
    let mut reader = Reader { tree, next: 0, line: None, depth: 0 };
    reader.advance();
    if reader.line.as_ref().is_some_and(|line| line.column == 0 && &text[line.start..line.end] == "---") {
        reader.tree.start = reader.line?.start + 3;
        reader.advance();
    }
    let root = reader.block(0)?;
    reader.tree.root = Some(root);
    reader.line.is_none().then_some(reader.tree)
}

/// A line with content, or what is left of it.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    column: usize,
}

/// A key at the start of a line.
struct Key {
    /// Without its quotes.
    text: Range<usize>,
    style: ScalarStyle,
    colon: usize,
}

struct Reader<'t> {
    tree: Tree<'t>,
    /// The line that is to be read.
    line: Option<Line>,
    /// Where the line behind it begins.
    next: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn bytes(&self) -> &'t [u8] {
        self.tree.text.as_bytes()
    }

    /// Goes to the next line with content.
    fn advance(&mut self) {
        self.line = None;
        let bytes = self.bytes();
        while self.line.is_none() && self.next < bytes.len() {
            let from = self.next;
            let end = line_end(self.tree.text, from);
            self.next = end + 1;
            let start = skip_blanks(self.tree.text, from);
            match bytes[start..end].first() {
                None => {}
                Some(b'#') => self.tree.comments.push(start..end),
                Some(_) => self.line = Some(Line { start, end, column: start - from }),
            }
        }
    }

    fn push(&mut self, span: Range<usize>, content: Content<'t>) -> NodeId {
        self.tree.nodes.push(Node { span, properties: None, anchor: None, tag: None, content });
        NodeId(self.tree.nodes.len() - 1)
    }

    /// The place of a collection among the nodes, which is before those within it.
    fn reserve(&mut self) -> NodeId {
        self.push(0..0, Content::Sequence { flow: false, items: Vec::new() })
    }

    fn fill(&mut self, id: NodeId, span: Range<usize>, content: Content<'t>) {
        let node = &mut self.tree.nodes[id.0];
        (node.span, node.content) = (span, content);
    }

    fn scalar(&mut self, span: Range<usize>, text: Range<usize>, style: ScalarStyle) -> NodeId {
        let text = Cow::Borrowed(&self.tree.text[text]);
        self.push(span, Content::Scalar { text, style })
    }

    /// A collection that begins with the current line, in this column.
    fn block(&mut self, column: usize) -> Option<NodeId> {
        let line = self.line.filter(|line| line.column == column)?;
        if self.depth == NESTING {
            return None;
        }
        self.depth += 1;
        let id = if self.is_item(line) { self.sequence(column) } else { self.mapping(column) };
        self.depth -= 1;
        id
    }

    /// What stands on the lines below a key in this column, if anything does.
    fn below(&mut self, column: usize) -> Option<Option<NodeId>> {
        Some(match self.line {
            Some(line) if line.column > column => Some(match self.is_item(line) || self.key(line).is_some() {
                true => self.block(line.column)?,
                false => self.inline(line.start, line.end, column)?,
            }),
            Some(line) if line.column == column && self.is_item(line) => Some(self.block(column)?),
            _ => None,
        })
    }

    fn is_item(&self, line: Line) -> bool {
        self.bytes()[line.start..line.end].starts_with(b"- ")
    }

    fn mapping(&mut self, column: usize) -> Option<NodeId> {
        let id = self.reserve();
        let mut entries = Vec::new();
        while let Some(line) = self.line.filter(|line| line.column == column && !self.is_item(*line)) {
            let Key { text, style, colon } = self.key(line)?;
            let key = self.scalar(line.start..colon, text, style);
            let value = skip_blanks(self.tree.text, colon + 1);
            let value = match self.bytes()[value..line.end].first() {
                None | Some(b'#') => {
                    self.comment(value, line.end)?;
                    self.advance();
                    match self.below(column)? {
                        Some(value) => value,
                        // The text is what the parser gives it.
                        None => {
                            let content = Content::Scalar { text: Cow::Borrowed("~"), style: ScalarStyle::Empty };
                            self.push(colon + 1..colon + 1, content)
                        }
                    }
                }
                Some(_) => self.inline(value, line.end, column)?,
            };
            entries.push(Entry { start: line.start, key, explicit: false, colon: Some(colon), value });
        }
        let span = entries.first()?.start..self.tree.node(entries.last()?.value).end();
        self.fill(id, span, Content::Mapping { flow: Flow::Block, entries });
        self.is_behind(column).then_some(id)
    }

    fn sequence(&mut self, column: usize) -> Option<NodeId> {
        let id = self.reserve();
        let mut items = Vec::new();
        while let Some(line) = self.line.filter(|line| line.column == column && self.is_item(*line)) {
            let start = skip_blanks(self.tree.text, line.start + 1);
            let item = Line { start, end: line.end, column: column + start - line.start };
            if self.is_item(item) {
                return None;
            }
            let value = if self.key(item).is_some() {
                self.line = Some(item);
                self.block(item.column)?
            } else {
                self.inline(start, line.end, column)?
            };
            items.push(Item { start: line.start, value });
        }
        let span = items.first()?.start..self.tree.node(items.last()?.value).end();
        self.fill(id, span, Content::Sequence { flow: false, items });
        self.is_behind(column).then_some(id)
    }

    /// Whether the current line belongs to something around a collection in this column.
    fn is_behind(&self, column: usize) -> bool {
        self.line.is_none_or(|line| line.column <= column)
    }

    /// The key that a line begins with.
    fn key(&self, line: Line) -> Option<Key> {
        let rest = &self.bytes()[line.start..line.end];
        let (text, style, colon) = match *rest.first()? {
            quote @ (b'"' | b'\'') => {
                let text = self.within_quotes(line.start, line.end, quote)?;
                (text.clone(), quoted_style(quote), text.end + 1)
            }
            first => {
                let length = rest.iter().position(|&byte| !is_word(byte)).filter(|_| starts_word(first))?;
                (line.start..line.start + length, ScalarStyle::Plain, line.start + length)
            }
        };
        let is_key = matches!(self.bytes()[colon..line.end], [b':'] | [b':', b' ', ..]);
        (is_key && colon - line.start <= LONG_KEY).then_some(Key { text, style, colon })
    }

    /// A value that stands on the line of its key or dash, which is in this column; and goes to the next line.
    fn inline(&mut self, from: usize, end: usize, column: usize) -> Option<NodeId> {
        let id = match *self.bytes()[from..end].first()? {
            b'{' | b'[' | b'"' | b'\'' => self.enclosed(from, end)?,
            _ => self.plain(from, end)?,
        };
        let behind = self.tree.node(id).span.end;
        let rest = skip_blanks(self.tree.text, behind);
        if rest < end && rest == behind {
            return None;
        }
        self.comment(rest, end)?;
        self.advance();
        // A line further to the right would be a part of the value.
        self.is_behind(column).then_some(id)
    }

    /// The comment that fills the rest of a line, if there is a rest.
    fn comment(&mut self, from: usize, end: usize) -> Option<()> {
        match self.bytes()[from..end].first() {
            None => {}
            Some(b'#') => self.tree.comments.push(from..end),
            Some(_) => return None,
        }
        Some(())
    }

    /// A scalar without quotes: to the end of the line, or to a comment.
    fn plain(&mut self, from: usize, end: usize) -> Option<NodeId> {
        let text = &self.bytes()[from..end];
        let begins = match *text {
            [b'-', next, ..] => next.is_ascii_alphanumeric(),
            [first, ..] => starts_word(first),
            [] => false,
        };
        if !begins {
            return None;
        }
        let mut length = 0;
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                b':' if matches!(text.get(at + 1), None | Some(b' ')) => return None,
                b'#' if text[at - 1] == b' ' => break,
                b' ' => {}
                _ => length = at + 1,
            }
        }
        let span = from..from + length;
        Some(self.scalar(span.clone(), span, ScalarStyle::Plain))
    }

    /// A scalar in quotes, or a collection in brackets.
    fn enclosed(&mut self, from: usize, end: usize) -> Option<NodeId> {
        match self.bytes()[from] {
            b'{' => self.braces(from, end),
            b'[' => self.brackets(from, end),
            quote => self.quoted(from, end, quote),
        }
    }

    fn quoted(&mut self, from: usize, end: usize, quote: u8) -> Option<NodeId> {
        let text = self.within_quotes(from, end, quote)?;
        Some(self.scalar(from..text.end + 1, text, quoted_style(quote)))
    }

    /// The text within quotes that has no escapes: neither a backslash nor a quote that is doubled.
    fn within_quotes(&self, from: usize, end: usize, quote: u8) -> Option<Range<usize>> {
        let inner = &self.bytes()[from + 1..end];
        let length = memchr::memchr2(quote, b'\\', inner)?;
        let is_end = inner[length] == quote && inner.get(length + 1) != Some(&quote);
        is_end.then_some(from + 1..from + 1 + length)
    }

    /// `{key: value, …}`
    fn braces(&mut self, from: usize, end: usize) -> Option<NodeId> {
        let id = self.reserve();
        let mut entries = Vec::new();
        let mut at = skip_blanks(self.tree.text, from + 1);
        while *self.bytes()[at..end].first()? != b'}' {
            at = if entries.is_empty() { at } else { self.past_comma(at)? };
            let Key { text, style, colon } = self.key(Line { start: at, end, column: 0 })?;
            let key = self.scalar(at..colon, text, style);
            let value = self.word(skip_blanks(self.tree.text, colon + 1), end)?;
            entries.push(Entry { start: at, key, explicit: false, colon: Some(colon), value });
            at = skip_blanks(self.tree.text, self.tree.node(value).span.end);
        }
        self.fill(id, from..at + 1, Content::Mapping { flow: Flow::Braces, entries });
        Some(id)
    }

    /// `[value, …]`
    fn brackets(&mut self, from: usize, end: usize) -> Option<NodeId> {
        let id = self.reserve();
        let mut items = Vec::new();
        let mut at = skip_blanks(self.tree.text, from + 1);
        while *self.bytes()[at..end].first()? != b']' {
            at = if items.is_empty() { at } else { self.past_comma(at)? };
            let value = self.word(at, end)?;
            items.push(Item { start: at, value });
            at = skip_blanks(self.tree.text, self.tree.node(value).span.end);
        }
        self.fill(id, from..at + 1, Content::Sequence { flow: true, items });
        Some(id)
    }

    fn past_comma(&self, at: usize) -> Option<usize> {
        (self.bytes()[at] == b',').then(|| skip_blanks(self.tree.text, at + 1))
    }

    /// A word in brackets, or one in quotes.
    fn word(&mut self, from: usize, end: usize) -> Option<NodeId> {
        match *self.bytes()[from..end].first()? {
            quote @ (b'"' | b'\'') => self.quoted(from, end, quote),
            first => {
                let length = self.bytes()[from..end].iter().position(|&byte| !is_word(byte))?;
                let span = from..from + length;
                starts_word(first).then(|| self.scalar(span.clone(), span, ScalarStyle::Plain))
            }
        }
    }
}

fn quoted_style(quote: u8) -> ScalarStyle {
    if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted }
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/')
}

fn is_word(byte: u8) -> bool {
    starts_word(byte) || matches!(byte, b'.' | b'-')
}
