//! Where in the stream a finding is.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::manifest::Object;
use crate::stream::Stream;
use crate::yaml::{Finder, Tree};
use kubernetes_objects::ObjectRef;

/// Adds the place to findings that name an object: that of the field, or of the object where no field is named or found.
/// Each document is parsed once, however many findings it has.
pub fn locate(stream: &Stream<'_>, objects: &[Object], findings: &mut [Finding]) {
    let mut by_name: BTreeMap<(&str, &str, &str), &Object> = BTreeMap::new();
    for object in objects {
        by_name.entry((object.kind(), object.namespace(), object.name())).or_insert(object);
    }
    let mut by_document: BTreeMap<usize, Vec<(&Object, &mut Finding)>> = BTreeMap::new();
    for finding in findings.iter_mut() {
        let of = |object: &ObjectRef| by_name.get(&(&*object.kind, &*object.namespace, &*object.name)).copied();
        let object = finding.object.as_ref().and_then(of);
        if let (None, Some(object)) = (&finding.place, object) {
            let found = by_document.entry(object.document).or_default();
            found.push((object, finding));
        }
    }
    for (document, found) in by_document {
        let Some(document) = stream.documents.get(document) else {
            continue;
        };
        let has_field = found.iter().any(|(_, finding)| finding.field.is_some());
        let tree = has_field.then(|| Tree::parse(stream.text_of(document)));
        let mut finder = tree.iter().flatten().next().map(Finder::new);
        let places = stream.places(document);
        for (object, finding) in found {
            let field = finding.field.as_ref();
            let located = field.and_then(|field| finder.as_mut()?.find(&format!("{}{field}", object.pointer)));
            finding.place = Some(match located {
                Some(located) => places.at(located.key.unwrap_or(located.value).start),
                None => object.place.clone(),
            });
        }
    }
}
