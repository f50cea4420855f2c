//! What is fuzzed, and what must hold: once for the coverage-guided targets in `fuzz_targets/`, and for `tests/fuzz.rs`, which
//! goes over the fixtures with stable Rust.
//!
//! - [`targets`]: what is run on an input, and what must hold of it
//! - [`seeds`]: the fixtures as inputs of a target
//! - [`mutation`]: inputs from inputs; [`objects`] makes up objects of Kubernetes, [`random_yaml`] their text
//! - [`runner`]: over many inputs without coverage
//! - [`dictionary`]: the words of the program
//! - [`memory`]: how much was allocated

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod dictionary;
pub mod memory;
pub mod mutation;
pub mod objects;
pub mod random_yaml;
pub mod runner;
pub mod seeds;
pub mod targets;

/// The two functions that libFuzzer calls.
#[macro_export]
macro_rules! with_libfuzzer {
    ($target:literal) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            fuzzing::targets::target($target).run(&String::from_utf8_lossy(bytes));
        });
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            let target = fuzzing::targets::target($target);
            fuzzing::mutation::in_place(target, data, size, max_size, seed, libfuzzer_sys::fuzzer_mutate)
        });
    };
}
