use super::*;

const ON: (&str, &str) = ("enable-frontend-nlb", "true");
const PUBLIC: (&str, &str) = ("frontend-nlb-scheme", "internet-facing");
const EIPS: (&str, &str) = ("frontend-nlb-eip-allocations", "eipalloc-1,eipalloc-2");

fn nlb(model: &Model) -> &FrontendNlb {
    built(model).frontend_nlb.as_ref().unwrap()
}

#[test]
fn it_is_built_only_when_asked_for() {
    assert_eq!(built(&model(&[PUBLIC, ("frontend-nlb-healthcheck-port", "x")])).frontend_nlb, None);
    let on = model(&[ON]);
    assert_eq!((nlb(&on).scheme, &nlb(&on).subnets), ("internal", &Subnets::Discovered));
    assert_eq!(nlb(&on).listeners.iter().map(|l| (l.port, l.alb_port)).collect::<Vec<_>>(), [(80, 80)]);
    refused_by(&model(&[("enable-frontend-nlb", "on")]), "enable-frontend-nlb");
}

#[test]
fn addresses_need_a_public_scheme_and_a_subnet_each() {
    let message = refused_by(&model(&[ON, EIPS]), EIPS.0);
    assert_eq!(message, "EIP allocations can only be set for internet facing load balancers");
    let message = refused_by(&model(&[ON, PUBLIC, EIPS, ("frontend-nlb-subnets", "subnet-a")]), EIPS.0);
    assert_eq!(message, "count of EIP allocations (2) and subnets (1) must match");
    built(&model(&[ON, PUBLIC, (EIPS.0, ","), ("frontend-nlb-subnets", "subnet-a")]));
    refused_by(&model(&[ON, (EIPS.0, "")]), EIPS.0);
    let fine = model(&[ON, PUBLIC, EIPS, ("frontend-nlb-subnets", "subnet-a,subnet-b")]);
    assert_eq!(nlb(&fine).eip_allocations.len(), 2);
    assert_eq!(model(&[ON, PUBLIC, EIPS]).verdict, Verdict::Unknown);
}

#[test]
fn one_subnet_is_enough_and_none_is_not() {
    built(&model(&[ON, ("frontend-nlb-subnets", "subnet-a")]));
    let message = refused_by(&model(&[ON, ("frontend-nlb-subnets", ",")]), "frontend-nlb-subnets");
    assert_eq!(message, "unable to resolve at least one subnet");
}

#[test]
fn ports_are_mapped_and_unknown_ones_left_out() {
    let mapping = ("frontend-nlb-listener-port-mapping", "8080=80,8443=443");
    let mapped = model(&[ON, mapping]);
    assert_eq!(nlb(&mapped).listeners.iter().map(|l| (l.port, l.alb_port)).collect::<Vec<_>>(), [(8080, 80)]);
    let message = refused_by(&model(&[ON, (mapping.0, "http=80")]), mapping.0);
    let what = "failed to compute listenPort config for ingress: edge-system/edge";
    assert_eq!(message, format!("{what}: invalid NLB listener port: http"));
    let message = refused_by(&model(&[ON, (mapping.0, "8080")]), mapping.0);
    let parse = "failed to parse frontend-nlb-listener-port-mapping for ingress map[]";
    assert!(message.starts_with(&format!("{what}: {parse}: failed to parse stringMap annotation, ")), "{message}");
}

#[test]
fn its_health_check_takes_no_port_names() {
    let message =
        refused_by(&model(&[ON, ("frontend-nlb-healthcheck-port", "status-port")]), "frontend-nlb-healthcheck-port");
    assert!(message.ends_with(": failed to resolve healthCheckPort"));
    let check =
        model(&[ON, ("frontend-nlb-healthcheck-path", "/x"), ("frontend-nlb-healthcheck-success-codes", "200-399")]);
    let check = &nlb(&check).listeners[0].health_check;
    assert_eq!((check.path.as_str(), &check.matcher), ("/x", &Matcher::HttpCode("200-399".into())));
}

#[test]
fn routing_policy_is_one_of_three() {
    let attributes = |policy: &str| format!("dns_record.client_routing_policy={policy}");
    let model_of = |value: &str| model(&[ON, ("frontend-nlb-attributes", value)]);
    built(&model_of(&attributes("any_availability_zone")));
    let message = refused_by(&model_of(&attributes("nearest")), "frontend-nlb-attributes");
    let set = "invalid dns_record.client_routing_policy set in annotation aws-load-balancer-attributes";
    let known = "['any_availability_zone', 'partial_availability_zone_affinity', 'availability_zone_affinity']";
    assert_eq!(message, format!("{set}: got 'nearest' expected one of {known}"));
}

