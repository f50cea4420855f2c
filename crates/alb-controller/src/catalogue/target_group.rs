//! Annotations of rules and target groups. Most of them are read from the backend Service first.

use super::AutoMode::Except;
use super::Empty::{Aws, Harmless};
use super::Kind::{AwsEnum, Bool, Enum, Json, Map, Port, Text};
use super::Place::{Both, ServiceThenIngress};
use super::enums::{PROTOCOL_VERSIONS, PROTOCOLS, TARGET_TYPES};
use super::limits::{HEALTH_CHECK_INTERVALS, HEALTH_CHECK_THRESHOLDS, HEALTH_CHECK_TIMEOUTS, PORTS, range};
use super::{Annotation, Kind, Merge};

/// Of the Ingress alone.
const fn rule(suffix: &'static str, kind: Kind, about: &'static str, source: &'static str) -> Annotation {
    Annotation::new(suffix, kind, about, source).merge(Merge::Own)
}

/// Of the Service, else of the Ingress.
const fn backend(suffix: &'static str, kind: Kind, about: &'static str, source: &'static str) -> Annotation {
    rule(suffix, kind, about, source).place(ServiceThenIngress)
}

/// In the order of the controller's documentation, more or less.
#[rustfmt::skip]
pub(super) static ANNOTATIONS: &[Annotation] = &[
    backend("target-type", Enum(TARGET_TYPES), "Node ports, or pods directly",
        "pkg/ingress/model_build_target_group.go:255-272").class_params("targetType"),
    backend("target-node-labels", Map, "Which nodes are targets, with target type instance",
        "pkg/ingress/model_build_target_group.go:523-539").since(2, 2, 0).empty(Harmless),
    backend("backend-protocol", Enum(PROTOCOLS), "Clear text or TLS to the targets",
        "pkg/ingress/model_build_target_group.go:318-329"),
    backend("backend-protocol-version", Enum(PROTOCOL_VERSIONS), "Version of HTTP to the targets",
        "pkg/ingress/model_build_target_group.go:331-344").since(2, 1, 0),
    backend("target-group-attributes", Map, "Attributes of the target group",
        "pkg/ingress/model_build_target_group.go:492-505").empty(Harmless),
    backend("healthcheck-port", Port { named: true },
        "Port that is checked: number, `traffic-port` or name of a Service port",
        "pkg/ingress/model_build_target_group.go:385-409"),
    backend("healthcheck-protocol", Enum(PROTOCOLS), "Protocol of the check, by default the backend's",
        "pkg/ingress/model_build_target_group.go:411-422"),
    backend("healthcheck-path", Text, "Path of the check", "pkg/ingress/model_build_target_group.go:424-434")
        .empty(Aws),
    backend("healthcheck-interval-seconds", range(&HEALTH_CHECK_INTERVALS), "Seconds between two checks",
        "pkg/ingress/model_build_target_group.go:456-463"),
    backend("healthcheck-timeout-seconds", range(&HEALTH_CHECK_TIMEOUTS),
        "Seconds that a check may take, less than the interval",
        "pkg/ingress/model_build_target_group.go:465-472"),
    backend("healthy-threshold-count", range(&HEALTH_CHECK_THRESHOLDS), "Checks until a target is healthy",
        "pkg/ingress/model_build_target_group.go:474-481"),
    backend("unhealthy-threshold-count", range(&HEALTH_CHECK_THRESHOLDS), "Checks until a target is unhealthy",
        "pkg/ingress/model_build_target_group.go:483-490"),
    backend("success-codes", Text, "Answers that are healthy: `200`, `200,204`, `200-399`",
        "pkg/ingress/model_build_target_group.go:436-454").empty(Aws),
    backend("auth-type", Enum(&["none", "oidc", "cognito"]), "Authentication by the load balancer, on HTTPS listeners",
        "pkg/ingress/auth_config_builder.go:47-95").auto_mode(Except("oidc")),
    backend("auth-idp-cognito", Json, "User pool of auth-type cognito", "pkg/ingress/auth_config_builder.go:96-107"),
    backend("auth-idp-oidc", Json, "Identity provider of auth-type oidc", "pkg/ingress/auth_config_builder.go:108-119"),
    backend("auth-on-unauthenticated-request", AwsEnum(&["authenticate", "allow", "deny"]),
        "What becomes of a request without a session",
        "pkg/ingress/auth_config_builder.go:120-124").empty(Aws),
    backend("auth-scope", Text, "Scopes that are asked for, between blanks",
        "pkg/ingress/auth_config_builder.go:126-130").empty(Aws),
    backend("auth-session-cookie", Text, "Name of the session cookie", "pkg/ingress/auth_config_builder.go:132-136")
        .empty(Aws),
    backend("auth-session-timeout", range(&(1..=604_800)), "Seconds that a session lasts",
        "pkg/ingress/auth_config_builder.go:138-144"),
    rule("jwt-validation", Json, "Checks a bearer token, on HTTPS listeners",
        "pkg/ingress/enhanced_backend_builder.go:319-351").since(2, 15, 0),
    rule("actions.*", Json, "Action of a backend with this name and port `use-annotation`",
        "pkg/ingress/enhanced_backend_builder.go:201-220"),
    rule("conditions.*", Json, "Further conditions of the rules with this backend",
        "pkg/ingress/enhanced_backend_builder.go:170-183"),
    rule("transforms.*", Json, "Rewrites of the rules with this backend",
        "pkg/ingress/enhanced_backend_builder.go:185-198").since(2, 14, 1),
    rule("use-regex-path-match", Bool, "Paths of type ImplementationSpecific are regular expressions",
        "pkg/ingress/model_build_listener_rules.go:395-410").since(2, 14, 1),
    backend("multi-cluster-target-group", Bool,
        "The target group is shared with other clusters; true on Service or Ingress",
        "pkg/ingress/model_build_target_group.go:541-564").place(Both).since(2, 10, 0),
    backend("target-control-port.*.*", range(&PORTS),
        "Port of the target control agent of one Service port, with target type ip",
        "pkg/ingress/model_build_target_group.go:194-201,307-316").since(2, 16, 0),
];
