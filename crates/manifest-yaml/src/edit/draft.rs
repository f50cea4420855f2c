//! What the document is to become: each node as it stands, edited inside, or new.

use super::error::EditError;
use crate::find::Detour;
use crate::node::{Content, Flow, NodeId, Tree};
use crate::pointer::index;
use json_patch::jsonptr::PointerBuf;
use json_patch::{PatchOperation, RemoveOperation};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

pub(super) struct Draft<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    pub(super) root: Part,
}

/// What becomes of one node.
pub(super) enum Part {
    /// It stays as it is, to the byte.
    Kept(NodeId),
    /// A collection that keeps its place, with edits inside.
    Edited(Edited),
    /// It replaces the old node, or is added.
    New(Value),
    Removed,
}

/// A collection with edits inside.
pub(super) struct Edited {
    pub(super) node: NodeId,
    /// The entries or items that were there, in their order, among new ones; removed entries of mappings included.
    children: Vec<Child>,
    /// Mappings only: key to child.
    keys: HashMap<String, usize>,
    /// Keys that stand twice.
    duplicates: HashSet<String>,
    /// Mappings only: whether `<<` brings in more.
    merges: bool,
}

pub(super) struct Child {
    /// Which entry or item of the text it is, if any.
    pub(super) old: Option<usize>,
    /// Mappings only.
    pub(super) key: String,
    pub(super) part: Part,
}

impl Edited {
    /// The entries or items that the collection is to have.
    pub(super) fn children(&self) -> impl DoubleEndedIterator<Item = &Child> {
        self.children.iter().filter(|child| !matches!(child.part, Part::Removed))
    }

    fn new(tree: &Tree<'_>, node: NodeId) -> Self {
        let mut edited =
            Self { node, children: Vec::new(), keys: HashMap::new(), duplicates: HashSet::new(), merges: false };
        match &tree.node(node).content {
            Content::Mapping { entries, .. } => {
                for (old, entry) in entries.iter().enumerate() {
                    let merge = tree.is_merge(entry.key);
                    edited.merges |= merge;
                    let key = if merge { None } else { tree.key(entry.key) };
                    if let Some(key) = &key
                        && edited.keys.insert(key.clone(), old).is_some()
                    {
                        edited.duplicates.insert(key.clone());
                    }
                    let (old, key) = (Some(old), key.unwrap_or_default());
                    edited.children.push(Child { old, key, part: Part::Kept(entry.value) });
                }
            }
            Content::Sequence { items, .. } => {
                let kept = |(old, id)| Child { old: Some(old), key: String::new(), part: Part::Kept(id) };
                edited.children.extend(items.iter().map(|item| item.value).enumerate().map(kept));
            }
            Content::Scalar { .. } | Content::Alias { .. } => {}
        }
        edited
    }

    /// The child for a key that the text itself has, once.
    fn entry(&self, tree: &Tree<'_>, key: &str) -> Result<Option<usize>, EditError> {
        let node = tree.node(self.node);
        if self.duplicates.contains(key) {
            return Err(EditError::at(node.span.start, format!("the key `{key}` stands twice here")));
        }
        if self.merges
            && let Some(Detour::Merge(at)) = tree.merged(self.node, key)
        {
            let message =
                format!("the key `{key}` comes through `<<`: write it out where it is wanted, without the merge key");
            return Err(EditError::at(at, message));
        }
        let found = self.keys.get(key).copied();
        Ok(found.filter(|&found| !matches!(self.children[found].part, Part::Removed)))
    }
}

impl<'a, 't> Draft<'a, 't> {
    pub(super) fn new(tree: &'a Tree<'t>) -> Self {
        let root = tree.root.map_or(Part::New(Value::Null), Part::Kept);
        Self { tree, root }
    }

    /// Applies one operation, of which it is known that it fits the value of the document.
    pub(super) fn apply(&mut self, operation: &PatchOperation) -> Result<(), EditError> {
        let (path, value) = match operation {
            PatchOperation::Add(op) => (&op.path, Some(&op.value)),
            PatchOperation::Replace(op) => (&op.path, Some(&op.value)),
            PatchOperation::Remove(op) => (&op.path, None),
            PatchOperation::Test(_) => return Ok(()),
            PatchOperation::Move(op) => return Err(unsupported("move", &op.path)),
            PatchOperation::Copy(op) => return Err(unsupported("copy", &op.path)),
        };
        let tree = self.tree;
        let tokens: Vec<String> = path.tokens().map(|token| token.decoded().into_owned()).collect();
        let Some((last, parents)) = tokens.split_last() else {
            return match value {
                Some(value) => change(tree, &mut self.root, value),
                None => Err(unsupported("removing everything", path)),
            };
        };
        let mut part = &mut self.root;
        for (depth, token) in parents.iter().enumerate() {
            match part {
                Part::New(new) => return patch_value(new, &tokens[depth..], operation),
                _ => part = step(tree, part, token)?,
            }
        }
        if let Part::New(new) = part {
            return patch_value(new, std::slice::from_ref(last), operation);
        }
        let insert = matches!(operation, PatchOperation::Add(_));
        let edited = open(tree, part)?;
        match tree.node(edited.node).content {
            Content::Mapping { .. } => entry(tree, edited, last, value),
            _ => item(tree, edited, last, value, insert),
        }
    }
}

