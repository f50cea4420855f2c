//! What strangers install, and how it is made: the signed plugin of Helm 4, archives, manifests of other installers, crates, and
//! the workflows that call the scripts of `deploy/`.
//!
//! The scripts run with programs that stand in for those of other platforms, with keys that exist for one test, and with a
//! registry on loopback. What installs is real: Helm, krew, oras.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

#[path = "packages/archives.rs"]
mod archives;
#[path = "packages/built.rs"]
mod built;
#[path = "packages/crates.rs"]
mod crates;
#[path = "packages/gpg.rs"]
mod gpg;
#[path = "packages/images.rs"]
mod images;
#[allow(dead_code)]
#[path = "../examples/pages.rs"]
mod pages;
#[path = "packages/plugin.rs"]
mod plugin;
#[path = "packages/release.rs"]
mod release;
#[path = "packages/serve.rs"]
mod serve;
mod support;
#[path = "packages/whole.rs"]
mod whole;
#[path = "packages/workflows.rs"]
mod workflows;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for part in [
        archives::trials,
        built::trials,
        crates::trials,
        images::trials,
        plugin::trials,
        whole::trials,
        workflows::trials,
    ] {
        trials.extend(part());
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}
