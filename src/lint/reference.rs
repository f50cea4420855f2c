//! The rules as documentation: the same text for `explain` and for the page of all findings.

use std::fmt::Write;

use super::{Rule, rules};

/// What there is to say about one rule, in Markdown.
#[must_use]
pub fn section(rule: &Rule) -> String {
    format!(
        "{}, `{}`: {}.\n\n{}\n\nWhat to do: {}\n\nSource: {}\n",
        rule.severity, rule.name, rule.summary, rule.explanation, rule.help, rule.source
    )
}

/// All rules, one section each, under the ids that `explain` takes.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Findings\n\nWhat `check` reports and the filter warns of or refuses. The severity is that of a rule's worst case. \
         `istio-alb explain ID` prints\na section of this page; `--allow`, `--warn` and `--deny` change what an id does.\n\n\
         | id | severity | |\n|---|---|---|\n",
    );
    for rule in rules() {
        let link = rule.id.to_lowercase();
        let _ = writeln!(
            page,
            "| [{}](#{link}) | {} | {} |",
            rule.id,
            rule.severity,
            rule.summary.replace('|', "\\|")
        );
    }
    for rule in rules() {
        let _ = write!(page, "\n## {}\n\n{}", rule.id, section(rule));
    }
    page
}
