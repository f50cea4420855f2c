//! What the model of the controller must never do, on manifests that are made from the catalogue of annotations: panic,
//! contradict `check`, depend on the order of the documents.
//!
//! Manifests are made from a tape of small numbers, each a decision; proptest shrinks a failing tape towards zeros.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use alb_controller::catalogue::{self, Annotation, Kind, PREFIX, Place};
use alb_controller::model::{Model, Options, Verdict, build, show_json};
use istio_alb::finding::{Finding, Severity};
use istio_alb::lint;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_documents_does_not_matter(
        tape in prop::collection::vec(0_u16..960, 0..160),
        order in prop::collection::vec(0_usize..16, 0..16),
    ) {
        let objects = stream(&mut Tape { numbers: tape.into_iter() });
        let mut shuffled: Vec<Value> = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            let at = order.get(index).map_or(0, |at| at % (shuffled.len() + 1));
            shuffled.insert(at, object.clone());
        }
        let (one, other) = (summary(&model(&objects)), summary(&model(&shuffled)));
        prop_assert_eq!(one, other, "{}", text(&objects));
    }

    #[test]
    fn check_and_model_say_the_same(tape in prop::collection::vec(0_u16..960, 0..160)) {
        let objects = stream(&mut Tape { numbers: tape.into_iter() });
        let model = model(&objects);
        let text = text(&objects);
        let found = lint::check_stream(&text, &[]).unwrap().findings;
        let errors: Vec<_> = found.iter().filter(|finding| finding.severity == Severity::Error).collect();
        if model.verdict == Verdict::Refused {
            prop_assert!(!errors.is_empty(), "refused ({:?}), and check has no error\n{}", model.message, text);
        } else if model.verdict != Verdict::Unknown {
            let refusal = errors.iter().find(|finding| says_refused(finding));
            let refusal = refusal.map(|finding| (finding.rule.id, &finding.message));
            prop_assert!(refusal.is_none(), "{:?} ({:?}), and {refusal:?}\n{}", model.verdict, model.message, text);
        }
    }
}

/// Findings that can mean only one thing: the controller refuses an Ingress or its group.
fn says_refused(finding: &Finding) -> bool {
    match finding.rule.id {
        "ALB043" => finding.message.contains(" has no port "),
        "ALB029" => finding.message.ends_with(": the controller refuses it"),
        id => ["ALB044", "ALB054", "ALB079", "ALB102"].contains(&id),
    }
}

fn model(objects: &[Value]) -> Model {
    build(objects, &Options::default())
}

fn text(objects: &[Value]) -> String {
    objects.iter().map(|object| format!("---\n{object}\n")).collect()
}

/// Everything that is printed, but the order of the Ingresses.
fn summary(model: &Model) -> Value {
    let mut shown = show_json(model);
    let ingresses = shown["ingresses"].as_array_mut().unwrap();
    ingresses.sort_by_key(|facts| facts["ingress"].as_str().unwrap().to_owned());
    shown
}

struct Tape {
    numbers: std::vec::IntoIter<u16>,
}

impl Tape {
    /// The next decision among `count`; the first one when the tape has ended.
    fn choose(&mut self, count: usize) -> usize {
        usize::from(self.numbers.next().unwrap_or(0)) % count
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.choose(choices.len())]
    }

    /// One in four.
    fn rarely(&mut self) -> bool {
        self.choose(4) == 1
    }
}

/// Services, classes with their parameters, and Ingresses, each name once.
fn stream(tape: &mut Tape) -> Vec<Value> {
    let mut objects: Vec<Value> = ["web", "api"].map(|name| service(tape, name)).into();
    for name in ["one", "two"] {
        if tape.rarely() {
            objects.extend(class(tape, name));
        }
    }
    for name in ["a", "b", "c"] {
        if name == "a" || tape.rarely() {
            objects.push(ingress(tape, name));
        }
    }
    objects
}

