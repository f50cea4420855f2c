//! Rules about `conditions.*` and `transforms.*`, and about annotations that belong to something that is not there.

mod limits;
#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::listen_ports::{self, is_listener};
use crate::lint::facts::targets::paths;
use alb_controller::annotation::{Condition, MutualAuthentication, Payload, Transform};
use alb_controller::catalogue::PREFIX;
use alb_controller::go::json::unknown_keys;
use alb_controller::model::{Protocol, Setting, State, Unread};

/// The fields of a condition that the controller knows (LBC v3.5.0 pkg/ingress/config_types.go:359-405).
const FIELDS: [&str; 6] =
    ["host-header", "http-header", "http-request-method", "path-pattern", "query-string", "source-ip"];

rules! {
    ALB072 Error | Warning "conditions-or-transforms-invalid" {
        summary: "`conditions.*` or `transforms.*` of a backend that the webhook, the controller or AWS refuses",
        explanation: "The value is a JSON array of objects. A condition has a `field` and the config of that field \
            with values (`hostHeaderConfig`, `pathPatternConfig`, `httpHeaderConfig`, `httpRequestMethodConfig`, \
            `queryStringConfig`, `sourceIPConfig`), either `values` or `regexValues`, and the rule's own host and path \
            count as values. A transform has a `type`, `url-rewrite` or `host-header-rewrite`, and its config with \
            `rewrites`. Otherwise the webhook denies the Ingress, or the controller stops.\n\nMore passes both and is \
            refused by AWS (event FailedDeployModel): a source address that is no network, a header without a name or \
            with `host` for one, a method in small letters, two conditions on the method or on the source of one rule, \
            two transforms of one type, a rewrite without a regular expression.",
        help: "a condition reads `[{\"field\": \"http-header\", \"httpHeaderConfig\": {\"httpHeaderName\": \"X-Test\", \
            \"values\": [\"1\"]}}]`",
        source: "LBC v3.5.0 webhooks/networking/ingress_validator.go:213-240; pkg/ingress/config_types.go:359-405, \
            482-502; pkg/ingress/model_build_listener_rules.go:199-209; AWS elbv2 API, RuleCondition and RuleTransform",
    }
    ALB073 Error "condition-dropped" {
        summary: "a condition whose `field` is not one of the six that exist",
        explanation: "The controller ignores a field that it does not know, in exactly these letters, without an \
            error: `host-header`, `http-header`, `http-request-method`, `path-pattern`, `query-string`, `source-ip`. \
            The rule is built without the condition, and is open to everyone whom the condition should have kept out.",
        help: "write one of these fields, in small letters: `host-header`, `http-header`, `http-request-method`, `path-pattern`, \
            `query-string`, `source-ip`",
        source: "LBC v3.5.0 pkg/ingress/config_types.go:359-405; pkg/ingress/model_build_listener_rules.go:129-220",
    }
    ALB074 Error | Warning "annotation-for-nothing" {
        summary: "an annotation for a backend or a listener that the Ingress does not have",
        explanation: "`conditions.<name>` and `transforms.<name>` belong to the rules that lead to a backend of that \
            name (not to `defaultBackend`), `target-control-port.<service>.<port>` for a target group, \
            `listener-attributes.<protocol>-<port>` and the entries of `mutual-authentication` for a listener. Where \
            there is none they are never used, without an error. Conditions and client certificates keep people out, \
            so there it is an error; for the others it is a warning.",
        help: "name the backend, or the protocol and port, as they are in `spec` and in `listen-ports`",
        source: "LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:170-198; pkg/ingress/model_build_listener.go:186, \
            527",
    }
}

/// How a transform is written.
const TRANSFORM: &str = r#"a transform reads `[{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/old/(.*)", "replace": "/new/$1"}]}}]`"#;

