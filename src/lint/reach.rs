//! Which rules of a listener a request can reach.
//!
//! A listener takes the first rule whose conditions hold. A rule is dead where an earlier one takes every request that it
//! would take. The controller itself leaves out only what an earlier redirect takes, compared as text; here patterns are
//! compared as patterns, so that `/*` and `/a/*` take `/a/b`.

use crate::alb::model::{Condition, Listener, Patterns, Rule};

/// The earlier rule that takes every request of a rule of this listener.
#[must_use]
pub fn taken_by<'l>(listener: &'l Listener, rule: &Rule) -> Option<&'l Rule> {
    listener
        .rules
        .iter()
        .take_while(|earlier| earlier.priority < rule.priority)
        .find(|earlier| takes(&earlier.conditions, &rule.conditions))
}

/// Whether a request can reach a rule of this listener.
#[must_use]
pub fn is_reached(listener: &Listener, rule: &Rule) -> bool {
    taken_by(listener, rule).is_none()
}

/// Whether a request can reach the default actions of a listener.
#[must_use]
pub fn default_is_reached(listener: &Listener) -> bool {
    let takes_everything = |rule: &Rule| takes(&rule.conditions, &[]);
    !listener.rules.iter().any(takes_everything)
}

/// Whether whatever meets `others` meets `conditions`. It may say no where it is yes, never the other way.
#[must_use]
pub fn takes(conditions: &[Condition], others: &[Condition]) -> bool {
    conditions.iter().all(|condition| match condition {
        Condition::HostHeader { host_header_config } => {
            let hosts = others.iter().filter_map(|other| match other {
                Condition::HostHeader { host_header_config } => Some(host_header_config),
                _ => None,
            });
            implied(host_header_config, hosts, |host| host.to_ascii_lowercase())
        }
        Condition::PathPattern {
            path_pattern_config,
        } => {
            let paths = others.iter().filter_map(|other| match other {
                Condition::PathPattern {
                    path_pattern_config,
                } => Some(path_pattern_config),
                _ => None,
            });
            implied(path_pattern_config, paths, str::to_owned)
        }
        other => others.contains(other),
    })
}

/// Whether one of `others`, which all hold, implies `patterns`.
fn implied<'p>(
    patterns: &Patterns,
    mut others: impl Iterator<Item = &'p Patterns>,
    fold: impl Fn(&str) -> String,
) -> bool {
    let all = |pattern: &String| pattern == "*" || pattern == "/*";
    patterns.values.iter().any(all)
        || others.any(|other| {
            if other.values.is_empty() {
                return !other.regex_values.is_empty()
                    && other
                        .regex_values
                        .iter()
                        .all(|regex| patterns.regex_values.contains(regex));
            }
            let covered = |narrow: &String| {
                patterns
                    .values
                    .iter()
                    .any(|wide| matches(&fold(wide), &fold(narrow)))
            };
            other.values.iter().all(covered)
        })
}

/// Whether a pattern takes whatever `narrow` takes, which may be a pattern itself: a star of `narrow` must fall under a star.
fn matches(wide: &str, narrow: &str) -> bool {
    let (wide, narrow): (Vec<char>, Vec<char>) = (wide.chars().collect(), narrow.chars().collect());
    // row[n]: the first characters of `wide` take the first n of `narrow`.
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
        Condition::PathPattern {
            path_pattern_config: Patterns {
                values,
                regex_values,
            },
        }
    }

    fn host(value: &str) -> Condition {
        let patterns = Patterns {
            values: vec![value.to_owned()],
            regex_values: Vec::new(),
        };
        Condition::HostHeader {
            host_header_config: patterns,
        }
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
        assert!(takes(
            &[path(&["/*"])],
            &[host("a.example.com"), path(&["/x"])]
        ));
        assert!(takes(&[path(&["/*"])], &[host("a.example.com")]));
        assert!(takes(
            &[host("*.Example.com")],
            &[host("a.example.com"), path(&["/x"])]
        ));
        assert!(takes(
            &[path(&["/a", "/a/*"])],
            &[path(&["/a/b", "/a/b/*"])]
        ));
        assert!(!takes(
            &[host("a.example.com"), path(&["/*"])],
            &[path(&["/x"])]
        ));
        assert!(!takes(&[path(&["/a", "/a/*"])], &[path(&["/a", "/b"])]));
        assert!(takes(&[path(&["/*"])], &[]));
        assert!(!takes(&[path(&["/"])], &[]));
        assert!(!takes(&[host("a.example.com"), path(&["/*"])], &[]));
    }
}
