//! What differs between releases of the controller, from v2.1.0 to [`CURRENT`], as data in one place.
//!
//! The model and the rules ask [`Version::has`] and compare no release numbers. Each difference is a row: what held before a
//! release, what holds since, and where that stands in the controller's code. A row that nobody asks for is there for people
//! who upgrade: the documentation is printed from the same rows.
//!
//! Annotations have their first release in the [`catalogue`](crate::catalogue), fields of IngressClassParams in
//! [`CLASS_PARAMS_FIELDS`].
//!
//! Source: the tags of the controller's repository, from v2.0.1 to v3.5.0. For each pair of adjacent tags the differences of
//! `pkg/ingress`, `pkg/annotations` and `webhooks` were read, and those of `pkg/deploy`, `pkg/networking`, `pkg/config`, `pkg/certs`,
//! `apis` and `helm` where they are about an ALB. Which pods and nodes are registered as targets was left out.

mod v2_13_on;
mod v2_1_to_v2_4;
mod v2_5_to_v2_12;

use crate::catalogue::{CURRENT, Version};

/// What a release of the controller does, and older ones do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// A web ACL is left alone where no member of the group names one.
    WebAclLeftAlone,
    /// The value `none` takes a web ACL off.
    WebAclNone,
    /// The value `dualstack-without-public-ipv4` is known.
    DualStackWithoutPublicIpv4,
    /// A backslash takes the next character of a map literally.
    MapEscapes,
    /// Regular expressions of paths count where redirects are compared with later rules.
    PathRegexCompared,
    /// Reserved capacity that is no number is an error.
    CapacityChecked,
}

/// A difference between a release and the one before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// The first release with it.
    pub since: Version,
    /// What the model and the rules ask for; `None` where they do not depend on it.
    pub behaviour: Option<Behaviour>,
    /// What it is about, in Markdown.
    pub subject: &'static str,
    /// What older releases do.
    pub before: &'static str,
    /// What this release and later ones do.
    pub after: &'static str,
    /// Files and tags of the controller's repository, issues and pull requests there.
    pub source: &'static str,
}

impl Difference {
    const fn asked(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = Some(behaviour);
        self
    }
}

const fn since(
    (major, minor, patch): (u16, u16, u16),
    subject: &'static str,
    before: &'static str,
    after: &'static str,
    source: &'static str,
) -> Difference {
    Difference { since: Version(major, minor, patch), behaviour: None, subject, before, after, source }
}

/// All differences, from the oldest release to the newest.
pub fn differences() -> impl DoubleEndedIterator<Item = &'static Difference> {
    v2_1_to_v2_4::DIFFERENCES.iter().chain(v2_5_to_v2_12::DIFFERENCES).chain(v2_13_on::DIFFERENCES)
}

impl Behaviour {
    /// The row about it.
    #[must_use]
    pub fn difference(self) -> Option<&'static Difference> {
        differences().find(|difference| difference.behaviour == Some(self))
    }
}

impl Version {
    /// Whether a release behaves so.
    #[must_use]
    pub fn has(self, behaviour: Behaviour) -> bool {
        self >= CURRENT || behaviour.difference().is_none_or(|difference| difference.since <= self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order_and_have_a_source() {
        let mut last = Version(2, 1, 0);
        for difference in differences() {
            assert!(last <= difference.since && difference.since <= CURRENT, "{}", difference.subject);
            last = difference.since;
            for text in [difference.before, difference.after] {
                assert!(text.ends_with('.') && !text.contains('\n'), "{}: {text}", difference.subject);
            }
            let source = difference.source;
            assert!(
                ["pkg/", "webhooks/", "apis/", "helm/", "docs/", "go.mod"].iter().any(|path| source.contains(path))
            );
            assert!(source.contains(&format!("v{}.{}", difference.since.0, difference.since.1)), "{source}");
        }
    }

    #[test]
    fn every_behaviour_has_one_row() {
        let mut asked: Vec<String> =
            differences().filter_map(|difference| difference.behaviour).map(|asked| format!("{asked:?}")).collect();
        let rows = asked.len();
        asked.sort_unstable();
        asked.dedup();
        assert_eq!(asked.len(), rows);
    }

    #[test]
    fn a_release_has_what_came_with_it_or_before() {
        assert!(!Version(2, 8, 1).has(Behaviour::WebAclLeftAlone));
        assert!(Version(2, 8, 2).has(Behaviour::WebAclLeftAlone));
        assert!(Version(9, 0, 0).has(Behaviour::WebAclLeftAlone));
    }
}
