//! istiod, as one program of its own beside an API server.

use super::process::Process;
use crate::support::cluster::Cluster;
use crate::support::tools::{Need, Tool, cache, istio};
use crate::support::{command, give, shown};
use std::path::Path;
use tempfile::TempDir;

/// The namespace of istiod and of what holds for the whole mesh.
pub const ROOT: &str = "istio-system";
/// Where it gives proxies their configuration.
pub const DISCOVERY: &str = "localhost:15012";
/// Where it says that it is ready, and answers questions. Not 8080, on which gateways listen.
const HTTP: &str = "127.0.0.1:18080";

/// A release of Istio, and the release of the Gateway API that it is for.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    pub name: &'static str,
    tool: Tool,
    gateway_api: &'static str,
}

/// The newest.
pub const NEWEST: Release = Release { name: "20260827", tool: Tool::Istiod, gateway_api: "1.6.0" };

/// An older one, for `tests/gateway_api.rs`.
#[allow(dead_code)]
pub const OLDER: Release = Release { name: "1.29.1", tool: Tool::Istiod129, gateway_api: "1.4.0" };

impl Release {
    /// What it takes to run it.
    pub fn needs(self) -> Vec<Need> {
        let tools = Tool::CLUSTER.into_iter().chain([self.tool]).map(Need::Tool);
        tools.chain([Need::Istio(self.name)]).collect()
    }
}

/// A running istiod. One runs at a time.
pub struct Istiod {
    pub cluster: &'static Cluster,
    pub release: Release,
    _process: Process,
    _folder: TempDir,
}

impl Istiod {
    /// Makes the resources of Istio and of the Gateway API known, and starts istiod; it is ready.
    pub fn start(cluster: &'static Cluster, release: Release) -> Istiod {
        cluster.has_namespace(ROOT);
        apply(cluster, &std::fs::read(istio(release.name).join("crd-all.gen.yaml")).unwrap());
        let gateway_api = cache().join("mesh").join(format!("gateway-api-{}.yaml", release.gateway_api));
        apply(cluster, &std::fs::read(gateway_api).unwrap());
        ask(cluster, &["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);

        let folder = tempfile::tempdir().unwrap();
        let mut process = Process::start(discovery(cluster, release, folder.path()), folder.path());
        let is_ready = || super::http::get_plain(HTTP, "/ready").filter(|status| *status == 200);
        process.until("istiod is ready", is_ready).unwrap();
        Istiod { cluster, release, _process: process, _folder: folder }
    }

    /// The certificate of the authority by which proxies know istiod.
    pub fn root_certificate(&self) -> String {
        let query = "jsonpath={.data.root-cert\\.pem}";
        let arguments = ["get", "configmap", "istio-ca-root-cert", "--namespace", ROOT, "--output", query];
        // Its own controller writes it, as soon as it has looked at the namespaces.
        for _ in 0..600 {
            let output = self.cluster.kubectl(&arguments).output().unwrap();
            if output.status.success() && !output.stdout.is_empty() {
                return String::from_utf8(output.stdout).unwrap();
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("istiod writes no ConfigMap with its root certificate");
    }
}

fn discovery(cluster: &Cluster, release: Release, folder: &Path) -> std::process::Command {
    std::fs::write(folder.join("mesh.yaml"), format!("rootNamespace: {ROOT}\ntrustDomain: cluster.local\n")).unwrap();
    let mut discovery = command(release.tool.path(), folder);
    discovery
        .args(["discovery", "--meshConfig", "mesh.yaml", "--httpAddr", HTTP, "--kubeconfig"])
        .arg(cluster.kubeconfig())
        .args(["--grpcAddr", "127.0.0.1:15010", "--secureGRPCAddr", "127.0.0.1:15012"])
        .args(["--httpsAddr", "127.0.0.1:15017", "--monitoringAddr", "127.0.0.1:15014"])
        .envs([("POD_NAMESPACE", ROOT), ("POD_NAME", "istiod"), ("SERVICE_ACCOUNT", "istiod")])
        // The name in its certificate.
        .env("ISTIOD_CUSTOM_HOST", "localhost")
        // One that starts after another need not wait for the other's lease to end.
        .env("ENABLE_LEADER_ELECTION", "false")
        // Nobody calls webhooks here.
        .envs([("INJECTION_WEBHOOK_CONFIG_NAME", ""), ("VALIDATION_WEBHOOK_CONFIG_NAME", "")])
        // Filters that Istio's Envoy has and the upstream one has not.
        .envs([("PILOT_ENABLE_METADATA_EXCHANGE", "false"), ("PILOT_ENABLE_ALPN_FILTER", "false")]);
    discovery
}

/// What kubectl prints; it must succeed.
pub fn ask(cluster: &Cluster, arguments: &[&str]) -> String {
    let output = cluster.kubectl(arguments).output().unwrap();
    assert!(output.status.success(), "kubectl {}: {}", arguments.join(" "), shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Applies manifests, if there are any.
pub fn apply(cluster: &Cluster, manifests: &[u8]) {
    if manifests.is_empty() {
        return;
    }
    let kubectl = cluster.kubectl(&["apply", "--server-side", "--force-conflicts", "--filename", "-"]);
    let output = give(kubectl, manifests);
    assert!(output.status.success(), "{}\n{}", shown(&output), String::from_utf8_lossy(manifests));
}
