//! Gateways of the Kubernetes Gateway API with a real istiod, of two releases, beside a real API server: what istiod makes of what
//! we print is compared with what we say that it makes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::exit)]
#![cfg(target_os = "linux")]

#[path = "gateway_api/helm.rs"]
mod helm;
#[allow(dead_code)] // other tests use more of it
#[path = "mesh/http.rs"]
mod http;
#[path = "gateway_api/injector.rs"]
mod injector;
#[allow(dead_code)] // other tests use more of it
#[path = "mesh/istiod.rs"]
mod istiod;
#[path = "gateway_api/live.rs"]
mod live;
#[path = "gateway_api/phases.rs"]
mod phases;
#[allow(dead_code)] // other tests use more of it
#[path = "mesh/process.rs"]
mod process;
#[allow(dead_code)] // other tests use more of it
#[path = "cluster/release.rs"]
mod release;
#[path = "mesh/sandbox.rs"]
mod sandbox;
mod support;

use istiod::{Istiod, NEWEST, OLDER, Release};
use libtest_mimic::Arguments;
use sandbox::Sandbox;
use std::sync::{Mutex, PoisonError};
use support::cluster;
use support::tools::{Need, gated};

static RUNNING: Mutex<Option<Istiod>> = Mutex::new(None);

fn main() {
    let mut arguments = Arguments::from_args();
    // One istiod runs at a time.
    arguments.test_threads = Some(1);
    let mut needs = Vec::new();
    match Sandbox::find() {
        Sandbox::Inside => sandbox::end_with_the_outside(),
        Sandbox::Outside(command) => std::process::exit(sandbox::enter(command)),
        Sandbox::Closed(why) => needs.push(Need::Namespace(why)),
    }
    let mut trials = Vec::new();
    // Resources of the Gateway API are not brought back to an older version.
    for release in [OLDER, NEWEST] {
        let needs: Vec<Need> = release.needs().into_iter().chain(needs.clone()).collect();
        for case in phases::CASES {
            let name = format!("istiod {}: {}", release.name, case.name);
            trials.push(gated(name, needs.clone(), move || with(release, |istiod| phases::run(&case, istiod))));
        }
    }
    for way in [release::HELM3, release::HELM4] {
        let helm = Need::Tool(way.installed_by);
        let needs = NEWEST.needs().into_iter().chain(needs.clone()).chain([helm]).collect();
        let name = format!("{}: install, attach, cut over, roll back, uninstall", way.name);
        trials.push(gated(name, needs, move || with(NEWEST, |_| helm::run(way))));
    }
    let done = libtest_mimic::run(&arguments, trials);
    drop(RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take());
    cluster::stop();
    done.exit();
}

/// Runs a trial with an istiod of a release.
fn with<T>(release: Release, trial: impl FnOnce(&Istiod) -> T) -> T {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if running.as_ref().is_none_or(|istiod| istiod.release.name != release.name) {
        // The old one ends first: both want the same ports.
        drop(running.take());
        injector::write(cluster::get(), release);
        *running = Some(Istiod::start(cluster::get(), release));
    }
    trial(running.as_ref().unwrap())
}
