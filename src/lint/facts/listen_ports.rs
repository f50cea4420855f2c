//! The ports on which an Ingress asks the load balancer to listen, and the certificates for them.

use std::collections::BTreeMap;

use crate::alb::catalogue::PREFIX;
use crate::alb::listen_ports;
use crate::alb::model::{Protocol, Setting, State, Unread};
use crate::alb::values::string_list;
use crate::lint::context::{Context, IngressUnderCheck};

/// The listen ports that an Ingress asks for; `None` where `listen-ports` does not parse.
#[must_use]
pub fn ports(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<BTreeMap<i32, Protocol>> {
    match ingress.setting("listen-ports") {
        Some(setting) => listen_ports::read(&setting.value).ok().map(|read| read.ports),
        None if certificate_arns(context, ingress).is_empty() => Some(BTreeMap::from([(80, Protocol::Http)])),
        None => Some(BTreeMap::from([(443, Protocol::Https)])),
    }
}

/// Whether one of the ports speaks this protocol.
#[must_use]
pub fn has(ports: &BTreeMap<i32, Protocol>, protocol: Protocol) -> bool {
    ports.values().any(|found| *found == protocol)
}

/// The certificates that are in effect: the class's, or the Ingress's own.
#[must_use]
pub fn certificate_arns(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<String> {
    let of_class = class_certificates(context, ingress);
    if of_class.is_empty() { string_list(ingress.read("certificate-arn").unwrap_or_default()) } else { of_class }
}

/// The certificates of the IngressClassParams.
#[must_use]
pub fn class_certificates(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<String> {
    let Some(params) = context.class_params(ingress) else {
        return Vec::new();
    };
    let spec = &params.value["spec"];
    let listed = ["certificateArn", "certificateARNs"].into_iter().find_map(|field| spec[field].as_array());
    listed.into_iter().flatten().filter_map(|arn| arn.as_str()).map(str::to_owned).collect()
}

/// `HTTPS-443`; another spelling is a misspelt key, which has a rule of its own.
#[must_use]
pub fn is_listener(name: &str) -> bool {
    let parts = name.split_once('-');
    parts
        .is_some_and(|(protocol, port)| Protocol::parse(protocol).is_some() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// `listener-attributes.https-443`: the key is known as a family, but no listener is ever called so.
#[must_use]
pub fn misspelt_listener(setting: &Setting) -> bool {
    let of_listener = setting.key.strip_prefix(PREFIX).and_then(|name| name.strip_prefix("listener-attributes."));
    let read = matches!(setting.state, State::Read | State::Unread(Unread::NoSuchListener));
    read && of_listener.is_some_and(|listener| !is_listener(listener))
}
