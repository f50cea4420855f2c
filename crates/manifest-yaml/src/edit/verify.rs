//! The last word on an edit: the new text is parsed like any other, and compared with what was wanted.

use super::draft::{Draft, Part};
use super::error::EditError;
use crate::node::{Content, NodeId, Tree};
use crate::text::line_end;
use serde_json::Value;
use std::ops::Range;

/// Checks that `new` reads as `target`, that every node which the draft keeps is there to the byte, in its place, and that
/// every comment is there that did not stand in something removed (or is in `dropped`). Returns what `new` reads as.
pub(super) fn verify(
    draft: &Draft<'_, '_>,
    target: &Value,
    new: &str,
    dropped: &[Range<usize>],
) -> Result<Value, EditError> {
    let old = draft.tree;
    let tree = Tree::parse(new).map_err(|error| wrong(format!("the new text is no YAML: {error}")))?;
    let value = tree.value().map_err(|error| wrong(format!("the new text has no value: {error}")))?;
    if value != *target {
        return Err(wrong("the new text has another value than the patch asks for"));
    }
    let mut gone = dropped.to_vec();
    match tree.root {
        Some(root) => compare(old, &draft.root, old.root, &tree, root, &mut gone)?,
        None => return Err(wrong("the new text is empty")),
    }
    gone.sort_by_key(|range| range.start);
    let before: Vec<(&str, bool)> =
        old.comments.iter().map(|comment| (&old.text[comment.clone()], within(&gone, comment.start))).collect();
    let after: Vec<&str> = tree.comments.iter().map(|comment| &new[comment.clone()]).collect();
    if comments_stay(&before, &after) { Ok(value) } else { Err(wrong("a comment would be lost")) }
}

/// Whether `after` is `before`, in order, without some of those that may go.
fn comments_stay(before: &[(&str, bool)], after: &[&str]) -> bool {
    let must_stay = before.iter().filter(|(_, may_go)| !may_go).map(|(comment, _)| comment);
    if must_stay.eq(after) {
        return true;
    }
    // How many of `after` may have been met so far: several, where comments that may go look like others.
    let mut met = vec![0];
    for (comment, may_go) in before {
        let mut next = if *may_go { met.clone() } else { Vec::new() };
        next.extend(met.iter().filter(|&&at| after.get(at) == Some(comment)).map(|at| at + 1));
        next.sort_unstable();
        next.dedup();
        met = next;
    }
    met.contains(&after.len())
}

/// Whether one of the ranges, in order of their starts, holds `at`. (None holds another's start, unless it holds all of it.)
fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let before = ranges.partition_point(|range| range.start <= at);
    ranges[..before].iter().next_back().is_some_and(|range| at < range.end)
}

/// Compares a part of the draft with a node of the new text, and collects the ranges of what was removed.
fn compare(
    old: &Tree<'_>,
    part: &Part,
    was: Option<NodeId>,
    new: &Tree<'_>,
    id: NodeId,
    gone: &mut Vec<Range<usize>>,
) -> Result<(), EditError> {
    let edited = match part {
        Part::Kept(kept) => return same(old, *kept, new, id),
        Part::New(_) => {
            gone.extend(was.map(|was| with_comment(old, old.node(was).start()..old.node(was).end())));
            return Ok(());
        }
        Part::Edited(edited) => edited,
        Part::Removed => return Err(wrong("something removed is compared")),
    };
    let before = children(old, edited.node);
    let after = children(new, id);
    if edited.children().count() != after.len() {
        return Err(wrong("entries were lost or added"));
    }
    let mut kept = vec![false; before.len()];
    for (child, &(_, key, value)) in edited.children().zip(&after) {
        let mut was = None;
        if let Some(index) = child.old {
            let (_, old_key, old_value) = before[index];
            if let (Some(old_key), Some(key)) = (old_key, key) {
                same(old, old_key, new, key)?;
            }
            kept[index] = true;
            was = Some(old_value);
        }
        compare(old, &child.part, was, new, value, gone)?;
    }
    for (&(start, _, value), _) in before.iter().zip(kept).filter(|(_, kept)| !kept) {
        gone.push(with_comment(old, start..old.node(value).end()));
    }
    Ok(())
}

/// Start, key and value of each entry or item.
fn children(tree: &Tree<'_>, id: NodeId) -> Vec<(usize, Option<NodeId>, NodeId)> {
    match &tree.node(id).content {
        Content::Mapping { entries, .. } => {
            entries.iter().map(|entry| (entry.start, Some(entry.key), entry.value)).collect()
        }
        Content::Sequence { items, .. } => items.iter().map(|item| (item.start, None, item.value)).collect(),
        _ => Vec::new(),
    }
}

fn same(old: &Tree<'_>, before: NodeId, new: &Tree<'_>, after: NodeId) -> Result<(), EditError> {
    let (before, after) = (old.node(before), new.node(after));
    if old.text[before.start()..before.end()] == new.text[after.start()..after.end()] {
        Ok(())
    } else {
        Err(wrong("a value that was to stay is written differently"))
    }
}

/// A range with the comment that follows on its last line, be there a comma or not.
fn with_comment(tree: &Tree<'_>, range: Range<usize>) -> Range<usize> {
    range.start..line_end(tree.text, range.end)
}

fn wrong(message: impl Into<String>) -> EditError {
    let message = message.into();
    EditError::internal(format!("{message} (nothing was changed)"))
}

#[cfg(test)]
mod tests;
