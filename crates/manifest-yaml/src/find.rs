//! JSON pointer to place.

use super::node::{Content, Entry, NodeId, Tree};
use super::pointer;
use std::collections::HashMap;
use std::ops::Range;

/// Where a value stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The key of the entry; `None` for the root and for items of a list.
    pub key: Option<Range<usize>>,
    /// The value as written, without anchor, tag and comment. Empty behind the colon where nothing is written.
    pub value: Range<usize>,
    /// The first alias or merge key on the way. What is found behind one stands elsewhere, for several places.
    pub detour: Option<Detour>,
}

/// Something on a path that leads to another part of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detour {
    /// `*name` at this offset.
    Alias(usize),
    /// `<<` at this offset.
    Merge(usize),
}

/// Merges within merges, which may go in circles.
const MERGES: usize = 20;

/// Finds many values of one document: the keys of a mapping are read once, and not for each value in it.
pub struct Finder<'a, 't> {
    tree: &'a Tree<'t>,
    /// Mappings with their keys; `None` where a merge key brings in others.
    mappings: HashMap<NodeId, Option<HashMap<String, Entry>>>,
}

impl<'a, 't> Finder<'a, 't> {
    /// For the values of a document.
    #[must_use]
    pub fn new(tree: &'a Tree<'t>) -> Self {
        Self { tree, mappings: HashMap::new() }
    }

    /// As [`Tree::find`].
    pub fn find(&mut self, pointer: &str) -> Option<Located> {
        let tree = self.tree;
        tree.find_by(pointer, |id, key, detour| {
            let keys = self.mappings.entry(id).or_insert_with(|| tree.keys(id));
            match keys {
                Some(keys) => keys.get(key).copied(),
                None => tree.entry(id, key, detour, MERGES),
            }
        })
    }
}

impl Tree<'_> {
    /// The entries of a mapping by their keys, of duplicates the last.
    fn keys(&self, id: NodeId) -> Option<HashMap<String, Entry>> {
        let Content::Mapping { entries, .. } = &self.node(id).content else {
            return None;
        };
        let mut keys = HashMap::with_capacity(entries.len());
        for entry in entries {
            if self.is_merge(entry.key) {
                return None;
            }
            if let Some(key) = self.key(entry.key) {
                keys.insert(key, *entry);
            }
        }
        Some(keys)
    }

    /// Finds a value by JSON pointer (RFC 6901), reading duplicate and merged keys as [`Tree::value`] does.
    #[must_use]
    pub fn find(&self, pointer: &str) -> Option<Located> {
        self.find_by(pointer, |id, key, detour| self.entry(id, key, detour, MERGES))
    }

    fn find_by(
        &self,
        pointer: &str,
        mut entry: impl FnMut(NodeId, &str, &mut Option<Detour>) -> Option<Entry>,
    ) -> Option<Located> {
        if !(pointer.is_empty() || pointer.starts_with('/')) {
            return None;
        }
        let mut detour = None;
        let mut key = None;
        let mut at = self.root?;
        for token in pointer::tokens(pointer) {
            at = self.follow(at, &mut detour);
            match &self.node(at).content {
                Content::Mapping { .. } => {
                    let entry = entry(at, &token, &mut detour)?;
                    key = Some(self.node(entry.key).span());
                    at = entry.value;
                }
                Content::Sequence { items, .. } => {
                    at = items.get(pointer::index(&token)?)?.value;
                    key = None;
                }
                Content::Scalar { .. } | Content::Alias { .. } => return None,
            }
        }
        if let Content::Alias { .. } = self.node(at).content {
            detour = detour.or(Some(Detour::Alias(self.node(at).span.start)));
        }
        Some(Located { key, value: self.node(at).span(), detour })
    }

    /// The node that an alias stands for, or the node itself.
    fn follow(&self, id: NodeId, detour: &mut Option<Detour>) -> NodeId {
        match self.node(id).content {
            Content::Alias { target } => {
                detour.get_or_insert(Detour::Alias(self.node(id).span.start));
                target
            }
            _ => id,
        }
    }

    /// The entry that decides a key: the last one, be it written or merged.
    fn entry(&self, id: NodeId, key: &str, detour: &mut Option<Detour>, merges: usize) -> Option<Entry> {
        let Content::Mapping { entries, .. } = &self.node(id).content else {
            return None;
        };
        for entry in entries.iter().rev() {
            if !self.is_merge(entry.key) {
                if self.key(entry.key).as_deref() == Some(key) {
                    return Some(*entry);
                }
            } else if let Some(found) = self.merged_by(entry, key, detour, merges) {
                return Some(found);
            }
        }
        None
    }

    /// The entry that a merge key brings in for `key`.
    fn merged_by(&self, merge: &Entry, key: &str, detour: &mut Option<Detour>, merges: usize) -> Option<Entry> {
        let merges = merges.checked_sub(1)?;
        let sources = match &self.node(merge.value).content {
            Content::Sequence { items, .. } => items.iter().map(|item| item.value).collect(),
            _ => vec![merge.value],
        };
        sources.into_iter().find_map(|source| {
            let mut way = detour.or(Some(Detour::Merge(self.node(merge.key).span.start)));
            let source = self.follow(source, &mut way);
            let found = self.entry(source, key, &mut way, merges)?;
            *detour = way;
            Some(found)
        })
    }

    /// The merge key of a mapping that brings in `key`, if one does.
    pub(super) fn merged(&self, id: NodeId, key: &str) -> Option<Detour> {
        let Content::Mapping { entries, .. } = &self.node(id).content else {
            return None;
        };
        let mut detour = None;
        let mut merges = entries.iter().filter(|entry| self.is_merge(entry.key));
        merges.any(|merge| self.merged_by(merge, key, &mut detour, MERGES).is_some());
        detour
    }
}
