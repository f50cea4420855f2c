//! What becomes of the gateway's three ports: number, name and target port of each.

use serde_json::{Value, json};

use crate::config::types::TargetPorts;
use crate::error::plain;
use crate::istio::pods::{Listens, Pods};
use crate::istio::{PINS, STATUS_PORT, match_numbers, match_pins};
use kubernetes_objects::service::{is_tcp, ports};

/// The gateway's ports in the list that was rendered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PinnedPorts {
    /// Those that are there.
    pub found: Vec<Pin>,
    /// Names and numbers of those that are added.
    pub added: Vec<(&'static str, u64)>,
}

/// What becomes of one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    /// Its index in the list.
    pub index: usize,
    /// Its name, afterwards.
    pub name: String,
    /// The name that the chart gives it.
    pub chart_name: &'static str,
    /// Its number, afterwards.
    pub number: u64,
    /// Its target port, afterwards.
    pub target_port: Value,
    /// Why its target port is another number.
    pub kept: Option<String>,
    /// Why the pods do not listen on the target port that it gets, where no rule on the rewritten stream finds it.
    pub not_served: Option<String>,
}

impl Pin {
    /// The names by which the configuration may call it.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        vec![&self.name, self.chart_name]
    }
}

impl PinnedPorts {
    /// Decides about the ports of a Service that selects these pods.
    #[must_use]
    pub fn of(rendered: &[Value], mode: TargetPorts, pods: &Pods<'_>) -> Self {
        let matched = match mode {
            TargetPorts::Pin => match_pins(rendered),
            TargetPorts::Auto | TargetPorts::Keep => match_numbers(rendered),
        };
        let found = PINS.iter().zip(matched);
        let found = found.filter_map(|(pin, index)| Some(decide(rendered, index?, *pin, mode, pods))).collect();
        let has_traffic = rendered.iter().enumerate().any(|(index, port)| is_tcp(port) && matched[0] != Some(index));
        let is_added = |(name, number): (&str, u64)| {
            let is_served = pods.refuses(number).is_none() && !has_traffic;
            name == STATUS_PORT || mode == TargetPorts::Pin || is_served
        };
        let missing = PINS.into_iter().zip(matched).filter(|(_, index)| index.is_none());
        PinnedPorts { found, added: missing.map(|(pin, _)| pin).filter(|pin| is_added(*pin)).collect() }
    }

    /// A port of the rewritten Service as it was rendered, where it is one of the three.
    #[must_use]
    pub fn rendered<'p>(&self, port: &'p Value, service: &'p Value) -> &'p Value {
        let pin = self.found.iter().find(|pin| port["port"] == pin.number);
        pin.and_then(|pin| ports(service).get(pin.index)).unwrap_or(port)
    }

    /// What becomes of the port at this index, if it is one of the three.
    #[must_use]
    pub fn of_port(&self, index: usize) -> Option<&Pin> {
        self.found.iter().find(|pin| pin.index == index)
    }
}

fn decide(
    all: &[Value],
    index: usize,
    (chart_name, number): (&'static str, u64),
    mode: TargetPorts,
    pods: &Pods<'_>,
) -> Pin {
    let port = &all[index];
    let rendered_name = port["name"].as_str().filter(|name| !name.is_empty() && mode != TargetPorts::Pin);
    let mut pin = Pin {
        index,
        name: rendered_name.unwrap_or(chart_name).to_owned(),
        chart_name,
        number,
        target_port: json!(number),
        kept: None,
        not_served: None,
    };
    let rendered = target_of(port);
    // One that lacks its number leads nowhere that could be kept.
    if rendered.is_null() || *rendered == json!(number) || *rendered == json!(number.to_string()) {
        return pin;
    }
    let listens = match chart_name {
        STATUS_PORT => Listens::Unknown,
        _ => pods.listens(number, rendered),
    };
    // Two ports that lead to one listener are served by its Gateway; pinned, one of them would lead to nothing.
    let is_shared = PINS.iter().any(|(_, pin)| rendered == pin)
        || all.iter().filter(|other| is_tcp(other) && target_of(other) == rendered).nth(1).is_some();
    let is_lost = rendered.is_string() && !pods.is_empty() && pods.resolve(rendered).is_none();
    match (mode, listens) {
        (TargetPorts::Pin, Listens::No(why)) => {
            let is_found = pods.refuses(number).is_some();
            pin.not_served = Some(why).filter(|_| !is_found && !pods.may_bind(number));
        }
        (TargetPorts::Pin, _) => {}
        (TargetPorts::Auto, Listens::Yes) if is_lost || (rendered.is_number() && !is_shared) => {}
        (TargetPorts::Auto, Listens::Unknown) if is_lost && chart_name != STATUS_PORT => {}
        (mode, listens) => {
            pin.target_port = rendered.clone();
            pin.kept = Some(match (mode, listens) {
                (TargetPorts::Keep, _) => "as `service.targetPorts: keep` asks".to_owned(),
                (_, Listens::No(why)) => why,
                _ if is_shared => format!("another port of the gateway leads to {} as well", plain(rendered)),
                _ if chart_name == STATUS_PORT => format!("the agent may answer on {} only", plain(rendered)),
                _ => format!("nothing in the stream shows that the pods can listen on {number}"),
            });
        }
    }
    pin
}

/// The target port, which is the port itself where it is left out.
fn target_of(port: &Value) -> &Value {
    match &port["targetPort"] {
        Value::Null => &port["port"],
        target => target,
    }
}
