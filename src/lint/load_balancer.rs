//! Rules about the load balancer itself: its name and place, its web ACL, what stands in front of it.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::exposure;
use super::scene::{Scene, Subject};
use super::{Finding, Rule, Severity};
use crate::alb::model::Effective;
use crate::alb::values::parse_bool;
use crate::config::aws;

/// A name that AWS refuses.
pub static ALB021: Rule = Rule {
    id: "ALB021",
    name: "load-balancer-name-invalid",
    severity: Severity::Error,
    summary: "`load-balancer-name` is none that AWS takes",
    explanation: "A name has 1 to 32 letters, digits and `-`, begins and ends with none, and does not begin with `internal-`. The \
controller counts the bytes and stops at 33 (event FailedBuildModel); everything else AWS refuses when the ALB is created (event \
FailedDeployModel). The name is used at creation only, and is unique per account and region over ALBs and NLBs.",
    help: "use letters, digits and `-`, or leave the annotation out and get a generated name",
    source: "AWS elbv2 API, CreateLoadBalancer Name; LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:97-121",
};

/// Too few subnets, or one twice.
pub static ALB023: Rule = Rule {
    id: "ALB023",
    name: "too-few-subnets",
    severity: Severity::Error,
    summary: "`subnets` has fewer than two entries, or one subnet twice",
    explanation: "An ALB stands in two zones at least, with one subnet in each, so the controller stops at fewer than two (event \
FailedBuildModel: `subnets count less than minimal required count: 1 < 2`). A single one is right only in a Local Zone or on an \
Outpost: allow this finding there. A subnet id that is given twice is an error even beside two others: `couldn't find all \
subnets`. A list without any entry is no discovery.",
    help: "name one subnet in each of two zones, or leave the annotation out: the controller then discovers subnets by their tags",
    source: "LBC v3.5.0 pkg/networking/subnet_resolver.go:257-343, 713-728",
};

/// Two web ACLs.
pub static ALB030: Rule = Rule {
    id: "ALB030",
    name: "web-acl-by-arn-and-by-name",
    severity: Severity::Warning,
    summary: "`wafv2-acl-arn` beside `wafv2-acl-name`",
    explanation: "As soon as any Ingress of the group names a web ACL by `wafv2-acl-name`, the ARNs of all of them are not read, \
without a word. With `wafv2-acl-name: none` the ALB has no web ACL at all.",
    help: "keep one of the two",
    source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer_addons.go:35-106",
};

/// A web ACL that AWS refuses.
pub static ALB031: Rule = Rule {
    id: "ALB031",
    name: "web-acl-arn-invalid",
    severity: Severity::Error,
    summary: "`wafv2-acl-arn` is no ARN of a regional web ACL of WAFv2",
    explanation: "An ALB takes a regional web ACL, `arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>`. A global one is \
for CloudFront. The controller passes the text on, AWS refuses it (event FailedDeployModel), and the ALB stands there without a \
web ACL. `none`, in small letters, takes a web ACL off.",
    help: "copy the ARN of the web ACL from the console, in the region of the ALB",
    source: "https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html; LBC v3.5.0 \
pkg/ingress/model_build_load_balancer_addons.go:92-104",
};

/// Shield.
pub static ALB032: Rule = Rule {
    id: "ALB032",
    name: "shield-needs-a-subscription",
    severity: Severity::Warning,
    summary: "`shield-advanced-protection` is on",
    explanation: "Without a subscription of Shield Advanced in the account the controller passes over it silently: there is no \
protection, and no event. The subscription costs a monthly fee, with a commitment of a year. (Shield Standard is always on.)",
    help: "be sure that the account has the subscription, and allow this finding",
    source: "LBC v3.5.0 pkg/deploy/stack_deployer.go:159-165; pkg/ingress/model_build_load_balancer_addons.go:142-166",
};

