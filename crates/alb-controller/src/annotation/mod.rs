//! The JSON values of annotations: their Go types, and what the controller checks in them.
//!
//! One struct each for what serde reads, one [`Type`] each for what Go accepts. The checks and their words are the
//! controller's: what it lets pass (a status code `301`, a condition on an unknown field) passes here too, and is a
//! matter for the rules.
//!
//! Source: LBC v3.5.0 pkg/ingress/config_types.go; pkg/ingress/model_build_listener.go:335-425.

/// A struct as serde reads it and as Go has it: the name of the Go type, and for each field its key. The Go type of a field
/// follows from its Rust type where `as` does not name another.
macro_rules! payload {
    ($(#[$attribute:meta])* pub struct $name:ident as $go_name:literal {
        $($(#[$field_attribute:meta])* $field:ident: $type:ty = $key:literal $(as $go_type:expr)?,)*
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$field_attribute])* #[serde(rename = $key)] pub $field: $type,)*
        }

        impl crate::annotation::Payload for $name {
            const TYPE: crate::go::json::Type = crate::go::json::Type::Struct(&crate::go::json::Struct {
                name: concat!("ingress.", $go_name),
                fields: &[$(($key, go_type!($type $(, $go_type)?)),)*],
            });
        }
    };
}

macro_rules! go_type {
    ($type:ty) => {
        <$type as crate::annotation::Payload>::TYPE
    };
    ($type:ty, $go_type:expr) => {
        $go_type
    };
}

mod actions;
mod auth;
mod conditions;
pub mod listen_ports;
pub mod maps;

pub use actions::*;
pub use auth::*;
pub use conditions::*;

use crate::catalogue::{CURRENT, Version};
use crate::go::json::{STRING, Type, unmarshal};
use crate::releases::Behaviour;
use kubernetes_objects::PortRef;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A type that comes out of an annotation.
pub trait Payload: DeserializeOwned {
    /// The Go type that the controller unmarshals into.
    const TYPE: Type;

    /// Reads the annotation's value as the newest release does. The error is Go's.
    fn read(text: &str) -> Result<Self, String> {
        Self::read_by(text, CURRENT)
    }

    /// Reads the annotation's value as a release does: without the keys that it does not know.
    fn read_by(text: &str, release: Version) -> Result<Self, String> {
        let mut value = unmarshal(text, &Self::TYPE).map_err(|error| in_words(error, release))?;
        drop_newer(&mut value, &Self::TYPE, release);
        let value = match (value, Self::TYPE) {
            (Value::Null, Type::List(_)) => Value::Array(Vec::new()),
            (Value::Null, _) => Value::Object(Map::new()),
            (value, _) => value,
        };
        serde_json::from_value(value).map_err(|e| e.to_string())
    }
}

/// An error of Go's decoder as a release has it: whole numbers had 64 bits once.
fn in_words(error: String, release: Version) -> String {
    if release.has(Behaviour::Int32) { error } else { error.replace("int32", "int64") }
}

/// Keys that came later than their annotation.
const NEWER_KEYS: [(&str, Behaviour); 3] = [
    ("advertiseTrustStoreCaNames", Behaviour::AdvertiseCaNames),
    ("targetGroupName", Behaviour::TargetGroupName),
    ("regexValues", Behaviour::RegexValues),
];

/// The keys of an annotation's value that a release does not know and newer ones do, each with the first that does.
#[must_use]
pub fn newer_keys<T: Payload>(text: &str, release: Version) -> Vec<(&'static str, Version)> {
    let Ok(mut value) = unmarshal(text, &T::TYPE) else { return Vec::new() };
    let dropped = drop_newer(&mut value, &T::TYPE, release);
    let newer = NEWER_KEYS.into_iter().filter(|(key, _)| dropped.contains(key));
    newer.filter_map(|(key, behaviour)| Some((key, behaviour.difference()?.since))).collect()
}

/// Takes out the keys of structs that a release does not know. A key of a map is the user's.
fn drop_newer(value: &mut Value, ty: &Type, release: Version) -> BTreeSet<&'static str> {
    let mut dropped = BTreeSet::new();
    match (value, ty) {
        (value, Type::Pointer(inner) | Type::Embedded(_, inner)) => dropped = drop_newer(value, inner, release),
        (Value::Array(items), Type::List(inner)) => {
            items.iter_mut().for_each(|item| dropped.extend(drop_newer(item, inner, release)));
        }
        (Value::Object(object), Type::Struct(of)) => {
            for (key, inner) in of.fields {
                let newer = NEWER_KEYS.into_iter().any(|(newer, behaviour)| newer == *key && !release.has(behaviour));
                if newer && object.remove(*key).is_some() {
                    dropped.insert(*key);
                } else if let Some(value) = object.get_mut(*key) {
                    dropped.extend(drop_newer(value, inner, release));
                }
            }
        }
        _ => {}
    }
    dropped
}

impl Payload for String {
    const TYPE: Type = STRING;
}

impl Payload for bool {
    const TYPE: Type = Type::Bool;
}

impl Payload for i32 {
    const TYPE: Type = Type::Int32;
}

impl Payload for PortRef {
    const TYPE: Type = Type::IntOrString;
}

impl<T: Payload> Payload for Option<T> {
    const TYPE: Type = Type::Pointer(&T::TYPE);
}

impl<T: Payload> Payload for Vec<T> {
    const TYPE: Type = Type::List(&T::TYPE);
}

impl<T: Payload> Payload for BTreeMap<String, T> {
    const TYPE: Type = Type::Map(&T::TYPE);
}

fn wrap(context: &str, checked: Result<(), String>) -> Result<(), String> {
    checked.map_err(|e| format!("{context}: {e}"))
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
