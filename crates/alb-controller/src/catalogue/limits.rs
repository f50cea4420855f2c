//! Lengths and ranges that more than one place uses.

use super::Kind;
use std::ops::RangeInclusive;

/// Bytes of the name of a load balancer.
pub const LOAD_BALANCER_NAME_LENGTH: usize = 32;

/// Bytes of the name of an IngressGroup (LBC v3.5.0 pkg/ingress/group_loader.go:19-29).
pub const GROUP_NAME_LENGTH: usize = 63;

/// `group.order` (LBC v3.5.0 pkg/ingress/group_loader.go:19-29).
pub const GROUP_ORDERS: RangeInclusive<i64> = -1000..=1000;

/// `group.order` of older releases (LBC v2.4.2 pkg/ingress/group_loader.go:18-21).
pub const GROUP_ORDERS_BEFORE: RangeInclusive<i64> = 1..=1000;

/// Ports of listeners and targets.
pub(super) const PORTS: RangeInclusive<i64> = 1..=65535;

/// Seconds between two health checks.
pub(super) const HEALTH_CHECK_INTERVALS: RangeInclusive<i64> = 5..=300;

/// The controller's default for the seconds between two health checks.
pub const DEFAULT_HEALTH_CHECK_INTERVAL: i32 = 15;

/// Seconds that a health check may take.
pub(super) const HEALTH_CHECK_TIMEOUTS: RangeInclusive<i64> = 2..=120;

/// The controller's default for the seconds that a health check may take.
pub const DEFAULT_HEALTH_CHECK_TIMEOUT: i32 = 5;

/// Health checks until a target is healthy or unhealthy.
pub(super) const HEALTH_CHECK_THRESHOLDS: RangeInclusive<i64> = 2..=10;

/// Characters of the key of a tag.
pub const TAG_KEY_LENGTH: usize = 128;

/// Characters of the value of a tag.
pub const TAG_VALUE_LENGTH: usize = 256;

/// Characters of the path of a health check.
pub const HEALTH_CHECK_PATH_LENGTH: usize = 1024;

/// Codes of HTTP that a health check may take for healthy.
pub const SUCCESS_CODES: RangeInclusive<u16> = 200..=499;

/// Codes of gRPC that a health check may take for healthy.
pub const GRPC_CODES: RangeInclusive<u16> = 0..=99;

/// The kind of a whole number in this range.
pub(super) const fn range(range: &RangeInclusive<i64>) -> Kind {
    Kind::Int { min: *range.start(), max: *range.end() }
}
