//! Which Ingresses share a load balancer, and in which order their rules come.
//!
//! Source: LBC v3.5.0 pkg/ingress/group_loader.go:19-29, 233-326.

use crate::catalogue::{self, GROUP_NAME_LENGTH, GROUP_ORDERS, GROUP_ORDERS_BEFORE, Version};
use crate::model::input::annotations::Annotations;
use crate::model::input::class_params::{FieldValue, Params};
use crate::model::options::Options;
use crate::model::reference::{Key, Reason, ReasonCode};
use crate::releases::Behaviour;
use k8s_openapi::api::networking::v1::{Ingress, IngressSpec};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

/// An Ingress of a group.
#[derive(Clone)]
pub(crate) struct Member<'a> {
    pub key: Key,
    pub ingress: &'a Ingress,
    pub annotations: Annotations<'a>,
    pub params: Option<&'a Params>,
}

impl<'a> Member<'a> {
    pub fn spec(&self) -> Option<&'a IngressSpec> {
        self.ingress.spec.as_ref()
    }

    /// The text that is in effect: of the class where it overrides, else of the annotation.
    pub fn text(&self, suffix: &str) -> Option<&'a str> {
        self.class_text(suffix).or_else(|| self.annotations.text(suffix))
    }

    /// The list that is in effect: of the class where it overrides, else of the annotation.
    pub fn list(&self, suffix: &str) -> Option<Vec<String>> {
        match self.class_value(suffix) {
            Some(FieldValue::List(items)) => Some(items.to_vec()),
            _ => self.annotations.list(suffix),
        }
    }

    /// The text of the class that overrides an annotation.
    pub fn class_text(&self, suffix: &str) -> Option<&'a str> {
        match self.class_value(suffix)? {
            FieldValue::Text(text) => Some(text),
            _ => None,
        }
    }

    fn class_value(&self, suffix: &str) -> Option<FieldValue<'a>> {
        self.params?.value(catalogue::find(suffix)?.class_params?)
    }
}

/// The id of an Ingress's group: the name of an explicit one, `namespace/name` of its own otherwise.
pub(crate) fn id(options: &Options, member: &Member<'_>) -> Result<String, Reason> {
    let invalid = |fault| format!("invalid ingress group: {fault}");
    let from_class = member.params.and_then(|params| params.spec.group.as_ref().map(|group| (params, group)));
    if let Some((params, group)) = from_class {
        check_name(&group.name).map_err(|fault| Reason::new(invalid(fault)).at(params.site("group.name")))?;
        return Ok(group.name.clone());
    }
    match member.annotations.text("group.name") {
        Some(name) if !options.eks_auto_mode => {
            check_name(name).map_err(|fault| member.annotations.fault("group.name", invalid(fault)))?;
            Ok(name.to_owned())
        }
        _ => Ok(member.key.to_string()),
    }
}

/// What is wrong with the name of a group. Displayed as the controller words it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupNameFault {
    /// Characters that it may not have, there or at all.
    Characters,
    /// Too many.
    Length,
}

impl fmt::Display for GroupNameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupNameFault::Characters => f.write_str(
                "groupName must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an \
                 alphanumeric character",
            ),
            GroupNameFault::Length => write!(f, "groupName must be no more than {GROUP_NAME_LENGTH} characters"),
        }
    }
}

/// Whether a group may have this name.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_name(name: &str) -> Result<(), GroupNameFault> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [name.bytes().next(), name.bytes().last()].into_iter().all(|b| b.is_some_and(inner));
    if !ends || !name.bytes().all(|b| inner(b) || matches!(b, b'-' | b'.')) {
        return Err(GroupNameFault::Characters);
    }
    if name.len() > GROUP_NAME_LENGTH {
        return Err(GroupNameFault::Length);
    }
    Ok(())
}

/// The members in the order in which their rules are evaluated: by `group.order`, then by `namespace/name`.
///
/// An order that is no number, or out of range, stops the whole group, without an event.
pub(crate) fn sort(members: Vec<Member<'_>>) -> Result<Vec<Member<'_>>, Reason> {
    let mut ordered = Vec::with_capacity(members.len());
    let mut explicit = BTreeSet::new();
    for member in members {
        taken_once(&member, &mut explicit)?;
        ordered.push((order(&member)?, member.key.to_string(), member));
    }
    ordered.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    Ok(ordered.into_iter().map(|(_, _, member)| member).collect())
}

/// The orders that a release takes in `group.order`.
#[must_use]
pub fn group_orders(release: Version) -> RangeInclusive<i64> {
    if release.has(Behaviour::GroupOrderWide) { GROUP_ORDERS } else { GROUP_ORDERS_BEFORE }
}

/// Older releases take each explicit order once (LBC v2.4.2 pkg/ingress/group_loader.go:288-291).
fn taken_once(member: &Member<'_>, explicit: &mut BTreeSet<i32>) -> Result<(), Reason> {
    let suffix = "group.order";
    if member.annotations.release().has(Behaviour::GroupOrderWide) || member.annotations.find(suffix).is_none() {
        return Ok(());
    }
    let order = order(member)?;
    if explicit.insert(order) {
        return Ok(());
    }
    let message = format!("conflict Ingress group order: {order}");
    Err(member.annotations.fault(suffix, message).of(&member.key).code(ReasonCode::Conflict))
}

fn order(member: &Member<'_>) -> Result<i32, Reason> {
    let failed = |reason: Reason| {
        let message = format!("failed to load Ingress group order for ingress: {}: {}", member.key, reason.message);
        Reason { message, ..reason }.of(&member.key)
    };
    let order = member.annotations.int32("group.order").map_err(failed)?.unwrap_or(0);
    let orders = group_orders(member.annotations.release());
    let is_explicit = member.annotations.find("group.order").is_some();
    if is_explicit && !orders.contains(&i64::from(order)) {
        let (key, min, max) = (&member.key, orders.start(), orders.end());
        let range = format!("explicit Ingress group order must be within [{min}:{max}]");
        let message = format!("{range}, Ingress: {key}, order: {order}");
        return Err(member.annotations.fault("group.order", message).of(key));
    }
    Ok(order)
}
