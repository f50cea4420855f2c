//! The words that a value may be, where more than one place asks for them. The first is the controller's default.

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

/// The word itself, if it is one of `words`.
#[must_use]
pub fn known(words: &[&'static str], word: &str) -> Option<&'static str> {
    words.iter().copied().find(|known| *known == word)
}
