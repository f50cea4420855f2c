//! What the AWS Load Balancer Controller v3.5.0 does with the Ingresses of a stream, without a cluster and without AWS.
//!
//! [`build`] follows the controller step by step: decode, class, webhook, group, and for each group the load balancer,
//! its listeners, rules, target groups and add-ons. Read it beside the controller's documentation: each module names
//! the source that it describes, each check stands in the controller's order, each error has the controller's words.
//!
//! Nothing is guessed. A named subnet, security group, web ACL, trust store or target group is assumed to exist; whatever
//! else depends on AWS or on objects outside the stream becomes `null`, or the verdict [`Verdict::Unknown`] with the
//! reason. Flags and feature gates have the program's defaults, except for [`Options`].
//!
//! An Ingress that the webhook denies is built all the same, as if the webhook were off, so that its other faults show.

mod build;
mod input;
mod options;
mod output;
mod reference;
mod select;
#[cfg(test)]
mod tests;

pub use build::rule_optimizer::loops;
pub use input::kubernetes::keys_in_other_letters;
pub use input::objects::{CLUSTER_KINDS, undecodable_service};
pub use options::Options;
pub use output::effective::{Effective, EffectiveFrom, TargetSettings};
pub use output::settings::{Setting, Source, State, Unread};
pub use output::verdict::{Built, Group, IngressFacts, Model, Verdict};
pub use output::*;
pub use reference::{Failure, Key, Object, Part, Reason, ReasonCode, Site, Stage};
pub use select::group::{GroupNameFault, check_name as check_group_name, group_orders};

use crate::catalogue::PREFIX;
use build::Builder;
use input::annotations::Annotations;
use input::objects::{Objects, Placed};
use output::states;
use select::class::Classified;
use select::group::Member;
use select::{admission, class, group};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Prints a model as `show --format json` does.
#[must_use]
pub fn show_json(model: &Model) -> Value {
    serde_json::to_value(model).unwrap_or_default()
}

/// Follows the controller through all objects of a stream. Items of a List must be unwrapped, values be as Go reads YAML.
#[must_use]
pub fn build<'v>(objects: impl IntoIterator<Item = &'v Value>, options: &Options) -> Model {
    let objects: Vec<&Value> = objects.into_iter().collect();
    let objects = Objects::read(&objects, options);
    let mut failures: Vec<Failure> =
        objects.errors.iter().map(|reason| Failure { stage: Stage::Decode, reason: reason.clone() }).collect();
    let denied = objects.params.values().filter_map(|params| params.denied.clone());
    failures.extend(denied.map(|reason| Failure { stage: Stage::Admission, reason }));
    // What is told first must not depend on the order of the stream.
    failures.sort_by(|a, b| (a.stage, &a.reason).cmp(&(b.stage, &b.reason)));

    let mut plans = Plans::default();
    let mut by_key: Vec<&Placed> = objects.ingresses.iter().collect();
    by_key.sort_by(|a, b| a.key.cmp(&b.key));
    let mut facts: Vec<IngressFacts> =
        by_key.into_iter().map(|placed| admit(&objects, options, placed, &mut plans)).collect();
    facts.sort_by_key(|facts| facts.index);
    let stopped = plans.stopped_by.first().map(|key| {
        let message = format!("Ingress: {key}: {}", class::TWO_DEFAULTS);
        Failure { stage: Stage::GroupLoad, reason: Reason::new(message).of(key) }
    });
    let build = |(id, plan): (String, Plan<'_>)| plan.build(id, &objects, options, stopped.as_ref());
    let groups: Vec<Group> = plans.by_group.into_iter().map(build).collect();
    let shares = states::shares(&groups);
    let mut placed: Vec<&Placed> = objects.ingresses.iter().collect();
    placed.sort_by_key(|placed| placed.index);
    for (fact, placed) in facts.iter_mut().zip(placed) {
        let share = shares.get(&fact.key);
        fact.settings = states::settings(&objects, options, fact, &placed.ingress, share);
    }
    verdict(facts, groups, failures, objects.unserved)
}

/// Class, webhook and group of one Ingress, which is added to the plan of its group.
fn admit<'a>(objects: &'a Objects, options: &Options, placed: &'a Placed, plans: &mut Plans<'a>) -> IngressFacts {
    let release = options.release();
    let at = Object::ingress(&placed.key);
    let map = placed.ingress.metadata.annotations.as_ref();
    let annotations = Annotations::of(at.clone(), map, release);
    let classified = class::classify(objects, options, &at, &placed.ingress);
    let mut facts = IngressFacts {
        key: placed.key.clone(),
        index: placed.index,
        picked_up: classified.ours,
        why: classified.why.clone(),
        class: classified.class.clone(),
        params: classified.params.cloned(),
        release,
        group: None,
        failure: None,
        settings: Vec::new(),
    };
    if classified.stops_all {
        plans.stopped_by.insert(placed.key.clone());
    }
    if let Some(reason) = &classified.invalid {
        facts.failure = Some(Failure {
            stage: admission::stage_of_class(&placed.ingress, release),
            reason: reason.clone().of(&placed.key),
        });
        return facts;
    }
    if classified.ours == Some(false) {
        return facts;
    }
    let params = classified.params.map(|params| &**params);
    let member = Member { key: placed.key.clone(), ingress: &placed.ingress, annotations, params };
    let denied = admission::denied(&placed.key, &placed.ingress, &member.annotations);
    facts.failure = denied.map(|reason| Failure { stage: Stage::Admission, reason });
    match group::id(options, &member) {
        Err(reason) => {
            let failure = Failure { stage: Stage::GroupId, reason: reason.of(&placed.key) };
            facts.failure.get_or_insert(failure);
        }
        Ok(id) => {
            facts.group = Some(id.clone());
            let open = admission::open_question(objects, &placed.ingress, release);
            plans.by_group.entry(id).or_default().add(member, &classified, open);
        }
    }
    facts
}

