//! The way from a node or a pod's address to the pod, as a kube-proxy takes it: from the Services of the API server.

use super::gateway::Pod;
use super::sandbox::POD;
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};

/// Services and the one pod behind them.
pub struct Routes {
    services: Vec<Value>,
    pod: Pod,
}

impl Routes {
    /// With the Services as the API server has them.
    pub fn new(services: Vec<Value>, pod: Pod) -> Routes {
        Routes { services, pod }
    }

    /// Where the requests for a target group arrive; `None` if it has no target.
    pub fn target(&self, group: &Value) -> Option<SocketAddr> {
        match group["targetType"].as_str().unwrap() {
            "instance" => self.by_node_port(&group["port"]),
            _ => {
                let (service, port) = (group["service"].as_str().unwrap(), &group["servicePort"]);
                let service = self.services.iter().find(|found| key(found) == service)?;
                self.by_port(service, |found| found["port"] == *port)
            }
        }
    }

    /// Where its health checks arrive.
    pub fn check(&self, group: &Value) -> Option<SocketAddr> {
        match (&group["healthCheck"]["port"], group["targetType"].as_str().unwrap()) {
            (Value::String(traffic), _) if traffic == "traffic-port" => self.target(group),
            (port, "instance") => self.by_node_port(port),
            (port, _) => Some(SocketAddr::new(IpAddr::V4(POD), u16::try_from(port.as_u64()?).ok()?)),
        }
    }

    fn by_node_port(&self, number: &Value) -> Option<SocketAddr> {
        let number = number.as_u64()?;
        self.services.iter().find_map(|service| self.by_port(service, |port| port["nodePort"] == number))
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
