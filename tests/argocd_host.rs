//! The plugin inside Argo CD: its own repo-server and plugin server run the `plugin.yaml` that we ship, over a unix socket,
//! with real Helm. What comes back is what Argo CD would apply, and what fails is the text of the condition that users read
//! at the Application, to the letter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(not(unix), allow(unused))]

mod support;

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = [manifests::trials(), conditions::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_if_failed();
}

#[cfg(unix)]
#[path = "argocd_host/conditions.rs"]
mod conditions;
#[cfg(unix)]
#[path = "argocd_host/host.rs"]
mod host;
#[cfg(unix)]
#[path = "argocd_host/manifests.rs"]
mod manifests;
