//! The ports on which an Ingress asks the load balancer to listen, and the certificates for them.

use std::collections::BTreeMap;

use crate::lint::context::IngressUnderCheck;
use alb_controller::annotation::listen_ports;
use alb_controller::model::{Protocol, Setting, State, Unread};

/// The listen ports that an Ingress asks for; `None` where `listen-ports` does not parse.
pub fn ports(ingress: &IngressUnderCheck<'_>) -> Option<BTreeMap<i32, Protocol>> {
    match ingress.setting("listen-ports") {
        Some(setting) => listen_ports::read(&setting.value).ok().map(|read| read.ports),
        None if certificate_arns(ingress).is_empty() => Some(BTreeMap::from([(80, Protocol::Http)])),
        None => Some(BTreeMap::from([(443, Protocol::Https)])),
    }
}

/// Whether one of the ports speaks this protocol.
pub fn has(ports: &BTreeMap<i32, Protocol>, protocol: Protocol) -> bool {
    ports.values().any(|found| *found == protocol)
}

/// The certificates that are in effect: the class's, or the Ingress's own.
pub fn certificate_arns(ingress: &IngressUnderCheck<'_>) -> Vec<String> {
    ingress.facts.list("certificate-arn").map(|arns| arns.value).unwrap_or_default()
}

/// `HTTPS-443`; another spelling is a misspelt key, which has a rule of its own.
pub fn is_listener(name: &str) -> bool {
    let parts = name.split_once('-');
    parts
        .is_some_and(|(protocol, port)| Protocol::parse(protocol).is_some() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// `listener-attributes.https-443`: the catalogue knows the family of the key, but a listener never has such a name.
pub fn misspelt_listener(setting: &Setting) -> bool {
    let of_listener = setting.name().strip_prefix("listener-attributes.");
    let read = matches!(setting.state, State::Read | State::Unread(Unread::NoSuchListener));
    read && of_listener.is_some_and(|listener| !is_listener(listener))
}
