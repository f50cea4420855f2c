//! Findings on one line each: `gateway.yaml:12:3: warning[ALB006] Service a/b: …`, as editors and `grep` read them.

use super::sources::STDIN;
use crate::error::visible;
use crate::finding::Finding;
use crate::lint::{Checked, NotJudged};
use crate::output::text;
use manifest_yaml::Place;

/// What `check` found, a line for each finding and for each object that is not judged.
#[must_use]
pub fn lines(checked: &Checked) -> String {
    let findings = checked.findings.iter().map(line);
    let class = text::nothing_to_judge(checked, false).map(|nothing| format!("{STDIN}: {nothing}"));
    findings.chain(checked.not_judged.iter().map(not_judged)).chain(class).map(|line| line + "\n").collect()
}

fn line(finding: &Finding) -> String {
    let object = finding.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    let (at, rule) = (at(finding.place.as_ref()), finding.rule.id);
    visible(&format!("{at}: {}[{rule}] {object}{}", finding.severity, finding.message))
}

fn not_judged(unknown: &NotJudged) -> String {
    let object = unknown.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    visible(&format!("{}: not judged: {object}{}", at(Some(&unknown.place)), unknown.why))
}

/// `gateway.yaml:12:3`, as far as it is known.
fn at(place: Option<&Place>) -> String {
    let Some(place) = place else { return STDIN.to_owned() };
    let column = if place.column > 0 { format!(":{}", place.column) } else { String::new() };
    format!("{}:{}{column}", place.file.as_deref().unwrap_or(STDIN), place.line)
}
