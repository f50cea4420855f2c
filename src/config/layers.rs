//! The layers of a configuration and their precedence: flags, parameters of an Argo CD Application,
//! `ARGOCD_ENV_ISTIO_ALB_*`, `ISTIO_ALB_*`, file.
//!
//! Each layer is read into one tree below `spec`. The trees are laid over each other, the lowest first: maps per key,
//! everything else whole. Three cases need more than that.
//!
//! - **Annotations.** Inside one layer a free annotation and the field for it must agree ([`super::twice`]). A field of a *higher*
//!   layer wins over both, so the lower annotation goes: else `--scheme internal` would do nothing to a file with
//!   `annotations: {alb.ingress.kubernetes.io/scheme: internet-facing}`.
//! - **Empty lists** configure nothing. Over a list of a lower layer they are refused: `--inbound-cidrs "$CIDRS"` with an unset
//!   variable must not open an ALB to the world. `null` takes a list away.
//! - **Findings** are one table from id to level in the shape of three lists, merged per id.

use super::arguments::{Options, Parameters};
use super::fields::{self, FIELDS, Field, STRICT, Shape};
use super::node::{Entry, Node, Origin, Value, join};
use super::normalize::switched_off;
use super::settings::Overruled;
use super::{parse, path, twice};
use crate::error::{Error, quoted};
use crate::suggest::nearest;
use alb_controller::go::strconv::string_list;
use std::collections::BTreeMap;

/// What variables of ours begin with.
pub const PREFIX: &str = "ISTIO_ALB_";
/// The same from an Argo CD Application, which prefixes what it passes on.
pub const ARGOCD_PREFIX: &str = "ARGOCD_ENV_ISTIO_ALB_";

/// Variables that are no field.
pub(super) const CONFIG: &str = "CONFIG";
pub(super) const REPORT: &str = "REPORT";
const SET: &str = "SET";
/// Whether warnings are written to the terminal; the hosts read it.
const TTY: &str = "TTY";
/// The fields beside the lists of findings.
const SWITCHES: &[&str] = &[STRICT, "annotate"];
/// Variables of this project's own tests.
const TESTS: &[&str] = &["TEST_DATA", "BLESS"];

/// The variables of one prefix, without it.
pub(super) type Variables = BTreeMap<String, String>;

/// Picks the variables that begin with `prefix`.
pub(super) fn variables(env: &[(String, String)], prefix: &str) -> Variables {
    env.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone()))).collect()
}

/// A layer while it is read, part by part.
struct Layer {
    /// All parts together.
    node: Node,
    /// Each by itself: no two may contradict each other.
    parts: Vec<Node>,
}

impl Layer {
    fn named(name: &str) -> Self {
        Layer { node: Node::empty(Origin::named(name)), parts: Vec::new() }
    }

    fn lay(&mut self, part: Node) -> Result<(), Error> {
        twice::refuse(&self.parts, &part)?;
        overlay(&mut self.node, &part)?;
        self.parts.push(part);
        Ok(())
    }
}

/// The layer of the command line.
pub(super) fn from_flags(options: &Options) -> Result<Node, Error> {
    let mut layer = Layer::named("the command line");
    for given in &options.fields {
        add(&mut layer, given.field, &given.values, Origin::named(given.by.as_str()))?;
    }
    for assignment in &options.set {
        set(&mut layer, assignment, Origin::named("--set"))?;
    }
    Ok(layer.node)
}

/// The layer of an Application's parameters.
pub(super) fn from_parameters(parameters: &Parameters) -> Result<Node, Error> {
    let mut layer = Layer::named("the parameters");
    for (field, value) in &parameters.fields {
        let origin = Origin::named(format!("parameter `{}`", field.parameter()));
        add(&mut layer, field, std::slice::from_ref(value), origin)?;
    }
    for assignment in &parameters.set {
        set(&mut layer, assignment, Origin::named("parameter `set`"))?;
    }
    Ok(layer.node)
}

