//! All rules, and the functions that check them: one line for each module of rules.

use super::context::Context;
use super::*;
use crate::finding::Registry;

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
        listeners,
        certificates,
        redirects,
        actions,
        conditions,
        paths,
        limits,
        backend,
        health,
        health::gateway,
        auth,
        annotations,
        syntax,
        load_balancer,
        frontend,
        attributes,
        tags,
        exposure,
        inbound,
        groups,
        class,
        mesh,
        service::standing,
        kubernetes;
    // What these report other steps find: the rewrite, the migration, and what looks at all findings or at the whole output.
    report:
        controller,
        service,
        migration,
        flux;
}
