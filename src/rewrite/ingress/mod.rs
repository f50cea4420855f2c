//! The Ingress from which the AWS Load Balancer Controller builds the ALB.
//!
//! It is a typed `networking.k8s.io/v1` Ingress, so that only what that type can hold is printed; the text that is printed
//! is read back and compared with it ([`crate::rewrite`]). Kubernetes' types keep annotations by name; [`BuiltIngress::value`] has
//! them in the documented order.

pub mod annotations;
mod backend;
mod print;
mod rules;
mod sources;

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde_json::Value;

use crate::config::types::{ClassAs, Placeholders, Spec};
use crate::config::value::{Entries, Override, Text};
use crate::error::Error;
use crate::flux::variables;
use crate::migrate::{Carried, annotations_of};
use alb_controller::catalogue::{self, CLASS_ANNOTATION};
use annotations::{Annotations, Facts};
use backend::{backend_port, protocol_of_rules, status_ports};
use kubernetes_objects::Object;
use kubernetes_objects::ObjectRef;
use print::in_print_order;
pub use sources::Sources;

/// The how-to's name.
pub const NAME: &str = "common-external-ingress";
const SCHEME: &str = "alb.ingress.kubernetes.io/scheme";

/// An Ingress, and what rules want to know about how it came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltIngress {
    /// The object.
    pub ingress: Ingress,
    /// The same, with keys and annotations in the order of printing.
    pub value: Value,
    /// The scheme was neither configured nor carried over.
    pub scheme_assumed: bool,
    /// Whether Flux fills in placeholders.
    flux: bool,
}

impl BuiltIngress {
    /// The object as it is printed: with its strings so that they stay strings, whatever Flux puts in.
    #[must_use]
    pub fn printed(&self) -> Value {
        if self.flux { variables::protected(&self.value) } else { self.value.clone() }
    }

    /// The same, once it was read back as Kubernetes' type and compared.
    ///
    /// # Errors
    ///
    /// Internal: what is printed must be what was built.
    pub fn verified(&self) -> Result<Value, Error> {
        let printed = self.printed();
        let meant = if self.flux { variables::restored(&printed) } else { printed.clone() };
        let is_ours = Ingress::deserialize(meant).is_ok_and(|ingress| {
            ingress.spec == self.ingress.spec && ingress.metadata.name == self.ingress.metadata.name
        });
        is_ours.then_some(printed).ok_or_else(|| Error::internal("the printed Ingress does not read back as planned"))
    }

    /// Its kind, namespace and name.
    #[must_use]
    pub fn reference(&self) -> ObjectRef {
        let metadata = &self.ingress.metadata;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        ObjectRef::new("Ingress", text(&metadata.namespace), text(&metadata.name))
    }

    /// The scheme that it asks for.
    #[must_use]
    pub fn scheme(&self) -> Option<&str> {
        self.annotation(SCHEME)
    }

    /// Adds an annotation.
    ///
    /// # Errors
    ///
    /// Internal: what was printed can be printed again.
    pub fn annotate(&mut self, key: &str, value: String) -> Result<(), Error> {
        let annotations = self.ingress.metadata.annotations.get_or_insert_default();
        annotations.insert(key.to_owned(), value);
        let all = self.ingress.metadata.annotations.iter().flatten();
        let mut ordered: Vec<(&str, &str)> = all.map(|(key, value)| (key.as_str(), value.as_str())).collect();
        ordered.sort_by_cached_key(|(key, _)| annotations::rank(key));
        let labels: Vec<(String, String)> =
            self.value.pointer("/metadata/labels").and_then(Value::as_object).map_or_else(Vec::new, |labels| {
                labels.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
            });
        self.value = in_print_order(&self.ingress, &ordered, &labels)?;
        Ok(())
    }

    /// An annotation of it.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.ingress.metadata.annotations.as_ref()?.get(key).map(String::as_str)
    }
}

/// Whether an object of the stream is the Ingress of this name for a Service, as an earlier run has added it or somebody has written
/// it. One that names no namespace may be in any.
#[must_use]
pub fn is_of(object: &Object, name: &str, service: &Object) -> bool {
    let namespace = variables::restore(object.namespace());
    object.kind() == "Ingress"
        && variables::restore(object.name()) == name
        && (namespace == service.namespace() || namespace.is_empty() || service.namespace().is_empty())
        && !object.is_hook()
}

/// The name of the Ingress that a configuration asks for.
#[must_use]
pub fn name_of(spec: &Spec) -> &str {
    spec.ingress.name.as_deref().unwrap_or(NAME)
}

