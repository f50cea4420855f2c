//! `check`: the findings alone.

use std::collections::BTreeMap;

use kubernetes_objects::ObjectRef;
use serde_json::Value;

use crate::cli::CheckFormat;
use crate::config::{Options, Settings};
use crate::error::{Error, Kind, Place};
use crate::finding::Severity;
use crate::finding::groups::{Group, groups};
use crate::lint::{self, Checked};
use crate::output::full::Shown;
use crate::output::sources::Sources;
use crate::output::text::{Paint, plural};
use crate::output::words::Words;
use crate::output::{concise, github, json, sarif, text};
use crate::rewrite::{Rewritten, rewrite_reading};

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

impl How {
    /// The words of helps on a terminal. Who has a file writes the settings into it.
    fn words(self, settings: &[Settings]) -> Words {
        match (self.as_is, settings.iter().any(Settings::has_file)) {
            (true, _) => Words::AsIs,
            (false, true) => Words::Configuration,
            (false, false) => Words::CommandLine,
        }
    }
}

/// Fields that count for manifests as they stand: what is known of the controller, and which findings are errors.
const WITH_AS_IS: [&str; 5] = ["findings.", "ingress.className", "controllerVersion", "eksAutoMode", "placeholders"];

/// Refuses flags that change nothing where manifests are taken as they stand.
///
/// # Errors
///
/// Where there is one.
pub fn refuse_beside_as_is(options: &Options) -> Result<(), Error> {
    let counts = |path: &str| WITH_AS_IS.iter().any(|known| path.starts_with(known));
    match options.fields.iter().find(|given| !counts(given.field.path)) {
        Some(given) => Err(Error::usage(format!(
            "{} has no effect with --as-is, which takes the manifests as they stand",
            given.by
        ))
        .help(format!("leave {} out; or leave --as-is out, to judge what the filter would make", given.by))),
        None => Ok(()),
    }
}

/// What is found, and the places of the gateways' objects by the Ingresses that are added for them.
fn run_rules(
    sources: &Sources,
    settings: &[Settings],
    as_is: bool,
) -> Result<(Checked, BTreeMap<ObjectRef, Place>), Error> {
    let mut anchors = BTreeMap::new();
    let mut checked = if as_is {
        lint::check_stream(sources.text(), settings)?
    } else {
        let Rewritten { gateways, findings, allowed, not_judged, .. } =
            rewrite_reading(sources.text(), settings, &lint::all_kinds())?;
        for gateway in &gateways {
            let mut place = Place { source: None, ..gateway.written().place.clone() };
            sources.name(&mut place);
            anchors.insert(gateway.ingress.reference(), place);
        }
        Checked { findings, allowed, not_judged, ..Checked::default() }
    };
    sources.name_all(&mut checked);
    Ok((checked, anchors))
}

/// Checks a stream: exit 1 if a finding is an error, and if warnings stop it, also where there was nothing to judge.
///
/// # Errors
///
/// As the filter.
pub fn check(sources: &Sources, settings: &[Settings], how: How) -> Result<Printed, Error> {
    let (mut checked, anchors) = run_rules(sources, settings, how.as_is)?;
    // A format that has a line for each finding shows those about an Ingress that is in no file beside its gateway.
    if matches!(how.format, CheckFormat::Concise | CheckFormat::Github | CheckFormat::Sarif) {
        for finding in checked.findings.iter_mut().filter(|finding| finding.place.is_none()) {
            finding.place = finding.object.as_ref().and_then(|object| anchors.get(object)).cloned();
        }
    }
    let words = how.words(settings);
    // A pipeline that has lost its Ingress would be green for ever.
    let is_strict = settings.iter().any(|settings| settings.spec.findings.strict == Some(true));
    let stops_for_nothing = is_strict && checked.class_without_ingress.is_some();
    let output = match how.format {
        CheckFormat::Text => as_text(&checked, how, words, None, stops_for_nothing),
        CheckFormat::Full => {
            as_text(&checked, how, words, Some(&Shown::new(sources, how.colored, words)), stops_for_nothing)
        }
        CheckFormat::Concise => concise::lines(&checked),
        CheckFormat::Github => github::commands(&checked, Words::of_report(how.as_is)),
        CheckFormat::Json => json::text(&json::report(&checked, Words::of_report(how.as_is))),
        CheckFormat::Sarif => json::text(&sarif::sarif(&checked, Words::of_report(how.as_is))),
    };
    let refused = checked.findings.iter().any(|finding| finding.severity == Severity::Error) || stops_for_nothing;
    Ok(Printed { output, messages: String::new(), code: if refused { Kind::Findings.exit_code() } else { 0 } })
}

