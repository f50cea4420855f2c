//! Findings of one kind on one object, told as one: a heading, a line for each, one help.

use super::Finding;

/// Findings of one rule about one object, at one severity and with one help. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'f> {
    /// The first of them.
    pub first: &'f Finding,
    /// The others, by line.
    pub others: Vec<&'f Finding>,
}

impl<'f> Group<'f> {
    /// All of them, by line.
    pub fn findings(&self) -> impl Iterator<Item = &'f Finding> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    fn takes(&self, finding: &Finding) -> bool {
        let document = |finding: &Finding| finding.place.as_ref().map(|place| place.document);
        let first = self.first;
        let of_one_kind = std::ptr::eq(first.rule, finding.rule) && first.severity == finding.severity;
        finding.object.is_some()
            && of_one_kind
            && first.object == finding.object
            && document(first) == document(finding)
            && first.help == finding.help
    }
}

/// The findings in groups. A group stands where its first finding stood.
#[must_use]
pub fn groups<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<Group<'f>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut of_object = std::collections::BTreeMap::new();
    for finding in findings {
        let key = (finding.rule.id, &finding.object);
        let candidates: &mut Vec<usize> = of_object.entry(key).or_default();
        match candidates.iter().find(|at| groups[**at].takes(finding)) {
            Some(at) => groups[*at].others.push(finding),
            None => {
                candidates.push(groups.len());
                groups.push(Group { first: finding, others: Vec::new() });
            }
        }
    }
    for group in groups.iter_mut().filter(|group| !group.others.is_empty()) {
        let mut all: Vec<&Finding> = group.findings().collect();
        all.sort_by_key(|finding| finding.place.as_ref().map(|place| (place.line, place.column)));
        group.first = all.remove(0);
        group.others = all;
    }
    groups
}
