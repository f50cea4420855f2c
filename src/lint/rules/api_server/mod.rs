//! What the API server would refuse in an Ingress, and in a Service that one leads to.
//!
//! Its validation runs when the object is created, not before: no dry run of Helm's finds it (`helm upgrade --dry-run=server`
//! succeeds), and on a real upgrade the Service has changed by the time the Ingress is refused. So it is reported here.
//! When a Service is refused nothing has changed yet, and Helm prints why. So Services are checked with `--as-is` only. The filter
//! checks their keys and those of their annotations: one that is misspelt was meant for the old load balancer, and is not carried
//! over. It also checks what it writes over: nobody else would see what was wrong there.
//!
//! Other rules report faults of rules and default backend, of resource backends, of the class in both forms, and of fields of
//! LoadBalancer Services.

mod ingress;
mod service;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Rule, Severity, rules};
use crate::lint::context::{Context, about, is_gateway};
use crate::lint::facts::targets::services;
use alb_controller::model::{Part, Site, Stage, keys_in_other_letters, undecodable_service};
use kubernetes_objects::object::{Object, entries};
use kubernetes_objects::validation::{self, Validation, Violation, violation};
use manifest_yaml::{Place, pointer};

rules! {
    ALB090 Error | Warning "ingress-refused-by-the-api-server" {
        summary: "an Ingress has something in it that the API server refuses",
        explanation: "Names, labels and keys of annotations have their letters and lengths; a host is a DNS name, at \
            most with `*.` before it; a path needs a `pathType` and begins with `/`, without `//`, `/./`, `/../` or \
            `%2F` in it for `Prefix` and `Exact`; a backend names a Service and its port, by number or by name, which \
            has 15 characters at most.\n\nNo dry run of Helm's finds any of this. On a real upgrade the Service is \
            changed first, the Ingress is refused afterwards, and the gateway is left without a load balancer.",
        help: "correct the field that the message names",
        source: "k8s pkg/apis/networking/validation/validation.go ValidateIngressCreate; k8s.io/apimachinery \
            pkg/util/validation/validation.go",
    }
    ALB103 Error | Warning "service-refused-by-the-api-server" {
        summary: "a Service of a gateway, or that an Ingress leads to, has something in it that the API server refuses",
        explanation: "Each port needs a number from 1 to 65535 and, where there are several, a name of its own; a port \
            number or a node port can be there once for each protocol; a ClusterIP Service has no node ports. Node \
            ports are from 30000 to 32767 unless the API server was told otherwise (`--service-node-port-range`), so \
            others are a warning.\n\nA field has its type and its own letters: `type: [NodePort]` is refused, and so is `Type: NodePort`, or it \
            is dropped in silence. Of a key that stands twice Helm, kubectl and Argo CD take the last value; kustomize, Flux and \
            strict decoding refuse the manifest.\n\nWhere the Service is refused, a Helm upgrade stops, the Service stays as it was, \
            and the Ingress is there all the same.",
        help: "correct the field that the message names, in the chart's values",
        source: "k8s pkg/apis/core/validation/validation.go ValidateService, ValidateServiceCreate",
    }
}

/// All keys and values of the annotations of an object together (k8s.io/apimachinery pkg/api/validation/objectmeta.go:36).
const MAX_ANNOTATIONS: usize = 256 * 1024;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(ingress::faults(ingress.object));
    }
    if !context.is_as_is() {
        for (service, _) in &services(context) {
            let mut faults = Faults::of(service, &ALB103);
            faults.annotation_keys();
            faults.letters();
            findings.extend(faults.findings);
        }
    }
    if context.is_as_is() {
        let undecoded = undecoded(context);
        for service in checked_services(context) {
            findings.extend(service::faults(service));
            findings.extend(refused(&undecoded, service, &ALB103));
        }
        // One that cannot be decoded has no class, and so is in no group.
        for ingress in context.of_kind("Ingress") {
            findings.extend(refused(&undecoded, ingress, &ALB090));
        }
    }
    findings
}

/// What the API server would refuse in a Service as it was rendered, and the rewrite writes over.
#[must_use]
pub fn written_over(rendered: &Object, rewritten: &Object) -> Vec<Finding> {
    let mut faults = Faults::of(rendered, &ALB103);
    faults.words(&["type"]);
    let mut findings = faults.findings;
    // Annotations that are no text have a rule of their own, and so has an allow-list that is no list.
    if let Some((message, field)) = undecodable_service(&rendered.value)
        && !field.starts_with("/metadata/annotations/")
        && field != "/spec/loadBalancerSourceRanges"
        && undecodable_service(&rewritten.value).is_none()
    {
        findings.push(about(rendered, &ALB103, message).field(field));
    }
    findings
}

/// A key of an object that stands there once more, at this place.
#[must_use]
pub fn stands_twice(object: &Object, pointer: &str, place: Place) -> Finding {
    let message =
        format!("{} stands here for the second time: kustomize, Flux and strict decoding refuse that", shown(pointer));
    let finding =
        about(object, &ALB103, message).field(pointer).help("take out one of the two; the last one counts as it is");
    Finding { severity: Severity::Warning, place: Some(place), ..finding }
}

