//! The first member of a group that has a setting.
//!
//! The rules ask for it once for each member. Going through all members each time would take the square of their number, so a
//! [`Question`] is answered once for a group.

use std::cell::OnceCell;

use alb_controller::go::strconv::{parse_bool, string_list};
use alb_controller::model::IngressFacts;

/// A setting of which the first member that has it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// An annotation `scheme`, even an empty one, or a scheme by its class.
    SchemeOrEmpty,
    /// A scheme.
    Scheme,
    /// An address type.
    AddressType,
    /// A web ACL by name.
    WebAclName,
    /// Security groups.
    SecurityGroups,
    /// Security groups in an annotation.
    SecurityGroupsByAnnotation,
    /// `manage-backend-security-group-rules`.
    BackendRules,
    /// An NLB in front.
    FrontendNlb,
    /// The scheme of the NLB in front.
    FrontendNlbScheme,
    /// The subnets of the NLB in front.
    FrontendNlbSubnets,
    /// The bucket of access logs.
    AccessLogs,
    /// The bucket of connection logs.
    ConnectionLogs,
    /// The bucket of the logs of health checks.
    HealthCheckLogs,
}

impl Question {
    const COUNT: usize = Question::HealthCheckLogs as usize + 1;

    /// Whether a member has it.
    pub fn holds(self, member: &IngressFacts) -> bool {
        let read = |suffix| member.read_setting(suffix).map(|setting| setting.value.as_str());
        let text = |suffix| member.text(suffix).is_some();
        let list = |suffix| member.list(suffix);
        let bucket = |key| {
            let attributes = member.maps("load-balancer-attributes");
            attributes.iter().any(|map| map.value.get(key).is_some_and(|name| !name.is_empty()))
        };
        match self {
            Question::SchemeOrEmpty => read("scheme").is_some() || text("scheme"),
            Question::Scheme => text("scheme"),
            Question::AddressType => text("ip-address-type"),
            Question::WebAclName => text("wafv2-acl-name"),
            Question::SecurityGroups => list("security-groups").is_some_and(|list| !list.value.is_empty()),
            Question::SecurityGroupsByAnnotation => {
                read("security-groups").is_some_and(|list| !string_list(list).is_empty())
            }
            Question::BackendRules => read("manage-backend-security-group-rules").is_some(),
            Question::FrontendNlb => read("enable-frontend-nlb").map(parse_bool) == Some(Ok(true)),
            Question::FrontendNlbScheme => read("frontend-nlb-scheme").is_some_and(|scheme| !scheme.is_empty()),
            Question::FrontendNlbSubnets => list("frontend-nlb-subnets").is_some(),
            Question::AccessLogs => bucket("access_logs.s3.bucket"),
            Question::ConnectionLogs => bucket("connection_logs.s3.bucket"),
            Question::HealthCheckLogs => bucket("health_check_logs.s3.bucket"),
        }
    }
}

/// The answers of one group so far: the place of the first member for which a question holds.
#[derive(Default)]
pub struct Answers([OnceCell<Option<usize>>; Question::COUNT]);

impl Answers {
    /// The answer to a question, which `find` finds where it was not asked before.
    pub fn get_or_find(&self, question: Question, find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        *self.0[question as usize].get_or_init(find)
    }
}
