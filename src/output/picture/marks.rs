//! Findings as marks of the nodes that they are about.

use std::collections::BTreeSet;

use alb_controller::catalogue::PREFIX;
use alb_controller::model::Group;
use kubernetes_objects::{ObjectRef, annotation_pointer};

use super::Facts;
use super::graph::{Kind, Mark, Node, Picture, Scene, State};
use crate::finding::{Finding, Severity, Topic};
use crate::lint::REGISTRY;

/// Annotations by what they begin with, and the kind of node that they are about. All others are about the ALB.
const ABOUT: [(&str, Kind); 12] = [
    ("inbound-cidrs", Kind::Clients),
    ("security-group", Kind::Clients),
    ("certificate-arn", Kind::Listener),
    ("ssl-", Kind::Listener),
    ("listen", Kind::Listener),
    ("mutual-authentication", Kind::Listener),
    ("healthcheck-", Kind::TargetGroup),
    ("success-codes", Kind::TargetGroup),
    ("backend-protocol", Kind::TargetGroup),
    ("target-", Kind::TargetGroup),
    ("enable-frontend-nlb", Kind::FrontendNlb),
    ("frontend-nlb-", Kind::FrontendNlb),
];

/// Findings that are about another kind of node than their annotation.
const BY_ID: [(&str, Kind); 1] = [("ALB026", Kind::TargetGroup)];
/// Findings that say what a node of this kind is marked with without them, and more.
const SAY_MORE: [(&str, Kind); 4] =
    [("ALB001", Kind::TargetGroup), ("ALB002", Kind::TargetGroup), ("ALB006", Kind::Listener), ("ALB007", Kind::Rule)];

/// Marks the nodes of the scenes with errors and warnings, also with those that the configuration allows. What is about no node
/// of a picture with one scene is a note of it.
pub(super) fn of_findings(picture: &mut Picture, facts: &Facts<'_>) {
    let of = |findings: &[Finding], is_allowed| {
        let seen = findings.iter().filter(|finding| finding.severity > Severity::Info);
        seen.map(|finding| (finding.clone(), Mark::of(finding, is_allowed))).collect::<Vec<_>>()
    };
    let mut all = of(facts.findings, false);
    all.extend(of(facts.allowed, true));
    all.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    let is_one = picture.scenes.len() == 1;
    for (finding, found) in &all {
        let mut is_placed = false;
        for (at, scene) in picture.scenes.iter_mut().enumerate() {
            let mut nodes = nodes_of(scene, finding, facts.model.groups.get(at));
            if nodes.is_empty() && is_one {
                nodes.extend(beside(scene, finding));
            }
            is_placed |= !nodes.is_empty();
            nodes.into_iter().for_each(|node| mark(scene, node, found));
        }
        if !is_placed && finding.severity == Severity::Error {
            picture.beside.push(found.clone());
        }
    }
    for scene in &mut picture.scenes {
        // Of what the ALB speaks a finding is a warning where nothing but the number of the port speaks against it.
        let breaks = |mark: &Mark| mark.severity == Severity::Error || mark.rule.is_none();
        let is_broken = |node: &usize| scene.nodes[*node].marks.iter().any(breaks);
        let broken: Vec<usize> = scene.of_kind(Kind::TargetGroup).filter(is_broken).collect();
        broken.into_iter().for_each(|node| scene.close(node, State::Broken));
    }
}

fn mark(scene: &mut Scene, node: usize, found: &Mark) {
    let is_it =
        |(id, kind): &(&str, Kind)| found.rule.is_some_and(|rule| rule.id == *id) && scene.nodes[node].kind == *kind;
    let says_more = SAY_MORE.iter().any(is_it);
    let marks = &mut scene.nodes[node].marks;
    if says_more {
        marks.retain(|mark| mark.rule.is_some());
    }
    if !marks.contains(found) {
        marks.push(found.clone());
    }
}

/// The node beside which something stands that is not drawn: what the gateway is told (Gateways, VirtualServices, its Deployment)
/// is about its pods, what the class is told about the load balancer.
fn beside(scene: &Scene, finding: &Finding) -> Option<usize> {
    let kind = match finding.object.as_ref()?.kind.as_str() {
        "IngressClass" | "IngressClassParams" => Kind::Alb,
        "Ingress" | "Service" => return None,
        _ => Kind::Pods,
    };
    scene.of_kind(kind).next()
}

