//! A backend of an Ingress with everything that annotations add to it: action, conditions, transforms, authentication.
//!
//! A backend whose port is named `use-annotation` is no Service: its name is that of an `actions.*` annotation. No
//! other use of these annotations exists, so an action that no backend names is never even parsed.
//!
//! Source: LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go.

use crate::annotation::{Action, Condition, FixedResponse, Forward, Jwt, Target, Transform};
use crate::catalogue::USE_ANNOTATION;
use crate::model::build::Builder;
use crate::model::build::auth::AuthConfig;
use crate::model::build::services::Found;
use crate::model::input::annotations::Annotations;
use crate::model::output::Protocol;
use crate::model::reference::{Key, Reason};
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use k8s_openapi::api::networking::v1::{IngressBackend, IngressServiceBackend};
use kubernetes_objects::PortRef;
use std::collections::BTreeSet;

/// A backend, before it becomes actions of a listener.
pub(crate) struct Backend {
    pub conditions: Vec<Condition>,
    pub transforms: Vec<Transform>,
    pub action: Action,
    pub auth: AuthConfig,
    pub jwt: Option<Jwt>,
}

impl<'a> Builder<'a> {
    /// enhanced_backend_builder.go:111-168
    pub fn backend(
        &mut self,
        protocol: Protocol,
        member: &Member<'a>,
        backend: &IngressBackend,
    ) -> Result<Backend, Reason> {
        let unnamed = IngressServiceBackend::default();
        let service = match &backend.service {
            Some(service) => service,
            None if self.has(Behaviour::ServiceRequired) => {
                return Err(Reason::new("missing required \"service\" field"));
            }
            None => &unnamed,
        };
        let annotations = &member.annotations;
        let suffix = format!("conditions.{}", service.name);
        let conditions: Vec<Condition> = annotations.json(&suffix)?.unwrap_or_default();
        for condition in &conditions {
            condition.check(annotations.release()).map_err(|fault| annotations.fault(&suffix, fault))?;
        }
        let suffix = format!("transforms.{}", service.name);
        let transforms: Vec<Transform> = annotations.json(&suffix)?.unwrap_or_default();
        for transform in &transforms {
            transform.check().map_err(|fault| annotations.fault(&suffix, fault))?;
        }
        let port = service.port.clone().unwrap_or_default();
        let mut action = match port.name.as_deref().unwrap_or_default() {
            USE_ANNOTATION => action_by_annotation(annotations, &service.name)?,
            "" => forward_to(&service.name, PortRef::Number(port.number.unwrap_or_default())),
            name => forward_to(&service.name, PortRef::Name(name.to_owned())),
        };
        self.load_services(&mut action, member)?;
        let auth = match protocol == Protocol::Https || self.has(Behaviour::AuthenticationAlwaysRead) {
            true => self.auth(&action, member)?,
            false => AuthConfig::default(),
        };
        let jwt: Option<Jwt> = annotations.json("jwt-validation")?;
        if let Some(jwt) = &jwt {
            jwt.check().map_err(|fault| annotations.fault("jwt-validation", fault))?;
        }
        Ok(Backend { conditions, transforms, action, auth, jwt })
    }

    /// One Service that is not there becomes a 503; one of several is an error (enhanced_backend_builder.go:271-299).
    fn load_services(&mut self, action: &mut Action, member: &Member<'a>) -> Result<(), Reason> {
        let Some(forward) = action.forward_config.as_ref().filter(|_| action.r#type == "forward") else {
            return Ok(());
        };
        let names: BTreeSet<String> = forward.target_groups.iter().filter_map(|t| t.service_name.clone()).collect();
        let only_one = forward.target_groups.len() == 1 && names.len() == 1;
        for name in names {
            let key = Key::new(&member.key.namespace, &name);
            let found = if name.is_empty() { Found::Missing } else { self.find_service(&key) };
            match found {
                Found::Service(_) => {}
                Found::Unknown => {
                    let message = format!("it depends on the cluster: the Service {key} is not in the stream");
                    self.unknown(Reason::new(message).of(&member.key));
                }
                Found::Missing if only_one && self.has(Behaviour::MissingServiceAnswers) => {
                    *action = unavailable("Backend service does not exist");
                    return Ok(());
                }
                Found::Missing => {
                    return Err(Reason::new(format!("services \"{name}\" not found")));
                }
            }
        }
        Ok(())
    }
}

/// enhanced_backend_builder.go:201-220
fn action_by_annotation(annotations: &Annotations<'_>, name: &str) -> Result<Action, Reason> {
    let suffix = format!("actions.{name}");
    let Some(action): Option<Action> = annotations.json(&suffix)? else {
        return match annotations.release().has(Behaviour::MissingActionAnswers) {
            true => Ok(unavailable("Backend action does not exist")),
            false => Err(Reason::new(format!("missing {suffix} configuration"))),
        };
    };
    action.check(annotations.release()).map_err(|fault| annotations.fault(&suffix, fault))?;
    Ok(normalise(action))
}

/// A target group by ARN or name becomes a forward to one (enhanced_backend_builder.go:240-256).
fn normalise(action: Action) -> Action {
    let by_name = action.target_group_arn.is_some() || action.target_group_name.is_some();
    if action.r#type != "forward" || !by_name {
        return action;
    }
    // A name is AWS's to look up: which group it is stays open.
    forward(Target { target_group_arn: action.target_group_arn, ..Target::default() })
}

fn forward_to(service: &str, port: PortRef) -> Action {
    forward(Target { service_name: Some(service.to_owned()), service_port: Some(port), ..Target::default() })
}

fn forward(target: Target) -> Action {
    let config = Forward { target_groups: vec![target], target_group_stickiness_config: None };
    Action { r#type: "forward".to_owned(), forward_config: Some(config), ..Action::default() }
}

fn unavailable(body: &str) -> Action {
    let config = FixedResponse {
        content_type: Some("text/plain".to_owned()),
        message_body: Some(body.to_owned()),
        status_code: "503".to_owned(),
    };
    Action { r#type: "fixed-response".to_owned(), fixed_response_config: Some(config), ..Action::default() }
}
