//! Ingresses of the stream that are not understood, so that no rule says anything about what they build.

use std::collections::BTreeSet;

use crate::lint::context::Context;
use alb_controller::catalogue::{CLASS_ANNOTATION, PREFIX};
use kubernetes_objects::object::Object;

/// Versions of the API in which Kubernetes had Ingresses until 1.22.
pub const OLD_VERSIONS: [&str; 2] = ["extensions/v1beta1", "networking.k8s.io/v1beta1"];

/// The Ingresses that may be the controller's and that the model does not have: of an old version, or not to be decoded.
pub fn not_judged<'s>(context: &Context<'s>) -> Vec<&'s Object> {
    let decoded: BTreeSet<usize> = context.model.ingresses.iter().map(|facts| facts.index).collect();
    let ingresses = context.objects.iter().enumerate().filter(|(_, object)| object.kind() == "Ingress");
    let unknown = ingresses.filter(|(index, _)| !decoded.contains(index)).map(|(_, object)| object);
    unknown.filter(|object| is_kubernetes_own(object) && may_be_ours(context, object)).collect()
}

/// Whether it is an Ingress of Kubernetes. Knative has some, too.
fn is_kubernetes_own(ingress: &Object) -> bool {
    let group = ingress.api_version().split_once('/').map_or("", |(group, _)| group);
    ["", "extensions", "networking.k8s.io"].contains(&group)
}

/// Whether an Ingress that was not decoded may be the controller's. One of an old version was read by its author's own rules, so
/// it must show it.
pub fn may_be_ours(context: &Context<'_>, ingress: &Object) -> bool {
    if let Some(class) = ingress.annotation(CLASS_ANNOTATION) {
        return class == context.options.ingress_class;
    }
    let name = &ingress.value["spec"]["ingressClassName"];
    let by_class = context.of_kind("IngressClass").find(|class| name == class.name()).map(|class| {
        let controller = class.value["spec"]["controller"].as_str();
        controller.is_some_and(|controller| controller.ends_with("/alb"))
    });
    let is_meant = || *name == *context.options.ingress_class || has_annotations(ingress);
    by_class.unwrap_or_else(|| !OLD_VERSIONS.contains(&ingress.api_version()) || is_meant())
}

fn has_annotations(ingress: &Object) -> bool {
    let annotations = ingress.value["metadata"]["annotations"].as_object();
    annotations.into_iter().flatten().any(|(key, _)| key.starts_with(PREFIX))
}
