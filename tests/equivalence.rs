//! Filter, KRM function, and the exports through kustomize and through Flux's own code: one Service and one Ingress, whichever
//! way they come, for every stream that was recorded while Helm rendered Istio's chart, with no configuration and with the
//! two of the how-to. Without `ISTIO_ALB_TEST_DATA`, which names the recorded streams, our own chart's stand in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use std::path::{Path, PathBuf};
use support::hosts::{FUNCTIONS, build, folder, good, objects, one, same, transformer};
use support::tools::{Need, Tool, gated};
use support::{Outcome, fail, filter, flux, project, shown};

const INGRESS: &str = "common-external-ingress";
const CONFIGURATIONS: [&str; 3] = ["", "how-to-minimal", "how-to-full"];

/// Gateways of the Gateway API, each with its own configuration.
const GATEWAY_API: [&str; 5] = ["", "-attach", "-infrastructure", "-node-ports", "-parameters"];
/// What may become of a gateway: all of it must, whichever way it comes.
const KINDS: [&str; 4] = ["Service", "Gateway", "ConfigMap", "Ingress"];

/// A way from a render to objects; fails where the program refuses.
type Way = fn(&[u8], &str) -> Result<Vec<Value>, String>;

const WAYS: [(&str, Way); 4] = [
    ("KRM function", function),
    ("export kustomize", component),
    ("export flux", post_renderers),
    ("export flux --single", single),
];

