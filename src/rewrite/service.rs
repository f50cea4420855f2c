//! Service + configuration → RFC 6902 JSON Patch.
//!
//! The patch names each field that changes and nothing else. Applied to the text it leaves comments and order alone: ports
//! are pinned field by field, in the order in which the chart rendered them. A field that the API server forbids on a NodePort
//! Service is removed, never set to null: Helm 3 merges three ways, so a null would also erase the field of the live object,
//! for example an allow-list.

mod pins;

use std::collections::{BTreeMap, BTreeSet};

use json_patch::{Patch, PatchOperation};
use serde_json::{Value, json};

use crate::config::types::{ExtraPorts, ServiceType, TargetPorts};
use crate::config::{Entries, Spec, Var};
use crate::error::Error;
use crate::finding::Finding;
use crate::istio::PINS;
use crate::istio::pods::Pods;
use crate::lint::rewrite_findings as rules;
use kubernetes_objects::service::ports;
use manifest_yaml::patch::{add, remove, set};
pub use pins::{Pin, PinnedPorts};

/// Fields that only a Service of type LoadBalancer may have, and `loadBalancerIP`, which the API server lets pass and no
/// AWS controller takes (k8s pkg/apis/core/validation/validation.go ValidateService).
pub const LOAD_BALANCER_FIELDS: [&str; 5] = [
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "loadBalancerClass",
    "allocateLoadBalancerNodePorts",
    "healthCheckNodePort",
];

/// What the Service is to become.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceTarget {
    /// ClusterIP instead of NodePort.
    pub cluster_ip: bool,
    /// Node ports by port name: numbers, or text with a placeholder.
    pub node_ports: BTreeMap<String, Value>,
    /// What becomes of other ports.
    pub extra_ports: ExtraPorts,
    /// What becomes of the target ports of the gateway's ports.
    pub target_ports: TargetPorts,
    /// Whether istiod makes it: its ports are the listeners of its Gateway, so none is renumbered, added or dropped.
    pub is_made: bool,
}

impl ServiceTarget {
    /// What the configuration makes of the Service.
    #[must_use]
    pub fn of(spec: &Spec) -> Self {
        let service = &spec.service;
        let node_ports = service.node_ports.iter().flat_map(Entries::iter).map(|(name, port)| {
            let port = match port {
                Var::Known(number) => json!(number),
                Var::Placeholder(text) => json!(text),
            };
            (name.to_owned(), port)
        });
        ServiceTarget {
            cluster_ip: service.kind() == ServiceType::ClusterIp,
            node_ports: node_ports.collect(),
            extra_ports: service.extra_ports(),
            target_ports: service.target_ports(),
            is_made: false,
        }
    }

    /// The node port of a port that goes by these names, where it is configured and the type has node ports.
    #[must_use]
    pub fn node_port(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.node_ports.get(*name)).filter(|_| !self.cluster_ip)
    }

    /// A port of the gateway that the chart did not render.
    #[must_use]
    pub fn new_port(&self, (name, number): (&str, u64)) -> Value {
        let mut port = json!({ "name": name, "port": number, "protocol": "TCP", "targetPort": number });
        if let Some(node_port) = self.node_port(&[name]) {
            port["nodePort"] = node_port.clone();
        }
        port
    }
}

/// A planned rewrite of one Service.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The changes.
    pub patch: Patch,
    /// What becomes of the gateway's ports.
    pub ports: PinnedPorts,
    /// Findings about the changes.
    pub findings: Vec<Finding>,
}

/// Plans the rewrite of a Service. `annotations` are the keys to remove; `pods` are those that it selects.
///
/// # Errors
///
/// Where the result would not be a Service that the API server takes.
pub fn plan(service: &Value, target: &ServiceTarget, annotations: &[String], pods: &Pods<'_>) -> Result<Plan, Error> {
    let pinned = match target.is_made {
        true => PinnedPorts::default(),
        false => PinnedPorts::of(ports(service), target.target_ports, pods),
    };
    let mut planner = Planner { service, target, pinned, operations: Vec::new(), findings: Vec::new() };
    planner.set_type();
    planner.remove_fields();
    planner.report_kept_fields();
    planner.operations.extend(annotations.iter().map(|key| remove(["metadata", "annotations", key])));
    match target.is_made {
        true => planner.keep_ports()?,
        false => planner.pin_ports()?,
    }
    let plan = Plan { patch: Patch(planner.operations), ports: planner.pinned, findings: planner.findings };
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

struct Planner<'p> {
    service: &'p Value,
    target: &'p ServiceTarget,
    pinned: PinnedPorts,
    operations: Vec<PatchOperation>,
    findings: Vec<Finding>,
}

impl<'p> Planner<'p> {
    fn set_type(&mut self) {
        let kind = if self.target.cluster_ip { "ClusterIP" } else { "NodePort" };
        let spec = self.service.get("spec");
        self.operations.extend(match spec {
            Some(Value::Object(spec)) => set(["spec", "type"], spec.get("type"), json!(kind)),
            _ => set(["spec"], spec, json!({ "type": kind })),
        });
    }

    /// Removes what the API server forbids with the new type.
    fn remove_fields(&mut self) {
        let spec = &self.service["spec"];
        for field in LOAD_BALANCER_FIELDS {
            if spec.get(field).is_some() {
                self.operations.push(remove(["spec", field]));
            }
        }
        if self.target.cluster_ip && !self.has_external_addresses() && spec.get("externalTrafficPolicy").is_some() {
            self.operations.push(remove(["spec", "externalTrafficPolicy"]));
        }
    }

