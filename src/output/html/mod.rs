//! The report for a change request: one HTML file without a script and without anything from elsewhere, so that it can be attached,
//! opened and printed anywhere. It is XML, too.

mod markdown;

use std::fmt::Write;

use super::markup::escape;
use super::picture::{self, Picture, svg};
use crate::finding::{Finding, Rule, Severity};
use crate::lint::NotJudged;
use crate::output::words::Words;
use markdown::paragraphs;

/// What the report says.
pub struct Report<'r> {
    /// The load balancers.
    pub picture: &'r Picture,
    /// What was found.
    pub findings: &'r [Finding],
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
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{}",
        summary(report)
    );
    let _ = write!(
        page,
        "<section>\n<h2>The way of the requests</h2>\n<figure>\n{}</figure>\n<h3>The picture in words</h3>\n<ul class=\"words\">\n{}</ul>\n\
         </section>\n",
        svg(report.picture),
        in_words(report.picture)
    );
    page.push_str(&findings(report));
    page.push_str(&tables("Settings, and where each comes from", report.settings));
    page.push_str(&tables("Changes of what is in the stream", report.changes));
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn in_words(picture: &Picture) -> String {
    picture::paragraphs(picture).iter().map(|text| format!("<li>{}</li>\n", escape(text))).collect()
}

/// How much of what was found, in one line.
fn summary(report: &Report<'_>) -> String {
    let count = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| {
            let (count, plural) =
                (count(severity), if severity == Severity::Info || count(severity) == 1 { "" } else { "s" });
            format!("<span class=\"{severity}\">{count} {severity}{plural}</span>")
        })
        .collect();
    let verdict = match count(Severity::Error) {
        0 => "No finding is an error.",
        _ => "Do not apply this: a finding is an error.",
    };
    format!("<p class=\"summary\">{verdict} Findings: {}</p>\n", parts.join(" "))
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
        let mut places: Vec<String> = Vec::new();
        places.extend(finding.object.as_ref().map(ToString::to_string));
        places.extend(finding.place.as_ref().map(ToString::to_string));
        places.extend(finding.field.clone().filter(|field| !field.is_empty()));
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
