//! Rules about Istio's own objects in the stream: Gateways, filters and the gateway's pods, as far as they are there. They are
//! hints: most of Istio's configuration is applied apart from the chart.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use super::backends::targets;
use super::migration::ALB057;
use super::scene::{Scene, about, is_gateway, namespace_of};
use super::{Finding, Rule, Severity};
use crate::manifest::Object;

/// The annotation that configures a proxy.
const PROXY_CONFIG: &str = "proxy.istio.io/config";

/// The client's address is lost.
pub static ALB058: Rule = Rule {
    id: "ALB058",
    name: "trusted-proxies-not-said",
    severity: Severity::Info,
    summary: "the gateway's pods do not say how many proxies stand in front of them",
    explanation: "Behind an ALB one proxy stands in front of the gateway. Unless it is told so Istio trusts no \
`X-Forwarded-For` and overwrites `X-Forwarded-Proto`: the client's address is that of the ALB, and a redirect to HTTPS in a \
VirtualService loops. It may also be said for the whole mesh (`meshConfig.defaultConfig`), which a chart does not show. \
Policies by address then want `remoteIpBlocks`, not `ipBlocks`.",
    help: "set the annotation `proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'` on the gateway's pods \
(`podAnnotations` in the chart's values)",
    source: "Istio pilot/pkg/networking/core/gateway.go:673-741; https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/",
};

/// A Gateway that an ALB can't talk to.
pub static ALB063: Rule = Rule {
    id: "ALB063",
    name: "gateway-not-for-an-alb",
    severity: Severity::Warning,
    summary: "a Gateway in the stream that does not go with an ALB in front",
    explanation: "An ALB sends no SNI to its targets, ends TLS itself, and has no client certificate. On the port that it leads \
to, a Gateway server with TLS needs a host `*`, or Envoy finds no filter chain and resets the connection; `PASSTHROUGH`, \
`AUTO_PASSTHROUGH` and `MUTUAL` can't work. `tls.httpsRedirect` on a clear-text port that the ALB leads to redirects for ever: \
what arrives there is always clear text.",
    help: "in that server use `hosts: [\"*\"]` with `tls.mode: SIMPLE` and choose by host in the VirtualServices; redirect on the \
ALB (`ssl-redirect`) instead of in the Gateway",
    source: "Istio pilot/pkg/model/gateway.go:564-579; https://istio.io/latest/docs/ops/common-problems/network-issues/#configuring-sni-routing-when-not-sending-sni",
};

/// The rules of this module.
pub static RULES: [&Rule; 2] = [&ALB058, &ALB063];

/// All of them, for each gateway that an Ingress leads to, once.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut ways: Vec<(&Object, u64)> = Vec::new();
    let mut seen = BTreeSet::new();
    for subject in scene.ours() {
        for target in targets(scene, subject) {
            let port = target.service_port().and_then(|port| port["port"].as_u64());
            if let (Some(service), Some(port)) = (target.service, port)
                && is_gateway(service)
                && seen.insert((std::ptr::from_ref(service), port))
            {
                ways.push((service, port));
            }
        }
    }
    let filters: Vec<&Object> = scene
        .of_kind("EnvoyFilter")
        .filter(|filter| {
            let text = filter.value["spec"].to_string();
            text.contains("envoy.filters.listener.proxy_protocol")
        })
        .collect();
    let mut services = BTreeSet::new();
    for (service, port) in &ways {
        if services.insert(std::ptr::from_ref(*service)) {
            findings.extend(
                filters
                    .iter()
                    .filter_map(|filter| proxy_protocol(filter, service)),
            );
            findings.extend(pods(scene, service));
        }
        findings.extend(gateways(scene, service, *port));
    }
    findings
}

/// An EnvoyFilter that makes the gateway expect the PROXY protocol.
fn proxy_protocol(filter: &Object, service: &Object) -> Option<Finding> {
    let selector = &filter.value["spec"]["workloadSelector"]["labels"];
    let everywhere = !selector.is_object();
    (everywhere || selects(selector, &service.value["spec"]["selector"])).then(|| {
        let message = "it makes the gateway expect the PROXY protocol, which an ALB does not speak";
        about(filter, &ALB057, message).field("/spec")
    })
}

/// What the gateway's pods are told about the proxies in front of them.
fn pods<'s>(scene: &'s Scene<'_>, service: &'s Object) -> impl Iterator<Item = Finding> + 's {
    ["Deployment", "DaemonSet"]
        .into_iter()
        .flat_map(|kind| scene.of_kind(kind))
        .filter_map(move |workload| {
            let template = &workload.value["spec"]["template"]["metadata"];
            let ours = namespace_of(workload) == namespace_of(service)
                && selects(&service.value["spec"]["selector"], &template["labels"]);
            let config = template["annotations"][PROXY_CONFIG]
                .as_str()
                .unwrap_or_default();
            if !ours {
                None
            } else if config.contains("proxyProtocol") {
                Some(about(
                    workload,
                    &ALB057,
                    "gatewayTopology.proxyProtocol makes the gateway expect the PROXY protocol, which an ALB does not speak",
                ))
            } else {
                (!config.contains("numTrustedProxies")).then(|| {
                    about(
                        workload,
                        &ALB058,
                        "numTrustedProxies is not said: the client's address is taken to be that of the ALB",
                    )
                })
            }
            .map(|finding| finding.field("/spec/template/metadata/annotations"))
        })
}

/// The servers of Gateways on the port that an ALB leads to.
fn gateways(scene: &Scene<'_>, service: &Object, port: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    for gateway in scene.of_kind("Gateway") {
        if !gateway.api_version().starts_with("networking.istio.io/")
            || !selects(
                &gateway.value["spec"]["selector"],
                &service.value["spec"]["selector"],
            )
        {
            continue;
        }
        let servers = gateway.value["spec"]["servers"].as_array();
        for (at, server) in servers.into_iter().flatten().enumerate() {
            if server["port"]["number"].as_u64() != Some(port) {
                continue;
            }
            if let Some(message) = unfit(server) {
                findings.push(
                    about(
                        gateway,
                        &ALB063,
                        format!("the server on port {port} {message}"),
                    )
                    .field(format!("/spec/servers/{at}")),
                );
            }
        }
    }
    findings
}

/// Why an ALB can't lead to a server of a Gateway.
fn unfit(server: &Value) -> Option<String> {
    let tls = &server["tls"];
    if tls["httpsRedirect"] == true {
        return Some("redirects to HTTPS (tls.httpsRedirect), for ever".to_owned());
    }
    if !matches!(server["port"]["protocol"].as_str(), Some("HTTPS" | "TLS")) {
        return None;
    }
    let mode = tls["mode"].as_str().unwrap_or("PASSTHROUGH");
    if mode != "SIMPLE" {
        return Some(format!("has tls.mode {mode}, and an ALB ends TLS itself"));
    }
    let hosts: Vec<&str> = server["hosts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    // A host may have a namespace before it: `shop/*`.
    let any = hosts
        .iter()
        .any(|host| host.rsplit('/').next() == Some("*"));
    (!any).then(|| {
        format!(
            "has the hosts {} and no `*`, and an ALB sends no SNI to choose by",
            hosts.join(", ")
        )
    })
}

/// Whether every label of a selector is among the labels. A selector without labels selects nothing here.
fn selects(selector: &Value, labels: &Value) -> bool {
    selector.as_object().is_some_and(|selector| {
        !selector.is_empty()
            && selector
                .iter()
                .all(|(key, value)| labels.get(key) == Some(value))
    })
}
