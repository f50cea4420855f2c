//! Rules about `actions.*` annotations, and about rules that never fire.
//!
//! An action is read for a backend that has its name and the port name `use-annotation`, and for nothing else: the how-to's
//! `actions.ssl-redirect` that no rule names is never even parsed. Which rules fire comes from the model, which rule shadows
//! another from [`crate::lint::facts::shadowing`].

mod limits;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::listeners::IngressListener;
use crate::lint::facts::shadowing::covers;
use crate::lint::facts::targets::{backends, path_pointer};
use alb_controller::annotation::{self, Payload};
use alb_controller::catalogue::{PREFIX, Version};
use alb_controller::go::json::{Mismatch, mismatch, unknown_keys};
use alb_controller::model::{self, Action, Condition, Origin, Protocol, Setting, State, Unread, WhyPruned};
use alb_controller::releases::Behaviour;

rules! {
    ALB003 Error | Info "action-never-read" {
        summary: "an `actions.*` annotation that no backend refers to",
        explanation: "The controller reads `actions.<name>` for a backend with `service.name: <name>` and \
            `service.port.name: use-annotation`, in a rule or as `defaultBackend`. Without such a backend the \
            annotation does nothing, its JSON is not even parsed, and no event says so. `actions.ssl-redirect` beside a \
            rule to the gateway redirects nothing: port 80 forwards in clear text. Beside the annotation `ssl-redirect`, \
            which redirects by itself, it is left over and does no harm: an info.",
        help: "to redirect to HTTPS set `alb.ingress.kubernetes.io/ssl-redirect: '443'` and remove the action; \
            otherwise name it in a rule: `backend: {service: {name: <name>, port: {name: use-annotation}}}`",
        source: "LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:21, 130-138, 201-220",
    }
    ALB004 Error "action-missing" {
        summary: "a backend with the port `use-annotation`, and no `actions.*` annotation of its name",
        explanation: "The controller builds a rule that answers 503 with `Backend action does not exist`, without an \
            error. Before v2.2.0 it stops: `missing actions.x configuration` (event FailedBuildModel).",
        help: "add the annotation `alb.ingress.kubernetes.io/actions.<name>` with the name of the backend, or write the name of an action \
            that exists",
        source: "LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:207-211",
    }
    ALB005 Error | Warning "action-invalid" {
        summary: "an `actions.*` annotation that the controller or AWS refuses, or part of which is dropped",
        explanation: "The value is a JSON object. Keys may be in any case, values may not: `\"type\": \"redirect\"` \
            with `redirectConfig`, `\"fixed-response\"` with `fixedResponseConfig`, `\"forward\"` with `forwardConfig` \
            or a target group; `statusCode` is required, `port` is text in quotes, several target groups need weights. \
            Otherwise the controller stops (event FailedBuildModel).\n\nIt does not look at the rest (event \
            FailedDeployModel). In a redirect AWS takes `HTTP_301` and `HTTP_302`, `HTTP`, `HTTPS` and `#{protocol}`, \
            a path that begins with `/`, and nothing from HTTPS to HTTP; in a fixed response 2xx, 4xx and 5xx, five \
            content types and 1024 characters; in a forward one to five target groups, weights from 0 to 999, and \
            stickiness with its duration, 1 to 604800 seconds. A key that the controller does not know is \
            ignored without an event.",
        help: "a redirect reads `{\"type\": \"redirect\", \"redirectConfig\": {\"protocol\": \"HTTPS\", \"port\": \
            \"443\", \"statusCode\": \"HTTP_301\"}}`",
        source: "LBC v3.5.0 pkg/ingress/config_types.go:12-205; AWS elbv2 API, RedirectActionConfig, \
            FixedResponseActionConfig and ForwardActionConfig",
    }
    ALB007 Error | Warning "rule-never-fires" {
        summary: "a rule that no request reaches: an earlier one takes them all, or it redirects to itself",
        explanation: "Entries of `spec.rules` keep their order. Inside one entry the paths are sorted: Exact, then \
            Prefix with the longest first (equal ones as written), then ImplementationSpecific; before v2.4.3 they keep \
            their order. A rule behind one that \
            takes every request of its own is dead, on every listener. A redirect is meant to fire, so that is an \
            error; for other rules it is a warning.\n\nThe controller leaves a redirect out on the listener that it leads to, \
            which is how one redirect rule can serve the HTTP listener and not the HTTPS one. So is what an earlier \
            redirect takes; there the controller does not see regular expressions of hosts (up to v3.0.0 nor those of \
            paths), and a redirect that has them makes it leave out rules that it does not take: that is an error.",
        help: "put the redirect first, in an entry of `spec.rules` of its own; to redirect everything to HTTPS use \
            `alb.ingress.kubernetes.io/ssl-redirect: '443'`, which needs no rule",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener_rules.go:26-34, 88-127; \
            pkg/ingress/rule_optimizer.go:29-175",
    }
    ALB082 Error "default-backend-redirects-to-itself" {
        summary: "`defaultBackend` is a redirect to one of the Ingress's own listeners, and requests reach it there",
        explanation: "The controller leaves out rules that redirect to their own listener, but does not look at \
            default actions. A redirect to HTTPS as `defaultBackend` stands on the HTTPS listener, too, and every \
            request that no rule takes is redirected to the same address, again and again.",
        help: "use `alb.ingress.kubernetes.io/ssl-redirect: '443'`, or make the redirect a rule instead of the default \
            backend",
        source: "LBC v3.5.0 pkg/ingress/rule_optimizer.go:47-51; pkg/ingress/model_build_listener.go:93-100",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(never_read(ingress));
        findings.extend(missing(ingress));
        for setting in ingress.settings("actions.*") {
            findings.extend(invalid(ingress, setting, &|message| context.at(setting, &ALB005, message)));
        }
        findings.extend(to_clear_text(ingress));
        findings.extend(never_fire(ingress));
        findings.extend(default_loops(ingress));
    }
    findings
}

