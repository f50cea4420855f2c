//! The objects of a stream that can matter, read as Kubernetes reads them.
//!
//! Most documents never matter, and some do not even parse: a chart may hold anything. So a document is parsed only if its
//! text can hold an object of a wanted kind, which a scan for the word `kind` tells. A document that then does not parse is
//! reported, not refused: the caller knows whether it needs it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem;
use serde_json::Value;

use crate::reference::ObjectRef;
use manifest_yaml::stream::{Document, Places, Stream};
use manifest_yaml::{ParseError, Place, Tree, pointer};

/// Kinds that hold other objects.
const LISTS: [&str; 2] = ["List", "ResourceList"];

/// The annotation of Helm's hooks.
const HOOK: &str = "helm.sh/hook";

/// An object of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Index of its document in [`Stream::documents`].
    pub document: usize,
    /// Where it stands in its document: empty, or `/items/3`.
    pub pointer: String,
    /// Its content.
    pub value: Value,
    /// Where it begins.
    pub place: Place,
    /// For an object that is not in the stream, since a controller will make it: from what.
    pub origin: Option<Origin>,
}

/// The object of the stream from which a controller makes another one. What is made has document, pointer and place of its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The object of the stream.
    pub object: ObjectRef,
    /// Which field comes from which: pointers into what is made, each with one into the object of the stream.
    pub fields: Vec<(String, String)>,
}

impl Origin {
    /// The field of the object of the stream from which a field comes, or one that holds it.
    #[must_use]
    pub fn field(&self, made: &str) -> Option<String> {
        let below = |(from, to): &(String, String)| {
            let rest = made.strip_prefix(from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| (from.len(), format!("{to}{rest}")))
        };
        self.fields.iter().filter_map(below).max_by_key(|(length, _)| *length).map(|(_, field)| field)
    }
}

impl Object {
    /// Whether it is not in the stream, since a controller will make it.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.origin.is_some()
    }

    /// `kind`, or nothing.
    #[must_use]
    pub fn kind(&self) -> &str {
        text(self.value.get("kind"))
    }

    /// `apiVersion`, or nothing.
    #[must_use]
    pub fn api_version(&self) -> &str {
        text(self.value.get("apiVersion"))
    }

    /// `metadata.name`, or nothing.
    #[must_use]
    pub fn name(&self) -> &str {
        text(self.metadata("name"))
    }

    /// `metadata.namespace`, or nothing: the object then goes where it is applied to.
    #[must_use]
    pub fn namespace(&self) -> &str {
        text(self.metadata("namespace"))
    }

    /// `namespace/name`, or the name alone.
    #[must_use]
    pub fn full_name(&self) -> String {
        match self.namespace() {
            "" => self.name().to_owned(),
            namespace => format!("{namespace}/{}", self.name()),
        }
    }

    /// Whether it may be in a namespace: an object without one, and one that is looked for without one, may be in any.
    #[must_use]
    pub fn may_be_in(&self, namespace: &str) -> bool {
        let own = self.namespace();
        own == namespace || own.is_empty() || namespace.is_empty()
    }

    /// Its kind, namespace and name.
    #[must_use]
    pub fn reference(&self) -> ObjectRef {
        ObjectRef::new(self.kind(), self.namespace(), self.name())
    }

    /// An annotation, if it is a string.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata("annotations")?.get(key)?.as_str()
    }

    /// Whether Helm runs it as a hook instead of applying it with the release.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        self.annotation(HOOK).is_some()
    }

    /// A label, if it is a string.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.metadata("labels")?.get(key)?.as_str()
    }

    fn metadata(&self, field: &str) -> Option<&Value> {
        self.value.get("metadata")?.get(field)
    }
}

/// The items of a list; none where the value is no list.
#[must_use]
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The entries of a map; none where the value is no map.
pub fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The JSON pointer of an annotation.
#[must_use]
pub fn annotation_pointer(key: &str) -> String {
    pointer::of(["metadata", "annotations", key])
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// A document that can hold an object of a wanted kind, and does not parse.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// Index of the document.
    pub document: usize,
    /// Why.
    pub error: ParseError,
}

