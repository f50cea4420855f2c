//! Collects the problems of a configuration, each with its place.

use super::node::Node;
use crate::error::Error;
use crate::flux::variables;
use kubernetes_objects::validation::{Validation, Violation};

/// Collects the problems of one configuration.
pub(super) struct Checker<'a> {
    /// The merged configuration, for places.
    pub tree: &'a Node,
    /// Whether Flux fills in placeholders.
    pub flux: bool,
    /// The problems so far.
    pub problems: Vec<Error>,
}

impl Checker<'_> {
    /// Adds a problem of the value at `path`.
    pub(super) fn fail(&mut self, path: &str, violation: Violation) {
        let mut place = path;
        let origin = loop {
            match (self.tree.find(place), place.rfind(['.', '['])) {
                (Some(node), _) => break &node.origin,
                (None, Some(end)) => place = &place[..end],
                (None, None) => break &self.tree.origin,
            }
        };
        let error = Error::usage(format!("{origin}: spec.{path}: {}", violation.what));
        self.problems.push(Error { help: violation.help.map(Into::into), ..error });
    }

    /// Adds a problem of the value at `path`, unless it is valid.
    pub(super) fn require(&mut self, path: &str, result: Validation) {
        if let Err(violation) = result {
            self.fail(path, violation);
        }
    }

    /// Checks a text, unless Flux completes it.
    pub(super) fn text(&mut self, path: &str, text: &str, rule: impl Fn(&str) -> Validation) {
        if !variables::is_in(text) && !text.is_empty() {
            self.require(path, rule(text));
        }
    }

    /// Checks a text, or each text of a list.
    pub(super) fn texts(&mut self, path: &str, node: &Node, rule: fn(&str) -> Validation) {
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
