//! Annotations of an object, or of a Service and then its Ingress, with the controller's parsers.
//!
//! Where both have an annotation the Service's whole value wins; nothing is merged (LBC v3.5.0 pkg/algorithm/maps.go:23-36).

use crate::annotation::{Payload, maps};
use crate::catalogue::{self, FEW, PREFIX, Version, is_key};
use crate::go::strconv;
use crate::model::reference::{Object, Reason, Site};
use crate::releases::Behaviour;
use std::collections::BTreeMap;

/// The annotation `alb.ingress.kubernetes.io/<suffix>`, with its key.
fn entry<'a>(map: &'a BTreeMap<String, String>, suffix: &str) -> Option<(&'a String, &'a String)> {
    match map.len() {
        ..=FEW => map.iter().find(|(key, _)| is_key(key, suffix)),
        _ => map.get_key_value(&format!("{PREFIX}{suffix}")),
    }
}

static NONE: BTreeMap<String, String> = BTreeMap::new();

/// The annotations that the controller sees.
#[derive(Clone)]
pub(crate) struct Annotations<'a> {
    layers: Vec<(Object, &'a BTreeMap<String, String>)>,
    release: Version,
}

/// An annotation that is there.
pub(crate) struct Found<'a> {
    pub value: &'a str,
    pub site: Site,
}

impl Found<'_> {
    /// `error` as the parser wraps it.
    fn failed(&self, what: &str, error: Option<&str>) -> Reason {
        let key = self.site.annotation_key().unwrap_or_default();
        let mut message = format!("failed to parse {what} annotation, {key}: {}", self.value);
        if let Some(error) = error {
            message = format!("{message}: {error}");
        }
        Reason::new(message).at(self.site.clone())
    }
}

impl<'a> Annotations<'a> {
    /// Of one object. An annotation that is newer than the controller is as good as none.
    pub fn of(object: Object, map: Option<&'a BTreeMap<String, String>>, release: Version) -> Self {
        Annotations { layers: vec![(object, map.unwrap_or(&NONE))], release }
    }

    /// These, and `others` for what these do not have.
    pub fn before(mut self, others: &Annotations<'a>) -> Self {
        self.layers.extend(others.layers.iter().cloned());
        self
    }

    pub fn find(&self, suffix: &str) -> Option<Found<'a>> {
        self.find_unread(suffix).filter(|_| self.reads(suffix))
    }

    /// Whether or not the controller reads it.
    pub fn find_unread(&self, suffix: &str) -> Option<Found<'a>> {
        let (object, (key, value)) =
            self.layers.iter().find_map(|(object, map)| Some((object, entry(map, suffix)?)))?;
        Some(Found { value, site: Site::annotation(object.clone(), key) })
    }

    /// Whether the controller's release reads an annotation.
    pub fn reads(&self, suffix: &str) -> bool {
        self.release >= catalogue::CURRENT
            || catalogue::find(suffix).is_none_or(|annotation| annotation.since <= self.release)
    }

    /// The controller's release.
    pub fn release(&self) -> Version {
        self.release
    }

    pub fn text(&self, suffix: &str) -> Option<&'a str> {
        self.find(suffix).map(|found| found.value)
    }

    pub fn list(&self, suffix: &str) -> Option<Vec<String>> {
        self.text(suffix).map(strconv::string_list)
    }

    pub fn bool(&self, suffix: &str) -> Result<Option<bool>, Reason> {
        self.parse(suffix, "bool", strconv::parse_bool)
    }

    /// Older releases read 64 bits; a number that is too large for AWS is then as good as the largest here.
    pub fn int32(&self, suffix: &str) -> Result<Option<i32>, Reason> {
        if self.release.has(Behaviour::Int32) {
            return self.parse(suffix, "int32", strconv::parse_int32);
        }
        let wide = self.parse(suffix, "int64", strconv::parse_int64)?;
        Ok(wide.map(|number| i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })))
    }

    pub fn int64(&self, suffix: &str) -> Result<Option<i64>, Reason> {
        self.parse(suffix, "int64", strconv::parse_int64)
    }

    pub fn json<T: Payload>(&self, suffix: &str) -> Result<Option<T>, Reason> {
        self.parse(suffix, "json", |text| T::read_by(text, self.release))
    }

    /// An absent annotation is an empty map.
    pub fn map(&self, suffix: &str) -> Result<BTreeMap<String, String>, Reason> {
        match self.find(suffix) {
            None => Ok(BTreeMap::new()),
            Some(found) => maps::read(found.value, self.release).ok_or_else(|| found.failed("stringMap", None)),
        }
    }

    fn parse<T>(
        &self,
        suffix: &str,
        what: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Reason> {
        let Some(found) = self.find(suffix) else {
            return Ok(None);
        };
        parse(found.value).map(Some).map_err(|error| found.failed(what, Some(&error)))
    }

    /// `message` as the error of the annotation `suffix`, or of no place where it is absent.
    pub fn fault(&self, suffix: &str, message: impl Into<String>) -> Reason {
        let reason = Reason::new(message);
        match self.find(suffix) {
            Some(found) => reason.at(found.site),
            None => reason,
        }
    }
}
