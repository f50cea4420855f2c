//! Every Service and Ingress that we print is what the API of each Kubernetes has: no field that it does not know, and each of its
//! type. The schemas are made from the OpenAPI documents of the releases.

use crate::others::ours;
use crate::support::tools::{Need, cache, gated};
use crate::support::{Outcome, cases, fail};
use jsonschema::Validator;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SCHEMAS: Need = Need::Cached("kubernetes-schemas-1.37.0", "tests/tools/readers.sh");

/// The releases, from the first that has Ingresses of v1 alone.
const RELEASES: std::ops::RangeInclusive<u32> = 22..=36;

const KINDS: [(&str, &str, &str); 2] = [
    ("v1", "Service", "io.k8s.api.core.v1.Service"),
    ("networking.k8s.io/v1", "Ingress", "io.k8s.api.networking.v1.Ingress"),
];

pub fn trials() -> Vec<Trial> {
    let of = |release: u32| {
        gated(format!("Services and Ingresses are those of Kubernetes 1.{release}"), vec![SCHEMAS], move || {
            valid(release)
        })
    };
    RELEASES.map(of).collect()
}

fn valid(release: u32) -> Outcome {
    let path = cache().join(SCHEMAS.name()).join(format!("1.{release}.json"));
    let definitions: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    let mut validated = [0; KINDS.len()];
    for ((api_version, kind, definition), validated) in KINDS.iter().zip(&mut validated) {
        let mut schema = definitions.clone();
        schema["$ref"] = json!(format!("#/$defs/{definition}"));
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        assert!(!validator.is_valid(&json!({ "kind": kind, "spec": { "unknown": 1 } })), "the schema is not strict");
        for folder in cases::folders() {
            let Ok(output) = std::fs::read_to_string(folder.join("output.yaml")) else { continue };
            let input = std::fs::read_to_string(folder.join("input.yaml")).unwrap();
            let is_of_kind = |object: &&Value| object["apiVersion"] == *api_version && object["kind"] == *kind;
            let before = objects(&input);
            for object in objects(&output).iter().filter(is_of_kind) {
                *validated += 1;
                // What is wrong already is no matter of ours.
                let same =
                    |other: &&Value| other["kind"] == *kind && other["metadata"]["name"] == object["metadata"]["name"];
                let known =
                    before.iter().filter(same).flat_map(|object| faults(&validator, object)).collect::<BTreeSet<_>>();
                let new = faults(&validator, object).difference(&known).cloned().collect::<Vec<_>>();
                if !new.is_empty() {
                    wrong.push(format!("{}: {kind}: {}", folder.display(), new.join("; ")));
                }
            }
        }
    }
    if validated.iter().any(|count| *count < 100) {
        wrong.push(format!("{validated:?} objects were validated"));
    }
    if wrong.is_empty() { Ok(()) } else { fail(wrong.join("\n")) }
}

fn faults(validator: &Validator, object: &Value) -> BTreeSet<String> {
    // A variable of Flux becomes a number where one must be.
    let is_variable = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("${"));
    let errors = validator.iter_errors(object).filter(|error| !is_variable(error.instance()));
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The objects of the documents that can be read, those in lists too.
fn objects(stream: &str) -> Vec<Value> {
    let split = manifest_yaml::stream::Stream::split(stream);
    let documents = split.documents.iter().flat_map(|document| ours(split.text_of(document)).unwrap_or_default());
    let in_lists = |object: Value| match &object["items"] {
        Value::Array(items) => items.clone(),
        _ => vec![object],
    };
    documents.flat_map(in_lists).collect()
}
