//! Who else writes the gateway's Service: istiod, which makes it from a Gateway of the Gateway API, or an operator.

use serde_json::Value;

use kubernetes_objects::Object;

/// The label of what istiod makes from a Gateway of the Gateway API.
pub const MANAGED_LABEL: &str = "gateway.istio.io/managed";
/// The label with the name of that Gateway.
pub const GATEWAY_NAME: &str = "gateway.networking.k8s.io/gateway-name";
/// Labels of what `istioctl install` and the operator apply.
const OPERATOR_LABELS: [&str; 2] = ["install.operator.istio.io/owning-resource", "operator.istio.io/component"];
/// The group of the Gateway API.
const GATEWAY_API: &str = "gateway.networking.k8s.io/";

/// Who writes a Service back when somebody else changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// istiod, from this Gateway, and how that shows.
    Istiod {
        /// `namespace/name`, or the name.
        gateway: String,
        /// The label or field that shows it.
        mark: String,
    },
    /// Istio's operator or `istioctl install`; the label that shows it.
    Operator(&'static str),
}

/// Who else writes a Service, if the manifest shows it. One that istiod will make is changed by way of its Gateway.
#[must_use]
pub fn owner(service: &Object) -> Option<Owner> {
    if service.is_made() {
        return None;
    }
    let references = service.value["metadata"]["ownerReferences"].as_array().into_iter().flatten();
    let is_gateway = |reference: &&Value| {
        reference["kind"] == "Gateway"
            && reference["apiVersion"].as_str().is_some_and(|api| api.starts_with(GATEWAY_API))
    };
    let reference = references.into_iter().find(is_gateway);
    let mark = match service.label(MANAGED_LABEL) {
        Some(_) => Some(format!("label {MANAGED_LABEL}")),
        None => reference.map(|_| "metadata.ownerReferences".to_owned()),
    };
    if let Some(mark) = mark {
        let named = service.label(GATEWAY_NAME).or_else(|| reference?["name"].as_str());
        // istiod names it <gateway>-<class>.
        let name = named.or_else(|| Some(service.name().rsplit_once('-')?.0)).unwrap_or(service.name());
        let gateway = match service.namespace() {
            "" => name.to_owned(),
            namespace => format!("{namespace}/{name}"),
        };
        return Some(Owner::Istiod { gateway, mark });
    }
    OPERATOR_LABELS.into_iter().find(|label| service.label(label).is_some()).map(Owner::Operator)
}