fn service(tape: &mut Tape, name: &str) -> Value {
    let kind = tape.pick(&["NodePort", "ClusterIP", "LoadBalancer", "ExternalName"]);
    let families = [json!(["IPv4"]), json!(["IPv6"]), json!(["IPv4", "IPv6"])][tape.choose(3)].clone();
    let target = [json!(8443), json!("tls"), Value::Null][tape.choose(3)].clone();
    let mut ports =
        vec![json!({"name": "http", "port": 80}), json!({"name": "https", "port": 443, "targetPort": target})];
    if tape.rarely() {
        ports.insert(0, Value::Null);
    }
    let mut spec = json!({"type": kind, "selector": {"app": name}, "ports": ports});
    if tape.rarely() {
        spec["ipFamilies"] = families;
    }
    let of_service: Vec<&Annotation> = annotations().into_iter().filter(|a| a.place != Place::Ingress).collect();
    let annotations = annotate(tape, &of_service, 2);
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop", "annotations": annotations},
        "spec": spec})
}

fn class(tape: &mut Tape, name: &str) -> Vec<Value> {
    let controller = tape.pick(&["ingress.k8s.aws/alb", "k8s.io/ingress-nginx"]);
    let default = tape.pick(&["false", "true"]);
    let mut class = json!({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name,
        "annotations": {"ingressclass.kubernetes.io/is-default-class": default}}, "spec": {"controller": controller}});
    if tape.rarely() {
        return vec![class];
    }
    class["spec"]["parameters"] = json!({"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": name});
    let fields = [
        ("scheme", json!("internet-facing")),
        ("group", json!({"name": tape.pick(&["edge", "Edge"])})),
        ("inboundCIDRs", json!([tape.pick(&["10.0.0.0/8", "10.0.0.1/8", "x"])])),
        ("sslRedirectPort", json!(tape.pick(&["443", "x"]))),
        ("subnets", json!({"ids": ["subnet-a", "subnet-b"]})),
        ("targetType", json!(tape.pick(&["ip", "nodes"]))),
        ("minimumLoadBalancerCapacity", json!({"capacityUnits": 10})),
        ("namespaceSelector", json!({"matchExpressions": [{"key": "team", "operator": tape.pick(&["Exists", "In"])}]})),
        ("tags", json!([null, {"key": "a", "value": "b"}])),
    ];
    let mut spec = Map::new();
    for (field, value) in fields {
        if tape.rarely() {
            spec.insert(field.to_owned(), value);
        }
    }
    let params = json!({"apiVersion": "elbv2.k8s.aws/v1beta1", "kind": "IngressClassParams", "metadata": {"name": name},
        "spec": spec});
    vec![class, params]
}

fn ingress(tape: &mut Tape, name: &str) -> Value {
    let mut annotations = annotate(tape, &annotations(), 8);
    let mut spec = json!({"rules": [{"http": {"paths": []}}]});
    match tape.choose(6) {
        4 => spec["ingressClassName"] = json!(tape.pick(&["one", "two", "alb"])),
        5 => {}
        _ => _ = annotations.insert("kubernetes.io/ingress.class".to_owned(), json!("alb")),
    }
    if tape.choose(2) == 1 {
        annotations.insert(format!("{PREFIX}group.name"), json!("edge"));
    }
    for _ in 0..1 + tape.choose(3) {
        let path = tape.pick(&["/", "/a", "/a/*", "/b?", ""]);
        let path_type = [json!("Prefix"), json!("Exact"), json!("ImplementationSpecific"), json!(""), Value::Null];
        let path_type = path_type[tape.choose(5)].clone();
        let port =
            [json!({"number": 80}), json!({"name": "use-annotation"}), json!({"number": 81}), json!({"name": "https"})];
        let port = port[tape.choose(4)].clone();
        let backend = json!({"service": {"name": tape.pick(&["web", "act", "api", "gone"]), "port": port}});
        let paths = spec["rules"][0]["http"]["paths"].as_array_mut().unwrap();
        paths.push(json!({"path": path, "pathType": path_type, "backend": backend}));
    }
    if tape.rarely() {
        spec["defaultBackend"] =
            json!({"service": {"name": tape.pick(&["web", "act"]), "port": {"name": "use-annotation"}}});
    }
    if tape.rarely() {
        spec["rules"]
            .as_array_mut()
            .unwrap()
            .push([Value::Null, json!({"host": "a.example.com"})][tape.choose(2)].clone());
    }
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name, "namespace": "shop",
        "annotations": annotations}, "spec": spec})
}

