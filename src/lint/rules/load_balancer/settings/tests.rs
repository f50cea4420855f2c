use super::*;
use crate::finding::Rule;
use crate::lint::testing::{Manifest, hold, working};

const ACL: &str = "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/edge/0a1b2c3d-0000-4000-8000-000000000000";

fn at(suffix: &str, severity: &str) -> String {
    format!("{severity} Ingress mesh/alb @{suffix}")
}

/// Values of one annotation: those that the rule refuses, and those that it takes.
fn values(rule: &'static Rule, base: &Manifest, suffix: &str, refused: &[&str], taken: &[&str]) {
    let line = at(suffix, "error");
    let refused = refused.iter().map(|value| (*value, base.clone().set(suffix, value), [line.as_str()]));
    let refused: Vec<_> = refused.collect();
    let mut cases: Vec<(&str, Manifest, &[&str])> =
        refused.iter().map(|(value, manifest, lines)| (*value, manifest.clone(), lines.as_slice())).collect();
    cases.extend(taken.iter().map(|value| (*value, base.clone().set(suffix, value), &[] as &[&str])));
    hold(rule, &cases);
}

#[test]
fn names() {
    let long = "a".repeat(33);
    values(
        &ALB021,
        &working(),
        "load-balancer-name",
        &[&long, "ä-alb", "my_alb", "my alb", "-alb", "alb-", "internal-alb"],
        &["my-alb", "internal", "A", &long[1..], "internalalb"],
    );
    hold(
        &ALB021,
        &[
            (
                "from the class",
                working().class_params("{loadBalancerName: my_alb}"),
                &["error IngressClassParams alb /spec/loadBalancerName"],
            ),
            (
                "the class says it better",
                working().set("load-balancer-name", "my_alb").class_params("{loadBalancerName: my-alb}"),
                &[],
            ),
        ],
    );
}

#[test]
fn subnets() {
    values(
        &ALB023,
        &working(),
        "subnets",
        &["subnet-1", "public-a", ",", "subnet-1,subnet-1", "public-a, public-a", "subnet-1,subnet-2,subnet-1"],
        &["subnet-1,subnet-2", "public-a,public-b", "subnet-1, public-b", "public-a,public-b,public-a"],
    );
    let in_front = working().set("enable-frontend-nlb", "true");
    values(&ALB023, &in_front, "frontend-nlb-subnets", &["subnet-1,subnet-1", ","], &["subnet-1", "subnet-1,subnet-2"]);
    hold(
        &ALB023,
        &[
            (
                "from the class",
                working().class_params("{subnets: {ids: [subnet-1]}}"),
                &["error IngressClassParams alb /spec/subnets"],
            ),
            ("by tags, from the class", working().class_params("{subnets: {tags: {zone: [a]}}}"), &[]),
            (
                "on an Outpost",
                working().set("subnets", "subnet-1").set("customer-owned-ipv4-pool", "ipv4pool-coip-1a"),
                &[],
            ),
            ("without the NLB", working().set("frontend-nlb-subnets", ","), &[]),
        ],
    );
}

#[test]
fn a_web_acl_that_was_attached_by_hand() {
    for (manifest, release, found) in [
        (working(), "2.8.1", true),
        (working(), "2.8.2", false),
        (working().set("wafv2-acl-arn", ACL), "2.8.1", false),
        (working().set("wafv2-acl-arn", "none"), "2.8.1", false),
    ] {
        let findings = manifest.findings_with(&format!("{{controllerVersion: '{release}'}}"));
        assert_eq!(findings.iter().any(|line| line.contains("ALB100")), found, "{release}: {findings:?}");
    }
}

#[test]
fn zones_in_place_of_subnets() {
    let line = at("subnets", "warning");
    let subnets = |value: &str| working().set("subnets", value);
    hold(
        &ALB106,
        &[
            ("two zones", subnets("us-west-2a,us-west-2b"), &[line.as_str()]),
            ("a zone beside a subnet", subnets("subnet-1, us-gov-east-1b"), &[line.as_str()]),
            ("local zones", subnets("us-west-2-lax-1a,us-west-2-lax-1b"), &[line.as_str()]),
            ("ids", subnets("subnet-1,subnet-2"), &[]),
            ("Name tags of places", subnets("shop-west-2-lax-1a,us-west-lax-2,us-west-2-lax-public"), &[]),
            ("Name tags", subnets("public-a,public-us-west-2a,us-west-2a-public"), &[]),
            ("regions", subnets("eu-west-1,eu-west-2"), &[]),
            (
                "of the NLB in front",
                working().set("enable-frontend-nlb", "true").set("frontend-nlb-subnets", "us-west-2a"),
                &["warning Ingress mesh/alb @frontend-nlb-subnets"],
            ),
        ],
    );
}

