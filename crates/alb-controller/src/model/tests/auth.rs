use super::*;

const HTTPS: (&str, &str) = ("certificate-arn", "arn:a");
const OIDC: [(&str, &str); 2] = [
    ("auth-type", "oidc"),
    (
        "auth-idp-oidc",
        r#"{"issuer": "https://i", "authorizationEndpoint": "https://a", "tokenEndpoint": "https://t",
            "userInfoEndpoint": "https://u", "secretName": "oidc"}"#,
    ),
];

fn secret(data: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: oidc, namespace: edge-system}}\n{data}\n---\n")
}

fn with(objects: &str, annotations: &[(&str, &str)]) -> Model {
    model_of(&(Gateway::default().yaml() + objects + &Ing { annotations, ..Ing::default() }.yaml()))
}

#[test]
fn the_secret_must_hold_both_keys_if_it_is_in_the_stream() {
    let annotations = [HTTPS, OIDC[0], OIDC[1]];
    built(&with(&secret("stringData: {clientId: a, clientSecret: b}"), &annotations));
    let message = refused_by(&with(&secret("data: {clientSecret: Yg==}"), &annotations), "auth-idp-oidc");
    assert_eq!(message, "ingress: edge-system/edge: missing clientID, secret: edge-system/oidc");
    let message = refused_by(&with(&secret("data: {clientID: YQ==}"), &annotations), "auth-idp-oidc");
    assert_eq!(message, "ingress: edge-system/edge: missing clientSecret, secret: edge-system/oidc");
    let open = with("", &annotations);
    let message = "it depends on the cluster: the Secret edge-system/oidc is not in the stream";
    assert_eq!((open.verdict, open.message.as_deref()), (Verdict::Unknown, Some(message)));
}

#[test]
fn nothing_is_asked_on_an_http_listener() {
    let model = with("", &OIDC);
    assert_eq!(built(&model).listeners[0].rules[0].actions.len(), 1);
    built(&with("", &[OIDC[0]]));
    refused_by(&with("", &[("auth-type", "OIDC")]), "auth-type");
    refused_by(&with("", &[("auth-idp-cognito", "[]")]), "auth-idp-cognito");
    refused_by(&with("", &[("auth-session-timeout", "1h")]), "auth-session-timeout");
}

#[test]
fn cognito() {
    let pool = r#"{"UserPoolArn": "arn:pool", "userPoolClientID": "c", "userPoolDomain": "d",
                   "authenticationRequestExtraParams": {"display": "page"}}"#;
    let model = with(
        "",
        &[
            HTTPS,
            ("auth-type", "cognito"),
            ("auth-idp-cognito", pool),
            ("auth-scope", "email"),
            ("auth-session-timeout", "60"),
            ("auth-on-unauthenticated-request", "deny"),
        ],
    );
    built(&model);
    assert_eq!(
        shown(&model, "/listeners/0/rules/0/actions/0"),
        json!({"type": "authenticate-cognito", "authenticateCognitoConfig": {
            "userPoolARN": "arn:pool", "userPoolClientID": "c", "userPoolDomain": "d",
            "authenticationRequestExtraParams": {"display": "page"}, "onUnauthenticatedRequest": "deny",
            "scope": "email", "sessionCookieName": "AWSELBAuthSessionCookie", "sessionTimeout": 60}})
    );
    let message = refused_by(&with("", &[HTTPS, ("auth-type", "cognito")]), "auth-type");
    assert_eq!(message, "ingress: edge-system/edge: missing IDPConfigCognito");
}

#[test]
fn the_service_decides_for_its_own_rules() {
    let annotations = "    alb.ingress.kubernetes.io/auth-type: none\n";
    let service = Gateway { annotations, ..Gateway::default() }.yaml();
    let ingress = Ing { annotations: &[HTTPS, ("auth-type", "oidc")], ..Ing::default() }.yaml();
    let model = model_of(&(service + &ingress));
    assert_eq!(built(&model).listeners[0].rules[0].actions.len(), 1);
}

#[test]
fn tokens_are_validated_on_https_and_checked_everywhere() {
    let jwt = r#"{"jwksEndpoint": "https://k", "issuer": "i",
                  "additionalClaims": [{"format": "single-string", "name": "role", "values": ["admin"]}]}"#;
    let model = with("", &[HTTPS, ("jwt-validation", jwt)]);
    built(&model);
    assert_eq!(
        shown(&model, "/listeners/0/rules/0/actions/0"),
        json!({"type": "jwt-validation", "jwtValidationConfig": {"jwksEndpoint": "https://k", "issuer": "i",
            "additionalClaims": [{"format": "single-string", "name": "role", "values": ["admin"]}]}})
    );
    let claim = |claim: &str| format!(r#"{{"jwksEndpoint": "k", "issuer": "i", "additionalClaims": [{claim}]}}"#);
    for (json, fault) in [
        (r#"{"issuer": "i"}"#.to_owned(), "jwksEndpoint is a required field for jwt validation"),
        ("[]".to_owned(), "json: cannot unmarshal array into Go value of type ingress.JwtValidationConfig"),
        (claim(r#"{"name": "x"}"#), "format is a required field for additional claims for jwt validation"),
        (claim(r#"{"format": "x"}"#), "name is a required field for additional claims for jwt validation"),
        (
            claim(r#"{"format": "x", "name": "x", "values": []}"#),
            "values must not be empty for additional claims for jwt validation",
        ),
    ] {
        let message = refused_by(&with("", &[("jwt-validation", &json)]), "jwt-validation");
        assert!(message.ends_with(fault), "{message}");
    }
}
