//! What the annotation `proxy.istio.io/config` says about a gateway's proxy. What `meshConfig.defaultConfig` says for the whole
//! mesh is not in a chart's manifests.

use serde_json::Value;

use kubernetes_objects::Object;
use manifest_yaml::Tree;

/// The annotation that configures a proxy. It is read from the pods (Istio pilot/pkg/model/proxy_config.go:57).
pub const PROXY_CONFIG: &str = "proxy.istio.io/config";

/// How long Envoy drains unless it is said (Istio pkg/config/mesh/mesh.go:45).
pub const DEFAULT_DRAIN_SECONDS: f64 = 5.0;

/// What it says, as far as it matters behind an ALB.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProxyConfig {
    /// `gatewayTopology.numTrustedProxies`.
    pub trusted_proxies: Option<u64>,
    /// Whether `gatewayTopology.proxyProtocol` is there.
    pub expects_proxy_protocol: bool,
    /// `terminationDrainDuration`, in seconds.
    pub drain_seconds: Option<f64>,
}

impl ProxyConfig {
    /// What the pods of a workload are told.
    #[must_use]
    pub fn of_pods(workload: &Object) -> Self {
        let annotations = &workload.value["spec"]["template"]["metadata"]["annotations"];
        annotations[PROXY_CONFIG].as_str().map(Self::read).unwrap_or_default()
    }

    /// Reads the text of the annotation, which is YAML. What is none says nothing.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let value = Tree::parse(text).and_then(|tree| tree.value()).unwrap_or_default();
        let topology = &value["gatewayTopology"];
        ProxyConfig {
            trusted_proxies: topology["numTrustedProxies"].as_u64(),
            expects_proxy_protocol: !topology["proxyProtocol"].is_null(),
            drain_seconds: value["terminationDrainDuration"].as_str().and_then(seconds),
        }
    }
}

/// A duration as protobuf writes it: `30s`, `1.5s`.
fn seconds(text: &str) -> Option<f64> {
    text.strip_suffix('s')?.parse().ok()
}

/// The configuration that an object itself has, where no proxy reads it: a Service, or a workload beside its pods.
#[must_use]
pub fn misplaced(object: &Object) -> Option<ProxyConfig> {
    object.annotation(PROXY_CONFIG).map(ProxyConfig::read)
}

/// A variable of the containers of a workload's pods.
#[must_use]
pub fn variable<'o>(workload: &'o Object, name: &str) -> Option<&'o str> {
    let containers = workload.value["spec"]["template"]["spec"]["containers"].as_array();
    let of_container = |container: &'o Value| container["env"].as_array().into_iter().flatten();
    let mut variables = containers.into_iter().flatten().flat_map(of_container);
    variables.find(|variable| variable["name"] == name)?["value"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_yaml() {
        let said = |trusted, proxy, drain| ProxyConfig {
            trusted_proxies: trusted,
            expects_proxy_protocol: proxy,
            drain_seconds: drain,
        };
        for (text, expected) in [
            ("", said(None, false, None)),
            ("{\"gatewayTopology\": {\"numTrustedProxies\": 1}}", said(Some(1), false, None)),
            ("gatewayTopology:\n  numTrustedProxies: 2\n  proxyProtocol: {}\n", said(Some(2), true, None)),
            ("# numTrustedProxies: 1\nterminationDrainDuration: 30s\n", said(None, false, Some(30.0))),
            ("terminationDrainDuration: 1m", said(None, false, None)),
            ("{", said(None, false, None)),
        ] {
            assert_eq!(ProxyConfig::read(text), expected, "{text}");
        }
    }
}
