//! The output: documents that change as new texts, everything else as slices of the input. Each new text is read back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use json_patch::Patch;
use json_patch::jsonptr::PointerBuf;
use serde_json::Value;

use super::gateway::Rewrite;
use super::insert::{self, Placement};
use super::made::GatewayChanges;
use crate::error::{Error, Place};
use kubernetes_objects::object::{Object, Objects};
use manifest_yaml::stream::Stream;
use manifest_yaml::{EditError, ParseError, Tree};

/// The output in pieces, in order.
pub(super) fn edit<'t>(
    stream: &Stream<'t>,
    found: &Objects<'t>,
    rewrites: &[Rewrite<'_>],
) -> Result<Vec<Cow<'t, str>>, Error> {
    let mut editor = Editor { stream, found, texts: BTreeMap::new() };
    let mut added = Vec::new();
    for (index, rewrite) in rewrites.iter().enumerate() {
        let anchor = rewrite.anchor();
        if !rewrites[..index].iter().any(|other| other.service == rewrite.service) {
            let made = rewrite.made.as_ref();
            if made.is_none() {
                editor.edit_object(anchor, &rewrite.plan.patch, &anchor.value)?;
            }
            for change in made.into_iter().flat_map(GatewayChanges::changes) {
                editor.edit_object(&change.object, &change.patch, &change.value)?;
            }
            for value in made.into_iter().filter_map(|made| made.added.as_ref()) {
                let tree = found.tree(stream, anchor.document).map_err(unreadable)?;
                match insert::place(stream, &tree, anchor, value.clone(), insert::PARAMETERS)? {
                    Placement::Item(value) => drop(editor.edit(anchor.document, insert::add_item(value))?),
                    Placement::Document(text) => added.push(text),
                }
            }
        }
        if let Some(existing) = rewrite.existing {
            let old = &found.objects[existing];
            let patch = insert::update(&old.value, &rewrite.built.printed());
            let mut updated = old.value.clone();
            json_patch::patch(&mut updated, &patch).map_err(|error| Error::internal(error.to_string()))?;
            editor.edit_object(old, &patch, &updated)?;
            continue;
        }
        let tree = found.tree(stream, anchor.document).map_err(unreadable)?;
        match insert::place(stream, &tree, anchor, rewrite.built.verified()?, insert::INGRESS)? {
            Placement::Item(value) => {
                editor.edit(anchor.document, insert::add_item(value))?;
            }
            Placement::Document(text) => added.push(text),
        }
    }
    pieces(stream, editor.texts, added)
}

/// The stream with the documents in `texts` replaced, and those in `added` behind it.
fn pieces<'t>(
    stream: &Stream<'t>,
    texts: BTreeMap<usize, String>,
    added: Vec<String>,
) -> Result<Vec<Cow<'t, str>>, Error> {
    let end = if added.is_empty() { "" } else { missing_end(stream, &texts)? };
    let mut pieces: Vec<Cow<'t, str>> = Vec::new();
    let mut from = 0;
    for (document, text) in texts {
        let span = &stream.documents[document].span;
        pieces.push(Cow::Borrowed(&stream.text[from..span.start]));
        from = span.end;
        pieces.push(Cow::Owned(text));
    }
    pieces.push(Cow::Borrowed(&stream.text[from..]));
    pieces.push(Cow::Borrowed(end));
    pieces.extend(added.into_iter().map(Cow::Owned));
    pieces.retain(|piece| !piece.is_empty());
    Ok(pieces)
}

/// What the stream lacks before another document can follow: nothing, or its final line break. At the end of a block scalar that
/// would become a part of a value.
fn missing_end(stream: &Stream<'_>, texts: &BTreeMap<usize, String>) -> Result<&'static str, Error> {
    let Some(last) = stream.documents.last() else { return Ok("") };
    let text = texts.get(&(last.number - 1)).map_or_else(|| stream.text_of(last), String::as_str);
    if text.ends_with('\n') {
        return Ok("");
    }
    let newline = if stream.is_crlf() { "\r\n" } else { "\n" };
    let value = |text: &str| Tree::parse(text).and_then(|tree| tree.value()).ok();
    if value(text) == value(&format!("{text}{newline}")) {
        return Ok(newline);
    }
    Err(Error::input("the stream ends within a block scalar that lacks its final line break, and the Ingress behind it would add one")
        .at(stream.place(last, stream.text_of(last).len()))
        .help("end the stream with a line break"))
}

/// Edits documents of a stream.
struct Editor<'e, 't> {
    stream: &'e Stream<'t>,
    found: &'e Objects<'t>,
    /// The new texts of those that were edited.
    texts: BTreeMap<usize, String>,
}

impl Editor<'_, '_> {
    /// Applies a patch of an object to the text of its document, and compares what the new text reads as.
    fn edit_object(&mut self, object: &Object, patch: &Patch, expected: &Value) -> Result<(), Error> {
        if patch.0.is_empty() {
            return Ok(());
        }
        let read = self.edit(object.document, prefixed(patch, &object.pointer)?)?;
        let is_one_document = Stream::split(&self.texts[&object.document]).documents.len() == 1;
        if read.pointer(&object.pointer) != Some(expected) || !is_one_document {
            return Err(Error::internal("the rewritten document does not read back as planned")
                .at(self.stream.place_of(&self.stream.documents[object.document])));
        }
        Ok(())
    }

    /// Applies a patch to the text of a document. Returns what the new text reads as.
    fn edit(&mut self, document: usize, patch: Patch) -> Result<Value, Error> {
        let place = &self.stream.documents[document];
        let edited_before = self.texts.get(&document);
        let text = edited_before.map_or_else(|| self.stream.text_of(place), String::as_str);
        let tree = match edited_before {
            Some(text) => Tree::parse(text).map(Cow::Owned),
            None => self.found.tree(self.stream, document),
        };
        let edited = tree.map_err(Into::into).and_then(|tree| tree.apply(&patch)).map_err(|error: EditError| {
            let at = match error.offset {
                Some(offset) => place_in(self.stream, document, text, offset),
                None => self.stream.place_of(place),
            };
            let kind = if error.internal { Error::internal } else { Error::input };
            kind(format!(
                "the gateway's manifest can't be edited without changing more than its own fields: {}",
                error.message
            ))
            .at(at)
            .help(
                "write this part of the manifest plainly in the template or the values (no anchor, alias or merge key)",
            )
        })?;
        self.texts.insert(document, edited.text);
        Ok(edited.value)
    }
}

/// What was read before can be read again.
fn unreadable(error: ParseError) -> Error {
    Error::internal(format!("a document can't be read a second time: {error}"))
}

/// The place of an offset in the text of a document, of which lines before the offset may have been edited.
fn place_in(stream: &Stream<'_>, document: usize, text: &str, offset: usize) -> Place {
    let document = &stream.documents[document];
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line: stream.line_of(document.span.start) + lines, column, ..stream.place(document, 0) }
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
