//! Nodes to values, as sigs.k8s.io/yaml does it: merge keys, aliases, keys that are no strings.

use super::error::ParseError;
use super::node::{Content, NodeId, NodeKind, ScalarStyle, Tree};
use super::pointer;
use super::scalars::{Scalar, resolve};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Values inside each other, aliases followed.
const DEPTH: usize = 500;
/// Bytes of strings that aliases may repeat. Go shares them; copies of ours cost memory.
const REPEATED: usize = 64 << 20;

impl Tree<'_> {
    /// The document as Go's sigs.k8s.io/yaml reads it: YAML 1.1 scalars, merge keys in order, the last of duplicate keys
    /// (in the place of the first), keys that are no strings as strings. Keys stand in the order of the text.
    ///
    /// # Errors
    /// What has no JSON form (infinity, `!!binary`, a null or a list as key), anchors inside themselves, and aliases that
    /// blow the document up.
    pub fn value(&self) -> Result<Value, ParseError> {
        match self.root {
            Some(root) => self.value_of(root),
            None => Ok(Value::Null),
        }
    }

    pub(super) fn value_of(&self, id: NodeId) -> Result<Value, ParseError> {
        Composer::new(self).value(id)
    }

    /// The key as a string; `None` if it is none that JSON could have.
    pub(super) fn key(&self, id: NodeId) -> Option<String> {
        Composer::new(self).key(id).ok()
    }

    /// The keys that stand twice in a mapping, as JSON pointers, each with the offset of its later occurrence. The
    /// API server refuses them where validation is strict; everybody else takes the last.
    #[must_use]
    pub fn duplicate_keys(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        if let Some(root) = self.root {
            self.duplicates(root, &mut String::new(), &mut found);
        }
        found
    }

    fn duplicates(&self, id: NodeId, path: &mut String, found: &mut Vec<(String, usize)>) {
        let length = path.len();
        match &self.node(id).content {
            Content::Sequence { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    pointer::push_index(path, index);
                    self.duplicates(item.value, path, found);
                    path.truncate(length);
                }
            }
            Content::Mapping { entries, .. } => {
                let mut seen = BTreeSet::new();
                for entry in entries.iter().filter(|entry| !self.is_merge(entry.key)) {
                    let Some(key) = self.key(entry.key) else {
                        continue;
                    };
                    let is_twice = seen.contains(&key);
                    if is_twice || self.node(entry.value).kind() != NodeKind::Scalar {
                        pointer::push_key(path, &key);
                        if is_twice {
                            found.push((path.clone(), self.node(entry.key).span.start));
                        }
                        self.duplicates(entry.value, path, found);
                        path.truncate(length);
                    }
                    seen.insert(key);
                }
            }
            Content::Scalar { .. } | Content::Alias { .. } => {}
        }
    }

    /// Whether the key is `<<`, whose value's entries come into the mapping (`isMerge`, yaml/v2 `decode.go:784`).
    pub(super) fn is_merge(&self, key: NodeId) -> bool {
        let node = self.node(key);
        match (&node.content, node.tag.as_deref()) {
            (Content::Scalar { text, style: ScalarStyle::Plain }, None) => text == "<<",
            (Content::Scalar { text, .. }, Some("!" | "tag:yaml.org,2002:merge")) => text == "<<",
            _ => false,
        }
    }
}

/// Walks a tree with Go's budget for aliases (`decode.go:351`).
struct Composer<'a, 't> {
    tree: &'a Tree<'t>,
    /// Nodes visited, and those of them below an alias.
    visited: usize,
    repeated: usize,
    repeated_bytes: usize,
    depth: usize,
    /// The aliases around the current node.
    aliases: Vec<NodeId>,
}

impl<'a, 't> Composer<'a, 't> {
    fn new(tree: &'a Tree<'t>) -> Self {
        Self { tree, visited: 0, repeated: 0, repeated_bytes: 0, depth: 0, aliases: Vec::new() }
    }

