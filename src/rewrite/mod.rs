//! The filter: a stream in, the stream with the gateway behind an ALB out.
//!
//! ```text
//! split → select, assign → for each gateway: carry over, plan the Service, build the Ingress → edit, read back → check
//! ```
//!
//! Every step is a function of the ones before it, and nothing is printed here: the caller gets the pieces of the output,
//! most of them slices of the input, and the findings, and decides.

mod assign;
mod edit;
mod gateway;
pub mod ingress;
pub mod insert;
pub mod made;
mod notes;
pub mod origins;
pub mod select;
pub mod service;
mod transition;

use std::borrow::Cow;
use std::collections::BTreeMap;

use json_patch::Patch;
use memchr::memmem;
use serde_json::Value;

use crate::config::types::{Phase, Placeholders};
use crate::config::{Settings, Spec};
use crate::error::{Error, Place};
use crate::finding::levels::{adjust, sort, split};
use crate::finding::{Finding, Severity};
use crate::flux::variables;
use crate::istio::pods::{UNPRIVILEGED, WORKLOADS};
use crate::istio::served::{Mesh, ServedPorts};
use crate::istio::{PINS, gateway_api, is_gateway, is_istio_gateway};
use crate::lint::{self, NotJudged};
use crate::migrate::rules::ALB027;
use assign::{assign, passed, selector_of};
use edit::edit;
use gateway::Rewrite;
use ingress::BuiltIngress;
use kubernetes_objects::object::{self, Object, Objects};
use kubernetes_objects::service::ports;
use made::GatewayChanges;
use manifest_yaml::stream::{Stream, has_content};

/// A rewritten stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rewritten<'t> {
    /// The output, in order.
    pub pieces: Vec<Cow<'t, str>>,
    /// Findings at the severities that the configuration asks for.
    pub findings: Vec<Finding>,
    /// Findings that the configuration allows, at their own severities.
    pub allowed: Vec<Finding>,
    /// The objects that matter, as they are after the rewrite.
    pub objects: Vec<Object>,
    /// What became of each gateway.
    pub gateways: Vec<RewrittenGateway>,
    /// What is not understood, and so not judged: Ingresses, and documents that are no YAML.
    pub not_judged: Vec<NotJudged>,
    /// With placeholders: the variables that the output needs, and whether each may be left undefined.
    pub variables: BTreeMap<String, bool>,
}

/// A gateway that was put behind its ALB.
#[derive(Debug, Clone, PartialEq)]
pub struct RewrittenGateway {
    /// Its Service as it was rendered.
    pub service: Object,
    /// What was changed in it.
    pub patch: Patch,
    /// For a Service that istiod makes: what changes in its place.
    pub made: Option<GatewayChanges>,
    /// What became of its ports.
    pub ports: service::PinnedPorts,
    /// What the ports of its Service speak.
    pub served: ServedPorts,
    /// Its Ingress.
    pub ingress: BuiltIngress,
    /// Annotations of the Ingress that were carried over from the old load balancer, or moved from the Service.
    pub carried: BTreeMap<String, String>,
    /// Where the Ingress was updated in the stream, not added.
    pub existing: Option<Place>,
    /// Its configuration.
    pub spec: Spec,
}

impl Rewritten<'_> {
    /// Whether a finding forbids printing.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// The output in one piece.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.concat()
    }
}

impl RewrittenGateway {
    /// The object of the stream that the gateway is: its Service, or the Gateway from which istiod makes that.
    #[must_use]
    pub fn written(&self) -> &Object {
        self.made.as_ref().map_or(&self.service, |made| &made.gateway.object)
    }

    /// Whether an object of the output is its Ingress.
    fn is_ours(&self, object: &Object) -> bool {
        let name = self.ingress.ingress.metadata.name.as_deref();
        object.kind() == "Ingress" && Some(&*variables::restore(object.name())) == name
    }
}

/// Rewrites a stream by one configuration document for each gateway.
///
/// # Errors
///
/// Where the stream or the configuration leaves no right answer; findings are not errors here.
pub fn rewrite<'t>(text: &'t str, settings: &[Settings]) -> Result<Rewritten<'t>, Error> {
    rewrite_reading(text, settings, &lint::KINDS)
}

