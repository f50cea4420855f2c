//! Findings as text for users.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::finding::groups::{Group, groups};
use crate::finding::{Finding, Severity};
use crate::help::Help;
use crate::lint::NotJudged;
use crate::output::words::Words;

/// Findings of one kind on one object, as they are printed. One alone is
///
/// ```text
/// warning[ALB006]: document 4 (gateway/templates/service.yaml), line 57: Service a/b: port 80 serves clear text
///   help: give a certificate
/// ```
///
/// and several have the rule's sentence, and a line each:
///
/// ```text
/// info[ALB095]: document 4 (gateway/templates/service.yaml): Service a/b: a setting of the old load balancer lives on
///   line 10: subnets: carried over to subnets: subnet-0aaaaaaaaaaaaaaaa
///   line 12: scheme: carried over to scheme: internal
///   help: keep it in a file
/// ```
#[must_use]
pub fn group(group: &Group<'_>, words: Words) -> String {
    let first = group.first;
    let mut text = format!("{}[{}]: ", first.severity, first.rule.id);
    let object = first.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    if group.others.is_empty() {
        let place = first.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let _ = write!(text, "{place}{object}{}", first.message);
    } else {
        let document = first.place.as_ref().map(|place| format!("{}: ", place.document())).unwrap_or_default();
        let _ = write!(text, "{document}{object}{}", first.rule.summary);
        for finding in group.findings() {
            let line = finding.place.as_ref().map_or_else(|| "- ".to_owned(), |place| format!("line {}: ", place.line));
            let _ = write!(text, "\n  {line}{}", finding.message);
        }
    }
    let _ = write!(text, "\n  help: {}", words.of_finding(first));
    text
}

/// What is not judged, as it is printed: `not judged: document 2, line 15: Ingress shop/web: it can't be decoded`.
#[must_use]
pub fn not_judged(unknown: &NotJudged) -> String {
    let object = unknown.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    format!("not judged: {}: {object}{}", unknown.place, unknown.why)
}

/// That there was no Ingress of a class.
#[must_use]
pub fn nothing_to_judge(class: &str) -> String {
    format!("no Ingress of class {class} is in the stream, so there was nothing to judge")
}

/// The findings of a severity or worse, in groups, each after the program's name.
#[must_use]
pub fn findings(findings: &[Finding], least: Severity, words: Words) -> String {
    let mut text = String::new();
    for one in groups(findings.iter().filter(|finding| finding.severity >= least)) {
        let _ = writeln!(text, "istio-alb: {}", group(&one, words));
    }
    text
}

/// The sentence that ends a refused run.
#[must_use]
pub fn refusal(findings: &[Finding], words: Words) -> String {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let mut ids: Vec<&str> = errors.iter().map(|finding| finding.rule.id).collect();
    ids.dedup();
    let what = if errors.len() == 1 { "a finding" } else { "findings" };
    let first = ids.first().copied().unwrap_or_default();
    let help = Help::from(format!("`istio-alb explain {first}` says more; what you accept you can allow by its id: "))
        .set("findings.allow", ids.join(","));
    format!(
        "istio-alb: error: {what} at error level ({}), so no manifest was printed\n  help: {}\n",
        ids.join(", "),
        words.of(&help)
    )
}

/// The variables that Flux has to know, where placeholders are used; empty without any.
#[must_use]
pub fn variables(variables: &BTreeMap<String, bool>) -> String {
    let names = |wanted: bool| -> Vec<&str> {
        variables.iter().filter(|(_, optional)| **optional == wanted).map(|(name, _)| name.as_str()).collect()
    };
    let mut text = String::new();
    for (names, help) in [
        (names(false), "define them below spec.postBuild of the Kustomization"),
        (names(true), "they have a default, and may be left undefined"),
    ] {
        if !names.is_empty() {
            let _ = writeln!(text, "istio-alb: note: Flux fills in {}\n  help: {help}", names.join(", "));
        }
    }
    text
}
