//! Findings: what the program has to say about a stream, each by the id of a rule.
//!
//! A [`Rule`] is data: id, name, severity, and the texts that `explain` and the documentation print. The rules stand in
//! the submodules by subject, each beside the code that decides it; [`rules`] lists them all in order of their ids.

pub mod actions;
pub mod annotations;
pub mod attributes;
pub mod auth;
pub mod backend;
pub mod backends;
pub mod certificates;
pub mod class;
pub mod conditions;
pub mod controller;
pub mod exposure;
pub mod flux;
pub mod frontend;
pub mod groups;
pub mod health;
pub mod inbound;
pub mod kubernetes;
pub mod limits;
pub mod listeners;
pub mod listening;
pub mod load_balancer;
pub mod mesh;
pub mod migration;
pub mod no_text;
pub mod opened;
pub mod paths;
pub mod reach;
pub mod redirects;
pub mod reference;
pub mod scene;
pub mod service;
pub mod syntax;
pub mod tags;
#[cfg(test)]
mod testing;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::alb::model::{IngressFacts, Model, Options};
use crate::config::Settings;
use crate::config::types::{Findings, Placeholders, Spec};
use crate::error::{Error, Place};
use crate::manifest::{self, Object};
use crate::placeholder;
use crate::stream::{Stream, has_content};
use crate::yaml::{Finder, Tree};
use scene::{Index, Scene};

/// The kinds of objects that a rule looks at in the filter.
pub const KINDS: [&str; 6] = ["Service", "Ingress", "IngressClass", "IngressClassParams", "Gateway", "EnvoyFilter"];

/// The kinds of objects that a rule looks at in `check` and `show`, which have more time.
pub const ALL_KINDS: [&str; 10] = [
    "Service",
    "Ingress",
    "IngressClass",
    "IngressClassParams",
    "Gateway",
    "EnvoyFilter",
    "Namespace",
    "Secret",
    "Deployment",
    "DaemonSet",
];

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; printed by `check` only.
    Info,
    /// Works, but perhaps not as meant.
    Warning,
    /// Refused, or never works: the filter prints nothing.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One rule. `check`, `explain`, the documentation and the SARIF report all read it from here.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `ALB014`
    pub id: &'static str,
    /// `health-port-not-a-node-port`
    pub name: &'static str,
    /// The severity of its worst case; a finding may be milder.
    pub severity: Severity,
    /// One sentence: what the rule looks for.
    pub summary: &'static str,
    /// Why it matters: what the controller, AWS or Kubernetes do then. Markdown, one or more paragraphs.
    pub explanation: &'static str,
    /// How to mend it.
    pub help: &'static str,
    /// Where the fact comes from: file and line of a public source, or an URL.
    pub source: &'static str,
}

/// What a rule says about one place of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// As found; configuration and flags may change it afterwards.
    pub severity: Severity,
    /// What is wrong here, with the names and values of this stream.
    pub message: String,
    /// What to do about it here; the rule's help where this is `None`.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The object, as `Kind namespace/name`.
    pub object: Option<String>,
    /// The field or annotation in that object, as a JSON pointer.
    pub field: Option<String>,
}

impl Finding {
    /// A finding of `rule` with its own severity.
    #[must_use]
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Finding {
            rule,
            severity: rule.severity,
            message: message.into(),
            help: None,
            place: None,
            object: None,
            field: None,
        }
    }

    /// The same finding at another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding with a help line of its own.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with the field that it is about, a JSON pointer into the object.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>) -> Self {
        self.field = Some(pointer.into());
        self
    }
}

/// A gateway of ours, for the rules that judge a rewritten stream.
pub struct Gateway<'g> {
    /// Index of its Service among the objects.
    pub service: usize,
    /// Index of its Ingress.
    pub ingress: usize,
    /// What was asked for.
    pub spec: &'g Spec,
    /// Whether its Service was rewritten.
    pub rewritten: bool,
    /// What its old load balancer was.
    pub before: opened::Before,
}

/// All rules, in order of their ids.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> = Vec::new();
    rules.extend(listeners::RULES);
    rules.extend(certificates::RULES);
    rules.extend(redirects::RULES);
    rules.extend(actions::RULES);
    rules.extend(conditions::RULES);
    rules.extend(paths::RULES);
    rules.extend(limits::RULES);
    rules.extend(backend::RULES);
    rules.extend(health::RULES);
    rules.extend(health::gateway::RULES);
    rules.extend(auth::RULES);
    rules.extend(annotations::RULES);
    rules.extend(syntax::RULES);
    rules.extend(load_balancer::RULES);
    rules.extend(frontend::RULES);
    rules.extend(attributes::RULES);
    rules.extend(tags::RULES);
    rules.extend(exposure::RULES);
    rules.extend(inbound::RULES);
    rules.extend(groups::RULES);
    rules.extend(class::RULES);
    rules.extend(kubernetes::RULES);
    rules.extend(controller::RULES);
    rules.extend(mesh::RULES);
    rules.extend(service::RULES);
    rules.extend(migration::RULES);
    rules.push(&flux::ALB110);
    rules.sort_by_key(|rule| rule.id);
    rules
}

