//! What a live object has, and its manifest has not: set by hand in the cluster, or by the API server and controllers.
//!
//! The filter and Helm see what the chart renders. What somebody set on the Service by hand is in no render: it is not carried
//! over, and a merge leaves it on the Service. What the API server fills in is no difference (k8s.io/kubernetes 1.34
//! pkg/apis/core/v1/defaults.go SetDefaults_Service, pkg/registry/core/service/storage; of the Gateway API the `+kubebuilder:default`
//! of gateway.networking.k8s.io/v1 gateway_types.go, release 1.3).

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::annotations::{PREFIX, is_external_dns, is_stripped};
use crate::migrate::ALB;
use kubernetes_objects::{Object, ObjectRef};

/// The finalizer of the AWS Load Balancer Controller.
const FINALIZER_LBC: &str = "service.k8s.aws/resources";
/// The finalizer of the cloud provider's service controller.
const FINALIZER_CCM: &str = "service.kubernetes.io/load-balancer-cleanup";
/// What Helm, kubectl and the controllers of GitOps write for themselves.
const BOOKKEEPING: &[&str] = &[
    "kubectl.kubernetes.io/",
    "meta.helm.sh/",
    "helm.toolkit.fluxcd.io/",
    "kustomize.toolkit.fluxcd.io/",
    "argocd.argoproj.io/",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/instance",
    "config.kubernetes.io/",
];

/// One difference between a live object and its manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The object.
    pub object: ObjectRef,
    /// Where in it: `spec.ports[443].nodePort`, `metadata.annotations[example.com/a]`.
    pub path: String,
    /// The value in the cluster.
    pub live: Option<Value>,
    /// The value in the manifest.
    pub manifest: Option<Value>,
    /// Whether it changes what the cutover does.
    pub matters: bool,
    /// What it means.
    pub meaning: String,
    /// Who set it, where the live object says so (`kubectl get --show-managed-fields`).
    pub set_by: Option<String>,
}

/// The differences between an object and its manifest, in the order of the live object.
#[must_use]
pub fn differences(live: &Object, manifest: &Object) -> Vec<Difference> {
    let mut found = Walk { live, path: Vec::new(), found: Vec::new() };
    for part in [&["metadata", "labels"][..], &["metadata", "annotations"], &["metadata", "finalizers"], &["spec"]] {
        let of = |object: &Object| part.iter().try_fold(&object.value, |value, key| value.get(key)).cloned();
        found.path = part.iter().map(|key| (*key).to_owned()).collect();
        found.compare(of(live).as_ref(), of(manifest).as_ref());
    }
    found.found
}

struct Walk<'o> {
    live: &'o Object,
    path: Vec<String>,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn compare(&mut self, live: Option<&Value>, manifest: Option<&Value>) {
        let (live, manifest) = (live.filter(|value| !is_nothing(value)), manifest.filter(|value| !is_nothing(value)));
        let nothing = Value::Null;
        let is_whole = self.path.len() > 1 && (live.is_none() || manifest.is_none()) && !self.is_map_of_entries();
        match (live.unwrap_or(&nothing), manifest.unwrap_or(&nothing)) {
            (live, manifest) if live == manifest => {}
            (live @ (Value::Object(_) | Value::Null), manifest @ (Value::Object(_) | Value::Null)) if !is_whole => {
                let (empty, other) = (serde_json::Map::new(), serde_json::Map::new());
                let (live, manifest) = (live.as_object().unwrap_or(&empty), manifest.as_object().unwrap_or(&other));
                let more = manifest.keys().filter(|key| !live.contains_key(*key));
                for key in live.keys().chain(more) {
                    self.below(key.clone(), live.get(key), manifest.get(key));
                }
            }
            (Value::Array(live), Value::Array(manifest)) if live.iter().chain(manifest).all(Value::is_object) => {
                let by_port = self.path.last().is_some_and(|last| last == "ports");
                for (name, live, manifest) in pairs(live, manifest, by_port) {
                    self.below(name, live, manifest);
                }
            }
            _ => self.differs(live, manifest),
        }
    }

    /// Whether what is missing here as a whole is compared entry by entry: annotations, labels, and an object's `spec`.
    fn is_map_of_entries(&self) -> bool {
        self.path.first().is_some_and(|first| first == "metadata") && self.path.len() == 2
    }

    fn below(&mut self, key: String, live: Option<&Value>, manifest: Option<&Value>) {
        self.path.push(key);
        self.compare(live, manifest);
        self.path.pop();
    }

    fn differs(&mut self, live: Option<&Value>, manifest: Option<&Value>) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let judged = match path.as_slice() {
            ["metadata", "annotations", key] => annotation(self.live.kind(), key, live, manifest),
            ["metadata", "labels", key] => label(key, manifest),
            ["metadata", "finalizers"] => finalizers(live),
            _ if self.live.kind() == "Service" => service(&path, live, manifest),
            _ => field(&path, live, manifest),
        };
        let Some((matters, meaning)) = judged else { return };
        self.found.push(Difference {
            object: self.live.reference(),
            path: shown(&path),
            live: live.cloned(),
            manifest: manifest.cloned(),
            matters,
            meaning,
            set_by: set_by(self.live, &path).filter(|_| live.is_some()),
        });
    }
}

