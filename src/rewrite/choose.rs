//! Which Service belongs to which configuration document, and what is said where there is none.

use crate::config::types::IfMissing;
use crate::config::{Entries, Settings};
use crate::error::Error;
use crate::gateway::{self, Choice};
use crate::manifest::{self, Object, Objects};
use crate::stream::Stream;

/// Which Service belongs to which configuration document; `None` where the stream passes as it is.
pub(super) fn choose<'s>(
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
        let glued: Vec<usize> = stream
            .glued
            .iter()
            .copied()
            .filter(|at| document.span.contains(at))
            .map(|at| at - document.span.start)
            .collect();
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
            return Err(Error::input(format!(
                "what looks like the gateway's Service can't be read: {}",
                unreadable.error.message
            ))
            .at(stream.place(document, unreadable.error.offset))
            .help("look at the line in `helm template`, and mend the template or the values that it comes from"));
        }
    }
    Ok(())
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
