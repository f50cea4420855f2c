//! Where manifests are checked before anybody deploys them: the GitHub Action, pre-commit, GitLab's CI, and editors by way of
//! SchemaStore. What `docs/ci.md` shows is what is run.
//!
//! Neither GitHub nor GitLab is here: a runner's variables and files are, the schemas of the files that they read, and a
//! server on loopback that has a release made of the program under test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

#[path = "integrations/action.rs"]
mod action;
#[path = "integrations/gitlab.rs"]
mod gitlab;
#[path = "integrations/page.rs"]
mod page;
#[path = "integrations/pre_commit.rs"]
mod pre_commit;
#[path = "integrations/release.rs"]
mod release;
#[path = "integrations/schema_store.rs"]
mod schema_store;
mod support;

use libtest_mimic::Arguments;

/// A trial by its name.
type Named = (&'static str, fn() -> support::Outcome);

fn main() {
    let arguments = Arguments::from_args();
    let trials = [action::trials(), gitlab::trials(), pre_commit::trials(), schema_store::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit();
}
