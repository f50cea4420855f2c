//! Which Service is the gateway.
//!
//! The gateway chart gives its Service any name. So a gateway is recognised by the status port of Istio's agent (`status-port`,
//! 15021), on which it answers health checks. East-west gateways have this port, too. They are refused: an ALB cannot pass
//! their mutual TLS through by SNI. The Services that istiod will make from Gateways of the Gateway API are among the
//! objects ([`crate::istio::gateway_api`]).

use std::collections::{BTreeMap, BTreeSet};

use super::ingress;
use crate::error::{Error, Place};
use crate::finding::Finding;
use crate::help::Help;
use crate::istio::gateway_api::not_for_the_web;
use crate::istio::owner::{Owner, owner};
use crate::istio::{east_west_reason, is_gateway};
use crate::lint;
use crate::suggest::nearest;
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
    /// The name of its Ingress, as an earlier run has added it.
    pub ingress: Option<String>,
    /// Where a file says so: the path of the first field, and its place.
    pub by_file: Option<(&'static str, String)>,
}

impl Selector {
    /// Whether the configuration selects a Service at all.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        self.name.is_some() || self.namespace.is_some() || !self.labels.is_empty()
    }

    /// A field of the selection and the value to give it, in the words of whoever reads it: a line where a file selects.
    fn setting(&self, path: &'static str, value: &str) -> Help {
        match self.by_file {
            Some(_) => Help::from(format!("`{path}: {value}`")),
            None => Help::from("").set(path, value),
        }
    }

    /// What is looked for, and not found.
    fn not_found(&self) -> String {
        match (&self.name, &self.namespace) {
            (Some(name), Some(namespace)) => format!("no Service {namespace}/{name} found"),
            (Some(name), None) => format!("no Service {name} found"),
            _ if !self.labels.is_empty() => {
                let labels: Vec<String> = self.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("no gateway Service with the labels {} found", labels.join(","))
            }
            (None, Some(namespace)) => format!("no gateway Service found in namespace {namespace}"),
            (None, None) => "no gateway Service found".to_owned(),
        }
    }

    fn matches(&self, service: &Object) -> bool {
        let namespace = service.namespace();
        self.name.as_ref().is_none_or(|name| goes_by(service, name))
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
    one_of(candidates(objects, selector, claimed)?)
}

