//! Annotations of the load balancer, its listeners, its security group, its add-ons and the NLB in front of it.

use super::AutoMode::No;
use super::Empty::{Absent, Aws, Detaches, Harmless, Opens};
use super::Kind::{Bool, Enum, Json, List, Map, Port, Text};
use super::Merge::{ExclusivePerKey, ExclusivePerPort, Own, Union};
use super::Place::Both;
use super::enums::{ADDRESS_TYPES, PROTOCOLS, SCHEMES};
use super::limits::{
    GROUP_ORDERS, HEALTH_CHECK_INTERVALS, HEALTH_CHECK_THRESHOLDS, HEALTH_CHECK_TIMEOUTS, PORTS, range,
};
use super::{Annotation, Kind};

const LISTEN_PORT: Kind = range(&PORTS);

const fn of(suffix: &'static str, kind: Kind, about: &'static str, source: &'static str) -> Annotation {
    Annotation::new(suffix, kind, about, source)
}

/// Of the NLB in front.
const fn frontend(suffix: &'static str, kind: Kind, about: &'static str, source: &'static str) -> Annotation {
    of(suffix, kind, about, source).since(2, 13, 0)
}

/// In the order of the controller's documentation, more or less.
#[rustfmt::skip]
pub(super) static ANNOTATIONS: &[Annotation] = &[
    of("load-balancer-name", Text, "Name of the load balancer", "pkg/ingress/model_build_load_balancer.go:97-136")
        .class_params("loadBalancerName").since(2, 2, 0).empty(Aws),
    of("group.name", Text, "Ingresses with one name share one load balancer", "pkg/ingress/group_loader.go:233-255")
        .class_params("group.name").merge(Own).auto_mode(No),
    of("group.order", range(&GROUP_ORDERS), "Place of this Ingress's rules in the group, lower first",
        "pkg/ingress/group_loader.go:276-315").merge(Own),
    of("tags", Map, "AWS tags of everything that is built", "pkg/ingress/model_build_tags.go:12-102")
        .place(Both).class_params("tags").merge(ExclusivePerKey).empty(Harmless),
    of("ip-address-type", Enum(ADDRESS_TYPES), "IPv4 only, or IPv6 too",
        "pkg/ingress/model_build_load_balancer.go:170-201").class_params("ipAddressType"),
    of("scheme", Enum(SCHEMES), "Reachable from the internet, or only inside the VPC",
        "pkg/ingress/model_build_load_balancer.go:138-167").class_params("scheme"),
    of("subnets", List, "Subnets by id or Name tag, one in each zone",
        "pkg/ingress/model_build_load_balancer.go:203-256").class_params("subnets"),
    of("customer-owned-ipv4-pool", Text, "Address pool on an Outpost",
        "pkg/ingress/model_build_load_balancer.go:360-383").since(2, 1, 0),
    of("load-balancer-attributes", Map, "Attributes of the load balancer",
        "pkg/ingress/model_build_load_balancer_attributes.go:9-68")
        .class_params("loadBalancerAttributes").merge(ExclusivePerKey).empty(Harmless),
    of("wafv2-acl-arn", Text, "Regional web ACL of WAFv2 by ARN, `none` takes it off",
        "pkg/ingress/model_build_load_balancer_addons.go:35-106").class_params("wafv2AclArn").empty(Detaches),
    of("wafv2-acl-name", Text, "Regional web ACL of WAFv2 by name, `none` takes it off",
        "pkg/ingress/model_build_load_balancer_addons.go:35-90")
        .class_params("wafv2AclName").since(2, 14, 1).empty(Absent),
    of("waf-acl-id", Text, "Web ACL of WAF Classic", "pkg/ingress/model_build_load_balancer_addons.go:108-140")
        .empty(Absent).auto_mode(No),
    of("web-acl-id", Text, "Older name of waf-acl-id, read where that is absent",
        "pkg/ingress/model_build_load_balancer_addons.go:111-117").empty(Absent).auto_mode(No),
    of("shield-advanced-protection", Bool, "Shield Advanced on or off",
        "pkg/ingress/model_build_load_balancer_addons.go:142-166").auto_mode(No),
    of("security-groups", List, "Security groups by id or Name tag in place of a managed one",
        "pkg/ingress/model_build_load_balancer.go:285-358").empty(Absent),
    of("manage-backend-security-group-rules", Bool,
        "Whether rules of the nodes' security groups are managed beside security-groups",
        "pkg/ingress/model_build_load_balancer.go:309-333").since(2, 3, 0),
    of("listen-ports", Json, "Listeners: a JSON array of `{\"HTTP\": 80}`",
        "pkg/ingress/model_build_listener.go:237-272").merge(Union),
    of("ssl-redirect", LISTEN_PORT, "Every HTTP listener redirects to this HTTPS port",
        "pkg/ingress/model_builder.go:514-553").class_params("sslRedirectPort").since(2, 2, 0),
    of("inbound-cidrs", List, "Who may connect, as networks", "pkg/ingress/model_build_listener.go:274-300")
        .class_params("inboundCIDRs").merge(ExclusivePerPort).empty(Opens),
    of("security-group-prefix-lists", List, "Who may connect, as managed prefix lists",
        "pkg/ingress/model_build_listener.go:313-325")
        .class_params("prefixListsIDs").since(2, 8, 0).merge(ExclusivePerPort).empty(Opens),
    of("certificate-arn", List, "Certificates of the HTTPS listeners, the first is the default",
        "pkg/ingress/model_build_listener.go:133-235").class_params("certificateArn").merge(Union).empty(Absent),
    of("ssl-policy", Text, "TLS policy of the HTTPS listeners", "pkg/ingress/model_build_listener.go:302-311")
        .class_params("sslPolicy").merge(ExclusivePerPort).empty(Aws),
    of("mutual-authentication", Json, "Client certificates, by listen port",
        "pkg/ingress/model_build_listener.go:327-458").since(2, 7, 0).merge(ExclusivePerPort),
    of("listener-attributes.*", Map, "Attributes of one listener, named `HTTP-80` or `HTTPS-443`",
        "pkg/ingress/model_build_listener.go:460-539")
        .class_params("listeners").since(2, 10, 1).merge(ExclusivePerKey).empty(Harmless).auto_mode(No),
    of("minimum-load-balancer-capacity", Map, "Reserved capacity, `CapacityUnits=100`",
        "pkg/ingress/model_build_load_balancer_capacity_reservation.go:12-62")
        .class_params("minimumLoadBalancerCapacity").since(2, 11, 0).merge(ExclusivePerKey).empty(Harmless),
    of("ipam-ipv4-pool-id", Text, "IPAM pool of the public addresses", "pkg/ingress/model_build_ipam.go:8-50")
        .class_params("ipamConfiguration.ipv4IPAMPoolId").since(2, 12, 0).empty(Harmless),
    of("create-acm-cert", Bool, "Creates a certificate in ACM, behind a feature gate that is off",
        "pkg/ingress/model_builder.go:315-327").since(3, 3, 0).merge(Own).empty(Absent).auto_mode(No),
    of("acm-pca-arn", Text, "Private CA of the certificate that create-acm-cert creates",
        "pkg/ingress/model_build_certificates.go:97-113").since(3, 3, 0).merge(Own).empty(Absent).auto_mode(No),
    of("enable-frontend-nlb", Bool, "Puts a Network Load Balancer in front, with fixed addresses",
        "pkg/ingress/model_build_frontend_nlb.go:71-95").since(2, 13, 0),
    frontend("frontend-nlb-scheme", Enum(SCHEMES), "Scheme of the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:97-107,842-866"),
    frontend("frontend-nlb-subnets", List, "Subnets of the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:109-192"),
    frontend("frontend-nlb-security-groups", List, "Security groups of the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:334-373").empty(Absent),
    frontend("frontend-nlb-listener-port-mapping", Map, "Ports of the NLB in front and the ALB ports behind them",
        "pkg/ingress/model_build_frontend_nlb.go:418-501,581-587").merge(Union).empty(Absent),
    frontend("frontend-nlb-healthcheck-port", Port { named: false }, "Port that the NLB in front checks",
        "pkg/ingress/model_build_frontend_nlb.go:717-732").merge(ExclusivePerPort),
    frontend("frontend-nlb-healthcheck-protocol", Enum(PROTOCOLS), "Protocol of the check by the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:734-745").merge(ExclusivePerPort),
    frontend("frontend-nlb-healthcheck-path", Text, "Path of the check by the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:747-751").merge(ExclusivePerPort).empty(Aws),
    frontend("frontend-nlb-healthcheck-interval-seconds", range(&HEALTH_CHECK_INTERVALS),
        "Seconds between two checks by the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:761-768").merge(ExclusivePerPort),
    frontend("frontend-nlb-healthcheck-timeout-seconds", range(&HEALTH_CHECK_TIMEOUTS),
        "Seconds that a check by the NLB in front may take",
        "pkg/ingress/model_build_frontend_nlb.go:770-777").merge(ExclusivePerPort),
    frontend("frontend-nlb-healthcheck-healthy-threshold-count", range(&HEALTH_CHECK_THRESHOLDS),
        "Checks until the NLB in front takes the ALB for healthy",
        "pkg/ingress/model_build_frontend_nlb.go:779-787").merge(ExclusivePerPort),
    frontend("frontend-nlb-healthcheck-unhealthy-threshold-count", range(&HEALTH_CHECK_THRESHOLDS),
        "Checks until the NLB in front takes the ALB for unhealthy",
        "pkg/ingress/model_build_frontend_nlb.go:789-797").merge(ExclusivePerPort),
    frontend("frontend-nlb-healthcheck-success-codes", Text, "Answers that the NLB in front takes for healthy",
        "pkg/ingress/model_build_frontend_nlb.go:753-759").merge(ExclusivePerPort).empty(Aws),
    of("frontend-nlb-tags", Map, "Tags of the NLB in front", "pkg/ingress/model_build_frontend_nlb.go:891-924")
        .since(2, 14, 0).empty(Harmless),
    of("frontend-nlb-eip-allocations", List, "Elastic IP of each subnet of the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:142-192").since(2, 14, 0),
    of("frontend-nlb-attributes", Map, "Attributes of the NLB in front",
        "pkg/ingress/model_build_frontend_nlb.go:218-255").since(3, 2, 0).empty(Harmless),
    of("dry-run-plan", Json, "Written by the controller, never by hand",
        "controllers/ingress/group_controller.go:237-259").since(3, 4, 0).merge(Own).empty(Harmless).auto_mode(No),
];
