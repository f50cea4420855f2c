//! The container images of `deploy/image.sh`, unpacked and run: not with what wrote them, but with skopeo and umoci, and without
//! a daemon.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(unix)]
#[path = "images/image.rs"]
mod image;
#[cfg(unix)]
#[path = "images/trials.rs"]
mod trials;

mod support;

use libtest_mimic::Arguments;

#[cfg(not(unix))]
fn main() {
    libtest_mimic::run(&Arguments::from_args(), Vec::new()).exit_if_failed();
}

#[cfg(unix)]
fn main() {
    libtest_mimic::run(&Arguments::from_args(), trials::trials()).exit_if_failed();
}
