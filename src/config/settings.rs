//! The result: the settings of each gateway, and the origin of each value.

use super::node::{Node, Origin, Value};
use super::types::Spec;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the Ingress if none is configured.
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

    /// The names of the files in a folder, in order; none where that cannot be read.
    fn names(&self, folder: &Path) -> Vec<String> {
        let _ = folder;
        Vec::new()
    }
}

/// The configuration of one gateway.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `metadata.name` of its document, for messages.
    pub name: Option<String>,
    /// What was configured.
    pub spec: Spec,
    /// The merged configuration, for places.
    pub(super) tree: Node,
}

impl Settings {
    /// The origin of the value at this path below `spec`; `None` if there is no value.
    #[must_use]
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        self.tree.find(path).map(|node| &node.origin)
    }

    /// Where the value at this path is taken away, by `null`; `None` if there is none, or another one.
    #[must_use]
    pub fn taken_away(&self, path: &str) -> Option<&Origin> {
        self.tree.find(path).filter(|node| node.value == Value::Null).map(|node| &node.origin)
    }
}
