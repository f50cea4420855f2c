//! What a rule does with a request.

use super::Key;
use crate::annotation::{Claim, Stickiness};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Action {
    /// To target groups.
    #[serde(rename_all = "camelCase")]
    Forward {
        /// Which.
        forward_config: Forward,
    },
    /// Elsewhere.
    #[serde(rename_all = "camelCase")]
    Redirect {
        /// Where.
        redirect_config: Redirect,
    },
    /// Answered by the load balancer.
    #[serde(rename_all = "camelCase")]
    FixedResponse {
        /// How.
        fixed_response_config: FixedResponse,
    },
    /// Authenticated first.
    #[serde(rename_all = "camelCase")]
    AuthenticateOidc {
        /// By whom.
        #[serde(rename = "authenticateOIDCConfig")]
        config: AuthenticateOidc,
    },
    /// Authenticated first.
    #[serde(rename_all = "camelCase")]
    AuthenticateCognito {
        /// By whom.
        #[serde(rename = "authenticateCognitoConfig")]
        config: AuthenticateCognito,
    },
    /// Its token is validated first.
    #[serde(rename_all = "camelCase")]
    JwtValidation {
        /// How.
        jwt_validation_config: JwtValidation,
    },
}

impl Action {
    /// The redirect, if it is one.
    #[must_use]
    pub fn redirect(&self) -> Option<&Redirect> {
        match self {
            Action::Redirect { redirect_config } => Some(redirect_config),
            _ => None,
        }
    }
}

/// Target groups of an action.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Forward {
    /// `null` in JSON where there is none, as the controller has it.
    #[serde(serialize_with = "null_if_empty")]
    pub target_groups: Vec<Target>,
    /// Stickiness between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_group_stickiness_config: Option<Stickiness>,
}

fn null_if_empty<S: Serializer>(targets: &[Target], serializer: S) -> Result<S::Ok, S::Error> {
    if targets.is_empty() { serializer.serialize_none() } else { targets.serialize(serializer) }
}

/// A target group of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Which one.
    #[serde(rename = "targetGroupARN")]
    pub group: TargetGroupRef,
    /// Its weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
}

/// What a target of an action refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetGroupRef {
    /// A target group of this model, by its id. Printed as `tg:<id>`.
    Id(String),
    /// An existing one, by its ARN.
    Arn(String),
    /// An existing one that AWS looks up by its name.
    Unknown,
    /// That of a Service which is not in the stream.
    NoService(String),
}

impl Serialize for TargetGroupRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            TargetGroupRef::Id(id) => serializer.collect_str(&format_args!("tg:{id}")),
            TargetGroupRef::Arn(arn) => serializer.serialize_str(arn),
            TargetGroupRef::Unknown | TargetGroupRef::NoService(_) => serializer.serialize_none(),
        }
    }
}

/// A redirect; a part that is `None` stays as it is in the request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redirect {
    /// Host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// Protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// `HTTP_301` or `HTTP_302`, if it is to work.
    pub status_code: String,
}

/// An answer of the load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FixedResponse {
    /// Type of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_body: Option<String>,
    /// Status.
    pub status_code: String,
}

/// What both ways of authentication have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Further query parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub authentication_request_extra_params: BTreeMap<String, String>,
    /// `authenticate`, `allow` or `deny`.
    pub on_unauthenticated_request: String,
    /// Scopes.
    pub scope: String,
    /// Cookie.
    pub session_cookie_name: String,
    /// Seconds.
    pub session_timeout: i64,
}

/// Authentication by an OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticateOidc {
    /// Issuer.
    pub issuer: String,
    /// Authorization endpoint.
    pub authorization_endpoint: String,
    /// Token endpoint.
    pub token_endpoint: String,
    /// User info endpoint.
    pub user_info_endpoint: String,
    /// Always `None`: it stands in a Secret.
    #[serde(rename = "clientID")]
    pub client_id: Option<String>,
    /// Always `None`: it stands in a Secret.
    pub client_secret: Option<String>,
    /// The session.
    #[serde(flatten)]
    pub session: Session,
    /// The Secret.
    #[serde(skip)]
    pub secret: Key,
}

/// Authentication by a Cognito user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticateCognito {
    /// ARN of the user pool.
    #[serde(rename = "userPoolARN")]
    pub user_pool_arn: String,
    /// Client.
    #[serde(rename = "userPoolClientID")]
    pub user_pool_client_id: String,
    /// Domain.
    pub user_pool_domain: String,
    /// The session.
    #[serde(flatten)]
    pub session: Session,
}

/// Validation of a bearer token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JwtValidation {
    /// Where the keys are.
    pub jwks_endpoint: String,
    /// Issuer.
    pub issuer: String,
    /// Further claims.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub additional_claims: Vec<Claim>,
}
