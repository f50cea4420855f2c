//! What the members of a group together ask of their load balancer.

use std::collections::BTreeSet;

use super::members::Question;
use crate::lint::context::{Context, IngressUnderCheck};
use alb_controller::catalogue::{ADDRESS_TYPES, SCHEMES, known};
use alb_controller::model::Key;

/// The annotations that decide who may connect; with security groups of its own, an ALB has no allow-list.
pub const WHO_MAY_CONNECT: [&str; 3] = ["inbound-cidrs", "security-group-prefix-lists", "security-groups"];

/// The scheme of the load balancer; `None` where it is neither of the two.
pub fn scheme(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<&'static str> {
    word(context, ingress, Question::Scheme, "scheme", SCHEMES)
}

/// The address type of the load balancer; `None` where it is none.
pub fn address_type(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<&'static str> {
    word(context, ingress, Question::AddressType, "ip-address-type", ADDRESS_TYPES)
}

/// The word that the first member with one gives; the default, which is the first, where no member gives one.
fn word(
    context: &Context<'_>,
    ingress: &IngressUnderCheck<'_>,
    question: Question,
    suffix: &str,
    words: &[&'static str],
) -> Option<&'static str> {
    match context.first_member(ingress, question).and_then(|member| member.facts.text(suffix)) {
        None => words.first().copied(),
        Some(text) => known(words, text.value),
    }
}

/// The Ingress of the group that gives security groups, if one does.
pub fn security_groups<'s>(context: &Context<'s>, ingress: &IngressUnderCheck<'s>) -> Option<&'s Key> {
    context.first_member(ingress, Question::SecurityGroups).map(|member| &member.facts.key)
}

/// Whether some member of the group puts an NLB in front.
pub fn frontend_nlb(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> bool {
    context.first_member(ingress, Question::FrontendNlb).is_some()
}

/// The first item with this prefix that comes again.
pub fn first_duplicate<'i>(items: &'i [String], prefix: &str) -> Option<&'i String> {
    let mut seen = BTreeSet::new();
    let mut ids = items.iter().filter(|item| item.starts_with(prefix));
    ids.find(|id| !seen.insert(*id))
}
