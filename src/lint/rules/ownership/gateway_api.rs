//! Gateways of the Gateway API from which istiod makes the Service that an Ingress leads to.

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::istio::gateway_api::service::{copied_from, listeners};
use crate::istio::gateway_api::{self, SERVICE_TYPE, overlay};
use crate::lint::context::{Context, IngressUnderCheck, about};
use crate::lint::facts::load_balancer::WHO_MAY_CONNECT;
use crate::lint::facts::targets::{Target, services};
use crate::migrate;
use alb_controller::catalogue::INTERNET_FACING;
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
        help: "put the ConfigMap into the chart, so that it is read and changed with the Gateway; or read it yourself, set who may \
            reach the ALB ([[ingress.inboundCidrs]]), and allow this finding by its id",
        source: "Istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go fetchParameters, applyOverlay",
    }
    ALB133 Error "listener-refused" {
        summary: "a listener of a Gateway that the Ingress leads to, and that istiod or the API server does not take",
        explanation: "istiod makes a port of the Service from every listener, also from one that it does not serve: of a protocol that is not \
            `HTTP`, `HTTPS`, `TLS` or `TCP` to the letter, or without `tls` where there must be one. Listeners of one Gateway need \
            different names, and a `hostname` is a name, or `*.` before one: the API server refuses others. The ALB would lead to a port \
            on which nothing listens.",
        help: "correct the listener; `kubectl get gateway NAME -o yaml` shows the conditions of those that are live",
        source: "Istio pilot/pkg/config/kube/gateway/conversion.go listenerProtocolToIstio, buildTLS; \
            https://gateway-api.sigs.k8s.io/reference/spec/#listener",
    }
    ALB131 Error | Warning "gateway-annotation-without-effect" {
        summary: "an annotation of a Gateway is in a place where istiod does not read it",
        explanation: "istiod takes the type of the Service from `networking.istio.io/service-type` in the Gateway's own metadata only; in \
            `spec.infrastructure.annotations` it is copied to the Service and does nothing. And where \
            `spec.infrastructure.annotations` is set, even empty, only those are copied to the Service: annotations for the \
            load balancer in the Gateway's metadata then reach no controller. Nor do those of a Gateway that names the Service of \
            another in `spec.addresses`. It is an error where such an annotation says who may reach the gateway (`internal`, source \
            ranges, security groups, prefix lists) and the ALB lets more in; a warning else.",
        help: "move `networking.istio.io/service-type` to `metadata.annotations`, and annotations for the load balancer to \
            `spec.infrastructure.annotations`",
        source: "Istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go configureIstioGateway, \
            extractInfrastructureMetadata",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !context.objects.iter().any(gateway_api::is_gateway) {
        return findings;
    }
    let services = services(context);
    for (service, targets) in &services {
        let Some(gateway) = gateway_api::gateway_of(context.of_kind("Gateway"), service) else { continue };
        let is_open = targets.iter().any(|target| is_open_to_all(target.ingress));
        findings.extend(parameters(context.objects, gateway, is_open));
        findings.extend(without_effect(gateway, targets));
        findings.extend(refused(gateway, targets));
    }
    for gateway in context.of_kind("Gateway") {
        if let Some((_, targets)) = services.iter().find(|(service, _)| gateway_api::is_named_by(service, gateway)) {
            findings.extend(without_effect(gateway, targets));
        }
    }
    findings
}

/// The protocols of listeners that istiod takes.
const PROTOCOLS: [&str; 4] = ["HTTP", "HTTPS", "TLS", "TCP"];

