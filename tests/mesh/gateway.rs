//! Istio's gateway: pilot-agent and Envoy, as they run in the container of a pod.

use super::http::get_plain;
use super::istiod::{DISCOVERY, Istiod, apply, ask};
use super::process::Process;
use super::sandbox::POD;
use crate::support::command;
use crate::support::tools::{Tool, istio};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// What the agent says when Envoy did not take all that istiod sent.
const REFUSED: &str = "config received from XDS server, but was rejected";

/// A pod that is played: its object is there, and says that it runs.
#[derive(Debug, Clone)]
pub struct Pod {
    pub namespace: String,
    pub name: String,
    service_account: String,
    template: Value,
}

impl Pod {
    /// The pod of a workload.
    pub fn of(workload: &Value) -> Pod {
        let template = workload["spec"]["template"].clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let service_account = text(&template["spec"]["serviceAccountName"]);
        Pod {
            namespace: text(&workload["metadata"]["namespace"]),
            name: format!("{}-0", text(&workload["metadata"]["name"])),
            service_account: if service_account.is_empty() { "default".into() } else { service_account },
            template,
        }
    }

    pub fn labels(&self) -> &Value {
        &self.template["metadata"]["labels"]
    }

    /// Makes the object, as the controller of its workload and a kubelet would.
    pub fn create(&self, istiod: &Istiod) {
        let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": self.template["metadata"]});
        pod["spec"] = self.template["spec"].clone();
        pod["metadata"]["name"] = json!(self.name);
        pod["metadata"]["namespace"] = json!(self.namespace);
        apply(istiod.cluster, pod.to_string().as_bytes());
        let address = POD.to_string();
        let status = json!({"status": {
            "phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        }});
        let patch = status.to_string();
        let arguments =
            ["patch", "pod", &self.name, "--namespace", &self.namespace, "--subresource=status", "--patch", &patch];
        ask(istiod.cluster, &arguments);
    }

    /// The slice that the controller of endpoints would make of a Service that leads to it.
    pub fn endpoints(&self, service: &Value) -> Value {
        let name = &service["metadata"]["name"];
        let ports = service["spec"]["ports"].as_array().into_iter().flatten();
        let ports =
            ports.map(|port| json!({"name": port["name"], "port": self.port(port), "protocol": port["protocol"]}));
        json!({
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": name, "namespace": self.namespace, "labels": {"kubernetes.io/service-name": name},
            },
            "addressType": "IPv4",
            "ports": ports.filter(|port| !port["port"].is_null()).collect::<Vec<_>>(),
            "endpoints": [{
                "addresses": [POD.to_string()], "conditions": {"ready": true},
                "targetRef": {"kind": "Pod", "name": self.name, "namespace": self.namespace},
            }],
        })
    }

    /// The number that the target port of a Service's port has here.
    pub fn port(&self, port: &Value) -> Option<u16> {
        let number = |value: &Value| value.as_u64().and_then(|number| u16::try_from(number).ok());
        let name = match &port["targetPort"] {
            Value::Null => return number(&port["port"]),
            Value::String(name) => name,
            target => return number(target),
        };
        let containers = self.template["spec"]["containers"].as_array().into_iter().flatten();
        let mut ports = containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
        ports.find(|declared| declared["name"] == *name).and_then(|declared| number(&declared["containerPort"]))
    }

    /// The first port that its processes may bind.
    fn first_port(&self) -> &str {
        let security = &self.template["spec"]["securityContext"];
        let sysctls = security["sysctls"].as_array().into_iter().flatten();
        let mut set = sysctls.filter(|sysctl| sysctl["name"] == "net.ipv4.ip_unprivileged_port_start");
        set.next().and_then(|sysctl| sysctl["value"].as_str()).unwrap_or("1024")
    }

    fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        let containers = self.template["spec"]["containers"].as_array().into_iter().flatten();
        let variables = containers.flat_map(|container| container["env"].as_array().into_iter().flatten());
        variables.filter_map(|variable| variable["name"].as_str().zip(variable["value"].as_str()))
    }
}

/// A running gateway. One runs at a time.
pub struct Gateway {
    process: Process,
    _folder: TempDir,
}

impl Gateway {
    /// Starts the gateway of a pod. Istio's agent says that it is ready, or that Envoy refused what istiod sent: then it never
    /// will be.
    pub fn start(istiod: &Istiod, pod: &Pod) -> Result<Gateway, String> {
        let folder = tempfile::tempdir().unwrap();
        write_container(istiod, pod, folder.path());
        std::fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", pod.first_port()).unwrap();
        let process = Process::start(agent(istiod, pod, folder.path()), folder.path());
        let mut gateway = Gateway { process, _folder: folder };
        let log = gateway.process.log_file();
        gateway.until("the gateway is ready", || {
            let is_refused = || std::fs::read_to_string(&log).is_ok_and(|log| log.contains(REFUSED));
            (is_ready() || is_refused()).then_some(())
        })?;
        Ok(gateway)
    }

    /// Whether Istio's agent says that it is ready.
    pub fn is_ready(&self) -> bool {
        is_ready()
    }

    /// Waits until something is there.
    pub fn until<T>(&mut self, what: &str, found: impl FnMut() -> Option<T>) -> Result<T, String> {
        self.process.until(what, found)
    }
}

fn is_ready() -> bool {
    get_plain(&format!("{POD}:15021"), "/healthz/ready") == Some(200)
}

/// What the kubelet mounts into the container.
fn write_container(istiod: &Istiod, pod: &Pod, folder: &Path) {
    let token = ["create", "token", &pod.service_account, "--namespace", &pod.namespace, "--audience", "istio-ca"];
    let lines = |map: &Value| {
        let entries = map.as_object().into_iter().flatten();
        entries.map(|(key, value)| format!("{key}={value}\n")).collect::<String>()
    };
    let metadata = &pod.template["metadata"];
    for (file, text) in [
        ("var/run/secrets/tokens/istio-token", ask(istiod.cluster, &token).trim().to_owned()),
        ("var/run/secrets/istio/root-cert.pem", istiod.root_certificate()),
        ("etc/istio/pod/labels", lines(&metadata["labels"])),
        ("etc/istio/pod/annotations", lines(&metadata["annotations"])),
        ("etc/istio/proxy/empty", String::new()),
    ] {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn agent(istiod: &Istiod, pod: &Pod, folder: &Path) -> std::process::Command {
    // What the pod's own annotation says comes on top.
    let config = json!({"discoveryAddress": DISCOVERY, "binaryPath": Tool::Envoy.path(), "concurrency": 1});
    // Without the privilege that containers of Istio don't have.
    let mut agent = command("setpriv", folder);
    agent
        .args(["--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"])
        .arg(Tool::PilotAgent.path())
        .args(["proxy", "router", "--domain", &format!("{}.svc.cluster.local", pod.namespace)])
        .args(["--proxyLogLevel", "warning"])
        .envs([("POD_NAME", pod.name.as_str()), ("POD_NAMESPACE", &pod.namespace)])
        .envs([("SERVICE_ACCOUNT", pod.service_account.as_str()), ("ISTIO_META_CLUSTER_ID", "Kubernetes")])
        .envs([("INSTANCE_IP", POD.to_string()), ("PROXY_CONFIG", config.to_string())])
        .env("ISTIO_META_WORKLOAD_NAME", &pod.service_account)
        .env("CA_ADDR", DISCOVERY)
        .env("ISTIO_BOOTSTRAP", istio(istiod.release.name).join("envoy_bootstrap.json"))
        .envs(pod.environment());
    agent
}
