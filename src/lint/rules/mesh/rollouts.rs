//! How long the gateway's pods live after they are told to stop, and how long the ALB goes on sending to them.

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::istio::proxy_config::{DEFAULT_DRAIN_SECONDS, ProxyConfig, variable};
use crate::lint::context::about;
use crate::lint::facts::gateways::GatewayBehind;
use alb_controller::catalogue;
use kubernetes_objects::object::Object;

rules! {
    ALB121 Warning | Info "pods-go-before-the-alb-lets-go" {
        summary: "the gateway's pods end while the ALB still sends to them: 502 and 504 at each rollout",
        explanation: "At SIGTERM Istio's agent lets Envoy drain, for 5 seconds unless `terminationDrainDuration` says \
            otherwise, then Envoy exits and every connection that is open is cut. With instance targets the ALB knows \
            nothing of pods: its connections to a node port stay with the pod that they began at, and are answered with 502 \
            when it goes. With ip targets the controller takes the pod out of the target group, the ALB goes on for some \
            seconds, and waits for requests in flight for `deregistration_delay.timeout_seconds`, 300 unless it is said; the \
            pod should live as long.\n\n`EXIT_ON_ZERO_ACTIVE_CONNECTIONS` lets Envoy drain until its connections are gone, \
            or until `terminationGracePeriodSeconds` (30) is over. Whatever drains longer than that period is killed at its \
            end: that is a warning, the rest an info, since the mesh may say it too (`meshConfig.defaultConfig`).",
        help: "in the chart's values: `podAnnotations: {proxy.istio.io/config: '{\"terminationDrainDuration\": \"60s\"}'}` \
            and `terminationGracePeriodSeconds: 90`, or `env: {EXIT_ON_ZERO_ACTIVE_CONNECTIONS: \"true\"}` with a longer \
            period",
        source: "Istio pkg/envoy/agent.go:157-235, pkg/config/mesh/mesh.go:45; istio#26302; \
            aws-load-balancer-controller#1719, #1064, #2106; AWS docs, target group attributes",
    }
}

/// What to do where the ALB sends to pods.
const FOR_PODS: &str = "let both be 60 s, say: `ingress.targetGroupAttributes: {deregistration_delay.timeout_seconds: \"60\"}`, and in the \
    chart's values `podAnnotations: {proxy.istio.io/config: '{\"terminationDrainDuration\": \"60s\"}'}` and \
    `terminationGracePeriodSeconds: 90`; the label `elbv2.k8s.aws/pod-readiness-gate-inject: enabled` on the namespace lets a rollout \
    wait for the ALB";

/// The period of Kubernetes, where a workload says none.
const DEFAULT_GRACE_SECONDS: f64 = 30.0;
/// `deregistration_delay.timeout_seconds`, where nothing says it.
const DEFAULT_DEREGISTRATION_SECONDS: f64 = 300.0;

pub(super) fn of(gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    gateway.workloads.iter().filter_map(|workload| of_workload(gateway, workload)).collect()
}

fn of_workload(gateway: &GatewayBehind<'_>, workload: &Object) -> Option<Finding> {
    let pod = &workload.value["spec"]["template"]["spec"];
    let grace = pod["terminationGracePeriodSeconds"].as_f64().unwrap_or(DEFAULT_GRACE_SECONDS);
    let before = pre_stop_seconds(pod)?;
    let waits_for_connections =
        variable(workload, "EXIT_ON_ZERO_ACTIVE_CONNECTIONS").is_some_and(|value| value == "true");
    if waits_for_connections {
        return None;
    }
    let said = ProxyConfig::of_pods(workload).drain_seconds;
    let drain = said.unwrap_or(DEFAULT_DRAIN_SECONDS);
    let sum = before + drain;
    if sum > grace {
        let message = format!(
            "its pods drain for {sum} s after SIGTERM, and are killed after {grace} s (terminationGracePeriodSeconds)"
        );
        let field = "/spec/template/spec/terminationGracePeriodSeconds";
        let longer = sum + DEFAULT_GRACE_SECONDS;
        let help = format!(
            "set `terminationGracePeriodSeconds: {longer}` in the chart's values, or let the pods drain for less"
        );
        return Some(about(workload, &ALB121, message).field(field).help(help));
    }
    let unsaid = if said.is_none() { ", unless meshConfig says otherwise" } else { "" };
    let (message, help) = match wait_of_the_alb(gateway) {
        Some(delay) if sum < delay => (
            format!(
                "its pods end {sum} s after SIGTERM{unsaid}, and the ALB waits {delay} s for requests in flight: what takes longer \
                 than the pod lives is answered with 502 or 504"
            ),
            Some(FOR_PODS),
        ),
        None if said.is_none() && before == 0.0 => (
            format!(
                "its pods end {sum} s after SIGTERM{unsaid}: connections that the ALB keeps open to them are cut, with 502 at each \
                 rollout"
            ),
            None,
        ),
        _ => return None,
    };
    Some(about(workload, &ALB121, message).severity(Severity::Info).field("/spec/template").maybe_help(help))
}

/// How long the ALB waits for requests in flight to a pod, the longest of all target groups; `None` where its targets are nodes,
/// of which it takes none off.
fn wait_of_the_alb(gateway: &GatewayBehind<'_>) -> Option<f64> {
    let to_pods = gateway.targets.iter().filter(|target| target.target_type() == Some(catalogue::IP));
    let delay = to_pods.map(|target| {
        let attributes = target.value("target-group-attributes").unwrap_or_default();
        let said = attributes.split(',').filter_map(|pair| pair.split_once('='));
        let mut delays = said.filter(|(key, _)| key.trim() == "deregistration_delay.timeout_seconds");
        let seconds = delays.next_back().and_then(|(_, value)| value.trim().parse().ok());
        seconds.unwrap_or(DEFAULT_DEREGISTRATION_SECONDS)
    });
    delay.reduce(f64::max)
}

/// For how long the hooks before SIGTERM sleep, the longest; `None` where it can't be told.
fn pre_stop_seconds(pod: &Value) -> Option<f64> {
    let containers = pod["containers"].as_array().into_iter().flatten();
    let mut hooks = containers.map(|container| &container["lifecycle"]["preStop"]).filter(|hook| !hook.is_null());
    hooks.try_fold(0.0, |longest, hook| {
        Some(f64::max(longest, hook["sleep"]["seconds"].as_f64().or_else(|| sleeps(hook))?))
    })
}

/// `exec: {command: [sleep, "25"]}`, or the same in a shell.
fn sleeps(hook: &Value) -> Option<f64> {
    let command = hook["exec"]["command"].as_array()?;
    let words: Vec<&str> = command.iter().filter_map(Value::as_str).flat_map(str::split_whitespace).collect();
    match words.as_slice() {
        [program, seconds] | [_, "-c", program, seconds] if program.ends_with("sleep") => seconds.parse().ok(),
        _ => None,
    }
}
