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
    Skipped(String),
    /// Envoy refuses the listener; for certain, or only if the other one is older.
    Refused {
        /// What stands against what.
        message: String,
        /// Whether it does not depend on the age of the Gateways.
        is_certain: bool,
    },
}

/// The servers before, by the port of the pods and the address that they are bound to.
#[derive(Default)]
pub struct Taken<'s> {
    first: BTreeMap<(u64, &'s str), (&'s Value, &'s Object)>,
    hosts: BTreeMap<(u64, &'s str, String), &'s Object>,
    names: BTreeMap<(u64, &'s str, String), &'s Object>,
}

impl<'s> Taken<'s> {
    /// What becomes of the next one, on a port of the pods. `routed` are the hosts for which what it passes through is routed.
    pub fn next(&mut self, istio: &'s Object, server: &'s Value, listener: u64, routed: &[&str]) -> Option<Clash> {
        let bind = server["bind"].as_str().unwrap_or_default();
        let (first_server, first) = *self.first.entry((listener, bind)).or_insert((server, istio));
        if is_tls(first_server) != is_tls(server) {
            return Some(mixed((first_server, first), (server, istio)));
        }
        if !is_tls(server) {
            return None;
        }
        let hosts: Vec<String> = hosts(server).map(|host| qualified(host, istio)).collect();
        let key = |host: &String| (listener, bind, host.clone());
        if let Some((host, first)) = hosts.iter().find_map(|host| Some((host, *self.hosts.get(&key(host))?))) {
            return Some(Clash::Skipped(same_host(host, first, istio)));
        }
        self.hosts.extend(hosts.iter().map(|host| (key(host), istio)));
        let name = |host: &String| host.rsplit('/').next().unwrap_or_default().to_owned();
        let names: Vec<String> = match ends_tls_of_http(server) {
            // One with `*` matches all, whatever stands beside it.
            true if is_for_all(server) => vec!["*".into()],
            true => hosts.iter().map(name).collect(),
            false => routed.iter().map(|host| (*host).to_owned()).collect(),
        };
        let twice = names.iter().find_map(|name| Some((name, *self.names.get(&key(name))?)));
        let clash = twice.map(|(name, first)| Clash::Refused {
            message: match ends_tls_of_http(server) {
                true => format!(
                    "has the host {name}, as {} has for another namespace or passes it through",
                    first.reference()
                ),
                false => format!("passes the host {name} through, which {} has as well", first.reference()),
            },
            is_certain: true,
        });
        self.names.extend(names.iter().map(|name| (key(name), istio)));
        clash
    }
}

/// Clear text and TLS on one port.
fn mixed((first_server, first): (&Value, &Object), (server, istio): (&Value, &Object)) -> Clash {
    let (what, other) = if is_tls(server) { ("TLS", "clear text") } else { ("clear text", "TLS") };
    let with_tls = if is_tls(server) { server } else { first_server };
    let message = format!("has {what} and that of {} has {other}", first.reference());
    match (in_order(first, istio), is_tls(server)) {
        _ if !is_for_all(with_tls) => Clash::Skipped(format!("{message}: an ALB gets an answer to clear text only")),
        (true, true) => Clash::Skipped(format!("{message}, which comes first: istiod skips the TLS")),
        (true, false) => Clash::Refused { message, is_certain: ends_tls_of_http(with_tls) },
        (false, _) => Clash::Refused { message, is_certain: false },
    }
}

fn same_host(host: &str, first: &Object, istio: &Object) -> String {
    let first_one = first.reference();
    match in_order(first, istio) {
        true => format!("has the host {host} as {first_one} has, which comes first: istiod skips this one"),
        false => format!("has the host {host} as {first_one} has: istiod skips the younger one of the two"),
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
