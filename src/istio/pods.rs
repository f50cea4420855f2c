//! The pods of a gateway, as far as their workload is in the stream, and the ports that they can listen on.
//!
//! istiod opens a gateway's listeners on the target ports of its Service. Pods that may not bind a port below 1024 must have
//! target ports above it: of a pod that says `ISTIO_META_UNPRIVILEGED_POD` istiod skips every lower one
//! (Istio pilot/pkg/networking/core/gateway.go:138), and where the kernel refuses the port Envoy takes no listener at all.

use serde_json::Value;

use crate::error::plain;
use kubernetes_objects::Object;

/// The kinds of workloads whose pods are looked at.
pub const WORKLOADS: [&str; 2] = ["Deployment", "DaemonSet"];
/// The variable by which a pod says that it can't bind ports below 1024.
pub const UNPRIVILEGED: &str = "ISTIO_META_UNPRIVILEGED_POD";
/// The first port that every process may bind.
const FIRST_UNPRIVILEGED: u64 = 1024;
/// The kernel's setting for another first port.
const SYSCTL: &str = "net.ipv4.ip_unprivileged_port_start";

/// The pods that a Service selects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pods<'o> {
    workloads: Vec<&'o Object>,
    /// The servers that Gateways have for them: number, port of the pods, Gateway.
    servers: Vec<(u64, Option<u64>, String)>,
}

/// Whether pods listen on a port, if the Service leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listens {
    /// They can bind it.
    Yes,
    /// They don't, for this reason.
    No(String),
    /// The stream does not show it.
    Unknown,
}

impl<'o> Pods<'o> {
    /// The pods of a Service: those of the workloads among the objects whose labels it selects.
    #[must_use]
    pub fn of(objects: impl IntoIterator<Item = &'o Object>, service: &Object) -> Self {
        let workloads = objects.into_iter().filter(|object| {
            WORKLOADS.contains(&object.kind())
                && !object.is_hook()
                && object.may_be_in(service.namespace())
                && selects(&service.value["spec"]["selector"], labels_of(object))
        });
        Pods { workloads: workloads.collect(), servers: Vec::new() }
    }

    /// The same with the servers of Gateways: number, port of the pods, Gateway.
    #[must_use]
    pub fn with_servers(self, servers: impl IntoIterator<Item = (u64, Option<u64>, String)>) -> Self {
        Pods { servers: servers.into_iter().collect(), ..self }
    }

    /// Whether the stream has none of their workloads.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.workloads.is_empty()
    }

    /// The labels of the pods of each workload.
    pub fn labels(&self) -> impl Iterator<Item = &'o Value> {
        self.workloads.iter().map(|workload| labels_of(workload))
    }

    /// Why the pods have no listener on a port, whatever the Service says.
    #[must_use]
    pub fn refuses(&self, number: u64) -> Option<String> {
        let unprivileged = self.workloads.iter().find(|workload| is_unprivileged(workload))?;
        (number < FIRST_UNPRIVILEGED).then(|| {
            format!("{UNPRIVILEGED} is \"true\" in {}, so istiod opens no port below 1024", unprivileged.reference())
        })
    }

    /// Whether the pods listen on a port if the Service leads to it, and not to the target port that was rendered.
    #[must_use]
    pub fn listens(&self, number: u64, rendered: &Value) -> Listens {
        if let Some(why) = self.refuses(number) {
            return Listens::No(why);
        }
        // A server for no port of the Service listens on its own number.
        let by_own_number =
            |(server, port, _): &&(u64, Option<u64>, String)| *rendered == *server && *port == Some(*server);
        if let Some((server, _, gateway)) = self.servers.iter().find(by_own_number)
            && self.servers.iter().all(|(server, ..)| *server != number)
        {
            return Listens::No(format!("{gateway} has a server on port {server}, and none on {number}"));
        }
        for workload in &self.workloads {
            let declared = declared_ports(workload);
            let has = |wanted: &Value| declared.iter().any(|(name, port)| wanted == *name || wanted == *port);
            if has(rendered) && !has(&Value::from(number)) {
                let reference = workload.reference();
                return Listens::No(format!(
                    "the containers of {reference} have port {} and not {number}",
                    plain(rendered)
                ));
            }
        }
        if self.may_bind(number) { Listens::Yes } else { Listens::Unknown }
    }

    /// Whether the stream shows that the pods may bind a port. Envoy binds those of its listeners, whatever ports the container
    /// declares.
    #[must_use]
    pub fn may_bind(&self, number: u64) -> bool {
        let may_bind = |workload: &&Object| {
            let declares = declared_ports(workload).iter().any(|(_, port)| **port == number);
            declares || number >= first_port(workload) || runs_as_root(workload)
        };
        !self.workloads.is_empty() && self.workloads.iter().all(may_bind)
    }

    /// The number that a target port has on the pods; `None` for a name that no container has in the stream.
    #[must_use]
    pub fn resolve(&self, target: &Value) -> Option<u64> {
        match target {
            Value::String(name) => self.workloads.iter().find_map(|workload| {
                let declared = declared_ports(workload);
                declared.iter().find(|(declared, _)| *declared == name).and_then(|(_, port)| port.as_u64())
            }),
            number => number.as_u64(),
        }
    }
}