/// The nodes that a finding is about: a rule stands on each listener.
fn nodes_of(scene: &Scene, finding: &Finding, group: Option<&Group>) -> Vec<usize> {
    let Some(object) = finding.object.as_ref() else { return Vec::new() };
    let of_object = |node: &Node| node.object.as_ref().is_some_and(|own| is_same(own, object));
    let first = |kind| scene.of_kind(kind).next();
    let is_member = |group: &Group| {
        let mut members = group.members.iter().map(|key| ObjectRef::new("Ingress", &key.namespace, &key.name));
        members.any(|member| is_same(&member, object))
    };
    if !group.is_some_and(is_member) {
        return scene.nodes.iter().position(of_object).into_iter().collect();
    }
    let field = finding.field.as_deref().unwrap_or_default();
    let has_field = |node: &Node| node.fields.iter().any(|own| field == own || field.starts_with(&format!("{own}/")));
    let own = scene.nodes.iter().enumerate().filter(|(_, node)| of_object(node) && has_field(node));
    let own: Vec<usize> = own.map(|(at, _)| at).collect();
    let kind = SAY_MORE.iter().find(|(id, _)| *id == finding.rule.id).map(|(_, kind)| *kind);
    let is_marked =
        |node: &usize| scene.nodes[*node].marks.iter().any(|mark| mark.rule.is_none() || is_of(mark, finding));
    let of_kind: Vec<usize> = kind.iter().flat_map(|kind| scene.of_kind(*kind)).filter(is_marked).collect();
    let leads_there = |node: &&usize| scene.edges.iter().any(|edge| own.contains(&edge.from) && edge.to == **node);
    if let Some(node) = of_kind.iter().find(leads_there).or(of_kind.first()).filter(|_| kind != Some(Kind::Rule)) {
        return vec![*node];
    }
    // What is found at a path about its target is marked there.
    let is_group = |node: &usize| scene.nodes[*node].kind == Kind::TargetGroup;
    let led_to = scene.edges.iter().filter(|edge| own.contains(&edge.from)).map(|edge| edge.to);
    let led_to: BTreeSet<usize> = led_to.filter(is_group).filter(|_| is_about_targets(finding)).collect();
    if !led_to.is_empty() {
        return led_to.into_iter().collect();
    }
    // A rule that is not built has no findings but that it is not.
    let is_built = |node: &usize| scene.nodes[*node].kind != Kind::LeftOut;
    let (built, left_out): (Vec<usize>, Vec<usize>) = own.into_iter().partition(is_built);
    match kind {
        Some(Kind::Rule) if !(built.is_empty() && left_out.is_empty()) => return [built, left_out].concat(),
        _ if !built.is_empty() => return built,
        _ if !left_out.is_empty() => return left_out,
        _ => {}
    }
    let is_about = |start: &str| field.starts_with(&annotation_pointer(&format!("{PREFIX}{start}")));
    let by_id = BY_ID.iter().find(|(id, _)| *id == finding.rule.id);
    let about = by_id.or_else(|| ABOUT.iter().find(|(start, _)| is_about(start)));
    let node = about.and_then(|(_, kind)| first(*kind));
    node.or_else(|| first(Kind::Alb)).or_else(|| first(Kind::Ingress)).into_iter().collect()
}

fn is_about_targets(finding: &Finding) -> bool {
    let of_targets = REGISTRY.0.iter().filter(|family| family.topic == Topic::Targets);
    of_targets.flat_map(|family| family.rules).any(|rule| rule.id == finding.rule.id)
}

fn is_of(mark: &Mark, finding: &Finding) -> bool {
    mark.rule.is_some_and(|rule| rule.id == finding.rule.id)
}

/// Whether two references mean one object. The model says `default` where a manifest names no namespace.
fn is_same(one: &ObjectRef, other: &ObjectRef) -> bool {
    let namespace = |object: &ObjectRef| match object.namespace.as_str() {
        "" => "default".to_owned(),
        namespace => namespace.to_owned(),
    };
    one.kind == other.kind && one.name == other.name && namespace(one) == namespace(other)
}
