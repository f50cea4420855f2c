//! The changes to a Service as guarded operations that kustomize applies. [`super`] has the reasons for this form.

use json_patch::{Patch, PatchOperation};
use manifest_yaml::{patch, pointer};
use serde_json::{Value, json};

use crate::config::types::{ExtraPorts, Phase};
use crate::config::{Spec, fields};
use crate::istio::gateway_api::overlay::KEY;
use crate::istio::gateway_api::service::copied_from;
use crate::migrate;
use crate::migrate::annotations::{ROWS, Tail};
use crate::rewrite::RewrittenGateway;
use crate::rewrite::made::{Change, GatewayChanges};
use crate::rewrite::service::{LOAD_BALANCER_FIELDS, PinnedPorts, ServiceTarget};
use kubernetes_objects::Object;
use kubernetes_objects::service::ports;

/// Annotations and fields of the Service that decide who may reach the old load balancer, by the annotation of the
/// Ingress that has it from there. Without a scheme the type and the class decide on it.
const ACCESS: [(&str, &[&str], &[&str]); 4] = [
    (
        "scheme",
        &["aws-load-balancer-type", "aws-load-balancer-scheme", "aws-load-balancer-internal"],
        &["loadBalancerClass"],
    ),
    ("inbound-cidrs", &["load-balancer-source-ranges"], &["loadBalancerSourceRanges"]),
    ("security-groups", &["aws-load-balancer-security-groups"], &[]),
    ("security-group-prefix-lists", &["aws-load-balancer-security-group-prefix-lists"], &[]),
];

/// Whether the configuration decides about an annotation, whatever the Service has.
fn is_configured(spec: &Spec, suffix: &str) -> bool {
    !fields::configured(&spec.ingress, &format!("{}{suffix}", migrate::ALB)).is_default()
}

/// The changes to a Service, guarded.
pub(super) fn operations(gateway: &RewrittenGateway) -> Vec<PatchOperation> {
    let service = &gateway.service.value;
    let target = ServiceTarget::of(&gateway.spec);
    let mut list = List::default();
    list.test_access(gateway, service, &["metadata", "annotations"]);
    if gateway.spec.phase() == Phase::Attach {
        return list.0;
    }
    if service["spec"]["ports"].is_array() {
        for (index, port) in ports(service).iter().enumerate() {
            for field in ["name", "port"] {
                if let Some(value) = port.get(field) {
                    list.test(&["spec", "ports", &index.to_string(), field], value.clone());
                }
            }
        }
    } else {
        list.add(&["spec", "ports"], json!([]));
    }
    list.add(&["spec", "type"], json!(gateway.spec.service.kind().to_string()));
    list.pin_ports(service, &target, &gateway.ports);
    for field in LOAD_BALANCER_FIELDS {
        list.drop(&["spec", field]);
    }
    if target.cluster_ip && service["spec"]["externalIPs"].as_array().is_none_or(Vec::is_empty) {
        list.drop(&["spec", "externalTrafficPolicy"]);
    }
    for key in annotations(gateway) {
        list.drop(&["metadata", "annotations", &key]);
    }
    list.0
}

/// The changes to what istiod makes a Service from, guarded: each object with the filter's patch and the operations.
pub(super) fn of_gateway<'g>(
    gateway: &RewrittenGateway,
    made: &'g GatewayChanges,
) -> Vec<(&'g Object, &'g Patch, Vec<PatchOperation>)> {
    let operations = List::of_gateway(gateway, &made.gateway).0;
    let mut found = vec![(&made.gateway.object, &made.gateway.patch, operations)];
    if let Some(change) = &made.parameters {
        let mut list = List::default();
        list.test(&["data", KEY], change.object.value["data"][KEY].clone());
        list.0.extend(change.patch.0.iter().cloned());
        found.push((&change.object, &change.patch, list.0));
    }
    found
}

/// Operations in the making.
#[derive(Default)]
struct List(Vec<PatchOperation>);

impl List {
    fn test(&mut self, path: &[&str], value: Value) {
        self.0.push(patch::test(path.iter().copied(), value));
    }

    /// Tests that the settings of who may reach the load balancer are those of the export: the old load balancer's, and
    /// annotations that move to the Ingress. A missing value is `null` for kustomize's `test`. They stand in a Service, or in
    /// a Gateway's annotations at a path.
    fn test_access(&mut self, gateway: &RewrittenGateway, object: &Value, path: &[&str]) {
        let there = object.pointer(&pointer::of(path.iter().copied())).unwrap_or(&Value::Null);
        for (suffix, annotations, fields) in ACCESS {
            if is_configured(&gateway.spec, suffix) {
                continue;
            }
            let mut keys = vec![format!("{}{suffix}", migrate::ALB)];
            if gateway.spec.carry_over() {
                for field in fields.iter().filter(|_| object["kind"] == "Service") {
                    self.test(&["spec", field], object["spec"][field].clone());
                }
                keys.extend(annotations.iter().map(|key| format!("{}{key}", migrate::PREFIX)));
            }
            for key in keys {
                self.test(&[path, &[&key]].concat(), there[&key].clone());
            }
        }
    }