/// The same, with more kinds of objects for the rules to look at.
///
/// # Errors
///
/// As [`rewrite`].
pub fn rewrite_reading<'t>(text: &'t str, settings: &[Settings], kinds: &[&str]) -> Result<Rewritten<'t>, Error> {
    let stream = Stream::split(text);
    if !has_content(text) {
        return Err(Error::input("there are no manifests on stdin").help(
            "pipe `helm template` into it, and look whether the command before the pipe failed; Helm 3 with --output-dir hands a \
             post-renderer nothing (use a redirect instead)",
        ));
    }
    let mut found = object::read_keeping(&stream, kinds, |object| may_change(object, settings));
    gateway_api::add_made(&stream, &mut found.objects);
    let Some(assigned) = assign(&stream, &found, settings)? else {
        let mut not_judged = NotJudged::documents(&stream, &found);
        not_judged.extend(lint::not_judged_in(&found.objects, settings));
        return Ok(Rewritten {
            pieces: vec![Cow::Borrowed(text)],
            findings: passed(&found.objects, settings),
            objects: found.objects,
            not_judged,
            ..Rewritten::default()
        });
    };
    if !kinds.contains(&WORKLOADS[0]) && asks_for_pods(text, &found.objects, &assigned) {
        found.objects.extend(object::read(&stream, &WORKLOADS).objects);
    }
    let passed = passed(&found.objects, settings);
    let mut rewrites = Vec::new();
    let mesh = Mesh::of(&found.objects);
    for (settings, service) in assigned {
        let mut rewrite = Rewrite::new(&found.objects, &mesh, settings, service)?;
        let twice = keys_that_stand_twice(&stream, &found, rewrite.anchor());
        rewrite.plan.findings.extend(twice);
        rewrites.push(rewrite);
    }
    check_names(&found.objects, &rewrites)?;
    let mut pieces = edit(&stream, &found, &rewrites)?;
    if rewrites.iter().any(notes::are_wanted) {
        // Of our own output the first run has said all.
        let is_rewritten = pieces.concat() != text;
        let judged = finish(&stream, found.clone(), &rewrites, pieces, Vec::new());
        notes::add(&mut rewrites, &found.objects, if is_rewritten { &judged.findings } else { &[] })?;
        pieces = edit(&stream, &found, &rewrites)?;
    }
    Ok(finish(&stream, found, &rewrites, pieces, passed))
}

/// The Services of a stream among which a configuration must choose, if it has not: with one of them there is nothing to choose.
#[must_use]
pub fn gateways_of(text: &str, settings: &Settings) -> Option<Vec<Object>> {
    let selector = selector_of(settings);
    let stream = Stream::split(text);
    let mut objects = object::read(&stream, &lint::KINDS).objects;
    gateway_api::add_made(&stream, &mut objects);
    let chosen = select::candidates(&objects, &selector, &[]).ok()?;
    (!selector.is_explicit()).then(|| chosen.into_iter().map(|(_, service)| service.clone()).collect())
}

/// Whether the pods of the gateways matter: to target ports, and to which Gateways select them. A default render is not read
/// for them.
fn asks_for_pods(text: &str, objects: &[Object], assigned: &[(&Settings, usize)]) -> bool {
    let differs = |port: &Value| !port["targetPort"].is_null() && port["targetPort"] != port["port"];
    let is_pinned = |number: &Value| PINS.iter().any(|(_, pin)| number == pin);
    let other_ports = |(_, service): &(_, usize)| {
        let mut ports = ports(&objects[*service].value).iter();
        ports.any(|port| differs(port) || !is_pinned(&port["port"]))
    };
    assigned.iter().any(other_ports)
        || objects.iter().any(|object| is_istio_gateway(object) || object.kind() == "AuthorizationPolicy")
        || memmem::find(text.as_bytes(), UNPRIVILEGED.as_bytes()).is_some()
}

/// Whether an object may be one that changes: a gateway's Service, or our Ingress from an earlier run.
fn may_change(object: &Object, settings: &[Settings]) -> bool {
    let is_ours = |settings: &Settings| variables::restore(object.name()) == ingress::name_of(&settings.spec);
    match object.kind() {
        "Service" => is_gateway(object) || settings.iter().any(|settings| selector_of(settings).may_choose(object)),
        "Ingress" => settings.iter().any(is_ours),
        "Gateway" => gateway_api::is_managed(object),
        _ => false,
    }
}

/// Keys that stand twice in an object. What we read is the last, as Kubernetes does.
fn keys_that_stand_twice<'t>(stream: &Stream<'t>, found: &Objects<'t>, object: &Object) -> Vec<Finding> {
    let Ok(tree) = found.tree(stream, object.document) else { return Vec::new() };
    let places = stream.places(&stream.documents[object.document]);
    let of_the_object = |(pointer, offset): (String, usize)| {
        let field = pointer.strip_prefix(&object.pointer).filter(|field| field.starts_with('/'))?;
        Some(lint::rewrite_findings::stands_twice(object, field, places.at(offset)))
    };
    tree.duplicate_keys().into_iter().filter_map(of_the_object).collect()
}

