//! A setting that is said twice in one layer with different values: an error, whichever of the two would count.
//!
//! Between layers the order is a promise (flags, parameters, variables, file), and to say something again there is what the
//! higher layer is for. Inside one layer nobody sees an order: `--scheme internal --set ingress.scheme=internet-facing` made
//! an ALB public. The same value twice is no contradiction.

use super::fields::{self, Field};
use super::node::{Node, Value, join};
use super::types::{Redirect, Spec};
use super::value::{Entries, Override, Printed, Text};
use crate::error::{Error, quoted};
use alb_controller::go::strconv::{string_list, string_map};
use std::collections::BTreeMap;

const HELP: &str = "say it once; to overrule another layer, say it in a higher one: a flag counts over a variable, and a variable \
                    over the file";

/// Refuses a part of a layer that says something else than an earlier part.
pub(super) fn refuse(earlier: &[Node], part: &Node) -> Result<(), Error> {
    let found = earlier.iter().find_map(|earlier| Some((earlier, contradiction(earlier, part, "")?)));
    let Some((earlier, (path, before, now))) = found else { return Ok(()) };
    match list_of(earlier, before) {
        Some(list) if before.text().is_some() => {
            let id = before.text().unwrap_or_default();
            let this = path.strip_prefix("findings.").unwrap_or(&path);
            let message = format!("{}: `{id}` is in `{this}`, and in `{list}`, too ({})", now.origin, before.origin);
            Err(Error::usage(message).help("leave it in one of the lists"))
        }
        _ => Err(error(&now.origin.to_string(), &path, &shown(now), before)),
    }
}

/// The list of findings in which an id stands.
fn list_of<'n>(layer: &'n Node, id: &Node) -> Option<&'n str> {
    let lists = layer.entry("findings")?.node.entries();
    let is_in = |list: &&super::node::Entry| list.node.items().iter().any(|item| std::ptr::eq(item, id));
    lists.iter().find(is_in).map(|list| list.key.as_str())
}

fn error(place: &str, path: &str, value: &str, before: &Node) -> Error {
    let message = format!("{place}: spec.{path} is said twice: {value}, and {} ({})", shown(before), before.origin);
    Error::usage(message).help(HELP)
}

/// The first value that two parts have, and that differs: its path and both values. A `null` for a whole part and a value in it
/// are none: all is switched off but that.
fn contradiction<'n>(before: &'n Node, now: &'n Node, path: &str) -> Option<(String, &'n Node, &'n Node)> {
    if path == "findings" {
        return moved(before, now);
    }
    match (&before.value, &now.value) {
        (Value::Map(old), Value::Map(new)) => new.iter().find_map(|entry| {
            let before = old.iter().find(|before| before.key == entry.key)?;
            contradiction(&before.node, &entry.node, &join(path, &entry.key))
        }),
        (Value::Null, Value::Map(_)) | (Value::Map(_), Value::Null) if fields::field(path).is_none() => None,
        _ if same(before, now) => None,
        _ => Some((path.to_owned(), before, now)),
    }
}

/// A finding in two of the lists, which else are one table.
fn moved<'n>(before: &'n Node, now: &'n Node) -> Option<(String, &'n Node, &'n Node)> {
    now.entries().iter().find_map(|list| {
        let path = join("findings", &list.key);
        let others = before.entries().iter().filter(|other| other.key != list.key);
        let mut ids = others.flat_map(|other| other.node.items());
        let twice = ids.find(|id| list.node.items().iter().any(|new| same(id, new)));
        let own = before.entry(&list.key).map(|entry| &entry.node);
        let replaced = own.filter(|own| !matches!((&own.value, &list.node.value), (Value::List(_), Value::List(_))));
        let replaced = replaced.filter(|own| !same(own, &list.node));
        twice.or(replaced).map(|before| (path, before, &list.node))
    })
}

fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let has = |entry: &super::node::Entry| {
                other.iter().any(|other| other.key == entry.key && same(&other.node, &entry.node))
            };
            one.len() == other.len() && one.iter().all(has)
        }
        (Value::Null, Value::Null) => true,
        _ => one.unambiguous().is_some() && one.unambiguous() == other.unambiguous(),
    }
}

/// A value in a message.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| item.unambiguous().unwrap_or("…").to_owned()).collect();
            quoted(&format!("[{}]", items.join(", ")))
        }
        _ => node.describe(),
    }
}

/// Refuses a free annotation that says something else than the field for it, in one layer. A part that is `null` as a whole is
/// switched off but for such annotations.
pub(super) fn annotations(spec: &Spec, tree: &Node) -> Result<(), Error> {
    for (key, annotation) in spec.ingress.annotations.iter().flat_map(Entries::iter) {
        let Some(field) = fields::by_annotation(key) else { continue };
        let Some(said) = tree.find(field.path) else { continue };
        let is_part_off = said.value == Value::Null && field.parent() != "ingress";
        if is_part_off || agree(spec, field, key, annotation.as_ref().map(Text::as_str)) {
            continue;
        }
        let entry = tree.find("ingress.annotations").and_then(|annotations| annotations.entry(key));
        let place = entry.map_or(&tree.origin, |entry| &entry.node.origin);
        let value = annotation.as_ref().map_or_else(|| "null".to_owned(), |text| quoted(text.as_str()));
        let message = format!(
            "{place}: the annotation {key} is {value}, and spec.{}, which is the same setting, {} ({})",
            field.path,
            shown(said),
            said.origin
        );
        return Err(Error::usage(message).help(HELP));
    }
    Ok(())
}

/// Whether a field and the free annotation for it say the same.
fn agree(spec: &Spec, field: &Field, key: &str, annotation: Option<&str>) -> bool {
    let ingress = &spec.ingress;
    let Some(value) = field.value else {
        return match (&ingress.redirect_to_https, annotation) {
            _ if field.path == "ingress.className" => match &ingress.class_name {
                Override::Default => true,
                class => class.set().map(String::as_str) == annotation,
            },
            (Override::Set(Redirect::No) | Override::Off, Some(_)) => false,
            // A redirect has one of two annotations; to switch the other off contradicts nothing.
            (Override::Set(Redirect::Yes), None) => !key.ends_with("/ssl-redirect"),
            _ => true,
        };
    };
    match (value(ingress), annotation) {
        (Override::Default, _) | (Override::Off, None) => true,
        (Override::Set(Printed::Text(field)), Some(annotation)) => {
            let as_json = |text| serde_json::from_str::<serde_json::Value>(text).ok();
            field == annotation
                || string_list(&field) == string_list(annotation)
                || as_json(&field).is_some_and(|field| Some(field) == as_json(annotation))
        }
        (Override::Set(Printed::Entries(entries)), Some(annotation)) => {
            let field: BTreeMap<String, String> =
                entries.iter().filter_map(|(key, value)| Some((key.to_owned(), value.as_ref()?.0.clone()))).collect();
            string_map(annotation).is_some_and(|annotation| annotation.into_iter().collect::<BTreeMap<_, _>>() == field)
        }
        _ => false,
    }
}