/// How a condition on this field is written.
fn condition_on(field: &str) -> Option<String> {
    let (config, values) = match field {
        "host-header" => ("hostHeaderConfig", r#""values": ["*.example.com"]"#),
        "path-pattern" => ("pathPatternConfig", r#""values": ["/shop/*"]"#),
        "http-request-method" => ("httpRequestMethodConfig", r#""values": ["GET"]"#),
        "query-string" => ("queryStringConfig", r#""values": [{"key": "version", "value": "2"}]"#),
        "source-ip" => ("sourceIPConfig", r#""values": ["203.0.113.0/24"]"#),
        _ => return None,
    };
    Some(format!(r#"such a condition reads `{{"field": "{field}", "{config}": {{{values}}}}}`"#))
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        for setting in ingress.settings("conditions.*") {
            findings.extend(conditions(context, setting));
        }
        for setting in ingress.settings("transforms.*") {
            findings.extend(transforms(context, setting));
        }
        findings.extend(both_kinds(context, ingress, &findings));
        findings.extend(for_nothing(context, ingress));
        findings.extend(client_certificates(ingress));
    }
    findings
}

fn conditions(context: &Context<'_>, setting: &Setting) -> Vec<Finding> {
    let name = setting.name();
    let refused = |fault: String| context.at(setting, &ALB072, format!("{name}: {fault}"));
    let conditions: Vec<Condition> = match Payload::read_by(&setting.value, context.release()) {
        Ok(conditions) => conditions,
        Err(error) => return vec![refused(error)],
    };
    let mut findings = Vec::new();
    for condition in &conditions {
        let field = condition.field.as_str();
        if !FIELDS.contains(&field) {
            let message = format!(
                "{name}: the controller does not know the field {field:?}, and ignores the condition: the rule is open"
            );
            let finding = context.at(setting, &ALB073, message);
            let known = FIELDS.iter().find(|known| field.trim().eq_ignore_ascii_case(known));
            findings.push(finding.maybe_help(known.map(|known| format!("write {known:?}"))));
            continue;
        }
        if let Err(fault) = condition.check(context.release()) {
            findings.push(refused(fault).maybe_help(condition_on(field)));
            continue;
        }
        findings.extend(limits::refused(condition).into_iter().map(|(fault, help)| refused(fault).help(help)));
    }
    findings.extend(limits::repeated(&conditions).map(|(fault, help)| refused(fault).help(help)));
    findings.extend(dropped::<Vec<Condition>>(context, setting));
    findings
}

fn transforms(context: &Context<'_>, setting: &Setting) -> Vec<Finding> {
    let read: Result<Vec<Transform>, String> = Payload::read(&setting.value);
    let checked = read.and_then(|transforms| {
        transforms.iter().try_for_each(Transform::check)?;
        Ok(transforms)
    });
    let refused = |fault: String, help: &str| {
        context.at(setting, &ALB072, format!("{}: {fault}", setting.name())).help(help.to_owned())
    };
    match checked {
        Err(fault) => vec![refused(fault, TRANSFORM)],
        Ok(transforms) => {
            let faults = limits::of_transforms(&transforms).into_iter();
            let mut findings: Vec<Finding> = faults.map(|(fault, help)| refused(fault, &help)).collect();
            findings.extend(dropped::<Vec<Transform>>(context, setting));
            findings
        }
    }
}

/// Keys that the controller does not know.
fn dropped<T: Payload>(context: &Context<'_>, setting: &Setting) -> Vec<Finding> {
    let keys = unknown_keys(&setting.value, &T::TYPE);
    let warn = |key: String| {
        let message = format!("{}: the controller does not know the key {key:?}, and ignores it", setting.name());
        context.at(setting, &ALB072, message).severity(Severity::Warning).help(format!("remove {key:?}, or correct it"))
    };
    keys.into_iter().map(warn).collect()
}

/// Values and regular expressions in one rule, which only the model sees: those of the rule itself count.
fn both_kinds(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, found: &[Finding]) -> Option<Finding> {
    let reason = &ingress.group?.failure.as_ref()?.reason;
    let site = reason.site.as_ref().filter(|_| reason.ingress.as_ref() == Some(&ingress.facts.key))?;
    site.annotation_key()?.strip_prefix(PREFIX)?.strip_prefix("conditions.")?;
    let finding = context.at_site(site, &ALB072, reason.message.clone());
    let is_reported = found
        .iter()
        .any(|other| other.rule == &ALB072 && other.object == finding.object && other.field == finding.field);
    let setting = ingress.facts.settings.iter().find(|setting| Some(setting.key.as_str()) == site.annotation_key());
    (!is_reported && setting.is_some_and(|setting| !setting.value.is_empty())).then_some(finding)
}

fn for_nothing(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = of_the_default_backend(context, ingress);
    for setting in &ingress.facts.settings {
        let State::Unread(unread) = &setting.state else {
            continue;
        };
        let name = setting.name();
        let tail = name.split_once('.').map_or("", |(_, tail)| tail);
        let family = setting.annotation.map_or("", |annotation| annotation.suffix);
        let at = |message: String| context.at(setting, &ALB074, message);
        match (family, unread) {
            ("conditions.*", Unread::NoSuchBackend) => {
                findings.push(at(format!("{name} is never used: no backend has the name {tail}")));
            }
            ("transforms.*", Unread::NoSuchBackend) => {
                findings.push(
                    at(format!("{name} is never used: no backend has the name {tail}")).severity(Severity::Warning),
                );
            }
            ("target-control-port.*.*", Unread::NoSuchBackend) => {
                let message = format!("{name} is never used: no backend is port {tail} as it is written there");
                findings.push(at(message).severity(Severity::Warning));
            }
            ("listener-attributes.*", Unread::NoSuchListener) if is_listener(tail) => {
                findings
                    .push(at(format!("{name} is never used: there is no listener {tail}")).severity(Severity::Warning));
            }
            _ => {}
        }
    }
    findings
}

/// Conditions and transforms are read for the default backend, too, and belong to rules: a default action has neither.
fn of_the_default_backend(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let paths = paths(ingress.object);
    let of_rules = |name: &str| paths.iter().any(|path| path.backend.name == name);
    let both = ingress
        .settings("conditions.*")
        .map(|setting| (setting, Severity::Error))
        .chain(ingress.settings("transforms.*").map(|setting| (setting, Severity::Warning)));
    let unused = both.filter(|(setting, _)| {
        let tail = setting.name().split_once('.').map_or("", |(_, tail)| tail);
        !setting.value.is_empty() && !of_rules(tail)
    });
    let found = unused.map(|(setting, severity)| {
        let name = setting.name();
        let message = format!("{name} is never used: only the default backend has that name, and no rule");
        context.at(setting, &ALB074, message).severity(severity)
    });
    found.collect()
}

fn client_certificates(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let suffix = "mutual-authentication";
    let entries: Vec<MutualAuthentication> = match ingress.read(suffix).map(Payload::read) {
        Some(Ok(entries)) => entries,
        _ => return findings,
    };
    let Some(ports) = listen_ports::ports(ingress) else {
        return findings;
    };
    for entry in entries.iter().filter(|entry| entry.check().is_ok()) {
        if ports.get(&entry.port) == Some(&Protocol::Https) {
            continue;
        }
        let message = format!(
            "mutual-authentication for port {} is never used: this Ingress has no HTTPS listener there",
            entry.port
        );
        let severity = if entry.mode == "off" { Severity::Warning } else { Severity::Error };
        findings.push(ingress.at(&ALB074, suffix, message).severity(severity));
    }
    findings
}
