//! Changes to a text, each with its place in the old one.

use super::error::EditError;
use crate::text::{BOM, ends_line};
use std::ops::Range;

/// Changes, in any order; those at one place come out in the order in which they were made.
#[derive(Default)]
pub(super) struct Splices(Vec<Splice>);

struct Splice {
    range: Range<usize>,
    with: With,
}

enum With {
    Text(String),
    /// Whole lines without their line breaks, at the start of a line or at the end of the text.
    Lines(Vec<String>),
}

impl Splices {
    pub(super) fn delete(&mut self, range: Range<usize>) {
        self.replace(range, String::new());
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push(Splice { range, with: With::Text(text.into()) });
    }

    pub(super) fn lines(&mut self, at: usize, lines: Vec<String>) {
        self.0.push(Splice { range: at..at, with: With::Lines(lines) });
    }

    /// What is deleted, in order and without overlaps, and where something new comes.
    pub(super) fn places(&self) -> (Vec<Range<usize>>, Vec<usize>) {
        let (mut deleted, mut new) = (Vec::new(), Vec::new());
        for Splice { range, with } in &self.0 {
            match with {
                With::Text(text) if text.is_empty() => deleted.push(range.clone()),
                _ => new.push(range.start),
            }
        }
        new.sort_unstable();
        deleted.sort_by_key(|range| range.start);
        deleted.dedup_by(|next, range| {
            let joins = next.start <= range.end;
            if joins {
                range.end = range.end.max(next.end);
            }
            joins
        });
        (deleted, new)
    }

    /// The new text. Deletions may overlap, other changes not: nothing is inserted into what is gone.
    pub(super) fn apply(mut self, text: &str, newline: &str) -> Result<String, EditError> {
        self.0.sort_by_key(|splice| (splice.range.start, !splice.range.is_empty()));
        let mut out = String::with_capacity(text.len() + 1024);
        let mut done = 0;
        let mut ends_with_lines = false;
        for Splice { range, with } in self.0 {
            let is_deletion = matches!(&with, With::Text(with) if with.is_empty());
            if range.start < done && !is_deletion {
                return Err(EditError::internal("two changes at one place"));
            }
            if range.start > done {
                out.push_str(slice(text, done..range.start)?);
                ends_with_lines = false;
            }
            match with {
                With::Text(with) => {
                    ends_with_lines &= with.is_empty();
                    out.push_str(&with);
                    // `"a":# c`: a comment needs a blank before it.
                    if with.ends_with(|last: char| !last.is_whitespace())
                        && slice(text, range.end..text.len())?.starts_with('#')
                    {
                        out.push(' ');
                    }
                }
                With::Lines(lines) => {
                    if !out.is_empty() && out != BOM && !ends_line(&out) {
                        out.push_str(newline);
                    }
                    for line in &lines {
                        out.push_str(line);
                        out.push_str(newline);
                    }
                    ends_with_lines = !ends_in_literal(&lines);
                }
            }
            done = done.max(range.end);
        }
        if done < text.len() {
            out.push_str(slice(text, done..text.len())?);
        } else if ends_with_lines && !text.is_empty() && !ends_line(text) {
            // The text had no final line break, and gets none.
            out.truncate(out.len() - newline.len());
        }
        Ok(out)
    }
}

/// Whether the last line is one of a literal block scalar, whose final line break is part of its value.
fn ends_in_literal(lines: &[String]) -> bool {
    let column = |line: &str| line.len() - line.trim_start_matches(' ').len();
    lines.iter().rposition(|line| line.ends_with('|')).is_some_and(|header| {
        let text = &lines[header + 1..];
        !text.is_empty() && text.iter().all(|line| line.is_empty() || column(line) > column(&lines[header]))
    })
}

fn slice(text: &str, range: Range<usize>) -> Result<&str, EditError> {
    text.get(range).ok_or_else(|| EditError::internal("a change within a character"))
}