/// What is to be built.
#[derive(Default)]
struct Plans<'a> {
    by_group: BTreeMap<String, Plan<'a>>,
    /// Ingresses that stop the group loader for all groups (LBC v3.5.0 pkg/ingress/group_loader.go:80-93, 139-166).
    stopped_by: BTreeSet<Key>,
}

/// A group whose members are known, before anything is built for it.
#[derive(Default)]
struct Plan<'a> {
    members: Vec<Member<'a>>,
    unknowns: Vec<Reason>,
    /// Members that may not be the controller's.
    doubtful: BTreeSet<Key>,
}

/// So many doubtful members are tried in all combinations.
const MAX_DOUBTFUL: usize = 4;

/// Annotations whose faults the class of another member can settle; the class of a doubtful member is not known.
const SETTLED_BY_A_CLASS: [&str; 5] = [
    "minimum-load-balancer-capacity",
    "load-balancer-attributes",
    "listener-attributes.",
    "ipam-ipv4-pool-id",
    "ssl-redirect",
];

fn may_be_settled(failure: &Failure) -> bool {
    let key = failure.reason.site.as_ref().and_then(|site| site.annotation_key()).unwrap_or_default();
    let suffix = key.strip_prefix(PREFIX).unwrap_or_default();
    SETTLED_BY_A_CLASS.iter().any(|settled| suffix.starts_with(settled))
}

impl<'a> Plan<'a> {
    fn add(&mut self, member: Member<'a>, classified: &Classified<'_>, open: Option<Reason>) {
        if classified.ours.is_none() {
            self.doubtful.insert(member.key.clone());
            self.unknowns.push(Reason::new(&classified.why).of(&member.key));
        }
        self.unknowns.extend(open.map(|reason| reason.of(&member.key)));
        self.members.push(member);
    }

