//! JSON in annotations, as Go's `encoding/json` reads it.
//!
//! The controller unmarshals actions, conditions and the like into Go structs. That differs from a strict reader: object
//! keys match without regard to case, unknown keys are dropped, a key twice is merged, `null` leaves a field as it was.
//! A [`Type`] describes the Go type as data; [`unmarshal`] checks a text against it, says in Go's words what does not
//! fit, and gives the value back under the canonical keys, ready for serde.
//!
//! Source: Go's encoding/json (scanner.go for syntax errors, decode.go for the rest).

mod scanner;

pub use scanner::{Json, parse};

use serde_json::{Map, Value};
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
    /// A struct of the package `ingress`.
    Struct(&'static Struct),
}

/// A Go struct: its name and the JSON names of its fields.
#[derive(Debug)]
pub struct Struct {
    /// Without the package.
    pub name: &'static str,
    /// JSON name and type.
    pub fields: &'static [(&'static str, Type)],
}

/// `string`
pub const STRING: Type = Type::Text("string");

impl Type {
    fn go_name(&self) -> String {
        match self {
            Type::Bool => "bool".to_owned(),
            Type::Int32 | Type::IntOrString => "int32".to_owned(),
            Type::Text(name) => (*name).to_owned(),
            Type::List(item) => format!("[]{}", item.go_name()),
            Type::Map(value) => format!("map[string]{}", value.go_name()),
            Type::Struct(fields) => format!("ingress.{}", fields.name),
        }
    }
}

/// Reads `text` as a value of type `ty`. `Value::Null` where the text says `null`.
pub fn unmarshal(text: &str, ty: &Type) -> Result<Value, String> {
    let (value, error) = decode(&parse(text)?, ty);
    error.map_or(Ok(value), |error| Err(error.to_string()))
}

/// The first value of `text` that does not fit its type, where the text is JSON.
#[must_use]
pub fn mismatch(text: &str, ty: &Type) -> Option<Mismatch> {
    decode(&parse(text).ok()?, ty).1
}

fn decode(json: &Json, ty: &Type) -> (Value, Option<Mismatch>) {
    let mut decoder = Decoder { path: Vec::new(), structs: Vec::new(), error: None };
    let value = decoder.decode(json, ty, Value::Null);
    (value, decoder.error)
}

/// A value that does not fit its type. Displayed in Go's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// `string`, `number 1.5`
    found: String,
    /// The Go type that it should have.
    wanted: String,
    /// The field that it stands in: `Action.forwardConfig`.
    field: Option<String>,
}

