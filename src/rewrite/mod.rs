//! The filter: a stream in, the stream with the gateway behind an ALB out.
//!
//! ```text
//! split → choose → for each gateway: carry over, plan, build the Ingress → print, read back → judge
//! ```
//!
//! Every step is a function of the ones before it, and nothing is printed here: the caller gets the pieces of the output,
//! most of them slices of the input, and the findings, and decides.

mod choose;
mod gateway;
mod print;

use std::borrow::Cow;
use std::collections::BTreeMap;

use json_patch::Patch;

use crate::append;
use crate::config::types::{Phase, Placeholders};
use crate::config::{Settings, Spec};
use crate::error::{Error, Place};
use crate::ingress::Built;
use crate::lint::{self, Finding, Severity, inbound};
use crate::manifest::{self, Object};
use crate::migrate::rules as migration;
use crate::placeholder;
use crate::stream::{Stream, has_content};
use choose::choose;
use gateway::Rewrite;
use print::print;

/// A rewritten stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rewritten<'t> {
    /// The output, in order.
    pub pieces: Vec<Cow<'t, str>>,
    /// What there is to say, already at the severities that the configuration asks for.
    pub findings: Vec<Finding>,
    /// The objects that matter, as they are after the rewrite.
    pub objects: Vec<Object>,
    /// What was taken from the Service of each gateway.
    pub taken: Vec<Taken>,
    /// What became of each gateway.
    pub gateways: Vec<Turned>,
    /// With placeholders: the variables that the output needs, and whether each may be left undefined.
    pub variables: BTreeMap<String, bool>,
}

/// A gateway that was put behind its ALB.
#[derive(Debug, Clone, PartialEq)]
pub struct Turned {
    /// Its Service as it was rendered.
    pub service: Object,
    /// What was changed in it.
    pub patch: Patch,
    /// Its Ingress.
    pub ingress: Built,
    /// Where that was updated in the stream, not added.
    pub existing: Option<Place>,
    /// What was asked for.
    pub spec: Spec,
}

/// What the Ingress of a gateway has from its Service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The Service's name.
    pub name: String,
    /// Its namespace, empty where its manifest has none.
    pub namespace: String,
    /// Annotations of the Ingress that were carried over from the old load balancer, or moved.
    pub annotations: BTreeMap<String, String>,
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

impl Turned {
    /// Whether an object of the output is its Ingress.
    fn is_ours(&self, object: &Object) -> bool {
        let name = self.ingress.ingress.metadata.name.as_deref();
        object.kind() == "Ingress" && Some(&*placeholder::restore(object.name())) == name
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
            "pipe `helm template` into it; Helm 3 with --output-dir hands a post-renderer nothing (use a redirect instead)",
        ));
    }
    let found = manifest::read(&stream, kinds);
    let Some(chosen) = choose(&stream, &found, settings)? else {
        return Ok(Rewritten { pieces: vec![Cow::Borrowed(text)], objects: found.objects, ..Rewritten::default() });
    };
    let mut rewrites = Vec::new();
    for (settings, service) in chosen {
        rewrites.push(Rewrite::new(&found.objects, settings, service)?);
    }
    check_names(&found.objects, &rewrites)?;
    let pieces = print(&stream, &found.objects, &rewrites)?;
    Ok(judge(&stream, found.objects, &rewrites, pieces))
}

/// Refuses two Ingresses of one name.
fn check_names(objects: &[Object], rewrites: &[Rewrite<'_>]) -> Result<(), Error> {
    for (index, rewrite) in rewrites.iter().enumerate() {
        let metadata = &rewrite.built.ingress.metadata;
        let twin = rewrites[..index].iter().find(|other| {
            other.built.ingress.metadata.name == metadata.name
                && other.built.ingress.metadata.namespace == metadata.namespace
        });
        if let Some(twin) = twin {
            let name = metadata.name.as_deref().unwrap_or_default();
            return Err(Error::usage(format!(
                "{} and {} would both make the Ingress {name}, for the Services {} and {}",
                title_of(twin.settings),
                title_of(rewrite.settings),
                objects[twin.service].full_name(),
                objects[rewrite.service].full_name()
            ))
            .help("give each its own `ingress.name`"));
        }
        let same = rewrites[..index].iter().find(|other| other.service == rewrite.service);
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

/// Whether a finding about our Ingress repeats what the way from the old load balancer has told: an allow-list that was carried
/// over to stand beside security groups, where it has no effect.
fn is_told(finding: &Finding, rewrites: &[Rewrite<'_>]) -> bool {
    let lost = |told: &Finding| told.rule == &migration::ALB027;
    finding.rule == &inbound::ALB025
        && rewrites.iter().any(|rewrite| {
            let metadata = &rewrite.built.ingress.metadata;
            let name = metadata.name.as_deref().unwrap_or_default();
            let title = match metadata.namespace.as_deref() {
                Some(namespace) if !namespace.is_empty() => format!("Ingress {namespace}/{name}"),
                _ => format!("Ingress {name}"),
            };
            let ours = |object: &str| object == title;
            finding.object.as_deref().is_some_and(ours) && rewrite.plan.findings.iter().any(lost)
        })
}

/// Judges what came out, at the severities that the configuration asks for.
fn judge<'t>(
    stream: &Stream<'_>,
    mut objects: Vec<Object>,
    rewrites: &[Rewrite<'_>],
    pieces: Vec<Cow<'t, str>>,
) -> Rewritten<'t> {
    let mut ours = Vec::new();
    let mut gateways = Vec::new();
    for rewrite in rewrites {
        gateways.push(Turned {
            service: objects[rewrite.service].clone(),
            patch: rewrite.plan.patch.clone(),
            ingress: rewrite.built.clone(),
            existing: rewrite.existing.map(|index| objects[index].place.clone()),
            spec: rewrite.settings.spec.clone(),
        });
    }
    for rewrite in rewrites {
        objects[rewrite.service] = rewrite.patched.clone();
        let index = match rewrite.existing {
            Some(index) => {
                objects[index].value = append::updated(&objects[index].value, &rewrite.built.value);
                index
            }
            None => {
                objects.push(append::object(stream, &rewrite.patched, &rewrite.built));
                objects.len() - 1
            }
        };
        ours.push(lint::Gateway {
            service: rewrite.service,
            ingress: index,
            spec: &rewrite.settings.spec,
            rewritten: rewrite.settings.spec.phase() != Phase::Attach,
            before: rewrite.before,
        });
    }
    let mut findings: Vec<Finding> = Vec::new();
    for rewrite in rewrites {
        findings.extend(lint::adjust(rewrite.plan.findings.clone(), &rewrite.settings.spec.findings.levels()));
    }
    let mut judged = lint::judge_gateways(&objects, &ours);
    judged.retain(|finding| !is_told(finding, rewrites));
    findings.extend(judged);
    lint::locate(stream, &objects, &mut findings);
    let mut variables = BTreeMap::new();
    if let Some(flux) = rewrites.iter().find(|rewrite| rewrite.settings.spec.placeholders() == Placeholders::Flux) {
        let is_ours = |object: &Object| gateways.iter().any(|turned| turned.is_ours(object));
        let (found, judged) = lint::flux::read(&Stream::split(&pieces.concat()), is_ours);
        variables = found;
        findings.extend(lint::adjust(judged, &flux.settings.spec.findings.levels()));
    }
    lint::sort(&mut findings);
    let taken = rewrites.iter().map(|rewrite| rewrite.taken.clone()).collect();
    Rewritten { pieces, findings, objects, taken, gateways, variables }
}
