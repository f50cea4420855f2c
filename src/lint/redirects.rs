//! Rules about redirects to HTTPS: `ssl-redirect`, which takes all HTTP listeners of a group, and the ports that redirects
//! lead to.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::backends::backends;
use super::listeners::{has, ports};
use super::listening::Listening;
use super::scene::{Scene, Subject};
use super::{Finding, Rule, Severity};
use crate::alb::model::{Action, Listener, Protocol, Redirect};
use crate::alb::values::parse_int32;

/// A redirect to a port that is not there.
pub static ALB008: Rule = Rule {
    id: "ALB008",
    name: "redirect-to-a-port-that-is-not-https",
    severity: Severity::Error,
    summary: "`ssl-redirect` names a port that is no HTTPS listen port, or a redirect leads to a port where nobody listens",
    explanation: "The port of `ssl-redirect` must be one of `listen-ports`, with HTTPS; otherwise the controller stops: \
`listener does not exist for SSLRedirect port`, or `listener protocol non-SSL for SSLRedirect port`.\n\nThe port of a redirect \
action is not checked by anyone: clients are sent to a port that does not answer (a warning, since something else may listen \
there). `protocol: HTTPS` without a `port` keeps the port of the request, so clients speak TLS to port 80.",
    help: "give a certificate (`ingress.certificateArns`, --certificate-arn), and the HTTPS listener comes with it; by hand: \
`alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`, and redirect to 443",
    source: "LBC v3.5.0 pkg/ingress/model_builder.go:514-553",
};

/// A group's redirect takes an Ingress off the air.
pub static ALB080: Rule = Rule {
    id: "ALB080",
    name: "ssl-redirect-port-of-another-member",
    severity: Severity::Error,
    summary: "`group.name`, and the HTTPS port that all HTTP listeners redirect to is no listen port of this Ingress",
    explanation: "`ssl-redirect` of one Ingress holds for all HTTP listeners of the group, and HTTP listeners then have no rules \
at all. An Ingress that listens on HTTP only is gone: its rules and its target group are not built, without an error, and \
clients are redirected to an HTTPS listener that has no rule for them. Where no member listens on the port the controller \
stops: `listener does not exist for SSLRedirect port`.",
    help: "give this Ingress the listener, too: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener_rules.go:20-22; pkg/ingress/model_builder.go:514-553",
};

/// A redirect that nobody meets.
pub static ALB081: Rule = Rule {
    id: "ALB081",
    name: "ssl-redirect-without-http-listener",
    severity: Severity::Warning,
    summary: "`ssl-redirect`, and no HTTP listener that could redirect",
    explanation: "With `certificate-arn` and without `listen-ports` the ALB listens on HTTPS 443 only. Then nobody answers on \
port 80, and the redirect never happens: a browser that tries `http://` first gets no connection.",
    help: "add the HTTP listener: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:238-244",
};

/// The rules of this module.
pub static RULES: [&Rule; 3] = [&ALB008, &ALB080, &ALB081];

/// All of them.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in scene.ours() {
        if let Some(ports) = ports(subject) {
            findings.extend(ssl_redirect(scene, subject, &ports));
        }
        findings.extend(taken_off_the_air(subject));
        findings.extend(redirects(subject));
    }
    findings
}

/// The port of `ssl-redirect` against the Ingress's own listen ports.
fn ssl_redirect(scene: &Scene<'_>, subject: &Subject<'_>, ports: &BTreeMap<i32, Protocol>) -> Option<Finding> {
    let redirect = subject.facts.text("ssl-redirect")?;
    let port = parse_int32(redirect.value).ok()?;
    let at = |rule, message: String| scene.at_effective(&redirect, rule, message);
    match ports.get(&port) {
        Some(Protocol::Https) if has(ports, Protocol::Http) || subject.shares() => None,
        Some(Protocol::Https) => {
            Some(at(&ALB081, "there is no HTTP listener, so ssl-redirect redirects nobody".to_owned()))
        }
        Some(Protocol::Http) => Some(at(&ALB008, format!("ssl-redirect leads to port {port}, which listens on HTTP"))),
        None if subject.shares() => {
            let message = format!(
                "ssl-redirect leads to port {port}, on which this Ingress does not listen: redirected clients find none of its rules"
            );
            Some(at(&ALB080, message))
        }
        None => Some(at(&ALB008, format!("ssl-redirect leads to port {port}, on which nobody listens"))),
    }
}

/// An Ingress all of whose listeners redirect, because another member of the group says so.
fn taken_off_the_air(subject: &Subject<'_>) -> Option<Finding> {
    let redirects_all = |own: &Listening<'_>| own.listener.redirects_all;
    let said = subject.setting("ssl-redirect").is_some();
    if said || !subject.shares() || subject.listeners.is_empty() || !subject.listeners.iter().all(redirects_all) {
        return None;
    }
    let message = "another Ingress of the group redirects every HTTP listener to HTTPS, and this one listens on HTTP only: its \
                   rules are on no listener";
    Some(subject.near(&ALB080, "listen-ports", message))
}

/// Redirects of this Ingress's rules that lead to a port of the ALB where nobody listens, or with another protocol.
fn redirects(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // With an NLB in front the ports that clients see are others.
    if subject.built().is_none_or(|built| built.frontend_nlb.is_some()) {
        return findings;
    }
    for own in subject.listeners.iter() {
        for (action, redirect) in redirects_on(subject, own) {
            if let Some(fault) = leads_nowhere(subject, own.listener, redirect) {
                let finding = subject.at(&ALB008, &format!("actions.{action}"), fault);
                findings.push(finding.severity(Severity::Warning));
            }
        }
    }
    findings
}

/// The redirects of this Ingress that requests reach on a listener, by the names of their actions.
fn redirects_on<'s>(subject: &Subject<'s>, own: &Listening<'s>) -> Vec<(&'s str, &'s Redirect)> {
    let reached = own.rules.iter().filter(|rule| own.is_reached(rule));
    let mut found: Vec<(&str, &Redirect)> =
        reached.filter_map(|rule| Some((rule.origin.backend.as_str(), redirect_of(&rule.actions)?))).collect();
    if own.has_default(&subject.facts.key) {
        let default = backends(subject.object).pop().map(|backend| backend.name);
        found.extend(default.zip(redirect_of(&own.listener.default_actions)));
    }
    found
}

fn redirect_of(actions: &[Action]) -> Option<&Redirect> {
    actions.iter().find_map(Action::redirect)
}

/// What is wrong with the port that a redirect on this listener leads to, if it leads to this ALB at all.
fn leads_nowhere(subject: &Subject<'_>, from: &Listener, redirect: &Redirect) -> Option<String> {
    let said = |part: &'_ Option<String>, keep: &str| part.clone().filter(|part| part != keep);
    if said(&redirect.host, "#{host}").is_some() {
        return None;
    }
    let port = match said(&redirect.port, "#{port}") {
        Some(port) => port.parse().ok()?,
        None => from.port,
    };
    let protocol = match said(&redirect.protocol, "#{protocol}") {
        Some(protocol) => Protocol::parse(&protocol)?,
        None => from.protocol,
    };
    let mut listeners = subject.built()?.listeners.iter();
    match listeners.find(|listener| listener.port == port) {
        Some(to) if to.protocol == protocol => None,
        Some(to) => Some(format!(
            "the redirect leads to {} on port {port}, which listens on {}",
            protocol.name(),
            to.protocol.name()
        )),
        None => Some(format!("the redirect leads to port {port}, on which nobody listens")),
    }
}
