//! Random Services in random styles, with random patches: the contract of `manifest_yaml::apply`.
//!
//! The editor verifies each result with its own reader; here others judge: the generator, which knows the value, each line
//! and each comment that it wrote, and serde_yaml, where it reads the document as the generator meant it.
//! `PROPTEST_CASES=300000 cargo test --test yaml_edit` runs long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod contract;
mod dice;
mod flow;
mod patch;
mod text;

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_changes_what_the_patch_says_and_nothing_else(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        contract::check_thrown(&bytes).map_err(TestCaseError::fail)?;
    }
}
