//! A gateway that is live: a Helm release in a namespace of its own, and, since no AWS controller runs, its traces.

use crate::support::cluster::{self, INGRESS, Kind, Namespace, SERVICE};
use crate::support::helm::Helm;
use crate::support::tools::Tool;
use crate::support::{project, shown};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const NAME: &str = "istio-ingressgateway";
pub const INGRESS_NAME: &str = "common-external-ingress";

/// The post-renderer, and what makes it attach.
pub const OURS: [&str; 2] = ["--post-renderer", "istio-alb"];
pub const ATTACH: [&str; 2] = ["--post-renderer-args", "--phase=attach"];

/// How a release comes to the cluster and is changed there.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    pub name: &'static str,
    pub installed_by: Tool,
    pub upgraded_by: Tool,
    /// Of the installation; an upgrade by Helm 4 goes on as the release began.
    flags: &'static [&'static str],
}

pub const HELM3: Way = Way { name: "helm 3", installed_by: Tool::Helm3, upgraded_by: Tool::Helm3, flags: &[] };
pub const HELM4: Way = Way { name: "helm 4", installed_by: Tool::Helm4, upgraded_by: Tool::Helm4, flags: &[] };
pub const HELM4_CLIENT_SIDE: Way = Way {
    name: "helm 4 client-side",
    installed_by: Tool::Helm4,
    upgraded_by: Tool::Helm4,
    flags: &["--server-side=false"],
};
pub const HELM3_THEN_4: Way =
    Way { name: "helm 3 then 4", installed_by: Tool::Helm3, upgraded_by: Tool::Helm4, flags: &[] };

pub struct Release {
    pub namespace: Namespace,
    installer: Helm,
    helm: Helm,
    way: Way,
    chart: PathBuf,
    /// Flags of every installation and upgrade.
    always: &'static [&'static str],
}

/// The gateway's two objects as they are now.
pub struct State {
    pub service: Option<Value>,
    pub ingress: Option<Value>,
}

impl Release {
    pub fn new(way: Way, namespace: &str, values: &str) -> Release {
        let release = Release {
            namespace: cluster::get().namespace(namespace),
            installer: Helm::ready(way.installed_by),
            helm: Helm::ready(way.upgraded_by),
            way,
            chart: project().join("chart-fixtures/gateway"),
            always: &[],
        };
        release.write("values.yaml", values);
        release
    }

    /// The same with another chart.
    pub fn of_chart(mut self, chart: PathBuf) -> Release {
        self.chart = chart;
        self
    }

    /// The same, when Helm does not compare what it sends with the server's OpenAPI document. That takes two thirds of an
    /// upgrade's time, and the server looks at it anyway.
    pub fn in_a_hurry(mut self) -> Release {
        self.always = &["--disable-openapi-validation"];
        self
    }

    /// Puts a file where Helm and the post-renderer run.
    pub fn write(&self, name: &str, text: &str) {
        for helm in [&self.installer, &self.helm] {
            std::fs::write(helm.path().join(name), text).unwrap();
        }
    }

    pub fn way(&self) -> Way {
        self.way
    }

    /// Where Helm runs.
    pub fn folder(&self) -> &Path {
        self.helm.path()
    }

