use super::*;

fn with_service(gateway: &Gateway<'_>, annotations: &[(&str, &str)]) -> Model {
    model_of(&(gateway.yaml() + &Ing { annotations, ..Ing::default() }.yaml()))
}

fn port(model: &Model) -> Option<i32> {
    built(model).target_groups[0].port
}

#[test]
fn the_port_is_a_node_port_or_a_target_port() {
    assert_eq!(port(&model(&[])), Some(30443));
    let unpinned = "  - {name: https, port: 443, targetPort: 8443}\n";
    assert_eq!(port(&with_service(&Gateway { ports: unpinned, ..Gateway::default() }, &[])), None);
    let ip = &[("target-type", "ip")];
    assert_eq!(port(&with_service(&Gateway { ports: unpinned, ..Gateway::default() }, ip)), Some(8443));
    let named = "  - {name: https, port: 443, targetPort: tls}\n";
    assert_eq!(port(&with_service(&Gateway { ports: named, ..Gateway::default() }, ip)), Some(1));
    let same = "  - {name: https, port: 443}\n";
    assert_eq!(port(&with_service(&Gateway { ports: same, ..Gateway::default() }, ip)), Some(443));
    // Zero values are none.
    for target in ["0", "\"\""] {
        let zero = format!("  - {{name: https, port: 443, targetPort: {target}, nodePort: 0}}\n");
        let of_type = |annotations| port(&with_service(&Gateway { ports: &zero, ..Gateway::default() }, annotations));
        assert_eq!((of_type(&[]), of_type(ip)), (None, Some(443)), "{target}");
    }
}

#[test]
fn instance_targets_need_a_node_port() {
    let ports = "  - {name: https, port: 443}\n";
    for spec in ["", "  type: ClusterIP\n", "  type: LoadBalancer\n  allocateLoadBalancerNodePorts: false\n"] {
        let model = with_service(&Gateway { spec, ports, ..Gateway::default() }, &[]);
        assert!(refused(&model).0.contains("TargetGroup port is empty. When using Instance targets"), "{spec}");
    }
    let spec = "  type: LoadBalancer\n";
    assert_eq!(port(&with_service(&Gateway { spec, ports, ..Gateway::default() }, &[])), None);
}

#[test]
fn a_backend_is_found_by_service_port_only() {
    let by_name = "  rules:\n  - http:\n      paths:\n      - {path: /, pathType: Prefix, backend: {service: {name: gateway, port: \
                   {name: https}}}}\n";
    let model = model_with(&[], by_name);
    assert_eq!(built(&model).target_groups[0].id, "edge-system/edge-gateway:https");
    let without = by_name.replace("port: {name: https}", "port: {}");
    let message = "ingress: edge-system/edge: unable to find port 0 on service edge-system/gateway";
    assert_eq!(refused(&model_with(&[], &without)).0, message);
}

#[test]
fn health_check_by_name() {
    let check = |model: &Model| built(model).target_groups[0].health_check.clone();
    let named = check(&model(&[("healthcheck-port", "status-port")]));
    assert_eq!((named.port, named.port_name.as_deref()), (HealthPort::Number(30021), Some("status-port")));
    let ip = check(&model(&[("healthcheck-port", "status-port"), ("target-type", "ip")]));
    assert_eq!(ip.port, HealthPort::Number(15021));
    for (target, number) in [("8080", 8080), ("0", 15021), ("\"\"", 15021)] {
        let status = format!("{PORTS}  - {{name: status, port: 15021, targetPort: {target}}}\n");
        let gateway = Gateway { ports: &status, ..Gateway::default() };
        let ip = check(&with_service(&gateway, &[("healthcheck-port", "status"), ("target-type", "ip")]));
        assert_eq!(ip.port, HealthPort::Number(number), "{target}");
    }
    let ports = "  - {name: https, port: 443}\n  - {name: status, port: 15021}\n";
    let unpinned = with_service(&Gateway { ports, ..Gateway::default() }, &[("healthcheck-port", "status")]);
    assert_eq!(shown(&unpinned, "/targetGroups/0/healthCheck/port"), Value::Null);
    let big = model(&[("healthcheck-port", "99999999999")]);
    let message = "failed to resolve healthCheckPort: unable to find port 99999999999 on service edge-system/gateway";
    assert_eq!(refused_by(&big, "healthcheck-port"), format!("ingress: edge-system/edge: {message}"));
}

#[test]
fn health_check_values_are_parsed_and_nothing_more() {
    let model_of = |suffix, value| model(&[(suffix, value)]);
    let check = |model: &Model| built(model).target_groups[0].health_check.clone();
    assert_eq!(check(&model_of("healthcheck-interval-seconds", "+007")).interval_seconds, 7);
    assert_eq!(check(&model_of("healthcheck-timeout-seconds", "-1")).timeout_seconds, -1);
    assert_eq!(check(&model_of("success-codes", "")).matcher, Matcher::HttpCode(String::new()));
    for (suffix, value) in [
        ("healthcheck-interval-seconds", "1e1"),
        ("healthcheck-timeout-seconds", "5 "),
        ("healthy-threshold-count", "2.0"),
        ("unhealthy-threshold-count", "two"),
        ("healthcheck-protocol", "TCP"),
    ] {
        refused_by(&model_of(suffix, value), suffix);
    }
}

