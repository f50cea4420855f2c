//! Which object is meant, in messages and between parts of a program.

use std::fmt;

/// An object by its kind, namespace and name. The text is `Kind namespace/name`, or `Kind name` without a namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// `Service`
    pub kind: String,
    /// Empty where the manifest has none.
    pub namespace: String,
    /// `metadata.name`
    pub name: String,
}

impl ObjectRef {
    /// The object of this kind, namespace and name.
    #[must_use]
    pub fn new(kind: impl Into<String>, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        ObjectRef { kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_shown_with_the_namespace_if_there_is_one() {
        assert_eq!(ObjectRef::new("Service", "istio-system", "gw").to_string(), "Service istio-system/gw");
        assert_eq!(ObjectRef::new("Ingress", "", "web").to_string(), "Ingress web");
    }
}
