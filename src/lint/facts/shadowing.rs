//! Which rules of a listener a request can reach.
//!
//! A listener takes the first rule whose conditions hold. A rule is shadowed where an earlier one takes every request
//! that it would take. The controller itself leaves out only what an earlier redirect takes, and compares texts. Here patterns
//! are compared as patterns, so that `/*` and `/a/*` cover `/a/b`.

use std::collections::{BTreeSet, HashMap};

use alb_controller::model::{Condition, Listener, Patterns, Rule};

/// For each rule of a listener, the earlier one that shadows it.
pub struct Shadowing {
    shadowed_by: Vec<Option<usize>>,
}

impl Shadowing {
    /// Of rules in order of priority, which counts from 1.
    pub fn of(rules: &[Rule]) -> Self {
        let mut earlier = Earlier::default();
        let mut shadowed_by = Vec::with_capacity(rules.len());
        for (at, rule) in rules.iter().enumerate() {
            let mut candidates = earlier.candidates(&rule.conditions).into_iter();
            shadowed_by.push(candidates.find(|&at| covers(&rules[at].conditions, &rule.conditions)));
            earlier.add(at, &rule.conditions);
        }
        Shadowing { shadowed_by }
    }

    /// The index of the rule that shadows this one.
    pub fn shadowed_by(&self, rule: &Rule) -> Option<usize> {
        *self.shadowed_by.get(rule.priority.checked_sub(1)?)?
    }
}

/// The rules so far, by the beginnings of the hosts and paths that they match. Comparing each rule with all rules before it
/// would take the square of their number.
#[derive(Default)]
struct Earlier {
    by_host: HashMap<String, HashMap<String, Vec<usize>>>,
}

impl Earlier {
    fn add(&mut self, at: usize, conditions: &[Condition]) {
        let paths = beginnings(paths(conditions).next(), str::to_owned);
        for host in beginnings(hosts(conditions).next(), str::to_ascii_lowercase) {
            let by_path = self.by_host.entry(host).or_default();
            for path in &paths {
                by_path.entry(path.clone()).or_default().push(at);
            }
        }
    }

    /// The rules that may shadow a rule, in their order; all that do are among them. A pattern that covers another begins, up
    /// to its first wildcard, as the other does. It must cover each value, so the first value decides.
    fn candidates(&self, conditions: &[Condition]) -> BTreeSet<usize> {
        let first = |patterns: &Patterns| patterns.values.first().cloned();
        let hosts: Vec<String> = hosts(conditions).filter_map(first).collect();
        let paths: Vec<String> = paths(conditions).filter_map(first).collect();
        let mut found = BTreeSet::new();
        for host in starts(hosts.iter().map(|host| host.to_ascii_lowercase())) {
            let Some(by_path) = self.by_host.get(&host) else {
                continue;
            };
            for path in starts(paths.iter().cloned()) {
                found.extend(by_path.get(&path).into_iter().flatten());
            }
        }
        found
    }
}

/// All beginnings of texts, from the empty one to the whole text.
fn starts(texts: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut starts = BTreeSet::from([String::new()]);
    for text in texts {
        let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
        starts.extend(ends.map(|end| text[..end].to_owned()));
    }
    starts
}

/// The beginnings of the values of a condition, up to the first wildcard; the empty one where no value must match.
fn beginnings(patterns: Option<&Patterns>, fold: impl Fn(&str) -> String) -> BTreeSet<String> {
    let Some(patterns) = patterns.filter(|patterns| patterns.regex_values.is_empty()) else {
        return BTreeSet::from([String::new()]);
    };
    let values = patterns.values.iter().map(|value| match value.as_str() {
        EVERY_PATH => String::new(),
        value => fold(value.split(['*', '?']).next().unwrap_or_default()),
    });
    values.collect()
}

fn hosts(conditions: &[Condition]) -> impl Iterator<Item = &Patterns> {
    conditions.iter().filter_map(|condition| match condition {
        Condition::HostHeader { host_header_config } => Some(host_header_config),
        _ => None,
    })
}

fn paths(conditions: &[Condition]) -> impl Iterator<Item = &Patterns> {
    conditions.iter().filter_map(|condition| match condition {
        Condition::PathPattern { path_pattern_config } => Some(path_pattern_config),
        _ => None,
    })
}

/// A pattern that covers every path.
const EVERY_PATH: &str = "/*";

