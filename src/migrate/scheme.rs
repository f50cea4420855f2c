//! Who made the old load balancer, and whether it was internal or internet-facing.
//!
//! Without an annotation that names the scheme an NLB of LBC is internal, a load balancer of CCM internet-facing. LBC's webhook
//! makes an NLB of LBC of every new Service without a class, also with `aws-load-balancer-type: nlb`, so without a class the
//! scheme of such a Service is not known. Releases of LBC before v2.5.0 have no such webhook. Where the two controllers would read the annotations differently and it is not known
//! which of them did, internal counts.

use kubernetes_objects::service::ports;
use serde_json::Value;

use super::annotations::annotations_of;
use super::carried::{Carry, Setting, UnknownScheme, flag};
use super::rules;
use alb_controller::catalogue;

const SCHEME: &str = "aws-load-balancer-scheme";
const INTERNAL: &str = "aws-load-balancer-internal";

/// Who makes a load balancer from a Service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// The AWS Load Balancer Controller, or EKS Auto Mode, which reads the same annotations: an NLB.
    Lbc,
    /// `aws-load-balancer-type: nlb` without a class: an NLB of cloud-provider-aws, or of LBC, whose webhook set the class when
    /// the Service was created.
    CcmNlb,
    /// Unknown: a Classic ELB of CCM's, or an NLB whose class LBC's webhook set when the Service was created.
    Unknown,
}

/// The annotation by which the cloud provider knows an NLB of its own.
pub const TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-type";

/// The controller of a Service's load balancer (LBC v3.5.0 pkg/service/service_utils.go:46-77, cloud-provider-aws
/// pkg/providers/v1/aws_loadbalancer.go:84-96).
#[must_use]
pub fn controller_of(service: &Value) -> Controller {
    let annotations = annotations_of(service);
    let class = service["spec"]["loadBalancerClass"].as_str().unwrap_or_default();
    match annotations.get(TYPE).copied() {
        _ if class == "service.k8s.aws/nlb" || class == "eks.amazonaws.com/nlb" => Controller::Lbc,
        Some("external" | "nlb-ip") => Controller::Lbc,
        Some("nlb") if class.is_empty() => Controller::CcmNlb,
        _ => Controller::Unknown,
    }
}

impl Carry<'_> {
    /// `aws-load-balancer-type`.
    pub(super) fn load_balancer_type(&mut self, suffix: &str, value: &str) {
        if controller_of(self.service) != Controller::CcmNlb {
            self.carried(suffix, format_args!("{value}: {}", self.fate()));
        } else if self.options.keeps_type {
            let so = "the cloud provider, if the NLB is its own, finds it and deletes it; run again without service.keepAnnotations then";
            self.carried(suffix, format_args!("{value}: kept in this run: {so}"));
        } else if self.is_cutover() {
            let message = "nlb: if the NLB is the cloud provider's, it is orphaned when the annotation goes together with the type";
            self.report(&rules::ALB034, suffix, message);
        }
    }

    /// What becomes of a setting that only the old load balancer reads.
    pub(super) fn fate(&self) -> &'static str {
        if self.is_cutover() { "removed together with the old load balancer" } else { "stays until the cutover" }
    }

    /// `aws-load-balancer-nlb-target-type`.
    pub(super) fn target_type(&mut self, suffix: &str, value: &str) {
        // Pods as targets are reported once the target type of the ALB is known.
        if value != catalogue::IP {
            self.carried_to(suffix, "target-type", value, format_args!("{value}: the ALB has the same target type"));
        }
    }

    /// `aws-load-balancer-name`: not copied, names are unique over NLBs and ALBs.
    pub(super) fn name(&mut self, suffix: &str, value: &str) {
        let message =
            format!("{value}: not carried over, a name is unique over NLBs and ALBs; call the ALB {value}-alb");
        self.lost(suffix, message);
    }

    /// `aws-load-balancer-enable-tcp-udp-listener`.
    pub(super) fn tcp_udp_listener(&mut self, suffix: &str, value: &str) {
        let udp = ports(self.service).iter().any(|port| port["protocol"] == "UDP");
        if udp && controller_of(self.service) != Controller::CcmNlb {
            let message = format!("{value}: the Service has UDP ports, which an ALB can't serve");
            self.report(&rules::ALB098, suffix, message);
        } else if udp {
            self.not_needed(suffix, "the cloud provider does not read it: nothing is lost");
        } else {
            self.not_needed(suffix, "the Service has no UDP port: nothing is lost");
        }
    }

    /// `aws-load-balancer-scheme`, `aws-load-balancer-internal`, or the default of the controller.
    pub(super) fn scheme(&mut self) {
        let scheme = self.get(SCHEME).filter(|value| !value.is_empty());
        let controller = controller_of(self.service);
        let found = scheme_of(controller, scheme, self.get(INTERNAL));
        let is_live = self.service["spec"]["type"] == "LoadBalancer";
        // Without that webhook a Service without a class is the cloud provider's. An NLB of LBC has a scheme already.
        let by_cloud_provider = is_live && !self.options.service_webhook;
        let found = found.or(by_cloud_provider.then_some((Origin::Default, catalogue::INTERNET_FACING)));
        self.out.unknown_scheme = match controller {
            _ if found.is_some() || !is_live => None,
            Controller::CcmNlb => Some(UnknownScheme::Nlb),
            _ if !self.is_cutover() => Some(UnknownScheme::Attach),
            _ => None,
        };
        for suffix in [SCHEME, INTERNAL] {
            if let Some(value) = self.get(suffix)
                && !matches!(found, Some((Origin::Annotation(from), _)) if from == suffix)
            {
                self.carried(suffix, format_args!("{value:?}: not carried over, another setting decides the scheme"));
            }
        }
        let Some((origin, value)) = found else { return };
        // Misspelt it made no load balancer, and was not meant to open one.
        self.out.internal = value.trim().eq_ignore_ascii_case(catalogue::INTERNAL);
        self.set("scheme", value);
        match origin {
            Origin::Annotation(suffix) => {
                self.carried_to(suffix, "scheme", value, format_args!("carried over to scheme: {value}"));
            }
            Origin::Default => {
                self.out.scheme_by_default = true;
                let message = format!("the scheme that its controller gives by default is carried over: {value}");
                self.carried_to(Setting::Field("type"), "scheme", value, message);
            }
        }
    }
}

