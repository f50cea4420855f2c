//! The stream as documents: spans that together are the input.
//!
//! Nothing is parsed here. A document begins at YAML's own marker, `---` at the start of a line followed by a blank, the
//! end of the line or of the text; `...` ends one. At column 0 these are markers wherever they stand (YAML 1.2.2, 9.1.2:
//! no scalar may hold them there), and indented they are text, so a scan of the bytes is exact: it neither splits a
//! certificate in a block scalar nor needs to know what a block scalar is. JSON values that follow one another without
//! markers, as `kubectl -o json` and some tools write them, are documents too.
//!
//! Comments, blanks and `%` directives before the first marker belong to the document after it. What follows the last `...`
//! belongs to the document before it. So every byte is in exactly one span.

use std::cell::OnceCell;
use std::ops::Range;

use memchr::memmem;

use crate::place::Place;

/// Helm 4's annotation that says which template a document was rendered from. Helm removes it again.
pub const HELM4_FILENAME: &str = "postrenderer.helm.sh/postrender-filename";

/// The program that rendered the stream, known from its comments or annotations. A document that is added can be labelled in
/// the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// `# Source: chart/templates/x.yaml` on top of each document.
    Helm3,
    /// The annotation [`HELM4_FILENAME`] in each object.
    Helm4,
    /// `#### file: chart/templates/x.yaml` on top of each document.
    HelmUnittest,
    /// None of these.
    Plain,
}

/// One document of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Counts from 1.
    pub number: usize,
    /// Its bytes, with its marker, directives and comments.
    pub span: Range<usize>,
    /// Whether it is a JSON value that no marker separates from the one before.
    pub json: bool,
}

/// A text split into documents.
#[derive(Debug, Clone)]
pub struct Stream<'t> {
    /// The whole text.
    pub text: &'t str,
    /// Its documents; their spans are contiguous and cover the text.
    pub documents: Vec<Document>,
    /// Offsets of lines that begin with `---` glued to other text: not markers, though meant as such.
    pub glued: Vec<usize>,
    /// How many lines end before each block of [`BLOCK`] bytes, so that finding many lines of one document stays linear. Counted
    /// when the first is asked for.
    lines: OnceCell<Vec<usize>>,
}

/// How many bytes are counted through at most to find the line of an offset.
const BLOCK: usize = 4096;

/// Finds the places of a document.
pub struct Places<'s> {
    stream: &'s Stream<'s>,
    number: usize,
    start: usize,
    source: Option<&'s str>,
}

impl Places<'_> {
    /// The place at an offset from the start of the document.
    #[must_use]
    pub fn at(&self, offset: usize) -> Place {
        let at = (self.start + offset).min(self.stream.text.len());
        let before = self.stream.text.get(..at).unwrap_or_default();
        Place {
            file: None,
            document: self.number,
            source: self.source.map(str::to_owned),
            line: self.stream.line_of(at),
            column: before[before.rfind('\n').map_or(0, |end| end + 1)..].chars().count() + 1,
        }
    }
}

impl<'t> Stream<'t> {
    /// Splits `text`. Every text can be split; an empty one has no documents.
    #[must_use]
    pub fn split(text: &'t str) -> Self {
        let (marks, glued) = find_marks(text);
        let mut spans = Vec::new();
        let mut start = 0;
        let mut marked = false;
        for mark in marks {
            match mark {
                Mark::Start(at) => {
                    if marked || has_content(&text[start..at]) {
                        spans.push(start..at);
                        start = at;
                    }
                    marked = true;
                }
                Mark::End { after } => {
                    spans.push(start..after);
                    start = after;
                    marked = false;
                }
            }
        }
        if start < text.len() {
            match spans.last_mut() {
                Some(last) if !marked && !has_content(&text[start..]) => last.end = text.len(),
                _ => spans.push(start..text.len()),
            }
        }
        let mut documents = Vec::with_capacity(spans.len());
        for span in spans {
            split_json(text, span, &mut documents);
        }
        Stream { text, documents, glued, lines: OnceCell::new() }
    }

