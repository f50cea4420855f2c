//! What the ports of a gateway speak, and from what that is known.
//!
//! An ALB speaks clear text or TLS to a port as it is told, and a gateway answers only one of the two, on the ports for which
//! a Gateway has a server. So the order of the evidence is: the Gateways of the stream, how the old load balancer reached the
//! port, what an Ingress of an earlier run has, `appProtocol` and the name of the target port, and only then the number.

use std::fmt;

use serde_json::Value;

use super::gateway_api::servers::is_of_another;
use super::pods::{Pods, WORKLOADS, selects};
use kubernetes_objects::Object;
use kubernetes_objects::service::{is_tcp, ports};

/// What a port of a gateway speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// TLS, ended by the gateway or by what is behind it.
    Tls,
    /// HTTP without TLS.
    ClearText,
    /// Plain HTTP, by Istio's agent.
    Status,
    /// Nothing: no Gateway has a server for the port.
    Nothing,
    /// It is not known.
    Unknown,
}

/// From what it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A server of a Gateway, or that there is none.
    Gateway(String),
    /// How the old load balancer reached the port.
    OldLoadBalancer(String),
    /// The Ingress of an earlier run.
    EarlierRun,
    /// `appProtocol`, or the target port.
    Name(String),
    /// The number of the port or of its target port, or the name of the port.
    Number,
    /// The same, and a Gateway passes on what arrives there, whatever it is.
    PassedOn(String),
}

impl Evidence {
    /// Whether nothing but numbers and names show it.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Evidence::Number | Evidence::PassedOn(_))
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Gateway(why) | Evidence::OldLoadBalancer(why) | Evidence::Name(why) => f.write_str(why),
            Evidence::EarlierRun => f.write_str("the Ingress in these manifests has it so"),
            Evidence::Number => {
                f.write_str("assumed from its number and name; these manifests have no Gateway that says so")
            }
            Evidence::PassedOn(why) => write!(f, "assumed from its number and name; {why}"),
        }
    }
}

/// What one port speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// What it speaks.
    pub speaks: Speaks,
    /// From what that is known.
    pub evidence: Evidence,
}

impl Served {
    /// Evidence of this kind.
    #[must_use]
    pub fn new(speaks: Speaks, evidence: Evidence) -> Self {
        Served { speaks, evidence }
    }

    /// In a line: `TLS: Gateway istio-system/public has a server for it (HTTPS, SIMPLE)`.
    #[must_use]
    pub fn describe(&self) -> String {
        let what = match self.speaks {
            Speaks::Tls => "speaks TLS",
            Speaks::ClearText | Speaks::Status => "speaks clear text",
            Speaks::Nothing => "nothing listens",
            Speaks::Unknown => "what it speaks is not known",
        };
        match (&self.evidence, self.speaks) {
            (Evidence::Number, Speaks::Status) => format!("{what}: Istio's agent"),
            (Evidence::Number, Speaks::Unknown) => what.to_owned(),
            (evidence, _) => format!("{what}: {evidence}"),
        }
    }
}

/// The ports of a Service, each with what it speaks, in the order of the Service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServedPorts(Vec<(u64, Served)>);

impl ServedPorts {
    /// What a TCP port speaks, by its number.
    #[must_use]
    pub fn port(&self, number: u64) -> Option<&Served> {
        self.0.iter().find(|(port, _)| *port == number).map(|(_, served)| served)
    }
}

/// The objects of Istio's world in a stream.
#[derive(Debug, Clone, Default)]
pub struct Mesh<'o> {
    workloads: Vec<&'o Object>,
    gateways: Vec<&'o Object>,
}

impl<'o> Mesh<'o> {
    /// Those among the objects; hooks left out.
    #[must_use]
    pub fn of(objects: impl IntoIterator<Item = &'o Object>) -> Self {
        let mut mesh = Mesh::default();
        for object in objects {
            if WORKLOADS.contains(&object.kind()) && !object.is_hook() {
                mesh.workloads.push(object);
            } else if super::is_istio_gateway(object) && !object.is_hook() {
                mesh.gateways.push(object);
            }
        }
        // istiod takes the oldest first, then by name; of a rendered Gateway the age is not known.
        let age =
            |gateway: &Object| gateway.value["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned();
        mesh.gateways
            .sort_by_cached_key(|gateway| (age(gateway), gateway.name().to_owned(), gateway.namespace().to_owned()));
        mesh
    }

    /// The pods of a Service.
    #[must_use]
    pub fn pods(&self, service: &Object) -> Pods<'o> {
        let pods = Pods::of(self.workloads.iter().copied(), service);
        let servers = Servers::of(&self.gateways, service, &pods).web;
        pods.with_servers(servers.into_iter().map(|server| (server.number, server.pod_port, server.gateway)))
    }

