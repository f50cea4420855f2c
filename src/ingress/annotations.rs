//! The annotations of the Ingress: several sources laid over one another, then defaults for what is still missing.
//!
//! From below: what an Ingress of ours in the stream has, what was carried over from the NLB, the Service's own
//! `alb.ingress.kubernetes.io/*` annotations, the configuration. A key that the configuration switches off (`null`) is
//! gone, and gets no default either.

use std::collections::{BTreeMap, BTreeSet};

use crate::alb::values::string_map;
use crate::config::types::{Ingress, ListenPort, Redirect};
use crate::config::value::{Choice, Entries, Text};
use crate::migrate::{ALB, format_map};
use crate::placeholder::as_json;

/// The class annotation.
pub const CLASS: &str = "kubernetes.io/ingress.class";
/// The controller's default policy allows TLS 1.0; this one is AWS's recommendation for an ALB.
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";
/// The how-to's redirect. Keys are read whatever their case (Go's encoding/json), values are not.
const REDIRECT: &str =
    r#"{"Type": "redirect", "RedirectConfig": { "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}"#;

/// The order in which annotations are printed: the how-to's, with what belongs together side by side. What is not listed
/// follows by its name, other prefixes last.
const ORDER: [&str; 25] = [
    "load-balancer-name",
    "target-type",
    "subnets",
    "scheme",
    "ip-address-type",
    "group.name",
    "group.order",
    "listen-ports",
    "actions.ssl-redirect",
    "ssl-redirect",
    "certificate-arn",
    "ssl-policy",
    "backend-protocol",
    "healthcheck-protocol",
    "healthcheck-path",
    "healthcheck-port",
    "healthcheck-interval-seconds",
    "healthcheck-timeout-seconds",
    "healthy-threshold-count",
    "unhealthy-threshold-count",
    "success-codes",
    "wafv2-acl-arn",
    "shield-advanced-protection",
    "load-balancer-attributes",
    "tags",
];

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
    /// Whether the port that the rules lead to speaks TLS.
    pub backend_is_tls: bool,
    /// The health check ports that are the gateway's status port: its name, and its number where that is right.
    pub status_ports: &'f [String],
    /// How clients on port 80 are redirected, if the configuration says so.
    pub redirect: Choice<Redirect>,
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
        all.sort_by_key(|(key, _)| rank(key));
        all
    }

    /// Lays the typed fields and then the free `annotations` of the configuration over these.
    pub fn configure(&mut self, ingress: &Ingress) {
        let text = |value: &String| value.clone();
        self.choose("load-balancer-name", &ingress.load_balancer_name, text);
        self.choose("scheme", &ingress.scheme, ToString::to_string);
        self.choose("target-type", &ingress.target_type, ToString::to_string);
        self.choose("subnets", &ingress.subnets, |list| list.join(","));
        self.choose("listen-ports", &ingress.listen_ports, |ports| listen_ports(ports));
        self.choose("certificate-arn", &ingress.certificate_arns, |list| list.join(","));
        self.choose("ssl-policy", &ingress.ssl_policy, text);
        self.choose("backend-protocol", &ingress.backend_protocol, ToString::to_string);
        let check = &ingress.health_check;
        self.choose("healthcheck-port", &check.port, ToString::to_string);
        self.choose("healthcheck-protocol", &check.protocol, ToString::to_string);
        self.choose("healthcheck-path", &check.path, text);
        self.choose("healthcheck-interval-seconds", &check.interval_seconds, ToString::to_string);
        self.choose("healthcheck-timeout-seconds", &check.timeout_seconds, ToString::to_string);
        self.choose("healthy-threshold-count", &check.healthy_threshold_count, ToString::to_string);
        self.choose("unhealthy-threshold-count", &check.unhealthy_threshold_count, ToString::to_string);
        self.choose("success-codes", &check.success_codes, |codes| codes.0.clone());
        self.choose("wafv2-acl-arn", &ingress.wafv2_acl_arn, text);
        self.choose("shield-advanced-protection", &ingress.shield_advanced_protection, ToString::to_string);
        self.merge("load-balancer-attributes", &ingress.load_balancer_attributes);
        self.merge("target-group-attributes", &ingress.target_group_attributes);
        self.merge("tags", &ingress.tags);
        self.choose("security-groups", &ingress.security_groups, |list| list.join(","));
        self.choose("inbound-cidrs", &ingress.inbound_cidrs, |list| list.join(","));
        self.choose("ip-address-type", &ingress.ip_address_type, ToString::to_string);
        self.choose("group.name", &ingress.group.name, text);
        self.choose("group.order", &ingress.group.order, ToString::to_string);
        for (key, value) in ingress.annotations.iter().flat_map(Entries::iter) {
            match value {
                Some(value) => self.overlay([(key, value.0.as_str())]),
                None => self.switch_off(key),
            }
        }
    }

    /// Adds what is needed for the ALB to work where nothing was said. The reasons stand in the documentation of the
    /// deviations from the how-to.
    pub fn complete(&mut self, facts: &Facts<'_>) {
        if let Some(class) = facts.class {
            self.default(CLASS, class);
        }
        self.default_alb("target-type", "instance");
        self.default_alb("scheme", "internet-facing");
        if self.alb("certificate-arn").is_some() {
            self.default_alb("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#);
        }
        let listeners = self.listeners();
        if !listeners.https.is_empty() {
            self.default_alb("ssl-policy", TLS_POLICY);
        }
        self.redirect(&listeners, &facts.redirect);
        if facts.backend_is_tls {
            self.default_alb("backend-protocol", "HTTPS");
        }
        // The default fits the status port only: elsewhere, protocol and path are left to the controller.
        if let Some(port) = facts.status_ports.first() {
            self.default_alb("healthcheck-port", port);
        }
        if self.alb("healthcheck-port").is_some_and(|port| facts.status_ports.iter().any(|status| status == port)) {
            self.default_alb("healthcheck-protocol", "HTTP");
            self.default_alb("healthcheck-path", "/healthz/ready");
        }
    }

    /// Whether the rule is needed that makes a redirect action work.
    #[must_use]
    pub fn redirects_by_action(&self, redirect: &Choice<Redirect>) -> bool {
        redirect.set() == Some(&Redirect::Action) && self.alb("actions.ssl-redirect").is_some()
    }

    fn redirect(&mut self, listeners: &Listeners, redirect: &Choice<Redirect>) {
        match redirect {
            Choice::Set(Redirect::Action) => {
                self.default_alb("actions.ssl-redirect", REDIRECT);
            }
            Choice::Set(Redirect::No) | Choice::Off => self.switch_off(&format!("{ALB}ssl-redirect")),
            Choice::Set(Redirect::Yes) | Choice::Default => {
                let wanted = redirect.set().is_some() || self.alb("actions.ssl-redirect").is_none();
                // Where clients go is clear if there is one HTTPS port; a redirect without an HTTP listener is dead.
                if let ([port], false, true) = (listeners.https.as_slice(), listeners.http.is_empty(), wanted) {
                    self.default_alb("ssl-redirect", port);
                } else if redirect.set().is_some() {
                    self.default_alb("ssl-redirect", listeners.https.first().map_or("443", String::as_str));
                }
            }
        }
    }

    fn choose<T>(&mut self, suffix: &str, choice: &Choice<T>, print: impl Fn(&T) -> String) {
        let key = format!("{ALB}{suffix}");
        match choice {
            Choice::Default => {}
            Choice::Off => self.switch_off(&key),
            Choice::Set(value) => {
                self.values.insert(key, print(value));
            }
        }
    }

    /// A map: its keys are laid over those that are there, `null` takes one out.
    fn merge(&mut self, suffix: &str, choice: &Choice<Entries<Option<Text>>>) {
        let key = format!("{ALB}{suffix}");
        let entries = match choice {
            Choice::Default => return,
            Choice::Off => return self.switch_off(&key),
            Choice::Set(entries) => entries,
        };
        let mut pairs: Vec<(String, String)> = self
            .get(&key)
            .and_then(string_map)
            .into_iter()
            .flatten()
            .filter(|(name, _)| entries.get(name).is_none())
            .collect();
        pairs.extend(entries.iter().filter_map(|(name, value)| Some((name.to_owned(), value.as_ref()?.0.clone()))));
        if pairs.is_empty() {
            return self.switch_off(&key);
        }
        self.values.insert(key, format_map(pairs.iter().map(|(key, value)| (key, value))));
    }

    fn default(&mut self, key: &str, value: &str) {
        if !self.off.contains(key) && !self.values.contains_key(key) {
            self.values.insert(key.to_owned(), value.to_owned());
        }
    }

    fn default_alb(&mut self, suffix: &str, value: &str) {
        self.default(&format!("{ALB}{suffix}"), value);
    }

    /// The ports of `listen-ports`, as far as they can be read.
    fn listeners(&self) -> Listeners {
        let mut listeners = Listeners::default();
        let entries: Vec<BTreeMap<String, serde_json::Value>> =
            self.alb("listen-ports").and_then(|text| serde_json::from_str(&as_json(text)).ok()).unwrap_or_default();
        for (protocol, port) in entries.into_iter().flatten() {
            let port = port.as_str().map_or_else(|| port.to_string(), str::to_owned);
            match protocol.as_str() {
                "HTTP" => listeners.http.push(port),
                "HTTPS" => listeners.https.push(port),
                _ => {}
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

fn listen_ports(ports: &[ListenPort]) -> String {
    let ports: Vec<String> = ports.iter().map(|port| format!("{{\"{}\": {}}}", port.protocol(), port.port())).collect();
    format!("[{}]", ports.join(", "))
}

fn rank(key: &str) -> (usize, &str) {
    if key == CLASS {
        return (0, key);
    }
    match key.strip_prefix(ALB) {
        Some(suffix) => (ORDER.iter().position(|known| *known == suffix).map_or(ORDER.len(), |at| at) + 1, key),
        None => (ORDER.len() + 2, key),
    }
}
