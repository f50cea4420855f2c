//! An ALB that is more open than its Ingress asks for, because of class parameters, other members of the group, or an old
//! controller.
//!
//! The Ingress of the filter has the clients that may connect, carried over from the old load balancer or configured. Other
//! objects of the stream can override it. So the model is asked what is built, and that is compared with the Ingress. An ALB
//! that is more closed than the Ingress asks for is left to other rules.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::ALB024;
use crate::finding::{Finding, Rule, Severity};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::migrate::rules::ALB027;
use alb_controller::catalogue;
use alb_controller::go::strconv::string_list;

#[cfg(test)]
mod tests;

/// What the old load balancer of a gateway was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Before {
    /// Internal for certain.
    pub internal: bool,
    /// The scheme of the NLB in front of the ALB is asked for.
    pub says_frontend: bool,
}

/// Compares the Ingress of a gateway with the load balancer that is built from it and from the objects beside it.
pub fn check(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, before: Before) -> Vec<Finding> {
    scheme(context, ingress, before)
        .into_iter()
        .chain(frontend(context, ingress, before))
        .chain(sources(context, ingress))
        .collect()
}

/// The same for manifests as they stand: an Ingress says what is asked for, and what else is in the stream overrides it.
pub fn as_is(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        let found = check(context, ingress, Before::default());
        let is_internal = ingress.built().is_some_and(|built| built.load_balancer.scheme == catalogue::INTERNAL);
        // Other networks of an ALB that is internal against what was asked for are not more open.
        let is_closed = is_internal && ingress.annotation("scheme") == Some(catalogue::INTERNET_FACING);
        let severity = |finding: Finding| if is_closed { finding.severity(Severity::Warning) } else { finding };
        findings.extend(found.into_iter().map(severity));
    }
    findings
}

fn scheme(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, before: Before) -> Option<Finding> {
    let scheme = ingress.annotation("scheme");
    let open = ingress.built()?.load_balancer.scheme == catalogue::INTERNET_FACING;
    let was = match scheme {
        Some(catalogue::INTERNAL) => format!("Ingress {} says internal", ingress.facts.key),
        Some(catalogue::INTERNET_FACING) => return None,
        _ if before.internal => "the old load balancer is internal".to_owned(),
        _ => return None,
    };
    open.then(|| {
        let message = format!("{was}, and the ALB is made internet-facing here");
        by(context, ingress, &ALB024, &["scheme"], &message)
            .help("set the same scheme in both places, or give the gateway an ALB of its own")
    })
}

fn frontend(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, before: Before) -> Option<Finding> {
    let built = ingress.built()?;
    let open = built.frontend_nlb.as_ref()?.scheme == catalogue::INTERNET_FACING;
    (open && before.internal && built.load_balancer.scheme == catalogue::INTERNAL).then(|| {
        let message = "the old load balancer is internal, and an internet-facing NLB would be in front of the ALB";
        by(context, ingress, &ALB024, &["frontend-nlb-scheme"], message)
            .help("remove the annotation; if it is what you want, set it in [[ingress.annotations]]")
            .severity(if before.says_frontend { Severity::Warning } else { Severity::Error })
    })
}

/// Clients can connect that the Ingress does not let in.
fn sources(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let lists = ["inbound-cidrs", "security-group-prefix-lists"];
    let allowed: BTreeSet<String> =
        lists.iter().filter_map(|suffix| ingress.annotation(suffix)).flat_map(string_list).collect();
    if allowed.is_empty() {
        return None;
    }
    let networks: Vec<IpNet> = allowed.iter().filter_map(|source| source.parse().ok()).collect();
    let ports: BTreeSet<i32> = ingress.listeners.iter().map(|own| own.listener.port).collect();
    let others: BTreeSet<&str> = ingress
        .built()?
        .inbound
        .iter()
        .filter(|rule| ports.contains(&rule.port))
        .map(|rule| rule.source.as_str())
        .filter(|source| !allowed.contains(*source) && !networks.iter().any(|network| contains(network, source)))
        .collect();
    (!others.is_empty()).then(|| {
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        let others: Vec<&str> = others.into_iter().collect();
        let message = format!(
            "Ingress {} lets in {} only, and the ALB also lets in {}",
            ingress.facts.key,
            allowed.join(","),
            others.join(",")
        );
        by(context, ingress, &ALB027, &lists, &message).help(
            "give the parameters of the class and the members of the group the same list as the Ingress; a controller that is too \
             old for an annotation needs networks in [[ingress.inboundCidrs]]",
        )
    })
}

fn contains(network: &IpNet, source: &str) -> bool {
    source.parse().is_ok_and(|source: IpNet| network.contains(&source))
}

/// A finding about the object that is in effect: the class parameters or another member, else the Ingress.
fn by(
    context: &Context<'_>,
    ingress: &IngressUnderCheck<'_>,
    rule: &'static Rule,
    suffixes: &[&str],
    message: &str,
) -> Finding {
    for member in context.members(ingress) {
        for suffix in suffixes {
            let Some(setting) = member.facts.in_effect(suffix) else {
                continue;
            };
            if setting.is_of_class() || member.facts.key != ingress.facts.key {
                return context.at_effective(&setting, rule, message);
            }
        }
    }
    match suffixes {
        [suffix] => ingress.at(rule, suffix, message),
        _ => ingress.finding(rule, message),
    }
}
