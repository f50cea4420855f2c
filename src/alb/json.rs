//! JSON in annotations, as Go's `encoding/json` reads it.
//!
//! The controller unmarshals actions, conditions and the like into Go structs. That differs from a strict reader: object
//! keys match without regard to case, unknown keys are dropped, a key twice is merged, `null` leaves a field as it was.
//! A [`Type`] describes the Go type as data; [`unmarshal`] checks a text against it, says in Go's words what does not
//! fit, and gives the value back under the canonical keys, ready for serde.
//!
//! Source: Go's encoding/json (scanner.go for syntax errors, decode.go for the rest).

use super::values;
use serde_json::{Map, Value};

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
    let json = parse(text)?;
    let mut decoder = Decoder {
        path: Vec::new(),
        structs: Vec::new(),
        error: None,
    };
    let value = decoder.decode(&json, ty, Value::Null);
    decoder.error.map_or(Ok(value), Err)
}

/// A JSON value with what `serde_json` would lose: the digits of a number, and keys that occur twice.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// As written.
    Number(String),
    /// Unescaped.
    String(String),
    /// In order.
    Array(Vec<Json>),
    /// In order, keys may repeat.
    Object(Vec<(String, Json)>),
}

struct Decoder {
    path: Vec<&'static str>,
    structs: Vec<&'static str>,
    error: Option<String>,
}