fn never_read(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let unread = ingress.facts.settings.iter().filter(|setting| {
        setting.state == State::Unread(Unread::NoSuchBackend)
            && setting.annotation.is_some_and(|found| found.suffix == "actions.*")
    });
    let backends = backends(ingress.object);
    let found = unread.map(|setting| {
        let suffix = setting.name();
        let name = suffix.strip_prefix("actions.").unwrap_or_default();
        let message = match backends.iter().find(|backend| backend.name == name) {
            Some(backend) => format!(
                "{suffix} is never read: the backend {name} has the port {}, not the port name use-annotation",
                backend.port
            ),
            None => format!("{suffix} is never read: no backend has the name {name} and the port name use-annotation"),
        };
        // The action of the how-to, left behind beside the annotation that took its place.
        if name == "ssl-redirect" && ingress.facts.text("ssl-redirect").is_some() {
            let message = format!("{message}; the annotation ssl-redirect does the redirect");
            return ingress
                .at(&ALB003, suffix, message)
                .severity(Severity::Info)
                .help("remove the annotation, it does nothing");
        }
        ingress.at(&ALB003, suffix, message)
    });
    found.collect()
}

fn missing(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for backend in backends(ingress.object) {
        let suffix = format!("actions.{}", backend.name);
        if backend.uses_annotation() && ingress.setting(&suffix).is_none() {
            let what = match ingress.facts.release().has(Behaviour::MissingActionAnswers) {
                true => "what comes here is answered with 503",
                false => "the controller refuses the whole group",
            };
            let message = format!("there is no annotation {suffix}: {what}");
            let help = format!("add the annotation `{PREFIX}{suffix}`, or write the name of an action that exists");
            findings.push(ingress.finding(&ALB004, message).field(backend.pointer).help(help));
        }
    }
    findings
}

/// Faults of an action by itself.
fn invalid(ingress: &IngressUnderCheck<'_>, setting: &Setting, at: &dyn Fn(String) -> Finding) -> Vec<Finding> {
    let text = &setting.value;
    let suffix = setting.name();
    let action = match read(text, ingress.facts.release()) {
        Ok(action) => action,
        Err(error) => {
            let finding = ingress.refusal(at(format!("{suffix}: {error}")));
            return vec![match in_quotes(text) {
                Some(quoted) => finding.help(quoted),
                None => finding.help(help(text)),
            }];
        }
    };
    let mut findings: Vec<Finding> =
        limits::refused(&action).into_iter().map(|fault| at(format!("{suffix}: {fault}")).help(help(text))).collect();
    let warn = |message: String| at(message).severity(Severity::Warning);
    for key in unknown_keys(text, &annotation::Action::TYPE) {
        let message = format!("{suffix}: the controller does not know the key {key:?}, and ignores it");
        findings.push(warn(message).help(format!("remove {key:?}, or correct it")));
    }
    let targets = action.forward_config.iter().flat_map(|forward| &forward.target_groups);
    let by_both = targets.filter(|target| target.target_group_arn.is_some() && target.target_group_name.is_some());
    if by_both.count() > 0 || (action.target_group_arn.is_some() && action.target_group_name.is_some()) {
        let message = format!("{suffix}: targetGroupName beside targetGroupARN is not read");
        findings.push(warn(message).help("remove `targetGroupName` or `targetGroupARN`"));
    }
    findings
}

