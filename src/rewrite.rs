//! The filter: a stream in, the stream with the gateway behind an ALB out.
//!
//! Every step is a function of the ones before it, and nothing is printed here: the caller gets the pieces of the output,
//! most of them slices of the input, and the findings, and decides.

use std::borrow::Cow;
use std::collections::BTreeMap;

use json_patch::Patch;
use json_patch::jsonptr::PointerBuf;
use serde_json::Value;

use crate::alb::nlb::{self, Carried};
use crate::append;
use crate::config::Settings;
use crate::config::types::{IfMissing, Phase, ServiceType};
use crate::config::{Entries, Var};
use crate::error::{Error, Place};
use crate::gateway::{self, Choice};
use crate::ingress::{self, Built, Sources};
use crate::lint::{self, Finding, Severity};
use crate::manifest::{self, Object, Objects};
use crate::plan::{self, Plan, Wish};
use crate::stream::{Stream, has_content};
use crate::yaml::{self, Tree};

/// A rewritten stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rewritten<'t> {
    /// The output, in order.
    pub pieces: Vec<Cow<'t, str>>,
    /// What there is to say, already at the severities that the configuration asks for.
    pub findings: Vec<Finding>,
    /// The objects that matter, as they are after the rewrite.
    pub objects: Vec<Object>,
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

/// One gateway of the stream on its way.
struct Rewrite<'s> {
    settings: &'s Settings,
    /// Index of its Service among the objects.
    service: usize,
    /// Index of the Ingress of ours that is in the stream already.
    existing: Option<usize>,
    plan: Plan,
    /// The Service as it will be.
    patched: Object,
    built: Built,
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
        return Ok(Rewritten { pieces: vec![Cow::Borrowed(text)], findings: Vec::new(), objects: found.objects });
    };
    let mut rewrites = Vec::new();
    for (settings, service) in chosen {
        rewrites.push(Rewrite::new(&found.objects, settings, service)?);
    }
    check_names(&found.objects, &rewrites)?;
    let pieces = print(&stream, &found.objects, &rewrites)?;
    Ok(judge(&stream, found.objects, &rewrites, pieces))
}

/// Which Service belongs to which configuration document; `None` where the stream passes as it is.
fn choose<'s>(
    stream: &Stream<'_>,
    found: &Objects,
    settings: &'s [Settings],
) -> Result<Option<Vec<(&'s Settings, usize)>>, Error> {
    let objects = &found.objects;
    let choices: Vec<Choice> = settings.iter().map(choice_of).collect();
    check_glued(stream, &choices)?;
    let mut named = Vec::new();
    for choice in choices.iter().filter(|choice| choice.is_explicit()) {
        named.extend(gateway::find(objects, choice, &[])?);
    }
    let mut chosen = Vec::new();
    let mut missing = None;
    for (settings, choice) in settings.iter().zip(&choices) {
        let taken: &[usize] = if choice.is_explicit() { &[] } else { &named };
        match gateway::find(objects, choice, taken)? {
            Some(service) => chosen.push((settings, service)),
            None if settings.spec.gateway.if_missing() == IfMissing::Pass => {}
            None => missing = missing.or(Some(choice)),
        }
    }
    if chosen.is_empty() || missing.is_some() {
        check_unreadable(stream, found, &choices)?;
        let all = manifest::read_all(stream);
        if all.objects.is_empty() && all.unreadable.is_empty() {
            return Err(Error::input("no document on stdin holds an object")
                .help("the chart rendered nothing: check its values; nothing was printed, since Helm deletes what is left out"));
        }
        let hooks_only = !all.objects.is_empty() && all.objects.iter().all(Object::is_hook);
        return match missing {
            Some(choice) if !hooks_only => Err(gateway::missing(objects, choice)),
            _ if chosen.is_empty() || hooks_only => Ok(None),
            _ => Ok(Some(chosen)),
        };
    }
    Ok(Some(chosen))
}

