//! `init`: a commented configuration file, filled from the stream on stdin if there is one.
//!
//! It has a document for each gateway, and every field with its first sentence, and an example that is commented out: each such line
//! can be uncommented by itself. The settings of the gateway's Service, which
//! are otherwise carried over at each run, are filled in, so that they can be seen, changed and kept in Git. With the file the
//! controller builds the same load balancer as without it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Printed;
use crate::config::Settings;
use crate::config::fields::{FIELDS, Field, Shape, below, by_annotation};
use crate::config::reference::{Hint, hints};
use crate::config::schema::URL;
use crate::error::Error;
use crate::rewrite::{Rewritten, RewrittenGateway, gateways_of, rewrite};
use alb_controller::go::strconv::{string_list, string_map};
use kubernetes_objects::Object;
use manifest_yaml::scalar;
use manifest_yaml::stream::has_content;

/// A configuration file for the gateways of a stream; for an empty stream one that configures nothing. Of an existing
/// configuration it has only the gateways and the names of their Ingresses.
///
/// # Errors
///
/// As the filter.
pub fn init(text: &str, settings: &[Settings]) -> Result<Printed, Error> {
    let for_each = for_each_gateway(text, settings);
    let rewritten = match has_content(text) {
        true => rewrite(text, for_each.as_deref().unwrap_or(settings))?,
        false => Rewritten::default(),
    };
    let docs = hints();
    let mut output = format!(
        "# yaml-language-server: $schema={URL}\n\
         #\n\
         # Configuration of istio-alb. Nothing has to be said: a line that begins with `#` and a name shows an example or what\n\
         # holds without it. Where such lines begin with the same name, write what you want of them in one pair of braces.\n\
         # The first line is for editors. Without a network: `istio-alb schema > istio-alb.schema.json`, and that name there.\n",
    );
    if rewritten.gateways.is_empty() {
        document(&mut output, "gateway", &BTreeMap::new(), &docs);
    }
    for (index, gateway) in rewritten.gateways.iter().enumerate() {
        if index > 0 {
            output.push_str("---\n");
        }
        let mut values = values(gateway);
        // The names of two Ingresses must differ, and are not in the stream.
        if let Some(name) = &gateway.spec.ingress.name {
            values.insert("ingress.name", scalar(name).into_owned());
        }
        document(&mut output, gateway.written().name(), &values, &docs);
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
            let _ = writeln!(output, "{indent}# {doc}.\n{indent}#{part}: {{{}: {}}}", field.name(), field.example);
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

/// The settings of the Service, by the paths of their fields.
fn values(gateway: &RewrittenGateway) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::new();
    // The Gateway's own name, where istiod makes the Service from one.
    values.insert("gateway.name", scalar(gateway.written().name()).into_owned());
    let namespace = gateway.service.namespace();
    if !namespace.is_empty() {
        values.insert("gateway.namespace", scalar(namespace).into_owned());
    }
    let mut rest = Vec::new();
    for (key, value) in &gateway.carried {
        match by_annotation(key).and_then(|field| as_field(field, value)) {
            Some((path, value)) => {
                values.insert(path, value);
            }
            None => rest.push((key, value)),
        }
    }
    if !rest.is_empty() {
        values.insert("ingress.annotations", flow_map(rest));
    }
    values
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
        Shape::Map => flow_map(&string_map(value)?),
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

fn flow_map<'m>(pairs: impl IntoIterator<Item = (&'m String, &'m String)>) -> String {
    let pairs: Vec<String> =
        pairs.into_iter().map(|(key, value)| format!("{}: {}", scalar(key), scalar(value))).collect();
    format!("{{{}}}", pairs.join(", "))
}
