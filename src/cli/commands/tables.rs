//! The tables of the report: the settings and where each comes from, and what changes of the objects in the stream.

use json_patch::{Patch, PatchOperation};
use kubernetes_objects::object::{self, Object};
use manifest_yaml::stream::Stream;
use serde_json::Value;

use crate::config::Settings;
use crate::error::plain;
use crate::output::html::Table;
use crate::rewrite::{RewrittenGateway, origins};
use alb_controller::model::{Model, Source, State, Unread};

/// The settings of each gateway's Ingress.
pub(super) fn settings(text: &str, settings: &[Settings], gateways: &[RewrittenGateway]) -> Vec<Table> {
    let stream = Stream::split(text);
    let ingresses = object::read(&stream, &["Ingress"]).objects;
    let table = |gateway: &RewrittenGateway| {
        let settings = settings.iter().find(|settings| settings.spec == gateway.spec)?;
        let existing =
            gateway.existing.as_ref().and_then(|place| ingresses.iter().find(|ingress| ingress.place == *place));
        let rows = origins::origins(gateway, settings, existing).into_iter();
        let rows = rows.map(|setting| [setting.name, setting.value, setting.origin.to_string()]).collect();
        let becomes = if gateway.existing.is_some() { "updated" } else { "added" };
        let title = format!("{} ({becomes})", gateway.ingress.reference());
        Some(Table { title, heads: ["setting", "value", "where from"], rows })
    };
    gateways.iter().filter_map(table).collect()
}

/// The annotations of each Ingress of a stream as it stands, and of its Services.
pub(super) fn settings_as_is(model: &Model) -> Vec<Table> {
    let tables = model.ingresses.iter().map(|ingress| {
        let rows = ingress.settings.iter().map(|setting| {
            let name = match setting.object.kind {
                "Ingress" => setting.key.clone(),
                _ => format!("{} of {}", setting.key, setting.object),
            };
            [name, setting.value.clone(), state(&setting.state)]
        });
        Table {
            title: format!("Ingress {}", ingress.key),
            heads: ["setting", "value", "what becomes of it"],
            rows: rows.collect(),
        }
    });
    tables.collect()
}

fn state(state: &State) -> String {
    match state {
        State::Read => "read".to_owned(),
        State::Overridden(Source::Service(key)) => format!("not read: Service {key} has its own"),
        State::Overridden(Source::ClassParams { name, field }) => {
            format!("not read: IngressClassParams {name} has {field}")
        }
        State::Unread(unread) => format!(
            "not read: {}",
            match unread {
                Unread::UnknownKey => "the controller knows no such annotation".to_owned(),
                Unread::IngressOnly => "it is read from an Ingress only".to_owned(),
                Unread::TooNew(since) => format!("the controller reads it from {since} on"),
                Unread::AutoMode => "EKS Auto Mode does not read it".to_owned(),
                Unread::NoSuchBackend => "no backend has its name".to_owned(),
                Unread::NoSuchListener => "no listener has its protocol and port".to_owned(),
                Unread::NotOurs => "the Ingress is not the controller's".to_owned(),
            }
        ),
    }
}

/// What changes of each gateway's Service, or of the Gateway and its parameters from which istiod makes it.
pub(super) fn changes(gateways: &[RewrittenGateway]) -> Vec<Table> {
    let mut tables = Vec::new();
    for gateway in gateways {
        match &gateway.made {
            None => tables.push(table(&gateway.service, &gateway.patch)),
            Some(made) => {
                tables.extend(made.changes().map(|change| table(&change.object, &change.patch)));
                tables.extend(made.added.as_ref().map(added));
            }
        }
    }
    tables
}

const HEADS: [&str; 3] = ["field", "before", "after"];

fn table(object: &Object, patch: &Patch) -> Table {
    let before = |path: &str| object.value.pointer(path).map(plain).unwrap_or_default();
    let row = |operation: &PatchOperation| match operation {
        PatchOperation::Add(add) => [add.path.to_string(), before(add.path.as_str()), plain(&add.value)],
        PatchOperation::Replace(replace) => {
            [replace.path.to_string(), before(replace.path.as_str()), plain(&replace.value)]
        }
        PatchOperation::Remove(remove) => [remove.path.to_string(), before(remove.path.as_str()), "removed".to_owned()],
        other => [other.path().to_string(), String::new(), String::new()],
    };
    let rows = patch.iter().filter(|operation| !matches!(operation, PatchOperation::Test(_))).map(row).collect();
    Table { title: object.reference().to_string(), heads: HEADS, rows }
}

/// An object that is added, by its top-level fields.
fn added(value: &Value) -> Table {
    let name = value["metadata"]["name"].as_str().unwrap_or_default();
    let fields = value.as_object().into_iter().flatten();
    let rows = fields.map(|(key, value)| [format!("/{key}"), String::new(), plain(value)]).collect();
    let title = format!("{} {name} (added)", value["kind"].as_str().unwrap_or_default());
    Table { title, heads: HEADS, rows }
}
