//! The result: what is wanted of each gateway, and where each value was said.

use super::node::{Node, Origin};
use super::types::Spec;
use std::io;
use std::path::{Path, PathBuf};

/// What the Ingress is called where nobody says.
pub const INGRESS_NAME: &str = "common-external-ingress";

/// The file system, as far as a configuration needs it.
pub trait Files {
    /// The content of a file.
    ///
    /// # Errors
    /// As [`std::fs::read`].
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Where a path leads, symbolic links followed, as an absolute path.
    ///
    /// # Errors
    /// As [`std::fs::canonicalize`].
    fn follow(&self, path: &Path) -> io::Result<PathBuf>;
}

/// What is wanted of one gateway.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `metadata.name` of its document, for messages.
    pub name: Option<String>,
    /// The settings.
    pub spec: Spec,
    /// The merged configuration, for places.
    pub(super) said: Node,
}

impl Settings {
    /// Where the value at this path below `spec` was said; `None` if nobody did.
    #[must_use]
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        self.said.find(path).map(|node| &node.origin)
    }
}
