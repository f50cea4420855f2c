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
    /// Settings that decide who may connect, of which a higher layer has another value than a lower one.
    pub overruled: Vec<Overruled>,
    /// The merged configuration, for places.
    pub(super) tree: Node,
}

/// A setting of which a higher layer has another value than a lower one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overruled {
    /// Its path below `spec`.
    pub path: &'static str,
    /// The value that counts.
    pub value: String,
    /// Where it comes from.
    pub by: Origin,
    /// The value of the lower layer.
    pub lower: String,
    /// Where that comes from.
    pub below: Origin,
}

impl Settings {
    /// The origin of the value at this path below `spec`; `None` if there is no value.
    #[must_use]
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        self.tree.find(path).map(|node| &node.origin)
    }

    /// Whether a file has some of it.
    #[must_use]
    pub fn has_file(&self) -> bool {
        matches!(self.tree.origin, Origin::File { .. })
    }

    /// What is configured at this path below `spec`, as YAML on one line.
    #[must_use]
    pub fn written(&self, path: &str) -> Option<String> {
        self.tree.find(path).map(Node::flow)
    }

    /// What is configured for the entries of the map at this path, each as YAML.
    pub fn entries(&self, path: &str) -> impl Iterator<Item = (&str, String)> {
        let entries = self.tree.find(path).map(Node::entries).unwrap_or_default();
        entries.iter().map(|entry| (entry.key.as_str(), entry.node.flow()))
    }

    /// Where the value at this path is taken away, by `null`; `None` if there is none, or another one.
    #[must_use]
    pub fn taken_away(&self, path: &str) -> Option<&Origin> {
        self.tree.find(path).filter(|node| node.value == Value::Null).map(|node| &node.origin)
    }
}