fn annotations() -> Vec<&'static Annotation> {
    catalogue::annotations().collect()
}

/// Up to `most` of these annotations, with values that are right or wrong.
fn annotate(tape: &mut Tape, choices: &[&Annotation], most: usize) -> Map<String, Value> {
    let mut map = Map::new();
    for _ in 0..tape.choose(most + 1) {
        let annotation = choices[tape.choose(choices.len())];
        let suffix = match annotation.suffix {
            "target-control-port.*.*" => "target-control-port.web.80".to_owned(),
            "listener-attributes.*" => "listener-attributes.HTTP-80".to_owned(),
            suffix => suffix.replace('*', tape.pick(&["act", "web"])),
        };
        map.insert(format!("{PREFIX}{suffix}"), json!(value(tape, annotation)));
    }
    map
}

fn value(tape: &mut Tape, annotation: &Annotation) -> String {
    let of_suffix: &[&str] = match annotation.suffix {
        "listen-ports" => &[
            r#"[{"HTTP": 80}]"#,
            r#"[{"HTTP": 80}, {"HTTPS": 443}]"#,
            r#"[{"HTTPS": 443}]"#,
            r#"[{"HTTP": 80, "HTTPS": 80}]"#,
            "[{}]",
        ],
        "ssl-redirect" => &["443", "80"],
        "actions.*" => &[
            r#"{"type": "forward", "forwardConfig": {"targetGroups": [{"serviceName": "web", "servicePort": 80}]}}"#,
            r#"{"type": "redirect", "redirectConfig": {"statusCode": "HTTP_301"}}"#,
            r#"{"type": "redirect", "redirectConfig": {"host": "x.example.com", "statusCode": "HTTP_301"}}"#,
            r#"{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "503"}, "type": "redirect"}"#,
            r#"{"type": "forward", "targetGroupARN": "arn:x", "targetGroupARN": null}"#,
        ],
        "conditions.*" => &[
            r#"[{"field": "path-pattern", "pathPatternConfig": {"regexValues": ["^/x"]}}]"#,
            r#"[{"field": "source-ip", "sourceIPConfig": {"values": ["10.0.0.0/8"], "values": [null]}}]"#,
            r#"[{"field": "host-header"}]"#,
        ],
        "transforms.*" => &[r#"[{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "a"}]}}]"#],
        "auth-type" => &["oidc", "cognito", "none"],
        "group.order" => &["1", "-1", "2000"],
        "minimum-load-balancer-capacity" => &["CapacityUnits=3", "CapacityUnits=3k"],
        "frontend-nlb-attributes" => &["dns_record.client_routing_policy=any_availability_zone", "a=b"],
        "mutual-authentication" => &[r#"[{"port": 443, "mode": "off"}]"#, r#"[{"port": 443, "mode": "verify"}]"#],
        _ => &[],
    };
    let of_kind: &[&str] = match annotation.kind {
        Kind::Bool => &["true", "false"],
        Kind::Int { .. } => &["5", "2147483648"],
        Kind::Enum(words) | Kind::AwsEnum(words) => words,
        Kind::Map => &["a=b", "a=b,c=d"],
        Kind::Port { .. } => &["traffic-port", "80", "https"],
        _ => &["x", "a,b", "10.0.0.0/8", "subnet-a,subnet-b", "{}", "[]"],
    };
    let broken = ["", " ", "x", "null", "{", "a=", "\u{feff}1", "[[[["];
    match tape.choose(8) {
        7 => tape.pick(&broken).to_owned(),
        _ if !of_suffix.is_empty() => tape.pick(of_suffix).to_owned(),
        _ if of_kind.is_empty() => String::new(),
        _ => tape.pick(of_kind).to_owned(),
    }
}
