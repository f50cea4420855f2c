//! What `--version` tells of the build: the commit and the target; and what the linker of Apple's systems has to know.
//!
//! The commit is, in this order:
//!
//! - `ISTIO_ALB_COMMIT`, which scripts set that build a release
//! - what Cargo writes into a package for crates.io (`.cargo_vcs_info.json`)
//! - in a release build, what `git` says; with ` (changed)` where the sources differ from it
//! - `unknown`: also in every debug build, which would otherwise be compiled anew after each commit

use std::env;
use std::path::Path;
use std::process::Command;

/// What the program is made from.
const SOURCES: [&str; 5] = ["build.rs", "Cargo.toml", "Cargo.lock", "src", "crates"];

/// Behind a commit that does not have all of the sources.
const CHANGED: &str = " (changed)";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ISTIO_ALB_COMMIT");
    let commit = given().or_else(packaged).or_else(checked_out).unwrap_or_else(|| "unknown".into());
    println!("cargo::rustc-env=ISTIO_ALB_BUILT_FROM={commit}");
    println!("cargo::rustc-env=ISTIO_ALB_BUILT_FOR={}", env::var("TARGET").unwrap_or_default());
    // Rust names libraries for what its standard library could want; those that nothing is taken from are left out.
    if env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple") {
        println!("cargo::rustc-link-arg-bins=-Wl,-dead_strip_dylibs");
    }
}

fn given() -> Option<String> {
    env::var("ISTIO_ALB_COMMIT").ok().filter(|commit| !commit.is_empty())
}

/// The file is `{"git": {"sha1": "…", "dirty": true}, …}`; a crate to read two words of it would be one more to trust.
fn packaged() -> Option<String> {
    let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    let changed = if text.contains("\"dirty\": true") { CHANGED } else { "" };
    Some(rest.split('"').nth(1)?.to_owned() + changed)
}

fn checked_out() -> Option<String> {
    // A folder of another repository has a commit that says nothing of these sources.
    if env::var("PROFILE").ok()? != "release" || !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    // It changes with every commit and with every checkout.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    for source in SOURCES.into_iter().filter(|source| Path::new(source).exists()) {
        println!("cargo::rerun-if-changed={source}");
    }
    let mut changes = vec!["status", "--porcelain", "--"];
    changes.extend(SOURCES);
    let changed = if git(&changes)?.is_empty() { "" } else { CHANGED };
    Some(git(&["rev-parse", "HEAD"])? + changed)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
