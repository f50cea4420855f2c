//! Findings and errors as JSON of a versioned shape.

use serde_json::{Value, json};

use crate::error::{Error, Place};
use crate::finding::Finding;

/// The version of the shape. It changes when a field changes its meaning or is removed.
pub const VERSION: u32 = 1;

/// All findings, and the error that ended the run, if one did.
#[must_use]
pub fn report(findings: &[Finding], error: Option<&Error>) -> Value {
    let mut report = json!({
        "version": VERSION,
        "findings": findings.iter().map(finding_json).collect::<Vec<_>>(),
    });
    if let Some(error) = error {
        report["error"] = json!({
            "message": error.message,
            "help": error.help,
            "place": error.place.as_ref().map(place_json),
            "exitCode": error.kind.exit_code(),
        });
    }
    report
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "id": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity.to_string(),
        "message": finding.message,
        "help": finding.help.as_deref().unwrap_or(finding.rule.help),
        "place": finding.place.as_ref().map(place_json),
        "object": finding.object.as_ref().map(ToString::to_string),
        "field": finding.field,
    })
}

fn place_json(place: &Place) -> Value {
    json!({ "document": place.document, "source": place.source, "line": place.line })
}
