//! Findings and errors as JSON of a versioned shape.

use serde_json::{Value, json};

use crate::error::{Error, Place, is_invisible};
use crate::finding::Finding;
use crate::lint::{Checked, NotJudged};
use crate::output::words::Words;

/// The version of the shape. It changes when a field changes its meaning or is removed.
pub const VERSION: u32 = 1;

/// A value as it is printed, on lines of its own. What people do not see, or what a terminal obeys, is escaped: programs read the
/// same value, and whoever prints it sees what is there.
#[must_use]
pub fn text(value: &Value) -> String {
    let mut text = String::new();
    for letter in format!("{value:#}\n").chars() {
        match letter != '\n' && is_invisible(letter) {
            // Only within a string, where JSON has escapes for UTF-16.
            true => letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
            false => text.push(letter),
        }
    }
    text
}

/// What `check` found, with helps in these words.
#[must_use]
pub fn report(checked: &Checked, words: Words) -> Value {
    let mut report = findings_json(&checked.findings, &checked.not_judged, words);
    if let Some(class) = &checked.class_without_ingress {
        report["noIngressOfClass"] = json!(class);
    }
    report
}

/// What a run of the filter found and what it did not judge, or the error that ended it.
#[must_use]
pub fn report_of_run(run: Result<(&[Finding], &[NotJudged]), &Error>) -> Value {
    match run {
        Ok((findings, not_judged)) => findings_json(findings, not_judged, Words::Anywhere),
        Err(error) => report_of_error(error),
    }
}

/// The error that ended a run.
#[must_use]
pub fn report_of_error(error: &Error) -> Value {
    let mut report = findings_json(&[], &[], Words::Anywhere);
    report["error"] = json!({
        "message": error.message_and_list(),
        "help": error.help.as_ref().map(|help| Words::Anywhere.of(help)),
        "place": error.place.as_ref().map(place_json),
        "exitCode": error.kind.exit_code(),
    });
    report
}

fn findings_json(findings: &[Finding], not_judged: &[NotJudged], words: Words) -> Value {
    json!({
        "version": VERSION,
        "findings": findings.iter().map(|finding| finding_json(finding, words)).collect::<Vec<_>>(),
        "notJudged": not_judged.iter().map(not_judged_json).collect::<Vec<_>>(),
    })
}

fn not_judged_json(unknown: &NotJudged) -> Value {
    json!({
        "object": unknown.object.as_ref().map(ToString::to_string),
        "place": place_json(&unknown.place),
        "why": unknown.why,
    })
}

fn finding_json(finding: &Finding, words: Words) -> Value {
    json!({
        "id": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.severity.to_string(),
        "message": finding.message,
        "help": words.of_finding(finding),
        "place": finding.place.as_ref().map(place_json),
        "object": finding.object.as_ref().map(ToString::to_string),
        "field": finding.field,
    })
}

fn place_json(place: &Place) -> Value {
    let column = (place.column > 0).then_some(place.column);
    json!({
        "file": place.file,
        "document": place.document,
        "source": place.source,
        "line": place.line,
        "column": column,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_reads_the_same() {
        let value = json!({ "a\u{9b}": "\u{1b}[2J\u{7f}\u{202e}\u{e0041}é" });
        let printed = text(&value);
        assert_eq!(printed, "{\n  \"a\\u009b\": \"\\u001b[2J\\u007f\\u202e\\udb40\\udc41é\"\n}\n");
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), value);
    }
}
