//! `actions.*`: what a rule does with a request (LBC v3.5.0 pkg/ingress/config_types.go:12-205).

use super::{ensure, wrap};
use crate::catalogue::Version;
use crate::go::json::Type;
use crate::releases::Behaviour;
use kubernetes_objects::PortRef;

payload! {
    /// `actions.${action-name}`
    pub struct Action as "Action" {
        /// `redirect`, `fixed-response` or `forward`.
        r#type: String = "type" as Type::Text("ingress.ActionType"),
        /// Short for one target group by its ARN.
        target_group_arn: Option<String> = "targetGroupARN",
        /// Short for one target group by its name.
        target_group_name: Option<String> = "targetGroupName",
        /// With `fixed-response`.
        fixed_response_config: Option<FixedResponse> = "fixedResponseConfig",
        /// With `redirect`.
        redirect_config: Option<Redirect> = "redirectConfig",
        /// With `forward`.
        forward_config: Option<Forward> = "forwardConfig",
    }
}

payload! {
    /// A response that the load balancer gives by itself.
    pub struct FixedResponse as "FixedResponseActionConfig" {
        /// Such as `text/plain`.
        content_type: Option<String> = "contentType",
        /// The body.
        message_body: Option<String> = "messageBody",
        /// Any text that is not empty passes the controller.
        status_code: String = "statusCode",
    }
}

payload! {
    /// A redirect.
    pub struct Redirect as "RedirectActionConfig" {
        /// Host, or `#{host}`.
        host: Option<String> = "host",
        /// Path, or `/#{path}`.
        path: Option<String> = "path",
        /// Port as text, or `#{port}`.
        port: Option<String> = "port",
        /// `HTTP`, `HTTPS` or `#{protocol}`.
        protocol: Option<String> = "protocol",
        /// Query, or `#{query}`.
        query: Option<String> = "query",
        /// Any text that is not empty passes the controller; AWS takes `HTTP_301` and `HTTP_302`.
        status_code: String = "statusCode",
    }
}

payload! {
    /// Target groups and their weights.
    pub struct Forward as "ForwardActionConfig" {
        /// May be empty, as far as the controller cares.
        target_groups: Vec<Target> = "targetGroups",
        /// Stickiness between the groups.
        target_group_stickiness_config: Option<Stickiness> = "targetGroupStickinessConfig",
    }
}

payload! {
    /// One target group of a forward action.
    pub struct Target as "TargetGroupTuple" {
        /// An existing target group.
        target_group_arn: Option<String> = "targetGroupARN",
        /// An existing target group.
        target_group_name: Option<String> = "targetGroupName",
        /// A Service in the Ingress's namespace.
        service_name: Option<String> = "serviceName",
        /// Its port; a number in quotes is a number.
        service_port: Option<PortRef> = "servicePort",
        /// Required if there are several.
        weight: Option<i32> = "weight",
    }
}

payload! {
    /// Stickiness between target groups.
    #[derive(serde::Serialize)]
    pub struct Stickiness as "TargetGroupStickinessConfig" {
        /// On or off.
        #[serde(skip_serializing_if = "Option::is_none")]
        enabled: Option<bool> = "enabled",
        /// For how long.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_seconds: Option<i32> = "durationSeconds",
    }
}

impl Action {
    /// What a release of the controller asks of an action before it builds one (config_types.go:173-205).
    pub fn check(&self, release: Version) -> Result<(), String> {
        let names = release.has(Behaviour::TargetGroupName);
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
                (None, false) | (Some(_), true) if !names => {
                    Err("precisely one of TargetGroupArn and ForwardConfig can be specified".to_owned())
                }
                (None, false) => Err("missing ForwardConfig or TargetGroupARN/TargetGroupName".to_owned()),
                (Some(_), true) => {
                    Err("either ForwardConfig or TargetGroupARN/TargetGroupName can be specified".to_owned())
                }
                (Some(config), false) => wrap("invalid ForwardConfig", config.check(names)),
                (None, true) => Ok(()),
            },
            other => Err(format!("unknown action type: {other}")),
        }
    }
}

impl Forward {
    /// `names`: whether the release knows target groups by name.
    fn check(&self, names: bool) -> Result<(), String> {
        for target in &self.target_groups {
            wrap("invalid TargetGroupTuple", target.check(names))?;
        }
        let weighted = self.target_groups.iter().all(|t| t.weight.is_some());
        ensure(self.target_groups.len() <= 1 || weighted, "weight must be set when route to multiple target groups")
    }
}

impl Target {
    fn check(&self, names: bool) -> Result<(), String> {
        let existing = self.target_group_arn.is_some() || self.target_group_name.is_some();
        let service = self.service_name.is_some();
        let one = "precisely one of targetGroupARN and serviceName can be specified";
        ensure(names || existing != service, one)?;
        ensure(existing || service, "missing serviceName or targetGroupARN/targetGroupName")?;
        ensure(!(existing && service), "either serviceName or targetGroupARN/targetGroupName can be specified")?;
        ensure(!service || self.service_port.is_some(), "missing servicePort")
    }
}