impl Decoder {
    fn mismatch(&mut self, found: &str, ty: &Type) {
        let ty = ty.go_name();
        let message = match self.structs.last() {
            Some(name) => {
                let path = self.path.join(".");
                format!(
                    "json: cannot unmarshal {found} into Go struct field {name}.{path} of type {ty}"
                )
            }
            None => format!("json: cannot unmarshal {found} into Go value of type {ty}"),
        };
        self.error.get_or_insert(message);
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
            (Json::Array(items), Type::List(item)) => items
                .iter()
                .map(|json| self.decode(json, item, Value::Null))
                .map(|v| zero(v, item))
                .collect(),
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
    let fold = |s: &str| {
        s.replace('ſ', "s")
            .replace('\u{212a}', "k")
            .to_ascii_lowercase()
    };
    let exact = fields.fields.iter().find(|(name, _)| *name == key);
    exact.or_else(|| {
        fields
            .fields
            .iter()
            .find(|(name, _)| fold(name) == fold(key))
    })
}

/// Go allows 10,000 levels; no type of the controller has more than six, and our own stack is to be spared.
const MAX_DEPTH: usize = 500;

/// Parses `text` with Go's syntax errors.
pub fn parse(text: &str) -> Result<Json, String> {
    let mut scanner = Scanner { text, at: 0 };
    let value = scanner.value(0)?;
    match scanner.peek() {
        None => Ok(value),
        Some(c) => Err(invalid(c, "after top-level value")),
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

fn invalid(byte: u8, context: &str) -> String {
    let mut shown = String::new();
    values::escape(&mut shown, char::from(byte), '\'');
    format!("invalid character '{shown}' {context}")
}

const END: &str = "unexpected end of JSON input";

impl Scanner<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no blank, not consumed.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.byte()
    }

    fn next(&mut self) -> Result<u8, String> {
        let byte = self.byte().ok_or(END)?;
        self.at += 1;
        Ok(byte)
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > MAX_DEPTH {
            return Err("exceeded max depth".to_owned());
        }
        match self.peek().ok_or(END)? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Json::String),
            b't' => self.literal("true", Json::Bool(true)),
            b'f' => self.literal("false", Json::Bool(false)),
            b'n' => self.literal("null", Json::Null),
            b'-' | b'0'..=b'9' => self.number(),
            c => Err(invalid(c, "looking for beginning of value")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            match self.peek().ok_or(END)? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(Json::Array(items));
                }
                c => return Err(invalid(c, "after array element")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut entries = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(entries));
        }
        loop {
            match self.peek().ok_or(END)? {
                b'"' => {}
                c => return Err(invalid(c, "looking for beginning of object key string")),
            }
            let key = self.string()?;
            match self.peek().ok_or(END)? {
                b':' => self.at += 1,
                c => return Err(invalid(c, "after object key")),
            }
            entries.push((key, self.value(depth + 1)?));
            match self.peek().ok_or(END)? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(Json::Object(entries));
                }
                c => return Err(invalid(c, "after object key:value pair")),
            }
        }
    }

    fn literal(&mut self, word: &str, value: Json) -> Result<Json, String> {
        self.at += 1;
        for expected in word.bytes().skip(1) {
            let found = self.next()?;
            if found != expected {
                return Err(invalid(
                    found,
                    &format!("in literal {word} (expecting '{}')", char::from(expected)),
                ));
            }
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Json, String> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
            if !self.byte().ok_or(END)?.is_ascii_digit() {
                return Err(invalid(self.next()?, "in numeric literal"));
            }
        }
        if self.next()? != b'0' {
            self.digits();
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digit("after decimal point in numeric literal")?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digit("in exponent of numeric literal")?;
        }
        Ok(Json::Number(self.text[start..self.at].to_owned()))
    }

    fn digit(&mut self, context: &str) -> Result<(), String> {
        let found = self.next()?;
        if !found.is_ascii_digit() {
            return Err(invalid(found, context));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.byte().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        let mut start = self.at;
        loop {
            match self.next()? {
                b'"' => {
                    out.push_str(&self.text[start..self.at - 1]);
                    return Ok(out);
                }
                b'\\' => {
                    out.push_str(&self.text[start..self.at - 1]);
                    self.escape(&mut out)?;
                    start = self.at;
                }
                c if c < 0x20 => return Err(invalid(c, "in string literal")),
                _ => {}
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), String> {
        out.push(match self.next()? {
            c @ (b'"' | b'\\' | b'/') => char::from(c),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex()?;
                let rest = &self.text[self.at..];
                if (0xd800..0xdc00).contains(&high) && rest.starts_with("\\u") {
                    let before = self.at;
                    self.at += 2;
                    let low = self.hex()?;
                    if (0xdc00..0xe000).contains(&low) {
                        let c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)
                    } else {
                        self.at = before;
                        char::REPLACEMENT_CHARACTER
                    }
                } else {
                    char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)
                }
            }
            c => return Err(invalid(c, "in string escape code")),
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, String> {
        let mut n = 0;
        for _ in 0..4 {
            let found = self.next()?;
            let digit = char::from(found).to_digit(16);
            n = n * 16
                + digit.ok_or_else(|| invalid(found, "in \\u hexadecimal character escape"))?;
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn syntax_errors_are_gos() {
        for (text, error) in [
            ("", "unexpected end of JSON input"),
            ("[{", "unexpected end of JSON input"),
            (
                "[1,]",
                "invalid character ']' looking for beginning of value",
            ),
            (
                "{\"a\":1,}",
                "invalid character '}' looking for beginning of object key string",
            ),
            (
                "{'a':1}",
                "invalid character '\\'' looking for beginning of object key string",
            ),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            (
                "{\"a\":1 \"b\"}",
                "invalid character '\"' after object key:value pair",
            ),
            ("[1 2]", "invalid character '2' after array element"),
            ("[] x", "invalid character 'x' after top-level value"),
            ("01", "invalid character '1' after top-level value"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.", "unexpected end of JSON input"),
            (
                "1.x",
                "invalid character 'x' after decimal point in numeric literal",
            ),
            (
                "1ex",
                "invalid character 'x' in exponent of numeric literal",
            ),
            (
                "nul!",
                "invalid character '!' in literal null (expecting 'l')",
            ),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            (
                "\"\\u12g4\"",
                "invalid character 'g' in \\u hexadecimal character escape",
            ),
            ("443abc", "invalid character 'a' after top-level value"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
        ] {
            assert_eq!(parse(text), Err(error.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn strings_unescape_like_go() {
        assert_eq!(
            parse(r#""a\u00e9\ud83d\ude00\ud800x\/""#),
            Ok(Json::String("aé😀\u{fffd}x/".to_owned()))
        );
        assert!(parse(&"[".repeat(2_000)).is_err());
    }

    const INNER: Struct = Struct {
        name: "Inner",
        fields: &[("port", STRING), ("count", Type::Int32)],
    };
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
        assert_eq!(
            unmarshal(r#"{"list":["a",null],"Li\u017ft":["b"]}"#, &TYPE),
            Ok(json!({"list": ["b"]}))
        );
    }

    #[test]
    fn mismatches_name_the_field_as_go_does() {
        for (text, error) in [
            (
                "[]",
                "json: cannot unmarshal array into Go value of type ingress.Outer",
            ),
            (
                "443",
                "json: cannot unmarshal number into Go value of type ingress.Outer",
            ),
            (
                r#"{"type":1}"#,
                "json: cannot unmarshal number into Go struct field Outer.type of type ingress.Kind",
            ),
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
            (
                r#"{"list":"a"}"#,
                "json: cannot unmarshal string into Go struct field Outer.list of type []string",
            ),
            (
                r#"{"ref":true}"#,
                "json: cannot unmarshal bool into Go struct field Outer.ref of type int32",
            ),
        ] {
            assert_eq!(unmarshal(text, &TYPE), Err(error.to_owned()), "{text}");
        }
    }
}
