//! Which member of a group is the first that gives something.
//!
//! All members of a group ask the same, and going through all of them each time would take the square of their number. So
//! each [`Question`] is answered once for a group.

pub use crate::lint::context::Question;
use crate::lint::context::{Context, IngressUnderCheck};
use alb_controller::go::strconv::{parse_bool, string_list};

/// The first of the Ingresses that share a load balancer with this one, itself among them, for which the answer is yes.
pub fn first<'a, 's>(
    context: &'a Context<'s>,
    ingress: &'a IngressUnderCheck<'s>,
    question: Question,
) -> Option<&'a IngressUnderCheck<'s>> {
    context.first_member(ingress, question, |member| answer(member, question))
}

fn answer(member: &IngressUnderCheck<'_>, question: Question) -> bool {
    let text = |suffix| member.facts.text(suffix).is_some();
    let list = |suffix| member.facts.list(suffix);
    let bucket = |key| {
        let attributes = member.facts.maps("load-balancer-attributes");
        attributes.iter().any(|map| map.value.get(key).is_some_and(|name| !name.is_empty()))
    };
    match question {
        Question::SchemeOrEmpty => member.setting("scheme").is_some() || text("scheme"),
        Question::Scheme => text("scheme"),
        Question::AddressType => text("ip-address-type"),
        Question::WebAclName => text("wafv2-acl-name"),
        Question::SecurityGroups => list("security-groups").is_some_and(|list| !list.value.is_empty()),
        Question::SecurityGroupsByAnnotation => {
            member.read("security-groups").is_some_and(|list| !string_list(list).is_empty())
        }
        Question::BackendRules => member.setting("manage-backend-security-group-rules").is_some(),
        Question::FrontendNlb => member.read("enable-frontend-nlb").map(parse_bool) == Some(Ok(true)),
        Question::FrontendNlbScheme => member.read("frontend-nlb-scheme").is_some(),
        Question::FrontendNlbSubnets => list("frontend-nlb-subnets").is_some(),
        Question::AccessLogs => bucket("access_logs.s3.bucket"),
        Question::ConnectionLogs => bucket("connection_logs.s3.bucket"),
        Question::HealthCheckLogs => bucket("health_check_logs.s3.bucket"),
    }
}