/// The layer of the variables with this prefix. An unknown variable is an error: a misspelt one would silently leave a
/// default in force.
pub(super) fn from_variables(variables: &Variables, prefix: &str) -> Result<Node, Error> {
    let mut layer = Layer::named("the environment");
    if variables.is_empty() {
        return Ok(layer.node);
    }
    let known: BTreeMap<String, &Field> = FIELDS.iter().map(|field| (field.variable(), field)).collect();
    for (name, value) in variables {
        let origin = Origin::named(format!("{prefix}{name}"));
        if let Some(field) = known.get(name) {
            add(&mut layer, field, std::slice::from_ref(value), origin)?;
        } else if name == TTY {
            if value != "never" {
                let error = Error::usage(format!("{origin}: expected `never`, found {}", quoted(value)));
                return Err(error.help("leave it out to have warnings on the terminal when Helm runs us"));
            }
        } else if ![CONFIG, REPORT, SET].contains(&name.as_str())
            && !TESTS.contains(&name.as_str())
            && !is_service_link(name)
        {
            let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
            names.extend([CONFIG, REPORT, SET, TTY]);
            let error = Error::usage(format!("{origin}: no such variable"));
            let by_path = fields::by_path_as_variable(name).map(Field::variable);
            return Err(match by_path.as_deref().or_else(|| nearest(name, &names)) {
                Some(word) => error.help(format!("did you mean `{prefix}{word}`?")),
                None => error.help(format!("docs/configuration.md lists them; {PREFIX}{SET} takes any path")),
            });
        }
    }
    for assignment in variables.get(SET).iter().flat_map(|list| list.lines()).map(str::trim) {
        if !assignment.is_empty() {
            set(&mut layer, assignment, Origin::named(format!("{prefix}{SET}")))?;
        }
    }
    Ok(layer.node)
}

/// Whether Kubernetes itself puts this variable into a pod, for a Service whose name begins with `istio-alb`
/// (`ISTIO_ALB_SERVICE_HOST`, `ISTIO_ALB_PORT_443_TCP_ADDR`).
fn is_service_link(name: &str) -> bool {
    let behind_port = |rest: &str| rest.is_empty() || rest.starts_with('_');
    name.ends_with("SERVICE_HOST")
        || name.split_once("SERVICE_PORT").is_some_and(|(_, rest)| behind_port(rest))
        || name == "PORT"
        || name.ends_with("_PORT")
        || ["PORT_", "_PORT_"].iter().any(|word| {
            name.split_once(word).is_some_and(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit()))
        })
}

/// Adds the value of a flag or variable to its field.
fn add(layer: &mut Layer, field: &Field, values: &[String], origin: Origin) -> Result<(), Error> {
    let path: Vec<_> = field.path.split('.').map(str::to_owned).collect();
    let value = read(field.shape, values, &origin)?;
    layer.lay(Node::nested(&path, &origin, value))
}

/// Reads a value as its field's shape wants it.
fn read(shape: Shape, values: &[String], origin: &Origin) -> Result<Node, Error> {
    let last = values.last().map_or("", |value| value.trim());
    if last.is_empty() && !values.is_empty() {
        return Err(Error::usage(format!("{origin}: the value is empty"))
            .help("leave it out to say nothing, or say `null` to take away what a lower layer or a default says"));
    }
    let node = |value| Node::new(origin.clone(), value);
    if last == "null" && values.len() == 1 {
        return Ok(node(Value::Null));
    }
    match shape {
        Shape::Text => Ok(node(Value::Text(last.to_owned()))),
        Shape::List if !last.starts_with('[') => {
            let items = values.iter().flat_map(|value| value.split(',')).map(str::trim);
            Ok(node(Value::List(items.map(|item| node(Value::Text(item.to_owned()))).collect())))
        }
        Shape::Map if !last.starts_with('{') => {
            let pairs = values.iter().flat_map(|value| value.split(',')).map(str::trim);
            let entries: Vec<Entry> = pairs.map(|text| pair(text, origin)).collect::<Result<_, _>>()?;
            once(entries, origin).map(|entries| node(Value::Map(entries)))
        }
        Shape::List | Shape::Yaml | Shape::Items | Shape::Map => parse::value(last, origin),
        Shape::Switch | Shape::InverseSwitch if values.is_empty() => {
            let on = shape == Shape::Switch;
            Ok(node(Value::Bool(on, on.to_string())))
        }
        Shape::Switch => parse::value(last, origin),
        Shape::InverseSwitch => {
            let mut value = parse::value(last, origin)?;
            if let Value::Bool(on, text) = &mut value.value {
                *on = !*on;
                *text = on.to_string();
            }
            Ok(value)
        }
    }
}