/// Fixed addresses that the NLB in front does not get.
pub static ALB087: Rule = Rule {
    id: "ALB087",
    name: "frontend-nlb-addresses",
    severity: Severity::Error,
    summary: "Elastic IPs for the NLB in front that it can't have",
    explanation: "`frontend-nlb-eip-allocations` is for an NLB with `frontend-nlb-scheme: internet-facing` (the default is \
`internal`, whatever the scheme of the ALB), and has one allocation for each of the `frontend-nlb-subnets`. Otherwise the \
controller stops: `EIP allocations can only be set for internet facing load balancers`, `number of EIP allocations (1) and subnets \
(2) must match`.",
    help: "set `frontend-nlb-scheme: internet-facing`, and name as many subnets as addresses",
    source: "LBC v3.5.0 pkg/ingress/model_build_frontend_nlb.go:142-192",
};

/// Ids that AWS refuses, and addresses that an internal ALB has not.
pub static ALB089: Rule = Rule {
    id: "ALB089",
    name: "id-of-another-kind",
    severity: Severity::Error,
    summary: "an entry of `security-group-prefix-lists` or an address pool whose id is of another kind, or public addresses of an \
internal ALB",
    explanation: "Prefix lists are given by id (`pl-…`), not by name; an IPAM pool is `ipam-pool-…`, a customer-owned pool \
`ipv4pool-coip-…`. The controller passes them on, and AWS refuses other texts (event FailedDeployModel).\n\n\
`ip-address-type: dualstack-without-public-ipv4` and `ipam-ipv4-pool-id` are about public addresses, which an internal ALB has \
not: that is a warning.",
    help: "give the id as AWS shows it",
    source: "AWS elbv2 API, CreateLoadBalancer and IpamPools; https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html",
};

/// The rules of this module.
pub static RULES: [&Rule; 7] = [&ALB021, &ALB023, &ALB030, &ALB031, &ALB032, &ALB087, &ALB089];

/// All of them.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in scene.ours() {
        findings.extend(name(scene, subject));
        findings.extend(subnets(scene, subject));
        findings.extend(web_acl(scene, subject));
        findings.extend(shield(subject));
        findings.extend(fixed_addresses(scene, subject));
        findings.extend(ids(scene, subject));
        findings.extend(public_addresses(scene, subject));
    }
    findings
}

fn name(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    let name = subject.facts.text("load-balancer-name")?;
    let fault = aws::load_balancer_name(name.value).err()?;
    Some(scene.at_effective(&name, &ALB021, format!("load-balancer-name {}", fault.what)))
}

fn subnets(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(list) = subject.facts.list("subnets") {
        // A customer-owned pool is on an Outpost, where one subnet is enough.
        let on_an_outpost = subject.read("customer-owned-ipv4-pool").is_some();
        findings.extend(listed(scene, "subnets", &list, if on_an_outpost { 1 } else { 2 }));
    }
    if frontend_nlb(scene, subject)
        && let Some(list) = subject.facts.list("frontend-nlb-subnets")
    {
        findings.extend(listed(scene, "frontend-nlb-subnets", &list, 1));
    }
    findings
}

fn listed(scene: &Scene<'_>, name: &str, list: &Effective<'_, Vec<String>>, minimum: usize) -> Option<Finding> {
    let items = &list.value;
    let distinct: BTreeSet<&String> = items.iter().collect();
    let message = if distinct.is_empty() {
        format!("{name} names no subnet: it is a list of commas")
    } else if let Some(id) = twice(items, "subnet-") {
        format!("{name} has {id} twice")
    } else if distinct.len() < minimum {
        format!("{name} names one subnet only: an ALB stands in two zones at least")
    } else {
        return None;
    };
    Some(scene.at_effective(list, &ALB023, message))
}

/// The first item with this prefix that comes again.
#[must_use]
pub fn twice<'i>(items: &'i [String], prefix: &str) -> Option<&'i String> {
    let mut seen = BTreeSet::new();
    let mut ids = items.iter().filter(|item| item.starts_with(prefix));
    ids.find(|id| !seen.insert(*id))
}

fn web_acl(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    let arn = subject.facts.text("wafv2-acl-arn")?;
    let suffix = "wafv2-acl-name";
    let names = |member: &Subject<'_>| member.facts.text(suffix).is_some();
    if let Some(member) = scene.first_member(subject, suffix, names)
        && let Some(name) = member.facts.text(suffix)
    {
        let of =
            if member.facts.key == subject.facts.key { String::new() } else { format!(" of {}", member.facts.key) };
        let message = format!("wafv2-acl-arn is not read: wafv2-acl-name {}{of} counts", name.value);
        return Some(scene.at_effective(&arn, &ALB030, message));
    }
    let fault = aws::web_acl(arn.value).err()?;
    let finding = scene.at_effective(&arn, &ALB031, format!("wafv2-acl-arn {}", fault.what));
    Some(match fault.help {
        Some(help) => finding.help(help),
        None => finding,
    })
}

