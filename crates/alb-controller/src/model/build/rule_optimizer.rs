//! Rules that the controller leaves out of a listener: redirects to the listener itself, and what an earlier redirect
//! already takes. Forwards that cover later rules are left alone; default actions are not looked at.
//!
//! Source: LBC v3.5.0 pkg/ingress/rule_optimizer.go:29-175.

use crate::model::output::{Action, Condition, Protocol, Pruned, Redirect, Rule, WhyPruned};
use std::collections::{BTreeMap, BTreeSet};

/// The rules that stay, and those that go.
pub(crate) fn optimize(port: i32, protocol: Protocol, rules: Vec<Rule>) -> (Vec<Rule>, Vec<Pruned>) {
    let mut kept: Vec<Rule> = Vec::new();
    let mut redirects = Redirects::default();
    let mut pruned = Vec::new();
    for rule in rules {
        if redirects_to_itself(port, protocol, &rule) {
            pruned.push(Pruned { rule, why: WhyPruned::RedirectsToItself });
            continue;
        }
        let earlier = redirects
            .candidates(&rule.conditions)
            .into_iter()
            .map(|at| &kept[at])
            .find(|k| covers(&k.conditions, &rule.conditions));
        match earlier.map(|earlier| earlier.origin.clone()) {
            Some(by) => pruned.push(Pruned { rule, why: WhyPruned::Covered { by } }),
            None => {
                if redirect(&rule.actions).is_some() {
                    redirects.add(kept.len(), &rule.conditions);
                }
                kept.push(rule);
            }
        }
    }
    (kept, pruned)
}

/// Redirects by the hosts and paths that they take, `None` for all: comparing each rule with all of them would take the
/// square of their number.
#[derive(Default)]
struct Redirects {
    by_values: BTreeMap<(Option<String>, Option<String>), Vec<usize>>,
}

impl Redirects {
    fn add(&mut self, at: usize, conditions: &[Condition]) {
        let (hosts, paths) = values(conditions);
        let each = |values: &BTreeSet<&str>| -> Vec<Option<String>> {
            match values.is_empty() || values.contains("/*") {
                true => vec![None],
                false => values.iter().map(|value| Some((*value).to_owned())).collect(),
            }
        };
        for host in each(&hosts) {
            for path in each(&paths) {
                let key = (host.clone(), path);
                self.by_values.entry(key).or_default().push(at);
            }
        }
    }

    /// Those that may take every request of a rule, in their order, all that do among them: each value of the rule is one
    /// of theirs, so one tells.
    fn candidates(&self, conditions: &[Condition]) -> BTreeSet<usize> {
        let (hosts, paths) = values(conditions);
        let one = |values: &BTreeSet<&str>| [None, values.first().map(|value| (*value).to_owned())];
        let mut found = BTreeSet::new();
        for host in one(&hosts) {
            for path in one(&paths) {
                let at = self.by_values.get(&(host.clone(), path));
                found.extend(at.into_iter().flatten());
            }
        }
        found
    }
}

fn redirect(actions: &[Action]) -> Option<&Redirect> {
    actions.iter().find_map(Action::redirect)
}

/// Values of host and path conditions; regular expressions do not count.
fn values(conditions: &[Condition]) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let mut hosts = BTreeSet::new();
    let mut paths = BTreeSet::new();
    for condition in conditions {
        match condition {
            Condition::HostHeader { host_header_config: c } => hosts.extend(c.values.iter().map(String::as_str)),
            Condition::PathPattern { path_pattern_config: c } => paths.extend(c.values.iter().map(String::as_str)),
            _ => {}
        }
    }
    (hosts, paths)
}

fn redirects_to_itself(port: i32, protocol: Protocol, rule: &Rule) -> bool {
    redirect(&rule.actions).is_some_and(|redirect| loops(port, protocol, redirect, &rule.conditions))
}

/// Whether a redirect leads back to the listener that it stands on, for requests that meet `conditions`
/// (rule_optimizer.go:87-135).
#[must_use]
pub fn loops(port: i32, protocol: Protocol, redirect: &Redirect, conditions: &[Condition]) -> bool {
    let (hosts, paths) = values(conditions);
    let stays = |part: &Option<String>, same: &dyn Fn(&str) -> bool| part.as_deref().is_none_or(same);
    stays(&redirect.host, &|host| host == "#{host}" || hosts.contains(host))
        && stays(&redirect.path, &|path| path == "/#{path}" || paths.contains(path))
        && stays(&redirect.port, &|to| to == "#{port}" || to == port.to_string())
        && stays(&redirect.protocol, &|to| to == "#{protocol}" || to == protocol.name())
        && stays(&redirect.query, &|query| query == "#{query}")
}

/// Whether conditions take every request that `others` take, as far as the controller sees it: it compares host and path
/// values as text, knows `/*`, and gives up on any other condition (rule_optimizer.go:137-175).
#[must_use]
pub fn covers(conditions: &[Condition], others: &[Condition]) -> bool {
    let plain = |c: &Condition| matches!(c, Condition::HostHeader { .. } | Condition::PathPattern { .. });
    if !conditions.iter().all(plain) {
        return false;
    }
    let (hosts, paths) = values(conditions);
    let (other_hosts, other_paths) = values(others);
    let takes = |ours: &BTreeSet<&str>, theirs: &BTreeSet<&str>| {
        ours.is_empty() || (!theirs.is_empty() && ours.is_superset(theirs))
    };
    takes(&hosts, &other_hosts) && (paths.contains("/*") || takes(&paths, &other_paths))
}
