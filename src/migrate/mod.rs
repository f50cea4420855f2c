//! NLB or Classic ELB → ALB: the settings of a Service's old load balancer, as settings of the ALB.
//!
//! Two controllers make load balancers from a Service: the AWS Load Balancer Controller (LBC) an NLB, the cloud provider
//! (CCM, cloud-provider-aws) an NLB or a Classic ELB. They read overlapping annotations, and not always alike. [`carry`] walks
//! the Service's annotations in the order of [`annotations`]: each is converted, or reported by a finding that says what is
//! lost. Nothing that lets people in or keeps them out is guessed: where the controllers read a value differently the closed
//! reading counts, and what can't be kept is an error. [`compare`] compares the finished Ingress with the old load balancer.

pub mod annotations;
mod attributes;
pub mod carried;
pub mod compare;
mod health;
pub mod live;
mod origins;
mod reached;
pub mod rules;
mod scheme;
mod source_ranges;
mod tls;

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::config::types::ServiceType;
use crate::finding::Finding;
use annotations::{Conversion, DEAD_PREFIX, ROWS, Row, Tail, known, nearest};
use carried::{Carry, Setting};

pub use annotations::{ALB, PREFIX, annotations_of, external_dns, is_external_dns, is_stripped};
pub use carried::{Carried, Options, UnknownScheme};
pub use compare::leads_to_pods;
pub use origins::origins;
pub use reached::{ends_tls, reached};
pub use scheme::TYPE;
pub use scheme::{Controller, controller_of};

/// Reads a Service as LBC and CCM do, and converts what they read to annotations of an Ingress.
#[must_use]
pub fn carry(service: &Value, options: Options) -> Carried {
    let mut carry = Carry::new(service, options);
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

impl Carry<'_> {
    fn row(&mut self, row: &Row) {
        if row.tail == Tail::None {
            if let Some(value) = self.get(row.suffix) {
                self.convert(row.conversion, row.suffix, value);
            }
            return;
        }
        let suffixes = self.annotations.iter().filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?, *value)));
        let found: Vec<_> = suffixes.filter(|(suffix, _)| suffix.starts_with(row.stem())).collect();
        for (suffix, value) in found {
            self.convert(row.conversion, suffix, value);
        }
    }

    #[rustfmt::skip]
    fn convert(&mut self, conversion: Conversion, suffix: &str, value: &str) {
        match conversion {
            Conversion::Combined => {}
            Conversion::Lost(rule, why) => self.report(rule, suffix, format_args!("{value:?}: {why}")),
            Conversion::NotNeeded(why) => self.not_needed(suffix, format_args!("{value:?}: {why}")),
            _ if value.trim().is_empty() => self.not_needed(suffix, "empty: nothing to carry over"),
            Conversion::Copied(alb) => self.keep(suffix, alb, value),
            Conversion::LoadBalancerType => self.load_balancer_type(suffix, value),
            Conversion::TargetType => self.target_type(suffix, value),
            Conversion::Name => self.name(suffix, value),
            Conversion::AccessLog => self.access_log(suffix, value),
            Conversion::AccessLogDetail => self.access_log_detail(suffix, value),
            Conversion::CrossZone => self.cross_zone(suffix, value),
            Conversion::Certificate => self.certificate(suffix, value),
            Conversion::TlsPorts => self.tls_ports(suffix, value),
            Conversion::TlsPolicy => self.tls_policy(suffix, value),
            Conversion::BackendProtocol => self.backend_protocol(suffix, value),
            Conversion::Tags => self.tags(suffix, value),
            Conversion::TargetGroupAttributes => self.target_group_attributes(suffix, value),
            Conversion::TargetGroupAttributesOfPort => self.target_group_attributes_of_port(suffix, value),
            Conversion::AlpnPolicy => self.alpn_policy(suffix, value),
            Conversion::TargetNodeLabels => self.target_node_labels(suffix, value),
            Conversion::LoadBalancerAttributes => self.load_balancer_attributes(suffix, value),
            Conversion::SecurityGroups => self.security_groups(suffix, value),
            Conversion::TcpUdpListener => self.tcp_udp_listener(suffix, value),
            Conversion::ConnectionDraining => self.connection_draining(suffix, value),
            Conversion::ConnectionDrainingTimeout => self.connection_draining_timeout(suffix, value),
            Conversion::IdleTimeout => self.idle_timeout(suffix, value),
        }
    }

    /// Annotations of the prefixes that no row knows.
    fn unknown(&mut self) {
        let keys: Vec<&str> = self.annotations.keys().copied().collect();
        for key in keys {
            if let Some(suffix) = key.strip_prefix(PREFIX) {
                if suffix.starts_with("aws-load-balancer-") && known(suffix).is_none() {
                    let near = nearest(suffix).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
                    self.report(&rules::ALB099, suffix, format_args!("no controller knows it{near}"));
                }
            } else if key.starts_with(DEAD_PREFIX) {
                self.report(&rules::ALB066, Setting::Key(key), "no controller reads it");
            }
        }
    }

    /// `loadBalancerIP`.
    fn fixed_address(&mut self) {
        let address = self.service["spec"]["loadBalancerIP"].as_str().unwrap_or_default();
        if !address.is_empty() {
            let message = format!("{address}: an ALB has no fixed addresses, and no AWS controller reads this field");
            self.report(&rules::ALB060, Setting::Field("loadBalancerIP"), message);
        }
    }

    /// Fields that are removed with the type and have no meaning for an ALB.
    fn fields(&mut self) {
        let node_ports = match self.options.service_type {
            ServiceType::NodePort => "not needed, a NodePort Service always has node ports",
            ServiceType::ClusterIp => "not needed, a ClusterIP Service has no node ports",
        };
        for (field, why) in [
            ("loadBalancerClass", Some(self.fate())),
            // Until the cutover it holds, and with it there may be no node ports.
            ("allocateLoadBalancerNodePorts", self.is_cutover().then_some(node_ports)),
            ("healthCheckNodePort", Some("for the health check of the old load balancer only")),
        ] {
            if let (Some(value), Some(why)) = (self.service["spec"].get(field), why) {
                self.carried(Setting::Field(field), format_args!("{value}: {why}"));
            }
        }
    }

    /// What happens to the old load balancer.
    fn life_cycle(&mut self) {
        if self.service["spec"]["type"] != "LoadBalancer" {
            return;
        }
        self.out.is_live = true;
        if !self.is_cutover() {
            return;
        }
        let mut report = |rule, message: &str| {
            self.out.findings.push(Finding::new(rule, message).field("/spec/type"));
        };
        report(
            &rules::ALB036,
            "the Service is of type LoadBalancer: without an earlier run with `phase: attach` its load balancer is deleted before the ALB exists",
        );
        let class = self.service["spec"].get("loadBalancerClass").is_some();
        if !class && !self.annotations.contains_key("service.beta.kubernetes.io/aws-load-balancer-type") {
            report(
                &rules::ALB068,
                "the Service has neither `aws-load-balancer-type` nor `loadBalancerClass`: after a rollback it gets a Classic ELB",
            );
        }
    }
}