impl Mismatch {
    /// Whether it is a number without quotes where a string belongs.
    #[must_use]
    pub fn is_number_for_string(&self) -> bool {
        self.wanted == "string" && self.found == "number"
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

/// Keys of `text` that its type has no field for, as paths: Go drops them without a word. Empty where it does not parse.
#[must_use]
pub fn unknown_keys(text: &str, ty: &Type) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(json) = parse(text) {
        add_unknown_keys(&json, ty, "", &mut found);
    }
    found
}

fn add_unknown_keys(json: &Json, ty: &Type, path: &str, found: &mut Vec<String>) {
    match (json, ty) {
        (Json::Array(items), Type::List(item)) => {
            for (at, json) in items.iter().enumerate() {
                add_unknown_keys(json, item, &format!("{path}[{at}]"), found);
            }
        }
        (Json::Object(entries), Type::Struct(fields)) => {
            for (key, json) in entries {
                let path = match path {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                match field(fields, key) {
                    Some((_, ty)) => add_unknown_keys(json, ty, &path, found),
                    None => found.push(path),
                }
            }
        }
        _ => {}
    }
}

struct Decoder {
    path: Vec<&'static str>,
    structs: Vec<&'static str>,
    error: Option<Mismatch>,
}

impl Decoder {
    fn mismatch(&mut self, found: &str, ty: &Type) {
        let field = self.structs.last().map(|name| format!("{name}.{}", self.path.join(".")));
        self.error.get_or_insert(Mismatch { found: found.to_owned(), wanted: ty.go_name(), field });
    }

    fn decode(&mut self, json: &Json, ty: &Type, before: Value) -> Value {
        match (json, ty) {
            (Json::Null, Type::Bool | Type::Int32 | Type::Text(_)) => before,
            (Json::Null, _) => Value::Null,
            (Json::Bool(b), Type::Bool) => Value::Bool(*b),
            (Json::String(s), Type::Text(_) | Type::IntOrString) => Value::String(s.clone()),
            (Json::Number(n), Type::Int32 | Type::IntOrString) => match n.parse::<i32>() {
                Ok(n) => Value::from(n),
                Err(_) => {
                    self.mismatch(&format!("number {n}"), ty);
                    before
                }
            },
            (Json::Array(items), Type::List(item)) => {
                items.iter().map(|json| self.decode(json, item, Value::Null)).map(|v| zero(v, item)).collect()
            }
            (Json::Object(entries), Type::Map(value)) => {
                let mut map = object(before);
                for (key, json) in entries {
                    let decoded = self.decode(json, value, Value::Null);
                    map.insert(key.clone(), zero(decoded, value));
                }
                Value::Object(map)
            }
            (Json::Object(entries), Type::Struct(fields)) => {
                let mut map = object(before);
                for (key, json) in entries {
                    let Some((name, ty)) = field(fields, key) else {
                        continue;
                    };
                    self.path.push(name);
                    self.structs.push(fields.name);
                    let before = map.remove(*name).unwrap_or_default();
                    map.insert((*name).to_owned(), self.decode(json, ty, before));
                    self.path.pop();
                    self.structs.pop();
                }
                map.retain(|_, value| !value.is_null());
                Value::Object(map)
            }
            (Json::Bool(_), _) => self.wrong("bool", ty, before),
            (Json::Number(_), _) => self.wrong("number", ty, before),
            (Json::String(_), _) => self.wrong("string", ty, before),
            (Json::Array(_), _) => self.wrong("array", ty, before),
            (Json::Object(_), _) => self.wrong("object", ty, before),
        }
    }

    fn wrong(&mut self, found: &str, ty: &Type, before: Value) -> Value {
        self.mismatch(found, ty);
        before
    }
}

fn object(before: Value) -> Map<String, Value> {
    match before {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// What Go has where a list or a map holds `null`: the zero value.
fn zero(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Null, Type::Text(_)) => Value::String(String::new()),
        (Value::Null, Type::Int32) => Value::from(0),
        (Value::Null, Type::Bool) => Value::Bool(false),
        (Value::Null, Type::Struct(_)) => Value::Object(Map::new()),
        (value, _) => value,
    }
}

/// The field for a key: the exact name first, then without regard to case (Go also folds the long s and the Kelvin sign).
fn field(fields: &'static Struct, key: &str) -> Option<&'static (&'static str, Type)> {
    let fold = |s: &str| s.replace('ſ', "s").replace('\u{212a}', "k").to_ascii_lowercase();
    let exact = fields.fields.iter().find(|(name, _)| *name == key);
    exact.or_else(|| fields.fields.iter().find(|(name, _)| fold(name) == fold(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const INNER: Struct = Struct { name: "Inner", fields: &[("port", STRING), ("count", Type::Int32)] };
    const OUTER: Struct = Struct {
        name: "Outer",
        fields: &[
            ("type", Type::Text("ingress.Kind")),
            ("inner", Type::Struct(&INNER)),
            ("list", Type::List(&STRING)),
            ("ref", Type::IntOrString),
            ("on", Type::Bool),
        ],
    };
    const TYPE: Type = Type::Struct(&OUTER);

    #[test]
    fn keys_match_without_case_and_unknown_ones_are_dropped() {
        let text = r#"{"Type":"a","INNER":{"Port":"1"},"extra":{"x":[1]},"ref":"80","inner":{"count":2},"on":null}"#;
        let value = json!({"type": "a", "inner": {"port": "1", "count": 2}, "ref": "80"});
        assert_eq!(unmarshal(text, &TYPE), Ok(value));
        assert_eq!(unmarshal("null", &TYPE), Ok(Value::Null));
        assert_eq!(unmarshal(r#"{"list":["a",null],"Li\u017ft":["b"]}"#, &TYPE), Ok(json!({"list": ["b"]})));
    }

    #[test]
    fn dropped_keys_are_told() {
        let text = r#"{"Type":"a","typ":1,"inner":{"count":1,"Ports":2},"list":[{"x":1}]}"#;
        assert_eq!(unknown_keys(text, &TYPE), ["typ", "inner.Ports"]);
        let several = Type::List(&TYPE);
        assert_eq!(unknown_keys(r#"[{}, {"x": 1}]"#, &several), ["[1].x"]);
        assert_eq!(unknown_keys("{", &TYPE), Vec::<String>::new());
    }

    #[test]
    fn mismatches_name_the_field_as_go_does() {
        for (text, error) in [
            ("[]", "json: cannot unmarshal array into Go value of type ingress.Outer"),
            ("443", "json: cannot unmarshal number into Go value of type ingress.Outer"),
            (r#"{"type":1}"#, "json: cannot unmarshal number into Go struct field Outer.type of type ingress.Kind"),
            (
                r#"{"inner":"x"}"#,
                "json: cannot unmarshal string into Go struct field Outer.inner of type ingress.Inner",
            ),
            (
                r#"{"inner":{"port":443}}"#,
                "json: cannot unmarshal number into Go struct field Inner.inner.port of type string",
            ),
            (
                r#"{"inner":{"count":1.0}}"#,
                "json: cannot unmarshal number 1.0 into Go struct field Inner.inner.count of type int32",
            ),
            (r#"{"list":"a"}"#, "json: cannot unmarshal string into Go struct field Outer.list of type []string"),
            (r#"{"ref":true}"#, "json: cannot unmarshal bool into Go struct field Outer.ref of type int32"),
        ] {
            assert_eq!(unmarshal(text, &TYPE), Err(error.to_owned()), "{text}");
        }
    }
}
