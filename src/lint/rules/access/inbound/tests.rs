use super::*;
use crate::lint::testing::{hold, working};

#[test]
fn networks_that_are_none() {
    let error: &[&str] = &["error Ingress mesh/alb @inbound-cidrs"];
    let warning: &[&str] = &["warning Ingress mesh/alb @inbound-cidrs"];
    let cidrs = |value: &str| working().set(CIDRS, value);
    let dualstack = |value: &str| cidrs(value).set("ip-address-type", "dualstack");
    hold(
        &ALB028,
        &[
            ("an address", cidrs("203.0.113.7"), error),
            ("a word", cidrs("any"), error),
            ("a line end", cidrs("203.0.113.0/24\n198.51.100.0/24"), error),
            ("a leading zero", cidrs("010.0.0.0/8"), error),
            ("no network that long", cidrs("10.0.0.0/33"), error),
            ("a range", cidrs("10.0.0.1-10.0.0.9"), error),
            ("commas", cidrs(" , "), error),
            ("IPv6 only", cidrs("2001:db8::/32"), error),
            ("IPv6 beside IPv4", cidrs("10.0.0.0/8,2001:db8::/32"), warning),
            ("the world", cidrs("0.0.0.0/0,10.0.0.0/8"), warning),
            ("the world of IPv6", dualstack("::/0,2001:db8::/32,10.0.0.0/8"), warning),
            ("a prefix list lets in", cidrs("2001:db8::/32").set(PREFIX_LISTS, "pl-1"), warning),
            (
                "one of the class lets in, too, in the older spelling",
                cidrs("2001:db8::/32").class_params("{prefixListsIDs: [], PrefixListsIDs: [pl-1]}"),
                warning,
            ),
            ("even beside security groups", cidrs("10.0.0.1").set("security-groups", "sg-1"), error),
            (
                "from the class",
                working().class_params("{inboundCIDRs: [any]}"),
                &["error IngressClassParams alb /spec/inboundCIDRs"],
            ),
            ("the class says it better", cidrs("any").class_params("{inboundCIDRs: [10.0.0.0/8]}"), &[]),
            ("both on dualstack", dualstack("10.0.0.0/8,2001:db8::/32"), &[]),
            ("everybody", cidrs("0.0.0.0/0"), &[]),
            ("both everybodies", dualstack("0.0.0.0/0,::/0"), &[]),
            ("blanks", cidrs("10.0.0.0/8, 203.0.113.7/32,"), &[]),
        ],
    );
}

#[test]
fn networks_that_deploy_once() {
    let error: &[&str] = &["error Ingress mesh/alb @inbound-cidrs"];
    let dualstack = |value: &str| working().set(CIDRS, value).set("ip-address-type", "dualstack");
    hold(
        &ALB069,
        &[
            ("host bits", working().set(CIDRS, "203.0.113.7/24"), error),
            ("capitals", dualstack("2001:DB8::/32"), error),
            ("long form", dualstack("2001:0db8:0::/32"), error),
            ("host bits of IPv6", dualstack("2001:db8::1/32"), error),
            (
                "from the class",
                working().class_params("{inboundCIDRs: [10.1.0.0/8]}"),
                &["error IngressClassParams alb /spec/inboundCIDRs"],
            ),
            ("dropped on an IPv4 ALB", working().set(CIDRS, "10.0.0.0/8,2001:DB8::/32"), &[]),
            (
                "not read beside security groups",
                working().set(CIDRS, "203.0.113.7/24").set("security-groups", "sg-1"),
                &[],
            ),
            ("no network", working().set(CIDRS, "any"), &[]),
            ("canonical", dualstack("203.0.113.0/24,2001:db8::/32"), &[]),
        ],
    );
}

#[test]
fn allow_lists_without_effect() {
    let given = || working().set("security-groups", "sg-1");
    let member = "alb.ingress.kubernetes.io/security-groups: sg-1, alb.ingress.kubernetes.io/scheme: internet-facing";
    let spec = "{defaultBackend: {service: {name: gateway, port: {number: 80}}}}";
    let error: &[&str] = &["error Ingress mesh/alb @inbound-cidrs"];
    hold(
        &ALB025,
        &[
            ("networks", given().set(CIDRS, "10.0.0.0/8"), error),
            (
                "prefix lists",
                given().set(PREFIX_LISTS, "pl-1"),
                &["error Ingress mesh/alb @security-group-prefix-lists"],
            ),
            ("security groups of another member", working().set(CIDRS, "10.0.0.0/8").beside(member, spec), error),
            (
                "networks of the class",
                given().class_params("{inboundCIDRs: [10.0.0.0/8]}"),
                &["error IngressClassParams alb /spec/inboundCIDRs"],
            ),
            ("a list of commas", given().set(CIDRS, ","), &[]),
            ("security groups alone", given(), &[]),
            ("networks alone", working().set(CIDRS, "10.0.0.0/8"), &[]),
            (
                "a list of commas is a managed group",
                working().set("security-groups", ",").set(CIDRS, "10.0.0.0/8"),
                &[],
            ),
        ],
    );
}

#[test]
fn the_way_to_the_targets() {
    let suffix = "manage-backend-security-group-rules";
    let given = || working().set("security-groups", "sg-1");
    hold(
        &ALB026,
        &[
            ("nothing said", given(), &["warning Ingress mesh/alb @security-groups"]),
            ("yes", given().set(suffix, "true"), &[]),
            ("no, and said so", given().set(suffix, "false"), &[]),
            ("a managed group", working(), &[]),
        ],
    );
}

#[test]
fn security_groups_twice() {
    let error: &[&str] = &["error Ingress mesh/alb @security-groups"];
    let given = |value: &str| working().set("security-groups", value);
    let in_front =
        |value: &str| working().set("enable-frontend-nlb", "true").set("frontend-nlb-security-groups", value);
    hold(
        &ALB078,
        &[
            ("side by side", given("sg-1,sg-1"), error),
            ("apart", given("sg-1, sg-2, sg-1"), error),
            ("of the NLB in front", in_front("sg-1,sg-1"), &["error Ingress mesh/alb @frontend-nlb-security-groups"]),
            ("a Name twice", given("front,front"), &[]),
            ("two", given("sg-1,sg-2"), &[]),
        ],
    );
}