    fn build(self, name: String, objects: &Objects, options: &Options, stopped: Option<&Failure>) -> Group {
        let keys = |members: &[Member<'_>]| members.iter().map(|member| member.key.clone()).collect();
        let certain = self.certain_failure(objects, options);
        let mut group = Group {
            name,
            members: keys(&self.members),
            verdict: Verdict::Built,
            message: None,
            built: None,
            failure: None,
            unknowns: self.unknowns,
        };
        match group::sort(self.members) {
            Err(reason) => group.failure = Some(Failure { stage: Stage::GroupLoad, reason }),
            Ok(members) => {
                group.members = keys(&members);
                let mut builder = Builder::new(objects, options, &members);
                match builder.run() {
                    Ok(built) => group.built = Some(built),
                    Err(reason) => group.failure = Some(Failure { stage: Stage::Build, reason }),
                }
                group.unknowns.append(&mut builder.unknowns);
            }
        }
        let is_certain = certain.is_some() || stopped.is_some();
        if let Some(failure) = stopped.cloned().or(certain) {
            group.failure = Some(failure);
            group.built = None;
        }
        (group.verdict, group.message) = match (&group.failure, group.unknowns.first()) {
            (Some(failure), Some(unknown)) if !self.doubtful.is_empty() && !is_certain => {
                (Verdict::Unknown, Some(if_ours(unknown, failure)))
            }
            (Some(failure), _) => (Verdict::Refused, Some(failure.to_string())),
            (None, Some(unknown)) => (Verdict::Unknown, Some(unknown.to_string())),
            (None, None) => (Verdict::Built, None),
        };
        group
    }

    /// The failure of those members that are the controller's, where the group fails whichever of the others are its members.
    fn certain_failure(&self, objects: &Objects, options: &Options) -> Option<Failure> {
        if self.doubtful.is_empty() || self.doubtful.len() > MAX_DOUBTFUL {
            return None;
        }
        let doubtful: Vec<&Key> = self.doubtful.iter().collect();
        let mut first = None;
        for chosen in 0..1_u32 << doubtful.len() {
            let is_out = |key: &Key| doubtful.iter().position(|d| *d == key).is_some_and(|at| chosen & (1 << at) == 0);
            let members: Vec<Member<'a>> = self.members.iter().filter(|member| !is_out(&member.key)).cloned().collect();
            if members.is_empty() {
                return None;
            }
            let failure = match group::sort(members) {
                Err(reason) => Failure { stage: Stage::GroupLoad, reason },
                Ok(members) => {
                    let reason = Builder::new(objects, options, &members).run().err()?;
                    Failure { stage: Stage::Build, reason }
                }
            };
            first.get_or_insert(failure);
        }
        first.filter(|failure| !may_be_settled(failure))
    }
}

fn if_ours(why: impl std::fmt::Display, failure: &Failure) -> String {
    format!("{why}; if it is the controller's: {failure}")
}

/// The worst of all that was found, and its message.
fn verdict(
    ingresses: Vec<IngressFacts>,
    groups: Vec<Group>,
    failures: Vec<Failure>,
    unserved: Option<(Key, String)>,
) -> Model {
    let mut found: Vec<(Verdict, Option<String>)> =
        failures.iter().map(|failure| (Verdict::Refused, Some(failure.to_string()))).collect();
    let mut by_key: Vec<&IngressFacts> = ingresses.iter().collect();
    by_key.sort_by(|a, b| a.key.cmp(&b.key));
    found.extend(by_key.iter().filter_map(|facts| {
        let failure = facts.failure.as_ref()?;
        Some(match facts.picked_up {
            None => (Verdict::Unknown, Some(if_ours(&facts.why, failure))),
            Some(_) => (Verdict::Refused, Some(failure.to_string())),
        })
    }));
    found.extend(groups.iter().map(|group| (group.verdict, group.message.clone())));
    let ignored = by_key.iter().find(|facts| facts.picked_up == Some(false)).map(|facts| facts.why.clone());
    let ignored = ignored.unwrap_or_else(|| match unserved {
        Some((key, version)) => {
            format!("Ingress {key} is of {version}, and the API server serves networking.k8s.io/v1 only")
        }
        None => "no Ingress is in the stream".to_owned(),
    });
    found.push((Verdict::Ignored, Some(ignored)));
    let worst = found.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Ignored);
    let message = found.into_iter().find(|(verdict, _)| *verdict == worst).and_then(|(_, message)| message);
    Model::new(worst, message, groups, ingresses, failures)
}