/// An action that a release of the controller does not refuse.
fn read(text: &str, release: Version) -> Result<annotation::Action, String> {
    let action = annotation::Action::read_by(text, release)?;
    action.check(release).map(|()| action)
}

/// How a number is written that stands without quotes where a text belongs.
fn in_quotes(text: &str) -> Option<String> {
    let mismatch = mismatch(text, &annotation::Action::TYPE).filter(Mismatch::is_number_for_string)?;
    let key = mismatch.key()?;
    let value: Value = serde_json::from_str(text).ok()?;
    let number = number_of(&value, key)?;
    let quoted = match &value["redirectConfig"] {
        Value::Object(_) if key == "statusCode" => format!("HTTP_{number}"),
        _ => number,
    };
    Some(format!("write `\"{key}\": \"{quoted}\"`, with quotes"))
}

/// The number under a key, in whatever letters that is written.
fn number_of(value: &Value, key: &str) -> Option<String> {
    let map = value.as_object()?;
    let here = map.iter().find(|(name, value)| name.eq_ignore_ascii_case(key) && value.is_number());
    here.map(|(_, value)| value.to_string()).or_else(|| map.values().find_map(|value| number_of(value, key)))
}

/// How an action of this type is written.
fn help(text: &str) -> &'static str {
    match annotation::Action::read(text).map(|action| action.r#type.to_lowercase()) {
        Ok(kind) if kind == "forward" => {
            "a forward reads `{\"type\": \"forward\", \"forwardConfig\": {\"targetGroups\": [{\"serviceName\": \"gateway\", \
             \"servicePort\": 443, \"weight\": 90}, …]}}`"
        }
        Ok(kind) if kind.contains("response") => {
            "a response reads `{\"type\": \"fixed-response\", \"fixedResponseConfig\": {\"contentType\": \"text/plain\", \
             \"statusCode\": \"503\", \"messageBody\": \"later\"}}`"
        }
        _ => ALB005.help,
    }
}

/// Redirects from an HTTPS listener to HTTP, which AWS refuses.
fn to_clear_text(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let https = |own: &&IngressListener<'_>| own.listener.protocol == Protocol::Https;
    for own in ingress.listeners.iter().filter(https) {
        for rule in own.rules {
            let redirect = rule.actions.iter().find_map(Action::redirect);
            if redirect.is_some_and(|redirect| redirect.protocol.as_deref() == Some("HTTP")) {
                let suffix = format!("actions.{}", rule.origin.backend);
                let port = own.listener.port;
                let message =
                    format!("{suffix} redirects the HTTPS listener on port {port} to HTTP, which AWS refuses");
                findings.push(ingress.at(&ALB005, &suffix, message));
            }
        }
    }
    findings
}

/// What becomes of a rule on one listener.
enum Fate<'l> {
    Fires,
    TakenBy(Taker<'l>),
    ToItself,
}

/// The earlier rule that shadows another.
#[derive(Clone, Copy)]
struct Taker<'l> {
    origin: &'l Origin,
    redirects: bool,
    /// The controller leaves out the other rule, although requests could reach it.
    wrongly: bool,
}

