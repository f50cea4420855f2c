//! What an Ingress has on the listeners that it asked for: its own rules, among those of all members of its group.
//!
//! Sorted out once for a group: a rule that went through all listeners for each of the Ingresses would take the square of
//! their number.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::reach::{Reach, default_is_reached};
use crate::alb::model::{Group, Key, Listener, Origin, Pruned, Rule};

/// A listener, and what one Ingress has on it.
#[derive(Clone)]
pub struct Listening<'s> {
    /// The listener.
    pub listener: &'s Listener,
    /// The rules of the Ingress, in order of priority.
    pub rules: &'s [Rule],
    /// Its rules that the controller leaves out.
    pub pruned: Vec<&'s Pruned>,
    shared: Rc<Shared<'s>>,
}

/// What is known of all rules of a listener.
struct Shared<'s> {
    reach: Reach,
    by_place: BTreeMap<Place<'s>, &'s Rule>,
}

/// An Ingress, a rule and a path of it.
type Place<'s> = (&'s Key, usize, usize);

fn place(origin: &Origin) -> Place<'_> {
    (&origin.ingress, origin.rule, origin.path)
}

impl<'s> Listening<'s> {
    /// The earlier rule, of whichever Ingress, that takes every request of this one.
    #[must_use]
    pub fn taken_by(&self, rule: &Rule) -> Option<&'s Rule> {
        self.listener.rules.get(self.shared.reach.taker(rule)?)
    }

    /// Whether a request can reach a rule.
    #[must_use]
    pub fn is_reached(&self, rule: &Rule) -> bool {
        self.shared.reach.taker(rule).is_none()
    }

    /// The rule of the listener, of whichever Ingress, that comes from there.
    #[must_use]
    pub fn rule_of(&self, origin: &Origin) -> Option<&'s Rule> {
        self.shared.by_place.get(&place(origin)).copied()
    }

    /// Whether the default actions are those of the Ingress, and a request can reach them.
    #[must_use]
    pub fn has_default(&self, ingress: &Key) -> bool {
        self.listener.default_from.as_ref() == Some(ingress) && default_is_reached(self.listener)
    }
}

/// The listeners of each member of a group.
#[must_use]
pub fn of_members(group: &Group) -> BTreeMap<&Key, Vec<Listening<'_>>> {
    let mut found: BTreeMap<&Key, Vec<Listening<'_>>> = BTreeMap::new();
    for listener in group.built.iter().flat_map(|built| &built.listeners) {
        let rules = listener.rules.iter();
        let shared = Rc::new(Shared {
            reach: Reach::of(&listener.rules),
            by_place: rules.map(|rule| (place(&rule.origin), rule)).collect(),
        });
        // The rules of a member stand one behind the other.
        let runs = listener
            .rules
            .chunk_by(|a, b| a.origin.ingress == b.origin.ingress);
        let mut runs: BTreeMap<&Key, &[Rule]> =
            runs.map(|run| (&run[0].origin.ingress, run)).collect();
        let mut pruned: BTreeMap<&Key, Vec<&Pruned>> = BTreeMap::new();
        for left_out in &listener.pruned {
            let key = &left_out.rule.origin.ingress;
            pruned.entry(key).or_default().push(left_out);
        }
        for key in &listener.members {
            found.entry(key).or_default().push(Listening {
                listener,
                rules: runs.remove(key).unwrap_or_default(),
                pruned: pruned.remove(key).unwrap_or_default(),
                shared: Rc::clone(&shared),
            });
        }
    }
    found
}
