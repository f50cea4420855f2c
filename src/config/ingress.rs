//! The shape of `spec.ingress`. See [`super::types`] for what the comments are for.
//!
//! A field that becomes an annotation is an [`Override`]. Where it is left out, what the Service has counts, else our default.
//! Where it is `null`, there is no such annotation.

use super::enums::{
    AuthenticationType, ClassAs, IpAddressType, PathType, Protocol, ProtocolVersion, Redirect, Scheme, TargetType,
    Unauthenticated,
};
use super::value::{Entries, Override, PortRef, Text, Var};
use schemars::JsonSchema;
use serde::Deserialize;

/// The Ingress, from which the AWS Load Balancer Controller builds the ALB.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Ingress {
    /// The name of the Ingress. Two gateways need two names.
    pub name: Option<String>,
    /// Labels of the Ingress, beside the default one; `null` for a key removes it, `null` for the whole removes all.
    pub labels: Override<Entries<Option<Text>>>,
    /// The class that the controller answers to. `null`: none at all, so that the cluster's default class decides.
    pub class_name: Override<String>,
    /// Whether the class is written as `annotation` or as `field` (`spec.ingressClassName`). Never both. EKS Auto Mode
    /// knows the field only.
    pub class_as: Option<ClassAs>,
    /// Host names that the rules are for, one rule each; `*.example.com` covers one more label. Without any, one rule for
    /// every host.
    pub hosts: Option<Vec<String>>,
    /// The paths of each rule.
    pub paths: Option<Vec<PathRule>>,
    /// Host names of `spec.tls`, for which the controller looks up certificates in ACM when `certificateArns` has none.
    pub tls_hosts: Option<Vec<String>>,
    /// The port of the gateway's Service that the ALB sends requests to, by number or name.
    pub backend_port: Option<PortRef>,
    /// The name of the ALB in the AWS console: up to 32 letters, digits and hyphens, unique in account and region over all
    /// load balancers. Only its first value counts.
    pub load_balancer_name: Override<String>,
    /// From where the ALB can be reached: `internal` or `internet-facing`. A change replaces the ALB.
    pub scheme: Override<Var<Scheme>>,
    /// What the ALB sends requests to: `instance` (node address and node port) or `ip` (the pod itself).
    pub target_type: Override<Var<TargetType>>,
    /// Subnets by id or Name tag, in two or more zones.
    pub subnets: Override<Vec<String>>,
    /// What the ALB listens on, one entry a port: `{HTTP: 80}`, `{HTTPS: 443}`.
    pub listen_ports: Override<Vec<ListenPort>>,
    /// Whether clients on the HTTP listener are sent to the HTTPS listener. `true` uses `ssl-redirect`; `{via: action}` a
    /// redirect action together with the rule that makes it work.
    pub redirect_to_https: Override<Redirect>,
    /// Certificates by their ARN in ACM or IAM, in the region of the ALB. The first is the default one.
    pub certificate_arns: Override<Vec<String>>,
    /// The TLS policy of the HTTPS listeners.
    pub ssl_policy: Override<String>,
    /// What the ALB speaks to the gateway: `HTTPS` for port 443, `HTTP` for port 80.
    pub backend_protocol: Override<Var<Protocol>>,
    /// Which HTTP the ALB speaks to the gateway: `HTTP1`, `HTTP2` or `GRPC`. The last two need an HTTPS listener alone or with a
    /// redirect, and `HTTP2` carries gRPC, too.
    pub backend_protocol_version: Override<Var<ProtocolVersion>>,
    /// How the ALB finds out whether a target is healthy. `null` leaves all of it to the controller's defaults.
    pub health_check: HealthCheck,
    /// Whether users log in at the ALB before their requests reach the gateway. It works on HTTPS listeners. `null` leaves all of
    /// it out.
    pub authentication: Authentication,
    /// The WAFv2 web ACL, a regional one; `none` detaches the one that is there.
    pub wafv2_acl_arn: Override<String>,
    /// Whether AWS Shield Advanced protects the ALB. It needs a subscription; without one it is skipped silently.
    pub shield_advanced_protection: Override<Var<bool>>,
    /// Attributes of the ALB, such as `idle_timeout.timeout_seconds`. `null` for a key removes what was carried over.
    pub load_balancer_attributes: Override<Entries<Option<Text>>>,
    /// Attributes of the target group, such as `deregistration_delay.timeout_seconds`. `null` for a key removes what was
    /// carried over.
    pub target_group_attributes: Override<Entries<Option<Text>>>,
    /// AWS tags of everything that is created. `null` for a key removes what was carried over.
    pub tags: Override<Entries<Option<Text>>>,
    /// Security groups of the ALB by id or Name tag, instead of one that the controller manages. `inboundCidrs` then has no
    /// effect.
    pub security_groups: Override<Vec<String>>,
    /// Whether the controller opens the nodes' security groups for the ALB, where `securityGroups` names its own. Without it that
    /// is your business, and no request arrives before it is done.
    pub manage_backend_security_group_rules: Override<Var<bool>>,
    /// Ranges that may reach the ALB, in canonical form (`10.0.0.0/8`). `null` opens it to everybody.
    pub inbound_cidrs: Override<Vec<String>>,
    /// The kinds of addresses that the ALB has.
    pub ip_address_type: Override<Var<IpAddressType>>,
    /// The pool of customer-owned addresses on an Outpost, by its id.
    pub customer_owned_ipv4_pool: Override<String>,
    /// The IngressGroup: several Ingresses that share one ALB. `null` takes the Ingress out of the group that was carried
    /// over.
    pub group: Group,
    /// Any other annotation by its full key, verbatim; `null` removes a default. Where there is a field for the annotation,
    /// the field is the better place, and both together must say the same.
    pub annotations: Option<Entries<Option<Text>>>,
}

