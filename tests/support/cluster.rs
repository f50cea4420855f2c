//! A real API server that the trials of one test file share; each works in namespaces of its own.
//!
//! `tests/cluster/cluster.sh hold` runs it and ends it as soon as our end of its stdin closes: when the last trial is
//! done, and also when this process dies.

use super::tools::Tool;
use super::{command, project};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, OnceLock};

static RUNNING: OnceLock<Cluster> = OnceLock::new();

pub struct Cluster {
    folder: PathBuf,
    /// Its URL.
    server: String,
    /// Namespaces that belong to no trial.
    shared: Mutex<BTreeSet<String>>,
    holder: Mutex<Option<Child>>,
}

/// Objects of one kind, by the path under which the server has them.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    api: &'static str,
    plural: &'static str,
}

pub const SERVICE: Kind = Kind { api: "/api/v1", plural: "services" };
pub const INGRESS: Kind = Kind { api: "/apis/networking.k8s.io/v1", plural: "ingresses" };

/// The cluster, started by whoever asks first.
pub fn get() -> &'static Cluster {
    RUNNING.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("istio-alb-cluster-{}", std::process::id()));
        let mut holder = Command::new(project().join("tests/cluster/cluster.sh"))
            .arg("hold")
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut printed = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut printed).unwrap();
        assert!(!printed.is_empty(), "the API server did not start");
        let kubeconfig = std::fs::read_to_string(printed.trim()).unwrap();
        let (_, server) = kubeconfig.split_once("server: \"").unwrap();
        Cluster {
            server: server.split('"').next().unwrap().into(),
            shared: Mutex::new(BTreeSet::from(["default".into()])), // every server has it
            folder,
            holder: Mutex::new(Some(holder)),
        }
    })
}

/// Stops the cluster if there is one, and waits until it is gone.
pub fn stop() {
    let holder = RUNNING.get().and_then(|cluster| cluster.holder.lock().unwrap().take());
    if let Some(mut holder) = holder {
        drop(holder.stdin.take());
        holder.wait().unwrap();
    }
}

impl Cluster {
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// kubectl, with nothing of the user's own.
    pub fn kubectl(&self, arguments: &[&str]) -> Command {
        let mut kubectl = command(Tool::Kubectl.path(), project());
        kubectl.env("KUBECONFIG", self.kubeconfig()).env("HOME", &self.folder).args(arguments);
        kubectl
    }

    /// What the server answers. kubectl takes ten times as long to ask.
    fn ask(&self, path: &str, more: &[&str]) -> String {
        let mut curl = command("curl", &self.folder);
        curl.args(["--silent", "--show-error", "--max-time", "60"])
            .args(["--header", "@header"])
            .args(["--cacert", "certs/apiserver.crt"])
            .args(more)
            .arg(format!("{}{path}", self.server));
        printed(&curl.output().unwrap())
    }

    fn send(&self, verb: &str, path: &str, form: &str, object: &Value) -> Value {
        let (form, text) = (format!("Content-Type: {form}"), object.to_string());
        let more = ["--request", verb, "--header", &form, "--data", &text];
        let answer: Value = serde_json::from_str(&self.ask(path, &more)).unwrap();
        assert_ne!(answer["kind"], "Status", "{verb} {path}: {answer:#}");
        answer
    }

    /// Makes a namespace that trials share, unless it is there.
    pub fn has_namespace(&self, name: &str) {
        let mut shared = self.shared.lock().unwrap();
        if shared.insert(name.into()) {
            let object = json!({"metadata": {"name": name}});
            self.send("POST", "/api/v1/namespaces", "application/json", &object);
        }
    }

    /// A new namespace.
    pub fn namespace(&'static self, name: &str) -> Namespace {
        let object = json!({"metadata": {"name": name}});
        let created = self.send("POST", "/api/v1/namespaces", "application/json", &object);
        Namespace { cluster: self, name: name.into(), since: revision(&created) }
    }
}

/// A namespace that one trial has for itself.
pub struct Namespace {
    pub cluster: &'static Cluster,
    pub name: String,
    since: u64,
}

/// One change of one object.
pub struct Change {
    /// Counts the changes of all objects in the cluster.
    pub revision: u64,
    pub gone: bool,
    pub object: Value,
}

impl Namespace {
    pub fn kubectl(&self, arguments: &[&str]) -> Command {
        self.cluster.kubectl(&[&["--namespace", &self.name], arguments].concat())
    }

    /// What kubectl prints; it must succeed.
    pub fn ask(&self, arguments: &[&str]) -> String {
        printed(&self.kubectl(arguments).output().unwrap())
    }

    fn path(&self, kind: Kind) -> String {
        format!("{}/namespaces/{}/{}", kind.api, self.name, kind.plural)
    }

    /// An object as it is now, if there is one.
    pub fn object(&self, kind: Kind, name: &str) -> Option<Value> {
        let path = format!("{}/{name}", self.path(kind));
        let answer: Value = serde_json::from_str(&self.cluster.ask(&path, &[])).unwrap();
        if answer["kind"] != "Status" {
            return Some(answer);
        }
        assert_eq!(answer["code"], 404, "{path}: {answer:#}");
        None
    }

    /// Changes an object, or a part of it that goes by its own path, as somebody does who is not Helm.
    pub fn patch(&self, kind: Kind, name: &str, patch: &Value) {
        let path = format!("{}/{name}", self.path(kind));
        let form = "application/merge-patch+json";
        self.cluster.send("PATCH", &path, form, patch);
    }

    pub fn create(&self, kind: Kind, object: &Value) {
        self.cluster.send("POST", &self.path(kind), "application/json", object);
    }

    /// All that happened to the objects of a kind, in order: how each change left its object.
    pub fn history(&self, kind: Kind) -> Vec<Change> {
        let path = format!("{}?watch=true&resourceVersion={}&timeoutSeconds=1", self.path(kind), self.since);
        let events = self.cluster.ask(&path, &[]);
        let changes = events.lines().map(|line| {
            let mut event: Value = serde_json::from_str(line).unwrap();
            assert_ne!(event["type"], "ERROR", "{event}");
            let object = event["object"].take();
            Change { revision: revision(&object), gone: event["type"] == "DELETED", object }
        });
        changes.collect()
    }
}

/// An object's version: it changes whenever the object does.
pub fn revision(object: &Value) -> u64 {
    let text = object["metadata"]["resourceVersion"].as_str();
    text.unwrap().parse().unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", super::shown(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
