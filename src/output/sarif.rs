//! Findings as SARIF 2.1.0, for code scanning.
//!
//! Lines count in the stream that was read, which is no file of a repository, so the artifact is called `stdin`; the template
//! that Helm names, and the object, are logical locations.

use serde_json::{Value, json};

use crate::finding::{Finding, Severity};
use crate::lint::REGISTRY;

/// A SARIF log of one run.
#[must_use]
pub fn sarif(findings: &[Finding]) -> Value {
    let rules = REGISTRY.rules();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let index = rules.iter().position(|rule| rule.id == finding.rule.id);
            let help = finding.help.as_deref().unwrap_or(finding.rule.help);
            let mut result = json!({
                "ruleId": finding.rule.id,
                "level": level(finding.severity),
                "message": { "text": format!("{}\n{help}", finding.message) },
                "locations": [location(finding)],
            });
            if let Some(index) = index {
                result["ruleIndex"] = json!(index);
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| json!({
                    "id": rule.id,
                    "name": rule.name,
                    "shortDescription": { "text": rule.summary },
                    "fullDescription": { "text": rule.explanation },
                    "help": { "text": rule.help },
                    "defaultConfiguration": { "level": level(rule.severity) },
                })).collect::<Vec<_>>(),
            }},
            "results": results,
        }],
    })
}

fn location(finding: &Finding) -> Value {
    let line = finding.place.as_ref().map_or(1, |place| place.line.max(1));
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": "stdin" }, "region": { "startLine": line } },
    });
    let source = finding.place.as_ref().and_then(|place| place.source.as_ref());
    let object = finding.object.as_ref().map(ToString::to_string);
    let names: Vec<Value> = [(source, "module"), (object.as_ref(), "object")]
        .into_iter()
        .filter_map(|(name, kind)| Some(json!({ "fullyQualifiedName": name?, "kind": kind })))
        .collect();
    if !names.is_empty() {
        location["logicalLocations"] = json!(names);
    }
    location
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
