//! One YAML document: read as Kubernetes reads it (Go's scalars), located by byte spans, edited by text.
//!
//! - [`Tree`]: the nodes of one document with their spans; [`Tree::value`] is what Go's `sigs.k8s.io/yaml` makes of it
//! - [`apply`]: an RFC 6902 JSON Patch on the text, which leaves every byte outside the edited nodes alone
//! - [`emit`]: a value as block style YAML that every YAML reader, 1.1 or 1.2, reads back the same
//!
//! Only this module knows `granit-parser`, and of it only `reader`: the parser is young, and whoever has to replace it
//! finds everything that depends on its spans in that one file.

mod block_scalar;
mod compose;
mod dialect;
mod edit;
mod emit;
mod find;
mod node;
mod place;
mod quote;
mod reader;
mod scalars;
pub mod stream;
mod style;
mod text;

pub use edit::{EditError, apply, apply_and_read, emit_flow};
pub use emit::emit;
pub use find::{Detour, Finder, Located};
pub use node::{Node, NodeKind, Tree};
pub use place::Place;
pub use quote::scalar;
pub use style::{Newline, Style, style_of};

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
    fn at(offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), offset }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

#[cfg(test)]
mod tests;
