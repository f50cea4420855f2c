//! The contract of `manifest_yaml::apply`, of which the editor's own reader is not the only judge.

use super::dice::Dice;
use super::patch::{self, Touched};
use super::text::{self, Text};
use manifest_yaml::{Tree, apply};
use serde_json::Value;

/// What holds of a random Service and a random patch, both as these bytes throw them.
pub fn check_thrown(bytes: &[u8]) -> Result<(), String> {
    let mut dice = Dice::new(bytes);
    let value = patch::service(&mut dice);
    let (patch, touched) = patch::patch(&mut dice, &value);
    let text = text::print(&mut dice, &value);
    check(&text, &value, &patch, &touched)
}

/// An error says what does not hold.
fn check(old: &Text, value: &Value, patch: &json_patch::Patch, touched: &Touched) -> Result<(), String> {
    let text = &old.text;
    let shown = || format!("{text}\n--- {}\n", serde_json::to_string(patch).unwrap());
    let read = Tree::parse(text).and_then(|tree| tree.value());
    ensure(read.as_ref() == Ok(value), || format!("it reads as {read:?}\n{}", shown()))?;
    let mut target = value.clone();
    json_patch::patch(&mut target, patch).unwrap();

    let new = match apply(text, patch) {
        Ok(new) => new,
        Err(error) => {
            ensure(old.delicate && !error.internal, || format!("{error}\n{}", shown()))?;
            return Ok(());
        }
    };
    let shown = || format!("{}---\n{new}", shown());
    let read = Tree::parse(&new).and_then(|tree| tree.value());
    ensure(read.as_ref() == Ok(&target), || format!("the result reads as {read:?}\n{}", shown()))?;
    if serde_yaml::from_str::<Value>(text).is_ok_and(|read| read == *value) {
        let read = serde_yaml::from_str::<Value>(&new).map_err(|error| error.to_string());
        ensure(read.as_ref() == Ok(&target), || format!("serde_yaml reads {read:?}\n{}", shown()))?;
    }

    // A dash goes to the next entry of its mapping when the first is removed.
    let bare = |line: &str| line.trim_end_matches('\r').trim_start_matches([' ', '-', ':']).to_owned();
    let mut lines = new.trim_start_matches('\u{feff}').split('\n').map(bare);
    for line in old.untouched_lines(touched) {
        ensure(lines.any(|new| new == bare(&line)), || format!("lost: {line:?}\n{}", shown()))?;
    }
    let mut rest = new.as_str();
    for comment in &old.comments {
        match rest.split_once(&comment.text) {
            Some((_, behind)) => rest = behind,
            None => ensure(comment.may_go(touched), || format!("lost: {}\n{}", comment.text, shown()))?,
        }
    }
    if text.contains("\r\n") {
        ensure(!new.replace("\r\n", "").contains('\n'), || format!("mixed line ends\n{}", shown()))?;
    }
    let keeps_mark = text.starts_with('\u{feff}') == new.starts_with('\u{feff}');
    ensure(keeps_mark, || format!("another byte order mark\n{}", shown()))
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
