//! Istio's ingress gateway: its ports, and the difference to an east-west gateway.
//!
//! An east-west gateway has the status port, too. It passes mutual TLS through by SNI (`AUTO_PASSTHROUGH`), which an ALB
//! cannot do. It is recognised by its network label, or by the ports that the chart's `networkGateway` value renders.

pub mod gateway_api;
pub mod owner;
pub mod pods;
pub mod proxy_config;
pub mod served;

use serde_json::{Value, json};

use kubernetes_objects::Object;
use kubernetes_objects::service::{is_tcp, ports};

/// The name of the port on which Istio's agent answers health checks.
pub const STATUS_PORT: &str = "status-port";
/// The number of that port.
pub const STATUS_PORT_NUMBER: u64 = 15021;

/// The ports of Istio's ingress gateway and their numbers, in the order of the chart.
pub const PINS: [(&str, u64); 3] = [(STATUS_PORT, STATUS_PORT_NUMBER), ("http2", 80), ("https", 443)];

/// The label of a gateway between networks.
pub const NETWORK_LABEL: &str = "topology.istio.io/network";
/// mTLS pass-through, istiod and its webhook, as the chart's `networkGateway` value renders them.
pub const EAST_WEST_PORTS: [u64; 3] = [15443, 15012, 15017];

/// The label of a Service whose ports istiod does not translate to target ports for its Gateways.
const NO_TRANSLATION: &str = "experimental.istio.io/disable-gateway-port-translation";

/// Whether a server of a Gateway listens on the target port of the Service's port with its number.
#[must_use]
pub fn translates_ports(service: &Object) -> bool {
    service.label(NO_TRANSLATION).is_none()
}

/// Whether a port is the status port, by its name or its number.
#[must_use]
pub fn is_status_port(port: &Value) -> bool {
    port["name"] == STATUS_PORT || port["port"] == STATUS_PORT_NUMBER
}

/// Whether a Service is an Istio gateway's: one of its ports is the status port.
#[must_use]
pub fn is_gateway(service: &Object) -> bool {
    ports(&service.value).iter().any(is_status_port)
}

/// Whether an object is a Gateway of Istio's own API, and not of the Gateway API.
#[must_use]
pub fn is_istio_gateway(object: &Object) -> bool {
    object.kind() == "Gateway" && object.api_version().starts_with("networking.istio.io/")
}

/// Which rendered port is which of [`PINS`]: by name, then by number among the TCP ports that no name claims.
#[must_use]
pub fn match_pins(rendered: &[Value]) -> [Option<usize>; 3] {
    let mut found = PINS.map(|(name, _)| rendered.iter().position(|port| port["name"] == name && is_tcp(port)));
    for (pin, (_, number)) in PINS.iter().enumerate() {
        if found[pin].is_none() {
            found[pin] = rendered.iter().enumerate().position(|(index, port)| {
                port["port"] == json!(number) && is_tcp(port) && !found.contains(&Some(index))
            });
        }
    }
    found
}

/// The same by number first: a port that has its number already keeps its name, whatever that is.
#[must_use]
pub fn match_numbers(rendered: &[Value]) -> [Option<usize>; 3] {
    let has_number = |port: &Value, number: u64| port["port"] == json!(number) && is_tcp(port);
    let mut found = PINS.map(|(_, number)| rendered.iter().position(|port| has_number(port, number)));
    for (pin, (name, _)) in PINS.iter().enumerate() {
        if found[pin].is_none() {
            let by_name = rendered.iter().position(|port| port["name"] == *name && is_tcp(port));
            found[pin] = by_name.filter(|index| !found.contains(&Some(*index)));
        }
    }
    found
}

/// Why a Service is an east-west gateway, if it is one: by its label, or by a port of east-west traffic without one for the
/// web. Ordinary gateways have had port 15443 beside theirs.
#[must_use]
pub fn east_west_reason(service: &Object) -> Option<String> {
    if service.value["metadata"]["labels"].get(NETWORK_LABEL).is_some() {
        return Some(format!("label {NETWORK_LABEL}"));
    }
    let web = match_pins(ports(&service.value));
    if web[1].is_some() || web[2].is_some() {
        return None;
    }
    let mut numbers = ports(&service.value).iter().filter_map(|port| port["port"].as_u64());
    let port = numbers.find(|number| EAST_WEST_PORTS.contains(number))?;
    Some(format!("port {port}, and none for the web"))
}