/// One path of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PathRule {
    /// The path, beginning with `/`.
    pub path: String,
    /// How it is compared: `Prefix`, `Exact` or `ImplementationSpecific`. `Prefix` if left out.
    #[serde(default)]
    pub path_type: PathType,
}

/// One port that the ALB listens on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ListenPort {
    /// Clear text on this port.
    #[serde(rename = "HTTP")]
    Http(Var<i64>),
    /// TLS on this port.
    #[serde(rename = "HTTPS")]
    Https(Var<i64>),
}

/// How the ALB finds out whether a target is healthy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct HealthCheck {
    /// The port that is asked: the name of a port of the Service, `traffic-port`, or a number, which is used as it is (with
    /// target type `instance` it must be a node port).
    pub port: Override<PortRef>,
    /// What is spoken. The status port speaks HTTP only.
    pub protocol: Override<Var<Protocol>>,
    /// The path that is asked for. The status port answers `/healthz/ready` only.
    pub path: Override<String>,
    /// Seconds from one check to the next, 5 to 300, more than the timeout.
    pub interval_seconds: Override<Var<i64>>,
    /// Seconds to wait for the answer, 2 to 120.
    pub timeout_seconds: Override<Var<i64>>,
    /// Good answers in a row that make a target healthy, 2 to 10.
    pub healthy_threshold_count: Override<Var<i64>>,
    /// Bad answers in a row that make a target unhealthy, 2 to 10.
    pub unhealthy_threshold_count: Override<Var<i64>>,
    /// Status codes of a good answer, 200 to 499: `200`, `200,302` or `200-299`.
    pub success_codes: Override<Text>,
}

/// How users log in at the ALB.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Authentication {
    /// Who logs users in: `oidc`, `cognito`, or `none`.
    #[serde(rename = "type")]
    pub kind: Override<Var<AuthenticationType>>,
    /// The identity provider of type `oidc`: `issuer`, `authorizationEndpoint`, `tokenEndpoint`, `userInfoEndpoint`, each an
    /// `https://` URL, and `secretName`, a Secret in the namespace of the Ingress with `clientID` and `clientSecret`.
    pub oidc: Override<Entries<Text>>,
    /// The user pool of type `cognito`: `userPoolARN`, `userPoolClientID` and `userPoolDomain`.
    pub cognito: Override<Entries<Text>>,
    /// What becomes of a request without a session: `authenticate`, `allow` or `deny`. With `allow` everybody passes.
    pub on_unauthenticated_request: Override<Var<Unauthenticated>>,
    /// The scopes that are asked for, with blanks between.
    pub scope: Override<String>,
    /// The name of the cookie that holds the session.
    pub session_cookie: Override<String>,
    /// Seconds that a session lasts, 1 to 604800.
    pub session_timeout_seconds: Override<Var<i64>>,
}

/// The IngressGroup: several Ingresses that share one ALB.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Group {
    /// The name of the group: up to 63 lower-case letters, digits, `.` and `-`. A change moves the Ingress to another ALB.
    pub name: Override<String>,
    /// The place of this Ingress in the group, -1000 to 1000, lower first. The gateway catches every path, so that it needs
    /// a high one.
    pub order: Override<Var<i64>>,
}

impl ListenPort {
    /// The port's number.
    pub fn port(&self) -> &Var<i64> {
        match self {
            ListenPort::Http(port) | ListenPort::Https(port) => port,
        }
    }

    /// What is spoken on it.
    pub fn protocol(&self) -> Protocol {
        match self {
            ListenPort::Http(_) => Protocol::Http,
            ListenPort::Https(_) => Protocol::Https,
        }
    }
}
