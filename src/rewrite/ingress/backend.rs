//! The port of the Service that the Ingress leads to, and the port that answers its health checks.

use std::collections::BTreeSet;

use k8s_openapi::api::networking::v1::ServiceBackendPort;
use serde_json::{Value, json};

use super::annotations::Annotations;
use super::sources::Sources;
use crate::config::Origin;
use crate::config::value::PortRef;
use crate::error::Error;
use crate::flux::variables;
use crate::help::Help;
use crate::istio::served::{Evidence, ServedPorts, Speaks, by_number};
use crate::istio::{STATUS_PORT, STATUS_PORT_NUMBER, east_west_reason, is_status_port};
use crate::lint::destinations;
use alb_controller::catalogue;
use kubernetes_objects::Object;
use kubernetes_objects::service::{find_port, is_tcp, ports};

/// The port of the Service that the rules lead to.
pub(super) struct Backend {
    pub(super) port: ServiceBackendPort,
    /// What is spoken to it, where the default is something else or might be taken for it.
    pub(super) protocol: Option<&'static str>,
}

/// The port of the Service that the rules lead to, configured or found, and what is spoken to it.
pub(super) fn backend_port(sources: &Sources<'_>) -> Result<Backend, Error> {
    let (service, served, ingress) = (sources.service, sources.served, &sources.spec.ingress);
    let wanted = ingress.backend_port.as_ref();
    if let Some(PortRef::Name(name)) = wanted.filter(|wanted| variables::is_in(&wanted.to_string())) {
        if ingress.backend_protocol.is_default() {
            return Err(Error::usage(format!(
                "spec.ingress.backendPort: `{name}` is a placeholder, so the port and its protocol are not known"
            ))
            .help("set `ingress.backendProtocol`: `HTTPS` for a port that speaks TLS, else `HTTP`"));
        }
        return Ok(Backend { port: ServiceBackendPort { name: Some(name.clone()), number: None }, protocol: None });
    }
    let numbered =
        |number: i64| ports(&service.value).iter().find(|port| port["port"] == number && port["protocol"] != "UDP");
    let found = match wanted {
        None => served_port(service, served),
        Some(PortRef::Number(number)) => numbered(*number),
        Some(PortRef::Name(name)) => ports(&service.value).iter().find(|port| port["name"] == json!(name)),
    };
    if let (None, None, Some(origin)) = (found, wanted, &service.origin) {
        return Err(Error::input(format!(
            "{} has no listener for HTTP or HTTPS for the Ingress to lead to",
            origin.object
        ))
        .at(service.place.clone())
        .help("add one, or leave the Gateway behind its load balancer: an ALB serves nothing else"));
    }
    let Some(port) = found else {
        let asked = wanted.map_or_else(|| "443".to_owned(), ToString::to_string);
        let known: Vec<String> = ports(&service.value)
            .iter()
            .filter(|port| is_tcp(port) && !is_status_port(port))
            .map(|port| format!("{} ({})", port["name"].as_str().unwrap_or("unnamed"), port["port"]))
            .collect();
        let by = sources.backend_port_by;
        let origin = by.map(|by| format!(" ({by})")).unwrap_or_default();
        let choose = match by {
            Some(Origin::File { .. }) => "choose one of its ports as `ingress.backendPort`: ",
            _ => "choose one of its ports with [[ingress.backendPort]]: ",
        };
        return Err(Error::usage(format!(
            "Service {} has no port {asked} for the Ingress to lead to{origin}",
            service.full_name()
        ))
        .at(service.place.clone())
        .help(Help::from(choose).then(known.join(", "))));
    };
    let protocol = protocol_of(port, served);
    let port = match wanted {
        Some(PortRef::Name(name)) => ServiceBackendPort { name: Some(name.clone()), number: None },
        _ => ServiceBackendPort {
            name: None,
            number: port["port"].as_i64().and_then(|number| i32::try_from(number).ok()),
        },
    };
    Ok(Backend { port, protocol })
}

/// The port that is served: 443, or 80 where nothing listens on 443, or the first other one that a Gateway serves; without any
/// that is, 443, 80 or the only port.
fn served_port<'s>(service: &'s Object, served: &ServedPorts) -> Option<&'s Value> {
    let is_traffic = |port: &&Value| is_tcp(port) && !is_status_port(port) && (!service.is_made() || is_for_http(port));
    let traffic = || ports(&service.value).iter().filter(is_traffic);
    let numbered = |number: u64| traffic().find(|port| port["port"] == number);
    let of = |port: &Value| served.port(port["port"].as_u64()?);
    let is_served = |port: &&Value| of(port).is_some_and(|served| served.speaks != Speaks::Nothing);
    let by_gateway = |port: &&Value| of(port).is_some_and(|served| matches!(served.evidence, Evidence::Gateway(_)));
    let usual = || [443, 80].into_iter().filter_map(numbered);
    usual()
        .find(is_served)
        .or_else(|| traffic().filter(is_served).find(by_gateway))
        .or_else(|| usual().next())
        .or_else(|| only_port(service).filter(|_| !service.is_made()))
}