    /// The text of a document.
    #[must_use]
    pub fn text_of(&self, document: &Document) -> &'t str {
        &self.text[document.span.clone()]
    }

    /// The line of an offset, from 1.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let lines = self.lines.get_or_init(|| lines_before_blocks(self.text));
        let block = (offset / BLOCK).min(lines.len().saturating_sub(1));
        let before = lines.get(block).copied().unwrap_or_default();
        1 + before + newlines(&self.text.as_bytes()[block * BLOCK..offset])
    }

    /// A place in a document, for messages. `offset` counts from the start of the document.
    #[must_use]
    pub fn place(&self, document: &Document, offset: usize) -> Place {
        self.places(document).at(offset)
    }

    /// The same for many places of a document, whose source is looked for once.
    #[must_use]
    pub fn places(&self, document: &Document) -> Places<'_> {
        Places { stream: self, number: document.number, start: document.span.start, source: self.source_of(document) }
    }

    /// A place at the first line of a document that is neither marker, comment nor blank.
    #[must_use]
    pub fn place_of(&self, document: &Document) -> Place {
        self.place(document, self.first_line_of(document))
    }

    /// The offset in a document of the first line that is neither marker, comment nor blank.
    #[must_use]
    pub fn first_line_of(&self, document: &Document) -> usize {
        lines(self.text_of(document)).find(|line| is_content(line.1) && !is_marker(line.1)).map_or(0, |line| line.0)
    }

    /// The template that a document was rendered from, if a comment or an annotation names it.
    #[must_use]
    pub fn source_of(&self, document: &Document) -> Option<&'t str> {
        let text = self.text_of(document);
        for (_, line) in lines(text) {
            for prefix in ["# Source: ", "#### file: "] {
                if let Some(path) = line.strip_prefix(prefix) {
                    return Some(path.trim());
                }
            }
            if is_content(line) && !is_marker(line) {
                break;
            }
        }
        let at = memmem::find(text.as_bytes(), HELM4_FILENAME.as_bytes())?;
        let rest = text[at + HELM4_FILENAME.len()..].trim_start_matches(['\'', '"']).strip_prefix(':')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        match quote {
            Some(quote) => rest[1..].split(quote).next(),
            None => rest.split(['\n', '\r', ',', '}', ' ']).next(),
        }
    }

    /// The program that rendered the stream.
    #[must_use]
    pub fn host(&self) -> Host {
        for document in &self.documents {
            let text = self.text_of(document);
            for (_, line) in lines(text) {
                if line.starts_with("# Source: ") {
                    return Host::Helm3;
                }
                if line.starts_with("#### file: ") {
                    return Host::HelmUnittest;
                }
                if is_content(line) && !is_marker(line) {
                    break;
                }
            }
            if memmem::find(text.as_bytes(), HELM4_FILENAME.as_bytes()).is_some() {
                return Host::Helm4;
            }
            if has_content(text) {
                return Host::Plain;
            }
        }
        Host::Plain
    }

    /// Whether any document is set off by a marker.
    #[must_use]
    pub fn has_markers(&self) -> bool {
        self.documents.iter().any(|document| lines(self.text_of(document)).any(|(_, line)| is_marker(line)))
    }

    /// Whether lines end in CRLF. The first line decides.
    #[must_use]
    pub fn is_crlf(&self) -> bool {
        memchr::memchr(b'\n', self.text.as_bytes()).is_some_and(|at| at > 0 && self.text.as_bytes()[at - 1] == b'\r')
    }
}

/// Whether a text holds more than comments, blanks, markers and directives: an object, `null` or a scalar.
#[must_use]
pub fn has_content(text: &str) -> bool {
    lines(text).any(|(_, line)| {
        let line = if is_marker(line) { &line[3..] } else { line };
        is_content(line)
    })
}

fn lines_before_blocks(text: &str) -> Vec<usize> {
    let mut line = 0;
    let count = |block: &[u8]| {
        let before = line;
        line += newlines(block);
        before
    };
    text.as_bytes().chunks(BLOCK).map(count).collect()
}

