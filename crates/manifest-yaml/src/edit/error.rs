//! Why an edit is refused.

use std::fmt;

use crate::error::ParseError;

/// A patch that could not be applied to a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditError {
    /// What was refused, and why.
    pub message: String,
    /// Where in the document's text, if it is one place.
    pub offset: Option<usize>,
    /// A promise of ours does not hold: to be reported, not to be mended in the document.
    pub internal: bool,
}

impl EditError {
    pub(super) fn at(offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), offset: Some(offset), internal: false }
    }

    pub(super) fn misfit(message: impl Into<String>) -> Self {
        Self { message: message.into(), offset: None, internal: false }
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self { message: message.into(), offset: None, internal: true }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EditError {}

impl From<ParseError> for EditError {
    fn from(error: ParseError) -> Self {
        Self::at(error.offset, error.message)
    }
}
