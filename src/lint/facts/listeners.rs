//! What an Ingress has on the listeners that it asked for: its own rules, among those of all members of its group.
//!
//! Sorted out once for a group: a rule that went through all listeners for each of the Ingresses would take the square of
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
        // Only for rules that are left out somebody asks who stands before them.
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
    /// The earlier rule, of whichever Ingress, that takes every request of this one.
    pub fn shadowed_by(&self, rule: &Rule) -> Option<&'s Rule> {
        self.listener.rules.get(self.shared.reach.shadowed_by(rule)?)
    }

    /// Whether a request can reach a rule.
    pub fn is_reachable(&self, rule: &Rule) -> bool {
        self.shared.reach.shadowed_by(rule).is_none()
    }

    /// The rule of the listener, of whichever Ingress, that comes from there: one that others are left out for.
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
        // Members, their rules and what is left out of them all stand in the order of the group.
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

/// Takes the items off the front for which something holds.
fn split_off<'s, T>(items: &mut &'s [T], holds: impl Fn(&T) -> bool) -> &'s [T] {
    let all = *items;
    let end = all.iter().position(|item| !holds(item));
    let (front, rest) = all.split_at(end.unwrap_or(all.len()));
    *items = rest;
    front
}
