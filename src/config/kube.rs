//! What the API server takes as a name, a host, a path. What it would refuse in the Ingress is refused here first: no Helm
//! dry run catches it, and on a real upgrade the Service has turned by then.
//!
//! Each rule answers with what is wrong, to stand behind the path of the field.
//! Source: k8s.io/apimachinery v0.34.2 pkg/util/validation/validation.go, kubernetes v1.34.2
//! pkg/apis/networking/validation/validation.go.

use std::net::IpAddr;

/// What is wrong with a text, and what would be right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub what: String,
    pub help: Option<String>,
}

pub(crate) type Verdict = Result<(), Wrong>;

/// `text` is wrong, because …
pub(crate) fn wrong(what: impl Into<String>) -> Wrong {
    Wrong { what: what.into(), help: None }
}

impl Wrong {
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// DNS-1123 label: the name of a Service, a namespace or a Service port.
pub(crate) fn label(text: &str) -> Verdict {
    length(text, 63)?;
    dns(text, "allowed are lower-case letters, digits and `-`", |byte| byte == b'-')
}

/// DNS-1123 subdomain: the name of an Ingress or an IngressClass.
pub(crate) fn subdomain(text: &str) -> Verdict {
    length(text, 253)?;
    let rule = "allowed are lower-case letters, digits, `-` and `.`";
    dns(text, rule, |byte| matches!(byte, b'-' | b'.'))?;
    match text.split('.').find(|part| !is_edged(part, |byte| byte.is_ascii_alphanumeric())) {
        Some(part) => {
            Err(wrong(format!("`{text}` has a part `{part}`; each begins and ends with a letter or a digit")))
        }
        None => Ok(()),
    }
}

/// The name of a Service's port as an Ingress refers to it.
pub(crate) fn port_name(text: &str) -> Verdict {
    length(text, 15)?;
    dns(text, "allowed are lower-case letters, digits and `-`", |byte| byte == b'-')?;
    if text.contains("--") {
        return Err(wrong(format!("`{text}` has two hyphens in a row")));
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(wrong(format!("`{text}` has no letter")).help(format!("write the number without quotes: {text}")));
    }
    Ok(())
}

/// The value of a label; it may be empty.
pub(crate) fn label_value(text: &str) -> Verdict {
    if text.is_empty() {
        return Ok(());
    }
    length(text, 63)?;
    name_part(text)
}

/// The key of a label or an annotation: a name, perhaps with a domain before it.
pub(crate) fn qualified_name(text: &str) -> Verdict {
    let name = match text.split_once('/') {
        None => text,
        Some((_, name)) if name.contains('/') => {
            return Err(wrong(format!("`{text}` has more than one `/`")));
        }
        Some((domain, name)) => {
            subdomain(domain)?;
            name
        }
    };
    length(name, 63)?;
    name_part(name)
}

/// The host of a rule.
pub(crate) fn host(text: &str) -> Verdict {
    let name = text.strip_prefix("*.").unwrap_or(text);
    if text == "*" {
        return Err(wrong("`*` is no host name").help("without any, the rules are for every host"));
    }
    if let Some((name, _)) = name.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(wrong(format!("`{text}` has a port")).help(format!("write {name}")));
    }
    if let Some((_, rest)) = name.split_once("://") {
        return Err(wrong(format!("`{text}` is an URL")).help(format!("write {}", rest.trim_end_matches('/'))));
    }
    if is_address(name) {
        return Err(wrong(format!("`{text}` is an address, not a host name")));
    }
    if name.contains('*') {
        return Err(
            wrong(format!("`{text}`: `*` stands for the whole first label only")).help("for example *.example.com")
        );
    }
    let lower = name.to_lowercase();
    subdomain(name).map_err(|fault| match subdomain(&lower) {
        Ok(()) => wrong(format!("`{text}` has capitals")).help(format!("write {}", text.to_lowercase())),
        Err(_) => fault,
    })
}

/// An address as Go reads it for the API server: an IPv4 part may begin with zeros (netutils.ParseIPSloppy).
fn is_address(text: &str) -> bool {
    let parts = text.split('.');
    let sloppy = parts.clone().count() == 4 && parts.into_iter().all(|part| part.parse::<u8>().is_ok());
    sloppy || text.parse::<IpAddr>().is_ok()
}

/// The path of a rule of type Prefix or Exact.
pub(crate) fn path(text: &str) -> Verdict {
    absolute_path(text)?;
    for part in ["//", "/./", "/../", "%2f", "%2F"] {
        if text.contains(part) {
            return Err(wrong(format!("`{text}` contains `{part}`")));
        }
    }
    match ["/..", "/."].iter().find(|part| text.ends_with(**part)) {
        Some(part) => Err(wrong(format!("`{text}` ends with `{part}`"))),
        None => Ok(()),
    }
}

/// The path of a rule of any type.
pub(crate) fn absolute_path(text: &str) -> Verdict {
    match text.starts_with('/') {
        true => Ok(()),
        false => Err(wrong(format!("`{text}` does not begin with `/`")).help(format!("write /{text}"))),
    }
}

/// A port's number.
pub(crate) fn port_number(number: i64) -> Verdict {
    match number {
        1..=65535 => Ok(()),
        _ => Err(wrong(format!("{number} is no port; ports are 1 to 65535"))),
    }
}

fn length(text: &str, limit: usize) -> Verdict {
    match text.len() {
        length if length <= limit => Ok(()),
        length => Err(wrong(format!("`{text}` has {length} characters; it may have {limit}"))),
    }
}

fn dns(text: &str, rule: &str, special: fn(u8) -> bool) -> Verdict {
    if let Some(other) = text.chars().find(|&letter| !is_dns(letter, special)) {
        return Err(wrong(format!("`{text}` contains `{other}`; {rule}")));
    }
    match is_edged(text, |byte| byte.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(wrong(format!("`{text}` must begin and end with a letter or a digit"))),
    }
}

fn is_dns(letter: char, special: fn(u8) -> bool) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || u8::try_from(letter).is_ok_and(special)
}

/// The part of a key behind its domain, or a label's value.
fn name_part(text: &str) -> Verdict {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if let Some(other) = text.chars().find(|&letter| !allowed(letter)) {
        return Err(wrong(format!("`{text}` contains `{other}`; allowed are letters, digits, `-`, `_` and `.`")));
    }
    match is_edged(text, |byte| byte.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(wrong(format!("`{text}` must begin and end with a letter or a digit"))),
    }
}

fn is_edged(text: &str, allowed: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().zip(bytes.last()).is_some_and(|(&first, &last)| allowed(first) && allowed(last))
}
