use super::*;

const NO_CLASS: &str = "";

fn ingress_class(name: &str, controller: &str, more: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: {name}}}\nspec:\n  controller: {controller}\n{more}---\n"
    )
}

const PARAMS: &str = "  parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: alb}\n";

fn params(spec: &str) -> String {
    format!("apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {{name: alb}}\nspec:\n{spec}---\n")
}

/// An Ingress of the class named alb, whose parameters have this spec.
fn with_params(spec: &str, annotations: &[(&str, &str)]) -> Model {
    let ingress_spec = format!("  ingressClassName: alb\n{TO_443}");
    let ingress = Ing { annotations, class: NO_CLASS, spec: &ingress_spec, ..Ing::default() };
    let class = ingress_class("alb", "ingress.k8s.aws/alb", PARAMS);
    model_of(&(class + &params(spec) + &Gateway::default().yaml() + &ingress.yaml()))
}

#[test]
fn a_class_outside_the_stream_leaves_the_verdict_open_and_is_built_as_if() {
    let spec = format!("  ingressClassName: alb\n{TO_443}");
    let yaml = Gateway::default().yaml() + &Ing { class: NO_CLASS, spec: &spec, ..Ing::default() }.yaml();
    let model = model_of(&yaml);
    assert_eq!(model.verdict, Verdict::Unknown);
    assert_eq!(model.message.as_deref(), Some("it depends on the cluster: IngressClass alb is not in the stream"));
    assert_eq!(model.ingresses[0].picked_up, None);
    assert_eq!(shown(&model, "/targetGroups/0/port"), json!(30443));
}

#[test]
fn a_fault_behind_a_class_outside_the_stream_is_told_but_not_sure() {
    let spec = format!("  ingressClassName: alb\n{TO_443}");
    let ingress = Ing { class: NO_CLASS, spec: &spec, annotations: &[("scheme", "public")], ..Ing::default() };
    let model = model_of(&(Gateway::default().yaml() + &ingress.yaml()));
    assert_eq!(model.verdict, Verdict::Unknown);
    assert!(model.message.as_ref().is_some_and(|m| m.ends_with("if it is the controller's: unknown scheme: public")));
    assert_eq!(model.groups[0].failure.as_ref().map(Failure::to_string), Some("unknown scheme: public".to_owned()));
}

