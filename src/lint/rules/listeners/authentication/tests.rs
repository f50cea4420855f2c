use super::*;
use crate::lint::testing::{Manifest, action, entry, hold, working};

const OIDC: &str = r#"{"issuer": "https://id.example.com", "authorizationEndpoint": "https://id.example.com/a", "tokenEndpoint": "https://id.example.com/t", "userInfoEndpoint": "https://id.example.com/u", "secretName": "oidc"}"#;
const JWT: &str = r#"{"jwksEndpoint": "https://id.example.com/keys", "issuer": "https://id.example.com"}"#;

fn oidc() -> Manifest {
    working().set("auth-type", "oidc").set("auth-idp-oidc", OIDC)
}

#[test]
fn authentication_without_https() {
    let redirect =
        r#"{"type": "redirect", "redirectConfig": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}"#;
    let redirected = oidc()
        .unset(&["ssl-redirect"])
        .set("actions.x", redirect)
        .paths(&[entry("/", "Prefix", &action("x")), entry("/", "Prefix", "name: gateway, port: {number: 443}")]);
    hold(
        &ALB062,
        &[
            ("no HTTPS", oidc().clear_text(), &["error Ingress mesh/alb @auth-type"]),
            ("tokens", working().clear_text().set("jwt-validation", JWT), &["error Ingress mesh/alb @jwt-validation"]),
            (
                "on the Service",
                working().clear_text().on_service("auth-type", "cognito"),
                &["error Service mesh/gateway @auth-type"],
            ),
            ("both listeners", oidc().unset(&["ssl-redirect"]), &["warning Ingress mesh/alb @auth-type"]),
            ("redirected by a rule", redirected, &[]),
            ("redirected", oidc(), &[]),
            ("nobody asks", working().clear_text().set("auth-type", "none"), &[]),
        ],
    );
}

