//! The load balancer that comes out: what `show --format json` prints, and the facts beside it that rules ask for.
//!
//! A field that is printed is named as the AWS API names it. What cannot be known from the manifests is `null`: a node port that
//! Kubernetes will choose, a generated name, an ARN that AWS looks up, a client id out of a Secret.

mod actions;
mod conditions;
pub(crate) mod effective;
mod inbound;
pub(crate) mod settings;
pub(crate) mod states;
mod target_groups;
pub(crate) mod verdict;

pub use actions::*;
pub use conditions::*;
pub use inbound::*;
pub use target_groups::*;

use crate::annotation::Transform;
pub use crate::annotation::listen_ports::Protocol;
use crate::model::reference::Key;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The load balancer itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    /// `None` where the controller generates it.
    pub name: Option<String>,
    /// `internal` or `internet-facing`.
    pub scheme: &'static str,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    pub ip_address_type: &'static str,
    /// Attributes that are set.
    pub attributes: BTreeMap<String, String>,
    /// Tags that are set.
    pub tags: BTreeMap<String, String>,
    /// In which subnets it stands.
    pub subnets: Subnets,
    /// Security groups by id or Name, where they are given in place of a managed one.
    pub security_groups: Vec<String>,
    /// Whether the controller opens node or pod ports for it.
    pub manages_backend_rules: bool,
    /// Pool on an Outpost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_owned_ipv4_pool: Option<String>,
    /// Reserved capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_capacity: Option<i32>,
    /// IPAM pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_ipam_pool: Option<String>,
}

/// Subnets of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Subnets {
    /// Found by the controller, by their tags.
    #[serde(serialize_with = "null")]
    Discovered,
    /// By id or Name, as they were given.
    Given(Vec<String>),
}

fn null<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_none()
}

/// A listener and its rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// Its port.
    pub port: i32,
    /// Its protocol.
    pub protocol: Protocol,
    /// Its TLS policy.
    pub ssl_policy: Option<String>,
    /// Certificates, the default one first; `None` is one that AWS looks up.
    pub certificates: Vec<Option<String>>,
    /// Client certificates.
    pub mutual_authentication: Option<MutualAuthentication>,
    /// Listener attributes that are set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// What becomes of a request that no rule takes.
    pub default_actions: Vec<Action>,
    /// Rules in order of priority.
    pub rules: Vec<Rule>,
    /// The Ingresses that ask for it, in the order of the group.
    #[serde(skip)]
    pub members: Vec<Key>,
    /// The Ingress whose default backend it has.
    #[serde(skip)]
    pub default_from: Option<Key>,
    /// Rules that the controller leaves out.
    #[serde(skip)]
    pub pruned: Vec<Pruned>,
    /// `ssl-redirect` sends everything elsewhere: no rule of any member is built here.
    #[serde(skip)]
    pub redirects_all: bool,
}

/// Client certificates of a listener.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MutualAuthentication {
    /// `off`, `passthrough` or `verify`.
    pub mode: String,
    /// Empty without a trust store, `None` for one that AWS looks up by its name.
    pub trust_store_arn: Option<String>,
    /// Only with `verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_client_certificate_expiry: Option<bool>,
    /// Only with `verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advertise_trust_store_ca_names: Option<String>,
    /// Name of the trust store, where it is given by name.
    #[serde(skip)]
    pub trust_store_name: Option<String>,
}

/// A rule of a listener.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// 1 is evaluated first.
    pub priority: usize,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Authentication, then one that answers or forwards.
    pub actions: Vec<Action>,
    /// Rewrites.
    pub transforms: Vec<Transform>,
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The Ingress.
    pub ingress: Key,
    /// Index in `spec.rules`.
    #[serde(skip)]
    pub rule: usize,
    /// Index in the rule's `http.paths`, as written.
    #[serde(skip)]
    pub path: usize,
    /// `service.name` of the backend.
    #[serde(skip)]
    pub backend: String,
}

/// A rule that the controller leaves out.
#[derive(Debug, Clone, PartialEq)]
pub struct Pruned {
    /// The rule, without a priority (0).
    pub rule: Rule,
    /// Why.
    pub why: WhyPruned,
}

/// Why the controller leaves a rule out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyPruned {
    /// It redirects to the listener that it stands on.
    RedirectsToItself,
    /// An earlier redirect takes everything that it would take.
    Covered {
        /// The earlier redirect.
        by: Origin,
    },
}

/// The Network Load Balancer in front, with fixed addresses.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrontendNlb {
    /// `internal` or `internet-facing`.
    pub scheme: &'static str,
    /// Its subnets.
    pub subnets: Subnets,
    /// Elastic IPs, one for each subnet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub eip_allocations: Vec<String>,
    /// Security groups, where they are not those of the ALB.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// Attributes.
    pub attributes: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Its listeners.
    pub listeners: Vec<FrontendListener>,
}

/// A listener of the NLB in front.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrontendListener {
    /// Its port.
    pub port: i32,
    /// The port of the ALB behind it.
    pub alb_port: i32,
    /// How the ALB is checked.
    pub health_check: HealthCheck,
}

/// The web ACL of WAFv2.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WebAcl {
    /// Left as it is.
    #[default]
    Untouched,
    /// Detached.
    Detached,
    /// Detached since nobody names one, as releases before 2.8.2 do.
    DetachedByRelease,
    /// By ARN.
    Arn(String),
    /// By name; AWS looks the ARN up.
    Name(String),
}

impl Serialize for WebAcl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            WebAcl::Untouched | WebAcl::Name(_) => serializer.serialize_none(),
            WebAcl::Detached | WebAcl::DetachedByRelease => serializer.serialize_str(""),
            WebAcl::Arn(arn) => serializer.serialize_str(arn),
        }
    }
}
