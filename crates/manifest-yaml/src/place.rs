//! Places in a stream, for messages.

use std::fmt;

/// Where in the stream (or in a file) something is. Documents and lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// The file, where the stream was read from files.
    pub file: Option<String>,
    /// Number of the document in the stream, or in the file where there is one.
    pub document: usize,
    /// The template it was rendered from, where Helm says so: `gateway/templates/service.yaml`.
    pub source: Option<String>,
    /// Line of the whole stream, or of the file where there is one.
    pub line: usize,
    /// Column of that line in characters, from 1; 0 where it is not known.
    pub column: usize,
}

impl Place {
    /// The place without its line: `document 4 (gateway/templates/service.yaml)`.
    #[must_use]
    pub fn document(&self) -> String {
        let file = self.file.as_ref().map(|file| format!("{file}, ")).unwrap_or_default();
        let source = self.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
        format!("{file}document {}{source}", self.document)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.document(), self.line)
    }
}
