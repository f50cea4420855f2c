//! The picture as data: what stands in it, and where the traffic goes.
//!
//! SVG, Mermaid and the text for people who can't see the picture are all drawn from this.

use crate::error::cut;
use crate::finding::{Finding, Rule, Severity};
use alb_controller::catalogue;
use alb_controller::model::Protocol;
use kubernetes_objects::ObjectRef;

/// Everything that is drawn: a scene for each load balancer, and what has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// In one sentence.
    pub title: String,
    /// One for each load balancer, and for each Ingress of which none is built.
    pub scenes: Vec<Scene>,
    /// Findings that are about none of them.
    pub beside: Vec<Mark>,
}

/// One load balancer and the way of the traffic through it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    /// What it is made from, and what becomes of it.
    pub title: String,
    /// What has to be known about the whole.
    pub notes: Vec<Mark>,
    /// What stands in it.
    pub nodes: Vec<Node>,
    /// Where the traffic goes.
    pub edges: Vec<Edge>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People and programs that connect.
    Clients,
    /// Those that connect beside the Network Load Balancer in front.
    ClientsBeside,
    /// A Network Load Balancer that passes everything on to the ALB.
    FrontendNlb,
    /// The Application Load Balancer; its listeners are in it.
    Alb,
    /// A listener; its rules are in it.
    Listener,
    /// A rule of a listener.
    Rule,
    /// A rule that the controller leaves out.
    LeftOut,
    /// The load balancer that the Service has itself.
    OldLoadBalancer,
    /// A target group.
    TargetGroup,
    /// Something that is not in the manifests.
    Missing,
    /// A port of a Service.
    Service,
    /// The pods behind a Service.
    Pods,
    /// An Ingress from which nothing is built.
    Ingress,
}

/// A box of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The node that it stands in.
    pub parent: Option<usize>,
    /// Its name.
    pub title: Text,
    /// What is known of it.
    pub lines: Vec<Text>,
    /// What to look at.
    pub marks: Vec<Mark>,
    /// The object that it is, or that it is made from.
    pub object: Option<ObjectRef>,
    /// Of which fields of the object it is made, as JSON pointers; of none where it is the object as a whole.
    pub fields: Vec<String>,
}

/// A text, with the whole of it where only a part is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// What is shown.
    pub shown: String,
    /// All of it, where that is more.
    pub full: Option<String>,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// How bad it is.
    pub severity: Severity,
    /// The rule of the finding, where one says it.
    pub rule: Option<&'static Rule>,
    /// Whether the configuration allows the finding.
    pub is_allowed: bool,
    /// What it is.
    pub text: String,
}

/// A way of the traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// From this node.
    pub from: usize,
    /// To this one.
    pub to: usize,
    /// What is said about it; may be empty.
    pub label: String,
    /// How it is encrypted.
    pub way: Way,
    /// Whether traffic gets through.
    pub state: State,
}

/// Whether traffic gets through on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As far as is known.
    Open,
    /// What comes here is not answered as it should be.
    Broken,
    /// No request ever takes it.
    Unused,
}

/// Whether traffic is encrypted on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// By TLS.
    Tls,
    /// It is not.
    ClearText,
    /// As it comes.
    PassedOn,
}

/// Letters of a text that somebody else wrote.
const LONGEST: usize = 300;
/// So many ranges of an allow-list are listed.
pub const RANGES: usize = 12;
/// The line of a rule that forwards.
pub const FORWARD: &str = "→ forward";

impl Text {
    /// A text that is shown as it is; a very long one is cut.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        match cut(&text, LONGEST) {
            std::borrow::Cow::Borrowed(_) => Text { shown: text, full: None },
            std::borrow::Cow::Owned(shown) => Text { shown, full: Some(text) },
        }
    }

    /// Some words and the name of an AWS resource, of which an ARN is shortened.
    pub fn resource(words: &str, name: &str) -> Self {
        match short_arn(name) {
            Some(short) => Text { shown: format!("{words}{short}"), full: Some(format!("{words}{name}")) },
            None => Text::new(format!("{words}{name}")),
        }
    }

    /// Some of them, and how many more there are.
    pub fn listed<T: AsRef<str>>(all: &[T], most: usize) -> Self {
        let joined = |some: &[T]| some.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
        match all.len().checked_sub(most).filter(|more| *more > 0) {
            Some(more) => Text { shown: format!("{} and {more} more", joined(&all[..most])), full: Some(joined(all)) },
            None => Text::new(joined(all)),
        }
    }

    /// All of it.
    pub fn whole(&self) -> &str {
        self.full.as_deref().unwrap_or(&self.shown)
    }
}