#[test]
fn web_acls() {
    values(
        &ALB031,
        &working(),
        "wafv2-acl-arn",
        &[
            "my-web-acl",
            "None",
            "arn:aws:wafv2:region:account-id:regional/webacl/my-web-acl/acl-id",
            "arn:aws:wafv2:us-east-1:111122223333:global/webacl/edge/0a1b",
            "arn:aws:waf-regional:eu-central-1:111122223333:webacl/0a1b",
            "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/edge",
            "arn:aws:wafv2:eu-central-1:1111:regional/webacl/edge/0a1b",
        ],
        &[ACL, "none", &ACL.replace("arn:aws:", "arn:aws-cn:")],
    );
    let warning = at("wafv2-acl-arn", "warning");
    let member = "alb.ingress.kubernetes.io/wafv2-acl-name: edge, alb.ingress.kubernetes.io/scheme: internet-facing";
    let spec = "{defaultBackend: {service: {name: gateway, port: {number: 80}}}}";
    hold(
        &ALB030,
        &[
            ("both", working().set("wafv2-acl-arn", ACL).set("wafv2-acl-name", "none"), &[&warning]),
            ("the name of another member", working().set("wafv2-acl-arn", ACL).beside(member, spec), &[&warning]),
            ("from the class", working().set("wafv2-acl-arn", ACL).class_params("{wafv2AclName: edge}"), &[&warning]),
            ("the ARN", working().set("wafv2-acl-arn", ACL), &[]),
            ("an empty name is none", working().set("wafv2-acl-arn", ACL).set("wafv2-acl-name", ""), &[]),
        ],
    );
    hold(
        &ALB031,
        &[
            (
                "an ARN that is not read",
                working().set("wafv2-acl-arn", "my-web-acl").set("wafv2-acl-name", "edge"),
                &[],
            ),
            (
                "from the class",
                working().class_params("{wafv2AclArn: my-web-acl}"),
                &["error IngressClassParams alb /spec/wafv2AclArn"],
            ),
            (
                "in another region than the certificate",
                working().set("wafv2-acl-arn", &ACL.replace("eu-central-1", "us-east-1")),
                &["error Ingress mesh/alb @wafv2-acl-arn"],
            ),
            (
                "and no certificate of ACM",
                working()
                    .set("certificate-arn", "arn:aws:iam::111122223333:server-certificate/x")
                    .set("wafv2-acl-arn", &ACL.replace("eu-central-1", "us-east-1")),
                &[],
            ),
        ],
    );
}

#[test]
fn shield_advanced() {
    let suffix = "shield-advanced-protection";
    hold(
        &ALB032,
        &[
            ("on", working().set(suffix, "true"), &[&at(suffix, "warning")]),
            ("off", working().set(suffix, "false"), &[]),
            ("neither", working().set(suffix, "yes"), &[]),
        ],
    );
}

#[test]
fn addresses_of_the_nlb_in_front() {
    let suffix = "frontend-nlb-eip-allocations";
    let error = at(suffix, "error");
    let addresses = working().set(suffix, "eipalloc-1,eipalloc-2");
    let in_front = addresses.clone().set("enable-frontend-nlb", "true");
    let facing = in_front.clone().set("frontend-nlb-scheme", "internet-facing");
    let subnets = "frontend-nlb-subnets";
    hold(
        &ALB087,
        &[
            ("no scheme", in_front.clone(), &[&error]),
            ("internal", in_front.set("frontend-nlb-scheme", "internal"), &[&error]),
            ("another count", facing.clone().set(subnets, "subnet-1"), &[&error]),
            ("one for each subnet", facing.clone().set(subnets, "subnet-1,subnet-2"), &[]),
            ("subnets are discovered", facing, &[]),
            ("no NLB", addresses, &[]),
        ],
    );
}

#[test]
fn ids_of_another_kind() {
    values(
        &ALB089,
        &working(),
        "security-group-prefix-lists",
        &["my-list", "pl-", "pl-1,my-list", "com.amazonaws.global.cloudfront.origin-facing"],
        &["pl-0a1b2c3d", "pl-1, pl-2"],
    );
    values(&ALB089, &working(), "ipam-ipv4-pool-id", &["my-pool"], &["ipam-pool-0a1b"]);
    values(&ALB089, &working(), "customer-owned-ipv4-pool", &["my-pool"], &["ipv4pool-coip-0a1b"]);
    let internal = working().set("scheme", "internal");
    let dualstack = "dualstack-without-public-ipv4";
    hold(
        &ALB089,
        &[
            (
                "no public addresses",
                internal.clone().set("ip-address-type", dualstack),
                &[&at("ip-address-type", "warning")],
            ),
            (
                "a pool of public addresses",
                internal.clone().set("ipam-ipv4-pool-id", "ipam-pool-1"),
                &[&at("ipam-ipv4-pool-id", "warning")],
            ),
            ("public", working().set("ip-address-type", dualstack), &[]),
            ("dualstack", internal.set("ip-address-type", "dualstack"), &[]),
            ("not read", working().set("security-groups", "sg-1").set("security-group-prefix-lists", "my-list"), &[]),
            (
                "from the class",
                working().class_params("{prefixListsIDs: [my-list]}"),
                &["error IngressClassParams alb /spec/prefixListsIDs"],
            ),
        ],
    );
}