/// The Services that may be the gateway, each with its index.
///
/// # Errors
///
/// Where the only one is an east-west gateway or istiod's.
pub fn candidates<'o>(
    objects: &'o [Object],
    selector: &Selector,
    claimed: &[usize],
) -> Result<Vec<(usize, &'o Object)>, Error> {
    let candidates = services(objects).filter(|(_, service)| selector.may_choose(service));
    if selector.name.is_some() {
        return Ok(candidates.collect());
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
    if !exposed.is_empty() {
        return Ok(exposed);
    }
    // An earlier run has taken the type away by which the gateway was told from others, and has added the Ingress.
    for namespaces in [Namespaces::Same, Namespaces::MaybeSame] {
        let is_ours = |(_, service): &(usize, &Object)| is_led_to(objects, selector, service, namespaces);
        let led_to: Vec<_> = gateways.iter().copied().filter(is_ours).collect();
        if !led_to.is_empty() {
            return Ok(led_to);
        }
    }
    Ok(gateways)
}

/// Whether two namespaces must be written alike, or one of them may be left out.
#[derive(Clone, Copy, PartialEq)]
enum Namespaces {
    Same,
    MaybeSame,
}

/// Whether the Ingress of an earlier run leads to a Service.
fn is_led_to(objects: &[Object], selector: &Selector, service: &Object, namespaces: Namespaces) -> bool {
    let Some(name) = &selector.ingress else { return false };
    let is_there = |object: &Object| namespaces == Namespaces::MaybeSame || object.namespace() == service.namespace();
    let mut ours = objects.iter().filter(|object| ingress::is_of(object, name, service) && is_there(object));
    ours.any(|ingress| lint::destinations(ingress, |_| None).iter().any(|to| to.name == service.name()))
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
                "leave the Service out of the stream, and hand over the manifest of the Gateway {gateway}: it is changed so that istiod \
                 makes the Service as it has to be (docs/gateway-api.md)"
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

/// A gateway of a stream in which [`find`] found nothing and that passes as it is: whether it was meant. `claimed` are Services that
/// other configuration documents name.
#[must_use]
pub fn passed(objects: &[Object], selector: &Selector, claimed: &[usize]) -> Option<Finding> {
    if !selector.is_explicit() {
        return None;
    }
    let others = candidates(objects, &Selector::default(), claimed).unwrap_or_default();
    let (_, first) = others.first()?;
    let names: Vec<String> = others.iter().map(|(_, service)| service.full_name()).collect();
    let are = if names.len() == 1 { "is a gateway" } else { "are gateways" };
    let message = format!("{}, and {} {are}: it passes unchanged", selector.not_found(), names.join(" and "));
    let help = meant(objects, selector, claimed)
        .map(|help| help.then("; if it is to stay as it is, allow this finding by its id"));
    let finding = lint::rewrite_findings::passed(message).object(first.reference()).maybe_help(help);
    Some(Finding { place: Some(first.place.clone()), ..finding })
}

/// The error for a stream in which [`find`] found nothing. `claimed` are Services that other configuration documents name.
#[must_use]
pub fn missing(objects: &[Object], selector: &Selector, claimed: &[usize]) -> Error {
    let wanted = match &selector.by_file {
        Some((path, place)) => format!("{place}: spec.{path}: {}", selector.not_found()),
        None => selector.not_found(),
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
            "istiod makes gateways for the web from a Gateway of class istio. If the stream is to have no gateway: \
             [[gateway.ifMissing: pass]]",
        );
    }
    let seen: Vec<(String, Place)> = services(objects).map(|(_, service)| describe(service)).collect();
    if let Some(other) = meant(objects, selector, claimed) {
        return Error::input(format!("{wanted}; Services in the stream:")).listing(seen).help(other);
    }
    if seen.is_empty() {
        return Error::input(format!("{wanted}: the stream holds no Service")).help(
            "with `service.type: None` the gateway chart renders none: set it to NodePort or LoadBalancer. If the stream is to \
             have no gateway: [[gateway.ifMissing: pass]]",
        );
    }
    Error::input(format!("{wanted}; Services in the stream:")).listing(seen).help(
        "istio-alb finds the gateway by its port status-port (15021). To choose another Service: [[gateway.name: NAME]]. If the \
         stream is to have no gateway: [[gateway.ifMissing: pass]]",
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

fn one_of(candidates: Vec<(usize, &Object)>) -> Result<Option<usize>, Error> {
    match candidates.as_slice() {
        [] => Ok(None),
        [(index, _)] => Ok(Some(*index)),
        [(_, first), ..] => {
            let services: Vec<&Object> = candidates.iter().map(|(_, service)| *service).collect();
            let listed = services.iter().map(|service| describe(service));
            Err(Error::input("several Services could be the gateway:")
                .listing(listed)
                .at(first.place.clone())
                .help(how_to_choose(&services)))
        }
    }
}

/// How to choose one of several Services: by what tells them apart.
fn how_to_choose(services: &[&Object]) -> Help {
    let differ = |of: fn(&Object) -> &str| {
        let values: BTreeSet<&str> =
            services.iter().map(|service| of(service)).filter(|value| !value.is_empty()).collect();
        (values.len() == services.len()).then(|| values.into_iter().collect::<Vec<_>>())
    };
    let several = ", or write one configuration document for each gateway";
    let none = Selector::default();
    if let Some(names) = differ(Object::name) {
        return Help::from("choose one with ").then(any_of(&none, "gateway.name", &names)).then(several);
    }
    if let Some(namespaces) = differ(Object::namespace) {
        return Help::from("choose one with ").then(any_of(&none, "gateway.namespace", &namespaces)).then(several);
    }
    let first = services[0].reference();
    if services.iter().all(|service| service.reference() == first) {
        return Help::from(format!(
            "the stream has the Service {} {} times, and Kubernetes keeps the last: render each release once, or take the \
             others out",
            services[0].full_name(),
            services.len()
        ));
    }
    Help::from("choose one by its labels with `gateway.selector`, by name and namespace").then(several)
}

/// A setting with each of these values: `… or …`.
fn any_of(selector: &Selector, setting: &'static str, values: &[&str]) -> Help {
    values.iter().enumerate().fold(Help::from(""), |help, (at, value)| {
        let help = if at == 0 { help } else { help.then(" or ") };
        help.then(selector.setting(setting, value))
    })
}

/// The Service that was probably meant where the configuration selects none, and how to name it. For it the stream is not offered
/// to pass as it is: the old load balancer would stay. A Service of another configuration document is not meant.
fn meant(objects: &[Object], selector: &Selector, claimed: &[usize]) -> Option<Help> {
    let is_free = |index: &usize| !selector.is_explicit() || !claimed.contains(index);
    let all: Vec<&Object> = services(objects).filter(|(index, _)| is_free(index)).map(|(_, service)| service).collect();
    let gateways = || all.iter().copied().filter(|service| is_gateway(service));
    if let Some(name) = &selector.name {
        if let Some(other) = all.iter().find(|service| goes_by(service, name)) {
            return Some(mismatch(other, selector));
        }
        let names = all.iter().flat_map(|service| gateway_of(service).into_iter().chain([service.name()]));
        if let Some(near) = nearest(name, &names.collect::<Vec<_>>()) {
            return Some(Help::from("did you mean ").then(selector.setting("gateway.name", near)).then("?"));
        }
    } else if let Some(gateway) = gateways().next() {
        return Some(match selector.is_explicit() {
            true => mismatch(gateway, selector),
            false => Help::from("other configuration documents select all gateways of the stream: take this one out"),
        });
    }
    let exposed = all.iter().copied().filter(|service| type_of(&service.value) == "LoadBalancer");
    let candidates: Vec<&Object> = gateways().next().map_or_else(|| exposed.collect(), |_| gateways().collect());
    let names: Vec<&str> = candidates.iter().map(|service| gateway_of(service).unwrap_or(service.name())).collect();
    Some(match candidates.as_slice() {
        [] => return None,
        [one] if selector.name.is_none() => Help::from(format!(
            "Service {} is a load balancer, but has no port status-port (15021), by which istio-alb finds the gateway and the ALB \
             checks its health: if it is the gateway, add that port, or name it with ",
            one.full_name()
        ))
        .then(any_of(selector, "gateway.name", &names)),
        _ => Help::from("istio-alb finds the gateway by its port status-port (15021): name it with ")
            .then(any_of(selector, "gateway.name", &names)),
    })
}

/// Why a selector does not choose a Service that it may have been meant for.
fn mismatch(service: &Object, selector: &Selector) -> Help {
    let (title, namespace) = (service.full_name(), service.namespace());
    match &selector.namespace {
        Some(wanted) if !namespace.is_empty() && namespace != wanted => {
            Help::from(format!("Service {title} is in another namespace: choose it with "))
                .then(selector.setting("gateway.namespace", namespace))
        }
        _ => {
            let differs = |(key, value): &(&String, &String)| service.label(key) != Some(value.as_str());
            let labels: Vec<String> =
                selector.labels.iter().filter(differs).map(|(key, value)| format!("{key}={value}")).collect();
            Help::from(format!("Service {title} lacks the label {} of `gateway.selector`", labels.join(",")))
        }
    }
}

/// Whether a Service has a name, or istiod makes it from a Gateway of that name.
fn goes_by(service: &Object, name: &str) -> bool {
    service.name() == name || gateway_of(service) == Some(name)
}

/// The name of the Gateway (Gateway API) from which istiod makes a Service.
fn gateway_of(service: &Object) -> Option<&str> {
    service.origin.as_ref().map(|origin| origin.object.name.as_str())
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
