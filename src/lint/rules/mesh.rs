//! Rules about Istio's own objects in the stream: Gateways, filters and the gateway's pods, as far as they are there. They are
//! hints: most of Istio's configuration is applied apart from the chart.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::finding::{Finding, rules};
use crate::lint::context::{Context, about, is_gateway, namespace_of};
use crate::lint::facts::targets::targets;
use crate::migrate::rules::ALB057;
use kubernetes_objects::object::Object;

/// The annotation that configures a proxy.
const PROXY_CONFIG: &str = "proxy.istio.io/config";

rules! {
    ALB058 Info "trusted-proxies-not-said" {
        summary: "the gateway's pods do not say how many proxies stand in front of them",
        explanation: "Behind an ALB one proxy stands in front of the gateway. Unless it is told so Istio trusts no \
            `X-Forwarded-For` and overwrites `X-Forwarded-Proto`: the client's address is that of the ALB, and a \
            redirect to HTTPS in a VirtualService loops. It may also be said for the whole mesh \
            (`meshConfig.defaultConfig`), which a chart does not show. Policies by address then want `remoteIpBlocks`, \
            not `ipBlocks`.",
        help: "set the annotation `proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'` on the \
            gateway's pods (`podAnnotations` in the chart's values)",
        source: "Istio pilot/pkg/networking/core/gateway.go:673-741; \
            https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/",
    }
    ALB063 Warning "gateway-not-for-an-alb" {
        summary: "a Gateway in the stream that does not go with an ALB in front",
        explanation: "An ALB sends no SNI to its targets, ends TLS itself, and has no client certificate. On the port \
            that it leads to, a Gateway server with TLS needs a host `*`, or Envoy finds no filter chain and resets \
            the connection; `PASSTHROUGH`, `AUTO_PASSTHROUGH` and `MUTUAL` can't work. `tls.httpsRedirect` on a \
            clear-text port that the ALB leads to redirects for ever: what arrives there is always clear text.",
        help: "in that server use `hosts: [\"*\"]` with `tls.mode: SIMPLE` and choose by host in the VirtualServices; \
            redirect on the ALB (`ssl-redirect`) instead of in the Gateway",
        source: "Istio pilot/pkg/model/gateway.go:564-579; \
            https://istio.io/latest/docs/ops/common-problems/network-issues/#configuring-sni-routing-when-not-sending-sni",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut ways: BTreeMap<*const Object, (&Object, BTreeSet<u64>)> = BTreeMap::new();
    for ingress in context.ingresses() {
        for target in targets(context, ingress) {
            let port = target.service_port().and_then(|port| port["port"].as_u64());
            if let (Some(service), Some(port)) = (target.service, port)
                && is_gateway(service)
            {
                let way = ways.entry(service).or_insert((service, BTreeSet::new()));
                way.1.insert(port);
            }
        }
    }
    if ways.is_empty() {
        return findings;
    }
    let proxy_protocol: Vec<&Object> = context
        .of_kind("EnvoyFilter")
        .filter(|filter| {
            let text = filter.value["spec"].to_string();
            text.contains("envoy.filters.listener.proxy_protocol")
        })
        .collect();
    let workloads = ["Deployment", "DaemonSet"].into_iter().flat_map(|kind| context.of_kind(kind));
    let workloads = Labelled::new(workloads, |workload| &workload.value["spec"]["template"]["metadata"]["labels"]);
    let services = ways.values().map(|(service, _)| *service);
    for service in services.clone() {
        let filters = proxy_protocol.iter();
        findings.extend(filters.filter_map(|filter| filtered(filter, service)));
        let pods = workloads.selected(selector_of(service)).into_iter();
        let ours = pods.filter(|pod| namespace_of(pod) == namespace_of(service));
        findings.extend(ours.filter_map(pod));
    }
    let services = Labelled::new(services, selector_of);
    for gateway in context.of_kind("Gateway") {
        if gateway.api_version().starts_with("networking.istio.io/") {
            for service in services.selected(&gateway.value["spec"]["selector"]) {
                let (_, ports) = &ways[&std::ptr::from_ref(service)];
                for port in ports {
                    findings.extend(servers(gateway, *port));
                }
            }
        }
    }
    findings
}

/// The labels of a Service's pods.
fn selector_of(service: &Object) -> &Value {
    &service.value["spec"]["selector"]
}

/// Objects by their labels, so that selecting from many need not go through all.
struct Labelled<'s> {
    objects: Vec<(&'s Object, &'s Value)>,
    by_label: BTreeMap<(&'s str, String), Vec<usize>>,
}

impl<'s> Labelled<'s> {
    fn new(objects: impl Iterator<Item = &'s Object>, labels: fn(&Object) -> &Value) -> Self {
        let objects: Vec<_> = objects.map(|object| (object, labels(object))).collect();
        let mut by_label: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
        for (at, (_, labels)) in objects.iter().enumerate() {
            for (key, value) in labels.as_object().into_iter().flatten() {
                let label = (key.as_str(), value.to_string());
                by_label.entry(label).or_default().push(at);
            }
        }
        Labelled { objects, by_label }
    }

    /// Those that have every label of a selector. A selector without labels selects nothing here.
    fn selected(&self, selector: &Value) -> Vec<&'s Object> {
        let wanted = selector.as_object().into_iter().flatten();
        let with_label = wanted.map(|(key, value)| {
            let found = self.by_label.get(&(key.as_str(), value.to_string()));
            found.map_or(&[][..], Vec::as_slice)
        });
        let fewest = with_label.min_by_key(|found| found.len()).unwrap_or(&[]);
        let objects = fewest.iter().map(|at| &self.objects[*at]);
        objects.filter(|(_, labels)| selects(selector, labels)).map(|(object, _)| *object).collect()
    }
}

