//! Rules about health checks: which port is checked, and what AWS takes. What the gateway answers is in [`super::gateway_health`].

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::istio::{STATUS_PORT, is_status_port};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::targets::{Target, targets};
use alb_controller::catalogue::{
    self, DEFAULT_HEALTH_CHECK_INTERVAL, DEFAULT_HEALTH_CHECK_TIMEOUT, GRPC_CODES, HEALTH_CHECK_PATH_LENGTH, Kind,
    SUCCESS_CODES, in_range,
};
use alb_controller::go::strconv::parse_int32;
use alb_controller::model::Setting;
use alb_controller::validation::codes_within;
use kubernetes_objects::PortRef;
use kubernetes_objects::object::Object;
use kubernetes_objects::service::{NodePort, find_port, node_port, ports};
use kubernetes_objects::validation::PORTS;

const INTERVAL: &str = "healthcheck-interval-seconds";

const TIMEOUT: &str = "healthcheck-timeout-seconds";

const NUMBERS: [&str; 4] = [INTERVAL, TIMEOUT, "healthy-threshold-count", "unhealthy-threshold-count"];

rules! {
    ALB014 Error "health-port-not-a-node-port" {
        summary: "`healthcheck-port` is a number that no node listens on, or is not a port at all",
        explanation: "A number is used as it is, on the node itself: it is not looked up in the Service. `15021` in \
            instance mode asks port 15021 of the node, which is not open, and all targets stay unhealthy. A number is \
            right only where it is the `nodePort` of a port of the Service, written down in the manifest. With ip \
            targets it is the port of the pod.",
        help: "name the port: [[ingress.healthCheck.port: status-port; the annotation `healthcheck-port`]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:392-395",
    }
    ALB015 Error "health-port-name-leads-nowhere" {
        summary: "`healthcheck-port` names no port of the Service, or one that can't be checked",
        explanation: "A name is looked up among the ports of the Service, letter for letter, and becomes its node port \
            (instance targets) or its target port (ip targets). An unknown name stops the controller: `failed to \
            resolve healthCheckPort: unable to find port`. So does a port whose target port is a name, with ip \
            targets. A port without a node port (a LoadBalancer Service with `allocateLoadBalancerNodePorts: false`) \
            becomes 0, which AWS refuses.",
        help: "use the name of a port of the Service as it is written there, such as [[ingress.healthCheck.port: status-port]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:397-409",
    }
    ALB019 Error "health-check-out-of-range" {
        summary: "a number or the path of the health check that AWS refuses",
        explanation: "AWS takes an interval of 5 to 300 seconds, a timeout of 2 to 120 seconds that is shorter than \
            the interval, thresholds from 2 to 10, and a path of at most 1024 characters that begins with `/`. The \
            controller checks none of it: the target group is refused when it is created (event FailedDeployModel), \
            with half of the ALB there. Unset, the interval is 15, the timeout 5, the thresholds 2.",
        help: "write numbers within these ranges, and a path that begins with `/`",
        source: "AWS elbv2 API, CreateTargetGroup; LBC v3.5.0 pkg/ingress/model_build_target_group.go:424-490",
    }
    ALB020 Error | Warning "success-codes-out-of-range" {
        summary: "`success-codes` has codes that AWS refuses",
        explanation: "AWS takes codes from 200 to 499, or for `backend-protocol-version: GRPC` from 0 to 99: one \
            (`200`), several (`200,202`) or a range (`200-299`). Words, open ranges and other codes are refused when \
            the target group is created (event FailedDeployModel). Whether blanks are taken is not published.",
        help: "write codes and ranges with commas between them, without blanks: \
            `alb.ingress.kubernetes.io/success-codes: '200,204'`",
        source: "AWS elbv2 API, Matcher; LBC v3.5.0 pkg/ingress/model_build_target_group.go:436-454",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        for suffix in NUMBERS {
            let found = ingress.settings(suffix).filter_map(|setting| number(context, setting));
            findings.extend(found);
        }
        findings.extend(ingress.settings("healthcheck-path").filter_map(|setting| path(context, setting)));
        let targets = targets(context, ingress);
        if targets.is_empty() {
            findings.extend(timeout(ingress, None));
            let codes = ingress.settings("success-codes");
            findings.extend(codes.filter_map(|setting| success_codes(context, setting, false)));
        }
        for target in &targets {
            findings.extend(port(target));
            findings.extend(timeout(ingress, Some(target)));
            let grpc = target.value("backend-protocol-version") == Some("GRPC");
            let codes = target.setting("success-codes").filter(|setting| !setting.value.is_empty());
            findings.extend(codes.and_then(|setting| success_codes(context, setting, grpc)));
        }
    }
    findings
}

fn number(context: &Context<'_>, setting: &Setting) -> Option<Finding> {
    let annotation = setting.annotation?;
    let number = parse_int32(&setting.value).ok()?;
    match annotation.kind {
        Kind::Int { min, max } if !(min..=max).contains(&i64::from(number)) => {
            let message = format!("{} is {number}, and AWS takes {min} to {max}", annotation.suffix);
            Some(context.at(setting, &ALB019, message).help(format!("write a number from {min} to {max}")))
        }
        _ => None,
    }
}

fn path(context: &Context<'_>, setting: &Setting) -> Option<Finding> {
    let path = &setting.value;
    let (fault, help) = if !path.starts_with('/') {
        (format!("healthcheck-path {path:?} does not begin with /"), format!("write `/{path}`"))
    } else if path.chars().count() > HEALTH_CHECK_PATH_LENGTH {
        let count = path.chars().count();
        let fault = format!("healthcheck-path has {count} characters, and AWS takes {HEALTH_CHECK_PATH_LENGTH}");
        (fault, format!("shorten it to {HEALTH_CHECK_PATH_LENGTH} characters"))
    } else {
        return None;
    };
    Some(context.at(setting, &ALB019, fault).help(help))
}

