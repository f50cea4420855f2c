//! Tests of the module above.

use super::*;

fn service(spec: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "gw"}, "spec": spec})
}

fn three() -> Value {
    json!([
        {"name": "status-port", "port": 15021, "protocol": "TCP", "targetPort": 15021},
        {"name": "http2", "port": 80, "protocol": "TCP", "targetPort": 80},
        {"name": "https", "port": 443, "protocol": "TCP", "targetPort": 443},
    ])
}

fn rewritten(service: &Value, target: &ServiceTarget) -> (Value, Vec<&'static str>) {
    let plan = plan(service, target, &[], &Pods::default()).unwrap();
    let ids = plan.findings.iter().map(|finding| finding.rule.id).collect();
    (patched(service, &plan.patch).unwrap()["spec"].clone(), ids)
}

#[test]
fn a_default_service_changes_its_type_only() {
    let service = service(json!({"type": "LoadBalancer", "ports": three()}));
    let plan = plan(&service, &ServiceTarget::default(), &[], &Pods::default()).unwrap();
    assert_eq!(
        serde_json::to_value(&plan.patch).unwrap(),
        json!([{"op": "replace", "path": "/spec/type", "value": "NodePort"}])
    );
    assert_eq!(plan.findings, []);
}

#[test]
fn load_balancer_fields_are_left_out_never_null() {
    let before = service(json!({
        "type": "LoadBalancer", "loadBalancerIP": "", "loadBalancerSourceRanges": [], "loadBalancerClass": "x",
        "allocateLoadBalancerNodePorts": false, "healthCheckNodePort": 30999, "externalTrafficPolicy": "Local",
        "internalTrafficPolicy": "Cluster", "ports": three(),
    }));
    let (spec, ids) = rewritten(&before, &ServiceTarget::default());
    assert_eq!(
        spec,
        json!({"type": "NodePort", "externalTrafficPolicy": "Local", "internalTrafficPolicy": "Cluster", "ports": three()})
    );
    assert_eq!(ids, ["ALB038"]);
    let (spec, ids) = rewritten(&before, &ServiceTarget { cluster_ip: true, ..ServiceTarget::default() });
    assert_eq!((spec["type"].as_str(), spec.get("externalTrafficPolicy")), (Some("ClusterIP"), None));
    assert_eq!(ids, Vec::<&str>::new());
}

#[test]
fn ports_are_pinned_by_name_then_by_number_in_their_order() {
    let before = service(json!({"type": "NodePort", "ports": [
        {"name": "tls", "port": 443, "targetPort": "tls"},
        {"name": "quic", "port": 443, "protocol": "UDP", "targetPort": 8443},
        {"name": "http2", "port": 8080, "protocol": "TCP", "targetPort": 8080, "nodePort": 31080},
    ]}));
    let pin = ServiceTarget { target_ports: TargetPorts::Pin, ..ServiceTarget::default() };
    let (spec, ids) = rewritten(&before, &pin);
    assert_eq!(
        spec["ports"],
        json!([
            {"name": "https", "port": 443, "protocol": "TCP", "targetPort": 443},
            {"name": "quic", "port": 443, "protocol": "UDP", "targetPort": 8443},
            {"name": "http2", "port": 80, "protocol": "TCP", "targetPort": 80, "nodePort": 31080},
            {"name": "status-port", "port": 15021, "protocol": "TCP", "targetPort": 15021},
        ])
    );
    assert_eq!(ids, ["ALB092", "ALB047", "ALB092"]);
    assert_eq!(rewritten(&service(json!({"type": "NodePort"})), &ServiceTarget::default()).0["ports"], three());
}

/// The ports of a Service with these ports before, and the ids of the findings.
fn ports_after(before: Value, target_ports: TargetPorts) -> (Value, Vec<&'static str>) {
    let target = ServiceTarget { target_ports, ..ServiceTarget::default() };
    let (spec, ids) = rewritten(&service(json!({"type": "LoadBalancer", "ports": before})), &target);
    (spec["ports"].clone(), ids)
}

