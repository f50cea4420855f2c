//! The levels at which findings are reported, and the order in which they are printed.

use std::collections::BTreeMap;

use super::{Finding, Severity};

/// What becomes of the findings of one rule, whatever their own severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// They are not reported.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors, and stop the run.
    Deny,
}

/// The levels that a configuration asks for, by the ids of rules. A rule without a level keeps its severities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Levels<'c> {
    by_id: BTreeMap<&'c str, Level>,
    strict: bool,
}

impl Levels<'_> {
    /// The same levels; if `strict`, warnings are errors.
    #[must_use]
    pub fn strict(self, strict: bool) -> Self {
        Levels { strict, ..self }
    }
}

impl<'c> FromIterator<(&'c str, Level)> for Levels<'c> {
    /// Of two levels of one rule the stricter one counts.
    fn from_iter<T: IntoIterator<Item = (&'c str, Level)>>(wanted: T) -> Self {
        let mut levels = BTreeMap::new();
        for (id, level) in wanted {
            let known = levels.entry(id).or_insert(level);
            *known = level.max(*known);
        }
        Levels { by_id: levels, strict: false }
    }
}

/// The findings at the levels that a configuration asks for, and beside them those that it allows, as they would be without it: for
/// who is shown what is not reported.
#[must_use]
pub fn split(findings: Vec<Finding>, levels: &Levels<'_>) -> (Vec<Finding>, Vec<Finding>) {
    let is_allowed = |finding: &Finding| levels.by_id.get(finding.rule.id) == Some(&Level::Allow);
    let (allowed, reported) = findings.into_iter().partition(is_allowed);
    (adjust(reported, levels), allowed)
}

/// The findings at the levels that a configuration asks for.
#[must_use]
pub fn adjust(findings: Vec<Finding>, levels: &Levels<'_>) -> Vec<Finding> {
    let adjusted = findings.into_iter().filter_map(|finding| match levels.by_id.get(finding.rule.id) {
        Some(Level::Allow) => None,
        Some(Level::Warn) => Some(Finding { severity: Severity::Warning, ..finding }),
        Some(Level::Deny) => Some(Finding { severity: Severity::Error, ..finding }),
        None => Some(finding),
    });
    let as_error = |finding: Finding| match finding.severity {
        Severity::Warning if levels.strict => Finding { severity: Severity::Error, raised: true, ..finding },
        _ => finding,
    };
    adjusted.map(as_error).collect()
}

/// Brings findings into the order of printing: by place, then by id. Repeated ones go.
pub fn sort(findings: &mut Vec<Finding>) {
    let key = |finding: &Finding| {
        (finding.place.as_ref().map(|place| place.document), finding.rule.id, finding.message.clone())
    };
    findings.sort_by_key(key);
    findings.dedup();
}
