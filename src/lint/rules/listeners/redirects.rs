//! Rules about redirects to HTTPS: `ssl-redirect`, which takes all HTTP listeners of a group, and the ports that redirects
//! lead to.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::listen_ports::{has, ports};
use crate::lint::facts::listeners::IngressListener;
use crate::lint::facts::targets::backends;
use alb_controller::go::strconv::parse_int32;
use alb_controller::model::{Action, Listener, Protocol, Redirect};

rules! {
    ALB008 Error | Warning "redirect-to-a-port-that-is-not-https" {
        summary: "`ssl-redirect` names a port that is not an HTTPS listen port, or a redirect leads to a port where nothing \
            listens",
        explanation: "The port of `ssl-redirect` must be one of `listen-ports`, with HTTPS; otherwise the controller \
            stops: `listener does not exist for SSLRedirect port`, or `listener protocol non-SSL for SSLRedirect \
            port`.\n\nNobody checks the port of a redirect action: clients are sent to a port that does not \
            answer (a warning, since something else may listen there). `protocol: HTTPS` without a `port` keeps the \
            port of the request, so clients speak TLS to port 80.",
        help: "give a certificate with [[ingress.certificateArns]], and the HTTPS listener comes with \
            it; in an Ingress of your own: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`, and redirect \
            to 443",
        source: "LBC v3.5.0 pkg/ingress/model_builder.go:514-553",
    }
    ALB080 Error "ssl-redirect-port-of-another-member" {
        summary: "`group.name`, and the HTTPS port that all HTTP listeners redirect to is no listen port of this \
            Ingress",
        explanation: "`ssl-redirect` of one Ingress holds for all HTTP listeners of the group, and HTTP listeners then \
            have no rules at all. An Ingress that listens on HTTP only is gone: its rules and its target group are not \
            built, without an error, and clients are redirected to an HTTPS listener that has no rule for them. Where \
            no member listens on the port the controller stops: `listener does not exist for SSLRedirect port`.",
        help: "give this Ingress the HTTPS listener as well: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, \
            {\"HTTPS\": 443}]'`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener_rules.go:20-22; pkg/ingress/model_builder.go:514-553",
    }
    ALB081 Warning "ssl-redirect-without-http-listener" {
        summary: "`ssl-redirect`, and no HTTP listener that could redirect",
        explanation: "With `certificate-arn` and without `listen-ports` the ALB listens on HTTPS 443 only. Then nobody \
            answers on port 80, and the redirect never happens: a browser that tries `http://` first gets no \
            connection.",
        help: "add the HTTP listener: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:238-244",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        if let Some(ports) = ports(ingress) {
            findings.extend(ssl_redirect(context, ingress, &ports));
        }
        findings.extend(without_listener(ingress));
        findings.extend(redirects(context, ingress));
    }
    findings
}

/// The port of `ssl-redirect` against the Ingress's own listen ports.
fn ssl_redirect(
    context: &Context<'_>,
    ingress: &IngressUnderCheck<'_>,
    ports: &BTreeMap<i32, Protocol>,
) -> Option<Finding> {
    let redirect = ingress.facts.text("ssl-redirect")?;
    let port = parse_int32(redirect.value).ok()?;
    let at = |rule, message: String| context.at_effective(&redirect, rule, message);
    let help = match https_of(ports) {
        Some(https) => format!("write `alb.ingress.kubernetes.io/ssl-redirect: '{https}'`, where HTTPS listens").into(),
        None => without_https(context),
    };
    match ports.get(&port) {
        Some(Protocol::Https) if has(ports, Protocol::Http) || ingress.shares() => None,
        Some(Protocol::Https) => {
            Some(at(&ALB081, "there is no HTTP listener, so ssl-redirect redirects nobody".to_owned()))
        }
        Some(Protocol::Http) => {
            Some(at(&ALB008, format!("ssl-redirect leads to port {port}, which listens on HTTP")).help(help))
        }
        None if ingress.shares() => {
            let message = format!(
                "ssl-redirect leads to port {port}, on which this Ingress does not listen: redirected clients find none of its rules"
            );
            Some(at(&ALB080, message))
        }
        None => Some(at(&ALB008, format!("ssl-redirect leads to port {port}, on which nothing listens")).help(help)),
    }
}