/// One `key=value` of a map.
fn pair(text: &str, origin: &Origin) -> Result<Entry, Error> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Error::usage(format!("{origin}: `{text}` is no entry of a map"))
            .help("write key=value,key=value, or a YAML map in braces"));
    };
    let value = value.trim();
    let is_number = |number: &i64| number.to_string() == value;
    let value = match value.parse().ok().filter(is_number) {
        Some(number) => Value::Integer(number, value.to_owned()),
        None => Value::Text(value.to_owned()),
    };
    Ok(Entry { key: key.trim().to_owned(), origin: origin.clone(), node: Node::new(origin.clone(), value) })
}

/// The entries of a map, each key once: of two values nobody sees which one counts.
fn once(entries: Vec<Entry>, origin: &Origin) -> Result<Vec<Entry>, Error> {
    let mut known: Vec<Entry> = Vec::new();
    for entry in entries {
        match known.iter().find(|known| known.key == entry.key) {
            None => known.push(entry),
            Some(other) if other.node.value == entry.node.value => {}
            Some(other) => {
                let (key, one, two) = (&entry.key, other.node.describe(), entry.node.describe());
                let error = Error::usage(format!("{origin}: the key `{key}` is in it twice, with {one} and {two}"));
                return Err(error.help("give each key one value"));
            }
        }
    }
    Ok(known)
}

/// Adds one `path=value`.
fn set(layer: &mut Layer, assignment: &str, origin: Origin) -> Result<(), Error> {
    let wrong = |what: String| Error::usage(format!("{origin}: `{assignment}`: {what}"));
    let path::Assignment { path, value } = path::parse(assignment).map_err(|what| {
        wrong(what).help("for example ingress.scheme=internal, or ingress.annotations[example.com/a]=b")
    })?;
    if value.trim().is_empty() {
        return Err(
            wrong("the value is empty".to_owned()).help("say `null` to take away what a lower layer or a default says")
        );
    }
    let value = parse::value(value, &origin)?;
    layer.lay(Node::nested(&path, &origin, value))
}

/// Lays a layer over the ones below it.
pub(super) fn merge(below: &mut Node, layer: &Node) -> Result<(), Error> {
    outrank(below, layer)?;
    overlay(below, layer)
}

/// Removes the annotations below that a field of `layer` outranks.
fn outrank(below: &mut Node, layer: &Node) -> Result<(), Error> {
    let Some(annotations) = below.find_mut("ingress.annotations") else {
        return Ok(());
    };
    let Value::Map(entries) = &mut annotations.value else {
        return Ok(());
    };
    for field in FIELDS {
        let Some(value) = configured(layer, field.path) else {
            continue;
        };
        let is_ours = |entry: &Entry| field.annotations.contains(&entry.key.as_str());
        let part = field.shape == Shape::Map && value.value != Value::Null;
        if let Some(entry) = entries.iter().find(|entry| part && is_ours(entry) && entry.node.value != Value::Null) {
            let (key, here, there) = (&entry.key, &value.origin, &entry.origin);
            let message =
                format!("{here}: spec.{} and the annotation {key} of a lower layer ({there}) are one", field.path);
            return Err(Error::usage(message)
                .help(format!("write the annotation's entries into `{}`, so that they can be merged", field.path)));
        }
        entries.retain(|entry| !is_ours(entry));
    }
    Ok(())
}

/// Fields that decide who may connect, whether the old load balancer goes, and whether warnings stop the run.
const OF_ACCESS: [&str; 6] =
    ["ingress.scheme", "ingress.inboundCidrs", "ingress.securityGroups", "ingress.wafv2AclArn", "phase", STRICT_PATH];
const STRICT_PATH: &str = "findings.strict";

/// What a tree has for these fields: by the annotation, which counts over the field, or by the field.
pub(super) fn of_access(tree: &Node) -> impl Iterator<Item = (&'static str, Node)> {
    OF_ACCESS.into_iter().filter_map(|path| {
        let annotations = fields::field(path)?.annotations;
        let free = tree.find("ingress.annotations");
        let by_annotation = annotations.iter().find_map(|key| Some(&free?.entry(key)?.node));
        Some((path, by_annotation.or_else(|| configured(tree, path))?.clone()))
    })
}

