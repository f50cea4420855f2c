//! Findings about the change from the old load balancer to the ALB. The rules on the rewritten stream cannot make them: the
//! old settings are no longer in it.

use super::ingress::BuiltIngress;
use crate::config::fields::FIELDS;
use crate::config::types::{ExtraPorts, Phase, ServiceType, TargetPorts};
use crate::config::{Entries, Settings, Spec, fields};
use crate::finding::Finding;
use crate::istio::east_west_reason;
use crate::istio::owner::owner;
use crate::lint::rewrite_findings as rules;
use crate::migrate::rules::ALB068;
use crate::migrate::{self, Carried, UnknownScheme, annotations_of, compare};
use alb_controller::catalogue;
use kubernetes_objects::Object;
use kubernetes_objects::service::ports;

/// A gateway before and after.
pub(super) struct Transition<'t> {
    pub(super) settings: &'t Settings,
    pub(super) spec: &'t Spec,
    /// The Service as it was rendered.
    pub(super) original: &'t Object,
    /// The Service after the rewrite.
    pub(super) patched: &'t Object,
    /// The settings of its old load balancer.
    pub(super) before: &'t Carried,
    /// Annotations of the Service that move to the Ingress.
    pub(super) moved: &'t [(&'t str, &'t str)],
    /// The Ingress of ours that is in the stream already.
    pub(super) existing: Option<&'t Object>,
    /// The Ingress after the rewrite.
    pub(super) built: &'t BuiltIngress,
}

