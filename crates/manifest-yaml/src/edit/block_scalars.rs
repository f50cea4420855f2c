//! Block scalars that stay must not gain anything from what is edited behind them.

use super::draft::Part;
use super::editor::Editor;
use super::error::EditError;
use crate::node::{Block, Content, NodeId, ScalarStyle};
use crate::text::{is_blank, line_end, line_start, next_line, skip_blanks};

impl Editor<'_, '_> {
    /// Drops comments and blank lines that a block scalar would take for text, now that what stood between them is gone.
    /// (They stand deeper than what is removed, so they belong to it.)
    pub(super) fn guard_block_scalars(&mut self, kept: &[bool]) {
        let tree = self.tree;
        let (deleted, new) = self.splices.places();
        for (node, _) in tree.nodes.iter().zip(kept).filter(|(_, kept)| **kept) {
            let Content::Scalar { style: ScalarStyle::Block(block), .. } = &node.content else {
                continue;
            };
            let mut at = next_line(tree.text, node.span.end);
            let mut exposed = false;
            while at < tree.text.len() {
                let next = next_line(tree.text, at);
                if new.get(new.partition_point(|&new| new < at)).is_some_and(|&new| new < next) {
                    break;
                }
                let deletion = deleted.partition_point(|deleted| deleted.end <= at);
                if let Some(deleted) = deleted.get(deletion).filter(|deleted| deleted.start < next) {
                    // What is deleted within a line leaves the rest of it.
                    if deleted.start > at {
                        break;
                    }
                    (at, exposed) = (deleted.end, true);
                    continue;
                }
                let end = line_end(tree.text, at);
                let line = &tree.text[at..end];
                let comment = skip_blanks(tree.text, at);
                if !is_blank(line) && !tree.text[comment..].starts_with('#') {
                    break;
                }
                let takes = self.takes(block, node.span.start, line, comment - at);
                if takes && exposed {
                    self.dropped.push(comment..end);
                    self.splices.delete(at..next);
                } else if !is_blank(line) {
                    break;
                }
                at = next;
            }
        }
    }

    /// Whether a block scalar whose header is at `header` takes a line of blanks, or a comment behind so many of them, for
    /// text.
    fn takes(&self, block: &Block, header: usize, line: &str, blanks: usize) -> bool {
        match (is_blank(line), block.indent) {
            (true, indent) => block.keep || indent.is_some_and(|indent| line.len() > indent),
            (false, Some(indent)) => blanks >= indent,
            (false, None) => blanks > self.key_column(header),
        }
    }

    /// The column of the key or item on whose line `at` is.
    fn key_column(&self, at: usize) -> usize {
        let line = &self.tree.text[line_start(self.tree.text, at)..at];
        line.len() - line.trim_start_matches([' ', '-', '?']).len()
    }

    /// A block scalar that ends with the text, without a line break, would get one if a line came after it.
    pub(super) fn refuse_open_block(&self, part: &Part) -> Result<(), EditError> {
        let text = self.tree.text;
        let Some(id) = self.block_scalar_at_end(part) else {
            return Ok(());
        };
        let node = self.tree.node(id);
        match &node.content {
            Content::Scalar { style: ScalarStyle::Block(block), .. }
                if node.span.end == text.len() && !text[node.span.start..block.header_end].contains('-') =>
            {
                Err(EditError::at(
                    node.span.start,
                    "nothing can be added behind a block scalar that lacks its final line break: the scalar would gain it",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The block scalar with which a part ends, if it does.
    fn block_scalar_at_end(&self, part: &Part) -> Option<NodeId> {
        let tree = self.tree;
        match part {
            Part::Kept(id) => {
                let mut id = *id;
                loop {
                    id = match &tree.node(id).content {
                        Content::Scalar { style: ScalarStyle::Block(_), .. } => return Some(id),
                        Content::Sequence { items, flow: false } => items.last()?.value,
                        Content::Mapping { entries, .. } => entries.last()?.value,
                        _ => return None,
                    }
                }
            }
            Part::Edited(edited) => self.block_scalar_at_end(&edited.children().next_back()?.part),
            Part::New(_) | Part::Removed => None,
        }
    }
}
