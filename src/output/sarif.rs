//! Findings as SARIF 2.1.0, for code scanning.
//!
//! Lines count in the stream that was read, which is no file of a repository, so the artifact is called `stdin`, unless files
//! were named; the template that Helm names, and the object, are logical locations.

use serde_json::{Value, json};

use crate::error::{Error, Place, visible, visible_lines};
use crate::finding::Severity;
use crate::lint::{Checked, NotJudged, REGISTRY};
use crate::output::sources::STDIN;
use crate::output::text;
use crate::output::words::Words;
use kubernetes_objects::ObjectRef;

/// A SARIF log of one run. What was not judged is a notification of the run, so that no empty list of results looks like an
/// all-clear.
#[must_use]
pub fn sarif(checked: &Checked, words: Words) -> Value {
    let findings = &checked.findings;
    let rules = REGISTRY.rules();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let index = rules.iter().position(|rule| rule.id == finding.rule.id);
            let help = words.of_finding(finding);
            let mut result = json!({
                "ruleId": finding.rule.id,
                "level": level(finding.severity),
                "message": { "text": format!("{}\n{}", visible(&finding.message), visible(&help)) },
                "locations": [location(finding.place.as_ref(), finding.object.as_ref())],
            });
            if let Some(index) = index {
                result["ruleIndex"] = json!(index);
            }
            result
        })
        .collect();
    log(&json!({ "executionSuccessful": true, "toolExecutionNotifications": notifications(checked) }), &results)
}

/// The log of a run that failed.
#[must_use]
pub fn failed(error: &Error) -> Value {
    let help = error.help.as_ref().map(|help| format!("\n{}", visible(&Words::Anywhere.of(help)))).unwrap_or_default();
    let text = visible_lines(&error.message_and_list()) + &help;
    let mut notification = json!({ "level": "error", "message": { "text": text } });
    if let Some(place) = &error.place {
        notification["locations"] = json!([location(Some(place), None)]);
    }
    let invocation = json!({
        "executionSuccessful": false,
        "exitCode": error.kind.exit_code(),
        "toolExecutionNotifications": [notification],
    });
    log(&invocation, &[])
}

/// The log of one run.
fn log(invocation: &Value, results: &[Value]) -> Value {
    let rules = REGISTRY.rules();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "columnKind": "unicodeCodePoints",
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| json!({
                    "id": rule.id,
                    "name": rule.name,
                    "shortDescription": { "text": rule.summary },
                    "fullDescription": { "text": rule.explanation },
                    "help": { "text": Words::Anywhere.of(&rule.help.into()) },
                    "defaultConfiguration": { "level": level(rule.severity) },
                })).collect::<Vec<_>>(),
            }},
            "invocations": [invocation],
            "results": results,
        }],
    })
}

fn notifications(checked: &Checked) -> Vec<Value> {
    let of_object = |unknown: &NotJudged| {
        json!({
            "level": "warning",
            "message": { "text": text::not_judged(unknown) },
            "locations": [location(Some(&unknown.place), unknown.object.as_ref())],
        })
    };
    let of_class = |nothing: String| json!({ "level": "warning", "message": { "text": nothing } });
    let unknown = checked.not_judged.iter().map(of_object);
    unknown.chain(text::nothing_to_judge(checked, false).map(of_class)).collect()
}

fn location(place: Option<&Place>, object: Option<&ObjectRef>) -> Value {
    let line = place.map_or(1, |place| place.line.max(1));
    let uri = place.and_then(|place| place.file.as_deref()).map_or_else(|| STDIN.to_owned(), uri);
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": uri }, "region": { "startLine": line } },
    });
    if let Some(column) = place.map(|place| place.column).filter(|column| *column > 0) {
        location["physicalLocation"]["region"]["startColumn"] = json!(column);
    }
    let source = place.and_then(|place| place.source.as_deref()).map(visible);
    let object = object.map(|object| visible(&object.to_string()));
    let names: Vec<Value> = [(source, "module"), (object, "object")]
        .into_iter()
        .filter_map(|(name, kind)| Some(json!({ "fullyQualifiedName": name?, "kind": kind })))
        .collect();
    if !names.is_empty() {
        location["logicalLocations"] = json!(names);
    }
    location
}

/// A file's name as a reference of RFC 3986: what may not stand in a path is escaped.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    let file = if cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if file.starts_with('/') { format!("file://{uri}") } else { uri }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
