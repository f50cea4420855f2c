//! What the validating webhook `vingress.elbv2.k8s.aws` answers when an Ingress is created.
//!
//! It checks little: that the class exists, and the JSON of `conditions.*`. It does not load IngressClassParams.
//!
//! Source: LBC v3.5.0 webhooks/networking/ingress_validator.go:59-240.

use crate::annotation::Condition;
use crate::catalogue::Version;
use crate::model::input::annotations::Annotations;
use crate::model::input::objects::Objects;
use crate::model::reference::{Key, Object, PANIC, Reason, Site, Stage};
use crate::model::select::class::{self, Loaded};
use crate::releases::Behaviour;
use k8s_openapi::api::networking::v1::Ingress;

/// Why the webhook denies an Ingress that the controller picks up.
pub(crate) fn denied(key: &Key, ingress: &Ingress, annotations: &Annotations<'_>) -> Option<Reason> {
    let release = annotations.release();
    if !release.has(Behaviour::ConditionsAtAdmission) {
        return None;
    }
    conditions(key, ingress, annotations).err().map(|reason| reason.of(key))
}

/// Where an Ingress shows that its class is not in order. The webhook of older releases loads the class that it names.
pub(crate) fn stage_of_class(ingress: &Ingress, release: Version) -> Stage {
    let loads = release.has(Behaviour::IngressWebhook) && !release.has(Behaviour::ClassParamsNotAtAdmission);
    if loads && class::name(ingress).is_some() { Stage::Admission } else { Stage::GroupId }
}

/// What the webhook asks of the cluster and the stream does not answer: the class that is named beside the class
/// annotation must exist too (ingress_validator.go:186-210).
pub(crate) fn open_question(objects: &Objects, ingress: &Ingress, release: Version) -> Option<Reason> {
    let name = class::name(ingress)?;
    class::annotation(ingress)?;
    match class::load(objects, name) {
        Loaded::Class(_) => None,
        Loaded::Unknown => {
            let otherwise = match release.has(Behaviour::IngressWebhook) {
                true => "the webhook denies the Ingress",
                false => "the Ingress is in no group",
            };
            Some(Reason::new(format!(
                "it depends on the cluster: IngressClass {name} is not in the stream, and without it {otherwise}"
            )))
        }
    }
}

/// ingress_validator.go:213-240
fn conditions(key: &Key, ingress: &Ingress, annotations: &Annotations<'_>) -> Result<(), Reason> {
    let rules = ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten());
    for (at, rule) in rules.enumerate() {
        if rule.http.is_none() && !annotations.release().has(Behaviour::RuleWithoutHttpAdmitted) {
            let site = Site::field(Object::ingress(key), format!("/spec/rules/{at}"));
            return Err(Reason::new(format!("{PANIC} (the webhook panics on a rule without http)")).at(site));
        }
        for (path_at, path) in rule.http.iter().flat_map(|http| &http.paths).enumerate() {
            let Some(service) = &path.backend.service else {
                let site = Site::field(Object::ingress(key), format!("/spec/rules/{at}/http/paths/{path_at}/backend"));
                let message = format!("{PANIC} (the webhook panics on a backend that is no Service)");
                return Err(Reason::new(message).at(site));
            };
            let suffix = format!("conditions.{}", service.name);
            let conditions: Vec<Condition> = annotations.json(&suffix)?.unwrap_or_default();
            for condition in &conditions {
                condition.check(annotations.release()).map_err(|fault| {
                    let what = format!("invalid alb.ingress.kubernetes.io/{suffix} annotation");
                    annotations.fault(&suffix, format!("ignoring Ingress {key} since {what}: {fault}"))
                })?;
            }
        }
    }
    Ok(())
}
