//! The ids of the warnings as an annotation of the Ingress, where the configuration asks for it: Helm shows nobody the warnings of a
//! run that goes well, and who looks at the cluster later sees them there.
//!
//! Our own output, read again, has other warnings than the render had: the old load balancer is gone from it, and what that told of the
//! gateway. So the ids that an Ingress of the stream has stay, except those that are allowed now, where nothing else changes none is
//! added, and a second run changes nothing.

use std::collections::BTreeSet;

use super::gateway::Rewrite;
use crate::error::Error;
use crate::finding::{Finding, Severity};
use kubernetes_objects::Object;

/// The annotation.
const FINDINGS: &str = "istio-alb.dev/findings";

/// Whether the Ingress of a gateway gets the annotation.
pub(super) fn are_wanted(rewrite: &Rewrite<'_>) -> bool {
    rewrite.settings.spec.findings.annotate.unwrap_or(false)
}

/// Adds the annotation to each Ingress that gets it.
pub(super) fn add(rewrites: &mut [Rewrite<'_>], objects: &[Object], findings: &[Finding]) -> Result<(), Error> {
    let owned: Vec<_> = rewrites.iter().map(|rewrite| own(rewrite, objects)).collect();
    for (index, rewrite) in rewrites.iter_mut().enumerate().filter(|(_, rewrite)| are_wanted(rewrite)) {
        let is_of_another = |finding: &Finding| {
            finding.object.as_ref().is_some_and(|object| {
                !owned[index].contains(object) && owned.iter().any(|others| others.contains(object))
            })
        };
        let warnings =
            findings.iter().filter(|finding| finding.severity == Severity::Warning && !is_of_another(finding));
        let mut ids: BTreeSet<&str> = warnings.map(|finding| finding.rule.id).collect();
        let there = rewrite.existing.and_then(|index| objects[index].annotation(FINDINGS)).unwrap_or_default();
        let allowed = rewrite.settings.spec.findings.allow.as_deref().unwrap_or_default();
        ids.extend(there.split(',').filter(|id| !id.is_empty() && !allowed.iter().any(|allowed| allowed == id)));
        if !ids.is_empty() {
            rewrite.built.annotate(FINDINGS, ids.into_iter().collect::<Vec<_>>().join(","))?;
        }
    }
    Ok(())
}

/// The objects of one gateway: its Service, what istiod makes that from, and its Ingress.
fn own(rewrite: &Rewrite<'_>, objects: &[Object]) -> Vec<kubernetes_objects::ObjectRef> {
    vec![objects[rewrite.service].reference(), rewrite.anchor().reference(), rewrite.built.reference()]
}
