//! JSON text, with the syntax errors of Go's `encoding/json` (scanner.go).

use crate::go::strconv;
use serde_json::Value;

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

/// Keys are sorted, as they are where YAML becomes JSON.
impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Json::Null,
            Value::Bool(on) => Json::Bool(*on),
            Value::Number(number) => Json::Number(number.to_string()),
            Value::String(text) => Json::String(text.clone()),
            Value::Array(items) => Json::Array(items.iter().map(Json::from).collect()),
            Value::Object(map) => {
                let mut entries: Vec<(String, Json)> = map.iter().map(|(k, v)| (k.clone(), Json::from(v))).collect();
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
                Json::Object(entries)
            }
        }
    }
}

/// The levels that Go allows.
const MAX_DEPTH: usize = 10_000;

/// The levels whose contents are kept. No type of the controller has more than six; what is deeper is only checked.
const KEPT_DEPTH: usize = 64;

/// Parses `text` with Go's syntax errors.
pub fn parse(text: &str) -> Result<Json, String> {
    let mut scanner = Scanner { text, at: 0 };
    let value = scanner.value()?;
    match scanner.peek() {
        None => Ok(value),
        Some(c) => Err(invalid(c, "after top-level value")),
    }
}

/// An array, or an object with the key whose value comes next.
enum Open {
    Array(Vec<Json>),
    Object(Vec<(String, Json)>, String),
}

enum Opened {
    Empty(Json),
    Open(Open),
}

impl Open {
    fn add(&mut self, value: Json) {
        match self {
            Open::Array(items) => items.push(value),
            Open::Object(entries, key) => entries.push((std::mem::take(key), value)),
        }
    }

    fn end(&self) -> u8 {
        match self {
            Open::Array(_) => b']',
            Open::Object(..) => b'}',
        }
    }

    fn what_comes_after(&self) -> &'static str {
        match self {
            Open::Array(_) => "after array element",
            Open::Object(..) => "after object key:value pair",
        }
    }

    fn close(self) -> Json {
        match self {
            Open::Array(items) => Json::Array(items),
            Open::Object(entries, _) => Json::Object(entries),
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

fn invalid(byte: u8, context: &str) -> String {
    let mut shown = String::new();
    strconv::escape(&mut shown, char::from(byte), '\'');
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

    /// Without recursion: the text may be deeper than our stack.
    fn value(&mut self) -> Result<Json, String> {
        let mut stack: Vec<Open> = Vec::new();
        loop {
            let mut value = match self.peek().ok_or(END)? {
                b'{' | b'[' => match self.open(stack.len())? {
                    Opened::Empty(value) => value,
                    Opened::Open(open) => {
                        stack.push(open);
                        continue;
                    }
                },
                b'"' => Json::String(self.string()?),
                b't' => self.literal("true", Json::Bool(true))?,
                b'f' => self.literal("false", Json::Bool(false))?,
                b'n' => self.literal("null", Json::Null)?,
                b'-' | b'0'..=b'9' => self.number()?,
                c => return Err(invalid(c, "looking for beginning of value")),
            };
            loop {
                let Some(mut open) = stack.pop() else {
                    return Ok(value);
                };
                if stack.len() < KEPT_DEPTH {
                    open.add(value);
                }
                let next = self.peek().ok_or(END)?;
                if next == b',' {
                    self.at += 1;
                    if let Open::Object(_, key) = &mut open {
                        *key = self.key()?;
                    }
                    stack.push(open);
                    break;
                }
                if next != open.end() {
                    return Err(invalid(next, open.what_comes_after()));
                }
                self.at += 1;
                value = open.close();
            }
        }
    }

    /// The beginning of an array or an object, and its first key.
    fn open(&mut self, depth: usize) -> Result<Opened, String> {
        let first = self.next()?;
        if depth == MAX_DEPTH {
            return Err(invalid(first, "exceeded max depth"));
        }
        let mut open = match first {
            b'[' => Open::Array(Vec::new()),
            _ => Open::Object(Vec::new(), String::new()),
        };
        if self.peek() == Some(open.end()) {
            self.at += 1;
            return Ok(Opened::Empty(open.close()));
        }
        if let Open::Object(_, key) = &mut open {
            *key = self.key()?;
        }
        Ok(Opened::Open(open))
    }

    /// The key of an object's entry, and the colon behind it.
    fn key(&mut self) -> Result<String, String> {
        match self.peek().ok_or(END)? {
            b'"' => {}
            c => return Err(invalid(c, "looking for beginning of object key string")),
        }
        let key = self.string()?;
        match self.peek().ok_or(END)? {
            b':' => self.at += 1,
            c => return Err(invalid(c, "after object key")),
        }
        Ok(key)
    }

    fn literal(&mut self, word: &str, value: Json) -> Result<Json, String> {
        self.at += 1;
        for expected in word.bytes().skip(1) {
            let found = self.next()?;
            if found != expected {
                return Err(invalid(found, &format!("in literal {word} (expecting '{}')", char::from(expected))));
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
            n = n * 16 + digit.ok_or_else(|| invalid(found, "in \\u hexadecimal character escape"))?;
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_errors_are_gos() {
        for (text, error) in [
            ("", "unexpected end of JSON input"),
            ("[{", "unexpected end of JSON input"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[] x", "invalid character 'x' after top-level value"),
            ("01", "invalid character '1' after top-level value"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.", "unexpected end of JSON input"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("nul!", "invalid character '!' in literal null (expecting 'l')"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            ("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape"),
            ("443abc", "invalid character 'a' after top-level value"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
        ] {
            assert_eq!(parse(text), Err(error.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn strings_unescape_like_go() {
        assert_eq!(parse(r#""a\u00e9\ud83d\ude00\ud800x\/""#), Ok(Json::String("aé😀\u{fffd}x/".to_owned())));
    }

    #[test]
    fn ten_thousand_levels_are_allowed() {
        let deep = |levels: usize| parse(&("[".repeat(levels) + &"]".repeat(levels)));
        assert!(deep(10_000).is_ok());
        assert_eq!(deep(10_001), Err("invalid character '[' exceeded max depth".to_owned()));
        let object = "{\"a\":".repeat(600) + "1" + &"}".repeat(600);
        assert!(parse(&object).is_ok());
    }
}
