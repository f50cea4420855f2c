//! The load balancer that a Service of type LoadBalancer has itself, beside the ALB: in the first phase of a migration, both serve.

use alb_controller::go::strconv::string_list;
use alb_controller::model::{Built, Key};
use kubernetes_objects::Object;
use kubernetes_objects::service::{is_tcp, ports, type_of};
use serde_json::Value;

use super::Facts;
use super::graph::{Kind, RANGES, Scene, Text, Way, named_ports, numbers, who};
use super::kubernetes::Targets;
use crate::config::types::{Phase, ServiceType};
use crate::finding::Severity;
use crate::istio::served::Speaks;
use crate::migrate::{self, Carried, Controller, controller_of};
use crate::output::diagram::{is_open, open_to};

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
        keeps_type: false,
    };
    let before = migrate::carry(&service.value, options);
    let scheme = before.annotations.get(&format!("{}scheme", migrate::ALB)).map(String::as_str);
    let clients = clients(scene, scheme, &before);
    let title = match controller_of(&service.value) {
        Controller::Lbc | Controller::CcmNlb => "Old load balancer: NLB",
        Controller::Unknown => "Old load balancer: NLB or Classic ELB",
    };
    let mut lines = vec![Text::new(scheme.unwrap_or("its scheme is not said"))];
    let by_use = ports_by_use(&service.value);
    lines.extend(by_use.iter().flat_map(|(of, ports)| of.lines(ports, &service.value)));
    lines.push(Text::new(format!("there as long as Service {key} is of type LoadBalancer")));
    let node = scene.add(Kind::OldLoadBalancer, None, title, lines);
    for (of, ports) in &by_use {
        scene.connect(clients, node, format!("{} {}", of.protocol(), numbers(ports)), of.before());
    }
    let pods = targets.pods_of(key);
    let to_pods = migrate::leads_to_pods(&service.value);
    let mut others: Vec<(Use, i32)> = Vec::new();
    for (of, port) in by_use.iter().flat_map(|(of, ports)| ports.iter().map(move |port| (*of, *port))) {
        match targets.port_of(key, port) {
            Some(to) if !to_pods => scene.connect(node, to, "", of.behind()),
            _ if to_pods => pods.iter().for_each(|pods| scene.connect(node, *pods, "", of.behind())),
            _ => others.push((of, port)),
        }
    }
    if !others.is_empty() {
        let ports: Vec<i32> = others.iter().map(|(_, port)| *port).collect();
        let lines = vec![Text::new(named_ports(&ports)), Text::new("the ALB does not lead here")];
        let to = scene.add(Kind::Service, None, format!("Service {key}"), lines);
        for (of, _) in others {
            scene.connect(node, to, "", of.behind());
            pods.iter().for_each(|pods| scene.connect(to, *pods, "", of.behind()));
        }
    }
    more_open(scene, &before, built);
}

/// What the old load balancer does with what comes to a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It ends TLS, and speaks TLS to the pods.
    TlsAgain,
    /// It ends TLS, and speaks clear text to the pods.
    TlsEnds,
    /// It takes HTTP, and sends HTTP.
    Http,
    /// It passes everything on.
    PassedOn,
}

impl Use {
    fn of(service: &Value, port: &Value) -> Self {
        match (migrate::ends_tls(service, port), migrate::reached(service, port).map(|served| served.speaks)) {
            (true, Some(Speaks::Tls)) => Use::TlsAgain,
            (true, _) => Use::TlsEnds,
            (false, Some(_)) => Use::Http,
            (false, None) => Use::PassedOn,
        }
    }

    fn protocol(self) -> &'static str {
        match self {
            Use::TlsAgain | Use::TlsEnds => "TLS",
            Use::Http => "HTTP",
            Use::PassedOn => "TCP",
        }
    }

    fn before(self) -> Way {
        match self {
            Use::TlsAgain | Use::TlsEnds => Way::Tls,
            Use::Http => Way::ClearText,
            Use::PassedOn => Way::PassedOn,
        }
    }

    fn behind(self) -> Way {
        match self {
            Use::TlsAgain => Way::Tls,
            Use::TlsEnds | Use::Http => Way::ClearText,
            Use::PassedOn => Way::PassedOn,
        }
    }

    /// What it does with these ports.
    fn lines(self, ports: &[i32], service: &Value) -> Vec<Text> {
        let ports = named_ports(ports);
        let ends = || {
            let annotations = migrate::annotations_of(service);
            let key = format!("{}aws-load-balancer-ssl-cert", migrate::PREFIX);
            let all = string_list(annotations.get(key.as_str()).copied().unwrap_or_default());
            Text::resource(
                &format!("{ports}: TLS of the client ends here, "),
                &all.first().cloned().unwrap_or_default(),
            )
        };
        match self {
            Use::TlsAgain => vec![ends(), Text::new(format!("{ports}: TLS starts again towards the pods"))],
            Use::TlsEnds => vec![ends(), Text::new(format!("{ports}: clear text towards the pods"))],
            Use::Http => vec![Text::new(format!("{ports}: HTTP in clear text"))],
            Use::PassedOn => vec![Text::new(format!("{ports}: passed on as it comes"))],
        }
    }
}

/// The ports of a Service by what the old load balancer does with them.
fn ports_by_use(service: &Value) -> Vec<(Use, Vec<i32>)> {
    let mut by_use: Vec<(Use, Vec<i32>)> = Vec::new();
    for port in ports(service).iter().filter(|port| is_tcp(port)) {
        let Some(number) = port["port"].as_i64().and_then(|number| i32::try_from(number).ok()) else { continue };
        let of = Use::of(service, port);
        match by_use.iter_mut().find(|(known, _)| *known == of) {
            Some((_, ports)) => ports.push(number),
            None => by_use.push((of, vec![number])),
        }
    }
    by_use
}

fn clients(scene: &mut Scene, scheme: Option<&str>, before: &Carried) -> usize {
    let mut lines = vec![Text::new("come here as long as DNS leads here")];
    if !before.source_ranges.is_empty() {
        lines.push(Text::new("may connect from:"));
        lines.push(Text::listed(&before.source_ranges, RANGES));
    }
    let node = scene.add(Kind::Clients, None, scheme.map_or("Clients", who), lines);
    if before.source_ranges.is_empty() {
        scene.mark(node, Severity::Info, scheme.map_or("open to everybody", open_to));
    }
    node
}

/// Marks an ALB that lets in more than the old load balancer.
fn more_open(scene: &mut Scene, before: &Carried, built: &Built) {
    let lb = &built.load_balancer;
    let Some(alb) = scene.of_kind(Kind::Alb).next() else { return };
    if before.internal && lb.scheme == alb_controller::catalogue::INTERNET_FACING {
        scene.mark(alb, Severity::Warning, "open door: on the internet, and the old load balancer is internal");
    }
    if !before.source_ranges.is_empty() && is_open(&built.inbound) && lb.security_groups.is_empty() {
        scene.mark(alb, Severity::Warning, "open door: open to everybody, and the old load balancer has an allow-list");
    }
}
