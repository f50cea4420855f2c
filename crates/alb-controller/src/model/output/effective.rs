//! What is in effect for an Ingress and its target groups, and where it comes from: a field of IngressClassParams, or an
//! annotation.
//!
//! IngressClassParams stand in an annotation's place, except for tags and attributes, where both count key by key. Annotations
//! that something else overrides are marked as such ([`State::Overridden`]), and are not in effect.

use crate::annotation::maps;
use crate::catalogue;
use crate::go::strconv::string_list;
use crate::model::input::class_params::{FieldValue, Params, map_of};
use crate::model::options::Options;
use crate::model::output::settings::{Setting, Source, State};
use crate::model::output::verdict::IngressFacts;
use crate::model::reference::{Object, Site};
use std::collections::BTreeMap;

/// A value that is in effect, and where it comes from.
#[derive(Debug, Clone)]
pub struct Effective<'m, T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub from: EffectiveFrom<'m>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectiveFrom<'m> {
    /// An annotation of the Ingress, or of one of its Services.
    Annotation(&'m Setting),
    /// A field of the IngressClassParams.
    ClassParams {
        /// The name of the IngressClassParams.
        name: &'m str,
        /// The field below `spec`: `ipamConfiguration.ipv4IPAMPoolId`.
        field: &'static str,
    },
}

impl EffectiveFrom<'_> {
    /// The object and the place in it.
    #[must_use]
    pub fn site(&self) -> Site {
        match self {
            EffectiveFrom::Annotation(setting) => Site::annotation(setting.object.clone(), &setting.key),
            EffectiveFrom::ClassParams { name, field } => {
                Site::field(Object::class_params(name), format!("/spec/{}", field.replace('.', "/")))
            }
        }
    }
}

impl<'m, T> Effective<'m, T> {
    /// A value of an annotation.
    #[must_use]
    pub fn of(setting: &'m Setting, value: T) -> Self {
        Effective { value, from: EffectiveFrom::Annotation(setting) }
    }

    /// Whether it comes from IngressClassParams.
    #[must_use]
    pub fn is_of_class(&self) -> bool {
        matches!(self.from, EffectiveFrom::ClassParams { .. })
    }

    /// The object and the place in it.
    #[must_use]
    pub fn site(&self) -> Site {
        self.from.site()
    }
}

impl IngressFacts {
    /// Its own annotation, where the controller reads it, for some target group at least.
    #[must_use]
    pub fn read_setting(&self, suffix: &str) -> Option<&Setting> {
        self.own_setting(suffix).filter(|setting| setting.state == State::Read)
    }

    /// The annotations with this suffix of the catalogue that the controller reads, on the Ingress and on its Services. Empty
    /// ones are left out.
    pub fn read_settings(&self, suffix: &str) -> impl Iterator<Item = &Setting> {
        self.settings.iter().filter(move |setting| {
            setting.state == State::Read
                && !setting.value.is_empty()
                && setting.annotation.is_some_and(|found| found.suffix == suffix)
        })
    }

