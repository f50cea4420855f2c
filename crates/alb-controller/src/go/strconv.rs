//! Annotation values as the controller reads them: Go's `strconv`, `strings` and `net`, not what looks sensible.
//!
//! Every annotation is text. What the controller accepts in it follows from the Go function that it calls: `+15` is an
//! integer and ` 15` is none, `T` is true and `yes` is an error, `HTTPS ` is no protocol. The errors are worded as Go
//! words them, since they end up in the event that the user searches for.
//!
//! Source: LBC v3.5.0 pkg/annotations/parser.go; Go's strconv and net.

use ipnet::IpNet;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;

/// Go's `strconv.ParseBool`. The error is Go's, without the annotation.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", quote(text))),
    }
}

/// Go's `strconv.ParseInt(text, 10, 32)`.
pub fn parse_int32(text: &str) -> Result<i32, String> {
    parse_int(text, i64::from(i32::MIN), i64::from(i32::MAX)).map(|n| i32::try_from(n).unwrap_or_default())
}

/// Go's `strconv.ParseInt(text, 10, 64)`.
pub fn parse_int64(text: &str) -> Result<i64, String> {
    parse_int(text, i64::MIN, i64::MAX)
}

fn parse_int(text: &str, min: i64, max: i64) -> Result<i64, String> {
    let failed = |why: &str| format!("strconv.ParseInt: parsing {}: {why}", quote(text));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(failed("invalid syntax"));
    }
    match text.parse::<i64>() {
        Ok(n) if (min..=max).contains(&n) => Ok(n),
        _ => Err(failed("value out of range")),
    }
}

/// Items between commas, each trimmed, empty ones dropped (parser.go:201-211).
#[must_use]
pub fn string_list(text: &str) -> Vec<String> {
    text.split(',').map(trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// `k=v,k2=v2`, commas and backslashes in values escaped (LBC v2.14.1 and later; pkg/annotations/parser.go:212-245).
#[must_use]
pub fn format_map<'p>(pairs: impl IntoIterator<Item = (&'p String, &'p String)>) -> String {
    let escape = |value: &str| value.replace('\\', "\\\\").replace(',', "\\,");
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={}", escape(value))).collect();
    pairs.join(",")
}

/// `k=v,k2=v2` (parser.go:140-163, 212-245). `None` is a syntax error; Go's parser says no more than that.
///
/// Keys and values are trimmed; a key twice keeps the last value. A backslash takes the next character literally and is
/// itself dropped. A comma after which nothing but blanks comes belongs to the last value.
#[must_use]
pub fn string_map(text: &str) -> Option<BTreeMap<String, String>> {
    let mut map = BTreeMap::new();
    for pair in split_pairs(text) {
        let (key, value) = pair.split_once('=')?;
        let key = trim(key);
        if key.is_empty() {
            return None;
        }
        map.insert(key.to_owned(), trim(value).to_owned());
    }
    Some(map)
}

fn split_pairs(text: &str) -> Vec<String> {
    let mut pairs = Vec::new();
    let mut current = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some(escaped) => current.push(escaped),
                None => current.push(c),
            },
            ',' => {
                let ahead = trim(rest.as_str());
                if ahead.contains('=') {
                    pairs.push(trim(&current).to_owned());
                    current.clear();
                } else if ahead.is_empty() {
                    current.push(c);
                } else {
                    pairs.push(trim(&current).to_owned());
                    pairs.push(ahead.to_owned());
                    return pairs;
                }
            }
            _ => current.push(c),
        }
    }
    if !current.is_empty() {
        pairs.push(trim(&current).to_owned());
    }
    pairs
}

/// Go's `net.ParseCIDR`, and the network in canonical form: host bits cleared, IPv6 in lower case and shortest form.
///
/// The controller takes other spellings too, but EC2 stores the canonical one and the reconciler compares text
/// (LBC v3.5.0 pkg/networking/security_group_info.go:41-53).
pub fn parse_cidr(text: &str) -> Result<String, String> {
    let invalid = || format!("invalid CIDR address: {text}");
    let (address, mask) = text.split_once('/').ok_or_else(invalid)?;
    let address: IpAddr = address.parse().map_err(|_| invalid())?;
    if mask.is_empty() || !mask.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid());
    }
    let length = mask.trim_start_matches('0').parse().or(if mask.bytes().all(|b| b == b'0') { Ok(0) } else { Err(()) });
    let net = length.ok().and_then(|length: u8| IpNet::new(address, length).ok()).ok_or_else(invalid)?;
    Ok(net.trunc().to_string())
}

/// Go's `strings.TrimSpace`.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(char::is_whitespace)
}

/// Go's `%v` of a list of strings: `[a b]`.
#[must_use]
pub fn show_list<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    format!("[{}]", items.join(" "))
}

/// Go's `strconv.Quote`.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        escape(&mut out, c, '"');
    }
    out.push('"');
    out
}

