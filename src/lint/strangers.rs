//! What is in a stream and was not meant to be: a configuration of ours, the values of a chart, two manifests in one document.

use kubernetes_objects::object::Objects;
use manifest_yaml::Tree;
use manifest_yaml::stream::{Document, Stream};
use memchr::memmem;

use crate::error::Error;

/// Refuses documents that were probably meant to be something else.
///
/// # Errors
///
/// Where there is one.
pub fn refuse(stream: &Stream<'_>) -> Result<(), Error> {
    for document in &stream.documents {
        let text = stream.text_of(document);
        if text.lines().filter(|line| line.starts_with("kind:")).count() > 1 {
            refuse_two_in_one(stream, document)?;
        }
        if memmem::find(text.as_bytes(), b"AlbGateway").is_some() {
            refuse_configuration(stream, document)?;
        }
    }
    Ok(())
}

/// Refuses a stream of which no document says what kind of object it is. `all` are its objects.
///
/// # Errors
///
/// Where it is such a stream.
pub fn refuse_values(stream: &Stream<'_>, all: &Objects<'_>) -> Result<(), Error> {
    let Some(first) = all.objects.first() else { return Ok(()) };
    if !all.unreadable.is_empty() || all.objects.iter().any(|object| !object.kind().is_empty()) {
        return Ok(());
    }
    Err(Error::input("no document is a manifest: none has a `kind`")
        .at(stream.place_of(&stream.documents[first.document]))
        .help("are these the values of a chart? What is read here is what `helm template` prints"))
}

fn refuse_two_in_one(stream: &Stream<'_>, document: &Document) -> Result<(), Error> {
    let Ok(tree) = Tree::parse(stream.text_of(document)) else { return Ok(()) };
    match tree.duplicate_keys().iter().find(|(pointer, _)| pointer == "/kind") {
        Some((_, offset)) => Err(Error::input("`kind` is here for the second time in one document")
            .at(stream.place(document, *offset))
            .help("are these two manifests? Put a line `---` between them; as it is only the last value of each key counts")),
        None => Ok(()),
    }
}

fn refuse_configuration(stream: &Stream<'_>, document: &Document) -> Result<(), Error> {
    let value = Tree::parse(stream.text_of(document)).and_then(|tree| tree.value());
    let is_it = value.is_ok_and(|value| {
        value["kind"] == "AlbGateway"
            && value["apiVersion"].as_str().is_some_and(|version| version.starts_with("istio-alb.dev/"))
            && value["metadata"]["annotations"]["config.kubernetes.io/function"].is_null()
    });
    match is_it {
        true => Err(Error::input("an AlbGateway is the configuration of istio-alb, and no manifest")
            .at(stream.place_of(document))
            .help("take it out of the manifests, and name its file with [[config: FILE]]")),
        false => Ok(()),
    }
}
