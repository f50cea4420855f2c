//! `${VAR}`, which Flux fills in after the build.
//!
//! kustomize-controller prints each built object as YAML, substitutes in that text, and reads the result again. So a value
//! is typed anew: from `"${V}"` the quotes are gone before `V` is put in, and a port `30021` in an annotation becomes a
//! number, `on` a boolean, `007` seven, `a #b` just `a`. The API server then refuses the object, or worse, takes it.
//!
//! [`protect`] writes a string so that it stays one. It makes `${V%: }` of `${V}`: `%: ` cuts a colon and a blank from the end of
//! the value, and a value that does not end so is unchanged. The `: ` in it makes kustomize quote the scalar. The expression
//! needs no variable of its own, stands on one line (`flux envsubst` works by lines), and an unset `V` is still an error. Where
//! an expression has operators already (`${V:=x}`), the string gets Flux's own `${quote}` around it, here with a default. One
//! limit is left: the value may hold no `'`, since kustomize's quotes are single ones. [`restore`] takes all that off again, so
//! that the rest of the program sees what the user wrote.
//!
//! A number (`nodePort`) must become one: it stays a bare `${V}`.
//!
//! One malformed `${` fails the whole Kustomization, so it is an error here. Source: fluxcd/pkg v1.41.0
//! kustomize/kustomize_varsub.go, envsubst v1.8.0 parse/parse.go; `${VAR-default}` is in its README, but not understood.

use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Follows a variable's name: it removes a suffix that the value does not have, and makes kustomize quote the scalar.
const GUARD: &str = "%: ";
/// Flux's convention for a quotation mark, with a default.
const QUOTE: &str = "${quote:='}";

/// Whether `text` is left for Flux to complete.
#[must_use]
pub fn is_in(text: &str) -> bool {
    text.contains("${")
}

/// A `${` that Flux does not understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
}

/// Whether each `${` in `text` is one that Flux understands. `$${` is an escaped one.
///
/// # Errors
///
/// The first that is not.
pub fn check(text: &str) -> Result<(), Malformed> {
    expressions(text).map(|_| ())
}

/// The variables of a text by name, and whether each may be left undefined, since it has a default everywhere.
///
/// # Errors
///
/// As [`check`].
pub fn variables(text: &str) -> Result<BTreeMap<String, bool>, Malformed> {
    let mut found = BTreeMap::new();
    collect(text, &mut found)?;
    Ok(found)
}

fn collect(text: &str, found: &mut BTreeMap<String, bool>) -> Result<(), Malformed> {
    for expression in expressions(text)? {
        if &text[expression.at.clone()] == QUOTE {
            continue; // ours, and defined where it stands
        }
        let optional = expression.has_default();
        found.entry(expression.name.to_owned()).and_modify(|known| *known &= optional).or_insert(optional);
        collect(expression.operators, found)?;
    }
    Ok(())
}

/// A string so that it is still one, whatever Flux puts in.
#[must_use]
pub fn protect(text: &str) -> Cow<'_, str> {
    // kustomize writes these in quotes or as a block anyway.
    let is_safe = |text: &str| text.contains(": ") || text.contains(" #") || text.contains('\n');
    let Ok(expressions) = expressions(text) else {
        return text.into();
    };
    if expressions.is_empty() || is_safe(text) {
        return text.into();
    }
    match expressions.iter().find(|expression| expression.operators.is_empty()) {
        Some(bare) => {
            let end = bare.at.end - 1;
            format!("{}{GUARD}{}", &text[..end], &text[end..]).into()
        }
        None => format!("{QUOTE}{}{QUOTE}", text.replace('\'', "''")).into(),
    }
}

/// The string that [`protect`] was given.
#[must_use]
pub fn restore(text: &str) -> Cow<'_, str> {
    let wrapped = text.strip_prefix(QUOTE).and_then(|rest| rest.strip_suffix(QUOTE));
    if let Some(inside) = wrapped {
        return inside.replace("''", "'").into();
    }
    let Ok(expressions) = expressions(text) else {
        return text.into();
    };
    let mut restored = String::new();
    let mut from = 0;
    for guarded in expressions.iter().filter(|expression| expression.operators == GUARD) {
        let end = guarded.at.end - 1;
        restored.push_str(&text[from..end - GUARD.len()]);
        from = end;
    }
    match from {
        0 => text.into(),
        _ => (restored + &text[from..]).into(),
    }
}

/// [`protect`] on every string of an object, its keys left alone.
#[must_use]
pub fn protected(value: &Value) -> Value {
    strings(value, &protect)
}

/// [`restore`] on every string of an object.
#[must_use]
pub fn restored(value: &Value) -> Value {
    strings(value, &restore)
}

fn strings(value: &Value, change: &dyn Fn(&str) -> Cow<'_, str>) -> Value {
    match value {
        Value::String(text) => Value::String(change(text).into_owned()),
        Value::Array(items) => items.iter().map(|item| strings(item, change)).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), strings(value, change))).collect(),
        other => other.clone(),
    }
}

/// JSON whose numbers may be placeholders, with those in quotes, so that it can be read.
#[must_use]
pub fn as_json(text: &str) -> Cow<'_, str> {
    let Ok(expressions) = expressions(text) else {
        return text.into();
    };
    let mut json = String::new();
    let mut from = 0;
    for expression in expressions {
        let before = &text[from..expression.at.start];
        json.push_str(before);
        let inside = is_inside_quotes(&json);
        let quotes = if inside { "" } else { "\"" };
        json.push_str(quotes);
        json.push_str(&text[expression.at.clone()]);
        json.push_str(quotes);
        from = expression.at.end;
    }
    (json + &text[from..]).into()
}

