//! Every annotation of a Service that LBC v3.5.0 or cloud-provider-aws (v1.36) reads, and what becomes of it.
//!
//! Source of the rows: LBC pkg/annotations/constants.go and pkg/service/*.go; cloud-provider-aws
//! pkg/providers/v1/aws.go:90-245.

use super::rules::{ALB057, ALB060, ALB096, ALB098};
use super::{Carry, DEAD_PREFIX, PREFIX};
use crate::finding::Rule;
use crate::suggest::closest;

/// What becomes of an annotation.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    /// The ALB annotation of this suffix takes the value as it is.
    Copy(&'static str),
    /// It has no ALB form; a finding of the rule says why.
    Lost(&'static Rule, &'static str),
    /// It has no ALB form and needs none.
    Info(&'static str),
    /// It is converted.
    By(fn(&mut Carry<'_>, &str, &str)),
    /// It is read together with others, in one of the steps behind the rows.
    Together,
}

/// One annotation.
pub(crate) struct Row {
    /// Behind `service.beta.kubernetes.io/`; `${…}` stands for a part that varies.
    pub(crate) suffix: &'static str,
    /// What becomes of it.
    pub(crate) known: Known,
}

const fn row(suffix: &'static str, known: Known) -> Row {
    Row { suffix, known }
}

/// A conversion by a method of [`Carry`].
macro_rules! by {
    ($method:ident) => {
        Known::By(|carry, suffix, value| carry.$method(suffix, value))
    };
}

const PROXY_PROTOCOL: &str = "an ALB does not speak PROXY protocol; the client's address comes in X-Forwarded-For";

/// All of them, in the order in which they are carried over.
pub(crate) static ROWS: [Row; 55] = [
    row("load-balancer-source-ranges", Known::Together),
    row("aws-load-balancer-type", by!(load_balancer_type)),
    row("aws-load-balancer-nlb-target-type", by!(target_type)),
    row("aws-load-balancer-name", by!(name)),
    row("aws-load-balancer-scheme", Known::Together),
    row("aws-load-balancer-internal", Known::Together),
    row("aws-load-balancer-proxy-protocol", Known::Lost(&ALB057, PROXY_PROTOCOL)),
    row("aws-load-balancer-proxy-protocol-per-target-group", Known::Lost(&ALB057, PROXY_PROTOCOL)),
    row("aws-load-balancer-ip-address-type", Known::Copy("ip-address-type")),
    row("aws-load-balancer-access-log-enabled", by!(access_log)),
    row("aws-load-balancer-access-log-s3-bucket-name", by!(access_log_detail)),
    row("aws-load-balancer-access-log-s3-bucket-prefix", by!(access_log_detail)),
    row(
        "aws-load-balancer-access-log-emit-interval",
        Known::Info("an ALB publishes its logs every 5 minutes, which can't be changed"),
    ),
    row("aws-load-balancer-cross-zone-load-balancing-enabled", by!(cross_zone)),
    row("aws-load-balancer-ssl-cert", by!(certificate)),
    row("aws-load-balancer-ssl-ports", by!(tls_ports)),
    row("aws-load-balancer-ssl-negotiation-policy", by!(tls_policy)),
    row("aws-load-balancer-backend-protocol", by!(backend_protocol)),
    row("aws-load-balancer-additional-resource-tags", by!(tags)),
    row("aws-load-balancer-healthcheck-healthy-threshold", Known::Together),
    row("aws-load-balancer-healthcheck-unhealthy-threshold", Known::Together),
    row("aws-load-balancer-healthcheck-timeout", Known::Together),
    row("aws-load-balancer-healthcheck-interval", Known::Together),
    row("aws-load-balancer-healthcheck-protocol", Known::Together),
    row("aws-load-balancer-healthcheck-port", Known::Together),
    row("aws-load-balancer-healthcheck-path", Known::Together),
    row("aws-load-balancer-healthcheck-success-codes", Known::Together),
    row("aws-load-balancer-target-group-attributes", by!(target_group_attributes)),
    row("aws-load-balancer-target-group-attributes.${port}", by!(target_group_attributes_of_port)),
    row("aws-load-balancer-subnets", by!(subnets)),
    row(
        "aws-load-balancer-eip-allocations",
        Known::Lost(&ALB060, "an ALB has no Elastic IPs; a frontend NLB can keep them (frontend-nlb-eip-allocations)"),
    ),
    row("aws-load-balancer-private-ipv4-addresses", Known::Lost(&ALB060, "an ALB has no fixed private addresses")),
    row("aws-load-balancer-ipv6-addresses", Known::Lost(&ALB060, "an ALB has no fixed IPv6 addresses")),
    row("aws-load-balancer-alpn-policy", by!(alpn_policy)),
    row("aws-load-balancer-target-node-labels", by!(target_node_labels)),
    row("aws-load-balancer-attributes", by!(load_balancer_attributes)),
    row("aws-load-balancer-security-groups", by!(security_groups)),
    row(
        "aws-load-balancer-extra-security-groups",
        Known::Lost(&ALB096, "an ALB takes no extra groups: `securityGroups` replaces the managed one"),
    ),
    row("aws-load-balancer-manage-backend-security-group-rules", Known::Copy("manage-backend-security-group-rules")),
    row("aws-load-balancer-security-group-prefix-lists", Known::Copy("security-group-prefix-lists")),
    row(
        "aws-load-balancer-inbound-sg-rules-on-private-link-traffic",
        Known::Lost(
            &ALB096,
            "an endpoint service of PrivateLink needs an NLB; a frontend NLB can stand in front of the ALB",
        ),
    ),
    row(
        "aws-load-balancer-listener-attributes.${Protocol}-${Port}",
        Known::Lost(
            &ALB096,
            "the listeners of an NLB and an ALB have no attribute in common (see `idle_timeout.timeout_seconds`)",
        ),
    ),
    row("aws-load-balancer-multi-cluster-target-group", Known::Copy("multi-cluster-target-group")),
    row(
        "aws-load-balancer-enable-prefix-for-ipv6-source-nat",
        Known::Info("it is for UDP over IPv6, which an ALB has not"),
    ),
    row("aws-load-balancer-source-nat-ipv6-prefixes", Known::Info("it is for UDP over IPv6, which an ALB has not")),
    row(
        "aws-load-balancer-minimum-load-balancer-capacity",
        Known::Lost(&ALB096, "capacity units of NLBs and ALBs differ: size it anew (minimum-load-balancer-capacity)"),
    ),
    row(
        "aws-load-balancer-enable-icmp-for-path-mtu-discovery",
        Known::Info("the managed security group of an ALB has no ICMP rule; use `securityGroups` if you need one"),
    ),
    row("aws-load-balancer-enable-tcp-udp-listener", by!(tcp_udp_listener)),
    row(
        "aws-load-balancer-disable-nlb-sg",
        Known::Info("an ALB always has security groups, and this NLB had none: review `inboundCidrs`"),
    ),
    row(
        "aws-load-balancer-quic-enabled-ports",
        Known::Lost(&ALB098, "HTTP/3 ends at the NLB, and an ALB can't serve it"),
    ),
    row(
        "aws-load-balancer-quic-enabled-containers",
        Known::Info("it is an annotation of pods, without effect on a Service"),
    ),
    row(
        "actions.${Protocol}-${Port}",
        Known::Lost(&ALB096, "weights between Services: do it in Istio's VirtualService, behind the ALB"),
    ),
    row("aws-load-balancer-connection-draining-enabled", by!(connection_draining)),
    row("aws-load-balancer-connection-draining-timeout", by!(connection_draining_timeout)),
    row("aws-load-balancer-connection-idle-timeout", by!(idle_timeout)),
];

/// The row of an annotation, by what stands behind the prefix.
#[must_use]
pub(crate) fn known(suffix: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| match row.suffix.split_once("${") {
        None => row.suffix == suffix,
        Some((stem, _)) => suffix.len() > stem.len() && suffix.starts_with(stem),
    })
}

/// Whether an annotation belongs to the old load balancer, known or not.
#[must_use]
pub fn is_stripped(key: &str) -> bool {
    match key.strip_prefix(PREFIX) {
        Some(suffix) => {
            suffix.starts_with("aws-load-balancer-")
                || suffix == "load-balancer-source-ranges"
                || suffix.starts_with("actions.")
        }
        None => key.starts_with(DEAD_PREFIX),
    }
}

/// Letters that may be wrong in a misspelt annotation.
const NEAR: usize = 3;

/// The known annotation that a misspelt one is nearest to.
pub(super) fn nearest(suffix: &str) -> Option<&'static str> {
    // Texts of such different lengths are further away; most are, and comparing is slow.
    let near = |row: &&Row| row.suffix.len().abs_diff(suffix.len()) <= NEAR || !suffix.is_ascii();
    let (distance, name) = closest(suffix, ROWS.iter().filter(near).map(|row| row.suffix))?;
    (distance <= NEAR).then_some(name)
}
