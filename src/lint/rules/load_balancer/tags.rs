//! The rule about AWS tags.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::maps::why_no_map;
use crate::lint::facts::unused::why_unused;
use alb_controller::annotation::maps;
use alb_controller::catalogue::{TAG_KEY_LENGTH, TAG_VALUE_LENGTH};
use alb_controller::model::Setting;
use alb_controller::validation::is_reserved_tag;

rules! {
    ALB061 Error | Warning "tags-invalid" {
        summary: "`tags` that the controller or AWS refuses, or that AWS gets in another form than they are written",
        explanation: "Tags are `Key=value` with commas between. An item without `=` (the old providers took it), an \
            empty key, or nothing but blanks stops the controller (event FailedBuildModel). AWS takes keys of up to \
            128 and values of up to 256 characters, letters, digits, blanks and `_ . : / = + - @`, and keeps keys that \
            begin with `aws:` for itself.\n\nA comma at the end becomes part of the last value, one that is escaped \
            (`\\\\,`) part of its own, and AWS has no comma among its characters. Any other backslash is dropped. The \
            controller's own keys (`elbv2.k8s.aws/cluster` and so on) are overwritten.",
        help: "write `Environment=production,Team=edge`",
        source: "LBC v3.5.0 pkg/annotations/parser.go:140-163, 212-245; pkg/ingress/model_build_tags.go:12-102; AWS \
            elbv2 API, Tag",
    }
}

const ANNOTATIONS: [&str; 2] = ["tags", "frontend-nlb-tags"];
/// By the controller on everything that it makes (LBC v3.5.0 pkg/deploy/tracking/provider.go).
const ITS_OWN: [&str; 3] = ["elbv2.k8s.aws/cluster", "ingress.k8s.aws/stack", "ingress.k8s.aws/resource"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        for suffix in ANNOTATIONS {
            let settings = ingress.settings(suffix);
            for setting in settings.filter(|setting| why_unused(context, ingress, setting).is_none()) {
                findings.extend(text(context, setting));
            }
            findings.extend(tags(context, ingress, suffix));
        }
    }
    findings
}

/// What is wrong with the text, before it is tags.
fn text(context: &Context<'_>, setting: &Setting) -> Option<Finding> {
    let at = |message: String| context.at(setting, &ALB061, message);
    if maps::read(&setting.value, context.release()).is_none() {
        return Some(at(format!("no tags: {}", why_no_map(&setting.value))));
    }
    let mut rest = setting.value.chars();
    while let Some(c) = rest.next() {
        let escaped = if c == '\\' { rest.next() } else { continue };
        if !matches!(escaped, None | Some('\\' | ',')) {
            let message = "a backslash in tags is dropped: a backslash itself is written as two";
            return Some(at(message.to_owned()).severity(Severity::Warning));
        }
    }
    None
}

fn tags(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, suffix: &'static str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for map in ingress.facts.maps(suffix) {
        for (key, value) in &map.value {
            if let Some(fault) = refused(key, value) {
                let (what, help) = fault;
                findings.push(context.at_effective(&map, &ALB061, what).help(help));
            } else if let Some((what, help)) = doubtful(key, value) {
                let finding = context.at_effective(&map, &ALB061, what);
                findings.push(finding.severity(Severity::Warning).help(help));
            }
        }
    }
    findings
}

/// What is wrong with a tag, and what to do about it.
type Fault = (String, String);

fn refused(key: &str, value: &str) -> Option<Fault> {
    let length = |text: &str| text.chars().count();
    if key.is_empty() {
        let what = format!("the tag with the value {value:?} has no key");
        Some((what, format!("write `KEY={value}`")))
    } else if is_reserved_tag(key) {
        let what = format!("tag {key} begins with aws:, which AWS keeps for itself");
        Some((what, "rename the key: AWS reserves `aws:`".to_owned()))
    } else if length(key) > TAG_KEY_LENGTH {
        let what = format!("the key of tag {key} has {} characters, and AWS takes {TAG_KEY_LENGTH}", length(key));
        Some((what, format!("write a key of at most {TAG_KEY_LENGTH} characters")))
    } else if length(value) > TAG_VALUE_LENGTH {
        let what = format!("tag {key} has a value of {} characters, and AWS takes {TAG_VALUE_LENGTH}", length(value));
        Some((what, format!("write a value of at most {TAG_VALUE_LENGTH} characters")))
    } else {
        None
    }
}

fn doubtful(key: &str, value: &str) -> Option<Fault> {
    if ITS_OWN.contains(&key) {
        let what = format!("tag {key} is the controller's own: it is overwritten");
        return Some((what, format!("remove tag {key}: the controller sets it")));
    }
    if value.ends_with(',') {
        let what = format!("tag {key} is {value:?}: the comma at the end is part of the value, and AWS refuses commas");
        return Some((what, "remove the comma at the end".to_owned()));
    }
    let odd = |c: &char| !c.is_alphanumeric() && !c.is_whitespace() && !"_.:/=+-@".contains(*c);
    let (what, c) = match (key.chars().find(odd), value.chars().find(odd)) {
        (Some(c), _) => ("the key of ", c),
        (None, Some(c)) => ("", c),
        (None, None) => return None,
    };
    let message = format!("{what}tag {key} has {c:?} in it, which is not among the characters that AWS takes");
    Some((message, "use letters, digits, blanks and `_ . : / = + - @`".to_owned()))
}
