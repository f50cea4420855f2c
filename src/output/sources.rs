//! What the manifests were read from: stdin, or files, which are one stream together.

use manifest_yaml::Place;
use manifest_yaml::stream::Stream;

use crate::error::Error;
use crate::lint::Checked;

/// What reports call stdin.
pub const STDIN: &str = "stdin";

/// A stream and the files that it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    text: String,
    files: Vec<File>,
}

/// One of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    name: String,
    /// The lines and documents of the stream before it.
    lines: usize,
    documents: usize,
}

impl Sources {
    /// What was read from stdin.
    #[must_use]
    pub fn stdin(text: String) -> Self {
        Sources { text, files: Vec::new() }
    }

    /// Files with their names, joined as documents: `---` comes between two where the second does not begin with it.
    #[must_use]
    pub fn files(read: Vec<(String, String)>) -> Self {
        let mut sources = Sources::default();
        // Where the second file begins, and those behind it, each with the marker before it.
        let mut starts = Vec::new();
        for (name, text) in read {
            let text = if sources.text.is_empty() { text } else { text.trim_start_matches('\u{feff}').to_owned() };
            if !sources.text.is_empty() {
                if !sources.text.ends_with('\n') {
                    sources.text.push('\n');
                }
                starts.push(sources.text.len());
                let begins = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with(['#', '%']));
                if !begins.is_some_and(|line| line.starts_with("---")) {
                    sources.text.push_str("---\n");
                }
            }
            let lines = sources.text.bytes().filter(|byte| *byte == b'\n').count();
            sources.files.push(File { name, lines, documents: 0 });
            sources.text.push_str(&text);
        }
        if sources.files.len() > 1 {
            let stream = Stream::split(&sources.text);
            for (file, start) in sources.files.iter_mut().skip(1).zip(&starts) {
                file.documents = stream.documents.iter().filter(|document| document.span.start < *start).count();
            }
        }
        sources
    }

    /// The stream.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the files in one line; `None` for stdin.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        let names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Makes a place in the stream one in its file.
    pub fn name(&self, place: &mut Place) {
        let file = self.files.iter().rev().find(|file| file.lines < place.line).or(self.files.first());
        let Some(file) = file.filter(|_| place.file.is_none()) else { return };
        place.file = Some(file.name.clone());
        place.line = place.line.saturating_sub(file.lines).max(1);
        place.document = place.document.saturating_sub(file.documents).max(1);
    }

    /// Makes the places of all findings places in their files.
    pub fn name_all(&self, checked: &mut Checked) {
        let findings = checked.findings.iter_mut().chain(&mut checked.allowed);
        findings
            .filter_map(|finding| finding.place.as_mut())
            .chain(checked.not_judged.iter_mut().map(|unknown| &mut unknown.place))
            .for_each(|place| self.name(place));
    }

    /// Makes the place of an error one in its file.
    #[must_use]
    pub fn named(&self, mut error: Error) -> Error {
        error
            .place
            .iter_mut()
            .chain(error.listed.iter_mut().map(|(_, place)| place))
            .for_each(|place| self.name(place));
        error
    }

    /// The line of the stream in which a place is that [`Sources::name`] has named.
    pub(super) fn line_of(&self, place: &Place) -> usize {
        let file = self.files.iter().find(|file| Some(&file.name) == place.file.as_ref());
        place.line + file.map_or(0, |file| file.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_its_file() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let sources = Sources::files(vec![
            file("a.yaml", "kind: A\n---\nkind: B"),
            file("b.yaml", "# note\n---\nkind: C\n"),
            file("c.yaml", "kind: D\n"),
        ]);
        assert_eq!(sources.text(), "kind: A\n---\nkind: B\n# note\n---\nkind: C\n---\nkind: D\n");
        let stream = Stream::split(sources.text());
        let told: Vec<String> = stream
            .documents
            .iter()
            .map(|document| {
                let mut place = stream.place_of(document);
                let line = place.line;
                sources.name(&mut place);
                assert_eq!(sources.line_of(&place), line);
                place.to_string()
            })
            .collect();
        assert_eq!(
            told,
            [
                "a.yaml, document 1, line 1",
                "a.yaml, document 2, line 3",
                "b.yaml, document 1, line 3",
                "c.yaml, document 1, line 1"
            ]
        );
        let mut place = Place { document: 2, line: 3, ..Place::default() };
        Sources::stdin("a\n".to_owned()).name(&mut place);
        assert_eq!(place.to_string(), "document 2, line 3");
    }
}
