//! What the API server takes as a name, a label, a host, a path or a port. A client-side dry run catches none of it.
//!
//! Each function answers with what is wrong, as a text that reads well behind the path of the field.
//!
//! Source: k8s.io/apimachinery v0.34.2 pkg/util/validation/validation.go, kubernetes v1.34.2
//! pkg/apis/networking/validation/validation.go.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// What is wrong with a value, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What is wrong.
    pub what: String,
    /// What would be right, if that is known.
    pub help: Option<String>,
}

/// The result of checking a value.
pub type Validation = Result<(), Violation>;

/// A violation without help.
pub fn violation(what: impl Into<String>) -> Violation {
    Violation { what: what.into(), help: None }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Violation {}

impl Violation {
    /// The same violation with what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// DNS-1123 label: the name of a Service, a namespace or a Service port.
pub fn label(text: &str) -> Validation {
    length(text, 63)?;
    dns(text, "allowed are lower-case letters, digits and `-`", |byte| byte == b'-')
}

/// DNS-1123 subdomain: the name of an Ingress or an IngressClass.
pub fn subdomain(text: &str) -> Validation {
    length(text, 253)?;
    let rule = "allowed are lower-case letters, digits, `-` and `.`";
    dns(text, rule, |byte| matches!(byte, b'-' | b'.'))?;
    match text.split('.').find(|part| !is_edged(part, |byte| byte.is_ascii_alphanumeric())) {
        Some(part) => {
            Err(violation(format!("`{text}` has a part `{part}`; each begins and ends with a letter or a digit")))
        }
        None => Ok(()),
    }
}

/// The name of a Service's port as an Ingress refers to it.
pub fn port_name(text: &str) -> Validation {
    length(text, 15)?;
    dns(text, "allowed are lower-case letters, digits and `-`", |byte| byte == b'-')?;
    if text.contains("--") {
        return Err(violation(format!("`{text}` has two hyphens in a row")));
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(
            violation(format!("`{text}` has no letter")).help(format!("write the number without quotes: {text}"))
        );
    }
    Ok(())
}

/// The value of a label; it may be empty.
pub fn label_value(text: &str) -> Validation {
    if text.is_empty() {
        return Ok(());
    }
    length(text, 63)?;
    name_part(text)
}

/// The key of a label or an annotation: a name, perhaps with a domain before it.
pub fn qualified_name(text: &str) -> Validation {
    let name = match text.split_once('/') {
        None => text,
        Some((_, name)) if name.contains('/') => {
            return Err(violation(format!("`{text}` has more than one `/`")));
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
pub fn host(text: &str) -> Validation {
    let name = text.strip_prefix("*.").unwrap_or(text);
    if text == "*" {
        return Err(violation("`*` is not a host name").help("leave the host out: the rules are then for every host"));
    }
    if let Some((_, rest)) = text.split_once("://") {
        let (name, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let path = if path.starts_with('/') && path.len() > 1 { "; a path belongs below `paths`" } else { "" };
        return Err(violation(format!("`{text}` is a URL")).help(format!("write {}{path}", bare(name))));
    }
    if name.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(violation(format!("`{text}` has a port")).help(format!("write {}", bare(text))));
    }
    if is_address(name) {
        return Err(violation(format!("`{text}` is an address, not a host name"))
            .help("write a DNS name, or leave the host out: the rules are then for every host"));
    }
    if name.contains('*') {
        return Err(violation(format!("`{text}`: `*` is only allowed as the whole first label"))
            .help("for example *.example.com"));
    }
    let lower = name.to_lowercase();
    subdomain(name).map_err(|fault| match subdomain(&lower) {
        Ok(()) => violation(format!("`{text}` has capitals")).help(format!("write {}", text.to_lowercase())),
        Err(_) => fault,
    })
}

/// A host without its port, in small letters.
fn bare(host: &str) -> String {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let name = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(name, _)| name);
    name.to_lowercase()
}

/// An address as Go reads it for the API server: an IPv4 part may begin with zeros (netutils.ParseIPSloppy).
fn is_address(text: &str) -> bool {
    let parts = text.split('.');
    let sloppy = parts.clone().count() == 4 && parts.into_iter().all(|part| part.parse::<u8>().is_ok());
    sloppy || text.parse::<IpAddr>().is_ok()
}

/// The path of a rule of type Prefix or Exact.
pub fn path(text: &str) -> Validation {
    absolute_path(text)?;
    for part in ["//", "/./", "/../", "%2f", "%2F"] {
        if text.contains(part) {
            return Err(
                violation(format!("`{text}` contains `{part}`")).help(format!("write the path without `{part}`"))
            );
        }
    }
    match ["/..", "/."].iter().find(|part| text.ends_with(**part)) {
        Some(part) => {
            Err(violation(format!("`{text}` ends with `{part}`")).help(format!("write the path without `{part}`")))
        }
        None => Ok(()),
    }
}

/// The path of a rule of any type.
pub fn absolute_path(text: &str) -> Validation {
    match text.starts_with('/') {
        true => Ok(()),
        false => Err(violation(format!("`{text}` does not begin with `/`")).help(format!("write /{text}"))),
    }
}

/// Numbers of ports.
pub const PORTS: RangeInclusive<i32> = 1..=65535;

/// A port's number.
pub fn port_number(number: i64) -> Validation {
    match i32::try_from(number) {
        Ok(port) if PORTS.contains(&port) => Ok(()),
        _ => Err(violation(format!("{number} is not a port; ports are 1 to 65535"))),
    }
}

fn length(text: &str, limit: usize) -> Validation {
    match text.len() {
        length if length <= limit => Ok(()),
        length => {
            let what = format!("`{text}` has {length} characters; it may have {limit}");
            Err(violation(what).help(format!("shorten it to {limit} characters")))
        }
    }
}

fn dns(text: &str, rule: &str, special: fn(u8) -> bool) -> Validation {
    if let Some(other) = text.chars().find(|&letter| !is_dns(letter, special)) {
        return Err(violation(format!("`{text}` contains `{other}`; {rule}")));
    }
    match is_edged(text, |byte| byte.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(violation(format!("`{text}` must begin and end with a letter or a digit"))),
    }
}

fn is_dns(letter: char, special: fn(u8) -> bool) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || u8::try_from(letter).is_ok_and(special)
}

/// The part of a key behind its domain, or a label's value.
fn name_part(text: &str) -> Validation {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if let Some(other) = text.chars().find(|&letter| !allowed(letter)) {
        return Err(violation(format!("`{text}` contains `{other}`; allowed are letters, digits, `-`, `_` and `.`")));
    }
    match is_edged(text, |byte| byte.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(violation(format!("`{text}` must begin and end with a letter or a digit"))),
    }
}

fn is_edged(text: &str, allowed: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().zip(bytes.last()).is_some_and(|(&first, &last)| allowed(first) && allowed(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_help_says_to_write_is_a_host() {
        for (text, help) in [
            ("https://www.example.com", "write www.example.com"),
            ("https://www.example.com:443", "write www.example.com"),
            ("https://WWW.example.com/shop?a=b", "write www.example.com; a path belongs below `paths`"),
            ("WWW.example.com:80", "write www.example.com"),
            ("*.example.com:80", "write *.example.com"),
            ("WWW.example.com", "write www.example.com"),
        ] {
            assert_eq!(host(text).unwrap_err().help.as_deref(), Some(help), "{text}");
            let written = help.trim_start_matches("write ").split(';').next().unwrap_or_default();
            assert_eq!(host(written), Ok(()), "{text}");
        }
    }
}
