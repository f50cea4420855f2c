//! JSON in annotations, as Go's `encoding/json` reads it.
//!
//! The controller unmarshals actions, conditions and the like into Go structs. That differs from a strict reader: object
//! keys match without regard to case, unknown keys are dropped, `null` leaves a field as it was unless it is a pointer, a
//! list or a map, and a key twice is decoded over what is there: list elements keep the fields that the second list leaves out.
//! A [`Type`] describes the Go type as data; [`unmarshal`] checks a text against it, says in Go's words what does not
//! fit, and gives the value back under the canonical keys, ready for serde.
//!
//! Source: Go's encoding/json (scanner.go for syntax errors, decode.go for the rest).

mod decode;
mod scanner;
mod types;

pub use scanner::{Json, parse};
pub use types::{Mismatch, STRING, Struct, Type};

use decode::decode;
use serde_json::Value;
use types::field;

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

/// The first thing in an object that does not fit its type; Go meets them in the order of their keys.
pub(crate) fn mismatch_in(object: &Value, ty: &Type) -> Option<Mismatch> {
    decode(&Json::from(object), ty).1
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
        (_, Type::Pointer(value) | Type::Embedded(_, value)) => add_unknown_keys(json, value, path, found),
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const INNER: Struct = Struct {
        name: "ingress.Inner",
        fields: &[("port", STRING), ("count", Type::Int32), ("note", Type::Pointer(&STRING))],
    };
    const OUTER: Struct = Struct {
        name: "ingress.Outer",
        fields: &[
            ("type", Type::Text("ingress.Kind")),
            ("inner", Type::Pointer(&Type::Struct(&INNER))),
            ("parts", Type::List(&Type::Struct(&INNER))),
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
    fn a_key_twice_is_decoded_over_the_first() {
        for (text, value) in [
            (r#"{"inner":{"note":"a","note":null}}"#, json!({"inner": {}})),
            (r#"{"inner":{"port":"1","port":null}}"#, json!({"inner": {"port": "1"}})),
            (r#"{"inner":{"port":"1"},"inner":null}"#, json!({})),
            (r#"{"inner":{"port":"1"},"inner":null,"inner":{"count":2}}"#, json!({"inner": {"count": 2}})),
            (r#"{"list":["a","b"],"list":[null]}"#, json!({"list": ["a"]})),
            (r#"{"list":["a","b"],"list":[null],"list":[null,null,null]}"#, json!({"list": ["a", "b", ""]})),
            (r#"{"list":["a"],"list":[],"list":[null]}"#, json!({"list": [""]})),
            (r#"{"list":["a"],"list":null,"list":[null]}"#, json!({"list": [""]})),
            (
                r#"{"parts":[{"port":"1","note":"x"},{"port":"2"}],"parts":[{"count":3}]}"#,
                json!({"parts": [{"port": "1", "note": "x", "count": 3}]}),
            ),
            (r#"{"parts":[{"note":"x"}],"parts":[{"note":null}]}"#, json!({"parts": [{}]})),
            (r#"{"parts":[{"note":"x"}],"parts":[null,null]}"#, json!({"parts": [{"note": "x"}, {}]})),
        ] {
            assert_eq!(unmarshal(text, &TYPE), Ok(value), "{text}");
        }
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
            (
                r#"{"on":1,"ref":[],"list":1}"#,
                "json: cannot unmarshal array into Go struct field Outer.ref of type int32",
            ),
        ] {
            assert_eq!(unmarshal(text, &TYPE), Err(error.to_owned()), "{text}");
        }
    }
}