/// What [`read`] found.
#[derive(Debug, Clone, Default)]
pub struct Objects<'t> {
    /// In the order of the stream.
    pub objects: Vec<Object>,
    /// In the order of the stream.
    pub unreadable: Vec<Unreadable>,
    /// The parsed documents that were to be kept, by their index.
    pub trees: BTreeMap<usize, Tree<'t>>,
}

impl<'t> Objects<'t> {
    /// A document of the stream as a tree: the one that was kept, or parsed now.
    ///
    /// # Errors
    ///
    /// Where the document cannot be parsed.
    pub fn tree(&self, stream: &Stream<'t>, document: usize) -> Result<Cow<'_, Tree<'t>>, ParseError> {
        match self.trees.get(&document) {
            Some(tree) => Ok(Cow::Borrowed(tree)),
            None => Tree::parse(stream.text_of(&stream.documents[document])).map(Cow::Owned),
        }
    }
}

/// The objects of the given kinds, those in lists too; and those whose kind is one of these in other letters, which the API server
/// refuses.
#[must_use]
pub fn read<'t>(stream: &Stream<'t>, kinds: &[&str]) -> Objects<'t> {
    read_keeping(stream, kinds, |_| false)
}

/// As [`read`]. The parsed documents of those objects for which `keep` holds are kept, so that they can be edited without
/// parsing them again.
#[must_use]
pub fn read_keeping<'t>(stream: &Stream<'t>, kinds: &[&str], keep: impl Fn(&Object) -> bool) -> Objects<'t> {
    let mut found = Objects::default();
    for (index, document) in stream.documents.iter().enumerate() {
        if may_hold(stream.text_of(document), kinds) {
            let first = found.objects.len();
            let tree = read_document(stream, index, document, &mut found);
            if found.objects[first..].iter().any(&keep) {
                found.trees.extend(tree.map(|tree| (index, tree)));
            }
        }
    }
    found.objects.retain(|object| is_one_of(object.kind(), kinds));
    found
}

/// Every object of the stream, whatever its kind.
#[must_use]
pub fn read_all<'t>(stream: &Stream<'t>) -> Objects<'t> {
    let mut found = Objects::default();
    for (index, document) in stream.documents.iter().enumerate() {
        read_document(stream, index, document, &mut found);
    }
    found
}

/// Adds the objects of a document, or the reason why it cannot be read.
fn read_document<'t>(
    stream: &Stream<'t>,
    index: usize,
    document: &Document,
    found: &mut Objects<'t>,
) -> Option<Tree<'t>> {
    let read = Tree::parse(stream.text_of(document)).and_then(|tree| Ok((tree.value()?, tree)));
    match read {
        Ok((value, tree)) => {
            let mut reader = Reader {
                index,
                first_line: stream.first_line_of(document),
                places: stream.places(document),
                tree: &tree,
                objects: &mut found.objects,
            };
            reader.add(String::new(), value);
            Some(tree)
        }
        Err(error) => {
            found.unreadable.push(Unreadable { document: index, error });
            None
        }
    }
}

/// Reads the objects of one document.
struct Reader<'r> {
    index: usize,
    first_line: usize,
    places: Places<'r>,
    tree: &'r Tree<'r>,
    objects: &'r mut Vec<Object>,
}

impl Reader<'_> {
    /// Adds an object, or the objects of a list.
    fn add(&mut self, pointer: String, value: Value) {
        let Value::Object(mut fields) = value else {
            return;
        };
        let kind = fields.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_list = LISTS.contains(&kind.as_str()) || (kind.ends_with("List") && fields.contains_key("items"));
        if is_list && fields.get("items").is_some_and(Value::is_array) {
            let api_version = fields.get("apiVersion").cloned();
            let Some(Value::Array(items)) = fields.remove("items") else {
                return;
            };
            for (number, mut item) in items.into_iter().enumerate() {
                // The items of a typed list (ServiceList) may leave out what the list says.
                if let (Value::Object(item), Some(kind), Some(version)) =
                    (&mut item, kind.strip_suffix("List").filter(|kind| !kind.is_empty()), &api_version)
                    && !item.contains_key("kind")
                    && kind != "Resource"
                {
                    item.insert("kind".to_owned(), Value::String(kind.to_owned()));
                    item.insert("apiVersion".to_owned(), version.clone());
                }
                self.add(format!("{pointer}/items/{number}"), item);
            }
            return;
        }
        if fields.is_empty() {
            return;
        }
        let place = match self.tree.find(&pointer) {
            Some(located) if !pointer.is_empty() => self.places.at(located.value.start),
            _ => self.places.at(self.first_line),
        };
        self.objects.push(Object { document: self.index, pointer, value: Value::Object(fields), place, origin: None });
    }
}

