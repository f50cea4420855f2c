//! The documentation of fields, flags and variables, made from the types and the table of fields.
//!
//! `docs/configuration.md` holds these texts between markers; a test compares them (`ISTIO_ALB_BLESS=1 cargo test` writes
//! them again). The same sentences are the help of the flags.

use super::fields::{FIELDS, Field, Shape};
use super::layers::PREFIX;
use super::schema;
use serde_json::Value;
use std::collections::BTreeMap;

/// One field as the documentation shows it.
struct Row {
    field: &'static Field,
    /// What it means, in Markdown.
    description: String,
    /// What kind of value it takes, in Markdown.
    kind: String,
    /// The closed set of values that it takes; empty where it takes others, too.
    values: Vec<String>,
}

/// All fields, in the order of the documentation.
fn rows() -> Vec<Row> {
    let mut schema = schema::plain();
    let row = |field: &'static Field| {
        let described = schema::at(&mut schema, field.path)?;
        let description = described["description"].as_str()?.to_owned();
        Some(Row { field, description, kind: kind(described), values: values(described) })
    };
    FIELDS.iter().filter_map(row).collect()
}

/// What `--help` and completions print about a flag.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    /// The first sentence of its field's description.
    pub sentence: String,
    /// What it does where it takes no value; else the same sentence.
    pub flag: String,
    /// The closed set of values that it takes; empty where it takes others, too.
    pub values: Vec<String>,
}

/// What the flag does that stands for `false`.
const NO_CARRY_OVER: &str = "Do not keep on the Ingress what the removed annotations and fields of the Service meant";

/// The hints by the path of the field.
#[must_use]
pub fn hints() -> BTreeMap<&'static str, Hint> {
    let hint = |row: Row| {
        let end = row.description.find(". ").unwrap_or(row.description.len());
        let sentence = row.description[..end].trim_end_matches('.').replace('`', "");
        let flag = match row.field.shape {
            Shape::InverseSwitch => NO_CARRY_OVER,
            Shape::Switch => sentence.trim_start_matches("Whether "),
            _ => &sentence,
        };
        (row.field.path, Hint { flag: capitalized(flag), sentence, values: row.values })
    };
    rows().into_iter().map(hint).collect()
}

fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The fields, one paragraph each.
#[must_use]
pub fn fields() -> String {
    let mut whole = schema::plain();
    let mut sections: Vec<(&str, String)> = Vec::new();
    for Row { field, description, kind, .. } in rows() {
        let (parent, default) = (field.parent(), field.default_in_words());
        let mut facts = vec![kind];
        facts.extend(Some(default).filter(|default| !default.is_empty()).map(|default| format!("default: {default}")));
        facts.extend(field.annotations.first().map(|annotation| format!("annotation `{annotation}`")));
        let opposite = if field.shape == Shape::InverseSwitch { "the opposite: " } else { "" };
        facts.extend(field.flag.map(|flag| format!("{opposite}`--{flag}`")));
        facts.push(format!("`{PREFIX}{}`", field.variable()));
        let paragraph = format!("\n#### `{}`\n\n{description}\n\n{}\n", field.path, facts.join(" · "));
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

/// One thing that a schema takes.
enum Alternative {
    /// A word.
    Word(String),
    /// A kind of values, in Markdown.
    Kind(String),
}

/// What a schema takes, in Markdown.
fn kind(schema: &Value) -> String {
    let mut kinds: Vec<_> = alternatives(schema)
        .into_iter()
        .map(|alternative| match alternative {
            Alternative::Word(word) => format!("`{word}`"),
            Alternative::Kind(kind) => kind,
        })
        .collect();
    match (kinds.pop(), kinds.as_slice()) {
        (Some(last), []) => last,
        (Some(last), first) => format!("{} or {last}", first.join(", ")),
        (None, _) => String::new(),
    }
}

/// The values that a schema takes, if there are several and it takes nothing else.
fn values(schema: &Value) -> Vec<String> {
    let word = |alternative| match alternative {
        Alternative::Word(word) => Some(word),
        Alternative::Kind(_) => None,
    };
    let values: Option<Vec<String>> = alternatives(schema).into_iter().map(word).collect();
    values.filter(|values| values.len() > 1).unwrap_or_default()
}

fn alternatives(schema: &Value) -> Vec<Alternative> {
    match ["anyOf", "oneOf"].iter().find_map(|key| schema[key].as_array()) {
        // A placeholder is described once for all.
        Some(parts) => parts.iter().filter(|part| part.get("pattern").is_none()).flat_map(alternatives).collect(),
        None => simple(schema),
    }
}

/// The alternatives of a schema without `anyOf` and `oneOf`.
fn simple(schema: &Value) -> Vec<Alternative> {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect::<Vec<_>>(),
    };
    // A number or a boolean beside text is taken as text; `null` is described once for all.
    let is_text = types.contains(&"string") && !types.contains(&"integer");
    let mut found = Vec::new();
    for name in types {
        let kind = match (name, &schema["enum"]) {
            ("string", Value::Array(allowed)) => {
                found.extend(allowed.iter().filter_map(Value::as_str).map(|word| Alternative::Word(word.to_owned())));
                continue;
            }
            ("boolean", _) if !is_text => {
                found.extend(["true", "false"].map(|word| Alternative::Word(word.to_owned())));
                continue;
            }
            ("string", _) => "text".to_owned(),
            ("integer", _) => "whole number".to_owned(),
            ("array", _) => format!("list of {}", kind(&schema["items"])),
            ("object", _) => match schema["properties"].as_object() {
                Some(properties) => format!("`{{{}}}`", properties.iter().map(property).collect::<Vec<_>>().join(", ")),
                None => format!("map to {}", kind(&schema["additionalProperties"])),
            },
            _ => continue,
        };
        found.push(Alternative::Kind(kind));
    }
    found
}

/// A property as it is written: with its value where only one is allowed.
fn property((name, schema): (&String, &Value)) -> String {
    match schema["enum"].as_array().map(Vec::as_slice) {
        Some([Value::String(word)]) => format!("{name}: {word}"),
        _ => format!("{name}: …"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::compare_parts;

    #[test]
    fn the_reference_in_docs_is_this_text() {
        compare_parts("docs/configuration.md", &[("flags", flags()), ("fields", fields())]);
    }

    #[test]
    fn kinds_are_told_in_words() {
        let kinds: BTreeMap<_, _> = rows().into_iter().map(|row| (row.field.path, row.kind)).collect();
        assert_eq!(kinds["ingress.scheme"], "`internal` or `internet-facing`");
        assert_eq!(kinds["ingress.redirectToHttps"], "`true`, `false` or `{via: action}`");
        assert_eq!(kinds["ingress.listenPorts"], "list of `{HTTP: …}` or `{HTTPS: …}`");
        assert_eq!(kinds["ingress.tags"], "map to text");
        assert_eq!(kinds["service.nodePorts"], "map to whole number");
        assert_eq!(kinds["ingress.backendPort"], "whole number or text");
        assert!(kinds.values().all(|kind| !kind.is_empty()));
    }
}
