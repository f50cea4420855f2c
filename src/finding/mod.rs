//! Findings: what the program reports about a stream, each by the id of a rule.
//!
//! A [`Rule`] is data: id, name, severity, and the texts that `explain` and the documentation print. A [`Finding`] is one
//! report of a rule about one place. This module has no rules of its own and depends on nothing above it, so that every
//! layer can report a finding.

pub mod groups;
pub mod levels;

use std::collections::BTreeMap;
use std::fmt;

use crate::error::Place;
use crate::help::Help;
use crate::suggest::nearest;
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
    /// The severity that a finding of it has by default.
    pub severity: Severity,
    /// The other severities that a finding of it can have.
    pub others: &'static [Severity],
    /// One sentence: what the rule looks for.
    pub summary: &'static str,
    /// Why it matters: what the controller, AWS or Kubernetes do then. Markdown, one or more paragraphs.
    pub explanation: &'static str,
    /// How to mend it.
    pub help: &'static str,
    /// Where the fact comes from: file and line of a public source, or an URL.
    pub source: &'static str,
}

impl Rule {
    /// Whether its name has all words of a text in lower case, or their beginnings: `certificate`, `health port`.
    #[must_use]
    pub fn is_about(&self, text: &str) -> bool {
        let mut words = text.split([' ', '-', '_']).filter(|word| word.len() > 2).peekable();
        words.peek().is_some() && words.all(|word| self.name.split('-').any(|part| part.starts_with(word)))
    }

    /// Whether a finding of it can have a severity.
    #[must_use]
    pub fn may_be(&self, severity: Severity) -> bool {
        self.severity == severity || self.others.contains(&severity)
    }

    /// All severities that a finding of it can have, that by default first: `error, warning, info`.
    #[must_use]
    pub fn all_severities(&self) -> String {
        let names: Vec<String> = std::iter::once(&self.severity).chain(self.others).map(ToString::to_string).collect();
        names.join(", ")
    }

    /// Its severities in words: `error, in milder cases warning`.
    #[must_use]
    pub fn severities(&self) -> String {
        let names = |milder: bool| -> Vec<String> {
            let of_them = self.others.iter().filter(|other| (**other < self.severity) == milder);
            of_them.map(ToString::to_string).collect()
        };
        let mut words = self.severity.to_string();
        for (names, cases) in [(names(true), "in milder cases"), (names(false), "in worse cases")] {
            if !names.is_empty() {
                words = format!("{words}, {cases} {}", names.join(" or "));
            }
        }
        words
    }
}

/// Declares the rules of a module, each as a static of its id, and `RULES`, the list of them for the registry. The first
/// severity is that of a finding by default; behind it stand the others that a finding can have:
///
/// ```text
/// rules! {
///     ALB070 Error | Warning "no-listener" {
///         summary: "`listen-ports` has no port in it",
///         explanation: "…",
///         help: "…",
///         source: "…",
///     }
/// }
/// ```
macro_rules! rules {
    ($($id:ident $severity:ident $(| $other:ident)* $name:literal {
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
                others: &[$($crate::finding::Severity::$other),*],
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

/// What rules are about, in the order of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Whose Ingress it is.
    Ownership,
    /// Ports, certificates, redirects, authentication.
    Listeners,
    /// Hosts, paths, conditions, actions.
    Routing,
    /// Services, target groups, health checks.
    Targets,
    /// Name, subnets, attributes, tags.
    LoadBalancer,
    /// Who may connect.
    Access,
    /// What is configured, and what counts of it.
    Configuration,
    /// What becomes of the old load balancer.
    Migration,
    /// Keys and values of annotations.
    Annotations,
    /// What is refused as a whole.
    Refused,
    /// Releases of the controller.
    Releases,
    /// Gateways, proxies and policies of Istio.
    Istio,
    /// Substitution by Flux.
    Flux,
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Topic::Ownership => "Whose Ingress and Service it is: class, group, other controllers",
            Topic::Listeners => "Listeners, certificates, redirects and authentication",
            Topic::Routing => "Hosts, paths, conditions and actions",
            Topic::Targets => "Services, target groups and health checks",
            Topic::LoadBalancer => "The load balancer: name, subnets, attributes, tags, web ACL",
            Topic::Access => "Who may connect",
            Topic::Configuration => "The configuration: what counts of it",
            Topic::Migration => "From the old load balancer to the ALB",
            Topic::Annotations => "Annotations and their values",
            Topic::Refused => "Refused by the API server or the controller",
            Topic::Releases => "Releases of the controller",
            Topic::Istio => "Istio: gateways, proxies, policies and rollouts",
            Topic::Flux => "Variables of Flux",
        })
    }
}

