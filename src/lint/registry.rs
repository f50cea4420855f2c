//! All rules, and the functions that check them: one line for each module of rules. Nothing else imports a rule.

use std::collections::BTreeSet;

use super::context::{Context, IngressUnderCheck, if_ours, pointer};
use super::facts::targets::services;
use super::rules;
use crate::finding::{Family, Finding, Registry, Severity, Topic};
use crate::migrate;
use alb_controller::catalogue::PREFIX;
use kubernetes_objects::ObjectRef;
use rules::access::wider_than_asked;
use rules::annotations::values;
use rules::ownership::second;
use rules::refused;

macro_rules! registry {
    (check: $($of:ident: $($checked:ident)::+),+; report: $($about:ident: $($reported:ident)::+),+;) => {
        /// All rules.
        pub const REGISTRY: Registry = Registry(&[
            $(Family { topic: Topic::$of, rules: $($checked)::+::RULES },)+
            $(Family { topic: Topic::$about, rules: $($reported)::+::RULES },)+
        ]);

        /// What runs for every stream, in this order.
        const CHECKS: &[fn(&Context<'_>) -> Vec<Finding>] = &[$($($checked)::+::check),+];
    };
}

registry! {
    // Modules whose function `check` runs for every stream.
    check:
        Ownership: rules::ownership::class,
        Ownership: rules::ownership::group,
        Releases: rules::ownership::version,
        Istio: rules::ownership::gateway_api,
        Listeners: rules::listeners::ports,
        Listeners: rules::listeners::certificates,
        Listeners: rules::listeners::redirects,
        Listeners: rules::listeners::authentication,
        Routing: rules::routing::paths,
        Routing: rules::routing::conditions,
        Routing: rules::routing::actions,
        Routing: rules::routing::quotas,
        Targets: rules::targets::service::as_is,
        Targets: rules::targets::pods,
        Targets: rules::targets::served,
        Targets: rules::targets::protocol,
        Targets: rules::targets::health_check,
        Targets: rules::targets::gateway_health,
        LoadBalancer: rules::load_balancer::settings,
        LoadBalancer: rules::load_balancer::attributes,
        LoadBalancer: rules::load_balancer::tags,
        LoadBalancer: rules::load_balancer::frontend_nlb,
        Access: rules::access::scheme,
        Access: rules::access::inbound,
        Access: rules::access::other_controllers,
        Releases: rules::release,
        Releases: rules::annotations::newer,
        Annotations: rules::annotations::unread,
        Annotations: rules::annotations::of_services,
        Annotations: rules::annotations::values,
        Refused: rules::api_server,
        Istio: rules::mesh;
    // Modules whose rules are reported by the rewrite, by the migration, or by what looks at all findings or the whole output.
    report:
        Configuration: rules::configuration,
        Access: rules::access,
        Ownership: rules::ownership::second,
        Ownership: rules::ownership::service,
        Refused: rules::refused,
        Targets: rules::targets::service,
        Istio: rules::mesh::proxies,
        Istio: rules::mesh::servers,
        Istio: rules::mesh::policies,
        Istio: rules::mesh::rollouts,
        Istio: rules::mesh::dns,
        Migration: migrate::rules,
        Migration: rules::waiting,
        Flux: rules::flux;
}

/// The findings of all rules.
pub(super) fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(context)).collect();
    not_sure(context, &mut findings);
    let refused = refused::check(context, &findings);
    findings.extend(refused);
    if context.is_as_is() {
        findings.extend(values::undecoded(context));
        findings.extend(wider_than_asked::as_is(context));
    }
    findings
}

/// Rules about what the API server refuses, whoever the Ingress belongs to.
const BY_THE_API_SERVER: [&str; 4] = ["ALB039", "ALB085", "ALB090", "ALB103"];

/// Errors in an Ingress without any class are sure only where the cluster has a default class of the controller's; so are those
/// about annotations of a Service that only such Ingresses lead to.
fn not_sure(context: &Context<'_>, findings: &mut [Finding]) {
    let without = context.under_check.iter().filter(|ingress| ingress.has_no_class());
    let without: BTreeSet<_> = without.map(|ingress| ingress.object.reference()).collect();
    if without.is_empty() {
        return;
    }
    let services = services(context).into_iter();
    let services: BTreeSet<_> = services
        .filter(|(_, targets)| targets.iter().all(|target| target.ingress.has_no_class()))
        .map(|(service, _)| service.reference())
        .collect();
    for finding in findings.iter_mut() {
        let of_controller = || finding.field.as_ref().is_some_and(|field| field.starts_with(&pointer(PREFIX)));
        let is_of_one = finding
            .object
            .as_ref()
            .is_some_and(|object| without.contains(object) || (services.contains(object) && of_controller()));
        if is_of_one && finding.severity == Severity::Error && !BY_THE_API_SERVER.contains(&finding.rule.id) {
            *finding = if_ours(finding.clone());
        }
    }
}

/// The findings about an Ingress of ours whose load balancer is more open than what was there before, or not the only one for
/// its gateway. `ours` are all Ingresses of the filter.
pub(super) fn compare(
    context: &Context<'_>,
    ingress: &IngressUnderCheck<'_>,
    before: wider_than_asked::Before,
    ours: &[ObjectRef],
) -> Vec<Finding> {
    let mut findings = wider_than_asked::check(context, ingress, before);
    findings.extend(second::check(context, ingress, ours));
    findings
}

/// Findings of rules of this layer that the rewrite reports itself, since only it knows what was there before.
pub mod rewrite_findings {
    pub use crate::lint::rules::access::scheme::{
        default_yields, internal_exposed, internal_opened, scheme_assumed, scheme_changed, scheme_of_nlb_unknown,
        scheme_unknown_at_attach,
    };
    pub use crate::lint::rules::access::wider_than_asked::Before;
    pub use crate::lint::rules::annotations::values::no_text;
    pub use crate::lint::rules::api_server::{stands_twice, written_over};
    pub use crate::lint::rules::configuration::{overruled, passed};
    pub use crate::lint::rules::flux::read as read_variables;
    pub use crate::lint::rules::ownership::service::written_back;
    pub use crate::lint::rules::targets::pods::{pinned_to_nothing, target_port_kept};
    pub use crate::lint::rules::targets::service::{
        east_west, external_addresses, extra_port, headless, pinned, session_affinity, traffic_policy_local,
    };
    pub use crate::lint::rules::waiting::fields_wait;
}
