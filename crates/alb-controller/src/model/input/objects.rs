//! The objects of a stream that the controller looks at, decoded as strictly as the API server does.
//!
//! Everything else in the stream is passed over. A number where a string belongs is no matter of taste: the API server
//! refuses the object, whatever the controller would have made of it.

use crate::go::json;
use crate::model::input::class_params::Params;
use crate::model::input::kubernetes;
use crate::model::options::Options;
use crate::model::reference::{Key, Object, Reason, Site};
use k8s_openapi::api::core::v1::{Namespace, Secret, Service};
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use kubernetes_objects::object::entries;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An Ingress and its place in the slice that came in.
pub(crate) struct Placed {
    pub key: Key,
    pub index: usize,
    pub ingress: Ingress,
}

/// The stream, by kind.
#[derive(Default)]
pub(crate) struct Objects {
    /// In the order of the stream; the last one of a key counts.
    pub ingresses: Vec<Placed>,
    ingress_at: BTreeMap<Key, usize>,
    pub services: BTreeMap<Key, Service>,
    service_names: BTreeSet<String>,
    pub classes: BTreeMap<String, IngressClass>,
    pub params: BTreeMap<String, Arc<Params>>,
    pub secrets: BTreeMap<Key, Secret>,
    pub namespaces: BTreeMap<String, BTreeMap<String, String>>,
    /// The first Ingress of a version that the API server does not have, and that version.
    pub unserved: Option<(Key, String)>,
    /// Objects that cannot be decoded.
    pub errors: Vec<Reason>,
}

impl Objects {
    pub fn read(objects: &[&Value], options: &Options) -> Self {
        let mut read = Objects::default();
        for (index, object) in objects.iter().copied().enumerate() {
            let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
            let version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
            let added = match (version, kind) {
                ("networking.k8s.io/v1", "Ingress") => read.ingress(index, object),
                (old, "Ingress") if old.starts_with("networking.k8s.io/") || old.starts_with("extensions/") => {
                    read.unserved.get_or_insert_with(|| (prepare("Ingress", object).0, old.to_owned()));
                    Ok(())
                }
                ("networking.k8s.io/v1", "IngressClass") => read.class(object),
                ("v1", "Service") => decode("Service", object).map(|(key, service): (Key, Service)| {
                    read.service_names.insert(key.name.clone());
                    read.services.insert(key, service);
                }),
                ("v1", "Secret") => decode("Secret", object).map(|(key, secret)| {
                    read.secrets.insert(key, secret);
                }),
                ("v1", "Namespace") => decode("Namespace", object).map(|(key, namespace): (Key, Namespace)| {
                    read.namespaces.insert(key.name, namespace.metadata.labels.unwrap_or_default());
                }),
                (version, "IngressClassParams") if version.split('/').next() == Some(options.params_group()) => {
                    let (key, object) = prepare("IngressClassParams", object);
                    Params::read(&key.name, &object, options.release()).map(|params| {
                        read.params.insert(key.name, Arc::new(params));
                    })
                }
                _ => Ok(()),
            };
            if let Err(reason) = added {
                read.errors.push(reason);
            }
        }
        read
    }

    fn ingress(&mut self, index: usize, object: &Value) -> Result<(), Reason> {
        let (key, mut ingress): (Key, Ingress) = decode("Ingress", object).map_err(|reason| {
            let key = prepare("Ingress", object).0;
            reason.of(&key)
        })?;
        set_path_types(&mut ingress, object);
        let placed = Placed { key: key.clone(), index, ingress };
        match self.ingress_at.get(&key) {
            Some(at) => self.ingresses[*at] = placed,
            None => {
                self.ingress_at.insert(key, self.ingresses.len());
                self.ingresses.push(placed);
            }
        }
        Ok(())
    }

    fn class(&mut self, object: &Value) -> Result<(), Reason> {
        let (key, class) = decode("IngressClass", object)?;
        self.classes.insert(key.name, class);
        Ok(())
    }

    /// Whether a Service of this name stands in another namespace of the stream, and none in this one.
    pub fn service_is_elsewhere(&self, key: &Key) -> bool {
        !self.services.contains_key(key) && self.service_names.contains(&key.name)
    }
}

