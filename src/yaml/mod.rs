//! One YAML document: read as Kubernetes reads it (Go's scalars), located by byte spans, edited by text.
//!
//! - [`Tree`]: the nodes of one document with their spans; [`Tree::value`] is what Go's `sigs.k8s.io/yaml` makes of it
//!
//! Only this module knows `granit-parser`, and of it only `reader`: the parser is young, and whoever has to replace it
//! finds everything that depends on its spans in that one file.

mod compose;
mod find;
mod node;
mod reader;
mod scalars;
mod text;

pub use find::{Detour, Located};
pub use node::{Node, NodeKind, Tree};

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
        Self {
            message: message.into(),
            offset,
        }
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
