//! `check`: the findings, and nothing else.

use crate::cli::CheckFormat;
use crate::config::Settings;
use crate::error::{Error, Kind};
use crate::lint::{self, Finding, Severity};
use crate::rewrite::rewrite_reading;
use crate::{report, sarif};

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

/// The findings about a stream.
///
/// # Errors
///
/// As the filter.
pub fn findings(text: &str, settings: &[Settings], how: How) -> Result<Vec<Finding>, Error> {
    let mut findings = if how.as_is {
        lint::judge_as_is(text, settings)?
    } else {
        rewrite_reading(text, settings, &lint::ALL_KINDS)?.findings
    };
    if how.strict {
        for finding in findings
            .iter_mut()
            .filter(|finding| finding.severity == Severity::Warning)
        {
            finding.severity = Severity::Error;
        }
    }
    Ok(findings)
}

/// Checks a stream: exit 1 if a finding is an error.
///
/// # Errors
///
/// As the filter.
pub fn check(text: &str, settings: &[Settings], how: How) -> Result<Printed, Error> {
    let findings = findings(text, settings, how)?;
    let output = match how.format {
        CheckFormat::Text => as_text(&findings),
        CheckFormat::Json => format!("{:#}\n", report::json(&findings, None)),
        CheckFormat::Sarif => format!("{:#}\n", sarif::sarif(&findings)),
    };
    let refused = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    Ok(Printed {
        output,
        messages: String::new(),
        code: if refused {
            Kind::Findings.exit_code()
        } else {
            0
        },
    })
}

fn as_text(findings: &[Finding]) -> String {
    let mut text: String = findings
        .iter()
        .map(|finding| report::line(finding) + "\n")
        .collect();
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let plural =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let counts = [
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Warning), "warning"),
        plural(count(Severity::Info), "info"),
    ];
    text.push_str(&counts.join(", "));
    text.push('\n');
    text
}
