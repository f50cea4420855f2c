//! Findings: what the program has to say about a stream, each by the id of a rule.
//!
//! A [`Rule`] is data: id, name, severity, and the texts that `explain` and the documentation print. The rules stand in
//! the submodules by subject, each beside the code that decides it; [`rules`] lists them all in order of their ids.

pub mod exposure;
pub mod migration;
pub mod service;

use std::fmt;

use crate::config::Settings;
use crate::config::types::{Findings, Spec};
use crate::error::{Error, Place};
use crate::manifest::Object;

/// The kinds of objects that a rule looks at, in the filter.
pub const KINDS: [&str; 6] = ["Service", "Ingress", "IngressClass", "IngressClassParams", "Gateway", "EnvoyFilter"];

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; printed by `check` only.
    Info,
    /// Works, but perhaps not as meant.
    Warning,
    /// Refused, or never works: the filter prints nothing.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One rule. `check`, `explain`, the documentation and the SARIF report all read it from here.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `ALB014`
    pub id: &'static str,
    /// `health-port-not-a-node-port`
    pub name: &'static str,
    /// The severity of its worst case; a finding may be milder.
    pub severity: Severity,
    /// One sentence: what the rule looks for.
    pub summary: &'static str,
    /// Why it matters: what the controller, AWS or Kubernetes do then. Markdown, one or more paragraphs.
    pub explanation: &'static str,
    /// How to mend it.
    pub help: &'static str,
    /// Where the fact comes from: file and line of a public source, or an URL.
    pub source: &'static str,
}

/// What a rule says about one place of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// As found; configuration and flags may change it afterwards.
    pub severity: Severity,
    /// What is wrong here, with the names and values of this stream.
    pub message: String,
    /// What to do about it here; the rule's help where this is `None`.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The object, as `Kind namespace/name`.
    pub object: Option<String>,
    /// The field or annotation in that object, as a JSON pointer.
    pub field: Option<String>,
}

impl Finding {
    /// A finding of `rule` with its own severity.
    #[must_use]
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Finding {
            rule,
            severity: rule.severity,
            message: message.into(),
            help: None,
            place: None,
            object: None,
            field: None,
        }
    }

    /// The same finding at another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding with a help line of its own.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with the field that it is about, a JSON pointer into the object.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>) -> Self {
        self.field = Some(pointer.into());
        self
    }
}

/// A gateway of ours, for the rules that judge a rewritten stream.
pub struct Gateway<'g> {
    /// Index of its Service among the objects.
    pub service: usize,
    /// Index of its Ingress.
    pub ingress: usize,
    /// What was asked for.
    pub spec: &'g Spec,
}

/// All rules, in order of their ids.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> = Vec::new();
    rules.extend(service::RULES);
    rules.extend(migration::RULES);
    rules.extend([&exposure::ALB024, &exposure::ALB065]);
    rules.sort_by_key(|rule| rule.id);
    rules
}

/// Judges the Ingresses of our gateways, and the members of their groups.
#[must_use]
pub fn judge_gateways(objects: &[Object], gateways: &[Gateway<'_>]) -> Vec<Finding> {
    let _ = (objects, gateways);
    Vec::new()
}

/// Judges the Ingresses of class alb in a stream as it stands, with the Services that they name.
///
/// # Errors
///
/// Where there is nothing to judge.
pub fn judge_as_is(text: &str, settings: &[Settings]) -> Result<Vec<Finding>, Error> {
    let _ = (text, settings);
    Ok(Vec::new())
}

/// The findings at the severities that a configuration asks for.
#[must_use]
pub fn adjust(findings: Vec<Finding>, wanted: &Findings) -> Vec<Finding> {
    let has = |list: &Option<Vec<String>>, id: &str| list.iter().flatten().any(|wanted| wanted == id);
    findings
        .into_iter()
        .filter_map(|finding| {
            let id = finding.rule.id;
            if has(&wanted.deny, id) {
                Some(finding.severity(Severity::Error))
            } else if has(&wanted.warn, id) {
                Some(finding.severity(Severity::Warning))
            } else {
                (!has(&wanted.allow, id)).then_some(finding)
            }
        })
        .collect()
}

/// Brings findings into the order of printing: by place, then by id. Repeated ones go.
pub fn sort(findings: &mut Vec<Finding>) {
    let key = |finding: &Finding| {
        (finding.place.as_ref().map(|place| place.document), finding.rule.id, finding.message.clone())
    };
    findings.sort_by_key(key);
    findings.dedup();
}
