//! A Service as the API server validates it (k8s pkg/apis/core/validation/validation.go ValidateService).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ALB103, Faults};
use crate::finding::Finding;
use kubernetes_objects::object::Object;
use kubernetes_objects::service::ports;
use kubernetes_objects::validation::{self, violation};

/// Fields that take one of a few words, and whether they may be empty.
const WORDS: [(&str, &[&str], bool); 4] = [
    ("type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"], true),
    ("ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"], false),
    ("sessionAffinity", &["None", "ClientIP"], true),
    ("externalTrafficPolicy", &["Cluster", "Local"], true),
];

/// What it refuses.
pub(super) fn faults(service: &Object) -> Vec<Finding> {
    let mut faults = Faults::of(service, &ALB103);
    faults.metadata(validation::label);
    faults.letters();
    faults.words(&WORDS.map(|(field, ..)| field));
    let spec = &service.value["spec"];
    let all = ports(&service.value);
    let is_headless = spec["clusterIP"] == "None" || spec["clusterIPs"][0] == "None";
    if all.is_empty() && !is_headless && spec["type"] != "ExternalName" {
        faults.add("/spec", violation("there are no ports").help("add `spec.ports`"));
    }
    let mut seen = Seen::default();
    for (at, port) in all.iter().enumerate() {
        faults.port(&format!("/spec/ports/{at}"), port, spec, all.len() > 1, &mut seen);
    }
    faults.findings
}

/// What the ports before one have.
#[derive(Default)]
struct Seen<'o> {
    names: BTreeSet<&'o str>,
    numbers: BTreeSet<(i64, &'o str)>,
    node_ports: BTreeSet<(i64, &'o str)>,
}

impl Faults<'_> {
    /// Those of these fields that have another word.
    pub(super) fn words(&mut self, fields: &[&str]) {
        for (field, words, may_be_empty) in WORDS.iter().filter(|(field, ..)| fields.contains(field)) {
            let Some(word) = self.object.value["spec"][field].as_str() else {
                continue;
            };
            let is_left_out = *may_be_empty && word.is_empty();
            if !is_left_out && !words.contains(&word) {
                let what = format!("{word:?} is none of {}", words.join(", "));
                let meant = words.iter().find(|known| known.eq_ignore_ascii_case(word.trim()));
                let help = meant.map_or_else(
                    || format!("write `{field}: {}`", words.join(&format!("` or `{field}: "))),
                    |meant| format!("write `{field}: {meant}`"),
                );
                self.add(&format!("/spec/{field}"), violation(what).help(help));
            }
        }
    }

    fn port<'o>(&mut self, at: &str, port: &'o Value, spec: &Value, is_one_of_several: bool, seen: &mut Seen<'o>) {
        let text = |field: &str| port[field].as_str().filter(|text| !text.is_empty());
        let protocol = text("protocol").unwrap_or("TCP");
        if !matches!(protocol, "TCP" | "UDP" | "SCTP") {
            let what = format!("{protocol:?} is none of TCP, UDP, SCTP");
            let upper = protocol.to_ascii_uppercase();
            let meant = if matches!(&*upper, "UDP" | "SCTP") { &*upper } else { "TCP" };
            self.add(&format!("{at}/protocol"), violation(what).help(format!("write `protocol: {meant}`")));
        }
        match text("name") {
            None if is_one_of_several => {
                self.add(at, violation("it has no name, and there are several ports").help("add `name`"))
            }
            None => {}
            Some(name) => {
                self.check(&format!("{at}/name"), validation::label(name));
                if !seen.names.insert(name) {
                    let what = format!("another port has the name {name}");
                    self.add(&format!("{at}/name"), violation(what).help("give each port its own `name`"));
                }
            }
        }
        match port["port"].as_i64() {
            Some(number) => {
                self.check(&format!("{at}/port"), validation::port_number(number));
                if !seen.numbers.insert((number, protocol)) {
                    let what = format!("another port is {number}/{protocol}");
                    self.add(&format!("{at}/port"), violation(what).help("give each port its own number"));
                }
            }
            None if port["port"].is_null() => self.add(at, violation("it has no number").help("add `port`")),
            None => {}
        }
        let target_at = format!("{at}/targetPort");
        match &port["targetPort"] {
            Value::String(name) if !name.is_empty() => self.check(&target_at, validation::port_name(name)),
            Value::Number(number) => {
                let number = number.as_i64().unwrap_or_default();
                // 0 is the port's own number, as is an empty name.
                if number != 0 {
                    self.check(&target_at, validation::port_number(number));
                }
            }
            _ => {}
        }
        if let Some(number) = port["nodePort"].as_i64().filter(|number| *number != 0) {
            self.node_port(&format!("{at}/nodePort"), number, spec);
            if !seen.node_ports.insert((number, protocol)) {
                let what = format!("another port has the node port {number}");
                self.add(&format!("{at}/nodePort"), violation(what).help("give each port its own `nodePort`"));
            }
        }
    }

    fn node_port(&mut self, at: &str, number: i64, spec: &Value) {
        let kind = spec["type"].as_str().filter(|kind| !kind.is_empty()).unwrap_or("ClusterIP");
        match (kind, number) {
            ("NodePort" | "LoadBalancer", 30000..=32767) => {}
            ("NodePort" | "LoadBalancer", 1..=65535) => {
                let what = format!("{number} is not from 30000 to 32767, where node ports are by default");
                let help = "write a number from 30000 to 32767; if the API server has another `--service-node-port-range`, allow this finding \
                            by its id";
                self.warn(at, violation(what).help(help));
            }
            ("NodePort" | "LoadBalancer", _) => self.check(at, validation::port_number(number)),
            _ => {
                let what = format!("a {kind} Service has no node ports");
                self.add(at, violation(what).help("remove `nodePort`"));
            }
        }
    }
}