/// What a layer has changed of it. To say for the first time who may connect, or that a gateway is attached, changes nothing; nor
/// does it that warnings stop this run, which is stricter.
pub(super) fn overruled(before: &[(&'static str, Node)], tree: &Node) -> Vec<Overruled> {
    let now: Vec<_> = of_access(tree).collect();
    let changed = before.iter().filter_map(|(path, lower)| {
        let (_, node) = now.iter().find(|(known, _)| known == path)?;
        let (value, below) = (in_words(node), in_words(lower));
        let (by, origin) = (node.origin.clone(), lower.origin.clone());
        let is_stricter = *path == STRICT_PATH && value == "true";
        (value != below && !is_stricter).then_some(Overruled { path, value, by, lower: below, below: origin })
    });
    changed.collect()
}

/// A text or a list as an annotation has it.
fn in_words(node: &Node) -> String {
    match &node.value {
        Value::List(items) => items.iter().map(in_words).collect::<Vec<_>>().join(","),
        Value::Text(text) => string_list(text).join(","),
        _ => node.describe(),
    }
}

/// The value of a field in a layer: its own, or a `null` above it.
fn configured<'a>(layer: &'a Node, path: &str) -> Option<&'a Node> {
    layer.find(path).or_else(|| {
        let (above, _) = path.rsplit_once('.')?;
        configured(layer, above).filter(|node| node.value == Value::Null)
    })
}

/// Lays one over the other as parts of one layer.
pub(super) fn overlay(below: &mut Node, layer: &Node) -> Result<(), Error> {
    lay(below, layer, "")
}

fn lay(below: &mut Node, above: &Node, path: &str) -> Result<(), Error> {
    if path == "findings" && merge_findings(below, above) {
        return Ok(());
    }
    if below.value == Value::Null && matches!(above.value, Value::Map(_)) {
        *below = switched_off(path, &below.origin);
    }
    match (&mut below.value, &above.value) {
        (Value::Map(entries), Value::Map(new)) => {
            for entry in new {
                match entries.iter_mut().find(|old| old.key == entry.key) {
                    Some(old) => lay(&mut old.node, &entry.node, &join(path, &entry.key))?,
                    None => entries.push(entry.clone()),
                }
            }
        }
        (Value::List(old), Value::List(new)) if new.is_empty() && !old.is_empty() => {
            return Err(Error::usage(format!(
                "{}: spec.{path}: an empty list over the list of a lower layer ({})",
                above.origin, below.origin
            ))
            .help("say `null` to take that list away"));
        }
        _ => *below = above.clone(),
    }
    Ok(())
}

/// Merges the three lists of findings per id, and `strict` and `annotate`, which are none. False where they are no lists, which the types then report.
fn merge_findings(below: &mut Node, above: &Node) -> bool {
    let (Value::Map(lists), Value::Map(new)) = (&mut below.value, &above.value) else {
        return false;
    };
    let is_list =
        |entry: &Entry| matches!(entry.node.value, Value::List(_) | Value::Null) || SWITCHES.contains(&&*entry.key);
    if !lists.iter().chain(new).all(is_list) {
        return false;
    }
    let moved: Vec<_> = new.iter().flat_map(|entry| entry.node.items()).filter_map(Node::text).collect();
    for old in lists.iter_mut() {
        if let Value::List(ids) = &mut old.node.value {
            ids.retain(|id| id.text().is_none_or(|id| !moved.contains(&id)));
        }
    }
    for entry in new {
        let Some(old) = lists.iter_mut().find(|old| old.key == entry.key) else {
            lists.push(entry.clone());
            continue;
        };
        match (&mut old.node.value, &entry.node.value) {
            (Value::List(ids), Value::List(more)) => ids.extend(more.iter().cloned()),
            (old, new) => *old = new.clone(),
        }
    }
    true
}

/// Refuses a layer that gives several documents what only one can have.
pub(super) fn refuse_for_several(layer: &Node, documents: usize, file: &str) -> Result<(), Error> {
    let mut one_gateway = FIELDS.iter().filter(|field| field.one_gateway);
    let Some((path, node)) = one_gateway.find_map(|field| Some((field.path, layer.find(field.path)?))) else {
        return Ok(());
    };
    Err(Error::usage(format!("{}: spec.{path} is about one gateway, but {file} configures {documents}", node.origin))
        .help(format!("write `{path}` into each of the documents")))
}
