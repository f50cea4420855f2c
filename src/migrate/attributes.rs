//! Attributes, tags and labels: which keys an ALB knows too.

use std::ops::RangeInclusive;

use super::carried::{Carry, flag};
use super::rules;
use alb_controller::catalogue::{Attribute, LOAD_BALANCER_ATTRIBUTES, TARGET_GROUP_ATTRIBUTES, attribute};
use alb_controller::go::strconv::{format_map, string_list, string_map};

/// The annotation with the attributes of the load balancer.
pub(super) const LOAD_BALANCER: &str = "load-balancer-attributes";
/// The annotation with those of the target groups.
const TARGET_GROUP: &str = "target-group-attributes";

const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";
const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";

impl Carry<'_> {
    pub(super) fn attribute(&mut self, key: &str, value: &str) {
        self.load_balancer_attributes.insert(key.to_owned(), value.to_owned());
    }

    fn target_group_attribute(&mut self, key: &str, value: &str) {
        self.target_group_attributes.insert(key.to_owned(), value.to_owned());
    }

    /// Writes the collected attributes into their annotations.
    pub(super) fn flush_attributes(&mut self) {
        for (suffix, attributes) in [
            (LOAD_BALANCER, std::mem::take(&mut self.load_balancer_attributes)),
            (TARGET_GROUP, std::mem::take(&mut self.target_group_attributes)),
        ] {
            if !attributes.is_empty() {
                self.set(suffix, &format_map(attributes.iter()));
            }
        }
    }

    /// `aws-load-balancer-attributes`: the keys that an ALB has too.
    pub(super) fn load_balancer_attributes(&mut self, suffix: &str, value: &str) {
        for (key, value) in self.map(suffix, value) {
            if key == CROSS_ZONE {
                self.cross_zone(suffix, &value);
                continue;
            }
            if key == "deletion_protection.enabled" && flag(&value) == Some(true) && self.is_cutover() {
                let message = "deletion_protection.enabled=true: the controller switches it off and deletes the NLB at the cutover";
                self.report(&rules::ALB035, suffix, message);
            }
            match check(LOAD_BALANCER_ATTRIBUTES, &key, &value) {
                Ok(()) => {
                    self.attribute(&key, &value);
                    let message = format!("{key}={value} carried over");
                    self.carried_to_entry(suffix, (LOAD_BALANCER, &key, &value), message);
                }
                Err(fault) => self.carried_in_part(suffix, format_args!("{key}={value}: not carried over, {fault}")),
            }
        }
    }

    /// `aws-load-balancer-target-group-attributes`.
    pub(super) fn target_group_attributes(&mut self, suffix: &str, value: &str) {
        for (key, value) in self.map(suffix, value) {
            match check(TARGET_GROUP_ATTRIBUTES, &key, &value) {
                Ok(()) => {
                    self.target_group_attribute(&key, &value);
                    let message = format!("{key}={value} carried over");
                    self.carried_to_entry(suffix, (TARGET_GROUP, &key, &value), message);
                }
                Err(_) if key == "proxy_protocol_v2.enabled" && value == "true" => {
                    let message = "proxy_protocol_v2.enabled=true: an ALB does not speak PROXY protocol";
                    self.report(&rules::ALB057, suffix, message);
                }
                Err(fault) => self.carried_in_part(suffix, format_args!("{key}={value}: not carried over, {fault}")),
            }
        }
    }

    /// `aws-load-balancer-target-group-attributes.<port>`: that of the backend port counts.
    pub(super) fn target_group_attributes_of_port(&mut self, suffix: &str, value: &str) {
        let backend = self.options.backend;
        if suffix.rsplit('.').next() == Some(backend.to_string().as_str()) {
            self.target_group_attributes(suffix, value);
        } else {
            self.not_needed(suffix, format_args!("{value}: the ALB leads to port {backend} only"));
        }
    }

    /// `aws-load-balancer-cross-zone-load-balancing-enabled`: an ALB always is, a target group may not be.
    pub(super) fn cross_zone(&mut self, suffix: &str, value: &str) {
        if flag(value) == Some(false) {
            self.target_group_attribute(CROSS_ZONE, "false");
            let message = "cross-zone load balancing false: an ALB always balances over zones; switched off for the target group instead";
            self.carried_in_part(suffix, message);
        } else {
            self.carried(suffix, format_args!("cross-zone load balancing {value}: an ALB always balances over zones"));
        }
    }

    /// `aws-load-balancer-access-log-enabled`, with bucket and prefix.
    pub(super) fn access_log(&mut self, suffix: &str, value: &str) {
        if flag(value) != Some(true) {
            return self.carried(suffix, format_args!("{value}: no access logs, which is the default of an ALB"));
        }
        self.attribute("access_logs.s3.enabled", "true");
        for (from, to) in [("bucket-name", "bucket"), ("bucket-prefix", "prefix")] {
            let value = self.get(&format!("aws-load-balancer-access-log-s3-{from}")).unwrap_or_default();
            if !value.is_empty() {
                self.attribute(&format!("access_logs.s3.{to}"), value);
            }
        }
        let message = "access logs carried over; the policy of the S3 bucket for an ALB is another one, check it";
        self.carried_to_entry(suffix, (LOAD_BALANCER, "access_logs.s3.enabled", "true"), message);
    }

    /// Bucket and prefix: read with `access-log-enabled`.
    pub(super) fn access_log_detail(&mut self, suffix: &str, value: &str) {
        let enabled = self.get("aws-load-balancer-access-log-enabled").and_then(flag) == Some(true);
        if !enabled {
            return self.carried(suffix, format_args!("{value}: access logs are not enabled: nothing to carry over"));
        }
        let key = if suffix.ends_with("bucket-name") { "access_logs.s3.bucket" } else { "access_logs.s3.prefix" };
        let message = format!("{value}: carried over to {LOAD_BALANCER}");
        self.carried_to_entry(suffix, (LOAD_BALANCER, key, value), message);
    }

    /// `aws-load-balancer-connection-draining-enabled`.
    pub(super) fn connection_draining(&mut self, suffix: &str, value: &str) {
        if flag(value) == Some(false) {
            self.target_group_attribute(DEREGISTRATION_DELAY, "0");
            let message = format!("false: carried over to {DEREGISTRATION_DELAY}=0");
            self.carried_to_entry(suffix, (TARGET_GROUP, DEREGISTRATION_DELAY, "0"), message);
        } else {
            self.carried(suffix, format_args!("{value}: an ALB does so by default"));
        }
    }

    /// `aws-load-balancer-connection-draining-timeout`, 0 to 3600 seconds.
    pub(super) fn connection_draining_timeout(&mut self, suffix: &str, value: &str) {
        if self.get("aws-load-balancer-connection-draining-enabled").and_then(flag) == Some(false) {
            return self.not_needed(suffix, "draining is switched off: no effect");
        }
        if let Some(value) = self.seconds(suffix, value, 0..=3600, (TARGET_GROUP, DEREGISTRATION_DELAY)) {
            self.target_group_attribute(DEREGISTRATION_DELAY, &value);
        }
    }

    /// `aws-load-balancer-connection-idle-timeout`, 1 to 4000 seconds.
    pub(super) fn idle_timeout(&mut self, suffix: &str, value: &str) {
        if let Some(value) = self.seconds(suffix, value, 1..=4000, (LOAD_BALANCER, IDLE_TIMEOUT)) {
            self.attribute(IDLE_TIMEOUT, &value);
        }
    }

    fn seconds(
        &mut self,
        suffix: &str,
        value: &str,
        range: RangeInclusive<u32>,
        (alb, key): (&'static str, &str),
    ) -> Option<String> {
        match value.trim().parse::<u32>() {
            Ok(seconds) if range.contains(&seconds) => {
                let value = seconds.to_string();
                self.carried_to_entry(suffix, (alb, key, &value), format_args!("{seconds} seconds carried over"));
                Some(value)
            }
            _ => {
                let (least, most) = (range.start(), range.end());
                let message = format!("{value:?} is not {least} to {most} seconds: not carried over");
                self.carried_in_part(suffix, message);
                None
            }
        }
    }

    /// `aws-load-balancer-additional-resource-tags`: CCM takes a key without a value, LBC wants the `=`.
    pub(super) fn tags(&mut self, suffix: &str, value: &str) {
        self.keep(suffix, "tags", &with_equals_signs(value));
    }

    /// `aws-load-balancer-target-node-labels`: CCM allows a key without a value.
    pub(super) fn target_node_labels(&mut self, suffix: &str, value: &str) {
        self.keep(suffix, "target-node-labels", &with_equals_signs(value));
    }

    /// Pairs of an annotation's value; none where it is not a list of pairs, which is reported.
    fn map(&mut self, suffix: &str, value: &str) -> Vec<(String, String)> {
        if let Some(map) = string_map(value) {
            return map.into_iter().collect();
        }
        self.carried_in_part(suffix, format_args!("{value:?} is not a list of key=value: not carried over"));
        Vec::new()
    }
}

fn with_equals_signs(pairs: &str) -> String {
    let pairs = string_list(pairs).into_iter();
    let pairs: Vec<String> = pairs.map(|pair| if pair.contains('=') { pair } else { format!("{pair}=") }).collect();
    pairs.join(",")
}

/// Whether AWS takes the attribute on an ALB.
fn check(table: &'static [Attribute], key: &str, value: &str) -> Result<(), String> {
    attribute(table, key).map_or_else(|| Err("an ALB has no such attribute".to_owned()), |known| known.check(value))
}
