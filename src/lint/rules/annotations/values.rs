//! The rule about values: whether an annotation's text is what the controller parses, and whether anybody parses it.
//!
//! The catalogue says what kind of value each annotation has, [`alb_controller::go::strconv`] how Go reads it. Scheme, tags, ports of
//! health checks and JSON have rules of their own.

#[cfg(test)]
mod tests;

use kubernetes_objects::validation::PORTS;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck, about, pointer};
use crate::lint::facts::listen_ports::{self, misspelt_listener};
use crate::lint::facts::maps::why_no_map;
use crate::lint::facts::not_judged::not_judged;
use crate::lint::facts::targets::targets;
use crate::lint::facts::unused::{authenticates, why_unused};
use alb_controller::annotation::maps;
use alb_controller::catalogue::{self, Annotation, Kind, Place, Version};
use alb_controller::go::strconv::{parse_bool, parse_int32, parse_int64, trim};
use alb_controller::model::Effective;
use alb_controller::model::{Setting, State};
use kubernetes_objects::PortRef;
use kubernetes_objects::object::{Object, entries};

rules! {
    ALB064 Error | Warning "annotation-value-invalid" {
        summary: "an annotation has a value that the controller or AWS refuses, or that nothing reads",
        explanation: "Values are text, and read as Go reads them: `true` and `1` are booleans and `yes` is not, `15` \
            and `+15` are numbers and `15s` and ` 15` are not, words are compared letter for letter (`HTTPS`, not \
            `https`, nor with a blank behind it), maps are `key=value` with commas between. Otherwise the controller \
            stops (event FailedBuildModel). For words that it passes on, and for numbers out of range, AWS does.\n\nA \
            value that YAML reads as a number or a boolean is refused by the API server: quote it.\n\nWhere an \
            annotation has no effect, since another one is missing, that is a warning: \
            `manage-backend-security-group-rules` without `security-groups`, `target-node-labels` with ip targets, \
            `frontend-nlb-*` without `enable-frontend-nlb`.",
        help: "write a value of the kind that the message names",
        source: "LBC v3.5.0 pkg/annotations/parser.go; Go's strconv",
    }
}

/// Annotations whose values have a rule of their own.
const ELSEWHERE: [&str; 4] = ["scheme", "tags", "frontend-nlb-tags", "group.order"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        let settings = ingress.facts.settings.iter();
        for setting in settings.filter(|setting| setting.state == State::Read) {
            findings.extend(value(context, ingress, setting));
        }
        for suffix in ["ip-address-type", "target-type"] {
            findings.extend(word_of_class(context, ingress, suffix));
        }
        for target in targets(context, ingress) {
            findings.extend(target.service.into_iter().flat_map(no_text));
        }
    }
    findings
}

/// A word in the parameters of the class. The scheme has a rule of its own.
fn word_of_class(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, suffix: &str) -> Option<Finding> {
    let word = ingress.facts.text(suffix).filter(Effective::is_of_class)?;
    let fault = fault(catalogue::find(suffix)?, word.value, context.release())?;
    Some(context.at_effective(&word, &ALB064, format!("{suffix}: {}", fault.what)).maybe_help(fault.help))
}

fn value(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, setting: &Setting) -> Option<Finding> {
    let annotation = setting.annotation?;
    let text = setting.value.as_str();
    if text.is_empty() || misspelt_listener(setting) {
        return None;
    }
    let name = setting.name();
    if let Some(why) = why_unused(context, ingress, setting) {
        let finding = context.at(setting, &ALB064, format!("{name} is not read, {why}"));
        let help = format!("remove the annotation, or {}", goes_with(annotation.suffix));
        return Some(finding.severity(Severity::Warning).help(help));
    }
    if ELSEWHERE.contains(&annotation.suffix) {
        return None;
    }
    let fault = fault(annotation, text, context.release()).or_else(|| ports(ingress, annotation, text))?;
    let finding = context.at(setting, &ALB064, format!("{name}: {}", fault.what)).maybe_help(fault.help);
    let harmless = fault.harmless
        || annotation.suffix == "create-acm-cert"
        || leads_nowhere(context, ingress, setting)
        || (fault.by_aws && annotation.suffix.starts_with("auth-") && !authenticates(ingress));
    Some(match fault.by_aws {
        _ if harmless => finding.severity(Severity::Warning),
        true => finding,
        false => ingress.refusal(finding),
    })
}