/// Which rule may be meant by an id that no rule has.
#[must_use]
pub fn nearest(id: &str) -> String {
    let ids: Vec<&str> = rules().iter().map(|rule| rule.id).collect();
    let near = ids.iter().min_by_key(|rule| (strsim::damerau_levenshtein(id, rule), **rule));
    let name = |id: Option<&&'static str>| id.copied().unwrap_or_default();
    format!(
        "the findings are {} to {}; did you mean {}?",
        name(ids.first()),
        name(ids.last()),
        near.copied().unwrap_or_default()
    )
}

/// Judges the Ingresses of our gateways, and the members of their groups.
#[must_use]
pub fn judge_gateways(objects: &[Object], gateways: &[Gateway<'_>]) -> Vec<Finding> {
    let applied = applied(objects);
    let index = Index::new(&applied);
    // One model for all gateways that say the same of the controller.
    let mut models: Vec<(Options, Model)> = Vec::new();
    let rewritten: Vec<&Object> = gateways
        .iter()
        .filter(|gateway| gateway.rewritten)
        .filter_map(|gateway| applied_as(&applied, &objects[gateway.service]))
        .collect();
    let mut findings = Vec::new();
    for gateway in gateways {
        let options = scene::options(gateway.spec);
        let at = match models.iter().position(|(known, _)| *known == options) {
            Some(at) => at,
            None => {
                let model = scene::model_of(&applied, &options);
                models.push((options, model));
                models.len() - 1
            }
        };
        let (options, model) = &models[at];
        let ingress = &objects[gateway.ingress];
        let ours = |facts: &IngressFacts| {
            let object = &applied[facts.index];
            object.name() == ingress.name() && object.namespace() == ingress.namespace()
        };
        let group = model.ingresses.iter().find(|facts| ours(facts)).and_then(|facts| facts.group.clone());
        let judged = |facts: &IngressFacts| ours(facts) || (group.is_some() && facts.group == group);
        let scene = Scene::new(&index, model, options, judged).behind_the_filter(rewritten.clone());
        let mut found = judge(&scene);
        let subject = scene.subjects.iter().find(|subject| ours(subject.facts));
        found.extend(subject.into_iter().flat_map(|subject| opened::judge(&scene, subject, gateway.before)));
        if gateway.spec.placeholders() == Placeholders::Flux {
            found.retain(|finding| !is_open(finding, ingress));
        }
        findings.extend(adjust(found, &gateway.spec.findings));
    }
    findings
}

/// Whether a finding is about a value that Flux decides, and nobody can judge yet.
fn is_open(finding: &Finding, ingress: &Object) -> bool {
    let value = finding.field.as_ref().and_then(|field| ingress.value.pointer(field));
    placeholder::is_in(&finding.message) || value.and_then(Value::as_str).is_some_and(placeholder::is_in)
}

/// What is found in a stream as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct AsItStands {
    /// The findings.
    pub findings: Vec<Finding>,
    /// The class of which no Ingress is in the stream, so that there was nothing to judge.
    pub class_without_ingress: Option<String>,
}

/// The findings of [`judge_stream`].
///
/// # Errors
///
/// Where there are no manifests.
pub fn judge_as_is(text: &str, settings: &[Settings]) -> Result<Vec<Finding>, Error> {
    Ok(judge_stream(text, settings)?.findings)
}

/// Judges every Ingress of class alb in a stream as it stands, with the Services that it names.
///
/// # Errors
///
/// Where there are no manifests.
pub fn judge_stream(text: &str, settings: &[Settings]) -> Result<AsItStands, Error> {
    let stream = Stream::split(text);
    let found = as_is(&stream)?;
    let spec = settings.first().map(|settings| settings.spec.clone()).unwrap_or_default();
    let options = scene::options(&spec);
    let model = scene::model_of(&found, &options);
    let index = Index::new(&found);
    let scene = Scene::new(&index, &model, &options, |_| true);
    let mut findings = judge(&scene);
    findings.extend(no_text::undecoded(&scene));
    locate(&stream, &found, &mut findings);
    let mut findings = adjust(findings, &spec.findings);
    sort(&mut findings);
    let class_without_ingress = match scene.ours().next() {
        Some(_) => None,
        None => Some(options.ingress_class.clone()),
    };
    Ok(AsItStands { findings, class_without_ingress })
}

