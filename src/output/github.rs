//! Findings as workflow commands of GitHub Actions, which shows them at the lines of a pull request.
//!
//! What the runner takes for its own syntax is escaped as in `actions/toolkit` packages/core/src/command.ts.

use crate::error::{Error, visible, visible_lines};
use crate::finding::{Finding, Severity};
use crate::lint::{Checked, NotJudged};
use crate::output::text;
use crate::output::words::Words;
use manifest_yaml::Place;

/// What `check` found, a command for each finding and for each object that is not judged; helps are in these words.
#[must_use]
pub fn commands(checked: &Checked, words: Words) -> String {
    let findings = checked.findings.iter().map(|finding| command(finding, words));
    let class = text::nothing_to_judge(checked, false)
        .map(|nothing| annotation("warning", "nothing to judge", None, &visible(&nothing)));
    findings.chain(checked.not_judged.iter().map(not_judged)).chain(class).map(|command| command + "\n").collect()
}

fn command(finding: &Finding, words: Words) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let object = finding.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    let help = visible(&words.of_finding(finding));
    let message = format!("{}\nhelp: {help}", visible(&format!("{object}{}", finding.message)));
    let title = format!("{} {}", finding.rule.id, finding.rule.name);
    annotation(name, &title, finding.place.as_ref(), &message)
}

/// A run that failed, as a command.
#[must_use]
pub fn failed(error: &Error) -> String {
    let help = error.help.as_ref().map(|help| format!("\nhelp: {}", visible(&Words::Anywhere.of(help))));
    let message = visible_lines(&error.message_and_list()) + &help.unwrap_or_default();
    annotation("error", env!("CARGO_PKG_NAME"), error.place.as_ref(), &message)
}

fn not_judged(unknown: &NotJudged) -> String {
    let object = unknown.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    annotation("warning", "not judged", Some(&unknown.place), &visible(&format!("{object}{}", unknown.why)))
}

/// A line in a stream that is no file belongs to no line of a pull request: then the place is in the message.
fn annotation(name: &str, title: &str, place: Option<&Place>, message: &str) -> String {
    let mut properties = vec![format!("title={}", property(title))];
    let mut message = message.to_owned();
    match place.map(|place| (place, &place.file)) {
        Some((place, Some(file))) => {
            properties.push(format!("file={}", property(&visible(file))));
            properties.push(format!("line={}", place.line));
            if place.column > 0 {
                properties.push(format!("col={}", place.column));
            }
        }
        Some((place, None)) => message = format!("{}: {message}", visible(&place.to_string())),
        None => {}
    }
    format!("::{name} {}::{}", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_reads_is_escaped() {
        let place = Place { file: Some("a,b:c%.yaml".to_owned()), line: 3, column: 5, ..Place::default() };
        assert_eq!(
            annotation("error", "ALB001 x", Some(&place), "50%\r\n::set-output::"),
            "::error title=ALB001 x,file=a%2Cb%3Ac%25.yaml,line=3,col=5::50%25%0D%0A::set-output::"
        );
    }
}