fn never_fire(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let listeners = &ingress.listeners;
    let redirected = listeners.iter().any(|own| own.listener.redirects_all);
    let mut by_origin: BTreeMap<(usize, usize), Vec<(Fate<'_>, &model::Rule)>> = BTreeMap::new();
    for (fate, rule) in listeners.iter().flat_map(fates) {
        let place = (rule.origin.rule, rule.origin.path);
        by_origin.entry(place).or_default().push((fate, rule));
    }
    for ((rule, path), fates) in by_origin {
        if fates.iter().any(|(fate, _)| matches!(fate, Fate::Fires)) {
            continue;
        }
        let shadowed_by = fates.iter().find_map(|(fate, _)| match fate {
            Fate::TakenBy(by) => Some(*by),
            _ => None,
        });
        let is_redirect = fates.iter().any(|(_, rule)| redirects(rule));
        let is_wrong = |by: &Origin| {
            let mut fates = fates.iter();
            fates.any(|(fate, _)| matches!(fate, Fate::TakenBy(shadowed_by) if shadowed_by.wrongly && shadowed_by.origin == by))
        };
        let done_by_ssl_redirect = redirected && fates.first().is_some_and(|(_, rule)| leads_to_https(rule));
        let (severity, message) = match shadowed_by {
            None if done_by_ssl_redirect => {
                (Severity::Warning, "this redirect is not needed: ssl-redirect does the same".to_owned())
            }
            None => (Severity::Error, "this redirect never fires: it leads to the listener that it is on".to_owned()),
            Some(by) if is_wrong(by.origin) => (
                Severity::Error,
                format!(
                    "the controller leaves this rule out: {} is a redirect with regular expressions, which it takes for one \
                     that matches everything",
                    describe(ingress, by.origin)
                ),
            ),
            Some(by) => {
                let place = describe(ingress, by.origin);
                let what = if is_redirect { "redirect" } else { "rule" };
                let message = format!("this {what} never fires: {place} takes every request before it");
                let severity = if is_redirect && !by.redirects { Severity::Error } else { Severity::Warning };
                (severity, message)
            }
        };
        let loops = shadowed_by.is_none() && severity == Severity::Error;
        let help = match shadowed_by {
            None if loops => Some(
                "give the redirect another host, port or path than the request has: the controller leaves out one that leads to \
                 its own listener, host and path"
                    .to_owned(),
            ),
            None => Some("remove this redirect".to_owned()),
            Some(by) if is_wrong(by.origin) => None,
            Some(by) if !is_redirect => Some(format!("remove this rule, or write it before {}", describe(ingress, by.origin))),
            Some(by) if !by.redirects => None,
            Some(_) => Some("remove this redirect".to_owned()),
        };
        let finding = ingress.finding(&ALB007, message).field(path_pointer(rule, path));
        findings.push(finding.severity(severity).maybe_help(help));
    }
    findings
}

/// The rules of an Ingress on one listener, those that are left out too, and what becomes of each.
fn fates<'s>(own: &IngressListener<'s>) -> Vec<(Fate<'s>, &'s model::Rule)> {
    let built = own.rules.iter().map(|rule| match own.shadowed_by(rule) {
        None => (Fate::Fires, rule),
        Some(by) => {
            let shadowed_by = Taker { origin: &by.origin, redirects: redirects(by), wrongly: false };
            (Fate::TakenBy(shadowed_by), rule)
        }
    });
    let left_out = own.pruned.iter().map(|pruned| match &pruned.why {
        WhyPruned::RedirectsToItself => (Fate::ToItself, &pruned.rule),
        WhyPruned::Covered { by } => {
            let rule = own.rule_of(by);
            let shadowed_by = Taker {
                origin: by,
                redirects: true,
                wrongly: rule.is_some_and(|by| is_wrongly_left_out(&pruned.rule, by)),
            };
            (Fate::TakenBy(shadowed_by), &pruned.rule)
        }
    });
    built.chain(left_out).collect()
}

fn redirects(rule: &model::Rule) -> bool {
    let mut actions = rule.actions.iter();
    actions.any(|action| action.redirect().is_some())
}

fn leads_to_https(rule: &model::Rule) -> bool {
    let redirect = rule.actions.iter().find_map(Action::redirect);
    redirect.is_some_and(|redirect| redirect.protocol.as_deref() == Some("HTTPS"))
}

/// Whether the controller leaves a rule out that requests could reach: of hosts it compares values only, and a rule that has
/// regular expressions instead has none (rule_optimizer.go:137-175); up to v3.0.0 it is the same for paths.
fn is_wrongly_left_out(rule: &model::Rule, by: &model::Rule) -> bool {
    let regular = |condition: &Condition| match condition {
        Condition::HostHeader { host_header_config: patterns }
        | Condition::PathPattern { path_pattern_config: patterns } => !patterns.regex_values.is_empty(),
        _ => false,
    };
    by.conditions.iter().any(regular) && !covers(&by.conditions, &rule.conditions)
}

/// A rule by its place, in words.
fn describe(ingress: &IngressUnderCheck<'_>, origin: &Origin) -> String {
    let place = format!("path {} of rule {}", origin.path + 1, origin.rule + 1);
    let place = format!("{place}, to {},", origin.backend);
    if origin.ingress == ingress.facts.key { place } else { format!("{place} of Ingress {}", origin.ingress) }
}

fn default_loops(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for own in ingress.listeners.iter() {
        if !own.has_default(&ingress.facts.key) {
            continue;
        }
        let listener = own.listener;
        let redirect = listener.default_actions.iter().find_map(Action::redirect);
        if redirect.is_some_and(|redirect| model::loops(listener.port, listener.protocol, redirect)) {
            let message = format!(
                "the default backend redirects the {} listener on port {} to itself, again and again",
                listener.protocol.name(),
                listener.port
            );
            findings.push(ingress.finding(&ALB082, message).field("/spec/defaultBackend"));
        }
    }
    findings
}