/// The rules of one module.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// What they are about.
    pub topic: Topic,
    /// The rules.
    pub rules: &'static [&'static Rule],
}

/// The rules that there are, in families. A layer below the rules that needs their ids gets this as an argument.
#[derive(Debug, Clone, Copy)]
pub struct Registry(pub &'static [Family]);

impl Registry {
    /// All rules, in order of their ids.
    #[must_use]
    pub fn rules(self) -> Vec<&'static Rule> {
        let mut rules: Vec<&Rule> = self.all().collect();
        rules.sort_by_key(|rule| rule.id);
        rules
    }

    /// All rules by topic, each topic's in order of their ids.
    #[must_use]
    pub fn by_topic(self) -> BTreeMap<Topic, Vec<&'static Rule>> {
        let mut topics: BTreeMap<Topic, Vec<&Rule>> = BTreeMap::new();
        for family in self.0 {
            topics.entry(family.topic).or_default().extend(family.rules);
        }
        topics.values_mut().for_each(|rules| rules.sort_by_key(|rule| rule.id));
        topics
    }

    fn all(self) -> impl Iterator<Item = &'static Rule> {
        self.0.iter().flat_map(|family| family.rules).copied()
    }

    /// The rule with this id or name, in whatever letters.
    #[must_use]
    pub fn find(self, text: &str) -> Option<&'static Rule> {
        self.all().find(|rule| rule.id.eq_ignore_ascii_case(text) || rule.name.eq_ignore_ascii_case(text))
    }

    /// Which rule may be meant by a text that is no rule's id or name.
    #[must_use]
    pub fn nearest(self, text: &str) -> String {
        if text.split([' ', ',']).filter(|word| self.find(word).is_some()).count() > 1 {
            return "separate ids with commas, and with nothing else".to_owned();
        }
        let text = text.to_ascii_lowercase();
        let rules = self.rules();
        // The number counts, however many zeros are before it.
        let number = |id: &str| id.to_ascii_lowercase().strip_prefix("alb")?.parse::<u32>().ok();
        if let Some(rule) = number(&text).and_then(|wanted| rules.iter().find(|rule| number(rule.id) == Some(wanted))) {
            return format!("did you mean {} ({})?", rule.id, rule.name);
        }
        let called = |rule: &&Rule| format!("{} ({})", rule.id, rule.name);
        let names: BTreeMap<&str, &Rule> = rules.iter().map(|rule| (rule.name, *rule)).collect();
        let near = nearest(&text, &names.keys().copied().collect::<Vec<_>>()).and_then(|near| names.get(near));
        let about: Vec<String> = rules.iter().filter(|rule| rule.is_about(&text)).map(called).collect();
        let id = |rule: Option<&&Rule>| rule.map(|rule| rule.id).unwrap_or_default();
        let known = format!("the findings are {} to {}", id(rules.first()), id(rules.last()));
        match (near, about.as_slice()) {
            (Some(rule), _) => format!("{known}; did you mean {}?", called(rule)),
            (None, []) => format!("{known}; `istio-alb explain` lists them by topic"),
            (None, [one]) => format!("{known}; did you mean {one}?"),
            (None, some) if some.len() <= 8 => format!("{known}; about that are {}", some.join(", ")),
            (None, some) => format!(
                "{known}; about that are {} and more: `istio-alb explain` lists them by topic",
                some[..8].join(", ")
            ),
        }
    }
}

/// What a rule reports about one place of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// As found; configuration and flags may change it afterwards.
    pub severity: Severity,
    /// Whether it is a warning that is an error since warnings are to stop the run.
    pub raised: bool,
    /// What is wrong here, with the names and values of this stream.
    pub message: String,
    /// What to do about it here; the rule's help where this is `None`.
    pub help: Option<Help>,
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
            raised: false,
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
        debug_assert!(self.rule.may_be(severity), "{} does not declare that it can be {severity}", self.rule.id);
        self.severity = severity;
        self
    }

    /// The same finding with a help line of its own.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with a help line of its own, where there is one.
    #[must_use]
    pub fn maybe_help(self, help: Option<impl Into<Help>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// What to do about it, with settings as lines of the configuration.
    #[must_use]
    pub fn help_text(&self) -> String {
        self.help.as_ref().map_or_else(|| Help::from(self.rule.help).to_string(), ToString::to_string)
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
