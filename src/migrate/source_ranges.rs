//! Whom the old load balancer let in: source ranges, security groups, subnets.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::rules;
use super::{Carry, Controller};
use crate::finding::Severity;

const RANGES: &str = "load-balancer-source-ranges";

impl Carry<'_> {
    /// `spec.loadBalancerSourceRanges`, else the annotation (LBC v3.5.0 pkg/service/model_build_managed_sg.go:149-172):
    /// trimmed, canonical, each once. EC2 stores ranges canonically and the controller compares texts, so that another
    /// spelling deploys once and then fails for ever (pkg/networking/security_group_info.go:41-53).
    pub(super) fn source_ranges(&mut self) {
        let field: Vec<String> = match &self.service["spec"]["loadBalancerSourceRanges"] {
            Value::Null => Vec::new(),
            Value::Array(ranges) => {
                ranges.iter().map(|range| range.as_str().map_or_else(|| range.to_string(), str::to_owned)).collect()
            }
            // The API server refuses it on a Service of any type, so nobody sees it go but us.
            other => {
                self.out.unread_ranges = true;
                let message = format!("{other} is no list, so the allow-list can't be carried over");
                self.say_field(&rules::ALB027, Severity::Error, "loadBalancerSourceRanges", &message);
                Vec::new()
            }
        };
        let annotation: Vec<String> = self
            .get(RANGES)
            .map(|ranges| ranges.split(',').map(str::to_owned).filter(|range| !range.trim().is_empty()).collect())
            .unwrap_or_default();
        let from_field = !field.is_empty();
        let mut ranges: Vec<String> = Vec::new();
        for range in if from_field { &field } else { &annotation } {
            match canonical(range) {
                Some(range) => {
                    if !ranges.contains(&range) {
                        ranges.push(range);
                    }
                }
                None => {
                    self.out.unread_ranges = true;
                    let message = format!("{range:?} is no CIDR, so the allow-list can't be carried over");
                    if from_field {
                        self.say_field(&rules::ALB027, Severity::Error, "loadBalancerSourceRanges", &message);
                    } else {
                        self.say(&rules::ALB027, Severity::Error, RANGES, &message);
                    }
                }
            }
        }
        if self.get(RANGES).is_some() && (from_field || annotation.is_empty()) {
            let why = if from_field { "removed: the field loadBalancerSourceRanges wins" } else { "empty: removed" };
            self.say(&rules::ALB095, Severity::Info, RANGES, why);
        }
        if ranges.is_empty() {
            return;
        }
        let list = ranges.join(",");
        self.set("inbound-cidrs", &list);
        let message = format!("carried over to inbound-cidrs: {list}");
        if from_field {
            self.say_field(&rules::ALB095, Severity::Info, "loadBalancerSourceRanges", &message);
        } else {
            self.say(&rules::ALB095, Severity::Info, RANGES, &message);
        }
        if self.out.annotations.contains_key("alb.ingress.kubernetes.io/security-groups") {
            let message = "an ALB with security groups of its own ignores inbound-cidrs: the allow-list would be lost";
            self.say_field(&rules::ALB027, Severity::Error, "loadBalancerSourceRanges", message);
        }
        self.out.source_ranges = ranges;
    }

    /// `aws-load-balancer-security-groups`. An `sg-` id given twice is an error of the ALB's
    /// (LBC v3.5.0 pkg/networking/security_group_resolver.go:88-90).
    pub(super) fn security_groups(&mut self, suffix: &str, value: &str) {
        let mut groups: Vec<&str> = Vec::new();
        for group in value.split(',').map(str::trim).filter(|group| !group.is_empty()) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        self.keep(suffix, "security-groups", &groups.join(","));
    }

    /// `aws-load-balancer-subnets`.
    pub(super) fn subnets(&mut self, suffix: &str, value: &str) {
        self.keep(suffix, "subnets", value);
    }

    /// `aws-load-balancer-target-node-labels`: CCM allows a key without a value.
    pub(super) fn target_node_labels(&mut self, suffix: &str, value: &str) {
        let labels: Vec<String> = value
            .split(',')
            .map(str::trim)
            .filter(|label| !label.is_empty())
            .map(|label| if label.contains('=') { label.to_owned() } else { format!("{label}=") })
            .collect();
        self.keep(suffix, "target-node-labels", &labels.join(","));
    }

    /// `aws-load-balancer-enable-tcp-udp-listener`.
    pub(super) fn tcp_udp_listener(&mut self, suffix: &str, value: &str) {
        let udp = crate::plan::ports(self.service).iter().any(|port| port["protocol"] == "UDP");
        if udp && self.controller != Controller::CcmNlb {
            let message = format!("{value}: the Service has UDP ports, which an ALB can't serve");
            self.say(&rules::ALB098, Severity::Error, suffix, &message);
        } else {
            self.say(&rules::ALB096, Severity::Info, suffix, "the Service has no UDP port: nothing is lost");
        }
    }
}

/// A range as EC2 stores it: no host bits, IPv6 in lower case and short. `None` if it is no CIDR.
fn canonical(range: &str) -> Option<String> {
    let (address, bits) = range.trim().split_once('/')?;
    // As Go's net.ParseCIDR: no leading zeros in the prefix length.
    if bits.len() > 1 && bits.starts_with('0') || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let address: IpAddr = address.parse().ok()?;
    Some(IpNet::new(address, bits.parse().ok()?).ok()?.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn ranges_are_written_as_ec2_stores_them() {
        for (range, expected) in [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            (" 203.0.113.7/24 ", Some("203.0.113.0/24")),
            ("2001:DB8:0:0::1/32", Some("2001:db8::/32")),
            ("10.0.0.0", None),
            ("10.0.0.0/33", None),
            ("010.0.0.0/8", None),
            ("10.0.0.0/08", None),
            ("", None),
        ] {
            assert_eq!(canonical(range).as_deref(), expected, "{range}");
        }
    }
}
