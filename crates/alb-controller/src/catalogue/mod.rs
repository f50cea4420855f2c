//! Every annotation that the controller reads from an Ingress or its Services, as data in one place.
//!
//! What an annotation is called, what its value may be, where it may stand, since when, and what an empty value does:
//! the typed configuration, the free `annotations` map and the rules are all checked against these tables, and the
//! documentation is printed from them. A key that is not here is read by nobody, without an error: that is why
//! [`nearest`] exists.
//!
//! Source: LBC v3.5.0 pkg/annotations/constants.go and the file and line beside each entry; ranges: AWS's API
//! elasticloadbalancingv2/2015-12-01.

mod attributes;
mod enums;
mod limits;
mod load_balancer;
mod policies;
mod target_group;

pub use attributes::{
    Attribute, LISTENER_ATTRIBUTES, LOAD_BALANCER_ATTRIBUTES, TARGET_GROUP_ATTRIBUTES, ValueCheck, attribute,
};
pub use enums::*;
pub use limits::{
    DEFAULT_HEALTH_CHECK_INTERVAL, DEFAULT_HEALTH_CHECK_TIMEOUT, GROUP_NAME_LENGTH, GROUP_ORDERS, GROUP_ORDERS_BEFORE,
    GRPC_CODES, HEALTH_CHECK_PATH_LENGTH, LOAD_BALANCER_NAME_LENGTH, SUCCESS_CODES, TAG_KEY_LENGTH, TAG_VALUE_LENGTH,
};
pub use policies::{DEFAULT_SSL_POLICY, SSL_POLICIES, SslPolicy, ssl_policy};

use std::fmt;

/// What every annotation of the controller begins with.
pub const PREFIX: &str = "alb.ingress.kubernetes.io/";

/// The name of a backend's port that makes the name of the backend that of an `actions.*` annotation
/// (LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:21).
pub const USE_ANNOTATION: &str = "use-annotation";

/// The older way to choose a class.
pub const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// A release of the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16, pub u16, pub u16);

/// The release that the tables and the model describe.
pub const CURRENT: Version = Version(3, 5, 0);

impl Version {
    /// Reads `3.5`, `v2.14.1`, `3`. A part that is left out is 0.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(number);
        let version = Version(parts.next()??, parts.next().unwrap_or(Some(0))?, parts.next().unwrap_or(Some(0))?);
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.0, self.1, self.2)
    }
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Go's `ParseBool`.
    Bool,
    /// A whole number; the range is AWS's, the controller checks none.
    Int {
        /// Smallest value that AWS takes.
        min: i64,
        /// Largest value that AWS takes.
        max: i64,
    },
    /// One of these values. Case counts, blanks are not trimmed. The controller refuses any other.
    Enum(&'static [&'static str]),
    /// One of these values. The controller passes on any other, and AWS refuses it.
    AwsEnum(&'static [&'static str]),
    /// Any text.
    Text,
    /// Items between commas.
    List,
    /// `key=value` pairs between commas.
    Map,
    /// A JSON value.
    Json,
    /// `traffic-port`, a number, or (where the flag is set) the name of a port of the Service.
    Port {
        /// Whether a name is accepted.
        named: bool,
    },
}

/// On which objects the controller reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Only on the Ingress; on a Service it is ignored without an error.
    Ingress,
    /// On the backend Service, and on the Ingress where the Service has none: the Service wins.
    ServiceThenIngress,
    /// On both, with a way of its own to combine them.
    Both,
}

/// How the values of several Ingresses of one group are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Two different values are an error of the whole group.
    Exclusive,
    /// Two different values of one key are an error of the whole group.
    ExclusivePerKey,
    /// Two different values on one listener port are an error of the whole group.
    ExclusivePerPort,
    /// The values add up.
    Union,
    /// Each Ingress, or each backend, has its own.
    Own,
}

/// What an empty value does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// The same as no annotation, and nothing is lost by it.
    Harmless,
    /// The same as no annotation, which is not what was written.
    Absent,
    /// The controller refuses it.
    Refused,
    /// It goes to AWS, which refuses it.
    Aws,
    /// The load balancer is open to the world.
    Opens,
    /// The web ACL that is attached is detached.
    Detaches,
}

