//! Rules about Ingresses that share a load balancer: the name of their group, the order of their rules, and what they must
//! agree on.
//!
//! The controller stops at the first conflict. Here all conflicts are reported in one run: the values of each member are
//! compared with those of the members before it. Only a group that the controller refuses is compared, so that nothing is
//! reported that is no conflict. Where class parameters take part, or annotations that count only beside others, the model's
//! own error is passed on.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, rules};
use crate::lint::context::{Context, IngressUnderCheck, if_ours, pointer};
use crate::lint::facts::listen_ports;
use crate::lint::facts::targets::paths;
use alb_controller::annotation::{MutualAuthentication, Payload, maps};
use alb_controller::catalogue::{Kind, Merge, PREFIX, Version};
use alb_controller::go::strconv::{parse_bool, parse_int32, string_list};
use alb_controller::model::{
    Group, Key, Protocol, ReasonCode, Setting, Stage, State, Verdict, check_group_name, group_orders,
};
use alb_controller::releases::Behaviour;

rules! {
    ALB054 Error "group-name-or-order-invalid" {
        summary: "`group.name` or `group.order` is not what the controller takes",
        explanation: "A group's name has lower-case letters, digits, `-` and `.`, begins and ends with a letter or a \
            digit, and is no longer than 63 characters. Otherwise the Ingress is in no group, and nothing is built for \
            it (event FailedLoadGroupID).\n\n`group.order` is a whole number from -1000 to 1000, and is read without \
            `group.name`, too. Before v2.4.3 it is one from 1 to 1000, and no two members of a group may have the same. \
            Otherwise nothing is done for the whole group, and no event says so: it is in the controller's log \
            only.",
        help: "use a name such as `edge`, and an order such as `'900'`",
        source: "LBC v3.5.0 pkg/ingress/group_loader.go:19-29, 233-326; \
            controllers/ingress/group_controller.go:150-153",
    }
    ALB055 Warning "catch-all-early-in-its-group" {
        summary: "`group.name`, a rule for every host and path, and no `group.order` of 100 or more",
        explanation: "The rules of a group stand in the order of `group.order`, lowest first, and of `namespace/name` \
            where that is equal; without it the order is 0. The first rule that fits takes the request. A rule for \
            every host and path, as a gateway has it, swallows the rules of all members behind it: `istio-system/…` \
            comes before `shop/…`.",
        help: "set [[ingress.group.order: 900; the annotation `group.order`]]",
        source: "LBC v3.5.0 pkg/ingress/group_loader.go:257-275",
    }
    ALB079 Error "group-members-disagree" {
        summary: "Ingresses of one group have different settings for what they share",
        explanation: "One load balancer serves all Ingresses of a group, so they must agree on what it has only once: \
            scheme, name, subnets, security groups (their order, too), address type, web ACL, Shield, each tag and \
            each attribute; and on a port that several listen on: protocol, `inbound-cidrs`, prefix lists, \
            `ssl-policy`, `mutual-authentication`, and one `defaultBackend` at most. A member that sets nothing takes \
            what the others set. Otherwise the controller stops (event FailedBuildModel on every member), and nothing \
            changes for any of them.",
        help: "set it on one member only, or the same on all",
        source: "LBC v3.5.0 pkg/ingress/model_builder.go:387-492, 539-541; \
            pkg/ingress/model_build_load_balancer.go:97-358; pkg/ingress/model_build_tags.go:20-26",
    }
}

/// From this order on a catch-all is taken as meant to be the last rule.
const LATE: i32 = 100;

/// Values that count only beside others, which the model knows: as soon as a web ACL has a name no ARN is read, and the NLB in
/// front must be switched on.
const CONDITIONAL: [&str; 4] = ["wafv2-acl-arn", "waf-acl-id", "web-acl-id", "frontend-nlb"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(name(context, ingress));
        findings.extend(order(ingress));
        findings.extend(catch_all(ingress));
    }
    for (group, members) in context.by_group() {
        findings.extend(disagreements(context, group, members));
    }
    findings
}

