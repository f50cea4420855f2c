//! The release builds of every platform, as `deploy/build-all.sh` makes them: those that can be run here are run, all are
//! looked into, and one is built once more in another folder.
//!
//! Linux on another processor runs under QEMU's user mode, the program for Windows under Wine. Nothing here runs a program
//! for macOS; of those the headers, the libraries and the signature are checked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "platforms/format.rs"]
mod format;
#[path = "platforms/run.rs"]
mod run;
#[path = "platforms/signature.rs"]
mod signature;
mod support;

use libtest_mimic::{Arguments, Trial};
use std::path::PathBuf;
use std::process::Command;
use support::tools::{Need, gated, platforms};
use support::{Outcome, fail, project, shown};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = run::trials();
    trials.extend(format::trials());
    trials.push(Trial::test("build-all.sh builds the platforms of plugin.yaml", names_agree));
    trials.push(
        Trial::test("scripts say what they lack", scripts_say_what_they_lack)
            .with_ignored_flag(!cfg!(target_os = "linux")),
    );
    trials.push(gated("two builds in two folders give the same bytes", vec![Need::Platforms], reproduced));
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

/// The platforms, as `plugin.yaml` names them.
const LINUX: [&str; 2] = ["linux-amd64", "linux-arm64"];
const MACOS: [&str; 2] = ["darwin-amd64", "darwin-arm64"];
const WINDOWS: &str = "windows-amd64";

fn program(platform: &str) -> PathBuf {
    let name = if platform == WINDOWS { "istio-alb.exe" } else { "istio-alb" };
    platforms().join(platform).join(name)
}

fn names_agree() -> Outcome {
    let manifest = std::fs::read_to_string(project().join("plugin.yaml"))?;
    let named = manifest.lines().filter_map(|line| line.trim().strip_prefix("command: ${HELM_PLUGIN_DIR}/bin/"));
    let known: Vec<PathBuf> = LINUX.into_iter().chain(MACOS).chain([WINDOWS]).map(program).collect();
    let named: Vec<PathBuf> = named.map(|name| platforms().join(name)).collect();
    assert_eq!(named, known);
    // A platform that it does not know is refused before anything is built.
    let mut script = Command::new(project().join("deploy/build-all.sh"));
    let output = script.args(["linux-amd64", "plan9-amd64"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(2) && said.contains("no platform plan9-amd64") {
        Ok(())
    } else {
        fail(shown(&output))
    }
}

/// With nothing on PATH but what every system has.
fn scripts_say_what_they_lack() -> Outcome {
    let folder = tempfile::tempdir()?;
    for tool in ["bash", "cut", "dirname", "sed", "uname"] {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|program| program.is_file());
        std::os::unix::fs::symlink(found.expect(tool), folder.path().join(tool))?;
    }
    for (script, said) in [
        ("deploy/build-all.sh", "build-all: cargo is not on PATH; https://rustup.rs installs Rust\n"),
        ("deploy/zig.sh", "zig: Zig comes from PyPI, and python3 with pip is not on PATH (Debian: python3-pip)\n"),
    ] {
        let mut script = Command::new(project().join(script));
        let output = script.env("PATH", folder.path()).env("ISTIO_ALB_TOOLS", folder.path().join("cache")).output()?;
        if output.status.code() != Some(1) || output.stderr != said.as_bytes() {
            return fail(shown(&output));
        }
    }
    Ok(())
}

fn reproduced() -> Outcome {
    let output = Command::new(project().join("deploy/reproduce.sh")).arg("linux-amd64").output()?;
    if output.status.success() { Ok(()) } else { fail(shown(&output)) }
}
