//! The rule about annotations by which other controllers let clients in or keep them out.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck, pointer};
use alb_controller::catalogue;
use alb_controller::go::strconv::string_list;

rules! {
    ALB109 Error | Warning "access-of-another-controller" {
        summary: "an Ingress limits who has access by an annotation of another controller, and the ALB does not",
        explanation: "The controller reads `alb.ingress.kubernetes.io/` only. An allow-list for nginx or HAProxy, or an annotation that \
            makes the load balancer of a Service internal, has no effect on an Ingress of an ALB, and no event says so. It is an \
            error where the ALB is more open than the annotation asks for; where it is not, nothing is reported. Lists of \
            addresses that are denied, and authentication, are warnings: a web ACL, `auth-type` or the mesh can do the same, \
            which can't be seen here.",
        help: "set [[ingress.inboundCidrs; the annotation `inbound-cidrs`]] or [[ingress.scheme; the annotation `scheme`]], then remove the \
            annotation of the other controller",
        source: "LBC v3.5.0 pkg/annotations/constants.go; ingress-nginx docs/user-guide/nginx-configuration/annotations.md",
    }
}

/// Lists of networks that are let in.
const ALLOW_LISTS: [&str; 9] = [
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "ingress.kubernetes.io/whitelist-source-range",
    "haproxy.org/allow-list",
    "haproxy.org/whitelist",
    "haproxy-ingress.github.io/allowlist-source-range",
    "haproxy-ingress.github.io/whitelist-source-range",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "service.kubernetes.io/load-balancer-source-ranges",
];

/// What else keeps clients out.
const OTHERS: [&str; 8] = [
    "nginx.ingress.kubernetes.io/denylist-source-range",
    "nginx.ingress.kubernetes.io/auth-type",
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "haproxy.org/deny-list",
    "haproxy.org/blacklist",
    "haproxy.org/auth-type",
    "haproxy-ingress.github.io/denylist-source-range",
];

/// What makes the load balancer of a Service internal, and the value that does not.
const INTERNAL: [(&str, &str); 2] = [
    ("service.beta.kubernetes.io/aws-load-balancer-internal", "false"),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", catalogue::INTERNET_FACING),
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    context.ingresses().flat_map(of_ingress).collect()
}

fn of_ingress(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let value = |key: &str| ingress.object.annotation(key).map(str::trim).filter(|value| !value.is_empty());
    let at = |key: &str, message: String, help: Help| ingress.finding(&ALB109, message).field(pointer(key)).help(help);
    for key in ALLOW_LISTS {
        if let Some((list, others)) = value(key).and_then(|list| Some((list, let_in_beside(ingress, list)?))) {
            findings.push(at(
                key,
                format!("{key} lets in {list} only, which the controller does not read: the ALB lets in {others}"),
                Help::from("set ").set("ingress.inboundCidrs", networks(list)).then(format!(", then remove `{key}`")),
            ));
        }
    }
    let is_open = ingress.built().is_some_and(|built| built.load_balancer.scheme == catalogue::INTERNET_FACING);
    for (key, open) in INTERNAL {
        if let Some(asked) = value(key).filter(|value| *value != open && is_open) {
            findings.push(at(
                key,
                format!("{key} is {asked:?}, which the controller does not read: the ALB is internet-facing"),
                Help::from("set [[ingress.scheme: internal]]").then(format!(", then remove `{key}`")),
            ));
        }
    }
    for key in OTHERS {
        if value(key).is_some() {
            let message = format!("{key} keeps clients out, and the controller does not read it");
            let help = format!("use `auth-type`, a web ACL or an AuthorizationPolicy instead, then remove `{key}`");
            findings.push(at(key, message, help.into()).severity(Severity::Warning));
        }
    }
    findings
}

/// Who can connect beside those in a list. Nothing where nobody can, or where nothing is built.
fn let_in_beside(ingress: &IngressUnderCheck<'_>, list: &str) -> Option<String> {
    let allowed: Vec<IpNet> = string_list(list).iter().filter_map(|item| network(item)).collect();
    let is_allowed = |source: &str| {
        source.parse().is_ok_and(|source: IpNet| allowed.iter().any(|network| network.contains(&source)))
    };
    let built = ingress.built()?;
    if !built.load_balancer.security_groups.is_empty() {
        let own = "security-groups";
        return ingress.setting(own).map(|setting| format!("those that {own} {} let in", setting.value));
    }
    let ports: BTreeSet<i32> = ingress.listeners.iter().map(|own| own.listener.port).collect();
    let inbound = built.inbound.iter().filter(|rule| ports.contains(&rule.port));
    let others: BTreeSet<&str> =
        inbound.map(|rule| rule.source.as_str()).filter(|source| !is_allowed(source)).collect();
    (!others.is_empty()).then(|| others.into_iter().collect::<Vec<_>>().join(","))
}

/// A list as `inbound-cidrs` takes it: networks alone.
fn networks(list: &str) -> String {
    let items = string_list(list).into_iter();
    items.map(|item| network(&item).map_or(item, |network| network.trunc().to_string())).collect::<Vec<_>>().join(",")
}

/// A network, or a single address.
fn network(item: &str) -> Option<IpNet> {
    item.parse().ok().or_else(|| item.parse().ok().map(|address: std::net::IpAddr| IpNet::from(address)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::{hold, working};

    #[test]
    fn what_is_proposed_is_what_the_controller_takes() {
        assert_eq!(networks("10.0.0.0/8, 192.0.2.7,10.1.2.3/16"), "10.0.0.0/8,192.0.2.7/32,10.1.0.0/16");
    }

    #[test]
    fn what_other_controllers_keep_out_is_compared_with_the_alb() {
        let nginx = "nginx.ingress.kubernetes.io/whitelist-source-range";
        let ranges = "service.beta.kubernetes.io/load-balancer-source-ranges";
        let internal = "service.beta.kubernetes.io/aws-load-balancer-internal";
        let at = |severity: &str, key: &str| format!("{severity} Ingress mesh/alb {}", pointer(key));
        let (list, ranges_at, internal_at) = (at("error", nginx), at("error", ranges), at("error", internal));
        let auth = at("warning", "nginx.ingress.kubernetes.io/auth-url");
        hold(
            &ALB109,
            &[
                ("open", working().annotate(nginx, "10.0.0.0/8"), &[&list]),
                ("open, for a Service", working().annotate(ranges, "10.0.0.0/8"), &[&ranges_at]),
                ("unreadable", working().annotate(nginx, "office"), &[&list]),
                ("empty", working().annotate(nginx, ""), &[]),
                ("everybody", working().annotate(nginx, "0.0.0.0/0"), &[]),
                ("the same", working().annotate(nginx, "10.0.0.0/8").set("inbound-cidrs", "10.0.0.0/8"), &[]),
                ("closer", working().annotate(nginx, "10.0.0.0/8").set("inbound-cidrs", "10.1.0.0/16"), &[]),
                ("an address", working().annotate(nginx, "10.0.0.1").set("inbound-cidrs", "10.0.0.1/32"), &[]),
                ("wider", working().annotate(nginx, "10.1.0.0/16").set("inbound-cidrs", "10.0.0.0/8"), &[&list]),
                ("internal", working().annotate(internal, "true"), &[&internal_at]),
                ("internal as the ALB", working().annotate(internal, "true").set("scheme", "internal"), &[]),
                ("not internal", working().annotate(internal, "false"), &[]),
                ("authentication", working().annotate("nginx.ingress.kubernetes.io/auth-url", "https://a"), &[&auth]),
            ],
        );
    }
}
