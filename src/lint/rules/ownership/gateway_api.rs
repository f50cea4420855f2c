//! Gateways of the Gateway API from which istiod makes the Service that an Ingress leads to.

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::istio::gateway_api::service::annotations_pointer;
use crate::istio::gateway_api::{self, SERVICE_TYPE, overlay};
use crate::lint::context::{Context, IngressUnderCheck, about};
use crate::lint::facts::targets::services;
use crate::migrate;
use kubernetes_objects::Object;
use manifest_yaml::pointer;

rules! {
    ALB130 Error | Warning "gateway-parameters-not-seen" {
        summary: "what istiod makes from a Gateway depends on parameters that are not in the stream, or not understood",
        explanation: "`spec.infrastructure.parametersRef` of a Gateway names a ConfigMap. istiod merges its key `service` over the \
            Service: that may set the type, the class of the load balancer, who may reach it \
            (`loadBalancerSourceRanges`), annotations and node ports. Of a ConfigMap that is not in the stream nothing of \
            this is known: a type there wins over the annotation on the Gateway, and an allow-list there is not carried \
            over. It is a warning where the Ingress says who may reach the ALB, or that it is internal. Parameters that istiod \
            does not take are an error as well: it then changes nothing that it has made before.",
        help: "put the ConfigMap into the chart, so that it is read and changed with the Gateway; or look into it, say who may \
            reach the ALB (`ingress.inboundCidrs`), and allow this finding",
        source: "Istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go fetchParameters, applyOverlay",
    }
    ALB131 Warning "gateway-annotation-without-effect" {
        summary: "an annotation of a Gateway stands where istiod does not take it from",
        explanation: "istiod takes the type of the Service from `networking.istio.io/service-type` in the Gateway's own metadata only; in \
            `spec.infrastructure.annotations` it is copied to the Service and does nothing. And where \
            `spec.infrastructure.annotations` is set, even empty, only those are copied to the Service: annotations for the \
            load balancer in the Gateway's metadata then reach no controller.",
        help: "move `networking.istio.io/service-type` to `metadata.annotations`, and annotations for the load balancer to \
            `spec.infrastructure.annotations`",
        source: "Istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go configureIstioGateway, \
            extractInfrastructureMetadata",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (service, targets) in services(context) {
        let Some(origin) = &service.origin else { continue };
        let is_it = |object: &&Object| gateway_api::is_managed(object) && object.reference() == origin.object;
        let Some(gateway) = context.of_kind("Gateway").find(is_it) else { continue };
        let is_open = targets.iter().any(|target| is_open_to_all(target.ingress));
        findings.extend(parameters(context.objects, gateway, is_open));
        findings.extend(without_effect(gateway));
    }
    findings
}

/// Whether an internet-facing load balancer of an Ingress lets everybody in.
fn is_open_to_all(ingress: &IngressUnderCheck<'_>) -> bool {
    let says = |suffix| ingress.read(suffix).is_some();
    ingress.read("scheme") == Some("internet-facing")
        && !says("inbound-cidrs")
        && !says("security-group-prefix-lists")
        && !says("security-groups")
}

/// What is not known of the parameters of a Gateway.
fn parameters(objects: &[Object], gateway: &Object, is_open: bool) -> Option<Finding> {
    const FIELD: &str = "/spec/infrastructure/parametersRef";
    let reference = gateway.value.pointer(FIELD).filter(|reference| reference.is_object())?;
    let Some(name) = gateway_api::parameters_name(gateway) else {
        let text = |key: &str| reference[key].as_str().unwrap_or_default().to_owned();
        let message = format!(
            "istiod takes its parameters from a ConfigMap only, and not from {} {}",
            text("group"),
            text("kind")
        );
        return Some(about(gateway, &ALB130, message).severity(Severity::Error).field(FIELD));
    };
    let Some(map) = objects.iter().find(|map| gateway_api::is_parameters_of(map, gateway)) else {
        let message = format!("its Service depends on the ConfigMap {name}, which is not in the stream");
        let severity = if is_open { Severity::Error } else { Severity::Warning };
        return Some(about(gateway, &ALB130, message).severity(severity).field(FIELD));
    };
    let why = overlay::read(map).err()?;
    let message = format!("its parameters for {} are not taken: {why}", gateway.reference());
    Some(about(map, &ALB130, message).severity(Severity::Error).field("/data"))
}

/// Annotations that stand in the wrong place.
fn without_effect(gateway: &Object) -> Vec<Finding> {
    let copied = annotations_pointer(&gateway.value);
    let of = |from: &str| gateway.value.pointer(from).and_then(Value::as_object);
    if copied == "/metadata/annotations" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut report = |from: &str, key: &str, message: &str| {
        findings.push(about(gateway, &ALB131, message).field(format!("{from}{}", pointer::of([key]))));
    };
    if of(copied).is_some_and(|annotations| annotations.contains_key(SERVICE_TYPE)) {
        let message =
            format!("{SERVICE_TYPE} does nothing in spec.infrastructure.annotations: istiod reads it in the metadata");
        report(copied, SERVICE_TYPE, &message);
    }
    let own = of("/metadata/annotations").into_iter().flatten().map(|(key, _)| key.as_str());
    for key in own.filter(|key| migrate::is_stripped(key)) {
        let message = format!("{key} reaches no Service: with spec.infrastructure.annotations only those are copied");
        report("/metadata/annotations", key, &message);
    }
    findings
}
