//! The JSON Schema of a configuration, for editors, from the types: draft-07, the newest that editors read widely and that
//! SchemaStore advises, and of a form that ajv takes in its strict mode, in which SchemaStore runs it.
//!
//! Their comments are the descriptions; default and annotation of each field are added from the table of fields. The schema
//! is checked in as `docs/istio-alb.schema.json`, which is served at [`URL`], and a test compares the two
//! (`ISTIO_ALB_BLESS=1 cargo test` writes it again).

use super::fields::FIELDS;
use super::types::AlbGateway;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Where the schema is served: for modelines, and for SchemaStore's catalogue. It does not change: it has no release in it, and
/// a later version of the format is one more value of `apiVersion` in the same schema.
pub const URL: &str = "https://raw.githubusercontent.com/istio-alb/istio-alb/main/docs/istio-alb.schema.json";

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let mut schema = plain();
    if let Some(root) = schema.as_object_mut() {
        root.shift_insert(1, "$id".to_owned(), json!(URL));
    }
    for field in FIELDS {
        if let Some(described) = at(&mut schema, field.path) {
            complete(described, &field.default_in_words(), field.annotations);
        }
    }
    for part in ["/properties/metadata", "/properties/spec"] {
        if let Some(part) = schema.pointer_mut(part) {
            accept_null(part);
        }
    }
    // A file that configures nothing has to say so: `spec: {}`.
    schema["properties"]["spec"]["type"] = json!("object");
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.push(json!("spec"));
    }
    split_unions(&mut schema);
    schema
}

/// The schema as the types tell it.
pub(super) fn plain() -> Value {
    let mut settings = SchemaSettings::draft07();
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

/// Keywords that say something of a value of one type alone.
const OF_A_TYPE: [(&str, &str); 3] = [("integer", "minimum"), ("integer", "maximum"), ("string", "pattern")];

/// Writes a union of types as alternatives, each with one: ajv's strict mode takes no other union than one with `null`.
fn split_unions(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(types) = union(map) {
                let alternative = |of: Value| {
                    let own = OF_A_TYPE.iter().filter(|(owner, _)| of == *owner);
                    let said: Vec<_> =
                        own.filter_map(|(_, key)| Some(((*key).to_owned(), map.get(*key)?.clone()))).collect();
                    std::iter::once(("type".to_owned(), of)).chain(said).collect()
                };
                let alternatives: Vec<Value> = types.into_iter().map(alternative).collect();
                map.retain(|key, _| key != "type" && OF_A_TYPE.iter().all(|(_, own)| key != own));
                map.insert("anyOf".to_owned(), Value::Array(alternatives));
            }
            map.values_mut().for_each(split_unions);
        }
        Value::Array(items) => items.iter_mut().for_each(split_unions),
        _ => {}
    }
}

/// The types of a union, unless it is of one type and `null`.
fn union(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    let types = schema.get("type")?.as_array()?;
    let is_plain = types.len() < 2 || types.len() == 2 && types.contains(&json!("null"));
    (!is_plain).then(|| types.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The repository stands in `Cargo.toml`, and the URL must follow it.
    #[test]
    fn the_url_is_of_the_repository() {
        let repository = match env!("CARGO_PKG_REPOSITORY") {
            "" => "https://github.com/istio-alb/istio-alb",
            named => named,
        };
        let path = repository.strip_prefix("https://github.com/").unwrap();
        assert_eq!(URL, format!("https://raw.githubusercontent.com/{path}/main/docs/istio-alb.schema.json"));
        assert_eq!(schema()["$id"], URL);
    }

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
