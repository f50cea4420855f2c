//! Servers of Gateways that can't have a port together.
//!
//! istiod merges the Gateways of a workload, the oldest first, and skips a server where a host with TLS is there already, or
//! clear text before TLS (Istio pilot/pkg/model/gateway.go mergeGateways, CheckDuplicates). It compares hosts with the
//! namespace before them, and lets clear text follow TLS; Envoy does not: two filter chains of a listener that match the same
//! make it refuse the listener, and a gateway that starts with it is never ready.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::istio::served::is_for_all;
use crate::lint::facts::gateways::age;
use kubernetes_objects::object::Object;

/// What becomes of a server beside those before it.
pub enum Clash {
    /// istiod skips it, or one before it.
    Skipped {
        /// What stands against what.
        message: String,
        /// What to do about it.
        help: &'static str,
    },
    /// Envoy refuses the listener; for certain, or only if the other one is older.
    Refused {
        /// What stands against what.
        message: String,
        /// What to do about it.
        help: &'static str,
        /// Whether it does not depend on the age of the Gateways.
        is_certain: bool,
    },
}

/// A server and its Gateway.
type Server<'s> = (&'s Value, &'s Object);

/// The servers before, by the port of the pods and the address that they are bound to.
#[derive(Default)]
pub struct Taken<'s> {
    first: BTreeMap<(u64, &'s str), Server<'s>>,
    hosts: BTreeMap<(u64, &'s str, String), Server<'s>>,
    names: BTreeMap<(u64, &'s str, String), Server<'s>>,
}

impl<'s> Taken<'s> {
    /// What becomes of the next one, on a port of the pods. `routed` are the hosts for which what it passes through is routed.
    pub fn next(&mut self, istio: &'s Object, server: &'s Value, listener: u64, routed: &[&str]) -> Option<Clash> {
        let bind = server["bind"].as_str().unwrap_or_default();
        let first = *self.first.entry((listener, bind)).or_insert((server, istio));
        if is_tls(first.0) != is_tls(server) {
            return Some(mixed(first, (server, istio)));
        }
        if !is_tls(server) {
            return None;
        }
        let hosts: Vec<String> = hosts(server).map(|host| qualified(host, istio)).collect();
        let key = |host: &String| (listener, bind, host.clone());
        if let Some((host, first)) = hosts.iter().find_map(|host| Some((host, *self.hosts.get(&key(host))?))) {
            return Some(same_host(host, first, istio));
        }
        self.hosts.extend(hosts.iter().map(|host| (key(host), (server, istio))));
        let name = |host: &String| host.rsplit('/').next().unwrap_or_default().to_owned();
        let names: Vec<String> = match ends_tls_of_http(server) {
            // One with `*` matches all, whatever stands beside it.
            true if is_for_all(server) => vec!["*".into()],
            true => hosts.iter().map(name).collect(),
            false => routed.iter().map(|host| (*host).to_owned()).collect(),
        };
        let twice = names.iter().find_map(|name| Some((name, *self.names.get(&key(name))?)));
        let clash = twice.map(|(name, first)| Clash::Refused {
            message: match (ends_tls_of_http(server), ends_tls_of_http(first.0)) {
                (true, true) if istio.is_made() => {
                    format!("has the hostname {name}, and {} has it as well", name_of(first, istio))
                }
                (true, true) => {
                    format!("has the host {name}, and {} has it for another namespace", name_of(first, istio))
                }
                (true, false) => {
                    format!("has the host {name}, and {} passes it through (PASSTHROUGH)", name_of(first, istio))
                }
                (false, _) => format!("passes the host {name} through, and {} has it as well", name_of(first, istio)),
            },
            help: match istio.is_made() {
                true => "remove one of the two listeners, or give it another port",
                false => "put all hosts of the two into one server, or use two ports",
            },
            is_certain: true,
        });
        self.names.extend(names.iter().map(|name| (key(name), (server, istio))));
        clash
    }
}

/// Clear text and TLS on one port.
fn mixed(first: Server<'_>, (server, istio): Server<'_>) -> Clash {
    let help = "use one port for clear text and another for TLS";
    let (what, other) = if is_tls(server) { ("TLS", "clear text") } else { ("clear text", "TLS") };
    let with_tls = if is_tls(server) { server } else { first.0 };
    let message = format!("has {what}, and {} has {other} there", name_of(first, istio));
    let skipped = |message: String| Clash::Skipped { message, help };
    match (in_order(first.1, istio), is_tls(server)) {
        _ if !is_for_all(with_tls) => skipped(format!("{message}: an ALB gets an answer to clear text only")),
        (true, true) => skipped(format!("{message} and comes first: istiod skips the TLS")),
        (true, false) => Clash::Refused { message, help, is_certain: ends_tls_of_http(with_tls) },
        (false, _) => Clash::Refused { message, help, is_certain: false },
    }
}

fn same_host(host: &str, first: Server<'_>, istio: &Object) -> Clash {
    let first_one = name_of(first, istio);
    let (noun, help) = match istio.is_made() {
        true => ("hostname", "remove one of the two listeners, or give it another `hostname`"),
        false => ("host", "remove this host from one of the two servers"),
    };
    let message = match in_order(first.1, istio) {
        true => format!("has the {noun} {host}, and {first_one} has it already: istiod skips this one"),
        false => {
            format!("has the {noun} {host}, and {first_one} has it as well: istiod skips the younger one of the two")
        }
    };
    Clash::Skipped { message, help }
}

/// What another server is called beside one of a Gateway: by the name of its port, where it is of the same Gateway.
fn name_of((server, first): Server<'_>, istio: &Object) -> String {
    match (server["port"]["name"].as_str(), first.is_made()) {
        _ if !std::ptr::eq(first, istio) => first.reference().to_string(),
        (Some(name), true) => format!("listener {name}"),
        (Some(name), false) => format!("server {name}"),
        (None, _) => "another server of this Gateway".to_owned(),
    }
}

/// Whether it is known that the first one comes first: of two Gateways it is the older one.
fn in_order(first: &Object, istio: &Object) -> bool {
    std::ptr::eq(first, istio) || (!age(first).is_empty() && !age(istio).is_empty())
}

/// A host as istiod compares it.
fn qualified(host: &str, istio: &Object) -> String {
    match host.split_once('/') {
        Some((".", name)) => format!("{}/{name}", istio.namespace()),
        Some(("*", name)) => name.to_owned(),
        _ => host.to_owned(),
    }
}

fn hosts(server: &Value) -> impl Iterator<Item = &str> {
    server["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Whether a server is for TLS.
pub fn is_tls(server: &Value) -> bool {
    matches!(server["port"]["protocol"].as_str(), Some("HTTPS" | "TLS"))
}

/// Whether it ends TLS and is for HTTP: then it has a filter chain whatever the routes are.
fn ends_tls_of_http(server: &Value) -> bool {
    let mode = server["tls"]["mode"].as_str().unwrap_or("PASSTHROUGH");
    server["port"]["protocol"] == "HTTPS" && !mode.ends_with("PASSTHROUGH")
}