fn name(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    if let Some(name) = ingress.facts.class_text("group.name") {
        let message = format!("group name {:?} of the class: {}", name.value, check_group_name(name.value).err()?);
        return Some(context.at_effective(&name, &ALB054, message));
    }
    let name = ingress.read("group.name")?;
    let message = format!("group.name {name:?}: {}", check_group_name(name).err()?);
    Some(ingress.at(&ALB054, "group.name", message))
}

fn order(ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let text = ingress.read("group.order")?;
    let orders = group_orders(ingress.facts.release());
    let what = match parse_int32(text) {
        Ok(order) if orders.contains(&i64::from(order)) => return None,
        Ok(_) => format!("is not from {} to {}", orders.start(), orders.end()),
        Err(_) => "is no whole number".to_owned(),
    };
    let message = format!("group.order {text:?} {what}: nothing is done for the whole group, and no event says so");
    Some(ingress.at(&ALB054, "group.order", message))
}

fn catch_all(ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    if !ingress.shares() {
        return None;
    }
    let path = paths(ingress.object).into_iter().find(|path| {
        let all = match ingress.facts.release().has(Behaviour::PathTypes) {
            true => matches!((path.path_type, path.path), ("Prefix", "/") | ("ImplementationSpecific", "/*")),
            false => path.path == "/*",
        };
        let narrowed = ingress.setting(&format!("conditions.{}", path.backend.name)).is_some();
        all && path.host.is_empty() && !narrowed
    })?;
    let text = ingress.read("group.order");
    let order = text.map_or(Ok(0), parse_int32).ok()?;
    if order >= LATE {
        return None;
    }
    let why = match text {
        Some(_) => format!("group.order is {order}"),
        None => "group.order is not set, so it is 0".to_owned(),
    };
    let message =
        format!("{} takes every request, and {why}: members of the group that are sorted behind get none", path.path);
    Some(match (text, ingress.setting("group.name")) {
        (Some(_), _) => ingress.at(&ALB055, "group.order", message),
        (None, Some(_)) => ingress.at(&ALB055, "group.name", message),
        (None, None) => ingress.finding(&ALB055, message).field(path.pointer),
    })
}

/// The conflicts between the members of a refused group.
fn disagreements(context: &Context<'_>, group: &Group, members: Vec<&IngressUnderCheck<'_>>) -> Vec<Finding> {
    let Some(failure) = &group.failure else {
        return Vec::new();
    };
    if members.len() < 2 {
        return Vec::new();
    }
    let mut findings = match members.iter().any(|ingress| ingress.facts.class_params().is_some()) {
        true => Vec::new(),
        false => compare(&members),
    };
    let reason = &failure.reason;
    let is_reported = match &reason.site {
        Some(site) => findings.iter().any(|finding| finding.field == Some(site.pointer())),
        None => !findings.is_empty(),
    };
    if matches!(failure.stage, Stage::Build | Stage::GroupLoad) && reason.code == ReasonCode::Conflict && !is_reported {
        let member = reason.ingress.as_ref().and_then(|key| members.iter().find(|ingress| ingress.facts.key == *key));
        findings.push(match &reason.site {
            Some(site) => context.at_site(site, &ALB079, reason.message.clone()),
            None => member.unwrap_or(&members[0]).finding(&ALB079, reason.message.clone()),
        });
    }
    if group.verdict != Verdict::Refused && members.iter().any(|ingress| ingress.has_no_class()) {
        return findings.into_iter().map(if_ours).collect();
    }
    findings
}

/// The value that a member has for something that the group shares.
struct Claim {
    /// Where it stands.
    pointer: String,
    /// What it is for; members must have equal values for the same.
    about: String,
    /// What is compared.
    value: String,
}