/// Whether every label of a selector is among the labels. A selector without labels selects nothing here.
#[must_use]
pub fn selects(selector: &Value, labels: &Value) -> bool {
    selector.as_object().is_some_and(|selector| {
        !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
    })
}

/// The labels of a workload's pods.
fn labels_of(workload: &Object) -> &Value {
    &workload.value["spec"]["template"]["metadata"]["labels"]
}

fn containers(workload: &Object) -> impl Iterator<Item = &Value> {
    workload.value["spec"]["template"]["spec"]["containers"].as_array().into_iter().flatten()
}

/// The names and numbers of the container ports.
fn declared_ports(workload: &Object) -> Vec<(&Value, &Value)> {
    let ports = containers(workload).flat_map(|container| container["ports"].as_array().into_iter().flatten());
    ports.map(|port| (&port["name"], &port["containerPort"])).collect()
}

fn is_unprivileged(workload: &Object) -> bool {
    let mut variables = containers(workload).flat_map(|container| container["env"].as_array().into_iter().flatten());
    // The spellings of Go's strconv.ParseBool.
    let is_true = |value: &Value| matches!(value.as_str(), Some("1" | "t" | "T" | "true" | "TRUE" | "True"));
    variables.any(|variable| variable["name"] == UNPRIVILEGED && is_true(&variable["value"]))
}

/// The first port that the pods may bind without a privilege.
fn first_port(workload: &Object) -> u64 {
    let sysctls = workload.value["spec"]["template"]["spec"]["securityContext"]["sysctls"].as_array();
    let set = sysctls.into_iter().flatten().find(|sysctl| sysctl["name"] == SYSCTL);
    let start = set.and_then(|sysctl| plain(&sysctl["value"]).parse().ok());
    start.unwrap_or(FIRST_UNPRIVILEGED)
}

