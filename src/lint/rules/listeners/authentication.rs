//! Rules about who may come in: authentication by the ALB, bearer tokens, client certificates.
//!
//! All of it exists on HTTPS listeners only. On an HTTP listener of the same load balancer a request passes without it, and
//! the controller reports nothing.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::listen_ports;
use alb_controller::annotation::{Cognito, Jwt, MutualAuthentication, Oidc, Payload};
use alb_controller::catalogue::PREFIX;
use alb_controller::go::json::unknown_keys;
use alb_controller::model::{Action, Protocol, ReasonCode, Setting};
use alb_controller::validation::is_load_balancing_arn;

/// Claims, values of a claim, and parameters of a request to log in: AWS takes this many.
const MAX_ITEMS: usize = 10;
/// Characters of an endpoint or issuer of tokens.
const MAX_TEXT: usize = 256;

rules! {
    ALB062 Error | Warning "authentication-without-https" {
        summary: "`auth-type` or `jwt-validation`, and requests that pass an HTTP listener",
        explanation: "Authentication and token validation exist on HTTPS listeners only. Without any HTTPS listener \
            there is no check at all: everybody passes, without an error, even where the Secret is missing. Beside an \
            HTTP listener that forwards, requests to port 80 pass unchecked.",
        help: "give a certificate with [[ingress.certificateArns]]: the ALB then listens on HTTPS, and HTTP redirects there; in an Ingress of \
            your own: `certificate-arn`, `listen-ports` with HTTPS, and `ssl-redirect: '443'`",
        source: "LBC v3.5.0 pkg/ingress/model_build_actions.go:19-40",
    }
    ALB075 Error | Warning "mutual-authentication-invalid" {
        summary: "`mutual-authentication` is not in the form that the controller reads",
        explanation: "The value is a JSON array with an entry for each HTTPS port: `port` from 1 to 65535, `mode` \
            `off`, `passthrough` or `verify`. `verify` needs `trustStore` and may have `ignoreClientCertificateExpiry` \
            and `advertiseTrustStoreCaNames` (`on` or `off`), the other modes may have none of the three. It is \
            checked whether or not there is an HTTPS listener, and the controller stops (event FailedBuildModel). Of \
            two entries for one port the last one counts, without an error: that is a warning.",
        help: "write it as `[{\"port\": 443, \"mode\": \"verify\", \"trustStore\": \"my-trust-store\"}]`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:327-425",
    }
    ALB076 Error | Warning "authentication-invalid" {
        summary: "`auth-idp-*` or `jwt-validation` missing, malformed or in each other's way",
        explanation: "`auth-type: oidc` needs `auth-idp-oidc`, `auth-type: cognito` needs `auth-idp-cognito`, both \
            JSON objects with all their fields; the Secret that `secretName` names holds `clientID` and \
            `clientSecret`. `jwt-validation` needs `jwksEndpoint` and `issuer`, and each additional claim a `format` \
            (`single-string`, `string-array` or `space-separated-values`), a `name` and `values`. A rule can't have \
            both authentication and token validation. Otherwise the controller stops (event FailedBuildModel), or AWS \
            refuses what it passes on: an endpoint that is no full `https://` URL, more than 10 further parameters, \
            claims or values of a claim, a claim that is always validated (`exp`, `iss`, `nbf`, `iat`).\n\nAn \
            `auth-idp-*` without its `auth-type` does nothing, without an error: that is a warning.",
        help: "complete what is missing ([[ingress.authentication.oidc]], [[ingress.authentication.cognito]]); `auth-type: none` turns authentication off",
        source: "LBC v3.5.0 pkg/ingress/model_build_actions.go:17-47, 162-227; \
            pkg/ingress/enhanced_backend_builder.go:319-351",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(mutual_authentication(context, ingress));
        let mut found = json(context, ingress);
        found.extend(incomplete(context, ingress));
        found.extend(secret(context, ingress, &found));
        found.extend(unasked(context, ingress));
        findings.extend(found);
        findings.extend(unchecked(context, ingress));
    }
    findings
}

