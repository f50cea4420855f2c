//! The Ingress as it is printed: its keys in the order of the how-to.

use k8s_openapi::api::networking::v1::Ingress;
use serde_json::{Map, Value, json};

use crate::error::Error;

/// The Ingress as a value, keys in the how-to's order.
pub(super) fn in_print_order(
    ingress: &Ingress,
    annotations: &[(&str, &str)],
    labels: &[(String, String)],
) -> Result<Value, Error> {
    let unprintable = |error| Error::internal(format!("the Ingress can't be printed: {error}"));
    let mut metadata = Map::new();
    for (key, value) in [("name", &ingress.metadata.name), ("namespace", &ingress.metadata.namespace)] {
        if let Some(value) = value {
            metadata.insert(key.to_owned(), json!(value));
        }
    }
    if !annotations.is_empty() {
        let map: Map<String, Value> =
            annotations.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        metadata.insert("annotations".to_owned(), Value::Object(map));
    }
    if !labels.is_empty() {
        let map: Map<String, Value> = labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        metadata.insert("labels".to_owned(), Value::Object(map));
    }
    let spec = serde_json::to_value(&ingress.spec).map_err(unprintable)?;
    let mut value = Map::new();
    value.insert("apiVersion".to_owned(), json!("networking.k8s.io/v1"));
    value.insert("kind".to_owned(), json!("Ingress"));
    value.insert("metadata".to_owned(), Value::Object(metadata));
    value.insert(
        "spec".to_owned(),
        order(spec, &["ingressClassName", "tls", "rules", "host", "http", "path", "pathType", "backend"]),
    );
    Ok(Value::Object(value))
}

/// The same value with the listed keys first, in that order, at every level.
fn order(value: Value, first: &[&str]) -> Value {
    match value {
        Value::Object(mut fields) => {
            let mut ordered = Map::new();
            for key in first {
                // `shift_remove` keeps the order of the rest.
                if let Some(field) = fields.shift_remove(*key) {
                    ordered.insert((*key).to_owned(), order(field, first));
                }
            }
            ordered.extend(fields.into_iter().map(|(key, field)| (key, order(field, first))));
            Value::Object(ordered)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| order(item, first)).collect()),
        other => other,
    }
}