/// What makes the controller read an annotation that it does not read.
fn goes_with(suffix: &str) -> &'static str {
    match suffix {
        "manage-backend-security-group-rules" => "set `security-groups`",
        "use-regex-path-match" => "use `pathType: ImplementationSpecific`",
        "target-node-labels" => "set `target-type: instance`",
        _ if suffix.starts_with("frontend-nlb-") => "set `enable-frontend-nlb: \"true\"`",
        _ => "set `auth-type`",
    }
}

/// An annotation of target groups on an Ingress that has none: all its rules redirect or answer by themselves.
fn leads_nowhere(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, setting: &Setting) -> bool {
    let of_target = |annotation: &Annotation| {
        annotation.place == Place::ServiceThenIngress && !annotation.suffix.starts_with("auth-")
    };
    setting.object.kind == "Ingress"
        && setting.annotation.is_some_and(of_target)
        && targets(context, ingress).is_empty()
}

/// What is wrong with a value.
#[derive(Default)]
struct Fault {
    what: String,
    help: Option<String>,
    /// The controller passes it on, and AWS refuses it.
    by_aws: bool,
    /// Nothing refuses it.
    harmless: bool,
}

impl Fault {
    fn new(what: String) -> Self {
        Fault { what, ..Fault::default() }
    }

    fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    fn by_aws(mut self) -> Self {
        self.by_aws = true;
        self
    }
}

fn fault(annotation: &Annotation, text: &str, release: Version) -> Option<Fault> {
    match annotation.kind {
        Kind::Bool if parse_bool(text).is_err() => {
            let meant = match trim(text).to_ascii_lowercase().as_str() {
                "true" | "yes" | "y" | "on" | "enabled" => Some("write 'true'".to_owned()),
                "false" | "no" | "n" | "off" | "disabled" => Some("write 'false'".to_owned()),
                _ => Some("write 'true' or 'false'".to_owned()),
            };
            Some(Fault::new(format!("{text:?} is neither true nor false")).help(meant))
        }
        Kind::Int { min, max } => number(annotation, text, min, max),
        Kind::Enum(words) if !words.contains(&text) => Some(word(words, text)),
        Kind::AwsEnum(words) if !words.contains(&text) => Some(word(words, text).by_aws()),
        Kind::Map => map(annotation, text, release),
        Kind::Port { named: false } => match PortRef::parse(text) {
            PortRef::Name(name) if name == "traffic-port" => None,
            PortRef::Number(number) if PORTS.contains(&number) => None,
            PortRef::Number(_) => {
                let help = Some("write a number from 1 to 65535, or traffic-port".to_owned());
                Some(Fault::new(format!("{text} is not a port")).help(help).by_aws())
            }
            PortRef::Name(_) => {
                let what = format!("{text:?} is neither a port nor traffic-port");
                Some(Fault::new(what).help(Some("write a number from 1 to 65535, or traffic-port".to_owned())))
            }
        },
        _ => None,
    }
}

/// Numbers of health checks and of the redirect have rules of their own for their ranges.
fn number(annotation: &Annotation, text: &str, min: i64, max: i64) -> Option<Fault> {
    let read = match annotation.suffix {
        "auth-session-timeout" => parse_int64(text),
        _ => parse_int32(text).map(i64::from),
    };
    let number = match read {
        Ok(number) => number,
        Err(_) => {
            let digits: String = trim(text).chars().take_while(char::is_ascii_digit).collect();
            let rest = trim(text).get(digits.len()..).unwrap_or_default();
            let unit = rest.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
            let help = match !digits.is_empty() && unit {
                true => format!("write the number alone: '{digits}'"),
                false => format!("write a number from {min} to {max}"),
            };
            return Some(Fault::new(format!("{text:?} is not a whole number")).help(Some(help)));
        }
    };
    let ranged = annotation.suffix.starts_with("frontend-nlb-")
        || matches!(annotation.suffix, "auth-session-timeout" | "target-control-port.*.*");
    (ranged && !(min..=max).contains(&number)).then(|| {
        let help = format!("write a number from {min} to {max}");
        Fault::new(format!("{number} is out of range, AWS takes {min} to {max}")).help(Some(help)).by_aws()
    })
}