    fn value(&mut self, id: NodeId) -> Result<Value, ParseError> {
        self.enter(id)?;
        let tree = self.tree;
        let value = match &tree.node(id).content {
            Content::Scalar { .. } => {
                let scalar = self.scalar(id)?;
                scalar.into_value().ok_or_else(|| self.error(id, "JSON has no such number"))?
            }
            Content::Alias { target } => {
                self.aliases.push(id);
                let value = self.value(*target)?;
                self.aliases.pop();
                value
            }
            Content::Sequence { items, .. } => {
                let items = items.iter().map(|item| self.value(item.value));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Content::Mapping { .. } => {
                let mut map = Map::new();
                self.fill(id, &mut map)?;
                Value::Object(map)
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    /// Puts a mapping's entries into `map`; a merge key puts in those of its value, over what is there.
    fn fill(&mut self, id: NodeId, map: &mut Map<String, Value>) -> Result<(), ParseError> {
        let tree = self.tree;
        let Content::Mapping { entries, .. } = &tree.node(id).content else {
            return Err(self.error(id, "`<<` takes a mapping, or a list of mappings"));
        };
        for entry in entries {
            if tree.is_merge(entry.key) {
                match &tree.node(entry.value).content {
                    // The first of several wins.
                    Content::Sequence { items, .. } => {
                        for item in items.iter().rev() {
                            self.merge(item.value, map)?;
                        }
                    }
                    _ => self.merge(entry.value, map)?,
                }
            } else {
                let key = self.key(entry.key)?;
                let value = self.value(entry.value)?;
                map.insert(key, value);
            }
        }
        Ok(())
    }

    fn merge(&mut self, id: NodeId, map: &mut Map<String, Value>) -> Result<(), ParseError> {
        self.enter(id)?;
        if let Content::Alias { target } = self.tree.node(id).content {
            self.aliases.push(id);
            self.enter(target)?;
            self.fill(target, map)?;
            self.depth -= 1;
            self.aliases.pop();
        } else {
            self.fill(id, map)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn key(&mut self, id: NodeId) -> Result<String, ParseError> {
        self.enter(id)?;
        let key = match self.tree.node(id).content {
            Content::Scalar { .. } => self.scalar(id)?.into_key().map_err(|message| self.error(id, message))?,
            Content::Alias { target } => {
                self.aliases.push(id);
                let key = self.key(target)?;
                self.aliases.pop();
                key
            }
            _ => return Err(self.error(id, "a list or mapping cannot be a key")),
        };
        self.depth -= 1;
        Ok(key)
    }

    fn scalar(&mut self, id: NodeId) -> Result<Scalar<'a>, ParseError> {
        let node = self.tree.node(id);
        let Content::Scalar { text, style } = &node.content else {
            return Err(self.error(id, "not a scalar"));
        };
        if !self.aliases.is_empty() {
            self.repeated_bytes += text.len();
        }
        let tag = node.tag.as_deref();
        match style {
            ScalarStyle::Empty => resolve("", tag, true),
            ScalarStyle::Plain => resolve(text, tag, true),
            _ => resolve(text, tag, false),
        }
        .map_err(|message| self.error(id, message))
    }

    fn enter(&mut self, id: NodeId) -> Result<(), ParseError> {
        self.visited += 1;
        self.depth += 1;
        if !self.aliases.is_empty() {
            self.repeated += 1;
        }
        if self.aliases.contains(&id) {
            return Err(self.error(id, "the anchor's value contains itself"));
        }
        if self.depth > DEPTH {
            return Err(self.error(id, "nested too deeply"));
        }
        #[allow(clippy::cast_precision_loss)] // a ratio
        let ratio = self.repeated as f64 / self.visited as f64;
        let excessive = self.repeated > 100 && self.visited > 1000 && ratio > allowed_ratio(self.visited);
        if excessive || self.repeated_bytes > REPEATED {
            return Err(self.error(id, "excessive aliasing"));
        }
        Ok(())
    }

    fn error(&self, id: NodeId, message: impl Into<String>) -> ParseError {
        let at = self.aliases.first().copied().unwrap_or(id);
        ParseError::at(self.tree.node(at).span.start, message)
    }
}

/// `allowedAliasRatio`, `decode.go:326`: 99 % of a small document, 10 % of a large one.
fn allowed_ratio(visited: usize) -> f64 {
    const LOW: usize = 400_000;
    const HIGH: usize = 4_000_000;
    #[allow(clippy::cast_precision_loss)] // small numbers
    match visited {
        ..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((visited - LOW) as f64 / (HIGH - LOW) as f64),
    }
}
