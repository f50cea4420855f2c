//! Whose the gateway's Service is: what writes it back.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::istio::owner::Owner;

rules! {
    ALB113 Error | Warning "service-is-written-back" {
        summary: "the gateway's Service belongs to istiod or to an operator, which writes it back",
        explanation: "istiod makes the Service `<gateway>-istio` from a `Gateway` of the Gateway API (label \
            `gateway.istio.io/managed`), and takes back within seconds what somebody else changes in its type, ports \
            and annotations. What the filter makes of it does not last. Without a name such a Service is not even \
            chosen; one that was named is taken, and this finding stops the run, but with `phase: attach`, which leaves \
            the Service alone. A Service of `istioctl install` or of Istio's operator is written back at its next run: a \
            warning.",
        help: "change what the Service is made from: on the `Gateway` the annotation `networking.istio.io/service-type: \
            NodePort` in its own metadata, in the IstioOperator `k8s.service.type` of the ingress gateway; [[phase: attach]] adds the \
            Ingress beside it",
        source: "Istio pilot/pkg/config/kube/gateway/deploymentcontroller.go; istio#58295; operator/pkg/render",
    }
}

/// A Service that was rewritten and belongs to another.
pub fn written_back(owner: &Owner) -> Finding {
    match owner {
        Owner::Istiod { gateway, mark } => {
            Finding::new(&ALB113, format!("istiod makes it from the Gateway {gateway} ({mark}), and writes it back"))
        }
        Owner::Operator(label) => Finding::new(
            &ALB113,
            format!("label {label}: Istio's operator, or `istioctl install`, writes it back at its next run"),
        )
        .severity(Severity::Warning),
    }
}
