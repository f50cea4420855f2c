//! Where each setting of a gateway's Ingress comes from, in the order of [`super::ingress::annotations`]: the configuration, the
//! Service, the Ingress in the stream, our defaults. For reports.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::RewrittenGateway;
use super::gateway::carry_options;
use super::transition::configured_by;
use crate::config::Settings;
use crate::config::fields::{FIELDS, Field};
use crate::config::types::Phase;
use crate::error::plain;
use crate::migrate::{self, annotations_of};
use kubernetes_objects::Object;

/// A setting, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingOf {
    /// What it is called: an annotation, a field.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The configuration: its path, and the file, flag or variable.
    Configuration(String, String),
    /// What the old load balancer was told, by these settings of the Service; by none where it is its controller's default.
    CarriedOver(Vec<String>),
    /// The same annotation of the Service.
    Moved,
    /// The Ingress that is in the stream already.
    Existing,
    /// Our default, or what follows from the other settings.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Configuration(path, by) => write!(f, "configured: {path} ({by})"),
            Origin::CarriedOver(from) if from.is_empty() => f.write_str("carried over: as the old load balancer was"),
            Origin::CarriedOver(from) => write!(f, "carried over from {} of the Service", from.join(" and ")),
            Origin::Moved => f.write_str("moved: the Service had this annotation"),
            Origin::Existing => f.write_str("kept: the Ingress in the stream has it"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// The settings of a gateway's Ingress and Service. `existing` is the Ingress as it was in the stream.
#[must_use]
pub fn origins(gateway: &RewrittenGateway, settings: &Settings, existing: Option<&Object>) -> Vec<SettingOf> {
    let mut all = of_fields(gateway, settings, existing);
    let metadata = &gateway.ingress.value["metadata"]["annotations"];
    let service = annotations_of(&gateway.service.value);
    let carried = migrate::origins(&gateway.service.value, carry_options(&gateway.spec));
    for (key, value) in metadata.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let origin =
            Annotation { gateway, service: &service, carried: &carried, existing, key, value }.origin(settings);
        all.push(SettingOf { name: key.clone(), value: value.to_owned(), origin });
    }
    all.extend(not_written(metadata, settings));
    all
}

/// The annotations that are not written because the configuration says `null`.
fn not_written(annotations: &Value, settings: &Settings) -> Vec<SettingOf> {
    let of_field = |field: &Field| {
        let by = settings.taken_away(field.path)?.to_string();
        let key = field.annotations.iter().find(|key| annotations.get(**key).is_none())?;
        let origin = Origin::Configuration(format!("{}: null", field.path), by);
        Some(SettingOf { name: (*key).to_owned(), value: "not written".to_owned(), origin })
    };
    FIELDS.iter().filter_map(of_field).collect()
}

/// An annotation of the Ingress, and what it may come from.
struct Annotation<'a> {
    gateway: &'a RewrittenGateway,
    service: &'a BTreeMap<&'a str, &'a str>,
    carried: &'a BTreeMap<String, Vec<String>>,
    existing: Option<&'a Object>,
    key: &'a str,
    value: &'a str,
}

impl Annotation<'_> {
    fn origin(&self, settings: &Settings) -> Origin {
        if let Some((path, by)) = configured_by(settings, self.key) {
            return Origin::Configuration(path, by);
        }
        let is_carried = self.gateway.carried.get(self.key).map(String::as_str) == Some(self.value);
        if is_carried && self.service.get(self.key) == Some(&self.value) {
            return Origin::Moved;
        }
        if is_carried && let Some(from) = self.carried.get(self.key) {
            return Origin::CarriedOver(from.clone());
        }
        let is_there = self.existing.and_then(|existing| existing.annotation(self.key)) == Some(self.value);
        if is_there { Origin::Existing } else { Origin::Default }
    }
}

fn by_configuration(path: &str, settings: &Settings) -> Option<Origin> {
    Some(Origin::Configuration(path.to_owned(), settings.origin(path)?.to_string()))
}

/// The settings that are no annotations: name, class, rules, the Service.
fn of_fields(gateway: &RewrittenGateway, settings: &Settings, existing: Option<&Object>) -> Vec<SettingOf> {
    let ingress = &gateway.ingress.value;
    let spec = &ingress["spec"];
    let mut all = Vec::new();
    let mut add = |name: &str, at: &str, paths: &[&str], value: String| {
        let there = existing.and_then(|existing| existing.value.pointer(at));
        let origin = paths.iter().find_map(|path| by_configuration(path, settings)).unwrap_or_else(|| {
            let is_kept = there.is_some() && there == ingress.pointer(at);
            if is_kept { Origin::Existing } else { Origin::Default }
        });
        all.push(SettingOf { name: name.to_owned(), value, origin });
    };
    add("name", "/metadata/name", &["ingress.name"], plain(&ingress["metadata"]["name"]));
    if let Some(class) = spec.get("ingressClassName") {
        add("spec.ingressClassName", "/spec/ingressClassName", &["ingress.className"], plain(class));
    }
    let rules = ["ingress.hosts", "ingress.paths", "ingress.backendPort"];
    add(
        "spec.rules",
        "/spec/rules",
        &rules,
        spec["rules"].as_array().into_iter().flatten().map(rule).collect::<Vec<_>>().join("; "),
    );
    if let Some(tls) = spec.get("tls") {
        add("spec.tls", "/spec/tls", &["ingress.tlsHosts"], tls.to_string());
    }
    let kind = match settings.spec.phase() {
        Phase::Attach => format!("{}, as it was", plain(&gateway.service.value["spec"]["type"])),
        Phase::Cutover => settings.spec.service.kind().to_string(),
    };
    add("spec.type of the Service", "", &["phase", "service.type"], kind);
    all
}

/// A rule in a line: `www.example.com/ to istio-ingressgateway:443`.
fn rule(rule: &Value) -> String {
    let host = rule["host"].as_str().unwrap_or("any host");
    let paths = rule["http"]["paths"].as_array().into_iter().flatten().map(|path| {
        let service = &path["backend"]["service"];
        let port = service["port"].get("number").or_else(|| service["port"].get("name"));
        let to = plain(&service["name"]);
        format!("{host}, path {} to {to}:{}", plain(&path["path"]), port.map(plain).unwrap_or_default())
    });
    paths.collect::<Vec<_>>().join("; ")
}
