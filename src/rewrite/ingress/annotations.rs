//! The annotations of the Ingress: several sources laid over one another, then defaults for what is still missing.
//!
//! From below: what an Ingress of ours in the stream has, what was carried over from the NLB, the Service's own
//! `alb.ingress.kubernetes.io/*` annotations, the configuration. A key that the configuration switches off (`null`) is
//! gone, and gets no default either.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::fields::{FIELDS, UNORDERED, by_annotation};
use crate::config::types::{Ingress, Redirect};
use crate::config::value::{Entries, Override, Printed, Text};
use crate::flux::variables::as_json;
use crate::migrate::ALB;
use alb_controller::annotation::listen_ports;
use alb_controller::catalogue::{self, CLASS_ANNOTATION};
use alb_controller::go::json::Json;
use alb_controller::go::strconv::{format_map, string_map};

/// The how-to's redirect, to a port. Keys are read whatever their case (Go's encoding/json), values are not.
fn redirect_to(port: &str) -> String {
    let config = format!(r#"{{ "Protocol": "HTTPS", "Port": "{port}", "StatusCode": "HTTP_301"}}"#);
    format!(r#"{{"Type": "redirect", "RedirectConfig": {config}}}"#)
}

/// The action that redirects.
const ACTION: &str = "actions.ssl-redirect";

/// Annotations by key, with the keys that must not be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annotations {
    values: BTreeMap<String, String>,
    off: BTreeSet<String>,
}

/// What defaults depend on.
pub struct Facts<'f> {
    /// The class, where it is written as an annotation.
    pub class: Option<&'f str>,
    /// What is spoken to the port that the rules lead to, where that must be said.
    pub backend_protocol: Option<&'static str>,
    /// The health check ports that are the gateway's status port: its name, and its number where that is right.
    pub status_ports: &'f [String],
    /// How clients on port 80 are redirected, if that is configured.
    pub redirect: Override<Redirect>,
    /// Whether the controller reads `ssl-redirect`. If not, an action redirects.
    pub reads_ssl_redirect: bool,
}

