//! `init`: a commented configuration file, filled from the stream on stdin if there is one.
//!
//! It has a document for each gateway, and every field with its first sentence, and an example that is commented out: each such line
//! can be uncommented by itself. The settings of the gateway's Service, which
//! are otherwise carried over at each run, are filled in, so that they can be seen, changed and kept in Git; and over them what is
//! configured already, by a file, variables and flags. With the file the controller builds the same load balancer as without it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Printed;
use crate::config::fields::{FIELDS, Field, Shape, below, by_annotation};
use crate::config::reference::{Hint, hints};
use crate::config::schema::URL;
use crate::config::{Settings, flow_map};
use crate::error::Error;
use crate::migrate::is_external_dns;
use crate::rewrite::{Rewritten, RewrittenGateway, gateways_of, rewrite};
use alb_controller::go::strconv::{string_list, string_map};
use kubernetes_objects::Object;
use manifest_yaml::scalar;
use manifest_yaml::stream::has_content;

/// A configuration file for the gateways of a stream; without a stream one that has only what is configured already.
///
/// # Errors
///
/// As the filter; and where the stream is empty: nothing would be carried over, and an ALB open that was not.
pub fn init(text: Option<&str>, settings: &[Settings]) -> Result<Printed, Error> {
    let for_each = text.and_then(|text| for_each_gateway(text, settings));
    let settings = for_each.as_deref().unwrap_or(settings);
    let rewritten = match text {
        Some(text) if !has_content(text) => {
            return Err(Error::input("there are no manifests on stdin").help(
                "the command before the pipe printed nothing: look at what it says. For a file with nothing filled in run \
                 `istio-alb init` on a terminal, without a pipe",
            ));
        }
        Some(text) => rewrite(text, settings)?,
        None => Rewritten::default(),
    };
    let docs = hints();
    let mut output = format!(
        "# yaml-language-server: $schema={URL}\n\
         #\n\
         # Configuration of istio-alb. Nothing has to be said: a line that begins with `#` and a name shows an example or what\n\
         # holds without it. Where such lines begin with the same name, write what you want of them in one pair of braces.\n\
         # The first line is for editors. Without a network: `istio-alb schema > istio-alb.schema.json`, and that name there.\n",
    );
    let mut documents: Vec<(&str, BTreeMap<&'static str, String>)> = Vec::new();
    for gateway in &rewritten.gateways {
        let settings = settings.iter().find(|settings| settings.spec == gateway.spec);
        let mut values = values(gateway, settings);
        // The names of two Ingresses must differ, and are not in the stream.
        if let Some(name) = &gateway.spec.ingress.name {
            values.insert("ingress.name", scalar(name).into_owned());
        }
        documents.push((gateway.written().name(), values));
    }
    if rewritten.gateways.is_empty() {
        for settings in settings {
            documents.push((settings.name.as_deref().unwrap_or("gateway"), configured(settings)));
        }
    }
    for (index, (name, values)) in documents.iter().enumerate() {
        if index > 0 {
            output.push_str("---\n");
        }
        document(&mut output, name, values, &docs);
    }
    Ok(Printed::output(output))
}

/// Settings for each gateway of a stream with several, where the configuration chooses none: the name of the gateway, and names of
/// the Ingresses that differ.
fn for_each_gateway(text: &str, settings: &[Settings]) -> Option<Vec<Settings>> {
    let [one] = settings else { return None };
    let gateways = gateways_of(text, one).filter(|gateways| gateways.len() > 1)?;
    let has_neighbour =
        |gateway: &Object| gateways.iter().filter(|other| other.namespace() == gateway.namespace()).count() > 1;
    let of_gateway = |gateway: &Object| {
        let mut settings = one.clone();
        settings.spec.gateway.name = Some(gateway.name().to_owned());
        settings.spec.gateway.namespace =
            Some(gateway.namespace().to_owned()).filter(|namespace| !namespace.is_empty());
        if has_neighbour(gateway) {
            settings.spec.ingress.name = Some(format!("{}-external-ingress", gateway.name()));
        }
        settings
    };
    Some(gateways.iter().map(of_gateway).collect())
}

fn document(
    output: &mut String,
    name: &str,
    values: &BTreeMap<&'static str, String>,
    docs: &BTreeMap<&'static str, Hint>,
) {
    let _ = write!(
        output,
        "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nmetadata:\n  name: {}\nspec:\n",
        scalar(name)
    );
    let mut open: Vec<&str> = Vec::new();
    for field in FIELDS {
        let parents: Vec<&str> = field.parent().split('.').filter(|part| !part.is_empty()).collect();
        let doc = docs.get(field.path).map_or("", |hint| &hint.sentence);
        let value = values.get(field.path);
        if let Some((part, above)) = parents.split_last().filter(|_| is_off_by_null(field.parent(), values)) {
            let indent = "  ".repeat(above.len() + 1);
            let (name, example) = (field.name(), field.example);
            let _ = writeln!(output, "{indent}# {part}, {name}: {doc}.\n{indent}#{part}: {{{name}: {example}}}");
            continue;
        }
        let shared = open.iter().zip(&parents).take_while(|(left, right)| left == right).count();
        for (depth, parent) in parents.iter().enumerate().skip(shared) {
            // A part without anything below it configures nothing. So each line below can be uncommented by itself.
            let _ = writeln!(output, "{}{parent}:", "  ".repeat(depth + 1));
        }
        let indent = "  ".repeat(parents.len() + 1);
        let (mark, text) = value.map_or(("#", field.example), |value| ("", value.as_str()));
        let _ = writeln!(output, "{indent}# {doc}.\n{indent}{mark}{}: {text}", field.name());
        open = parents;
    }
}

/// Whether a part of which nothing is filled in would switch its annotations off if it were `null`, as kustomize makes of a key
/// without a value. Its fields are shown in braces, each with the part.
fn is_off_by_null(part: &str, values: &BTreeMap<&'static str, String>) -> bool {
    below(part).all(|field| !field.annotations.is_empty()) && below(part).all(|field| !values.contains_key(field.path))
}

/// What is configured, by the paths of the fields.
fn configured(settings: &Settings) -> BTreeMap<&'static str, String> {
    FIELDS.iter().filter_map(|field| Some((field.path, settings.written(field.path)?))).collect()
}

