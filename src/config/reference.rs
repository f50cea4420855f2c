//! What the documentation says about fields, flags and variables, made from the types and the table of fields.

use super::fields::{FIELDS, Field, Shape};
use super::{layers, schema};
use serde_json::Value;
use std::collections::BTreeMap;

/// The first sentence of each field's description, by path: what `--help` says about its flag.
#[must_use]
pub fn sentences() -> BTreeMap<&'static str, String> {
    let mut schema = schema::schema();
    let sentence = |text: &str| {
        let paragraph = text.split("\n\n").next().unwrap_or_default();
        let end = paragraph.find(". ").unwrap_or(paragraph.len());
        paragraph[..end].trim_end_matches('.').replace('`', "")
    };
    FIELDS
        .iter()
        .filter_map(|field| {
            let text = schema::at(&mut schema, field.path)?["description"].as_str()?;
            Some((field.path, sentence(text)))
        })
        .collect()
}

/// Compares a generated file with the one that is checked in; with `ISTIO_ALB_BLESS=1` writes it.
#[cfg(test)]
pub(super) fn compare(file: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == generated, "{file} is not what the code says; ISTIO_ALB_BLESS=1 cargo test writes it");
}
