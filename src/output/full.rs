//! Findings with the lines that they are about, as compilers show them.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group as Report, Level, Renderer, Snippet};
use manifest_yaml::{Place, pointer};

use super::sources::{STDIN, Sources};
use super::words::Words;
use crate::error::{visible, visible_source};
use crate::finding::groups::Group;
use crate::finding::{Finding, Severity};

/// Shows groups of findings with their lines.
pub struct Shown<'s> {
    sources: &'s Sources,
    words: Words,
    renderer: Renderer,
    /// Where each line of the stream begins, and the end of the text.
    lines: Vec<usize>,
}

impl<'s> Shown<'s> {
    /// For a stream, with or without colours, and help in these words.
    #[must_use]
    pub fn new(sources: &'s Sources, colored: bool, words: Words) -> Self {
        let text = sources.text();
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let mut lines: Vec<usize> = std::iter::once(0).chain(ends).collect();
        lines.push(text.len());
        Shown { sources, words, renderer: if colored { Renderer::styled() } else { Renderer::plain() }, lines }
    }

    /// Findings of one kind on one object:
    ///
    /// ```text
    /// warning[ALB060]: Service a/b: the load balancer had fixed addresses, and an ALB has none
    ///   --> gateway.yaml:97:3
    ///    |
    /// 97 |   loadBalancerIP: 10.0.0.10
    ///    |   ^^^^^^^^^^^^^^^^^^^^^^^^^ removed
    ///    |
    ///    = help: …
    /// ```
    #[must_use]
    pub fn group(&self, group: &Group<'_>) -> String {
        let first = group.first;
        let object = first.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
        let is_one = group.others.is_empty();
        let title = visible(&format!("{object}{}", if is_one { &first.message } else { first.rule.summary }));
        let level = match first.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let mut report = level.primary_title(title).id(first.rule.id).elements(self.snippet(group));
        if let Some(source) = first.place.as_ref().and_then(|place| place.source.as_ref()) {
            report = report.element(Level::NOTE.message(visible(&format!("rendered from {source}"))));
        }
        if !is_one {
            let without = group.findings().filter(|finding| self.span(finding).is_none());
            report = report.elements(without.map(|finding| Level::NOTE.message(visible(&finding.message))));
        }
        let help = visible(&self.words.of_finding(first));
        let report: [Report<'_>; 1] = [report.element(Level::HELP.message(help))];
        self.renderer.render(&report) + "\n\n"
    }

    /// The lines of a group, with what is found in each.
    fn snippet(&self, group: &Group<'_>) -> Option<Snippet<'_, annotate_snippets::Annotation<'_>>> {
        let found: Vec<_> = group.findings().filter_map(|finding| Some((finding, self.span(finding)?))).collect();
        let (place, start) = found.first().and_then(|(finding, _)| self.at(finding.place.as_ref()?))?;
        let end = found.iter().map(|(_, span)| self.line_end(span.end)).max()?;
        let source = &self.sources.text()[start..end];
        let printed = visible_source(source);
        // An offset in what is printed: behind what is escaped it is another one.
        let shown = |offset: usize| match &printed {
            Cow::Borrowed(_) => offset - start,
            Cow::Owned(_) => visible_source(&source[..offset - start]).len(),
        };
        let is_one = group.others.is_empty();
        let annotations = found.into_iter().map(|(finding, span)| {
            let label = (!is_one).then(|| visible(without_key(finding)));
            AnnotationKind::Primary.span(shown(span.start)..shown(span.end)).label(label)
        });
        let path = visible(place.file.as_deref().unwrap_or(STDIN));
        Some(Snippet::source(printed.clone()).line_start(place.line).path(path).annotations(annotations))
    }

    /// A place and where its line begins in the stream.
    fn at<'p>(&self, place: &'p Place) -> Option<(&'p Place, usize)> {
        let start = *self.lines.get(self.sources.line_of(place).checked_sub(1)?)?;
        Some((place, start))
    }

    /// Where the line with an offset ends.
    fn line_end(&self, offset: usize) -> usize {
        let text = self.sources.text();
        text[offset..].find('\n').map_or(text.len(), |length| offset + length)
    }

    /// What a finding underlines: from its column to the end of the line.
    fn span(&self, finding: &Finding) -> Option<std::ops::Range<usize>> {
        let (place, start) = self.at(finding.place.as_ref()?)?;
        let line = self.sources.text()[start..self.line_end(start)].trim_end();
        let column = line.char_indices().nth(place.column.saturating_sub(1)).map_or(0, |(at, _)| at);
        (!line.is_empty()).then(|| start + column..start + line.len())
    }
}

/// The message without the key of its field, which stands in the line above it.
fn without_key(finding: &Finding) -> &str {
    let key = finding.field.as_deref().and_then(pointer::last).unwrap_or_default();
    finding.message.strip_prefix(&*key).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&finding.message)
}
