//! `listen-ports`: a JSON array of objects such as `{"HTTP": 80}`, read as the controller reads it into Go maps.
//!
//! Much gets lost on the way without an error: a key twice in one object, a port twice in two of them, and with both
//! protocols on one port in one object Go's map order decides anew each time. [`ListenPorts`] has what was lost.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_listener.go:236-271.

use crate::annotation::in_words;
use crate::catalogue::{CURRENT, Version};
use crate::go::json::{self, Json, Type};
use kubernetes_objects::validation::PORTS;
use std::collections::{BTreeMap, BTreeSet};

/// HTTP or HTTPS: of a listener, of the way to the targets, of a health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// Clear text.
    Http,
    /// TLS.
    Https,
}

impl Protocol {
    /// Exactly `HTTP` or `HTTPS`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "HTTP" => Some(Protocol::Http),
            "HTTPS" => Some(Protocol::Https),
            _ => None,
        }
    }

    /// `HTTP`, `HTTPS`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Http => "HTTP",
            Protocol::Https => "HTTPS",
        }
    }
}

/// What `listen-ports` comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListenPorts {
    /// Protocol by port. May be empty: `[{}]` passes.
    pub ports: BTreeMap<i32, Protocol>,
    /// Ports that stand in two entries; the last one counts.
    pub repeated: BTreeSet<i32>,
    /// Ports that are lost because their protocol comes again in the same object.
    pub lost: BTreeSet<i32>,
    /// Ports that have both protocols in one object.
    pub random: BTreeSet<i32>,
}

/// The entries of the annotation's value, each with its protocols and ports as they are written; an entry that is no object has
/// none. The error is that of the JSON.
///
/// # Errors
/// The value is no JSON.
pub fn entries(text: &str) -> Result<Vec<Vec<(String, Json)>>, String> {
    let pairs = |entry| match entry {
        Json::Object(pairs) => pairs,
        _ => Vec::new(),
    };
    Ok(match json::parse(text)? {
        Json::Array(entries) => entries.into_iter().map(pairs).collect(),
        _ => Vec::new(),
    })
}

/// Reads the annotation's value. The error is the newest release's.
pub fn read(text: &str) -> Result<ListenPorts, String> {
    read_by(text, CURRENT)
}

/// Reads the annotation's value. The error is that of a release.
pub fn read_by(text: &str, release: Version) -> Result<ListenPorts, String> {
    const ENTRIES: Type = Type::List(&Type::Map(&Type::Int32));
    let failed = |error: String| format!("failed to parse listen-ports configuration: `{text}`: {error}");
    json::unmarshal(text, &ENTRIES).map_err(|error| failed(in_words(error, release)))?;
    let entries = entries(text).map_err(failed)?;
    if entries.is_empty() {
        return Err(format!("empty listen-ports configuration: `{text}`"));
    }
    let mut read = ListenPorts::default();
    for pairs in entries {
        let mut last: BTreeMap<String, i32> = BTreeMap::new();
        for (protocol, port) in pairs {
            let port = match port {
                Json::Number(digits) => digits.parse().unwrap_or_default(),
                _ => 0,
            };
            read.lost.extend(last.insert(protocol, port).filter(|before| *before != port));
        }
        read.add(last)?;
    }
    read.lost.retain(|port| !read.ports.contains_key(port));
    Ok(read)
}

impl ListenPorts {
    fn add(&mut self, entry: BTreeMap<String, i32>) -> Result<(), String> {
        let mut here = BTreeSet::new();
        for (protocol, port) in entry {
            if !PORTS.contains(&port) {
                return Err(format!("listen port must be within [1, 65535]: {port}"));
            }
            let parsed = Protocol::parse(&protocol)
                .ok_or_else(|| format!("listen protocol must be within [HTTP, HTTPS]: {protocol}"))?;
            if !here.insert(port) {
                self.random.insert(port);
            } else if self.ports.contains_key(&port) {
                self.repeated.insert(port);
                self.random.remove(&port);
            }
            self.ports.insert(port, parsed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Protocol::{Http, Https};
    use super::*;

    fn ports(text: &str) -> Vec<(i32, Protocol)> {
        read(text).unwrap().ports.into_iter().collect()
    }

    #[test]
    fn entries_and_keys_add_up() {
        assert_eq!(ports(r#"[{"HTTP": 80}, {"HTTPS": 443}]"#), [(80, Http), (443, Https)]);
        assert_eq!(ports(r#"[{"HTTP": 8080, "HTTPS": 8443}, null, {}]"#), [(8080, Http), (8443, Https)]);
        assert_eq!(ports("[{}]"), []);
    }

    #[test]
    fn what_is_lost_is_told() {
        let twice = read(r#"[{"HTTP": 80}, {"HTTPS": 80}]"#).unwrap();
        assert_eq!((twice.ports, twice.repeated), (BTreeMap::from([(80, Https)]), BTreeSet::from([80])));
        let key = read(r#"[{"HTTP": 80, "HTTP": 8080}]"#).unwrap();
        assert_eq!((key.ports, key.lost), (BTreeMap::from([(8080, Http)]), BTreeSet::from([80])));
        let both = read(r#"[{"HTTP": 443, "HTTPS": 443}]"#).unwrap();
        assert_eq!(both.random, BTreeSet::from([443]));
        let settled = read(r#"[{"HTTP": 443, "HTTPS": 443}, {"HTTPS": 443}]"#).unwrap();
        assert_eq!((settled.random, settled.repeated), (BTreeSet::new(), BTreeSet::from([443])));
    }

    #[test]
    fn errors_are_the_controllers() {
        let json = "failed to parse listen-ports configuration: `";
        for (text, error) in [
            ("[]", "empty listen-ports configuration: `[]`".to_owned()),
            ("null", "empty listen-ports configuration: `null`".to_owned()),
            ("80", format!("{json}80`: json: cannot unmarshal number into Go value of type []map[string]int32")),
            (r#"[80]"#, format!("{json}[80]`: json: cannot unmarshal number into Go value of type map[string]int32")),
            (
                r#"[{"HTTP": 80.0}]"#,
                format!("{json}[{{\"HTTP\": 80.0}}]`: json: cannot unmarshal number 80.0 into Go value of type int32"),
            ),
            (r#"[{"HTTP": 0}]"#, "listen port must be within [1, 65535]: 0".to_owned()),
            (r#"[{"HTTP": null}]"#, "listen port must be within [1, 65535]: 0".to_owned()),
            (r#"[{"HTTP": 65536}]"#, "listen port must be within [1, 65535]: 65536".to_owned()),
            (r#"[{"http": 80}]"#, "listen protocol must be within [HTTP, HTTPS]: http".to_owned()),
            (r#"[{"HTTP": 80, "TLS": 443}]"#, "listen protocol must be within [HTTP, HTTPS]: TLS".to_owned()),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }
}
