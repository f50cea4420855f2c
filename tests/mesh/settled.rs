//! When a gateway has all that was applied.
//!
//! istiod hears of the objects of a kind in the order in which they were written. So the last that is written is a Gateway of
//! ours, with a Secret, a Service and a route of its own: when Envoy has all of it, it has what was written before.

use super::certificate::Certificate;
use super::gateway::{Gateway, Pod};
use super::http;
use super::istiod::{Istiod, apply};
use serde_json::{Value, json};
use std::net::SocketAddr;

const NAME: &str = "settled";
/// The port of its Service, and the one of the pod.
const PORTS: (u16, u16) = (9998, 9999);
/// What its route answers.
const STATUS: u16 = 299;

/// Writes it.
pub fn write(istiod: &Istiod, pod: &Pod, certificate: &Certificate) {
    let metadata = json!({"name": NAME, "namespace": pod.namespace});
    let (port, target) = PORTS;
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata,
        "spec": {"selector": pod.labels(), "ports": [{"name": "https", "port": port, "targetPort": target, "protocol": "TCP"}]},
    });
    let gateway = json!({
        "apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": metadata,
        "spec": {"selector": pod.labels(), "servers": [{
            "port": {"number": port, "name": NAME, "protocol": "HTTPS"}, "hosts": ["*"],
            "tls": {"mode": "SIMPLE", "credentialName": NAME},
        }]},
    });
    let route = json!({
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata,
        "spec": {"hosts": ["*"], "gateways": [NAME], "http": [{"directResponse": {"status": STATUS}}]},
    });
    let objects = [certificate.secret(&pod.namespace, NAME), pod.endpoints(&service), service, gateway, route];
    let text: Vec<String> = objects.iter().map(Value::to_string).collect();
    apply(istiod.cluster, text.join("\n---\n").as_bytes());
}

/// Waits until Envoy has it, and no listener that waits for a part of itself.
pub fn wait(gateway: &mut Gateway, pod: &Pod) -> Result<(), String> {
    let (port, target) = PORTS;
    let route = format!("https.{port}.{NAME}.{NAME}.{}", pod.namespace);
    gateway.until("the gateway has what was written", || {
        let listeners = dump("dynamic_listeners");
        let is_ours =
            |listener: &&Value| listener["name"].as_str().is_some_and(|name| name.ends_with(&format!("_{target}")));
        let ours = listeners.iter().find(is_ours)?;
        let is_waiting = |listener: &Value| listener.get("warming_state").is_some();
        let is_there = ours.get("active_state").is_some()
            && !listeners.iter().any(is_waiting)
            && dump("dynamic_route_configs").iter().any(|found| {
                found["route_config"]["name"] == route && found.to_string().contains(&format!("\"status\":{STATUS}"))
            })
            && dump("dynamic_active_secrets").iter().any(|secret| secret["name"] == format!("kubernetes://{NAME}"));
        is_there.then_some(())
    })
}

/// Entries of Envoy's own configuration.
fn dump(what: &str) -> Vec<Value> {
    let admin = SocketAddr::from(([127, 0, 0, 1], 15000));
    let request = format!("GET /config_dump?resource={what} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = http::ask(admin, false, &request).unwrap();
    let mut answer: Value = serde_json::from_str(&answer.body).unwrap();
    match answer["configs"].take() {
        Value::Array(entries) => entries,
        _ => Vec::new(),
    }
}
