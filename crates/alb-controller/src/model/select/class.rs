//! Whether an Ingress is the controller's, and by which class.
//!
//! The class annotation comes first and brings no IngressClassParams. Then the class named in the spec, then the default
//! IngressClass. What is not in the stream may be in the cluster: such an Ingress is read as the controller's, and the
//! verdict stays open.
//!
//! Source: LBC v3.5.0 pkg/ingress/group_loader.go:196-230; pkg/ingress/class_loader.go:54-147.

use crate::catalogue::CLASS_ANNOTATION;
use crate::model::input::class_params::Params;
use crate::model::input::objects::Objects;
use crate::model::options::Options;
use crate::model::reference::{Object, Reason, Site};
use crate::model::select::selector;
use crate::releases::Behaviour;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The API server sets it on every namespace, to the namespace's name (k8s pkg/apis/core/v1/defaults.go).
const NAME_LABEL: &str = "kubernetes.io/metadata.name";
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";

/// The error of an Ingress without a class.
pub(crate) const TWO_DEFAULTS: &str = "multiple default IngressClasses found";

/// The outcome for one Ingress.
pub(crate) struct Classified<'a> {
    /// Whether the controller picks it up. `None`: the stream does not show it, and the Ingress is read as if.
    pub ours: Option<bool>,
    /// Why, in one sentence.
    pub why: String,
    /// The class by name, if there is one.
    pub class: Option<String>,
    /// Its parameters.
    pub params: Option<&'a Arc<Params>>,
    /// The class is in order for nobody: event FailedLoadGroupID, mostly after the webhook has denied it.
    pub invalid: Option<Reason>,
    /// Whether that stops all groups, too: the group loader tolerates an invalid class, and no other error.
    pub stops_all: bool,
}

impl<'a> Classified<'a> {
    fn new(ours: Option<bool>, why: impl Into<String>) -> Self {
        Classified { ours, why: why.into(), class: None, params: None, invalid: None, stops_all: false }
    }

    fn invalid(reason: Reason) -> Self {
        let why = reason.message.clone();
        Classified { invalid: Some(reason), ..Classified::new(Some(false), why) }
    }

    fn class(mut self, name: &str) -> Self {
        self.class = Some(name.to_owned());
        self
    }
}

/// What the class loader makes of a class name, parameters aside.
pub(crate) enum Loaded<'a> {
    /// In the stream.
    Class(&'a IngressClass),
    /// Not in the stream; the cluster may have it.
    Unknown,
}

pub(crate) fn load<'a>(objects: &'a Objects, name: &str) -> Loaded<'a> {
    objects.classes.get(name).map_or(Loaded::Unknown, Loaded::Class)
}

/// The class annotation of an Ingress.
pub(crate) fn annotation(ingress: &Ingress) -> Option<&str> {
    ingress.metadata.annotations.as_ref()?.get(CLASS_ANNOTATION).map(String::as_str)
}

/// The class name in the spec of an Ingress.
pub(crate) fn name(ingress: &Ingress) -> Option<&str> {
    ingress.spec.as_ref()?.ingress_class_name.as_deref()
}

/// Classifies one Ingress.
pub(crate) fn classify<'a>(objects: &'a Objects, options: &Options, at: &Object, ingress: &Ingress) -> Classified<'a> {
    if let Some(value) = annotation(ingress) {
        return by_annotation(options, value);
    }
    if let Some(name) = name(ingress) {
        return by_name(objects, options, at, name);
    }
    let release = options.release();
    let mut defaults = objects.classes.iter().filter(|(_, class)| is_default(class)).map(|(name, _)| name);
    match (defaults.next(), defaults.next()) {
        (Some(name), _) if !release.has(Behaviour::DefaultClass) => {
            let why = format!(
                "it depends on the API server: release {release} of the controller knows no default IngressClass, and takes the \
                 Ingress only if the API server fills in {name} when it is created"
            );
            Classified { ours: None, why, ..by_name(objects, options, at, name) }
        }
        (Some(_), Some(_)) => {
            let invalid = Classified::invalid(Reason::new(TWO_DEFAULTS));
            Classified { stops_all: true, ..invalid }
        }
        (Some(name), None) => by_name(objects, options, at, name),
        _ if options.ingress_class.is_empty() => {
            Classified::new(Some(true), "--ingress-class is empty: no class is ours")
        }
        _ => Classified::new(
            None,
            "it depends on the cluster: no class is named, and no IngressClass in the stream is the default",
        ),
    }
}

