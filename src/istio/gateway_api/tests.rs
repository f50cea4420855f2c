use serde_json::json;

use super::*;

/// The objects of a stream with what istiod makes from its Gateways.
fn objects(text: &str) -> Vec<Object> {
    let stream = Stream::split(text);
    let mut objects = object::read(&stream, &["Gateway", "Service"]).objects;
    add_made(&stream, &mut objects);
    objects
}

fn gateway(metadata: &str, spec: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: gw, namespace: edge, {metadata}}}\nspec: \
         {{gatewayClassName: istio, {spec}}}\n"
    )
}

const LISTENERS: &str = "listeners: [{name: http, port: 80, protocol: HTTP}, {name: a.shop, port: 443, protocol: HTTPS, hostname: \
                         shop.example.com, tls: {}}, {name: b, port: 443, protocol: HTTPS, tls: {}}]";

/// The Service that is made from a Gateway.
fn service(text: &str) -> Value {
    let objects = objects(text);
    objects.iter().find(|object| object.is_made() && object.kind() == "Service").unwrap().value.clone()
}

/// What istiod made from the same Gateway on an API server: name, type, ports, annotations (`tests/mesh`).
#[test]
fn the_service_has_a_port_for_each_port_of_a_listener() {
    let made = service(&gateway("annotations: {a: b, kubectl.kubernetes.io/last-applied-configuration: x}", LISTENERS));
    assert_eq!(
        made["metadata"],
        json!({
            "name": "gw-istio", "namespace": "edge", "annotations": {"a": "b"},
            "labels": {
                "gateway.networking.k8s.io/gateway-name": "gw",
                "gateway.networking.k8s.io/gateway-class-name": "istio",
                "gateway.istio.io/managed": "istio.io-gateway-controller",
            },
        })
    );
    assert_eq!(
        made["spec"],
        json!({
            "type": "LoadBalancer",
            "ipFamilyPolicy": "PreferDualStack",
            "ports": [
                {"name": "status-port", "port": 15021, "protocol": "TCP", "appProtocol": "tcp"},
                {"name": "http", "port": 80, "protocol": "TCP", "appProtocol": "http"},
                {"name": "a-shop", "port": 443, "protocol": "TCP", "appProtocol": "https"},
            ],
            "selector": {"gateway.networking.k8s.io/gateway-name": "gw"},
        })
    );
}

#[test]
fn names_of_ports_are_made_unique() {
    let listener = |name: &str, port: u32| format!("{{name: {name}, port: {port}, protocol: HTTP}}");
    let long = "x".repeat(70);
    let listeners =
        [listener("a.b", 1), listener("a-b", 2), listener("status-port", 3), listener(&long, 4), listener(&long, 5)];
    let made = service(&gateway("", &format!("listeners: [{}]", listeners.join(", "))));
    let names: Vec<&str> =
        made["spec"]["ports"].as_array().unwrap().iter().map(|port| port["name"].as_str().unwrap()).collect();
    let cut = "x".repeat(63);
    let numbered = "x".repeat(61) + "-5";
    assert_eq!(names, ["status-port", "a-b", "a-b-2", "status-port-3", &cut, &numbered]);
}

#[test]
fn annotations_and_labels_come_from_the_infrastructure_where_it_has_any() {
    let annotations = |metadata: &str, infrastructure: &str| {
        let made = service(&gateway(metadata, &format!("infrastructure: {infrastructure}, {LISTENERS}")));
        (made["metadata"]["annotations"].clone(), made["spec"]["type"].clone())
    };
    let own = "annotations: {a: b, networking.istio.io/service-type: NodePort}";
    assert_eq!(
        annotations(own, "{}"),
        (json!({"a": "b", "networking.istio.io/service-type": "NodePort"}), json!("NodePort"))
    );
    assert_eq!(annotations(own, "{annotations: {c: d}}"), (json!({"c": "d"}), json!("NodePort")));
    assert_eq!(annotations(own, "{annotations: {}}"), (Value::Null, json!("NodePort")));
    assert_eq!(annotations(own, "{annotations: null}").0["a"], "b");
    let only = "{annotations: {networking.istio.io/service-type: ClusterIP, gateway.networking.k8s.io/x: y}}";
    assert_eq!(
        annotations("", only),
        (json!({"networking.istio.io/service-type": "ClusterIP"}), json!("LoadBalancer"))
    );
    let made = service(&gateway("annotations: {gateway.istio.io/name-override: web}", LISTENERS));
    assert_eq!(made["metadata"]["name"], "web");
}

