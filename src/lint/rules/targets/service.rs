//! Rules about the gateway's Service: its ports, its traffic policy, and what passes the ALB by.

pub mod as_is;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::config::types::ExtraPorts;
use crate::error::plain;
use crate::finding::{Finding, Severity, rules};

rules! {
    ALB038 Error | Warning "external-traffic-policy-local" {
        summary: "`externalTrafficPolicy: Local` with instance targets, or on a ClusterIP Service",
        explanation: "The controller registers every ready node as a target, whatever the policy. With `Local` only \
            nodes with a gateway pod answer, so the others fail the health check, and while pods move there are \
            windows of 502 and 504. Nothing is gained: the ALB is a proxy, the client's address comes in \
            `X-Forwarded-For` either way.\n\nOn a ClusterIP Service without external IPs the API server refuses the \
            field.",
        help: "set `service.externalTrafficPolicy: Cluster` in the chart's values, or remove it there",
        source: "LBC v3.5.0 pkg/backend/endpoint_resolver.go:71-110; k8s validateServiceExternalTrafficPolicy",
    }
    ALB045 Error "headless-node-port-service" {
        summary: "`clusterIP: None` on a NodePort or LoadBalancer Service",
        explanation: "The API server refuses it: `may not be set to 'None' for NodePort services`. A headless Service \
            has no node ports, so an ALB with instance targets can't reach it.",
        help: "remove `service.clusterIP: None` from the chart's values, or choose [[service.type: ClusterIP]] with \
            [[ingress.targetType: ip]]",
        source: "k8s pkg/apis/core/validation/validation.go ValidateService",
    }
    ALB046 Error "east-west-gateway" {
        summary: "the gateway is an east-west gateway",
        explanation: "An east-west gateway passes the mutual TLS of other clusters through by SNI (`AUTO_PASSTHROUGH`, \
            ports 15443, 15012 and 15017). An ALB ends TLS itself, sends no SNI to its targets and listens for HTTP \
            and HTTPS only, so nothing gets through. Without a name the gateway is not even chosen; one that was named \
            is taken, and this finding stops the run.",
        help: "leave the east-west gateway behind its NLB, and name another Service with [[gateway.name]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:255-271; Istio gateway chart, networkGateway",
    }
    ALB047 Error | Warning | Info "port-not-served-by-the-alb" {
        summary: "a port other than `status-port`, `http2` and `https`, or one that is not TCP",
        explanation: "An ALB has HTTP and HTTPS listeners only, and the Ingress leads to one port of the Service. What \
            else the Service has (MQTT, a database, UDP) was reachable through the NLB and is not through the ALB; \
            within the cluster, and on the node port, it stays reachable.",
        help: "keep an NLB for these ports with a Service of their own, or drop them with [[service.extraPorts: drop]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:255-271",
    }
    ALB092 Warning "port-pinned" {
        summary: "one of the gateway's three ports had another number, target port or name, and was pinned",
        explanation: "The ports `status-port` 15021, `http2` 80 and `https` 443 are pinned, with equal target ports where \
            the pods listen there (`service.targetPorts`). Istio opens the listener of a Gateway server on the target port of the Service port with the server's \
            number: a Gateway with `port.number: 8080` that went with a Service port 8080 must say 80 afterwards.",
        help: "take the number out of `service.ports` in the chart's values, and check `port.number` in the Gateways",
        source: "Istio pilot/pkg/model/push_context.go (gateway server ports)",
    }
    ALB093 Warning "external-ips-bypass-the-alb" {
        summary: "`externalIPs` on the gateway's Service",
        explanation: "Traffic to an external IP reaches the gateway without the ALB: no WAF, no allow-list, no TLS of \
            the ALB's. Kubernetes 1.37 deprecates the field.",
        help: "remove `service.externalIPs` from the chart's values",
        source: "k8s Service spec.externalIPs",
    }
    ALB094 Warning "session-affinity-client-ip" {
        summary: "`sessionAffinity: ClientIP` on the gateway's Service",
        explanation: "All traffic comes from the few addresses of the ALB, so the affinity pins it to few pods instead \
            of spreading it.",
        help: "remove it, and let the ALB do it: [[ingress.targetGroupAttributes: stickiness.enabled=true]]",
        source: "k8s Service spec.sessionAffinity",
    }
}