/// What `check` says of a stream, as JSON: the report of every command.
#[must_use]
pub fn report(sources: &Sources, settings: &[Settings], as_is: bool) -> Value {
    match run_rules(sources, settings, as_is) {
        Ok((checked, _)) => json::report(&checked, Words::of_report(as_is)),
        Err(error) => json::report_of_error(&sources.named(error)),
    }
}

/// A run that failed, in a format that a program reads; `None` for people, who read the message.
#[must_use]
pub fn failed(error: &Error, format: CheckFormat) -> Option<String> {
    match format {
        CheckFormat::Text | CheckFormat::Full | CheckFormat::Concise => None,
        CheckFormat::Github => Some(github::failed(error) + "\n"),
        CheckFormat::Json => Some(json::text(&json::report_of_error(error))),
        CheckFormat::Sarif => Some(json::text(&sarif::failed(error))),
    }
}

/// For people: groups of findings, with their lines if they are `shown`, and a summary.
fn as_text(checked: &Checked, how: How, words: Words, shown: Option<&Shown<'_>>, stops_for_nothing: bool) -> String {
    let paint = Paint { colored: how.colored };
    let all = groups(&checked.findings);
    let mut output = String::new();
    for one in &all {
        match shown {
            Some(shown) => output.push_str(&shown.group(one)),
            None => output.push_str(&(text::group(one, words, paint) + "\n")),
        }
    }
    output.extend(checked.not_judged.iter().map(|unknown| text::not_judged(unknown) + "\n"));
    output + &summary(checked, &all, stops_for_nothing)
}

/// How much was found, by object and in all.
fn summary(checked: &Checked, all: &[Group<'_>], stops_for_nothing: bool) -> String {
    let mut summary = text::by_object(all);
    let count = |severity| all.iter().filter(|one| one.first.severity == severity).count();
    let mut counts = Vec::new();
    // No all-clear beside what was not understood, nor over nothing: a build without the rewrite would look like a correct one.
    let is_judged = checked.not_judged.is_empty() && checked.class_without_ingress.is_none();
    if is_judged || count(Severity::Error) > 0 {
        let raised = all.iter().filter(|one| one.first.raised).count();
        let by_strict = if raised > 0 { format!(" ({raised} by --strict)") } else { String::new() };
        counts.push(plural(count(Severity::Error), "error") + &by_strict);
    }
    if !checked.not_judged.is_empty() {
        counts.push(format!("{} not understood and not judged", plural(checked.not_judged.len(), "object")));
    }
    counts.extend([plural(count(Severity::Warning), "warning"), plural(count(Severity::Info), "info")]);
    summary.push_str(&counts.join(", "));
    if let Some(nothing) = text::nothing_to_judge(checked, stops_for_nothing) {
        summary.push_str(&format!("; {nothing}"));
    }
    summary.push('\n');
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Given;
    use crate::config::fields::field;
    use crate::lint::testing::configured;

    fn with(path: &str) -> Options {
        let given = Given { field: field(path).unwrap(), values: Vec::new(), by: path.to_owned() };
        Options { fields: vec![given], ..Options::default() }
    }

    #[test]
    fn flags_that_change_nothing_are_refused_beside_as_is() {
        for path in ["findings.strict", "findings.allow", "ingress.className", "controllerVersion", "eksAutoMode"] {
            assert_eq!(refuse_beside_as_is(&with(path)), Ok(()), "{path}");
        }
        for path in ["ingress.scheme", "ingress.certificateArns", "service.extraPorts", "gateway.name", "phase"] {
            let error = refuse_beside_as_is(&with(path)).unwrap_err();
            assert!(error.message.starts_with(&format!("{path} has no effect with --as-is")), "{}", error.message);
        }
    }

    #[test]
    fn where_warnings_stop_the_run_nothing_to_judge_does_too() {
        let service =
            "apiVersion: v1\nkind: Service\nmetadata: {name: gw}\nspec: {ports: [{name: status-port, port: 15021}]}\n";
        let sources = Sources::stdin(service.to_owned());
        let how = How { as_is: true, ..How::default() };
        for (spec, code, so) in [("{}", 0, ""), ("{findings: {strict: true}}", 1, ", which --strict makes an error")] {
            let printed = check(&sources, &configured(spec), how).unwrap();
            assert_eq!(printed.code, code, "{spec}");
            let said = format!("there was nothing to judge{so}; without --as-is");
            assert!(printed.output.contains(&said), "{}", printed.output);
        }
    }
}