fn shield(subject: &Subject<'_>) -> Option<Finding> {
    let suffix = "shield-advanced-protection";
    let on = parse_bool(subject.read(suffix)?).ok()?;
    on.then(|| {
        let message = "Shield Advanced protects only if the account has the subscription";
        subject.at(&ALB032, suffix, message)
    })
}

/// Whether some member of the group puts an NLB in front.
#[must_use]
pub fn frontend_nlb(scene: &Scene<'_>, subject: &Subject<'_>) -> bool {
    let suffix = "enable-frontend-nlb";
    let asks = |member: &Subject<'_>| member.read(suffix).map(parse_bool) == Some(Ok(true));
    scene.first_member(subject, suffix, asks).is_some()
}

fn fixed_addresses(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    let suffix = "frontend-nlb-eip-allocations";
    let addresses = subject.facts.list(suffix)?.value;
    if !frontend_nlb(scene, subject) {
        return None;
    }
    let scheme = "frontend-nlb-scheme";
    let first = scene.first_member(subject, scheme, |member| member.read(scheme).is_some());
    let message = match first.and_then(|member| member.read(scheme)) {
        Some("internet-facing") => {
            let subnets = "frontend-nlb-subnets";
            let names = |member: &Subject<'_>| member.facts.list(subnets).is_some();
            let first = scene.first_member(subject, subnets, names)?;
            let subnets = first.facts.list(subnets)?;
            let (addresses, subnets) = (addresses.len(), subnets.value.len());
            if addresses == subnets {
                return None;
            }
            format!(
                "{suffix} has {addresses} addresses, and frontend-nlb-subnets {subnets} subnets: one belongs to each"
            )
        }
        scheme => format!(
            "{suffix} is for an internet-facing NLB, and frontend-nlb-scheme is {}",
            scheme.unwrap_or("not set, so internal")
        ),
    };
    Some(subject.at(&ALB087, suffix, message))
}

/// Ids by what they begin with.
fn ids(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is = |text: &str, prefix: &str| {
        text.strip_prefix(prefix).is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    let suffix = "security-group-prefix-lists";
    // Beside security groups they are not read at all, which has a rule of its own.
    let read = exposure::security_groups(scene, subject).is_none();
    if let Some(lists) = subject.facts.list(suffix).filter(|_| read) {
        let wrong = lists.value.iter().filter(|item| !is(item, "pl-"));
        findings.extend(wrong.map(|item| {
            scene.at_effective(&lists, &ALB089, format!("{suffix}: {item:?} is no id of a prefix list, which is pl-…"))
        }));
    }
    for (suffix, prefix) in [("ipam-ipv4-pool-id", "ipam-pool-"), ("customer-owned-ipv4-pool", "ipv4pool-coip-")] {
        let pool = subject.facts.text(suffix).filter(|pool| !is(pool.value, prefix));
        findings.extend(pool.map(|pool| {
            let message = format!("{suffix}: {:?} is no id of such a pool, which is {prefix}…", pool.value);
            scene.at_effective(&pool, &ALB089, message)
        }));
    }
    findings
}

fn public_addresses(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if exposure::scheme(scene, subject) != Some("internal") {
        return findings;
    }
    let without = "dualstack-without-public-ipv4";
    let kind = subject.facts.text("ip-address-type").filter(|kind| kind.value == without);
    findings.extend(kind.map(|kind| {
        let message = format!("ip-address-type {without} is for an internet-facing ALB, and this one is internal");
        scene.at_effective(&kind, &ALB089, message).severity(Severity::Warning)
    }));
    let pool = subject.facts.text("ipam-ipv4-pool-id");
    findings.extend(pool.map(|pool| {
        let message = "ipam-ipv4-pool-id is about public addresses, and the ALB is internal";
        scene.at_effective(&pool, &ALB089, message).severity(Severity::Warning)
    }));
    findings
}