    /// What the ports of a Service speak. `before` is what is known of a port from outside of its manifests.
    pub fn served(&self, service: &Object, before: impl Fn(&Value) -> Option<Served>) -> ServedPorts {
        let pods = self.pods(service);
        let servers = Servers::of(&self.gateways, service, &pods);
        let tcp = ports(&service.value).iter().filter(|port| is_tcp(port));
        let served = tcp.filter_map(|port| {
            let number = port["port"].as_u64()?;
            let by_status = super::is_status_port(port).then(|| Served::new(Speaks::Status, Evidence::Number));
            let served = by_status
                .or_else(|| servers.at(port, &pods))
                .or_else(|| before(port))
                .or_else(|| by_name(port))
                .unwrap_or_else(|| {
                    let passed_on = servers.passing_on(port, &pods);
                    Served::new(by_number(port), passed_on.map_or(Evidence::Number, Evidence::PassedOn))
                });
            Some((number, served))
        });
        ServedPorts(served.collect())
    }
}

/// The port of a Service that leads to the listener of a Gateway's server with this number, or the number itself.
#[must_use]
pub fn service_port(number: u64, service: &Object, pods: &Pods<'_>) -> u64 {
    let listener = listener(number, service, pods);
    let mut tcp = ports(&service.value).iter().filter(|port| is_tcp(port));
    let found = listener.and_then(|listener| tcp.find(|port| pod_port(port, pods) == Some(listener)));
    found.and_then(|port| port["port"].as_u64()).unwrap_or(number)
}

/// The port of the pods on which a server with this number listens: the target port of the Service's port with it, or itself.
#[must_use]
pub fn listener(number: u64, service: &Object, pods: &Pods<'_>) -> Option<u64> {
    let same = ports(&service.value).iter().find(|port| port["port"] == number && is_tcp(port));
    match same.filter(|_| super::translates_ports(service)) {
        Some(port) => pod_port(port, pods),
        None => Some(number),
    }
}

/// A server of a Gateway.
struct Server {
    gateway: String,
    /// What it is called where it was written.
    noun: &'static str,
    number: u64,
    /// On the target port of the Service's port with this number, or on the number itself.
    pod_port: Option<u64>,
    speaks: Speaks,
    /// Whether it only redirects to HTTPS.
    redirects: bool,
    /// Whether it has a host `*`.
    for_all: bool,
    words: String,
}

/// The servers that the pods of a Service have.
struct Servers {
    /// For the web.
    web: Vec<Server>,
    /// For whatever arrives.
    passing_on: Vec<Server>,
}

impl Servers {
    fn of(gateways: &[&Object], service: &Object, pods: &Pods<'_>) -> Self {
        let mut labels: Vec<&Value> = pods.labels().collect();
        if labels.is_empty() {
            labels.push(&service.value["spec"]["selector"]);
        }
        let is_selected = |gateway: &Object| match gateway.value["spec"].get("selector").and_then(Value::as_object) {
            // Without a selector a Gateway is for all gateways.
            None => true,
            Some(selector) if selector.is_empty() => true,
            Some(_) => labels.iter().any(|labels| selects(&gateway.value["spec"]["selector"], labels)),
        };
        let mut found = Vec::new();
        for gateway in gateways.iter().filter(|gateway| is_selected(gateway) && !is_of_another(gateway, service)) {
            for server in gateway.value["spec"]["servers"].as_array().into_iter().flatten() {
                found.extend(Server::read(gateway, server, service, pods));
            }
        }
        let (web, passing_on) = found.into_iter().partition(|server: &Server| server.speaks != Speaks::Unknown);
        Servers { web, passing_on }
    }

    /// The server that passes on what arrives at a port of the Service.
    fn passing_on(&self, port: &Value, pods: &Pods<'_>) -> Option<String> {
        let pod_port = pod_port(port, pods)?;
        let server = self.passing_on.iter().find(|server| server.pod_port == Some(pod_port))?;
        Some(format!("{} passes on what arrives there ({})", server.gateway, server.words))
    }