/// The settings of the Service, by the paths of their fields, and over them what is configured.
fn values(gateway: &RewrittenGateway, settings: Option<&Settings>) -> BTreeMap<&'static str, String> {
    let mut values = settings.map(configured).unwrap_or_default();
    let free: BTreeMap<&str, String> =
        settings.into_iter().flat_map(|settings| settings.entries("ingress.annotations")).collect();
    // The Gateway's own name, where istiod makes the Service from one.
    values.insert("gateway.name", scalar(gateway.written().name()).into_owned());
    let namespace = gateway.service.namespace();
    if !namespace.is_empty() {
        values.insert("gateway.namespace", scalar(namespace).into_owned());
    }
    let mut rest: BTreeMap<&str, String> = BTreeMap::new();
    // One setting in two forms in one file is an error, so the carried one makes way for that of the configuration.
    // A DNS name moves with the cutover, and in a file it would move when the ALB is attached.
    let is_written = |key: &str| !free.contains_key(key) && !is_external_dns(key);
    for (key, value) in gateway.carried.iter().filter(|(key, _)| is_written(key)) {
        let field = by_annotation(key);
        let is_configured = field.is_some_and(|field| values.contains_key(field.path));
        match field.and_then(|field| as_field(field, value)) {
            Some((path, value)) if !is_configured => {
                values.insert(path, value);
            }
            Some((path, _)) => merge(&mut values, path, settings, string_map(value)),
            None if is_configured => {}
            None => {
                rest.insert(key, scalar(value).into_owned());
            }
        }
    }
    rest.extend(free);
    if !rest.is_empty() {
        values.insert("ingress.annotations", flow_map(rest));
    }
    values
}

/// Lays the configured entries of a map over those that were carried over, as the rewrite does. Another field's value stays the
/// configured one.
fn merge(
    values: &mut BTreeMap<&'static str, String>,
    path: &'static str,
    settings: Option<&Settings>,
    carried: Option<BTreeMap<String, String>>,
) {
    let configured: Vec<_> = settings.into_iter().flat_map(|settings| settings.entries(path)).collect();
    let (Some(carried), false) = (carried, configured.is_empty()) else { return };
    let is_new = |(key, _): &(&String, &String)| configured.iter().all(|(known, _)| known != key);
    let carried = carried.iter().filter(is_new).map(|(key, value)| (key.as_str(), scalar(value).into_owned()));
    values.insert(path, flow_map(carried.chain(configured.iter().cloned())));
}

/// The value of an annotation as the value of its field; `None` where it does not have the field's form.
fn as_field(field: &Field, value: &str) -> Option<(&'static str, String)> {
    field.value?;
    let value = match field.shape {
        Shape::Text => scalar(value).into_owned(),
        Shape::List => {
            let items: Vec<String> = string_list(value).iter().map(|item| scalar(item).into_owned()).collect();
            format!("[{}]", items.join(", "))
        }
        Shape::Map => {
            flow_map(string_map(value)?.iter().map(|(key, value)| (key.as_str(), scalar(value).into_owned())))
        }
        Shape::Items => {
            let parsed = serde_json::from_str::<serde_json::Value>(value).ok()?;
            // An identity provider with more than texts has no field.
            let is_plain = parsed.as_object().is_none_or(|map| map.values().all(serde_json::Value::is_string));
            is_plain.then(|| value.to_owned())?
        }
        Shape::Yaml if value.parse::<i64>().is_ok() || matches!(value, "true" | "false") => value.to_owned(),
        Shape::Yaml => scalar(value).into_owned(),
        Shape::Switch | Shape::InverseSwitch => return None,
    };
    Some((field.path, value))
}
