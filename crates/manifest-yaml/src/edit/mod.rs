//! JSON Patch on text.
//!
//! 1. The patch becomes a [`draft`] of the document, in which every node is kept, edited inside, or new.
//! 2. The draft becomes [`splices`] of the text, laid out by `block` and `flow`.
//! 3. The new text is read again and [verified](verify) before it is returned.
//!
//! So however odd a document is, an edit is right or refused, never wrong.
//!
//! One draft for the whole patch, not one text after the other: a collection is laid out once, knowing what it ends up
//! with (which entry is the last, whether it becomes `{}`), and a thousand operations cost one pass.
//!
//! What is refused: a change to a node that an alias elsewhere repeats, a path through an alias, a key that comes through
//! `<<` or stands twice, and the few layouts for which no edit leaves everything else as it is.

mod aliases;
mod block;
mod block_scalars;
mod draft;
mod editor;
mod error;
mod flow;
mod flow_style;
mod splices;
mod value;
mod verify;

pub use error::EditError;
pub use flow_style::{emit_flow, emit_json};

use super::node::Tree;
use super::scalars::json_float;
use draft::Draft;
use editor::Editor;
use json_patch::{Patch, PatchOperation};
use serde_json::Value;

/// Applies a JSON Patch (RFC 6902: `add`, `remove`, `replace`, `test`) to the text of one document.
///
/// Every byte outside the edited nodes stays: comments, quoting, order, line ends, BOM, a missing final newline, flow
/// style. A removed entry takes its own lines and the comment behind its value along; a replaced value keeps that
/// comment; an added entry comes last, in the layout around it. A collection that loses its last entry becomes `{}` or
/// `[]` behind its key. `replace` by an equal value changes no byte.
///
/// # Errors
/// A patch that does not fit, and edits that would change something else as well (see the module). An error that is
/// [`internal`](field@EditError::internal) means that the result did not pass verification.
pub fn apply(text: &str, patch: &Patch) -> Result<String, EditError> {
    Ok(Tree::parse(text)?.apply(patch)?.text)
}

/// A document after a patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Patched {
    /// The new text.
    pub text: String,
    /// What the new text was read back as.
    pub value: Value,
}

impl Tree<'_> {
    /// As [`apply`], for a document that is parsed already.
    ///
    /// # Errors
    /// As [`apply`].
    pub fn apply(&self, patch: &Patch) -> Result<Patched, EditError> {
        let old = self.value()?;
        let patch = normalized(patch);
        let mut target = old.clone();
        json_patch::patch(&mut target, &patch).map_err(|error| EditError::misfit(error.to_string()))?;
        if target == old {
            return Ok(Patched { text: self.text.to_owned(), value: old });
        }
        let mut draft = Draft::new(self);
        for operation in &patch.0 {
            draft.apply(operation)?;
        }
        let kept = aliases::check(&draft)?;
        let mut editor = Editor::new(self);
        editor.root(&draft)?;
        editor.guard_block_scalars(&kept);
        let text = editor.splices.apply(self.text, editor.style.newline.as_str())?;
        let value = verify::verify(&draft, &target, &text, &editor.dropped)?;
        Ok(Patched { text, value })
    }
}

/// The patch with numbers as the reader gives them: no float without fraction.
fn normalized(patch: &Patch) -> Patch {
    let mut patch = patch.clone();
    for operation in &mut patch.0 {
        match operation {
            PatchOperation::Add(op) => normalize(&mut op.value),
            PatchOperation::Replace(op) => normalize(&mut op.value),
            PatchOperation::Test(op) => normalize(&mut op.value),
            PatchOperation::Remove(_) | PatchOperation::Move(_) | PatchOperation::Copy(_) => {}
        }
    }
    patch
}

fn normalize(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Object(map) => map.values_mut().for_each(normalize),
        Value::Number(number) if number.is_f64() => {
            if let Some(same) = number.as_f64().and_then(json_float) {
                *number = same;
            }
        }
        _ => {}
    }
}
