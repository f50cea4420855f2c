//! Rules about the health check of an Istio gateway.
//!
//! A gateway answers health checks on its status port, by Istio's agent, and only there. On the port of the traffic it answers
//! what a Gateway and a VirtualService make it answer, which a chart alone does not know.

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::istio::{STATUS_PORT_NUMBER, is_status_port};
use crate::lint::context::{Context, is_gateway};
use crate::lint::facts::targets::{Target, targets};
use alb_controller::catalogue;
use kubernetes_objects::PortRef;
use kubernetes_objects::service::{find_port, ports};

/// What Istio's agent answers on the status port.
const READY: &str = "/healthz/ready";

rules! {
    ALB016 Error "status-port-check-fails" {
        summary: "the status port is checked with HTTPS, or on another path than `/healthz/ready`",
        explanation: "Port 15021 of an Istio gateway speaks plain HTTP and answers one path, `/healthz/ready`; \
            everything else there is 404. With `backend-protocol: HTTPS` the health check is HTTPS, too, unless \
            `healthcheck-protocol: HTTP` is set. All targets stay unhealthy. The ALB then sends requests to all of them, \
            also to those that are really broken.",
        help: "set [[ingress.healthCheck.protocol: HTTP]] and [[ingress.healthCheck.path: /healthz/ready; the annotations \
            `healthcheck-protocol` and `healthcheck-path`]]",
        source: "Istio tools/packaging/common/envoy_bootstrap.json; LBC v3.5.0 \
            pkg/ingress/model_build_target_group.go:411-434",
    }
    ALB017 Warning | Info "health-check-on-the-traffic-port" {
        summary: "the gateway is checked on the port of the traffic",
        explanation: "Without `healthcheck-port` the port of the traffic is checked. The ALB sends no SNI, and the \
            address of the target as host, so the check passes only with a Gateway for host `*` on that port and a \
            VirtualService for host `*` that answers the path with the code that is wanted. Otherwise the handshake \
            fails, or the answer is 404, and all targets are unhealthy.\n\nWhere `success-codes` has 404, any answer \
            of Envoy is enough: then it is an info, and the check shows what the status port does not, that something listens on \
            the port and, with `HTTPS`, that a server with host `*` ends TLS there (docs/operations.md).",
        help: "check the status port: `healthcheck-port: status-port`, `healthcheck-protocol: HTTP`, \
            `healthcheck-path: /healthz/ready` (`ingress.healthCheck`)",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:385-391; AWS docs, target group health checks",
    }
    ALB018 Warning "ready-path-on-the-traffic-port" {
        summary: "the health check asks for `/healthz/ready` on the port of the traffic",
        explanation: "Istio's agent answers `/healthz/ready` on the status port, 15021. On the port of the \
            traffic it is a path like any other: 404, unless a VirtualService for host `*` routes it to the status \
            port. Then the whole internet can ask it, too.",
        help: "set `alb.ingress.kubernetes.io/healthcheck-port: status-port` and `healthcheck-protocol: HTTP`",
        source: "Istio tools/packaging/common/envoy_bootstrap.json",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(targets(context, ingress).iter().filter_map(of_target));
    }
    findings
}

/// What a health check of a gateway asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Istio's agent.
    Status,
    /// Envoy, on the port that traffic goes to.
    Traffic,
    /// Something else, or what has another rule.
    Other,
}

