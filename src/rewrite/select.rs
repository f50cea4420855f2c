//! Which Service is the gateway.
//!
//! The gateway chart gives its Service any name. So a gateway is recognised by the status port of Istio's agent (`status-port`,
//! 15021), on which it answers health checks. East-west gateways have this port, too. They are refused: an ALB cannot pass
//! their mutual TLS through by SNI. The Services that istiod will make from Gateways of the Gateway API are among the
//! objects ([`crate::istio::gateway_api`]).

use std::collections::BTreeMap;

use crate::error::{Error, Place};
use crate::help::Help;
use crate::istio::gateway_api::not_for_the_web;
use crate::istio::owner::{Owner, owner};
use crate::istio::{east_west_reason, is_gateway};
use kubernetes_objects::Object;
use kubernetes_objects::service::{ports, type_of};

/// How the gateway is selected. Empty: by its status port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// The Service's name.
    pub name: Option<String>,
    /// Its namespace. A Service without one in its manifest matches any.
    pub namespace: Option<String>,
    /// Labels that it has.
    pub labels: BTreeMap<String, String>,
}

impl Selector {
    /// Whether the configuration selects a Service at all.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        self.name.is_some() || self.namespace.is_some() || !self.labels.is_empty()
    }

    fn matches(&self, service: &Object) -> bool {
        let namespace = service.namespace();
        // One that istiod makes goes by the name of its Gateway, too.
        let gateway = service.origin.as_ref().map(|origin| origin.object.name.as_str());
        self.name.as_ref().is_none_or(|name| name == service.name() || Some(name.as_str()) == gateway)
            && self.namespace.as_ref().is_none_or(|wanted| namespace.is_empty() || wanted == namespace)
            && self.labels.iter().all(|(key, value)| service.label(key) == Some(value.as_str()))
    }

    /// Whether [`find`] can choose this object in some stream.
    #[must_use]
    pub fn may_choose(&self, object: &Object) -> bool {
        is_applied_service(object) && self.matches(object) && (self.name.is_some() || is_gateway(object))
    }
}

/// Finds the gateway among the objects of a stream: an index into `objects`, or `None` where there is none, for which
/// [`missing`] has the message. `claimed` are Services that other configuration documents name.
///
/// # Errors
///
/// Where several Services are possible, and where the only candidate is an east-west gateway or istiod's.
pub fn find(objects: &[Object], selector: &Selector, claimed: &[usize]) -> Result<Option<usize>, Error> {
    let candidates = services(objects).filter(|(_, service)| selector.may_choose(service));
    if selector.name.is_some() {
        return one_of(candidates.collect(), "[[gateway.namespace: NAMESPACE]] or [[gateway.selector]]");
    }
    let mut refusal = None;
    let mut gateways = Vec::new();
    for (index, service) in candidates.filter(|(index, _)| !claimed.contains(index)) {
        match refused(service) {
            Some(error) => refusal = refusal.or(Some(error)),
            None => gateways.push((index, service)),
        }
    }
    if let Some(refusal) = refusal.filter(|_| gateways.is_empty()) {
        return Err(refusal);
    }
    let is_exposed = |service: &Object| matches!(type_of(&service.value), "LoadBalancer" | "NodePort");
    let exposed: Vec<_> = gateways.iter().copied().filter(|(_, service)| is_exposed(service)).collect();
    one_of(if exposed.is_empty() { gateways } else { exposed }, "[[gateway.name: NAME]]")
}

/// The error for a stream whose only gateway is no gateway for the web, or is not the chart's; `None` for others.
fn refused(service: &Object) -> Option<Error> {
    let (name, title) = (service.name(), service.full_name());
    let (message, help, id) = if let Some(reason) = east_west_reason(service) {
        (
            format!(
                "Service {title} is an east-west gateway ({reason}): its mutual TLS is passed through by SNI, and an ALB can't \
                 do that"
            ),
            Help::from(
                "leave it behind its NLB; if another Service of this stream is meant, name it with [[gateway.name: NAME]]",
            ),
            "ALB046",
        )
    } else if let Some(Owner::Istiod { gateway, mark }) = owner(service) {
        (
            format!(
                "Service {title} is made by istiod from the Gateway {gateway} ({mark}), and what is changed in it is written back"
            ),
            Help::from(format!(
                "hand over the manifest of the Gateway {gateway} in its place: it is changed so that istiod makes the Service as it has \
                 to be (docs/gateway-api.md)"
            )),
            "ALB113",
        )
    } else {
        return None;
    };
    let overruled =
        help.then("; ").set("gateway.name", name).then(format!(" takes this one all the same, and {id} reports it"));
    Some(Error::input(message).at(service.place.clone()).help(overruled))
}