    pub fn configure(&self, spec: &str) {
        self.write("istio-alb.yaml", &format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {spec}\n"));
    }

    fn run(&self, helm: &Helm, words: &[&str]) -> Output {
        let namespace = ["--namespace", &self.namespace.name];
        let command = helm.run(&[words, &namespace].concat());
        self.here(command).output().unwrap()
    }

    /// A command in the folder and with the cluster in which the release's next changes are made.
    fn here(&self, mut command: Command) -> Command {
        command.current_dir(self.helm.path()).env("KUBECONFIG", self.namespace.cluster.kubeconfig());
        command
    }

    /// `bash` for somebody who changes this release by hand: `helm` and `kubectl` by these names, and the chart as
    /// `istio/gateway`.
    pub fn bash(&self) -> Command {
        let home = self.helm.path();
        let links = [
            ("bin/helm", self.way.upgraded_by.path()),
            ("bin/kubectl", Tool::Kubectl.path()),
            ("istio/gateway", self.chart.clone()),
        ];
        for (name, target) in links {
            let link = home.join(name);
            std::fs::create_dir_all(link.parent().unwrap()).unwrap();
            if !link.exists() {
                std::os::unix::fs::symlink(target, link).unwrap();
            }
        }
        self.here(self.helm.command("bash"))
    }

    fn deploy(&self, helm: &Helm, verb: &str, more: &[&str]) -> Output {
        let chart = self.chart.to_str().unwrap();
        self.run(helm, &[&[verb, NAME, chart, "--values", "values.yaml"], self.always, more].concat())
    }

    pub fn install(&self, more: &[&str]) -> Output {
        self.deploy(&self.installer, "install", &[self.way.flags, more].concat())
    }

    /// An upgrade without the post-renderer, unless `more` asks for it.
    pub fn upgrade(&self, more: &[&str]) -> Output {
        self.deploy(&self.helm, "upgrade", more)
    }

    pub fn attach(&self) -> Output {
        self.upgrade(&[&OURS[..], &ATTACH].concat())
    }

    pub fn cut_over(&self) -> Output {
        self.upgrade(&OURS)
    }

    pub fn roll_back(&self, revision: &str) -> Output {
        self.run(&self.helm, &["rollback", NAME, revision])
    }

    pub fn uninstall(&self) -> Output {
        self.run(&self.helm, &["uninstall", NAME])
    }

    /// Number and status of each revision, the newest last: `3 deployed`.
    pub fn revisions(&self) -> Vec<String> {
        let printed = self.run(&self.helm, &["history", NAME, "-o", "json"]);
        let history: Vec<Value> = serde_json::from_slice(&printed.stdout).unwrap_or_default();
        let revisions = history.iter().map(|entry| {
            let status = entry["status"].as_str().unwrap();
            format!("{} {status}", entry["revision"])
        });
        revisions.collect()
    }

    /// Everything of the release in the cluster, each object in a version that changes whenever the object does.
    pub fn objects(&self) -> Vec<String> {
        const KINDS: &str = "all,ingresses,serviceaccounts,roles,rolebindings,secrets";
        let form = "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{\"\\n\"}{end}";
        let text = self.namespace.ask(&["get", KINDS, "-o", form]);
        text.lines().map(str::to_owned).collect()
    }

    pub fn state(&self) -> State {
        State { service: self.namespace.object(SERVICE, NAME), ingress: self.namespace.object(INGRESS, INGRESS_NAME) }
    }

    /// One round of the controllers: what they write to objects that ask for a load balancer, and take off those that no
    /// longer do. Nothing is built.
    pub fn controllers(&self) {
        let State { service, ingress } = self.state();
        if let Some(service) = service {
            let asks = service["spec"]["type"] == "LoadBalancer";
            self.take_care(SERVICE, &service, asks, "service.k8s.aws/resources");
        }
        if let Some(ingress) = ingress {
            self.take_care(INGRESS, &ingress, true, "ingress.k8s.aws/resources");
        }
    }

    fn take_care(&self, kind: Kind, object: &Value, asks: bool, finalizer: &str) {
        let asks = asks && object["metadata"]["deletionTimestamp"].is_null();
        let held = !object["metadata"]["finalizers"].is_null();
        let answered = !object["status"]["loadBalancer"]["ingress"].is_null();
        let name = object["metadata"]["name"].as_str().unwrap();
        if asks != held {
            let finalizers = if asks { json!([finalizer]) } else { json!(null) };
            let patch = json!({"metadata": {"finalizers": finalizers}});
            self.namespace.patch(kind, name, &patch);
        }
        if asks && !answered {
            let host = format!("{name}.elb.example.com");
            let patch = json!({"status": {"loadBalancer": {"ingress": [{"hostname": host}]}}});
            self.namespace.patch(kind, &format!("{name}/status"), &patch);
        }
    }
}

/// Success is taken for granted.
pub fn done(output: Output) {
    assert!(output.status.success(), "{}", shown(&output));
}

/// Failure is taken for granted, with these words in what the user reads.
pub fn refused(output: &Output, words: &str) {
    assert!(!output.status.success(), "it succeeded\n{}", shown(output));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains(words), "it does not say {words:?}\n{}", shown(output));
}
