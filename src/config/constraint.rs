//! What the value of a field must be, beyond its type: a row of the table of fields names its constraint.
//!
//! Values are read from the located tree, so that one constraint serves fields of several types. What AWS and the API server
//! take is not written here: texts are checked by the functions of [`alb_controller::validation`] and [`super::kube`], ranges are those of the
//! catalogue of annotations.

use super::check::Check;
use super::kube::{self, Verdict, wrong};
use super::node::{Node, Value, join};
use super::types::{PathType, ServiceType, Spec};
use super::value::{Entries, Var};
use crate::placeholder;
use alb_controller::catalogue::{self, HEALTH_CHECK_PATH_LENGTH, Kind, Version};
use std::collections::BTreeMap;

/// What a text must be.
type Rule = fn(&str) -> Verdict;

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
    /// Something that only this field must be.
    Own(fn(&mut Check<'_>, &str, &Spec)),
}

/// Labels of Kubernetes.
pub(super) const LABELS: Constraint = Constraint::Pairs(kube::qualified_name, kube::label_value);

impl Constraint {
    /// Checks the value at `path`, of a field that becomes `annotations`.
    pub(super) fn check(self, check: &mut Check<'_>, path: &str, annotations: &[&str], spec: &Spec) {
        if let Constraint::Own(own) = self {
            return own(check, path, spec);
        }
        let Some(node) = check.tree.find(path) else { return };
        match self {
            Constraint::None | Constraint::Own(_) => {}
            Constraint::Text(rule) => check.texts(path, node, rule),
            Constraint::Items(rule) => items(check, path, node, rule),
            Constraint::Keys(rule) => keys(check, path, node, rule),
            Constraint::Pairs(key, value) => {
                for entry in node.entries() {
                    let path = join(path, &entry.key);
                    check.verdict(&path, key(&entry.key));
                    check.texts(&path, &entry.node, value);
                }
            }
            Constraint::Port(rule) => match node.value {
                Value::Integer(number, _) => check.verdict(path, kube::port_number(number)),
                _ => check.texts(path, node, rule),
            },
            Constraint::Range(unit) => range(check, path, node, annotations, unit),
        }
    }
}

fn items(check: &mut Check<'_>, path: &str, node: &Node, rule: Rule) {
    let items: Vec<&str> = node.items().iter().filter_map(Node::text).collect();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if items[..index].contains(item) {
            check.wrong(&path, wrong(format!("`{item}` stands here a second time")));
        } else if item.contains(',') && !placeholder::is_in(item) {
            check.wrong(&path, wrong(format!("`{item}` holds a comma")).help("write one item for each"));
        } else {
            check.text(&path, item, rule);
        }
    }
}

fn keys(check: &mut Check<'_>, path: &str, node: &Node, rule: Rule) {
    for entry in node.entries() {
        let path = join(path, &entry.key);
        match entry.key.is_empty() {
            true => check.wrong(&path, wrong("a key is empty")),
            false => check.verdict(&path, rule(&entry.key)),
        }
    }
}

fn range(check: &mut Check<'_>, path: &str, node: &Node, annotations: &[&str], unit: &str) {
    let kind = annotations.first().and_then(|key| catalogue::find_key(key)).map(|annotation| annotation.kind);
    if let (Value::Integer(number, _), Some(Kind::Int { min, max })) = (&node.value, kind)
        && !(min..=max).contains(number)
    {
        check.wrong(path, wrong(format!("{number} is not between {min} and {max}{unit}")));
    }
}

/// Any text.
#[expect(clippy::unnecessary_wraps, reason = "a rule that nothing breaks")]
pub(super) fn anything(_: &str) -> Verdict {
    Ok(())
}

pub(super) fn node_ports(check: &mut Check<'_>, path: &str, spec: &Spec) {
    let mut seen = BTreeMap::new();
    for (name, port) in spec.service.node_ports.iter().flat_map(Entries::iter) {
        let path = join(path, name);
        check.verdict(&path, kube::label(name));
        let Var::Known(port) = port else { continue };
        if !(30000..=32767).contains(port) {
            check.wrong(&path, wrong(format!("{port} is not between 30000 and 32767, where node ports are")));
        } else if let Some(other) = seen.insert(*port, name) {
            check.wrong(&path, wrong(format!("node port {port} is that of `{other}` already")));
        }
    }
    if spec.service.kind() == ServiceType::ClusterIp && spec.service.node_ports.is_some() {
        check.wrong(path, wrong("a ClusterIP Service has no node ports"));
    }
}

pub(super) fn kept_annotations(check: &mut Check<'_>, path: &str, spec: &Spec) {
    let kept = spec.service.keep_annotations.iter().flatten();
    for (index, key) in kept.clone().enumerate() {
        check.text(&format!("{path}[{index}]"), key, kube::qualified_name);
    }
    let ranges = "service.beta.kubernetes.io/load-balancer-source-ranges";
    if let Some(index) = kept.clone().position(|key| key == ranges) {
        let what = format!("`{ranges}` cannot stay: the API server refuses it on a Service that is no LoadBalancer");
        check.wrong(&format!("{path}[{index}]"), wrong(what));
    }
}

pub(super) fn paths(check: &mut Check<'_>, path: &str, spec: &Spec) {
    for (index, rule) in spec.ingress.paths.iter().flatten().enumerate() {
        let is_as_controller = rule.path_type == PathType::ImplementationSpecific;
        let form = if is_as_controller { kube::absolute_path } else { kube::path };
        check.text(&format!("{path}[{index}].path"), &rule.path, form);
    }
}

pub(super) fn listen_ports(check: &mut Check<'_>, path: &str, spec: &Spec) {
    let mut seen = Vec::new();
    for (index, listener) in spec.ingress.listen_ports.set().into_iter().flatten().enumerate() {
        let path = format!("{path}[{index}].{}", listener.protocol());
        let Var::Known(port) = listener.port() else { continue };
        check.verdict(&path, kube::port_number(*port));
        if seen.contains(port) {
            check.wrong(&path, wrong(format!("port {port} stands here a second time")));
        }
        seen.push(*port);
    }
}

/// The path of a health check.
pub(super) fn health_path(text: &str) -> Verdict {
    kube::absolute_path(text)?;
    match text.chars().count() {
        ..=HEALTH_CHECK_PATH_LENGTH => Ok(()),
        count => Err(wrong(format!("the path has {count} characters; it may have {HEALTH_CHECK_PATH_LENGTH}"))),
    }
}

/// The release of the controller: `3.5`, `2.4.1`.
pub(super) fn controller_version(check: &mut Check<'_>, path: &str, spec: &Spec) {
    if let Some(version) = &spec.controller_version {
        check.verdict(path, release(version.as_str()));
    }
}

fn release(text: &str) -> Verdict {
    match Version::parse(text) {
        Some(Version(0 | 1, ..)) => {
            Err(wrong(format!("`{text}` is no AWS Load Balancer Controller, which begins with 2.0")))
        }
        Some(_) if text.contains('.') => Ok(()),
        _ => Err(wrong(format!("`{text}` is no release")).help("for example \"3.5\" or \"2.4.1\"")),
    }
}
