//! An annotation, and what becomes of it: read, overridden, or never looked at. Rules ask here instead of reading annotations
//! again.

use crate::catalogue::{Annotation, FEW, PREFIX, Version, is_key};
use crate::model::reference::{Key, Object};

/// An annotation, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The object that has it.
    pub object: Object,
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What the catalogue knows of it.
    pub annotation: Option<&'static Annotation>,
    /// What becomes of it.
    pub state: State,
}

impl Setting {
    /// Its key without `alb.ingress.kubernetes.io/`; the whole key where it has another prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.strip_prefix(PREFIX).unwrap_or(&self.key)
    }
}

/// What becomes of an annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The controller reads it.
    Read,
    /// Something else stands in its place.
    Overridden(Source),
    /// Nobody reads it, without any error.
    Unread(Unread),
}

/// What stands in an annotation's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The same annotation of a Service, for the target groups of that Service.
    Service(Key),
    /// A field of the IngressClassParams, by its name below `spec`.
    ClassParams {
        /// The IngressClassParams.
        name: String,
        /// The field.
        field: &'static str,
    },
}

/// Why an annotation is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The controller knows no such key.
    UnknownKey,
    /// It is read from the Ingress only, and stands on a Service.
    IngressOnly,
    /// The controller is older.
    TooNew(Version),
    /// EKS Auto Mode does not read it.
    AutoMode,
    /// No backend has the name, with the port `use-annotation` for an action.
    NoSuchBackend,
    /// No listener of the Ingress has that protocol and port.
    NoSuchListener,
    /// The controller does not take the Ingress for its own.
    NotOurs,
}

/// A setting by its object and by what follows the controller's prefix in its key. Settings are in the order of both.
pub(crate) fn find<'s>(settings: &'s [Setting], kind: &str, key: &Key, suffix: &str) -> Option<&'s Setting> {
    let of = |setting: &'s Setting| (setting.object.kind, &setting.object.key);
    if settings.len() <= FEW {
        return settings.iter().find(|setting| is_key(&setting.key, suffix) && of(setting) == (kind, key));
    }
    let wanted = format!("{PREFIX}{suffix}");
    let order = |setting: &'s Setting| of(setting).cmp(&(kind, key)).then_with(|| setting.key.cmp(&wanted));
    settings.binary_search_by(order).ok().and_then(|at| settings.get(at))
}