/// The objects of a stream that rules and model look at.
///
/// # Errors
///
/// Where there are no manifests.
pub fn as_is(stream: &Stream<'_>) -> Result<Vec<Object>, Error> {
    if !has_content(stream.text) {
        return Err(Error::input("there are no manifests on stdin")
            .help("pipe `helm template` or `kubectl get -o yaml` into it"));
    }
    let found = manifest::read(stream, &ALL_KINDS);
    if let Some(unreadable) = found.unreadable.first() {
        let document = &stream.documents[unreadable.document];
        return Err(Error::input(format!("this is no YAML: {}", unreadable.error.message))
            .at(stream.place(document, unreadable.error.offset))
            .help("mend the manifest; as it stands Kubernetes would refuse it, too"));
    }
    let mut objects = found.objects;
    objects.retain(|object| !object.is_hook());
    Ok(objects)
}

/// Everything but hooks.
fn applied(objects: &[Object]) -> Cow<'_, [Object]> {
    if !objects.iter().any(Object::is_hook) {
        return Cow::Borrowed(objects);
    }
    let applied = objects.iter().filter(|object| !object.is_hook());
    applied.cloned().collect()
}

/// An object among those that are applied.
fn applied_as<'o>(applied: &'o [Object], object: &Object) -> Option<&'o Object> {
    applied.iter().find(|other| {
        other.kind() == object.kind() && other.document == object.document && other.pointer == object.pointer
    })
}

/// All rules, on what they look at.
fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for judge in [
        listeners::judge,
        certificates::judge,
        redirects::judge,
        actions::judge,
        conditions::judge,
        paths::judge,
        limits::judge,
        backend::judge,
        health::judge,
        health::gateway::judge,
        auth::judge,
        annotations::judge,
        syntax::judge,
        load_balancer::judge,
        frontend::judge,
        attributes::judge,
        tags::judge,
        exposure::judge,
        inbound::judge,
        groups::judge,
        class::judge,
        mesh::judge,
        service::judge,
        kubernetes::judge,
    ] {
        findings.extend(judge(scene));
    }
    let left = controller::judge(scene, &findings);
    findings.extend(left);
    findings
}

/// Says of findings that name an object where in the stream they are: at the field, where there is one. Each document is
/// parsed once, however many findings it has.
pub fn locate(stream: &Stream<'_>, objects: &[Object], findings: &mut [Finding]) {
    let mut names: BTreeMap<String, &Object> = BTreeMap::new();
    for object in objects {
        names.entry(format!("{} {}", object.kind(), object.full_name())).or_insert(object);
    }
    let mut by_document: BTreeMap<usize, Vec<(&Object, &mut Finding)>> = BTreeMap::new();
    for finding in findings.iter_mut() {
        let object = finding.object.as_ref().and_then(|name| names.get(name));
        if let (None, Some(object)) = (&finding.place, object) {
            let found = by_document.entry(object.document).or_default();
            found.push((object, finding));
        }
    }
    for (document, found) in by_document {
        let Some(document) = stream.documents.get(document) else {
            continue;
        };
        let has_field = found.iter().any(|(_, finding)| finding.field.is_some());
        let tree = has_field.then(|| Tree::parse(stream.text_of(document)));
        let mut finder = tree.iter().flatten().next().map(Finder::new);
        let places = stream.places(document);
        for (object, finding) in found {
            let field = finding.field.as_ref();
            let located = field.and_then(|field| finder.as_mut()?.find(&format!("{}{field}", object.pointer)));
            finding.place = Some(match located {
                Some(located) => places.at(located.key.unwrap_or(located.value).start),
                None => object.place.clone(),
            });
        }
    }
}

/// The findings at the severities that a configuration asks for.
#[must_use]
pub fn adjust(findings: Vec<Finding>, wanted: &Findings) -> Vec<Finding> {
    let has = |list: &Option<Vec<String>>, id: &str| list.iter().flatten().any(|wanted| wanted == id);
    findings
        .into_iter()
        .filter_map(|finding| {
            let id = finding.rule.id;
            if has(&wanted.deny, id) {
                Some(finding.severity(Severity::Error))
            } else if has(&wanted.warn, id) {
                Some(finding.severity(Severity::Warning))
            } else {
                (!has(&wanted.allow, id)).then_some(finding)
            }
        })
        .collect()
}

/// Brings findings into the order of printing: by place, then by id. Repeated ones go.
pub fn sort(findings: &mut Vec<Finding>) {
    let key = |finding: &Finding| {
        (finding.place.as_ref().map(|place| place.document), finding.rule.id, finding.message.clone())
    };
    findings.sort_by_key(key);
    findings.dedup();
}
