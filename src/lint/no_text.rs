//! Annotations that are no text, part of the rule about values.
//!
//! YAML reads `true`, `on` and `443` as no text, and the API server does not even decode an object with such an annotation.
//! The model, which decodes as strictly, has no facts about it; so the manifest is asked here.

use std::collections::BTreeSet;

use super::Finding;
use super::scene::{Scene, about, pointer};
use super::syntax::ALB064;
use crate::alb::catalogue::CLASS_ANNOTATION;
use crate::manifest::Object;

/// Annotations of an object that are no text, which the API server does not even read.
#[must_use]
pub fn no_text(object: &Object) -> Vec<Finding> {
    let annotations = object.value.pointer("/metadata/annotations").and_then(|annotations| annotations.as_object());
    let found = annotations.into_iter().flatten().filter_map(|(key, value)| {
        let what = match value {
            serde_json::Value::String(_) | serde_json::Value::Null => return None,
            serde_json::Value::Bool(_) => "a boolean",
            serde_json::Value::Number(_) => "a number",
            serde_json::Value::Array(_) => "a list",
            serde_json::Value::Object(_) => "a map",
        };
        let message = format!("{key} is {what} in YAML, and the API server takes text only");
        let finding = about(object, &ALB064, message).field(pointer(key));
        Some(if value.is_array() || value.is_object() {
            finding.help("write it as one text, in quotes")
        } else {
            finding.help(format!("quote it: '{value}'"))
        })
    });
    found.collect()
}

/// What is no text in Ingresses that cannot be decoded, and so are not among those that the model tells of, as far as they
/// may be the controller's.
#[must_use]
pub fn undecoded(scene: &Scene<'_>) -> Vec<Finding> {
    let decoded: BTreeSet<usize> = scene.model.ingresses.iter().map(|facts| facts.index).collect();
    let objects = scene.objects.iter().enumerate();
    objects
        .filter(|(index, object)| object.kind() == "Ingress" && !decoded.contains(index))
        .filter(|(_, object)| may_be_ours(scene, object))
        .flat_map(|(_, object)| no_text(object))
        .collect()
}

fn may_be_ours(scene: &Scene<'_>, ingress: &Object) -> bool {
    if let Some(class) = ingress.annotation(CLASS_ANNOTATION) {
        return class == scene.options.ingress_class;
    }
    let name = &ingress.value["spec"]["ingressClassName"];
    scene.of_kind("IngressClass").find(|class| name == class.name()).is_none_or(|class| {
        let controller = class.value["spec"]["controller"].as_str();
        controller.is_some_and(|controller| controller.ends_with("/alb"))
    })
}
