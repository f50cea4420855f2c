//! Why a document cannot be read.

use std::fmt;

/// A document that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, without the place.
    pub message: String,
    /// Where: byte in the document's text.
    pub offset: usize,
}

impl ParseError {
    /// Whether a tab stands where YAML wants blanks. The parser has words for it and no code.
    #[must_use]
    pub fn is_about_a_tab(&self) -> bool {
        self.message.starts_with("tabs")
    }

    pub(crate) fn at(offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), offset }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}
