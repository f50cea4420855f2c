//! Changes to a text, each with its place in the old one.

use super::error::EditError;
use crate::emit::LastText;
use crate::text::{BOM, ends_line, is_blank, skip_blanks};
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
    Lines(Lines),
}

/// Whole lines without their line breaks, at the start of a line or at the end of the text.
pub(super) struct Lines {
    lines: Vec<String>,
    /// The same without the literal block scalar with which they end, if they do.
    quoted: Option<Vec<String>>,
}

impl Lines {
    pub(super) fn of(emit: impl Fn(LastText) -> Vec<String>) -> Self {
        let (lines, quoted) = (emit(LastText::Literal), emit(LastText::Quoted));
        Lines { quoted: Some(quoted).filter(|quoted| *quoted != lines), lines }
    }
}

impl From<Vec<String>> for Lines {
    fn from(lines: Vec<String>) -> Self {
        Lines { lines, quoted: None }
    }
}

/// A literal block scalar at the end of new lines.
struct Literal {
    /// The lines in the new text.
    lines: Range<usize>,
    /// What they are without it.
    quoted: Vec<String>,
    column: usize,
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

    pub(super) fn lines(&mut self, at: usize, lines: impl Into<Lines>) {
        self.0.push(Splice { range: at..at, with: With::Lines(lines.into()) });
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
        let mut literals = Vec::new();
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
                With::Lines(Lines { lines, quoted }) => {
                    if !out.is_empty() && out != BOM && !ends_line(&out) {
                        out.push_str(newline);
                    }
                    let start = out.len();
                    push_lines(&mut out, &lines, newline);
                    if let Some(quoted) = quoted {
                        let column = lines.get(quoted.len()).map_or(0, |line| skip_blanks(line, 0));
                        literals.push(Literal { lines: start..out.len(), quoted, column });
                    }
                    ends_with_lines = true;
                }
            }
            done = done.max(range.end);
        }
        out.push_str(slice(text, done..text.len())?);
        // The text had no final line break, and gets none.
        let ends_open = done >= text.len() && ends_with_lines && !text.is_empty() && !ends_line(text);
        for Literal { lines, quoted, column } in literals.into_iter().rev() {
            let loses_its_break = ends_open && lines.end == out.len();
            if loses_its_break || takes_more(&out[lines.end..], column) {
                let mut instead = String::new();
                push_lines(&mut instead, &quoted, newline);
                out.replace_range(lines, &instead);
            }
        }
        if ends_open {
            out.truncate(out.len() - newline.len());
        }
        Ok(out)
    }
}

fn push_lines(out: &mut String, lines: &[String], newline: &str) {
    for line in lines {
        out.push_str(line);
        out.push_str(newline);
    }
}

/// Whether a literal block scalar of this column would take a comment or blanks behind it for its own. (Readers differ about
/// tabs.)
fn takes_more(behind: &str, column: usize) -> bool {
    for line in behind.split(['\n', '\r']) {
        let (blanks, rest) = line.split_at(skip_blanks(line, 0));
        if blanks.contains('\t') || blanks.len() > column || (blanks.len() == column && rest.starts_with('#')) {
            return true;
        }
        if !is_blank(rest) {
            return false;
        }
    }
    false
}

fn slice(text: &str, range: Range<usize>) -> Result<&str, EditError> {
    text.get(range).ok_or_else(|| EditError::internal("a change within a character"))
}
