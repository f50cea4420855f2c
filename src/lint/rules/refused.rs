//! The last rule: an error of the controller for which no other rule has a finding.
//!
//! The model finds everything that the controller refuses, with the controller's message. A rule explains it and says how to
//! mend it. So what no rule explains is reported here, and `check` never passes what the controller would refuse.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck, about, if_ours};
use crate::lint::facts::targets::{Behind, services};
use alb_controller::model::{Failure, Verdict};
use kubernetes_objects::ObjectRef;
use kubernetes_objects::object::Object;

rules! {
    ALB102 Error | Warning "refused-by-the-controller" {
        summary: "the controller refuses an Ingress, for a reason that no other rule explains",
        explanation: "The message is the controller's own, and behind it stands where it shows in a cluster: denied at \
            admission, an event on the Ingress, or the controller's log only. `helm` and `kubectl` say that all is \
            well, except at admission. As long as it lasts no member of the group is built or changed.\n\nWhere the \
            stream does not tell whether the Ingress is the controller's, it is a warning.",
        help: "correct the field that the message names; then `istio-alb show --as-is` shows the load balancer",
        source: "LBC v3.5.0 controllers/ingress/group_controller.go:150-153, 214-228; \
            webhooks/networking/ingress_validator.go",
    }
}

/// What the controller refuses and none of the findings `found` of the other rules explains.
pub fn check(context: &Context<'_>, found: &[Finding]) -> Vec<Finding> {
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
    let with_errors: BTreeSet<&ObjectRef> = errors.filter_map(|finding| finding.object.as_ref()).collect();
    let is_explained = |objects: &[&Object]| objects.iter().any(|object| with_errors.contains(&object.reference()));
    let services = services(context);
    let mut behind: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
    for (service, targets) in &services {
        let mut groups: Vec<_> = targets.iter().filter_map(|target| target.ingress.facts.group.as_deref()).collect();
        groups.dedup();
        for group in groups {
            behind.entry(group).or_default().push(service);
        }
    }
    let concerned = concerned(context, &services);
    let mut findings = Vec::new();
    for failure in &context.model.failures {
        let object = failure.reason.site.as_ref().and_then(|site| context.find(&site.object));
        let concerns =
            context.is_as_is() || object.is_some_and(|object| concerned.contains(&std::ptr::from_ref(object)));
        if concerns && !object.is_some_and(|object| is_explained(&[object])) {
            findings.push(refused(context, failure, object));
        }
    }
    for ingress in context.ingresses() {
        if let Some(failure) = &ingress.facts.failure
            && !is_explained(&[ingress.object])
        {
            let finding = refused(context, failure, Some(ingress.object));
            findings.push(if ingress.facts.picked_up == Some(true) { finding } else { if_ours(finding) });
        }
    }
    for (group, members) in context.by_group() {
        let place = |member: &&&IngressUnderCheck<'_>| context.model.position(&member.facts.key);
        let first = members.iter().min_by_key(place);
        let (Some(failure), Some(first)) = (&group.failure, first) else {
            continue;
        };
        let blamed =
            failure.reason.ingress.as_ref().and_then(|key| members.iter().find(|member| member.facts.key == *key));
        let mut objects: Vec<&Object> = members.iter().map(|member| member.object).collect();
        objects.extend(members.iter().filter_map(|member| context.class_params(member)));
        objects.extend(behind.get(group.name.as_str()).into_iter().flatten());
        if !is_explained(&objects) {
            let finding = refused(context, failure, Some(blamed.unwrap_or(first).object));
            findings.push(if group.verdict == Verdict::Refused { finding } else { if_ours(finding) });
        }
    }
    findings
}

/// The addresses of the objects that have to do with the Ingresses under check.
fn concerned(context: &Context<'_>, services: &[Behind<'_>]) -> BTreeSet<*const Object> {
    let mut concerned = BTreeSet::new();
    for (service, _) in services {
        concerned.insert(std::ptr::from_ref(*service));
    }
    for params in context.ingresses().filter_map(|ingress| context.class_params(ingress)) {
        concerned.insert(std::ptr::from_ref(params));
    }
    concerned
}

fn refused(context: &Context<'_>, failure: &Failure, object: Option<&Object>) -> Finding {
    let message = format!("{failure} ({})", failure.shows_as());
    match (&failure.reason.site, object) {
        (Some(site), _) => context.at_site(site, &ALB102, message),
        (None, Some(object)) => about(object, &ALB102, message),
        (None, None) => Finding::new(&ALB102, message),
    }
}