    /// What the Gateways make of a port of the Service.
    fn at(&self, port: &Value, pods: &Pods<'_>) -> Option<Served> {
        let number = port["port"].as_u64()?;
        let pod_port = pod_port(port, pods);
        let is_here = |server: &&Server| match pod_port.zip(server.pod_port) {
            Some((here, there)) => here == there,
            None => server.number == number,
        };
        // An ALB sends no SNI: a server with TLS for some hosts is not the one that answers it.
        let answers = |server: &&Server| server.speaks == Speaks::ClearText || server.for_all;
        let here = || self.web.iter().filter(is_here);
        if let Some(server) = here().find(answers).or_else(|| here().next()) {
            let Server { gateway, noun, number, words, .. } = server;
            let why = format!("{gateway} has a {noun} on port {number} for it ({words})");
            return Some(Served::new(server.speaks, Evidence::Gateway(why)));
        }
        // A Gateway that only redirects to HTTPS goes with one that is elsewhere, which serves it.
        if self.web.iter().all(|server| server.redirects) {
            return None;
        }
        let others: Vec<String> =
            self.web.iter().map(|server| format!("{} ({})", server.number, server.words)).collect();
        let mut gateways: Vec<&str> = self.web.iter().map(|server| server.gateway.as_str()).collect();
        gateways.dedup();
        let why = format!("{} in the stream serves {} only", gateways.join(" and "), others.join(", "));
        // Another port may be for what is no HTTP, and what is passed on may be anything.
        let is_for_the_web = by_number(port) != Speaks::Unknown && self.passing_on(port, pods).is_none();
        is_for_the_web.then(|| Served::new(Speaks::Nothing, Evidence::Gateway(why)))
    }
}

impl Server {
    /// A server, unless it is for east-west traffic or of a protocol that nobody knows.
    fn read(gateway: &Object, server: &Value, service: &Object, pods: &Pods<'_>) -> Option<Self> {
        let number = server["port"]["number"].as_u64()?;
        let protocol = server["port"]["protocol"].as_str()?.to_ascii_uppercase();
        let mode = server["tls"]["mode"].as_str();
        let speaks = match protocol.as_str() {
            "HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB" => Speaks::ClearText,
            "HTTPS" | "TLS" if mode != Some("AUTO_PASSTHROUGH") => Speaks::Tls,
            "TCP" | "MONGO" | "MYSQL" | "REDIS" => Speaks::Unknown,
            _ => return None,
        };
        let pod_port = listener(number, service, pods);
        let mode = match mode.unwrap_or("PASSTHROUGH") {
            "SIMPLE" if gateway.is_made() => "Terminate",
            mode => mode,
        };
        let words = if speaks == Speaks::Tls { format!("{protocol}, {mode}") } else { protocol };
        let redirects = server["tls"]["httpsRedirect"] == true;
        let noun = if gateway.is_made() { "listener" } else { "server" };
        let for_all = is_for_all(server);
        let gateway = gateway.reference().to_string();
        Some(Server { gateway, noun, number, pod_port, speaks, redirects, for_all, words })
    }
}

/// Whether a server of a Gateway has a host for all; it may have a namespace before it: `shop/*`.
#[must_use]
pub fn is_for_all(server: &Value) -> bool {
    let mut hosts = server["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str);
    hosts.any(|host| host.rsplit('/').next() == Some("*"))
}

/// The port of the pods that a Service's port leads to; `None` for a name that is not known.
fn pod_port(port: &Value, pods: &Pods<'_>) -> Option<u64> {
    match &port["targetPort"] {
        Value::Null => port["port"].as_u64(),
        target => pods.resolve(target),
    }
}

/// By `appProtocol`, or by a target port that is named after what it speaks, or is the one of clear text.
#[must_use]
pub fn by_name(port: &Value) -> Option<Served> {
    let speaks = |name: &str| match name.to_ascii_lowercase().as_str() {
        "https" | "tls" => Some(Speaks::Tls),
        "http" | "http2" | "grpc" | "grpc-web" | "kubernetes.io/h2c" => Some(Speaks::ClearText),
        _ => None,
    };
    let of = |what: &str, name: &Value| {
        let name = name.as_str()?;
        Some(Served::new(speaks(name)?, Evidence::Name(format!("{what} {name}"))))
    };
    let by_target = || match (port["port"].as_u64(), port["targetPort"].as_u64()) {
        (Some(443), Some(target @ (80 | 8080))) => {
            Some(Served::new(Speaks::ClearText, Evidence::Name(format!("its target port is {target}"))))
        }
        _ => None,
    };
    of("appProtocol is", &port["appProtocol"])
        .or_else(|| of("its target port is named", &port["targetPort"]))
        .or_else(by_target)
}

/// By number, target port and name, as Istio's gateways have them.
#[must_use]
pub fn by_number(port: &Value) -> Speaks {
    let name = port["name"].as_str().unwrap_or_default();
    let number = port["port"].as_u64().unwrap_or_default();
    let target = port["targetPort"].as_u64().unwrap_or_default();
    match (name, number, target) {
        (_, 443, _) | (_, _, 443 | 8443) => Speaks::Tls,
        (name, _, _) if name.starts_with("https") => Speaks::Tls,
        (_, 80, _) | (_, _, 80 | 8080) => Speaks::ClearText,
        (name, _, _) if name.starts_with("http") => Speaks::ClearText,
        _ => Speaks::Unknown,
    }
}

#[cfg(test)]
mod tests;
