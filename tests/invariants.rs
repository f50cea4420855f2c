//! The contract over gateways in whatever style a chart may render them: keys in any order and quoting, block and flow,
//! comments and blank lines anywhere, sequences at any column, LF and CRLF, other documents around.
//!
//! proptest shrinks a failing tape towards zeros, and the text towards the plain style.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use support::{contract, first_difference, rewrite, shown, styles};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn every_style_of_a_gateway_keeps_the_contract(tape in prop::collection::vec(0_u8..24, 0..120)) {
        let input = styles::stream(tape);
        let text = String::from_utf8_lossy(&input).into_owned();
        let output = rewrite(&input);
        prop_assert!(output.status.success(), "refused\n{text}\n{}", shown(&output));
        let changed = match contract::compare(&input, &output.stdout) {
            Ok(changed) => changed,
            Err(message) => return Err(TestCaseError::fail(format!("{message}\n{text}\n{}", shown(&output)))),
        };
        prop_assert_eq!(changed.services.len(), 1, "{}", text);
        prop_assert_eq!(changed.ingresses.len(), 1, "{}", text);
        let (before, after) = changed.services[0];
        if let Err(message) = contract::check_values(before, after, contract::Pods::of(&input)).and_then(|()| comments_stay(before, after)) {
            return Err(TestCaseError::fail(format!("{message}\n{text}\n{}", shown(&output))));
        }
        if let Err(message) = contract::check_ingress(changed.ingresses[0], before) {
            return Err(TestCaseError::fail(format!("{message}\n{text}\n{}", shown(&output))));
        }
        let again = rewrite(&output.stdout);
        prop_assert!(
            again.stdout == output.stdout,
            "a second run changes it: {}\n{text}\n{}",
            first_difference(&output.stdout, &again.stdout),
            shown(&again)
        );
    }
}

/// Comments that belong to nothing that goes: those marked `stays`.
fn comments_stay(before: &[u8], after: &[u8]) -> Result<(), String> {
    let marks = |document: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(document).into_owned();
        text.match_indices("# stays").map(|(at, _)| text[at..].chars().take(12).collect()).collect()
    };
    if marks(before) == marks(after) { Ok(()) } else { Err("a comment is gone or moved".into()) }
}