/// An east-west gateway that was chosen by name.
pub fn east_west(reason: &str) -> Finding {
    Finding::new(&ALB046, format!("it is an east-west gateway ({reason}), whose mutual TLS an ALB can't pass through"))
}

/// `externalTrafficPolicy: Local` on what becomes a NodePort Service, perhaps one that istiod makes.
pub fn traffic_policy_local(is_made: bool) -> Finding {
    let of_gateway = "remove `externalTrafficPolicy: Local` from the key `service` of the ConfigMap that \
                      `spec.infrastructure.parametersRef` of the Gateway names";
    Finding::new(&ALB038, "externalTrafficPolicy is Local: only nodes with a gateway pod pass the health check")
        .severity(Severity::Warning)
        .field("/spec/externalTrafficPolicy")
        .maybe_help(is_made.then_some(of_gateway))
}

/// `clusterIP: None` on what is or becomes a Service of this type.
pub fn headless(kind: &str) -> Finding {
    Finding::new(&ALB045, format!("clusterIP is None, which the API server refuses on a {kind} Service"))
        .field("/spec/clusterIP")
}

/// `externalIPs`.
pub fn external_addresses() -> Finding {
    Finding::new(&ALB093, "externalIPs lead to the gateway without the ALB and its WAF").field("/spec/externalIPs")
}

/// `sessionAffinity: ClientIP`.
pub fn session_affinity() -> Finding {
    Finding::new(&ALB094, "sessionAffinity is ClientIP, and all clients have the addresses of the ALB")
        .field("/spec/sessionAffinity")
}

/// A port other than the three of the gateway.
pub fn extra_port(port: &Value, extra: ExtraPorts) -> Finding {
    let what = describe(port);
    match extra {
        ExtraPorts::Keep => {
            Finding::new(&ALB047, format!("{what} stays on the Service, but the ALB does not serve it"))
                .severity(Severity::Warning)
        }
        ExtraPorts::Drop => {
            Finding::new(&ALB047, format!("{what} was dropped, as `service.extraPorts` asks")).severity(Severity::Info)
        }
        ExtraPorts::Deny => Finding::new(
            &ALB047,
            format!("{what} is none of status-port, http2 and https, and `service.extraPorts` is `deny`"),
        )
        .help("remove it from the chart's values, or keep it with [[service.extraPorts: keep]]"),
    }
    .field("/spec/ports")
}

/// A pinned port whose number, target port or name changes.
pub fn pinned(port: &Value, number: u64, target_port: &Value, name: &str) -> Option<Finding> {
    // A number in quotes is none: ALB103 tells it.
    if port["port"].is_string() {
        return None;
    }
    let was = port["port"].as_u64().unwrap_or_default();
    let target = match &port["targetPort"] {
        Value::Null => was.to_string(),
        other => plain(other),
    };
    let target_port = plain(target_port);
    let of_target = format!("the target port changed from {target} to {target_port}");
    let (message, help) = if was != number {
        let and = if target == target_port { String::new() } else { format!(", and {of_target}") };
        (format!("port {name}: the number changed from {was} to {number}{and}"), None)
    } else if target != target_port {
        let help = "to keep the target port set [[service.targetPorts: keep]]";
        (format!("port {name}: {of_target}"), Some(help))
    } else {
        let old = port["name"].as_str().filter(|old| *old != name)?;
        let help = "to keep the name set [[service.targetPorts: auto]]";
        (
            format!("port {number}: the name changed from {old} to {name}, as `service.targetPorts: pin` asks"),
            Some(help),
        )
    };
    Some(Finding::new(&ALB092, message).maybe_help(help).field("/spec/ports"))
}

fn describe(port: &Value) -> String {
    let number = port["port"].as_u64().map_or_else(|| "?".to_owned(), |number| number.to_string());
    let protocol = port["protocol"].as_str().unwrap_or("TCP");
    match port["name"].as_str() {
        Some(name) => format!("port {name} ({number}/{protocol})"),
        None => format!("port {number}/{protocol}"),
    }
}
