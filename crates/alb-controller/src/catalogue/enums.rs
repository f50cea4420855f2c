//! Values of enumerated annotations that more than one place uses. The first one is the controller's default.

/// `scheme` of a load balancer.
pub const SCHEMES: &[&str] = &["internal", "internet-facing"];

/// `ip-address-type` of a load balancer.
pub const ADDRESS_TYPES: &[&str] = &["ipv4", "dualstack", "dualstack-without-public-ipv4"];

/// `target-type` of a target group. EKS Auto Mode has the other default.
pub const TARGET_TYPES: &[&str] = &["instance", "ip"];

/// Protocols of listeners, target groups and health checks.
pub const PROTOCOLS: &[&str] = &["HTTP", "HTTPS"];

/// `backend-protocol-version` of a target group.
pub const PROTOCOL_VERSIONS: &[&str] = &["HTTP1", "HTTP2", "GRPC"];

/// The value itself, if it is one of `values`.
#[must_use]
pub fn known(values: &[&'static str], value: &str) -> Option<&'static str> {
    values.iter().copied().find(|known| *known == value)
}
