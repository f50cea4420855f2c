use super::*;

const INGRESS: &str = "  ingressClassName: edge\n  rules:
  - http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: gateway, port: {number: 443}}}}
";

/// The facts of the one Ingress, whose class has these parameters.
fn facts(params: &str, annotations: &[(&str, &str)], service: &str) -> IngressFacts {
    let class = format!(
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: edge}}\nspec:\n  controller: \
         ingress.k8s.aws/alb\n  parameters: {{apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: edge}}\n---\n\
         apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {{name: edge}}\nspec: {params}\n---\n"
    );
    let gateway = Gateway { annotations: service, ..Gateway::default() };
    let ingress = Ing { annotations, spec: INGRESS, class: "", ..Ing::default() };
    model_of(&(class + &gateway.yaml() + &ingress.yaml())).ingresses.remove(0)
}

#[test]
fn a_field_of_the_class_stands_in_the_place_of_an_annotation() {
    let facts = facts("{scheme: internal, certificateArn: [arn:x]}", &[("scheme", "internet-facing")], "");
    let scheme = facts.text("scheme").unwrap();
    assert_eq!((scheme.value, scheme.is_of_class()), ("internal", true));
    assert_eq!(scheme.site(), Site::field(Object::class_params("edge"), "/spec/scheme"));
    assert_eq!(facts.list("certificate-arn").unwrap().value, ["arn:x"]);
    assert!(facts.in_effect("certificate-arn").is_some() && facts.in_effect("ssl-policy").is_none());
    // An empty text of the class overrides, too, and says nothing.
    let empty = self::facts("{scheme: ''}", &[("scheme", "internal")], "");
    assert!(empty.text("scheme").is_none() && empty.class_text("scheme").is_some());
}

#[test]
fn annotations_stand_beside_maps_of_the_class() {
    let tags = facts("{tags: [{key: a, value: b}]}", &[("tags", "c=d"), ("scheme", "")], "");
    let maps: Vec<_> = tags.maps("tags").into_iter().map(|map| (map.site().pointer(), map.value)).collect();
    let of = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let annotation = "/metadata/annotations/alb.ingress.kubernetes.io~1tags".to_owned();
    assert_eq!(maps, [("/spec/tags".to_owned(), of("a", "b")), (annotation, of("c", "d"))]);
    assert!(tags.text("scheme").is_none());
}

#[test]
fn the_older_spelling_of_prefix_lists_is_the_place() {
    let lists = facts("{PrefixListsIDs: [pl-1]}", &[], "");
    let lists = lists.list("security-group-prefix-lists").unwrap();
    assert_eq!((lists.site().pointer().as_str(), lists.value), ("/spec/PrefixListsIDs", vec!["pl-1".to_owned()]));
    let facts = self::facts("{PrefixListsIDs: [pl-1], prefixListsIDs: [pl-2]}", &[], "");
    let lists = facts.list("security-group-prefix-lists").unwrap();
    assert_eq!((lists.site().pointer().as_str(), lists.value), ("/spec/prefixListsIDs", vec!["pl-2".to_owned()]));
}

#[test]
fn for_a_target_group_the_service_wins_over_the_ingress_and_the_class_over_both() {
    let of_service =
        "    alb.ingress.kubernetes.io/target-type: ip\n    alb.ingress.kubernetes.io/backend-protocol: HTTPS\n";
    let own = [("target-type", "instance"), ("backend-protocol", "HTTP"), ("healthcheck-path", "/ready")];
    let options = Options::default();
    let facts = facts("{}", &own, of_service);
    let target = facts.target_settings("gateway");
    assert_eq!(target.target_type(&options), Some("ip"));
    assert_eq!(target.text("backend-protocol").unwrap().value, "HTTPS");
    assert_eq!(target.text("healthcheck-path").unwrap().value, "/ready");
    let other = facts.target_settings("other");
    assert_eq!(other.target_type(&options), Some("instance"));
    let by_class = self::facts("{targetType: instance}", &own, of_service);
    assert_eq!(by_class.target_settings("gateway").target_type(&options), Some("instance"));
    assert!(by_class.target_settings("gateway").setting("target-type").is_none());
}

