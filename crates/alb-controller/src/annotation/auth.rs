//! `auth-idp-*`, `jwt-validation`, `mutual-authentication`: who may come in
//! (LBC v3.5.0 pkg/ingress/config_types.go:407-460, 504-540; pkg/ingress/model_build_listener.go:327-425).

use super::{Payload, ensure};
use crate::go::json::{STRING, Struct, Type};
use serde::Deserialize;
use std::collections::BTreeMap;

/// `auth-idp-cognito`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cognito {
    /// ARN of the user pool.
    #[serde(rename = "userPoolARN")]
    pub user_pool_arn: String,
    /// Client of the user pool.
    #[serde(rename = "userPoolClientID")]
    pub user_pool_client_id: String,
    /// Domain of the user pool.
    pub user_pool_domain: String,
    /// Further query parameters.
    pub authentication_request_extra_params: BTreeMap<String, String>,
}

impl Payload for Cognito {
    const TYPE: Type = {
        const COGNITO: Struct = Struct {
            name: "AuthIDPConfigCognito",
            fields: &[
                ("userPoolARN", STRING),
                ("userPoolClientID", STRING),
                ("userPoolDomain", STRING),
                ("authenticationRequestExtraParams", Type::Map(&STRING)),
            ],
        };
        Type::Struct(&COGNITO)
    };
}

/// `auth-idp-oidc`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Oidc {
    /// Issuer.
    pub issuer: String,
    /// Authorization endpoint.
    pub authorization_endpoint: String,
    /// Token endpoint.
    pub token_endpoint: String,
    /// User info endpoint.
    pub user_info_endpoint: String,
    /// Secret in the Ingress's namespace with `clientID` and `clientSecret`.
    pub secret_name: String,
    /// Further query parameters.
    pub authentication_request_extra_params: BTreeMap<String, String>,
}

impl Payload for Oidc {
    const TYPE: Type = {
        const OIDC: Struct = Struct {
            name: "AuthIDPConfigOIDC",
            fields: &[
                ("issuer", STRING),
                ("authorizationEndpoint", STRING),
                ("tokenEndpoint", STRING),
                ("userInfoEndpoint", STRING),
                ("secretName", STRING),
                ("authenticationRequestExtraParams", Type::Map(&STRING)),
            ],
        };
        Type::Struct(&OIDC)
    };
}

/// `jwt-validation`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Jwt {
    /// Where the keys are.
    pub jwks_endpoint: String,
    /// Who must have issued the token.
    pub issuer: String,
    /// What else must be in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub additional_claims: Vec<Claim>,
}

/// A claim of `jwt-validation`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub struct Claim {
    /// `single-string`, `string-array` or `space-separated-values`; the controller does not check which.
    pub format: String,
    /// Its name.
    pub name: String,
    /// At least one.
    pub values: Vec<String>,
}

impl Payload for Jwt {
    const TYPE: Type = {
        const CLAIM: Struct = Struct {
            name: "JwtAdditionalClaim",
            fields: &[
                ("format", Type::Text("ingress.jwtAdditionalClaimFormat")),
                ("name", STRING),
                ("values", Type::List(&STRING)),
            ],
        };
        const JWT: Struct = Struct {
            name: "JwtValidationConfig",
            fields: &[
                ("jwksEndpoint", STRING),
                ("issuer", STRING),
                ("additionalClaims", Type::List(&Type::Struct(&CLAIM))),
            ],
        };
        Type::Struct(&JWT)
    };
}

impl Jwt {
    /// What must be there (LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:319-351).
    pub fn check(&self) -> Result<(), String> {
        let required =
            |name: &str, there: bool| ensure(there, &format!("{name} is a required field for jwt validation"));
        required("jwksEndpoint", !self.jwks_endpoint.is_empty())?;
        required("issuer", !self.issuer.is_empty())?;
        for claim in &self.additional_claims {
            required("format of an additional claim", !claim.format.is_empty())?;
            required("name of an additional claim", !claim.name.is_empty())?;
            required("values of an additional claim", !claim.values.is_empty())?;
        }
        Ok(())
    }
}

/// An item of `mutual-authentication`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MutualAuthentication {
    /// A listen port.
    pub port: i32,
    /// `off`, `passthrough` or `verify`.
    pub mode: String,
    /// Name or ARN of a trust store, with `verify`.
    pub trust_store: Option<String>,
    /// Only with `verify`.
    pub ignore_client_certificate_expiry: Option<bool>,
    /// `on` or `off`, only with `verify`.
    pub advertise_trust_store_ca_names: Option<String>,
}

impl Payload for Vec<MutualAuthentication> {
    const TYPE: Type = {
        const ENTRY: Struct = Struct {
            name: "MutualAuthenticationConfig",
            fields: &[
                ("port", Type::Int32),
                ("mode", STRING),
                ("trustStore", STRING),
                ("ignoreClientCertificateExpiry", Type::Bool),
                ("advertiseTrustStoreCaNames", STRING),
            ],
        };
        Type::List(&Type::Struct(&ENTRY))
    };
}

impl MutualAuthentication {
    /// What the controller asks of an entry, whether or not there is an HTTPS listener on its port
    /// (model_build_listener.go:373-425).
    pub fn check(&self) -> Result<(), String> {
        let (port, mode) = (self.port, self.mode.as_str());
        let store = self.trust_store.as_deref().unwrap_or_default();
        ensure((1..=65535).contains(&port), &format!("listen port must be within [1, 65535]: {port}"))?;
        ensure(!mode.is_empty(), &format!("mutualAuthentication mode cannot be empty for port {port}"))?;
        let known = "mutualAuthentication mode value must be among [off, passthrough, verify]";
        ensure(matches!(mode, "off" | "passthrough" | "verify"), &format!("{known} for port {port} : {mode}"))?;
        if mode == "verify" {
            let missing = format!("trustStore is required when mutualAuthentication mode is verify for port {port}");
            ensure(!store.is_empty(), &missing)?;
            let advertise = self.advertise_trust_store_ca_names.as_deref();
            return ensure(
                matches!(advertise, None | Some("on" | "off")),
                &format!("advertiseTrustStoreCaNames must be among [on, off] for port {port}"),
            );
        }
        let unsupported =
            |what: &str| format!("Mutual Authentication mode {mode} does not support {what} for port {port}");
        ensure(store.is_empty(), &unsupported("trustStore"))?;
        let expiry = self.ignore_client_certificate_expiry;
        ensure(expiry.is_none(), &unsupported("ignoring client certificate expiry"))?;
        ensure(self.advertise_trust_store_ca_names.is_none(), &unsupported("advertiseTrustStoreCaNames"))
    }
}
