//! The rules: what is found in a stream, as it stands or as the filter leaves it.
//!
//! ```text
//! objects → model of the controller → Context → facts → rules → findings → their places
//! ```
//!
//! A rule is a function from a [`Context`] to findings, and stands beside its texts. What several rules ask is a fact in
//! `facts`; no rule imports another. `registry` lists the modules of rules, one line for each.

pub mod context;
mod facts;
mod input;
mod locate;
mod registry;
mod rules;
pub mod strangers;
#[cfg(test)]
pub(crate) mod testing;

use std::borrow::Cow;

use serde_json::Value;

use crate::config::Settings;
use crate::config::types::{Placeholders, Spec};
use crate::error::Error;
use crate::finding::Finding;
use crate::finding::levels::{sort, split};
use crate::flux::variables;
use crate::istio::gateway_api;
use crate::istio::served::ServedPorts;
use alb_controller::model::{IngressFacts, Model, Options};
use context::{Context, Index};
pub use facts::classes::other_controller;
pub use facts::not_judged::NotJudged;
use facts::not_judged::not_judged;
pub use facts::shadowing::{Shadowing, default_is_reachable};
pub use facts::targets::{destinations, path_pointer};
use kubernetes_objects::ObjectRef;
use kubernetes_objects::object::{self, Object, Objects};
pub use locate::locate;
use manifest_yaml::stream::{Stream, has_content};
pub use registry::{REGISTRY, rewrite_findings};

/// The kinds of objects that a rule looks at in the filter.
pub const KINDS: [&str; 8] = [
    "Service",
    "Ingress",
    "IngressClass",
    "IngressClassParams",
    "Gateway",
    "EnvoyFilter",
    "VirtualService",
    "AuthorizationPolicy",
];

/// Further kinds that a rule looks at in `check` and `show`, which have more time.
const MORE_KINDS: [&str; 4] = ["Namespace", "Secret", "Deployment", "DaemonSet"];

/// The kinds of objects that a rule looks at in `check` and `show`.
#[must_use]
pub fn all_kinds() -> Vec<&'static str> {
    [&KINDS[..], &MORE_KINDS].concat()
}

/// A gateway of ours, for the rules that check a rewritten stream.
pub struct Gateway<'g> {
    /// Index of its Service among the objects.
    pub service: usize,
    /// Index of its Ingress.
    pub ingress: usize,
    /// What was asked for.
    pub spec: &'g Spec,
    /// Whether its Service was rewritten.
    pub rewritten: bool,
    /// Its Ingress, if the rewrite has reported that the allow-list of the old load balancer is lost. A rule does not report
    /// it a second time.
    pub allow_list_lost: Option<ObjectRef>,
    /// What the ports of its Service speak.
    pub served: &'g ServedPorts,
    /// What its old load balancer was.
    pub before: rewrite_findings::Before,
}

/// What is found in a stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Those that a configuration allows.
    pub allowed: Vec<Finding>,
    /// The class of which no Ingress is in manifests as they stand, so that there was nothing to check.
    pub class_without_ingress: Option<String>,
    /// What is not understood, and so not judged.
    pub not_judged: Vec<NotJudged>,
}