/// Whether EKS Auto Mode's own load balancing reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoMode {
    /// As the controller does.
    Yes,
    /// Not at all.
    No,
    /// All values but this one.
    Except(&'static str),
}

/// One annotation.
#[derive(Debug, PartialEq, Eq)]
pub struct Annotation {
    /// What follows [`PREFIX`]; `*` stands for a part that the user chooses: `actions.*`.
    pub suffix: &'static str,
    /// Its value.
    pub kind: Kind,
    /// On which objects it is read.
    pub place: Place,
    /// The field of IngressClassParams (below `spec`) that stands in its place, for a class that is chosen by name.
    pub class_params: Option<&'static str>,
    /// The first release that reads it.
    pub since: Version,
    /// How a group combines it.
    pub merge: Merge,
    /// What an empty value does.
    pub empty: Empty,
    /// Whether EKS Auto Mode reads it.
    pub auto_mode: AutoMode,
    /// One line on what it does.
    pub about: &'static str,
    /// Where the controller reads it.
    pub source: &'static str,
}

impl Annotation {
    const fn new(suffix: &'static str, kind: Kind, about: &'static str, source: &'static str) -> Self {
        Annotation {
            suffix,
            kind,
            place: Place::Ingress,
            class_params: None,
            since: Version(2, 0, 0),
            merge: Merge::Exclusive,
            empty: Empty::Refused,
            auto_mode: AutoMode::Yes,
            about,
            source,
        }
    }

    const fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    const fn class_params(mut self, field: &'static str) -> Self {
        self.class_params = Some(field);
        self
    }

    const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Version(major, minor, patch);
        self
    }

    const fn merge(mut self, merge: Merge) -> Self {
        self.merge = merge;
        self
    }

    const fn empty(mut self, empty: Empty) -> Self {
        self.empty = empty;
        self
    }

    const fn auto_mode(mut self, auto_mode: AutoMode) -> Self {
        self.auto_mode = auto_mode;
        self
    }

    /// `alb.ingress.kubernetes.io/scheme`
    #[must_use]
    pub fn key(&self) -> String {
        format!("{PREFIX}{}", self.suffix)
    }

    /// Whether the controller reads it from a Service.
    #[must_use]
    pub fn on_service(&self) -> bool {
        self.place != Place::Ingress
    }

    /// The part before `*`, for a suffix that has one.
    fn stem(&self) -> Option<&'static str> {
        self.suffix.split_once('*').map(|(stem, _)| stem)
    }

    fn names(&self, suffix: &str) -> bool {
        match self.stem() {
            Some(stem) => suffix.len() > stem.len() && suffix.starts_with(stem),
            None => suffix == self.suffix,
        }
    }
}

/// All annotations: those of load balancer and listeners, then those of rules and target groups.
pub fn annotations() -> impl Iterator<Item = &'static Annotation> {
    load_balancer::ANNOTATIONS.iter().chain(target_group::ANNOTATIONS)
}

/// So many keys are gone through faster than looked up: all begin alike, and each comparison begins with that.
pub(crate) const FEW: usize = 32;

/// Whether a key is `alb.ingress.kubernetes.io/<suffix>`.
pub(crate) fn is_key(key: &str, suffix: &str) -> bool {
    // The end first: the beginning is that of most keys.
    key.strip_suffix(suffix) == Some(PREFIX)
}

/// Whether AWS takes a number as the value of an annotation. Where the catalogue has no range it takes every number.
#[must_use]
pub fn in_range(suffix: &str, number: i64) -> bool {
    match find(suffix).map(|annotation| annotation.kind) {
        Some(Kind::Int { min, max }) => (min..=max).contains(&number),
        _ => true,
    }
}

/// The annotation with this suffix: `scheme`, `actions.ssl-redirect`.
#[must_use]
pub fn find(suffix: &str) -> Option<&'static Annotation> {
    annotations().find(|annotation| annotation.names(suffix))
}

/// The annotation with this key: `alb.ingress.kubernetes.io/scheme`.
#[must_use]
pub fn find_key(key: &str) -> Option<&'static Annotation> {
    key.strip_prefix(PREFIX).and_then(find)
}

