//! Anchors and aliases: a node that is repeated elsewhere must stay as it is.

use super::draft::{Draft, Part};
use super::error::EditError;
use crate::node::{Content, NodeId, Tree};

/// Every alias that stays must stand for a node that stays to the byte. Returns for each node whether it stays.
pub(super) fn check(draft: &Draft<'_, '_>) -> Result<Vec<bool>, EditError> {
    let tree = draft.tree;
    let mut kept = vec![false; tree.nodes.len()];
    mark_part(tree, &draft.root, &mut kept);
    for (node, _) in tree.nodes.iter().zip(&kept).filter(|(_, kept)| **kept) {
        let Content::Alias { target } = node.content else {
            continue;
        };
        if !kept[target.0] {
            let name = tree.node(target).anchor.unwrap_or_default();
            let message = format!(
                "`&{name}` is used again by `*{name}`, so that an edit here would change both: write the value out in both \
                 places"
            );
            return Err(EditError::at(tree.node(target).start(), message));
        }
    }
    Ok(kept)
}

fn mark_part(tree: &Tree<'_>, part: &Part, kept: &mut [bool]) {
    match part {
        Part::Kept(id) => mark(tree, *id, kept),
        Part::Edited(edited) => {
            for child in edited.children() {
                if let (Some(old), Content::Mapping { entries, .. }) = (child.old, &tree.node(edited.node).content) {
                    mark(tree, entries[old].key, kept);
                }
                mark_part(tree, &child.part, kept);
            }
        }
        Part::New(_) | Part::Removed => {}
    }
}

fn mark(tree: &Tree<'_>, id: NodeId, kept: &mut [bool]) {
    kept[id.0] = true;
    match &tree.node(id).content {
        Content::Sequence { items, .. } => items.iter().for_each(|item| mark(tree, item.value, kept)),
        Content::Mapping { entries, .. } => {
            for entry in entries {
                mark(tree, entry.key, kept);
                mark(tree, entry.value, kept);
            }
        }
        Content::Scalar { .. } | Content::Alias { .. } => {}
    }
}
