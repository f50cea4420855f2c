//! The paths of `--set path=value`.
//!
//! A path names a field below `spec` with dots between: `ingress.healthCheck.path`. Keys of annotations, attributes and
//! labels hold dots and slashes themselves. No escaping is needed for them: behind the name of a map, all that is left is the
//! key, since its values have nothing below them. So
//! `ingress.annotations.alb.ingress.kubernetes.io/success-codes=200` is understood, and for those who would rather mark the
//! key, so are `ingress.annotations[alb.ingress.kubernetes.io/success-codes]=200` and the same in double quotes behind a dot.

use super::fields::{self, Shape};

/// A path and what stands behind its `=`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment<'a> {
    /// The segments.
    pub path: Vec<String>,
    /// The value as it was written.
    pub value: &'a str,
}

/// Reads `path=value`. The error is what is wrong with the path.
pub(super) fn parse(text: &str) -> Result<Assignment<'_>, String> {
    let (path, rest) = read(text)?;
    match rest.strip_prefix('=') {
        Some(value) => Ok(Assignment { path, value }),
        None => Err("a value is missing: path=value".to_owned()),
    }
}

/// Reads a path alone, as a key of a ConfigMap is.
pub(super) fn parse_path(text: &str) -> Result<Vec<String>, String> {
    match read(text)? {
        (path, "") => Ok(path),
        _ => Err("a path has no `=`".to_owned()),
    }
}

/// The path at the beginning of `text`, and what follows.
fn read(text: &str) -> Result<(Vec<String>, &str), String> {
    let mut path = Vec::new();
    let mut rest = text;
    loop {
        let (segment, after) = if let Some(inner) = rest.strip_prefix('[') {
            inner.split_once(']').ok_or("`[` without `]`")?
        } else if let Some(inner) = rest.strip_prefix('"') {
            inner.split_once('"').ok_or("a quote is not closed")?
        } else if is_map(&path) {
            rest.split_at(rest.find('=').unwrap_or(rest.len()))
        } else {
            rest.split_at(rest.find(['.', '[', '=']).unwrap_or(rest.len()))
        };
        if segment.is_empty() {
            return Err(match path.is_empty() {
                true => "it begins without a name".to_owned(),
                false => format!("a name is missing behind `{}`", path.join(".")),
            });
        }
        path.push(segment.to_owned());
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.starts_with('[') => rest = after,
            None if after.is_empty() || after.starts_with('=') => return Ok((path, after)),
            None => return Err(format!("`.`, `[` or `=` must follow `{segment}`")),
        }
    }
}

fn is_map(path: &[String]) -> bool {
    fields::field(&path.join(".")).is_some_and(|field| field.shape == Shape::Map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Vec<&str>, &str) {
        let (path, rest) = read(text).unwrap();
        let value = rest.strip_prefix('=').unwrap();
        (path.iter().map(|segment| &*String::leak(segment.clone())).collect(), value)
    }

    #[test]
    fn dots_separate_names() {
        assert_eq!(parsed("phase=attach"), (vec!["phase"], "attach"));
        assert_eq!(parsed("ingress.healthCheck.path=/a=b"), (vec!["ingress", "healthCheck", "path"], "/a=b"));
        assert_eq!(parsed("ingress.scheme="), (vec!["ingress", "scheme"], ""));
    }

    #[test]
    fn behind_a_map_all_is_the_key() {
        let key = "alb.ingress.kubernetes.io/success-codes";
        let path = vec!["ingress", "annotations", key];
        assert_eq!(parsed(&format!("ingress.annotations.{key}=200")), (path.clone(), "200"));
        assert_eq!(parsed(&format!("ingress.annotations[{key}]=200")), (path.clone(), "200"));
        assert_eq!(parsed(&format!("ingress.annotations.\"{key}\"=200")), (path, "200"));
        assert_eq!(
            parsed("ingress.loadBalancerAttributes.idle_timeout.timeout_seconds=120"),
            (vec!["ingress", "loadBalancerAttributes", "idle_timeout.timeout_seconds"], "120")
        );
        assert_eq!(
            parsed("service.nodePorts.status-port=30021"),
            (vec!["service", "nodePorts", "status-port"], "30021")
        );
        assert_eq!(parsed("ingress.tags[a=b]=c"), (vec!["ingress", "tags", "a=b"], "c"));
    }

    #[test]
    fn what_is_no_path_is_told() {
        let wrong = |text| parse(text).unwrap_err();
        assert_eq!(wrong("ingress.scheme"), "a value is missing: path=value");
        assert_eq!(wrong("=internal"), "it begins without a name");
        assert_eq!(wrong("ingress..scheme=x"), "a name is missing behind `ingress`");
        assert_eq!(wrong("ingress.=x"), "a name is missing behind `ingress`");
        assert_eq!(wrong("ingress.annotations[a=x"), "`[` without `]`");
        assert_eq!(wrong("ingress.annotations.\"a=x"), "a quote is not closed");
        assert_eq!(wrong("ingress.annotations[a]b=x"), "`.`, `[` or `=` must follow `a`");
        assert_eq!(parse_path("ingress.scheme=x").unwrap_err(), "a path has no `=`");
    }
}
