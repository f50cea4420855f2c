//! Every annotation of a Service that LBC v3.5.0 or cloud-provider-aws (v1.36) reads, and what becomes of it.
//!
//! Source of the rows: LBC pkg/annotations/constants.go and pkg/service/*.go; cloud-provider-aws
//! pkg/providers/v1/aws.go:90-245.

use std::collections::BTreeMap;

use serde_json::Value;

use super::rules::{ALB057, ALB060, ALB096, ALB098};
use crate::finding::Rule;
use crate::suggest::closest;
use alb_controller::catalogue;
use kubernetes_objects::object::{Object, entries};

/// Prefix of the annotations that are read.
pub const PREFIX: &str = "service.beta.kubernetes.io/";
/// Prefix that no controller reads, though the source of one mentions it.
pub const DEAD_PREFIX: &str = "service.kubernetes.io/aws-load-balancer-";
/// Prefix of the ALB's annotations, on the Ingress.
pub const ALB: &str = catalogue::PREFIX;
/// Prefixes of external-dns annotations, which move to the Ingress: the default since v0.22.0, and the one before it.
const EXTERNAL_DNS: [&str; 2] = ["external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/"];

/// How an annotation is converted.
#[derive(Clone, Copy)]
pub(crate) enum Conversion {
    /// The ALB annotation of this suffix takes the value as it is.
    Copied(&'static str),
    /// It has no ALB form; a finding of the rule gives the reason.
    Lost(&'static Rule, &'static str),
    /// It has no ALB form and needs none.
    NotNeeded(&'static str),
    /// It is read with others, in a step after the rows.
    Combined,
    // The others are converted by the method of their name in snake case, which documents it.
    LoadBalancerType,
    TargetType,
    Name,
    AccessLog,
    AccessLogDetail,
    CrossZone,
    Certificate,
    TlsPorts,
    TlsPolicy,
    BackendProtocol,
    Tags,
    TargetGroupAttributes,
    TargetGroupAttributesOfPort,
    AlpnPolicy,
    TargetNodeLabels,
    LoadBalancerAttributes,
    SecurityGroups,
    TcpUdpListener,
    ConnectionDraining,
    ConnectionDrainingTimeout,
    IdleTimeout,
}

use Conversion::*;

/// What varies at the end of an annotation's name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Nothing.
    None,
    /// A port of the Service: `443`.
    Port,
    /// A listener of the NLB: `TCP-443`.
    Listener,
}

/// One annotation.
pub(crate) struct Row {
    /// Behind `service.beta.kubernetes.io/`; `${…}` stands for a part that varies.
    pub(crate) suffix: &'static str,
    /// The part that varies.
    pub(crate) tail: Tail,
    /// How it is converted.
    pub(crate) conversion: Conversion,
}

impl Row {
    /// The suffix as far as it does not vary.
    pub(crate) fn stem(&self) -> &'static str {
        self.suffix.split_once("${").map_or(self.suffix, |(stem, _)| stem)
    }
}

const fn row(suffix: &'static str, conversion: Conversion) -> Row {
    Row { suffix, tail: Tail::None, conversion }
}

const fn of_port(suffix: &'static str, conversion: Conversion) -> Row {
    Row { suffix, tail: Tail::Port, conversion }
}

const fn of_listener(suffix: &'static str, conversion: Conversion) -> Row {
    Row { suffix, tail: Tail::Listener, conversion }
}

const PROXY_PROTOCOL: &str = "an ALB does not speak PROXY protocol; the client's address comes in X-Forwarded-For";