impl Transition<'_> {
    /// What becomes of the Service's annotations, and whether the Service can be a gateway for the web.
    pub(super) fn of_the_service(&self) -> Vec<Finding> {
        let attach = self.spec.phase() == Phase::Attach;
        let mut findings = self.before.findings.clone();
        let annotations = self.built.ingress.metadata.annotations.clone().unwrap_or_default();
        findings.extend(compare::kept(self.before, &annotations, |key| self.by(key)));
        if self.original.is_made() {
            let rollback = findings.iter_mut().filter(|finding| finding.rule == &ALB068);
            rollback.for_each(|finding| finding.help = Some(CLASS_OF_A_MADE_SERVICE.into()));
        }
        if !self.spec.carry_over() {
            findings.extend(compare::not_carried(self.before));
        }
        let target_type = self.built.value.pointer("/metadata/annotations/alb.ingress.kubernetes.io~1target-type");
        if target_type.is_none_or(|kind| kind != catalogue::IP) {
            findings.extend(compare::nodes_as_targets(&annotations_of(&self.original.value), &self.patched.value));
        }
        let dns = self.moved.iter().filter(|(key, _)| migrate::is_external_dns(key));
        findings.extend(dns.map(|(key, _)| compare::dns_moved(key, self.spec.service.kind())));
        if !attach {
            // Annotations that are no text, which the API server would have refused, are removed with the others.
            let is_removed = |field: &String| self.patched.value.pointer(field).is_none();
            let no_text = rules::no_text(self.original).into_iter();
            findings.extend(no_text.filter(|finding| finding.field.as_ref().is_some_and(is_removed)));
        }
        if !attach {
            findings.extend(owner(self.original).as_ref().map(rules::written_back));
        }
        if attach {
            findings.extend(self.fields_wait());
        }
        findings.extend(east_west_reason(self.original).map(|reason| rules::east_west(&reason)));
        findings
    }

    /// Where an annotation of the Ingress comes from, where the old load balancer has another value.
    fn by(&self, key: &str) -> Option<String> {
        if let Some((_, by)) = configured_by(self.settings, key) {
            return Some(by);
        }
        let moved = self.moved.iter().any(|(moved, _)| *moved == key);
        let there = self.existing.is_some_and(|existing| existing.annotation(key).is_some());
        match (moved, there) {
            (true, _) => Some("the annotation of the Service".to_owned()),
            (false, true) => Some("the Ingress in the stream".to_owned()),
            (false, false) => None,
        }
    }

    /// Configured fields of the Service that it does not get yet.
    fn fields_wait(&self) -> Option<Finding> {
        let has = |(name, number): &(&str, i64)| {
            ports(&self.original.value).iter().any(|port| port["name"] == *name && port["nodePort"] == *number)
        };
        let configured = self.spec.service.node_ports.iter().flat_map(Entries::iter);
        let waiting: Vec<(&str, i64)> =
            configured.filter_map(|(name, port)| Some((name, *port.known()?))).filter(|port| !has(port)).collect();
        let service = &self.spec.service;
        let mut others = Vec::new();
        if service.kind() == ServiceType::ClusterIp {
            others.push("service.type: ClusterIP".to_owned());
        }
        match service.extra_ports() {
            ExtraPorts::Keep => {}
            ExtraPorts::Drop => others.push("service.extraPorts: drop".to_owned()),
            ExtraPorts::Deny => others.push("service.extraPorts: deny".to_owned()),
        }
        match service.target_ports() {
            TargetPorts::Auto => {}
            TargetPorts::Keep => others.push("service.targetPorts: keep".to_owned()),
            TargetPorts::Pin => others.push("service.targetPorts: pin".to_owned()),
        }
        if service.keep_annotations.as_ref().is_some_and(|keys| !keys.is_empty()) {
            others.push("service.keepAnnotations".to_owned());
        }
        (!waiting.is_empty() || !others.is_empty()).then(|| rules::fields_wait(&waiting, &others))
    }

    /// Who can reach the gateway afterwards, compared with who could before.
    pub(super) fn of_the_access(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.scheme());
        findings.extend(self.scheme_of_existing());
        let is_configured = |suffix: &&str| is_configured(self.spec, self.original, suffix);
        let configured = ["inbound-cidrs", "security-group-prefix-lists"].iter().any(is_configured);
        let ingress = self.built.ingress.metadata.annotations.clone().unwrap_or_default();
        findings.extend(compare::allow_list(self.before, self.spec.carry_over(), configured, &ingress));
        // On our own output the Service has no allow-list any more: that of the Ingress is compared instead.
        if !compare::has_allow_list(self.before) {
            let existing = self.existing.map(|there| annotations_of(&there.value));
            findings.extend(existing.and_then(|existing| compare::ingress_opened(&existing, &ingress)));
        }
        findings.extend(compare::name_taken(&annotations_of(&self.original.value), &ingress));
        findings
    }

    /// An internal load balancer that is replaced by an internet-facing one, or a scheme that is only a default.
    fn scheme(&self) -> Option<Finding> {
        let exposed = self.before.internal && self.built.scheme() == Some(catalogue::INTERNET_FACING);
        match (is_configured(self.spec, self.original, "scheme"), self.spec.carry_over()) {
            (false, false) if exposed => Some(rules::internal_exposed()),
            (false, true) if exposed => Some(rules::default_yields()),
            (true, true) if exposed => Some(rules::internal_opened()),
            _ if self.built.scheme_assumed => Some(match self.before.unknown_scheme {
                None => rules::scheme_assumed(),
                Some(UnknownScheme::Nlb) => rules::scheme_of_nlb_unknown(),
                Some(UnknownScheme::Attach) => rules::scheme_unknown_at_attach(),
            }),
            _ => None,
        }
    }

    /// The scheme of the Ingress in the stream, if the ALB is to have another one.
    fn scheme_of_existing(&self) -> Option<Finding> {
        let old = self.existing?.annotation("alb.ingress.kubernetes.io/scheme")?;
        let new = self.built.scheme()?;
        (old != new).then(|| rules::scheme_changed(old, new))
    }
}

/// Where the configuration has the value of an annotation of the Ingress: the path, and the file, flag or variable.
pub(super) fn configured_by(settings: &Settings, key: &str) -> Option<(String, String)> {
    let free = format!("ingress.annotations[{key}]");
    let by = |path: String| settings.origin(&path).map(ToString::to_string).map(|by| (path, by));
    let fields = || FIELDS.iter().filter(|field| field.annotations.contains(&key));
    by(free).or_else(|| fields().find_map(|field| by(field.path.to_owned())))
}

/// How a Service that istiod makes gets a class.
const CLASS_OF_A_MADE_SERVICE: &str = "to get an NLB after a rollback put `spec: {loadBalancerClass: service.k8s.aws/nlb}` under the key \
    `service` of the ConfigMap that `spec.infrastructure.parametersRef` of the Gateway names, in the earlier revision";

/// Whether the configuration, or an ALB annotation of the Service, has a value for an annotation of the Ingress.
pub(super) fn is_configured(spec: &Spec, service: &Object, suffix: &str) -> bool {
    let key = format!("{}{suffix}", migrate::ALB);
    let free = spec.ingress.annotations.as_ref();
    fields::configured(&spec.ingress, &key).set().is_some()
        || free.is_some_and(|free| matches!(free.get(&key), Some(Some(_))))
        || service.annotation(&key).is_some()
}

#[cfg(test)]
mod tests;
