//! `actions.*`: what a rule does with a request (LBC v3.5.0 pkg/ingress/config_types.go:12-205).

use super::{Payload, ensure, wrap};
use crate::go::json::{STRING, Struct, Type};
use crate::go::strconv::PortRef;
use serde::Deserialize;

/// `actions.${action-name}`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Action {
    /// `redirect`, `fixed-response` or `forward`.
    pub r#type: String,
    /// Short for one target group by its ARN.
    #[serde(rename = "targetGroupARN")]
    pub target_group_arn: Option<String>,
    /// Short for one target group by its name.
    pub target_group_name: Option<String>,
    /// With `fixed-response`.
    pub fixed_response_config: Option<FixedResponse>,
    /// With `redirect`.
    pub redirect_config: Option<Redirect>,
    /// With `forward`.
    pub forward_config: Option<Forward>,
}

/// A response that the load balancer gives by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FixedResponse {
    /// Such as `text/plain`.
    pub content_type: Option<String>,
    /// The body.
    pub message_body: Option<String>,
    /// Any text that is not empty passes the controller.
    pub status_code: String,
}

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Redirect {
    /// Host, or `#{host}`.
    pub host: Option<String>,
    /// Path, or `/#{path}`.
    pub path: Option<String>,
    /// Port as text, or `#{port}`.
    pub port: Option<String>,
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    pub protocol: Option<String>,
    /// Query, or `#{query}`.
    pub query: Option<String>,
    /// Any text that is not empty passes the controller; AWS takes `HTTP_301` and `HTTP_302`.
    pub status_code: String,
}

/// Target groups and their weights.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Forward {
    /// May be empty, as far as the controller cares.
    pub target_groups: Vec<Target>,
    /// Stickiness between the groups.
    pub target_group_stickiness_config: Option<Stickiness>,
}

/// One target group of a forward action.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Target {
    /// An existing target group.
    #[serde(rename = "targetGroupARN")]
    pub target_group_arn: Option<String>,
    /// An existing target group.
    pub target_group_name: Option<String>,
    /// A Service in the Ingress's namespace.
    pub service_name: Option<String>,
    /// Its port; a number in quotes is a number.
    pub service_port: Option<PortRef>,
    /// Required if there are several.
    pub weight: Option<i32>,
}

/// Stickiness between target groups.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stickiness {
    /// On or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// For how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i32>,
}

impl Payload for Action {
    const TYPE: Type = {
        const FIXED_RESPONSE: Struct = Struct {
            name: "FixedResponseActionConfig",
            fields: &[("contentType", STRING), ("messageBody", STRING), ("statusCode", STRING)],
        };
        const REDIRECT: Struct = Struct {
            name: "RedirectActionConfig",
            fields: &[
                ("host", STRING),
                ("path", STRING),
                ("port", STRING),
                ("protocol", STRING),
                ("query", STRING),
                ("statusCode", STRING),
            ],
        };
        const TARGET: Struct = Struct {
            name: "TargetGroupTuple",
            fields: &[
                ("targetGroupARN", STRING),
                ("targetGroupName", STRING),
                ("serviceName", STRING),
                ("servicePort", Type::IntOrString),
                ("weight", Type::Int32),
            ],
        };
        const STICKINESS: Struct = Struct {
            name: "TargetGroupStickinessConfig",
            fields: &[("enabled", Type::Bool), ("durationSeconds", Type::Int32)],
        };
        const FORWARD: Struct = Struct {
            name: "ForwardActionConfig",
            fields: &[
                ("targetGroups", Type::List(&Type::Struct(&TARGET))),
                ("targetGroupStickinessConfig", Type::Struct(&STICKINESS)),
            ],
        };
        const ACTION: Struct = Struct {
            name: "Action",
            fields: &[
                ("type", Type::Text("ingress.ActionType")),
                ("targetGroupARN", STRING),
                ("targetGroupName", STRING),
                ("fixedResponseConfig", Type::Struct(&FIXED_RESPONSE)),
                ("redirectConfig", Type::Struct(&REDIRECT)),
                ("forwardConfig", Type::Struct(&FORWARD)),
            ],
        };
        Type::Struct(&ACTION)
    };
}

impl Action {
    /// What the controller asks of an action before it builds one (config_types.go:173-205).
    pub fn check(&self) -> Result<(), String> {
        let simplified = self.target_group_arn.is_some() || self.target_group_name.is_some();
        match self.r#type.as_str() {
            "fixed-response" => {
                let config = self.fixed_response_config.as_ref().ok_or("missing FixedResponseConfig")?;
                wrap("invalid FixedResponseConfig", ensure(!config.status_code.is_empty(), "statusCode is required"))
            }
            "redirect" => {
                let config = self.redirect_config.as_ref().ok_or("missing RedirectConfig")?;
                wrap("invalid RedirectConfig", ensure(!config.status_code.is_empty(), "statusCode is required"))
            }
            "forward" => match (&self.forward_config, simplified) {
                (None, false) => Err("missing ForwardConfig or TargetGroupARN/TargetGroupName".to_owned()),
                (Some(_), true) => {
                    Err("either ForwardConfig or TargetGroupARN/TargetGroupName can be specified".to_owned())
                }
                (Some(config), false) => wrap("invalid ForwardConfig", config.check()),
                (None, true) => Ok(()),
            },
            other => Err(format!("unknown action type: {other}")),
        }
    }
}

impl Forward {
    fn check(&self) -> Result<(), String> {
        for target in &self.target_groups {
            wrap("invalid TargetGroupTuple", target.check())?;
        }
        let weighted = self.target_groups.iter().all(|t| t.weight.is_some());
        ensure(self.target_groups.len() <= 1 || weighted, "weight must be set when route to multiple target groups")
    }
}

impl Target {
    fn check(&self) -> Result<(), String> {
        let existing = self.target_group_arn.is_some() || self.target_group_name.is_some();
        let service = self.service_name.is_some();
        ensure(existing || service, "missing serviceName or targetGroupARN/targetGroupName")?;
        ensure(!(existing && service), "either serviceName or targetGroupARN/targetGroupName can be specified")?;
        ensure(!service || self.service_port.is_some(), "missing servicePort")
    }
}
