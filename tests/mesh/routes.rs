//! The way from a node or a pod's address to the pod, as a kube-proxy takes it: from the Services of the API server.

use super::gateway::Pod;
use super::sandbox::POD;
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};

/// Services and the one pod behind them.
pub struct Routes {
    services: Vec<Value>,
    pod: Pod,
    /// Whether the pod is among the endpoints of its Services.
    is_ready: bool,
}

/// Why nothing arrives at a pod.
pub enum Unreachable {
    /// The target group is empty.
    NoTarget,
    /// The node refuses the connection.
    Refused,
}

impl Routes {
    /// With the Services as the API server has them.
    pub fn new(services: Vec<Value>, pod: Pod, is_ready: bool) -> Routes {
        Routes { services, pod, is_ready }
    }

    /// Where the requests for a target group arrive.
    pub fn target(&self, group: &Value) -> Result<SocketAddr, Unreachable> {
        if group["targetType"] == "instance" {
            return self.by_node_port(&group["port"]);
        }
        let (service, port) = (group["service"].as_str().unwrap(), &group["servicePort"]);
        let service = self.services.iter().find(|found| key(found) == service);
        let address = service.and_then(|service| self.by_port(service, |found| found["port"] == *port));
        address.filter(|_| self.is_ready).ok_or(Unreachable::NoTarget)
    }

    /// Where its health checks arrive.
    pub fn check(&self, group: &Value) -> Result<SocketAddr, Unreachable> {
        match (&group["healthCheck"]["port"], group["targetType"].as_str().unwrap()) {
            (Value::String(traffic), _) if traffic == "traffic-port" => self.target(group),
            (port, "instance") => self.by_node_port(port),
            (port, _) => {
                let port = port.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|_| self.is_ready);
                port.map(|port| SocketAddr::new(IpAddr::V4(POD), port)).ok_or(Unreachable::NoTarget)
            }
        }
    }

    fn by_node_port(&self, number: &Value) -> Result<SocketAddr, Unreachable> {
        let is_it = |port: &Value| number.is_u64() && port["nodePort"] == *number;
        let address = self.services.iter().find_map(|service| self.by_port(service, is_it));
        address.filter(|_| self.is_ready).ok_or(Unreachable::Refused)
    }

    /// The pod's port to which a port of a Service leads.
    fn by_port(&self, service: &Value, is_it: impl Fn(&Value) -> bool) -> Option<SocketAddr> {
        let port = service["spec"]["ports"].as_array()?.iter().find(|port| is_it(port))?;
        let selector = service["spec"]["selector"].as_object()?;
        let selects = selector.iter().all(|(key, value)| self.pod.labels().get(key) == Some(value));
        selects.then_some(())?;
        Some(SocketAddr::new(IpAddr::V4(POD), self.pod.port(port)?))
    }
}

fn key(service: &Value) -> String {
    let text = |name: &str| service["metadata"][name].as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text("namespace"), text("name"))
}
