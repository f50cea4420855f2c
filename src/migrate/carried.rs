//! What of the old load balancer is carried over to the ALB, and the steps that collect it.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::Value;

use super::annotations::{ALB, PREFIX, annotations_of};
use super::rules;
use crate::config::types::{Phase, ServiceType};
use crate::finding::{Finding, Rule, Severity};
use alb_controller::go::strconv::parse_bool;
use manifest_yaml::pointer;

/// The configuration of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The port of the Service that the ALB leads to.
    pub backend: u64,
    /// In the phase `attach` the old load balancer stays, and what becomes of it is not reported.
    pub phase: Phase,
    /// The type that the Service gets at the cutover.
    pub service_type: ServiceType,
    /// Whether settings are carried over. If not, no finding reports one that was.
    pub carry_over: bool,
    /// Whether the controller has a webhook that makes new Services of type LoadBalancer its own.
    pub service_webhook: bool,
    /// Whether `aws-load-balancer-type` stays on the Service, so that the cloud provider finds what it has to delete.
    pub keeps_type: bool,
}

/// What is carried over from the old load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// Annotations for the Ingress, full keys.
    pub annotations: BTreeMap<String, String>,
    /// The allow-list, canonical, if there was one.
    pub source_ranges: Vec<String>,
    /// Whether something in the allow-list can't be read.
    pub unread_ranges: bool,
    /// Whether a finding reports that the allow-list would be lost.
    pub reports_lost_access: bool,
    /// Whether the old load balancer was internal for certain.
    pub internal: bool,
    /// Whether the scheme is the default of the old load balancer's controller, not an annotation's.
    pub scheme_by_default: bool,
    /// Set where there is a load balancer whose scheme is not known, and none may be assumed.
    pub unknown_scheme: Option<UnknownScheme>,
    /// Whether the Service is still of type LoadBalancer.
    pub is_live: bool,
    /// What there is to report.
    pub findings: Vec<Finding>,
    /// What there is to report as carried over, where the finished Ingress has it.
    pub kept: Vec<Kept>,
}

/// A finding that a setting was carried over. It holds only where the finished Ingress has the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The finding.
    pub finding: Finding,
    /// The setting of the Service, as messages name it.
    pub setting: String,
    /// The suffix of the annotation of the Ingress.
    pub alb: &'static str,
    /// The key in the annotation, where that is a map.
    pub key: Option<String>,
    /// The value that was carried over.
    pub value: String,
}

/// Why no scheme may be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownScheme {
    /// `aws-load-balancer-type: nlb`: internal or internet-facing, by the controller that made the NLB.
    Nlb,
    /// The load balancer stays beside the ALB, and nothing says its scheme.
    Attach,
}

/// Where the Service has a setting of the old load balancer.
#[derive(Clone, Copy)]
pub(super) enum Setting<'k> {
    /// The annotation `service.beta.kubernetes.io/<suffix>`.
    Annotation(&'k str),
    /// The annotation of this key.
    Key(&'k str),
    /// A field of its spec.
    Field(&'k str),
}

impl<'k> From<&'k str> for Setting<'k> {
    fn from(suffix: &'k str) -> Self {
        Setting::Annotation(suffix)
    }
}

/// A Service on the way from its old load balancer to the ALB.
pub(super) struct Carry<'s> {
    pub service: &'s Value,
    pub annotations: BTreeMap<&'s str, &'s str>,
    pub options: Options,
    pub load_balancer_attributes: BTreeMap<String, String>,
    pub target_group_attributes: BTreeMap<String, String>,
    pub out: Carried,
}

impl<'s> Carry<'s> {
    pub fn new(service: &'s Value, options: Options) -> Self {
        Carry {
            service,
            annotations: annotations_of(service),
            options,
            load_balancer_attributes: BTreeMap::new(),
            target_group_attributes: BTreeMap::new(),
            out: Carried::default(),
        }
    }

    /// Whether the old load balancer is replaced in this run.
    pub fn is_cutover(&self) -> bool {
        self.options.phase == Phase::Cutover
    }