fn of_target(target: &Target<'_>) -> Option<Finding> {
    target.service.filter(|service| is_gateway(service))?;
    let text = |suffix| target.setting(suffix).map(|setting| setting.value.as_str());
    let grpc = text("backend-protocol-version") == Some("GRPC");
    let path = text("healthcheck-path").unwrap_or(if grpc { "/AWS.ALB/healthcheck" } else { "/" });
    let backend = text("backend-protocol").unwrap_or("HTTP");
    let protocol = text("healthcheck-protocol").unwrap_or(backend);
    match asks(target)? {
        Asks::Other => None,
        Asks::Traffic if path == READY => {
            let message = format!(
                "the health check asks for {READY} on the port of the traffic, {}, and not on the status port",
                target.title()
            );
            let suffix = match text("healthcheck-port") {
                Some(_) => "healthcheck-port",
                None => "healthcheck-path",
            };
            Some(target.at(suffix, &ALB018, message))
        }
        Asks::Traffic => {
            let message = format!(
                "the health check asks {protocol} {path} on the port of the traffic, {}: only a Gateway and a VirtualService \
                 for host * answer there",
                target.title()
            );
            let finding = target.at("healthcheck-port", &ALB017, message);
            let any_answer = format!(
                "the health check asks {protocol} {path} on the port of the traffic, {}, and accepts 404: it \
                 passes as soon as Envoy listens there, with a server for host * where it is TLS",
                target.title()
            );
            Some(match text("success-codes").is_some_and(has_not_found) {
                true => Finding { message: any_answer, ..finding.severity(Severity::Info) },
                false => finding,
            })
        }
        Asks::Status => {
            let path_only = path.split('?').next().unwrap_or_default();
            let (suffix, message) = if protocol == "HTTPS" {
                let why = match text("healthcheck-protocol") {
                    Some(_) => "healthcheck-protocol is HTTPS",
                    None => "healthcheck-protocol is not set, so it is backend-protocol's HTTPS",
                };
                ("healthcheck-protocol", format!("the status port speaks plain HTTP, and {why}"))
            } else if path_only != READY {
                // An empty path has another rule.
                let why = match text("healthcheck-path") {
                    Some("") => return None,
                    Some(_) => format!("healthcheck-path is {path}"),
                    None => format!("healthcheck-path is not set, so it is {path}"),
                };
                ("healthcheck-path", format!("the status port answers {READY} only, and {why}"))
            } else {
                return None;
            };
            let help = match suffix {
                "healthcheck-protocol" => "set [[ingress.healthCheck.protocol: HTTP]]",
                _ => "set [[ingress.healthCheck.path: /healthz/ready]]",
            };
            let suffix = if target.setting(suffix).is_some() { suffix } else { "healthcheck-port" };
            Some(target.at(suffix, &ALB016, message).help(help))
        }
    }
}

/// Whether success codes have 404 among them: what Envoy answers to a host that it has no route for.
fn has_not_found(codes: &str) -> bool {
    let code = |text: &str| text.trim().parse::<u16>().ok();
    codes.split(',').any(|part| match part.split_once('-') {
        Some((from, to)) => code(from).zip(code(to)).is_some_and(|(from, to)| (from..=to).contains(&404)),
        None => code(part) == Some(404),
    })
}

/// Which listener of the gateway the health check reaches. `None` where that has another rule.
fn asks(target: &Target<'_>) -> Option<Asks> {
    let service = target.service?;
    let traffic = target.service_port()?;
    let is_status = |port: &Value| is_status_port(port) || port["targetPort"] == STATUS_PORT_NUMBER;
    let asked = match target.setting("healthcheck-port").map(|setting| setting.value.as_str()) {
        None | Some("traffic-port") => traffic,
        Some(text) => match (PortRef::parse(text), target.target_type()?) {
            (PortRef::Name(name), _) => find_port(&service.value, &PortRef::Name(name))?,
            (PortRef::Number(number), catalogue::INSTANCE) => {
                ports(&service.value).iter().find(|port| port["nodePort"] == number)?
            }
            (PortRef::Number(number), _) => {
                let on_pod = |port: &&Value| match &port["targetPort"] {
                    Value::Null => port["port"] == number,
                    target => *target == number,
                };
                match ports(&service.value).iter().find(on_pod) {
                    Some(port) => port,
                    None => return Some(Asks::Other),
                }
            }
        },
    };
    Some(match asked {
        port if is_status(port) => Asks::Status,
        port if port == traffic => Asks::Traffic,
        _ => Asks::Other,
    })
}