fn newlines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

enum Mark {
    Start(usize),
    End { after: usize },
}

/// The markers of a text in order, and the lines that only look like one.
fn find_marks(text: &str) -> (Vec<Mark>, Vec<usize>) {
    let bytes = text.as_bytes();
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut marks: Vec<(usize, Mark)> = Vec::new();
    let mut glued = Vec::new();
    for at in line_starts(bytes, b"---", bom) {
        if ends_marker(bytes, at + 3) {
            // The byte order mark belongs to the document that it stands before.
            marks.push((at, Mark::Start(if at == bom { 0 } else { at })));
        } else if bytes.get(at + 3).is_some_and(|byte| *byte != b'-') {
            glued.push(at);
        }
    }
    for at in line_starts(bytes, b"...", bom) {
        if ends_marker(bytes, at + 3) {
            let after = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
            marks.push((at, Mark::End { after }));
        }
    }
    marks.sort_by_key(|(at, _)| *at);
    (marks.into_iter().map(|(_, mark)| mark).collect(), glued)
}

/// Offsets of the lines that begin with `word`, the first line beginning at `first`.
fn line_starts<'b>(bytes: &'b [u8], word: &'b [u8], first: usize) -> impl Iterator<Item = usize> + 'b {
    let head = bytes[first..].starts_with(word).then_some(first);
    let mut needle = vec![b'\n'];
    needle.extend_from_slice(word);
    let finder = memmem::Finder::new(&needle).into_owned();
    let mut from = 0;
    let rest = std::iter::from_fn(move || {
        let at = from + finder.find(&bytes[from..])?;
        from = at + 1;
        Some(at + 1)
    });
    head.into_iter().chain(rest)
}

fn ends_marker(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

fn is_marker(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}');
    (line.starts_with("---") || line.starts_with("...")) && ends_marker(line.as_bytes(), 3)
}

fn is_content(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}');
    let text = line.trim_start();
    !text.is_empty() && !text.starts_with('#') && !line.starts_with('%')
}

/// The lines of a text without their ends, each with its offset.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// Adds the document at `span`, or the several JSON values that it holds.
fn split_json(text: &str, span: Range<usize>, documents: &mut Vec<Document>) {
    let mut from = span.start;
    for end in json_ends(&text[span.clone()]) {
        documents.push(Document { number: documents.len() + 1, span: from..span.start + end, json: true });
        from = span.start + end;
    }
    match documents.last_mut() {
        Some(last) if last.span.end == from && last.json && from > span.start => last.span.end = span.end,
        _ => documents.push(Document { number: documents.len() + 1, span, json: false }),
    }
}

/// Where the JSON values of a text end, if it is nothing but two or more of them.
fn json_ends(text: &str) -> Vec<usize> {
    let body = text.trim_start_matches('\u{feff}');
    let body = if is_marker(body.split('\n').next().unwrap_or_default()) { &body[3..] } else { body };
    if !body.trim_start().starts_with('{') || !has_adjacent_braces(body) {
        return Vec::new();
    }
    let base = text.len() - body.len();
    let mut ends = Vec::new();
    let mut values = serde_json::Deserializer::from_str(body).into_iter::<serde::de::IgnoredAny>();
    while let Some(value) = values.next() {
        if value.is_err() {
            return Vec::new();
        }
        ends.push(end_of_line(text, base + values.byte_offset()));
    }
    if ends.len() > 1 { ends } else { Vec::new() }
}

/// Past the blanks behind an offset, and past the end of the line if there is nothing else in it.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = text[at..].trim_start_matches([' ', '\t', '\r']);
    text.len() - rest.strip_prefix('\n').unwrap_or(rest).len()
}

/// Whether a `}` is followed by a `{`: within one JSON value it never is, outside of strings.
fn has_adjacent_braces(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'}', bytes)
        .any(|at| bytes[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{'))
}

#[cfg(test)]
mod tests;
