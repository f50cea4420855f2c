//! What of the configuration waits while the Service stays as it is, in the first phase of a migration.

use crate::finding::{Finding, rules};

rules! {
    ALB127 Info "service-fields-wait-for-the-cutover" {
        summary: "fields below `service` with `phase: attach`, which does not change the Service",
        explanation: "In the first phase of a migration the Service stays as it was rendered, so that the old load balancer goes on \
            serving. `service.nodePorts`, `service.type`, `service.extraPorts`, `service.targetPorts` and `service.keepAnnotations` \
            take effect with the cutover.\n\nUntil then the ALB reaches the nodes on the node ports that the Service has. With the \
            numbers of `service.nodePorts` the target groups change their ports at the cutover, and firewall rules for these numbers \
            do not fit before.",
        help: "nothing to do: they take effect with [[phase: cutover]]",
        source: "docs/migration.md; LBC v3.5.0 pkg/ingress/model_build_target_group.go (the port of a target group is the node port)",
    }
}

/// Fields that are configured, and that `phase: attach` leaves to the cutover, as they are written; node ports each with the
/// name of the port.
pub fn fields_wait(node_ports: &[(&str, i64)], others: &[String]) -> Finding {
    let ports: Vec<String> = node_ports.iter().map(|(name, number)| format!("{name} {number}")).collect();
    let ports = (!ports.is_empty()).then(|| format!("`service.nodePorts` ({})", ports.join(", ")));
    let all: Vec<String> = ports.into_iter().chain(others.iter().map(|field| format!("`{field}`"))).collect();
    let verb = if all.len() == 1 { "waits" } else { "wait" };
    let message = format!("with `phase: attach` the Service stays as it is: {} {verb} for the cutover", all.join(", "));
    let help = "to have the same node ports in both phases, set them in the chart's values (`service.ports[].nodePort`) before you attach";
    Finding::new(&ALB127, message).maybe_help((!node_ports.is_empty()).then_some(help))
}
