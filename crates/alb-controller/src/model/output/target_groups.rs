//! Where requests go.

use super::{Key, Protocol};
use crate::model::reference::Site;
use k8s_openapi::api::core::v1::ServicePort;
use kubernetes_objects::PortRef;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// A target group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetGroup {
    /// `namespace/ingress-service:port`
    pub id: String,
    /// `instance` or `ip`.
    pub target_type: &'static str,
    /// To the targets.
    pub protocol: Protocol,
    /// `HTTP1`, `HTTP2` or `GRPC`.
    pub protocol_version: &'static str,
    /// `ipv4` or `ipv6`; `None` where the cluster chooses the families of the Service.
    pub ip_address_type: Option<&'static str>,
    /// Node port or target port; `None` is a node port that Kubernetes will choose.
    pub port: Option<i32>,
    /// How targets are checked.
    pub health_check: HealthCheck,
    /// Attributes that are set.
    pub attributes: BTreeMap<String, String>,
    /// Tags that are set.
    pub tags: BTreeMap<String, String>,
    /// Labels of the nodes that are targets; empty is all.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_labels: BTreeMap<String, String>,
    /// Shared with other clusters.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub multi_cluster: bool,
    /// Port of the target control agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_port: Option<i32>,
    /// The Ingress.
    #[serde(skip)]
    pub ingress: Key,
    /// The Service.
    pub service: Key,
    /// Its port, as the rule or the action names it.
    #[serde(skip)]
    pub service_port: PortRef,
    /// That port, as the Service has it; shown by its number.
    #[serde(rename = "servicePort", serialize_with = "number")]
    pub backend_port: ServicePort,
    /// Where each annotation that it was built from stands, by suffix.
    #[serde(skip)]
    pub read_from: BTreeMap<&'static str, Site>,
}

fn number<S: Serializer>(port: &ServicePort, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i32(port.port)
}

/// Health check of a target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// Protocol.
    pub protocol: Protocol,
    /// Port.
    pub port: HealthPort,
    /// Path.
    pub path: String,
    /// Answers that are healthy.
    pub matcher: Matcher,
    /// Seconds between two checks.
    pub interval_seconds: i32,
    /// Seconds that a check may take.
    pub timeout_seconds: i32,
    /// Checks until healthy.
    pub healthy_threshold_count: i32,
    /// Checks until unhealthy.
    pub unhealthy_threshold_count: i32,
    /// The Service port that is checked, where it is given by name.
    #[serde(skip)]
    pub port_name: Option<String>,
}

/// Port of a health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthPort {
    /// The port that traffic goes to.
    Traffic,
    /// A number; 0 is a Service port without a node port.
    Number(i32),
    /// A node port that Kubernetes will choose.
    Unknown,
}

impl Serialize for HealthPort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            HealthPort::Traffic => serializer.serialize_str("traffic-port"),
            HealthPort::Number(n) => serializer.serialize_i32(*n),
            HealthPort::Unknown => serializer.serialize_none(),
        }
    }
}

/// Answers that are healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Matcher {
    /// HTTP status codes.
    HttpCode(String),
    /// gRPC status codes.
    GrpcCode(String),
}
