//! Who could connect to the old load balancer: source ranges and security groups.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::carried::{Carry, Setting};
use alb_controller::go::strconv::string_list;

const ANNOTATION: &str = "load-balancer-source-ranges";
const FIELD: Setting<'_> = Setting::Field("loadBalancerSourceRanges");

impl Carry<'_> {
    /// `spec.loadBalancerSourceRanges`, else the annotation (LBC v3.5.0 pkg/service/model_build_managed_sg.go:149-172):
    /// trimmed, canonical, each once. EC2 stores ranges canonically and the controller compares texts, so that another
    /// spelling deploys once and then fails for ever (pkg/networking/security_group_info.go:41-53).
    pub(super) fn source_ranges(&mut self) {
        let field = self.ranges_of_the_field();
        let annotation = self.get(ANNOTATION);
        let (setting, given) = match annotation {
            Some(ranges) if field.is_empty() => {
                let ranges = ranges.split(',').filter(|range| !range.trim().is_empty());
                (Setting::Annotation(ANNOTATION), ranges.map(str::to_owned).collect())
            }
            _ => (FIELD, field),
        };
        let ranges = self.canonical_ranges(setting, &given);
        match setting {
            Setting::Field(_) if annotation.is_some() => {
                self.carried(ANNOTATION, "not carried over: the field loadBalancerSourceRanges wins");
            }
            Setting::Annotation(_) if given.is_empty() => self.carried(ANNOTATION, "empty: nothing to carry over"),
            _ => {}
        }
        if ranges.is_empty() {
            return;
        }
        let list = ranges.join(",");
        self.set("inbound-cidrs", &list);
        self.carried_to(setting, "inbound-cidrs", &list, format_args!("carried over to inbound-cidrs: {list}"));
        if self.out.annotations.contains_key("alb.ingress.kubernetes.io/security-groups") {
            let message = "an ALB with security groups of its own ignores inbound-cidrs: the allow-list would be lost";
            self.access_lost(FIELD, message);
        }
        self.out.source_ranges = ranges;
    }

    fn ranges_of_the_field(&mut self) -> Vec<String> {
        match &self.service["spec"]["loadBalancerSourceRanges"] {
            Value::Null => Vec::new(),
            Value::Array(ranges) => {
                ranges.iter().map(|range| range.as_str().map_or_else(|| range.to_string(), str::to_owned)).collect()
            }
            // The API server refuses it on a Service of any type, so this report is the only one.
            other => {
                self.out.unread_ranges = true;
                self.access_lost(FIELD, format_args!("{other} is no list, so the allow-list can't be carried over"));
                Vec::new()
            }
        }
    }

    fn canonical_ranges(&mut self, setting: Setting<'_>, given: &[String]) -> Vec<String> {
        let mut ranges: Vec<String> = Vec::new();
        for range in given {
            match canonical(range) {
                Some(range) if ranges.contains(&range) => {}
                Some(range) => ranges.push(range),
                None => {
                    self.out.unread_ranges = true;
                    let message = format!("{range:?} is no CIDR, so the allow-list can't be carried over");
                    self.access_lost(setting, message);
                }
            }
        }
        ranges
    }

    /// `aws-load-balancer-security-groups`. An `sg-` id given twice is an error of the ALB's
    /// (LBC v3.5.0 pkg/networking/security_group_resolver.go:88-90).
    pub(super) fn security_groups(&mut self, suffix: &str, value: &str) {
        let mut groups: Vec<String> = Vec::new();
        for group in string_list(value) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        self.keep(suffix, "security-groups", &groups.join(","));
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
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("::/0", Some("::/0")),
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
