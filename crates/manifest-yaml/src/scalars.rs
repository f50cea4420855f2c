//! What Go makes of a scalar: `resolve` of go.yaml.in/yaml/v2 v2.4.2 (`resolve.go:79`), the reader in sigs.k8s.io/yaml
//! v1.6.0, which Helm, kubectl and the API server use. It is YAML 1.1 with Go's number syntax.

use serde_json::{Number, Value};
use std::borrow::Cow;

/// A scalar with its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Above the greatest `i64`.
    Uint(u64),
    Float(f64),
    Str(Cow<'a, str>),
}

const TAGS: &str = "tag:yaml.org,2002:";

/// Types a scalar. `plain`: neither quoted nor a block scalar. The error is a message without place.
pub(super) fn resolve<'a>(text: &'a str, tag: Option<&str>, plain: bool) -> Result<Scalar<'a>, String> {
    let string = Scalar::Str(Cow::Borrowed(text));
    let Some(tag) = tag else {
        return Ok(if plain { untagged(text) } else { string });
    };
    let Some(name) = tag.strip_prefix(TAGS) else {
        return Ok(string);
    };
    let resolved = untagged(text);
    match (name, resolved) {
        ("binary", _) => Err("!!binary is not supported: JSON has no bytes".to_owned()),
        ("timestamp", _) => Err("!!timestamp is not supported: JSON has no dates".to_owned()),
        ("null", Scalar::Null) => Ok(Scalar::Null),
        ("bool", Scalar::Bool(value)) => Ok(Scalar::Bool(value)),
        ("int", number @ (Scalar::Int(_) | Scalar::Uint(_))) => Ok(number),
        ("float", Scalar::Float(value)) => Ok(Scalar::Float(value)),
        #[allow(clippy::cast_precision_loss)] // as Go does it
        ("float", Scalar::Int(value)) => Ok(Scalar::Float(value as f64)),
        ("null" | "bool" | "int" | "float", _) => Err(format!("`{text}` is no !!{name}")),
        _ => Ok(string),
    }
}

fn untagged(text: &str) -> Scalar<'_> {
    let string = Scalar::Str(Cow::Borrowed(text));
    match text.as_bytes().first() {
        None => Scalar::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(text).unwrap_or(string)
        }
        Some(b'.') => word(text).or_else(|| dotted(text)).unwrap_or(string),
        Some(b'+' | b'-' | b'0'..=b'9') => word(text).or_else(|| number(text)).unwrap_or(string),
        _ => string,
    }
}

/// `resolveMapList`, `resolve.go:33`.
fn word(text: &str) -> Option<Scalar<'static>> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// A number that starts with a dot: Go's `strconv.ParseFloat`, which takes `_` between digits.
fn dotted(text: &str) -> Option<Scalar<'static>> {
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    if text.match_indices('_').any(|(at, _)| !between_digits(at)) {
        return None;
    }
    float(&text.replace('_', "")).map(Scalar::Float)
}

fn number(text: &str) -> Option<Scalar<'static>> {
    let plain: Cow<str> = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    integer(&plain).or_else(|| float(&plain).map(Scalar::Float)).or_else(|| binary(&plain))
}

/// `strconv.ParseInt(text, 0, 64)`, then `ParseUint`: base by prefix, `0` alone being octal.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' | b'+' => text.split_at(1),
        _ => ("", text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.bytes().all(|byte| char::from(byte).is_digit(base)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    match (sign, i64::try_from(magnitude)) {
        ("-", _) => i64::try_from(-i128::from(magnitude)).ok().map(Scalar::Int),
        (_, Ok(value)) => Some(Scalar::Int(value)),
        ("+", Err(_)) => None,
        (_, Err(_)) => Some(Scalar::Uint(magnitude)),
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, within the range of a float.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_ok = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent_ok = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if !mantissa_ok || !exponent_ok {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// What is left of Go's own binary syntax behind `0b`: a second sign.
fn binary(text: &str) -> Option<Scalar<'static>> {
    let digits = text.strip_prefix("0b")?;
    i64::from_str_radix(digits, 2).ok().map(Scalar::Int)
}

impl Scalar<'_> {
    /// As a JSON value; `None` for a number that JSON does not have.
    pub(super) fn into_value(self) -> Option<Value> {
        Some(match self {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Int(value) => Value::from(value),
            Scalar::Uint(value) => Value::from(value),
            Scalar::Float(value) => Value::Number(json_float(value)?),
            Scalar::Str(text) => Value::String(text.into_owned()),
        })
    }

    /// As the key of a JSON object (`convertToJSONableObject`, sigs.k8s.io/yaml `yaml.go:219`).
    pub(super) fn into_key(self) -> Result<String, String> {
        Ok(match self {
            Scalar::Null => return Err("a key cannot be null".to_owned()),
            Scalar::Uint(value) => return Err(format!("a key cannot be as great as {value}")),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Int(value) => value.to_string(),
            Scalar::Float(value) => float_key(value),
            Scalar::Str(text) => text.into_owned(),
        })
    }
}

/// Go prints a float without fraction like an integer, so that JSON readers see one. (Greater ones than a float can count
/// stay floats.)
pub(super) fn json_float(value: f64) -> Option<Number> {
    const COUNTED: f64 = 9_007_199_254_740_992.0;
    let negative_zero = value == 0.0 && value.is_sign_negative();
    if value.fract() == 0.0 && value.abs() <= COUNTED && !negative_zero {
        #[allow(clippy::cast_possible_truncation)] // whole and small
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

/// `strconv.FormatFloat(value, 'g', -1, 32)`.
fn float_key(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation)] // as sigs.k8s.io/yaml does it
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
