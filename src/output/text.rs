//! Findings as text for users.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::finding::{Finding, Severity};
use crate::lint::NotJudged;

/// One finding, as it is printed:
///
/// ```text
/// warning[ALB006]: document 4 (gateway/templates/service.yaml), line 57: port 80 serves clear text
///   help: give a certificate
/// ```
#[must_use]
pub fn line(finding: &Finding) -> String {
    let mut text = format!("{}[{}]: ", finding.severity, finding.rule.id);
    if let Some(place) = &finding.place {
        let _ = write!(text, "{place}: ");
    }
    if let Some(object) = &finding.object {
        let _ = write!(text, "{object}: ");
    }
    let help = finding.help.as_deref().unwrap_or(finding.rule.help);
    let _ = write!(text, "{}\n  help: {help}", finding.message);
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

/// The findings of a severity or worse, each after the program's name.
#[must_use]
pub fn findings(findings: &[Finding], least: Severity) -> String {
    let mut text = String::new();
    for finding in findings.iter().filter(|finding| finding.severity >= least) {
        let _ = writeln!(text, "istio-alb: {}", line(finding));
    }
    text
}

/// The sentence that ends a refused run.
#[must_use]
pub fn refusal(findings: &[Finding]) -> String {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let mut ids: Vec<&str> = errors.iter().map(|finding| finding.rule.id).collect();
    ids.dedup();
    let what = if errors.len() == 1 { "a finding" } else { "findings" };
    format!(
        "istio-alb: error: {what} at error level ({}), so no manifest was printed\n  help: `istio-alb explain {}` says more; \
         what you accept you can allow by its id: --allow {}\n",
        ids.join(", "),
        ids.first().copied().unwrap_or_default(),
        ids.join(",")
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