/// The first port with HTTPS.
fn https_of(ports: &BTreeMap<i32, Protocol>) -> Option<i32> {
    ports.iter().find(|(_, protocol)| **protocol == Protocol::Https).map(|(port, _)| *port)
}

/// What to do where no port has HTTPS.
fn without_https(context: &Context<'_>) -> Help {
    match context.is_as_is() {
        true => {
            "set `certificate-arn` and `listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`, and redirect to 443".into()
        }
        false => "give a certificate with [[ingress.certificateArns]], and the HTTPS listener comes with it; or set \
                  [[ingress.redirectToHttps: false]]"
            .into(),
    }
}

/// An Ingress all of whose listeners redirect because of `ssl-redirect` of another member.
fn without_listener(ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let redirects_all = |own: &IngressListener<'_>| own.listener.redirects_all;
    let redirects = ingress.setting("ssl-redirect").is_some();
    if redirects || !ingress.shares() || ingress.listeners.is_empty() || !ingress.listeners.iter().all(redirects_all) {
        return None;
    }
    let message = "another Ingress of the group redirects every HTTP listener to HTTPS, and this one listens on HTTP only: its \
                   rules are on no listener";
    Some(ingress.near(&ALB080, "listen-ports", message))
}

/// Redirects of this Ingress's rules that lead to a port of the ALB where nobody listens, or with another protocol.
fn redirects(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // With an NLB in front the ports that clients see are others.
    if ingress.built().is_none_or(|built| built.frontend_nlb.is_some()) {
        return findings;
    }
    for own in ingress.listeners.iter() {
        for (action, redirect) in redirects_on(ingress, own) {
            if let Some(fault) = leads_nowhere(ingress, own.listener, redirect) {
                let finding = ingress.at(&ALB008, &format!("actions.{action}"), fault);
                let https = ports(ingress).as_ref().and_then(https_of);
                let help = https.map_or_else(
                    || without_https(context),
                    |https| format!("write `\"port\": \"{https}\"` in the redirect").into(),
                );
                findings.push(finding.severity(Severity::Warning).help(help));
            }
        }
    }
    findings
}

/// The redirects of this Ingress that requests reach on a listener, by the names of their actions.
fn redirects_on<'s>(ingress: &IngressUnderCheck<'s>, own: &IngressListener<'s>) -> Vec<(&'s str, &'s Redirect)> {
    let reached = own.rules.iter().filter(|rule| own.is_reachable(rule));
    let mut found: Vec<(&str, &Redirect)> =
        reached.filter_map(|rule| Some((rule.origin.backend.as_str(), redirect_of(&rule.actions)?))).collect();
    if own.has_default(&ingress.facts.key) {
        let default = backends(ingress.object).pop().map(|backend| backend.name);
        found.extend(default.zip(redirect_of(&own.listener.default_actions)));
    }
    found
}

fn redirect_of(actions: &[Action]) -> Option<&Redirect> {
    actions.iter().find_map(Action::redirect)
}

/// What is wrong with the port that a redirect on this listener leads to, if it leads to this ALB at all.
fn leads_nowhere(ingress: &IngressUnderCheck<'_>, from: &Listener, redirect: &Redirect) -> Option<String> {
    let changed = |part: &'_ Option<String>, keep: &str| part.clone().filter(|part| part != keep);
    if changed(&redirect.host, "#{host}").is_some() {
        return None;
    }
    let port = match changed(&redirect.port, "#{port}") {
        Some(port) => port.parse().ok()?,
        None => from.port,
    };
    let protocol = match changed(&redirect.protocol, "#{protocol}") {
        Some(protocol) => Protocol::parse(&protocol)?,
        None => from.protocol,
    };
    let mut listeners = ingress.built()?.listeners.iter();
    match listeners.find(|listener| listener.port == port) {
        Some(to) if to.protocol == protocol => None,
        Some(to) => Some(format!(
            "the redirect leads to {} on port {port}, which listens on {}",
            protocol.name(),
            to.protocol.name()
        )),
        None => Some(format!("the redirect leads to port {port}, on which nothing listens")),
    }
}
