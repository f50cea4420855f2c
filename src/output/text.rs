//! Findings as text for users.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE, DEFAULT_INFO_STYLE, DEFAULT_WARNING_STYLE};
use anstyle::Style;
use kubernetes_objects::ObjectRef;

use crate::error::visible;
use crate::finding::groups::{Group, groups};
use crate::finding::{Finding, Severity};
use crate::help::Help;
use crate::lint::{Checked, NotJudged};
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
pub fn group(group: &Group<'_>, words: Words, paint: Paint) -> String {
    let first = group.first;
    let mut text = paint.severity(first.severity, &format!("{}[{}]", first.severity, first.rule.id));
    let object = first.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    if group.others.is_empty() {
        let place = first.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let _ = write!(text, ": {}", visible(&format!("{place}{object}{}", first.message)));
    } else {
        let document = first.place.as_ref().map(|place| format!("{}: ", place.document())).unwrap_or_default();
        let _ = write!(text, ": {}{}", visible(&format!("{document}{object}")), first.rule.summary);
        for finding in group.findings() {
            let line = finding.place.as_ref().map_or_else(|| "- ".to_owned(), |place| format!("line {}: ", place.line));
            let _ = write!(text, "\n  {line}{}", visible(&finding.message));
        }
    }
    let _ = write!(text, "\n  {}: {}", paint.help("help"), visible(&words.of_finding(first)));
    text
}

/// How much was found about each object, a line for each; nothing where there is only one.
#[must_use]
pub fn by_object(all: &[Group<'_>]) -> String {
    let mut objects: Vec<(&ObjectRef, BTreeMap<Reverse<Severity>, usize>)> = Vec::new();
    for one in all {
        let Some(object) = &one.first.object else { continue };
        let at = objects.iter().position(|(known, _)| *known == object).unwrap_or_else(|| {
            objects.push((object, BTreeMap::new()));
            objects.len() - 1
        });
        *objects[at].1.entry(Reverse(one.first.severity)).or_default() += 1;
    }
    if objects.len() < 2 {
        return String::new();
    }
    let line = |(object, counts): (&ObjectRef, BTreeMap<Reverse<Severity>, usize>)| {
        let counts = counts.iter().map(|(Reverse(severity), count)| plural(*count, &severity.to_string()));
        format!("{}: {}\n", visible(&object.to_string()), counts.collect::<Vec<_>>().join(", "))
    };
    objects.into_iter().map(line).collect()
}

/// Colours, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paint {
    /// Whether there are any.
    pub colored: bool,
}

impl Paint {
    fn severity(self, severity: Severity, text: &str) -> String {
        self.of(
            text,
            match severity {
                Severity::Error => DEFAULT_ERROR_STYLE,
                Severity::Warning => DEFAULT_WARNING_STYLE,
                Severity::Info => DEFAULT_INFO_STYLE,
            },
        )
    }

    fn help(self, text: &str) -> String {
        self.of(text, DEFAULT_HELP_STYLE)
    }

    fn of(self, text: &str, style: Style) -> String {
        if self.colored { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// What is not judged, as it is printed: `not judged: document 2, line 15: Ingress shop/web: it can't be decoded`.
#[must_use]
pub fn not_judged(unknown: &NotJudged) -> String {
    let object = unknown.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    visible(&format!("not judged: {}: {object}{}", unknown.place, unknown.why))
}

/// `1 error`, `2 errors`.
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// That there was no Ingress of the class, where there was none.
#[must_use]
pub fn nothing_to_judge(checked: &Checked, is_error: bool) -> Option<String> {
    let class = checked.class_without_ingress.as_ref()?;
    let what = if checked.findings.is_empty() { "there was nothing to judge" } else { "nothing else was judged" };
    let so = if is_error { ", which --strict makes an error" } else { "" };
    Some(format!(
        "no Ingress of class {class} is in the stream, so {what}{so}; without --as-is the Ingress of the filter is judged"
    ))
}

/// The findings of a severity or worse, in groups, each after the program's name.
#[must_use]
pub fn findings(findings: &[Finding], least: Severity, words: Words) -> String {
    let mut text = String::new();
    for one in groups(findings.iter().filter(|finding| finding.severity >= least)) {
        let _ = writeln!(text, "istio-alb: {}", group(&one, words, Paint::default()));
    }
    text
}

/// The sentence that ends a refused run.
#[must_use]
pub fn refusal(findings: &[Finding], words: Words) -> String {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let ids_of = |raised: bool| -> Vec<&str> {
        let mut ids: Vec<&str> =
            errors.iter().filter(|finding| finding.raised == raised).map(|finding| finding.rule.id).collect();
        ids.dedup();
        ids
    };
    let (own, raised) = (ids_of(false), ids_of(true));
    let strict = words.of(&"[[findings.strict]]".into());
    let plural = |count: usize, noun: &str| if count == 1 { format!("a {noun}") } else { format!("{noun}s") };
    let what = match (own.is_empty(), raised.is_empty()) {
        (true, false) => {
            let warnings = plural(errors.len(), "warning");
            format!("{warnings} ({}), and {strict} stops at warnings", raised.join(", "))
        }
        (false, false) => format!(
            "findings at error level ({}) and warnings ({}), at which {strict} stops",
            own.join(", "),
            raised.join(", ")
        ),
        _ => format!("{} at error level ({})", plural(errors.len(), "finding"), own.join(", ")),
    };
    let mut ids: Vec<&str> = errors.iter().map(|finding| finding.rule.id).collect();
    ids.dedup();
    let first = ids.first().copied().unwrap_or_default();
    let help = Help::from(format!("`istio-alb explain {first}` says more; what you accept you can allow by its id: "))
        .set("findings.allow", ids.join(","));
    format!("istio-alb: error: {what}, so no manifest was printed\n  help: {}\n", words.of(&help))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::levels::{Level, Levels, adjust};
    use crate::lint::REGISTRY;

    #[test]
    fn a_refused_run_says_what_strict_has_made_an_error() {
        let finding = |id: &str| REGISTRY.find(id).map(|rule| Finding::new(rule, "x")).unwrap();
        let refused = |ids: &[&str], levels: &Levels<'_>| {
            let text = refusal(&adjust(ids.iter().map(|id| finding(id)).collect(), levels), Words::CommandLine);
            text.lines().next().unwrap_or_default().to_owned()
        };
        let strict = Levels::default().strict(true);
        let denied: Levels<'_> = [("ALB006", Level::Deny)].into_iter().collect();
        for (ids, levels, told) in [
            (&["ALB001"][..], &strict, "a finding at error level (ALB001), so no manifest was printed"),
            (
                &["ALB006", "ALB013"],
                &strict,
                "warnings (ALB006, ALB013), and `--strict` stops at warnings, so no manifest was printed",
            ),
            (
                &["ALB001", "ALB006"],
                &strict,
                "findings at error level (ALB001) and warnings (ALB006), at which `--strict` stops, so no manifest was printed",
            ),
            (&["ALB006"], &denied, "a finding at error level (ALB006), so no manifest was printed"),
        ] {
            assert_eq!(refused(ids, levels), format!("istio-alb: error: {told}"), "{ids:?}");
        }
    }
}
