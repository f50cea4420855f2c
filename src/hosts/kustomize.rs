//! `export kustomize`: a Component, for a build without plugins and programs.
//!
//! The kustomization that includes it sets namespace, name prefix and labels of the Ingress, and of the Service that it names. A
//! function's Ingress would not get them. The Component works on `resources:` and on `helmCharts:`.

use super::export::{self, File, INGRESS, KUSTOMIZATION, ObjectPatch};
use crate::error::Error;
use crate::rewrite::Rewritten;

const ABOUT: [&str; 6] = [
    "What the filter does to the gateway's Service, as patches, and its Ingress as a resource:",
    "`components: [FOLDER]` in the kustomization that renders or holds the gateway.",
    "The patches fit only the name, namespace, ports and allow-list or scheme of the exported Service. If one of these changes,",
    "the build fails: export again. An AWS annotation that is not in the list stays on the Service. No finding is reported by the",
    "build: run `kustomize build | istio-alb check --as-is`. Objects keep their order with `sortOptions: {order: fifo}` in the",
    "including kustomization.",
];

/// The files of the component.
///
/// # Errors
///
/// As [`export::patches`].
pub fn files(rewritten: &Rewritten<'_>) -> Result<Vec<File>, Error> {
    let patches = export::patches(rewritten)?;
    let items: String = patches.iter().map(|patch: &ObjectPatch| patch.items(0, false, "")).collect();
    let text = format!(
        "{}apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n- {INGRESS}\npatches:\n{items}",
        export::header(KUSTOMIZATION, "kustomize", &ABOUT)
    );
    Ok(vec![File { name: KUSTOMIZATION, text }, export::ingresses(rewritten, "kustomize")])
}
