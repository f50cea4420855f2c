//! Text in XML and HTML: whatever somebody has written into a manifest is text there, and nothing else.

use std::borrow::Cow;

use crate::error::is_invisible;

/// A text for an element or for an attribute in double quotes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in printable(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A text in which characters that XML does not have, and those that turn the direction of a line, are named: `\u{7}`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_invisible(letter) {
            true => shown.extend(letter.escape_unicode()),
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(escape("a<b>\"'&"), "a&lt;b&gt;&quot;&#39;&amp;");
        assert_eq!(escape("a\u{0}b\nc\u{202e}d\u{ffff}"), "a\\u{0}b\\u{a}c\\u{202e}d\\u{ffff}");
        assert_eq!(escape("größe 東京"), "größe 東京");
    }
}
