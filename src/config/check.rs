//! Collects what is wrong with the values of a configuration, each with its place.

use super::kube::{Verdict, Wrong};
use super::node::Node;
use crate::error::Error;
use crate::flux::variables as placeholder;

/// Collects what is wrong with one configuration.
pub(super) struct Check<'a> {
    /// The merged configuration, for places.
    pub tree: &'a Node,
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
            match (self.tree.find(place), place.rfind(['.', '['])) {
                (Some(node), _) => break &node.origin,
                (None, Some(end)) => place = &place[..end],
                (None, None) => break &self.tree.origin,
            }
        };
        let error = Error::usage(format!("{origin}: spec.{path}: {}", fault.what));
        self.problems.push(Error { help: fault.help, ..error });
    }

    /// Notes what is wrong, if anything is.
    pub(super) fn verdict(&mut self, path: &str, verdict: Verdict) {
        if let Err(fault) = verdict {
            self.wrong(path, fault);
        }
    }

    /// Checks a text, unless Flux completes it.
    pub(super) fn text(&mut self, path: &str, text: &str, rule: impl Fn(&str) -> Verdict) {
        if !placeholder::is_in(text) && !text.is_empty() {
            self.verdict(path, rule(text));
        }
    }

    /// Checks a text, or each text of a list.
    pub(super) fn texts(&mut self, path: &str, node: &Node, rule: fn(&str) -> Verdict) {
        for (index, item) in node.items().iter().enumerate() {
            self.texts(&format!("{path}[{index}]"), item, rule);
        }
        if let Some(text) = node.unambiguous() {
            self.text(path, text, rule);
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
