use super::*;

/// Two Ingresses of the group `edge` with a Service each.
fn pair(first: &[(&str, &str)], second: &[(&str, &str)]) -> Model {
    pair_with(first, TO_443, second, TO_443)
}

fn pair_with(first: &[(&str, &str)], first_spec: &str, second: &[(&str, &str)], second_spec: &str) -> Model {
    let group = ("group.name", "edge");
    let first: Vec<_> = [group].iter().chain(first).copied().collect();
    let second: Vec<_> = [group].iter().chain(second).copied().collect();
    let shop = Gateway::default().yaml().replace("edge-system", "shop");
    let one = Ing { annotations: &first, spec: first_spec, ..Ing::default() };
    let two = Ing { key: "shop/shop", annotations: &second, spec: second_spec, ..Ing::default() };
    model_of(&(Gateway::default().yaml() + &shop + &one.yaml() + &two.yaml()))
}

#[test]
fn order_comes_before_name_and_names_compare_as_text() {
    let order = |model: &Model| model.groups[0].members.iter().map(Key::to_string).collect::<Vec<_>>();
    assert_eq!(order(&pair(&[], &[])), ["edge-system/edge", "shop/shop"]);
    assert_eq!(order(&pair(&[("group.order", "10")], &[("group.order", "+9")])), ["shop/shop", "edge-system/edge"]);
    let group = &[("group.name", "edge")];
    let dash = Ing { key: "a-b/x", annotations: group, ..Ing::default() }.yaml();
    let slash = Ing { key: "a/x", annotations: group, ..Ing::default() }.yaml();
    assert_eq!(order(&model_of(&(slash + &dash))), ["a-b/x", "a/x"]);
}

#[test]
fn names_of_groups() {
    for name in ["a", "a.b-c", "0"] {
        assert_eq!(model(&[("group.name", name)]).groups[0].name, name);
    }
    for name in ["Edge", "a_b", "-a", "a-", ".", "a b", "ä"] {
        let message = refused_by(&model(&[("group.name", name)]), "group.name");
        assert!(message.starts_with("invalid ingress group: groupName must consist of"), "{name}");
    }
    built(&model(&[("group.name", &"a".repeat(63))]));
    let message = refused_by(&model(&[("group.name", &"a".repeat(64))]), "group.name");
    assert_eq!(message, "invalid ingress group: groupName must be no more than 63 characters");
    let message = refused_by(&model(&[("group.order", "first")]), "group.order");
    assert!(message.starts_with("failed to load Ingress group order for ingress: edge-system/edge: "), "{message}");
}

#[test]
fn an_order_out_of_range_stops_the_group_without_an_event() {
    let model = pair(&[], &[("group.order", "-1001")]);
    let message = refused_by(&model, "group.order");
    assert_eq!(message, "explicit Ingress group order must be within [-1000:1000], Ingress: shop/shop, order: -1001");
    assert_eq!(model.groups[0].failure.as_ref().map(|f| f.stage), Some(Stage::GroupLoad));
}

#[test]
fn exclusive_annotations_must_agree() {
    for (suffix, one, two, message) in [
        ("ip-address-type", "ipv4", "dualstack", "conflicting IPAddressType: [dualstack ipv4]"),
        ("wafv2-acl-arn", "arn:a", "none", "conflicting WAFv2 WebACL ARNs: [arn:a none]"),
        ("wafv2-acl-name", "a", "b", "conflicting WAFv2 WebACL names: [a b]"),
        ("waf-acl-id", "a", "b", "conflicting WAFClassic WebACL IDs: [a b]"),
        ("shield-advanced-protection", "true", "false", "conflicting enable shield advanced protection"),
        ("customer-owned-ipv4-pool", "a", "b", "conflicting CustomerOwnedIPv4Pool: [a b]"),
        ("ipam-ipv4-pool-id", "a", "b", "conflicting ipv4 ipam pools a: b"),
        (
            "load-balancer-attributes",
            "idle_timeout.timeout_seconds=1",
            "idle_timeout.timeout_seconds=2",
            "conflicting load balancer attributes idle_timeout.timeout_seconds: 1 | 2",
        ),
        (
            "minimum-load-balancer-capacity",
            "CapacityUnits=1",
            "CapacityUnits=2",
            "conflicting capacity reservation CapacityUnits: 1 | 2",
        ),
        (
            "security-group-prefix-lists",
            "pl-1",
            "pl-2",
            "failed to merge listenPort config for port: 80: conflicting inbound-prefix-lists, edge-system/edge: [pl-1] | shop/shop: [pl-2]",
        ),
        ("listener-attributes.HTTP-80", "a=1", "a=2", "conflicting listener attributes a: 1 | 2 for ingress shop/shop"),
    ] {
        assert_eq!(refused(&pair(&[(suffix, one)], &[(suffix, two)])).0, message);
        for other in [&[(suffix, one)][..], &[]] {
            let verdict = pair(&[(suffix, one)], other).verdict;
            assert_ne!(verdict, Verdict::Refused, "{suffix}");
        }
    }
}

