//! Policies by the client's address, which behind an ALB is no longer the address that connects.

use crate::finding::{Finding, Severity, rules};
use crate::istio::pods::selects;
use crate::lint::context::{Context, about, namespace_of};
use crate::lint::facts::gateways::GatewayBehind;
use kubernetes_objects::object::{Object, list};

rules! {
    ALB122 Warning | Info "policy-by-an-address-of-the-alb" {
        summary: "an AuthorizationPolicy for the gateway goes by an address that is not the client's behind an ALB",
        explanation: "`ipBlocks` (`source.ip`) compares the address that connects. Behind an ALB that is the ALB's, or with \
            instance targets a node's, whatever the client is: a policy that allows addresses allows nobody, or \
            everybody where it has the addresses of the VPC, and a policy that denies addresses denies nobody. Behind \
            an NLB that keeps the client's address the same policy worked.\n\n`remoteIpBlocks` (`remote.ip`) takes the \
            client's address out of `X-Forwarded-For`, where the ALB has put it, but only as far as the gateway trusts the \
            ALB: `numTrustedProxies: 1` on its pods or for the mesh, which a chart does not show. `externalTrafficPolicy: \
            Local` changes nothing here.",
        help: "write `remoteIpBlocks` for `ipBlocks` (`remote.ip` for `source.ip`), and set `proxy.istio.io/config: \
            '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'` on the gateway's pods (`podAnnotations` in the chart's \
            values); or let the ALB do it: [[ingress.inboundCidrs]], or a web ACL",
        source: "Istio pilot/pkg/security/authz/model/model.go:37-38,128, principal.go:82; \
            https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/",
    }
}

/// The namespace whose policies hold for the whole mesh, unless `meshConfig.rootNamespace` says another.
const ROOT_NAMESPACE: &str = "istio-system";

/// The policies that select its pods.
pub(super) fn of(context: &Context<'_>, gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    let policies = context.of_kind("AuthorizationPolicy").filter(|policy| is_for(policy, gateway));
    policies.flat_map(|policy| of_policy(policy, gateway)).collect()
}

fn is_for(policy: &Object, gateway: &GatewayBehind<'_>) -> bool {
    let spec = &policy.value["spec"];
    let namespace = namespace_of(policy);
    let is_near = namespace == namespace_of(gateway.service) || namespace == ROOT_NAMESPACE;
    let selector = &spec["selector"]["matchLabels"];
    let is_selected = !selector.is_object() || gateway.labels().iter().any(|labels| selects(selector, labels));
    let names_a_target = spec["targetRefs"].is_array() || spec["targetRef"].is_object();
    policy.api_version().starts_with("security.istio.io/") && is_near && is_selected && !names_a_target
}

/// The fields by which a policy goes by the address that connects, or by the client's.
const BY_ADDRESS: [(&str, &str, bool); 4] = [
    ("ipBlocks", "source.ip", true),
    ("notIpBlocks", "source.ip", true),
    ("remoteIpBlocks", "remote.ip", false),
    ("notRemoteIpBlocks", "remote.ip", false),
];

fn of_policy(policy: &Object, gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    let action = policy.value["spec"]["action"].as_str().unwrap_or("ALLOW");
    let mut findings = Vec::new();
    for (rule_at, rule) in list(&policy.value["spec"]["rules"]).iter().enumerate() {
        for (at, from) in list(&rule["from"]).iter().enumerate() {
            for (field, _, is_direct) in BY_ADDRESS {
                if !list(&from["source"][field]).is_empty() {
                    let place = format!("/spec/rules/{rule_at}/from/{at}/source/{field}");
                    findings.extend(by_address(policy, field, is_direct, action, gateway, place));
                }
            }
        }
        for (at, when) in list(&rule["when"]).iter().enumerate() {
            let by = BY_ADDRESS.iter().find(|(_, key, _)| when["key"] == *key);
            if let Some((_, key, is_direct)) = by {
                let place = format!("/spec/rules/{rule_at}/when/{at}");
                findings.extend(by_address(policy, key, *is_direct, action, gateway, place));
            }
        }
    }
    findings
}

fn by_address(
    policy: &Object,
    field: &str,
    is_direct: bool,
    action: &str,
    gateway: &GatewayBehind<'_>,
    place: String,
) -> Option<Finding> {
    let consequence = match (action, field.starts_with("not")) {
        ("DENY", false) => ": the addresses in it are not denied",
        ("ALLOW", false) => ": the addresses in it are not allowed",
        _ => "",
    };
    let finding = if is_direct {
        let message =
            format!("{field} ({action}) compares the address of the ALB or of a node, never the client's{consequence}");
        about(policy, &ALB122, message)
    } else if gateway.trusted_proxies().unwrap_or_default() == 0 {
        let unsaid = gateway.nothing_said();
        let message = format!(
            "{field} ({action}) compares the client's address only with numTrustedProxies 1 or more, and {unsaid}"
        );
        let finding = about(policy, &ALB122, message).help(
            "set `proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'` on the gateway's pods \
             (`podAnnotations` in the chart's values); if `meshConfig.defaultConfig` has it, allow this finding by its id",
        );
        if gateway.workloads.is_empty() { finding.severity(Severity::Info) } else { finding }
    } else {
        return None;
    };
    Some(finding.field(place))
}
