//! Places in a stream, for messages.

use std::fmt;

/// Where in the stream (or in a file) something is. Documents and lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// Number of the document in the stream.
    pub document: usize,
    /// The template it was rendered from, where Helm says so: `gateway/templates/service.yaml`.
    pub source: Option<String>,
    /// Line of the whole stream.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {}", self.document)?;
        if let Some(source) = &self.source {
            write!(f, " ({source})")?;
        }
        write!(f, ", line {}", self.line)
    }
}
