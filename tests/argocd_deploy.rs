//! The files in `deploy/argocd`: they mean what they say, and agree with each other and with the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use std::path::PathBuf;
use support::tools::{Need, Tool, gated};
use support::{Outcome, command, contract, copy_folder, fail, project, shown};

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("plugin.yaml runs this program", plugin),
        Trial::test("the values for argo-helm have the component's sidecar", argo_helm),
        Trial::test("the sidecar is locked down", locked_down),
        Trial::test("the Application names the plugin and parameters that there are", application),
        Trial::test("the image has the versions that were tested", versions),
        gated("the component adds the sidecar", vec![Need::Tool(Tool::Kustomize)], component),
    ];
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn deploy() -> PathBuf {
    project().join("deploy/argocd")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(deploy().join(name)).unwrap()
}

fn yaml(name: &str) -> Value {
    contract::parse(text(name).as_bytes()).unwrap()
}

fn same(found: &Value, expected: &Value) -> Outcome {
    match found == expected {
        true => Ok(()),
        false => fail(format!("expected {expected:#}\nfound {found:#}")),
    }
}

/// Without a version, which would become part of the name that Applications use, and without discovery.
fn plugin() -> Outcome {
    same(
        &yaml("plugin.yaml"),
        &json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "ConfigManagementPlugin",
            "metadata": { "name": "istio-alb" },
            "spec": {
                "generate": { "command": ["istio-alb", "argocd", "generate"] },
                "parameters": { "dynamic": { "command": ["istio-alb", "argocd", "parameters"] } },
            },
        }),
    )
}

/// The pod of the component's patch.
fn pod() -> Value {
    yaml("component/repo-server.yaml")["spec"]["template"]["spec"].clone()
}

fn argo_helm() -> Outcome {
    let (pod, values) = (pod(), yaml("argo-helm-values.yaml"));
    let repo_server = json!({ "extraContainers": pod["containers"], "volumes": pod["volumes"] });
    same(&values, &json!({ "repoServer": repo_server }))
}

fn locked_down() -> Outcome {
    let container = &pod()["containers"][0];
    same(
        &container["securityContext"],
        &json!({
            "runAsUser": 999,
            "runAsNonRoot": true,
            "readOnlyRootFilesystem": true,
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "seccompProfile": { "type": "RuntimeDefault" },
        }),
    )?;
    // With a file system that cannot be written, all that Helm keeps is below the one folder that can.
    let env = container["env"].as_array().unwrap();
    let outside = env.iter().find(|entry| !entry["value"].as_str().unwrap().starts_with("/tmp"));
    same(&json!(outside), &Value::Null)?;
    let mounts = container["volumeMounts"].as_array().unwrap();
    let of = |path: &str| mounts.iter().find(|mount| mount["mountPath"] == path).unwrap()["name"].clone();
    same(&of("/tmp"), &pod()["volumes"][0]["name"])?;
    same(&json!([of("/var/run/argocd"), of("/home/argocd/cmp-server/plugins")]), &json!(["var-files", "plugins"]))
}

fn application() -> Outcome {
    let application = yaml("application.yaml");
    let plugin = &application["spec"]["source"]["plugin"];
    same(&plugin["name"], &yaml("plugin.yaml")["metadata"]["name"])?;
    let output = command(support::binary(), project()).args(["argocd", "parameters"]).output()?;
    let announced: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    for parameter in plugin["parameters"].as_array().unwrap() {
        let Some(known) = announced.iter().find(|known| known["name"] == parameter["name"]) else {
            return fail(format!("there is no parameter {}", parameter["name"]));
        };
        let shape = known["collectionType"].as_str().unwrap();
        if parameter.as_object().unwrap().keys().any(|key| key != "name" && key != shape) {
            return fail(format!("{parameter} is no {shape}"));
        }
    }
    Ok(())
}

fn versions() -> Outcome {
    let dockerfile = text("Dockerfile");
    let helm = Tool::Helm4.name().replace("helm-", "ARG HELM=");
    let image = format!("istio-alb-argocd:{}", env!("CARGO_PKG_VERSION"));
    for (name, part) in [
        ("Dockerfile", format!("\n{helm}\n")),
        ("Dockerfile", image.clone()),
        ("component/repo-server.yaml", image.clone()),
        ("component/kustomization.yaml", format!("newTag: {}}}]", env!("CARGO_PKG_VERSION"))),
        ("argo-helm-values.yaml", image.clone()),
    ] {
        if !text(name).contains(&part) {
            return fail(format!("{name} has no {part}"));
        }
    }
    // The plugin's configuration goes where Argo CD's plugin server looks for it.
    match dockerfile.contains("COPY --chmod=444 deploy/argocd/plugin.yaml /home/argocd/cmp-server/config/plugin.yaml\n")
    {
        true => Ok(()),
        false => fail(dockerfile),
    }
}

/// What an installation of Argo CD has, as far as the sidecar touches it.
const REPO_SERVER: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: argocd-repo-server
spec:
  template:
    spec:
      containers:
      - name: argocd-repo-server
        image: quay.io/argoproj/argocd:v3.5.7
        volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: var-files, mountPath: /var/run/argocd}
        - {name: plugins, mountPath: /home/argocd/cmp-server/plugins}
      initContainers:
      - name: copyutil
        image: quay.io/argoproj/argocd:v3.5.7
      volumes:
      - {name: tmp, emptyDir: {}}
      - {name: var-files, emptyDir: {}}
      - {name: plugins, emptyDir: {}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: argocd-server
spec:
  template:
    spec:
      containers:
      - {name: argocd-server, image: quay.io/argoproj/argocd:v3.5.7}
";

const KUSTOMIZATION: &str = "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: argocd
resources: [install.yaml]
components: [component]
images: [{name: istio-alb-argocd, newName: registry.example.com/istio-alb-argocd, newTag: 9.9.9}]
";

fn component() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&deploy().join("component"), &folder.path().join("component"));
    for (name, text) in [("install.yaml", REPO_SERVER), ("kustomization.yaml", KUSTOMIZATION)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let built = command(Tool::Kustomize.path(), folder.path()).args(["build", "."]).output()?;
    if !built.status.success() || !built.stderr.is_empty() {
        return fail(shown(&built));
    }
    let objects: Vec<Value> =
        contract::documents(&built.stdout).into_iter().map(|document| contract::parse(document).unwrap()).collect();
    let pod_of = |name: &str| {
        let deployment = objects.iter().find(|object| object["metadata"]["name"] == name).unwrap();
        deployment["spec"]["template"]["spec"].clone()
    };
    let given = contract::parse(contract::documents(REPO_SERVER.as_bytes())[0])?;
    let (before, after) = (&given["spec"]["template"]["spec"], pod_of("argocd-repo-server"));
    let mut sidecar = pod()["containers"][0].clone();
    sidecar["image"] = json!("registry.example.com/istio-alb-argocd:9.9.9");
    let find = |list: &Value, name: &Value| {
        list.as_array().unwrap().iter().find(|item| item["name"] == *name).cloned().unwrap_or_default()
    };
    same(&find(&after["containers"], &json!("istio-alb")), &sidecar)?;
    for list in ["containers", "initContainers", "volumes"] {
        for item in before[list].as_array().unwrap() {
            same(&find(&after[list], &item["name"]), item)?;
        }
    }
    same(&find(&after["volumes"], &json!("istio-alb-tmp")), &pod()["volumes"][0])?;
    same(&json!(after["containers"].as_array().unwrap().len()), &json!(2))?;
    same(&json!(pod_of("argocd-server")["containers"].as_array().unwrap().len()), &json!(1))
}
