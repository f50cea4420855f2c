//! The targets of `fuzz/` with stable Rust: over the fixtures, and over a bounded number of inputs made from each of them, the
//! same in every run. `ISTIO_ALB_FUZZ_ROUNDS=1000 cargo test --test fuzz` makes more of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)] // what only libFuzzer calls
#[path = "../fuzz/src/lib.rs"]
mod fuzzing;
mod support;

use fuzzing::runner;
use fuzzing::targets::{TARGETS, Target};
use libtest_mimic::{Arguments, Trial};
use support::{Outcome, assert_golden, fail, project};

/// Inputs that are made from each fixture.
const ROUNDS: u64 = 4;

fn main() {
    let mut arguments = Arguments::from_args();
    // What a target allocates is counted, and that of another thread would be as well.
    arguments.test_threads = Some(1);
    let rounds = std::env::var("ISTIO_ALB_FUZZ_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let over_fixtures = |target: &'static Target| Trial::test(target.name, move || go_over(target, rounds));
    let mut trials: Vec<Trial> = TARGETS.iter().map(over_fixtures).collect();
    trials.push(Trial::test("dictionary", || {
        assert_golden(&project().join("fuzz/dictionary"), fuzzing::dictionary::file().as_bytes());
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn go_over(target: &'static Target, rounds: u64) -> Outcome {
    let seeds = (target.seeds)();
    assert!(seeds.len() > 10, "{} has {} seeds", target.name, seeds.len());
    runner::go_over(target, &seeds, rounds, 0).map(drop).or_else(fail)
}
