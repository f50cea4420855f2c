//! `check`: the findings alone.

use crate::cli::CheckFormat;
use crate::config::Settings;
use crate::error::{Error, Kind};
use crate::finding::Severity;
use crate::finding::groups::groups;
use crate::lint::{self, AsItStands};
use crate::output::words::Words;
use crate::output::{json, sarif, text};
use crate::rewrite::rewrite_reading;

use super::Printed;

/// How to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct How {
    /// How to print.
    pub format: CheckFormat,
    /// The manifests as they stand, without the rewrite.
    pub as_is: bool,
}

fn run_rules(manifests: &str, settings: &[Settings], how: How) -> Result<AsItStands, Error> {
    if how.as_is {
        return lint::check_stream(manifests, settings);
    }
    let rewritten = rewrite_reading(manifests, settings, &lint::ALL_KINDS)?;
    let (findings, not_judged) = (rewritten.findings, rewritten.not_judged);
    Ok(AsItStands { findings, class_without_ingress: None, not_judged })
}

/// Checks a stream: exit 1 if a finding is an error.
///
/// # Errors
///
/// As the filter.
pub fn check(manifests: &str, settings: &[Settings], how: How) -> Result<Printed, Error> {
    let checked = run_rules(manifests, settings, how)?;
    let findings = &checked.findings;
    let output = match how.format {
        CheckFormat::Text => as_text(&checked),
        CheckFormat::Json => format!("{:#}\n", json::report(&checked)),
        CheckFormat::Sarif => format!("{:#}\n", sarif::sarif(&checked)),
    };
    let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(Printed { output, messages: String::new(), code: if refused { Kind::Findings.exit_code() } else { 0 } })
}

fn as_text(checked: &AsItStands) -> String {
    let findings = &checked.findings;
    let mut output: String = groups(findings).iter().map(|one| text::group(one, Words::CommandLine) + "\n").collect();
    output.extend(checked.not_judged.iter().map(|unknown| text::not_judged(unknown) + "\n"));
    let count = |severity| groups(findings).iter().filter(|one| one.first.severity == severity).count();
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let mut counts = Vec::new();
    // No all-clear beside what was not understood, nor over nothing: a build without the rewrite would look like a correct one.
    let is_judged = checked.not_judged.is_empty() && checked.class_without_ingress.is_none();
    if is_judged || count(Severity::Error) > 0 {
        counts.push(plural(count(Severity::Error), "error"));
    }
    if !checked.not_judged.is_empty() {
        counts.push(format!("{} not understood and not judged", plural(checked.not_judged.len(), "object")));
    }
    counts.extend([plural(count(Severity::Warning), "warning"), plural(count(Severity::Info), "info")]);
    output.push_str(&counts.join(", "));
    if let Some(class) = &checked.class_without_ingress {
        output.push_str(&format!("; {}", text::nothing_to_judge(class)));
    }
    output.push('\n');
    output
}