/// Whether a value says nothing, as its absence.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Items of two lists that belong together: ports by their port and protocol, others (listeners, of which several have one port)
/// by their name, as Kubernetes merges them.
fn pairs<'v>(
    live: &'v [Value],
    manifest: &'v [Value],
    by_port: bool,
) -> Vec<(String, Option<&'v Value>, Option<&'v Value>)> {
    let key = |item: &Value| match (&item["port"], &item["name"]) {
        (Value::Number(port), _) if by_port => match item["protocol"].as_str() {
            None | Some("TCP") => format!("[{port}]"),
            Some(protocol) => format!("[{port}/{protocol}]"),
        },
        (_, Value::String(name)) => format!("[{name}]"),
        _ => format!("[{item}]"),
    };
    let find = |items: &'v [Value], wanted: &str| items.iter().find(|item| key(item) == wanted);
    let more = manifest.iter().map(key).filter(|name| find(live, name).is_none());
    live.iter().map(key).chain(more).map(|name| (name.clone(), find(live, &name), find(manifest, &name))).collect()
}

/// A path as messages print it.
fn shown(path: &[&str]) -> String {
    path.iter().fold(String::new(), |shown, key| match key.contains(['/', '.']) && !key.starts_with('[') {
        true => format!("{shown}[{key}]"),
        false if shown.is_empty() || key.starts_with('[') => format!("{shown}{key}"),
        false => format!("{shown}.{key}"),
    })
}

/// Whether it matters, and what it means; `None` where it is no difference.
type Judged = Option<(bool, String)>;

const OPEN: &str = "without them in the manifest the ALB is open to everybody, and the API server refuses them on a Service that is no LoadBalancer";

fn annotation(kind: &str, key: &str, live: Option<&Value>, manifest: Option<&Value>) -> Judged {
    if is_bookkeeping(key) {
        return None;
    }
    let is_of_a_load_balancer =
        is_stripped(key) || key.starts_with(PREFIX) || key.starts_with(ALB) || is_external_dns(key);
    if !is_of_a_load_balancer {
        return Some((false, "not about a load balancer: it stays where it is".to_owned()));
    }
    if let Some(meaning) = changed(live, manifest) {
        return Some((true, meaning));
    }
    if kind != "Service" {
        return Some((
            true,
            "the controller reads it now; a render has it no more, and a merge leaves it there".to_owned(),
        ));
    }
    let suffix = key.strip_prefix(PREFIX).unwrap_or_default();
    let meaning = if suffix == "load-balancer-source-ranges" {
        format!("source ranges of the old load balancer: {OPEN}")
    } else if suffix == "aws-load-balancer-type" && live.is_some_and(|value| value == "external" || value == "nlb-ip") {
        "it stays on the Service after the cutover, and with it the controller keeps the NLB".to_owned()
    } else if key.starts_with(ALB) {
        "it stays on the Service, where the controller reads it before the Ingress's, and is not moved".to_owned()
    } else if is_external_dns(key) {
        "it stays on the Service after the cutover, and is not moved: the name would not lead to the ALB".to_owned()
    } else {
        "a setting of the old load balancer: it is not carried over to the ALB, and stays on the Service".to_owned()
    };
    Some((true, meaning))
}

fn label(key: &str, manifest: Option<&Value>) -> Judged {
    let is_by_hand = manifest.is_none() && !is_bookkeeping(key);
    is_by_hand.then(|| (false, "a label of somebody else: it stays where it is".to_owned()))
}

/// What becomes of a value that both have, or that the manifest alone has.
fn changed(live: Option<&Value>, manifest: Option<&Value>) -> Option<String> {
    match (live, manifest) {
        (_, None) => None,
        (Some(_), Some(_)) => {
            Some("changed in the cluster: the ALB gets what the manifest says, not what is there now".to_owned())
        }
        (None, Some(_)) => {
            Some("taken away in the cluster: the next run goes by the manifest, as if it were still there".to_owned())
        }
    }
}

