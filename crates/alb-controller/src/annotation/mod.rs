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

pub use actions::*;
pub use auth::*;
pub use conditions::*;

use crate::go::json::{STRING, Type, unmarshal};
use kubernetes_objects::PortRef;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A type that comes out of an annotation.
pub trait Payload: DeserializeOwned {
    /// The Go type that the controller unmarshals into.
    const TYPE: Type;

    /// Reads the annotation's value. The error is Go's.
    fn read(text: &str) -> Result<Self, String> {
        let value = match (unmarshal(text, &Self::TYPE)?, Self::TYPE) {
            (Value::Null, Type::List(_)) => Value::Array(Vec::new()),
            (Value::Null, _) => Value::Object(Map::new()),
            (value, _) => value,
        };
        serde_json::from_value(value).map_err(|e| e.to_string())
    }
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
