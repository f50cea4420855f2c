//! What Flux's substitution does to a stream: to all of its objects, not only to ours.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::flux::variables;
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;

/// The annotation or label that leaves an object out of the substitution.
const DISABLED: &str = "kustomize.toolkit.fluxcd.io~1substitute";

rules! {
    ALB110 Error | Warning "text-that-flux-reads" {
        summary: "an object that is not ours holds text that Flux fails on, or changes, when it fills in variables",
        explanation: "With `spec.postBuild` Flux substitutes in every string of every object of the Kustomization, \
            scripts in ConfigMaps among them. A `${` that it does not understand fails the whole Kustomization, and \
            each `$$` becomes `$`.",
        help: "write `$${` for a `${` that shall stay and `$$$$` for `$$`, or give the object the annotation \
            `kustomize.toolkit.fluxcd.io/substitute: disabled`; where that is done by somebody else, [[findings.allow: ALB110]]",
        source: "fluxcd/pkg v1.41.0 kustomize/kustomize_varsub.go:91-149; envsubst v1.8.0 parse/scan.go:211-232",
    }
}

/// The variables that a stream needs, by name, each with whether it may be left undefined; and findings about the objects
/// that are not ours.
pub fn read(stream: &Stream<'_>, is_ours: impl Fn(&object::Object) -> bool) -> (BTreeMap<String, bool>, Vec<Finding>) {
    let mut variables = BTreeMap::new();
    let mut findings = Vec::new();
    for document in &stream.documents {
        let text = stream.text_of(document);
        if !text.contains("${") && !text.contains("$$") {
            continue;
        }
        let inner = Stream::split(text);
        for object in object::read_all(&inner).objects {
            let is_disabled = ["annotations", "labels"]
                .iter()
                .any(|map| object.value.pointer(&format!("/metadata/{map}/{DISABLED}")) == Some(&"disabled".into()));
            if is_disabled {
                continue;
            }
            let mut problems = Vec::new();
            visit(&object.value, &mut |text| match variables::variables(text) {
                Ok(found) => {
                    if text.contains("$$") {
                        problems.push((Severity::Warning, "Flux makes `$` of each `$$` in it".to_owned()));
                    }
                    for (name, optional) in found {
                        variables.entry(name).and_modify(|known| *known &= optional).or_insert(optional);
                    }
                }
                Err(malformed) => {
                    let first = malformed.what.lines().next().unwrap_or_default();
                    problems.push((Severity::Error, format!("Flux fails on {first}")));
                }
            });
            if is_ours(&object) {
                continue;
            }
            problems.dedup();
            findings.extend(problems.into_iter().map(|(severity, message)| Finding {
                object: Some(object.reference()),
                place: Some(stream.place_of(document)),
                ..Finding::new(&ALB110, message).severity(severity)
            }));
        }
    }
    (variables, findings)
}

/// Every string of a value, keys too: Flux substitutes in its text.
fn visit(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            see(key);
            visit(value, see);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(finding: &Finding) -> String {
        let (place, object) = (finding.place.as_ref().unwrap(), finding.object.as_ref().unwrap());
        format!(
            "{}[{}]: {place}: {object}: {}\n  help: {}",
            finding.severity,
            finding.rule.id,
            finding.message,
            finding.help_text()
        )
    }

    #[test]
    fn variables_and_what_flux_would_stumble_over() {
        let text = "kind: Ingress\nmetadata: {name: ours, annotations: {a: \"${A%: }\", b: \"$${x}\"}}\n\
                    ---\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  s: |\n    echo ${B:=1} $$\n  t: ${a.b}\n\
                    ---\nkind: ConfigMap\nmetadata: {name: d, labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\n\
                    data: {a: \"${C} ${\"}\n";
        let (variables, findings) = read(&Stream::split(text), |object| object.name() == "ours");
        assert_eq!(variables, [("A".to_owned(), false), ("B".to_owned(), true)].into());
        let findings: Vec<String> = findings.iter().map(told).collect();
        let help = crate::help::Help::from(ALB110.help);
        assert_eq!(
            findings,
            [
                format!(
                    "warning[ALB110]: document 2, line 4: ConfigMap c: Flux makes `$` of each `$$` in it\n  help: {help}"
                ),
                format!(
                    "error[ALB110]: document 2, line 4: ConfigMap c: Flux fails on `${{a.b}}`: `${{a` must be closed by `}}`\n  help: {help}"
                ),
            ]
        );
    }
}
