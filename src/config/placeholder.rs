//! `${VAR}`, which Flux fills in after the build.
//!
//! One malformed `${` fails the whole Kustomization, so that it is told here. Source: fluxcd/pkg envsubst/README.md and
//! envsubst/parse/parse.go; `${VAR-default}` is listed there but not understood.

use super::kube::{Verdict, wrong};

/// Whether `text` is left for Flux to complete.
pub(super) fn is_in(text: &str) -> bool {
    text.contains("${")
}

/// Whether each `${` in `text` is one that Flux understands. `$${` is an escaped one.
pub(super) fn check(text: &str) -> Verdict {
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('{') {
            rest = expression(inside, text)?;
        }
    }
    Ok(())
}

/// One expression behind its `${`; what follows it.
fn expression<'a>(inside: &'a str, text: &str) -> Result<&'a str, super::kube::Wrong> {
    let inside = inside.strip_prefix('#').unwrap_or(inside);
    let end = inside
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(wrong(format!(
            "`{text}`: a variable's name must follow `${{`"
        )));
    }
    if rest.starts_with('-') {
        return Err(wrong(format!(
            "`{text}`: Flux does not understand `${{{name}-…}}`"
        ))
        .help(format!("write ${{{name}:-…}}")));
    }
    if !rest.starts_with(['}', '^', ',', ':', '#', '%', '=', '/']) {
        return Err(wrong(format!(
            "`{text}`: `${{{name}` must be closed by `}}`"
        )));
    }
    let mut depth = 1;
    let mut from = 0;
    while let Some(at) = rest[from..].find(['{', '}']) {
        let at = from + at;
        match rest.as_bytes()[at] {
            b'}' if depth == 1 => return Ok(&rest[at + 1..]),
            b'}' => depth -= 1,
            _ if rest[..at].ends_with('$') => depth += 1,
            _ => {}
        }
        from = at + 1;
    }
    Err(wrong(format!(
        "`{text}`: `${{{name}` must be closed by `}}`"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for text in [
            "${",
            "${}",
            "${ A}",
            "${1A}",
            "${a.b}",
            "${A",
            "${A:-${B}",
            "${A-x}",
            "x ${A} ${",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
