//! The shape of a configuration: one `AlbGateway` for each gateway.
//!
//! The comments on the fields are what people read: they become the descriptions of the JSON Schema, the reference page and
//! `--help`. Which annotation a field becomes, its flag and its default stand in [`super::fields`], once, and are added to
//! the description there. Everything may be left out. Whether a port, a range or an ARN makes sense is not decided here but
//! in `validate.rs`, which can say more about it than a type can.

use super::value::{Entries, Text, Var};
use crate::finding::levels::{Level, Levels};
use schemars::JsonSchema;
use serde::Deserialize;

pub use super::enums::{
    ApiVersion, AuthenticationType, ClassAs, ExtraPorts, IfMissing, IpAddressType, Kind, PathType, Phase, Placeholders,
    Protocol, ProtocolVersion, Redirect, Scheme, ServiceType, TargetPorts, TargetType, Unauthenticated,
};
pub use super::ingress::{Authentication, Group, HealthCheck, Ingress, ListenPort, PathRule};

/// The configuration of istio-alb for one gateway.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlbGateway {
    /// The version of this format.
    pub api_version: ApiVersion,
    /// The kind of this format.
    pub kind: Kind,
    /// As on every Kubernetes object, so that the file is a kustomize function configuration, too.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: Spec,
}

/// Name and notes of a configuration document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Metadata {
    /// A name for messages.
    pub name: Option<String>,
    /// Not used.
    pub namespace: Option<String>,
    /// Not used.
    pub labels: Option<Entries<Option<Text>>>,
    /// Not used by istio-alb; kustomize reads `config.kubernetes.io/function` here.
    pub annotations: Option<Entries<Option<Text>>>,
}

/// What is wanted of one gateway.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Spec {
    /// How much of the change is made: `cutover` or `attach`. The first turns the Service to NodePort and adds the Ingress;
    /// the second leaves the Service alone and only adds the Ingress, the first step of a migration without downtime.
    pub phase: Option<Phase>,
    /// Whether the Ingress keeps what the removed annotations and fields of the Service meant. Scheme, source ranges,
    /// certificates and the like then need not be said again.
    pub carry_over: Option<bool>,
    /// Which Service is the gateway.
    pub gateway: Gateway,
    /// What becomes of the Service.
    pub service: Service,
    /// The Ingress, from which the AWS Load Balancer Controller builds the ALB.
    pub ingress: Ingress,
    /// Which findings are allowed, warn, or stop the run.
    pub findings: Findings,
    /// The release of the AWS Load Balancer Controller in use, as `3.5` or `2.4.1`. Findings and what `show` says
    /// depend on it, where docs/controller-versions.md says so.
    pub controller_version: Option<Text>,
    /// Whether EKS Auto Mode does the load balancing instead of the AWS Load Balancer Controller.
    pub eks_auto_mode: Option<bool>,
    /// Whether values may hold `${VAR}`: `none` or `flux`. With `flux` every text, and every number and boolean that becomes
    /// an annotation, may, and survives Flux's substitution.
    pub placeholders: Option<Placeholders>,
}

/// Which Service is the gateway. Without any of it, the one that has a status port.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Gateway {
    /// The name of the Service, or of the `Gateway` (Gateway API) from which istiod makes it.
    pub name: Option<String>,
    /// The namespace of the Service.
    pub namespace: Option<String>,
    /// Labels that the Service must have, each with this value.
    pub selector: Option<Entries<Text>>,
    /// What happens when the stream has no such Service: `error` or `pass`. With `pass` the stream is handed on unchanged.
    pub if_missing: Option<IfMissing>,
}

/// What becomes of the Service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Service {
    /// The type that the Service gets. `ClusterIP` needs `targetType: ip`.
    #[serde(rename = "type")]
    pub kind: Option<ServiceType>,
    /// Node ports by the name of the Service's port (`status-port`, `http2`, `https`), each 30000 to 32767. A port without
    /// one keeps what was rendered, or gets one from Kubernetes. For a `Gateway` they go into the ConfigMap of its `parametersRef`, and
    /// the names are those of its listeners.
    pub node_ports: Option<Entries<Var<i64>>>,
    /// What happens to ports beside `status-port`, `http2` and `https`: `keep`, `drop` or `deny`. Kept ones are named in a
    /// finding, since the ALB does not serve them; with `deny` the run fails. Listeners of a `Gateway` can't be dropped.
    pub extra_ports: Option<ExtraPorts>,
    /// What happens to the target ports of `status-port`, `http2` and `https`: `auto`, `keep` or `pin`. A gateway listens on
    /// the target ports of its Service, and pods without the privilege can't listen on 80 and 443. With `auto` a rendered
    /// target port stays unless the pods of the stream can listen on the pinned one; `keep` leaves all as rendered, with
    /// names; `pin` makes them equal to the ports, and the names those of the chart.
    pub target_ports: Option<TargetPorts>,
    /// Load balancer annotations that stay on the Service, by their full keys.
    pub keep_annotations: Option<Vec<String>>,
}

/// Findings by id (`ALB006`) or name (`clear-text-on-http-listener`). The three lists are one table: a layer of the configuration adds to the layers below it,
/// and moves an id that they have elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Findings {
    /// Ids or names that are not reported.
    pub allow: Option<Vec<String>>,
    /// Ids or names that warn, whatever their own severity.
    pub warn: Option<Vec<String>>,
    /// Ids or names that stop the run, whatever their own severity.
    pub deny: Option<Vec<String>>,
    /// Whether warnings stop the run as errors do. Helm shows nobody the warnings of a run that goes well.
    pub strict: Option<bool>,
    /// Whether the Ingress gets the annotation `istio-alb.dev/findings` with the ids of the warnings, so that somebody who looks
    /// at the cluster sees them.
    pub annotate: Option<bool>,
}

impl Spec {
    /// How much of the change is made.
    pub fn phase(&self) -> Phase {
        self.phase.unwrap_or_default()
    }

    /// Whether the Service's old annotations and fields are carried over.
    pub fn carry_over(&self) -> bool {
        self.carry_over.unwrap_or(true)
    }

    /// Whether EKS Auto Mode is in use.
    pub fn eks_auto_mode(&self) -> bool {
        self.eks_auto_mode.unwrap_or(false)
    }

    /// Whether values may hold `${VAR}`.
    pub fn placeholders(&self) -> Placeholders {
        self.placeholders.unwrap_or_default()
    }
}

impl Findings {
    /// The lists as one table.
    pub fn levels(&self) -> Levels<'_> {
        let lists = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        let ids = |(ids, level)| Option::iter(ids).flatten().map(move |id: &String| (id.as_str(), level));
        lists.into_iter().flat_map(ids).collect::<Levels<'_>>().strict(self.strict.unwrap_or(false))
    }
}

impl Gateway {
    /// What happens when there is no gateway.
    pub fn if_missing(&self) -> IfMissing {
        self.if_missing.unwrap_or_default()
    }
}

impl Service {
    /// The type that the Service gets.
    pub fn kind(&self) -> ServiceType {
        self.kind.unwrap_or_default()
    }

    /// What happens to other ports.
    pub fn extra_ports(&self) -> ExtraPorts {
        self.extra_ports.unwrap_or_default()
    }

    /// What happens to the target ports.
    pub fn target_ports(&self) -> TargetPorts {
        self.target_ports.unwrap_or_default()
    }
}
