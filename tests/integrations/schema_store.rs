//! What SchemaStore takes: an entry of its catalogue, and documents that the schema takes or refuses.

use crate::page::parsed;
use crate::support::tools::{Need, cache, gated};
use crate::support::{Outcome, command, fail, give, project, shown};
use istio_alb::config::schema;
use libtest_mimic::Trial;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

const AJV: Need = Need::Cached("ajv-8.20.0", "tests/tools/npm.sh");

pub fn trials() -> Vec<Trial> {
    let strict = |name: &'static str| move || strict_mode_takes(&read_json(name));
    vec![
        Trial::test("SchemaStore: the entry is what its catalogue takes", entry),
        Trial::test("SchemaStore: the schema and the program agree with its test files", agreement),
        gated("SchemaStore: ajv takes the schema, and agrees with the test files", vec![AJV], ajv_agrees),
        gated("SchemaStore: ajv takes the schema of reports", vec![AJV], strict("docs/check.schema.json")),
        gated("SchemaStore: ajv's strict mode is on", vec![AJV], strict_mode_is_strict),
    ]
}

fn read_json(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(project().join(name)).unwrap()).unwrap()
}

/// The rules of its `cli.js` for an entry.
fn entry() -> Outcome {
    let entry = read_json("deploy/schemastore/catalog-entry.json");
    let keys: Vec<&String> = entry.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["name", "description", "fileMatch", "url"]);
    for key in ["name", "description"] {
        let text = entry[key].as_str().unwrap();
        assert!(!text.ends_with([',', '.', ' ', '\t', '-']), "{text}");
        assert!(!text.to_lowercase().contains("schema") && !text.contains('\n'), "{text}");
    }
    assert_eq!(entry["url"], schema::URL);
    assert_eq!(entry["fileMatch"], json!([istio_alb::config::DEFAULT_FILE]));
    for (file, url) in [("istio-alb", schema::URL.to_owned()), ("check", schema::URL.replace("istio-alb.s", "check.s"))]
    {
        let schema = read_json(&format!("docs/{file}.schema.json"));
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#", "{file}");
        assert_eq!(schema["$id"], url.as_str(), "{file}");
        assert!(schema.get("id").is_none());
    }
    Ok(())
}

/// Its test files, each with whether it is one that must be taken.
fn files() -> Vec<(PathBuf, bool)> {
    let mut found = Vec::new();
    for (folder, right) in [("test", true), ("negative_test", false)] {
        let folder = project().join("deploy/schemastore").join(folder).join("istio-alb");
        for entry in std::fs::read_dir(folder).unwrap() {
            found.push((entry.unwrap().path(), right));
        }
    }
    assert!(found.iter().filter(|(_, right)| *right).count() > 2);
    assert!(found.iter().filter(|(_, right)| !right).count() > 3);
    found
}

/// A render with a gateway.
const RENDER: &[u8] = include_bytes!("../../chart-fixtures/cases/helm3-default/input.yaml");

fn agreement() -> Outcome {
    let validator = jsonschema::draft7::new(&schema::schema()).unwrap();
    let mut wrong = Vec::new();
    for (path, right) in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let pragma = "# yaml-language-server: $schema=../../schemas/json/istio-alb.json\n";
        assert!(text.starts_with(pragma), "{}: the first line is {pragma}", path.display());
        let folder = tempfile::tempdir().unwrap();
        let mut program = command(crate::support::binary(), folder.path());
        program.args(["init", "--config"]).arg(&path);
        let taken = give(program, RENDER);
        if validator.is_valid(&parsed(&text)) != right {
            wrong.push(format!("the schema: {}", path.display()));
        }
        if taken.status.success() != right {
            wrong.push(format!("the program: {}\n{}", path.display(), shown(&taken)));
        }
    }
    if wrong.is_empty() { Ok(()) } else { fail(wrong.join("\n")) }
}

/// What ajv says of documents; `Err` where it does not take the schema.
fn ajv(schema: &Value, documents: &Map<String, Value>) -> Result<Value, String> {
    let mut node = command("node", project());
    node.arg("tests/tools/ajv/validate.js").env("NODE_PATH", cache().join("ajv-8.20.0/node_modules"));
    let output = give(node, json!({ "schema": schema, "documents": documents }).to_string().as_bytes());
    if output.status.success() { Ok(serde_json::from_slice(&output.stdout).unwrap()) } else { Err(shown(&output)) }
}

fn strict_mode_takes(schema: &Value) -> Outcome {
    ajv(schema, &Map::new()).map(drop).map_err(Into::into)
}

fn ajv_agrees() -> Outcome {
    let read = |path: &PathBuf| parsed(&std::fs::read_to_string(path).unwrap());
    let documents = files().iter().map(|(path, _)| (path.display().to_string(), read(path))).collect();
    let said = ajv(&read_json("docs/istio-alb.schema.json"), &documents)?;
    for (path, right) in files() {
        let faults = said[&path.display().to_string()].as_array().unwrap();
        assert_eq!(faults.is_empty(), right, "{}: {faults:?}", path.display());
    }
    Ok(())
}

fn strict_mode_is_strict() -> Outcome {
    for wrong in [json!({"type": ["string", "number"]}), json!({"enums": []}), json!({"type": "string", "minimum": 1})]
    {
        assert!(strict_mode_takes(&wrong).is_err(), "{wrong}");
    }
    Ok(())
}