#[test]
fn grpc_changes_path_and_matcher() {
    let model = model(&[("backend-protocol-version", "GRPC")]);
    built(&model);
    assert_eq!(shown(&model, "/targetGroups/0/healthCheck/matcher"), json!({"grpcCode": "12"}));
    assert_eq!(shown(&model, "/targetGroups/0/healthCheck/path"), json!("/AWS.ALB/healthcheck"));
}

#[test]
fn the_protocol_of_the_check_follows_the_backend() {
    let model = model(&[("backend-protocol", "HTTPS")]);
    assert_eq!(built(&model).target_groups[0].health_check.protocol, Protocol::Https);
}

#[test]
fn the_service_wins_value_by_value_and_tags_key_by_key() {
    let annotations = "    alb.ingress.kubernetes.io/backend-protocol: HTTPS\n    \
                       alb.ingress.kubernetes.io/target-group-attributes: stickiness.enabled=true\n    \
                       alb.ingress.kubernetes.io/tags: a=service\n    alb.ingress.kubernetes.io/scheme: nonsense\n";
    let model = with_service(
        &Gateway { annotations, ..Gateway::default() },
        &[
            ("backend-protocol", "nonsense"),
            ("target-group-attributes", "slow_start.duration_seconds=30"),
            ("tags", "a=ingress,b=ingress"),
        ],
    );
    let built = built(&model);
    let group = &built.target_groups[0];
    assert_eq!(group.protocol, Protocol::Https);
    assert_eq!(group.attributes, BTreeMap::from([("stickiness.enabled".into(), "true".into())]));
    assert_eq!(group.tags, BTreeMap::from([("a".into(), "service".into()), ("b".into(), "ingress".into())]));
    assert_eq!(built.load_balancer.tags["a"], "ingress");
    assert_eq!(group.read_from["backend-protocol"].object, Object::service(&Key::new("edge-system", "gateway")));
}

#[test]
fn a_fault_on_the_service_is_placed_there() {
    let annotations = "    alb.ingress.kubernetes.io/target-type: IP\n";
    let model = with_service(&Gateway { annotations, ..Gateway::default() }, &[]);
    let failure = model.groups[0].failure.as_ref().unwrap();
    let site = failure.reason.site.as_ref().unwrap();
    assert_eq!(site.object, Object::service(&Key::new("edge-system", "gateway")));
    assert_eq!(site.pointer(), "/metadata/annotations/alb.ingress.kubernetes.io~1target-type");
    assert_eq!(failure.reason.ingress, Some(Key::new("edge-system", "edge")));
}

#[test]
fn ipv6_needs_dual_stack() {
    let spec = "  type: NodePort\n  ipFamilies: [IPv4, IPv6]\n";
    let gateway = Gateway { spec, ..Gateway::default() };
    let message = "ingress: edge-system/edge: unsupported IPv6 configuration, lb not dual-stack";
    assert_eq!(refused(&with_service(&gateway, &[])).0, message);
    let dual = [("ip-address-type", "dualstack"), ("subnets", "subnet-a,subnet-b")];
    assert_eq!(built(&with_service(&gateway, &dual)).target_groups[0].ip_address_type, Some("ipv6"));
    let open = Gateway { spec: "  type: NodePort\n  ipFamilyPolicy: RequireDualStack\n", ..Gateway::default() };
    assert_eq!(with_service(&open, &[]).verdict, Verdict::Unknown);
    assert_eq!(built(&with_service(&open, &dual)).target_groups[0].ip_address_type, None);
}

#[test]
fn node_labels_count_for_instances_only() {
    let labels = ("target-node-labels", "pool=edge, zone=a");
    let model_with_labels = model(&[labels]);
    assert_eq!(built(&model_with_labels).target_groups[0].node_labels.len(), 2);
    refused_by(&model(&[("target-node-labels", "pool")]), "target-node-labels");
    let ip = model(&[("target-node-labels", "pool"), ("target-type", "ip")]);
    assert_eq!(built(&ip).target_groups[0].node_labels.len(), 0);
}

#[test]
fn a_shared_target_group_is_shared_if_either_says_so() {
    let annotations = "    alb.ingress.kubernetes.io/multi-cluster-target-group: \"false\"\n";
    let of = |service: &str, ingress: &[(&str, &str)]| {
        let model = with_service(&Gateway { annotations: service, ..Gateway::default() }, ingress);
        built(&model).target_groups[0].multi_cluster
    };
    let shared = ("multi-cluster-target-group", "true");
    assert!(of(annotations, &[shared]));
    assert!(of(&annotations.replace("false", "true"), &[]));
    assert!(!of("", &[]));
}

#[test]
fn control_ports_are_for_pods() {
    let control = ("target-control-port.gateway.443", "3000");
    let model_with_control = model(&[control, ("target-type", "ip")]);
    let group = &built(&model_with_control).target_groups[0];
    assert_eq!((group.control_port, group.id.as_str()), (Some(3000), "edge-system/edge-gateway:443"));
    let message = "ingress: edge-system/edge: target control port is not supported for instance target target group";
    assert_eq!(refused_by(&model(&[control]), control.0), message);
    built(&model(&[("target-control-port.gateway.80", "x")]));
}
