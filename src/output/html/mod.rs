//! The report for a change request: one HTML file without a script and without anything from elsewhere, so that it can be attached,
//! opened and printed anywhere. It is XML, too.

mod markdown;

use std::fmt::Write;

use super::markup::escape;
use super::picture::{self, Picture, svg};
use crate::finding::groups::groups;
use crate::finding::{Finding, Rule, Severity};
use crate::lint::NotJudged;
use crate::output::text::plural;
use crate::output::words::Words;
use manifest_yaml::pointer;
use markdown::paragraphs;

/// What the report says.
pub struct Report<'r> {
    /// What it was made from and by.
    pub about: &'r [String],
    /// The load balancers.
    pub picture: &'r Picture,
    /// What was found.
    pub findings: &'r [Finding],
    /// What was found and is allowed, and where.
    pub allowed: &'r [(&'r Finding, String)],
    /// What happens when the change is applied; nothing where none is.
    pub effects: &'r [String],
    /// What was not understood.
    pub not_judged: &'r [NotJudged],
    /// The settings, a table for each object.
    pub settings: &'r [Table],
    /// The changes of objects that are in the stream, a table for each.
    pub changes: &'r [Table],
}

/// A table of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is about.
    pub title: String,
    /// The heads of its columns.
    pub heads: [&'static str; 3],
    /// Its rows.
    pub rows: Vec<[String; 3]>,
}

/// The look, with colours for light and dark and for print.
const STYLE: &str = include_str!("style.css");

/// The page.
#[must_use]
pub fn html(report: &Report<'_>) -> String {
    let title = "Change report: a gateway behind an AWS Application Load Balancer";
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p class=\"about\">{}</p>\n{}{}",
        escape(&report.about.join("; ")),
        summary(report),
        effects(report.effects)
    );
    let _ = write!(
        page,
        "<section>\n<h2>How requests reach the pods</h2>\n<figure>\n{}</figure>\n<details>\n<summary>The picture in words</summary>\n\
         <ul class=\"words\">\n{}</ul>\n</details>\n</section>\n",
        svg(report.picture),
        in_words(report.picture)
    );
    page.push_str(&findings(report));
    page.push_str(&allowed(report.allowed));
    page.push_str(&tables("Settings, and where each comes from", report.settings));
    page.push_str(&tables("Changes to existing objects", report.changes));
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn in_words(picture: &Picture) -> String {
    picture::paragraphs(picture).iter().map(|text| format!("<li>{}</li>\n", escape(text))).collect()
}

/// How much of what was found, in one line: as `check` counts, findings of one kind on one object as one.
fn summary(report: &Report<'_>) -> String {
    let groups = groups(report.findings);
    let count = |severity| groups.iter().filter(|group| group.first.severity == severity).count();
    let mut parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| format!("<span class=\"{severity}\">{}</span>", plural(count(severity), &severity.to_string())))
        .collect();
    let errors = report.allowed.iter().filter(|(finding, _)| finding.severity == Severity::Error).count();
    let verdict = match (count(Severity::Error), errors) {
        (0, 0) => "No finding is an error.".to_owned(),
        (0, errors) => format!("Look at the findings that were allowed: {} among them.", plural(errors, "error")),
        (found, _) => format!("Do not apply: {}.", plural(found, "error")),
    };
    if !report.allowed.is_empty() {
        let verb = if report.allowed.len() == 1 { "is" } else { "are" };
        parts.push(format!("{} {verb} allowed", plural(report.allowed.len(), "finding")));
    }
    format!("<p class=\"summary\">{verdict} Findings: {}</p>\n", parts.join(" "))
}

fn effects(effects: &[String]) -> String {
    if effects.is_empty() {
        return String::new();
    }
    let lines: String = effects.iter().map(|effect| format!("<li>{}</li>\n", escape(effect))).collect();
    format!(
        "<section>\n<h2>What happens when this is applied</h2>\n<ul>\n{lines}</ul>\n<p>The way back: docs/migration.md of istio-alb, \
         “The way back”.</p>\n</section>\n"
    )
}

/// The findings that the configuration allows.
fn allowed(allowed: &[(&Finding, String)]) -> String {
    if allowed.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "<section>\n<h2>Findings that were allowed</h2>\n<p>The configuration allows these, so they stop nothing. What they say holds all the \
         same.</p>\n<ul>\n",
    );
    for (finding, by) in allowed {
        let mut places = places_of(finding);
        places.push(format!("allowed by {by}"));
        let _ = write!(
            text,
            "<li><p class=\"message\"><span class=\"{severity}\">{severity}</span> {}: {}</p>\n<p class=\"place\">{}</p></li>\n",
            finding.rule.id,
            escape(&finding.message),
            escape(&places.join(", ")),
            severity = finding.severity
        );
    }
    text.push_str("</ul>\n</section>\n");
    text
}

