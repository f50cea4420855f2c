//! Random Services in random styles, with random patches: the contract of `manifest_yaml::apply`.
//!
//! The editor verifies each result with its own reader; here others judge: the generator, which knows the value, each line
//! and each comment that it wrote, and serde_yaml, where it reads the document as the generator meant it.
//! `PROPTEST_CASES=300000 cargo test --test yaml_edit` runs long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dice;
mod flow;
mod patch;
mod text;

use dice::Dice;
use manifest_yaml::{Tree, apply};
use patch::Touched;
use proptest::prelude::*;
use serde_json::Value;
use text::Text;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_changes_what_the_patch_says_and_nothing_else(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        let mut dice = Dice::new(&bytes);
        let value = patch::service(&mut dice);
        let (patch, touched) = patch::patch(&mut dice, &value);
        let text = text::print(&mut dice, &value);
        check(&text, &value, &patch, &touched)?;
    }
}

fn check(old: &Text, value: &Value, patch: &json_patch::Patch, touched: &Touched) -> Result<(), TestCaseError> {
    let text = &old.text;
    let shown = || format!("{text}\n--- {}\n", serde_json::to_string(patch).unwrap());
    let read = Tree::parse(text).and_then(|tree| tree.value());
    prop_assert_eq!(read.as_ref(), Ok(value), "{}", shown());
    let mut target = value.clone();
    json_patch::patch(&mut target, patch).unwrap();

    let new = match apply(text, patch) {
        Ok(new) => new,
        Err(error) => {
            prop_assert!(old.delicate && !error.internal, "{error}\n{}", shown());
            return Ok(());
        }
    };
    let shown = || format!("{}---\n{new}", shown());
    let read = Tree::parse(&new).and_then(|tree| tree.value());
    prop_assert_eq!(read.as_ref(), Ok(&target), "{}", shown());
    if serde_yaml::from_str::<Value>(text).is_ok_and(|read| read == *value) {
        let read = serde_yaml::from_str::<Value>(&new).map_err(|error| error.to_string());
        prop_assert_eq!(read.as_ref(), Ok(&target), "serde_yaml reads it differently\n{}", shown());
    }

    // A dash goes to the next entry of its mapping when the first is removed.
    let bare = |line: &str| line.trim_end_matches('\r').trim_start_matches([' ', '-', ':']).to_owned();
    let mut lines = new.trim_start_matches('\u{feff}').split('\n').map(bare);
    for line in old.untouched_lines(touched) {
        prop_assert!(lines.any(|new| new == bare(&line)), "lost: {line:?}\n{}", shown());
    }
    let mut rest = new.as_str();
    for comment in &old.comments {
        match rest.split_once(&comment.text) {
            Some((_, behind)) => rest = behind,
            None => prop_assert!(comment.may_go(touched), "lost: {}\n{}", comment.text, shown()),
        }
    }
    if text.contains("\r\n") {
        prop_assert!(!new.replace("\r\n", "").contains('\n'), "mixed line ends\n{}", shown());
    }
    prop_assert_eq!(text.starts_with('\u{feff}'), new.starts_with('\u{feff}'));
    Ok(())
}
