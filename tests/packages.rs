//! What strangers install, and how it is made: the signed plugin of Helm 4, archives, manifests of other installers, crates, and
//! the workflows that call the scripts of `deploy/`.
//!
//! The scripts run with programs that stand in for those of other platforms, with keys that exist for one test, and with a
//! registry on loopback. What installs is real: Helm, krew, oras.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(unix)]
#[path = "packages/archives.rs"]
mod archives;
#[cfg(unix)]
#[path = "packages/built.rs"]
mod built;
#[cfg(unix)]
#[path = "packages/crates.rs"]
mod crates;
#[cfg(unix)]
#[path = "packages/gpg.rs"]
mod gpg;
#[cfg(unix)]
#[path = "packages/images.rs"]
mod images;
#[cfg(unix)]
#[allow(dead_code)]
#[path = "../examples/pages.rs"]
mod pages;
#[cfg(unix)]
#[path = "packages/plugin.rs"]
mod plugin;
#[cfg(unix)]
#[path = "packages/registry.rs"]
mod registry;
#[cfg(unix)]
#[path = "packages/release.rs"]
mod release;
mod support;
#[cfg(unix)]
#[path = "packages/whole.rs"]
mod whole;
#[cfg(unix)]
#[path = "packages/workflows.rs"]
mod workflows;

use libtest_mimic::Arguments;

#[cfg(not(unix))]
fn main() {
    libtest_mimic::run(&Arguments::from_args(), Vec::new()).exit_if_failed();
}

#[cfg(unix)]
fn main() {
    let parts = [
        archives::trials,
        built::trials,
        crates::trials,
        images::trials,
        plugin::trials,
        whole::trials,
        workflows::trials,
    ];
    let trials = parts.into_iter().flat_map(|part| part()).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_if_failed();
}
