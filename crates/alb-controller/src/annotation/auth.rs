//! `auth-idp-*`, `jwt-validation`, `mutual-authentication`: who may come in
//! (LBC v3.5.0 pkg/ingress/config_types.go:407-460, 504-540; pkg/ingress/model_build_listener.go:327-425).

use super::ensure;
use crate::go::json::Type;
use kubernetes_objects::validation::PORTS;
use std::collections::BTreeMap;

payload! {
    /// `auth-idp-cognito`
    pub struct Cognito as "AuthIDPConfigCognito" {
        /// ARN of the user pool.
        user_pool_arn: String = "userPoolARN",
        /// Client of the user pool.
        user_pool_client_id: String = "userPoolClientID",
        /// Domain of the user pool.
        user_pool_domain: String = "userPoolDomain",
        /// Further query parameters.
        authentication_request_extra_params: BTreeMap<String, String> = "authenticationRequestExtraParams",
    }
}

payload! {
    /// `auth-idp-oidc`
    pub struct Oidc as "AuthIDPConfigOIDC" {
        /// Issuer.
        issuer: String = "issuer",
        /// Authorization endpoint.
        authorization_endpoint: String = "authorizationEndpoint",
        /// Token endpoint.
        token_endpoint: String = "tokenEndpoint",
        /// User info endpoint.
        user_info_endpoint: String = "userInfoEndpoint",
        /// Secret in the Ingress's namespace with `clientID` and `clientSecret`.
        secret_name: String = "secretName",
        /// Further query parameters.
        authentication_request_extra_params: BTreeMap<String, String> = "authenticationRequestExtraParams",
    }
}

payload! {
    /// `jwt-validation`
    #[derive(serde::Serialize)]
    pub struct Jwt as "JwtValidationConfig" {
        /// Where the keys are.
        jwks_endpoint: String = "jwksEndpoint",
        /// Who must have issued the token.
        issuer: String = "issuer",
        /// What else must be in it.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        additional_claims: Vec<Claim> = "additionalClaims",
    }
}

payload! {
    /// A claim of `jwt-validation`
    #[derive(serde::Serialize)]
    pub struct Claim as "JwtAdditionalClaim" {
        /// `single-string`, `string-array` or `space-separated-values`; the controller does not check which.
        format: String = "format" as Type::Text("ingress.jwtAdditionalClaimFormat"),
        /// Its name.
        name: String = "name",
        /// At least one.
        values: Vec<String> = "values",
    }
}

impl Jwt {
    /// What must be there (LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:319-351).
    pub fn check(&self) -> Result<(), String> {
        let required =
            |name: &str, there: bool| ensure(there, &format!("{name} is a required field for jwt validation"));
        required("jwksEndpoint", !self.jwks_endpoint.is_empty())?;
        required("issuer", !self.issuer.is_empty())?;
        for claim in &self.additional_claims {
            let what = "for additional claims for jwt validation";
            let required = |name: &str, there: bool| ensure(there, &format!("{name} is a required field {what}"));
            required("format", !claim.format.is_empty())?;
            required("name", !claim.name.is_empty())?;
            ensure(!claim.values.is_empty(), &format!("values must not be empty {what}"))?;
        }
        Ok(())
    }
}

payload! {
    /// An item of `mutual-authentication`
    pub struct MutualAuthentication as "MutualAuthenticationConfig" {
        /// A listen port.
        port: i32 = "port",
        /// `off`, `passthrough` or `verify`.
        mode: String = "mode",
        /// Name or ARN of a trust store, with `verify`.
        trust_store: Option<String> = "trustStore",
        /// Only with `verify`.
        ignore_client_certificate_expiry: Option<bool> = "ignoreClientCertificateExpiry",
        /// `on` or `off`, only with `verify`.
        advertise_trust_store_ca_names: Option<String> = "advertiseTrustStoreCaNames",
    }
}

impl MutualAuthentication {
    /// What the controller asks of an entry, whether or not there is an HTTPS listener on its port
    /// (model_build_listener.go:373-425).
    pub fn check(&self) -> Result<(), String> {
        let (port, mode) = (self.port, self.mode.as_str());
        let store = self.trust_store.as_deref().unwrap_or_default();
        ensure(PORTS.contains(&port), &format!("listen port must be within [1, 65535]: {port}"))?;
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
