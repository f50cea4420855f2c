//! Rules about the load balancer itself: its name and place, its web ACL, what stands in front of it.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::load_balancer::{first_duplicate, frontend_nlb, scheme, security_groups};
use crate::lint::facts::members::Question;
use alb_controller::catalogue;
use alb_controller::go::strconv::parse_bool;
use alb_controller::model::{Effective, WebAcl};
use alb_controller::validation;

rules! {
    ALB021 Error "load-balancer-name-invalid" {
        summary: "`load-balancer-name` is a name that AWS refuses",
        explanation: "A name has 1 to 32 letters, digits and `-`. It does not begin or end with `-`, and does not begin with \
            `internal-`. The controller counts the bytes and stops at 33 (event FailedBuildModel); everything else AWS \
            refuses when the ALB is created (event FailedDeployModel). The name is used at creation only, and is \
            unique per account and region over ALBs and NLBs.",
        help: "use letters, digits and `-`, or remove [[ingress.loadBalancerName]]: the controller then makes up a name",
        source: "AWS elbv2 API, CreateLoadBalancer Name; LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:97-121",
    }
    ALB023 Error "too-few-subnets" {
        summary: "`subnets` has fewer than two entries, or one subnet twice",
        explanation: "An ALB stands in two zones at least, with one subnet in each, so the controller stops at fewer \
            than two (event FailedBuildModel: `subnets count less than minimal required count: 1 < 2`). A single one \
            is right only in a Local Zone or on an Outpost: allow this finding there. A subnet id that is given twice \
            is an error even beside two others: `couldn't find all subnets`. With an empty list the controller does not \
            look for subnets by their tags.",
        help: "name one subnet in each of two zones, or remove [[ingress.subnets; the annotation `subnets`]]: the controller then finds \
            subnets by their tags",
        source: "LBC v3.5.0 pkg/networking/subnet_resolver.go:257-343, 713-728",
    }
    ALB030 Warning "web-acl-by-arn-and-by-name" {
        summary: "`wafv2-acl-arn` beside `wafv2-acl-name`",
        explanation: "As soon as any Ingress of the group names a web ACL by `wafv2-acl-name`, the ARNs of all of them \
            are not read, without an event. With `wafv2-acl-name: none` the ALB has no web ACL at all.",
        help: "keep one of the two",
        source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer_addons.go:35-106",
    }
    ALB031 Error "web-acl-arn-invalid" {
        summary: "`wafv2-acl-arn` is not the ARN of a regional web ACL of WAFv2, or is of another region than the certificate",
        explanation: "An ALB takes a regional web ACL, `arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>`. \
            A global one is for CloudFront. The controller passes the text on, AWS refuses it (event \
            FailedDeployModel), and the ALB has no web ACL. `none`, in small letters, takes a web ACL \
            off.\n\nAn ALB takes its certificates and its web ACL from its own region: if the two are in different regions, one of \
            them is wrong.",
        help: "copy the ARN of the web ACL from the console, in the region of the ALB",
        source: "https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html; LBC v3.5.0 \
            pkg/ingress/model_build_load_balancer_addons.go:92-104",
    }
    ALB032 Warning "shield-needs-a-subscription" {
        summary: "`shield-advanced-protection` is on",
        explanation: "Without a subscription of Shield Advanced in the account the controller ignores it silently: \
            there is no protection, and no event. The subscription costs a monthly fee, with a commitment of a year. \
            (Shield Standard is always on.)",
        help: "check that the account has the subscription, and allow this finding: [[findings.allow: ALB032]]",
        source: "LBC v3.5.0 pkg/deploy/stack_deployer.go:159-165; \
            pkg/ingress/model_build_load_balancer_addons.go:142-166",
    }
    ALB087 Error "frontend-nlb-addresses" {
        summary: "Elastic IPs for the NLB in front that it can't have",
        explanation: "`frontend-nlb-eip-allocations` is for an NLB with `frontend-nlb-scheme: internet-facing` (the \
            default is `internal`, whatever the scheme of the ALB), and has one allocation for each of the \
            `frontend-nlb-subnets`. Otherwise the controller stops: `EIP allocations can only be set for internet \
            facing load balancers`, `count of EIP allocations (1) and subnets (2) must match`.",
        help: "set `frontend-nlb-scheme: internet-facing`, and name as many subnets as addresses",
        source: "LBC v3.5.0 pkg/ingress/model_build_frontend_nlb.go:142-192",
    }
    ALB089 Error | Warning "id-of-another-kind" {
        summary: "an entry of `security-group-prefix-lists` or an address pool whose id is of another kind, or public \
            addresses of an internal ALB",
        explanation: "Prefix lists are given by id (`pl-…`), not by name; an IPAM pool is `ipam-pool-…`, a \
            customer-owned pool `ipv4pool-coip-…`. The controller passes them on, and AWS refuses other texts (event \
            FailedDeployModel).\n\n`ip-address-type: dualstack-without-public-ipv4` and `ipam-ipv4-pool-id` are about \
            public addresses, which an internal ALB has not: that is a warning.",
        help: "write the id as AWS shows it",
        source: "AWS elbv2 API, CreateLoadBalancer and IpamPools; \
            https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html",
    }
    ALB100 Warning "web-acl-set-by-hand-is-taken-off" {
        summary: "no web ACL is named, and the controller is older than 2.8.2",
        explanation: "Up to release 2.8.1 the controller takes off, at each reconcile, a web ACL of WAFv2 that somebody attached by hand or \
            by a policy of AWS Firewall Manager: an Ingress without the annotation has none for it. \
            Since 2.8.2 it leaves such a web ACL alone.",
        help: "name the web ACL: [[ingress.wafv2AclArn]]; or update the controller to 2.8.2 or later",
        source: "LBC v2.8.2 pkg/ingress/model_build_load_balancer_addons.go, pkg/deploy/wafv2; \
            https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3780; \
            https://github.com/advisories/GHSA-rjfv-pjvx-mjgv",
    }
    ALB106 Warning "subnets-by-zone-name" {
        summary: "`subnets` has the name of a zone where the id or the Name tag of a subnet belongs",
        explanation: "The controller takes an entry that begins with `subnet-` for an id, and looks up every other one as \
            the value of the tag `Name`. For `us-west-2a` it finds a subnet only where somebody gave one that name. \
            Otherwise nothing is built: `couldn't find all subnets` (event FailedBuildModel).",
        help: "name one subnet of each zone by its id or by its Name tag, or remove [[ingress.subnets; the annotation `subnets`]]: the \
            controller then finds subnets by their tags",
        source: "LBC v3.5.0 pkg/networking/subnet_resolver.go:257-343; https://github.com/istio/istio/issues/28826",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(name(context, ingress));
        findings.extend(subnets(context, ingress));
        findings.extend(web_acl(context, ingress));
        findings.extend(web_acl_by_hand(context, ingress));
        findings.extend(shield(ingress));
        findings.extend(fixed_addresses(context, ingress));
        findings.extend(ids(context, ingress));
        findings.extend(public_addresses(context, ingress));
    }
    findings
}