fn word(words: &[&str], text: &str) -> Fault {
    let meant = words.iter().find(|word| word.eq_ignore_ascii_case(trim(text)));
    let help = format!("write {}", meant.map_or_else(|| words.join(" or "), ToString::to_string));
    Fault::new(format!("{text:?} is none of {}", words.join(", "))).help(Some(help))
}

fn map(annotation: &Annotation, text: &str, release: Version) -> Option<Fault> {
    let Some(map) = maps::read(text, release) else {
        let help = "write `key=value`, several with commas between, without quotes or braces";
        return Some(Fault::new(why_no_map(text)).help(Some(help.to_owned())));
    };
    match annotation.suffix {
        "minimum-load-balancer-capacity" => map.iter().find_map(|(key, value)| {
            let what = match key.as_str() {
                "CapacityUnits" => match parse_int32(value) {
                    Ok(0..) => return None,
                    Ok(_) => return Some(Fault::new(format!("{value:?} is not a number of units")).by_aws()),
                    Err(_) => format!("{value:?} is not a whole number"),
                },
                _ => format!("{key:?} is not CapacityUnits, the only key that there is"),
            };
            Some(Fault::new(what).help(Some("write `CapacityUnits=1000`".to_owned())))
        }),
        "frontend-nlb-attributes" => {
            let key = "dns_record.client_routing_policy";
            let policy = map.get(key)?;
            let known = ["availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"];
            (!known.contains(&policy.as_str())).then(|| {
                let help = Some(format!("write {}", known.join(" or ")));
                Fault::new(format!("{key} {policy:?} is none of {}", known.join(", "))).help(help)
            })
        }
        _ => None,
    }
}

/// Ports of the NLB in front, and the ports of the ALB behind them.
fn ports(ingress: &IngressUnderCheck<'_>, annotation: &Annotation, text: &str) -> Option<Fault> {
    if annotation.suffix != "frontend-nlb-listener-port-mapping" {
        return None;
    }
    let map = maps::read(text, ingress.facts.release())?;
    let port = |text: &str| parse_int32(text).ok().filter(|port| PORTS.contains(port));
    if let Some(wrong) = map.iter().flat_map(|(nlb, alb)| [nlb, alb]).find(|text| port(text).is_none()) {
        let help = Some("write ports from 1 to 65535, as `443=443`".to_owned());
        return Some(Fault::new(format!("{wrong:?} is not a port")).help(help));
    }
    let own = listen_ports::ports(ingress)?;
    let (_, missing) = map.iter().find(|(_, alb)| port(alb).is_some_and(|port| !own.contains_key(&port)))?;
    let what = format!("the Ingress does not listen on port {missing}, so the controller ignores this pair");
    let help = Some(format!("remove this pair, or add port {missing} to `listen-ports`"));
    Some(Fault { harmless: true, ..Fault::new(what).help(help) })
}

/// Annotations of an object that are no text, which the API server does not even read.
pub fn no_text(object: &Object) -> Vec<Finding> {
    let found = entries(&object.value["metadata"]["annotations"]).filter_map(|(key, value)| {
        let what = match value {
            serde_json::Value::String(_) | serde_json::Value::Null => return None,
            serde_json::Value::Bool(_) => "a boolean",
            serde_json::Value::Number(_) => "a number",
            serde_json::Value::Array(_) => "a list",
            serde_json::Value::Object(_) => "a map",
        };
        let message = format!("{key} is {what} in YAML, and the API server takes text only");
        let finding = about(object, &ALB064, message).field(pointer(key));
        Some(if value.is_array() || value.is_object() {
            finding.help("write it as one text, in quotes")
        } else {
            finding.help(format!("quote it: '{value}'"))
        })
    });
    found.collect()
}

/// Annotations that are no text, in Ingresses that the model does not have because they cannot be decoded. Only those that
/// may be the controller's are checked.
pub fn undecoded(context: &Context<'_>) -> Vec<Finding> {
    not_judged(context).into_iter().flat_map(no_text).collect()
}
