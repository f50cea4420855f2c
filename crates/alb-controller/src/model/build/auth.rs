//! Authentication by the load balancer. The annotations are read for every rule, the actions exist on HTTPS listeners only:
//! on an HTTP listener a request passes unauthenticated, and not even a missing Secret is noticed.
//!
//! Source: LBC v3.5.0 pkg/ingress/auth_config_builder.go:47-144; pkg/ingress/model_build_actions.go:17-47, 162-227.

use crate::annotation::{Action, Cognito, Jwt, Oidc};
use crate::model::build::Builder;
use crate::model::build::services::Found;
use crate::model::output::{AuthenticateCognito, AuthenticateOidc, JwtValidation, Session};
use crate::model::reference::{Key, Reason, ReasonCode};
use crate::model::select::group::Member;
use std::collections::BTreeMap;

/// `auth-*` of a backend.
#[derive(Default)]
pub(crate) struct AuthConfig {
    kind: Kind,
    cognito: Option<Cognito>,
    oidc: Option<Oidc>,
    on_unauthenticated_request: String,
    scope: String,
    cookie: String,
    timeout: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    None,
    Oidc,
    Cognito,
}

impl AuthConfig {
    fn session(&self, params: &BTreeMap<String, String>) -> Session {
        Session {
            authentication_request_extra_params: params.clone(),
            on_unauthenticated_request: self.on_unauthenticated_request.clone(),
            scope: self.scope.clone(),
            session_cookie_name: self.cookie.clone(),
            session_timeout: self.timeout,
        }
    }
}

impl<'a> Builder<'a> {
    /// Annotations of the Service count only where the rule forwards to that one Service
    /// (enhanced_backend_builder.go:301-317).
    pub fn auth(&self, action: &Action, member: &Member<'a>) -> Result<AuthConfig, Reason> {
        let targets = action.forward_config.as_ref().filter(|_| action.r#type == "forward").map(|f| &f.target_groups);
        let only = targets.filter(|targets| targets.len() == 1).and_then(|targets| targets[0].service_name.as_ref());
        let mut annotations = member.annotations.clone();
        if let Some(name) = only {
            let key = Key::new(&member.key.namespace, name);
            if let Found::Service(service) = self.find_service(&key) {
                annotations = self.service_annotations(&key, service).before(&annotations);
            }
        }
        let text = |suffix: &str, default: &str| annotations.text(suffix).unwrap_or(default).to_owned();
        let kind = match annotations.text("auth-type") {
            None | Some("none") => Kind::None,
            Some("oidc") => Kind::Oidc,
            Some("cognito") => Kind::Cognito,
            Some(other) => {
                return Err(annotations.fault("auth-type", format!("unknown authType: {other}")));
            }
        };
        Ok(AuthConfig {
            kind,
            timeout: annotations.int64("auth-session-timeout")?.unwrap_or(604_800),
            cognito: annotations.json("auth-idp-cognito")?,
            oidc: annotations.json("auth-idp-oidc")?,
            on_unauthenticated_request: text("auth-on-unauthenticated-request", "authenticate"),
            scope: text("auth-scope", "openid"),
            cookie: text("auth-session-cookie", "AWSELBAuthSessionCookie"),
        })
    }

    /// What comes before the backend's own action on an HTTPS listener (model_build_actions.go:17-47).
    pub fn guard(
        &mut self,
        member: &Member<'a>,
        auth: &AuthConfig,
        jwt: Option<&Jwt>,
    ) -> Result<Option<crate::model::output::Action>, Reason> {
        let authenticate = match auth.kind {
            Kind::None => None,
            Kind::Oidc => Some(self.oidc(member, auth)?),
            Kind::Cognito => Some(cognito(auth).map_err(|reason| at_type(member, reason))?),
        };
        match (authenticate, jwt) {
            (Some(_), Some(_)) => {
                let message = "authentication and jwt validation can't both be configured";
                Err(member.annotations.fault("jwt-validation", message))
            }
            (None, Some(jwt)) => Ok(Some(crate::model::output::Action::JwtValidation {
                jwt_validation_config: JwtValidation {
                    jwks_endpoint: jwt.jwks_endpoint.clone(),
                    issuer: jwt.issuer.clone(),
                    additional_claims: jwt.additional_claims.clone(),
                },
            })),
            (authenticate, None) => Ok(authenticate),
        }
    }

    /// model_build_actions.go:182-227
    fn oidc(&mut self, member: &Member<'a>, auth: &AuthConfig) -> Result<crate::model::output::Action, Reason> {
        let Some(idp) = &auth.oidc else {
            return Err(at_type(member, Reason::new("missing IDPConfigOIDC")));
        };
        let secret = Key::new(&member.key.namespace, &idp.secret_name);
        match self.objects.secrets.get(&secret) {
            None => {
                let message = format!("it depends on the cluster: the Secret {secret} is not in the stream");
                self.unknown(member.annotations.fault("auth-idp-oidc", message).of(&member.key));
            }
            Some(found) => {
                let has = |key: &str| {
                    found.data.as_ref().is_some_and(|data| data.contains_key(key))
                        || found.string_data.as_ref().is_some_and(|data| data.contains_key(key))
                };
                let missing = |what: &str| {
                    let message = format!("missing {what}, secret: {secret}");
                    Err(member.annotations.fault("auth-idp-oidc", message).code(ReasonCode::IncompleteSecret))
                };
                if !has("clientID") && !has("clientId") {
                    return missing("clientID");
                }
                if !has("clientSecret") {
                    return missing("clientSecret");
                }
            }
        }
        let config = AuthenticateOidc {
            issuer: idp.issuer.clone(),
            authorization_endpoint: idp.authorization_endpoint.clone(),
            token_endpoint: idp.token_endpoint.clone(),
            user_info_endpoint: idp.user_info_endpoint.clone(),
            client_id: None,
            client_secret: None,
            session: auth.session(&idp.authentication_request_extra_params),
            secret,
        };
        Ok(crate::model::output::Action::AuthenticateOidc { config })
    }
}

fn at_type(member: &Member<'_>, reason: Reason) -> Reason {
    member.annotations.fault("auth-type", reason.message)
}

/// model_build_actions.go:162-180
fn cognito(auth: &AuthConfig) -> Result<crate::model::output::Action, Reason> {
    let Some(idp) = &auth.cognito else {
        return Err(Reason::new("missing IDPConfigCognito"));
    };
    let config = AuthenticateCognito {
        user_pool_arn: idp.user_pool_arn.clone(),
        user_pool_client_id: idp.user_pool_client_id.clone(),
        user_pool_domain: idp.user_pool_domain.clone(),
        session: auth.session(&idp.authentication_request_extra_params),
    };
    Ok(crate::model::output::Action::AuthenticateCognito { config })
}