fn name(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let name = ingress.facts.text("load-balancer-name")?;
    let fault = validation::load_balancer_name(name.value).err()?;
    let finding = context.at_effective(&name, &ALB021, format!("load-balancer-name {}", fault.what));
    let or = |help: String| {
        Help::from(help).then(", or remove [[ingress.loadBalancerName]]: the controller then makes up a name")
    };
    Some(finding.maybe_help(fault.help.map(or)))
}

fn subnets(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(list) = ingress.facts.list("subnets") {
        // A customer-owned pool is on an Outpost, where one subnet is enough.
        let on_an_outpost = ingress.read("customer-owned-ipv4-pool").is_some();
        findings.extend(listed(context, "subnets", &list, if on_an_outpost { 1 } else { 2 }));
        findings.extend(zones(context, "subnets", &list));
    }
    if frontend_nlb(context, ingress)
        && let Some(list) = ingress.facts.list("frontend-nlb-subnets")
    {
        findings.extend(listed(context, "frontend-nlb-subnets", &list, 1));
        findings.extend(zones(context, "frontend-nlb-subnets", &list));
    }
    findings
}

fn listed(context: &Context<'_>, name: &str, list: &Effective<'_, Vec<String>>, minimum: usize) -> Option<Finding> {
    let items = &list.value;
    let distinct: BTreeSet<&String> = items.iter().collect();
    let (message, help) = if distinct.is_empty() {
        let help = "name subnets, or remove the annotation: the controller then finds subnets by their tags";
        (format!("{name} names no subnet: it has nothing but commas"), Some(help.to_owned()))
    } else if let Some(id) = first_duplicate(items, "subnet-") {
        (format!("{name} has {id} twice"), Some(format!("remove the second {id}")))
    } else if distinct.len() < minimum {
        (format!("{name} names one subnet only: an ALB is in two zones at least"), None)
    } else {
        return None;
    };
    Some(context.at_effective(list, &ALB023, message).maybe_help(help))
}

fn zones(context: &Context<'_>, name: &str, list: &Effective<'_, Vec<String>>) -> Option<Finding> {
    let zones: Vec<&str> = list.value.iter().map(String::as_str).filter(|entry| is_zone_name(entry)).collect();
    let message = format!("{name} has {}: subnets are found by id or Name tag, not by zone", zones.join(", "));
    (!zones.is_empty()).then(|| context.at_effective(list, &ALB106, message))
}

/// `us-west-2a`, `us-gov-east-1b`, `us-west-2-lax-1a`: a region and a letter; of a local zone, a region, a place and a letter
/// (AWS Local Zones User Guide, "Available Local Zones").
fn is_zone_name(text: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_digit = |text: &str| matches!(text.as_bytes(), [digit] if digit.is_ascii_digit());
    let Some((area, zone)) = text.rsplit_once('-') else {
        return false;
    };
    let mut words: Vec<&str> = area.split('-').collect();
    if let [.., number, place] = words[..]
        && is_digit(number)
        && is_word(place)
    {
        words.truncate(words.len() - 2);
    }
    words.len() > 1
        && words[0].len() == 2
        && words.iter().all(|word| is_word(word))
        && matches!(zone.as_bytes(), [digit, letter] if digit.is_ascii_digit() && letter.is_ascii_lowercase())
}

