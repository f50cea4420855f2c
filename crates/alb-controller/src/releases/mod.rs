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

/// The oldest release whose differences from the next are told.
pub const OLDEST: Version = Version(2, 1, 0);

/// What a release of the controller does, and older ones do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// The type of a path decides what it matches.
    PathTypes,
    /// Conflicts on a listener are called so.
    ListenPortWords,
    /// Certificates keep their order.
    CertificateOrder,
    /// A backend whose Service is missing answers 503.
    MissingServiceAnswers,
    /// A backend whose action is missing answers 503.
    MissingActionAnswers,
    /// Authentication is read for every backend, with an HTTPS listener or without.
    AuthenticationAlwaysRead,
    /// There are IngressClassParams.
    ClassParams,
    /// A webhook validates Ingresses.
    IngressWebhook,
    /// `manage-backend-security-group-rules` is read.
    BackendRulesByAnnotation,
    /// Services with IPv6 addresses get target groups of IPv6.
    Ipv6TargetGroups,
    /// The length of `load-balancer-name` is checked.
    NameLengthChecked,
    /// Conflicts of attributes, and security groups that are not found, are called so.
    LoadBalancerWords,
    /// Empty `security-groups` are as none.
    EmptySecurityGroups,
    /// The nodes let the load balancer in on the port of the pods.
    PodPortOpened,
    /// Ingresses are read as `networking.k8s.io/v1`.
    IngressV1,
    /// A backend without a Service is an error of its own.
    ServiceRequired,
    /// Tags of Service and Ingress are merged key by key.
    TagsMerged,
    /// Paths are sorted by their types and lengths.
    PathsSorted,
    /// `group.order` may be negative, and need not be unique.
    GroupOrderWide,
    /// An Ingress without a class is of the default IngressClass.
    DefaultClass,
    /// The webhook checks `conditions.*`.
    ConditionsAtAdmission,
    /// The controller's webhook makes new Services of type LoadBalancer its own.
    ServiceWebhook,
    /// The webhook passes over a rule without `http`.
    RuleWithoutHttpAdmitted,
    /// The webhook does not load IngressClassParams, and finds two default classes.
    ClassParamsNotAtAdmission,
    /// The value `dualstack-without-public-ipv4` is known.
    DualStackWithoutPublicIpv4,
    /// Conflicts on a listener name both Ingresses.
    ConflictNamesBoth,
    /// A member without `mutual-authentication` says nothing about it.
    MutualAuthenticationUnsaid,
    /// A web ACL is left alone where no member of the group names one.
    WebAclLeftAlone,
    /// The value `none` takes a web ACL off.
    WebAclNone,
    /// Shield Advanced is left alone where no member of the group asks for it.
    ShieldLeftAlone,
    /// Conflicts of web ACLs of WAF Classic are called so.
    WafClassicWords,
    /// A Name may come twice in `security-groups`.
    SecurityGroupNamesMerged,
    /// Whole numbers have 32 bits.
    Int32,
    /// What IngressClassParams set settles conflicts of attributes.
    ClassSettlesAttributes,
    /// Inbound rules are granted before others are revoked.
    GrantedFirst,
    /// `advertiseTrustStoreCaNames` is read.
    AdvertiseCaNames,
    /// The default certificate is listed again where another member names it.
    DefaultCertificateAgain,
    /// The NLB in front asks for a target group of IPv4.
    FrontendNlbIpv4,
    /// Instance targets without a node port are an error of the controller.
    NodePortChecked,
    /// The NLB in front has all of its security groups.
    FrontendNlbSecurityGroups,
    /// An empty `wafv2-acl-arn` takes a web ACL off.
    EmptyWebAclDetaches,
    /// `wafv2-acl-name` is known, though it need not work.
    WebAclNameKnown,
    /// `targetGroupName` of actions is read.
    TargetGroupName,
    /// Subnets of the NLB in front are discovered.
    FrontendNlbSubnets,
    /// `wafv2-acl-name` works.
    WebAclByName,
    /// A backslash takes the next character of a map literally.
    MapEscapes,
    /// `regexValues` of conditions are read.
    RegexValues,
    /// Regular expressions of paths count where redirects are compared with later rules.
    PathRegexCompared,
    /// Reserved capacity that is no number is an error.
    CapacityChecked,
}

/// Fields of IngressClassParams, below `spec`, with the first release that has them
/// (apis/elbv2/v1beta1/ingressclassparams_types.go at each tag). `listeners` are there since v2.9.0, and do something since v2.10.1.
pub const CLASS_PARAMS_FIELDS: [(&str, Version); 20] = [
    ("namespaceSelector", Version(2, 2, 0)),
    ("group", Version(2, 2, 0)),
    ("scheme", Version(2, 2, 0)),
    ("ipAddressType", Version(2, 2, 0)),
    ("tags", Version(2, 2, 0)),
    ("loadBalancerAttributes", Version(2, 3, 0)),
    ("inboundCIDRs", Version(2, 5, 0)),
    ("sslPolicy", Version(2, 5, 0)),
    ("subnets", Version(2, 5, 0)),
    ("certificateArn", Version(2, 8, 0)),
    ("listeners", Version(2, 10, 1)),
    ("minimumLoadBalancerCapacity", Version(2, 11, 0)),
    ("ipamConfiguration", Version(2, 12, 0)),
    ("PrefixListsIDs", Version(2, 13, 0)),
    ("targetType", Version(2, 13, 0)),
    ("prefixListsIDs", Version(2, 14, 0)),
    ("loadBalancerName", Version(2, 14, 0)),
    ("sslRedirectPort", Version(2, 14, 0)),
    ("wafv2AclArn", Version(2, 14, 0)),
    ("wafv2AclName", Version(2, 14, 0)),
];

/// A difference between a release and the one before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// The first release with it.
    pub since: Version,
    /// What the model and the rules ask for; `None` where they do not depend on it.
    pub behaviour: Option<Behaviour>,
    /// The annotation that it is about, if the release is the one that the catalogue has for it.
    pub annotation: Option<&'static str>,
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

    const fn annotation(mut self, suffix: &'static str) -> Self {
        self.annotation = Some(suffix);
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
    Difference {
        since: Version(major, minor, patch),
        behaviour: None,
        annotation: None,
        subject,
        before,
        after,
        source,
    }
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
    use crate::catalogue;

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
    fn rows_about_an_annotation_have_the_release_of_the_catalogue() {
        for difference in differences() {
            if let Some(suffix) = difference.annotation {
                assert_eq!(catalogue::find(suffix).map(|found| found.since), Some(difference.since), "{suffix}");
            }
        }
    }

    #[test]
    fn a_release_has_what_came_with_it_or_before() {
        assert!(!Version(2, 8, 1).has(Behaviour::WebAclLeftAlone));
        assert!(Version(2, 8, 2).has(Behaviour::WebAclLeftAlone));
        assert!(Version(9, 0, 0).has(Behaviour::WebAclLeftAlone));
    }
}
