//! Programs that run Helm, or do as Helm does, with this program as the post-renderer: the real ones, with Helm 3 and
//! Helm 4, and where they deploy, against a real API server. What people are told about each in docs/hosts.md is typed.
//!
//! helm-diff can't be had from a package registry: its rules about streams are kept here (`helm_diff.rs`), and what
//! Helmfile hands to it is taken by a stand-in. Terraform's provider, Pulumi's and Skaffold are not run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

#[path = "helm_hosts/ansible.rs"]
mod ansible;
#[path = "helm_hosts/chart_testing.rs"]
mod chart_testing;
#[path = "helm_hosts/helm_diff.rs"]
mod helm_diff;
#[path = "helm_hosts/helm_unittest.rs"]
mod helm_unittest;
#[path = "helm_hosts/helmfile.rs"]
mod helmfile;
#[path = "helm_hosts/page.rs"]
mod page;
#[allow(dead_code)] // tests/cluster.rs uses the rest
#[path = "cluster/release.rs"]
mod release;
mod support;
#[path = "helm_hosts/twins.rs"]
mod twins;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    let trials = [
        page::trials(),
        twins::trials(),
        helmfile::trials(),
        helm_unittest::trials(),
        helm_diff::trials(),
        ansible::trials(),
        chart_testing::trials(),
    ];
    let done = libtest_mimic::run(&arguments, trials.into_iter().flatten().collect());
    support::cluster::stop();
    done.exit_if_failed();
}
