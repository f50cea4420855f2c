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

use serde_json::Value;

use crate::alb::model::{IngressFacts, Model, Options};
use crate::config::Settings;
use crate::config::types::{Placeholders, Spec};
use crate::error::Error;
use crate::finding::Registry;
pub use crate::finding::levels::{adjust, sort};
pub use crate::finding::{Finding, Rule, Severity};
use crate::manifest::{self, Object, Objects};
use crate::placeholder;
use crate::stream::{Stream, has_content};
use crate::yaml::Finder;
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

/// All rules.
pub const REGISTRY: Registry = Registry(&[
    &listeners::RULES,
    &certificates::RULES,
    &redirects::RULES,
    &actions::RULES,
    &conditions::RULES,
    &paths::RULES,
    &limits::RULES,
    &backend::RULES,
    &health::RULES,
    &health::gateway::RULES,
    &auth::RULES,
    &annotations::RULES,
    &syntax::RULES,
    &load_balancer::RULES,
    &frontend::RULES,
    &attributes::RULES,
    &tags::RULES,
    &exposure::RULES,
    &inbound::RULES,
    &groups::RULES,
    &class::RULES,
    &kubernetes::RULES,
    &controller::RULES,
    &mesh::RULES,
    &service::RULES,
    &crate::migrate::rules::RULES,
    &[&flux::ALB110],
]);

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
        findings.extend(adjust(found, &gateway.spec.findings.levels()));
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
    let model = scene::model_of(&found.objects, &options);
    let index = Index::new(&found.objects);
    let scene = Scene::new(&index, &model, &options, |_| true);
    let mut findings = judge(&scene);
    findings.extend(no_text::undecoded(&scene));
    locate(&stream, &found, &mut findings);
    let mut findings = adjust(findings, &spec.findings.levels());
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
pub fn as_is<'t>(stream: &Stream<'t>) -> Result<Objects<'t>, Error> {
    if !has_content(stream.text) {
        return Err(Error::input("there are no manifests on stdin")
            .help("pipe `helm template` or `kubectl get -o yaml` into it"));
    }
    let mut found = manifest::read(stream, &ALL_KINDS);
    if let Some(unreadable) = found.unreadable.first() {
        let document = &stream.documents[unreadable.document];
        return Err(Error::input(format!("this is no YAML: {}", unreadable.error.message))
            .at(stream.place(document, unreadable.error.offset))
            .help("mend the manifest; as it stands Kubernetes would refuse it, too"));
    }
    found.objects.retain(|object| !object.is_hook());
    Ok(found)
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
/// parsed at most once, however many findings it has.
pub fn locate<'t>(stream: &Stream<'t>, found: &Objects<'t>, findings: &mut [Finding]) {
    let mut names: BTreeMap<String, &Object> = BTreeMap::new();
    for object in &found.objects {
        names.entry(format!("{} {}", object.kind(), object.full_name())).or_insert(object);
    }
    let mut by_document: BTreeMap<usize, Vec<(&Object, &mut Finding)>> = BTreeMap::new();
    for finding in findings.iter_mut() {
        let object = finding.object.as_ref().and_then(|name| names.get(name));
        if let (None, Some(object)) = (&finding.place, object) {
            by_document.entry(object.document).or_default().push((object, finding));
        }
    }
    for (index, findings) in by_document {
        let Some(document) = stream.documents.get(index) else {
            continue;
        };
        let has_field = findings.iter().any(|(_, finding)| finding.field.is_some());
        let tree = has_field.then(|| found.tree(stream, index));
        let mut finder = tree.iter().flatten().next().map(|tree| Finder::new(tree));
        let places = stream.places(document);
        for (object, finding) in findings {
            let field = finding.field.as_ref();
            let located = field.and_then(|field| finder.as_mut()?.find(&format!("{}{field}", object.pointer)));
            finding.place = Some(match located {
                Some(located) => places.at(located.key.unwrap_or(located.value).start),
                None => object.place.clone(),
            });
        }
    }
}
