//! What of the stream is not understood, so that no rule says anything about what it builds.

use std::collections::BTreeSet;

use crate::lint::context::Context;
use alb_controller::catalogue::{CLASS_ANNOTATION, PREFIX};
use kubernetes_objects::ObjectRef;
use kubernetes_objects::object::{Object, Objects, entries};
use manifest_yaml::Place;
use manifest_yaml::stream::Stream;

/// Versions of the API in which Kubernetes had Ingresses until 1.22.
pub const OLD_VERSIONS: [&str; 2] = ["extensions/v1beta1", "networking.k8s.io/v1beta1"];

/// The version that Kubernetes has.
pub const SERVED: &str = "networking.k8s.io/v1";

/// Something of the stream about which nothing is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJudged {
    /// The Ingress; `None` for a document that is no YAML.
    pub object: Option<ObjectRef>,
    /// Where it begins.
    pub place: Place,
    /// Why.
    pub why: String,
}

impl NotJudged {
    /// An Ingress of the stream.
    pub fn ingress(ingress: &Object) -> Self {
        let why = not_served(ingress).unwrap_or_else(|| "it can't be decoded".to_owned());
        NotJudged { object: Some(ingress.reference()), place: ingress.place.clone(), why }
    }

    /// The documents of a stream that may hold an object which the rules look at, and are no YAML.
    pub fn documents(stream: &Stream<'_>, found: &Objects<'_>) -> Vec<Self> {
        let unreadable = found.unreadable.iter().map(|unreadable| NotJudged {
            object: None,
            place: stream.place(&stream.documents[unreadable.document], unreadable.error.offset),
            why: format!("it is no YAML: {}", unreadable.error.message),
        });
        unreadable.collect()
    }
}

/// Why the API server does not know the kind or the version of an object of the group of Ingresses.
pub fn not_served(object: &Object) -> Option<String> {
    let known = KINDS.iter().find(|known| known.eq_ignore_ascii_case(object.kind()))?;
    match object.api_version() {
        _ if object.kind() != *known => Some(format!("its kind is `{}`, and Kubernetes has `{known}`", object.kind())),
        SERVED => None,
        "" => Some("it has no apiVersion".to_owned()),
        old if OLD_VERSIONS.contains(&old) => {
            Some(format!("it is of {old}, which Kubernetes has not served since 1.22"))
        }
        other => Some(format!("it is of {other}, which Kubernetes does not serve")),
    }
}

/// The kinds of that group.
const KINDS: [&str; 2] = ["Ingress", "IngressClass"];

/// Other kinds that the rules look at, with their groups.
const OTHER_KINDS: [(&str, &[&str]); 2] =
    [("Service", &["v1"]), ("IngressClassParams", &["elbv2.k8s.aws", "eks.amazonaws.com"])];

/// What the kind of another object is called, if it stands there in other letters.
pub fn in_other_letters(object: &Object) -> Option<&'static str> {
    let group = object.api_version().split('/').next().unwrap_or_default();
    let is_it = |(kind, groups): &&(&'static str, &[&str])| {
        kind.eq_ignore_ascii_case(object.kind()) && object.kind() != *kind && groups.contains(&group)
    };
    OTHER_KINDS.iter().find(is_it).map(|(kind, _)| *kind)
}

/// The Ingresses that may be the controller's and that the model does not have: of an old version, or not to be decoded.
pub fn not_judged<'s>(context: &Context<'s>) -> Vec<&'s Object> {
    let decoded: BTreeSet<usize> = context.model.ingresses.iter().map(|facts| facts.index).collect();
    let ingresses =
        context.objects.iter().enumerate().filter(|(_, object)| object.kind().eq_ignore_ascii_case("Ingress"));
    let unknown = ingresses.filter(|(index, _)| !decoded.contains(index)).map(|(_, object)| object);
    unknown.filter(|object| is_kubernetes_own(object) && may_be_ours(context, object)).collect()
}

/// Whether it is an object of Kubernetes. Knative has Ingresses, too.
pub fn is_kubernetes_own(object: &Object) -> bool {
    let group = object.api_version().split_once('/').map_or("", |(group, _)| group);
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
    entries(&ingress.value["metadata"]["annotations"]).any(|(key, _)| key.starts_with(PREFIX))
}
