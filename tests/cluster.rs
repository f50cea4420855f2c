//! A real API server, and real Helm with it: whether it takes what we print, and what becomes of a live gateway on the way
//! from its NLB or Classic ELB to the ALB and back.
//!
//! No AWS controller runs. Where it matters, its traces (finalizer, status) are written and taken off by the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

#[path = "cluster/dry_run.rs"]
mod dry_run;
#[path = "cluster/failures.rs"]
mod failures;
#[path = "cluster/guide.rs"]
mod guide;
#[path = "cluster/journey.rs"]
mod journey;
#[path = "cluster/release.rs"]
mod release;
#[path = "cluster/states.rs"]
mod states;
mod support;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    // What is only asked about comes first: a node port that it names could be taken later on.
    let asked = libtest_mimic::run(&arguments, dry_run::trials());
    let trials = [journey::trials(), guide::trials(), failures::trials()];
    let trials = trials.into_iter().flatten().collect();
    let done = libtest_mimic::run(&arguments, trials);
    support::cluster::stop();
    asked.exit_if_failed();
    done.exit_if_failed();
}