/// All of them, in the order in which they are carried over.
#[rustfmt::skip]
pub(crate) static ROWS: [Row; 55] = [
    row("load-balancer-source-ranges", Combined),
    row("aws-load-balancer-type", LoadBalancerType),
    row("aws-load-balancer-nlb-target-type", TargetType),
    row("aws-load-balancer-name", Name),
    row("aws-load-balancer-scheme", Combined),
    row("aws-load-balancer-internal", Combined),
    row("aws-load-balancer-proxy-protocol", Lost(&ALB057, PROXY_PROTOCOL)),
    row("aws-load-balancer-proxy-protocol-per-target-group", Lost(&ALB057, PROXY_PROTOCOL)),
    row("aws-load-balancer-ip-address-type", Copied("ip-address-type")),
    row("aws-load-balancer-access-log-enabled", AccessLog),
    row("aws-load-balancer-access-log-s3-bucket-name", AccessLogDetail),
    row("aws-load-balancer-access-log-s3-bucket-prefix", AccessLogDetail),
    row("aws-load-balancer-access-log-emit-interval", NotNeeded("an ALB publishes its logs every 5 minutes, which can't be changed")),
    row("aws-load-balancer-cross-zone-load-balancing-enabled", CrossZone),
    row("aws-load-balancer-ssl-cert", Certificate),
    row("aws-load-balancer-ssl-ports", TlsPorts),
    row("aws-load-balancer-ssl-negotiation-policy", TlsPolicy),
    row("aws-load-balancer-backend-protocol", BackendProtocol),
    row("aws-load-balancer-additional-resource-tags", Tags),
    row("aws-load-balancer-healthcheck-healthy-threshold", Combined),
    row("aws-load-balancer-healthcheck-unhealthy-threshold", Combined),
    row("aws-load-balancer-healthcheck-timeout", Combined),
    row("aws-load-balancer-healthcheck-interval", Combined),
    row("aws-load-balancer-healthcheck-protocol", Combined),
    row("aws-load-balancer-healthcheck-port", Combined),
    row("aws-load-balancer-healthcheck-path", Combined),
    row("aws-load-balancer-healthcheck-success-codes", Combined),
    row("aws-load-balancer-target-group-attributes", TargetGroupAttributes),
    of_port("aws-load-balancer-target-group-attributes.${port}", TargetGroupAttributesOfPort),
    row("aws-load-balancer-subnets", Copied("subnets")),
    row("aws-load-balancer-eip-allocations", Lost(&ALB060, "an ALB has no Elastic IPs; a frontend NLB can keep them (frontend-nlb-eip-allocations)")),
    row("aws-load-balancer-private-ipv4-addresses", Lost(&ALB060, "an ALB has no fixed private addresses")),
    row("aws-load-balancer-ipv6-addresses", Lost(&ALB060, "an ALB has no fixed IPv6 addresses")),
    row("aws-load-balancer-alpn-policy", AlpnPolicy),
    row("aws-load-balancer-target-node-labels", TargetNodeLabels),
    row("aws-load-balancer-attributes", LoadBalancerAttributes),
    row("aws-load-balancer-security-groups", SecurityGroups),
    row("aws-load-balancer-extra-security-groups", Lost(&ALB096, "an ALB takes no extra groups: `securityGroups` replaces the managed one")),
    row("aws-load-balancer-manage-backend-security-group-rules", Copied("manage-backend-security-group-rules")),
    row("aws-load-balancer-security-group-prefix-lists", Copied("security-group-prefix-lists")),
    row("aws-load-balancer-inbound-sg-rules-on-private-link-traffic", Lost(&ALB096, "an endpoint service of PrivateLink needs an NLB; a frontend NLB can stand in front of the ALB")),
    of_listener("aws-load-balancer-listener-attributes.${Protocol}-${Port}", Lost(&ALB096, "the listeners of an NLB and an ALB have no attribute in common (see `idle_timeout.timeout_seconds`)")),
    row("aws-load-balancer-multi-cluster-target-group", Copied("multi-cluster-target-group")),
    row("aws-load-balancer-enable-prefix-for-ipv6-source-nat", NotNeeded("it is for UDP over IPv6, which an ALB has not")),
    row("aws-load-balancer-source-nat-ipv6-prefixes", NotNeeded("it is for UDP over IPv6, which an ALB has not")),
    row("aws-load-balancer-minimum-load-balancer-capacity", Lost(&ALB096, "capacity units of NLBs and ALBs differ: size it anew (minimum-load-balancer-capacity)")),
    row("aws-load-balancer-enable-icmp-for-path-mtu-discovery", NotNeeded("the managed security group of an ALB has no ICMP rule; use `securityGroups` if you need one")),
    row("aws-load-balancer-enable-tcp-udp-listener", TcpUdpListener),
    row("aws-load-balancer-disable-nlb-sg", NotNeeded("an ALB always has security groups, and this NLB had none: review `inboundCidrs`")),
    row("aws-load-balancer-quic-enabled-ports", Lost(&ALB098, "HTTP/3 ends at the NLB, and an ALB can't serve it")),
    row("aws-load-balancer-quic-enabled-containers", NotNeeded("it is an annotation of pods, without effect on a Service")),
    of_listener("actions.${Protocol}-${Port}", Lost(&ALB096, "weights between Services: do it in Istio's VirtualService, behind the ALB")),
    row("aws-load-balancer-connection-draining-enabled", ConnectionDraining),
    row("aws-load-balancer-connection-draining-timeout", ConnectionDrainingTimeout),
    row("aws-load-balancer-connection-idle-timeout", IdleTimeout),
];

/// The keys of all annotations of the old load balancer that are understood; `${…}` stands for a part that varies.
pub fn keys() -> impl Iterator<Item = String> {
    ROWS.iter().map(|row| format!("{PREFIX}{}", row.suffix))
}

/// The row of an annotation, by what stands behind the prefix.
#[must_use]
pub(crate) fn known(suffix: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| match row.tail {
        Tail::None => row.suffix == suffix,
        Tail::Port | Tail::Listener => suffix.len() > row.stem().len() && suffix.starts_with(row.stem()),
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
    let letters = suffix.chars().count();
    let near = |row: &&Row| row.suffix.len().abs_diff(letters) <= NEAR;
    let (distance, name) = closest(suffix, ROWS.iter().filter(near).map(|row| row.suffix))?;
    (distance <= NEAR).then_some(name)
}

/// The string annotations of an object; others are what the API server refuses.
#[must_use]
pub fn annotations_of(object: &Value) -> BTreeMap<&str, &str> {
    let annotations = entries(&object["metadata"]["annotations"]);
    annotations.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
}

/// An annotation of external-dns, by what stands behind its prefix: key and value.
#[must_use]
pub fn external_dns<'o>(object: &'o Object, name: &str) -> Option<(&'o str, &'o str)> {
    let mut of_object = annotations_of(&object.value).into_iter();
    of_object.find(|(key, value)| {
        !value.is_empty() && EXTERNAL_DNS.iter().any(|prefix| key.strip_prefix(prefix) == Some(name))
    })
}

/// Whether external-dns reads this annotation.
#[must_use]
pub fn is_external_dns(key: &str) -> bool {
    EXTERNAL_DNS.iter().any(|prefix| key.starts_with(prefix))
}