#[test]
fn an_empty_web_acl_id_is_no_id() {
    let id = ("waf-acl-id", "11111111-0000-0000-0000-000000000000");
    for (one, two) in [(id, ("waf-acl-id", "")), (("web-acl-id", ""), id), (id, ("web-acl-id", ""))] {
        assert_eq!(built(&pair(&[one], &[two])).waf_classic.as_deref(), Some(id.1), "{one:?} {two:?}");
    }
}

#[test]
fn one_port_has_one_protocol() {
    let model = pair(&[("listen-ports", r#"[{"HTTP": 8443}]"#)], &[("listen-ports", r#"[{"HTTPS": 8443}]"#)]);
    let conflict = "conflicting protocol, edge-system/edge: HTTP | shop/shop: HTTPS";
    assert_eq!(refused(&model).0, format!("failed to merge listenPort config for port: 8443: {conflict}"));
}

#[test]
fn redirects_of_a_group_must_agree_and_count_against_all_its_listeners() {
    let ports = r#"[{"HTTP": 80}, {"HTTPS": 443}]"#;
    let https = [("listen-ports", ports), ("certificate-arn", "arn:c")];
    let model = pair(&[("ssl-redirect", "443"), https[0], https[1]], &[("ssl-redirect", "8443"), https[0], https[1]]);
    assert_eq!(refused_by(&model, "ssl-redirect"), "conflicting sslRedirect port: [443 8443]");
    let model = pair(&[("ssl-redirect", "443")], &https);
    let built = built(&model);
    assert!(built.listeners[0].redirects_all && built.listeners[0].rules.is_empty());
    assert_eq!(built.listeners[0].members.len(), 2);
    assert_eq!(built.listeners[1].members, [Key::new("shop", "shop")]);
    assert!(built.target_groups.iter().all(|group| group.ingress.namespace == "shop"));
}

#[test]
fn an_allow_list_of_one_member_holds_for_the_whole_port() {
    let model = pair(&[("inbound-cidrs", "10.0.0.0/8")], &[("listen-ports", r#"[{"HTTP": 80}, {"HTTP": 81}]"#)]);
    assert_eq!(inbound(built(&model)), ["tcp 80 from 10.0.0.0/8", "tcp 81 from 0.0.0.0/0"]);
}

#[test]
fn certificates_add_up_and_the_first_stays_first() {
    let https = ("listen-ports", r#"[{"HTTPS": 443}]"#);
    let model = pair(&[https, ("certificate-arn", "arn:b,arn:c")], &[https, ("certificate-arn", "arn:a,arn:b,arn:c")]);
    let arns: Vec<_> = built(&model).listeners[0].certificates.iter().flatten().collect();
    assert_eq!(arns, ["arn:b", "arn:c", "arn:a", "arn:b"]);
}

#[test]
fn an_ingress_that_is_in_no_group_leaves_the_others_alone() {
    let fine = Ing::default().yaml();
    let broken = Ing { key: "edge-system/other", annotations: &[("group.name", "")], ..Ing::default() }.yaml();
    let model = model_of(&(Gateway::default().yaml() + &fine + &broken));
    assert_eq!(model.verdict, Verdict::Refused);
    assert_eq!(model.groups.len(), 1);
    assert_eq!(model.groups[0].verdict, Verdict::Built);
    let facts = model.ingress(&Key::new("edge-system", "other")).unwrap();
    assert_eq!((facts.group.as_ref(), facts.index), (None, 2));
    assert_eq!(facts.failure.as_ref().map(|f| f.stage), Some(Stage::GroupId));
    assert!(model.group_of(&Key::new("edge-system", "edge")).is_some());
}

#[test]
fn an_error_of_one_member_is_an_error_of_all() {
    let model = pair(&[], &[("backend-protocol", "https")]);
    let message = refused_by(&model, "backend-protocol");
    assert_eq!(message, "ingress: shop/shop: backend protocol must be within [HTTP, HTTPS]: https");
    let failure = model.groups[0].failure.as_ref().unwrap();
    assert_eq!(failure.reason.ingress, Some(Key::new("shop", "shop")));
}

#[test]
fn the_worst_group_decides_the_verdict() {
    let fine = Ing::default().yaml();
    let unknown = Ing { key: "edge-system/one", annotations: &[("subnets", "subnet-a")], ..Ing::default() }.yaml();
    let refused = Ing { key: "edge-system/two", annotations: &[("scheme", "")], ..Ing::default() }.yaml();
    let service = Gateway::default().yaml();
    assert_eq!(model_of(&(service.clone() + &fine + &unknown)).verdict, Verdict::Unknown);
    assert_eq!(model_of(&(service + &fine + &unknown + &refused)).verdict, Verdict::Refused);
}
