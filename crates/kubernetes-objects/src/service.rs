//! The ports of a Service, read from its manifest with the defaults that the API server fills in.
//!
//! A manifest can hold anything, so nothing here fails: what has another type than it should is read as left out.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::object::list;

/// A port of a Service by its number or its name: Kubernetes' `IntOrString`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortRef {
    /// By number.
    Number(i32),
    /// By name.
    Name(String),
}

impl PortRef {
    /// As Kubernetes' `intstr.Parse`: `8080` and `+8080` are numbers if they fit into 32 bits, everything else is a name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| PortRef::Name(text.to_owned()), PortRef::Number)
    }
}

impl fmt::Display for PortRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PortRef::Number(number) => number.fmt(f),
            PortRef::Name(name) => f.write_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for PortRef {
    /// Takes a number or a text, and reads the text with [`PortRef::parse`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(i32),
            Text(String),
        }
        Ok(match Raw::deserialize(deserializer)? {
            Raw::Number(number) => PortRef::Number(number),
            Raw::Text(text) => PortRef::parse(&text),
        })
    }
}

/// What a Service gives one of its ports on the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodePort {
    /// The port that the manifest names.
    Pinned(i64),
    /// A port that Kubernetes chooses.
    Chosen,
    /// No port.
    No,
}

/// `spec.ports`.
#[must_use]
pub fn ports(service: &Value) -> &[Value] {
    list(&service["spec"]["ports"])
}

/// `spec.type`; `ClusterIP` where it is left out or empty.
#[must_use]
pub fn type_of(service: &Value) -> &str {
    service["spec"]["type"].as_str().filter(|kind| !kind.is_empty()).unwrap_or("ClusterIP")
}

/// Whether a port is a TCP port, which it is where `protocol` is left out.
#[must_use]
pub fn is_tcp(port: &Value) -> bool {
    let protocol = &port["protocol"];
    protocol.is_null() || protocol == "" || protocol == "TCP"
}

/// The port of a Service with this number or name. The name of an unnamed port is the empty text.
#[must_use]
pub fn find_port<'s>(service: &'s Value, port: &PortRef) -> Option<&'s Value> {
    ports(service).iter().find(|candidate| match port {
        PortRef::Number(number) => candidate["port"] == *number,
        PortRef::Name(name) => candidate["name"].as_str().unwrap_or_default() == name,
    })
}

/// The node port of one of a Service's ports.
#[must_use]
pub fn node_port(service: &Value, port: &Value) -> NodePort {
    match port["nodePort"].as_i64() {
        Some(number) if number != 0 => return NodePort::Pinned(number),
        _ => {}
    }
    match type_of(service) {
        "NodePort" => NodePort::Chosen,
        "LoadBalancer" if service["spec"]["allocateLoadBalancerNodePorts"] != false => NodePort::Chosen,
        _ => NodePort::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ports_are_numbers_only_where_they_fit() {
        assert_eq!(PortRef::parse("+15021"), PortRef::Number(15021));
        assert_eq!(PortRef::parse("-0"), PortRef::Number(0));
        for name in ["status-port", "99999999999", "", "+", " 80", "0x50", "1_000"] {
            assert_eq!(PortRef::parse(name), PortRef::Name(name.to_owned()));
        }
    }

    #[test]
    fn an_int_or_string_is_read_from_json() {
        let read = |value: Value| serde_json::from_value::<PortRef>(value).ok();
        assert_eq!(read(json!(80)), Some(PortRef::Number(80)));
        assert_eq!(read(json!("80")), Some(PortRef::Number(80)));
        assert_eq!(read(json!("http2")), Some(PortRef::Name("http2".to_owned())));
        assert_eq!(read(json!(1.5)), None);
    }

    #[test]
    fn what_is_left_out_has_the_default_of_the_api_server() {
        assert_eq!((type_of(&json!({})), type_of(&json!({"spec": {"type": ""}}))), ("ClusterIP", "ClusterIP"));
        assert_eq!(type_of(&json!({"spec": {"type": "NodePort"}})), "NodePort");
        assert_eq!(ports(&json!({"spec": {"ports": {}}})), [] as [Value; 0]);
        let tcp = |port: Value| is_tcp(&port);
        assert!(tcp(json!({})) && tcp(json!({"protocol": ""})) && tcp(json!({"protocol": "TCP"})));
        assert!(!tcp(json!({"protocol": "UDP"})) && !tcp(json!({"protocol": 6})));
    }

    #[test]
    fn a_port_is_found_by_number_or_name() {
        let service = json!({"spec": {"ports": [{"port": 80}, {"name": "https", "port": 443}]}});
        let found = |port| find_port(&service, &PortRef::parse(port)).map(|port| port["port"].clone());
        assert_eq!(found("443"), Some(json!(443)));
        assert_eq!(found("https"), Some(json!(443)));
        assert_eq!(found(""), Some(json!(80)));
        assert_eq!(found("http"), None);
    }

    #[test]
    fn node_ports_depend_on_the_type() {
        let of = |spec: Value, port: Value| node_port(&json!({"spec": spec}), &port);
        let load_balancer = json!({"type": "LoadBalancer"});
        let without = json!({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": false});
        assert_eq!(of(json!({"type": "NodePort"}), json!({"nodePort": 30080})), NodePort::Pinned(30080));
        assert_eq!(of(json!({"type": "NodePort"}), json!({"nodePort": 0})), NodePort::Chosen);
        assert_eq!(of(load_balancer, json!({})), NodePort::Chosen);
        assert_eq!(of(without.clone(), json!({})), NodePort::No);
        assert_eq!(of(without, json!({"nodePort": 30080})), NodePort::Pinned(30080));
        assert_eq!(of(json!({}), json!({})), NodePort::No);
    }
}
