//! Keys of `load-balancer-attributes`, `listener-attributes.*` and `target-group-attributes`: what AWS takes for them, and
//! which only an NLB has.
//!
//! The controller passes keys and values on unread; AWS refuses what it does not know, after part of the stack was built.
//!
//! Source: AWS's API elasticloadbalancingv2/2015-12-01, LoadBalancerAttribute, ListenerAttribute
//! and TargetGroupAttribute.

/// What AWS takes for an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueCheck {
    /// `true` or `false`, in this case.
    Bool,
    /// A number in this range.
    Range(i64, i64),
    /// A number in this range, or this word.
    RangeOr(i64, i64, &'static str),
    /// One of these values.
    Enum(&'static [&'static str]),
    /// Any text that is not empty.
    Text,
    /// Only a Network Load Balancer has it.
    NetworkOnly,
}

/// One attribute.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its key; a trailing `*` stands for any end.
    pub key: &'static str,
    /// Its value.
    pub check: ValueCheck,
}

impl Attribute {
    /// What is wrong with `value`, as the end of a sentence that begins with the key.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let within = |min, max| value.parse::<i64>().is_ok_and(|n| (min..=max).contains(&n));
        let fault = match self.check {
            ValueCheck::Bool if matches!(value, "true" | "false") => return Ok(()),
            ValueCheck::Bool => "must be true or false".to_owned(),
            ValueCheck::Range(min, max) if within(min, max) => return Ok(()),
            ValueCheck::Range(min, max) => format!("must be a number from {min} to {max}"),
            ValueCheck::RangeOr(min, max, word) if value == word || within(min, max) => {
                return Ok(());
            }
            ValueCheck::RangeOr(min, max, word) => {
                format!("must be {word} or a number from {min} to {max}")
            }
            ValueCheck::Enum(values) if values.contains(&value) => return Ok(()),
            ValueCheck::Enum(values) => format!("must be {}", values.join(" or ")),
            ValueCheck::Text if !value.is_empty() => return Ok(()),
            ValueCheck::Text => "must not be empty".to_owned(),
            ValueCheck::NetworkOnly => "exists on Network Load Balancers only".to_owned(),
        };
        Err(fault)
    }
}