fn finalizers(live: Option<&Value>) -> Judged {
    let has = |name: &str| live.and_then(Value::as_array).is_some_and(|all| all.iter().any(|each| each == name));
    let meaning = match (has(FINALIZER_LBC), has(FINALIZER_CCM)) {
        (true, true) => {
            "load balancers of the AWS Load Balancer Controller and of the cloud provider stand there: one is orphaned"
        }
        (true, false) => "the old load balancer is an NLB of the AWS Load Balancer Controller",
        (false, true) => "the old load balancer is one of the cloud provider",
        (false, false) => "set by a controller or by hand, and stays",
    };
    Some((has(FINALIZER_LBC) && has(FINALIZER_CCM), meaning.to_owned()))
}

fn service(path: &[&str], live: Option<&Value>, manifest: Option<&Value>) -> Judged {
    let is_default = |value: Value| live == Some(&value) && manifest.is_none();
    let only_live = manifest.is_none();
    let note = |meaning: &str| Some((false, meaning.to_owned()));
    let matters = |meaning: &str| Some((true, meaning.to_owned()));
    match path {
        ["spec", "clusterIP" | "clusterIPs" | "ipFamilies" | "healthCheckNodePort"] if only_live => None,
        ["spec", "ipFamilyPolicy"] if is_default(json!("SingleStack")) => None,
        ["spec", "internalTrafficPolicy" | "externalTrafficPolicy"] if is_default(json!("Cluster")) => None,
        ["spec", "sessionAffinity"] if is_default(json!("None")) => None,
        ["spec", "sessionAffinityConfig"] if is_default(json!({"clientIP": {"timeoutSeconds": 10800}})) => None,
        ["spec", "allocateLoadBalancerNodePorts"] if is_default(json!(true)) => None,
        ["spec", "publishNotReadyAddresses"] if is_default(json!(false)) => None,
        ["spec", "type"] if is_default(json!("ClusterIP")) => None,
        // Ports are paired by it: where one of the two leaves it out, the other says TCP.
        ["spec", "ports", _, "protocol"] => None,
        ["spec", "ports", port, "targetPort"] if only_live && live.is_some_and(|value| is_of(value, port)) => None,
        ["spec", "ports", _, "nodePort"] if only_live => {
            note("chosen by Kubernetes or by hand: it stays the same through the cutover")
        }
        ["spec", "loadBalancerClass"] if only_live => note(
            "set by the controller's webhook as it seems: without `aws-load-balancer-scheme` the NLB is internal; it leaves with the type",
        ),
        ["spec", "loadBalancerSourceRanges"] if only_live => {
            Some((true, format!("source ranges of the old load balancer: {OPEN}")))
        }
        ["spec", "ports", _] if only_live => {
            matters("a port that the render does not have: it stays on the Service, and no finding speaks of it")
        }
        ["spec", "externalIPs"] if only_live => {
            matters("they stay on the Service, and nothing of them comes to the ALB")
        }
        ["spec", "selector", ..] => matters("the Service leads to other pods than the manifest says"),
        ["spec", "type"] => {
            matters("the Service is of another type than the manifest says: look whether these two belong together")
        }
        _ => field(path, live, manifest),
    }
}

/// Whether a value is the port of an item that is called `[443]` or `[443/UDP]`.
fn is_of(value: &Value, port: &str) -> bool {
    port.trim_matches(['[', ']']).split('/').next() == Some(&value.to_string())
}

/// A field of which nothing more is known.
fn field(path: &[&str], live: Option<&Value>, manifest: Option<&Value>) -> Judged {
    let is_default = |value: Value| live == Some(&value) && manifest.is_none();
    match path {
        ["spec", "listeners", _, "allowedRoutes"] if is_default(json!({"namespaces": {"from": "Same"}})) => {
            return None;
        }
        ["spec", "listeners", _, "allowedRoutes", "namespaces"] if is_default(json!({"from": "Same"})) => return None,
        ["spec", "listeners", _, "tls", "mode"] if is_default(json!("Terminate")) => return None,
        ["spec", "listeners", _, "tls", "certificateRefs", _, "group" | "kind"] if manifest.is_none() => return None,
        _ => {}
    }
    let meaning = changed(live, manifest).unwrap_or_else(|| {
        "set in the cluster alone: the filter and Helm do not see it, and a merge leaves it there".to_owned()
    });
    Some((true, meaning))
}

fn is_bookkeeping(key: &str) -> bool {
    BOOKKEEPING.iter().any(|prefix| key.starts_with(prefix))
}

/// The manager of a field, by `metadata.managedFields`: its keys are `f:NAME`.
fn set_by(live: &Object, path: &[&str]) -> Option<String> {
    let managers = live.value["metadata"]["managedFields"].as_array()?;
    let has = |entry: &&Value| {
        path.iter()
            .take_while(|key| !key.starts_with('['))
            .try_fold(&entry["fieldsV1"], |fields, key| fields.get(format!("f:{key}")))
            .is_some()
    };
    managers.iter().find(has)?["manager"].as_str().map(str::to_owned)
}