/// Checks the Ingresses of our gateways, and the members of their groups; and says what else is not judged.
#[must_use]
pub fn check_gateways(objects: &[Object], gateways: &[Gateway<'_>]) -> Checked {
    let applied = applied(objects);
    let index = Index::new(&applied);
    let rewritten: Vec<&Object> = gateways
        .iter()
        .filter(|gateway| gateway.rewritten)
        .filter_map(|gateway| applied_as(&applied, &objects[gateway.service]))
        .collect();
    let allow_lists_lost: Vec<&ObjectRef> =
        gateways.iter().filter_map(|gateway| gateway.allow_list_lost.as_ref()).collect();
    let served: Vec<_> = gateways
        .iter()
        .filter_map(|gateway| Some((applied_as(&applied, &objects[gateway.service])?, gateway.served)))
        .collect();
    // One model for all gateways whose configurations have the same options of the controller.
    let mut models: Vec<(Options, Model)> = Vec::new();
    for gateway in gateways {
        let options = context::options(gateway.spec);
        if models.iter().all(|(known, _)| *known != options) {
            let model = context::model_of(&applied, &options);
            models.push((options, model));
        }
    }
    let ours: Vec<ObjectRef> = gateways.iter().map(|gateway| objects[gateway.ingress].reference()).collect();
    let mut checked = Checked::default();
    for gateway in gateways {
        let options = context::options(gateway.spec);
        let Some((options, model)) = models.iter().find(|(known, _)| *known == options) else { continue };
        let ingress = &objects[gateway.ingress];
        let is_own = |facts: &IngressFacts| {
            let object = &applied[facts.index];
            object.name() == ingress.name() && object.namespace() == ingress.namespace()
        };
        let group = model.ingresses.iter().find(|facts| is_own(facts)).and_then(|facts| facts.group.clone());
        let is_checked = |facts: &IngressFacts| is_own(facts) || (group.is_some() && facts.group == group);
        let context = Context::new(&index, model, options, is_checked)
            .behind_the_filter(rewritten.clone(), allow_lists_lost.clone())
            .knowing(served.iter().copied());
        let more = not_judged(&context).into_iter().map(NotJudged::ingress);
        let more: Vec<_> = more.filter(|one| !checked.not_judged.contains(one)).collect();
        checked.not_judged.extend(more);
        let mut found = registry::check(&context);
        let own = context.under_check.iter().find(|own| is_own(own.facts));
        found.extend(own.into_iter().flat_map(|own| registry::compare(&context, own, gateway.before, &ours)));
        if gateway.spec.placeholders() == Placeholders::Flux {
            found.retain(|finding| !is_open(finding, ingress) && !is_undecided(finding, objects));
        }
        let (reported, allowed) = split(found, &gateway.spec.findings.levels());
        checked.findings.extend(reported);
        checked.allowed.extend(allowed);
    }
    checked
}

/// Whether a finding is about a value that Flux decides, so that it cannot be checked yet.
fn is_open(finding: &Finding, ingress: &Object) -> bool {
    let value = finding.field.as_ref().and_then(|field| ingress.value.pointer(field));
    variables::is_in(&finding.message) || value.and_then(Value::as_str).is_some_and(variables::is_in)
}

/// Whether a finding is about an object as a whole, which is not decoded before Flux has put in its values.
fn is_undecided(finding: &Finding, objects: &[Object]) -> bool {
    finding.field.as_deref() == Some("")
        && objects.iter().any(|object| {
            finding.object.as_ref() == Some(&object.reference()) && variables::is_in(&object.value.to_string())
        })
}

/// Checks every Ingress of class alb in a stream as it stands, with the Services that it names.
///
/// # Errors
///
/// Where there are no manifests.
pub fn check_stream(text: &str, settings: &[Settings]) -> Result<Checked, Error> {
    let stream = Stream::split(text);
    let found = as_is(&stream)?;
    let spec = settings.first().map(|settings| settings.spec.clone()).unwrap_or_default();
    let options = context::options(&spec);
    let model = context::model_of(&found.objects, &options);
    let index = Index::new(&found.objects);
    let context = Context::new(&index, &model, &options, |_| true);
    let mut findings = registry::check(&context);
    locate(&stream, &found, &mut findings);
    let (mut findings, mut allowed) = split(findings, &spec.findings.levels());
    sort(&mut findings);
    sort(&mut allowed);
    let not_judged: Vec<_> = not_judged(&context).into_iter().map(NotJudged::ingress).collect();
    let class_without_ingress = match context.ingresses().next() {
        None if not_judged.is_empty() => Some(options.ingress_class.clone()),
        _ => None,
    };
    Ok(Checked { findings, allowed, class_without_ingress, not_judged })
}

/// The Ingresses of a stream without a gateway that are not understood, and so not judged.
#[must_use]
pub fn not_judged_in(objects: &[Object], settings: &[Settings]) -> Vec<NotJudged> {
    let objects = applied(objects);
    let options = settings.first().map_or_else(Options::default, |settings| context::options(&settings.spec));
    let model = context::model_of(&objects, &options);
    let index = Index::new(&objects);
    not_judged(&Context::new(&index, &model, &options, |_| false)).into_iter().map(NotJudged::ingress).collect()
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
    let mut found = object::read(stream, &all_kinds());
    if let Some(unreadable) = found.unreadable.first() {
        let document = &stream.documents[unreadable.document];
        return Err(Error::input(format!("this is no YAML: {}", unreadable.error.message))
            .at(stream.place(document, unreadable.error.offset))
            .help("correct the manifest: as it is, Kubernetes would refuse it as well"));
    }
    strangers::refuse(stream)?;
    if found.objects.is_empty() {
        strangers::refuse_values(stream, &object::read_all(stream))?;
    }
    found.objects.retain(|object| !object.is_hook());
    gateway_api::add_made(stream, &mut found.objects);
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