fn main() {
    let arguments = Arguments::from_args();
    let needs = || vec![Need::Tool(Tool::Kustomize), Need::Host("flux")];
    let mut trials: Vec<Trial> = Vec::new();
    for path in streams() {
        let folder = path.parent().unwrap().file_name().unwrap();
        let name = format!("{}/{}", folder.to_string_lossy(), path.file_stem().unwrap().to_string_lossy());
        if name.contains("umbrella") {
            trials.push(gated(name, needs(), move || nameless(&path)));
            continue;
        }
        for configuration in CONFIGURATIONS {
            let path = path.clone();
            trials.push(gated(format!("{name} {configuration}"), needs(), move || {
                equivalent(&std::fs::read(path).unwrap(), configuration)
            }));
        }
    }
    for case in GATEWAY_API {
        let folder = project().join(format!("chart-fixtures/cases/helm4-gateway-api{case}"));
        let own = folder.join("istio-alb.yaml");
        let configuration = if own.exists() { own.to_str().unwrap().to_owned() } else { String::new() };
        trials.push(gated(format!("gateway-api{case}"), needs(), move || {
            equivalent(&std::fs::read(folder.join("input.yaml")).unwrap(), &configuration)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn streams() -> Vec<PathBuf> {
    let mut streams = Vec::new();
    let folders = match support::recorded() {
        Some(data) => ["helm3", "helm4"].map(|helm| data.join("captures").join(helm)).to_vec(),
        None => ["default", "nlb-external", "nlb-internal-allowlist", "extra-ports"]
            .map(|case| project().join(format!("chart-fixtures/cases/helm4-{case}")))
            .to_vec(),
    };
    for folder in folders {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_own = support::recorded().is_none();
            if path.extension().is_some_and(|extension| extension == "yaml")
                && (!is_own || path.ends_with("input.yaml"))
            {
                streams.push(path);
            }
        }
    }
    streams.sort();
    streams
}

/// Where the filter refuses, every way does.
fn equivalent(render: &[u8], configuration: &str) -> Outcome {
    let empty = tempfile::tempdir().unwrap();
    let filtered = filter(empty.path(), &arguments(configuration), render);
    for (name, way) in WAYS {
        let found = way(render, configuration);
        if !filtered.status.success() {
            match found {
                Ok(objects) => {
                    return fail(format!("{name} prints what the filter refuses: {objects:#?}"));
                }
                Err(message) => agree(&filtered.stderr, &message, name)?,
            }
            continue;
        }
        let (expected, found) = (objects(&filtered.stdout), found?);
        let ours = |object: &&Value| KINDS.iter().any(|kind| object["kind"] == *kind);
        for object in expected.iter().filter(ours) {
            let (kind, named) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
            same(object, one(&found, kind, named)?, &format!("{kind} {named} by {name}"))?;
        }
        let has_both = [&expected, &found].into_iter().all(|objects| one(objects, "Ingress", INGRESS).is_ok());
        if !has_both || expected.iter().filter(ours).count() != found.iter().filter(ours).count() {
            return fail(format!("{name} does not give the same objects: {found:#?}"));
        }
    }
    Ok(())
}

/// The first line of what the filter says is said here, too.
fn agree(stderr: &[u8], message: &str, name: &str) -> Outcome {
    let said = String::from_utf8_lossy(stderr);
    let error = said.lines().find(|line| line.starts_with("istio-alb: error")).unwrap();
    // Documents and lines of a ResourceList are others.
    let error = error.rsplit(": ").next().unwrap();
    if message.contains(error) {
        return Ok(());
    }
    fail(format!("{name} does not say {error:?}:\n{message}"))
}

fn arguments(configuration: &str) -> Vec<String> {
    match configuration {
        "" => Vec::new(),
        name => vec!["--config".into(), example(name).to_str().unwrap().into()],
    }
}

fn example(name: &str) -> PathBuf {
    match name.strip_suffix(".yaml") {
        Some(_) => PathBuf::from(name),
        None => project().join(format!("examples/{name}.yaml")),
    }
}

fn function(render: &[u8], configuration: &str) -> Result<Vec<Value>, String> {
    let note = "  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: istio-alb}\n";
    let config = match configuration {
        "" => "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nmetadata:\n  name: any\n".into(),
        name => std::fs::read_to_string(example(name)).unwrap(),
    };
    let config = match config.lines().find(|line| line.starts_with("  name: ")) {
        Some(name) => config.replacen(name, &format!("{name}\n{}", note.trim_end()), 1),
        None => config.replacen("spec:\n", &format!("metadata:\n  name: any\n{note}spec:\n"), 1),
    };
    good(build(folder(render, &transformer(&config)).path(), &FUNCTIONS))
}

fn component(render: &[u8], configuration: &str) -> Result<Vec<Value>, String> {
    let folder = folder(render, "resources: [render.yaml]\ncomponents: [alb]\n");
    let mut words = arguments(configuration);
    words.extend(["export", "kustomize", "--output", "alb"].map(String::from));
    let exported = filter(folder.path(), &words, render);
    if !exported.status.success() {
        return Err(shown(&exported));
    }
    good(build(folder.path(), &[]))
}

fn post_renderers(render: &[u8], configuration: &str) -> Result<Vec<Value>, String> {
    let folder = tempfile::tempdir().unwrap();
    exported(folder.path(), render, configuration, &[])
}

fn single(render: &[u8], configuration: &str) -> Result<Vec<Value>, String> {
    let folder = tempfile::tempdir().unwrap();
    exported(folder.path(), render, configuration, &["--single"])
}

fn exported(folder: &Path, render: &[u8], configuration: &str, how: &[&str]) -> Result<Vec<Value>, String> {
    let words = arguments(configuration);
    let words: Vec<&str> = how.iter().copied().chain(words.iter().map(String::as_str)).collect();
    flux::export(folder, &words, render)?;
    let (release, beside) = flux::apply(folder, render);
    let mut found = good(release)?;
    found.extend(objects(&beside));
    Ok(found)
}

/// kustomize, and with it Flux, refuses the umbrella's nameless object, whoever asks.
fn nameless(path: &Path) -> Outcome {
    let render = std::fs::read(path).unwrap();
    let release = b"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: any}\n";
    let alone = [build(folder(&render, "resources: [render.yaml]\n").path(), &[]), flux::post_render(release, &render)];
    for output in alone {
        if !String::from_utf8_lossy(&output.stderr).contains("missing metadata.name") {
            return fail(shown(&output));
        }
    }
    Ok(())
}
