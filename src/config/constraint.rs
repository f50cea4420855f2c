//! What the value of a field must be, beyond its type: a row of the table of fields names its constraint.
//!
//! Values are read from the located tree, so that one constraint serves fields of several types. What AWS and the API server
//! take is not written here: texts are checked by [`alb_controller::validation`] and [`kubernetes_objects::validation`], ranges are
//! those of the catalogue of annotations.

use super::checker::Checker;
use super::node::{Node, Value, join};
use super::types::{PathType, ServiceType, Spec};
use super::value::{Entries, Var};
use crate::flux::variables;
use crate::suggest::nearest;
use alb_controller::catalogue::{self, HEALTH_CHECK_PATH_LENGTH, Kind, Version};
use kubernetes_objects::validation::{self as kubernetes, Validation, Violation, violation};
use std::collections::BTreeMap;

/// What a text must be.
type Rule = fn(&str) -> Validation;

/// What the value of a field must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Constraint {
    /// Whatever its type allows.
    None,
    /// This text, or a list of such texts.
    Text(Rule),
    /// A list of such texts that becomes one annotation.
    Items(Rule),
    /// A map that becomes one annotation, with such keys.
    Keys(Rule),
    /// A map with such keys and such values.
    Pairs(Rule, Rule),
    /// The number of a port, or such a name.
    Port(Rule),
    /// A number in the range of its annotation; with the unit for the message.
    Range(&'static str),
    /// A map of texts that are taken as they are.
    Verbatim,
    /// Something that only this field must be.
    Own(fn(&mut Checker<'_>, &str, &Spec)),
}

/// Labels of Kubernetes.
pub(super) const LABELS: Constraint = Constraint::Pairs(kubernetes::qualified_name, kubernetes::label_value);

impl Constraint {
    /// Checks the value at `path`, of a field that becomes `annotations`.
    pub(super) fn check(self, checker: &mut Checker<'_>, path: &str, annotations: &[&str], spec: &Spec) {
        if let Constraint::Own(own) = self {
            return own(checker, path, spec);
        }
        let Some(node) = checker.tree.find(path) else { return };
        match self {
            Constraint::None | Constraint::Verbatim | Constraint::Own(_) => {}
            Constraint::Text(rule) => checker.texts(path, node, rule),
            Constraint::Items(rule) => items(checker, path, node, rule),
            Constraint::Keys(rule) => keys(checker, path, node, rule),
            Constraint::Pairs(key, value) => {
                for entry in node.entries() {
                    let path = join(path, &entry.key);
                    checker.require(&path, key(&entry.key));
                    checker.texts(&path, &entry.node, value);
                }
            }
            Constraint::Port(rule) => match node.value {
                Value::Integer(number, _) => checker.require(path, kubernetes::port_number(number)),
                _ => checker.texts(path, node, rule),
            },
            Constraint::Range(unit) => range(checker, path, node, annotations, unit),
        }
    }
}

fn items(checker: &mut Checker<'_>, path: &str, node: &Node, rule: Rule) {
    let items: Vec<&str> = node.items().iter().filter_map(Node::text).collect();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if items[..index].contains(item) {
            checker.fail(&path, violation(format!("`{item}` is in the list twice")));
        } else if item.contains(',') && !variables::is_in(item) {
            checker.fail(&path, violation(format!("`{item}` holds a comma")).help("write one item for each"));
        } else if let Some(list) = apart(item, rule) {
            checker.fail(&path, violation(format!("`{item}` is several items")).help(format!("with commas: {list}")));
        } else {
            checker.text(&path, item, rule);
        }
    }
}

/// Items that stand apart by blanks, with commas instead.
fn apart(item: &str, rule: Rule) -> Option<String> {
    let parts: Vec<&str> = item.split_whitespace().collect();
    let are_items = parts.len() > 1 && rule(item).is_err() && parts.iter().all(|part| rule(part).is_ok());
    are_items.then(|| parts.join(","))
}

fn keys(checker: &mut Checker<'_>, path: &str, node: &Node, rule: Rule) {
    for entry in node.entries() {
        let path = join(path, &entry.key);
        match entry.key.is_empty() {
            true => checker.fail(&path, violation("a key is empty")),
            false => checker.require(&path, rule(&entry.key)),
        }
    }
}

fn range(checker: &mut Checker<'_>, path: &str, node: &Node, annotations: &[&str], unit: &str) {
    let kind = annotations.first().and_then(|key| catalogue::find_key(key)).map(|annotation| annotation.kind);
    if let (Value::Integer(number, _), Some(Kind::Int { min, max })) = (&node.value, kind)
        && !(min..=max).contains(number)
    {
        checker.fail(path, violation(format!("{number} is not between {min} and {max}{unit}")));
    }
}

/// Any text.
#[expect(clippy::unnecessary_wraps, reason = "a rule that nothing breaks")]
pub(super) fn anything(_: &str) -> Validation {
    Ok(())
}

pub(super) fn node_ports(checker: &mut Checker<'_>, path: &str, spec: &Spec) {
    let mut seen = BTreeMap::new();
    for (name, port) in spec.service.node_ports.iter().flat_map(Entries::iter) {
        let path = join(path, name);
        checker.require(&path, kubernetes::label(name));
        let Var::Known(port) = port else { continue };
        if !(30000..=32767).contains(port) {
            checker.fail(&path, violation(format!("{port} is not between 30000 and 32767, where node ports are")));
        } else if let Some(other) = seen.insert(*port, name) {
            checker.fail(&path, violation(format!("node port {port} is that of `{other}` already")));
        }
    }
    if spec.service.kind() == ServiceType::ClusterIp && spec.service.node_ports.is_some() {
        checker.fail(path, violation("a ClusterIP Service has no node ports"));
    }
}

pub(super) fn kept_annotations(checker: &mut Checker<'_>, path: &str, spec: &Spec) {
    let kept = spec.service.keep_annotations.iter().flatten();
    for (index, key) in kept.clone().enumerate() {
        checker.text(&format!("{path}[{index}]"), key, kubernetes::qualified_name);
    }
    let ranges = "service.beta.kubernetes.io/load-balancer-source-ranges";
    if let Some(index) = kept.clone().position(|key| key == ranges) {
        let what = format!("`{ranges}` cannot stay: the API server refuses it on a Service that is no LoadBalancer");
        checker.fail(&format!("{path}[{index}]"), violation(what));
    }
}

pub(super) fn paths(checker: &mut Checker<'_>, path: &str, spec: &Spec) {
    for (index, rule) in spec.ingress.paths.iter().flatten().enumerate() {
        let is_as_controller = rule.path_type == PathType::ImplementationSpecific;
        let form = if is_as_controller { kubernetes::absolute_path } else { kubernetes::path };
        checker.text(&format!("{path}[{index}].path"), &rule.path, form);
    }
}

pub(super) fn listen_ports(checker: &mut Checker<'_>, path: &str, spec: &Spec) {
    let mut seen = Vec::new();
    for (index, listener) in spec.ingress.listen_ports.set().into_iter().flatten().enumerate() {
        let path = format!("{path}[{index}].{}", listener.protocol());
        let Var::Known(port) = listener.port() else { continue };
        checker.require(&path, kubernetes::port_number(*port));
        if seen.contains(port) {
            checker.fail(&path, violation(format!("port {port} is in the list twice")));
        }
        seen.push(*port);
    }
}

/// The path of a health check.
pub(super) fn health_path(text: &str) -> Validation {
    kubernetes::absolute_path(text)?;
    match text.chars().count() {
        ..=HEALTH_CHECK_PATH_LENGTH => Ok(()),
        count => Err(violation(format!("the path has {count} characters; it may have {HEALTH_CHECK_PATH_LENGTH}"))),
    }
}

/// The release of the controller: `3.5`, `2.4.1`.
pub(super) fn controller_version(checker: &mut Checker<'_>, path: &str, spec: &Spec) {
    if let Some(version) = &spec.controller_version {
        checker.require(path, release(version.as_str()));
    }
}

fn release(text: &str) -> Validation {
    match Version::parse(text) {
        Some(Version(0 | 1, ..)) => {
            Err(violation(format!("`{text}` is no AWS Load Balancer Controller, which begins with 2.0")))
        }
        Some(_) if text.contains('.') => Ok(()),
        _ => Err(violation(format!("`{text}` is no release")).help("for example \"3.5\" or \"2.4.1\"")),
    }
}

/// What an identity provider is told by (LBC v3.5.0 pkg/ingress/config_types.go AuthIDPConfigOIDC).
pub(super) fn oidc(checker: &mut Checker<'_>, path: &str, _: &Spec) {
    const KEYS: &[&str] = &["issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint", "secretName"];
    exactly(checker, path, KEYS);
    let endpoints = checker.tree.find(path).map(Node::entries).unwrap_or_default();
    for entry in endpoints.iter().filter(|entry| entry.key != "secretName") {
        if let Some(url) = entry.node.text() {
            checker.text(&join(path, &entry.key), url, |url| match url.starts_with("https://") {
                true => Ok(()),
                false => Err(violation(format!("`{url}` is no `https://` URL"))),
            });
        }
    }
}

/// What a user pool is told by (LBC v3.5.0 pkg/ingress/config_types.go AuthIDPConfigCognito).
pub(super) fn cognito(checker: &mut Checker<'_>, path: &str, _: &Spec) {
    exactly(checker, path, &["userPoolARN", "userPoolClientID", "userPoolDomain"]);
}

/// A map with these keys and no others.
fn exactly(checker: &mut Checker<'_>, path: &str, keys: &[&str]) {
    let Some(node) = checker.tree.find(path).filter(|node| matches!(node.value, Value::Map(_))) else { return };
    for entry in node.entries().iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
        let problem = violation(format!("there is no such key; the keys are {}", keys.join(", ")));
        let help = nearest(&entry.key, keys).map(|meant| format!("did you mean `{meant}`?"));
        checker.fail(&join(path, &entry.key), Violation { help, ..problem });
    }
    let missing: Vec<&str> = keys.iter().copied().filter(|key| node.entry(key).is_none()).collect();
    if !missing.is_empty() {
        checker.fail(path, violation(format!("it lacks {}: the controller wants all of them", missing.join(", "))));
    }
}