#[test]
fn rendered_target_ports_and_names_stay_unless_they_are_to_be_pinned() {
    let port = |name: &str, number: u64, target: Value| json!({"name": name, "port": number, "protocol": "TCP", "targetPort": target});
    let status = || port("status-port", 15021, json!(15021));
    let (auto, keep, pin) = (TargetPorts::Auto, TargetPorts::Keep, TargetPorts::Pin);
    for (before, mode, after, expected) in [
        // 80 and 443 lead to 8080 and 8443, by number or by name.
        (
            json!([status(), port("http2", 80, json!(8080)), port("https", 443, json!(8443))]),
            auto,
            None,
            "ALB111 ALB111",
        ),
        (
            json!([status(), port("http2", 80, json!("web")), port("https", 443, json!("tls"))]),
            auto,
            None,
            "ALB111 ALB111",
        ),
        (json!([status(), port("http2", 80, json!(9080)), port("https", 443, json!(443))]), keep, None, "ALB111"),
        (
            json!([status(), port("http2", 80, json!(8080)), port("https", 443, json!(8443))]),
            pin,
            Some(three()),
            "ALB092 ALB092",
        ),
        // A port that has its number keeps its name, and none is made up beside it.
        (json!([status(), port("http", 80, json!(80))]), auto, None, ""),
        (json!([status(), port("web", 443, json!(443))]), auto, None, ""),
        (json!([status(), port("http", 80, json!(8080))]), keep, None, "ALB111"),
        (json!([status(), port("http", 80, json!(80)), port("https", 443, json!(443))]), pin, Some(three()), "ALB092"),
        (json!([port("http-status", 15021, json!(15021)), port("http", 80, json!(80))]), auto, None, ""),
        // The names say otherwise than the numbers.
        (json!([status(), port("https", 80, json!(80)), port("http2", 443, json!(443))]), auto, None, ""),
        // Where there is nothing else for the traffic both come.
        (json!([status()]), auto, Some(three()), ""),
        // The agent of an old release.
        (
            json!([
                port("status-port", 15020, json!(15020)),
                port("http2", 80, json!(80)),
                port("https", 443, json!(443))
            ]),
            auto,
            Some(json!([port("status-port", 15021, json!(15020)), three()[1], three()[2]])),
            "ALB092 ALB111",
        ),
        // Another number becomes the gateway's, and leads where it led.
        (
            json!([status(), port("http2", 8080, json!(8080)), port("https", 8443, Value::Null)]),
            auto,
            Some(json!([status(), port("http2", 80, json!(8080)), port("https", 443, json!(8443))])),
            "ALB092 ALB111 ALB092 ALB111",
        ),
    ] {
        let (found, ids) = ports_after(before.clone(), mode);
        assert_eq!(
            (&found, ids.join(" ").as_str()),
            (&after.unwrap_or_else(|| before.clone()), expected),
            "{mode}: {before}"
        );
    }
}

#[test]
fn an_empty_protocol_is_tcp_as_it_is_for_the_api_server() {
    let mut ports = three();
    ports[1]["protocol"] = json!("");
    let (spec, ids) = rewritten(&service(json!({"type": "NodePort", "ports": ports})), &ServiceTarget::default());
    assert_eq!((&spec["ports"], ids), (&three(), vec![]));
}

#[test]
fn node_ports_are_set_or_taken_away() {
    let node_ports: BTreeMap<String, Value> =
        [("https".to_owned(), json!(30443)), ("http2".to_owned(), json!(30080))].into();
    let mut ports = three();
    ports[1]["nodePort"] = json!(31999);
    let before = service(json!({"type": "LoadBalancer", "ports": ports}));
    let target = ServiceTarget { node_ports, ..ServiceTarget::default() };
    let (spec, _) = rewritten(&before, &target);
    assert_eq!((&spec["ports"][1]["nodePort"], &spec["ports"][2]["nodePort"]), (&json!(30080), &json!(30443)));
    let (spec, _) = rewritten(&before, &ServiceTarget { cluster_ip: true, ..target });
    assert_eq!(spec["ports"], three());
    let unknown = ServiceTarget { node_ports: [("grpc".to_owned(), json!(30001))].into(), ..ServiceTarget::default() };
    assert!(plan(&before, &unknown, &[], &Pods::default()).unwrap_err().to_string().contains("names the port grpc"));
}

#[test]
fn other_ports_stay_go_or_are_an_error() {
    let mut ports = three();
    ports.as_array_mut().unwrap().insert(1, json!({"name": "mqtt", "port": 8883}));
    let before = service(json!({"type": "NodePort", "ports": ports}));
    assert_eq!(rewritten(&before, &ServiceTarget::default()).0["ports"], ports);
    let (spec, ids) = rewritten(&before, &ServiceTarget { extra_ports: ExtraPorts::Drop, ..ServiceTarget::default() });
    assert_eq!((&spec["ports"], ids), (&three(), vec!["ALB047"]));
    let denied = plan(
        &before,
        &ServiceTarget { extra_ports: ExtraPorts::Deny, ..ServiceTarget::default() },
        &[],
        &Pods::default(),
    )
    .unwrap();
    assert_eq!(denied.findings[0].severity, crate::finding::Severity::Error);
}