/// Refuses a stream in which `---` is glued to text, if that hides a gateway.
fn check_glued(stream: &Stream<'_>, choices: &[Choice]) -> Result<(), Error> {
    for document in &stream.documents {
        let glued: Vec<usize> =
            stream.glued.iter().copied().filter(|at| document.span.contains(at)).map(|at| at - document.span.start).collect();
        let Some(first) = glued.first() else { continue };
        let text = stream.text_of(document);
        let mut from = 0;
        let ends = glued.iter().copied().chain([text.len()]);
        let hidden = ends.into_iter().any(|end| {
            let piece = text[from..end].trim_start_matches('-');
            from = end;
            let inner = Stream::split(piece);
            let objects = manifest::read(&inner, &["Service"]).objects;
            choices.iter().any(|choice| !matches!(gateway::find(&objects, choice, &[]), Ok(None)))
        });
        if hidden {
            return Err(Error::input(
                "`---` is glued to the text behind it, so it separates nothing, and the gateway's Service is hidden in one \
                 document with its neighbour",
            )
            .at(stream.place(document, *first))
            .help("put a line break behind `---` in the template; a `{{-` that trims too much is the usual cause"));
        }
    }
    Ok(())
}

/// Refuses a stream in which what looks like the gateway is no YAML.
fn check_unreadable(stream: &Stream<'_>, found: &Objects, choices: &[Choice]) -> Result<(), Error> {
    for unreadable in &found.unreadable {
        let document = &stream.documents[unreadable.document];
        let text = stream.text_of(document);
        let named = choices.iter().filter_map(|choice| choice.name.as_deref()).any(|name| text.contains(name));
        if named || text.contains(gateway::STATUS_PORT) || text.contains("15021") {
            return Err(Error::input(format!("what looks like the gateway's Service can't be read: {}", unreadable.error.message))
                .at(stream.place(document, unreadable.error.offset))
                .help("look at the line in `helm template`, and mend the template or the values that it comes from"));
        }
    }
    Ok(())
}

impl<'s> Rewrite<'s> {
    fn new(objects: &[Object], settings: &'s Settings, service: usize) -> Result<Self, Error> {
        let spec = &settings.spec;
        let original = &objects[service];
        let attach = spec.phase() == Phase::Attach;
        let backend = spec.ingress.backend_port.as_ref().and_then(|port| port.to_string().parse().ok()).unwrap_or(443);
        let all = nlb::carry(&original.value, backend);
        let carried = if spec.carry_over() { all.clone() } else { Carried::default() };
        let moved = moved(original, attach);
        let plan = if attach {
            Plan::default()
        } else {
            let stripped = stripped(original, spec.service.keep_annotations.as_deref().unwrap_or_default(), &moved);
            plan::plan(&original.value, &wish(settings), &stripped).map_err(|error| placed(error, original))?
        };
        let patched = Object { value: plan::patched(&original.value, &plan.patch)?, ..original.clone() };
        let name = ingress::name_of(spec);
        let existing = objects.iter().position(|object| {
            object.kind() == "Ingress"
                && object.name() == name
                && (object.namespace() == original.namespace()
                    || object.namespace().is_empty()
                    || original.namespace().is_empty())
                && !object.is_hook()
        });
        let built = ingress::build(&Sources {
            spec,
            service: &patched,
            carried: &carried,
            moved: &moved,
            existing: existing.map(|index| &objects[index]),
        })?;
        let mut rewrite = Rewrite { settings, service, existing, plan, patched, built };
        // In the first phase the old load balancer stays: what becomes of it is not told yet.
        let told = all.findings.iter().filter(|finding| !attach || !lint::migration::CUTOVER.contains(&finding.rule.id));
        if spec.carry_over() {
            rewrite.plan.findings.extend(told.cloned());
        } else {
            rewrite.plan.findings.extend(told.filter(|finding| !lint::migration::CARRIED.contains(&finding.rule.id)).cloned());
            rewrite.plan.findings.extend(lint::migration::not_carried(&all));
        }
        for finding in &mut rewrite.plan.findings {
            finding.object = Some(format!("Service {}", original.full_name()));
        }
        rewrite.check_access(original, &all, existing.map(|index| &objects[index]));
        Ok(rewrite)
    }

    /// Who can reach the gateway afterwards, compared with who could before.
    fn check_access(&mut self, original: &Object, before: &Carried, existing: Option<&Object>) {
        let carries = self.settings.spec.carry_over();
        let scheme = self.built.annotation("alb.ingress.kubernetes.io/scheme");
        let mut findings = Vec::new();
        if self.built.scheme_assumed {
            findings.push(if before.internal && !carries {
                lint::exposure::internal_exposed()
            } else {
                lint::exposure::scheme_assumed()
            });
        } else if let (Some(old), Some(new)) =
            (existing.and_then(|ingress| ingress.annotation("alb.ingress.kubernetes.io/scheme")), scheme)
            && old != new
        {
            findings.push(lint::exposure::scheme_changed(old, new));
        }
        findings.extend(lint::migration::allow_list(before, carries, &self.built));
        findings.extend(lint::migration::name_taken(original, &self.built));
        if self.settings.spec.phase() == Phase::Attach {
            findings.extend(lint::migration::attach(&self.patched, &self.built));
        }
        let name = self.built.ingress.metadata.name.as_deref().unwrap_or_default();
        for finding in &mut findings {
            finding.object = Some(match original.namespace() {
                "" => format!("Ingress {name}"),
                namespace => format!("Ingress {namespace}/{name}"),
            });
        }
        self.plan.findings.extend(findings);
    }