fn web_acl(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let arn = ingress.facts.text("wafv2-acl-arn")?;
    if let Some(member) = context.first_member(ingress, Question::WebAclName)
        && let Some(name) = member.facts.text("wafv2-acl-name")
    {
        let of =
            if member.facts.key == ingress.facts.key { String::new() } else { format!(" of {}", member.facts.key) };
        let message = format!("wafv2-acl-arn is not read: wafv2-acl-name {}{of} counts", name.value);
        return Some(context.at_effective(&arn, &ALB030, message));
    }
    if let Err(fault) = validation::web_acl(arn.value) {
        let message = format!("wafv2-acl-arn {}", fault.what);
        return Some(context.at_effective(&arn, &ALB031, message).maybe_help(fault.help));
    }
    let region = validation::web_acl_region(arn.value)?;
    let certificates = ingress.facts.list("certificate-arn")?;
    let mut regions = certificates.value.iter().filter_map(|arn| validation::certificate_region(arn).ok()?);
    let other = regions.find(|other| *other != region)?;
    let message =
        format!("the web ACL is in {region}, and a certificate is in {other}: an ALB takes both from its own region");
    let help = "name the web ACL and the certificates of the region in which the cluster is";
    Some(context.at_effective(&arn, &ALB031, message).help(help))
}

fn web_acl_by_hand(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let taken_off = ingress.built()?.wafv2 == WebAcl::DetachedByRelease;
    let release = context.options.release();
    let message = format!("release {release} of the controller takes off a web ACL that was attached by hand");
    taken_off.then(|| ingress.finding(&ALB100, message))
}

fn shield(ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let suffix = "shield-advanced-protection";
    let on = parse_bool(ingress.read(suffix)?).ok()?;
    on.then(|| {
        let message = "Shield Advanced protects only if the account has the subscription";
        ingress.at(&ALB032, suffix, message)
    })
}

fn fixed_addresses(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let suffix = "frontend-nlb-eip-allocations";
    let addresses = ingress.facts.list(suffix)?.value;
    if !frontend_nlb(context, ingress) {
        return None;
    }
    let with_scheme = context.first_member(ingress, Question::FrontendNlbScheme);
    let message = match with_scheme.and_then(|member| member.read("frontend-nlb-scheme")) {
        Some(catalogue::INTERNET_FACING) => {
            let with_subnets = context.first_member(ingress, Question::FrontendNlbSubnets)?;
            let subnets = with_subnets.facts.list("frontend-nlb-subnets")?;
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
    Some(ingress.at(&ALB087, suffix, message))
}

/// Ids by what they begin with.
fn ids(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is = |text: &str, prefix: &str| {
        text.strip_prefix(prefix).is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    let suffix = "security-group-prefix-lists";
    // Beside security groups they are not read at all, which has a rule of its own.
    let read = security_groups(context, ingress).is_none();
    if let Some(lists) = ingress.facts.list(suffix).filter(|_| read) {
        let wrong = lists.value.iter().filter(|item| !is(item, "pl-"));
        findings.extend(wrong.map(|item| {
            context
                .at_effective(&lists, &ALB089, format!("{suffix}: {item:?} is not the id of a prefix list"))
                .help("write the id, which begins with `pl-`")
        }));
    }
    for (suffix, prefix) in [("ipam-ipv4-pool-id", "ipam-pool-"), ("customer-owned-ipv4-pool", "ipv4pool-coip-")] {
        let pool = ingress.facts.text(suffix).filter(|pool| !is(pool.value, prefix));
        findings.extend(pool.map(|pool| {
            let message = format!("{suffix}: {:?} is not the id of such a pool", pool.value);
            context.at_effective(&pool, &ALB089, message).help(format!("write the id, which begins with `{prefix}`"))
        }));
    }
    findings
}

fn public_addresses(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if scheme(context, ingress) != Some(catalogue::INTERNAL) {
        return findings;
    }
    let without = "dualstack-without-public-ipv4";
    let kind = ingress.facts.text("ip-address-type").filter(|kind| kind.value == without);
    findings.extend(kind.map(|kind| {
        let message = format!("ip-address-type {without} is for an internet-facing ALB, and this one is internal");
        let help = "set [[ingress.ipAddressType: dualstack]]";
        context.at_effective(&kind, &ALB089, message).severity(Severity::Warning).help(help)
    }));
    let pool = ingress.facts.text("ipam-ipv4-pool-id");
    findings.extend(pool.map(|pool| {
        let message = "ipam-ipv4-pool-id is about public addresses, and the ALB is internal";
        context.at_effective(&pool, &ALB089, message).severity(Severity::Warning).help("remove `ipam-ipv4-pool-id`")
    }));
    findings
}
