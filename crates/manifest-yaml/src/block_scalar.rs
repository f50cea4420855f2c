//! Literal and folded scalars: where they begin and end. The parser reports other ends than an editor needs.
//!
//! The parser reports a block scalar from its first content to the next token: its header (`|2-`) comes before that, its
//! last line somewhere within. And it gives the last line a line break where the text ends without one; Go does not.

use super::error::ParseError;
use super::node::Block;
use super::text::{ends_line, indicator, is_blank, line_end, line_start, next_line};
use std::borrow::Cow;
use std::ops::Range;

/// The span from the header to the last line. Fills in `block` from the header, and removes the final line break of a value
/// that Go reads without one. The search for the header starts at `lead`; `reported` is the parser's span.
///
/// # Errors
/// Block scalars that Go reads differently.
pub(super) fn complete(
    text: &str,
    lead: usize,
    reported: &Range<usize>,
    block: &mut Block,
    value: &mut Cow<'_, str>,
) -> Result<Range<usize>, ParseError> {
    let header = indicator(text, lead, text.len(), b"|>")
        .ok_or_else(|| ParseError::at(lead, "block scalar without `|` or `>`"))?;
    let indicators =
        text.as_bytes()[header + 1..].iter().take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')).count();
    block.header_end = header + 1 + indicators;
    block.keep = text[header..block.header_end].contains('+');

    if block.indent == Some(0) {
        return Err(ParseError::at(header, "a block scalar whose text is not indented: empty for some YAML readers"));
    }
    let to_the_end = reported.end == text.len() && !ends_line(text);
    if block.indent.is_none() && !value.is_empty() && (to_the_end || value.contains(' ')) {
        return Err(ParseError::at(header, "a block scalar of nothing but blanks"));
    }

    let first = next_line(text, header);
    let after = if reported.end == text.len() && line_start(text, reported.end) != text.len() {
        text.len()
    } else {
        line_start(text, reported.end)
    };
    let mut end = block.header_end;
    let mut at = first;
    while at < after {
        let stop = line_end(text, at);
        if block.keep || is_content(&text[at..stop], block.indent) {
            end = stop;
        }
        at = next_line(text, at);
    }
    if end == text.len() && is_content(&text[line_start(text, end)..end], block.indent) && end >= first {
        strip_break(value);
    }
    Ok(header..end)
}

/// A line of a block scalar holds text, or more spaces than its indentation.
fn is_content(line: &str, indent: Option<usize>) -> bool {
    !is_blank(line) || indent.is_some_and(|indent| line.len() > indent)
}

fn strip_break(value: &mut Cow<'_, str>) {
    match value {
        Cow::Borrowed(text) => *text = text.strip_suffix('\n').unwrap_or(text),
        Cow::Owned(text) => {
            if text.ends_with('\n') {
                text.pop();
            }
        }
    }
}
