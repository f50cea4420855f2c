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

fn reproduced() -> Outcome {
    let output = support::command(project().join("deploy/reproduce.sh"), project()).arg("linux-amd64").output()?;
    if output.status.success() { Ok(()) } else { fail(shown(&output)) }
}
