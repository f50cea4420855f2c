//! Over many inputs without coverage: what stable Rust can do.

use super::mutation::mutated;
use super::targets::Target;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is longer is not mutated any further: it only grows.
const LONGEST: usize = 3_000;

/// In shorter inputs, what does not grow with them is most of what is allocated.
const TINY: usize = 1_000;

/// Runs a target on each input, and on so many others, each made from the one before. The seed decides which; the error shows the
/// input that broke a promise. Returns the most that was allocated, in bytes for each byte of an input that is not tiny.
pub fn go_over(target: &Target, inputs: &[String], rounds: u64, seed: u64) -> Result<usize, String> {
    let mut most = 0;
    for (at, first) in (0..).zip(inputs) {
        let mut input = first.clone();
        for round in 0..=rounds {
            match catch_unwind(AssertUnwindSafe(|| target.run(&input))) {
                Ok(took) if input.len() >= TINY => most = most.max(took / input.len()),
                Ok(_) => {}
                Err(panic) => {
                    let text = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
                    let message = panic.downcast_ref::<String>().cloned().or(text).unwrap_or_default();
                    return Err(format!(
                        "{message}\n--- {input:?}\n--- is the input: number {at}, round {round}\n{input}"
                    ));
                }
            }
            let next = mutated(target, &input, seed.wrapping_mul(0x1_0000_0001) ^ (at << 20 | round));
            input = if next.len() <= LONGEST { next } else { first.clone() };
        }
    }
    Ok(most)
}
