//! Rules that the controller leaves out of a listener: redirects to the listener itself, and what an earlier redirect
//! already takes. Forwards that cover later rules are left alone; default actions are not looked at.
//!
//! A release that passes over regular expressions takes a redirect with one for a path as one for every path of its hosts.
//!
//! Source: LBC v3.5.0 pkg/ingress/rule_optimizer.go:29-175.

use crate::model::output::{Action, Condition, Protocol, Pruned, Redirect, Rule, WhyPruned};
use std::collections::{BTreeMap, BTreeSet};

/// The rules that stay, and those that go. `regex`: whether regular expressions of paths count.
pub(crate) fn optimize(regex: bool, port: i32, protocol: Protocol, rules: Vec<Rule>) -> (Vec<Rule>, Vec<Pruned>) {
    let mut kept: Vec<Rule> = Vec::new();
    let mut redirects = Redirects::default();
    let mut pruned = Vec::new();
    for rule in rules {
        let redirect = rule.actions.iter().find_map(Action::redirect);
        let own = Values::of(&rule.conditions, regex);
        let judged = !(regex && has_path_regex(&rule.conditions));
        if redirect.is_some_and(|redirect| judged && leads_back(port, protocol, redirect, &own)) {
            pruned.push(Pruned { rule, why: WhyPruned::RedirectsToItself });
            continue;
        }
        let covers = |at: &usize| covers(&kept[*at].conditions, &rule.conditions, regex);
        let earlier = redirects.candidates(&own).into_iter().find(covers);
        match earlier.map(|at| kept[at].origin.clone()) {
            Some(by) => pruned.push(Pruned { rule, why: WhyPruned::Covered { by } }),
            None => {
                if redirect.is_some() {
                    redirects.add(kept.len(), &own);
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
    fn add(&mut self, at: usize, values: &Values<'_>) {
        let each = |values: &BTreeSet<&str>| -> Vec<Option<String>> {
            match values.is_empty() || values.contains("/*") {
                true => vec![None],
                false => values.iter().map(|value| Some((*value).to_owned())).collect(),
            }
        };
        for host in each(&values.hosts) {
            for path in each(&values.paths) {
                let key = (host.clone(), path);
                self.by_values.entry(key).or_default().push(at);
            }
        }
    }

    /// Those that may take every request of a rule, in their order, all that do among them: each value of the rule is one
    /// of theirs, so one tells.
    fn candidates(&self, values: &Values<'_>) -> BTreeSet<usize> {
        let one = |values: &BTreeSet<&str>| [None, values.first().map(|value| (*value).to_owned())];
        let mut found = BTreeSet::new();
        for host in one(&values.hosts) {
            for path in one(&values.paths) {
                let at = self.by_values.get(&(host.clone(), path));
                found.extend(at.into_iter().flatten());
            }
        }
        found
    }
}

/// Hosts and paths of conditions, as the controller compares them.
struct Values<'c> {
    hosts: BTreeSet<&'c str>,
    paths: BTreeSet<&'c str>,
}

impl<'c> Values<'c> {
    /// With `regex`, regular expressions of paths count as texts. Those of hosts never count.
    fn of(conditions: &'c [Condition], regex: bool) -> Self {
        let mut values = Values { hosts: BTreeSet::new(), paths: BTreeSet::new() };
        for condition in conditions {
            match condition {
                Condition::HostHeader { host_header_config: c } => {
                    values.hosts.extend(c.values.iter().map(String::as_str));
                }
                Condition::PathPattern { path_pattern_config: c } => {
                    let texts = if regex && !c.regex_values.is_empty() { &c.regex_values } else { &c.values };
                    values.paths.extend(texts.iter().map(String::as_str));
                }
                _ => {}
            }
        }
        values
    }
}

fn has_path_regex(conditions: &[Condition]) -> bool {
    let regular =
        |c: &Condition| matches!(c, Condition::PathPattern { path_pattern_config: c } if !c.regex_values.is_empty());
    conditions.iter().any(regular)
}

/// Whether a redirect as the default action of a listener leads back to it.
#[must_use]
pub fn loops(port: i32, protocol: Protocol, redirect: &Redirect) -> bool {
    leads_back(port, protocol, redirect, &Values::of(&[], true))
}

/// rule_optimizer.go:87-135. A regular expression for a path is no loop; the caller sees to that.
fn leads_back(port: i32, protocol: Protocol, redirect: &Redirect, values: &Values<'_>) -> bool {
    let stays = |part: &Option<String>, same: &dyn Fn(&str) -> bool| part.as_deref().is_none_or(same);
    stays(&redirect.host, &|host| host == "#{host}" || values.hosts.contains(host))
        && stays(&redirect.path, &|path| path == "/#{path}" || values.paths.contains(path))
        && stays(&redirect.port, &|to| to == "#{port}" || to == port.to_string())
        && stays(&redirect.protocol, &|to| to == "#{protocol}" || to == protocol.name())
        && stays(&redirect.query, &|query| query == "#{query}")
}

/// Whether conditions take every request that `others` take, as far as the controller sees it: it compares host and path
/// values as text, knows `/*`, and gives up on any other condition (rule_optimizer.go:137-175).
fn covers(conditions: &[Condition], others: &[Condition], regex: bool) -> bool {
    let plain = |c: &Condition| matches!(c, Condition::HostHeader { .. } | Condition::PathPattern { .. });
    if !conditions.iter().all(plain) {
        return false;
    }
    let (ours, theirs) = (Values::of(conditions, regex), Values::of(others, regex));
    let takes = |ours: &BTreeSet<&str>, theirs: &BTreeSet<&str>| {
        ours.is_empty() || (!theirs.is_empty() && ours.is_superset(theirs))
    };
    takes(&ours.hosts, &theirs.hosts) && (ours.paths.contains("/*") || takes(&ours.paths, &theirs.paths))
}
