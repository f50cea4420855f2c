//! docs/findings.md is what the rules say. `ISTIO_ALB_BLESS=1 cargo test --test findings_page` writes it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use istio_alb::output::rule_docs as reference;
use support::{assert_golden, project};

#[test]
fn the_page_is_made_from_the_rules() {
    assert_golden(&project().join("docs/findings.md"), reference::page().as_bytes());
}

#[test]
fn every_rule_has_an_id_of_its_own_and_says_all_that_is_asked_of_it() {
    let rules = istio_alb::lint::REGISTRY.rules();
    for (rule, next) in rules.iter().zip(&rules[1..]) {
        assert!(rule.id < next.id, "{} and {}", rule.id, next.id);
    }
    for rule in rules {
        for text in [rule.name, rule.summary, rule.explanation, rule.help, rule.source] {
            assert!(!text.trim().is_empty(), "{}", rule.id);
        }
    }
}