#[test]
fn parameters_are_merged_over_the_service() {
    let map = |service: &str| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: gw-options, namespace: edge}}\ndata:\n  service: |\n    {}\n",
            service.replace('\n', "\n    ")
        )
    };
    let reference = "infrastructure: {parametersRef: {group: '', kind: ConfigMap, name: gw-options}}";
    let with = |overlay: &str| service(&(gateway("", &format!("{reference}, {LISTENERS}")) + &map(overlay)));
    let made = with(
        "metadata: {annotations: {x: z}}\nspec:\n  type: NodePort\n  ipFamilyPolicy: null\n  ports:\n  - {port: 443, nodePort: \
         30443}\n  - {port: 9, name: own}\n  externalIPs: [192.0.2.1]",
    );
    assert_eq!(made["metadata"]["annotations"], json!({"x": "z"}));
    assert_eq!(made["spec"]["type"], "NodePort");
    assert_eq!((&made["spec"]["ipFamilyPolicy"], &made["spec"]["externalIPs"]), (&Value::Null, &json!(["192.0.2.1"])));
    assert_eq!(
        made["spec"]["ports"][2],
        json!({"name": "a-shop", "port": 443, "protocol": "TCP", "appProtocol": "https", "nodePort": 30443})
    );
    assert_eq!(made["spec"]["ports"][3], json!({"port": 9, "name": "own"}));
    // As istiod made it: what is merged keeps its order, and the others stand before what was behind them.
    let numbers = |overlay: &str| {
        let ports = with(overlay)["spec"]["ports"].clone();
        ports.as_array().unwrap().iter().map(|port| port["port"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("spec: {ports: [{port: 443}, {port: 15021}]}"), [80, 443, 15021]);
    assert_eq!(numbers("spec: {ports: [{port: 9}, {port: 80}]}"), [9, 15021, 80, 443]);
    // What istiod does not take changes nothing that it has made.
    assert_eq!(with("spec: {$patch: replace, type: NodePort}")["spec"]["type"], "LoadBalancer");
    assert_eq!(with("[1]")["spec"]["type"], "LoadBalancer");
    let of_the_class = map("spec: {type: ClusterIP}").replace(
        "name: gw-options, namespace: edge",
        "name: d, namespace: istio-system, labels: {gateway.istio.io/defaults-for-class: istio}",
    );
    assert_eq!(service(&(gateway("", LISTENERS) + &of_the_class))["spec"]["type"], "ClusterIP");
}

#[test]
fn an_ip_address_is_that_of_the_load_balancer() {
    let addresses = |kind: &str| format!("addresses: [{{{kind}value: 192.0.2.1}}], {LISTENERS}");
    for kind in ["", "type: IPAddress, "] {
        let text = gateway("", &addresses(kind));
        assert_eq!(service(&text)["spec"]["loadBalancerIP"], "192.0.2.1");
        let node_port = text.replace("namespace: edge,", "annotations: {networking.istio.io/service-type: NodePort},");
        assert_eq!(service(&node_port)["spec"]["loadBalancerIP"], Value::Null);
    }
}

#[test]
fn a_gateway_that_names_a_service_serves_that_one() {
    let service =
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: ingress, namespace: NS}\nspec: {selector: {istio: gw}}\n";
    for (host, namespace, found) in [
        ("ingress", "edge", true),
        ("ingress.mesh.svc.cluster.local", "mesh", true),
        ("ingress.mesh", "edge", false),
        ("other", "edge", false),
    ] {
        let text = gateway("", &format!("addresses: [{{type: Hostname, value: {host}}}], {LISTENERS}"))
            + &service.replace("NS", namespace);
        let made: Vec<Object> = objects(&text).into_iter().filter(Object::is_made).collect();
        let kinds: Vec<&str> = made.iter().map(Object::kind).collect();
        assert_eq!(kinds, if found { vec!["Gateway"] } else { vec![] }, "{host}");
        assert!(made.iter().all(|made| made.value["spec"]["selector"] == json!({"istio": "gw"})));
    }
}

