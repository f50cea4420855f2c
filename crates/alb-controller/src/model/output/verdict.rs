//! What comes out: the verdict with its reasons, the facts about each Ingress, and each group with what is built for it.

use crate::catalogue::Version;
use crate::model::input::class_params::Params;
use crate::model::output::settings::{self, Setting};
use crate::model::output::{FrontendNlb, InboundRule, Listener, LoadBalancer, TargetGroup, WebAcl};
use crate::model::reference::{Failure, Key, Reason};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What becomes of a stream, of a group. The later, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing here is the controller's.
    Ignored,
    /// A load balancer is built.
    Built,
    /// It depends on something outside the stream.
    Unknown,
    /// Denied, or an error of the controller.
    Refused,
}

/// What the controller does with a stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Model {
    version: u8,
    /// The worst of decoding, admission and groups.
    pub verdict: Verdict,
    /// Why it is not built.
    pub message: Option<String>,
    /// Groups by name.
    pub groups: Vec<Group>,
    /// Every Ingress, in the order of the stream.
    pub ingresses: Vec<IngressFacts>,
    /// What the API server or a webhook refuses, Ingresses of [`Model::ingresses`] apart.
    #[serde(skip)]
    pub failures: Vec<Failure>,
    #[serde(skip)]
    by_key: BTreeMap<Key, usize>,
}

/// Groups are sorted by their names.
pub(crate) fn group_named<'g>(groups: &'g [Group], name: &str) -> Option<&'g Group> {
    groups.binary_search_by(|group| group.name.as_str().cmp(name)).ok().and_then(|at| groups.get(at))
}

/// What the controller does with one Ingress.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressFacts {
    /// Which one.
    #[serde(rename = "ingress")]
    pub key: Key,
    /// Its index in the slice that [`build`](crate::model::build()) got.
    #[serde(skip)]
    pub index: usize,
    /// Whether the controller picks it up; `None` where the stream does not show it, and the Ingress is read as if.
    pub picked_up: Option<bool>,
    /// Why.
    pub why: String,
    /// Its class by name, from its spec or by default.
    #[serde(skip)]
    pub class: Option<String>,
    /// The IngressClassParams that count for it.
    #[serde(skip)]
    pub(crate) params: Option<Arc<Params>>,
    /// The controller's release.
    #[serde(skip)]
    pub(crate) release: Version,
    /// Its group.
    pub group: Option<String>,
    /// Why the webhook denies it, or why it is in no group.
    #[serde(serialize_with = "message")]
    pub failure: Option<Failure>,
    /// Its annotations and those of its Services, and what becomes of each.
    #[serde(skip)]
    pub settings: Vec<Setting>,
}

impl IngressFacts {
    /// The name of the IngressClassParams that count for it.
    #[must_use]
    pub fn class_params(&self) -> Option<&str> {
        self.params.as_ref().map(|params| params.name.as_str())
    }

    /// The release of the controller that these are facts about.
    #[must_use]
    pub fn release(&self) -> Version {
        self.release
    }

    /// The fields of the IngressClassParams that count for it which the controller's release does not have, each with the first
    /// release that has it. The API server drops them.
    #[must_use]
    pub fn class_params_too_new(&self) -> &[(&'static str, Version)] {
        self.params.as_ref().map_or(&[], |params| &params.too_new)
    }

    /// Its own annotation `alb.ingress.kubernetes.io/<suffix>`, whatever becomes of it.
    #[must_use]
    pub fn own_setting(&self, suffix: &str) -> Option<&Setting> {
        settings::find(&self.settings, "Ingress", &self.key, suffix)
    }

    /// The annotation of one of its Services, whatever becomes of it.
    #[must_use]
    pub fn service_setting(&self, service: &str, suffix: &str) -> Option<&Setting> {
        let key = Key::new(&self.key.namespace, service);
        settings::find(&self.settings, "Service", &key, suffix)
    }
}

fn message<S: serde::Serializer>(failure: &Option<Failure>, serializer: S) -> Result<S::Ok, S::Error> {
    failure.as_ref().map(|f| f.reason.message.as_str()).serialize(serializer)
}

/// Ingresses that share a load balancer, and what is built for them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its name, or `namespace/name` of its only Ingress.
    #[serde(rename = "group")]
    pub name: String,
    /// Its Ingresses in the order of their rules.
    #[serde(serialize_with = "sorted")]
    pub members: Vec<Key>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why it is not built.
    pub message: Option<String>,
    /// What is built; printed where it is.
    #[serde(flatten)]
    pub built: Option<Built>,
    /// Why it is refused. With [`Verdict::Unknown`]: it would be, if it is the controller's.
    #[serde(skip)]
    pub failure: Option<Failure>,
    /// What is not known.
    #[serde(skip)]
    pub unknowns: Vec<Reason>,
}

fn sorted<S: serde::Serializer>(members: &[Key], serializer: S) -> Result<S::Ok, S::Error> {
    let mut names: Vec<String> = members.iter().map(Key::to_string).collect();
    names.sort_unstable();
    names.serialize(serializer)
}

/// A load balancer and everything around it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Built {
    /// The load balancer.
    pub load_balancer: LoadBalancer,
    /// Who may connect, as the managed security group has it.
    pub inbound: Vec<InboundRule>,
    /// Listeners by port.
    pub listeners: Vec<Listener>,
    /// Target groups by id.
    pub target_groups: Vec<TargetGroup>,
    /// The web ACL of WAFv2: its ARN, empty where it is detached, `null` where it is left alone or looked up by name.
    pub wafv2: WebAcl,
    /// The web ACL of WAF Classic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waf_classic: Option<String>,
    /// Shield Advanced on or off, `null` where it is left alone.
    pub shield: Option<bool>,
    /// The NLB in front.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontend_nlb: Option<FrontendNlb>,
}

impl Model {
    pub(crate) fn new(
        verdict: Verdict,
        message: Option<String>,
        groups: Vec<Group>,
        ingresses: Vec<IngressFacts>,
        failures: Vec<Failure>,
    ) -> Self {
        let by_key = ingresses.iter().enumerate().map(|(at, facts)| (facts.key.clone(), at)).collect();
        Model { version: 1, verdict, message, groups, ingresses, failures, by_key }
    }

    /// The facts about one Ingress.
    #[must_use]
    pub fn ingress(&self, key: &Key) -> Option<&IngressFacts> {
        self.by_key.get(key).and_then(|at| self.ingresses.get(*at))
    }

    /// Where an Ingress stands among [`Model::ingresses`].
    #[must_use]
    pub fn position(&self, key: &Key) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The group that an Ingress is in.
    #[must_use]
    pub fn group_of(&self, key: &Key) -> Option<&Group> {
        group_named(&self.groups, self.ingress(key)?.group.as_ref()?)
    }
}
