//! The load balancer, its web ACL, target groups, and the NLB in front.

use super::*;

#[test]
fn load_balancers() {
    let attribute = |value| [("load-balancer-attributes", value)];
    let conflict = group(&attribute("a=1"), &attribute("a=2"));
    let settled = of_class(
        &[("group.name", "edge"), ("load-balancer-attributes", "a=1")],
        "{loadBalancerAttributes: [{key: a, value: '3'}]}",
    ) + &Ing {
        key: "edge-system/next",
        annotations: &[("group.name", "edge"), ("load-balancer-attributes", "a=2")],
        ..Ing::default()
    }
    .yaml();
    let long = [("load-balancer-name", "a-name-of-more-than-thirty-two-characters")];
    let words = [
        (Version(2, 2, 4), "loadBalancerAttribute"),
        (Version(2, 3, 0), "attributes"),
        (Version(2, 10, 1), "load balancer attributes"),
    ];
    for (release, what) in words {
        let message = format!("Build: conflicting {what} a: 1 | 2");
        assert_eq!(told(&model_by(&conflict, release), ""), message, "{:?}", Behaviour::LoadBalancerWords);
    }
    let twice = with(&[("security-groups", "sg-1,sg-1")]);
    for (release, find) in [(Version(2, 2, 4), "found"), (Version(2, 3, 0), "find")] {
        let message = format!("Build: couldn't {find} all securityGroups, nameOrIDs: [sg-1 sg-1], found: [sg-1]");
        assert_eq!(told(&model_by(&twice, release), ""), message, "{:?}", Behaviour::LoadBalancerWords);
    }
    hold(&[
        (
            Behaviour::ClassSettlesAttributes,
            settled,
            "/loadBalancer/attributes/a",
            "Build: conflicting attributes a: 1 | 2",
            r#""3""#,
        ),
        (
            Behaviour::NameLengthChecked,
            with(&long),
            "",
            "Built",
            "Build: load balancer name cannot be longer than 32 characters",
        ),
        (
            Behaviour::DualStackWithoutPublicIpv4,
            with(&[("ip-address-type", "dualstack-without-public-ipv4"), ("subnets", "subnet-a,subnet-b")]),
            "/loadBalancer/ipAddressType",
            "Build: unknown IPAddressType: dualstack-without-public-ipv4",
            r#""dualstack-without-public-ipv4""#,
        ),
        (
            Behaviour::SecurityGroupNamesMerged,
            with(&[("security-groups", "edge,edge")]),
            "",
            "Build: couldn't find all securityGroups, nameOrIDs: [edge edge], found: [edge]",
            "Built",
        ),
        (
            Behaviour::CapacityChecked,
            with(&[("minimum-load-balancer-capacity", "CapacityUnits=x")]),
            "/loadBalancer/minimumCapacity",
            "0",
            "Build: invalid value to set the capacity: x: strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        (
            Behaviour::MapEscapes,
            with(&[("tags", r"a=b\,c,d=e")]),
            "/loadBalancer/tags",
            r"Build: failed to parse stringMap annotation, alb.ingress.kubernetes.io/tags: a=b\,c,d=e",
            r#"{"a":"b,c","d":"e"}"#,
        ),
        (Behaviour::MapEscapes, with(&[("tags", "a=b,")]), "/loadBalancer/tags", r#"{"a":"b"}"#, r#"{"a":"b,"}"#),
        (
            Behaviour::Int32,
            with(&[("healthcheck-interval-seconds", "15s")]),
            "",
            "Build: ingress: edge-system/edge: failed to parse int64 annotation, \
             alb.ingress.kubernetes.io/healthcheck-interval-seconds: 15s: strconv.ParseInt: parsing \"15s\": invalid syntax",
            "Build: ingress: edge-system/edge: failed to parse int32 annotation, \
             alb.ingress.kubernetes.io/healthcheck-interval-seconds: 15s: strconv.ParseInt: parsing \"15s\": invalid syntax",
        ),
    ]);
}

#[test]
fn an_older_release_takes_what_is_no_fault_of_its_own() {
    let groups = model_by(&with(&[("security-groups", "sg-1,edge")]), before(Version(2, 9, 0)));
    assert_eq!(built(&groups).load_balancer.security_groups, ["sg-1", "edge"]);
    // Numbers of 64 bits: as good as the largest of 32.
    for (text, number) in [("99999999999", i32::MAX), ("-99999999999", i32::MIN), ("15", 15)] {
        let model = model_by(&with(&[("healthcheck-interval-seconds", text)]), before(Version(2, 9, 0)));
        assert_eq!(built(&model).target_groups[0].health_check.interval_seconds, number);
    }
}

#[test]
fn web_acls_and_shield() {
    let arn = |arn| [("wafv2-acl-arn", arn)];
    let none = arn("none");
    let classic = |id| [("waf-acl-id", id)];
    hold(&[
        (Behaviour::WebAclLeftAlone, with(&[]), "/wafv2", "\"\"", "null"),
        (Behaviour::WebAclNone, with(&none), "/wafv2", r#""none""#, "\"\""),
        (Behaviour::WebAclNone, with(&classic("none")), "/wafClassic", r#""none""#, "null"),
        (Behaviour::EmptyWebAclDetaches, with(&arn("")), "/wafv2", "null", "\"\""),
        (
            Behaviour::EmptyWebAclDetaches,
            group(&arn(""), &arn("arn:x")),
            "/wafv2",
            r#""arn:x""#,
            "Build: conflicting WAFv2 WebACL ARNs: [ arn:x]",
        ),
        (
            Behaviour::WafClassicWords,
            group(&classic("a"), &classic("b")),
            "",
            "Build: conflicting WAFRegional WebACL IDs: [a b]",
            "Build: conflicting WAFClassic WebACL IDs: [a b]",
        ),
        (Behaviour::ShieldLeftAlone, with(&[]), "/shield", "false", "null"),
        (
            Behaviour::WebAclByName,
            with(&[("wafv2-acl-name", "edge")]),
            "",
            "Build: panic: runtime error: invalid memory address or nil pointer dereference [recovered]",
            "Built",
        ),
        (
            Behaviour::WebAclByName,
            of_class(&[], "{wafv2AclName: edge}"),
            "",
            "Build: panic: runtime error: invalid memory address or nil pointer dereference [recovered]",
            "Built",
        ),
        (Behaviour::WebAclByName, with(&[("wafv2-acl-name", "none")]), "/wafv2", "\"\"", "\"\""),
    ]);
    let empty = model_by(&with(&arn("")), Version(2, 8, 1));
    assert_eq!(built(&empty).wafv2, WebAcl::DetachedByRelease, "as no annotation");
    let empty = model_by(&with(&[("wafv2-acl-name", "")]), Version(2, 14, 0));
    assert_eq!(told(&empty, "/wafv2"), "null", "an empty name is not looked up");
    let unknown = model_by(&with(&[("wafv2-acl-name", "edge")]), before(Version(2, 14, 0)));
    assert_eq!(told(&unknown, "/wafv2"), "null", "{:?}", Behaviour::WebAclNameKnown);
}

#[test]
fn target_groups() {
    let gateway = |annotations: &'static str, spec: &'static str, ports: &'static str| {
        Gateway { annotations, spec, ports }.yaml()
    };
    let tags = "    alb.ingress.kubernetes.io/tags: a=service\n";
    let cluster_ip = "  - {name: https, port: 443, targetPort: 443}\n";
    hold(&[
        (
            Behaviour::TagsMerged,
            gateway(tags, "  type: NodePort\n", PORTS)
                + &Ing { annotations: &[("tags", "a=ingress,b=x")], ..Ing::default() }.yaml(),
            "/targetGroups/0/tags",
            r#"{"a":"service"}"#,
            r#"{"a":"service","b":"x"}"#,
        ),
        (
            Behaviour::Ipv6TargetGroups,
            gateway("", "  type: NodePort\n  ipFamilies: [IPv6]\n", PORTS) + &Ing::default().yaml(),
            "/targetGroups/0/ipAddressType",
            r#""ipv4""#,
            "Build: ingress: edge-system/edge: unsupported IPv6 configuration, lb not dual-stack",
        ),
        (
            Behaviour::NodePortChecked,
            gateway("", "  type: ClusterIP\n", cluster_ip) + &Ing::default().yaml(),
            "/targetGroups/0/port",
            "0",
            "Build: ingress: edge-system/edge: TargetGroup port is empty. When using Instance targets, your service be must \
             of type 'NodePort' or 'LoadBalancer'",
        ),
    ]);
}

#[test]
fn the_nlb_in_front() {
    let groups = ("frontend-nlb-security-groups", "sg-1,sg-2");
    hold(&[
        (
            Behaviour::FrontendNlbSecurityGroups,
            with(&[NLB, groups]),
            "/frontendNlb/securityGroups",
            r#"["sg-1"]"#,
            r#"["sg-1","sg-2"]"#,
        ),
        (
            Behaviour::FrontendNlbSubnets,
            with(&[NLB, ("subnets", "subnet-a,subnet-b")]),
            "/frontendNlb/subnets",
            r#"["subnet-a","subnet-b"]"#,
            "null",
        ),
    ]);
}
