//! Rules about attributes of the load balancer, of listeners and of target groups.
//!
//! The controller passes keys and values on unread. AWS refuses what it does not know, after part of the ALB is there.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::listen_ports;
use crate::lint::facts::members::Question;
use crate::suggest::closest;
use alb_controller::annotation::maps;
use alb_controller::catalogue::{
    Attribute, LISTENER_ATTRIBUTES, LOAD_BALANCER_ATTRIBUTES, TARGET_GROUP_ATTRIBUTES, ValueCheck, attribute,
};
use alb_controller::model::Effective;
use alb_controller::model::Setting;

rules! {
    ALB050 Error | Warning "attribute-refused" {
        summary: "an attribute of load balancer, listener or target group that an ALB does not have, or a value that \
            AWS refuses",
        explanation: "Attributes go to AWS as they are, and the deployment fails there (event FailedDeployModel) for a \
            key that only a Network Load Balancer has (`preserve_client_ip.enabled`, `proxy_protocol_v2.enabled`), for \
            a number out of range (`idle_timeout.timeout_seconds` is 1 to 4000), and for anything but `true` or \
            `false` where a switch is meant. Pairs are separated by commas: after a semicolon, or with a comma at the \
            end, the rest becomes part of the value.\n\nA key that is not known here may be new: that is a warning.",
        help: "use only attributes that an ALB has, as `key=value,key=value`",
        source: "AWS elbv2 API, LoadBalancerAttribute, ListenerAttribute and TargetGroupAttribute; LBC v3.5.0 \
            pkg/ingress/model_build_load_balancer_attributes.go:9-68, model_build_target_group.go:492-505",
    }
    ALB067 Warning "client-address-unusable" {
        summary: "an attribute that makes `X-Forwarded-For` unusable for the gateway",
        explanation: "With `routing.http.xff_client_port.enabled=true` the entries of `X-Forwarded-For` are \
            `address:port`, which Envoy does not take for a trusted address: it falls back to the address of the ALB. \
            With `routing.http.xff_header_processing.mode=preserve` the header is what the client says, with `remove` \
            there is none; `numTrustedProxies: 1` counts on the ALB's own entry (`append`).",
        help: "remove the attribute",
        source: "envoyproxy/envoy#25517; Istio gatewayTopology.numTrustedProxies; AWS elbv2 API, LoadBalancerAttribute",
    }
}

/// The tables, and whose attributes they hold.
const TABLES: [(&[Attribute], &str); 3] = [
    (LOAD_BALANCER_ATTRIBUTES, "of load balancers (load-balancer-attributes)"),
    (LISTENER_ATTRIBUTES, "of listeners (listener-attributes.HTTPS-443)"),
    (TARGET_GROUP_ATTRIBUTES, "of target groups (target-group-attributes)"),
];

type Map<'s> = Effective<'s, BTreeMap<String, String>>;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        let of_load_balancer = ingress.facts.maps("load-balancer-attributes");
        for map in &of_load_balancer {
            findings.extend(values(context, map, LOAD_BALANCER_ATTRIBUTES));
            findings.extend(client_address(context, map));
            findings.extend(logs(context, ingress, map));
        }
        for map in &ingress.facts.maps("target-group-attributes") {
            findings.extend(values(context, map, TARGET_GROUP_ATTRIBUTES));
            findings.extend(slow_start(context, map));
            findings.extend(stickiness(context, map));
            findings.extend(anomalies(context, map));
        }
        for setting in ingress.settings("listener-attributes.*") {
            let Some(map) = maps::read(&setting.value, context.release()).filter(|_| is_listener(setting)) else {
                continue;
            };
            let map = Effective::of(setting, map);
            findings.extend(values(context, &map, LISTENER_ATTRIBUTES));
        }
    }
    findings
}

fn values(context: &Context<'_>, map: &Map<'_>, table: &'static [Attribute]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, value) in &map.value {
        let Some(known) = attribute(table, key) else {
            findings.push(unknown(context, map, table, key));
            continue;
        };
        let fault = match known.check {
            // A prefix of the logs may be empty, and a bucket that is missing is reported by `logs`.
            ValueCheck::Text if value.is_empty() => continue,
            ValueCheck::Text => text(key, value),
            _ => known.check(value).err(),
        };
        findings.extend(fault.map(|fault| {
            let finding = context.at_effective(map, &ALB050, format!("{key}={value}: {fault}"));
            let separator = value.contains([';', ',']) && known.check != ValueCheck::NetworkOnly;
            match separator {
                true => finding.help("separate the pairs by commas, with none at the end"),
                false => finding.maybe_help(right_value(known, key)),
            }
        }));
    }
    findings
}

/// What to write in the place of a value that AWS refuses.
fn right_value(known: &Attribute, key: &str) -> Option<String> {
    Some(match known.check {
        ValueCheck::Bool => format!("write `{key}=true` or `{key}=false`"),
        ValueCheck::Range(min, max) => format!("write a number from {min} to {max}"),
        ValueCheck::RangeOr(min, max, word) => format!("write a number from {min} to {max}, or `{word}`"),
        ValueCheck::Enum(words) => format!("write {}", words.join(" or ")),
        ValueCheck::NetworkOnly => format!("remove {key}: an ALB does not have it"),
        ValueCheck::Text => return None,
    })
}

