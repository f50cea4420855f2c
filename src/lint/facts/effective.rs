//! What is in effect for the load balancer, and where it stands: in the parameters of the class, else in an annotation.
//!
//! IngressClassParams stand in an annotation's place, except for tags and attributes, where both count key by key. The
//! model has marked the annotations that something else overrides; which field that is, the catalogue knows.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::alb::catalogue;
use crate::alb::model::Setting;
use crate::alb::values::{string_list, string_map};
use crate::finding::{Finding, Rule};
use crate::lint::context::{Context, IngressUnderCheck, about};
use crate::manifest::Object;

/// A value, and where it stands.
pub struct Effective<'s, T> {
    /// The value.
    pub value: T,
    place: Place<'s>,
}

#[derive(Clone)]
enum Place<'s> {
    Annotation(&'s Setting),
    Class(&'s Object, String),
}

impl<'s, T> Effective<'s, T> {
    /// A value of an annotation.
    #[must_use]
    pub fn by(setting: &'s Setting, value: T) -> Self {
        Effective { value, place: Place::Annotation(setting) }
    }

    /// Whether the parameters of the class say it.
    #[must_use]
    pub fn is_of_the_class(&self) -> bool {
        matches!(self.place, Place::Class(..))
    }

    /// A finding about it.
    #[must_use]
    pub fn finding(&self, context: &Context<'_>, rule: &'static Rule, message: impl Into<String>) -> Finding {
        match &self.place {
            Place::Annotation(setting) => context.at(setting, rule, message),
            Place::Class(params, field) => about(params, rule, message).field(field.clone()),
        }
    }
}

/// A text; an empty one is none.
#[must_use]
pub fn text<'s>(
    context: &Context<'s>,
    ingress: &IngressUnderCheck<'s>,
    suffix: &str,
) -> Option<Effective<'s, &'s str>> {
    one(context, ingress, suffix, |value| value.as_str().filter(|text| !text.is_empty()), |text| text)
}

/// A list, which an annotation of commas alone leaves empty.
#[must_use]
pub fn list<'s>(
    context: &Context<'s>,
    ingress: &IngressUnderCheck<'s>,
    suffix: &str,
) -> Option<Effective<'s, Vec<String>>> {
    let of_class = |value: &Value| {
        let items = value.as_array().or_else(|| value["ids"].as_array())?;
        let texts = items.iter().filter_map(Value::as_str).map(str::to_owned);
        let list: Vec<String> = texts.collect();
        (!list.is_empty()).then_some(list)
    };
    one(context, ingress, suffix, of_class, string_list)
}

/// What the class says, else what an annotation says that is not empty.
fn one<'s, T>(
    context: &Context<'s>,
    ingress: &IngressUnderCheck<'s>,
    suffix: &str,
    by_class: impl Fn(&'s Value) -> Option<T>,
    by_annotation: impl Fn(&'s str) -> T,
) -> Option<Effective<'s, T>> {
    let of_class = of_class(context, ingress, suffix).and_then(|(value, place)| {
        let value = by_class(value)?;
        Some(Effective { value, place })
    });
    of_class.or_else(|| {
        let setting = ingress.setting(suffix)?;
        let text = setting.value.as_str();
        (!text.is_empty()).then(|| Effective::by(setting, by_annotation(text)))
    })
}

/// The place of a text or a list that is in effect.
#[must_use]
pub fn anything<'s>(context: &Context<'s>, ingress: &IngressUnderCheck<'s>, suffix: &str) -> Option<Effective<'s, ()>> {
    let place = match text(context, ingress, suffix) {
        Some(text) if text.is_of_the_class() => text.place,
        text => list(context, ingress, suffix).map(|list| list.place).or(text.map(|text| text.place))?,
    };
    Some(Effective { value: (), place })
}

/// Keys and values: of the class, of the Ingress, of its Services. An annotation that does not parse is left out.
#[must_use]
pub fn maps<'s>(
    context: &Context<'s>,
    ingress: &IngressUnderCheck<'s>,
    suffix: &'static str,
) -> Vec<Effective<'s, BTreeMap<String, String>>> {
    let of_class = of_class(context, ingress, suffix).and_then(|(value, place)| {
        let pairs = value.as_array()?.iter().filter_map(|pair| {
            let text = |field| pair[field].as_str().map(str::to_owned);
            Some((text("key")?, text("value").unwrap_or_default()))
        });
        Some(Effective { value: pairs.collect(), place })
    });
    let annotated = ingress.settings(suffix).filter_map(|setting| {
        Some(Effective { value: string_map(&setting.value)?, place: Place::Annotation(setting) })
    });
    of_class.into_iter().chain(annotated).collect()
}

/// The field of the IngressClassParams that stands for an annotation.
fn of_class<'s>(
    context: &Context<'s>,
    ingress: &IngressUnderCheck<'s>,
    suffix: &str,
) -> Option<(&'s Value, Place<'s>)> {
    let field = catalogue::find(suffix)?.class_params?;
    let params = context.class_params(ingress)?;
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
