//! The JSON values of annotations: their Go types, and what the controller checks in them.
//!
//! One struct each for what serde reads, one [`Type`] each for what Go accepts. The checks and their words are the
//! controller's: what it lets pass (a status code `301`, a condition on an unknown field) passes here too, and is a
//! matter for the rules.
//!
//! Source: LBC v3.5.0 pkg/ingress/config_types.go; pkg/ingress/model_build_listener.go:335-425.

mod actions;
mod auth;
mod conditions;
pub mod listen_ports;

pub use actions::*;
pub use auth::*;
pub use conditions::*;

use crate::go::json::{Type, unmarshal};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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

fn wrap(context: &str, checked: Result<(), String>) -> Result<(), String> {
    checked.map_err(|e| format!("{context}: {e}"))
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
