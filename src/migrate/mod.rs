//! NLB or Classic ELB → ALB: what the Service asked of its old load balancer, said to the ALB.
//!
//! Two controllers make load balancers from a Service: the AWS Load Balancer Controller (LBC) an NLB, the cloud provider
//! (CCM, cloud-provider-aws) an NLB or a Classic ELB. They read overlapping annotations, and not always alike. [`carry`] walks
//! the Service's annotations in the order of [`annotations::ROWS`]: each is converted, or leaves a finding that says what is lost.
//! Nothing that lets people in or keeps them out is guessed: where the controllers read a value differently the closed
//! reading counts, and what can't be kept is an error.

mod annotations;
mod attributes;
mod health;
pub mod rules;
mod scheme;
mod source_ranges;
mod tls;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::alb::catalogue;
use crate::alb::values::parse_bool;

use crate::finding::{Finding, Rule, Severity};
use crate::yaml::pointer;

pub use annotations::is_stripped;
pub(crate) use annotations::{Known, ROWS, Row, known};
pub use scheme::{Controller, controller_of};

/// Prefix of the annotations that are read.
pub const PREFIX: &str = "service.beta.kubernetes.io/";
/// Prefix that nobody reads, though the controller's source mentions it.
pub const DEAD_PREFIX: &str = "service.kubernetes.io/aws-load-balancer-";
/// Prefix of the ALB's annotations, on the Ingress.
pub const ALB: &str = catalogue::PREFIX;
/// Prefixes of external-dns annotations, which move to the Ingress: the default since v0.22.0, and the one before it.
const EXTERNAL_DNS: [&str; 2] = ["external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/"];

/// What lives on of the old load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// Annotations for the Ingress, full keys.
    pub annotations: BTreeMap<String, String>,
    /// The allow-list, canonical, if there was one.
    pub source_ranges: Vec<String>,
    /// Whether something in the allow-list can't be read.
    pub unread_ranges: bool,
    /// Whether the old load balancer was internal for certain.
    pub internal: bool,
    /// Whether the scheme is the default of the old load balancer's controller: no annotation says it.
    pub scheme_by_default: bool,
    /// Whether the Service is still of type LoadBalancer.
    pub is_live: bool,
    /// What there is to say.
    pub findings: Vec<Finding>,
}

/// Reads a Service as LBC and CCM do, and says the same to an ALB that leads to `backend` (a port number of the Service).
#[must_use]
pub fn carry(service: &Value, backend: u64) -> Carried {
    let annotations = annotations_of(service);
    let mut carry = Carry {
        controller: controller_of(service),
        service,
        annotations,
        backend,
        load_balancer_attributes: BTreeMap::new(),
        target_group_attributes: BTreeMap::new(),
        out: Carried::default(),
    };
    for row in &ROWS {
        carry.row(row);
    }
    carry.unknown();
    carry.scheme();
    carry.source_ranges();
    carry.health_check();
    carry.fixed_address();
    carry.fields();
    carry.flush_attributes();
    carry.life_cycle();
    carry.out
}

/// The string annotations of an object; others are what the API server refuses.
#[must_use]
pub fn annotations_of(object: &Value) -> BTreeMap<&str, &str> {
    object
        .pointer("/metadata/annotations")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
        .collect()
}

/// Whether external-dns reads this annotation.
#[must_use]
pub fn is_external_dns(key: &str) -> bool {
    EXTERNAL_DNS.iter().any(|prefix| key.starts_with(prefix))
}

/// A Go bool, `None` if it is none.
fn flag(value: &str) -> Option<bool> {
    parse_bool(value).ok()
}

/// `k=v,k2=v2`, commas and backslashes in values escaped (LBC v2.14.1 and later; pkg/annotations/parser.go:212-245).
pub fn format_map<'p>(pairs: impl IntoIterator<Item = (&'p String, &'p String)>) -> String {
    let escape = |value: &str| value.replace('\\', "\\\\").replace(',', "\\,");
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}={}", escape(value))).collect();
    pairs.join(",")
}

/// The work in progress.
pub(crate) struct Carry<'s> {
    service: &'s Value,
    controller: Controller,
    annotations: BTreeMap<&'s str, &'s str>,
    backend: u64,
    load_balancer_attributes: BTreeMap<String, String>,
    target_group_attributes: BTreeMap<String, String>,
    out: Carried,
}

