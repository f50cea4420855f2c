//! Values of enumerated annotations that more than one place uses. The first one is the controller's default.

/// `scheme`: reachable from inside the VPC and what is connected to it.
pub const INTERNAL: &str = "internal";
/// `scheme`: reachable from the internet.
pub const INTERNET_FACING: &str = "internet-facing";
/// `scheme` of a load balancer.
pub const SCHEMES: &[&str] = &[INTERNAL, INTERNET_FACING];

/// `ip-address-type`: IPv4 only.
pub const IPV4: &str = "ipv4";
/// `ip-address-type`: IPv4 and IPv6.
pub const DUALSTACK: &str = "dualstack";
/// `ip-address-type`: IPv6 to the internet, IPv4 inside the VPC.
pub const DUALSTACK_WITHOUT_PUBLIC_IPV4: &str = "dualstack-without-public-ipv4";
/// `ip-address-type` of a load balancer.
pub const ADDRESS_TYPES: &[&str] = &[IPV4, DUALSTACK, DUALSTACK_WITHOUT_PUBLIC_IPV4];

/// `target-type`: node address and node port.
pub const INSTANCE: &str = "instance";
/// `target-type`: the address of the pod.
pub const IP: &str = "ip";
/// `target-type` of a target group. EKS Auto Mode has the other default.
pub const TARGET_TYPES: &[&str] = &[INSTANCE, IP];

/// A protocol: clear text.
pub const HTTP: &str = "HTTP";
/// A protocol: TLS.
pub const HTTPS: &str = "HTTPS";
/// Protocols of listeners, target groups and health checks.
pub const PROTOCOLS: &[&str] = &[HTTP, HTTPS];

/// `backend-protocol-version` of a target group.
pub const PROTOCOL_VERSIONS: &[&str] = &["HTTP1", "HTTP2", "GRPC"];

/// The value itself, if it is one of `values`.
#[must_use]
pub fn known(values: &[&'static str], value: &str) -> Option<&'static str> {
    values.iter().copied().find(|known| *known == value)
}
