//! What the tests of the steps share: configurations, and the Ingress of an earlier run.

use crate::config::{self, Settings};
use crate::lint;

/// A configuration with this `spec`.
pub(super) fn settings(spec: &str) -> Vec<Settings> {
    named("", spec)
}

/// The same with a `metadata: {…}, ` in front.
pub(super) fn named(metadata: &str, spec: &str) -> Vec<Settings> {
    let text = format!("{{apiVersion: istio-alb.dev/v1alpha1, kind: AlbGateway, {metadata}spec: {{{spec}}}}}");
    config::from_text(&text, lint::REGISTRY).unwrap()
}

/// The Ingress of an earlier run for a gateway in the namespace `edge`, with these annotations and this `spec`.
pub(super) fn ingress(annotations: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: common-external-ingress, namespace: edge, annotations: \
         {{{annotations}}}}}\nspec: {{{spec}}}\n"
    )
}
