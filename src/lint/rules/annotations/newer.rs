//! The rule about what the controller in use is too old to know: annotations, values of them, keys in their JSON, fields of
//! IngressClassParams.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck, about};
use alb_controller::annotation::{Action, Condition, MutualAuthentication, Payload, newer_keys};
use alb_controller::catalogue::{DUALSTACK_WITHOUT_PUBLIC_IPV4, Kind, Version};
use alb_controller::model::{Setting, State, Unread};
use alb_controller::releases::Behaviour;

rules! {
    ALB053 Error | Warning "newer-than-the-controller" {
        summary: "an annotation, a value of one, or a field of IngressClassParams that the controller in use is too old to know",
        explanation: "With `controllerVersion` the release in use is known. It ignores annotations that came later, \
            and the API server drops fields of IngressClassParams, without an event. Where that opens something it \
            is an error: `security-group-prefix-lists` before v2.8.0 is an ALB that is open to the world, `ssl-redirect` \
            before v2.2.0 clear text on port 80, `mutual-authentication` before v2.7.0 and `jwt-validation` before v2.15.0 \
            let everybody in, `wafv2-acl-name` before v2.14.1 is no web ACL.\n\nA value that came later than its annotation \
            is not ignored: `none` for a web ACL goes to AWS, which refuses it, and `dualstack-without-public-ipv4` stops \
            the controller.",
        help: "upgrade the controller and set [[controllerVersion]] to its release, or remove what it does not know",
        source: "docs/controller-versions.md: the releases of the controller, v2.1.0 to v3.5.0",
    }
}

/// Annotations without which somebody gets in, or is not protected.
const PROTECTING: [&str; 5] =
    ["security-group-prefix-lists", "ssl-redirect", "mutual-authentication", "jwt-validation", "wafv2-acl-name"];

/// The same of fields of IngressClassParams.
const PROTECTING_FIELDS: [&str; 6] =
    ["inboundCIDRs", "prefixListsIDs", "PrefixListsIDs", "sslRedirectPort", "wafv2AclArn", "wafv2AclName"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        for setting in &ingress.facts.settings {
            match setting.state {
                State::Unread(Unread::TooNew(since)) => findings.extend(annotation(context, ingress, setting, since)),
                State::Read => {
                    findings.extend(value(context, setting));
                    findings.extend(keys(context, setting));
                }
                _ => {}
            }
        }
        findings.extend(fields(context, ingress));
        findings.extend(class_params(context, ingress));
    }
    findings
}

fn annotation(
    context: &Context<'_>,
    ingress: &IngressUnderCheck<'_>,
    setting: &Setting,
    since: Version,
) -> Option<Finding> {
    let name = setting.name();
    if name == "wafv2-acl-name" && panics(context) {
        return None;
    }
    let message = format!("{name} is read since {since}, and the controller is {}", context.release());
    let help = upgrade(since, name);
    let (severity, message) = match consequence(ingress, setting) {
        Some(what) => (Severity::Error, format!("{message}: {what}")),
        None => (Severity::Warning, message),
    };
    Some(context.at(setting, &ALB053, message).severity(severity).help(help))
}

/// What to do about something that a release brought.
fn upgrade(since: Version, name: &str) -> Help {
    Help::from(format!("upgrade the controller to {since} or later and set "))
        .then("[[controllerVersion]] to it")
        .then(format!(", or remove {name}"))
}

/// Whether the release knows `wafv2-acl-name`, and panics: that has a rule of its own.
fn panics(context: &Context<'_>) -> bool {
    context.has(Behaviour::WebAclNameKnown) && !context.has(Behaviour::WebAclByName)
}

