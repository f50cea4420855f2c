//! All rules, and the functions that check them: one line for each module of rules.

use super::context::Context;
use super::rules;
use crate::finding::{Finding, Registry};
use crate::migrate;

macro_rules! registry {
    (check: $($($checked:ident)::+),+; report: $($($reported:ident)::+),+;) => {
        /// All rules.
        pub const REGISTRY: Registry = Registry(&[$($($checked)::+::RULES,)+ $($($reported)::+::RULES,)+]);

        /// What is run for every stream, in this order.
        pub(super) const CHECKS: &[fn(&Context<'_>) -> Vec<Finding>] = &[$($($checked)::+::check),+];
    };
}

registry! {
    // The function `check` of each of these runs for every stream.
    check:
        rules::listeners::ports,
        rules::listeners::certificates,
        rules::listeners::redirects,
        rules::routing::actions,
        rules::routing::conditions,
        rules::routing::paths,
        rules::routing::quotas,
        rules::targets::protocol,
        rules::targets::health_check,
        rules::targets::gateway_health,
        rules::listeners::authentication,
        rules::annotations::unread,
        rules::annotations::values,
        rules::load_balancer::settings,
        rules::load_balancer::frontend_nlb,
        rules::load_balancer::attributes,
        rules::load_balancer::tags,
        rules::access::scheme,
        rules::access::inbound,
        rules::ownership::group,
        rules::ownership::class,
        rules::mesh,
        rules::targets::service::as_is,
        rules::api_server;
    // What these report other steps find: the rewrite, the migration, and what looks at all findings or at the whole output.
    report:
        rules::access,
        rules::refused,
        rules::targets::service,
        migrate::rules,
        rules::flux;
}
