//! Health check of a target group.
//!
//! A number is used as it is, a node port or not. A name is that of a port of the Service, and becomes its node port
//! (instance) or its target port (ip). Nothing is checked for range, nor interval against timeout.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_target_group.go:346-490.

use crate::catalogue::{DEFAULT_HEALTH_CHECK_INTERVAL, DEFAULT_HEALTH_CHECK_TIMEOUT};
use crate::model::build::service_port::{find_port, node_port};
use crate::model::input::annotations::Annotations;
use crate::model::output::{HealthCheck, HealthPort, Matcher, Protocol};
use crate::model::reference::{Key, Reason};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kubernetes_objects::PortRef;

pub(crate) fn build(
    key: &Key,
    service: &Service,
    annotations: &Annotations<'_>,
    target_type: &str,
    protocol: Protocol,
    protocol_version: &str,
) -> Result<HealthCheck, Reason> {
    let (port, port_name) = port(key, service, annotations, target_type)?;
    let grpc = protocol_version == "GRPC";
    let codes = annotations.text("success-codes").unwrap_or(if grpc { "12" } else { "200" }).to_owned();
    let path = annotations.text("healthcheck-path").unwrap_or(if grpc { "/AWS.ALB/healthcheck" } else { "/" });
    let number = |suffix, default| annotations.int32(suffix).map(|n| n.unwrap_or(default));
    Ok(HealthCheck {
        protocol: check_protocol(annotations, "healthcheck-protocol", protocol)?,
        port,
        path: path.to_owned(),
        matcher: if grpc { Matcher::GrpcCode(codes) } else { Matcher::HttpCode(codes) },
        interval_seconds: number("healthcheck-interval-seconds", DEFAULT_HEALTH_CHECK_INTERVAL)?,
        timeout_seconds: number("healthcheck-timeout-seconds", DEFAULT_HEALTH_CHECK_TIMEOUT)?,
        healthy_threshold_count: number("healthy-threshold-count", 2)?,
        unhealthy_threshold_count: number("unhealthy-threshold-count", 2)?,
        port_name,
    })
}

/// model_build_target_group.go:411-422
pub(crate) fn check_protocol(
    annotations: &Annotations<'_>,
    suffix: &str,
    default: Protocol,
) -> Result<Protocol, Reason> {
    let Some(text) = annotations.text(suffix) else {
        return Ok(default);
    };
    let message = "healthCheckProtocol must be within [HTTP, HTTPS]";
    Protocol::parse(text).ok_or_else(|| annotations.fault(suffix, message))
}

/// model_build_target_group.go:385-409
fn port(
    key: &Key,
    service: &Service,
    annotations: &Annotations<'_>,
    target_type: &str,
) -> Result<(HealthPort, Option<String>), Reason> {
    let suffix = "healthcheck-port";
    let name = match annotations.text(suffix) {
        None | Some("traffic-port") => return Ok((HealthPort::Traffic, None)),
        Some(text) => match PortRef::parse(text) {
            PortRef::Number(number) => return Ok((HealthPort::Number(number), None)),
            PortRef::Name(name) => name,
        },
    };
    let port = find_port(key, service, &PortRef::Name(name.clone()))
        .map_err(|reason| annotations.fault(suffix, format!("failed to resolve healthCheckPort: {reason}")))?;
    let number = match (target_type, &port.target_port) {
        ("instance", _) => node_port(service, port).map_or(HealthPort::Unknown, HealthPort::Number),
        (_, Some(IntOrString::Int(number))) if *number != 0 => HealthPort::Number(*number),
        (_, Some(IntOrString::String(target))) if !target.is_empty() => {
            let message =
                "cannot use named healthCheckPort for IP TargetType when service's targetPort is a named port";
            return Err(annotations.fault(suffix, message));
        }
        _ => HealthPort::Number(port.port),
    };
    Ok((number, Some(name)))
}