    /// Reports fields that stay and matter to the load balancer.
    fn report_kept_fields(&mut self) {
        let spec = &self.service["spec"];
        let cluster_ip = self.target.cluster_ip;
        let external = self.has_external_addresses();
        if spec["externalTrafficPolicy"] == "Local" && !cluster_ip {
            self.findings.push(rules::traffic_policy_local(self.target.is_made));
        }
        if (spec["clusterIP"] == "None" || spec["clusterIPs"][0] == "None") && !cluster_ip {
            self.findings.push(rules::headless("NodePort"));
        }
        if external {
            self.findings.push(rules::external_addresses());
        }
        if spec["sessionAffinity"] == "ClientIP" {
            self.findings.push(rules::session_affinity());
        }
    }

    fn has_external_addresses(&self) -> bool {
        self.service["spec"]["externalIPs"].as_array().is_some_and(|addresses| !addresses.is_empty())
    }

    fn pin_ports(&mut self) -> Result<(), Error> {
        if !self.service["spec"]["ports"].is_array() {
            self.operations.extend(set(["spec", "ports"], self.service["spec"].get("ports"), json!([])));
        }
        let rendered = ports(self.service);
        let pinned = self.pinned.clone();
        let mut dropped = Vec::new();
        let mut names: BTreeSet<&str> = PINS.iter().map(|(name, _)| *name).collect();
        for (index, port) in rendered.iter().enumerate() {
            names.extend(port["name"].as_str());
            if let Some(pin) = pinned.of_port(index) {
                self.pin(port, index, pin);
                continue;
            }
            self.findings.push(rules::extra_port(port, self.target.extra_ports));
            match self.target.extra_ports {
                ExtraPorts::Drop => dropped.push(index),
                ExtraPorts::Keep | ExtraPorts::Deny => {
                    self.set_node_port(
                        port,
                        index,
                        self.target.node_port(&[port["name"].as_str().unwrap_or_default()]),
                    );
                }
            }
        }
        // From the last to the first: removing a port moves those behind it.
        self.operations.extend(dropped.into_iter().rev().map(|index| remove(["spec", "ports", &index.to_string()])));
        for pin in &pinned.added {
            self.operations.push(add(["spec", "ports", "-"], self.target.new_port(*pin)));
        }
        self.check_node_port_names(&names)
    }

    /// The ports of a Service that istiod makes: their node ports, and which the ALB does not serve.
    fn keep_ports(&mut self) -> Result<(), Error> {
        let mut names = BTreeSet::new();
        for (index, port) in ports(self.service).iter().enumerate() {
            let pin = PINS.iter().find(|(_, number)| port["port"] == *number).map(|(name, _)| *name);
            let known: Vec<&str> = port["name"].as_str().into_iter().chain(pin).collect();
            names.extend(known.iter().copied());
            self.set_node_port(port, index, self.target.node_port(&known));
            match (pin, self.target.extra_ports) {
                (Some(_), _) => {}
                (None, ExtraPorts::Drop) => {
                    let message = format!("service.extraPorts: port {} can't be dropped: it is a listener's", port["port"]);
                    return Err(Error::usage(message).help("take the listener out of the Gateway, or write `extraPorts: keep`"));
                }
                (None, ExtraPorts::Deny) => self.findings.push(rules::extra_port(port, ExtraPorts::Deny).help(
                    "move the listener to a Gateway of its own behind an NLB, or keep it with [[service.extraPorts: keep]]",
                )),
                (None, extra) => self.findings.push(rules::extra_port(port, extra).help(
                    "move the listener to a Gateway of its own behind an NLB; if the port is for use in the cluster only, allow this finding \
                     by its id",
                )),
            }
        }
        self.check_node_port_names(&names)
    }

    /// Pins one port, field by field.
    fn pin(&mut self, port: &Value, index: usize, pin: &Pin) {
        self.findings.extend(rules::pinned(port, pin.number, &pin.target_port, &pin.name));
        self.findings.extend(pin.kept.as_ref().map(|why| rules::target_port_kept(port, why)));
        self.findings.extend(pin.not_served.as_ref().map(|why| rules::pinned_to_nothing(&pin.name, pin.number, why)));
        let position = index.to_string();
        for (field, value) in [
            ("name", json!(pin.name)),
            ("port", json!(pin.number)),
            ("protocol", json!("TCP")),
            ("targetPort", pin.target_port.clone()),
        ] {
            self.operations.extend(set(["spec", "ports", &position, field], port.get(field), value));
        }
        self.set_node_port(port, index, self.target.node_port(&pin.names()));
    }

    fn set_node_port(&mut self, port: &Value, index: usize, node_port: Option<&Value>) {
        let position = index.to_string();
        let path = ["spec", "ports", &position, "nodePort"];
        let old = port.get("nodePort");
        if self.target.cluster_ip {
            self.operations.extend(old.map(|_| remove(path)));
        } else if let Some(node_port) = node_port {
            self.operations.extend(set(path, old, node_port.clone()));
        }
    }

    /// Refuses a configured node port of a port that is not there.
    fn check_node_port_names(&self, names: &BTreeSet<&str>) -> Result<(), Error> {
        match self.target.node_ports.keys().find(|name| !names.contains(name.as_str())) {
            None => Ok(()),
            Some(name) => {
                Err(Error::usage(format!("service.nodePorts names the port {name}, which the Service does not have"))
                    .help(format!("its ports are {}", names.iter().copied().collect::<Vec<_>>().join(", "))))
            }
        }
    }
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

fn clash(what: &str, help: &'static str) -> Error {
    Error::input(format!("with its ports pinned the Service would have {what}, which the API server refuses"))
        .help(help)
}

#[cfg(test)]
mod tests;
