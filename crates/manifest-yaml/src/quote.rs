//! Strings as YAML scalars that every reader takes for the same string.
//!
//! Readers differ: Go's and PyYAML's are YAML 1.1 (`on`, `y`, `0o7`, `12:30`, `=`), others 1.2. So a scalar stays plain
//! only if it starts with a letter or `/`, holds nothing but letters that no grammar cares about, and is no word that any
//! reader has a type for. Everything else goes into double quotes, with JSON's escapes, which are YAML's too.

use std::borrow::Cow;
use std::fmt::Write;

/// A string as one scalar that is safe as value, key or list item, in block and in flow style.
#[must_use]
pub fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text, "_./-=") { Cow::Borrowed(text) } else { Cow::Owned(in_quotes(text, is_printable)) }
}

/// A string as a value or list item in block style, where `:` and `,` within a word mean nothing either. One that is nothing
/// but a `${VAR}` stays plain: what is put in there may have to be a number.
pub(super) fn block_value(text: &str) -> Cow<'_, str> {
    if (is_plain(text, "_./-=:,") && !text.ends_with(':')) || is_variable(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(in_quotes(text, is_printable))
    }
}

/// In double quotes. JSON reads it as well, which shares no escapes with YAML for letters above U+FFFF.
pub(super) fn quoted(text: &str) -> String {
    in_quotes(text, |letter| letter > '\u{ffff}' || is_printable(letter))
}

fn in_quotes(text: &str, is_raw: fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_raw(letter) => out.push(letter),
            // Writing to a String cannot fail.
            ..='\u{ffff}' => drop(write!(out, "\\u{:04x}", u32::from(letter))),
            _ => drop(write!(out, "\\U{:08x}", u32::from(letter))),
        }
    }
    out.push('"');
    out
}

/// The lines of a text that can stand in a literal block scalar (`|`): several, the last one ended, none of blanks alone or
/// with a first or last blank that readers take differently.
pub(super) fn literal_lines(text: &str) -> Option<Vec<&str>> {
    let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
    let starts = lines.first()?.chars().next()?;
    let is_safe = |line: &&str| {
        let ends_open = line.ends_with(' ') || line.starts_with('\t');
        !ends_open && line.chars().all(|letter| letter == '\t' || is_printable(letter))
    };
    let fits = lines.len() > 1 && starts != ' ' && lines.last() != Some(&"") && lines.iter().all(is_safe);
    fits.then_some(lines)
}

/// In single quotes, if the string can stand there on one line.
pub(super) fn single_quoted(text: &str) -> Option<String> {
    let fits = text.chars().all(|letter| letter != '\t' && is_printable(letter));
    fits.then(|| format!("'{}'", text.replace('\'', "''")))
}

/// `${VAR}` or `${VAR:=default}`, of letters that mean nothing in block style.
fn is_variable(text: &str) -> bool {
    let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|inside| inside.chars().all(|letter| letter.is_ascii_alphanumeric() || "_:=-".contains(letter)))
}

fn is_plain(text: &str, marks: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || marks.contains(letter))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether every reader takes the character raw, and people see it: no control, line break or byte order mark, and within YAML's
/// `c-printable`.
fn is_printable(letter: char) -> bool {
    !matches!(letter, '\u{fffe}' | '\u{ffff}') && !is_invisible(letter)
}

/// Whether people do not see a character, or see others at another place for it: controls, those that change the direction of a
/// text or break its lines, those without a width that are no part of a word, and those that YAML and XML do not have: reports are
/// XML, and under Helm 4 messages are YAML.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{fffe}' | '\u{ffff}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
