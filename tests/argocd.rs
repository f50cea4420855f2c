//! `argocd generate` and `argocd parameters` as Argo CD runs them: with a stand-in for Helm that keeps what it is called
//! with, and with real Helm 3 and 4 over our own chart and Istio's. What users read at the Application is compared to the
//! letter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(not(unix), allow(unused))]

mod support;

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = [fake::trials(), failures::trials(), hostile::trials(), real::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_if_failed();
}

#[cfg(unix)]
#[path = "argocd/failures.rs"]
mod failures;
#[cfg(unix)]
#[path = "argocd/fake.rs"]
mod fake;
#[cfg(unix)]
#[path = "argocd/hostile.rs"]
mod hostile;
#[cfg(unix)]
#[path = "argocd/real.rs"]
mod real;
