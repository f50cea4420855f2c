//! Services as they stand behind an Ingress: in manifests that are not rewritten, and in the filter's output.
//!
//! What the filter changes in its gateway, or finds there while it plans, it has reported already. Of that Service only what
//! the rewrite may have left is checked here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    ALB038, ALB047, describe, east_west, external_addresses, headless, session_affinity, traffic_policy_local,
};
use crate::finding::{Finding, Severity, rules};
use crate::istio::{EAST_WEST_PORTS, east_west_reason, match_pins};
use crate::lint::context::{Context, about, is_gateway, pointer};
use crate::lint::facts::targets::{Target, services};
use alb_controller::catalogue;
use kubernetes_objects::object::Object;
use kubernetes_objects::service::{is_tcp, ports, type_of};

rules! {
    ALB033 Error | Info "nlb-kept" {
        summary: "a Service that is not of type LoadBalancer, with annotations that make the controller keep an NLB \
            for it",
        explanation: "The controller does not look at the type of a Service: `aws-load-balancer-type: nlb-ip`, or \
            `external` together with `aws-load-balancer-nlb-target-type: ip` or `instance`, on a NodePort Service \
            makes an NLB, or keeps the one that is there. It leads to the gateway without the ALB, its WAF and its \
            allow-list, and costs money.\n\n`external` alone makes none (an info).",
        help: "remove the annotations, also from `service.keepAnnotations`",
        source: "LBC v3.5.0 pkg/service/service_utils.go:46-77; aws-load-balancer-controller#3094, #3059",
    }
    ALB037 Error "load-balancer-fields-on-another-type" {
        summary: "fields of type LoadBalancer on a Service of another type",
        explanation: "The API server refuses `loadBalancerSourceRanges` (and the annotation \
            `service.beta.kubernetes.io/load-balancer-source-ranges`, even an empty one), `loadBalancerClass` and \
            `allocateLoadBalancerNodePorts` where the type is not LoadBalancer: `may only be used when type is \
            'LoadBalancer'`. `healthCheckNodePort` also wants `externalTrafficPolicy: Local`.",
        help: "remove them; an allow-list belongs into `alb.ingress.kubernetes.io/inbound-cidrs`",
        source: "k8s pkg/apis/core/validation/validation.go ValidateService",
    }
    ALB091 Warning "tcp-and-udp-on-one-port" {
        summary: "a Service has one port number for TCP and for UDP",
        explanation: "Kubernetes takes it, but ports of a Service are merged by their number alone where a patch is a \
            strategic one, as Helm 3 and `kubectl apply` make it: a UDP port that is added beside a live TCP port of \
            the same number is not added, and a change of its node port is ignored, both without an error. An Ingress \
            that names the number gets the port that comes first.",
        help: "give one of them another number, or its own Service",
        source: "k8s staging/src/k8s.io/api/core/v1/types.go ServiceSpec.Ports (patchMergeKey=port); kubernetes#39188",
    }
}

const TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-type";
const TARGET_TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type";
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (service, targets) in &services(context) {
        findings.extend(nlb_kept(service));
        findings.extend(load_balancer_fields(service));
        findings.extend(two_protocols(service));
        findings.extend(targets.iter().filter_map(not_tcp));
        if !context.is_rewritten(service) {
            findings.extend(as_is(service, targets));
        }
    }
    findings
}

