//! Images of a release in a registry.

use crate::registry::Registry;
use crate::release::{COMMITTED, Copy, VERSION, refused, sha256, succeeded};
use crate::support::tools::{Need, Tool, gated};
use crate::support::{Outcome, fail, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

pub fn trials() -> Vec<Trial> {
    let needs = || vec![Need::Tool(Tool::Oras), Need::Tool(Tool::Registry), Need::OnPath("python3")];
    vec![
        gated("an image is pushed for all its platforms, with the digest of the layout", needs(), pushed),
        gated("the bill of materials is found from the image", needs(), bill_of_materials),
        gated("an image of a pre-release does not become latest", needs(), pre_release),
    ]
}

/// Writes a blob of a layout; returns its descriptor.
fn blob(layout: &Path, media_type: &str, bytes: &[u8]) -> Value {
    let file = layout.join("new");
    std::fs::write(&file, bytes).unwrap();
    let sum = sha256(&file);
    std::fs::rename(&file, layout.join("blobs/sha256").join(&sum)).unwrap();
    json!({"mediaType": media_type, "digest": format!("sha256:{sum}"), "size": bytes.len()})
}

/// An archive of a layout with one image for two machines, as `deploy/image.sh` writes them; returns the digest of the image.
fn layout(copy: &Copy) -> (String, String) {
    let layout = copy.path("layout");
    std::fs::create_dir_all(layout.join("blobs/sha256")).unwrap();
    let manifests: Vec<Value> = ["amd64", "arm64"]
        .into_iter()
        .map(|machine| {
            let layer = blob(&layout, LAYER, machine.as_bytes());
            let config = json!({"architecture": machine, "os": "linux", "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}});
            let config = blob(&layout, CONFIG, config.to_string().as_bytes());
            let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]});
            let mut manifest = blob(&layout, MANIFEST, manifest.to_string().as_bytes());
            manifest["platform"] = json!({"architecture": machine, "os": "linux"});
            manifest
        })
        .collect();
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    let mut image = blob(&layout, INDEX, index.to_string().as_bytes());
    image["annotations"] = json!({"org.opencontainers.image.ref.name": copy.version});
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [image]});
    std::fs::write(layout.join("index.json"), index.to_string()).unwrap();
    std::fs::write(layout.join("oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).unwrap();
    let archive = copy.path("image.tar");
    let mut tar = Command::new("tar");
    tar.arg("-cf").arg(&archive).arg("-C").arg(&layout).args(["oci-layout", "index.json", "blobs"]);
    assert!(tar.status().unwrap().success());
    (archive.to_str().unwrap().to_owned(), image["digest"].as_str().unwrap().to_owned())
}

fn pushed() -> Outcome {
    let copy = Copy::new();
    let registry = Registry::start();
    let (archive, digest) = layout(&copy);
    let repository = format!("{}/istio-alb/istio-alb", registry.address());
    let mut push = copy.script("push-image.sh");
    push.args(["--plain-http", &archive, &repository]).env("GITHUB_OUTPUT", copy.path("output"));
    let done = push.output().unwrap();
    succeeded(&done)?;
    if done.stdout != format!("{repository}@{digest}\n").as_bytes() {
        return fail(shown(&done));
    }
    let output = std::fs::read_to_string(copy.path("output")).unwrap();
    if output != format!("repository={repository}\ndigest={digest}\n") {
        return fail(output);
    }
    for tag in [VERSION, "latest"] {
        if registry.tagged("istio-alb/istio-alb", tag).as_deref() != Some(&digest) {
            return fail(format!("{tag}: {:?}", registry.tagged("istio-alb/istio-alb", tag)));
        }
    }
    for entry in std::fs::read_dir(copy.path("layout/blobs/sha256")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if !registry.blob(&name).is_file() {
            return fail(format!("{name} was not pushed"));
        }
    }
    refused(&copy.run("push-image.sh", &["--plain-http", "no-image.tar", &repository]), "no-image.tar is missing")
}

fn bill_of_materials() -> Outcome {
    let copy = Copy::new();
    let registry = Registry::start();
    let (archive, digest) = layout(&copy);
    let repository = format!("{}/istio-alb", registry.address());
    let sbom = copy.path(&format!("istio-alb-{VERSION}.cdx.json"));
    std::fs::write(&sbom, "{\"bomFormat\": \"CycloneDX\"}\n").unwrap();
    succeeded(&copy.run("push-image.sh", &["--plain-http", &archive, &repository, sbom.to_str().unwrap()]))?;
    let ask = |arguments: &[&str]| {
        let done = Command::new(Tool::Oras.path()).args(arguments).env("HOME", copy.path("")).output().unwrap();
        serde_json::from_slice::<Value>(&done.stdout).map_err(|_| shown(&done))
    };
    let image = format!("{repository}@{digest}");
    let found = ask(&["discover", "--plain-http", "--format", "json", &image])?;
    let [referrer] = &found["referrers"].as_array().cloned().unwrap_or_default()[..] else {
        return fail(found);
    };
    let manifest = ask(&["manifest", "fetch", "--plain-http", referrer["reference"].as_str().unwrap_or_default()])?;
    let layer = &manifest["layers"][0];
    let right = referrer["artifactType"] == "application/vnd.cyclonedx+json"
        && layer["digest"] == format!("sha256:{}", sha256(&sbom))
        && manifest["annotations"]["org.opencontainers.image.created"] == COMMITTED.1
        && layer["annotations"]["org.opencontainers.image.title"] == sbom.file_name().unwrap().to_str().unwrap();
    if right { Ok(()) } else { fail(format!("{referrer} {manifest}")) }
}

fn pre_release() -> Outcome {
    let copy = Copy::of_version("1.0.0-rc.1");
    let registry = Registry::start();
    let (archive, digest) = layout(&copy);
    let repository = format!("{}/istio-alb", registry.address());
    succeeded(&copy.run("push-image.sh", &["--plain-http", &archive, &repository]))?;
    let tags = ["1.0.0-rc.1", "latest"].map(|tag| registry.tagged("istio-alb", tag));
    if tags == [Some(digest), None] { Ok(()) } else { fail(format!("{tags:?}")) }
}
