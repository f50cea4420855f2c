//! Rules about the pods behind the gateway's Service: on which ports they can listen.

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::error::plain;
use crate::finding::{Finding, Severity, rules};
use crate::istio::is_status_port;
use crate::lint::context::{Context, about, is_gateway};
use crate::lint::facts::targets::services;
use kubernetes_objects::service::ports;

rules! {
    ALB111 Error | Warning | Info "pods-listen-elsewhere" {
        summary: "the gateway's pods do not listen on the port itself: the target port stayed, or leads to nothing",
        explanation: "istiod opens a gateway's listeners on the target ports of its Service. Pods with \
            `ISTIO_META_UNPRIVILEGED_POD: \"true\"` get none below 1024, and Envoy refuses what the kernel does. \
            Target ports that are made 80 and 443 then close every listener of the gateway within seconds, while the \
            status port goes on answering 200: the health check stays green and every request fails. So a rendered \
            target port stays where nothing shows that the pods can listen on 80 and 443 (an info); a target port \
            that the pods of the stream do not listen on is an error.",
        help: "keep the target ports as they were rendered with [[service.targetPorts: auto]] or [[service.targetPorts: keep]]; if the pods \
            listen on 80 and 443, set [[service.targetPorts: pin]]",
        source: "Istio pilot/pkg/networking/core/gateway.go:138, pilot/pkg/model/gateway.go resolvePorts",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (service, targets) in services(context).iter().filter(|(service, _)| is_gateway(service)) {
        let pods = context.pods(service);
        for (index, port) in ports(&service.value).iter().enumerate().filter(|(_, port)| !is_status_port(port)) {
            let number = match &port["targetPort"] {
                Value::Null => port["port"].as_u64(),
                target => pods.resolve(target),
            };
            let Some(why) = number.and_then(|number| pods.refuses(number)) else { continue };
            let is_led_to =
                targets.iter().any(|target| target.service_port().is_some_and(|led| std::ptr::eq(led, port)));
            let what =
                if is_led_to { "The Ingress sends its requests to this port" } else { "No Ingress uses this port" };
            let message = format!(
                "port {} leads to port {} of the pods, where nothing listens: {why}. {what}",
                port["port"],
                number.unwrap_or(0)
            );
            let help = match context.is_as_is() {
                true => "give the port a target port above 1023, such as 8080 or 8443, in the chart's values",
                false => {
                    "give the port a target port above 1023, such as 8080 or 8443, in the chart's values, and keep it: \
                     [[service.targetPorts: auto]] or [[service.targetPorts: keep]]"
                }
            };
            findings.push(
                about(service, &ALB111, message)
                    .severity(if is_led_to { Severity::Error } else { Severity::Warning })
                    .field(format!("/spec/ports/{index}"))
                    .help(help),
            );
        }
    }
    findings
}

/// A target port that stayed as it was rendered.
pub fn target_port_kept(port: &Value, why: &str) -> Finding {
    let (number, target) = (&port["port"], plain(&port["targetPort"]));
    let message = format!(
        "port {number} keeps its target port {}: {why}",
        if target == "null" { number.to_string() } else { target }
    );
    Finding::new(&ALB111, message).severity(Severity::Info).field("/spec/ports")
}

/// A target port that was pinned to where the pods do not listen.
pub fn pinned_to_nothing(name: &str, number: u64, why: &str) -> Finding {
    let message = format!("`service.targetPorts: pin` leads port {name} to port {number} of the pods, and {why}");
    Finding::new(&ALB111, message).field("/spec/ports")
}