/// Finds a key in one of the tables.
#[must_use]
pub fn attribute(table: &'static [Attribute], key: &str) -> Option<&'static Attribute> {
    table.iter().find(|a| match a.key.strip_suffix('*') {
        Some(stem) => key.starts_with(stem),
        None => a.key == key,
    })
}

const fn of(key: &'static str, check: ValueCheck) -> Attribute {
    Attribute { key, check }
}

use ValueCheck::{Bool, Enum, NetworkOnly, Range, RangeOr, Text};

/// Attributes of the load balancer.
pub static LOAD_BALANCER_ATTRIBUTES: &[Attribute] = &[
    of("deletion_protection.enabled", Bool),
    of("access_logs.s3.enabled", Bool),
    of("access_logs.s3.bucket", Text),
    of("access_logs.s3.prefix", Text),
    of("connection_logs.s3.enabled", Bool),
    of("connection_logs.s3.bucket", Text),
    of("connection_logs.s3.prefix", Text),
    of("health_check_logs.s3.enabled", Bool),
    of("health_check_logs.s3.bucket", Text),
    of("health_check_logs.s3.prefix", Text),
    of("ipv6.deny_all_igw_traffic", Bool),
    of("zonal_shift.config.enabled", Bool),
    of("idle_timeout.timeout_seconds", Range(1, 4000)),
    of("client_keep_alive.seconds", Range(60, 604_800)),
    of("routing.http.desync_mitigation_mode", Enum(&["monitor", "defensive", "strictest"])),
    of("routing.http.drop_invalid_header_fields.enabled", Bool),
    of("routing.http.preserve_host_header.enabled", Bool),
    of("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", Bool),
    of("routing.http.x_amzn_tls_kx.enabled", Bool),
    of("routing.http.xff_client_port.enabled", Bool),
    of("routing.http.xff_header_processing.mode", Enum(&["append", "preserve", "remove"])),
    of("routing.http2.enabled", Bool),
    of("waf.fail_open.enabled", Bool),
    of("load_balancing.cross_zone.enabled", Enum(&["true"])),
    of("dns_record.client_routing_policy", NetworkOnly),
    of("secondary_ips.*", NetworkOnly),
];

/// Attributes of a listener.
pub static LISTENER_ATTRIBUTES: &[Attribute] = &[
    of("routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name", Text),
    of("routing.http.request.x_amzn_mtls_clientcert_issuer.header_name", Text),
    of("routing.http.request.x_amzn_mtls_clientcert_subject.header_name", Text),
    of("routing.http.request.x_amzn_mtls_clientcert_validity.header_name", Text),
    of("routing.http.request.x_amzn_mtls_clientcert_leaf.header_name", Text),
    of("routing.http.request.x_amzn_mtls_clientcert.header_name", Text),
    of("routing.http.request.x_amzn_tls_version.header_name", Text),
    of("routing.http.request.x_amzn_tls_cipher_suite.header_name", Text),
    of("routing.http.response.server.enabled", Bool),
    of("routing.http.response.strict_transport_security.header_value", Text),
    of("routing.http.response.access_control_allow_origin.header_value", Text),
    of("routing.http.response.access_control_allow_methods.header_value", Text),
    of("routing.http.response.access_control_allow_headers.header_value", Text),
    of("routing.http.response.access_control_allow_credentials.header_value", Text),
    of("routing.http.response.access_control_expose_headers.header_value", Text),
    of("routing.http.response.access_control_max_age.header_value", Text),
    of("routing.http.response.content_security_policy.header_value", Text),
    of("routing.http.response.x_content_type_options.header_value", Text),
    of("routing.http.response.x_frame_options.header_value", Text),
    of("tcp.idle_timeout.seconds", NetworkOnly),
];

/// Attributes of a target group.
pub static TARGET_GROUP_ATTRIBUTES: &[Attribute] = &[
    of("deregistration_delay.timeout_seconds", Range(0, 3600)),
    of("slow_start.duration_seconds", RangeOr(30, 900, "0")),
    of("stickiness.enabled", Bool),
    of("stickiness.type", Enum(&["lb_cookie", "app_cookie"])),
    of("stickiness.lb_cookie.duration_seconds", Range(1, 604_800)),
    of("stickiness.app_cookie.duration_seconds", Range(1, 604_800)),
    of("stickiness.app_cookie.cookie_name", Text),
    of("load_balancing.algorithm.type", Enum(&["round_robin", "least_outstanding_requests", "weighted_random"])),
    of("load_balancing.algorithm.anomaly_mitigation", Enum(&["on", "off"])),
    of("load_balancing.cross_zone.enabled", Enum(&["true", "false", "use_load_balancer_configuration"])),
    of("target_group_health.dns_failover.minimum_healthy_targets.count", RangeOr(1, i64::MAX, "off")),
    of("target_group_health.dns_failover.minimum_healthy_targets.percentage", RangeOr(1, 100, "off")),
    of("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Range(1, i64::MAX)),
    of("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", RangeOr(1, 100, "off")),
    of("waf.http2.traffic_inspection_behavior", Enum(&["inspect_immediately", "inspect_after_sufficient_data"])),
    of("routing.http2.rst_stream_error_forwarding.enabled", Bool),
    of("preserve_client_ip.enabled", NetworkOnly),
    of("proxy_protocol_v2.enabled", NetworkOnly),
    of("deregistration_delay.connection_termination.enabled", NetworkOnly),
    of("target_health_state.*", NetworkOnly),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn load_balancer(key: &str, value: &str) -> Option<Result<(), String>> {
        attribute(LOAD_BALANCER_ATTRIBUTES, key).map(|a| a.check(value))
    }

    #[test]
    fn values_are_checked_as_aws_checks_them() {
        assert_eq!(load_balancer("idle_timeout.timeout_seconds", "120"), Some(Ok(())));
        let range = "must be a number from 1 to 4000".to_owned();
        assert_eq!(load_balancer("idle_timeout.timeout_seconds", "5000"), Some(Err(range)));
        let boolean = "must be true or false".to_owned();
        assert_eq!(load_balancer("deletion_protection.enabled", "True"), Some(Err(boolean)));
        let network = "exists on Network Load Balancers only".to_owned();
        assert_eq!(load_balancer("secondary_ips.auto_assigned.per_subnet", "1"), Some(Err(network)));
        assert_eq!(load_balancer("no.such.key", "1"), None);
    }

    #[test]
    fn target_groups_have_words_beside_ranges() {
        let check = |key, value| attribute(TARGET_GROUP_ATTRIBUTES, key).map(|a| a.check(value).is_ok());
        assert_eq!(check("slow_start.duration_seconds", "0"), Some(true));
        assert_eq!(check("slow_start.duration_seconds", "10"), Some(false));
        assert_eq!(check("stickiness.type", "source_ip"), Some(false));
        assert_eq!(check("target_group_health.dns_failover.minimum_healthy_targets.count", "off"), Some(true));
    }
}