fn mutual_authentication(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for setting in ingress.settings("mutual-authentication") {
        let at = |message: String| context.at(setting, &ALB075, format!("mutual-authentication: {message}"));
        let entries: Vec<MutualAuthentication> = match Payload::read_by(&setting.value, context.release()) {
            Ok(entries) => entries,
            Err(error) => {
                findings.push(at(error));
                continue;
            }
        };
        if entries.is_empty() {
            let help = "write one entry for each HTTPS port, or remove the annotation";
            findings.push(at("there is no entry".to_owned()).help(help));
        }
        findings.extend(entries.iter().filter_map(|entry| entry.check().err()).map(at));
        findings.extend(several_for_one_port(&entries).map(|(port, message)| {
            at(message).severity(Severity::Warning).help(format!("keep one entry for port {port}"))
        }));
        let help = "write the name of the trust store, or its ARN: `arn:aws:elasticloadbalancing:…:truststore/…`";
        findings.extend(entries.iter().filter_map(no_trust_store).map(|message| at(message).help(help)));
        let keys = unknown_keys(&setting.value, &<Vec<MutualAuthentication>>::TYPE);
        findings.extend(
            keys.into_iter().map(|key| {
                at(dropped(&key)).severity(Severity::Warning).help(format!("remove {key:?}, or correct it"))
            }),
        );
    }
    findings
}

/// Several entries for one port: the controller keeps the last one, without an error.
fn several_for_one_port(entries: &[MutualAuthentication]) -> Option<(i32, String)> {
    let again = entries.iter().enumerate().find(|(at, entry)| {
        let before = &entries[..*at];
        before.iter().any(|before| before.port == entry.port)
    });
    let (_, entry) = again?;
    let last = entries.iter().rfind(|last| last.port == entry.port)?;
    let (port, mode) = (entry.port, &last.mode);
    Some((port, format!("there are several entries for port {port}: the last one counts, with mode {mode}")))
}

/// An ARN of something else than a trust store, which AWS refuses.
fn no_trust_store(entry: &MutualAuthentication) -> Option<String> {
    let arn = entry.trust_store.as_deref().filter(|store| store.starts_with("arn:"))?;
    (!is_load_balancing_arn(arn, "truststore")).then(|| format!("trustStore {arn:?} is not the ARN of a trust store"))
}

fn dropped(key: &str) -> String {
    format!("the controller does not know the key {key:?}, and ignores it")
}

/// What is wrong, and what to do about it.
type Fault = (String, String);

/// Faults of each JSON value by itself. They are parsed for every rule, authentication or not.
fn json(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |setting: &Setting, read: Result<Vec<Fault>, String>, warnings: Vec<Fault>| {
        let name = setting.name();
        let at = |message: String| context.at(setting, &ALB076, format!("{name}: {message}"));
        match read {
            Ok(faults) => findings.extend(faults.into_iter().map(|(message, help)| at(message).help(help))),
            Err(error) => {
                let is_incomplete = error.contains("required field") || error.contains("must not be empty");
                let help = match is_incomplete {
                    true => "complete the JSON: add what is missing",
                    false => "write the value as one JSON object, with all its quotes and brackets",
                };
                findings.push(ingress.refusal(at(error)).help(help));
            }
        }
        findings.extend(warnings.into_iter().map(|(message, help)| at(message).severity(Severity::Warning).help(help)));
    };
    for setting in ingress.settings("auth-idp-oidc") {
        add(setting, Oidc::read(&setting.value).map(|idp| missing_of_oidc(&idp)), unknown::<Oidc>(setting));
    }
    for setting in ingress.settings("auth-idp-cognito") {
        add(setting, Cognito::read(&setting.value).map(|idp| missing_of_cognito(&idp)), unknown::<Cognito>(setting));
    }
    for setting in ingress.settings("jwt-validation") {
        let read = Jwt::read(&setting.value);
        let mut warnings = unknown::<Jwt>(setting);
        warnings.extend(read.iter().flat_map(|jwt| &jwt.additional_claims).filter_map(|claim| {
            let known = ["", "single-string", "string-array", "space-separated-values"];
            (!known.contains(&claim.format.as_str())).then(|| {
                let what = format!("the format {:?} of claim {} is none that AWS has", claim.format, claim.name);
                (what, "write `single-string`, `string-array` or `space-separated-values`".to_owned())
            })
        }));
        let faults = read.and_then(|jwt| {
            jwt.check()?;
            Ok(refused_of_jwt(&jwt))
        });
        add(setting, faults, warnings);
    }
    findings
}

fn unknown<T: Payload>(setting: &Setting) -> Vec<Fault> {
    let keys = unknown_keys(&setting.value, &T::TYPE);
    keys.iter().map(|key| (dropped(key), format!("remove {key:?}, or correct it"))).collect()
}

