//! Whether the configurations of several gateways can stand in one stream.

use super::checker::all;
use super::node::join;
use super::settings::{INGRESS_NAME, Settings};
use super::types::Service;
use super::value::Entries;
use crate::error::Error;

/// Checks that the configurations of several gateways can stand in one stream.
pub(super) fn check(all_settings: &[Settings]) -> Result<(), Error> {
    let mut problems = Vec::new();
    for (index, later) in all_settings.iter().enumerate() {
        for earlier in &all_settings[..index] {
            if let Some(error) = clash(earlier, later) {
                problems.push(error);
            }
        }
    }
    all(problems)
}

/// What two gateways cannot have in common.
fn clash(earlier: &Settings, later: &Settings) -> Option<Error> {
    let namespaces = (&earlier.spec.gateway.namespace, &later.spec.gateway.namespace);
    let apart = matches!(namespaces, (Some(one), Some(other)) if one != other);
    let place = |path: &str| later.origin(path).unwrap_or(&later.tree.origin).to_string();
    let name = |settings: &Settings| settings.spec.ingress.name.clone().unwrap_or_else(|| INGRESS_NAME.to_owned());
    if !apart && name(earlier) == name(later) {
        let message = format!("{}: two gateways would have one Ingress `{}`", place("ingress.name"), name(later));
        let help = "give each document an `ingress.name` of its own, or a different `gateway.namespace`";
        return Some(Error::usage(message).help(help));
    }
    let (alb, other_alb) = (later.spec.ingress.load_balancer_name.set(), earlier.spec.ingress.load_balancer_name.set());
    let (group, other_group) = (later.spec.ingress.group.name.set(), earlier.spec.ingress.group.name.set());
    if let Some(alb) = alb.filter(|alb| Some(*alb) == other_alb && (group.is_none() || group != other_group)) {
        let message = format!("{}: two gateways would have one ALB `{alb}`", place("ingress.loadBalancerName"));
        let help = "give each its own `ingress.loadBalancerName`, or both one `ingress.group.name`";
        return Some(Error::usage(message).help(help));
    }
    let theirs: Vec<_> = known_ports(&earlier.spec.service).map(|(_, port)| port).collect();
    let (port, number) = known_ports(&later.spec.service).find(|(_, port)| theirs.contains(port))?;
    let path = join("service.nodePorts", port);
    Some(Error::usage(format!("{}: spec.{path}: node port {number} is another gateway's already", place(&path))))
}

fn known_ports(service: &Service) -> impl Iterator<Item = (&str, i64)> {
    let ports = service.node_ports.iter().flat_map(Entries::iter);
    ports.filter_map(|(name, port)| Some((name, *port.known()?)))
}
