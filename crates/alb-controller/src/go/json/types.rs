//! Go types as data, and what does not fit one.

use serde_json::Value;
use std::fmt;

/// A Go type, as far as the controller's annotations need it.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int32`
    Int32,
    /// A string type by its Go name: `string`, `ingress.ActionType`.
    Text(&'static str),
    /// Kubernetes' `intstr.IntOrString`.
    IntOrString,
    /// A slice.
    List(&'static Type),
    /// `map[string]T`
    Map(&'static Type),
    /// `*T`
    Pointer(&'static Type),
    /// A field of an embedded struct, which has this name.
    Embedded(&'static str, &'static Type),
    /// A struct.
    Struct(&'static Struct),
}

/// A Go struct: its name and the JSON names of its fields.
#[derive(Debug)]
pub struct Struct {
    /// With its package: `ingress.Action`.
    pub name: &'static str,
    /// JSON name and type.
    pub fields: &'static [(&'static str, Type)],
}

impl Struct {
    pub(super) fn bare_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }
}

/// `string`
pub const STRING: Type = Type::Text("string");

impl Type {
    pub(super) fn go_name(&self) -> String {
        match self {
            Type::Bool => "bool".to_owned(),
            Type::Int32 | Type::IntOrString => "int32".to_owned(),
            Type::Text(name) => (*name).to_owned(),
            Type::List(item) => format!("[]{}", item.go_name()),
            Type::Map(value) => format!("map[string]{}", value.go_name()),
            Type::Pointer(value) | Type::Embedded(_, value) => value.go_name(),
            Type::Struct(fields) => fields.name.to_owned(),
        }
    }
}

/// A value that does not fit its type. Displayed in Go's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// `string`, `number 1.5`
    pub(super) found: String,
    /// The Go type that it should have.
    pub(super) wanted: String,
    /// The field that it stands in: `Action.forwardConfig`.
    pub(super) field: Option<String>,
}

impl Mismatch {
    /// Whether it is a number without quotes where a string belongs.
    #[must_use]
    pub fn is_number_for_string(&self) -> bool {
        self.wanted == "string" && self.found == "number"
    }

    /// The closest place in an object that the field tells: it has no index of a list.
    pub(crate) fn pointer_in(&self, object: &Value) -> String {
        let mut pointer = String::new();
        for key in self.field.iter().flat_map(|field| field.split('.').skip(1)) {
            let longer = format!("{pointer}/{key}");
            if object.pointer(&longer).is_none() {
                break;
            }
            pointer = longer;
        }
        pointer
    }

    /// The key of the field that it stands in.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.field.as_deref()?.rsplit('.').next()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { found, wanted, field } = self;
        match field {
            Some(field) => write!(f, "json: cannot unmarshal {found} into Go struct field {field} of type {wanted}"),
            None => write!(f, "json: cannot unmarshal {found} into Go value of type {wanted}"),
        }
    }
}

/// The field for a key: the exact name first, then without regard to case (Go also folds the long s and the Kelvin sign).
pub(super) fn field(fields: &'static Struct, key: &str) -> Option<&'static (&'static str, Type)> {
    let fold = |s: &str| s.replace('ſ', "s").replace('\u{212a}', "k").to_ascii_lowercase();
    let exact = fields.fields.iter().find(|(name, _)| *name == key);
    exact.or_else(|| fields.fields.iter().find(|(name, _)| fold(name) == fold(key)))
}