/// What tells one resource from another in an ARN: the resource with long ids cut in the middle, and the region.
fn short_arn(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", _, _, region, _, resource] = parts.as_slice() else { return None };
    let segments: Vec<String> = resource.split('/').map(short_id).collect();
    let region = if region.is_empty() { String::new() } else { format!(" in {region}") };
    Some(format!("{}{region}", segments.join("/")))
}

fn short_id(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    let is_uuid = letters.len() > 24 && id.contains('-');
    if !is_uuid {
        return id.to_owned();
    }
    let (start, end) = (&letters[..8], &letters[letters.len() - 4..]);
    start.iter().chain(&['…']).chain(end).collect()
}

impl Mark {
    /// A mark.
    pub fn new(severity: Severity, text: impl Into<String>) -> Self {
        Mark { severity, rule: None, is_allowed: false, text: text.into() }
    }

    /// A finding as a mark.
    pub fn of(finding: &Finding, is_allowed: bool) -> Self {
        Mark { severity: finding.severity, rule: Some(finding.rule), is_allowed, text: finding.message.clone() }
    }

    /// In a line: `ALB006: port 80 is not encrypted`.
    pub fn line(&self) -> String {
        let allowed = if self.is_allowed { " (allowed in the configuration)" } else { "" };
        match self.rule {
            Some(rule) => format!("{}{allowed}: {}", rule.id, self.text),
            None => self.text.clone(),
        }
    }

    /// What stands in a box, where the whole line stands below the picture: `ALB006 clear-text-on-http-listener`.
    pub fn short(&self) -> String {
        let allowed = if self.is_allowed { " (allowed)" } else { "" };
        match self.rule {
            Some(rule) => format!("{} {}{allowed}", rule.id, rule.name),
            None => self.text.clone(),
        }
    }
}

impl Scene {
    /// Adds a node and says where it is.
    pub fn add(&mut self, kind: Kind, parent: Option<usize>, title: impl Into<String>, lines: Vec<Text>) -> usize {
        let node =
            Node { kind, parent, title: Text::new(title), lines, marks: Vec::new(), object: None, fields: Vec::new() };
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds a way, once.
    pub fn connect(&mut self, from: usize, to: usize, label: impl Into<String>, way: Way) {
        let edge = Edge { from, to, label: label.into(), way, state: State::Open };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }

    /// Says that traffic on the ways from a node does not get through, or that there is none.
    pub fn close(&mut self, from: usize, state: State) {
        self.edges.iter_mut().filter(|edge| edge.from == from).for_each(|edge| edge.state = state);
    }

    /// The findings that its nodes are marked with, each once, the worst first.
    pub fn findings(&self) -> Vec<&Mark> {
        let mut found: Vec<&Mark> = Vec::new();
        for mark in self.nodes.iter().flat_map(|node| &node.marks).filter(|mark| mark.rule.is_some()) {
            if !found.contains(&mark) {
                found.push(mark);
            }
        }
        found.sort_by_key(|mark| (std::cmp::Reverse(mark.severity), mark.rule.map(|rule| rule.id)));
        found
    }

    /// Says which object a node is.
    pub fn is_object(&mut self, node: usize, object: ObjectRef) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.object = Some(object);
        }
    }

    /// Marks a node.
    pub fn mark(&mut self, node: usize, severity: Severity, text: impl Into<String>) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.marks.push(Mark::new(severity, text));
        }
    }

    /// The nodes of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.kind == kind).map(|(at, _)| at)
    }

    /// The nodes that stand in a node.
    pub fn inside(&self, parent: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.parent == Some(parent)).map(|(at, _)| at)
    }
}

impl Way {
    /// How a load balancer speaks by this protocol.
    pub fn of(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Https => Way::Tls,
            Protocol::Http => Way::ClearText,
        }
    }
}

/// Those who can reach a load balancer of this scheme.
pub fn who(scheme: &str) -> &'static str {
    if scheme == catalogue::INTERNAL { "Clients inside the VPC" } else { "Clients on the internet" }
}

/// `80, 443`.
pub fn numbers(ports: &[i32]) -> String {
    ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `port 80`, `ports 80, 443`.
pub fn named_ports(ports: &[i32]) -> String {
    format!("{} {}", if ports.len() == 1 { "port" } else { "ports" }, numbers(ports))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_shortened_where_they_say_nothing() {
        let arn = "arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
        let text = Text::resource("", arn);
        assert_eq!(text.shown, "certificate/0f1e2d3c…e1f0 in eu-central-1");
        assert_eq!(text.whole(), arn);
        assert_eq!(Text::resource("web ACL ", "edge").shown, "web ACL edge");
    }
}