/// Two Ingresses of a group that both ask for the NLB.
fn pair(one: &[(&str, &str)], two: &[(&str, &str)]) -> Model {
    let group = ("group.name", "edge");
    let one: Vec<_> = [group, ON].iter().chain(one).copied().collect();
    let two: Vec<_> = [group, ON].iter().chain(two).copied().collect();
    let one = Ing { key: "edge-system/a", annotations: &one, ..Ing::default() }.yaml();
    let two = Ing { key: "edge-system/b", annotations: &two, ..Ing::default() }.yaml();
    model_of(&(Gateway::default().yaml() + &one + &two))
}

#[test]
fn tags_are_compared_as_a_whole_and_default_to_those_of_the_alb() {
    let tags = |value: &'static str| ("frontend-nlb-tags", value);
    let (message, _) = refused(&pair(&[tags("a=1")], &[tags("b=2")]));
    assert_eq!(message, "conflicting frontend NLB tags: map[a:1] | map[b:2]");
    for (one, two) in
        [(&[tags("a=1,b=2")][..], &[tags("b=2,a=1")][..]), (&[tags("a=1,b=2")], &[]), (&[], &[tags("a=1,b=2")])]
    {
        assert_eq!(nlb(&pair(one, two)).tags.len(), 2);
    }
    assert_eq!(nlb(&model(&[ON, ("tags", "team=edge")])).tags, BTreeMap::from([("team".into(), "edge".into())]));
    assert_eq!(nlb(&model(&[ON, ("tags", "team=edge"), tags("")])).tags, BTreeMap::new());
}

#[test]
fn attributes_of_an_earlier_member_bind_those_that_have_none() {
    let policy = ("frontend-nlb-attributes", "dns_record.client_routing_policy=any_availability_zone");
    let (message, _) = refused(&pair(&[policy], &[]));
    let shown = "map[dns_record.client_routing_policy:any_availability_zone]";
    assert_eq!(message, format!("conflicting frontend NLB attributes: {shown} | map[]"));
    assert_eq!(nlb(&pair(&[], &[policy])).attributes.len(), 1);
    assert_eq!(nlb(&pair(&[policy], &[policy])).attributes.len(), 1);
    assert_eq!(refused(&pair(&[(policy.0, "")], &[])).0, "conflicting frontend NLB attributes: map[] | map[]");
}

#[test]
fn success_codes_of_two_members_conflict_even_if_they_are_the_same() {
    let codes = ("frontend-nlb-healthcheck-success-codes", "200");
    let (message, _) = refused(&pair(&[codes], &[codes]));
    assert!(message.contains("port: 80: conflicting Matcher, config 2: "), "{message}");
    assert_eq!(nlb(&pair(&[], &[codes])).listeners[0].health_check.matcher, Matcher::HttpCode("200".into()));
}

#[test]
fn addresses_are_compared_without_their_order() {
    let subnets = ("frontend-nlb-subnets", "subnet-a,subnet-b");
    let eips = |value: &'static str| (EIPS.0, value);
    built(&pair(&[PUBLIC, subnets, EIPS], &[eips("eipalloc-2, eipalloc-1")]));
    let (message, _) = refused(&pair(&[PUBLIC, subnets, EIPS], &[eips("eipalloc-1")]));
    let what = "all EIP allocations for the ingress group must be the same";
    assert_eq!(message, format!("{what}: [eipalloc-1 eipalloc-2] | [eipalloc-1]"));
}

#[test]
fn members_must_agree_on_what_they_say_of_a_shared_port() {
    let interval = "frontend-nlb-healthcheck-interval-seconds";
    assert_eq!(nlb(&pair(&[], &[(interval, "30")])).listeners[0].health_check.interval_seconds, 30);
    let (message, _) = refused(&pair(&[(interval, "20")], &[(interval, "30")]));
    let conflict = "conflicting IntervalSeconds, config 2: 30, previous: 20";
    assert_eq!(message, format!("failed to merge NLB listenPort config for port: 80: {conflict}"));
    assert_eq!(nlb(&pair(&[(interval, "20")], &[(interval, "20")])).listeners[0].health_check.interval_seconds, 20);
    for (suffix, one, two, conflict) in [
        ("port", "traffic-port", "8080", "Port, config 2: {0 8080 }, previous: {1 0 traffic-port}"),
        ("path", "", "/x", "Path, config 2: /x, previous: "),
        ("protocol", "HTTPS", "HTTP", "Protocol, config 2: HTTP, previous: HTTPS"),
    ] {
        let suffix = format!("frontend-nlb-healthcheck-{suffix}");
        let (message, _) = refused(&pair(&[(&suffix, one)], &[(&suffix, two)]));
        assert_eq!(message, format!("failed to merge NLB listenPort config for port: 80: conflicting {conflict}"));
    }
    let mapping = "frontend-nlb-listener-port-mapping";
    let ports = ("listen-ports", r#"[{"HTTP": 80}, {"HTTP": 81}]"#);
    let (message, _) = refused(&pair(&[(mapping, "8080=80")], &[ports, (mapping, "8080=81")]));
    assert!(message.ends_with("conflicting Target Port, config 2: 81, previous: 80"));
}