    /// The text that is in effect; an empty one is none.
    #[must_use]
    pub fn text(&self, suffix: &str) -> Option<Effective<'_, &str>> {
        self.class_text(suffix).filter(|text| !text.value.is_empty()).or_else(|| self.read_text(suffix))
    }

    /// The text of the class that stands in an annotation's place, an empty one, too.
    #[must_use]
    pub fn class_text(&self, suffix: &str) -> Option<Effective<'_, &str>> {
        match self.class_value(suffix)? {
            (FieldValue::Text(value), from) => Some(Effective { value, from }),
            _ => None,
        }
    }

    /// The list that is in effect. An empty text is none; a text of commas alone is an empty list.
    #[must_use]
    pub fn list(&self, suffix: &str) -> Option<Effective<'_, Vec<String>>> {
        let of_class = self.class_value(suffix).and_then(|(value, from)| match value {
            FieldValue::List(items) if !items.is_empty() => Some(Effective { value: items.to_vec(), from }),
            _ => None,
        });
        of_class.or_else(|| {
            let Effective { value, from } = self.read_text(suffix)?;
            Some(Effective { value: string_list(value), from })
        })
    }

    /// Whether a text or a list is in effect, and where it comes from.
    #[must_use]
    pub fn in_effect(&self, suffix: &str) -> Option<Effective<'_, ()>> {
        let of_class = self.class_value(suffix).and_then(|(value, from)| match value {
            FieldValue::Text("") | FieldValue::List([]) | FieldValue::Pairs(_) | FieldValue::Other => None,
            FieldValue::Text(_) | FieldValue::List(_) => Some(Effective { value: (), from }),
        });
        of_class.or_else(|| Some(Effective { value: (), from: self.read_text(suffix)?.from }))
    }

    /// Keys and values that count: of the class, of the Ingress, of its Services. An annotation that does not parse is left
    /// out.
    #[must_use]
    pub fn maps(&self, suffix: &'static str) -> Vec<Effective<'_, BTreeMap<String, String>>> {
        let of_class = self.class_value(suffix).and_then(|(value, from)| match value {
            FieldValue::Pairs(pairs) if !pairs.is_empty() => Some(Effective { value: map_of(pairs), from }),
            _ => None,
        });
        let annotated = self
            .read_settings(suffix)
            .filter_map(|setting| Some(Effective::of(setting, maps::read(&setting.value, self.release)?)));
        of_class.into_iter().chain(annotated).collect()
    }

    /// What is in effect for the target groups of one of its Services.
    #[must_use]
    pub fn target_settings<'m>(&'m self, service: &'m str) -> TargetSettings<'m> {
        TargetSettings { facts: self, service }
    }

    /// What its annotation holds, where the controller reads it; an empty one is none.
    fn read_text(&self, suffix: &str) -> Option<Effective<'_, &str>> {
        let setting = self.read_setting(suffix).filter(|setting| !setting.value.is_empty())?;
        Some(Effective::of(setting, setting.value.as_str()))
    }

    fn class_value(&self, suffix: &str) -> Option<(FieldValue<'_>, EffectiveFrom<'_>)> {
        let params: &Params = self.params.as_deref()?;
        let field = catalogue::find(suffix)?.class_params?;
        let from = EffectiveFrom::ClassParams { name: &params.name, field: params.spelling(field) };
        Some((params.value(field)?, from))
    }
}

/// What is in effect for the target groups of one Service of an Ingress.
#[derive(Clone, Copy)]
pub struct TargetSettings<'m> {
    facts: &'m IngressFacts,
    service: &'m str,
}

impl<'m> TargetSettings<'m> {
    /// The annotation that is in effect: the Service's, else the Ingress's. `None` too where IngressClassParams stand in its
    /// place.
    #[must_use]
    pub fn setting(&self, suffix: &str) -> Option<&'m Setting> {
        let is_read = |setting: &&Setting| matches!(setting.state, State::Read | State::Overridden(Source::Service(_)));
        let of_service = self.facts.service_setting(self.service, suffix).filter(is_read);
        of_service.or_else(|| self.facts.own_setting(suffix).filter(is_read))
    }

    /// The text that is in effect: of the class, else of the annotation that is. An empty one is none.
    #[must_use]
    pub fn text(&self, suffix: &str) -> Option<Effective<'m, &'m str>> {
        self.facts.class_text(suffix).filter(|text| !text.value.is_empty()).or_else(|| {
            let setting = self.setting(suffix).filter(|setting| !setting.value.is_empty())?;
            Some(Effective::of(setting, setting.value.as_str()))
        })
    }

    /// `instance` or `ip`; `None` where it is neither.
    #[must_use]
    pub fn target_type(&self, options: &Options) -> Option<&'static str> {
        let suffix = "target-type";
        let of_class = self.facts.class_text(suffix).map(|text| text.value).filter(|text| !text.is_empty());
        match of_class.or_else(|| Some(self.setting(suffix)?.value.as_str())) {
            None => Some(options.target_type()),
            Some(text) => catalogue::known(catalogue::TARGET_TYPES, text),
        }
    }
}
