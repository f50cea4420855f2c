//! What the gateway's proxies are told about what stands in front of them.

use crate::finding::{Finding, rules};
use crate::istio::pods::selects;
use crate::istio::proxy_config::{PROXY_CONFIG, ProxyConfig, misplaced};
use crate::lint::context::{Context, about, pointer};
use crate::lint::facts::gateways::{GatewayBehind, selector_of};
use crate::migrate::rules::ALB057;
use kubernetes_objects::object::Object;

rules! {
    ALB058 Info "trusted-proxies-not-said" {
        summary: "the gateway's pods are not told how many proxies are in front of them",
        explanation: "Behind an ALB there is one proxy in front of the gateway. Unless it is told so, Istio trusts no \
            `X-Forwarded-For` and overwrites `X-Forwarded-Proto`: the client's address is that of the ALB or of a node, the \
            application sees `http`, and a `tls.httpsRedirect` in a Gateway loops. It may also be said for the whole mesh \
            (`meshConfig.defaultConfig`), which a chart does not show. Policies by address then want `remoteIpBlocks`, \
            not `ipBlocks` (ALB122).",
        help: "set the annotation `proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'` on the \
            gateway's pods (`podAnnotations` in the chart's values)",
        source: "Istio pilot/pkg/networking/core/gateway.go:673-741; \
            https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/",
    }
    ALB123 Warning "proxy-config-not-on-the-pods" {
        summary: "`proxy.istio.io/config` is where no proxy reads it: on the Service, or on the Deployment itself",
        explanation: "Istio reads the annotation from the pods. On a Service, a Gateway or beside the pod template of a \
            Deployment it has no effect, and nothing says so: `numTrustedProxies` that is written there leaves the \
            gateway without the client's address.",
        help: "move it to the pods: `podAnnotations` in the chart's values, not `service.annotations` or `annotations`",
        source: "Istio pilot/pkg/model/proxy_config.go:57 (node metadata, from the annotations of the pod); \
            https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/",
    }
}

/// What its pods and filters make it expect, and what they do not hear of.
pub(super) fn of(context: &Context<'_>, gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    let filters = context.of_kind("EnvoyFilter");
    let mut findings: Vec<Finding> = filters.filter_map(|filter| filtered(filter, gateway.service)).collect();
    findings.extend(gateway.workloads.iter().filter_map(|workload| pod(workload)));
    findings.extend(unread(gateway));
    findings
}

/// An EnvoyFilter that makes the gateway expect the PROXY protocol.
fn filtered(filter: &Object, service: &Object) -> Option<Finding> {
    let spec = &filter.value["spec"];
    let selector = &spec["workloadSelector"]["labels"];
    let is_for_it = !selector.is_object() || selects(selector, selector_of(service));
    (is_for_it && spec.to_string().contains("envoy.filters.listener.proxy_protocol")).then(|| {
        let message = "it makes the gateway expect the PROXY protocol, which an ALB does not speak";
        about(filter, &ALB057, message).field("/spec")
    })
}

/// What the pods of the gateway expect of the proxies in front of them.
fn pod(workload: &Object) -> Option<Finding> {
    let config = ProxyConfig::of_pods(workload);
    let finding = if config.expects_proxy_protocol {
        about(
            workload,
            &ALB057,
            "gatewayTopology.proxyProtocol makes the gateway expect the PROXY protocol, which an ALB does not speak",
        )
    } else if config.trusted_proxies.is_none() {
        about(
            workload,
            &ALB058,
            "numTrustedProxies is not set: the gateway takes the address of the ALB for the client's",
        )
    } else {
        return None;
    };
    Some(finding.field("/spec/template/metadata/annotations"))
}

/// Annotations that no proxy reads, unless the pods have the same.
fn unread(gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    let of_pods: Vec<ProxyConfig> = gateway.workloads.iter().map(|workload| ProxyConfig::of_pods(workload)).collect();
    let places = std::iter::once(&gateway.service).chain(&gateway.workloads).chain(&gateway.gateways);
    let unread = places.filter(|object| {
        let here = misplaced(object);
        here.is_some_and(|here| of_pods.is_empty() || of_pods.iter().any(|of_pods| *of_pods != here))
    });
    let message = format!("{PROXY_CONFIG} has no effect here: it is read from the pods");
    unread.map(|object| about(object, &ALB123, message.clone()).field(pointer(PROXY_CONFIG))).collect()
}
