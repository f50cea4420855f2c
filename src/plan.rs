//! Service + configuration → RFC 6902 JSON Patch.
//!
//! The patch names each field that changes and nothing else, so that applied to the text it leaves comments and order
//! alone: ports are pinned field by field, in the order in which the chart rendered them. A field that the API server forbids
//! on a NodePort Service is removed, never set to null: a null would also erase what somebody set on the live object, and
//! an allow-list with it (Helm 3 merges three ways).

use std::collections::{BTreeMap, BTreeSet};

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation};
use serde_json::{Map, Value, json};

use crate::config::types::ExtraPorts;
use crate::error::Error;
pub use crate::istio::{PINS, match_pins};
use crate::lint::Finding;
use crate::lint::service as rules;
pub use kubernetes_objects::service::ports;

/// Fields that only a Service of type LoadBalancer may have, and `loadBalancerIP`, which the API server lets pass and no
/// AWS controller takes (k8s pkg/apis/core/validation/validation.go ValidateService).
pub const LOAD_BALANCER_FIELDS: [&str; 5] = [
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "loadBalancerClass",
    "allocateLoadBalancerNodePorts",
    "healthCheckNodePort",
];

/// What the Service shall be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// ClusterIP instead of NodePort.
    pub cluster_ip: bool,
    /// Node ports by port name: numbers, or text with a placeholder.
    pub node_ports: BTreeMap<String, Value>,
    /// What becomes of other ports.
    pub extra_ports: ExtraPorts,
}

/// A planned rewrite of one Service.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The changes.
    pub patch: Patch,
    /// What there is to say about them.
    pub findings: Vec<Finding>,
}

/// Plans the rewrite of a Service. `annotations` are the keys to remove.
///
/// # Errors
///
/// Where the result would not be a Service that the API server takes.
pub fn plan(service: &Value, wish: &Wish, annotations: &[String]) -> Result<Plan, Error> {
    let mut planner = Planner::default();
    planner.set_type(service, wish.cluster_ip);
    planner.remove_fields(service, wish.cluster_ip);
    for key in annotations {
        planner.remove(&["metadata", "annotations", key]);
    }
    planner.pin_ports(service, wish)?;
    let plan = Plan { patch: Patch(planner.operations), findings: planner.findings };
    check_ports(&patched(service, &plan.patch)?)?;
    Ok(plan)
}

/// The Service as the patch leaves it.
///
/// # Errors
///
/// Internal: a patch of ours always applies.
pub fn patched(service: &Value, patch: &Patch) -> Result<Value, Error> {
    let mut value = service.clone();
    json_patch::patch(&mut value, patch)
        .map_err(|error| Error::internal(format!("the plan does not apply: {error}")))?;
    Ok(value)
}

#[derive(Default)]
struct Planner {
    operations: Vec<PatchOperation>,
    findings: Vec<Finding>,
}

impl Planner {
    fn add(&mut self, path: &[&str], value: Value) {
        self.operations
            .push(PatchOperation::Add(AddOperation { path: PointerBuf::from_tokens(path.iter().copied()), value }));
    }

    fn replace(&mut self, path: &[&str], value: Value) {
        self.operations.push(PatchOperation::Replace(ReplaceOperation {
            path: PointerBuf::from_tokens(path.iter().copied()),
            value,
        }));
    }

    fn remove(&mut self, path: &[&str]) {
        self.operations
            .push(PatchOperation::Remove(RemoveOperation { path: PointerBuf::from_tokens(path.iter().copied()) }));
    }

    /// Sets `field` of the object at `path` unless it has that value.
    fn set(&mut self, object: &Value, path: &[&str], field: &str, value: Value) {
        let path = [path, &[field]].concat();
        match object.get(field) {
            Some(old) if *old == value => {}
            Some(_) => self.replace(&path, value),
            None => self.add(&path, value),
        }
    }

    fn set_type(&mut self, service: &Value, cluster_ip: bool) {
        let wanted = if cluster_ip { "ClusterIP" } else { "NodePort" };
        match service.get("spec") {
            Some(Value::Object(_)) => self.set(&service["spec"], &["spec"], "type", json!(wanted)),
            Some(_) => self.replace(&["spec"], json!({ "type": wanted })),
            None => self.add(&["spec"], json!({ "type": wanted })),
        }
    }

    fn remove_fields(&mut self, service: &Value, cluster_ip: bool) {
        let spec = &service["spec"];
        for field in LOAD_BALANCER_FIELDS {
            if spec.get(field).is_some() {
                self.remove(&["spec", field]);
            }
        }
        let headless = spec["clusterIP"] == "None" || spec["clusterIPs"][0] == "None";
        let external = spec["externalIPs"].as_array().is_some_and(|addresses| !addresses.is_empty());
        if cluster_ip && !external && spec.get("externalTrafficPolicy").is_some() {
            self.remove(&["spec", "externalTrafficPolicy"]);
        } else if !cluster_ip && spec["externalTrafficPolicy"] == "Local" {
            self.findings.push(rules::traffic_policy_local());
        }
        if headless && !cluster_ip {
            self.findings.push(rules::headless("NodePort"));
        }
        if external {
            self.findings.push(rules::external_addresses());
        }
        if spec["sessionAffinity"] == "ClientIP" {
            self.findings.push(rules::session_affinity());
        }
    }

