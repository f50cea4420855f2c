//! Rules about who may connect: security groups, networks, prefix lists.
//!
//! Without `security-groups` the controller makes a security group with the networks and prefix lists that are given, or
//! with the whole world. With them it makes none, and the lists of who may connect have no effect.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::load_balancer::{address_type, first_duplicate, frontend_nlb, security_groups};
use crate::lint::facts::members::Question;
use alb_controller::go::strconv::parse_cidr;
use alb_controller::model::{Effective, EffectiveFrom};
use alb_controller::releases::Behaviour;

rules! {
    ALB025 Error "allow-list-without-effect" {
        summary: "`inbound-cidrs` or `security-group-prefix-lists` beside `security-groups`",
        explanation: "With `security-groups` the controller makes no security group of its own, so that the networks \
            and prefix lists are in none: who may connect is what the given groups say. The Ingress then reads as if \
            the ALB were closed.",
        help: "put the networks into an inbound rule of the given security groups and remove [[ingress.inboundCidrs; the annotation \
            `inbound-cidrs`]], or remove [[ingress.securityGroups]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:285-337",
    }
    ALB026 Warning "way-to-the-targets-not-opened" {
        summary: "`security-groups` without `manage-backend-security-group-rules`",
        explanation: "With security groups of your own the controller leaves those of the nodes and pods alone, unless \
            `manage-backend-security-group-rules: \"true\"` is set (its default is a flag of the controller, off). If \
            no rule lets the ALB in, all targets time out and the ALB answers 504.",
        help: "set [[ingress.manageBackendSecurityGroupRules: true; the annotation `manage-backend-security-group-rules`]]; or set it to \
            false and add an inbound rule yourself, from the ALB's security group to the node ports or to the pods",
        source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:309-333; pkg/ingress/model_builder.go:571-599",
    }
    ALB028 Error | Warning "inbound-cidrs-invalid" {
        summary: "`inbound-cidrs` has an entry that is not a network, opens the ALB to the world, or lets nobody in",
        explanation: "Each entry is a network such as `203.0.113.0/24`; a single address is `/32`. Anything else stops \
            the controller (event FailedBuildModel), even beside `security-groups`. A list without any entry is as \
            none: the ALB is open to the world. IPv6 networks are dropped unless `ip-address-type` is one of the \
            `dualstack` types, so that a list of nothing else lets nobody in.\n\n`0.0.0.0/0` beside other networks \
            makes them idle, and an IPv6 network beside IPv4 ones is lost on an IPv4 ALB: warnings.",
        help: "write networks with commas between them: `203.0.113.0/24,198.51.100.7/32`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:274-300, model_build_managed_sg.go:76-118, \
            model_builder.go:494-497",
    }
    ALB069 Error | Warning "inbound-cidrs-not-canonical" {
        summary: "a network of `inbound-cidrs` is not written as EC2 stores it",
        explanation: "`203.0.113.7/24` has bits behind its prefix, `2001:DB8::/32` capitals. The controller takes \
            both, and EC2 stores `203.0.113.0/24` and `2001:db8::/32`. The controller then compares texts and finds \
            the rule missing, so that each reconcile after the first ends in `InvalidPermission.Duplicate` (event \
            FailedDeployModel), and nothing behind it is applied any more. Before v2.12.0 it deletes the rule and adds \
            it again each time: for a moment nobody gets in, which is a warning.",
        help: "write the network in canonical form: no bits behind the prefix, IPv6 in small letters and shortest form",
        source: "LBC v3.5.0 pkg/networking/security_group_info.go:41-53; aws-load-balancer-controller#4893",
    }
    ALB078 Error "security-group-twice" {
        summary: "an id in `security-groups` comes twice",
        explanation: "The controller counts what it asked AWS for and what it got, and stops: `couldn't find all \
            security groups: requested ids [sg-1, sg-1] but found [sg-1]`. A Name that comes twice is merged; before \
            v2.9.0 it is an error as well.",
        help: "name each security group once",
        source: "LBC v3.5.0 pkg/networking/security_group_resolver.go:37-145",
    }
}

const CIDRS: &str = "inbound-cidrs";
const PREFIX_LISTS: &str = "security-group-prefix-lists";

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(networks(context, ingress));
        findings.extend(without_effect(context, ingress));
        findings.extend(not_opened(context, ingress));
        findings.extend(doubled(context, ingress));
    }
    findings
}