/// An EnvoyFilter that makes the gateway expect the PROXY protocol.
fn filtered(filter: &Object, service: &Object) -> Option<Finding> {
    let selector = &filter.value["spec"]["workloadSelector"]["labels"];
    let everywhere = !selector.is_object();
    (everywhere || selects(selector, selector_of(service))).then(|| {
        let message = "it makes the gateway expect the PROXY protocol, which an ALB does not speak";
        about(filter, &ALB057, message).field("/spec")
    })
}

/// What the pods of the gateway expect of the proxies in front of them.
fn pod(workload: &Object) -> Option<Finding> {
    let annotations = &workload.value["spec"]["template"]["metadata"]["annotations"];
    let config = annotations[PROXY_CONFIG].as_str().unwrap_or_default();
    let finding = if config.contains("proxyProtocol") {
        about(
            workload,
            &ALB057,
            "gatewayTopology.proxyProtocol makes the gateway expect the PROXY protocol, which an ALB does not speak",
        )
    } else if !config.contains("numTrustedProxies") {
        about(workload, &ALB058, "numTrustedProxies is not said: the client's address is taken to be that of the ALB")
    } else {
        return None;
    };
    Some(finding.field("/spec/template/metadata/annotations"))
}

/// The servers of a Gateway on the port that an ALB leads to.
fn servers(gateway: &Object, port: u64) -> Vec<Finding> {
    let servers = gateway.value["spec"]["servers"].as_array();
    let mut findings = Vec::new();
    for (at, server) in servers.into_iter().flatten().enumerate() {
        if server["port"]["number"].as_u64() != Some(port) {
            continue;
        }
        if let Some(message) = unfit(server) {
            let message = format!("the server on port {port} {message}");
            let finding = about(gateway, &ALB063, message);
            findings.push(finding.field(format!("/spec/servers/{at}")));
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
    let hosts: Vec<&str> = server["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    // A host may have a namespace before it: `shop/*`.
    let any = hosts.iter().any(|host| host.rsplit('/').next() == Some("*"));
    (!any).then(|| format!("has the hosts {} and no `*`, and an ALB sends no SNI to choose by", hosts.join(", ")))
}

/// Whether every label of a selector is among the labels. A selector without labels selects nothing here.
fn selects(selector: &Value, labels: &Value) -> bool {
    selector.as_object().is_some_and(|selector| {
        !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
    })
}