impl<'s> Carry<'s> {
    /// The value of `service.beta.kubernetes.io/<suffix>`.
    fn get(&self, suffix: &str) -> Option<&'s str> {
        self.annotations.get(format!("{PREFIX}{suffix}").as_str()).copied()
    }

    fn row(&mut self, row: &Row) {
        match row.suffix.split_once("${") {
            None => {
                if let Some(value) = self.get(row.suffix) {
                    self.convert(row, row.suffix, value);
                }
            }
            Some((stem, _)) => {
                let stem = format!("{PREFIX}{stem}");
                let found: Vec<_> = self
                    .annotations
                    .iter()
                    .filter(|(key, _)| key.starts_with(&stem))
                    .map(|(key, value)| (*key, *value))
                    .collect();
                for (key, value) in found {
                    self.convert(row, &key[PREFIX.len()..], value);
                }
            }
        }
    }

    fn convert(&mut self, row: &Row, suffix: &str, value: &str) {
        match row.known {
            Known::Copy(_) | Known::By(_) if value.trim().is_empty() => {
                self.say(&rules::ALB096, Severity::Info, suffix, "empty: nothing to carry over");
            }
            Known::Copy(alb) => self.keep(suffix, alb, value),
            Known::Lost(rule, why) => self.say(rule, rule.severity, suffix, &format!("{value:?}: {why}")),
            Known::Info(why) => self.say(&rules::ALB096, Severity::Info, suffix, &format!("{value:?}: {why}")),
            Known::By(convert) => convert(self, suffix, value),
            Known::Together => {}
        }
    }

    /// Sets an annotation of the Ingress and says so. An empty value is never set: it would mean something else.
    fn keep(&mut self, suffix: &str, alb: &str, value: &str) {
        if value.trim().is_empty() {
            self.say(&rules::ALB096, Severity::Info, suffix, "empty: nothing to carry over");
            return;
        }
        self.set(alb, value);
        self.say(&rules::ALB095, Severity::Info, suffix, &format!("carried over to {alb}: {value}"));
    }

    fn set(&mut self, alb: &str, value: &str) {
        self.out.annotations.insert(format!("{ALB}{alb}"), value.to_owned());
    }

    fn say(&mut self, rule: &'static Rule, severity: Severity, suffix: &str, message: &str) {
        let key = if suffix.contains("kubernetes.io/") { suffix.to_owned() } else { format!("{PREFIX}{suffix}") };
        self.out.findings.push(
            Finding::new(rule, format!("{key}: {message}")).severity(severity).field(pointer::of([
                "metadata",
                "annotations",
                &key,
            ])),
        );
    }

    fn say_field(&mut self, rule: &'static Rule, severity: Severity, field: &str, message: &str) {
        self.out.findings.push(
            Finding::new(rule, format!("spec.{field}: {message}")).severity(severity).field(format!("/spec/{field}")),
        );
    }

    /// Annotations of the prefixes that no row knows.
    fn unknown(&mut self) {
        let keys: Vec<&str> = self.annotations.keys().copied().collect();
        for key in keys {
            if let Some(suffix) = key.strip_prefix(PREFIX) {
                if suffix.starts_with("aws-load-balancer-") && known(suffix).is_none() {
                    let near =
                        annotations::nearest(suffix).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
                    self.say(
                        &rules::ALB099,
                        Severity::Warning,
                        suffix,
                        &format!("no controller knows it{near}; removed"),
                    );
                }
            } else if key.starts_with(DEAD_PREFIX) {
                self.say(&rules::ALB066, Severity::Info, key, "no controller reads it; removed");
            }
        }
    }

    /// `loadBalancerIP`.
    fn fixed_address(&mut self) {
        if let Some(address) = self.service["spec"]["loadBalancerIP"].as_str().filter(|address| !address.is_empty()) {
            self.say_field(
                &rules::ALB060,
                Severity::Warning,
                "loadBalancerIP",
                &format!("{address}: removed; an ALB has no fixed addresses, and no AWS controller took this one"),
            );
        }
    }

    /// Fields that went with the type and meant nothing to an ALB.
    fn fields(&mut self) {
        for (field, why) in [
            ("loadBalancerClass", "goes with its load balancer"),
            ("allocateLoadBalancerNodePorts", "a NodePort Service always has node ports"),
            ("healthCheckNodePort", "belongs to kube-proxy's answer for a load balancer; the ALB asks the status port"),
        ] {
            if let Some(value) = self.service["spec"].get(field) {
                self.say_field(&rules::ALB095, Severity::Info, field, &format!("{value}: {why}"));
            }
        }
    }

    /// What happens to the old load balancer.
    fn life_cycle(&mut self) {
        if self.service["spec"]["type"] != "LoadBalancer" {
            return;
        }
        self.out.is_live = true;
        self.out.findings.push(
            Finding::new(
                &rules::ALB036,
                "the Service is of type LoadBalancer: its load balancer goes before the ALB is there",
            )
            .field("/spec/type"),
        );
        let class = self.service["spec"].get("loadBalancerClass").is_some();
        if self.get("aws-load-balancer-type").is_none() && !class {
            self.out.findings.push(
                Finding::new(
                    &rules::ALB068,
                    "the Service names no controller and no class: a roll-back yields a Classic ELB",
                )
                .field("/spec/type"),
            );
        }
    }
}
