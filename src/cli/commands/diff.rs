//! `diff`: what the filter would change, as a unified diff.

use similar::TextDiff;

use super::Printed;
use crate::config::Settings;
use crate::error::{Error, visible, visible_source};
use crate::finding::Severity;
use crate::output::sources::Sources;
use crate::output::text;
use crate::output::words::Words;
use crate::rewrite::rewrite;

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const CYAN: &str = "\u{1b}[36m";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// The difference between a stream and what the filter makes of it; empty where it changes nothing. With `colored`, or where it is
/// `for_people`, nothing in it moves a cursor or hides; otherwise it is a patch that can be applied.
///
/// # Errors
///
/// As the filter.
pub fn diff(sources: &Sources, settings: &[Settings], colored: bool, for_people: bool) -> Result<Printed, Error> {
    let mut rewritten = rewrite(sources.text(), settings)?;
    for place in rewritten.findings.iter_mut().filter_map(|finding| finding.place.as_mut()) {
        sources.name(place);
    }
    let messages = text::findings(&rewritten.findings, Severity::Warning, Words::CommandLine);
    if rewritten.is_refused() {
        return Ok(Printed::refused(&rewritten.findings, messages));
    }
    let after = rewritten.text();
    let changes = TextDiff::from_lines(sources.text(), &after);
    let (before, behind) = match sources.title() {
        Some(title) => (visible(&title), format!("{}, rewritten", visible(&title))),
        None => ("rendered".to_owned(), "rewritten".to_owned()),
    };
    let unified = changes.unified_diff().context_radius(3).header(&before, &behind).to_string();
    let unified = if colored || for_people { visible_source(&unified) } else { unified.into() };
    let output = if colored { unified.split_inclusive('\n').map(color).collect() } else { unified.into_owned() };
    Ok(Printed { output, messages, code: 0 })
}

/// One line of a unified diff in the colours that git gives it.
fn color(line: &str) -> String {
    let paint = match line.as_bytes() {
        [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => BOLD,
        [b'-', ..] => RED,
        [b'+', ..] => GREEN,
        [b'@', ..] => CYAN,
        _ => return line.to_owned(),
    };
    let text = line.trim_end_matches(['\n', '\r']);
    format!("{paint}{text}{PLAIN}{}", &line[text.len()..])
}
