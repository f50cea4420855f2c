//! The part behind the load balancer: target groups, Services, pods.

use std::collections::BTreeMap;

use alb_controller::catalogue;
use alb_controller::model::{Built, HealthPort, Key, Protocol, Target, TargetGroup, TargetGroupRef};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kubernetes_objects::{Object, ObjectRef};

use super::Facts;
use super::graph::{Kind, Scene, Text, Way};
use crate::finding::Severity;
use crate::istio::served::Speaks;

/// What is drawn already behind a load balancer.
pub(super) struct Targets<'b> {
    groups: BTreeMap<&'b str, &'b TargetGroup>,
    facts: &'b Facts<'b>,
    drawn: BTreeMap<String, usize>,
    /// The ports of Services, with the way to them.
    services: BTreeMap<(Key, i32), usize>,
    pods: BTreeMap<Key, usize>,
}

impl<'b> Targets<'b> {
    pub(super) fn new(built: &'b Built, facts: &'b Facts<'b>) -> Self {
        let groups = built.target_groups.iter().map(|group| (group.id.as_str(), group)).collect();
        let (drawn, services, pods) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Targets { groups, facts, drawn, services, pods }
    }

    /// The node of a port of a Service, if a target group leads there.
    pub(super) fn port_of(&self, key: &Key, port: i32) -> Option<usize> {
        self.services.get(&(key.clone(), port)).copied()
    }

    /// The node of the pods of a Service.
    pub(super) fn pods_of(&self, key: &Key) -> Vec<usize> {
        self.pods.get(key).copied().into_iter().collect()
    }

    /// The Services behind this load balancer.
    pub(super) fn service_keys(&self) -> Vec<Key> {
        self.pods.keys().cloned().collect()
    }

    /// The node of what a rule forwards to, with all that is behind it, and how the ALB speaks to it.
    pub(super) fn draw(&mut self, scene: &mut Scene, target: &Target) -> (usize, Way) {
        let (title, lines, warning) = match &target.group {
            TargetGroupRef::Id(id) => match self.groups.get(id.as_str()).copied() {
                Some(group) => return (self.group(scene, group), Way::of(group.protocol)),
                None => (format!("Target group {id}"), Vec::new(), None),
            },
            TargetGroupRef::Arn(arn) => ("A target group that exists".to_owned(), vec![Text::resource("", arn)], None),
            TargetGroupRef::Unknown => ("A target group that AWS looks up by its name".to_owned(), Vec::new(), None),
            TargetGroupRef::NoService(name) => {
                let warning = "not in these manifests: if it is not in the cluster either, the answer is 503";
                (format!("Service {name}"), Vec::new(), Some(warning))
            }
        };
        if let Some(node) = self.drawn.get(&title) {
            return (*node, Way::PassedOn);
        }
        let node = scene.add(Kind::Missing, None, title.clone(), lines);
        if let Some(warning) = warning {
            scene.mark(node, Severity::Warning, warning);
        }
        self.drawn.insert(title, node);
        (node, Way::PassedOn)
    }

    fn group(&mut self, scene: &mut Scene, group: &TargetGroup) -> usize {
        if let Some(node) = self.drawn.get(&group.id) {
            return *node;
        }
        let is_ip = group.target_type == catalogue::IP;
        let title = if is_ip { "Target group: pods" } else { "Target group: nodes" };
        let node = scene.add(Kind::TargetGroup, None, title, group_lines(group));
        self.drawn.insert(group.id.clone(), node);
        let way = Way::of(group.protocol);
        if let Some(served) = (self.facts.serves)(group)
            && let Some(text) = mismatch(group.protocol, served.speaks)
        {
            scene.mark(node, Severity::Warning, text);
        }
        if is_ip {
            // Requests go to the pods themselves; the Service only tells which they are.
            let pods = self.pods(scene, group);
            scene.connect(node, pods, "", way);
            return node;
        }
        let key = (group.service.clone(), group.backend_port.port);
        let is_made = self.facts.service(&group.service).is_some_and(Object::is_made);
        let service = *self.services.entry(key).or_insert_with(|| service(scene, group, is_made));
        let pods = self.pods(scene, group);
        scene.connect(node, service, "", way);
        scene.connect(service, pods, "", way);
        node
    }