fn compare(members: &[&IngressUnderCheck<'_>]) -> Vec<Finding> {
    let mut first_claims: BTreeMap<String, (String, &Key)> = BTreeMap::new();
    let mut findings = Vec::new();
    let redirects = members.iter().any(|ingress| ingress.read("ssl-redirect").is_some());
    for ingress in members {
        let mut reported: BTreeSet<String> = BTreeSet::new();
        for claim in claims(ingress, redirects) {
            let key = &ingress.facts.key;
            let (value, first) = first_claims.entry(claim.about.clone()).or_insert_with(|| (claim.value.clone(), key));
            if *value == claim.value || !reported.insert(claim.pointer.clone()) {
                continue;
            }
            let message = format!(
                "{} is {} here and {value} in Ingress {first}, which is in the same group",
                claim.about, claim.value
            );
            findings.push(ingress.finding(&ALB079, message).field(claim.pointer));
        }
    }
    findings
}

/// The values of a member. Those that do not parse are left out: other rules report them.
fn claims(ingress: &IngressUnderCheck<'_>, redirects: bool) -> Vec<Claim> {
    let ports = listen_ports::ports(ingress).unwrap_or_default();
    let mut claims = Vec::new();
    let mut add = |pointer: String, about: String, value: String| {
        claims.push(Claim { pointer, about, value });
    };
    for (port, protocol) in &ports {
        let field = pointer(&format!("{PREFIX}listen-ports"));
        add(field, format!("the protocol of port {port}"), protocol.name().to_owned());
    }
    if ingress.object.value["spec"]["defaultBackend"].is_object() {
        for (port, protocol) in &ports {
            if *protocol == Protocol::Https || !redirects {
                let about = format!("the defaultBackend of port {port}");
                add("/spec/defaultBackend".to_owned(), about, format!("one of {}", ingress.facts.key));
            }
        }
    }
    for setting in &ingress.facts.settings {
        let (Some(annotation), Some(suffix)) = (setting.annotation, setting.key.strip_prefix(PREFIX)) else {
            continue;
        };
        let counts = setting.object.kind == "Ingress" && setting.state == State::Read && !setting.value.is_empty();
        if !counts || CONDITIONAL.iter().any(|name| suffix.starts_with(name)) {
            continue;
        }
        let field = pointer(&setting.key);
        match annotation.merge {
            Merge::Union | Merge::Own => {}
            Merge::Exclusive => {
                if let Some(value) = normal(setting, annotation.kind) {
                    add(field, suffix.to_owned(), value);
                }
            }
            Merge::ExclusivePerKey => {
                let of_port = suffix.strip_prefix("listener-attributes.");
                let listens = |name: &str| {
                    let named = |(port, protocol): (&i32, &Protocol)| name == format!("{}-{port}", protocol.name());
                    ports.iter().any(named)
                };
                if of_port.is_some_and(|name| !listens(name)) {
                    continue;
                }
                for (key, value) in maps::read(&setting.value, ingress.facts.release()).unwrap_or_default() {
                    add(field.clone(), format!("{key} in {suffix}"), value);
                }
            }
            Merge::ExclusivePerPort => {
                for (port, protocol) in &ports {
                    if let Some(value) = on_port(setting, suffix, *port, *protocol, ingress.facts.release()) {
                        add(field.clone(), format!("{suffix} on port {port}"), value);
                    }
                }
            }
        }
    }
    claims
}

/// A value in a normal form: two values are equal as texts if they are equal for the controller.
fn normal(setting: &Setting, kind: Kind) -> Option<String> {
    let text = &setting.value;
    match kind {
        Kind::Bool => parse_bool(text).ok().map(|value| value.to_string()),
        Kind::Int { .. } => parse_int32(text).ok().map(|value| value.to_string()),
        Kind::List => {
            let mut items = string_list(text);
            if setting.key.ends_with("/subnets") {
                items.sort_unstable();
            }
            Some(items.join(","))
        }
        _ => Some(text.clone()),
    }
}

/// The value of an annotation for one port.
fn on_port(setting: &Setting, suffix: &str, port: i32, protocol: Protocol, release: Version) -> Option<String> {
    let text = &setting.value;
    match suffix {
        "inbound-cidrs" | "security-group-prefix-lists" => {
            let items: BTreeSet<String> = string_list(text).into_iter().collect();
            (!items.is_empty()).then(|| items.into_iter().collect::<Vec<_>>().join(","))
        }
        "ssl-policy" => (protocol == Protocol::Https).then(|| text.clone()),
        "mutual-authentication" if protocol == Protocol::Https => {
            let entries: Vec<MutualAuthentication> = Payload::read_by(text, release).ok()?;
            let entry = entries.into_iter().rev().find(|entry| entry.port == port)?;
            let store = entry.trust_store.unwrap_or_default();
            Some(format!("{} {store}", entry.mode).trim().to_owned())
        }
        _ => None,
    }
}
