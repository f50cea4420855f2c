//! Whether something of the gateway listens on the port that an Ingress leads to, and how that is known.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::istio::served::{Evidence, Speaks};
use crate::lint::context::Context;
use crate::lint::facts::targets::{Target, targets};

rules! {
    ALB112 Error | Info "what-the-port-serves" {
        summary: "nothing listens on the gateway's port that a rule leads to (error), or what listens there (info)",
        explanation: "A gateway listens on a port only where a `Gateway` of Istio that selects its pods has a server with \
            the number of the Service's port, and speaks there what that server says: clear text with `HTTP`, `HTTP2` and \
            `GRPC`, TLS with `HTTPS` and `TLS`. The number of the port decides nothing: 443 with `protocol: HTTP` is \
            clear text, as it is behind an NLB that ended TLS. Evidence counts in this order: Gateways in the stream, how \
            the old load balancer reached the port, `appProtocol` and a target port's name, the number. An info says \
            what was found; that no server of the Gateways in the stream is for the port is an error, since every \
            request is then answered with 502.",
        help: "lead the rule to a port that is served with [[ingress.backendPort]], or give the Gateway a \
            server for this one; if a Gateway outside of this stream serves it, allow this finding by its id",
        source: "Istio pilot/pkg/model/gateway.go resolvePorts; LBC v3.5.0 pkg/service/model_build_listener.go:107",
    }
}

/// The help of an info.
const FOUND: &str =
    "nothing to do if this is right; if it is wrong, set [[ingress.backendPort]] or [[ingress.backendProtocol]]";

/// The same where no filter makes the Ingress.
const FOUND_AS_IS: &str =
    "nothing to do if this is right; if it is wrong, change the port of the backend or [[ingress.backendProtocol]]";

/// What to do about a port that nothing listens on, where no filter makes the Ingress.
const NOTHING_AS_IS: &str = "lead the rule to a port of the Service that is served, or give the Gateway a server for this one; if a Gateway \
     outside of this stream serves it, allow this finding by its id";

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        let found = targets(context, ingress);
        findings.extend(found.iter().filter_map(|target| of_target(context, target)));
    }
    findings
}

fn of_target(context: &Context<'_>, target: &Target<'_>) -> Option<Finding> {
    let as_is = context.is_as_is();
    let served = target.served()?;
    let message = format!("{}: {}", target.title(), served.describe());
    match (served.speaks, &served.evidence) {
        (Speaks::Nothing, _) => Some(target.here(&ALB112, message).maybe_help(as_is.then_some(NOTHING_AS_IS))),
        (Speaks::Status | Speaks::Unknown, _) | (_, Evidence::Number) => None,
        _ => {
            let help = if as_is { FOUND_AS_IS } else { FOUND };
            Some(target.here(&ALB112, message).severity(Severity::Info).help(help))
        }
    }
}