#[test]
fn clashes_that_the_api_server_refuses_are_errors() {
    for (port, message) in [
        (json!({"name": "web", "port": 80}), "two ports 80/TCP"),
        (json!({"name": "https", "port": 8443, "protocol": "UDP"}), "two ports named \"https\""),
        (json!({"name": "web", "port": 81, "nodePort": 30080}), "two ports with nodePort 30080"),
    ] {
        let mut ports = three();
        ports[1]["nodePort"] = json!(30080);
        ports.as_array_mut().unwrap().push(port);
        let error = plan(&service(json!({"ports": ports})), &ServiceTarget::default(), &[], &Pods::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn annotations_go_by_their_keys() {
    let before = json!({"metadata": {"annotations": {"a/b": "1", "c~d": "2", "keep": "3"}}, "spec": {"type": "NodePort", "ports": three()}});
    let plan =
        plan(&before, &ServiceTarget::default(), &["a/b".to_owned(), "c~d".to_owned()], &Pods::default()).unwrap();
    assert_eq!(patched(&before, &plan.patch).unwrap()["metadata"]["annotations"], json!({"keep": "3"}));
}

/// What becomes of a gateway's ports, by what the stream shows of its pods: the number, where it leads, and why it leads there.
#[test]
fn a_target_port_is_pinned_where_the_pods_can_listen_on_it() {
    let port = |name: &str, number: u64, target: Value| json!({"name": name, "port": number, "targetPort": target});
    let status = || port("status-port", 15021, json!(15021));
    let workload = |pod: &str, container: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: gw}}\nspec: {{template: {{metadata: {{labels: {{istio: gw}}}}, \
             spec: {{{pod}containers: [{{name: istio-proxy, {container}}}]}}}}}}\n"
        )
    };
    let root = workload("securityContext: {runAsUser: 0}, ", "");
    let other = workload("", "");
    let unprivileged = workload("", "env: [{name: ISTIO_META_UNPRIVILEGED_POD, value: 'true'}]");
    let unseen = "nothing in the stream shows that the pods can listen on 80";
    let shared = |port: u64| format!("another port of the gateway leads to {port} as well");
    let (auto, keep) = (TargetPorts::Auto, TargetPorts::Keep);
    for (pods, ports, mode, found) in [
        ("", json!([status(), port("http2", 80, json!(8080))]), auto, (80, json!(8080), Some(unseen.to_owned()))),
        ("", json!([status(), port("http2", 80, json!("web"))]), auto, (80, json!("web"), Some(unseen.to_owned()))),
        (
            "",
            json!([status(), port("http2", 80, json!(8080))]),
            keep,
            (80, json!(8080), Some("as `service.targetPorts: keep` asks".to_owned())),
        ),
        (&*root, json!([status(), port("http2", 80, json!(8080))]), auto, (80, json!(80), None)),
        (&*root, json!([status(), port("http2", 80, json!(443))]), auto, (80, json!(443), Some(shared(443)))),
        (
            &*root,
            json!([status(), port("http2", 80, json!(8080)), port("web", 8081, json!(8080))]),
            auto,
            (80, json!(8080), Some(shared(8080))),
        ),
        // A name that no container has leads nowhere.
        (&*root, json!([status(), port("http2", 80, json!("web"))]), auto, (80, json!(80), None)),
        (&*other, json!([status(), port("http2", 80, json!("web"))]), auto, (80, json!(80), None)),
        (&*other, json!([status(), port("http2", 80, json!(8080))]), auto, (80, json!(8080), Some(unseen.to_owned()))),
        (
            &*unprivileged,
            json!([status(), port("http2", 80, json!(8080))]),
            auto,
            (
                80,
                json!(8080),
                Some(
                    "ISTIO_META_UNPRIVILEGED_POD is \"true\" in Deployment gw, so istiod opens no port below 1024"
                        .to_owned(),
                ),
            ),
        ),
        // The agent answers where it was told to.
        (
            &*root,
            json!([port("status-port", 15021, json!(15020))]),
            auto,
            (15021, json!(15020), Some("the agent may answer on 15020 only".to_owned())),
        ),
        (
            &*other,
            json!([port("status-port", 15021, json!("agent"))]),
            auto,
            (15021, json!("agent"), Some("the agent may answer on agent only".to_owned())),
        ),
    ] {
        let text =
            format!("apiVersion: v1\nkind: Service\nmetadata: {{name: gw}}\nspec: {{selector: {{istio: gw}}}}\n{pods}");
        let objects = kubernetes_objects::object::read_all(&manifest_yaml::stream::Stream::split(&text)).objects;
        let pinned = PinnedPorts::of(ports.as_array().unwrap(), mode, &Pods::of(&objects, &objects[0]));
        let pin = pinned.found.into_iter().find(|pin| pin.number == found.0).unwrap();
        assert_eq!((pin.number, pin.target_port, pin.kept), found, "{ports} {pods}");
    }
    // The port for health checks comes beside ports of other numbers, too.
    let pinned = PinnedPorts::of(&[port("web", 8080, json!(8080))], auto, &Pods::default());
    assert_eq!(pinned.added, [("status-port", 15021)]);
}
