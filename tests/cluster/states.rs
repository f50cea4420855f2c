//! What the cluster is like after a step, compared with the table of docs/migration.md, and who let whom in on the way.

use crate::release::{INGRESS_NAME, NAME, Release};
use crate::support::cluster::{Change, INGRESS, SERVICE};
use crate::support::project;
use serde_json::{Value, json};

/// Compares the cluster with a row of the guide's table, after a round of the controllers. `before` is the Service that
/// was there at the start.
pub fn arrive(release: &Release, after: &str, before: Option<&Value>) {
    release.controllers();
    let state = release.state();
    let (service, ingress) = (state.service.as_ref(), state.ingress.as_ref());
    if let (Some(service), Some(before)) = (service, before) {
        assert_eq!(
            annotations(service, is_foreign),
            annotations(before, is_foreign),
            "after {after}, what others wrote on the Service has changed"
        );
        if service["spec"]["type"] == "LoadBalancer" {
            let (settings, before) = (settings(service), settings(before));
            assert_eq!(settings, before, "after {after}, the Service is another");
        }
    }
    let ranges = service.map(source_ranges).unwrap_or_default();
    let inbound = ingress.map(inbound_cidrs).unwrap_or_default();
    let cells = [
        service.map_or("none", |service| service["spec"]["type"].as_str().unwrap()),
        match service {
            Some(service) if settings(service).is_empty() => "gone",
            Some(_) => "there",
            None => "gone",
        },
        match (ranges.is_empty(), inbound.is_empty()) {
            (false, false) => "on both",
            (false, true) => "on the Service",
            (true, false) => "on the Ingress",
            (true, true) => "gone",
        },
        match (service, before) {
            (Some(service), Some(before)) if node_ports_of(service) != node_ports_of(before) => "others",
            (Some(_), _) => "the same",
            (None, _) => "none",
        },
        if ingress.is_some() { "there" } else { "none" },
        match (service.map(|service| &service["spec"]["type"]), ingress) {
            (Some(kind), None) if kind == "LoadBalancer" => "the old one",
            (Some(kind), Some(_)) if kind == "LoadBalancer" => "both",
            (Some(_), Some(_)) => "the ALB",
            _ => "none",
        },
    ];
    let found = format!("| {after} | {} |", cells.join(" | "));
    let guide = std::fs::read_to_string(project().join("docs/migration.md")).unwrap();
    let start = format!("| {after} | ");
    let promised = guide.lines().find(|line| line.starts_with(&start));
    assert_eq!(Some(found.as_str()), promised, "docs/migration.md and the cluster differ");
}

fn is_foreign(key: &str) -> bool {
    !key.contains("kubernetes.io/") && !key.starts_with("meta.helm.sh/")
}

/// What makes a load balancer of the Service, or tells it how to be one.
fn settings(service: &Value) -> Vec<(String, Value)> {
    let fields = [
        "loadBalancerClass",
        "loadBalancerIP",
        "loadBalancerSourceRanges",
        "allocateLoadBalancerNodePorts",
        "healthCheckNodePort",
    ];
    let spec = service["spec"].as_object().unwrap();
    let mut found = annotations(service, |key| key.starts_with("service.beta.kubernetes.io/"));
    found.extend(
        spec.iter()
            // Which number it is the server decides anew each time.
            .filter(|(key, _)| fields.contains(&key.as_str()) && *key != "healthCheckNodePort")
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    if spec.contains_key("healthCheckNodePort") {
        found.push(("healthCheckNodePort".into(), json!("some")));
    }
    found
}

pub fn annotations(object: &Value, wanted: fn(&str) -> bool) -> Vec<(String, Value)> {
    let all = object["metadata"]["annotations"].as_object();
    all.into_iter().flatten().filter(|(key, _)| wanted(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn node_ports_of(service: &Value) -> Vec<Value> {
    let ports = service["spec"]["ports"].as_array().unwrap();
    ports.iter().map(|port| port["nodePort"].clone()).collect()
}

pub fn source_ranges(service: &Value) -> String {
    let field = service["spec"]["loadBalancerSourceRanges"].as_array();
    let annotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
    match field {
        Some(ranges) => {
            let ranges: Vec<&str> = ranges.iter().filter_map(Value::as_str).collect();
            ranges.join(",")
        }
        None => service["metadata"]["annotations"][annotation].as_str().unwrap_or_default().replace(' ', ""),
    }
}

fn inbound_cidrs(ingress: &Value) -> String {
    ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/inbound-cidrs"].as_str().unwrap_or_default().into()
}

/// Walks through everything that happened to Service and Ingress. Whoever is open to clients has the allow-list.
pub fn allow_list_at_every_moment(release: &Release, allow_list: &str) {
    let services = release.namespace.history(SERVICE);
    let ingresses = release.namespace.history(INGRESS);
    let mut changes: Vec<Change> = services.into_iter().chain(ingresses).collect();
    // The guide's rehearsal has objects of its own here.
    changes.retain(|change| [NAME, INGRESS_NAME].iter().any(|name| change.object["metadata"]["name"] == *name));
    changes.sort_by_key(|change| change.revision);
    let (mut service, mut ingress) = (None, None);
    let mut was_open = false;
    let mut turns = 0;
    for change in changes {
        let leaving = change.gone || !change.object["metadata"]["deletionTimestamp"].is_null();
        if change.object["kind"] == "Service" && leaving {
            break; // uninstall: before it the Service is never deleted
        }
        let object = (!change.gone).then_some(change.object.clone());
        match change.object["kind"].as_str() {
            Some("Service") => service = object,
            _ => ingress = object,
        }
        let ranges = service.as_ref().map(source_ranges).unwrap_or_default();
        let inbound = ingress.as_ref().map(inbound_cidrs).unwrap_or_default();
        let open = service.as_ref().is_some_and(|service| service["spec"]["type"] == "LoadBalancer");
        let state = format!("Service {service:?}\nIngress {ingress:?}");
        assert!(!open || ranges == allow_list, "an open load balancer: {state}");
        assert!(ingress.is_none() || inbound == allow_list, "an open ALB: {state}");
        assert!(ranges == allow_list || inbound == allow_list, "the allow-list is nowhere: {state}");
        turns += usize::from(open != was_open);
        was_open = open;
    }
    assert!(turns >= 3, "the history is not whole: {turns} turns");
}
