//! `check`: the findings alone.

use serde_json::Value;

use crate::cli::CheckFormat;
use crate::config::Settings;
use crate::error::{Error, Kind};
use crate::finding::Severity;
use crate::finding::groups::{Group, groups};
use crate::lint::{self, AsItStands};
use crate::output::full::Shown;
use crate::output::sources::Sources;
use crate::output::text::Paint;
use crate::output::words::Words;
use crate::output::{concise, github, json, sarif, text};
use crate::rewrite::rewrite_reading;

use super::Printed;

/// How to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct How {
    /// How to print.
    pub format: CheckFormat,
    /// The manifests as they stand, without the rewrite.
    pub as_is: bool,
    /// With colours.
    pub colored: bool,
}

fn run_rules(sources: &Sources, settings: &[Settings], as_is: bool) -> Result<AsItStands, Error> {
    let mut checked = if as_is {
        lint::check_stream(sources.text(), settings)?
    } else {
        let rewritten = rewrite_reading(sources.text(), settings, &lint::all_kinds())?;
        let (findings, allowed, not_judged) = (rewritten.findings, rewritten.allowed, rewritten.not_judged);
        AsItStands { findings, allowed, class_without_ingress: None, not_judged }
    };
    sources.name_all(&mut checked);
    Ok(checked)
}

/// Checks a stream: exit 1 if a finding is an error.
///
/// # Errors
///
/// As the filter.
pub fn check(sources: &Sources, settings: &[Settings], how: How) -> Result<Printed, Error> {
    let checked = run_rules(sources, settings, how.as_is)?;
    let output = match how.format {
        CheckFormat::Text => as_text(&checked, how, None),
        CheckFormat::Full => as_text(&checked, how, Some(&Shown::new(sources, how.colored))),
        CheckFormat::Concise => concise::lines(&checked),
        CheckFormat::Github => github::commands(&checked),
        CheckFormat::Json => format!("{:#}\n", json::report(&checked)),
        CheckFormat::Sarif => format!("{:#}\n", sarif::sarif(&checked)),
    };
    let refused = checked.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(Printed { output, messages: String::new(), code: if refused { Kind::Findings.exit_code() } else { 0 } })
}

/// What `check` says of a stream, as JSON: the report of every command.
#[must_use]
pub fn report(sources: &Sources, settings: &[Settings], as_is: bool) -> Value {
    match run_rules(sources, settings, as_is) {
        Ok(checked) => json::report(&checked),
        Err(error) => json::report_of_error(&sources.named(error)),
    }
}

/// For people: groups of findings, with their lines if they are `shown`, and a summary.
fn as_text(checked: &AsItStands, how: How, shown: Option<&Shown<'_>>) -> String {
    let paint = Paint { colored: how.colored };
    let all = groups(&checked.findings);
    let mut output = String::new();
    for one in &all {
        match shown {
            Some(shown) => output.push_str(&shown.group(one)),
            None => output.push_str(&(text::group(one, Words::CommandLine, paint) + "\n")),
        }
    }
    output.extend(checked.not_judged.iter().map(|unknown| text::not_judged(unknown) + "\n"));
    output + &summary(checked, &all)
}

/// How much was found, by object and in all.
fn summary(checked: &AsItStands, all: &[Group<'_>]) -> String {
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let mut summary = text::by_object(all);
    let count = |severity| all.iter().filter(|one| one.first.severity == severity).count();
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
    summary.push_str(&counts.join(", "));
    if let Some(class) = &checked.class_without_ingress {
        summary.push_str(&format!("; {}", text::nothing_to_judge(class)));
    }
    summary.push('\n');
    summary
}