/// One character of a Go literal, as `strconv.Quote` writes it between `delimiter`s.
pub(crate) fn escape(out: &mut String, c: char, delimiter: char) {
    match c {
        _ if c == delimiter || c == '\\' => out.extend(['\\', c]),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        ' '..='~' => out.push(c),
        _ if u32::from(c) < 0x80 => _ = write!(out, "\\x{:02x}", u32::from(c)),
        _ if is_print(c) => out.push(c),
        ..='\u{ffff}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
        _ => _ = write!(out, "\\U{:08x}", u32::from(c)),
    }
}

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols. Rust's `escape_debug` knows the same characters;
/// behind another character it leaves marks alone.
fn is_print(c: char) -> bool {
    let text = String::from_iter(['a', c]);
    let printed = text.escape_debug().nth(1);
    printed == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_are_gos() {
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert_eq!(parse_bool(text), Ok(true), "{text}");
        }
        assert_eq!(parse_bool("F"), Ok(false));
        for text in ["yes", "on", "tRUE", " true", ""] {
            assert_eq!(parse_bool(text), Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")));
        }
    }

    #[test]
    fn integers_take_a_sign_and_leading_zeros_but_no_blanks() {
        assert_eq!(parse_int32("+15"), Ok(15));
        assert_eq!(parse_int32("-05"), Ok(-5));
        for text in [" 443", "443 ", "15s", "", "+", "1_000", "0x10", "٣"] {
            assert!(parse_int32(text).is_err_and(|e| e.ends_with(": invalid syntax")), "{text}");
        }
        assert_eq!(
            parse_int32("2147483648"),
            Err("strconv.ParseInt: parsing \"2147483648\": value out of range".to_owned())
        );
        assert_eq!(parse_int64("2147483648"), Ok(2_147_483_648));
        assert!(parse_int64("99999999999999999999").is_err_and(|e| e.ends_with(": value out of range")));
    }

    #[test]
    fn lists_trim_items_and_drop_empty_ones() {
        assert_eq!(string_list(" a ,,\n b,"), ["a", "b"]);
        assert_eq!(string_list(","), Vec::<String>::new());
        assert_eq!(string_list("a b"), ["a b"]);
    }

    fn map(text: &str) -> Option<Vec<(String, String)>> {
        string_map(text).map(|m| m.into_iter().collect())
    }

    fn pairs(items: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(items.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn maps_are_read_as_the_parser_reads_them() {
        assert_eq!(map(""), pairs(&[]));
        assert_eq!(map("a=1, b = 2 "), pairs(&[("a", "1"), ("b", "2")]));
        assert_eq!(map("a=1,a=2"), pairs(&[("a", "2")]));
        assert_eq!(map("a=b=c"), pairs(&[("a", "b=c")]));
        assert_eq!(map("a="), pairs(&[("a", "")]));
        assert_eq!(map("a=1,"), pairs(&[("a", "1,")]));
        assert_eq!(map(r"a=x\,y,b=C:\\temp"), pairs(&[("a", "x,y"), ("b", r"C:\temp")]));
        assert_eq!(map(r"a=C:\temp"), pairs(&[("a", "C:temp")]));
        assert_eq!(map(r"a=x\"), pairs(&[("a", r"x\")]));
    }

    #[test]
    fn maps_refuse_chunks_without_equals_and_empty_keys() {
        for text in ["a", "a=1,b", ",a=1", "=x", "   ", ",", "a=1,,b=2", "a=b,c,d=e"] {
            assert_eq!(string_map(text), None, "{text:?}");
        }
    }

    #[test]
    fn networks_are_gos_and_their_canonical_form() {
        assert_eq!(parse_cidr("203.0.113.0/24"), Ok("203.0.113.0/24".to_owned()));
        assert_eq!(parse_cidr("203.0.113.7/24"), Ok("203.0.113.0/24".to_owned()));
        assert_eq!(parse_cidr("203.0.113.0/024"), Ok("203.0.113.0/24".to_owned()));
        assert_eq!(parse_cidr("0.0.0.0/00"), Ok("0.0.0.0/0".to_owned()));
        assert_eq!(parse_cidr("2001:DB8::/32"), Ok("2001:db8::/32".to_owned()));
        for text in
            ["203.0.113.7", "010.0.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "fe80::1%eth0/64", " ::/0", "any"]
        {
            assert_eq!(parse_cidr(text), Err(format!("invalid CIDR address: {text}")));
        }
    }

    #[test]
    fn quotes_like_go() {
        assert_eq!(quote("a\"b\\c\n\u{1}é"), "\"a\\\"b\\\\c\\n\\x01é\"");
        assert_eq!(quote("\u{180e}\u{200b}\u{feff}\u{ad}\u{a0}"), r#""\u180e\u200b\ufeff\u00ad\u00a0""#);
        assert_eq!(quote("\u{e0001}😀e\u{301}'"), "\"\\U000e0001😀e\u{301}'\"");
    }
}