/// The error for a stream in which [`find`] found nothing.
#[must_use]
pub fn missing(objects: &[Object], selector: &Selector) -> Error {
    let wanted = match (&selector.name, &selector.namespace) {
        (Some(name), Some(namespace)) => format!("no Service {namespace}/{name} found"),
        (Some(name), None) => format!("no Service {name} found"),
        _ if !selector.labels.is_empty() => {
            let labels: Vec<String> = selector.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("no gateway Service with the labels {} found", labels.join(","))
        }
        (None, Some(namespace)) => format!("no gateway Service found in namespace {namespace}"),
        (None, None) => "no gateway Service found".to_owned(),
    };
    let others: Vec<(String, Place)> = objects
        .iter()
        .filter_map(|object| {
            let why = not_for_the_web(object)?;
            Some((format!("Gateway {} ({why})", object.full_name()), object.place.clone()))
        })
        .collect();
    if !others.is_empty() && services(objects).next().is_none() {
        return Error::input(format!("{wanted}; Gateways in the stream:")).listing(others).help(
            "istiod makes gateways for the web from a Gateway of class istio; a stream that rightly has none passes with \
             [[gateway.ifMissing: pass]]",
        );
    }
    let seen: Vec<(String, Place)> = services(objects).map(|(_, service)| describe(service)).collect();
    if seen.is_empty() {
        return Error::input(format!("{wanted}: the stream holds no Service")).help(
            "with `service.type: None` the gateway chart renders none: set it to NodePort or LoadBalancer; a stream \
             that rightly has no gateway passes with [[gateway.ifMissing: pass]]",
        );
    }
    Error::input(format!("{wanted}; Services in the stream:")).listing(seen).help(
        "a gateway is told by its port status-port (15021): choose another Service with [[gateway.name: NAME]]; a stream that \
         rightly has no gateway passes with [[gateway.ifMissing: pass]]",
    )
}

/// The Services that Helm applies with the release, each with its index.
fn services(objects: &[Object]) -> impl Iterator<Item = (usize, &Object)> {
    objects.iter().enumerate().filter(|(_, object)| is_applied_service(object))
}

/// Whether an object is a `v1` Service and no hook.
fn is_applied_service(object: &Object) -> bool {
    object.kind() == "Service" && object.api_version() == "v1" && !object.is_hook()
}

fn one_of(candidates: Vec<(usize, &Object)>, how: &'static str) -> Result<Option<usize>, Error> {
    match candidates.as_slice() {
        [] => Ok(None),
        [(index, _)] => Ok(Some(*index)),
        [(_, first), ..] => {
            let listed = candidates.iter().map(|(_, service)| describe(service));
            Err(Error::input("several Services could be the gateway:").listing(listed).at(first.place.clone()).help(
                Help::from("choose one with ").then(how).then(", or write one configuration document for each gateway"),
            ))
        }
    }
}

/// A Service in one line, `istio-system/gw (LoadBalancer, ports http2 80, https 443)`, and where it is.
fn describe(service: &Object) -> (String, Place) {
    let ports: Vec<String> = ports(&service.value)
        .iter()
        .map(|port| match (port["name"].as_str(), port["port"].as_u64()) {
            (Some(name), Some(number)) => format!("{name} {number}"),
            (None, Some(number)) => number.to_string(),
            _ => "?".to_owned(),
        })
        .collect();
    let ports = if ports.is_empty() { "no ports".to_owned() } else { format!("ports {}", ports.join(", ")) };
    // The type as it is written; `type_of` returns the default for an empty one.
    let kind = service.value["spec"]["type"].as_str().unwrap_or("ClusterIP");
    let of = service.origin.as_ref().map(|origin| format!(" of {}", origin.object)).unwrap_or_default();
    (format!("{}{of} ({kind}, {ports})", service.full_name()), service.place.clone())
}

#[cfg(test)]
mod tests;