#[test]
fn every_field_of_the_class_is_found_by_its_annotation() {
    let text = |params: &str, suffix: &str, annotation: &str| {
        let facts = facts(params, &[(suffix, annotation)], "");
        let found = facts.text(suffix).map(|text| (text.value.to_owned(), text.is_of_class()));
        (found, facts.in_effect(suffix).is_some(), facts.read_setting(suffix).is_some())
    };
    for (params, suffix, value, annotation) in [
        ("{loadBalancerName: x}", "load-balancer-name", "x", "y"),
        ("{group: {name: x}}", "group.name", "x", "y"),
        ("{ipAddressType: dualstack}", "ip-address-type", "dualstack", "ipv4"),
        ("{scheme: internal}", "scheme", "internal", "internet-facing"),
        ("{wafv2AclArn: x}", "wafv2-acl-arn", "x", "y"),
        ("{wafv2AclName: x}", "wafv2-acl-name", "x", "y"),
        ("{sslRedirectPort: '443'}", "ssl-redirect", "443", "8443"),
        ("{sslPolicy: x}", "ssl-policy", "x", "y"),
        ("{ipamConfiguration: {ipv4IPAMPoolId: x}}", "ipam-ipv4-pool-id", "x", "y"),
        ("{targetType: ip}", "target-type", "ip", "instance"),
    ] {
        assert_eq!(text(params, suffix, annotation), (Some((value.to_owned(), true)), true, false), "{params}");
        assert_eq!(text("{}", suffix, annotation), (Some((annotation.to_owned(), false)), true, true), "{suffix}");
    }
    for (params, suffix, value, annotation) in [
        ("{subnets: {ids: [subnet-a, subnet-b]}}", "subnets", &["subnet-a", "subnet-b"] as &[_], "subnet-c,subnet-d"),
        ("{inboundCIDRs: [10.0.0.0/8]}", "inbound-cidrs", &["10.0.0.0/8"], "0.0.0.0/0"),
        ("{prefixListsIDs: [pl-1]}", "security-group-prefix-lists", &["pl-1"], "pl-2"),
        ("{certificateArn: [arn:x]}", "certificate-arn", &["arn:x"], "arn:y"),
    ] {
        let by_class = facts(params, &[(suffix, annotation)], "");
        let list = by_class.list(suffix).unwrap();
        assert_eq!(
            (&*list.value, list.is_of_class()),
            (&value.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>()[..], true)
        );
        let by_annotation = facts("{}", &[(suffix, annotation)], "").list(suffix).unwrap().value.join(",");
        assert_eq!(by_annotation, annotation);
    }
    // Subnets by their tags stand in the annotation's place, and are no list.
    let tagged = facts("{subnets: {tags: {Name: [x]}}}", &[("subnets", "subnet-a,subnet-b")], "");
    assert!(tagged.list("subnets").is_none() && tagged.in_effect("subnets").is_none());
    assert!(tagged.read_setting("subnets").is_none());
    let capacity = facts(
        "{minimumLoadBalancerCapacity: {capacityUnits: 100}}",
        &[("minimum-load-balancer-capacity", "CapacityUnits=1")],
        "",
    );
    assert!(capacity.read_setting("minimum-load-balancer-capacity").is_none());
    // Attributes count key by key, beside those of the annotation.
    let attributes = facts(
        "{loadBalancerAttributes: [{key: a, value: b}]}",
        &[("load-balancer-attributes", "c=d"), ("tags", "e=f")],
        "",
    );
    assert_eq!(attributes.maps("load-balancer-attributes").len(), 2);
    assert_eq!(attributes.maps("tags").len(), 1);
    assert_eq!(attributes.class_params(), Some("edge"));
}

#[test]
fn for_a_target_group_the_class_stands_in_the_place_of_both_annotations() {
    let facts = facts(
        "{targetType: ip}",
        &[("target-type", "instance")],
        "    alb.ingress.kubernetes.io/target-type: instance\n",
    );
    let target = facts.target_settings("gateway");
    assert_eq!(target.target_type(&Options::default()), Some("ip"));
    let text = target.text("target-type").unwrap();
    assert_eq!((text.value, text.is_of_class()), ("ip", true));
}
