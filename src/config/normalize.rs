//! From the tree of a layer, or of all layers together, to the type [`Spec`].

use super::fields;
use super::node::{Entry, Node, Origin, Value, join};
use super::types::Spec;
use crate::error::Error;
use serde::Deserialize;

/// Whether a layer by itself has the shape of a `spec`.
pub(super) fn check(layer: &Node) -> Result<(), Error> {
    decode(&mut layer.clone()).map(|_| ())
}

/// Normalizes the tree of a `spec` and decodes it.
pub(super) fn decode(tree: &mut Node) -> Result<Spec, Error> {
    normalize(tree);
    Spec::deserialize(&*tree).map_err(|error| error.into_error("spec"))
}

/// Takes out what configures nothing (empty lists) and spells out `healthCheck: null`.
fn normalize(tree: &mut Node) {
    fn visit(node: &mut Node, path: &str) {
        let Value::Map(entries) = &mut node.value else {
            return;
        };
        entries.retain_mut(|entry| {
            let path = join(path, &entry.key);
            match (&entry.node.value, fields::field(&path)) {
                (Value::List(items), Some(_)) => !items.is_empty(),
                (Value::Null, None) => {
                    entry.node = switched_off(&path, &entry.node.origin);
                    true
                }
                (_, None) => {
                    visit(&mut entry.node, &path);
                    true
                }
                (_, Some(_)) => true,
            }
        });
    }
    visit(tree, "");
}

/// `null` for a part that is nothing but annotations, as what it stands for: each of them switched off. An empty map for
/// any other part.
pub(super) fn switched_off(path: &str, origin: &Origin) -> Node {
    let is_switched_off = fields::below(path).all(|field| !field.annotations.is_empty());
    let entries = fields::below(path).filter(|_| is_switched_off).map(|field| Entry {
        key: field.name().to_owned(),
        origin: origin.clone(),
        node: Node::new(origin.clone(), Value::Null),
    });
    Node::new(origin.clone(), Value::Map(entries.collect()))
}
