//! Lines and gaps of a document's text.
//!
//! A *gap* is what stands between two nodes: blanks, line breaks, comments and indicators (`-`, `?`, `:`, `,`, brackets,
//! block scalar headers). It never holds content, so `#` starts a comment there and an indicator is what it looks like.

/// A byte order mark belongs to no line: columns and lines start behind it.
pub(super) const BOM: &str = "\u{feff}";

/// Start of the line that holds `at`. YAML breaks lines at LF, CRLF and CR.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at];
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1);
    if start == 0 && text.starts_with(BOM) { BOM.len().min(at) } else { start }
}

/// End of the line that holds `at`, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    at + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// Start of the line after the one that holds `at`, or the end of the text.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    let rest = &text.as_bytes()[end..];
    end + if rest.starts_with(b"\r\n") { 2 } else { usize::from(!rest.is_empty()) }
}

/// The first of `indicators` in the gap `from..to`, which comments cannot hide.
pub(super) fn indicator(text: &str, from: usize, to: usize, indicators: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < to {
        match bytes[at] {
            b'#' => at = line_end(text, at),
            byte if indicators.contains(&byte) => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// The first byte of `from..to` that is neither blank, line break, comment nor one of `indicators`.
pub(super) fn skip_gap(text: &str, from: usize, to: usize, indicators: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < to {
        match bytes[at] {
            b'#' => at = line_end(text, at).min(to),
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            byte if indicators.contains(&byte) => at += 1,
            _ => break,
        }
    }
    at
}

/// The first byte from `from` on that is neither space nor tab.
pub(super) fn skip_blanks(text: &str, from: usize) -> usize {
    let rest = &text.as_bytes()[from..];
    from + rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
}

/// Whether the text holds nothing but spaces and tabs.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Whether the text ends with a line break.
pub(super) fn ends_line(text: &str) -> bool {
    text.bytes().next_back().is_some_and(is_break)
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
