//! The gateways that Ingresses lead to, with what of Istio selects them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::targets::{Target, services};
use crate::istio::gateway_api::servers::is_of_another;
use crate::istio::pods::{WORKLOADS, selects};
use crate::istio::proxy_config::ProxyConfig;
use crate::istio::{is_gateway, is_istio_gateway};
use crate::lint::context::{Context, namespace_of};
use kubernetes_objects::object::Object;

/// A gateway behind an ALB.
pub struct GatewayBehind<'s> {
    /// Its Service.
    pub service: &'s Object,
    /// What leads to it.
    pub targets: Vec<Target<'s>>,
    /// The workloads of its pods that are in the stream.
    pub workloads: Vec<&'s Object>,
    /// The Gateways of Istio that select its pods, in the order in which istiod takes them.
    pub gateways: Vec<&'s Object>,
}

impl<'s> GatewayBehind<'s> {
    /// The ports of the Service that Ingresses lead to.
    pub fn ports(&self) -> BTreeSet<u64> {
        self.targets.iter().filter_map(|target| target.service_port()?["port"].as_u64()).collect()
    }

    /// The labels of its pods: of those in the stream, else what the Service selects.
    pub fn labels(&self) -> Vec<&'s Value> {
        let of_pods: Vec<&'s Value> = self.workloads.iter().map(|workload| labels_of(workload)).collect();
        if of_pods.is_empty() { vec![selector_of(self.service)] } else { of_pods }
    }

    /// How many proxies its pods trust, where all of them say it.
    pub fn trusted_proxies(&self) -> Option<u64> {
        let mut said = self.workloads.iter().map(|workload| ProxyConfig::of_pods(workload).trusted_proxies);
        let first = said.next()??;
        said.try_fold(first, |least, next| Some(least.min(next?)))
    }

    /// Why nothing is known of that, for a message.
    pub fn nothing_said(&self) -> &'static str {
        if self.workloads.is_empty() { "the stream does not have its pods" } else { "its pods do not set it" }
    }

    /// Whether its Service has an address of its own: of a load balancer, or an external one.
    pub fn has_an_address(&self) -> bool {
        let spec = &self.service.value["spec"];
        spec["type"] == "LoadBalancer" || spec["externalIPs"].as_array().is_some_and(|list| !list.is_empty())
    }

    /// Whether a VirtualService is for one of the Gateways.
    pub fn binds(&self, virtual_service: &Object) -> bool {
        self.gateways.iter().any(|gateway| is_bound_to(virtual_service, gateway))
    }
}

/// The gateways that the Ingresses under check lead to.
pub fn gateways<'s>(context: &'s Context<'s>) -> Vec<GatewayBehind<'s>> {
    let behind: Vec<_> = services(context).into_iter().filter(|(service, _)| is_gateway(service)).collect();
    if behind.is_empty() {
        return Vec::new();
    }
    let workloads = WORKLOADS.into_iter().flat_map(|kind| context.of_kind(kind));
    let workloads = Labelled::new(workloads, labels_of);
    let mut found: Vec<GatewayBehind<'s>> = Vec::with_capacity(behind.len());
    for (service, targets) in behind {
        let pods = workloads.selected(selector_of(service)).into_iter();
        let workloads = pods.filter(|pod| namespace_of(pod) == namespace_of(service)).collect();
        found.push(GatewayBehind { service, targets, workloads, gateways: Vec::new() });
    }
    let labels_at = |(at, gateway): (usize, &GatewayBehind<'s>)| gateway.labels().into_iter().map(move |l| (at, l));
    let labels: Vec<_> = found.iter().enumerate().flat_map(labels_at).collect();
    let by_labels = Labelled::new(labels.iter(), |(_, labels)| labels);
    let mut istio: Vec<&Object> = context.of_kind("Gateway").filter(|gateway| is_istio_gateway(gateway)).collect();
    istio.sort_by_cached_key(|gateway| (age(gateway), gateway.name().to_owned(), gateway.namespace().to_owned()));
    for gateway in istio {
        let selector = &gateway.value["spec"]["selector"];
        let is_for_all = selector.as_object().is_none_or(serde_json::Map::is_empty);
        let selected: BTreeSet<usize> = match is_for_all {
            true => (0..found.len()).collect(),
            false => by_labels.selected(selector).into_iter().map(|(at, _)| *at).collect(),
        };
        for at in selected {
            if !is_of_another(gateway, found[at].service) {
                found[at].gateways.push(gateway);
            }
        }
    }
    found
}

/// Whether a VirtualService names a Gateway.
pub fn is_bound_to(virtual_service: &Object, gateway: &Object) -> bool {
    let named = virtual_service.value["spec"]["gateways"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let own = namespace_of(virtual_service);
    let mut named = named.map(|named| named.split_once('/').unwrap_or((own, named)));
    named.any(|(namespace, name)| namespace == namespace_of(gateway) && name == gateway.name())
}

/// When an object was made, as far as it is known: of two, istiod takes the older one.
pub fn age(object: &Object) -> String {
    object.value["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned()
}

/// The labels of a Service's pods.
pub fn selector_of(service: &Object) -> &Value {
    &service.value["spec"]["selector"]
}

/// The labels of a workload's pods.
fn labels_of(workload: &Object) -> &Value {
    &workload.value["spec"]["template"]["metadata"]["labels"]
}

/// Things by their labels, so that selecting from many need not go through all.
struct Labelled<'s, T> {
    things: Vec<(&'s T, &'s Value)>,
    by_label: BTreeMap<(&'s str, String), Vec<usize>>,
}

impl<'s, T> Labelled<'s, T> {
    fn new(things: impl Iterator<Item = &'s T>, labels: fn(&T) -> &Value) -> Self {
        let things: Vec<_> = things.map(|thing| (thing, labels(thing))).collect();
        let mut by_label: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
        for (at, (_, labels)) in things.iter().enumerate() {
            for (key, value) in labels.as_object().into_iter().flatten() {
                let label = (key.as_str(), value.to_string());
                by_label.entry(label).or_default().push(at);
            }
        }
        Labelled { things, by_label }
    }

    /// Those that have every label of a selector. A selector without labels selects nothing here.
    fn selected(&self, selector: &Value) -> Vec<&'s T> {
        let wanted = selector.as_object().into_iter().flatten();
        let with_label = wanted.map(|(key, value)| {
            let found = self.by_label.get(&(key.as_str(), value.to_string()));
            found.map_or(&[][..], Vec::as_slice)
        });
        let fewest = with_label.min_by_key(|found| found.len()).unwrap_or(&[]);
        let things = fewest.iter().map(|at| &self.things[*at]);
        things.filter(|(_, labels)| selects(selector, labels)).map(|(thing, _)| *thing).collect()
    }
}
