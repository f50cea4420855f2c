//! JSON pointers (RFC 6901): `/metadata/annotations/example.com~1team`.

use std::borrow::Cow;

/// A key as it stands in a pointer: `~` becomes `~0`, `/` becomes `~1`.
#[must_use]
pub fn escape(key: &str) -> Cow<'_, str> {
    match key.contains(['~', '/']) {
        true => key.replace('~', "~0").replace('/', "~1").into(),
        false => key.into(),
    }
}

/// The key that stands in a pointer as `token`.
#[must_use]
pub fn unescape(token: &str) -> Cow<'_, str> {
    match token.contains('~') {
        true => token.replace("~1", "/").replace("~0", "~").into(),
        false => token.into(),
    }
}

/// The keys and indices of a pointer, from the outside in. The pointer of the whole document, `""`, has none.
pub fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescape)
}

/// The last key or index of a pointer.
#[must_use]
pub fn last(pointer: &str) -> Option<Cow<'_, str>> {
    pointer.rsplit_once('/').map(|(_, token)| unescape(token))
}

/// The pointer of the value below these keys.
pub fn of<'k>(keys: impl IntoIterator<Item = &'k str>) -> String {
    let mut pointer = String::new();
    keys.into_iter().for_each(|key| push_key(&mut pointer, key));
    pointer
}

/// Makes a pointer longer by a key.
pub fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&escape(key));
}

/// Makes a pointer longer by an index.
pub fn push_index(pointer: &mut String, index: usize) {
    pointer.push('/');
    pointer.push_str(&index.to_string());
}

/// The index that a token is: digits without leading zeros.
#[must_use]
pub fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with('0');
    (canonical && token.bytes().all(|byte| byte.is_ascii_digit())).then(|| token.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_escaped_as_rfc_6901_says() {
        for (key, token) in [("a", "a"), ("example.com/team", "example.com~1team"), ("~1", "~01"), ("a/~", "a~1~0")] {
            assert_eq!(escape(key), token);
            assert_eq!(unescape(token), key);
        }
    }

    #[test]
    fn a_pointer_is_its_tokens() {
        let mut pointer = String::new();
        push_key(&mut pointer, "a/b");
        push_index(&mut pointer, 3);
        assert_eq!(pointer, "/a~1b/3");
        assert_eq!(tokens(&pointer).collect::<Vec<_>>(), ["a/b", "3"]);
        assert_eq!((last(&pointer).as_deref(), last("")), (Some("3"), None));
        assert_eq!(of(["metadata", "annotations", "example.com/team"]), "/metadata/annotations/example.com~1team");
        assert_eq!(tokens("").count(), 0);
        assert_eq!(tokens("/").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn an_index_has_no_leading_zero() {
        assert_eq!(["0", "10", "01", "-", "1a", ""].map(index), [Some(0), Some(10), None, None, None, None]);
    }
}