/// Names of buckets, cookies and prefixes. Few rules apply to them, but a list with a wrong separator can be told.
fn text(key: &str, value: &str) -> Option<String> {
    let is_bucket = key.ends_with(".bucket");
    let in_a_bucket = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if is_bucket && !value.chars().all(in_a_bucket) {
        Some("no bucket has such a name".to_owned())
    } else if value.ends_with(',') {
        Some("the comma at the end is part of the value".to_owned())
    } else {
        None
    }
}

fn unknown(context: &Context<'_>, map: &Map<'_>, table: &'static [Attribute], key: &str) -> Finding {
    let at = |message: String| {
        let finding = context.at_effective(map, &ALB050, message);
        finding.severity(Severity::Warning)
    };
    let of_another = TABLES.iter().find(|(other, _)| !std::ptr::eq(*other, table) && attribute(other, key).is_some());
    if let Some((_, whose)) = of_another {
        return at(format!("{key} is an attribute {whose}")).help(format!("move {key} to the attributes {whose}"));
    }
    let finding = at(format!("istio-alb does not know the attribute {key}"));
    let known = table.iter().filter(|known| known.check != ValueCheck::NetworkOnly).map(|known| known.key);
    let near = closest(&key.to_lowercase(), known).filter(|(away, known)| *away <= 1 + known.len() / 5);
    finding.help(match near {
        Some((_, known)) => format!("did you mean {known}?"),
        None => format!("check the name of {key}; if AWS has this attribute, allow this finding by its id"),
    })
}

/// Logs need a bucket, which another member of the group may name.
fn logs(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, map: &Map<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (enabled, bucket, question) in [
        ("access_logs.s3.enabled", "access_logs.s3.bucket", Question::AccessLogs),
        ("connection_logs.s3.enabled", "connection_logs.s3.bucket", Question::ConnectionLogs),
        ("health_check_logs.s3.enabled", "health_check_logs.s3.bucket", Question::HealthCheckLogs),
    ] {
        if map.value.get(enabled).is_none_or(|on| on != "true") {
            continue;
        }
        if context.first_member(ingress, question).is_none() {
            let message = format!("{enabled}=true without {bucket}: AWS asks for the bucket");
            let finding = context.at_effective(map, &ALB050, message);
            findings.push(finding.severity(Severity::Warning).help(format!("add `{bucket}=…`")));
        }
    }
    findings
}

/// AWS has slow start with the default algorithm only.
fn slow_start(context: &Context<'_>, map: &Map<'_>) -> Option<Finding> {
    let key = "slow_start.duration_seconds";
    let seconds = map.value.get(key).filter(|seconds| *seconds != "0")?;
    let algorithm = map.value.get("load_balancing.algorithm.type")?;
    matches!(algorithm.as_str(), "least_outstanding_requests" | "weighted_random").then(|| {
        let message =
            format!("{key}={seconds} with the algorithm {algorithm}: AWS has slow start with round_robin only");
        context
            .at_effective(map, &ALB050, message)
            .help(format!("remove {key}, or set `load_balancing.algorithm.type=round_robin`"))
    })
}

/// A misspelt listener has a rule of its own.
fn is_listener(setting: &Setting) -> bool {
    let name = setting.key.rsplit('.').next().unwrap_or_default();
    listen_ports::is_listener(name)
}

/// Stickiness by a cookie of the application needs its name.
fn stickiness(context: &Context<'_>, map: &Map<'_>) -> Option<Finding> {
    let is = |key: &str, value: &str| map.value.get(key).is_some_and(|found| found == value);
    let name = "stickiness.app_cookie.cookie_name";
    let named = map.value.get(name).filter(|name| !name.is_empty());
    if let Some(cookie) = named.filter(|cookie| cookie.starts_with("AWSALB")) {
        let message = format!("{name}={cookie}: AWS keeps names that begin with AWSALB for itself");
        return Some(context.at_effective(map, &ALB050, message).help("choose another name for the cookie"));
    }
    let wanted = is("stickiness.enabled", "true") && is("stickiness.type", "app_cookie");
    (wanted && named.is_none()).then(|| {
        let message = format!("stickiness.type=app_cookie without {name}: AWS asks for the cookie");
        context.at_effective(map, &ALB050, message).severity(Severity::Warning).help(format!("add `{name}=…`"))
    })
}

/// AWS looks for anomalies with one algorithm only.
fn anomalies(context: &Context<'_>, map: &Map<'_>) -> Option<Finding> {
    let key = "load_balancing.algorithm.anomaly_mitigation";
    map.value.get(key).filter(|on| *on == "on")?;
    let algorithm = map.value.get("load_balancing.algorithm.type");
    let algorithm = algorithm.map_or("round_robin", String::as_str);
    (algorithm != "weighted_random").then(|| {
        let message = format!("{key}=on with the algorithm {algorithm}: AWS has it with weighted_random only");
        let help = format!("remove {key}, or set `load_balancing.algorithm.type=weighted_random`");
        context.at_effective(map, &ALB050, message).help(help)
    })
}

fn client_address(context: &Context<'_>, map: &Map<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |message: &str| findings.push(context.at_effective(map, &ALB067, message));
    if map.value.get("routing.http.xff_client_port.enabled").is_some_and(|on| on == "true") {
        add("with the client's port in X-Forwarded-For Envoy can't read the client's address");
    }
    match map.value.get("routing.http.xff_header_processing.mode").map(String::as_str) {
        Some("preserve") => add("X-Forwarded-For is what the client says it is, and the gateway trusts it"),
        Some("remove") => add("X-Forwarded-For is removed: the gateway takes the ALB for the client"),
        _ => {}
    }
    findings
}
