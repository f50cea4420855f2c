//! Rules are known by their ids. Where a configuration names one, its id takes the place of the name, so that layers that call
//! it differently are about the same rule.

use super::node::{Node, Value};
use crate::finding::Registry;

/// Puts ids into the place of names, in the lists of findings; whether there were any. What is neither stays, and is refused
/// later.
pub(super) fn by_id(tree: &mut Node, rules: Registry) -> bool {
    let Some(Value::Map(lists)) = tree.find_mut("findings").map(|node| &mut node.value) else { return false };
    let mut changed = false;
    for list in lists {
        let Value::List(items) = &mut list.node.value else { continue };
        for item in items {
            if let Value::Text(text) = &mut item.value
                && let Some(rule) = rules.find(text)
                && text != rule.id
            {
                rule.id.clone_into(text);
                changed = true;
            }
        }
    }
    changed
}
