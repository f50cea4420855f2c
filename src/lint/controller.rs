//! The last resort: what the controller refuses, and no other rule has an error for.
//!
//! Rules know why something is wrong and how to mend it; the model knows the controller's own words, and nothing is refused
//! that it does not see. So `check` never passes what the controller would refuse, even where no rule was written for it.

#[cfg(test)]
mod tests;

use super::backends::{Behind, services};
use super::scene::{Scene, Subject, about};
use super::{Finding, Rule, Severity};
use crate::alb::model::{Failure, Group};
use crate::manifest::Object;

/// Refused, and nobody said why.
pub static ALB102: Rule = Rule {
    id: "ALB102",
    name: "refused-by-the-controller",
    severity: Severity::Error,
    summary: "the controller refuses an Ingress, for a reason that no other rule tells",
    explanation: "The message is the controller's own, and behind it stands where it shows in a cluster: denied at admission, an event \
on the Ingress, or the controller's log only. `helm` and `kubectl` say that all is well, except at admission. As long as it \
lasts no member of the group is built or changed.\n\nWhere the stream does not tell whether the Ingress is the controller's, it is \
a warning.",
    help: "mend what the message names; `istio-alb show --as-is` tells what is built then",
    source: "LBC v3.5.0 controllers/ingress/group_controller.go:150-153, 214-228; webhooks/networking/ingress_validator.go",
};

/// The rules of this module.
pub static RULES: [&Rule; 1] = [&ALB102];

/// What the other rules left, which have found `found`.
#[must_use]
pub fn judge(scene: &Scene<'_>, found: &[Finding]) -> Vec<Finding> {
    let is_told = |objects: &[&Object]| {
        let names: Vec<_> = objects
            .iter()
            .map(|object| about(object, &ALB102, "").object)
            .collect();
        found
            .iter()
            .any(|finding| finding.severity == Severity::Error && names.contains(&finding.object))
    };
    let services = services(scene);
    let mut findings = Vec::new();
    for failure in &scene.model.failures {
        let object = failure
            .reason
            .site
            .as_ref()
            .and_then(|site| scene.find(&site.object));
        let concerns =
            scene.is_as_is() || object.is_some_and(|object| is_concerned(scene, &services, object));
        if concerns && !object.is_some_and(|object| is_told(&[object])) {
            findings.push(refused(scene, failure, object));
        }
    }
    for subject in scene.ours() {
        if let Some(failure) = &subject.facts.failure
            && !is_told(&[subject.object])
        {
            let finding = refused(scene, failure, Some(subject.object));
            findings.push(if_ours(finding, subject.facts.picked_up == Some(true)));
        }
    }
    for group in &scene.model.groups {
        let members: Vec<&Subject<'_>> = scene
            .ours()
            .filter(|subject| is_in(subject, group))
            .collect();
        let (Some(failure), Some(first)) = (&group.failure, members.first()) else {
            continue;
        };
        let blamed = failure
            .reason
            .ingress
            .as_ref()
            .and_then(|key| members.iter().find(|member| member.facts.key == *key));
        let mut objects: Vec<&Object> = members.iter().map(|member| member.object).collect();
        objects.extend(
            members
                .iter()
                .filter_map(|member| scene.class_params(member)),
        );
        objects.extend(behind(&services, group));
        if !is_told(&objects) {
            let finding = refused(scene, failure, Some(blamed.unwrap_or(first).object));
            findings.push(if_ours(
                finding,
                members
                    .iter()
                    .all(|member| member.facts.picked_up == Some(true)),
            ));
        }
    }
    findings
}

fn is_in(subject: &Subject<'_>, group: &Group) -> bool {
    subject.facts.group.as_ref() == Some(&group.name)
}

/// The Services that members of a group lead to.
fn behind<'s>(services: &[Behind<'s>], group: &Group) -> Vec<&'s Object> {
    let leads_there =
        |behind: &&Behind<'_>| behind.1.iter().any(|target| is_in(target.subject, group));
    let of_group = services.iter().filter(leads_there);
    of_group.map(|(service, _)| *service).collect()
}

/// Whether an object has to do with the Ingresses to be judged.
fn is_concerned(scene: &Scene<'_>, services: &[Behind<'_>], object: &Object) -> bool {
    let is_it = |other: &Object| std::ptr::eq(other, object);
    services.iter().any(|(service, _)| is_it(service))
        || scene
            .ours()
            .filter_map(|subject| scene.class_params(subject))
            .any(is_it)
}

fn refused(scene: &Scene<'_>, failure: &Failure, object: Option<&Object>) -> Finding {
    let message = format!("{failure} ({})", failure.stage.shows_as());
    match (&failure.reason.site, object) {
        (Some(site), _) => scene.at_site(site, &ALB102, message),
        (None, Some(object)) => about(object, &ALB102, message),
        (None, None) => Finding::new(&ALB102, message),
    }
}

fn if_ours(finding: Finding, is_ours: bool) -> Finding {
    if is_ours {
        return finding;
    }
    Finding {
        message: format!(
            "if the controller takes it for its own: {}",
            finding.message
        ),
        ..finding.severity(Severity::Warning)
    }
}