/// Whether a string of JSON is open at the end of `text`.
fn is_inside_quotes(text: &str) -> bool {
    let mut open = false;
    let mut escaped = false;
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => open = !open,
            _ => {}
        }
    }
    open
}

/// One `${…}`.
struct Expression<'t> {
    /// Where, with `$` and braces.
    at: Range<usize>,
    /// The variable.
    name: &'t str,
    /// The operators: everything after the name.
    operators: &'t str,
}

impl Expression<'_> {
    /// Whether an undefined variable is no error (envsubst template.go isDefaultOp).
    fn has_default(&self) -> bool {
        ["=", ":=", ":-", ":+", ":?"].iter().any(|operator| self.operators.starts_with(operator))
    }
}

/// The expressions of a text, those in the operators of others left out.
fn expressions(text: &str) -> Result<Vec<Expression<'_>>, Malformed> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('$') {
        let start = from + at;
        let rest = &text[start + 1..];
        from = start + 1;
        if rest.starts_with('$') {
            from += 1;
        } else if let Some(inside) = rest.strip_prefix('{') {
            let expression = expression(text, start, inside)?;
            from = expression.at.end;
            found.push(expression);
        }
    }
    Ok(found)
}

/// The expression whose `$` is at `start`; `inside` is what follows its brace.
fn expression<'t>(text: &'t str, start: usize, inside: &'t str) -> Result<Expression<'t>, Malformed> {
    let wrong = |what: String| Malformed { what: format!("`{text}`: {what}"), help: None };
    let (prefix, named) = match inside.strip_prefix('#') {
        Some(named) => (1, named),
        None => (0, inside),
    };
    let end = named.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(named.len());
    let (name, rest) = named.split_at(end);
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(wrong("a variable's name must follow `${`".to_owned()));
    }
    if rest.starts_with('-') {
        return Err(Malformed {
            help: Some(format!("write ${{{name}:-…}}")),
            ..wrong(format!("Flux does not understand `${{{name}-…}}`"))
        });
    }
    let open = || wrong(format!("`${{{name}` must be closed by `}}`"));
    if !rest.starts_with(['}', '^', ',', ':', '#', '%', '=', '/']) {
        return Err(open());
    }
    let mut depth = 1;
    let mut from = 0;
    while let Some(at) = rest[from..].find(['{', '}']) {
        let at = from + at;
        match rest.as_bytes()[at] {
            b'}' if depth == 1 => {
                // `${#V}` is an operator, too.
                let operators = if prefix == 1 { "#" } else { &rest[..at] };
                let end = start + 2 + prefix + name.len() + at + 1;
                return Ok(Expression { at: start..end, name, operators });
            }
            b'}' => depth -= 1,
            _ if rest[..at].ends_with('$') => depth += 1,
            _ => {}
        }
        from = at + 1;
    }
    Err(open())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_flux_understands() {
        for text in [
            "${A}",
            "a${A}b${_b1}",
            "${A:-x}",
            "${A:=${B}}",
            "${A%: }",
            "${#A}",
            "${A/x/y}",
            "$A",
            "$$",
            "$${x",
            "$(A)",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_it_does_not() {
        for text in ["${", "${}", "${ A}", "${1A}", "${a.b}", "${A", "${A:-${B}", "${A-x}", "x ${A} ${"] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn strings_stay_strings_and_come_back() {
        for (text, expected) in [
            ("plain", "plain"),
            ("$${A}", "$${A}"),
            ("${A}", "${A%: }"),
            ("a,${A},${B}", "a,${A%: },${B}"),
            ("${A:=x},${B}", "${A:=x},${B%: }"),
            ("${A:=x}", "${quote:='}${A:=x}${quote:='}"),
            ("${A^^}/it's", "${quote:='}${A^^}/it''s${quote:='}"),
            ("[{\"HTTPS\": ${A}}]", "[{\"HTTPS\": ${A}}]"),
            ("${A} #", "${A} #"),
            ("${#A}", "${quote:='}${#A}${quote:='}"),
            ("${broken", "${broken"),
        ] {
            assert_eq!(protect(text), expected);
            assert_eq!(restore(expected), text);
            assert_eq!(protect(&restore(expected)), expected);
        }
    }

    #[test]
    fn objects_are_protected_but_for_their_keys() {
        let object = json!({"a": {"${K}": ["${V}", 7, null]}});
        let expected = json!({"a": {"${K}": ["${V%: }", 7, null]}});
        assert_eq!(protected(&object), expected);
        assert_eq!(restored(&expected), object);
    }

    #[test]
    fn variables_are_found_in_defaults_too() {
        let found = variables("${A} ${B:=${C}} ${A:-x} ${D:=} $${E} ${#F}").unwrap();
        let found: Vec<_> = found.iter().map(|(name, optional)| (name.as_str(), *optional)).collect();
        assert_eq!(found, [("A", false), ("B", true), ("C", false), ("D", true), ("F", false)]);
    }

    #[test]
    fn numbers_in_json_are_quoted() {
        assert_eq!(
            as_json(r#"[{"HTTP": ${A:=80}}, {"H\"${B}": "x${C}"}]"#),
            r#"[{"HTTP": "${A:=80}"}, {"H\"${B}": "x${C}"}]"#
        );
    }
}
