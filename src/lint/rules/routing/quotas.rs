//! What AWS takes in a rule, and on a load balancer, whatever the account's quotas.
//!
//! The controller counts nothing. A rule of its own host and path, with conditions of an annotation added, is soon longer than
//! AWS takes one, and a path of type `Prefix` is two values. Only the model knows what a rule comes to, so it is asked.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::targets::path_pointer;
use alb_controller::model::{self, Condition};

const MAX_VALUES: usize = 5;
const MAX_WILDCARDS: usize = 6;
const MAX_LENGTH: usize = 128;
const MAX_METHOD: usize = 40;
const MAX_TARGET_GROUPS: usize = 100;
const USUAL_RULES: usize = 100;

rules! {
    ALB104 Error | Warning "more-than-aws-takes" {
        summary: "a rule with more values or wildcards, or a longer one, than AWS takes, or too many rules or target \
            groups",
        explanation: "The controller builds a rule of whatever host, path and `conditions.*` come to, and AWS refuses \
            it (event FailedDeployModel: `A rule can only have '5' condition values`), with the rules before it in \
            place and those behind it missing. AWS takes 5 values and 6 wildcards (`*`, `?`) in a rule, and values \
            that are not empty and have 128 characters at most. All conditions of the rule count together, and a path \
            of type `Prefix` counts twice: `/app` becomes `/app` and `/app/*`.\n\nA load balancer has 100 target \
            groups at most. More than 100 rules, all listeners taken together, need a higher quota: that is a warning.",
        help: "spread the values over several rules that lead to the same backend; for a Prefix path write `/app*` \
            with `pathType: ImplementationSpecific`, which is one value and takes `/apple`, too",
        source: "AWS elbv2 API, RuleCondition; AWS docs, Quotas for your Application Load Balancers; LBC v3.5.0 \
            pkg/ingress/model_build_listener_rules.go:129-220",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(rules(ingress));
        findings.extend(load_balancer(ingress));
    }
    findings
}

fn rules(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut rules: Vec<&model::Rule> = ingress.listeners.iter().flat_map(|own| own.rules).collect();
    rules.sort_by_key(|rule| (rule.origin.rule, rule.origin.path));
    rules.dedup_by_key(|rule| &rule.origin);
    let mut findings = Vec::new();
    for rule in rules {
        findings.extend(faults(&rule.conditions).into_iter().map(|(fault, help)| {
            let at = path_pointer(rule.origin.rule, rule.origin.path);
            ingress.finding(&ALB104, fault).field(at).maybe_help(help)
        }));
    }
    findings
}

/// A value of a condition: what it is, and whether `*` and `?` are wildcards in it.
struct Value<'c> {
    what: &'static str,
    text: &'c str,
    wild: bool,
}

fn values(conditions: &[Condition]) -> Vec<Value<'_>> {
    let mut found = Vec::new();
    for condition in conditions {
        let (what, wild, patterns) = match condition {
            Condition::HostHeader { host_header_config: patterns } => ("host", true, patterns),
            Condition::PathPattern { path_pattern_config: patterns } => ("path", true, patterns),
            Condition::HttpHeader { http_header_config } => ("header value", true, &http_header_config.patterns),
            Condition::HttpRequestMethod { http_request_method_config: patterns } => ("method", false, patterns),
            Condition::SourceIp { source_ip_config: patterns } => ("network", false, patterns),
            Condition::QueryString { query_string_config } => {
                found.extend(query_string_config.values.iter().map(|pair| Value {
                    what: "query value",
                    text: &pair.value,
                    wild: true,
                }));
                continue;
            }
        };
        found.extend(patterns.values.iter().map(|text| Value { what, text, wild }));
        found.extend(patterns.regex_values.iter().map(|text| Value { what, text, wild: false }));
    }
    found
}

/// What AWS refuses in a rule, and what to do about it where that is not the rule's help.
fn faults(conditions: &[Condition]) -> Vec<(String, Option<String>)> {
    let values = values(conditions);
    let mut faults = Vec::new();
    if values.len() > MAX_VALUES {
        let by_prefix = conditions.iter().any(|condition| {
            matches!(condition, Condition::PathPattern { path_pattern_config }
                if path_pattern_config.values.iter().any(|path| path.ends_with("/*") && path.len() > 2))
        });
        let why = if by_prefix { ": a Prefix path counts twice" } else { "" };
        faults
            .push((format!("this rule has {} condition values, and AWS takes {MAX_VALUES}{why}", values.len()), None));
    }
    let wildcards: usize =
        values.iter().filter(|value| value.wild).map(|value| value.text.matches(['*', '?']).count()).sum();
    if wildcards > MAX_WILDCARDS {
        let help = format!("use at most {MAX_WILDCARDS} `*` and `?` in one rule");
        faults.push((format!("this rule has {wildcards} wildcards, and AWS takes {MAX_WILDCARDS}"), Some(help)));
    }
    for Value { what, text, .. } in values {
        let max = if what == "method" { MAX_METHOD } else { MAX_LENGTH };
        let length = text.chars().count();
        if length == 0 {
            let help = format!("remove the empty {what}");
            faults.push((format!("a {what} of this rule is empty, and AWS refuses that"), Some(help)));
        } else if length > max {
            let help = format!("shorten it to {max} characters");
            faults.push((format!("a {what} of this rule has {length} characters, and AWS takes {max}"), Some(help)));
        }
    }
    faults
}

/// Counts of the whole group, reported for its first member.
fn load_balancer(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let first = ingress.group.and_then(|group| group.members.first());
    let Some(built) = ingress.built().filter(|_| first == Some(&ingress.facts.key)) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let groups = built.target_groups.len();
    if groups > MAX_TARGET_GROUPS {
        let message = format!("there are {groups} target groups, and a load balancer has {MAX_TARGET_GROUPS} at most");
        findings.push(ingress.finding(&ALB104, message).help("lead several paths to one Service and port"));
    }
    let rules: usize = built.listeners.iter().map(|listener| listener.rules.len()).sum();
    if rules > USUAL_RULES {
        let message = format!(
            "the load balancer has {rules} rules on all its listeners, and AWS takes {USUAL_RULES} unless the quota was raised"
        );
        let finding = ingress.finding(&ALB104, message);
        findings.push(finding.severity(Severity::Warning).help(
            "ask AWS for more rules per Application Load Balancer, or let the gateway tell hosts and paths apart",
        ));
    }
    findings
}