#[test]
fn listeners_are_servers_of_a_gateway_of_istio() {
    let listeners = "listeners: [{name: h, port: 80, protocol: HTTP}, {name: s, port: 443, protocol: HTTPS, hostname: a.example.com, \
                     tls: {}}, {name: p, port: 444, protocol: TLS, tls: {mode: Passthrough}}, {name: m, port: 445, protocol: HTTPS, \
                     tls: {options: {gateway.istio.io/tls-terminate-mode: MUTUAL}}}, {name: f, port: 446, protocol: HTTPS, tls: {}}]";
    let frontend = |mode: &str| {
        format!(
            "tls: {{frontend: {{perPort: [{{port: 446, tls: {{validation: {{{mode}caCertificateRefs: [{{name: ca}}]}}}}}}]}}}}"
        )
    };
    let servers = |more: &str| {
        let objects = objects(&gateway("", &format!("{more}, {listeners}")));
        let made = objects.into_iter().find(|object| object.is_made() && object.kind() == "Gateway").unwrap();
        let servers = made.value["spec"]["servers"].as_array().unwrap().clone();
        let line = |server: &Value| {
            let mode = server["tls"]["mode"].as_str().unwrap_or("none");
            format!("{} {} {mode} {}", server["port"]["number"], server["port"]["protocol"], server["hosts"])
        };
        servers.iter().map(|server| line(server).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(
        servers(&frontend("")),
        [
            "80 HTTP none [*]",
            "443 HTTPS SIMPLE [a.example.com]",
            "444 TLS PASSTHROUGH [*]",
            "445 HTTPS MUTUAL [*]",
            "446 HTTPS MUTUAL [*]",
        ]
    );
    assert_eq!(servers(&frontend("mode: AllowInsecureFallback, "))[4], "446 HTTPS OPTIONAL_MUTUAL [*]");
    assert_eq!(servers("tls: {frontend: {default: {validation: {caCertificateRefs: []}}}}")[4], "446 HTTPS SIMPLE [*]");
}

#[test]
fn other_classes_are_not_for_the_web() {
    let with = |class: &str| {
        objects(&gateway("", LISTENERS).replace("gatewayClassName: istio", &format!("gatewayClassName: {class}")))
    };
    for (class, why) in [
        ("istio-waypoint", Some("a waypoint is reached from inside the mesh only")),
        ("istio-east-west", Some("its mutual TLS")),
        ("istio-remote", Some("another network")),
        ("nginx", Some("not Istio's")),
        ("istio", None),
    ] {
        let objects = with(class);
        let found = not_for_the_web(&objects[0]);
        assert!(found.iter().all(|found| found.contains(why.unwrap_or("?"))), "{class}: {found:?}");
        assert_eq!((found.is_some(), objects.len()), (why.is_some(), if why.is_some() { 1 } else { 3 }), "{class}");
    }
}

#[test]
fn a_service_of_the_stream_is_not_made_again() {
    let live =
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: gw-istio, namespace: edge}\nspec: {type: NodePort}\n";
    let objects = objects(&(gateway("", LISTENERS) + live));
    assert_eq!(objects.iter().filter(|object| object.kind() == "Service").count(), 1);
}