    /// The document and the pointer of the Service.
    fn path(&self) -> (usize, &str) {
        (self.patched.document, &self.patched.pointer)
    }
}

/// The annotations that move from the Service to the Ingress.
fn moved(service: &Object, attach: bool) -> Vec<(&str, &str)> {
    nlb::annotations_of(&service.value)
        .into_iter()
        // While the old load balancer serves, DNS stays with it.
        .filter(|(key, _)| key.starts_with(nlb::ALB) || (!attach && key.starts_with(nlb::EXTERNAL_DNS)))
        .collect()
}

/// The keys of the annotations that leave the Service.
fn stripped(service: &Object, keep: &[String], moved: &[(&str, &str)]) -> Vec<String> {
    let annotations = service.value.pointer("/metadata/annotations").and_then(Value::as_object);
    annotations
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .filter(|key| !keep.contains(key) && (nlb::is_stripped(key) || moved.iter().any(|(moved, _)| moved == key)))
        .cloned()
        .collect()
}

fn wish(settings: &Settings) -> Wish {
    let service = &settings.spec.service;
    let node_ports = service.node_ports.iter().flat_map(Entries::iter).map(|(name, port)| {
        let port = match port {
            Var::Known(number) => Value::from(*number),
            Var::Placeholder(text) => Value::from(text.as_str()),
        };
        (name.to_owned(), port)
    });
    Wish {
        cluster_ip: service.kind() == ServiceType::ClusterIp,
        node_ports: node_ports.collect(),
        extra_ports: service.extra_ports(),
    }
}

fn choice_of(settings: &Settings) -> Choice {
    let gateway = &settings.spec.gateway;
    let selector = gateway.selector.iter().flat_map(Entries::iter);
    Choice {
        name: gateway.name.clone(),
        namespace: gateway.namespace.clone(),
        selector: selector.map(|(key, value)| (key.to_owned(), value.0.clone())).collect(),
    }
}

/// A configuration document in a message.
fn title_of(settings: &Settings) -> String {
    settings.name.as_ref().map_or_else(|| "a configuration document without a name".to_owned(), |name| format!("configuration {name:?}"))
}

fn placed(error: Error, object: &Object) -> Error {
    if error.place.is_some() { error } else { error.at(object.place.clone()) }
}

