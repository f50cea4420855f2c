//! Maps: `key=value` pairs between commas.

use crate::catalogue::Version;
use crate::go::strconv::{string_list, string_map};
use crate::releases::Behaviour;
use std::collections::BTreeMap;

/// Reads a map as a release does; `None` is a syntax error.
#[must_use]
pub fn read(text: &str, release: Version) -> Option<BTreeMap<String, String>> {
    if release.has(Behaviour::MapEscapes) { string_map(text) } else { without_escapes(text) }
}

/// Items of a list, split at their first `=`. Blanks around it are part of key and value
/// (LBC v2.14.0 pkg/annotations/parser.go:143-166).
fn without_escapes(text: &str) -> Option<BTreeMap<String, String>> {
    let pair = |item: &String| {
        let (key, value) = item.split_once('=')?;
        (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
    };
    string_list(text).iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CURRENT;

    #[test]
    fn escapes_came_with_a_release() {
        let old = Version(2, 14, 0);
        let show = |text: &str, release| read(text, release).map(|map| format!("{map:?}"));
        for (text, before, since) in [
            ("a=1,", Some(r#"{"a": "1"}"#), Some(r#"{"a": "1,"}"#)),
            ("a=1,,b=2", Some(r#"{"a": "1", "b": "2"}"#), None),
            ("a = b", Some(r#"{"a ": " b"}"#), Some(r#"{"a": "b"}"#)),
            (r"k=a\,b", None, Some(r#"{"k": "a,b"}"#)),
            (r"k=C:\temp", Some(r#"{"k": "C:\\temp"}"#), Some(r#"{"k": "C:temp"}"#)),
            (",", Some("{}"), None),
            ("=x", None, None),
        ] {
            assert_eq!(show(text, old).as_deref(), before, "{text}");
            assert_eq!(show(text, Version(2, 14, 1)).as_deref(), since, "{text}");
            assert_eq!(show(text, CURRENT).as_deref(), since, "{text}");
        }
    }
}
