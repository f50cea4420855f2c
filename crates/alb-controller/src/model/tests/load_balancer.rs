use super::*;

#[test]
fn names_count_bytes_and_empty_ones_pass() {
    let name = |name: &str| model(&[("load-balancer-name", name)]);
    assert_eq!(built(&name("")).load_balancer.name.as_deref(), Some(""));
    assert_eq!(built(&name(&"x".repeat(32))).load_balancer.name, Some("x".repeat(32)));
    let message = "load balancer name cannot be longer than 32 characters";
    assert_eq!(refused_by(&name(&"x".repeat(33)), "load-balancer-name"), message);
    assert_eq!(refused_by(&name(&"ä".repeat(17)), "load-balancer-name"), message);
    assert_eq!(built(&model(&[])).load_balancer.name, None);
}

#[test]
fn subnets_are_judged_as_far_as_the_list_tells() {
    let subnets = |list: &str| model(&[("subnets", list)]);
    let given = subnets("subnet-a, public-b");
    assert_eq!(built(&given).load_balancer.subnets, Subnets::Given(vec!["subnet-a".into(), "public-b".into()]));
    assert_eq!(built(&model(&[])).load_balancer.subnets, Subnets::Discovered);
    let twice = "failed to list subnets by names or IDs: couldn't find all subnets, want: [subnet-a subnet-a], found: [subnet-a]";
    assert_eq!(refused_by(&subnets("subnet-a,public-b,subnet-a"), "subnets"), twice);
    assert_eq!(refused_by(&subnets(" ,"), "subnets"), "unable to resolve at least one subnet");
    assert_eq!(subnets("subnet-a").verdict, Verdict::Unknown);
    assert_eq!(subnets("public-a,public-a").verdict, Verdict::Unknown);
}

#[test]
fn dual_stack_needs_subnets_that_only_aws_knows() {
    let model = model(&[("ip-address-type", "dualstack")]);
    let message = "it depends on AWS: IPv6 blocks of the subnets that are discovered, for dualstack";
    assert_eq!((model.verdict, model.message.as_deref()), (Verdict::Unknown, Some(message)));
    assert_eq!(shown(&model, "/loadBalancer/ipAddressType"), json!("dualstack"));
}

#[test]
fn given_security_groups_replace_the_managed_one() {
    let groups = ("security-groups", "sg-1, front");
    let with = |manage: &str| model(&[groups, ("manage-backend-security-group-rules", manage)]);
    let built_with = with("T");
    let lb = &built(&built_with).load_balancer;
    assert_eq!((lb.security_groups.len(), lb.manages_backend_rules), (2, true));
    assert_eq!(inbound(built(&built_with)), Vec::<String>::new());
    assert!(!built(&model(&[groups])).load_balancer.manages_backend_rules);
    assert!(built(&model(&[])).load_balancer.manages_backend_rules);
    refused_by(&with("yes"), "manage-backend-security-group-rules");
    built(&model(&[("manage-backend-security-group-rules", "yes")]));
    built(&model(&[("security-groups", "front,front")]));
    built(&model(&[("security-groups", ",")]));
}

#[test]
fn attributes_and_tags_take_commas_only_escaped() {
    let model =
        model(&[("tags", r"Teams=a\,b,Path=C:\temp"), ("load-balancer-attributes", "access_logs.s3.prefix=a=b")]);
    let lb = &built(&model).load_balancer;
    assert_eq!(lb.tags, BTreeMap::from([("Path".into(), "C:temp".into()), ("Teams".into(), "a,b".into())]));
    assert_eq!(lb.attributes["access_logs.s3.prefix"], "a=b");
}

#[test]
fn capacity_has_one_key_and_takes_whole_numbers() {
    let capacity = |text: &str| model(&[("minimum-load-balancer-capacity", text)]);
    assert_eq!(built(&capacity("CapacityUnits=100")).load_balancer.minimum_capacity, Some(100));
    assert_eq!(built(&capacity("CapacityUnits=+5")).load_balancer.minimum_capacity, Some(5));
    for (units, fault) in [
        ("3k", "invalid syntax"),
        ("", "invalid syntax"),
        ("100,", "invalid syntax"),
        ("1.0", "invalid syntax"),
        ("2147483648", "value out of range"),
    ] {
        let message = refused_by(&capacity(&format!("CapacityUnits={units}")), "minimum-load-balancer-capacity");
        let parsing = format!("strconv.ParseInt: parsing {units:?}: {fault}");
        assert_eq!(message, format!("invalid value to set the capacity: {units}: {parsing}"));
    }
    assert_eq!(built(&capacity("")).load_balancer.minimum_capacity, None);
    let message = refused_by(&capacity("capacityUnits=1"), "minimum-load-balancer-capacity");
    assert_eq!(message, "invalid key to set the capacity: capacityUnits, Expected key: CapacityUnits");
}

#[test]
fn pools() {
    assert_eq!(
        built(&model(&[("ipam-ipv4-pool-id", "ipam-1")])).load_balancer.ipv4_ipam_pool.as_deref(),
        Some("ipam-1")
    );
    let coip = model(&[("customer-owned-ipv4-pool", "ipv4pool-coip-1")]);
    assert_eq!(shown(&coip, "/loadBalancer/customerOwnedIpv4Pool"), json!("ipv4pool-coip-1"));
}

#[test]
fn web_acls() {
    let acl = |annotations: &[(&str, &str)]| shown(&model(annotations), "/wafv2");
    assert_eq!(acl(&[]), Value::Null);
    assert_eq!(acl(&[("wafv2-acl-arn", "none")]), json!(""));
    assert_eq!(acl(&[("wafv2-acl-arn", "None")]), json!("None"));
    assert_eq!(acl(&[("wafv2-acl-name", ""), ("wafv2-acl-arn", "arn:x")]), json!("arn:x"));
    let by_name = model(&[("wafv2-acl-name", "acl"), ("wafv2-acl-arn", "arn:x")]);
    assert_eq!(built(&by_name).wafv2, WebAcl::Name("acl".into()));
    assert_eq!(shown(&by_name, "/wafv2"), Value::Null);
}

#[test]
fn the_older_web_acl_key_counts_where_the_newer_is_absent() {
    let classic = |annotations: &[(&str, &str)]| built(&model(annotations)).waf_classic.clone();
    assert_eq!(classic(&[("web-acl-id", "old")]).as_deref(), Some("old"));
    assert_eq!(classic(&[("waf-acl-id", "new"), ("web-acl-id", "old")]).as_deref(), Some("new"));
    assert_eq!(classic(&[("waf-acl-id", ""), ("web-acl-id", "old")]), None);
    assert_eq!(classic(&[("waf-acl-id", "none")]), None);
}

#[test]
fn shield_is_a_go_bool() {
    assert_eq!(built(&model(&[("shield-advanced-protection", "1")])).shield, Some(true));
    assert_eq!(built(&model(&[("shield-advanced-protection", "F")])).shield, Some(false));
    refused_by(&model(&[("shield-advanced-protection", "")]), "shield-advanced-protection");
}
