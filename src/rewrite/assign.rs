//! Which Service belongs to which configuration document, and the error where there is none.

use super::ingress;
use super::select::{self, Selector};
use crate::config::types::IfMissing;
use crate::config::{Entries, Origin, Settings};
use crate::error::{Error, quoted};
use crate::finding::Finding;
use crate::finding::levels::adjust;
use crate::istio::gateway_api;
use crate::istio::{STATUS_PORT, STATUS_PORT_NUMBER};
use crate::lint::strangers;
use kubernetes_objects::object::{self, Object, Objects};
use manifest_yaml::Tree;
use manifest_yaml::stream::Stream;

/// Which Service belongs to which configuration document, by its index among the objects; `None` where the stream passes as
/// it is.
pub(super) fn assign<'s>(
    stream: &Stream<'_>,
    found: &Objects<'_>,
    settings: &'s [Settings],
) -> Result<Option<Vec<(&'s Settings, usize)>>, Error> {
    let objects = &found.objects;
    let selectors: Vec<Selector> = settings.iter().map(selector_of).collect();
    check_glued(stream, &selectors)?;
    let mut claimed = Vec::new();
    for selector in selectors.iter().filter(|selector| selector.is_explicit()) {
        claimed.extend(select::find(objects, selector, &[])?);
    }
    let mut assigned = Vec::new();
    let mut missing = None;
    for (settings, selector) in settings.iter().zip(&selectors) {
        let claimed: &[usize] = if selector.is_explicit() { &[] } else { &claimed };
        match select::find(objects, selector, claimed)? {
            Some(service) => {
                check_name(&objects[service])?;
                assigned.push((settings, service));
            }
            None if settings.spec.gateway.if_missing() == IfMissing::Pass => {}
            None => missing = missing.or(Some(selector)),
        }
    }
    if !assigned.is_empty() && missing.is_none() {
        return Ok(Some(assigned));
    }
    refuse_messages(stream)?;
    strangers::refuse(stream)?;
    check_unreadable(stream, found, &selectors)?;
    let all = object::read_all(stream);
    strangers::refuse_values(stream, &all)?;
    let hooks_only = holds_only_hooks(stream, &all)?;
    match missing {
        Some(selector) if !hooks_only => {
            Err(missing_beside(stream, &all, select::missing(objects, selector, &claimed)))
        }
        _ => Ok(None),
    }
}

/// Refuses a gateway without a name: the Ingress could not lead to it, and the next run would not know it again.
fn check_name(service: &Object) -> Result<(), Error> {
    if !service.name().is_empty() {
        return Ok(());
    }
    Err(Error::input("the gateway's Service has no name: `metadata.name` is not there, or is no string")
        .at(service.place.clone())
        .help("give it one; a name that reads as a number or as `true` needs quotes"))
}

/// The first line that is neither empty nor a comment nor a marker, with its number.
fn first_line<'t>(stream: &Stream<'t>) -> Option<(usize, &'t str)> {
    let is_content = |line: &str| !line.starts_with(['#', '%']) && !["", "---", "...", "null"].contains(&line);
    let mut lines = stream.text.lines().map(|line| line.trim_start_matches('\u{feff}').trim()).zip(1..);
    lines.find(|(line, _)| is_content(line)).map(|(line, number)| (number, line))
}

/// Whether all that came in is a list without items, as `kubectl get -o yaml` prints where it finds nothing.
fn is_empty_list(stream: &Stream<'_>) -> bool {
    let mut values = stream.documents.iter().map(|document| Tree::parse(stream.text_of(document))?.value());
    values.any(|value| value.is_ok_and(|value| value["items"].as_array().is_some_and(Vec::is_empty)))
}

/// Refuses what a program says of itself in place of manifests: `helm … 2>&1 | istio-alb`.
fn refuse_messages(stream: &Stream<'_>) -> Result<(), Error> {
    match first_line(stream) {
        Some((_, line)) if line.starts_with("No resources found") => {
            Err(Error::input(format!("what came in is no manifest, but kubectl's message: {}", quoted(line)))
                .help("look at the namespace (`kubectl -n`) and at the names or labels that were asked for"))
        }
        Some((_, line)) if line.starts_with("Error: ") => {
            Err(Error::input(format!("what came in is an error message, and no manifests: {}", quoted(line)))
                .help("look at the command before the pipe, which failed"))
        }
        _ => Ok(()),
    }
}

/// Whether every object of a stream is a hook. A stream without any object is an error.
fn holds_only_hooks(stream: &Stream<'_>, all: &Objects<'_>) -> Result<bool, Error> {
    if all.objects.is_empty() && all.unreadable.is_empty() {
        if is_empty_list(stream) {
            return Err(Error::input("the list that came in is empty").help(
                "nothing was found: look at the namespace (`kubectl -n`) and at the names or labels that were asked for",
            ));
        }
        if let Some((number, line)) = first_line(stream) {
            let error = Error::input(format!("line {number} is no manifest: {}", quoted(line)));
            return Err(
                error.help("a manifest is a map with `apiVersion` and `kind`: look at the command before the pipe")
            );
        }
        return Err(Error::input("no document on stdin holds an object").help(
            "the chart rendered nothing: check its values; nothing was printed, since Helm deletes what is left out",
        ));
    }
    Ok(!all.objects.is_empty() && all.objects.iter().all(Object::is_hook))
}

