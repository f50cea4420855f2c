//! Texts that Go reads as another value than our parser does. They are refused: a value is what Go reads, and such a text
//! does not show which of the two was meant.
//!
//! Go's reader follows YAML 1.1 (as libyaml does it), the parser YAML 1.2. Texts of both were compared at random, hundreds
//! of thousands of them, with sigs.k8s.io/yaml v1.6.0: these are the differences that came out, beside those of
//! [block scalars](super::block_scalar).

use super::error::ParseError;
use super::node::{Content, Entry, Node, ScalarStyle};
use super::text::{BOM, is_blank, line_start};
use std::ops::Range;

/// `{a:}`, `{a :, b}`, `[a:[]]`: the key is `a` for YAML 1.2, but `a:` for Go. (Behind quotes both end the key.)
pub(super) fn refuse_colon(text: &str, entry: &Entry, key: &Node<'_>) -> Result<(), ParseError> {
    let plain = matches!(&key.content, Content::Scalar { style: ScalarStyle::Plain, .. });
    match entry.colon.filter(|_| plain) {
        Some(colon) if text[colon + 1..].starts_with([',', '[', ']', '{', '}']) => Err(ParseError::at(
            colon,
            "a colon without a blank behind it: some YAML readers take it for part of the key",
        )),
        _ => Ok(()),
    }
}

/// `{:a}`, `{?'a': b}`: indicators for Go wherever they stand in flow style.
pub(super) fn refuse_indicator(text: &str, node: &Node<'_>) -> Result<(), ParseError> {
    let plain = matches!(&node.content, Content::Scalar { style: ScalarStyle::Plain, .. });
    if plain && text[node.span.start..].starts_with([':', '?']) {
        let message = "a scalar that starts with `:` or `?`: an indicator for some YAML readers";
        return Err(ParseError::at(node.span.start, message));
    }
    Ok(())
}

/// `[!!str, a]`: for Go a tag may hold commas and brackets.
pub(super) fn refuse_tag(text: &str, tag: &Range<usize>) -> Result<(), ParseError> {
    if text[tag.end..].starts_with([',', '[', ']']) {
        let message = "a tag without a blank behind it: some YAML readers take more for part of it";
        return Err(ParseError::at(tag.start, message));
    }
    Ok(())
}

/// NEL, LS and PS break lines in YAML 1.1 (and end comments). A byte order mark at the start of a line, but the first, is
/// part of a key for Go.
pub(super) fn refuse_letters(text: &str) -> Result<(), ParseError> {
    let bytes = text.as_bytes();
    for at in memchr::memchr3_iter(0xc2, 0xe2, 0xef, bytes) {
        let rest = &text[at..];
        if rest.starts_with(['\u{85}', '\u{2028}', '\u{2029}']) {
            return Err(ParseError::at(
                at,
                "U+0085, U+2028 or U+2029: a line break for some YAML readers, a letter for others; write it as an escape \
                 in double quotes",
            ));
        }
        if rest.starts_with(BOM) && at > 0 && is_blank(text[line_start(text, at)..at].trim_start_matches(BOM)) {
            return Err(ParseError::at(at, "a byte order mark within the text"));
        }
    }
    Ok(())
}
