//! A release of the programs that `deploy/build-all.sh` built, whole and signed, and somebody without Rust who has nothing else.

use crate::gpg::Key;
use crate::release::{PLATFORMS, VERSION, archive_name, executable, names, succeeded};
use crate::support::tools::{Need, Tool, cache, gated, platforms};
use crate::support::{Outcome, command, contract, copy_folder, fail, first_difference, project, shown};
use libtest_mimic::Trial;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn trials() -> Vec<Trial> {
    let programs = ["gpg", "gpgv", "unzip", "qemu-aarch64-static", "wine"].map(Need::OnPath);
    let files = [
        Need::Platforms,
        Need::Cached("argocd-image", "deploy/argocd/ingredients.sh"),
        Need::Cached("bin/cargo-cyclonedx-0.5.9", "tests/tools/sbom.sh"),
        Need::Cached(WINE, "tests/tools/emulators.sh"),
    ];
    let needs = [&programs[..], &files, &Tool::HELMS.map(Need::Tool)].concat();
    vec![gated("the packages of the built programs are all that Helm 3 and Helm 4 need", needs, packages_are_enough)]
}

/// The last file of the folder in which Wine keeps what it takes for drive C.
const WINE: &str = "wine/drive_c/windows/system32/bcryptprimitives.dll";

fn packages_are_enough() -> Outcome {
    let key = Key::new();
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    let mut release = command(project().join("deploy/release.sh"), project());
    release.arg("--from").arg(platforms()).arg("--to").arg(&dist).args(["--keyring", key.secret()]);
    release.env("ISTIO_ALB_TOOLS", cache());
    succeeded(&release.output().unwrap())?;
    if names(&dist) != crate::whole::expected() {
        return fail(format!("{:?}", names(&dist)));
    }
    let mut verify = command(project().join("deploy/verify.sh"), project());
    verify.arg(&dist).args(["--keyring", key.public()]);
    succeeded(&verify.output().unwrap())?;
    parts_are_real(&dist)?;

    let mut first = None;
    for (platform, target) in PLATFORMS.into_iter().filter(|(platform, _)| !platform.starts_with("darwin")) {
        let user = User::new(folder.path().join(platform), platform, &dist);
        for printed in [user.helm3(target)?, user.helm4(key.public())?] {
            let complete = ["Ingress", "Service", "Deployment"].iter().all(|kind| contract::holds(&printed, kind));
            if !complete {
                return fail(format!("{platform}: {}", String::from_utf8_lossy(&printed)));
            }
            // Comments and their places are each Helm's own.
            let objects = objects(&printed);
            let expected = first.get_or_insert_with(|| objects.clone());
            if *expected != objects {
                return fail(format!("{platform}: {}", first_difference(expected.as_bytes(), objects.as_bytes())));
            }
        }
    }
    Ok(())
}

/// What stands in for others' parts elsewhere in these tests is here what those parts make.
fn parts_are_real(dist: &Path) -> Outcome {
    let licences = std::fs::read_to_string(dist.join("THIRD-PARTY-LICENSES")).unwrap();
    let sbom = std::fs::read(dist.join(format!("istio-alb-{VERSION}.cdx.json"))).unwrap();
    let sbom: serde_json::Value = serde_json::from_slice(&sbom).unwrap();
    let parts = sbom["components"].as_array().map_or(0, Vec::len);
    let image = std::fs::read(dist.join(format!("istio-alb-{VERSION}-image.tar"))).unwrap();
    if !licences.contains("serde_json") || parts < 20 || image.len() < 1_000_000 {
        return fail(format!("{} of licences, {parts} parts, {} of an image", licences.len(), image.len()));
    }
    Ok(())
}