/// Refuses two Ingresses of one name.
fn check_names(objects: &[Object], rewrites: &[Rewrite<'_>]) -> Result<(), Error> {
    for (index, rewrite) in rewrites.iter().enumerate() {
        let metadata = &rewrite.built.ingress.metadata;
        let twin = rewrites[..index].iter().find(|other| {
            other.built.ingress.metadata.name == metadata.name && other.built.ingress.metadata.namespace == metadata.namespace
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

/// The output: documents that change as new texts, everything else as slices of the input.
fn print<'t>(stream: &Stream<'t>, objects: &[Object], rewrites: &[Rewrite<'_>]) -> Result<Vec<Cow<'t, str>>, Error> {
    let mut texts: BTreeMap<usize, String> = BTreeMap::new();
    let mut ends = Vec::new();
    for (index, rewrite) in rewrites.iter().enumerate() {
        let (document, pointer) = rewrite.path();
        if !rewrites[..index].iter().any(|other| other.service == rewrite.service) {
            edit(stream, &mut texts, document, pointer, &rewrite.plan.patch, &rewrite.patched.value)?;
        }
        if let Some(existing) = rewrite.existing {
            let old = &objects[existing];
            let patch = append::update(&old.value, &rewrite.built.value);
            let mut updated = old.value.clone();
            json_patch::patch(&mut updated, &patch).map_err(|error| Error::internal(error.to_string()))?;
            edit(stream, &mut texts, old.document, &old.pointer, &patch, &updated)?;
            continue;
        }
        match append::fresh(stream, &rewrite.patched, &rewrite.built)? {
            append::Fresh::Item(value) => edit_text(stream, &mut texts, document, "", &append::add_item(&value))?,
            append::Fresh::Document(text) => ends.push(text),
        }
    }
    let mut pieces: Vec<Cow<'t, str>> = Vec::new();
    let mut from = 0;
    for (document, text) in texts {
        let span = &stream.documents[document].span;
        pieces.push(Cow::Borrowed(&stream.text[from..span.start]));
        from = span.end;
        pieces.push(Cow::Owned(text));
    }
    pieces.push(Cow::Borrowed(&stream.text[from..]));
    pieces.retain(|piece| !piece.is_empty());
    if !ends.is_empty() && pieces.last().is_some_and(|last| !last.ends_with('\n')) {
        pieces.push(Cow::Borrowed(if stream.is_crlf() { "\r\n" } else { "\n" }));
    }
    pieces.extend(ends.into_iter().map(Cow::Owned));
    Ok(pieces)
}

/// Applies a patch of an object to the text of its document, and reads the result back.
fn edit(
    stream: &Stream<'_>,
    texts: &mut BTreeMap<usize, String>,
    document: usize,
    pointer: &str,
    patch: &Patch,
    expected: &Value,
) -> Result<(), Error> {
    if patch.0.is_empty() {
        return Ok(());
    }
    edit_text(stream, texts, document, pointer, patch)?;
    let text = &texts[&document];
    let read = Tree::parse(text).and_then(|tree| tree.value());
    let same = read.as_ref().is_ok_and(|value| value.pointer(pointer) == Some(expected));
    if !same || Stream::split(text).documents.len() != 1 {
        return Err(Error::internal("the rewritten document does not read back as planned")
            .at(stream.place_of(&stream.documents[document])));
    }
    Ok(())
}

/// Applies a patch that is meant for the value at `pointer` to the text of a document.
fn edit_text(
    stream: &Stream<'_>,
    texts: &mut BTreeMap<usize, String>,
    document: usize,
    pointer: &str,
    patch: &Patch,
) -> Result<(), Error> {
    let place = &stream.documents[document];
    let patch = prefixed(patch, pointer)?;
    let old = texts.get(&document).map_or_else(|| stream.text_of(place), String::as_str);
    let new = yaml::apply(old, &patch).map_err(|error| {
        let at = error.offset.map_or_else(|| stream.place_of(place), |offset| place_in(stream, document, old, offset));
        let kind = if error.internal { Error::internal } else { Error::input };
        kind(format!("the gateway's manifest can't be edited without changing more than its own fields: {}", error.message))
            .at(at)
            .help("write this part of the manifest plainly in the template or the values (no anchor, alias or merge key)")
    })?;
    texts.insert(document, new);
    Ok(())
}

fn place_in(stream: &Stream<'_>, document: usize, text: &str, offset: usize) -> Place {
    let document = &stream.documents[document];
    let lines = text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count();
    Place { line: stream.line_of(document.span.start) + lines, ..stream.place(document, 0) }
}

/// The same patch for an object that stands at `pointer`.
fn prefixed(patch: &Patch, pointer: &str) -> Result<Patch, Error> {
    use json_patch::PatchOperation::{Add, Remove, Replace};
    let mut patch = patch.clone();
    for operation in &mut patch.0 {
        let path = match operation {
            Add(operation) => &mut operation.path,
            Remove(operation) => &mut operation.path,
            Replace(operation) => &mut operation.path,
            other => return Err(Error::internal(format!("unplanned operation {other}"))),
        };
        *path = PointerBuf::parse(format!("{pointer}{path}")).map_err(|error| Error::internal(error.to_string()))?;
    }
    Ok(patch)
}

/// Judges what came out, at the severities that the configuration asks for.
fn judge<'t>(
    stream: &Stream<'_>,
    mut objects: Vec<Object>,
    rewrites: &[Rewrite<'_>],
    pieces: Vec<Cow<'t, str>>,
) -> Rewritten<'t> {
    let mut ours = Vec::new();
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
        ours.push(lint::Gateway { service: rewrite.service, ingress: index, spec: &rewrite.settings.spec });
    }
    let mut findings: Vec<Finding> = Vec::new();
    for rewrite in rewrites {
        findings.extend(lint::adjust(rewrite.plan.findings.clone(), &rewrite.settings.spec.findings));
    }
    findings.extend(lint::judge_gateways(&objects, &ours));
    lint::locate(stream, &objects, &mut findings);
    lint::sort(&mut findings);
    Rewritten { pieces, findings, objects }
}
