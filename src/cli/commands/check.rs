//! `check`: the findings, and nothing else.

use crate::cli::CheckFormat;
use crate::config::Settings;
use crate::error::{Error, Kind};
use crate::lint::{self, AsItStands, Severity};
use crate::output::{sarif, text as report};
use crate::rewrite::rewrite_reading;

use super::Printed;

/// How to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct How {
    /// How to print.
    pub format: CheckFormat,
    /// Warnings are errors.
    pub strict: bool,
    /// The manifests as they stand, without the rewrite.
    pub as_is: bool,
}

fn judge(text: &str, settings: &[Settings], how: How) -> Result<AsItStands, Error> {
    let mut judged = if how.as_is {
        lint::check_stream(text, settings)?
    } else {
        AsItStands {
            findings: rewrite_reading(text, settings, &lint::ALL_KINDS)?.findings,
            class_without_ingress: None,
        }
    };
    if how.strict {
        for finding in judged.findings.iter_mut().filter(|finding| finding.severity == Severity::Warning) {
            finding.severity = Severity::Error;
        }
    }
    Ok(judged)
}

/// Checks a stream: exit 1 if a finding is an error.
///
/// # Errors
///
/// As the filter.
pub fn check(text: &str, settings: &[Settings], how: How) -> Result<Printed, Error> {
    let judged = judge(text, settings, how)?;
    let findings = &judged.findings;
    let output = match how.format {
        CheckFormat::Text => as_text(&judged),
        CheckFormat::Json => format!("{:#}\n", report::json(findings, None)),
        CheckFormat::Sarif => format!("{:#}\n", sarif::sarif(findings)),
    };
    let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(Printed { output, messages: String::new(), code: if refused { Kind::Findings.exit_code() } else { 0 } })
}

fn as_text(judged: &AsItStands) -> String {
    let findings = &judged.findings;
    let mut text: String = findings.iter().map(|finding| report::line(finding) + "\n").collect();
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let counts = [
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Warning), "warning"),
        plural(count(Severity::Info), "info"),
    ];
    text.push_str(&counts.join(", "));
    // Else a build that forgot the rewrite would look like one that is right.
    if let Some(class) = &judged.class_without_ingress {
        text.push_str(&format!("; no Ingress of class {class} is in the stream"));
    }
    text.push('\n');
    text
}
