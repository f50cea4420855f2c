//! Argo CD with our plugin, and an Application.

use crate::support::helm::path_with;
use crate::support::tools::{Need, Tool, gated, host};
use crate::support::{Outcome, binary, command, copy_folder, project, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Output;

/// A trial that needs Argo CD and a Helm.
pub fn trial(name: &str, helm: Tool, test: impl FnOnce(&Host) -> Outcome + Send + 'static) -> Trial {
    let needs = vec![Need::Host("argocd"), Need::Tool(helm)];
    gated(format!("{}: {name}", helm.name()), needs, move || test(&Host::new(helm)))
}

/// Argo CD, with a sidecar that has this Helm; and a source for the Application.
pub struct Host {
    folder: tempfile::TempDir,
}

impl Host {
    fn new(helm: Tool) -> Host {
        let host = Host { folder: tempfile::tempdir().unwrap() };
        for name in ["bin", "source"] {
            std::fs::create_dir(host.folder.path().join(name)).unwrap();
        }
        symlink(helm.path(), host.folder.path().join("bin/helm")).unwrap();
        host
    }

    /// What is in the Git repository, or the chart.
    pub fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    /// Writes a file of the source.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.source().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Puts our chart into the source.
    pub fn with_gateway(&self, place: &str) {
        let chart = project().join("chart-fixtures/gateway");
        copy_folder(&chart, &self.source().join(place));
    }

    /// Lets Argo CD render an Application.
    pub fn render(&self, application: &Value, flags: &[&str]) -> Output {
        let file = self.folder.path().join("application.json");
        std::fs::write(&file, application.to_string()).unwrap();
        self.render_file(&file, flags)
    }

    /// The same for an Application in a file.
    pub fn render_file(&self, application: &Path, flags: &[&str]) -> Output {
        let mut argocd = command(host("argocd"), self.folder.path());
        argocd.arg("-plugin").arg(project().join("deploy/argocd/plugin.yaml")).args(flags);
        argocd.arg(application).arg(self.source());
        let programs = self.folder.path().join("bin");
        argocd.env("PATH", path_with(&[&programs, binary().parent().unwrap()]));
        argocd.output().unwrap()
    }
}

/// An Application whose source is the folder `app` of a Git repository.
pub fn application(plugin: Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": "istio-ingressgateway", "namespace": "argocd" },
        "spec": {
            "project": "default",
            "source": { "repoURL": "https://example.com/gitops.git", "path": "app", "plugin": plugin },
            "destination": { "server": "https://kubernetes.default.svc", "namespace": "istio-system" },
        },
    })
}

/// The same with parameters.
pub fn with_parameters(parameters: Value) -> Value {
    application(json!({ "name": "istio-alb", "parameters": parameters }))
}

/// What Argo CD would apply: never nothing.
pub fn objects(output: &Output) -> Result<Vec<Value>, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let objects: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    match objects {
        Ok(objects) if output.status.success() && !objects.is_empty() => Ok(objects),
        _ => Err(shown(output)),
    }
}

/// The one object of a kind.
pub fn one<'o>(objects: &'o [Value], kind: &str) -> Result<&'o Value, String> {
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    match (found.next(), found.next()) {
        (Some(object), None) => Ok(object),
        _ => Err(format!("not one {kind} in {objects:#?}")),
    }
}