/// Whether a request can reach the default actions of a listener.
pub fn default_is_reachable(listener: &Listener) -> bool {
    let takes_everything = |rule: &Rule| covers(&rule.conditions, &[]);
    !listener.rules.iter().any(takes_everything)
}

/// Whether every request that meets `others` meets `conditions`. The answer may be no where it should be yes, never the
/// other way.
pub fn covers(conditions: &[Condition], others: &[Condition]) -> bool {
    conditions.iter().all(|condition| match condition {
        Condition::HostHeader { host_header_config } => {
            let fold = |host: &str| host.to_ascii_lowercase();
            implied(host_header_config, hosts(others), fold)
        }
        Condition::PathPattern { path_pattern_config } => implied(path_pattern_config, paths(others), str::to_owned),
        other => others.contains(other),
    })
}

/// Whether one of `others`, which all hold, implies `patterns`.
fn implied<'p>(
    patterns: &Patterns,
    mut others: impl Iterator<Item = &'p Patterns>,
    fold: impl Fn(&str) -> String,
) -> bool {
    let all = |pattern: &String| pattern == "*" || pattern == EVERY_PATH;
    patterns.values.iter().any(all)
        || others.any(|other| {
            if other.values.is_empty() {
                return !other.regex_values.is_empty()
                    && other.regex_values.iter().all(|regex| patterns.regex_values.contains(regex));
            }
            let covered = |narrow: &String| patterns.values.iter().any(|wide| matches(&fold(wide), &fold(narrow)));
            other.values.iter().all(covered)
        })
}

/// Whether a pattern covers `narrow`, which may be a pattern itself: a star of `narrow` must fall under a star.
fn matches(wide: &str, narrow: &str) -> bool {
    let (wide, narrow): (Vec<char>, Vec<char>) = (wide.chars().collect(), narrow.chars().collect());
    // row[n]: the first characters of `wide` cover the first n of `narrow`.
    let mut row = vec![false; narrow.len() + 1];
    row[0] = true;
    for w in wide {
        let mut next = vec![false; narrow.len() + 1];
        next[0] = row[0] && w == '*';
        for (n, c) in narrow.iter().enumerate() {
            next[n + 1] = match w {
                '*' => row[n + 1] || next[n],
                '?' => row[n] && *c != '*',
                _ => row[n] && w == *c,
            };
        }
        row = next;
    }
    row[narrow.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(values: &[&str]) -> Condition {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let regex_values = Vec::new();
        Condition::PathPattern { path_pattern_config: Patterns { values, regex_values } }
    }

    fn host(value: &str) -> Condition {
        let patterns = Patterns { values: vec![value.to_owned()], regex_values: Vec::new() };
        Condition::HostHeader { host_header_config: patterns }
    }

    #[test]
    fn patterns_take_narrower_ones() {
        for (wide, narrow) in [
            ("/*", "/"),
            ("/*", "/a/*"),
            ("/a/*", "/a/b"),
            ("/a/*", "/a/b/*"),
            ("/a*b", "/a*c*b"),
            ("/?", "/a"),
            ("/?", "/?"),
            ("*.example.com", "*.shop.example.com"),
        ] {
            assert!(matches(wide, narrow), "{wide} takes {narrow}");
        }
        for (wide, narrow) in [
            ("/a", "/a/*"),
            ("/a/*", "/a"),
            ("/?", "/*"),
            ("/a/b", "/a/*"),
            ("*.example.com", "example.com"),
            ("/A", "/a"),
        ] {
            assert!(!matches(wide, narrow), "{wide} does not take {narrow}");
        }
    }

    #[test]
    fn conditions_take_what_implies_them() {
        assert!(covers(&[path(&["/*"])], &[host("a.example.com"), path(&["/x"])]));
        assert!(covers(&[path(&["/*"])], &[host("a.example.com")]));
        assert!(covers(&[host("*.Example.com")], &[host("a.example.com"), path(&["/x"])]));
        assert!(covers(&[path(&["/a", "/a/*"])], &[path(&["/a/b", "/a/b/*"])]));
        assert!(!covers(&[host("a.example.com"), path(&["/*"])], &[path(&["/x"])]));
        assert!(!covers(&[path(&["/a", "/a/*"])], &[path(&["/a", "/b"])]));
        assert!(covers(&[path(&["/*"])], &[]));
        assert!(!covers(&[path(&["/"])], &[]));
        assert!(!covers(&[host("a.example.com"), path(&["/*"])], &[]));
    }
}
