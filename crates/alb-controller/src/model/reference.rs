//! What facts and failures are about: objects, and places in them.

use kubernetes_objects::annotation_pointer;
use serde::{Serialize, Serializer};
use std::fmt;

/// Namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key {
    /// Empty for objects of the whole cluster.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Key {
    /// A key.
    #[must_use]
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Key { namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.namespace, self.name) }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An object of the stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// `Ingress`, `Service`, …
    pub kind: &'static str,
    /// Which one.
    pub key: Key,
}

impl Object {
    /// The Ingress of this key.
    #[must_use]
    pub fn ingress(key: &Key) -> Self {
        Object { kind: "Ingress", key: key.clone() }
    }

    /// The Service of this key.
    #[must_use]
    pub fn service(key: &Key) -> Self {
        Object { kind: "Service", key: key.clone() }
    }

    /// The IngressClassParams of this name.
    #[must_use]
    pub fn class_params(name: &str) -> Self {
        Object { kind: "IngressClassParams", key: Key::new("", name) }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.key)
    }
}

/// A place in an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The object.
    pub object: Object,
    /// The place in it.
    pub part: Part,
}

/// A part of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// An annotation, by its key.
    Annotation(String),
    /// A field, as a JSON pointer.
    Field(String),
}

impl Site {
    /// The annotation `key` of `object`.
    #[must_use]
    pub fn annotation(object: Object, key: impl Into<String>) -> Self {
        Site { object, part: Part::Annotation(key.into()) }
    }

    /// The field at `pointer` of `object`.
    #[must_use]
    pub fn field(object: Object, pointer: impl Into<String>) -> Self {
        Site { object, part: Part::Field(pointer.into()) }
    }

    /// The key, where it is an annotation.
    #[must_use]
    pub fn annotation_key(&self) -> Option<&str> {
        match &self.part {
            Part::Annotation(key) => Some(key),
            Part::Field(_) => None,
        }
    }

    /// The place as a JSON pointer into the object.
    #[must_use]
    pub fn pointer(&self) -> String {
        match &self.part {
            Part::Annotation(key) => annotation_pointer(key),
            Part::Field(pointer) => pointer.clone(),
        }
    }
}

/// What Go says where the controller follows a pointer to nothing.
pub(crate) const PANIC: &str = "panic: runtime error: invalid memory address or nil pointer dereference [recovered]";

/// Why something failed, or why it is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The controller's own text where it is the controller's error.
    pub message: String,
    /// The Ingress that it comes from; `None` where it is the whole group.
    pub ingress: Option<Key>,
    /// The place that it comes from.
    pub site: Option<Box<Site>>,
    /// What kind of reason it is.
    pub code: ReasonCode,
}

/// Kinds of reasons that need another answer than the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ReasonCode {
    /// Every other.
    #[default]
    Other,
    /// Members of the group ask for different things.
    Conflict,
    /// The Secret of the identity provider lacks a key.
    IncompleteSecret,
}

impl Reason {
    /// A reason without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Reason { message: message.into(), ingress: None, site: None, code: ReasonCode::Other }
    }

    /// Members of the group ask for different things.
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Reason::new(message).code(ReasonCode::Conflict)
    }

    /// Sets what kind of reason it is.
    #[must_use]
    pub fn code(mut self, code: ReasonCode) -> Self {
        self.code = code;
        self
    }

    /// Sets the place, unless there is one already.
    #[must_use]
    pub fn at(mut self, site: Site) -> Self {
        self.site.get_or_insert_with(|| Box::new(site));
        self
    }

    /// Sets the Ingress, unless there is one already.
    #[must_use]
    pub fn of(mut self, ingress: &Key) -> Self {
        self.ingress.get_or_insert_with(|| ingress.clone());
        self
    }

    /// Sets the Ingress, and puts it in front of the message: `ingress: namespace/name: …`.
    #[must_use]
    pub fn in_ingress(mut self, ingress: &Key) -> Self {
        self.message = format!("ingress: {ingress}: {}", self.message);
        self.of(ingress)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The API server cannot read the object.
    Decode,
    /// The controller's webhook denies it.
    Admission,
    /// Event FailedLoadGroupID: the Ingress is in no group, nothing is done for it.
    GroupId,
    /// No event, only the controller's log: nothing is done for the whole group.
    GroupLoad,
    /// Event FailedBuildModel on every member of the group: AWS is not touched.
    Build,
}

impl Stage {
    fn shows_as(self) -> &'static str {
        match self {
            Stage::Decode => "refused by the API server",
            Stage::Admission => "denied by the webhook vingress.elbv2.k8s.aws",
            Stage::GroupId => "event FailedLoadGroupID",
            Stage::GroupLoad => "only in the controller's log",
            Stage::Build => "event FailedBuildModel",
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where it came to an end.
    pub stage: Stage,
    /// Why.
    pub reason: Reason,
}

impl Failure {
    /// What the user sees of it.
    #[must_use]
    pub fn shows_as(&self) -> &'static str {
        let kind = self.reason.site.as_ref().map(|site| site.object.kind);
        match (self.stage, kind) {
            (Stage::Admission, Some("IngressClassParams")) => "denied by the webhook vingressclassparams.elbv2.k8s.aws",
            (stage, _) => stage.shows_as(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}