/// Whether a port that istiod makes is of a listener for HTTP, in clear text or in TLS.
fn is_for_http(port: &Value) -> bool {
    matches!(port["appProtocol"].as_str(), Some("http" | "https" | "tls"))
}

/// What is spoken to a port: the controller's own default, HTTP, is said only where the number would say otherwise.
fn protocol_of(port: &Value, served: &ServedPorts) -> Option<&'static str> {
    let by_number = by_number(port);
    let speaks = port["port"].as_u64().and_then(|number| served.port(number)).map(|served| served.speaks);
    match speaks.filter(|speaks| *speaks != Speaks::Nothing).unwrap_or(by_number) {
        Speaks::Tls => Some(catalogue::HTTPS),
        Speaks::ClearText if by_number == Speaks::Tls => Some(catalogue::HTTP),
        _ => None,
    }
}

/// What is spoken to the ports that the rules of an Ingress lead to. `None` too where these speak different things, or one of
/// them is not known: the annotation counts for all rules, and the controller takes it for HTTP where there is none. Without
/// any rule, what is spoken to the port that rules would lead to.
pub(super) fn protocol_of_rules(
    ingress: &Object,
    annotations: &Annotations,
    sources: &Sources<'_>,
    backend: &Backend,
) -> Option<&'static str> {
    let (service, served) = (sources.service, sources.served);
    let led_to = destinations(ingress, |suffix| annotations.alb(suffix));
    if led_to.is_empty() {
        return backend.protocol;
    }
    let protocols = led_to.into_iter().map(|to| {
        let port = find_port(&service.value, &to.port).filter(|_| to.name == service.name())?;
        protocol_of(port, served)
    });
    let all: BTreeSet<Option<&'static str>> = protocols.collect();
    let differ = all.len() > 1 && all.contains(&Some(catalogue::HTTPS));
    all.into_iter().flatten().next().filter(|_| !differ)
}

/// The one port of a gateway that traffic goes to; of an east-west gateway, about which there is a finding, the first.
fn only_port(service: &Object) -> Option<&Value> {
    let mut traffic = ports(&service.value).iter().filter(|port| is_tcp(port) && !is_status_port(port));
    let first = traffic.next();
    first.filter(|_| traffic.next().is_none() || east_west_reason(service).is_some())
}

/// The health check ports that mean the status port: its name, and with ip targets its number, with instance targets the
/// node port if it is pinned (LBC v3.5.0 pkg/ingress/model_build_target_group.go:385-409).
pub(super) fn status_ports(service: &Object, target_type: Option<&str>) -> Vec<String> {
    let all = ports(&service.value);
    let by_name = all.iter().find(|port| port["name"] == STATUS_PORT);
    let Some(port) = by_name.or_else(|| all.iter().find(|port| is_status_port(port))) else {
        return Vec::new();
    };
    let mut names = vec![port["name"].as_str().unwrap_or(STATUS_PORT).to_owned()];
    if target_type == Some(catalogue::IP) {
        let target = &port["targetPort"];
        names.push(target.as_u64().unwrap_or(STATUS_PORT_NUMBER).to_string());
    } else {
        match &port["nodePort"] {
            Value::String(placeholder) => names.push(placeholder.clone()),
            number => names.extend(number.as_u64().filter(|number| *number != 0).map(|number| number.to_string())),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubernetes_objects::object;
    use manifest_yaml::stream::Stream;

    #[test]
    fn what_means_the_status_port() {
        for (port, target_type, expected) in [
            ("{name: status-port, port: 15021, nodePort: 30021}", None, &["status-port", "30021"][..]),
            ("{name: status-port, port: 15021, nodePort: 30021}", Some("ip"), &["status-port", "15021"]),
            ("{name: status-port, port: 15021, targetPort: 9000}", Some("ip"), &["status-port", "9000"]),
            ("{name: status-port, port: 15021, nodePort: 0}", None, &["status-port"]),
            ("{name: status-port, port: 15021, nodePort: '${PORT}'}", None, &["status-port", "${PORT}"]),
            ("{name: health, port: 15021}", None, &["health"]),
            ("{name: http2, port: 80}", None, &[]),
        ] {
            let text = format!("kind: Service\nspec: {{ports: [{port}]}}\n");
            let service = object::read(&Stream::split(&text), &["Service"]).objects.remove(0);
            assert_eq!(status_ports(&service, target_type), expected, "{port}");
        }
    }
}