/// The findings, the worst first, those of one rule together.
fn findings(report: &Report<'_>) -> String {
    let mut text = String::from("<section>\n<h2>Findings</h2>\n");
    if report.findings.is_empty() && report.not_judged.is_empty() {
        text.push_str("<p>None.</p>\n");
    }
    let mut by_rule: Vec<(Severity, &Rule, Vec<&Finding>)> = Vec::new();
    for finding in report.findings {
        let (severity, rule) = (finding.severity, finding.rule);
        match by_rule.iter_mut().find(|(known, of, _)| *known == severity && of.id == rule.id) {
            Some((_, _, of_rule)) => of_rule.push(finding),
            None => by_rule.push((severity, rule, vec![finding])),
        }
    }
    by_rule.sort_by_key(|(severity, rule, _)| (std::cmp::Reverse(*severity), rule.id));
    for (severity, rule, found) in by_rule {
        text.push_str(&of_one_rule(severity, rule, &found));
    }
    if !report.findings.is_empty() {
        text.push_str(
            "<p class=\"why\">Sources: LBC is the code of the AWS Load Balancer Controller, in the named release; pages under docs/ are \
             those of istio-alb.</p>\n",
        );
    }
    for unknown in report.not_judged {
        let object = unknown.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
        let line = format!("{object}{} ({})", unknown.why, unknown.place);
        let _ = writeln!(text, "<article class=\"finding\"><h3>Not judged</h3><p>{}</p></article>", escape(&line));
    }
    text.push_str("</section>\n");
    text
}

fn of_one_rule(severity: Severity, rule: &Rule, found: &[&Finding]) -> String {
    let mut text = format!(
        "<article class=\"finding\">\n<h3><span class=\"{severity}\">{severity}</span> {}: {}</h3>\n<ul>\n",
        rule.id,
        markdown::inline(rule.summary)
    );
    let helps: Vec<String> = found.iter().map(|finding| Words::Anywhere.of_finding(finding)).collect();
    let is_one = helps.windows(2).all(|pair| pair[0] == pair[1]);
    let what_to_do = |help: &str| format!("<p>What to do: {}</p>\n", markdown::inline(help));
    for (finding, help) in found.iter().zip(&helps) {
        let mut places = places_of(finding);
        places.extend(finding.field.as_deref().map(named).filter(|field| !field.is_empty()));
        let _ = write!(
            text,
            "<li><p class=\"message\">{}</p>\n<p class=\"place\">{}</p>\n{}</li>\n",
            escape(&finding.message),
            escape(&places.join(", ")),
            if is_one { String::new() } else { what_to_do(help) }
        );
    }
    let _ = write!(
        text,
        "</ul>\n{}<div class=\"why\">\n{}<p>Source: {}</p>\n</div>\n</article>\n",
        helps.first().filter(|_| is_one).map(|help| what_to_do(help)).unwrap_or_default(),
        paragraphs(rule.explanation),
        markdown::inline(rule.source)
    );
    text
}

/// The object that a finding is about, and its place.
fn places_of(finding: &Finding) -> Vec<String> {
    let object = finding.object.iter().map(ToString::to_string);
    object.chain(finding.place.iter().map(ToString::to_string)).collect()
}

/// A field as people call it: `annotation aws-load-balancer-scheme`, `spec.type`.
fn named(field: &str) -> String {
    let parts: Vec<_> = pointer::tokens(field).collect();
    match parts.as_slice() {
        [metadata, annotations, key] if metadata == "metadata" && annotations == "annotations" => {
            format!("annotation {}", key.rsplit('/').next().unwrap_or(key))
        }
        parts => parts.join("."),
    }
}

fn tables(title: &str, tables: &[Table]) -> String {
    if tables.iter().all(|table| table.rows.is_empty()) {
        return String::new();
    }
    let mut text = format!("<section>\n<h2>{}</h2>\n", escape(title));
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        let _ = write!(text, "<h3>{}</h3>\n<table>\n<thead><tr>", escape(&table.title));
        for head in table.heads {
            let _ = write!(text, "<th>{}</th>", escape(head));
        }
        text.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
            let _ = writeln!(text, "<tr>{cells}</tr>");
        }
        text.push_str("</tbody>\n</table>\n");
    }
    text.push_str("</section>\n");
    text
}
