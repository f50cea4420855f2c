//! What the documentation says about fields, flags and variables, made from the types and the table of fields.
//!
//! `docs/configuration.md` holds these texts between markers; a test compares them (`ISTIO_ALB_BLESS=1 cargo test` writes
//! them again). The same sentences are the help of the flags.

use super::fields::{FIELDS, Shape};
use super::layers::PREFIX;
use super::schema;
use serde_json::Value;
use std::collections::BTreeMap;

/// One field as the documentation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its path below `spec`.
    pub path: &'static str,
    /// What it means, in Markdown.
    pub description: String,
    /// What kind of value it takes, in Markdown.
    pub kind: String,
    /// How its value is written in a flag or a variable.
    pub shape: Shape,
    /// What holds if nothing is said, in Markdown; empty: nothing.
    pub default: String,
    /// The annotations of the Ingress that it becomes.
    pub annotations: &'static [&'static str],
    /// Its flag, with the hyphens.
    pub flag: Option<String>,
    /// Its variable.
    pub variable: String,
}

/// All fields, in the order of the documentation.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut schema = schema::plain();
    let row = |field: &'static super::fields::Field| {
        let described = schema::at(&mut schema, field.path)?;
        Some(Row {
            path: field.path,
            description: described["description"].as_str()?.to_owned(),
            kind: kind(described),
            shape: field.shape,
            default: field.default_in_words(),
            annotations: field.annotations,
            flag: field.flag.map(|flag| format!("--{flag}")),
            variable: format!("{PREFIX}{}", field.variable()),
        })
    };
    FIELDS.iter().filter_map(row).collect()
}

/// What `--help` and completions say about a flag.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    /// The first sentence of its field's description.
    pub sentence: String,
    /// What it does where it takes no value; else the same sentence.
    pub flag: String,
    /// The words that it allows; none where it allows others.
    pub words: Vec<String>,
}

/// What the flag does that says the opposite of its field.
const NO_CARRY_OVER: &str = "Do not keep on the Ingress what the removed annotations and fields of the Service meant";

/// The hints by the path of the field.
#[must_use]
pub fn hints() -> BTreeMap<&'static str, Hint> {
    let hint = |row: Row| {
        let end = row.description.find(". ").unwrap_or(row.description.len());
        let sentence = row.description[..end].trim_end_matches('.').replace('`', "");
        let words = row.kind.replace(" or ", ", ");
        let words: Option<Vec<_>> =
            words.split(", ").map(|word| Some(word.strip_prefix('`')?.strip_suffix('`')?.to_owned())).collect();
        let words = words.filter(|words| words.len() > 1 && !words.iter().any(|word| word.starts_with('{')));
        let flag = match row.shape {
            Shape::InverseSwitch => NO_CARRY_OVER,
            Shape::Switch => sentence.trim_start_matches("Whether "),
            _ => &sentence,
        };
        (row.path, Hint { flag: flag.to_owned(), sentence, words: words.unwrap_or_default() })
    };
    rows().into_iter().map(hint).collect()
}

/// The first sentences about the fields alone.
#[must_use]
pub fn sentences() -> BTreeMap<&'static str, String> {
    hints().into_iter().map(|(path, hint)| (path, hint.sentence)).collect()
}

/// The fields, one paragraph each.
#[must_use]
pub fn fields() -> String {
    let mut whole = schema::plain();
    let mut sections: Vec<(&str, String)> = Vec::new();
    for row in rows() {
        let parent = row.path.rsplit_once('.').map_or("", |(parent, _)| parent);
        let mut facts = vec![row.kind.clone()];
        if !row.default.is_empty() {
            facts.push(format!("default: {}", row.default));
        }
        facts.extend(row.annotations.first().map(|annotation| format!("annotation `{annotation}`")));
        let says = match row.shape {
            Shape::InverseSwitch => "the opposite: ",
            _ => "",
        };
        facts.extend(row.flag.as_ref().map(|flag| format!("{says}`{flag}`")));
        facts.push(format!("`{}`", row.variable));
        let paragraph = format!("\n#### `{}`\n\n{}\n\n{}\n", row.path, row.description, facts.join(" · "));
        match sections.iter_mut().find(|(section, _)| *section == parent) {
            Some((_, text)) => text.push_str(&paragraph),
            None => {
                let about = schema::at(&mut whole, parent).and_then(|part| part["description"].as_str());
                let title = if parent.is_empty() { "spec" } else { parent };
                sections.push((parent, format!("\n### `{title}`\n\n{}\n{paragraph}", about.unwrap_or_default())));
            }
        }
    }
    let texts: Vec<_> = sections.into_iter().map(|(_, text)| text).collect();
    texts.concat() + "\n"
}