/// Refuses two Ingresses of one name.
fn check_names(objects: &[Object], rewrites: &[Rewrite<'_>]) -> Result<(), Error> {
    for (index, rewrite) in rewrites.iter().enumerate() {
        let earlier = &rewrites[..index];
        let reference = rewrite.built.reference();
        if let Some(twin) = earlier.iter().find(|other| other.built.reference() == reference) {
            let name = reference.name;
            return Err(Error::usage(format!(
                "{} and {} would both make the Ingress {name}, for the Services {} and {}",
                title_of(twin.settings),
                title_of(rewrite.settings),
                objects[twin.service].full_name(),
                objects[rewrite.service].full_name()
            ))
            .help("give each its own [[ingress.name]]"));
        }
        let same = earlier.iter().find(|other| other.service == rewrite.service);
        if let Some(same) = same.filter(|same| same.plan.patch != rewrite.plan.patch) {
            return Err(Error::usage(format!(
                "{} and {} want the Service {} to be different things",
                title_of(same.settings),
                title_of(rewrite.settings),
                objects[rewrite.service].full_name()
            ))
            .help("give both the same `service` section and phase"));
        }
    }
    Ok(())
}

/// A configuration document in a message.
pub(super) fn title_of(settings: &Settings) -> String {
    settings
        .name
        .as_ref()
        .map_or_else(|| "a configuration document without a name".to_owned(), |name| format!("configuration {name:?}"))
}

/// Checks what came out, at the severities that the configuration asks for. `findings` are those about what passes as it is.
fn finish<'t>(
    stream: &Stream<'t>,
    mut found: Objects<'t>,
    rewrites: &[Rewrite<'_>],
    pieces: Vec<Cow<'t, str>>,
    mut findings: Vec<Finding>,
) -> Rewritten<'t> {
    let gateways: Vec<_> = rewrites.iter().map(|rewrite| rewritten_gateway(&found.objects, rewrite)).collect();
    let ours: Vec<_> = rewrites.iter().map(|rewrite| apply(stream, &mut found.objects, rewrite)).collect();
    let mut allowed: Vec<Finding> = Vec::new();
    for rewrite in rewrites {
        let (reported, of_this) = split(rewrite.plan.findings.clone(), &rewrite.settings.spec.findings.levels());
        findings.extend(reported);
        allowed.extend(of_this);
    }
    let checked = lint::check_gateways(&found.objects, &ours);
    findings.extend(checked.findings);
    allowed.extend(checked.allowed);
    let mut not_judged = NotJudged::documents(stream, &found);
    not_judged.extend(checked.not_judged);
    lint::locate(stream, &found, &mut findings);
    lint::locate(stream, &found, &mut allowed);
    let mut variables = BTreeMap::new();
    if let Some(flux) = rewrites.iter().find(|rewrite| rewrite.settings.spec.placeholders() == Placeholders::Flux) {
        let is_ours = |object: &Object| gateways.iter().any(|gateway| gateway.is_ours(object));
        let (needed, of_variables) = lint::rewrite_findings::read_variables(&Stream::split(&pieces.concat()), is_ours);
        variables = needed;
        findings.extend(adjust(of_variables, &flux.settings.spec.findings.levels()));
    }
    sort(&mut findings);
    sort(&mut allowed);
    Rewritten { pieces, findings, allowed, not_judged, objects: found.objects, gateways, variables }
}

fn rewritten_gateway(objects: &[Object], rewrite: &Rewrite<'_>) -> RewrittenGateway {
    RewrittenGateway {
        service: objects[rewrite.service].clone(),
        patch: rewrite.plan.patch.clone(),
        made: rewrite.made.clone(),
        ports: rewrite.plan.ports.clone(),
        served: rewrite.served.clone(),
        ingress: rewrite.built.clone(),
        carried: rewrite.carried.clone(),
        existing: rewrite.existing.map(|index| objects[index].place.clone()),
        spec: rewrite.settings.spec.clone(),
    }
}

/// Brings the objects up to date: the Service and the Ingress of a gateway as they are in the output.
fn apply<'r>(stream: &Stream<'_>, objects: &mut Vec<Object>, rewrite: &'r Rewrite<'_>) -> lint::Gateway<'r> {
    objects[rewrite.service] = rewrite.patched.clone();
    for change in rewrite.made.iter().flat_map(GatewayChanges::changes) {
        let is_it = |object: &&mut Object| {
            !object.is_made() && object.document == change.object.document && object.pointer == change.object.pointer
        };
        objects.iter_mut().filter(is_it).for_each(|object| object.value = change.value.clone());
    }
    let added = rewrite.made.as_ref().and_then(|made| made.added.as_ref());
    objects.extend(added.map(|value| insert::object(stream, rewrite.anchor(), value.clone(), insert::PARAMETERS)));
    let ingress = match rewrite.existing {
        Some(index) => {
            objects[index].value = insert::updated(&objects[index].value, &rewrite.built.value);
            index
        }
        None => {
            objects.push(insert::object(stream, rewrite.anchor(), rewrite.built.value.clone(), insert::INGRESS));
            objects.len() - 1
        }
    };
    let is_lost = rewrite.plan.findings.iter().any(|finding| finding.rule == &ALB027);
    lint::Gateway {
        allow_list_lost: is_lost.then(|| rewrite.built.reference()),
        service: rewrite.service,
        served: &rewrite.served,
        ingress,
        spec: &rewrite.settings.spec,
        rewritten: rewrite.settings.spec.phase() != Phase::Attach,
        before: rewrite.before,
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
