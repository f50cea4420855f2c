//! The output: documents that change as new texts, everything else as slices of the input. Each new text is read back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use json_patch::Patch;
use json_patch::jsonptr::PointerBuf;
use serde_json::Value;

use super::gateway::Rewrite;
use crate::append;
use crate::error::{Error, Place};
use crate::manifest::Object;
use crate::stream::Stream;
use crate::yaml;

/// The output: documents that change as new texts, everything else as slices of the input.
pub(super) fn print<'t>(
    stream: &Stream<'t>,
    objects: &[Object],
    rewrites: &[Rewrite<'_>],
) -> Result<Vec<Cow<'t, str>>, Error> {
    let mut texts: BTreeMap<usize, String> = BTreeMap::new();
    let mut ends = Vec::new();
    for (index, rewrite) in rewrites.iter().enumerate() {
        let (document, pointer) = rewrite.path();
        if !rewrites[..index].iter().any(|other| other.service == rewrite.service) {
            edit(stream, &mut texts, document, pointer, &rewrite.plan.patch, &rewrite.patched.value)?;
        }
        if let Some(existing) = rewrite.existing {
            let old = &objects[existing];
            let patch = append::update(&old.value, &rewrite.built.printed());
            let mut updated = old.value.clone();
            json_patch::patch(&mut updated, &patch).map_err(|error| Error::internal(error.to_string()))?;
            edit(stream, &mut texts, old.document, &old.pointer, &patch, &updated)?;
            continue;
        }
        match append::fresh(stream, &rewrite.patched, &rewrite.built)? {
            append::Fresh::Item(value) => {
                edit_text(stream, &mut texts, document, "", &append::add_item(&value))?;
            }
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
    let read = edit_text(stream, texts, document, pointer, patch)?;
    let text = &texts[&document];
    let same = read.pointer(pointer) == Some(expected);
    if !same || Stream::split(text).documents.len() != 1 {
        return Err(Error::internal("the rewritten document does not read back as planned")
            .at(stream.place_of(&stream.documents[document])));
    }
    Ok(())
}

/// Applies a patch that is meant for the value at `pointer` to the text of a document. Returns what the new text reads as.
fn edit_text(
    stream: &Stream<'_>,
    texts: &mut BTreeMap<usize, String>,
    document: usize,
    pointer: &str,
    patch: &Patch,
) -> Result<Value, Error> {
    let place = &stream.documents[document];
    let patch = prefixed(patch, pointer)?;
    let old = texts.get(&document).map_or_else(|| stream.text_of(place), String::as_str);
    let (new, read) = yaml::apply_and_read(old, &patch).map_err(|error| {
        let at = error.offset.map_or_else(|| stream.place_of(place), |offset| place_in(stream, document, old, offset));
        let kind = if error.internal { Error::internal } else { Error::input };
        kind(format!(
            "the gateway's manifest can't be edited without changing more than its own fields: {}",
            error.message
        ))
        .at(at)
        .help("write this part of the manifest plainly in the template or the values (no anchor, alias or merge key)")
    })?;
    texts.insert(document, new);
    Ok(read)
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
