//! Rules about Istio's own objects in the stream: Gateways, VirtualServices, policies, filters and the gateway's pods, as far as
//! they are there. Most of Istio's configuration is applied apart from the chart.

pub mod dns;
pub mod policies;
pub mod proxies;
pub mod rollouts;
pub mod servers;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::istio::pods::selects;
use crate::istio::translates_ports;
use crate::lint::context::{Context, about, namespace_of};
use crate::lint::facts::gateways::{GatewayBehind, age, gateways};
use kubernetes_objects::object::Object;
use kubernetes_objects::service::{is_tcp, ports};

rules! {
    ALB125 Error | Warning "two-services-for-the-same-pods" {
        summary: "another Service leads the same port to another target port of the same pods",
        explanation: "istiod opens the listener of a Gateway's server on one target port: that of the oldest Service with \
            the server's port that selects the pods. Where a second Service leads the same port elsewhere, nothing listens \
            behind the younger one, and the health check on the status port stays green. The age of a Service is in the \
            cluster, not in what Helm renders, so it is a warning; where both ages are known and the gateway's Service is the \
            younger one it is an error.",
        help: "give both Services the same target ports, or give the other Service another port number; with the label \
            `experimental.istio.io/disable-gateway-port-translation` istiod ignores a Service",
        source: "Istio pilot/pkg/model/gateway.go:503-532 resolvePorts",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for gateway in gateways(context) {
        findings.extend(proxies::of(context, &gateway));
        findings.extend(servers::of(context, &gateway));
        findings.extend(policies::of(context, &gateway));
        findings.extend(rollouts::of(&gateway));
        findings.extend(dns::of(context, &gateway));
        findings.extend(twins(context, &gateway));
    }
    findings
}

/// Other Services for the same pods that lead a port elsewhere.
fn twins(context: &Context<'_>, gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    let own = gateway.service;
    if !translates_ports(own) {
        return Vec::new();
    }
    let labels = gateway.labels();
    let others = context.of_kind("Service").filter(|other| {
        let selector = &other.value["spec"]["selector"];
        !std::ptr::eq(*other, own)
            && other.api_version() == "v1"
            && namespace_of(other) == namespace_of(own)
            && labels.iter().any(|labels| selects(selector, labels))
    });
    let mut findings = Vec::new();
    for other in others.filter(|other| translates_ports(other)) {
        let pods = context.pods(own);
        for number in gateway.ports() {
            let pod_port = |service| pods.resolve(target_port(service, number)?);
            if let (Some(here), Some(there)) = (pod_port(own), pod_port(other))
                && here != there
            {
                findings.extend(twin(own, other, number, [here, there]));
            }
        }
    }
    findings
}

fn twin(own: &Object, other: &Object, number: u64, [here, there]: [u64; 2]) -> Option<Finding> {
    let ages = (age(own), age(other));
    let is_known = !ages.0.is_empty() && !ages.1.is_empty();
    if is_known && ages.0 < ages.1 {
        return None;
    }
    let other = other.full_name();
    let older = match is_known {
        true => format!("of {other}, the older Service"),
        false => "of the older Service".to_owned(),
    };
    let message = format!(
        "port {number} has target port {here}, and in Service {other} it has target port {there}, for the same pods: istiod opens only \
         the target port {older}"
    );
    let finding = about(own, &ALB125, message).field("/spec/ports");
    Some(if is_known { finding } else { finding.severity(Severity::Warning) })
}

/// The target port of a Service's TCP port.
fn target_port(service: &Object, number: u64) -> Option<&Value> {
    let port = ports(&service.value).iter().find(|port| port["port"] == number && is_tcp(port))?;
    Some(if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] })
}