    /// The value of `service.beta.kubernetes.io/<suffix>`.
    pub fn get(&self, suffix: &str) -> Option<&'s str> {
        self.annotations.iter().find(|(key, _)| key.strip_suffix(suffix) == Some(PREFIX)).map(|(_, value)| *value)
    }

    /// Sets an annotation of the Ingress.
    pub fn set(&mut self, alb: &str, value: &str) {
        self.out.annotations.insert(format!("{ALB}{alb}"), value.to_owned());
    }

    /// Sets an annotation of the Ingress and reports it. An empty value is never set: it would mean something else.
    pub fn keep(&mut self, suffix: &str, alb: &'static str, value: &str) {
        if value.trim().is_empty() {
            self.not_needed(suffix, "empty: nothing to carry over");
            return;
        }
        self.set(alb, value);
        self.carried_to(suffix, alb, value, format_args!("carried over to {alb}: {value}"));
    }

    /// Reports a setting by a rule.
    pub fn report<'k>(&mut self, rule: &'static Rule, setting: impl Into<Setting<'k>>, message: impl Display) {
        let (name, field) = named(setting.into());
        self.out.findings.push(Finding::new(rule, format!("{name}: {message}")).field(field));
    }

    /// Reports that a setting was carried over to an annotation of the Ingress, with this value.
    pub fn carried_to<'k>(
        &mut self,
        setting: impl Into<Setting<'k>>,
        alb: &'static str,
        value: &str,
        message: impl Display,
    ) {
        self.kept(setting.into(), alb, None, value, message);
    }

    /// Reports that a setting was carried over to an entry of an annotation of the Ingress.
    pub fn carried_to_entry<'k>(
        &mut self,
        setting: impl Into<Setting<'k>>,
        (alb, key, value): (&'static str, &str, &str),
        message: impl Display,
    ) {
        self.kept(setting.into(), alb, Some(key.to_owned()), value, message);
    }

    fn kept(
        &mut self,
        setting: Setting<'_>,
        alb: &'static str,
        key: Option<String>,
        value: &str,
        message: impl Display,
    ) {
        if self.options.carry_over {
            let (setting, field) = named(setting);
            let finding = Finding::new(&rules::ALB095, format!("{setting}: {message}")).field(field);
            self.out.kept.push(Kept { finding, setting, alb, key, value: value.to_owned() });
        }
    }

    /// Takes an annotation of the Ingress back, with what reports it as carried over. False where there is none.
    pub fn forget(&mut self, alb: &str) -> bool {
        self.out.kept.retain(|kept| kept.alb != alb);
        self.out.annotations.remove(&format!("{ALB}{alb}")).is_some()
    }

    /// Reports what becomes of a setting that is not carried over, and that an ALB does not need.
    pub fn carried<'k>(&mut self, setting: impl Into<Setting<'k>>, message: impl Display) {
        if self.options.carry_over {
            self.report(&rules::ALB095, setting, message);
        }
    }

    /// Reports that a part of a setting was carried over, or nothing of it since its value does not fit.
    pub fn carried_in_part<'k>(&mut self, setting: impl Into<Setting<'k>>, message: impl Display) {
        if self.options.carry_over {
            self.report(&rules::ALB097, setting, message);
        }
    }

    /// Reports that an allow-list would be lost.
    pub fn access_lost(&mut self, setting: Setting<'_>, message: impl Display) {
        if self.options.carry_over {
            self.out.reports_lost_access = true;
            self.report(&rules::ALB027, setting, message);
        }
    }

    /// Reports that a setting has no ALB form.
    pub fn lost(&mut self, suffix: &str, message: impl Display) {
        self.report(&rules::ALB096, suffix, message);
    }

    /// Reports that a setting has no ALB form and that nothing is lost with it.
    pub fn not_needed(&mut self, suffix: &str, message: impl Display) {
        self.lost(suffix, message);
        if let Some(finding) = self.out.findings.last_mut() {
            finding.severity = Severity::Info;
        }
    }
}

/// How a setting is named in a message, and where it stands.
fn named(setting: Setting<'_>) -> (String, String) {
    match setting {
        Setting::Annotation(suffix) => of_annotation(format!("{PREFIX}{suffix}")),
        Setting::Key(key) => of_annotation(key.to_owned()),
        Setting::Field(field) => (format!("spec.{field}"), format!("/spec/{field}")),
    }
}

/// How an annotation is named in a message, and where it stands.
fn of_annotation(key: String) -> (String, String) {
    let field = pointer::of(["metadata", "annotations", &key]);
    (key, field)
}

/// A Go bool, `None` if it is none.
pub(super) fn flag(value: &str) -> Option<bool> {
    parse_bool(value).ok()
}
