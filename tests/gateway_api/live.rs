//! The Service that istiod made, and what we say of it.

use crate::support::cluster::{Namespace, SERVICE};
use istio_alb::istio::gateway_api;
use kubernetes_objects::object::{self, Object};
use manifest_yaml::stream::Stream;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// How long istiod may take for what it does within four seconds as a rule.
const PATIENCE: Duration = Duration::from_secs(60);

/// The Services that we say will be made from the Gateways of a stream.
pub fn said(stream: &str) -> Vec<Value> {
    let stream = Stream::split(stream);
    let mut objects = object::read(&stream, &["Gateway", "Service"]).objects;
    gateway_api::add_made(&stream, &mut objects);
    let made = objects.into_iter().filter(|object| object.is_made() && object.kind() == "Service");
    made.map(|object: Object| object.value).collect()
}

/// Waits until the Service in the cluster is the one that we said.
pub fn becomes(namespace: &Namespace, said: &Value) -> Result<Value, String> {
    let name = said["metadata"]["name"].as_str().unwrap();
    let start = Instant::now();
    loop {
        let found = namespace.object(SERVICE, name);
        if let Some(found) = &found
            && comparable(found, said) == comparable(said, said)
        {
            return Ok(found.clone());
        }
        if start.elapsed() > PATIENCE {
            let found = found.map_or(Value::Null, |found| comparable(&found, said));
            return Err(format!("{name}: we say\n{:#}\nistiod made\n{found:#}", comparable(said, said)));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Fields of a Service that the API server fills in where they are left out.
const FILLED_IN: [&str; 7] = [
    "clusterIP",
    "clusterIPs",
    "internalTrafficPolicy",
    "sessionAffinity",
    "externalTrafficPolicy",
    "allocateLoadBalancerNodePorts",
    "healthCheckNodePort",
];

/// What of a Service is compared: all of its annotations, those of its labels that we say, and its spec without what the API
/// server fills in where we say nothing.
fn comparable(service: &Value, said: &Value) -> Value {
    let metadata = &service["metadata"];
    let labels = said["metadata"]["labels"].as_object().unwrap();
    let labels: Map<String, Value> = labels.keys().map(|key| (key.clone(), metadata["labels"][key].clone())).collect();
    let mut spec = service["spec"].clone();
    for field in FILLED_IN {
        if said["spec"].get(field).is_none() {
            spec.as_object_mut().unwrap().remove(field);
        }
    }
    // Only a cluster with both families has two.
    if said["spec"].get("ipFamilies").is_none() {
        spec.as_object_mut().unwrap().remove("ipFamilies");
    }
    for port in spec["ports"].as_array_mut().unwrap() {
        let pinned = said["spec"]["ports"].as_array().unwrap().iter().find(|said| said["port"] == port["port"]);
        let has = |field: &str| pinned.is_some_and(|pinned| pinned.get(field).is_some());
        let (has_node_port, has_target) = (has("nodePort"), has("targetPort"));
        let number = port["port"].clone();
        let port = port.as_object_mut().unwrap();
        if !has_node_port {
            port.remove("nodePort");
        }
        // The API server fills in the port itself.
        if !has_target && port.get("targetPort").is_none_or(|target| *target == number) {
            port.remove("targetPort");
        }
    }
    let annotations = metadata["annotations"].as_object().cloned().unwrap_or_default();
    json!({"name": metadata["name"], "annotations": annotations, "labels": labels, "spec": spec})
}
