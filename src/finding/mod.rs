//! Findings: what the program reports about a stream, each by the id of a rule.
//!
//! A [`Rule`] is data: id, name, severity, and the texts that `explain` and the documentation print. A [`Finding`] is one
//! report of a rule about one place. This module has no rules of its own and depends on nothing above it, so that every
//! layer can report a finding.

pub mod levels;

use std::fmt;

use crate::error::Place;
use crate::suggest::closest;
use kubernetes_objects::ObjectRef;

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

/// Declares the rules of a module, each as a static of its id, and `RULES`, the list of them for the registry:
///
/// ```text
/// rules! {
///     ALB070 Error "no-listener" {
///         summary: "`listen-ports` has no port in it",
///         explanation: "…",
///         help: "…",
///         source: "…",
///     }
/// }
/// ```
macro_rules! rules {
    ($($id:ident $severity:ident $name:literal {
        summary: $summary:literal,
        explanation: $explanation:literal,
        help: $help:literal,
        source: $source:literal,
    })+) => {
        $(
            #[doc = $summary]
            pub static $id: $crate::finding::Rule = $crate::finding::Rule {
                id: stringify!($id),
                name: $name,
                severity: $crate::finding::Severity::$severity,
                summary: $summary,
                explanation: $explanation,
                help: $help,
                source: $source,
            };
        )+
        /// The rules of this module.
        pub const RULES: &[&$crate::finding::Rule] = &[$(&$id),+];
    };
}
pub(crate) use rules;

/// The rules that there are, in families. A layer below the rules that needs their ids gets this as an argument.
#[derive(Debug, Clone, Copy)]
pub struct Registry(pub &'static [&'static [&'static Rule]]);

impl Registry {
    /// All rules, in order of their ids.
    #[must_use]
    pub fn rules(self) -> Vec<&'static Rule> {
        let mut rules = self.0.concat();
        rules.sort_by_key(|rule| rule.id);
        rules
    }

    /// The rule with this id.
    #[must_use]
    pub fn find(self, id: &str) -> Option<&'static Rule> {
        self.0.iter().copied().flatten().copied().find(|rule| rule.id == id)
    }

    /// Which rule may be meant by an id that no rule has.
    #[must_use]
    pub fn nearest(self, id: &str) -> String {
        let ids: Vec<&str> = self.rules().iter().map(|rule| rule.id).collect();
        let near = closest(id, ids.iter().copied()).map(|(_, near)| near);
        let name = |id: Option<&str>| id.unwrap_or_default().to_owned();
        let (first, last) = (ids.first().copied(), ids.last().copied());
        format!("the findings are {} to {}; did you mean {}?", name(first), name(last), name(near))
    }
}

/// What a rule reports about one place of one stream.
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
    /// The object.
    pub object: Option<ObjectRef>,
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

    /// The same finding with a help line of its own, where there is one.
    #[must_use]
    pub fn maybe_help(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// The same finding with the object that it is about.
    #[must_use]
    pub fn object(mut self, object: ObjectRef) -> Self {
        self.object = Some(object);
        self
    }

    /// The same finding with the field that it is about, a JSON pointer into the object.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>) -> Self {
        self.field = Some(pointer.into());
        self
    }
}