#[test]
fn mutual_authentication_invalid() {
    let with = |json: &str| working().set("mutual-authentication", json);
    let error: &[&str] = &["error Ingress mesh/alb @mutual-authentication"];
    hold(
        &ALB075,
        &[
            ("an object", with(r#"{"port": 443, "mode": "off"}"#), error),
            ("no entry", with("[]"), error),
            ("no port", with(r#"[{"mode": "off"}]"#), error),
            ("another case", with(r#"[{"port": 443, "mode": "Verify"}]"#), error),
            ("no store", with(r#"[{"port": 443, "mode": "verify"}]"#), error),
            ("a store too many", with(r#"[{"port": 443, "mode": "passthrough", "trustStore": "x"}]"#), error),
            ("without HTTPS, too", with(r#"[{"port": 443, "mode": "verify"}]"#).clear_text(), error),
            (
                "a key that is dropped",
                with(r#"[{"port": 443, "mode": "off", "store": "x"}]"#),
                &["warning Ingress mesh/alb @mutual-authentication"],
            ),
            (
                "a port twice",
                with(r#"[{"port": 443, "mode": "verify", "trustStore": "x"}, {"port": 443, "mode": "off"}]"#),
                &["warning Ingress mesh/alb @mutual-authentication"],
            ),
            (
                "an ARN of something else",
                with(r#"[{"port": 443, "mode": "verify", "trustStore": "arn:aws:s3:::x"}]"#),
                error,
            ),
            (
                "an ARN",
                with(
                    r#"[{"port": 443, "mode": "verify", "trustStore": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/x/1"}]"#,
                ),
                &[],
            ),
            ("in order", with(r#"[{"port": 443, "mode": "verify", "trustStore": "x"}]"#), &[]),
            ("empty has another rule", with(""), &[]),
        ],
    );
}

#[test]
fn authentication_invalid() {
    let error = |suffix: &str| format!("error Ingress mesh/alb @{suffix}");
    let jwt = |json: &str| working().set("jwt-validation", json);
    let claim = |format: &str| {
        let claims = format!(r#", "additionalClaims": [{{"format": "{format}", "name": "aud", "values": ["x"]}}]}}"#);
        jwt(&JWT.replace('}', &claims))
    };
    let parameters = |count: usize| {
        let pairs: Vec<String> = (0..count).map(|n| format!(r#""k{n}": "v""#)).collect();
        format!(r#", "authenticationRequestExtraParams": {{{}}}}}"#, pairs.join(", "))
    };
    let secret = |data: &str| {
        let secret =
            format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: oidc, namespace: mesh}}\nstringData: {data}\n");
        oidc().and(&secret)
    };
    hold(
        &ALB076,
        &[
            (
                "no provider",
                working().set("auth-type", "oidc"),
                &[&error("auth-type")],
            ),
            (
                "no user pool",
                oidc().set("auth-type", "cognito"),
                &["warning Ingress mesh/alb @auth-idp-oidc", &error("auth-type")],
            ),
            (
                "a provider that nobody asks",
                working().set("auth-idp-oidc", OIDC),
                &["warning Ingress mesh/alb @auth-idp-oidc"],
            ),
            (
                "a Service that asks",
                working()
                    .set("auth-idp-oidc", OIDC)
                    .on_service("auth-type", "oidc"),
                &[],
            ),
            (
                "an endpoint in clear text",
                oidc().set("auth-idp-oidc", &OIDC.replace("https://id.example.com/t", "http://id.example.com/t")),
                &[&error("auth-idp-oidc")],
            ),
            (
                "eleven parameters",
                oidc().set("auth-idp-oidc", &OIDC.replace('}', &parameters(11))),
                &[&error("auth-idp-oidc")],
            ),
            (
                "ten parameters",
                oidc().set("auth-idp-oidc", &OIDC.replace('}', &parameters(10))),
                &[],
            ),
            (
                "keys in clear text",
                jwt(&JWT.replace("https://id.example.com/keys", "http://id.example.com/keys")),
                &[&error("jwt-validation")],
            ),
            (
                "a claim that is always validated",
                jwt(&JWT.replace('}', r#", "additionalClaims": [{"format": "single-string", "name": "iss", "values": ["x"]}]}"#)),
                &[&error("jwt-validation")],
            ),
            (
                "a space where values are separated by spaces",
                jwt(&JWT.replace('}', r#", "additionalClaims": [{"format": "space-separated-values", "name": "scope", "values": ["a b"]}]}"#)),
                &[&error("jwt-validation")],
            ),
            (
                "no JSON",
                oidc().set("auth-idp-oidc", "https://id.example.com"),
                &[&error("auth-idp-oidc")],
            ),
            (
                "a field missing",
                oidc().set("auth-idp-oidc", &OIDC.replace("issuer", "isuer")),
                &[
                    &error("auth-idp-oidc"),
                    "warning Ingress mesh/alb @auth-idp-oidc",
                ],
            ),
            (
                "an incomplete user pool",
                working()
                    .set("auth-type", "cognito")
                    .set("auth-idp-cognito", "{}"),
                &[
                    &error("auth-idp-cognito"),
                    &error("auth-idp-cognito"),
                    &error("auth-idp-cognito"),
                ],
            ),
            (
                "a user pool on the Service",
                working()
                    .set("auth-type", "cognito")
                    .on_service("auth-idp-cognito", r#"{"userPoolARN": "a", "userPoolClientID": "b", "userPoolDomain": "c"}"#),
                &[],
            ),
            (
                "one that does not parse, and nothing is built that reads it",
                working().spec("rules: [{host: a.example.com}]").set("auth-idp-cognito", "{"),
                &["warning Ingress mesh/alb @auth-idp-cognito", "warning Ingress mesh/alb @auth-idp-cognito"],
            ),
            (
                "an incomplete Secret",
                secret("{clientID: x}"),
                &[&error("auth-idp-oidc")],
            ),
            (
                "no issuer",
                jwt(&JWT.replace("issuer", "iss")),
                &[
                    &error("jwt-validation"),
                    "warning Ingress mesh/alb @jwt-validation",
                ],
            ),
            (
                "a claim without format",
                claim(""),
                &[&error("jwt-validation")],
            ),
            (
                "a claim of another format",
                claim("string"),
                &["warning Ingress mesh/alb @jwt-validation"],
            ),
            (
                "both",
                oidc().set("jwt-validation", JWT),
                &[&error("jwt-validation")],
            ),
            (
                "both on HTTP",
                oidc().set("jwt-validation", JWT).clear_text(),
                &[],
            ),
            ("a Secret", secret("{clientID: x, clientSecret: y}"), &[]),
            ("a claim", claim("string-array"), &[]),
            ("in order", oidc(), &[]),
        ],
    );
}
