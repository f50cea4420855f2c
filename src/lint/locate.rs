//! Where in the stream a finding is.

use std::collections::BTreeMap;

use crate::finding::Finding;
use kubernetes_objects::ObjectRef;
use kubernetes_objects::object::{Object, Objects};
use manifest_yaml::Finder;
use manifest_yaml::stream::Stream;

/// Adds the place to findings that name an object: that of the field, or of the object where no field is named or found.
/// Each document is parsed at most once, however many findings it has.
pub fn locate<'t>(stream: &Stream<'t>, found: &Objects<'t>, findings: &mut [Finding]) {
    translate(found, findings);
    let mut by_name: BTreeMap<ObjectRef, Option<&Object>> = BTreeMap::new();
    let without_place = findings.iter().filter(|finding| finding.place.is_none());
    by_name.extend(without_place.filter_map(|finding| Some((finding.object.clone()?, None))));
    if by_name.is_empty() {
        return;
    }
    for object in found.objects.iter().filter(|object| !object.is_made()) {
        if let Some(first @ None) = by_name.get_mut(&object.reference()) {
            *first = Some(object);
        }
    }
    let mut by_document: BTreeMap<usize, Vec<(&Object, &mut Finding)>> = BTreeMap::new();
    for finding in findings.iter_mut().filter(|finding| finding.place.is_none()) {
        if let Some(Some(object)) = finding.object.as_ref().and_then(|object| by_name.get(object)) {
            by_document.entry(object.document).or_default().push((object, finding));
        }
    }
    for (index, findings) in by_document {
        let Some(document) = stream.documents.get(index) else {
            continue;
        };
        let has_field = findings.iter().any(|(_, finding)| finding.field.is_some());
        let tree = has_field.then(|| found.tree(stream, index));
        let mut finder = tree.iter().flatten().next().map(|tree| Finder::new(tree));
        let places = stream.places(document);
        for (object, finding) in findings {
            let field = finding.field.as_ref();
            let located = field.and_then(|field| finder.as_mut()?.find(&format!("{}{field}", object.pointer)));
            finding.place = Some(match located {
                Some(located) => places.at(located.key.unwrap_or(located.value).start),
                None => object.place.clone(),
            });
        }
    }
}

/// A finding about an object that a controller will make becomes one about the object from which it makes it.
fn translate(found: &Objects<'_>, findings: &mut [Finding]) {
    for made in found.objects.iter().filter(|object| object.is_made()) {
        let (Some(origin), reference) = (&made.origin, made.reference()) else { continue };
        for finding in findings.iter_mut().filter(|finding| finding.object.as_ref() == Some(&reference)) {
            let is_of_the_origin = reference == origin.object;
            let field = finding.field.as_deref().and_then(|field| origin.field(field));
            // A Gateway of Istio's API has the name of the one that it is made from.
            if is_of_the_origin && field.is_none() {
                continue;
            }
            finding.object = Some(origin.object.clone());
            finding.field = field;
        }
    }
}