/// What stands open without an annotation.
fn consequence(ingress: &IngressUnderCheck<'_>, setting: &Setting) -> Option<&'static str> {
    let name = PROTECTING.into_iter().find(|name| *name == setting.name())?;
    match name {
        _ if setting.value.is_empty() => None,
        "security-group-prefix-lists" => is_open(ingress).then_some("the ALB is open to everybody"),
        "ssl-redirect" => Some("port 80 serves clear text"),
        "mutual-authentication" => {
            asks_for_certificates(&setting.value).then_some("no client certificate is asked for")
        }
        "jwt-validation" => Some("no token is checked"),
        _ if setting.value == "none" => None,
        _ => Some("the ALB gets no web ACL"),
    }
}

/// Whether the security group that is built lets everybody in, or nothing is built that could tell.
fn is_open(ingress: &IngressUnderCheck<'_>) -> bool {
    ingress.built().is_none_or(|built| built.inbound.iter().any(|rule| rule.source.is_everybody()))
}

fn asks_for_certificates(text: &str) -> bool {
    let entries: Result<Vec<MutualAuthentication>, _> = Payload::read(text);
    entries.is_ok_and(|entries| entries.iter().any(|entry| entry.mode != "off"))
}

/// Values that came later than their annotation.
fn value(context: &Context<'_>, setting: &Setting) -> Option<Finding> {
    let annotation = setting.annotation?;
    let value = setting.value.as_str();
    let (what, behaviour, so) = match annotation.suffix {
        "wafv2-acl-arn" | "waf-acl-id" | "web-acl-id" if value == "none" => {
            ("the value none", Behaviour::WebAclNone, Some("it goes to AWS, which refuses it"))
        }
        "ip-address-type" if value == DUALSTACK_WITHOUT_PUBLIC_IPV4 => {
            let so = Some("the controller stops");
            ("the value dualstack-without-public-ipv4", Behaviour::DualStackWithoutPublicIpv4, so)
        }
        _ if annotation.kind == Kind::Map && value.contains('\\') => ("a backslash", Behaviour::MapEscapes, None),
        _ => return None,
    };
    let since = behaviour.difference()?.since;
    (!context.has(behaviour)).then(|| {
        let (name, release) = (setting.name(), context.release());
        let message = format!("{what} in {name} is known since {since}, and the controller is {release}");
        let finding = match so {
            Some(so) => context.at(setting, &ALB053, format!("{message}: {so}")),
            None => context.at(setting, &ALB053, message).severity(Severity::Warning),
        };
        finding.help(upgrade(since, what))
    })
}

/// Keys of JSON that came later than their annotation.
fn keys(context: &Context<'_>, setting: &Setting) -> Vec<Finding> {
    let (text, release) = (setting.value.as_str(), context.release());
    let newer = match setting.annotation.map(|annotation| annotation.suffix) {
        Some("actions.*") => newer_keys::<Action>(text, release),
        Some("conditions.*") => newer_keys::<Vec<Condition>>(text, release),
        Some("mutual-authentication") => newer_keys::<Vec<MutualAuthentication>>(text, release),
        _ => return Vec::new(),
    };
    let found = newer.into_iter().map(|(key, since)| {
        let name = setting.name();
        let message = format!(
            "{key} in {name} is read since {since}, and the controller is {release}: the controller ignores it"
        );
        context.at(setting, &ALB053, message).severity(Severity::Warning).help(upgrade(since, key))
    });
    found.collect()
}

/// Fields of IngressClassParams, which the API server drops.
fn fields(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let Some(params) = context.class_params(ingress) else { return Vec::new() };
    let found = ingress.facts.class_params_too_new().iter().map(|(field, since)| {
        let release = context.release();
        let message = format!(
            "{field} is a field of IngressClassParams since {since}, and the controller is {release}: the API server drops it"
        );
        let opens = PROTECTING_FIELDS.contains(field);
        let severity = if opens { Severity::Error } else { Severity::Warning };
        about(params, &ALB053, message).field(format!("/spec/{field}")).severity(severity).help(upgrade(*since, field))
    });
    found.collect()
}

/// IngressClassParams before there were any.
fn class_params(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let class = context.class(ingress).filter(|_| !context.has(Behaviour::ClassParams))?;
    class.value["spec"]["parameters"].is_object().then(|| {
        let release = context.release();
        let message = format!("release {release} of the controller has no IngressClassParams: nothing in them counts");
        about(class, &ALB053, message).field("/spec/parameters")
    })
}