/// The Services that an Ingress leads to, and those of gateways, which may be without their Ingress yet.
fn checked_services<'s>(context: &'s Context<'s>) -> Vec<&'s Object> {
    let mut checked: Vec<&Object> = services(context).into_iter().map(|(service, _)| service).collect();
    let known: BTreeSet<*const Object> = checked.iter().map(|service| std::ptr::from_ref(*service)).collect();
    let gateways = context.of_kind("Service").filter(|service| service.api_version() == "v1" && is_gateway(service));
    checked.extend(gateways.filter(|gateway| !known.contains(&std::ptr::from_ref(*gateway))));
    checked
}

/// The first reason why an object cannot be decoded, by its address. Annotations that are no text have a rule of their own.
type Undecoded<'s> = BTreeMap<*const Object, (&'s str, &'s Site)>;

fn undecoded<'s>(context: &Context<'s>) -> Undecoded<'s> {
    let mut found = Undecoded::new();
    for failure in &context.model.failures {
        if let Some(site) = failure.reason.site.as_deref()
            && failure.stage == Stage::Decode
            && matches!(site.part, Part::Field(_))
            && let Some(object) = context.find(&site.object)
        {
            let reason = (failure.reason.message.as_str(), site);
            found.entry(object).or_insert(reason);
        }
    }
    found
}

fn refused(undecoded: &Undecoded<'_>, object: &Object, rule: &'static Rule) -> Option<Finding> {
    let (message, site) = undecoded.get(&std::ptr::from_ref(object))?;
    Some(about(object, rule, *message).field(site.pointer()))
}

/// What is wrong with one object.
struct Faults<'o> {
    object: &'o Object,
    rule: &'static Rule,
    findings: Vec<Finding>,
}

impl<'o> Faults<'o> {
    fn of(object: &'o Object, rule: &'static Rule) -> Self {
        Faults { object, rule, findings: Vec::new() }
    }

    /// The field at a JSON pointer is wrong.
    fn add(&mut self, pointer: &str, violation: Violation) {
        let message = format!("{}: {}", shown(pointer), violation.what);
        let mut finding = about(self.object, self.rule, message).field(pointer);
        finding.help = violation.help.map(Into::into);
        self.findings.push(finding);
    }

    /// The field at a JSON pointer may be refused.
    fn warn(&mut self, pointer: &str, violation: Violation) {
        self.add(pointer, violation);
        if let Some(finding) = self.findings.last_mut() {
            finding.severity = Severity::Warning;
        }
    }

    fn check(&mut self, pointer: &str, validation: Validation) {
        if let Err(violation) = validation {
            self.add(pointer, violation);
        }
    }

    /// Name, namespace, labels and annotations.
    fn metadata(&mut self, name: fn(&str) -> Validation) {
        let object = self.object;
        let metadata = &object.value["metadata"];
        if object.name().is_empty() {
            if metadata["generateName"].as_str().unwrap_or_default().is_empty() {
                self.add("/metadata/name", violation("there is no name").help("add `metadata.name`"));
            }
        } else {
            self.check("/metadata/name", name(object.name()));
        }
        if !object.namespace().is_empty() {
            self.check("/metadata/namespace", validation::label(object.namespace()));
        }
        for (key, value) in entries(&metadata["labels"]) {
            let at = pointer::of(["metadata", "labels", key]);
            self.check(&at, validation::qualified_name(key));
            if let Some(value) = value.as_str() {
                self.check(&at, validation::label_value(value));
            }
        }
        self.annotation_keys();
        let annotations = entries(&metadata["annotations"]);
        let size: usize = annotations.map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
        if size > MAX_ANNOTATIONS {
            let fault = format!("{size} bytes in all; there may be {MAX_ANNOTATIONS}");
            self.add("/metadata/annotations", violation(fault).help("remove or shorten the longest annotations"));
        }
    }

    /// Keys that are fields in other letters.
    fn letters(&mut self) {
        for (pointer, meant) in keys_in_other_letters(&self.object.value) {
            let what = "Kubernetes has no such field: it tells capital letters from small ones";
            self.add(&pointer, violation(what).help(format!("write `{meant}`")));
        }
    }

    fn annotation_keys(&mut self) {
        for (key, _) in entries(&self.object.value["metadata"]["annotations"]) {
            let bare = key.trim_matches(['"', '\'']);
            let mut validation = validation::qualified_name(&key.to_lowercase());
            if bare != key && validation::qualified_name(&bare.to_lowercase()).is_ok() {
                let help = format!("the quotes are part of the key: write `{bare}`, quoted once or not at all");
                validation = validation.map_err(|violation| violation.help(help));
            }
            self.check(&pointer::of(["metadata", "annotations", key]), validation);
        }
    }
}

/// A JSON pointer as Kubernetes writes fields: `spec.rules[0].host`. Labels and annotations are named by their faults.
fn shown(pointer: &str) -> String {
    let mut shown = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            shown.push_str(&format!("[{part}]"));
            continue;
        }
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(part);
        if shown == "metadata.labels" || shown == "metadata.annotations" {
            break;
        }
    }
    shown
}