/// All objects, each as one line, sorted. Helm 4 takes the annotation away by which it knows the template of an object, and may leave an
/// empty map.
fn objects(printed: &[u8]) -> String {
    let objects = contract::documents(printed).into_iter().filter_map(|document| contract::parse(document).ok());
    let objects = objects.map(|mut object| {
        if let Some(metadata) = object.get_mut("metadata").and_then(|metadata| metadata.as_object_mut()) {
            metadata.retain(|key, value| key != "annotations" || value.as_object().is_none_or(|all| !all.is_empty()));
        }
        object
    });
    let mut lines: Vec<String> =
        objects.filter(|object| object.is_object()).map(|object| format!("{object}\n")).collect();
    lines.sort();
    lines.concat()
}

/// A folder with a chart and nothing of this project but packages.
struct User {
    home: PathBuf,
    platform: &'static str,
    dist: PathBuf,
}

impl User {
    fn new(home: PathBuf, platform: &'static str, dist: &Path) -> User {
        copy_folder(&project().join("chart-fixtures/gateway"), &home.join("gateway"));
        User { home, platform, dist: dist.to_owned() }
    }

    /// A script that runs the program of another processor or system as if it were this one's.
    fn emulated(&self, script: &Path, program: &Path) {
        let run = match self.platform {
            "linux-arm64" => format!("exec qemu-aarch64-static '{}' \"$@\"", program.display()),
            "windows-amd64" => format!("exec wine '{}' \"$@\"", program.display()),
            _ => format!("exec '{}' \"$@\"", program.display()),
        };
        executable(script, &format!("#!/bin/sh\n{run}\n"));
    }

    fn helm(&self, tool: Tool, arguments: &[&str]) -> Output {
        let mut helm = Command::new(tool.path());
        helm.current_dir(&self.home).env_clear().env("HOME", &self.home).args(arguments);
        helm.env(
            "PATH",
            std::env::join_paths([&self.home.join("bin"), Path::new("/usr/bin"), Path::new("/bin")]).unwrap(),
        );
        helm.env("WINEPREFIX", cache().join("wine")).env("WINEDEBUG", "-all");
        helm.output().unwrap()
    }

    fn template(&self, tool: Tool) -> Result<Vec<u8>, libtest_mimic::Failed> {
        let chart = ["template", "istio-ingressgateway", "gateway", "--namespace", "istio-system"];
        let done = self.helm(tool, &[&chart[..], &["--post-renderer", "istio-alb"]].concat());
        if done.status.success() { Ok(done.stdout) } else { Err(format!("{}: {}", self.platform, shown(&done)).into()) }
    }

    /// The archive, unpacked, and its program on PATH.
    fn helm3(&self, target: &str) -> Result<Vec<u8>, libtest_mimic::Failed> {
        let archive = archive_name(VERSION, target);
        let mut unpack = Command::new(if archive.ends_with(".zip") { "unzip" } else { "tar" });
        unpack.current_dir(&self.home).arg(if archive.ends_with(".zip") { "-q" } else { "-xzf" });
        succeeded(&unpack.arg(self.dist.join(&archive)).output().unwrap())?;
        let name = if self.platform.starts_with("windows") { "istio-alb.exe" } else { "istio-alb" };
        self.emulated(
            &self.home.join("bin/istio-alb"),
            &self.home.join(format!("istio-alb-{VERSION}-{target}")).join(name),
        );
        let printed = self.template(Tool::Helm3)?;
        std::fs::remove_file(self.home.join("bin/istio-alb")).unwrap();
        Ok(printed)
    }

    /// The package, verified. Helm starts the program of this machine, in whose place that of the other one is put.
    fn helm4(&self, keys: &str) -> Result<Vec<u8>, libtest_mimic::Failed> {
        let package = self.dist.join(format!("istio-alb-{VERSION}.tgz"));
        let done = self.helm(Tool::Helm4, &["plugin", "install", package.to_str().unwrap(), "--keyring", keys]);
        succeeded(&done)?;
        let ours = crate::support::helm::platform();
        if self.platform != ours {
            let programs = self.home.join(".local/share/helm/plugins/istio-alb/bin");
            let name = if self.platform.starts_with("windows") { "istio-alb.exe" } else { "istio-alb" };
            self.emulated(&programs.join(ours).join("istio-alb"), &programs.join(self.platform).join(name));
        }
        self.template(Tool::Helm4)
    }
}
