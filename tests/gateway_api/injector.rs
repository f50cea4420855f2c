//! The ConfigMap from which istiod takes the template of what it makes from a Gateway.

use super::istiod::{ROOT, Release, apply};
use crate::support::cluster::Cluster;
use crate::support::tools::istio;
use serde_json::{Value, json};

/// Writes it, as the chart `istiod` of a release would, with the template for Gateways alone.
pub fn write(cluster: &Cluster, release: Release) {
    let file = |name: &str| std::fs::read_to_string(istio(release.name).join(name)).unwrap();
    let values: Value = serde_yaml::from_str(&file("values.yaml")).unwrap();
    let mut values = values["_internal_defaults_do_not_set"].clone();
    values["global"]["hub"] = json!("docker.io/istio");
    values["global"]["tag"] = json!(release.name);
    values["pilot"] = json!({"cni": values["cni"], "env": values["env"]});
    let config = json!({
        "policy": "enabled", "defaultTemplates": ["sidecar"],
        "templates": {"sidecar": "spec: {}", "kube-gateway": file("kube-gateway.yaml")},
    });
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "istio-sidecar-injector", "namespace": ROOT},
        "data": {"values": values.to_string(), "config": config.to_string()},
    });
    cluster.has_namespace(ROOT);
    apply(cluster, map.to_string().as_bytes());
}