/// What the filter reports while it plans, for a Service that it does not rewrite.
fn as_is(service: &Object, targets: &[Target<'_>]) -> Vec<Finding> {
    let spec = &service.value["spec"];
    let by_node = targets.iter().any(|target| target.target_type() == Some(catalogue::INSTANCE));
    let mut findings = Vec::new();
    findings.extend(traffic_policy(service, by_node));
    let is_headless = spec["clusterIP"] == "None" || spec["clusterIPs"][0] == "None";
    if is_headless && matches!(type_of(&service.value), "NodePort" | "LoadBalancer") {
        findings.push(headless(type_of(&service.value)));
    }
    if has_items(&spec["externalIPs"]) {
        findings.push(external_addresses());
    }
    if spec["sessionAffinity"] == "ClientIP" && by_node {
        findings.push(session_affinity());
    }
    match east_west_reason(service).or_else(|| led_to_east_west(targets)) {
        Some(reason) => {
            findings.push(east_west(&reason).help("leave the east-west gateway behind its NLB, and remove the Ingress"))
        }
        None if is_gateway(service) => findings.extend(unserved(service, targets)),
        None => {}
    }
    for finding in &mut findings {
        finding.object = Some(service.reference());
    }
    findings
}

fn has_items(list: &Value) -> bool {
    list.as_array().is_some_and(|items| !items.is_empty())
}

fn nlb_kept(service: &Object) -> Option<Finding> {
    let kind = type_of(&service.value);
    let value = service.annotation(TYPE).filter(|_| kind != "LoadBalancer")?;
    let target = service.annotation(TARGET_TYPE);
    let at = |message: String| about(service, &ALB033, message).field(pointer(TYPE));
    match (value, target) {
        ("nlb-ip", _) => {
            Some(at(format!("aws-load-balancer-type is nlb-ip: the controller keeps an NLB for this {kind} Service")))
        }
        ("external", Some(target @ (catalogue::IP | catalogue::INSTANCE))) => Some(at(format!(
            "aws-load-balancer-type is external, with nlb-target-type {target}: the controller keeps an NLB for this {kind} Service"
        ))),
        ("external", _) => Some(
            at("aws-load-balancer-type is external, which is left over: without a target type no NLB is made"
                .to_owned())
            .severity(Severity::Info),
        ),
        _ => None,
    }
}

fn load_balancer_fields(service: &Object) -> Vec<Finding> {
    let kind = type_of(&service.value);
    let spec = &service.value["spec"];
    let mut findings = Vec::new();
    let mut add = |what: &str, field: String, why: &str| {
        let message = format!("{what} on a {kind} Service, which the API server refuses{why}");
        findings.push(about(service, &ALB037, message).field(field));
    };
    let checks_health = spec["healthCheckNodePort"].as_i64().is_some_and(|port| port != 0);
    if kind == "LoadBalancer" {
        if checks_health && spec["externalTrafficPolicy"] != "Local" {
            let why = " unless externalTrafficPolicy is Local";
            add("healthCheckNodePort", "/spec/healthCheckNodePort".to_owned(), why);
        }
        return findings;
    }
    if has_items(&spec["loadBalancerSourceRanges"]) {
        add("loadBalancerSourceRanges", "/spec/loadBalancerSourceRanges".to_owned(), "");
    }
    if service.annotation(SOURCE_RANGES).is_some() {
        add("load-balancer-source-ranges", pointer(SOURCE_RANGES), "");
    }
    for field in ["loadBalancerClass", "allocateLoadBalancerNodePorts"] {
        if !spec[field].is_null() {
            add(field, format!("/spec/{field}"), "");
        }
    }
    if checks_health {
        add("healthCheckNodePort", "/spec/healthCheckNodePort".to_owned(), "");
    }
    findings
}

fn two_protocols(service: &Object) -> Vec<Finding> {
    let mut by_number: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for port in ports(&service.value) {
        if let Some(number) = port["port"].as_u64() {
            let protocol = port["protocol"].as_str().filter(|protocol| !protocol.is_empty());
            by_number.entry(number).or_default().insert(protocol.unwrap_or("TCP"));
        }
    }
    let several = by_number.into_iter().filter(|(_, protocols)| protocols.len() > 1);
    let found = several.map(|(number, protocols)| {
        let protocols: Vec<&str> = protocols.into_iter().collect();
        let message = format!(
            "the Service has port {number} for {}; Helm 3 and `kubectl apply` treat the two as one port when they update it",
            protocols.join(" and ")
        );
        about(service, &ALB091, message).field("/spec/ports")
    });
    found.collect()
}

/// A target that is a port which no ALB can talk to.
fn not_tcp(target: &Target<'_>) -> Option<Finding> {
    let port = target.service_port().filter(|port| !is_tcp(port))?;
    let message = format!("{} leads to {}: an ALB speaks HTTP over TCP only", target.title(), describe(port));
    Some(target.here(&ALB047, message).help("lead the rule to a TCP port of the Service"))
}

fn traffic_policy(service: &Object, by_node: bool) -> Option<Finding> {
    let spec = &service.value["spec"];
    let policy = spec["externalTrafficPolicy"].as_str().filter(|policy| !policy.is_empty())?;
    match type_of(&service.value) {
        "ClusterIP" if !has_items(&spec["externalIPs"]) => {
            let message =
                format!("externalTrafficPolicy is {policy} on a ClusterIP Service, which the API server refuses");
            Some(Finding::new(&ALB038, message).field("/spec/externalTrafficPolicy"))
        }
        "NodePort" | "LoadBalancer" if policy == "Local" && by_node => Some(traffic_policy_local(service.is_made())),
        _ => None,
    }
}

/// A port of east-west traffic that a rule leads to.
fn led_to_east_west(targets: &[Target<'_>]) -> Option<String> {
    let numbers = targets.iter().filter_map(|target| target.service_port()?["port"].as_u64());
    let port = numbers.into_iter().find(|number| EAST_WEST_PORTS.contains(number))?;
    Some(format!("port {port}"))
}

/// Ports of a gateway that speak no HTTP, and that nothing leads to.
fn unserved(service: &Object, targets: &[Target<'_>]) -> Vec<Finding> {
    let all = ports(&service.value);
    let pins = match_pins(all);
    let is_led_to = |port: &Value| {
        let same = |target: &Target<'_>| target.service_port().is_some_and(|other| std::ptr::eq(other, port));
        targets.iter().any(same)
    };
    let extra = all.iter().enumerate().filter(|(index, port)| !pins.contains(&Some(*index)) && !is_led_to(port));
    let found = extra.filter(|(_, port)| !speaks_http(port)).map(|(_, port)| {
        Finding::new(&ALB047, format!("the ALB does not serve {}", describe(port)))
            .severity(Severity::Warning)
            .field("/spec/ports")
            .help("keep an NLB for this port with a Service of its own; if it is for use in the cluster only, allow this finding by its id")
    });
    found.collect()
}

/// Whether Istio takes a port for HTTP: by `appProtocol`, or by the first part of its name.
fn speaks_http(port: &Value) -> bool {
    let protocol = port["appProtocol"].as_str().or_else(|| port["name"].as_str()?.split('-').next());
    is_tcp(port) && matches!(protocol, Some("http" | "http2" | "https" | "grpc"))
}
