//! The files that `docs/ci.md` shows, and the schemas of those who read them.

use crate::support::tools::{Need, cache};
use crate::support::{Outcome, fail, project};
use serde_json::Value;

/// What brings the schemas.
pub const SCHEMAS: Need = Need::Cached("ci-schemas-0.39.0", "tests/tools/pre-commit.sh");

/// A file of the page, by the comment in its first line.
pub fn file(name: &str) -> String {
    let page = std::fs::read_to_string(project().join("docs/ci.md")).unwrap();
    let begin = format!("```yaml\n# {name}\n");
    let (_, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("docs/ci.md shows no {name}"));
    rest.split("```").next().unwrap().to_owned()
}

/// YAML as JSON.
pub fn parsed(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// Compares a file with the schema of those who read it.
pub fn validates(document: &Value, schema: &str) -> Outcome {
    let path = cache().join("ci-schemas-0.39.0").join(format!("{schema}.json"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    if faults.is_empty() { Ok(()) } else { fail(faults.join("\n")) }
}