/// The error for a stream without a gateway, which may be in a document that is no YAML: a JSON file that was cut, say.
fn missing_beside(stream: &Stream<'_>, all: &Objects<'_>, missing: Error) -> Error {
    let holds_a_service = all.objects.iter().any(|object| object.kind() == "Service");
    let Some(unreadable) = all.unreadable.first().filter(|_| !holds_a_service) else { return missing };
    let problem = &unreadable.error;
    Error::input(format!("no gateway Service found, and this document can't be read: {}", problem.message))
        .at(stream.place(&stream.documents[unreadable.document], problem.offset))
        .help("the gateway may be in it: correct it, or look whether its end is missing")
}

/// Refuses a stream in which `---` is glued to text, if that hides a gateway.
fn check_glued(stream: &Stream<'_>, selectors: &[Selector]) -> Result<(), Error> {
    for document in &stream.documents {
        let start = document.span.start;
        let glued: Vec<usize> =
            stream.glued.iter().filter(|at| document.span.contains(at)).map(|at| at - start).collect();
        let Some(first) = glued.first() else { continue };
        let text = stream.text_of(document);
        let mut from = 0;
        let hides_a_gateway = glued.iter().copied().chain([text.len()]).any(|end| {
            let piece = text[from..end].trim_start_matches('-');
            from = end;
            let piece = Stream::split(piece);
            let mut objects = object::read(&piece, &["Service", "Gateway"]).objects;
            gateway_api::add_made(&piece, &mut objects);
            selectors.iter().any(|selector| !matches!(select::find(&objects, selector, &[]), Ok(None)))
        });
        if hides_a_gateway {
            return Err(Error::input(
                "`---` is glued to the text behind it, so it separates nothing, and the gateway is hidden in one \
                 document with its neighbour",
            )
            .at(stream.place(document, *first))
            .help("put a line break behind `---` in the template; a `{{-` that trims too much is the usual cause"));
        }
    }
    Ok(())
}

/// Refuses a stream in which what looks like the gateway is no YAML.
fn check_unreadable(stream: &Stream<'_>, found: &Objects<'_>, selectors: &[Selector]) -> Result<(), Error> {
    for unreadable in &found.unreadable {
        let document = &stream.documents[unreadable.document];
        let text = stream.text_of(document);
        let is_of_gateway_api = text.contains(gateway_api::GROUP)
            && text.contains("gatewayClassName")
            && object::may_hold(text, &["Gateway"]);
        if !is_of_gateway_api && !object::may_hold(text, &["Service"]) {
            continue;
        }
        let is_named = selectors.iter().filter_map(|selector| selector.name.as_deref()).any(|name| text.contains(name));
        if is_named || is_of_gateway_api || text.contains(STATUS_PORT) || text.contains(&STATUS_PORT_NUMBER.to_string())
        {
            return Err(Error::input(format!(
                "what looks like the gateway can't be read: {}",
                unreadable.error.message
            ))
            .at(stream.place(document, unreadable.error.offset))
            .help("look at the line in `helm template`, and correct the template or the values that it comes from"));
        }
    }
    Ok(())
}

/// Gateways that pass as they are beside one that is configured and not there (`ifMissing: pass`).
pub(super) fn passed(objects: &[Object], settings: &[Settings]) -> Vec<Finding> {
    let may_pass = |settings: &&Settings| settings.spec.gateway.if_missing() == IfMissing::Pass;
    if !settings.iter().any(|settings| may_pass(&settings)) {
        return Vec::new();
    }
    let found = |settings: &Settings| select::find(objects, &selector_of(settings), &[]).ok().flatten();
    let claimed: Vec<usize> = settings.iter().filter_map(found).collect();
    let missing = settings.iter().filter(may_pass).filter(|settings| found(settings).is_none());
    let findings = missing.filter_map(|settings| {
        let finding = select::passed(objects, &selector_of(settings), &claimed)?;
        Some(adjust(vec![finding], &settings.spec.findings.levels()))
    });
    findings.flatten().collect()
}

/// How the configuration selects the gateway.
pub(super) fn selector_of(settings: &Settings) -> Selector {
    let gateway = &settings.spec.gateway;
    let labels = gateway.selector.iter().flat_map(Entries::iter);
    let selects = ["gateway.name", "gateway.namespace", "gateway.selector"];
    let first = selects.into_iter().find_map(|path| Some((path, settings.origin(path)?)));
    let by_file = first.filter(|(_, origin)| matches!(origin, Origin::File { .. }));
    Selector {
        name: gateway.name.clone(),
        namespace: gateway.namespace.clone(),
        labels: labels.map(|(key, value)| (key.to_owned(), value.0.clone())).collect(),
        ingress: Some(ingress::name_of(&settings.spec).to_owned()),
        by_file: by_file.map(|(path, origin)| (path, origin.to_string())),
    }
}