    /// The changes to a Gateway. What istiod takes from elsewhere must be what it was.
    fn of_gateway(gateway: &RewrittenGateway, change: &Change) -> Self {
        let mut list = List::default();
        let value = &change.object.value;
        let path = copied_from(value, "annotations");
        let from = pointer::of(path.iter().copied());
        match &value["spec"]["infrastructure"] {
            Value::Null => list.test(&["spec", "infrastructure"], Value::Null),
            there => {
                list.test(&["spec", "infrastructure", "parametersRef"], there["parametersRef"].clone());
                if there["annotations"].is_null() {
                    list.test(&["spec", "infrastructure", "annotations"], Value::Null);
                }
            }
        }
        list.test_access(gateway, value, &path);
        if gateway.spec.phase() == Phase::Attach {
            return list;
        }
        for (index, listener) in value["spec"]["listeners"].as_array().into_iter().flatten().enumerate() {
            for field in ["name", "port"] {
                list.test(&["spec", "listeners", &index.to_string(), field], listener[field].clone());
            }
        }
        list.test(&["spec", "addresses"], value["spec"]["addresses"].clone());
        let is_annotation = |operation: &PatchOperation| operation.path().as_str().starts_with(&from);
        for operation in &change.patch.0 {
            match operation {
                // `metadata.annotations` is there in kustomize.
                PatchOperation::Add(add) if add.path.as_str() == "/metadata/annotations" => {
                    for (key, value) in add.value.as_object().into_iter().flatten() {
                        list.add(&["metadata", "annotations", key], value.clone());
                    }
                }
                PatchOperation::Remove(_) if is_annotation(operation) => {}
                operation => list.0.push(operation.clone()),
            }
        }
        for key in self::annotations(gateway) {
            list.drop(&[&path[..], &[&key]].concat());
        }
        list
    }

    /// Adds or replaces: on an object `add` is both.
    fn add(&mut self, path: &[&str], value: Value) {
        self.0.push(patch::add(path.iter().copied(), value));
    }

    fn remove(&mut self, path: &[&str]) {
        self.0.push(patch::remove(path.iter().copied()));
    }

    /// Removes a key that may be absent.
    fn drop(&mut self, path: &[&str]) {
        self.add(path, json!(""));
        self.remove(path);
    }

    fn pin_ports(&mut self, service: &Value, target: &ServiceTarget, pinned: &PinnedPorts) {
        let rendered = ports(service);
        let mut dropped = Vec::new();
        for (index, port) in rendered.iter().enumerate() {
            let position = index.to_string();
            let path = ["spec", "ports", position.as_str()];
            let field = |name| [&path[..], &[name]].concat();
            let pin = pinned.of_port(index);
            if let Some(pin) = pin {
                for (key, value) in [("name", json!(pin.name)), ("port", json!(pin.number))] {
                    if port.get(key) != Some(&value) {
                        self.add(&field(key), value);
                    }
                }
                self.add(&field("protocol"), json!("TCP"));
                self.add(&field("targetPort"), pin.target_port.clone());
            } else if target.extra_ports == ExtraPorts::Drop {
                dropped.push(position);
                continue;
            }
            let names = pin.map_or_else(|| vec![port["name"].as_str().unwrap_or_default()], |pin| pin.names());
            if target.cluster_ip {
                self.drop(&field("nodePort"));
            } else if let Some(node_port) = target.node_port(&names) {
                self.add(&field("nodePort"), node_port.clone());
            }
        }
        for position in dropped.iter().rev() {
            self.remove(&["spec", "ports", position]);
        }
        for pin in &pinned.added {
            self.add(&["spec", "ports", "-"], target.new_port(*pin));
        }
    }
}

/// The keys of annotations that go: those that are known, where they hold a port those of the Service's ports, and whatever
/// else the filter takes off.
fn annotations(gateway: &RewrittenGateway) -> Vec<String> {
    let kept = gateway.spec.service.keep_annotations.as_deref().unwrap_or_default();
    let mut keys = Vec::new();
    for row in &ROWS {
        let stem = format!("{}{}", migrate::PREFIX, row.stem());
        let ports = ports(&gateway.service.value).iter();
        match row.tail {
            Tail::None => keys.push(stem),
            Tail::Port => keys.extend(ports.map(|port| format!("{stem}{}", port["port"]))),
            Tail::Listener => keys.extend(ports.flat_map(|port| {
                // The protocols of an NLB's listeners (LBC v3.5.0 pkg/service/model_build_listener.go).
                let protocols: &[&str] =
                    if port["protocol"] == "UDP" { &["UDP", "TCP_UDP"] } else { &["TCP", "TLS", "TCP_UDP"] };
                protocols.iter().map(|protocol| format!("{stem}{protocol}-{}", port["port"])).collect::<Vec<_>>()
            })),
        }
    }
    for operation in &gateway.patch.0 {
        let mut tokens = operation.path().tokens().map(|token| token.decoded().into_owned());
        if let (Some("metadata"), Some("annotations"), Some(key)) =
            (tokens.next().as_deref(), tokens.next().as_deref(), tokens.next())
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    keys.retain(|key| !kept.contains(key));
    keys.dedup();
    keys
}