/// The flags that stand for a field, one line each.
#[must_use]
pub fn flags() -> String {
    let mut text = String::from("\n| flag | value | field |\n|---|---|---|\n");
    for field in FIELDS {
        let Some(flag) = field.flag else { continue };
        let value = match field.shape {
            Shape::Text => "text",
            Shape::List => "list, with commas; may be repeated",
            Shape::Map => "key=value, with commas; may be repeated",
            Shape::Yaml | Shape::Items => "YAML",
            Shape::Switch => "none",
            Shape::InverseSwitch => "none; says `false`",
        };
        text.push_str(&format!("| `--{flag}` | {value} | `{}` |\n", field.path));
    }
    text.push('\n');
    text
}

/// What a schema takes, in words.
fn kind(schema: &Value) -> String {
    let mut words = Vec::new();
    let alternatives = ["anyOf", "oneOf"].iter().find_map(|key| schema[key].as_array());
    for alternative in alternatives.map_or(std::slice::from_ref(schema), Vec::as_slice) {
        if alternatives.is_some() && alternative.get("anyOf").is_some() {
            words.push(kind(alternative));
        } else if alternative.get("pattern").is_none() {
            words.extend(simple(alternative));
        }
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
        None => String::new(),
    }
}

/// The alternatives of one schema.
fn simple(schema: &Value) -> Vec<String> {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect::<Vec<_>>(),
    };
    // A number or a boolean beside text is taken as text; `null` is told once for all.
    let is_text = types.contains(&"string") && !types.contains(&"integer");
    let mut words = Vec::new();
    for name in types {
        match (name, &schema["enum"]) {
            ("string", Value::Array(allowed)) => {
                words.extend(allowed.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")));
            }
            ("string", _) => words.push("text".to_owned()),
            ("integer", _) => words.push("whole number".to_owned()),
            ("boolean", _) if !is_text => words.extend(["`true`".to_owned(), "`false`".to_owned()]),
            ("array", _) => words.push(format!("list of {}", kind(&schema["items"]))),
            ("object", _) => words.push(match schema["properties"].as_object() {
                Some(properties) => format!("`{{{}}}`", properties.iter().map(property).collect::<Vec<_>>().join(", ")),
                None => format!("map to {}", kind(&schema["additionalProperties"])),
            }),
            _ => {}
        }
    }
    words
}

/// A property as it is written: with its value where only one is allowed.
fn property((name, schema): (&String, &Value)) -> String {
    match schema["enum"].as_array().map(Vec::as_slice) {
        Some([Value::String(word)]) => format!("{name}: {word}"),
        _ => format!("{name}: …"),
    }
}

/// Compares a generated file with the one that is checked in; with `ISTIO_ALB_BLESS=1` writes it.
#[cfg(test)]
pub(crate) fn compare(file: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == generated, "{file} is not what the code says; ISTIO_ALB_BLESS=1 cargo test writes it");
}

/// The same for the parts of a page between `<!-- begin NAME -->` and `<!-- end NAME -->`.
#[cfg(test)]
pub(crate) fn compare_parts(file: &str, parts: &[(&str, String)]) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut text = std::fs::read_to_string(path).unwrap();
    for (name, generated) in parts {
        let begin = format!("<!-- begin {name} -->\n");
        let from = text.find(&begin).unwrap() + begin.len();
        let to = text.find(&format!("<!-- end {name} -->")).unwrap();
        text.replace_range(from..to, generated);
    }
    compare(file, &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_in_docs_is_this_text() {
        compare_parts("docs/configuration.md", &[("flags", flags()), ("fields", fields())]);
    }

    #[test]
    fn kinds_are_told_in_words() {
        let kinds: BTreeMap<_, _> = rows().into_iter().map(|row| (row.path, row.kind)).collect();
        assert_eq!(kinds["ingress.scheme"], "`internal` or `internet-facing`");
        assert_eq!(kinds["ingress.redirectToHttps"], "`true`, `false` or `{via: action}`");
        assert_eq!(kinds["ingress.listenPorts"], "list of `{HTTP: …}` or `{HTTPS: …}`");
        assert_eq!(kinds["ingress.tags"], "map to text");
        assert_eq!(kinds["service.nodePorts"], "map to whole number");
        assert_eq!(kinds["ingress.backendPort"], "whole number or text");
        assert!(kinds.values().all(|kind| !kind.is_empty()));
    }
}
