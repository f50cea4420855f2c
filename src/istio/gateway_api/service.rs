//! The Service that istiod makes from a Gateway.

use serde_json::{Map, Value, json};

use super::{CLASS, SERVICE_TYPE, overlay};
use crate::istio::owner::{GATEWAY_NAME, MANAGED_LABEL};
use crate::istio::{STATUS_PORT, STATUS_PORT_NUMBER};
use kubernetes_objects::Object;
use kubernetes_objects::object::{Origin, annotation_pointer, list};
use manifest_yaml::pointer;
use manifest_yaml::stream::HELM4_FILENAME;

/// The annotation of a Gateway with another name for what is made of it.
const NAME_OVERRIDE: &str = "gateway.istio.io/name-override";
/// Annotations of the Gateway that are not copied.
const NOT_COPIED: [&str; 5] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    NAME_OVERRIDE,
    "gateway.istio.io/service-account",
    "gateway.istio.io/controller-version",
    // Helm takes it off before it applies anything.
    HELM4_FILENAME,
];
/// How long the name of a Service's port may be.
const NAME_LENGTH: usize = 63;

/// The Service that istiod makes from a managed Gateway, with what these ConfigMaps say merged over it. One that istiod does not
/// understand keeps it from making any change; it is left out here, and reported by a rule.
#[must_use]
pub fn made(gateway: &Object, parameters: &[&Object]) -> Object {
    let annotations = Copied::of(gateway, "annotations");
    let labels = Copied::of(gateway, "labels");
    let kind = gateway.annotation(SERVICE_TYPE).unwrap_or("LoadBalancer");
    let mut value = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": super::metadata(&name_of(gateway), gateway),
        "spec": {
            "type": kind,
            "ipFamilyPolicy": "PreferDualStack",
            "ports": ports(gateway),
            "selector": { GATEWAY_NAME: gateway.name() },
        },
    });
    let mut kept = annotations.map.clone();
    kept.retain(|key, _| !NOT_COPIED.contains(&key.as_str()));
    let mut all = labels.map.clone();
    for (key, label) in [
        (GATEWAY_NAME, gateway.name()),
        ("gateway.networking.k8s.io/gateway-class-name", CLASS),
        (MANAGED_LABEL, "istio.io-gateway-controller"),
    ] {
        all.insert(key.to_owned(), json!(label));
    }
    let metadata = &mut value["metadata"];
    if !kept.is_empty() {
        metadata["annotations"] = Value::Object(kept);
    }
    metadata["labels"] = Value::Object(all);
    if let Some(address) = gateway.value.pointer("/spec/addresses/0/value").filter(|_| kind == "LoadBalancer") {
        value["spec"]["loadBalancerIP"] = address.clone();
    }
    for map in parameters {
        if let Ok(Some(overlay)) = overlay::read(map) {
            overlay::merge(&mut value, &overlay);
        }
    }
    let fields = fields(&value, gateway, &annotations, &labels);
    Object { value, origin: Some(Origin { object: gateway.reference(), fields }), ..gateway.clone() }
}

/// The name of the Service.
#[must_use]
pub fn name_of(gateway: &Object) -> String {
    match gateway.annotation(NAME_OVERRIDE) {
        Some(name) => name.to_owned(),
        None => format!("{}-{CLASS}", gateway.name()),
    }
}

/// Where the `annotations` or `labels` of the Service come from: `spec.infrastructure` where it has any, else the Gateway's metadata.
#[must_use]
pub fn copied_from<'w>(gateway: &Value, what: &'w str) -> Vec<&'w str> {
    match &gateway["spec"]["infrastructure"][what] {
        Value::Object(_) => vec!["spec", "infrastructure", what],
        _ => vec!["metadata", what],
    }
}

/// The annotations or labels that the Service gets, and the pointer to where they come from.
struct Copied {
    from: String,
    map: Map<String, Value>,
}

impl Copied {
    fn of(gateway: &Object, what: &str) -> Self {
        let path = copied_from(&gateway.value, what);
        let is_own = path[0] == "metadata";
        let from = pointer::of(path);
        let mut map = gateway.value.pointer(&from).and_then(Value::as_object).cloned().unwrap_or_default();
        map.retain(|key, _| is_own || !key.starts_with("gateway.networking.k8s.io/"));
        Copied { from, map }
    }
}

/// The status port, and one TCP port for each port of a listener, named after its first listener.
fn ports(gateway: &Object) -> Vec<Value> {
    let mut ports = vec![json!({
        "name": STATUS_PORT, "port": STATUS_PORT_NUMBER, "protocol": "TCP", "appProtocol": "tcp",
    })];
    for (at, listener) in listeners(gateway).iter().enumerate() {
        let number = &listener["port"];
        if ports[1..].iter().any(|port| port["port"] == *number) {
            continue;
        }
        let protocol = listener["protocol"].as_str().unwrap_or_default().to_ascii_lowercase();
        let name = listener["name"].as_str().unwrap_or_default().replace('.', "-");
        let name = if name.is_empty() { format!("{protocol}-{at}") } else { name };
        let is_used = |name: &str| ports.iter().any(|port| port["name"] == name);
        let name = unique(&name, number, is_used);
        ports.push(json!({ "name": name, "port": number, "protocol": "TCP", "appProtocol": protocol }));
    }
    ports
}

/// The name of a port, cut to what a Service takes, and with the number of the port where another one has it (`uniquePortName`).
fn unique(name: &str, number: &Value, is_used: impl Fn(&str) -> bool) -> String {
    let cut = |name: &str, room: usize| name.chars().take(room).collect::<String>();
    let mut candidate = cut(name, NAME_LENGTH);
    let mut suffix = format!("-{number}");
    while is_used(&candidate) {
        candidate = cut(name, NAME_LENGTH.saturating_sub(suffix.len())) + &suffix;
        suffix.push('x');
    }
    candidate
}

/// The listeners of a Gateway.
#[must_use]
pub fn listeners(gateway: &Object) -> &[Value] {
    list(&gateway.value["spec"]["listeners"])
}

/// Which field of the Service comes from which of the Gateway.
fn fields(service: &Value, gateway: &Object, annotations: &Copied, labels: &Copied) -> Vec<(String, String)> {
    let mut fields = vec![
        ("/metadata".to_owned(), "/metadata".to_owned()),
        ("/metadata/annotations".to_owned(), annotations.from.clone()),
        ("/metadata/labels".to_owned(), labels.from.clone()),
        ("/spec/type".to_owned(), annotation_pointer(SERVICE_TYPE)),
        ("/spec/loadBalancerIP".to_owned(), "/spec/addresses".to_owned()),
        ("/spec/ports".to_owned(), "/spec/listeners".to_owned()),
    ];
    for (at, port) in kubernetes_objects::service::ports(service).iter().enumerate() {
        if let Some(listener) = listeners(gateway).iter().position(|listener| listener["port"] == port["port"]) {
            fields.push((format!("/spec/ports/{at}"), format!("/spec/listeners/{listener}")));
        }
    }
    fields
}
