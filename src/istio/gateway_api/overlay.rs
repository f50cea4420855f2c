//! The key `service` of a ConfigMap with parameters: YAML that istiod merges over the Service, as a strategic merge patch.

use serde_json::{Map, Value};

use kubernetes_objects::Object;
use manifest_yaml::Tree;

/// The key of a ConfigMap for the Service.
pub const KEY: &str = "service";
/// Keys for what else istiod makes. It makes nothing at all where there is another one (`supportedOverlays`).
const KEYS: [&str; 5] = ["deployment", KEY, "serviceAccount", "horizontalPodAutoscaler", "podDisruptionBudget"];

/// What a ConfigMap says of the Service; `None` where it says nothing.
///
/// # Errors
///
/// Why it is not understood, by istiod or here.
pub fn read(map: &Object) -> Result<Option<Value>, String> {
    let data = map.value["data"].as_object();
    if let Some(key) = data.and_then(|data| data.keys().find(|key| !KEYS.contains(&key.as_str()))) {
        return Err(format!("it has the key {key}, and istiod takes {} only", KEYS.join(", ")));
    }
    let Some(text) = data.and_then(|data| data.get(KEY)) else { return Ok(None) };
    let text = text.as_str().ok_or_else(|| format!("its key {KEY} is no text"))?;
    let value =
        Tree::parse(text).and_then(|tree| tree.value()).map_err(|error| format!("its key {KEY}: {}", error.message))?;
    match directive(&value) {
        Some(key) => Err(format!("its key {KEY} has the directive {key}")),
        None if value.is_object() => Ok(Some(value)),
        None => Err(format!("its key {KEY} is no mapping")),
    }
}

/// A directive of strategic merge patches, which would have to be carried out: `$patch`, `$retainKeys`, `$setElementOrder/…`.
fn directive(value: &Value) -> Option<&str> {
    match value {
        Value::Object(map) => {
            let own = map.keys().find(|key| key.starts_with('$')).map(String::as_str);
            own.or_else(|| map.values().find_map(directive))
        }
        Value::Array(items) => items.iter().find_map(directive),
        _ => None,
    }
}

/// Merges what a ConfigMap says into a Service: maps key by key, `null` removes, ports by their number, other lists as a whole.
pub fn merge(service: &mut Value, overlay: &Value) {
    let (Value::Object(service), Value::Object(overlay)) = (service, overlay) else { return };
    merge_map(service, overlay);
}

fn merge_map(old: &mut Map<String, Value>, new: &Map<String, Value>) {
    for (key, value) in new {
        match (old.get_mut(key), value) {
            (_, Value::Null) => {
                old.shift_remove(key);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge_map(old, new),
            (Some(Value::Array(old)), Value::Array(new)) if key == "ports" => merge_ports(old, new),
            (Some(old), new) => *old = new.clone(),
            (None, new) => {
                old.insert(key.clone(), without_nulls(new));
            }
        }
    }
}

/// The key by which ports are merged is their number (k8s api/core/v1 types.go ServiceSpec.Ports). The new ones keep their order, and
/// an old one stands before the first that was behind it (k8s apimachinery pkg/util/strategicpatch mergeSortedSlice).
fn merge_ports(old: &mut Vec<Value>, new: &[Value]) {
    let order: Vec<Value> = old.iter().map(|port| port["port"].clone()).collect();
    let place = |port: &Value| order.iter().position(|number| *number == port["port"]);
    let (changed, kept): (Vec<Value>, Vec<Value>) =
        old.drain(..).partition(|there| new.iter().any(|port| port["port"] == there["port"]));
    let merged = new.iter().map(|port| match (changed.iter().find(|there| there["port"] == port["port"]), port) {
        (Some(Value::Object(there)), Value::Object(port)) => {
            let mut there = there.clone();
            merge_map(&mut there, port);
            Value::Object(there)
        }
        _ => without_nulls(port),
    });
    let mut kept = kept.into_iter().peekable();
    for port in merged {
        let at = place(&port);
        while let Some(before) = kept.next_if(|kept| at.is_some_and(|at| place(kept) < Some(at))) {
            old.push(before);
        }
        old.push(port);
    }
    old.extend(kept);
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect()
        }
        other => other.clone(),
    }
}
