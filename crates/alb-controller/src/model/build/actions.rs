//! Actions of a rule, and those that every listener may have.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_actions.go.

use crate::annotation;
use crate::model::build::Builder;
use crate::model::build::backend::Backend;
use crate::model::build::services::Found;
use crate::model::output::{Action, FixedResponse, Forward, Protocol, Redirect, Target, TargetGroupRef};
use crate::model::reference::{Key, Reason};
use crate::model::select::group::Member;
use kubernetes_objects::PortRef;

impl<'a> Builder<'a> {
    /// model_build_actions.go:17-60
    pub fn actions(
        &mut self,
        protocol: Protocol,
        member: &Member<'a>,
        backend: &Backend,
    ) -> Result<Vec<Action>, Reason> {
        let mut actions = Vec::new();
        if protocol == Protocol::Https {
            actions.extend(self.guard(member, &backend.auth, backend.jwt.as_ref())?);
        }
        actions.push(self.action(member, &backend.action)?);
        Ok(actions)
    }

    fn action(&mut self, member: &Member<'a>, action: &annotation::Action) -> Result<Action, Reason> {
        match action.r#type.as_str() {
            "fixed-response" => {
                let config = action.fixed_response_config.clone().unwrap_or_default();
                Ok(Action::FixedResponse {
                    fixed_response_config: FixedResponse {
                        content_type: config.content_type,
                        message_body: config.message_body,
                        status_code: config.status_code,
                    },
                })
            }
            "redirect" => {
                let config = action.redirect_config.clone().unwrap_or_default();
                Ok(Action::Redirect {
                    redirect_config: Redirect {
                        host: config.host,
                        path: config.path,
                        port: config.port,
                        protocol: config.protocol,
                        query: config.query,
                        status_code: config.status_code,
                    },
                })
            }
            _ => {
                let config = action.forward_config.clone().unwrap_or_default();
                let targets: Result<Vec<Target>, Reason> =
                    config.target_groups.iter().map(|target| self.target(member, target)).collect();
                Ok(Action::Forward {
                    forward_config: Forward {
                        target_groups: targets?,
                        target_group_stickiness_config: config.target_group_stickiness_config,
                    },
                })
            }
        }
    }

    /// An ARN wins over a name (model_build_actions.go:100-135).
    fn target(&mut self, member: &Member<'a>, target: &annotation::Target) -> Result<Target, Reason> {
        let group = match (&target.target_group_arn, &target.service_name) {
            (Some(arn), _) => TargetGroupRef::Arn(arn.clone()),
            (None, None) => TargetGroupRef::Unknown,
            (None, Some(name)) => {
                let key = Key::new(&member.key.namespace, name);
                let port = target.service_port.clone().unwrap_or(PortRef::Number(0));
                match self.find_service(&key) {
                    Found::Service(service) => TargetGroupRef::Id(self.target_group(member, &key, service, &port)?),
                    Found::Missing | Found::Unknown => TargetGroupRef::NoService(name.clone()),
                }
            }
        };
        Ok(Target { group, weight: target.weight })
    }
}

impl Action {
    /// What a listener without a default backend answers.
    pub(crate) fn not_found() -> Self {
        Action::FixedResponse {
            fixed_response_config: FixedResponse {
                content_type: Some("text/plain".to_owned()),
                message_body: None,
                status_code: "404".to_owned(),
            },
        }
    }

    /// What an HTTP listener does under `ssl-redirect` (model_build_actions.go:264-273).
    pub(crate) fn to_https(port: i32) -> Self {
        Action::Redirect {
            redirect_config: Redirect {
                port: Some(port.to_string()),
                protocol: Some("HTTPS".to_owned()),
                status_code: "HTTP_301".to_owned(),
                ..Redirect::default()
            },
        }
    }
}