/// The child that a token leads to.
fn step<'p>(tree: &Tree<'_>, part: &'p mut Part, token: &str) -> Result<&'p mut Part, EditError> {
    let edited = open(tree, part)?;
    let found = match tree.node(edited.node).content {
        Content::Mapping { .. } => edited.entry(tree, token)?,
        _ => index(token),
    };
    match found.and_then(|found| edited.children.get_mut(found)) {
        Some(child) => Ok(&mut child.part),
        None => Err(EditError::internal(format!("no `{token}` on the way of the patch"))),
    }
}

/// Takes a collection apart, to edit inside.
fn open<'p>(tree: &Tree<'_>, part: &'p mut Part) -> Result<&'p mut Edited, EditError> {
    if let Part::Kept(id) = *part {
        let node = tree.node(id);
        match node.content {
            Content::Alias { .. } => {
                let name = &tree.text[node.span()];
                let message = format!(
                    "the path goes through the alias `{name}`: an edit would change what it stands for as well"
                );
                return Err(EditError::at(node.span.start, message));
            }
            Content::Scalar { .. } => {
                return Err(EditError::internal("the path of the patch goes into a scalar"));
            }
            Content::Sequence { .. } | Content::Mapping { .. } => *part = Part::Edited(Edited::new(tree, id)),
        }
    }
    match part {
        Part::Edited(edited) => Ok(edited),
        _ => Err(EditError::internal("the path of the patch goes into what is not there")),
    }
}

fn entry(tree: &Tree<'_>, edited: &mut Edited, key: &str, value: Option<&Value>) -> Result<(), EditError> {
    let found = edited.entry(tree, key)?;
    refuse_pair(tree, edited.node, found.is_none() || value.is_none())?;
    match (found, value) {
        (Some(found), Some(value)) => change(tree, &mut edited.children[found].part, value),
        (Some(found), None) => {
            edited.children[found].part = Part::Removed;
            Ok(())
        }
        (None, Some(value)) => {
            edited.keys.insert(key.to_owned(), edited.children.len());
            edited.children.push(Child { old: None, key: key.to_owned(), part: Part::New(value.clone()) });
            Ok(())
        }
        (None, None) => Err(EditError::internal(format!("no `{key}` to remove"))),
    }
}

fn item(
    tree: &Tree<'_>,
    edited: &mut Edited,
    token: &str,
    value: Option<&Value>,
    insert: bool,
) -> Result<(), EditError> {
    let length = edited.children.len();
    let at = if token == "-" { Some(length) } else { index(token) };
    let at = at.filter(|&at| at < length + usize::from(insert));
    match (at, value) {
        (Some(at), Some(value)) if insert => {
            edited.children.insert(at, Child { old: None, key: String::new(), part: Part::New(value.clone()) });
            Ok(())
        }
        (Some(at), Some(value)) => change(tree, &mut edited.children[at].part, value),
        (Some(at), None) => {
            edited.children.remove(at);
            Ok(())
        }
        (None, _) => Err(EditError::internal(format!("no item `{token}`"))),
    }
}

/// Puts a value in the place of a part, unless it is there already.
fn change(tree: &Tree<'_>, part: &mut Part, value: &Value) -> Result<(), EditError> {
    match *part {
        Part::Kept(id) if tree.value_of(id)? == *value => {}
        _ => *part = Part::New(value.clone()),
    }
    Ok(())
}

/// `[key: value]` has no braces that another entry could go into, or that could be left empty.
fn refuse_pair(tree: &Tree<'_>, id: NodeId, changes_entries: bool) -> Result<(), EditError> {
    let node = tree.node(id);
    match node.content {
        Content::Mapping { flow: Flow::Pair, .. } if changes_entries => Err(EditError::at(
            node.span.start,
            "a mapping without braces in a list in brackets can only change its value",
        )),
        _ => Ok(()),
    }
}

/// Applies the rest of an operation inside a value that is new itself.
fn patch_value(value: &mut Value, tokens: &[String], operation: &PatchOperation) -> Result<(), EditError> {
    let path = PointerBuf::from_tokens(tokens.iter().map(String::as_str));
    let mut operation = operation.clone();
    match &mut operation {
        PatchOperation::Add(op) => op.path = path,
        PatchOperation::Replace(op) => op.path = path,
        PatchOperation::Remove(RemoveOperation { path: old }) => *old = path,
        _ => return Ok(()),
    }
    json_patch::patch(value, &[operation]).map_err(|error| EditError::internal(error.to_string()))
}

fn unsupported(operation: &str, path: &PointerBuf) -> EditError {
    EditError::misfit(format!("a patch of text cannot do `{operation}` (at `{path}`)"))
}