/// What decides the scheme.
#[derive(Clone, Copy)]
enum Origin {
    Annotation(&'static str),
    Default,
}

fn scheme_of<'v>(
    controller: Controller,
    scheme: Option<&'v str>,
    internal: Option<&'v str>,
) -> Option<(Origin, &'v str)> {
    let (by_scheme, by_internal) = (Origin::Annotation(SCHEME), Origin::Annotation(INTERNAL));
    // CCM: any value but `false` is internal (aws.go:2453-2460). LBC: a Go bool, anything else an error.
    let ccm = internal.filter(|value| !value.is_empty()).map(|value| value != "false");
    let lbc = internal.map(|value| flag(value) != Some(false));
    let name = |internal: bool| if internal { catalogue::INTERNAL } else { catalogue::INTERNET_FACING };
    match controller {
        Controller::Lbc => scheme
            .map(|value| (by_scheme, value))
            .or_else(|| lbc.map(|internal| (by_internal, name(internal))))
            .or(Some((Origin::Default, catalogue::INTERNAL))),
        Controller::CcmNlb => match (ccm, scheme) {
            // CCM does not read the scheme, but `internal` was written on purpose.
            (None | Some(false), Some(catalogue::INTERNAL)) => Some((by_scheme, catalogue::INTERNAL)),
            (Some(internal), _) => Some((by_internal, name(internal))),
            (None, scheme) => scheme.map(|value| (by_scheme, value)),
        },
        Controller::Unknown if ccm == Some(true) || lbc == Some(true) => Some((by_internal, catalogue::INTERNAL)),
        Controller::Unknown => {
            scheme.map(|value| (by_scheme, value)).or_else(|| ccm.map(|internal| (by_internal, name(internal))))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::types::Phase;
    use crate::migrate::tests::{CUTOVER, service};
    use crate::migrate::{Options, carry};

    fn scheme(kind: Option<&str>, scheme: Option<&str>, internal: Option<&str>) -> Option<String> {
        let given = [("type", kind), ("scheme", scheme), ("internal", internal)];
        let given: Vec<(&str, &str)> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let service = of_type(json!({"type": "LoadBalancer"}), &given);
        carry(&service, CUTOVER).annotations.get("alb.ingress.kubernetes.io/scheme").cloned()
    }

    #[test]
    fn an_internal_gateway_stays_internal() {
        let (internal, open) = (Some("internal".to_owned()), Some("internet-facing".to_owned()));
        for (kind, said, flag, expected) in [
            (Some("external"), None, None, &internal),
            (Some("nlb-ip"), None, None, &internal),
            (Some("external"), Some("internet-facing"), None, &open),
            (Some("external"), Some("internet-facing"), Some("true"), &open),
            (Some("external"), None, Some("true"), &internal),
            (Some("external"), None, Some("0.0.0.0/0"), &internal),
            (Some("external"), None, Some("false"), &open),
            (Some("external"), None, Some("0"), &open),
            (Some("nlb"), None, None, &None),
            (Some("nlb"), Some("internet-facing"), None, &open),
            (Some("nlb"), None, Some("0"), &internal),
            (Some("nlb"), None, Some("false"), &open),
            (Some("nlb"), None, Some("0.0.0.0/0"), &internal),
            (Some("nlb"), Some("internal"), None, &internal),
            (Some("nlb"), Some("internet-facing"), Some("true"), &internal),
            (None, None, Some("true"), &internal),
            (None, None, Some("0"), &internal),
            (None, None, Some(""), &internal),
            (None, Some("internet-facing"), Some("0"), &internal),
            (None, Some("internet-facing"), Some(""), &internal),
            (None, None, Some("false"), &open),
            (None, Some("internal"), None, &internal),
            (None, Some("internet-facing"), Some("yes"), &internal),
            (None, None, None, &None),
        ] {
            assert_eq!(&scheme(kind, said, flag), expected, "{kind:?} {said:?} {flag:?}");
        }
    }

    #[test]
    fn the_class_names_the_controller() {
        let service = json!({"spec": {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"}});
        assert_eq!(controller_of(&service), Controller::Lbc);
        assert_eq!(controller_of(&json!({"spec": {"loadBalancerClass": "example.com/other"}})), Controller::Unknown);
    }

    fn of_type(spec: serde_json::Value, annotations: &[(&str, &str)]) -> serde_json::Value {
        let named = annotations.iter().map(|(name, value)| (format!("aws-load-balancer-{name}"), *value));
        let named: Vec<(String, &str)> = named.collect();
        service(&named.iter().map(|(name, value)| (name.as_str(), *value)).collect::<Vec<_>>(), spec)
    }

    #[test]
    fn an_nlb_of_another_class_is_not_the_cloud_provider_s() {
        let nlb = |spec| controller_of(&of_type(spec, &[("type", "nlb")]));
        assert_eq!(nlb(json!({})), Controller::CcmNlb);
        assert_eq!(nlb(json!({"loadBalancerClass": ""})), Controller::CcmNlb);
        assert_eq!(nlb(json!({"loadBalancerClass": "service.k8s.aws/nlb"})), Controller::Lbc);
        assert_eq!(nlb(json!({"loadBalancerClass": "example.com/other"})), Controller::Unknown);
    }

    #[test]
    fn without_the_webhook_the_cloud_provider_s_default_counts() {
        let options = Options { service_webhook: false, ..CUTOVER };
        for (kind, annotations, expected) in [
            ("LoadBalancer", &[] as &[_], Some("internet-facing")),
            ("LoadBalancer", &[("type", "nlb")], Some("internet-facing")),
            ("LoadBalancer", &[("type", "nlb"), ("internal", "true")], Some("internal")),
            ("LoadBalancer", &[("type", "external")], Some("internal")),
            ("NodePort", &[("type", "nlb")], None),
        ] {
            let carried = carry(&of_type(json!({"type": kind}), annotations), options);
            let scheme = carried.annotations.get("alb.ingress.kubernetes.io/scheme");
            assert_eq!(scheme.map(String::as_str), expected, "{kind} {annotations:?}");
        }
    }

    #[test]
    fn where_no_scheme_may_be_assumed() {
        let attach = Options { phase: Phase::Attach, ..CUTOVER };
        let (nlb, both) = (Some(UnknownScheme::Nlb), Some(UnknownScheme::Attach));
        for (kind, annotations, at_cutover, at_attach) in [
            ("LoadBalancer", &[] as &[_], None, both),
            ("LoadBalancer", &[("scheme", "internal")], None, None),
            ("LoadBalancer", &[("type", "external")], None, None),
            ("LoadBalancer", &[("type", "nlb")], nlb, nlb),
            ("LoadBalancer", &[("type", "nlb"), ("scheme", "internal")], None, None),
            ("NodePort", &[], None, None),
            ("NodePort", &[("type", "nlb")], None, None),
        ] {
            let service = of_type(json!({"type": kind}), annotations);
            let unknown = |options| carry(&service, options).unknown_scheme;
            let found = (unknown(CUTOVER), unknown(attach));
            assert_eq!(found, (at_cutover, at_attach), "{kind} {annotations:?}");
        }
    }

    #[test]
    fn udp_is_lost_where_the_controller_reads_the_annotation() {
        let said = |kind: &str, protocol: &str| {
            let spec = json!({"type": "LoadBalancer", "ports": [{"port": 53, "protocol": protocol}]});
            let service = of_type(spec, &[("type", kind), ("enable-tcp-udp-listener", "true")]);
            let carried = carry(&service, CUTOVER);
            let found = carried.findings.iter().find(|finding| finding.message.contains("tcp-udp")).unwrap();
            format!("{} {}", found.rule.id, found.message.split_once(": ").unwrap().1)
        };
        assert_eq!(said("external", "UDP"), "ALB098 true: the Service has UDP ports, which an ALB can't serve");
        assert_eq!(said("external", "TCP"), "ALB096 the Service has no UDP port: nothing is lost");
        assert_eq!(said("nlb", "UDP"), "ALB096 the cloud provider does not read it: nothing is lost");
        assert_eq!(said("nlb", "TCP"), "ALB096 the Service has no UDP port: nothing is lost");
    }
}