fn is_default(class: &IngressClass) -> bool {
    class.metadata.annotations.as_ref().and_then(|a| a.get(DEFAULT_CLASS)).is_some_and(|value| value == "true")
}

fn by_annotation<'a>(options: &Options, value: &str) -> Classified<'a> {
    if options.eks_auto_mode {
        let why = format!("EKS Auto Mode does not read the annotation {CLASS_ANNOTATION}");
        return Classified::new(Some(false), why);
    }
    let ours = if options.ingress_class.is_empty() { "alb" } else { options.ingress_class.as_str() };
    let matches = if value == ours { "is" } else { "is not" };
    let why = format!("annotation {CLASS_ANNOTATION}: \"{value}\" {matches} the controller's class \"{ours}\"");
    Classified::new(Some(value == ours), why)
}

fn by_name<'a>(objects: &'a Objects, options: &Options, at: &Object, name: &str) -> Classified<'a> {
    let Loaded::Class(class) = load(objects, name) else {
        return Classified::new(None, format!("it depends on the cluster: IngressClass {name} is not in the stream"))
            .class(name);
    };
    let spec = class.spec.as_ref();
    let controller = spec.and_then(|spec| spec.controller.as_deref()).unwrap_or_default();
    if controller != options.controller() {
        let why = format!("IngressClass {name} belongs to the controller \"{controller}\"");
        return Classified::new(Some(false), why).class(name);
    }
    let ours = Classified::new(Some(true), format!("IngressClass {name} belongs to {controller}")).class(name);
    let parameters = spec.and_then(|spec| spec.parameters.as_ref());
    let Some(reference) = parameters.filter(|_| options.release().has(Behaviour::ClassParams)) else {
        return ours;
    };
    let invalid = |message: String| {
        let site = Site::field(at.clone(), "/spec/ingressClassName");
        Classified::invalid(Reason::new(format!("invalid ingress class: {message}")).at(site)).class(name)
    };
    if reference.api_group.as_deref() != Some(options.params_group()) || reference.kind != "IngressClassParams" {
        return invalid(format!("IngressClass {name} references unknown parameters"));
    }
    let Some(params) = objects.params.get(&reference.name) else {
        let why = format!("it depends on the cluster: IngressClassParams {} are not in the stream", reference.name);
        return Classified::new(None, why).class(name);
    };
    if let Some(fault) = params.spec.namespace_selector.as_ref().and_then(selector::fault) {
        return invalid(fault);
    }
    match selects(objects, params, &at.key.namespace) {
        Some(true) => Classified { params: Some(params), ..ours },
        Some(false) => invalid(format!("namespaceSelector of IngressClassParams {} mismatch", params.name)),
        None => {
            let why = format!("it depends on the cluster: labels of the namespace {}", at.key.namespace);
            Classified { ours: None, why, params: Some(params), ..ours }
        }
    }
}

/// Whether the parameters let the namespace in; `None` where its labels are not in the stream.
fn selects(objects: &Objects, params: &Params, namespace: &str) -> Option<bool> {
    let Some(selector) = &params.spec.namespace_selector else {
        return Some(true);
    };
    match objects.namespaces.get(namespace) {
        Some(labels) => {
            let mut labels = labels.clone();
            labels.insert(NAME_LABEL.to_owned(), namespace.to_owned());
            Some(selector::matches(selector, &labels))
        }
        None if asks_for_the_name_only(selector) => {
            let labels = BTreeMap::from([(NAME_LABEL.to_owned(), namespace.to_owned())]);
            Some(selector::matches(selector, &labels))
        }
        None => None,
    }
}

/// Whether the one label that every namespace has, and that the API server sets, decides.
fn asks_for_the_name_only(selector: &LabelSelector) -> bool {
    let labels = selector.match_labels.iter().flat_map(BTreeMap::keys);
    let expressions = selector.match_expressions.iter().flatten();
    labels.chain(expressions.map(|expression| &expression.key)).all(|key| key == NAME_LABEL)
}