/// The known key that a wrong one comes nearest to: another case, a wrong letter in prefix or suffix, a part too many.
#[must_use]
pub fn nearest(key: &str) -> Option<String> {
    let key = key.to_ascii_lowercase();
    let (prefix, suffix) = key.split_once('/').unwrap_or(("", &key));
    let prefix_away = strsim::damerau_levenshtein(prefix, PREFIX.trim_end_matches('/'));
    if prefix_away > 6 {
        // Too far away to guess at two faults at once.
        let known = find(suffix).filter(|_| prefix.split('.').any(|word| word == "alb"));
        return known.map(|_| format!("{PREFIX}{suffix}"));
    }
    let tail = suffix.split_once('.').map_or("", |(_, tail)| tail);
    let candidates = annotations().filter_map(|annotation| match annotation.stem() {
        Some(_) if tail.is_empty() => None,
        Some(stem) => Some(format!("{stem}{tail}")),
        None => Some(annotation.suffix.to_owned()),
    });
    let scored = candidates.map(|known| {
        let away = strsim::damerau_levenshtein(suffix, &known);
        let part = suffix.len() > known.len() && (suffix.ends_with(&known) || suffix.starts_with(&known));
        (if part { away.min(2) } else { away }, known)
    });
    let (away, known) = scored.min()?;
    (away <= 1 + known.len() / 5).then(|| format!("{PREFIX}{known}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_unique_and_sourced() {
        let mut seen: Vec<&str> = annotations().map(|a| a.suffix).collect();
        assert_eq!(seen.len(), 72);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 72);
        for a in annotations() {
            assert!(a.source.starts_with("pkg/") || a.source.starts_with("controllers/"), "{}", a.suffix);
            assert!(!a.about.is_empty() && !a.about.ends_with('.'), "{}", a.suffix);
            assert!(a.since >= Version(2, 0, 0) && a.since <= CURRENT, "{}", a.suffix);
        }
    }

    #[test]
    fn patterns_match_what_they_stand_for() {
        assert_eq!(find("actions.ssl-redirect").map(|a| a.suffix), Some("actions.*"));
        assert_eq!(find("target-control-port.svc.80").map(|a| a.suffix), Some("target-control-port.*.*"));
        assert_eq!(find("actions."), None);
        assert_eq!(find("Scheme"), None);
        assert_eq!(find_key("alb.ingress.kubernetes.io/scheme").map(|a| a.suffix), Some("scheme"));
        assert_eq!(find_key("service.beta.kubernetes.io/scheme"), None);
    }

    #[test]
    fn a_misspelt_key_names_its_neighbour() {
        for (wrong, right) in [
            ("alb.ingress.kubernetes.io/Scheme", "scheme"),
            ("alb.ingress.kuberentes.io/backend-protocol", "backend-protocol"),
            ("alb.ingress.kubernetes.io/health-check-path", "healthcheck-path"),
            ("alb.ingress.kubernetes.io/healthcheck-healthy-threshold-count", "healthy-threshold-count"),
            ("alb.ingress.kubernetes.io/certificate-arns", "certificate-arn"),
            ("alb.ingress.kubernetes.io/subnet", "subnets"),
            ("alb.ingress.kubernetes.io/action.ssl-redirect", "actions.ssl-redirect"),
            ("alb.ingress.kubernetes.io/backend-protocols", "backend-protocol"),
        ] {
            assert_eq!(nearest(wrong), Some(format!("{PREFIX}{right}")), "{wrong}");
        }
        let far = "alb.kubernetes.io/scheme";
        assert_eq!(nearest(far), Some(format!("{PREFIX}scheme")));
        assert_eq!(nearest("alb.kubernetes.io/schema"), None);
        assert_eq!(nearest("alb.ingress.kubernetes.io/flux-capacitor"), None);
        assert_eq!(nearest("nginx.org/scheme"), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(Version::parse("3.5"), Some(CURRENT));
        assert_eq!(Version::parse("v2.14.1"), Some(Version(2, 14, 1)));
        assert!(Version(2, 14, 1) > Version(2, 4, 4));
        for text in ["", "x", "3.5.0.1", "3..1", "3.5-rc", "+3.5"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