impl Annotations {
    /// Lays more values over these.
    pub fn overlay<'a>(&mut self, values: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (key, value) in values {
            self.values.insert(key.to_owned(), value.to_owned());
        }
    }

    /// The value of `alb.ingress.kubernetes.io/<suffix>`.
    #[must_use]
    pub fn alb(&self, suffix: &str) -> Option<&str> {
        self.get(&format!("{ALB}{suffix}"))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Takes a key out, and keeps it out.
    pub fn switch_off(&mut self, key: &str) {
        self.values.remove(key);
        self.off.insert(key.to_owned());
    }

    /// All of them, in the order of printing.
    #[must_use]
    pub fn in_order(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> =
            self.values.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        all.sort_by_cached_key(|(key, _)| rank(key));
        all
    }

    /// Lays the typed fields and then the free `annotations` of the configuration over these.
    pub fn configure(&mut self, ingress: &Ingress) {
        for field in FIELDS {
            let (Some(value), Some(&key)) = (field.value, field.annotations.first()) else { continue };
            match value(ingress) {
                Override::Default => {}
                Override::Off => self.switch_off(key),
                Override::Set(Printed::Text(text)) => {
                    self.values.insert(key.to_owned(), text);
                }
                Override::Set(Printed::Entries(entries)) => self.merge(key, entries),
            }
        }
        for (key, value) in ingress.annotations.iter().flat_map(Entries::iter) {
            match value {
                Some(value) => self.overlay([(key, value.0.as_str())]),
                None => self.switch_off(key),
            }
        }
    }

    /// Adds defaults for what the ALB needs to work. Their reasons are in the documentation of the deviations from the how-to.
    pub fn complete(&mut self, facts: &Facts<'_>) {
        if let Some(class) = facts.class {
            self.set_default(CLASS_ANNOTATION, class);
        }
        self.set_default_of_field("target-type");
        self.set_default_of_field("scheme");
        if self.alb("certificate-arn").is_some() {
            self.set_default_alb("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#);
        }
        let listeners = self.listeners();
        if !listeners.https.is_empty() {
            self.set_default_of_field("ssl-policy");
        }
        self.redirect(&listeners, facts);
        if let Some(protocol) = facts.backend_protocol {
            self.set_default_alb("backend-protocol", protocol);
        }
        // The default fits the status port only: elsewhere, protocol and path are left to the controller.
        if let Some(port) = facts.status_ports.first() {
            self.set_default_alb("healthcheck-port", port);
        }
        if self.alb("healthcheck-port").is_some_and(|port| facts.status_ports.iter().any(|status| status == port)) {
            self.set_default_of_field("healthcheck-protocol");
            self.set_default_of_field("healthcheck-path");
        }
    }

    /// Whether the rule is needed that makes a redirect action work.
    #[must_use]
    pub fn redirects_by_action(&self, facts: &Facts<'_>) -> bool {
        let asked = match &facts.redirect {
            Override::Set(Redirect::Action) => true,
            Override::Set(Redirect::No) | Override::Off => false,
            Override::Set(Redirect::Yes) | Override::Default => {
                !facts.reads_ssl_redirect && !self.listeners().https.is_empty()
            }
        };
        asked && self.alb(ACTION).is_some()
    }

    fn redirect(&mut self, listeners: &Listeners, facts: &Facts<'_>) {
        let redirect = &facts.redirect;
        match redirect {
            Override::Set(Redirect::Action) => {
                self.set_default_alb(ACTION, &redirect_to("443"));
            }
            Override::Set(Redirect::No) | Override::Off => self.switch_off(&format!("{ALB}ssl-redirect")),
            Override::Set(Redirect::Yes) | Override::Default => {
                let wanted = redirect.set().is_some() || self.alb(ACTION).is_none();
                // Where clients go is clear if there is one HTTPS port; a redirect without an HTTP listener is dead.
                if let ([port], false, true) = (listeners.https.as_slice(), listeners.http.is_empty(), wanted) {
                    self.redirect_all(port, facts);
                } else if redirect.set().is_some() {
                    self.redirect_all(listeners.https.first().map_or("443", String::as_str), facts);
                }
            }
        }
    }

    /// Redirects all requests to this port, in the way that the controller knows.
    fn redirect_all(&mut self, port: &str, facts: &Facts<'_>) {
        if facts.reads_ssl_redirect {
            self.set_default_alb("ssl-redirect", port);
        } else if self.alb("ssl-redirect").is_none() {
            self.set_default_alb(ACTION, &redirect_to(port));
        }
    }

    /// A map: its keys are laid over those that are there, `null` takes one out.
    fn merge(&mut self, key: &str, entries: &Entries<Option<Text>>) {
        let mut pairs: Vec<(String, String)> = self
            .get(key)
            .and_then(string_map)
            .into_iter()
            .flatten()
            .filter(|(name, _)| entries.get(name).is_none())
            .collect();
        pairs.extend(entries.iter().filter_map(|(name, value)| Some((name.to_owned(), value.as_ref()?.0.clone()))));
        if pairs.is_empty() {
            return self.switch_off(key);
        }
        self.values.insert(key.to_owned(), format_map(pairs.iter().map(|(key, value)| (key, value))));
    }

    fn set_default(&mut self, key: &str, value: &str) {
        if !self.off.contains(key) && !self.values.contains_key(key) {
            self.values.insert(key.to_owned(), value.to_owned());
        }
    }

    fn set_default_alb(&mut self, suffix: &str, value: &str) {
        self.set_default(&format!("{ALB}{suffix}"), value);
    }

    /// The default that the table of fields has for an annotation.
    fn set_default_of_field(&mut self, suffix: &str) {
        let key = format!("{ALB}{suffix}");
        if let Some(value) = by_annotation(&key).and_then(|field| field.default) {
            self.set_default(&key, value);
        }
    }

    /// The ports of `listen-ports`, as far as they can be read.
    fn listeners(&self) -> Listeners {
        let mut listeners = Listeners::default();
        let entries = self.alb("listen-ports").and_then(|text| listen_ports::entries(&as_json(text)).ok());
        for entry in entries.into_iter().flatten() {
            // Of a protocol that stands twice in an entry, the last counts.
            for (protocol, port) in entry.into_iter().collect::<BTreeMap<_, _>>() {
                match (protocol.as_str(), port) {
                    (catalogue::HTTP, Json::Number(port) | Json::String(port)) => listeners.http.push(port),
                    (catalogue::HTTPS, Json::Number(port) | Json::String(port)) => listeners.https.push(port),
                    _ => {}
                }
            }
        }
        listeners
    }
}

#[derive(Default)]
struct Listeners {
    http: Vec<String>,
    https: Vec<String>,
}

/// The place of an annotation: that of its field, then the controller's other ones, then those of others, each by name.
pub(super) fn rank(key: &str) -> (u8, &str) {
    let of_field = by_annotation(key).map(|field| field.order);
    (of_field.unwrap_or(if key.starts_with(ALB) { UNORDERED } else { u8::MAX }), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_read_as_the_controller_reads_them() {
        let listeners = |text: &str| {
            let mut annotations = Annotations::default();
            annotations.overlay([("alb.ingress.kubernetes.io/listen-ports", text)]);
            let Listeners { http, https } = annotations.listeners();
            (http.join(" "), https.join(" "))
        };
        let both = |http: &str, https: &str| (http.to_owned(), https.to_owned());
        assert_eq!(listeners(r#"[{"HTTP": 80}, {"HTTPS": 8443}, {"HTTPS": 443}]"#), both("80", "8443 443"));
        assert_eq!(listeners(r#"[{"HTTP": 80, "HTTP": 8080}, null]"#), both("8080", ""));
        assert_eq!(listeners("[{\"HTTP\": 80}, {\"HTTPS\": ${PORT}}]"), both("80", "${PORT}"));
        assert_eq!(listeners("[{\"HTTP\": 80}"), both("", ""));
    }

    #[test]
    fn fields_become_annotations() {
        for (field, suffix, value) in [
            ("scheme: internal", "scheme", "internal"),
            ("subnets: [a, b]", "subnets", "a,b"),
            ("listenPorts: [{HTTP: 80}, {HTTPS: 443}]", "listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#),
            ("healthCheck: {successCodes: 200}", "success-codes", "200"),
            ("tags: {a: b, c: 'd,e'}", "tags", r"a=b,c=d\,e"),
            ("shieldAdvancedProtection: true", "shield-advanced-protection", "true"),
            ("backendProtocolVersion: HTTP2", "backend-protocol-version", "HTTP2"),
            ("authentication: {type: oidc, scope: openid email}", "auth-type", "oidc"),
            ("authentication: {scope: openid email}", "auth-scope", "openid email"),
            ("authentication: {sessionCookie: session}", "auth-session-cookie", "session"),
            ("authentication: {sessionTimeoutSeconds: 60}", "auth-session-timeout", "60"),
            ("authentication: {onUnauthenticatedRequest: deny}", "auth-on-unauthenticated-request", "deny"),
            (
                "authentication: {cognito: {userPoolARN: a, userPoolClientID: '007', userPoolDomain: c}}",
                "auth-idp-cognito",
                r#"{"userPoolARN":"a","userPoolClientID":"007","userPoolDomain":"c"}"#,
            ),
            (
                "authentication: {oidc: {issuer: 'https://i', authorizationEndpoint: 'https://a', tokenEndpoint: 'https://t', \
                 userInfoEndpoint: 'https://u', secretName: s}}",
                "auth-idp-oidc",
                r#"{"issuer":"https://i","authorizationEndpoint":"https://a","tokenEndpoint":"https://t","userInfoEndpoint":"https://u","secretName":"s"}"#,
            ),
            ("manageBackendSecurityGroupRules: true", "manage-backend-security-group-rules", "true"),
            ("customerOwnedIpv4Pool: ipv4pool-coip-1", "customer-owned-ipv4-pool", "ipv4pool-coip-1"),
            ("group: {name: edge, order: 5}", "group.order", "5"),
        ] {
            let document =
                format!("{{apiVersion: istio-alb.dev/v1alpha1, kind: AlbGateway, spec: {{ingress: {{{field}}}}}}}");
            let settings = crate::config::from_text(&document, crate::finding::Registry(&[])).unwrap();
            let mut annotations = Annotations::default();
            annotations.configure(&settings[0].spec.ingress);
            assert_eq!(annotations.alb(suffix), Some(value), "{field}");
        }
    }
}
