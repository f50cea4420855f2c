//! The JSON Schema of a configuration, for editors: draft 2020-12, from the types.
//!
//! Their comments are the descriptions; default and annotation of each field are added from the table of fields. The schema
//! is checked in as `docs/istio-alb.schema.json`, so that a modeline can name it, and a test compares the two
//! (`ISTIO_ALB_BLESS=1 cargo test` writes it again).

use super::fields::FIELDS;
use super::types::AlbGateway;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let mut schema = plain();
    for field in FIELDS {
        if let Some(described) = at(&mut schema, field.path) {
            complete(described, &field.default_in_words(), field.annotations);
        }
    }
    if let Some(spec) = schema.pointer_mut("/properties/spec") {
        accept_null(spec);
    }
    schema
}

/// The schema as the types tell it.
pub(super) fn plain() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<AlbGateway>().to_value();
    tidy(&mut schema);
    schema
}

/// The schema as a file.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", schema())
}

/// Takes out what is of no use to an editor, and the line ends of the source code.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("default").is_some_and(Value::is_null) {
                map.remove("default");
            }
            if map.get("format") == Some(&json!("int64")) {
                map.remove("format");
            }
            if let Some(Value::String(description)) = map.get_mut("description") {
                let paragraphs: Vec<_> = description.split("\n\n").map(|text| text.replace('\n', " ")).collect();
                *description = paragraphs.join("\n\n");
            }
            map.values_mut().for_each(tidy);
            for key in ["description", "title", "$schema"] {
                if let Some(value) = map.shift_remove(key) {
                    map.shift_insert(0, key.to_owned(), value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// The schema of the field at `path` below `spec`.
pub(super) fn at<'a>(schema: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    super::node::segments(path)
        .try_fold(schema.pointer_mut("/properties/spec")?, |schema, name| schema.get_mut("properties")?.get_mut(name))
}

/// Adds what the table knows to a description.
fn complete(schema: &mut Value, default: &str, annotations: &[&str]) {
    let Some(Value::String(description)) = schema.get_mut("description") else {
        return;
    };
    if !default.is_empty() {
        description.push_str(&format!("\n\nDefault: {default}."));
    }
    if let [annotation, ..] = annotations {
        description.push_str(&format!("\n\nAnnotation: `{annotation}`."));
    }
}

/// Lets parts be `null`: so YAML reads a part without anything below it (`service:`), which configures nothing.
fn accept_null(part: &mut Value) {
    if part.get("additionalProperties") != Some(&json!(false)) {
        return;
    }
    part["type"] = json!(["object", "null"]);
    for child in part.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut())
    {
        accept_null(child);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_in_docs_is_this_schema() {
        crate::golden::compare("docs/istio-alb.schema.json", &text());
    }

    #[test]
    fn the_table_has_every_field_of_the_types() {
        fn leaves(schema: &Value, path: &str, found: &mut Vec<String>) {
            let properties = schema["properties"].as_object().filter(|_| schema["additionalProperties"] == false);
            for (name, below) in properties.into_iter().flatten() {
                let path = crate::config::node::join(path, name);
                leaves(below, &path, found);
            }
            if properties.is_none() {
                found.push(path.to_owned());
            }
        }
        let mut found = Vec::new();
        leaves(&schema()["properties"]["spec"], "", &mut found);
        let table: Vec<_> = FIELDS.iter().map(|field| field.path).collect();
        assert_eq!(found, table);
    }

    #[test]
    fn every_field_says_what_it_is() {
        let mut schema = schema();
        for field in FIELDS {
            let described = at(&mut schema, field.path).and_then(|schema| schema["description"].as_str());
            assert!(described.is_some_and(|text| text.len() > 20), "{}", field.path);
        }
    }
}