/// Whether a text can hold an object of one of the kinds. Never wrong with `false`; `true` may be wrong.
#[must_use]
pub fn may_hold(text: &str, kinds: &[&str]) -> bool {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, b"kind").any(|at| match kind_at(&text[at + 4..]) {
        KindAt::NoKey => false,
        KindAt::Word(word) => word.ends_with("List") || is_one_of(word, kinds),
        KindAt::Unclear => true,
    })
}

fn is_one_of(kind: &str, kinds: &[&str]) -> bool {
    kinds.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

enum KindAt<'t> {
    NoKey,
    Word(&'t str),
    Unclear,
}

/// What follows the word `kind`: the value of the key, if the word is a key, as far as it is known without parsing.
fn kind_at(rest: &str) -> KindAt<'_> {
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let Some(rest) = rest.trim_start().strip_prefix(':') else {
        return KindAt::NoKey;
    };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    match rest[end..].chars().next() {
        _ if end == 0 => KindAt::Unclear,
        Some('\\') => KindAt::Unclear,
        _ => KindAt::Word(&rest[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_without_parsing() {
        let service = |text: &str| may_hold(text, &["Service"]);
        for text in [
            "kind: Service\n",
            "kind: service\n",
            "kind:   \"Service\" # c\n",
            "'kind': 'Service'",
            "{\"kind\":\"Service\"}",
            "{\"kind\" : \"Service\"}",
            "kind:\n  Service\n",
            "kind: !!str Service\n",
            "kind: &k Service\n",
            "? kind\n: Service\n",
            "kind: \"\\x53ervice\"\n",
            "kind: List\n",
            "kind: ServiceList\n",
            "a:\n- kind: Service",
        ] {
            assert!(service(text), "{text}");
        }
        for text in ["", "kind: ServiceAccount\n", "kinds: Service\n", "kind: Deployment", "kind Service", "# Service"]
        {
            assert!(!service(text), "{text}");
        }
    }

    #[test]
    fn objects_of_lists_have_their_own_place() {
        let text =
            "kind: ConfigMap\n---\nkind: List\nitems:\n- kind: A\n  x: 1\n- kind: Service\n  metadata: {name: s}\n";
        let stream = Stream::split(text);
        let found = read(&stream, &["Service"]);
        assert_eq!(found.unreadable, []);
        let object = &found.objects[0];
        assert_eq!((found.objects.len(), object.pointer.as_str(), object.name()), (1, "/items/1", "s"));
        assert_eq!(object.place.to_string(), "document 2, line 7");
    }

    #[test]
    fn a_field_of_what_is_made_comes_from_the_closest_one() {
        let fields = [("/metadata", "/metadata"), ("/metadata/annotations", "/spec/infrastructure/annotations")];
        let fields = fields.map(|(from, to)| (from.to_owned(), to.to_owned())).to_vec();
        let origin = Origin { object: ObjectRef::new("Gateway", "", "gw"), fields };
        let of = |field| origin.field(field);
        assert_eq!(of("/metadata/name").as_deref(), Some("/metadata/name"));
        assert_eq!(of("/metadata/annotations/a~1b").as_deref(), Some("/spec/infrastructure/annotations/a~1b"));
        assert_eq!(of("/metadatas"), None);
    }

    #[test]
    fn what_does_not_parse_is_reported_only_if_it_can_matter() {
        let stream = Stream::split("kind: ConfigMap\na: [\n---\nkind: Service\na: [\n");
        let found = read(&stream, &["Service"]);
        assert_eq!((found.objects.len(), found.unreadable.len(), found.unreadable[0].document), (0, 1, 1));
    }
}
