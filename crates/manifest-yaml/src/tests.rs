use super::apply;
use serde_json::Value;

mod editing;
mod emitting;
mod flow;
mod plain;
mod reading;
mod refusals;

/// The text with the patch applied.
fn edit(text: &str, patch: Value) -> String {
    let patch = serde_json::from_value(patch).unwrap();
    apply(text, &patch).unwrap()
}

/// Message and place with which an edit is refused.
fn refuse(text: &str, patch: Value) -> (String, Option<usize>) {
    let patch = serde_json::from_value(patch).unwrap();
    let error = apply(text, &patch).unwrap_err();
    assert!(!error.internal, "{error}");
    (error.message, error.offset)
}