fn missing(fields: &[(&str, &String)]) -> Vec<Fault> {
    let empty = fields.iter().filter(|(_, value)| value.is_empty());
    empty.map(|(name, _)| (format!("{name} is missing"), format!("add `{name}`"))).collect()
}

fn missing_of_oidc(idp: &Oidc) -> Vec<Fault> {
    let urls = [
        ("issuer", &idp.issuer),
        ("authorizationEndpoint", &idp.authorization_endpoint),
        ("tokenEndpoint", &idp.token_endpoint),
        ("userInfoEndpoint", &idp.user_info_endpoint),
    ];
    let mut faults = missing(&urls);
    faults.extend(missing(&[("secretName", &idp.secret_name)]));
    faults.extend(urls.iter().filter_map(|(name, url)| no_url(name, url)));
    faults.extend(too_many_params(&idp.authentication_request_extra_params));
    faults
}

/// AWS wants "a full URL, including the HTTPS protocol".
fn no_url(name: &str, url: &str) -> Option<Fault> {
    let is_one = url.is_empty() || url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty());
    (!is_one).then(|| {
        let what = format!("{name} is {url:?}, and AWS takes a full URL that begins with https://");
        (what, format!("write {name} as an `https://` URL"))
    })
}

fn too_many_params(params: &BTreeMap<String, String>) -> Option<Fault> {
    (params.len() > MAX_ITEMS).then(|| {
        let what = format!("authenticationRequestExtraParams has {} entries, and AWS takes {MAX_ITEMS}", params.len());
        (what, format!("keep {MAX_ITEMS} of them"))
    })
}

/// What the controller passes on (AWS elbv2 API, JwtValidationActionConfig).
fn refused_of_jwt(jwt: &Jwt) -> Vec<Fault> {
    let mut faults: Vec<Fault> = no_url("jwksEndpoint", &jwt.jwks_endpoint).into_iter().collect();
    for (name, text) in [("jwksEndpoint", &jwt.jwks_endpoint), ("issuer", &jwt.issuer)] {
        if text.chars().count() > MAX_TEXT {
            let what = format!("{name} has more than {MAX_TEXT} characters, and AWS refuses that");
            faults.push((what, format!("shorten it to {MAX_TEXT} characters")));
        }
    }
    if jwt.additional_claims.len() > MAX_ITEMS {
        let count = jwt.additional_claims.len();
        let what = format!("there are {count} additional claims, and AWS takes {MAX_ITEMS}");
        faults.push((what, format!("keep {MAX_ITEMS} of them")));
    }
    for claim in &jwt.additional_claims {
        let name = &claim.name;
        if ["exp", "iss", "nbf", "iat"].contains(&name.as_str()) {
            let what = format!("claim {name} is always validated, and AWS refuses it as an additional one");
            faults.push((what, format!("remove claim {name}")));
        }
        if claim.values.len() > MAX_ITEMS {
            let count = claim.values.len();
            let what = format!("claim {name} has {count} values, and AWS takes {MAX_ITEMS}");
            faults.push((what, format!("keep {MAX_ITEMS} of them")));
        }
        let spaced = claim.values.iter().find(|value| value.contains(' '));
        if let Some(value) = spaced.filter(|_| claim.format == "space-separated-values") {
            let what = format!("claim {name}: {value:?} has a space, which separates values in this format");
            faults.push((what, "write each word as a value of its own".to_owned()));
        }
    }
    faults
}

fn missing_of_cognito(idp: &Cognito) -> Vec<Fault> {
    let mut faults = missing(&[
        ("userPoolARN", &idp.user_pool_arn),
        ("userPoolClientID", &idp.user_pool_client_id),
        ("userPoolDomain", &idp.user_pool_domain),
    ]);
    faults.extend(too_many_params(&idp.authentication_request_extra_params));
    faults
}

/// `auth-type` that authenticates, on the Ingress or on a Service of it.
fn auth_types<'s>(ingress: &IngressUnderCheck<'s>) -> impl Iterator<Item = &'s Setting> {
    ingress.settings("auth-type").filter(|setting| matches!(setting.value.as_str(), "oidc" | "cognito"))
}

