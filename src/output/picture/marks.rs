//! Findings as marks of the nodes that they are about.

use alb_controller::catalogue::PREFIX;
use alb_controller::model::Group;
use kubernetes_objects::{ObjectRef, annotation_pointer};

use super::Facts;
use super::graph::{Kind, Mark, Scene};
use crate::finding::{Finding, Severity};

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

/// So many marks of a node are shown.
const MOST: usize = 4;
/// Findings that say what a node of this kind is marked with without them, and more.
const SAY_MORE: [(&str, Kind); 3] =
    [("ALB001", Kind::TargetGroup), ("ALB002", Kind::TargetGroup), ("ALB006", Kind::Listener)];

/// Marks the nodes of the scenes with errors and warnings. Of several findings of one rule about one node the first is shown.
pub(super) fn of_findings(scenes: &mut [Scene], facts: &Facts<'_>) {
    let mut findings: Vec<&Finding> =
        facts.findings.iter().filter(|finding| finding.severity > Severity::Info).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let is_one = scenes.len() == 1;
    for finding in findings {
        for (at, scene) in scenes.iter_mut().enumerate() {
            let own = node_of(scene, finding, facts.model.groups.get(at));
            match own.or_else(|| beside(scene, finding).filter(|_| is_one)) {
                Some(node) => mark(scene, node, finding),
                None if is_one && finding.severity == Severity::Error => scene.notes.push(of_finding(finding)),
                None => {}
            }
        }
    }
}

fn of_finding(finding: &Finding) -> Mark {
    Mark { severity: finding.severity, id: Some(finding.rule.id), text: finding.message.clone() }
}

fn mark(scene: &mut Scene, node: usize, finding: &Finding) {
    let says_more = SAY_MORE.contains(&(finding.rule.id, scene.nodes[node].kind));
    let marks = &mut scene.nodes[node].marks;
    if says_more {
        marks.retain(|mark| mark.id.is_some());
    }
    if marks.iter().any(|mark| mark.id == Some(finding.rule.id)) {
        return;
    }
    match marks.len() {
        count if count < MOST => marks.push(of_finding(finding)),
        // The others are in `check` and in the report.
        MOST => marks.push(Mark::new(finding.severity, "and more: istio-alb check lists them")),
        _ => {}
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

/// The node that a finding is about.
fn node_of(scene: &Scene, finding: &Finding, group: Option<&Group>) -> Option<usize> {
    let object = finding.object.as_ref()?;
    let first = |kind| scene.of_kind(kind).next();
    let itself = || {
        (0..scene.nodes.len()).find(|node| scene.nodes[*node].object.as_ref().is_some_and(|own| is_same(own, object)))
    };
    let is_member = |group: &Group| {
        let mut members = group.members.iter().map(|key| ObjectRef::new("Ingress", &key.namespace, &key.name));
        members.any(|member| is_same(&member, object))
    };
    if !group.is_some_and(is_member) {
        return itself();
    }
    let kind = SAY_MORE.iter().find(|(id, _)| *id == finding.rule.id).map(|(_, kind)| *kind);
    let is_marked = |node: &usize| scene.nodes[*node].marks.iter().any(|mark| mark.id.is_none());
    if let Some(node) = kind.and_then(|kind| scene.of_kind(kind).find(is_marked)) {
        return Some(node);
    }
    let field = finding.field.as_deref().unwrap_or_default();
    let is_about = |start: &str| field.starts_with(&annotation_pointer(&format!("{PREFIX}{start}")));
    let about = ABOUT.iter().find(|(start, _)| is_about(start));
    about.and_then(|(_, kind)| first(*kind)).or_else(|| first(Kind::Alb)).or_else(|| first(Kind::Ingress))
}

/// Whether two references mean one object. The model says `default` where a manifest names no namespace.
fn is_same(one: &ObjectRef, other: &ObjectRef) -> bool {
    let namespace = |object: &ObjectRef| match object.namespace.as_str() {
        "" => "default".to_owned(),
        namespace => namespace.to_owned(),
    };
    one.kind == other.kind && one.name == other.name && namespace(one) == namespace(other)
}