/// Builds the Ingress.
///
/// # Errors
///
/// Where the configuration names a backend port that the Service does not have.
pub fn build(sources: &Sources<'_>) -> Result<BuiltIngress, Error> {
    let wanted = &sources.spec.ingress;
    let backend = backend_port(sources)?;
    let class = class_of(sources.spec, sources.existing);
    let mut annotations = configured_annotations(sources);
    let had_scheme = annotations.alb("scheme").is_some();
    let status_ports = status_ports(sources.service, annotations.alb("target-type"));
    let staying = rules::staying(sources);
    let backend_protocol = match sources.existing.filter(|_| staying.is_some()) {
        Some(ingress) => protocol_of_rules(ingress, &annotations, sources, &backend),
        None => backend.protocol,
    };
    let facts = Facts {
        class: class.as_annotation,
        backend_protocol,
        status_ports: &status_ports,
        redirect: wanted.redirect_to_https.clone(),
        reads_ssl_redirect: catalogue::find("ssl-redirect").is_some_and(|found| found.since <= sources.controller),
    };
    annotations.complete(&facts);
    let redirect = annotations.redirects_by_action(&facts);
    let name = name_of(sources.spec);
    let namespace = sources.service.namespace();
    let labels = labels_of(&wanted.labels, name, sources.existing);
    let ordered = annotations.in_order();
    let ingress = Ingress {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
            annotations: map(ordered.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))),
            labels: map(labels.iter().cloned()),
            ..ObjectMeta::default()
        },
        spec: Some(rules::spec(sources, staying, &backend, class.as_field, redirect)),
        status: None,
    };
    Ok(BuiltIngress {
        value: in_print_order(&ingress, &ordered, &labels)?,
        ingress,
        scheme_assumed: !had_scheme && annotations.alb("scheme").is_some(),
        flux: sources.spec.placeholders() == Placeholders::Flux,
    })
}

/// The annotations before defaults: those of an Ingress that is there, what was carried over or moved from the Service, and
/// the configuration, each over the one before it.
fn configured_annotations(sources: &Sources<'_>) -> Annotations {
    let carried = sources.carried;
    let existing = sources.existing.map(|object| annotations_of(&object.value)).unwrap_or_default();
    let keeps_scheme = yields(carried, &existing);
    let carried = carried.annotations.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let mut annotations = Annotations::default();
    annotations.overlay(existing.into_iter().filter(|(key, _)| *key != CLASS_ANNOTATION));
    annotations.overlay(carried.filter(|(key, _)| !(keeps_scheme && *key == SCHEME)));
    annotations.overlay(sources.moved.iter().copied());
    annotations.configure(&sources.spec.ingress);
    annotations
}

/// Annotations or labels as Kubernetes' type has them: none where the map is empty.
fn map(entries: impl Iterator<Item = (String, String)>) -> Option<BTreeMap<String, String>> {
    Some(entries.collect()).filter(|map: &BTreeMap<_, _>| !map.is_empty())
}

/// Whether the scheme that was carried over yields to that of an Ingress in the stream. It does if it is only the default of
/// the old load balancer, and is the more open one or the Service has no load balancer any more (on our own output).
fn yields(carried: &Carried, existing: &BTreeMap<&str, &str>) -> bool {
    carried.scheme_by_default && existing.contains_key(SCHEME) && !(carried.internal && carried.is_live)
}

#[derive(Default)]
struct Class<'c> {
    as_annotation: Option<&'c str>,
    as_field: Option<String>,
}

/// The class, in one of its two forms: never both, which older API servers refuse.
fn class_of<'c>(spec: &'c Spec, existing: Option<&'c Object>) -> Class<'c> {
    let wanted = &spec.ingress;
    let there =
        existing.map(|object| (object.annotation(CLASS_ANNOTATION), object.value["spec"]["ingressClassName"].as_str()));
    let class = match &wanted.class_name {
        Override::Off => return Class::default(),
        Override::Set(class) => class.as_str(),
        Override::Default => there.and_then(|(annotation, field)| annotation.or(field)).unwrap_or("alb"),
    };
    let as_field = match wanted.class_as {
        Some(form) => form == ClassAs::Field,
        None => spec.eks_auto_mode() || matches!(there, Some((None, Some(_)))),
    };
    if as_field {
        Class { as_annotation: None, as_field: Some(class.to_owned()) }
    } else {
        Class { as_annotation: Some(class), as_field: None }
    }
}

/// `app: <name>` as in the how-to, with the configured labels and those of an Ingress that is there.
fn labels_of(wanted: &Override<Entries<Option<Text>>>, name: &str, existing: Option<&Object>) -> Vec<(String, String)> {
    let there = existing.and_then(|object| object.value.pointer("/metadata/labels")).and_then(Value::as_object);
    let mut labels: Vec<(String, String)> = match (wanted, there) {
        (Override::Off, _) => return Vec::new(),
        (_, Some(labels)) => {
            labels.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        }
        (_, None) => vec![("app".to_owned(), name.to_owned())],
    };
    for (key, value) in wanted.set().into_iter().flat_map(Entries::iter) {
        labels.retain(|(known, _)| known != key);
        if let Some(value) = value {
            labels.push((key.to_owned(), value.0.clone()));
        }
    }
    labels
}
