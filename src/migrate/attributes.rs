//! Attributes and tags: which keys an ALB knows too.

use super::rules;
use super::{ALB, Carry, flag, format_map};
use crate::alb::catalogue::{Attribute, LOAD_BALANCER_ATTRIBUTES, TARGET_GROUP_ATTRIBUTES, attribute};
use crate::alb::values::string_map;
use crate::finding::Severity;

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
            ("load-balancer-attributes", std::mem::take(&mut self.load_balancer_attributes)),
            ("target-group-attributes", std::mem::take(&mut self.target_group_attributes)),
        ] {
            if !attributes.is_empty() {
                self.out.annotations.insert(format!("{ALB}{suffix}"), format_map(attributes.iter()));
            }
        }
    }

    /// `aws-load-balancer-attributes`: the keys that an ALB has too.
    pub(super) fn load_balancer_attributes(&mut self, suffix: &str, value: &str) {
        let Some(attributes) = self.map(suffix, value) else {
            return;
        };
        for (key, value) in attributes {
            if key == "load_balancing.cross_zone.enabled" {
                self.cross_zone(suffix, &value);
                continue;
            }
            if key == "deletion_protection.enabled" && flag(&value) == Some(true) {
                let message = "deletion_protection.enabled=true: the controller switches it off and deletes the NLB at the cutover";
                self.say(&rules::ALB035, Severity::Warning, suffix, message);
            }
            match check(LOAD_BALANCER_ATTRIBUTES, &key, &value) {
                Ok(()) => {
                    self.attribute(&key, &value);
                    self.say(&rules::ALB095, Severity::Info, suffix, &format!("{key}={value} carried over"));
                }
                Err(fault) => {
                    let message = format!("{key}={value}: not carried over, {fault}");
                    self.say(&rules::ALB097, Severity::Warning, suffix, &message);
                }
            }
        }
    }

    /// `aws-load-balancer-target-group-attributes`.
    pub(super) fn target_group_attributes(&mut self, suffix: &str, value: &str) {
        let Some(attributes) = self.map(suffix, value) else {
            return;
        };
        for (key, value) in attributes {
            match check(TARGET_GROUP_ATTRIBUTES, &key, &value) {
                Ok(()) => {
                    self.target_group_attribute(&key, &value);
                    self.say(&rules::ALB095, Severity::Info, suffix, &format!("{key}={value} carried over"));
                }
                Err(_) if key == "proxy_protocol_v2.enabled" && value == "true" => {
                    let message = "proxy_protocol_v2.enabled=true: an ALB does not speak PROXY protocol";
                    self.say(&rules::ALB057, Severity::Warning, suffix, message);
                }
                Err(fault) => {
                    let message = format!("{key}={value}: not carried over, {fault}");
                    self.say(&rules::ALB097, Severity::Warning, suffix, &message);
                }
            }
        }
    }

    /// `aws-load-balancer-target-group-attributes.<port>`: that of the backend port counts.
    pub(super) fn target_group_attributes_of_port(&mut self, suffix: &str, value: &str) {
        if suffix.rsplit('.').next() == Some(self.backend.to_string().as_str()) {
            self.target_group_attributes(suffix, value);
        } else {
            let message = format!("{value}: the ALB leads to port {} only", self.backend);
            self.say(&rules::ALB096, Severity::Info, suffix, &message);
        }
    }

    /// `aws-load-balancer-cross-zone-load-balancing-enabled`: an ALB always is, a target group may not be.
    pub(super) fn cross_zone(&mut self, suffix: &str, value: &str) {
        if flag(value) == Some(false) {
            self.target_group_attribute("load_balancing.cross_zone.enabled", "false");
            let message = "false: an ALB always balances over zones; switched off for the target group instead";
            self.say(&rules::ALB097, Severity::Warning, suffix, message);
        } else {
            self.say(&rules::ALB095, Severity::Info, suffix, &format!("{value}: what an ALB does anyway"));
        }
    }

    /// `aws-load-balancer-access-log-enabled`, with bucket and prefix.
    pub(super) fn access_log(&mut self, suffix: &str, value: &str) {
        if flag(value) != Some(true) {
            return self.say(
                &rules::ALB095,
                Severity::Info,
                suffix,
                &format!("{value}: no access logs, as an ALB has it anyway"),
            );
        }
        self.attribute("access_logs.s3.enabled", "true");
        for (from, to) in [("bucket-name", "bucket"), ("bucket-prefix", "prefix")] {
            if let Some(value) =
                self.get(&format!("aws-load-balancer-access-log-s3-{from}")).filter(|value| !value.is_empty())
            {
                self.attribute(&format!("access_logs.s3.{to}"), value);
            }
        }
        let message = "access logs carried over; the policy of the S3 bucket for an ALB is another one, check it";
        self.say(&rules::ALB095, Severity::Info, suffix, message);
    }

    /// Bucket and prefix: taken with `access-log-enabled`.
    pub(super) fn access_log_detail(&mut self, suffix: &str, value: &str) {
        let enabled = self.get("aws-load-balancer-access-log-enabled").and_then(flag) == Some(true);
        let what = if enabled {
            "carried over to load-balancer-attributes"
        } else {
            "access logs are not enabled: nothing to carry over"
        };
        self.say(&rules::ALB095, Severity::Info, suffix, &format!("{value}: {what}"));
    }

    /// `aws-load-balancer-connection-draining-enabled`.
    pub(super) fn connection_draining(&mut self, suffix: &str, value: &str) {
        if flag(value) == Some(false) {
            self.target_group_attribute("deregistration_delay.timeout_seconds", "0");
            self.say(
                &rules::ALB095,
                Severity::Info,
                suffix,
                "false: carried over to deregistration_delay.timeout_seconds=0",
            );
        } else {
            self.say(&rules::ALB095, Severity::Info, suffix, &format!("{value}: what an ALB does anyway"));
        }
    }

    /// `aws-load-balancer-connection-draining-timeout`, 0 to 3600 seconds.
    pub(super) fn connection_draining_timeout(&mut self, suffix: &str, value: &str) {
        if self.get("aws-load-balancer-connection-draining-enabled").and_then(flag) == Some(false) {
            return self.say(&rules::ALB096, Severity::Info, suffix, "draining is switched off: no effect");
        }
        if let Some(value) = self.seconds(suffix, value, 0, 3600) {
            self.target_group_attribute("deregistration_delay.timeout_seconds", &value);
        }
    }

    /// `aws-load-balancer-connection-idle-timeout`, 1 to 4000 seconds.
    pub(super) fn idle_timeout(&mut self, suffix: &str, value: &str) {
        if let Some(value) = self.seconds(suffix, value, 1, 4000) {
            self.attribute("idle_timeout.timeout_seconds", &value);
        }
    }

    fn seconds(&mut self, suffix: &str, value: &str, least: u32, most: u32) -> Option<String> {
        match value.trim().parse::<u32>() {
            Ok(seconds) if (least..=most).contains(&seconds) => {
                self.say(&rules::ALB095, Severity::Info, suffix, &format!("{seconds} seconds carried over"));
                Some(seconds.to_string())
            }
            _ => {
                let message = format!("{value:?} is not {least} to {most} seconds: not carried over");
                self.say(&rules::ALB097, Severity::Warning, suffix, &message);
                None
            }
        }
    }

    /// `aws-load-balancer-additional-resource-tags`: CCM takes a key without a value, LBC wants the `=`.
    pub(super) fn tags(&mut self, suffix: &str, value: &str) {
        let tags: Vec<String> = value
            .split(',')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(|tag| if tag.contains('=') { tag.to_owned() } else { format!("{tag}=") })
            .collect();
        self.keep(suffix, "tags", &tags.join(","));
    }

    fn map(&mut self, suffix: &str, value: &str) -> Option<Vec<(String, String)>> {
        match string_map(value) {
            Some(map) => Some(map.into_iter().collect()),
            None => {
                let message = format!("{value:?} is not a list of key=value: not carried over");
                self.say(&rules::ALB097, Severity::Warning, suffix, &message);
                None
            }
        }
    }
}

/// Whether AWS takes the attribute on an ALB.
fn check(table: &'static [Attribute], key: &str, value: &str) -> Result<(), String> {
    attribute(table, key).map_or_else(|| Err("an ALB has no such attribute".to_owned()), |known| known.check(value))
}