fn networks(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let Some(list) = ingress.facts.list(CIDRS) else {
        return Vec::new();
    };
    let mut findings: Vec<Finding> = list
        .value
        .iter()
        .filter(|item| parse_cidr(item).is_err())
        .map(|item| no_network(context, &list, item))
        .collect();
    if security_groups(context, ingress).is_some() {
        return findings;
    }
    let ipv4_only = address_type(context, ingress) == Some("ipv4");
    let by_prefix_list = ingress.facts.list(PREFIX_LISTS).is_some_and(|lists| !lists.value.is_empty());
    findings.extend(families(context, &list, ipv4_only, by_prefix_list));
    for item in &list.value {
        let dropped = ipv4_only && item.contains(':');
        if let Ok(canonical) = parse_cidr(item)
            && canonical != *item
            && !dropped
        {
            let (severity, so) = match context.has(Behaviour::GrantedFirst) {
                true => (Severity::Error, "every reconcile after the first fails (InvalidPermission.Duplicate)"),
                false => (Severity::Warning, "at each reconcile the controller deletes the rule and adds it again"),
            };
            let message = format!("{CIDRS}: {item} is stored as {canonical}, and {so}");
            let finding = context.at_effective(&list, &ALB069, message).severity(severity);
            findings.push(finding.help(format!("write {canonical}")));
        }
    }
    findings
}

fn no_network(context: &Context<'_>, list: &Effective<'_, Vec<String>>, item: &str) -> Finding {
    let finding = context.at_effective(list, &ALB028, format!("{CIDRS}: {item:?} is not a network"));
    let address: Option<std::net::IpAddr> = item.parse().ok();
    if let Some(address) = address {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        finding.help(format!("write {address}/{bits}: a single address is a network of its own"))
    } else if item.contains(char::is_whitespace) {
        finding.help("separate the networks by commas, not by blanks or line ends")
    } else {
        finding
    }
}

/// Checks the list as a whole: which clients it lets in.
fn families(
    context: &Context<'_>,
    list: &Effective<'_, Vec<String>>,
    ipv4_only: bool,
    by_prefix_list: bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let worst = if by_prefix_list { Severity::Warning } else { Severity::Error };
    let mut add = |severity, message: &str, help: Help| {
        let finding = context.at_effective(list, &ALB028, format!("{CIDRS}: {message}"));
        findings.push(finding.severity(severity).help(help));
    };
    let (six, four): (Vec<&String>, Vec<&String>) = list.value.iter().partition(|item| item.contains(':'));
    if list.value.is_empty() {
        let message = if by_prefix_list {
            "there is no network in it"
        } else {
            "there is no network in it, and the ALB would be open to the world"
        };
        add(worst, message, "name the networks, or remove the annotation".into());
    }
    if ipv4_only && !six.is_empty() {
        let (severity, message) = if four.is_empty() {
            (
                worst,
                "IPv6 networks are dropped, since ip-address-type is ipv4, and there is no other: nobody could connect",
            )
        } else {
            (Severity::Warning, "IPv6 networks are dropped, since ip-address-type is ipv4")
        };
        let help = "set [[ingress.ipAddressType: dualstack]], or remove the IPv6 networks";
        add(severity, message, help.into());
    }
    for (world, family) in [("0.0.0.0/0", &four), ("::/0", &six)] {
        let others = family.iter().any(|item| *item != world);
        if others && family.iter().any(|item| *item == world) {
            let message = format!("{world} is everybody, so that the other networks change nothing");
            let help = format!("remove {world} to let in the other networks only, or remove the others");
            add(Severity::Warning, &message, help.into());
        }
    }
    findings
}

fn without_effect(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let Some(given) = security_groups(context, ingress) else {
        return Vec::new();
    };
    let of = if *given == ingress.facts.key { String::new() } else { format!(" of {given}") };
    let lists = [CIDRS, PREFIX_LISTS].into_iter().filter_map(|suffix| {
        let list = ingress.facts.list(suffix).filter(|list| !list.value.is_empty())?;
        if matches!(list.from, EffectiveFrom::Annotation(_)) && context.has_lost_allow_list(ingress.object) {
            return None;
        }
        let message =
            format!("{suffix} has no effect beside the security-groups{of}: it lets in nobody, and keeps nobody out");
        Some(context.at_effective(&list, &ALB025, message))
    });
    lists.collect()
}

/// What to do where the controller never opens the way.
const OPEN_IT_YOURSELF: &str = "add an inbound rule yourself, from the ALB's security group to the node ports or to the pods, and allow this finding; or upgrade the controller to v2.3.0 or later";

fn not_opened(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let list = ingress.facts.list("security-groups").filter(|list| !list.value.is_empty())?;
    let suffix = "manage-backend-security-group-rules";
    context.first_member(ingress, Question::BackendRules).is_none().then(|| {
        let message = format!("security-groups without {suffix}: no rule opens the way from the ALB to the targets");
        let finding = context.at_effective(&list, &ALB026, message);
        match context.has(Behaviour::BackendRulesByAnnotation) {
            true => finding,
            false => finding.help(OPEN_IT_YOURSELF),
        }
    })
}

fn doubled(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut suffixes = vec!["security-groups"];
    if frontend_nlb(context, ingress) {
        suffixes.push("frontend-nlb-security-groups");
    }
    let found = suffixes.into_iter().filter_map(|suffix| {
        let list = ingress.facts.list(suffix)?;
        let prefix = if context.has(Behaviour::SecurityGroupNamesMerged) { "sg-" } else { "" };
        let id = first_duplicate(&list.value, prefix)?;
        Some(context.at_effective(&list, &ALB078, format!("{suffix} has {id} twice")))
    });
    found.collect()
}
