//! `compare LIVE MANIFEST`: what only the cluster has, before a cutover that the render alone decides.
//!
//! Exit codes as of `diff`: 0 where nothing that matters differs, 1 where something does, 2 where the files cannot be read.

use serde_json::{Value, json};

use super::Printed;
use crate::cli::CompareFormat;
use crate::error::{Error, visible_lines};
use crate::istio::{gateway_api, is_gateway};
use crate::migrate::live::{Difference, differences};
use crate::output;
use kubernetes_objects::Object;
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;

/// What can differ so that it matters to the gateway's load balancer.
const KINDS: [&str; 3] = ["Service", "Ingress", "Gateway"];

/// Compares the objects of a cluster, as `kubectl get -o yaml` prints them, with the manifests that made them. What is in one
/// of both only is not compared; a gateway must be in both.
///
/// # Errors
///
/// Where one of the two cannot be read, or holds no gateway.
pub fn compare(live: &str, manifest: &str, format: CompareFormat) -> Result<Printed, Error> {
    let cluster = objects(live, "LIVE")?;
    let rendered = objects(manifest, "MANIFEST")?;
    if rendered.iter().any(is_of_a_cluster) && !cluster.iter().any(is_of_a_cluster) {
        return Err(Error::usage(
            "MANIFEST has objects as a cluster has them (`metadata.uid`, `status`), and LIVE has none",
        )
        .help("LIVE comes first: istio-alb compare live.yaml manifest.yaml"));
    }
    let pairs: Vec<(&Object, &Object)> = rendered
        .iter()
        .filter_map(|manifest| Some((cluster.iter().find(|live| is_same(live, manifest))?, manifest)))
        .collect();
    let seen: Vec<String> = pairs.iter().map(|(live, _)| live.reference().to_string()).collect();
    if seen.is_empty() {
        let names = |objects: &[Object]| {
            let names: Vec<String> = objects.iter().map(|object| object.reference().to_string()).collect();
            if names.is_empty() { "nothing to compare".to_owned() } else { names.join(", ") }
        };
        return Err(Error::input(format!(
            "no object is in both: LIVE holds {}; MANIFEST holds {}",
            names(&cluster),
            names(&rendered)
        ))
        .help(
            "kubectl -n NAMESPACE get service,ingress -o yaml > live.yaml; helm -n NAMESPACE get manifest RELEASE > manifest.yaml; \
             istio-alb compare live.yaml manifest.yaml",
        ));
    }
    let is_compared = |object: &&Object| pairs.iter().any(|(_, manifest)| manifest.reference() == object.reference());
    let is_a_gateway = |object: &&Object| is_gateway(object) || gateway_api::is_managed(object);
    if let Some(gateway) = rendered.iter().filter(is_a_gateway).find(|object| !is_compared(object)) {
        return Err(Error::input(format!("LIVE does not hold the gateway of MANIFEST, {}", gateway.reference()))
            .help("name the kinds, and the namespace of the gateway: kubectl -n NAMESPACE get service,ingress,gateway -o yaml"));
    }
    let found: Vec<Difference> = pairs.iter().flat_map(|(live, manifest)| differences(live, manifest)).collect();
    let code = u8::from(found.iter().any(|difference| difference.matters));
    let output = match format {
        CompareFormat::Text => text(&found, &seen),
        CompareFormat::Json => output::json::text(&json(&found, &seen)),
    };
    Ok(Printed { output, code, ..Printed::default() })
}

/// The objects of a stream, or of a List.
fn objects(text: &str, name: &str) -> Result<Vec<Object>, Error> {
    let stream = Stream::split(text);
    let found = object::read(&stream, &KINDS);
    if let Some(unreadable) = found.unreadable.first() {
        let place = stream.place(&stream.documents[unreadable.document], unreadable.error.offset);
        return Err(Error::input(format!("{name} can't be read: {}", unreadable.error.message)).at(place));
    }
    Ok(found.objects.into_iter().filter(|object| !object.is_hook()).collect())
}

/// Whether an API server has written something into an object.
fn is_of_a_cluster(object: &Object) -> bool {
    let metadata = &object.value["metadata"];
    metadata.get("uid").is_some() || metadata.get("resourceVersion").is_some() || object.value.get("status").is_some()
}

/// Whether two manifests are of one object. A render may leave the namespace out.
fn is_same(live: &Object, manifest: &Object) -> bool {
    let group = |object: &Object| object.api_version().split_once('/').map(|(group, _)| group.to_owned());
    live.kind() == manifest.kind()
        && group(live) == group(manifest)
        && live.name() == manifest.name()
        && live.may_be_in(manifest.namespace())
}

fn text(found: &[Difference], seen: &[String]) -> String {
    let mut lines = Vec::new();
    for (index, difference) in found.iter().enumerate() {
        let title = if difference.matters { "differs" } else { "note" };
        let by = difference.set_by.as_ref().map(|manager| format!(", set by {manager}")).unwrap_or_default();
        let values = match (&difference.live, &difference.manifest) {
            (Some(live), None) => format!("{} in the cluster only{by}", shown(live)),
            (None, Some(manifest)) => format!("{} in the manifest only", shown(manifest)),
            (live, manifest) => format!(
                "{} in the cluster{by}, {} in the manifest",
                shown(live.as_ref().unwrap_or(&Value::Null)),
                shown(manifest.as_ref().unwrap_or(&Value::Null))
            ),
        };
        lines.push(format!("{title}: {}: {}: {values}", difference.object, difference.path));
        // Once for all that follow each other and mean the same.
        if found.get(index + 1).is_none_or(|next| next.meaning != difference.meaning) {
            lines.push(format!("  {}", difference.meaning));
        }
    }
    let matter = found.iter().filter(|difference| difference.matters).count();
    lines.push(match matter {
        0 => format!("nothing that matters differs: {}", seen.join(", ")),
        1 => "1 difference matters: write it into the values and run your usual upgrade, or take it off; then compare again".to_owned(),
        more => format!(
            "{more} differences matter: write them into the values and run your usual upgrade, or take them off; then compare again"
        ),
    });
    visible_lines(&lines.join("\n")) + "\n"
}

fn json(found: &[Difference], seen: &[String]) -> Value {
    let differences: Vec<Value> = found
        .iter()
        .map(|difference| {
            json!({
                "kind": difference.object.kind,
                "namespace": difference.object.namespace,
                "name": difference.object.name,
                "path": difference.path,
                "live": difference.live,
                "manifest": difference.manifest,
                "matters": difference.matters,
                "meaning": difference.meaning,
                "setBy": difference.set_by,
            })
        })
        .collect();
    json!({ "version": 1, "compared": seen, "differences": differences })
}

/// A value on one line.
fn shown(value: &Value) -> String {
    crate::error::cut(&value.to_string(), 100).into_owned()
}
