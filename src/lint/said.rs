//! What is in effect for the load balancer, and where it stands: in the parameters of the class, else in an annotation.
//!
//! IngressClassParams stand in an annotation's place, except for tags and attributes, where both count key by key. The
//! model has marked the annotations that something else overrides; which field that is, the catalogue knows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::scene::{Scene, Subject, about};
use super::{Finding, Rule};
use crate::alb::catalogue;
use crate::alb::model::Setting;
use crate::alb::values::{string_list, string_map};
use crate::manifest::Object;

/// A value, and where it stands.
pub struct Said<'s, T> {
    /// The value.
    pub value: T,
    place: Place<'s>,
}

#[derive(Clone)]
enum Place<'s> {
    Annotation(&'s Setting),
    Class(&'s Object, String),
}

impl<'s, T> Said<'s, T> {
    /// A value of an annotation.
    #[must_use]
    pub fn by(setting: &'s Setting, value: T) -> Self {
        Said { value, place: Place::Annotation(setting) }
    }

    /// Whether the parameters of the class say it.
    #[must_use]
    pub fn is_of_the_class(&self) -> bool {
        matches!(self.place, Place::Class(..))
    }

    /// A finding about it.
    #[must_use]
    pub fn finding(&self, scene: &Scene<'_>, rule: &'static Rule, message: impl Into<String>) -> Finding {
        match &self.place {
            Place::Annotation(setting) => scene.at(setting, rule, message),
            Place::Class(params, field) => about(params, rule, message).field(field.clone()),
        }
    }
}

/// A text; an empty one is none.
#[must_use]
pub fn text<'s>(scene: &Scene<'s>, subject: &Subject<'s>, suffix: &str) -> Option<Said<'s, &'s str>> {
    one(scene, subject, suffix, |value| value.as_str().filter(|text| !text.is_empty()), |text| text)
}

/// A list, which an annotation of commas alone leaves empty.
#[must_use]
pub fn list<'s>(scene: &Scene<'s>, subject: &Subject<'s>, suffix: &str) -> Option<Said<'s, Vec<String>>> {
    let of_class = |value: &Value| {
        let items = value.as_array().or_else(|| value["ids"].as_array())?;
        let texts = items.iter().filter_map(Value::as_str).map(str::to_owned);
        let list: Vec<String> = texts.collect();
        (!list.is_empty()).then_some(list)
    };
    one(scene, subject, suffix, of_class, string_list)
}

/// What the class says, else what an annotation says that is not empty.
fn one<'s, T>(
    scene: &Scene<'s>,
    subject: &Subject<'s>,
    suffix: &str,
    by_class: impl Fn(&'s Value) -> Option<T>,
    by_annotation: impl Fn(&'s str) -> T,
) -> Option<Said<'s, T>> {
    let of_class = of_class(scene, subject, suffix).and_then(|(value, place)| {
        let value = by_class(value)?;
        Some(Said { value, place })
    });
    of_class.or_else(|| {
        let setting = subject.setting(suffix)?;
        let text = setting.value.as_str();
        (!text.is_empty()).then(|| Said::by(setting, by_annotation(text)))
    })
}

/// What is said in one way or the other, for its place.
#[must_use]
pub fn anything<'s>(scene: &Scene<'s>, subject: &Subject<'s>, suffix: &str) -> Option<Said<'s, ()>> {
    let place = match text(scene, subject, suffix) {
        Some(said) if said.is_of_the_class() => said.place,
        text => list(scene, subject, suffix).map(|said| said.place).or(text.map(|said| said.place))?,
    };
    Some(Said { value: (), place })
}

/// Keys and values: of the class, of the Ingress, of its Services. An annotation that does not parse is left out.
#[must_use]
pub fn maps<'s>(
    scene: &Scene<'s>,
    subject: &Subject<'s>,
    suffix: &'static str,
) -> Vec<Said<'s, BTreeMap<String, String>>> {
    let of_class = of_class(scene, subject, suffix).and_then(|(value, place)| {
        let pairs = value.as_array()?.iter().filter_map(|pair| {
            let text = |field| pair[field].as_str().map(str::to_owned);
            Some((text("key")?, text("value").unwrap_or_default()))
        });
        Some(Said { value: pairs.collect(), place })
    });
    let annotated = subject
        .settings(suffix)
        .filter_map(|setting| Some(Said { value: string_map(&setting.value)?, place: Place::Annotation(setting) }));
    of_class.into_iter().chain(annotated).collect()
}

/// The field of the IngressClassParams that stands for an annotation.
fn of_class<'s>(scene: &Scene<'s>, subject: &Subject<'s>, suffix: &str) -> Option<(&'s Value, Place<'s>)> {
    let field = catalogue::find(suffix)?.class_params?;
    let params = scene.class_params(subject)?;
    // The field has an older spelling.
    let fields = [field, "PrefixListsIDs"];
    let known = if field == "prefixListsIDs" { 2 } else { 1 };
    fields.into_iter().take(known).find_map(|field| {
        let pointer = format!("/spec/{}", field.replace('.', "/"));
        let value = params.value.pointer(&pointer)?;
        let place = Place::Class(params, pointer);
        (!value.is_null()).then_some((value, place))
    })
}