/// The timeout against the interval, both as they are in effect, where each of them is in its range.
fn timeout(ingress: &IngressUnderCheck<'_>, target: Option<&Target<'_>>) -> Option<Finding> {
    let value = |suffix: &str, default: i32| {
        let text = match target {
            Some(target) => target.setting(suffix).map(|setting| setting.value.as_str()),
            None => ingress.setting(suffix).map(|setting| setting.value.as_str()),
        };
        text.map_or(Some(default), |text| parse_int32(text).ok())
    };
    let interval = value(INTERVAL, DEFAULT_HEALTH_CHECK_INTERVAL)?;
    let timeout = value(TIMEOUT, DEFAULT_HEALTH_CHECK_TIMEOUT)?;
    if timeout < interval || !in_range(INTERVAL, interval.into()) || !in_range(TIMEOUT, timeout.into()) {
        return None;
    }
    let message = format!("the timeout of {timeout} seconds is not shorter than the interval of {interval} seconds");
    let is_set = |suffix| match target {
        Some(target) => target.setting(suffix).is_some(),
        None => ingress.setting(suffix).is_some(),
    };
    let suffix = if is_set(TIMEOUT) { TIMEOUT } else { INTERVAL };
    let finding = match target {
        Some(target) => target.at(suffix, &ALB019, message),
        None => ingress.at(&ALB019, suffix, message),
    };
    Some(finding.help(format!("set `{TIMEOUT}` below {interval}, or `{INTERVAL}` above {timeout}")))
}

fn success_codes(context: &Context<'_>, setting: &Setting, grpc: bool) -> Option<Finding> {
    let codes = &setting.value;
    let range = if grpc { GRPC_CODES } else { SUCCESS_CODES };
    let dense: String = codes.chars().filter(|c| !c.is_whitespace()).collect();
    if codes_within(&dense, range.clone()).is_err() {
        let (min, max) = (range.start(), range.end());
        let (what, such_as) =
            if grpc { ("gRPC codes", "0 or 0,12 or 0-99") } else { ("codes", "200 or 200,202 or 200-299") };
        let message = format!("success-codes {codes:?}: AWS takes {what} from {min} to {max}, as {such_as}");
        return Some(context.at(setting, &ALB020, message));
    }
    (dense != *codes).then(|| {
        let message = format!("success-codes {codes:?} has blanks in it, which AWS may refuse");
        context.at(setting, &ALB020, message).severity(Severity::Warning)
    })
}

/// The port that is checked, as far as it is wrong.
fn port(target: &Target<'_>) -> Option<Finding> {
    let text = target.value("healthcheck-port").filter(|text| *text != "traffic-port")?;
    let instance = target.target_type()? == catalogue::INSTANCE;
    let at = |rule, message: String| Some(target.at("healthcheck-port", rule, message));
    let name = match PortRef::parse(text) {
        PortRef::Number(number) if !PORTS.contains(&number) => {
            return at(&ALB014, format!("healthcheck-port {number} is not a port"));
        }
        PortRef::Number(number) => {
            let pinned = target.service?;
            let is_node_port = ports(&pinned.value).iter().any(|port| port["nodePort"] == number);
            if !instance || is_node_port {
                return None;
            }
            let message = format!(
                "healthcheck-port {number} is asked on the nodes, and it is no nodePort of Service {} in these manifests",
                target.name
            );
            return at(&ALB014, message);
        }
        PortRef::Name(name) => name,
    };
    let service = target.service?;
    let Some(port) = find_port(&service.value, &PortRef::Name(name.clone())) else {
        let message = format!("healthcheck-port {name:?} names no port of Service {}", target.name);
        let help = match similar(service, &name) {
            Some(similar) => format!("write `{similar}`"),
            None if ports(&service.value).iter().any(is_status_port) => {
                format!("write `{STATUS_PORT}`, which answers the health check of the gateway")
            }
            None => format!("use one of the ports of the Service: {}", names(service)),
        };
        return at(&ALB015, message).map(|finding| finding.help(help));
    };
    if !instance && port["targetPort"].as_str().is_some_and(|name| !name.is_empty()) {
        let message =
            format!("healthcheck-port {name} has a name for its targetPort, which can't be checked with ip targets");
        let help = "write the number of the pods' port, such as [[ingress.healthCheck.port: 15021]], or give the port of the \
                    Service a number as `targetPort`";
        return at(&ALB015, message).map(|finding| finding.help(help));
    }
    let serves = target.service_port().is_some_and(|port| node_port(&service.value, port) != NodePort::No);
    if instance && serves && node_port(&service.value, port) == NodePort::No {
        let message = format!("healthcheck-port {name} has no node port: the health check would ask port 0");
        return at(&ALB015, message).map(|finding| {
            finding.help(
                "let Kubernetes give it a node port: remove `allocateLoadBalancerNodePorts: false`, or set `nodePort`",
            )
        });
    }
    None
}

/// The names of the ports of a Service, with `traffic-port` where none has a name.
fn names(service: &Object) -> String {
    let names: Vec<&str> = ports(&service.value).iter().filter_map(|port| port["name"].as_str()).collect();
    if names.is_empty() { "traffic-port".to_owned() } else { names.join(", ") }
}

/// The port that was meant, but for case and blanks, or the keyword.
fn similar(service: &Object, name: &str) -> Option<String> {
    let wanted = name.trim().to_ascii_lowercase();
    let names = ports(&service.value).iter().filter_map(|port| port["name"].as_str());
    names.chain(["traffic-port"]).find(|name| name.to_ascii_lowercase() == wanted).map(str::to_owned)
}