/// Annotations that are missing or in conflict beside `auth-type`. The controller checks them for HTTPS listeners only.
fn incomplete(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ports = listen_ports::ports(ingress).unwrap_or_default();
    if ingress.built().is_some() || !ports.values().any(|protocol| *protocol == Protocol::Https) {
        return findings;
    }
    for setting in auth_types(ingress) {
        let idp = format!("auth-idp-{}", setting.value);
        let is_there = match setting.object.kind {
            "Service" => (ingress.facts).service_setting(&setting.object.key.name, &idp).is_some(),
            // Each Service may have one for its own rules.
            _ => ingress.facts.settings.iter().any(|setting| setting.name() == idp),
        };
        if !is_there && ingress.facts.own_setting(&idp).is_none() {
            let message = format!("auth-type is {}, and {idp} is missing", setting.value);
            let help = match setting.value.as_str() {
                "oidc" => "add [[ingress.authentication.oidc; the annotation `auth-idp-oidc`]], or remove `auth-type`",
                _ => "add [[ingress.authentication.cognito; the annotation `auth-idp-cognito`]], or remove `auth-type`",
            };
            findings.push(context.at(setting, &ALB076, message).help(help));
        }
        if let Some(jwt) = ingress.setting("jwt-validation") {
            let message = format!("jwt-validation beside auth-type {}: a rule can't have both", setting.value);
            findings.push(context.at(jwt, &ALB076, message).help("remove `auth-type` or `jwt-validation`"));
        }
    }
    findings
}

/// An identity provider without `auth-type`: clients are not authenticated, and the controller reports nothing.
fn unasked(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for kind in ["oidc", "cognito"] {
        let suffix = format!("auth-idp-{kind}");
        if ingress.settings("auth-type").any(|setting| setting.value == kind) {
            continue;
        }
        let idps = ingress.settings(&suffix).filter(|setting| !setting.value.is_empty());
        findings.extend(idps.map(|setting| {
            let message = format!("{suffix} without auth-type {kind} does nothing: nobody is sent to log in");
            let help = Help::from("set ")
                .set("ingress.authentication.type", kind)
                .remark("the annotation `auth-type`")
                .then(format!(", or remove `{suffix}`"));
            context.at(setting, &ALB076, message).severity(Severity::Warning).help(help)
        }));
    }
    findings
}

/// Keys that the Secret lacks, if it is in the stream. Only the model reads it.
fn secret(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, found: &[Finding]) -> Option<Finding> {
    let reason = &ingress.group?.failure.as_ref()?.reason;
    let site = reason.site.as_ref().filter(|_| reason.ingress.as_ref() == Some(&ingress.facts.key))?;
    let suffix = site.annotation_key()?.strip_prefix(PREFIX)?;
    (suffix == "auth-idp-oidc" && reason.code == ReasonCode::IncompleteSecret && found.is_empty()).then(|| {
        let help = "give the Secret the keys `clientID` and `clientSecret`";
        context.at_site(site, &ALB076, reason.message.clone()).help(help)
    })
}

/// Requests that pass without authentication.
fn unchecked(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let Some(ports) = listen_ports::ports(ingress).filter(|ports| !ports.is_empty()) else {
        return Vec::new();
    };
    let https = ports.values().any(|protocol| *protocol == Protocol::Https);
    let open = ingress.listeners.iter().find(|own| {
        let forwards = |action: &Action| matches!(action, Action::Forward { .. });
        let mut rules = own.rules.iter();
        own.listener.protocol == Protocol::Http
            && rules.any(|rule| rule.actions.iter().any(forwards) && own.is_reachable(rule))
    });
    let guards = auth_types(ingress).chain(ingress.settings("jwt-validation"));
    let found = guards.filter_map(|guard| {
        let name = guard.name();
        if !https {
            let message = format!("{name} has no HTTPS listener to act on: everybody passes unchecked");
            let help = match context.is_as_is() {
                true => "set `certificate-arn`, `listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'` and `ssl-redirect: '443'`",
                false => "give a certificate with [[ingress.certificateArns]]: the ALB then listens on HTTPS, and HTTP redirects there",
            };
            return Some(context.at(guard, &ALB062, message).help(help));
        }
        let port = open?.listener.port;
        let message = format!("{name} acts on HTTPS only: requests to port {port} pass unchecked");
        let help = "redirect HTTP to HTTPS: [[ingress.redirectToHttps: true]]";
        Some(context.at(guard, &ALB062, message).severity(Severity::Warning).help(help))
    });
    found.collect()
}
