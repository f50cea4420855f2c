//! A real API server that the trials of one test file share; each works in namespaces of its own.
//!
//! `tests/cluster/cluster.sh hold` runs it and ends it as soon as our end of its stdin closes: when the last trial is
//! done, and also when this process dies.

use super::tools::Tool;
use super::{command, give, project};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, OnceLock};

static RUNNING: OnceLock<Cluster> = OnceLock::new();

pub struct Cluster {
    folder: PathBuf,
    holder: Mutex<Option<Child>>,
}

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
        BufReader::new(holder.stdout.take().unwrap())
            .read_line(&mut printed)
            .unwrap();
        assert!(!printed.is_empty(), "the API server did not start");
        Cluster {
            folder,
            holder: Mutex::new(Some(holder)),
        }
    })
}

/// Stops the cluster if there is one, and waits until it is gone.
pub fn stop() {
    let holder = RUNNING
        .get()
        .and_then(|cluster| cluster.holder.lock().unwrap().take());
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
        kubectl
            .env("KUBECONFIG", self.kubeconfig())
            .env("HOME", &self.folder)
            .args(arguments);
        kubectl
    }

    /// A new namespace.
    pub fn namespace(&'static self, name: &str) -> Namespace {
        let words = ["create", "namespace", name, "-o", "json"];
        let created: Value =
            serde_json::from_str(&printed(&self.kubectl(&words).output().unwrap())).unwrap();
        Namespace {
            cluster: self,
            name: name.into(),
            since: revision(&created),
        }
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
        self.cluster
            .kubectl(&[&["--namespace", &self.name], arguments].concat())
    }

    /// What kubectl prints; it must succeed.
    pub fn ask(&self, arguments: &[&str]) -> String {
        printed(&self.kubectl(arguments).output().unwrap())
    }

    /// An object as it is now, if there is one.
    pub fn object(&self, kind: &str, name: &str) -> Option<Value> {
        let text = self.ask(&["get", kind, name, "--ignore-not-found", "-o", "json"]);
        (!text.trim().is_empty()).then(|| serde_json::from_str(&text).unwrap())
    }

    /// Names of all objects of some kinds, as `kind/name`.
    pub fn names(&self, kinds: &str) -> Vec<String> {
        let text = self.ask(&["get", kinds, "-o", "name"]);
        text.lines().map(str::to_owned).collect()
    }

    /// Changes an object as somebody does who is not Helm.
    pub fn patch(&self, kind: &str, name: &str, more: &[&str], patch: &Value) {
        let patch = patch.to_string();
        let words = ["patch", kind, name, "--type=merge", "--patch", &patch];
        self.ask(&[&words, more].concat());
    }

    pub fn create(&self, manifest: &str) {
        printed(&give(
            self.kubectl(&["create", "-f", "-"]),
            manifest.as_bytes(),
        ));
    }

    /// All that happened to the objects of a kind (`/api/v1`, `services`), in order: how each change left its object.
    pub fn history(&self, api: &str, resource: &str) -> Vec<Change> {
        let path = format!(
            "{api}/namespaces/{}/{resource}?watch=true&resourceVersion={}&timeoutSeconds=1",
            self.name, self.since
        );
        let events = self.ask(&["get", "--raw", &path]);
        let changes = events.lines().map(|line| {
            let mut event: Value = serde_json::from_str(line).unwrap();
            assert_ne!(event["type"], "ERROR", "{event}");
            let object = event["object"].take();
            Change {
                revision: revision(&object),
                gone: event["type"] == "DELETED",
                object,
            }
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
