//! The listeners that an Ingress asks for, and its own rules on them, among those of all members of its group.
//!
//! This is worked out once for a group. A rule that went through all listeners for each Ingress would take the square of
//! their number.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::shadowing::{Shadowing, default_is_reachable};
use alb_controller::model::{Group, Key, Listener, Origin, Pruned, Rule};

/// A listener, and what one Ingress has on it.
#[derive(Clone)]
pub struct IngressListener<'s> {
    /// The listener.
    pub listener: &'s Listener,
    /// The rules of the Ingress, in order of priority.
    pub rules: &'s [Rule],
    /// Its rules that the controller leaves out.
    pub pruned: &'s [Pruned],
    shared: Rc<Shared<'s>>,
}

/// What is known of all rules of a listener.
struct Shared<'s> {
    reach: Shadowing,
    by_place: BTreeMap<Place<'s>, &'s Rule>,
}

impl<'s> Shared<'s> {
    fn of(listener: &'s Listener) -> Self {
        let mut by_place = BTreeMap::new();
        // They are asked for only where the controller leaves rules out.
        if !listener.pruned.is_empty() {
            by_place.extend(listener.rules.iter().map(|rule| (place(&rule.origin), rule)));
        }
        Shared { reach: Shadowing::of(&listener.rules), by_place }
    }
}

/// An Ingress, a rule and a path of it.
type Place<'s> = (&'s Key, usize, usize);

fn place(origin: &Origin) -> Place<'_> {
    (&origin.ingress, origin.rule, origin.path)
}

impl<'s> IngressListener<'s> {
    /// The earlier rule, of any Ingress of the group, that takes every request of this one.
    pub fn shadowed_by(&self, rule: &Rule) -> Option<&'s Rule> {
        self.listener.rules.get(self.shared.reach.shadowed_by(rule)?)
    }

    /// Whether a request can reach a rule.
    pub fn is_reachable(&self, rule: &Rule) -> bool {
        self.shared.reach.shadowed_by(rule).is_none()
    }

    /// The rule of the listener that comes from this place, of any Ingress of the group.
    pub fn rule_of(&self, origin: &Origin) -> Option<&'s Rule> {
        self.shared.by_place.get(&place(origin)).copied()
    }

    /// Whether the default actions are those of the Ingress, and a request can reach them.
    pub fn has_default(&self, ingress: &Key) -> bool {
        self.listener.default_from.as_ref() == Some(ingress) && default_is_reachable(self.listener)
    }
}

/// The listeners of each member of a group, in the order of its members.
pub fn of_members(group: &Group) -> Vec<Vec<IngressListener<'_>>> {
    let mut found = vec![Vec::new(); group.members.len()];
    for listener in group.built.iter().flat_map(|built| &built.listeners) {
        let shared = Rc::new(Shared::of(listener));
        // Members, their rules and the rules that are left out have the same order, that of the group.
        let mut members = group.members.iter().zip(&mut found);
        let (mut rules, mut pruned) = (&listener.rules[..], &listener.pruned[..]);
        for key in &listener.members {
            let own = IngressListener {
                listener,
                rules: split_off(&mut rules, |rule| rule.origin.ingress == *key),
                pruned: split_off(&mut pruned, |pruned| pruned.rule.origin.ingress == *key),
                shared: Rc::clone(&shared),
            };
            if let Some((_, found)) = members.find(|(member, _)| *member == key) {
                found.push(own);
            }
        }
    }
    found
}

/// Splits off the first items, as long as something holds for them.
fn split_off<'s, T>(items: &mut &'s [T], holds: impl Fn(&T) -> bool) -> &'s [T] {
    let all = *items;
    let end = all.iter().position(|item| !holds(item));
    let (front, rest) = all.split_at(end.unwrap_or(all.len()));
    *items = rest;
    front
}
