//! How a value is judged and what is wrong with it is noted, with its place.

use super::fields;
use super::kube::{Verdict, Wrong, wrong};
use super::node::{Node, join};
use super::value::{Choice, Var};
use crate::error::Error;
use crate::placeholder::{self, Malformed};

/// Collects what is wrong with one configuration.
pub(super) struct Check<'a> {
    /// The merged configuration, for places.
    pub said: &'a Node,
    /// Whether Flux fills in placeholders.
    pub flux: bool,
    /// What is wrong so far.
    pub problems: Vec<Error>,
}

impl Check<'_> {
    /// Notes what is wrong with the value at `path`.
    pub(super) fn wrong(&mut self, path: &str, fault: Wrong) {
        let mut place = path;
        let origin = loop {
            match (self.said.find(place), place.rfind(['.', '['])) {
                (Some(node), _) => break &node.origin,
                (None, Some(end)) => place = &place[..end],
                (None, None) => break &self.said.origin,
            }
        };
        let error = Error::usage(format!("{origin}: spec.{path}: {}", fault.what));
        self.problems.push(Error { help: fault.help, ..error });
    }

    pub(super) fn verdict(&mut self, path: &str, verdict: Verdict) {
        if let Err(fault) = verdict {
            self.wrong(path, fault);
        }
    }

    /// Judges a text, unless Flux completes it.
    pub(super) fn text(&mut self, path: &str, text: &str, rule: impl Fn(&str) -> Verdict) {
        if !placeholder::is_in(text) && !text.is_empty() {
            self.verdict(path, rule(text));
        }
    }

    pub(super) fn maybe(&mut self, path: &str, text: Option<&String>, rule: fn(&str) -> Verdict) {
        if let Some(text) = text {
            self.text(path, text, rule);
        }
    }

    pub(super) fn each(&mut self, path: &str, items: Option<&Vec<String>>, rule: fn(&str) -> Verdict) {
        for (index, item) in items.into_iter().flatten().enumerate() {
            self.text(&format!("{path}[{index}]"), item, rule);
        }
    }

    /// Judges a list whose items become one annotation.
    pub(super) fn items(&mut self, path: &str, items: &Choice<Vec<String>>, rule: fn(&str) -> Verdict) {
        let items = items.set().map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if items[..index].contains(item) {
                self.wrong(&path, wrong(format!("`{item}` stands here a second time")));
            } else if item.contains(',') && !placeholder::is_in(item) {
                self.wrong(&path, wrong(format!("`{item}` holds a comma")).help("write one item for each"));
            } else {
                self.text(&path, item, rule);
            }
        }
    }

    pub(super) fn range(&mut self, path: &str, number: &Choice<Var<i64>>, low: i64, high: i64, unit: &str) {
        if let Some(Var::Known(number)) =
            number.set().filter(|number| !matches!(number, Var::Known(n) if (low..=high).contains(n)))
        {
            self.wrong(path, wrong(format!("{number} is not between {low} and {high}{unit}")));
        }
    }

    /// What holds for all texts: they are not empty, have no blanks around them, and hold placeholders only where Flux
    /// fills them in.
    pub(super) fn texts(&mut self, node: &Node, path: &str) {
        for entry in node.entries() {
            self.texts(&entry.node, &join(path, &entry.key));
        }
        for (index, item) in node.items().iter().enumerate() {
            self.texts(item, &format!("{path}[{index}]"));
        }
        let Some(text) = node.text() else { return };
        let verbatim = path.starts_with("ingress.annotations");
        let may_be_empty = verbatim || path.starts_with("ingress.labels") || path.starts_with("gateway.selector");
        if text.is_empty() && !may_be_empty {
            let help = match fields::field(path).is_some_and(|field| !field.annotations.is_empty()) {
                true => "leave it out for the default, or say `null` to switch that off",
                false => "leave it out",
            };
            self.wrong(path, wrong("the text is empty").help(help));
        } else if text.chars().any(char::is_control) && !verbatim {
            let shown = text.escape_debug();
            self.wrong(path, wrong(format!("`{shown}` holds a line break or another control character")));
        } else if text.trim() != text && !verbatim {
            self.wrong(path, wrong(format!("`{text}` has blanks around it")));
        } else if self.flux && placeholder::is_in(text) {
            let verdict = placeholder::check(text).map_err(|Malformed { what, help }| Wrong { what, help });
            self.verdict(path, verdict);
        } else if placeholder::is_in(text) && !verbatim {
            self.wrong(
                path,
                wrong(format!("`{text}` is a placeholder, which nobody fills in"))
                    .help("with Flux say `placeholders: flux`"),
            );
        }
    }
}

/// All problems as one error.
pub(super) fn all(mut problems: Vec<Error>) -> Result<(), Error> {
    let Some(mut last) = problems.pop() else {
        return Ok(());
    };
    let before: Vec<_> = problems.iter().map(|problem| format!("{problem}\n")).collect();
    last.message = before.concat() + &last.message;
    Err(last)
}