    fn pin_ports(&mut self, service: &Value, wish: &Wish) -> Result<(), Error> {
        let rendered = ports(service);
        if service["spec"].get("ports").is_some_and(|ports| !ports.is_array()) {
            self.replace(&["spec", "ports"], json!([]));
        } else if service["spec"].get("ports").is_none() {
            self.add(&["spec", "ports"], json!([]));
        }
        let pinned = match_pins(rendered);
        let mut dropped = Vec::new();
        let mut seen: BTreeSet<&str> = PINS.iter().map(|(name, _)| *name).collect();
        for (index, port) in rendered.iter().enumerate() {
            match pinned.iter().position(|found| *found == Some(index)) {
                Some(pin) => self.pin(port, index, PINS[pin], wish),
                None => {
                    if let Some(name) = port["name"].as_str() {
                        seen.insert(name);
                    }
                    if self.keep_extra(port, wish.extra_ports) {
                        self.set_node_port(port, index, port["name"].as_str().unwrap_or_default(), wish);
                    } else {
                        dropped.push(index);
                    }
                }
            }
        }
        for index in dropped.into_iter().rev() {
            self.remove(&["spec", "ports", &index.to_string()]);
        }
        for (pin, found) in PINS.iter().zip(&pinned) {
            if found.is_none() {
                self.add(&["spec", "ports", "-"], new_port(*pin, wish));
            }
        }
        if let Some(name) = wish.node_ports.keys().find(|name| !seen.contains(name.as_str())) {
            return Err(Error::usage(format!(
                "service.nodePorts names the port {name}, which the Service does not have"
            ))
            .help(format!("its ports are {}", seen.into_iter().collect::<Vec<_>>().join(", "))));
        }
        Ok(())
    }

    /// Pins one port, field by field.
    fn pin(&mut self, port: &Value, index: usize, (name, number): (&str, u64), wish: &Wish) {
        let position = index.to_string();
        let path = ["spec", "ports", &position];
        let target = &port["targetPort"];
        let other_target = !target.is_null() && *target != json!(number) && *target != json!(number.to_string());
        if port["port"] != json!(number) || other_target {
            self.findings.push(rules::port_changed(port, name, number));
        }
        self.set(port, &path, "name", json!(name));
        self.set(port, &path, "port", json!(number));
        self.set(port, &path, "protocol", json!("TCP"));
        self.set(port, &path, "targetPort", json!(number));
        self.set_node_port(port, index, name, wish);
    }

    fn set_node_port(&mut self, port: &Value, index: usize, name: &str, wish: &Wish) {
        let position = index.to_string();
        let path = ["spec", "ports", &position];
        if wish.cluster_ip {
            if port.get("nodePort").is_some() {
                self.remove(&["spec", "ports", &position, "nodePort"]);
            }
        } else if let Some(node_port) = wish.node_ports.get(name) {
            self.set(port, &path, "nodePort", node_port.clone());
        }
    }

    /// Whether a port that is not pinned stays.
    fn keep_extra(&mut self, port: &Value, extra: ExtraPorts) -> bool {
        self.findings.push(rules::extra_port(port, extra));
        extra != ExtraPorts::Drop
    }
}

fn new_port((name, number): (&str, u64), wish: &Wish) -> Value {
    let mut port = Map::new();
    port.insert("name".to_owned(), json!(name));
    port.insert("port".to_owned(), json!(number));
    port.insert("protocol".to_owned(), json!("TCP"));
    port.insert("targetPort".to_owned(), json!(number));
    if let Some(node_port) = wish.node_ports.get(name).filter(|_| !wish.cluster_ip) {
        port.insert("nodePort".to_owned(), node_port.clone());
    }
    Value::Object(port)
}

/// Refuses what the API server would: a port number, name or node port that two ports have.
fn check_ports(service: &Value) -> Result<(), Error> {
    let mut numbers = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut node_ports = BTreeSet::new();
    for port in ports(service) {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let name = port["name"].as_str().unwrap_or_default();
        if let Some(number) = port["port"].as_u64()
            && !numbers.insert((number, protocol))
        {
            return Err(clash(
                &format!("two ports {number}/{protocol}"),
                "renumber or remove the other one in the chart's values",
            ));
        }
        if !names.insert(name) {
            return Err(clash(
                &format!("two ports named {name:?}"),
                "rename or remove one of them in the chart's values",
            ));
        }
        if let Some(node_port) = port["nodePort"].as_u64()
            && node_port != 0
            && !node_ports.insert((node_port, protocol))
        {
            return Err(clash(
                &format!("two ports with nodePort {node_port}"),
                "give each port its own in `service.nodePorts` or in the chart's values",
            ));
        }
    }
    Ok(())
}

fn clash(what: &str, help: &str) -> Error {
    Error::input(format!("with its ports pinned the Service would have {what}, which the API server refuses"))
        .help(help)
}

#[cfg(test)]
mod tests;
