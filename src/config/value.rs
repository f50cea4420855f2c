//! The kinds of values that a field can have, beyond what serde brings.
//!
//! Three needs shape them. A field that becomes an annotation can be left out (our default, or what the Service has,
//! stands), set, or `null` (no such annotation): [`Override`]. With `placeholders: flux` a number, a boolean or an allowed
//! word may instead be a `${VAR}` that Flux fills in later: [`Var`]. And people write `deletion_protection.enabled: true`
//! where an annotation needs text: [`Text`] takes such a scalar as it is written.
//!
//! `Var` and `Text` need more than serde's data model has. They ask for a newtype struct of a name that
//! `decode.rs` knows; every other deserializer answers with the plain value.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Name of the newtype struct that [`Var`] asks for.
pub(super) const VAR: &str = "$Var";
/// Name of the newtype struct that [`Text`] asks for.
pub(super) const TEXT: &str = "$Text";

/// A field whose default can be switched off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Override<T> {
    /// Left out: what the Service has, what an Ingress of ours has, or our default.
    #[default]
    Default,
    /// `null`: no such annotation, not even the default.
    Off,
    /// This value.
    Set(T),
}

impl<T> Override<T> {
    /// The value, if there is one.
    pub fn set(&self) -> Option<&T> {
        match self {
            Override::Set(value) => Some(value),
            Override::Default | Override::Off => None,
        }
    }

    /// The same with another value.
    pub fn map<'v, U>(&'v self, change: impl FnOnce(&'v T) -> U) -> Override<U> {
        match self {
            Override::Default => Override::Default,
            Override::Off => Override::Off,
            Override::Set(value) => Override::Set(change(value)),
        }
    }

    /// Whether it was left out.
    pub fn is_default(&self) -> bool {
        matches!(self, Override::Default)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Override<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Override::Off, Override::Set))
    }
}

impl<T: JsonSchema> JsonSchema for Override<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        match schema.get_mut("anyOf") {
            Some(Value::Array(alternatives)) => alternatives.push(json!({ "type": "null" })),
            _ => return Option::<T>::json_schema(generator),
        }
        schema
    }
}

/// The value of a field as its annotation has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Printed<'v> {
    /// The value of the annotation.
    Text(String),
    /// Entries that are laid over those that the annotation has already; `None` takes one out.
    Entries(&'v Entries<Option<Text>>),
}

/// A text, a word or a number.
pub(super) fn plain<T: fmt::Display>(value: &T) -> Printed<'_> {
    Printed::Text(value.to_string())
}

/// Items with commas between.
pub(super) fn list<T: AsRef<[String]>>(items: &T) -> Printed<'_> {
    Printed::Text(items.as_ref().join(","))
}

/// A map.
pub(super) fn entries(entries: &Entries<Option<Text>>) -> Printed<'_> {
    Printed::Entries(entries)
}

/// A map as a JSON object.
pub(super) fn json_map(entries: &Entries<Text>) -> Printed<'_> {
    let object: serde_json::Map<String, Value> =
        entries.iter().map(|(key, text)| (key.to_owned(), json!(text.as_str()))).collect();
    Printed::Text(Value::Object(object).to_string())
}

/// A value, or the `${VAR}` that Flux will put it in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Var<T> {
    /// The value.
    Known(T),
    /// Text that holds `${VAR}`.
    Placeholder(String),
}

impl<T> Var<T> {
    /// The value, unless Flux decides it.
    pub fn known(&self) -> Option<&T> {
        match self {
            Var::Known(value) => Some(value),
            Var::Placeholder(_) => None,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Var::Known(value) => value.fmt(f),
            Var::Placeholder(text) => text.fmt(f),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Var<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct VarVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for VarVisitor<T> {
            type Value = Var<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or a placeholder")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Var<T>, E> {
                Ok(Var::Placeholder(text.to_owned()))
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Var<T>, D::Error> {
                T::deserialize(inner).map(Var::Known)
            }
        }
        deserializer.deserialize_newtype_struct(VAR, VarVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Var<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [value, { "type": "string", "pattern": "\\$\\{.+\\}" }] })
    }
}

/// Text that may be written as a plain number or as `true` or `false`, and then is what was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Text, D::Error> {
                String::deserialize(inner).map(Text)
            }
        }
        deserializer.deserialize_newtype_struct(TEXT, TextVisitor)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// A port by its number or by its name, as it is configured. Not Kubernetes' own [`kubernetes_objects::PortRef`]: here the text
/// `"443"` is a name, and a number can be out of range, which the validation then reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortRef {
    /// `443`
    Number(i64),
    /// `https`
    Name(String),
}

impl fmt::Display for PortRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PortRef::Number(number) => number.fmt(f),
            PortRef::Name(name) => name.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for PortRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PortVisitor;
        impl Visitor<'_> for PortVisitor {
            type Value = PortRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number or the name of a port")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<PortRef, E> {
                Ok(PortRef::Number(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<PortRef, E> {
                i64::try_from(number)
                    .map(PortRef::Number)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<PortRef, E> {
                Ok(PortRef::Name(name.to_owned()))
            }
        }
        deserializer.deserialize_any(PortVisitor)
    }
}

impl JsonSchema for PortRef {
    fn schema_name() -> Cow<'static, str> {
        "PortRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"], "minimum": 1, "maximum": 65535 })
    }
}

/// A map that keeps the order in which it was written: attributes and tags become one annotation, in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<V>(pub Vec<(String, V)>);

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<V> Entries<V> {
    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Keys and values, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<V> {
            type Value = Entries<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<V>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

impl<V: JsonSchema> JsonSchema for Entries<V> {
    fn schema_name() -> Cow<'static, str> {
        format!("Map_of_{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<V>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}