#[test]
fn a_fault_of_a_sure_member_is_sure_whoever_else_is_in_the_group() {
    let group = ("group.name", "edge");
    let pair = |sure: &[(&str, &str)], doubtful: &[(&str, &str)]| {
        let sure: Vec<_> = [group].iter().chain(sure).copied().collect();
        let doubtful: Vec<_> = [group].iter().chain(doubtful).copied().collect();
        let one = Ing { key: "edge-system/a", annotations: &sure, ..Ing::default() }.yaml();
        let two = Ing { key: "edge-system/b", annotations: &doubtful, class: NO_CLASS, ..Ing::default() }.yaml();
        model_of(&(Gateway::default().yaml() + &one + &two))
    };
    let model = pair(&[("scheme", "public")], &[]);
    assert_eq!((model.verdict, model.message.as_deref()), (Verdict::Refused, Some("unknown scheme: public")));
    assert_eq!(pair(&[], &[("scheme", "public")]).verdict, Verdict::Unknown);
    assert_eq!(pair(&[("scheme", "public")], &[("scheme", "internal")]).verdict, Verdict::Refused);
    // What is told is what the sure members do wrong, also where a doubtful one comes before them.
    let one = Ing { key: "edge-system/a", annotations: &[group, ("scheme", "odd")], class: NO_CLASS, ..Ing::default() };
    let two = Ing { key: "edge-system/b", annotations: &[group, ("scheme", "public")], ..Ing::default() };
    let model = model_of(&(Gateway::default().yaml() + &one.yaml() + &two.yaml()));
    assert_eq!((model.verdict, model.message.as_deref()), (Verdict::Refused, Some("unknown scheme: public")));
    let capacity = ("minimum-load-balancer-capacity", "CapacityUnits=3k");
    assert_eq!(pair(&[capacity], &[]).verdict, Verdict::Unknown);
    let https = [("listen-ports", r#"[{"HTTPS": 443}]"#), ("certificate-arn", "arn:c")];
    assert_eq!(pair(&[("ssl-redirect", "443")], &https).verdict, Verdict::Unknown);
    // Any of several doubtful members may mend it.
    for (first, second) in [(&https[..], &[][..]), (&[], &https)] {
        let with = |own: &[(&'static str, &'static str)]| [&[group], own].concat();
        let (first, second) = (with(first), with(second));
        let sure = Ing { annotations: &[group, ("ssl-redirect", "443")], ..Ing::default() }.yaml();
        let first = Ing { key: "edge-system/a", annotations: &first, class: NO_CLASS, ..Ing::default() }.yaml();
        let second = Ing { key: "edge-system/b", annotations: &second, class: NO_CLASS, ..Ing::default() }.yaml();
        assert_eq!(model_of(&(Gateway::default().yaml() + &sure + &first + &second)).verdict, Verdict::Unknown);
    }
}

#[test]
fn two_default_classes_stop_every_group() {
    let class = |name: &str| {
        ingress_class(name, "ingress.k8s.aws/alb", "").replace(
            &format!("{{name: {name}}}"),
            &format!("{{name: {name}, annotations: {{ingressclass.kubernetes.io/is-default-class: \"true\"}}}}"),
        )
    };
    let classless = |name| Ing { key: name, class: NO_CLASS, ..Ing::default() }.yaml();
    let yaml = class("a") + &class("b") + &Gateway::default().yaml() + &Ing::default().yaml();
    built(&model_of(&yaml));
    let model = model_of(&(yaml + &classless("edge-system/two") + &classless("edge-system/one")));
    assert_eq!(model.groups.len(), 1);
    let failure = model.groups[0].failure.as_ref().unwrap();
    assert_eq!(failure.stage, Stage::GroupLoad);
    assert_eq!(failure.to_string(), "Ingress: edge-system/one: multiple default IngressClasses found");
}

#[test]
fn a_webhook_denial_behind_a_class_outside_the_stream_is_not_sure_either() {
    let spec = format!("  ingressClassName: alb\n{TO_443}");
    let ingress = Ing { class: NO_CLASS, spec: &spec, annotations: &[("group.name", "Not_A_Name")], ..Ing::default() };
    let model = model_of(&(Gateway::default().yaml() + &ingress.yaml()));
    assert_eq!(model.verdict, Verdict::Unknown);
    assert!(model.ingresses[0].failure.is_some());
    assert!(model.message.as_ref().is_some_and(|m| m.contains("; if it is the controller's: ")));
}

#[test]
fn the_class_annotation_wins_over_the_field_and_brings_no_parameters() {
    let spec = format!("  ingressClassName: alb\n{TO_443}");
    let class = ingress_class("alb", "ingress.k8s.aws/alb", PARAMS) + &params("  scheme: internet-facing\n");
    let model = model_of(&(class + &Gateway::default().yaml() + &Ing { spec: &spec, ..Ing::default() }.yaml()));
    assert_eq!(built(&model).load_balancer.scheme, "internal");
    assert_eq!(model.ingresses[0].class_params(), None);
}

#[test]
fn a_default_class_of_another_controller_takes_the_ingress_away() {
    let class = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata:\n  name: nginx\n  annotations: \
                 {ingressclass.kubernetes.io/is-default-class: \"true\"}\nspec: {controller: k8s.io/ingress-nginx}\n---\n";
    let ingress = Ing { class: NO_CLASS, annotations: &[("scheme", "nonsense")], ..Ing::default() };
    let model = model_of(&(class.to_owned() + &ingress.yaml()));
    assert_eq!(model.verdict, Verdict::Ignored);
    assert_eq!(model.message.as_deref(), Some("IngressClass nginx belongs to the controller \"k8s.io/ingress-nginx\""));
}

#[test]
fn parameters_of_another_kind_are_no_valid_class() {
    let class =
        ingress_class("alb", "ingress.k8s.aws/alb", "  parameters: {apiGroup: example.com, kind: Other, name: x}\n");
    let spec = format!("  ingressClassName: alb\n{TO_443}");
    let model = model_of(&(class + &Ing { class: NO_CLASS, spec: &spec, ..Ing::default() }.yaml()));
    assert_eq!(refused(&model).0, "invalid ingress class: IngressClass alb references unknown parameters");
    let failure = model.ingresses[0].failure.as_ref().unwrap();
    assert_eq!((failure.stage, failure.shows_as()), (Stage::GroupId, "event FailedLoadGroupID"));
    assert_eq!(model.groups, []);
}

#[test]
fn parameters_stand_in_for_annotations() {
    let spec = "  scheme: internet-facing\n  loadBalancerName: from-class\n  targetType: ip\n  inboundCIDRs: [10.0.0.0/8]\n  \
                tags: [{key: team, value: edge}]\n  loadBalancerAttributes: [{key: idle_timeout.timeout_seconds, value: \"30\"}]\n  \
                wafv2AclArn: arn:waf\n  group: {name: shared}\n";
    let model = with_params(
        spec,
        &[
            ("scheme", "internal"),
            ("load-balancer-name", "from-annotation"),
            ("target-type", "nonsense"),
            ("inbound-cidrs", "not a network"),
            ("tags", "team=other,env=test"),
            ("load-balancer-attributes", "idle_timeout.timeout_seconds=60,routing.http2.enabled=false"),
            ("group.name", "Not A Name"),
        ],
    );
    let built = built(&model);
    assert_eq!(model.groups[0].name, "shared");
    let lb = &built.load_balancer;
    assert_eq!((lb.scheme, lb.name.as_deref()), ("internet-facing", Some("from-class")));
    assert_eq!(lb.tags, BTreeMap::from([("env".into(), "test".into()), ("team".into(), "edge".into())]));
    assert_eq!(lb.attributes["idle_timeout.timeout_seconds"], "30");
    assert_eq!(lb.attributes["routing.http2.enabled"], "false");
    assert_eq!(inbound(built), ["tcp 80 from 10.0.0.0/8"]);
    assert_eq!(built.target_groups[0].target_type, "ip");
    assert_eq!(built.target_groups[0].tags["team"], "edge");
    assert_eq!(built.wafv2, WebAcl::Arn("arn:waf".into()));
}

#[test]
fn the_webhook_denies_parameters_with_host_bits() {
    let model = with_params("  inboundCIDRs: [10.1.0.0/8]\n", &[]);
    let (message, _) = refused(&model);
    let hint = "Network contains bits outside prefix (did you mean \"10.0.0.0/8\")";
    assert_eq!(message, format!("spec.inboundCIDRs[0]: Invalid value: \"10.1.0.0/8\": {hint}"));
    assert_eq!(model.failures[0].stage, Stage::Admission);
}

#[test]
fn the_webhook_says_all_that_it_finds_in_parameters() {
    for (spec, message) in [
        (
            "  inboundCIDRs: [10.0.0.0/8, 10.1.2.3, x, \"::1\"]\n",
            "[spec.inboundCIDRs[1]: Invalid value: \"10.1.2.3\": Could not be parsed as a CIDR (did you mean \"10.1.2.3/32\"), \
             spec.inboundCIDRs[2]: Invalid value: \"x\": Could not be parsed as a CIDR, \
             spec.inboundCIDRs[3]: Invalid value: \"::1\": Could not be parsed as a CIDR (did you mean \"::1/64\")]",
        ),
        ("  subnets: {}\n", "spec.subnets: Required value: must have either `ids` or `tags`"),
        ("  subnets: {ids: [a], tags: {}}\n", "spec.subnets.tags: Forbidden: may not have both `ids` and `tags` set"),
        ("  subnets: {ids: [a, b, a]}\n", "spec.subnets.ids[2]: Duplicate value: \"a\""),
        ("  subnets: {tags: {}}\n", "spec.subnets.tags: Required value: must have at least one tag key"),
        ("  subnets: {tags: {k: [v, v]}}\n", "spec.subnets.tags[k][1]: Duplicate value: \"v\""),
    ] {
        assert_eq!(refused(&with_params(spec, &[])).0, message);
    }
}

#[test]
fn subnets_by_class_and_by_annotation_in_one_group_conflict() {
    let class =
        ingress_class("alb", "ingress.k8s.aws/alb", PARAMS) + &params("  subnets: {ids: [subnet-a, subnet-b]}\n");
    let spec = format!("  ingressClassName: alb\n{TO_443}");
    let group = ("group.name", "edge");
    let one = Ing { key: "edge-system/a", class: NO_CLASS, spec: &spec, annotations: &[group] };
    let two = Ing { key: "edge-system/b", annotations: &[group, ("subnets", "subnet-a,subnet-b")], ..Ing::default() };
    let model = model_of(&(class + &Gateway::default().yaml() + &one.yaml() + &two.yaml()));
    let message = refused_by(&model, "subnets");
    assert_eq!(message, "conflicting subnet specifications: IngressClassParams versus annotation");
}

#[test]
fn subnets_of_a_class_are_listed_or_chosen_by_tags() {
    let subnets = |spec: &str| built(&with_params(spec, &[])).load_balancer.subnets.clone();
    let given = Subnets::Given(vec!["subnet-a".into(), "subnet-b".into()]);
    assert_eq!(subnets("  subnets: {ids: [subnet-a, subnet-b]}\n"), given);
    assert_eq!(subnets("  subnets: {ids: []}\n"), Subnets::Discovered);
    assert_eq!(subnets("  subnets: {tags: {edge: [a]}}\n"), Subnets::Discovered);
    // As EKS Auto Mode has it.
    assert_eq!(subnets("  subnets: {matchTags: [{key: edge, values: [a]}]}\n"), Subnets::Discovered);
}

#[test]
fn listener_attributes_of_a_class_are_those_of_port_and_protocol() {
    let listener = |protocol: &str, port: u16| {
        let attribute = format!("{{key: of, value: \"{protocol} {port}\"}}");
        format!("  - {{protocol: {protocol}, port: {port}, listenerAttributes: [{attribute}]}}\n")
    };
    let listeners = [listener("HTTPS", 80), listener("HTTP", 81), listener("HTTP", 80)].concat();
    let attributes = |ports: &str| {
        let model = with_params(&format!("  listeners:\n{listeners}"), &[("listen-ports", ports)]);
        built(&model).listeners[0].attributes.get("of").cloned()
    };
    assert_eq!(attributes(r#"[{"HTTP": 80}]"#).as_deref(), Some("HTTP 80"));
    assert_eq!(attributes(r#"[{"HTTP": 81}]"#).as_deref(), Some("HTTP 81"));
    assert_eq!(attributes(r#"[{"HTTP": 82}]"#), None);
}

#[test]
fn a_class_is_in_no_namespace() {
    let class =
        "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: alb, namespace: shop}, spec: 1}\n";
    let site = model_of(class).failures[0].reason.site.clone().unwrap();
    assert_eq!(site.object.key, Key::new("", "alb"));
}

#[test]
fn a_namespace_selector_needs_the_namespace() {
    let selector = "  namespaceSelector: {matchLabels: {team: edge}}\n";
    let open = with_params(selector, &[]);
    assert_eq!(open.message.as_deref(), Some("it depends on the cluster: labels of the namespace edge-system"));
    let namespace = |labels: &str| {
        let namespace =
            format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: edge-system, labels: {labels}}}\n---\n");
        let spec = format!("  ingressClassName: alb\n{TO_443}");
        let class = ingress_class("alb", "ingress.k8s.aws/alb", PARAMS) + &params(selector);
        let ingress = Ing { class: NO_CLASS, spec: &spec, ..Ing::default() };
        model_of(&(namespace + &class + &Gateway::default().yaml() + &ingress.yaml()))
    };
    built(&namespace("{team: edge}"));
    let (message, _) = refused(&namespace("{team: shop}"));
    assert_eq!(message, "invalid ingress class: namespaceSelector of IngressClassParams alb mismatch");
}

#[test]
fn a_malformed_namespace_selector_is_no_valid_class() {
    for (expression, fault) in [
        (
            "{key: team, operator: NotIn, values: []}",
            "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
        ),
        (
            "{key: team, operator: Exists, values: [a, b]}",
            "values: Invalid value: [\"a\",\"b\"]: values set must be empty for exists and does not exist",
        ),
        ("{key: team, operator: Is, values: [a]}", "\"Is\" is not a valid label selector operator"),
    ] {
        let model = with_params(&format!("  namespaceSelector: {{matchExpressions: [{expression}]}}\n"), &[]);
        assert_eq!(refused(&model).0, format!("invalid ingress class: {fault}"));
        assert_eq!(model.ingresses[0].failure.as_ref().map(|f| f.stage), Some(Stage::GroupId));
    }
    for labels in ["{bad key: a}", "{team: a b}", "{a/b/c: d}", "{/: d}"] {
        let (message, _) = refused(&with_params(&format!("  namespaceSelector: {{matchLabels: {labels}}}\n"), &[]));
        assert!(message.starts_with("invalid ingress class: ") && message.contains(": Invalid value: "), "{message}");
    }
}

#[test]
fn a_namespace_has_its_name_for_a_label() {
    let selector =
        |name: &str| format!("  namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {name}}}}}\n");
    built(&with_params(&selector("edge-system"), &[]));
    let (message, _) = refused(&with_params(&selector("shop"), &[]));
    assert_eq!(message, "invalid ingress class: namespaceSelector of IngressClassParams alb mismatch");
}

#[test]
fn auto_mode_reads_its_own_classes_only() {
    let options = Options { eks_auto_mode: true, ..Options::default() };
    let by_annotation = build(&read(&(Gateway::default().yaml() + &Ing::default().yaml())), &options);
    assert_eq!(by_annotation.verdict, Verdict::Ignored);
    let spec = format!("  ingressClassName: auto\n{TO_443}");
    let class = ingress_class(
        "auto",
        "eks.amazonaws.com/alb",
        "  parameters: {apiGroup: eks.amazonaws.com, kind: IngressClassParams, name: auto}\n",
    );
    let params = "apiVersion: eks.amazonaws.com/v1\nkind: IngressClassParams\nmetadata: {name: auto}\nspec: {scheme: internet-facing, \
                  certificateARNs: [arn:c]}\n---\n";
    let ingress = Ing { class: NO_CLASS, spec: &spec, annotations: &[("group.name", "edge")], ..Ing::default() };
    let yaml = class + params + &Gateway::default().yaml() + &ingress.yaml();
    let model = build(&read(&yaml), &options);
    assert_eq!(model.groups[0].name, "edge-system/edge");
    let built = built(&model);
    assert_eq!(built.load_balancer.scheme, "internet-facing");
    assert_eq!(built.listeners[0].certificates, [Some("arn:c".to_owned())]);
    assert_eq!(built.target_groups[0].target_type, "ip");
    assert_eq!(model_of(&yaml).verdict, Verdict::Ignored);
}

#[test]
fn another_class_name_of_the_controller_can_be_configured() {
    let options = Options { ingress_class: "public".into(), ..Options::default() };
    let class = "    kubernetes.io/ingress.class: public\n";
    let yaml = Gateway::default().yaml() + &Ing { class, ..Ing::default() }.yaml();
    assert_eq!(build(&read(&yaml), &options).verdict, Verdict::Built);
    assert_eq!(model_of(&yaml).verdict, Verdict::Ignored);
}

#[test]
fn an_older_controller_does_not_see_newer_annotations() {
    let options = Options { controller_version: Version(2, 13, 0), ..Options::default() };
    let annotations = &[("wafv2-acl-name", "acl"), ("wafv2-acl-arn", "arn:acl")];
    let yaml = Gateway::default().yaml() + &Ing { annotations, ..Ing::default() }.yaml();
    assert_eq!(built(&build(&read(&yaml), &options)).wafv2, WebAcl::Arn("arn:acl".into()));
    assert_eq!(built(&model_of(&yaml)).wafv2, WebAcl::Name("acl".into()));
}

#[test]
fn an_older_controller_takes_a_capacity_that_is_no_number_for_none() {
    let annotations = &[("minimum-load-balancer-capacity", "CapacityUnits=3k")];
    let yaml = Gateway::default().yaml() + &Ing { annotations, ..Ing::default() }.yaml();
    let options = |version| Options { controller_version: version, ..Options::default() };
    let of = |version| build(&read(&yaml), &options(version));
    assert_eq!(built(&of(Version(3, 3, 0))).load_balancer.minimum_capacity, Some(0));
    assert_eq!(of(Version(3, 4, 0)).verdict, Verdict::Refused);
}

#[test]
fn an_older_controller_takes_a_redirect_by_regular_expression_for_every_path() {
    let rules = "  rules:\n  - http:\n      paths:\n      - {path: /old/.*, pathType: ImplementationSpecific, backend: {service: \
                 {name: r, port: {name: use-annotation}}}}\n      - {path: /new, pathType: ImplementationSpecific, backend: {service: {name: \
                 gateway, port: {number: 443}}}}\n";
    let redirect = r#"{"type": "redirect", "redirectConfig": {"host": "www.example.org", "statusCode": "HTTP_301"}}"#;
    let annotations = &[("use-regex-path-match", "true"), ("actions.r", redirect)];
    let yaml = Gateway::default().yaml() + &Ing { annotations, spec: rules, ..Ing::default() }.yaml();
    let options = |version| Options { controller_version: version, ..Options::default() };
    let rules = |version| built(&build(&read(&yaml), &options(version))).listeners[0].rules.len();
    assert_eq!((rules(Version(3, 0, 0)), rules(Version(3, 1, 0))), (1, 2));
}

#[test]
fn a_namespace_selector_asks_as_kubernetes_does() {
    for (expression, labels, matches) in [
        ("{key: team, operator: In, values: [edge, shop]}", "{team: shop}", true),
        ("{key: team, operator: In, values: [edge, shop]}", "{team: other}", false),
        ("{key: team, operator: In, values: [edge, shop]}", "{}", false),
        ("{key: team, operator: NotIn, values: [shop]}", "{team: edge}", true),
        ("{key: team, operator: NotIn, values: [shop]}", "{team: shop}", false),
        ("{key: team, operator: NotIn, values: [shop]}", "{}", true),
        ("{key: team, operator: Exists}", "{team: any}", true),
        ("{key: team, operator: Exists}", "{other: any}", false),
        ("{key: team, operator: DoesNotExist}", "{other: any}", true),
        ("{key: team, operator: DoesNotExist}", "{team: any}", false),
    ] {
        let spec = format!("  ingressClassName: alb\n{TO_443}");
        let yaml = format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: edge-system, labels: {labels}}}\n---\n{}{}{}{}",
            ingress_class("alb", "ingress.k8s.aws/alb", PARAMS),
            params(&format!("  namespaceSelector: {{matchExpressions: [{expression}]}}\n")),
            Gateway::default().yaml(),
            Ing { class: NO_CLASS, spec: &spec, ..Ing::default() }.yaml()
        );
        assert_eq!(model_of(&yaml).verdict == Verdict::Built, matches, "{expression} {labels}");
    }
}

#[test]
fn what_is_wrong_with_a_label_of_a_selector() {
    let (short, longest, longer) = ("k".repeat(62), "k".repeat(63), "k".repeat(64));
    let said = |labels: &str| {
        let (message, _) = refused(&with_params(&format!("  namespaceSelector: {{matchLabels: {labels}}}\n"), &[]));
        message.strip_prefix("invalid ingress class: ").unwrap().to_owned()
    };
    for (labels, fault) in [
        ("{a/: d}".to_owned(), "key: Invalid value: \"a/\": name part must be non-empty; name part must consist of "),
        ("{_a: d}".to_owned(), "key: Invalid value: \"_a\": name part must consist of alphanumeric characters, "),
        (
            format!("{{{longer}: d}}"),
            &*format!("key: Invalid value: \"{longer}\": name part must be no more than 63 characters"),
        ),
        (
            format!("{{a/{longer}: d}}"),
            &*format!("key: Invalid value: \"a/{longer}\": name part must be no more than 63 characters"),
        ),
        (
            format!("{{team: {longer}}}"),
            &*format!("values[0][team]: Invalid value: \"{longer}\": must be no more than 63 characters"),
        ),
        (
            format!("{{-{short}: d}}"),
            &*format!("key: Invalid value: \"-{short}\": name part must consist of alphanumeric characters, "),
        ),
        (
            format!("{{team: -{short}}}"),
            &*format!("values[0][team]: Invalid value: \"-{short}\": a valid label must be an empty string or "),
        ),
        (
            "{team: a b}".to_owned(),
            "values[0][team]: Invalid value: \"a b\": a valid label must be an empty string or consist of ",
        ),
    ] {
        assert!(said(&labels).starts_with(fault), "{}", said(&labels));
    }
    let two_slashes = said("{a/b/c: d}");
    assert!(!two_slashes.contains("name part"), "{two_slashes}");
    // As long as they may be.
    for labels in [format!("{{{longest}: d}}"), format!("{{a/{longest}: d}}"), format!("{{team: {longest}}}")] {
        let open = with_params(&format!("  namespaceSelector: {{matchLabels: {labels}}}\n"), &[]);
        assert_eq!(open.verdict, Verdict::Unknown, "{labels}");
    }
}

#[test]
fn why_an_ingress_is_whose() {
    let message = |yaml: String, options: &Options| {
        let model = build(&read(&(yaml + &Gateway::default().yaml())), options);
        (model.verdict, model.message)
    };
    let classless = || Ing { class: NO_CLASS, ..Ing::default() }.yaml();
    let ours = Options::default();
    let all = Options { ingress_class: String::new(), ..Options::default() };
    let old = Options { controller_version: Version(2, 4, 0), ..Options::default() };
    let default = ingress_class("alb", "ingress.k8s.aws/alb", "")
        .replace("{name: alb}", "{name: alb, annotations: {ingressclass.kubernetes.io/is-default-class: \"true\"}}");
    let other = Ing { class: "    kubernetes.io/ingress.class: nginx\n", ..Ing::default() }.yaml();
    let of_alb =
        || Ing { class: NO_CLASS, spec: &format!("  ingressClassName: alb\n{TO_443}"), ..Ing::default() }.yaml();
    let with_params = ingress_class("alb", "ingress.k8s.aws/alb", PARAMS) + &of_alb();
    for (yaml, options, verdict, said) in [
        (classless(), &all, Verdict::Built, None),
        (default.clone() + &classless(), &ours, Verdict::Built, None),
        (
            default.replace("\"true\"", "\"false\"") + &classless(),
            &ours,
            Verdict::Unknown,
            Some("it depends on the cluster: no class is named, and no IngressClass in the stream is the default"),
        ),
        (
            default + &classless(),
            &old,
            Verdict::Unknown,
            Some(
                "it depends on the API server: release v2.4.0 of the controller knows no default IngressClass, and takes the Ingress \
                 only if the API server fills in alb when it is created",
            ),
        ),
        (
            other,
            &ours,
            Verdict::Ignored,
            Some("annotation kubernetes.io/ingress.class: \"nginx\" is not the controller's class \"alb\""),
        ),
        (
            params("  scheme: internal\n").replace("elbv2.k8s.aws", "example.com") + &with_params,
            &ours,
            Verdict::Unknown,
            Some("it depends on the cluster: IngressClassParams alb are not in the stream"),
        ),
        (
            with_params.replace("apiGroup: elbv2.k8s.aws", "apiGroup: example.com"),
            &ours,
            Verdict::Refused,
            Some("invalid ingress class: IngressClass alb references unknown parameters"),
        ),
        (
            with_params.replace("kind: IngressClassParams", "kind: Other"),
            &ours,
            Verdict::Refused,
            Some("invalid ingress class: IngressClass alb references unknown parameters"),
        ),
    ] {
        assert_eq!(message(yaml.clone(), options), (verdict, said.map(str::to_owned)), "{yaml}");
    }
    // Read as if they let the namespace in, the parameters count.
    let open = self::with_params("  scheme: internet-facing\n  namespaceSelector: {matchLabels: {team: edge}}\n", &[]);
    assert_eq!(shown(&open, "/loadBalancer/scheme"), json!("internet-facing"));
}

/// More members than one of which the stream does not show whose they are: a fault is sure only if it is there whichever of
/// them belong to the group.
#[test]
fn a_fault_is_sure_if_it_is_there_whoever_is_in_the_group() {
    let group = ("group.name", "edge");
    let verdict = |sure: &[(&str, &str)], doubtful: &[&[(&str, &str)]]| {
        let sure: Vec<_> = [group].iter().chain(sure).copied().collect();
        let mut yaml =
            Gateway::default().yaml() + &Ing { key: "edge-system/a", annotations: &sure, ..Ing::default() }.yaml();
        for (at, more) in doubtful.iter().enumerate() {
            let annotations: Vec<_> = [group].iter().chain(*more).copied().collect();
            let key = format!("edge-system/b{at}");
            yaml += &Ing { key: &key, annotations: &annotations, class: NO_CLASS, ..Ing::default() }.yaml();
        }
        model_of(&yaml).verdict
    };
    let fault: &[(&str, &str)] = &[("scheme", "public")];
    assert_eq!(verdict(fault, &[&[], &[]]), Verdict::Refused);
    assert_eq!(verdict(&[], &[fault, fault]), Verdict::Unknown);
    // Beyond four, the number of groups that could be is too large to try them all.
    assert_eq!(verdict(fault, &[&[] as &[_]; MAX_DOUBTFUL]), Verdict::Refused);
    assert_eq!(verdict(fault, &[&[] as &[_]; MAX_DOUBTFUL + 1]), Verdict::Unknown);
}