fn runs_as_root(workload: &Object) -> bool {
    let pod = &workload.value["spec"]["template"]["spec"]["securityContext"]["runAsUser"];
    containers(workload).any(|container| match &container["securityContext"]["runAsUser"] {
        Value::Null => *pod == 0,
        own => *own == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubernetes_objects::object;
    use manifest_yaml::stream::Stream;
    use serde_json::json;

    const SERVICE: &str =
        "apiVersion: v1\nkind: Service\nmetadata: {name: gw, namespace: edge}\nspec: {selector: {istio: gw}}\n";

    fn workload(kind: &str, pod: &str, container: &str) -> String {
        format!(
            "---\nkind: {kind}\nmetadata: {{name: gw, namespace: edge}}\nspec: {{template: {{metadata: {{labels: {{istio: gw, a: b}}}}, \
             spec: {{{pod}containers: [{{name: istio-proxy, {container}}}]}}}}}}\n"
        )
    }

    fn listens(workloads: &str, number: u64, rendered: Value) -> &'static str {
        let text = format!("{SERVICE}{workloads}");
        let objects = object::read_all(&Stream::split(&text)).objects;
        match Pods::of(&objects, &objects[0]).listens(number, &rendered) {
            Listens::Yes => "yes",
            Listens::No(_) => "no",
            Listens::Unknown => "unknown",
        }
    }

    #[test]
    fn the_stream_shows_where_pods_listen() {
        let unprivileged = |value: &str| format!("env: [{{name: ISTIO_META_UNPRIVILEGED_POD, value: {value}}}]");
        let sysctl = |value: &str| {
            format!("securityContext: {{sysctls: [{{name: net.ipv4.ip_unprivileged_port_start, value: {value}}}]}}, ")
        };
        let ports = |ports: &str| format!("ports: [{ports}]");
        for (workloads, number, rendered, expected) in [
            (String::new(), 80, json!(8080), "unknown"),
            (workload("Deployment", "", &unprivileged("'true'")), 443, json!(8443), "no"),
            (workload("DaemonSet", "", &unprivileged("'1'")), 80, json!("http"), "no"),
            (workload("Deployment", "", &unprivileged("'false'")), 443, json!(8443), "unknown"),
            (workload("StatefulSet", "", &unprivileged("'true'")), 443, json!(8443), "unknown"),
            (
                workload("Deployment", "", &unprivileged("'true'")).replace("istio: gw", "istio: b"),
                443,
                json!(8443),
                "unknown",
            ),
            (workload("Deployment", "", &unprivileged("'true'")).replace("edge", "shop"), 443, json!(8443), "unknown"),
            (workload("Deployment", &sysctl("'0'"), "ports: [{containerPort: 15090}]"), 443, json!(8443), "yes"),
            (workload("Deployment", &sysctl("'1024'"), ""), 443, json!(8443), "unknown"),
            (workload("Deployment", &sysctl("'0'"), &unprivileged("'true'")), 443, json!(8443), "no"),
            (workload("Deployment", "securityContext: {runAsUser: 0}, ", ""), 80, json!(8080), "yes"),
            (
                workload("Deployment", "", &ports("{containerPort: 8080}, {containerPort: 8443}")),
                443,
                json!(8443),
                "no",
            ),
            (workload("Deployment", "", &ports("{containerPort: 8080, name: web}")), 80, json!("web"), "no"),
            (workload("Deployment", "", &ports("{containerPort: 80}, {containerPort: 8080}")), 80, json!(8080), "yes"),
        ] {
            assert_eq!(listens(&workloads, number, rendered), expected, "{workloads}");
        }
    }

    #[test]
    fn a_server_of_a_gateway_may_listen_on_the_target_port_only() {
        let text = format!("{SERVICE}{}", workload("Deployment", "securityContext: {runAsUser: 0}, ", ""));
        let objects = object::read_all(&Stream::split(&text)).objects;
        let server = |number: u64, port: u64| (number, Some(port), "Gateway edge/g".to_owned());
        for (servers, is_served) in [
            (vec![], true),
            (vec![server(8443, 8443)], false),
            (vec![server(8443, 8443), server(443, 8443)], true),
            (vec![server(443, 8443)], true),
            // Another port of the Service leads this one elsewhere.
            (vec![server(8443, 9443)], true),
        ] {
            let pods = Pods::of(&objects, &objects[0]).with_servers(servers.clone());
            let listens = pods.listens(443, &json!(8443));
            assert_eq!(listens == Listens::Yes, is_served, "{servers:?}: {listens:?}");
        }
    }
}