/// Listeners on the ports to which targets lead, and that are not taken.
fn refused(gateway: &Object, targets: &[Target<'_>]) -> Vec<Finding> {
    let ports: Vec<&Value> = targets.iter().filter_map(|target| Some(&target.service_port()?["port"])).collect();
    let all = listeners(gateway);
    let mut findings = Vec::new();
    for (at, listener) in all.iter().enumerate().filter(|(_, listener)| ports.contains(&&listener["port"])) {
        let protocol = listener["protocol"].as_str().unwrap_or_default();
        let hostname = listener["hostname"].as_str();
        let name = &listener["name"];
        let upper = protocol.to_ascii_uppercase();
        let (why, help) = if !PROTOCOLS.contains(&protocol) {
            let help = if PROTOCOLS.contains(&&*upper) { upper } else { "HTTPS` or `protocol: HTTP".to_owned() };
            let why = format!("has the protocol {protocol:?}, and istiod takes HTTP, HTTPS, TLS and TCP, in capitals");
            (why, format!("write `protocol: {help}`"))
        } else if matches!(protocol, "HTTPS" | "TLS") && !listener["tls"].is_object() {
            let why = format!("is for {protocol} and has no `tls`, so no certificate");
            (why, "add `tls: {mode: Terminate, certificateRefs: [{name: …}]}`".to_owned())
        } else if let Some(hostname) = hostname.filter(|hostname| hostname.is_empty() || *hostname == "*") {
            let why = format!("has the hostname {hostname:?}, which the API server refuses");
            (why, "remove `hostname`: the listener is then for every host".to_owned())
        } else if name.as_str().is_none_or(str::is_empty) {
            ("has no name".to_owned(), "add `name`".to_owned())
        } else if all[..at].iter().any(|other| other["name"] == *name) {
            let why = format!("has the name {name}, which another listener of this Gateway has");
            (why, "give it another name".to_owned())
        } else {
            continue;
        };
        let message = format!("the listener on port {} {why}", listener["port"]);
        findings.push(about(gateway, &ALB133, message).help(help).field(format!("/spec/listeners/{at}")));
    }
    findings
}

/// Whether an internet-facing load balancer of an Ingress lets everybody in.
fn is_open_to_all(ingress: &IngressUnderCheck<'_>) -> bool {
    is_public(ingress) && says_nobody(ingress)
}

fn is_public(ingress: &IngressUnderCheck<'_>) -> bool {
    ingress.read("scheme") == Some(INTERNET_FACING)
}

/// Whether an Ingress does not say who may connect.
fn says_nobody(ingress: &IngressUnderCheck<'_>) -> bool {
    WHO_MAY_CONNECT.iter().all(|suffix| ingress.read(suffix).is_none())
}

/// What is not known of the parameters of a Gateway.
fn parameters(objects: &[Object], gateway: &Object, is_open: bool) -> Option<Finding> {
    const FIELD: &str = "/spec/infrastructure/parametersRef";
    let reference = gateway.value.pointer(FIELD).filter(|reference| reference.is_object())?;
    let Some(name) = gateway_api::parameters_name(gateway) else {
        let text = |key: &str| reference[key].as_str().unwrap_or_default().to_owned();
        let kind = format!("{} {}", text("group"), text("kind"));
        let message = format!("istiod takes its parameters from a ConfigMap only, and not from {}", kind.trim());
        let help = "name a ConfigMap: `parametersRef: {group: \"\", kind: ConfigMap, name: …}`";
        return Some(about(gateway, &ALB130, message).severity(Severity::Error).field(FIELD).help(help));
    };
    let Some(map) = objects.iter().find(|map| gateway_api::is_parameters_of(map, gateway)) else {
        let message = format!("its Service depends on the ConfigMap {name}, which is not in the stream");
        let severity = if is_open { Severity::Error } else { Severity::Warning };
        return Some(about(gateway, &ALB130, message).severity(severity).field(FIELD));
    };
    let why = overlay::read(map).err()?;
    let message = format!("istiod does not take the parameters for {}: {why}", gateway.reference());
    let help = "write the key `service` of this ConfigMap as a YAML map, without directives, and no key that istiod does not take";
    Some(about(map, &ALB130, message).severity(Severity::Error).field("/data").help(help))
}

/// Annotations that stand in the wrong place.
fn without_effect(gateway: &Object, targets: &[Target<'_>]) -> Vec<Finding> {
    const OWN: &str = "/metadata/annotations";
    let copied = pointer::of(copied_from(&gateway.value, "annotations"));
    let copied = copied.as_str();
    let of = |from: &str| gateway.value.pointer(from).and_then(Value::as_object);
    let host = gateway_api::named_host(gateway);
    let mut findings = Vec::new();
    let mut report = |from: &str, key: &str, severity: Severity, message: String, help: Help| {
        let finding = about(gateway, &ALB131, message).severity(severity).help(help);
        findings.push(finding.field(format!("{from}{}", pointer::of([key]))));
    };
    let why = match host {
        Some(host) => format!("the Gateway leads to the Service {host}, which has its own annotations"),
        None => "the Gateway has `spec.infrastructure.annotations`, and istiod then copies only those".to_owned(),
    };
    if host.is_none() && copied != OWN && of(copied).is_some_and(|annotations| annotations.contains_key(SERVICE_TYPE)) {
        let message =
            format!("{SERVICE_TYPE} does nothing in spec.infrastructure.annotations: istiod reads it in the metadata");
        let help = format!("move `{SERVICE_TYPE}` to `metadata.annotations`");
        report(copied, SERVICE_TYPE, Severity::Warning, message, help.into());
    }
    let places: &[&str] = match (host, copied == OWN) {
        (Some(_), true) | (None, false) => &[OWN],
        (Some(_), false) => &[OWN, copied],
        (None, true) => &[],
    };
    for from in places {
        for (key, value) in of(from).into_iter().flatten().filter(|(key, _)| migrate::is_stripped(key)) {
            let is_lost = targets.iter().any(|target| opens(target.ingress, key, value.as_str().unwrap_or_default()));
            let severity = if is_lost { Severity::Error } else { Severity::Warning };
            let help = match host {
                Some(_) => {
                    "write it on that Service, or in the configuration ([[ingress.scheme]], [[ingress.inboundCidrs]])"
                        .into()
                }
                None => Help::from(format!("move `{key}` to `spec.infrastructure.annotations`")),
            };
            report(from, key, severity, format!("{key} is not copied to the Service: {why}"), help);
        }
    }
    findings
}

/// Whether an Ingress lets in whom an annotation for the old load balancer keeps out.
fn opens(ingress: &IngressUnderCheck<'_>, key: &str, value: &str) -> bool {
    match key.strip_prefix(migrate::PREFIX).unwrap_or_default() {
        "aws-load-balancer-scheme" => value == "internal" && is_public(ingress),
        "aws-load-balancer-internal" => value != "false" && is_public(ingress),
        "load-balancer-source-ranges"
        | "aws-load-balancer-security-groups"
        | "aws-load-balancer-security-group-prefix-lists" => says_nobody(ingress),
        _ => false,
    }
}
