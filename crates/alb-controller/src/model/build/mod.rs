//! The order in which the controller builds a group: listen ports of each member, load balancer, redirect, listeners and
//! rules, add-ons, the NLB in front. The first error ends it, for all members.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_builder.go:285-385.

mod actions;
mod addons;
mod auth;
mod backend;
mod certificates;
mod conditions;
mod frontend_nlb;
mod health_check;
mod listen_port;
mod listeners;
mod load_balancer;
mod merge;
pub(crate) mod rule_optimizer;
mod rules;
mod security_groups;
mod service_port;
mod services;
mod subnets;
mod tags;
mod target_groups;

use crate::model::input::objects::Objects;
use crate::model::options::Options;
use crate::model::output::TargetGroup;
use crate::model::output::verdict::Built;
use crate::model::reference::{Reason, ReasonCode};
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use std::collections::{BTreeMap, BTreeSet};

/// Builds one group.
pub(crate) struct Builder<'a> {
    pub objects: &'a Objects,
    pub options: &'a Options,
    pub members: &'a [Member<'a>],
    /// What is not known. Building goes on as if it were in order.
    pub unknowns: Vec<Reason>,
    noted: BTreeSet<Reason>,
    /// Target groups so far, by id.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// The load balancer's address type, once it is known.
    pub ip_address_type: &'static str,
    /// The HTTPS port that every HTTP listener redirects to.
    pub ssl_redirect: Option<i32>,
}

impl<'a> Builder<'a> {
    pub fn new(objects: &'a Objects, options: &'a Options, members: &'a [Member<'a>]) -> Self {
        Builder {
            objects,
            options,
            members,
            unknowns: Vec::new(),
            noted: BTreeSet::new(),
            target_groups: BTreeMap::new(),
            ip_address_type: "ipv4",
            ssl_redirect: None,
        }
    }

    /// Whether the controller's release behaves so.
    pub fn has(&self, behaviour: Behaviour) -> bool {
        self.options.release().has(behaviour)
    }

    pub fn run(&mut self) -> Result<Built, Reason> {
        let by_member = self.listen_ports_by_member()?;
        let ports = self.merge_listen_ports(&by_member)?;
        let load_balancer = self.load_balancer()?;
        self.ip_address_type = load_balancer.ip_address_type;
        self.ssl_redirect = self.find_ssl_redirect(&ports)?;
        let mut listeners = Vec::new();
        for (port, config) in &ports {
            let members: Vec<&Member<'a>> =
                self.members.iter().filter(|m| by_member[&m.key].contains_key(port)).collect();
            listeners.push(self.listener(*port, config, &members)?);
        }
        let wafv2 = self.wafv2()?;
        let waf_classic = self.waf_classic()?;
        let shield = self.shield()?;
        let frontend_nlb = self.frontend_nlb(&by_member, &load_balancer.subnets)?;
        let inbound = self.inbound(&load_balancer, &ports);
        let target_groups = std::mem::take(&mut self.target_groups).into_values().collect();
        Ok(Built { load_balancer, inbound, listeners, target_groups, wafv2, waf_classic, shield, frontend_nlb })
    }

    /// Adds something that is not known, once.
    pub fn unknown(&mut self, reason: Reason) {
        if self.noted.insert(reason.clone()) {
            self.unknowns.push(reason);
        }
    }

    /// The one value that the members agree on, for an annotation that each may have. `conflict` words the error from the
    /// sorted values.
    pub fn agree(
        &self,
        suffix: &str,
        value: impl Fn(&Member<'a>) -> Option<String>,
        conflict: impl Fn(&[String]) -> String,
    ) -> Result<Option<String>, Reason> {
        let values: BTreeSet<String> = self.members.iter().filter_map(value).collect();
        let mut values: Vec<String> = values.into_iter().collect();
        if values.len() > 1 {
            return Err(self.conflict(suffix, conflict(&values)));
        }
        Ok(values.pop())
    }

    /// The same for a text, of the class or of an annotation.
    pub fn agree_text(&self, suffix: &str, conflict: impl Fn(&[String]) -> String) -> Result<Option<String>, Reason> {
        self.agree(suffix, |member| member.text(suffix).map(str::to_owned), conflict)
    }

    /// The same for a switch.
    pub fn agree_on(&self, suffix: &str, conflict: &str) -> Result<Option<bool>, Reason> {
        let mut asked = BTreeSet::new();
        for member in self.members {
            let on = member.annotations.bool(suffix);
            asked.extend(on.map_err(|reason| reason.of(&member.key))?);
        }
        if asked.len() > 1 {
            return Err(self.conflict(suffix, conflict));
        }
        Ok(asked.pop_first())
    }

    /// The place of the annotation `suffix` that a member has, for an error that the whole group shares.
    pub fn blame(&self, suffix: &str, message: impl Into<String>) -> Reason {
        let reason = Reason::new(message);
        match self.members.iter().find_map(|member| Some((member, member.annotations.find(suffix)?))) {
            Some((member, found)) => reason.at(found.site).of(&member.key),
            None => reason,
        }
    }

    /// The same for members that ask for different things.
    pub fn conflict(&self, suffix: &str, message: impl Into<String>) -> Reason {
        self.blame(suffix, message).code(ReasonCode::Conflict)
    }
}

/// Go's `%v` of a set: `map[a:{} b:{}]`.
pub(crate) fn show_set(values: &[String]) -> String {
    let entries: Vec<String> = values.iter().map(|value| format!("{value}:{{}}")).collect();
    format!("map[{}]", entries.join(" "))
}

/// Go's `%v` of a map: `map[a:1 b:2]`.
pub(crate) fn show_map(map: &BTreeMap<String, String>) -> String {
    let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    format!("map[{}]", entries.join(" "))
}

/// A map on which members agree key by key; keys of the class win over theirs, without a conflict. `conflict` words the
/// error from the member and the key with both values.
pub(crate) fn agree_by_key<'m, 'a: 'm>(
    members: impl IntoIterator<Item = &'m Member<'a>>,
    suffix: &str,
    from_class: BTreeMap<String, String>,
    conflict: impl Fn(&Member<'a>, &str) -> String,
) -> Result<BTreeMap<String, String>, Reason> {
    let mut merged: BTreeMap<String, String> = BTreeMap::new();
    for member in members {
        for (key, value) in member.annotations.map(suffix).map_err(|reason| reason.of(&member.key))? {
            match merged.get(&key) {
                Some(before) if *before != value && !from_class.contains_key(&key) => {
                    let message = conflict(member, &format!("{key}: {before} | {value}"));
                    return Err(member.annotations.fault(suffix, message).of(&member.key).code(ReasonCode::Conflict));
                }
                _ => _ = merged.insert(key, value),
            }
        }
    }
    merged.extend(from_class);
    Ok(merged)
}
