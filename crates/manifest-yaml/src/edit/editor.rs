//! The work on one edit: its parts stand in `block`, `flow`, `value` and `block_scalars`.

use std::ops::Range;

use super::splices::Splices;
use crate::node::Tree;
use crate::style::Style;

/// Turns a draft into splices.
pub(super) struct Editor<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    pub(super) style: Style,
    pub(super) splices: Splices,
    /// Comments that had to go with what was removed, beside those within it.
    pub(super) dropped: Vec<Range<usize>>,
}

impl<'a, 't> Editor<'a, 't> {
    pub(super) fn new(tree: &'a Tree<'t>) -> Self {
        Self { tree, style: tree.style(), splices: Splices::default(), dropped: Vec::new() }
    }
}