/// A path without a type is of type ImplementationSpecific; one of type `""` is of no known type.
fn set_path_types(ingress: &mut Ingress, object: &Value) {
    let rules = ingress.spec.iter_mut().flat_map(|spec| spec.rules.iter_mut().flatten());
    for (rule_at, rule) in rules.enumerate() {
        for (path_at, path) in rule.http.iter_mut().flat_map(|http| &mut http.paths).enumerate() {
            let path_type = &object["spec"]["rules"][rule_at]["http"]["paths"][path_at]["pathType"];
            if path.path_type.is_empty() && path_type.is_null() {
                "ImplementationSpecific".clone_into(&mut path.path_type);
            }
        }
    }
}

/// Kinds whose objects are in no namespace.
pub const CLUSTER_KINDS: [&str; 3] = ["IngressClass", "IngressClassParams", "Namespace"];

/// The object's key, and the object as the API server stores it: `null` is no value, but a zero value in a list and `""` in a
/// map of strings.
fn prepare<'o>(kind: &'static str, object: &'o Value) -> (Key, Cow<'o, Value>) {
    let mut object = Cow::Borrowed(object);
    if has_nulls(&object) {
        drop_nulls(object.to_mut());
    }
    let text = |field| object["metadata"][field].as_str().unwrap_or_default().to_owned();
    let namespace = match text("namespace") {
        _ if CLUSTER_KINDS.contains(&kind) => String::new(),
        namespace if namespace.is_empty() => "default".to_owned(),
        namespace => namespace,
    };
    (Key::new(namespace, text("name")), object)
}

fn has_nulls(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.values().any(has_nulls),
        Value::Array(items) => items.iter().any(has_nulls),
        _ => false,
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let strings =
                    matches!(key.as_str(), "annotations" | "labels" | "matchLabels" | "selector" | "stringData");
                if let (true, Value::Object(entries)) = (strings, &mut *value) {
                    entries.values_mut().filter(|v| v.is_null()).for_each(|v| *v = Value::String(String::new()));
                }
                if let Value::Array(items) = &mut *value {
                    items.iter_mut().filter(|item| item.is_null()).for_each(|item| *item = zero_in(key));
                }
                drop_nulls(value);
            }
            map.retain(|_, value| !value.is_null());
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Lists of structs; every other list is one of strings.
const STRUCT_LISTS: [&str; 11] = [
    "rules",
    "paths",
    "tls",
    "ports",
    "matchExpressions",
    "tags",
    "loadBalancerAttributes",
    "listeners",
    "listenerAttributes",
    "ownerReferences",
    "managedFields",
];

/// What Go has for `null` in a list: a struct without fields, or `""`.
fn zero_in(list: &str) -> Value {
    match STRUCT_LISTS.contains(&list) {
        true => Value::Object(serde_json::Map::new()),
        false => Value::String(String::new()),
    }
}

fn decode<T: DeserializeOwned>(kind: &'static str, object: &Value) -> Result<(Key, T), Reason> {
    let (key, object) = prepare(kind, object);
    let at = Object { kind, key: key.clone() };
    for map in ["annotations", "labels"] {
        for (name, value) in entries(&object["metadata"][map]) {
            let Some(found) = not_a_string(value) else {
                continue;
            };
            let message =
                format!("json: cannot unmarshal {found} into Go struct field ObjectMeta.metadata.{map} of type string");
            let site = match map {
                "annotations" => Site::annotation(at, name),
                _ => Site::field(at, format!("/metadata/{map}/{name}")),
            };
            return Err(Reason::new(message).at(site));
        }
    }
    match T::deserialize(&*object) {
        Ok(object) => Ok((key, object)),
        Err(error) => {
            let mismatch = kubernetes::type_of(kind).and_then(|ty| json::mismatch_in(&object, &ty));
            let message = mismatch.map_or_else(|| format!("{at} cannot be decoded: {error}"), |m| m.to_string());
            Err(Reason::new(message).at(Site::field(at, "")))
        }
    }
}

/// Why the API server does not even read a Service, in its words, and the JSON pointer of the field, or of the list in which it is.
#[must_use]
pub fn undecodable_service(service: &Value) -> Option<(String, String)> {
    let reason = decode::<Service>("Service", service).err()?;
    let of_annotation = reason.site.filter(|site| site.annotation_key().is_some()).map(|site| site.pointer());
    let mismatch = || kubernetes::type_of("Service").and_then(|ty| json::mismatch_in(service, &ty));
    let pointer = of_annotation.or_else(|| Some(mismatch()?.pointer_in(service)));
    Some((reason.message, pointer.unwrap_or_default()))
}

fn not_a_string(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(_) => None,
        Value::Null => Some("null"),
        Value::Bool(_) => Some("bool"),
        Value::Number(_) => Some("number"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}
