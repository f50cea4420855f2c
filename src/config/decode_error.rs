//! The error of decoding: what is wrong, where, and what would be right.
//!
//! serde's own messages name Rust types and know no place. These use the terms of YAML. The place is that of the innermost
//! value or key; the path is put together while the error travels outwards.

use super::fields::{self, Shape};
use super::node::{Origin, join};
use crate::error::Error;
use crate::suggest::nearest;
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// What is wrong with one value.
#[derive(Debug, Clone)]
pub struct DecodeError {
    /// Keys and indices from the value outwards.
    path: Vec<String>,
    /// Where; the innermost place that is known.
    origin: Option<Origin>,
    what: String,
    help: Option<String>,
    cause: Cause,
}

/// What a help line depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    /// A key of the map at the path that nothing is called.
    UnknownKey(String),
    /// A list was expected, and there is none, not even a quoted one.
    NoList,
    /// A map lacks a field.
    MissingField,
    /// Anything else.
    Other,
}

impl DecodeError {
    /// Something is wrong, and it is not known yet where.
    pub(super) fn new(what: String) -> Self {
        DecodeError { path: Vec::new(), origin: None, what, help: None, cause: Cause::Other }
    }

    /// Adds what would be right, unless something was added already.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.get_or_insert(help.into());
        self
    }

    /// A list was expected, and there is none.
    pub(super) fn no_list(self) -> Self {
        DecodeError { cause: Cause::NoList, ..self }
    }

    /// Whether a map lacks a field.
    pub(super) fn lacks_field(&self) -> bool {
        self.cause == Cause::MissingField
    }

    /// Adds where, unless a place further in is known already.
    pub(super) fn at(mut self, origin: &Origin) -> Self {
        self.origin.get_or_insert_with(|| origin.clone());
        self
    }

    /// The value stands below this key, or at this index.
    pub(super) fn below(mut self, segment: impl Into<String>) -> Self {
        self.path.push(segment.into());
        self
    }

    /// The error as people read it; `root` is the path of the value that was decoded.
    pub(super) fn into_error(self, root: &str) -> Error {
        let path = self.path.iter().rev().fold(root.to_owned(), |path, segment| join(&path, segment));
        let origin = self.origin.map_or_else(String::new, |origin| format!("{origin}: "));
        let help = match &self.cause {
            Cause::UnknownKey(key) => fields::elsewhere(&path, key).or(self.help),
            Cause::NoList => example_of_maps(&path).or(self.help),
            Cause::Other if self.what.starts_with("expected a map") => self.help.or_else(|| example_of_a_map(&path)),
            // An item of a list of maps: `80` in place of `{HTTP: 80}`.
            Cause::Other if path.ends_with(']') => {
                self.help.or_else(|| example_of_maps(path.rsplit_once('[').map_or("", |(list, _)| list)))
            }
            Cause::MissingField | Cause::Other => self.help,
        };
        let message = match (&self.cause, path.as_str()) {
            (_, "") => format!("{origin}{}", self.what),
            (Cause::UnknownKey(_), _) => format!("{origin}{} in {path}", self.what),
            _ => format!("{origin}{path}: {}", self.what),
        };
        let error = Error::usage(message);
        match help {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

/// What a field looks like that is a list of maps, from its default.
fn example_of_maps(path: &str) -> Option<String> {
    let field = fields::field(path.strip_prefix("spec.")?)?;
    let example = field.default.filter(|_| field.shape == Shape::Items)?;
    Some(format!("for example {example}"))
}

/// What a map looks like: that of a field, or a part with its first field.
fn example_of_a_map(path: &str) -> Option<String> {
    let path = path.strip_prefix("spec.")?;
    if let Some(field) = fields::field(path) {
        return (field.shape == Shape::Map).then(|| format!("for example {}", field.example));
    }
    let first = fields::below(path).next()?;
    Some(format!("for example {{{}: {}}}", first.name(), first.example))
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        DecodeError::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        DecodeError::new(format!("expected {expected}, found {}", plain(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        suggest(DecodeError::new(format!("expected {}, found `{variant}`", alternatives(expected))), variant, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let error = DecodeError::new(format!("unknown field `{field}`")).help(match nearest(field, expected) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("it takes {}", alternatives(expected)),
        });
        DecodeError { cause: Cause::UnknownKey(field.to_owned()), ..error }
    }

    fn missing_field(field: &'static str) -> Self {
        DecodeError { cause: Cause::MissingField, ..DecodeError::new(format!("`{field}` is missing")) }
    }
}

/// Adds the word that was probably meant, where there is a choice.
pub(super) fn suggest(error: DecodeError, word: &str, words: &[&str]) -> DecodeError {
    match nearest(word, words) {
        Some(word) if words.len() > 1 => error.help(format!("did you mean `{word}`?")),
        _ => error,
    }
}

fn plain(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Str(text) => format!("`{text}`"),
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a map".to_owned(),
        other => other.to_string(),
    }
}

/// `a`, `b` or `c`, each in backticks.
pub(super) fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
