//! The load balancer that a Service of type LoadBalancer has itself, beside the ALB: in the first phase of a migration, both serve.

use alb_controller::model::{Built, Key};
use kubernetes_objects::Object;
use kubernetes_objects::service::{is_tcp, ports, type_of};

use super::Facts;
use super::graph::{Kind, Scene, Text, Way, who};
use super::kubernetes::Targets;
use crate::config::types::{Phase, ServiceType};
use crate::finding::Severity;
use crate::migrate::{self, Carried, Controller, controller_of};

/// Draws the load balancers of the Services behind an ALB.
pub(super) fn draw(scene: &mut Scene, built: &Built, facts: &Facts<'_>, targets: &Targets<'_>) {
    for key in targets.service_keys() {
        let service = facts.service(&key).filter(|service| type_of(&service.value) == "LoadBalancer");
        if let Some(service) = service {
            draw_one(scene, &key, service, built, facts, targets);
        }
    }
}

fn draw_one(scene: &mut Scene, key: &Key, service: &Object, built: &Built, facts: &Facts<'_>, targets: &Targets<'_>) {
    let options = migrate::Options {
        backend: 443,
        phase: Phase::Attach,
        service_type: ServiceType::default(),
        carry_over: true,
        service_webhook: facts.has_service_webhook(),
    };
    let before = migrate::carry(&service.value, options);
    let scheme = before.annotations.get(&format!("{}scheme", migrate::ALB)).map(String::as_str);
    let clients = clients(scene, scheme, &before);
    let title = match controller_of(&service.value) {
        Controller::Lbc | Controller::CcmNlb => "Old load balancer: NLB",
        Controller::Unknown => "Old load balancer: NLB or Classic ELB",
    };
    let numbers: Vec<String> =
        ports(&service.value).iter().filter(|port| is_tcp(port)).map(|port| port["port"].to_string()).collect();
    let lines = vec![
        Text::new(scheme.unwrap_or("its scheme is not said")),
        Text::new(format!("ports {}", numbers.join(", "))),
        Text::new(format!("there as long as Service {key} is of type LoadBalancer")),
    ];
    let node = scene.add(Kind::OldLoadBalancer, None, title, lines);
    scene.connect(clients, node, "TCP", Way::PassedOn);
    let leads_to = if migrate::leads_to_pods(&service.value) { targets.pods_of(key) } else { targets.of_service(key) };
    for to in leads_to {
        scene.connect(node, to, "", Way::PassedOn);
    }
    more_open(scene, &before, built);
}

fn clients(scene: &mut Scene, scheme: Option<&str>, before: &Carried) -> usize {
    let mut lines = vec![Text::new("come here as long as DNS leads here")];
    if before.source_ranges.is_empty() {
        lines.push(Text::new("no allow-list"));
    } else {
        lines.push(Text::new("may connect from:"));
        lines.extend(before.source_ranges.iter().map(Text::new));
    }
    scene.add(Kind::Clients, None, scheme.map_or("Clients", who), lines)
}

/// Marks an ALB that lets in more than the old load balancer.
fn more_open(scene: &mut Scene, before: &Carried, built: &Built) {
    let lb = &built.load_balancer;
    let Some(alb) = scene.of_kind(Kind::Alb).next() else { return };
    if before.internal && lb.scheme == alb_controller::catalogue::INTERNET_FACING {
        scene.mark(alb, Severity::Warning, "open door: on the internet, and the old load balancer is internal");
    }
    let is_open = built.inbound.iter().any(|rule| rule.source.is_everybody());
    if !before.source_ranges.is_empty() && is_open && lb.security_groups.is_empty() {
        scene.mark(alb, Severity::Warning, "open door: open to everybody, and the old load balancer has an allow-list");
    }
}