    /// The pods of a Service: one node, with what each port speaks.
    fn pods(&mut self, scene: &mut Scene, group: &TargetGroup) -> usize {
        let served = (self.facts.serves)(group);
        let service = self.facts.service(&group.service);
        let node = *self.pods.entry(group.service.clone()).or_insert_with(|| {
            let title = if served.is_some() { "Gateway pods (Istio)" } else { "Pods" };
            let selector = service.and_then(|service| service.value["spec"]["selector"].as_object());
            let labels =
                selector.into_iter().flatten().filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
            let labels: Vec<String> = labels.collect();
            let lines = (!labels.is_empty()).then(|| Text::new(labels.join(", "))).into_iter().collect();
            scene.add(Kind::Pods, None, title, lines)
        });
        let port = pod_port(group);
        let text = match served {
            Some(served) => format!("port {port} {}", served.describe()),
            None => format!("port {port}"),
        };
        let line = Text::new(text);
        if let Some(pods) = scene.nodes.get_mut(node)
            && !pods.lines.contains(&line)
        {
            pods.lines.push(line);
        }
        node
    }
}

/// That the ALB and the port behind it speak differently.
fn mismatch(protocol: Protocol, speaks: Speaks) -> Option<&'static str> {
    match (protocol, speaks) {
        (Protocol::Http, Speaks::Tls) => Some("the ALB speaks clear text, and the port behind it TLS"),
        (Protocol::Https, Speaks::ClearText | Speaks::Status) => {
            Some("the ALB speaks TLS, and the port behind it clear text")
        }
        (_, Speaks::Nothing) => Some("nothing listens on the port behind it"),
        _ => None,
    }
}

fn pod_port(group: &TargetGroup) -> String {
    let port = &group.backend_port;
    match &port.target_port {
        Some(IntOrString::Int(number)) => number.to_string(),
        Some(IntOrString::String(name)) => name.clone(),
        None => port.port.to_string(),
    }
}

fn group_lines(group: &TargetGroup) -> Vec<Text> {
    let is_ip = group.target_type == catalogue::IP;
    let noun = if is_ip { "port" } else { "node port" };
    let at = |number: Option<i32>| match number {
        Some(number) => format!("{noun} {number}"),
        None => format!("a {noun} that Kubernetes chooses"),
    };
    let mut lines = Vec::new();
    let whose = if is_ip { format!("the pods of Service {}", group.service) } else { nodes(group) };
    lines.push(Text::new(format!("{whose}, at {}", at(group.port))));
    let to = if is_ip { "pods" } else { "nodes" };
    let version = version(group.protocol_version);
    lines.push(Text::new(match group.protocol {
        Protocol::Https => format!("speaks HTTPS to the {to} ({version})"),
        Protocol::Http => format!("speaks clear text to the {to} ({version})"),
    }));
    let check = &group.health_check;
    let port = match check.port {
        HealthPort::Traffic => "the same port".to_owned(),
        HealthPort::Number(number) => at(Some(number)),
        HealthPort::Unknown => at(None),
    };
    let named = check.port_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let how = format!("{} {} at {port}{named}", check.protocol.name(), check.path);
    lines.push(Text::new(format!("health check: {how}, every {}\u{a0}s", check.interval_seconds)));
    lines.extend(group.attributes.iter().map(|(key, value)| Text::new(format!("{key} = {value}"))));
    lines
}

/// The version of HTTP, as people write it.
fn version(version: &str) -> &str {
    match version {
        "HTTP1" => "HTTP/1.1",
        "HTTP2" => "HTTP/2",
        "GRPC" => "gRPC",
        other => other,
    }
}

fn nodes(group: &TargetGroup) -> String {
    if group.node_labels.is_empty() {
        return "every node".to_owned();
    }
    let labels: Vec<String> = group.node_labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("nodes with {}", labels.join(", "))
}

fn service(scene: &mut Scene, group: &TargetGroup, is_made: bool) -> usize {
    let port = &group.backend_port;
    let name = port.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let mut lines = vec![
        Text::new(format!("port {}{name}", port.port)),
        Text::new(format!("from the node port on to port {} of the pods", pod_port(group))),
    ];
    if is_made {
        lines.push(Text::new("made by istiod from the Gateway"));
    }
    let node = scene.add(Kind::Service, None, format!("Service {}", group.service), lines);
    scene.is_object(node, ObjectRef::new("Service", &group.service.namespace, &group.service.name));
    node
}
