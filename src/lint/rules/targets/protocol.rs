//! Rules about the way from the ALB to the targets: clear text or TLS, HTTP version, target type, address family.
//!
//! An ALB does not look at the port to tell whether it leads to TLS: it does what `backend-protocol` says, for every rule of
//! the Ingress alike. That is the first thing that goes wrong with an Istio gateway.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Severity, rules};
use crate::istio::STATUS_PORT;
use crate::istio::served::{Evidence, Speaks};
use crate::lint::context::{Context, IngressUnderCheck, about, is_gateway};
use crate::lint::facts::targets::{Path, Target, paths, targets};
use alb_controller::catalogue;
use alb_controller::go::strconv::parse_int32;
use alb_controller::model::{Action, Key, Protocol, TargetGroupRef};
use alb_controller::releases::Behaviour;
use kubernetes_objects::object::Object;
use kubernetes_objects::service::{NodePort, node_port};

rules! {
    ALB001 Error | Warning "clear-text-to-tls-port" {
        summary: "a rule leads to the gateway's TLS port, and `backend-protocol` is not `HTTPS`",
        explanation: "`backend-protocol` is `HTTP` unless it is set, whatever the port is. The ALB then speaks clear \
            text to Envoy's TLS listener, which closes the connection: every request is answered with 502. Health \
            checks may be green all the same, since they can go to another port.\n\nThe annotation on the Service \
            comes before the one on the Ingress.\n\nIt is a warning where the Ingress itself says `HTTP` and only the \
            number of the port speaks against it: a gateway behind an NLB that ended TLS takes clear text on 443.",
        help: "set [[ingress.backendProtocol: HTTPS; the annotation `backend-protocol`]], or lead the rule to port 80 of the gateway",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:318-329; aws-load-balancer-controller#3163",
    }
    ALB002 Error | Warning "tls-to-clear-text-port" {
        summary: "a rule leads to a clear-text port of the gateway, and `backend-protocol` is `HTTPS`",
        explanation: "The ALB opens TLS to a listener that speaks plain HTTP: every request is answered with 502.\n\n\
            One `backend-protocol` serves all rules of an Ingress. Rules to port 80 and rules to port 443 need two \
            Ingresses, which one `group.name` can put on one ALB.",
        help: "lead the rule to port 443, remove `alb.ingress.kubernetes.io/backend-protocol: HTTPS`, or move the rule \
            to an Ingress of its own",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:318-329",
    }
    ALB044 Error | Warning "no-node-port-for-instance-targets" {
        summary: "target type `instance`, and the Service's port has no node port",
        explanation: "With `target-type: instance`, which is the default, the ALB sends requests to a port on the \
            nodes. A ClusterIP Service has none, nor has a LoadBalancer Service with `allocateLoadBalancerNodePorts: \
            false`. The controller stops with `TargetGroup port is empty. When using Instance targets, your service be \
            must of type 'NodePort' or 'LoadBalancer'`, for every Ingress of the group. Before v2.13.4 it asks AWS for a \
            target group on port 0, which is refused (event FailedDeployModel).",
        help: "give the ports of the Service a `nodePort`, or send to the pods, where they have addresses in the VPC: \
            [[ingress.targetType: ip; the annotation `target-type`]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:205-210",
    }
    ALB048 Error "http2-targets-behind-http-listener" {
        summary: "`backend-protocol-version` `HTTP2` or `GRPC`, and an HTTP listener forwards to the targets",
        explanation: "AWS refuses the listener: `Listener protocol 'HTTP' is not supported with a target group with \
            the protocol-version 'HTTP2'`. The controller does not check it, so the ALB is left half built (event \
            FailedDeployModel). With `ssl-redirect` the HTTP listener forwards nothing, and all is well.\n\nAn Istio \
            gateway needs neither: it takes HTTP/1.1, and WebSockets want it.",
        help: "give a certificate with [[ingress.certificateArns]] and redirect to HTTPS with [[ingress.redirectToHttps: true]], or \
            remove [[ingress.backendProtocolVersion]]",
        source: "aws-load-balancer-controller#4497; AWS elbv2 API, CreateListener",
    }
    ALB134 Warning "http1-clients-get-464" {
        summary: "`backend-protocol-version` `HTTP2` or `GRPC` for every request of a gateway",
        explanation: "An ALB does not translate between HTTP versions: a request that comes as HTTP/1.1 and belongs to a target group of \
            `HTTP2` or `GRPC` is answered with 464. Browsers speak HTTP/2 to an ALB; many other clients, health checks from outside and \
            WebSockets use HTTP/1.1. gRPC needs `HTTP2`, so its hosts or paths are best in an Ingress of their own, which one \
            `group.name` can put on the same ALB.",
        help: "limit this Ingress to the hosts that need it with [[ingress.hosts]], and serve the others by a second one (docs/recipes.md, \
            gRPC); if all clients speak HTTP/2, allow this finding by its id",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-464-issues; \
            AWS docs, Target groups for your Application Load Balancers, protocol version",
    }
    ALB049 Warning "grpc-health-check" {
        summary: "`backend-protocol-version: GRPC` with a health check that the gateway does not answer",
        explanation: "With `GRPC` the health check changes, too: its path becomes `/AWS.ALB/healthcheck`, and it wants \
            gRPC status 12 in the answer. An Istio gateway has no gRPC health service, and its status port speaks \
            plain HTTP. gRPC gets through with `HTTP2` as well, where the health check stays an HTTP one.",
        help: "set [[ingress.backendProtocolVersion: HTTP2; the annotation `backend-protocol-version`]], or route a gRPC health check \
            through the mesh and set its path and `success-codes`",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:424-454; istio#49724",
    }
    ALB056 Error | Warning | Info "ipv6-service-behind-ipv4-alb" {
        summary: "the Service has IPv6, and the ALB is `ipv4`",
        explanation: "A Service with `IPv6` anywhere in `ipFamilies` needs a dual-stack load balancer; otherwise the \
            controller stops with `unsupported IPv6 configuration, lb not dual-stack`. With `ipFamilyPolicy: \
            PreferDualStack` or `RequireDualStack` and no `ipFamilies` a dual-stack cluster fills in both families, \
            which comes to the same. Before v2.3.0 the controller does not look at them, and the target group is one of \
            IPv4: a warning.",
        help: "set [[ingress.ipAddressType: dualstack; the annotation `ip-address-type`]], or keep the Service on IPv4",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:274-289",
    }
    ALB077 Error "target-control-port-with-instance-targets" {
        summary: "`target-control-port` of a backend with target type `instance`",
        explanation: "The agent that listens on the control port runs beside the pod, so AWS offers it for ip targets \
            only. The controller stops with `target control port is not supported for instance target target group`.",
        help: "set `alb.ingress.kubernetes.io/target-type: ip`, or remove the annotation",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:194-201",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        for target in targets(context, ingress) {
            findings.extend(backend_protocol(&target));
            findings.extend(no_node_port(&target));
            findings.extend(grpc_health_check(&target));
            findings.extend(address_family(ingress, &target));
            findings.extend(control_port(&target));
        }
        findings.extend(http2_for_all(context, ingress));
    }
    findings.extend(http2_in_clear_text(context));
    findings
}

fn backend_protocol(target: &Target<'_>) -> Option<Finding> {
    let served = target.served()?;
    let by_gateway = matches!(served.evidence, Evidence::Gateway(_));
    let is_made = target.service.is_some_and(Object::is_made);
    let because = match &served.evidence {
        evidence if evidence.is_number() => String::new(),
        evidence => format!(" ({evidence})"),
    };
    let setting = target.setting("backend-protocol");
    let text = setting.map(|setting| setting.value.as_str());
    let to = target.title();
    let from_service = match setting {
        Some(setting) if setting.object.kind == "Service" => " (on the Service, which comes first)",
        _ => "",
    };
    let protocol = Protocol::parse(text.unwrap_or(catalogue::HTTP))?;
    let said = setting.is_some_and(|setting| setting.object.kind == "Ingress");
    match (protocol, served.speaks) {
        // What the Ingress says stands against nothing but a number: the filter writes it so where the removed annotations of an
        // NLB showed it, and its output must not be refused afterwards.
        (Protocol::Http, Speaks::Tls) if said && served.evidence.is_number() => {
            let message = format!(
                "backend-protocol is HTTP, and {to} usually speaks TLS: where it does, every request is answered with 502"
            );
            let help = "nothing to do if the gateway takes clear text there, as it does behind an NLB that ended TLS; otherwise set \
                        [[ingress.backendProtocol: HTTPS]]; if the stream has Istio's Gateway, istio-alb reads it there";
            Some(target.at("backend-protocol", &ALB001, message).severity(Severity::Warning).help(help))
        }
        (Protocol::Http, Speaks::Tls) => {
            let how = match text {
                None => "backend-protocol is not set, so it is HTTP".to_owned(),
                Some(_) => format!("backend-protocol is HTTP{from_service}"),
            };
            let message = format!("{to} speaks TLS{because}, and {how}: every request is answered with 502");
            let help = match is_made {
                true => {
                    "set [[ingress.backendProtocol: HTTPS]], or set `protocol: HTTP` on the Gateway's listener for this port"
                }
                false => {
                    "set [[ingress.backendProtocol: HTTPS]], or set `protocol: HTTP` on the Gateway's server for this port"
                }
            };
            Some(target.at("backend-protocol", &ALB001, message).maybe_help(by_gateway.then_some(help)))
        }
        (Protocol::Https, Speaks::ClearText | Speaks::Status) => {
            let what = format!("backend-protocol is HTTPS{from_service}");
            let message = format!("{to} speaks plain HTTP{because}, and {what}: what goes there is answered with 502");
            let help = match is_made {
                true => {
                    "set [[ingress.backendProtocol: HTTP]], or set `protocol: HTTPS` with `tls.mode: Terminate` and `certificateRefs` on the \
                         Gateway's listener for this port"
                }
                false => {
                    "set [[ingress.backendProtocol: HTTP]], or set `protocol: HTTPS` with `tls.mode: SIMPLE` on the Gateway's server for \
                          this port"
                }
            };
            let finding = target.here(&ALB002, message).maybe_help(by_gateway.then_some(help));
            // What was spoken before may have changed.
            Some(match (served.speaks, &served.evidence) {
                (Speaks::Status, _) | (_, Evidence::OldLoadBalancer(_)) => finding.severity(Severity::Warning),
                _ => finding,
            })
        }
        // An Ingress that the filter found in the stream, and whose protocol it left against the number of the port.
        (Protocol::Http, Speaks::ClearText) if served.evidence == Evidence::EarlierRun => {
            let message = format!(
                "backend-protocol stays HTTP as the Ingress in the stream has it; {to} usually speaks TLS, and every request is then \
                 answered with 502"
            );
            Some(target.at("backend-protocol", &ALB001, message).severity(Severity::Warning))
        }
        _ => None,
    }
}

fn no_node_port(target: &Target<'_>) -> Option<Finding> {
    let service = target.service?;
    let port = target.service_port()?;
    if target.target_type() != Some(catalogue::INSTANCE) || node_port(&service.value, port) != NodePort::No {
        return None;
    }
    // As it is written, an empty one too.
    let kind = service.value["spec"]["type"].as_str().unwrap_or("ClusterIP");
    let why = match target.setting("target-type") {
        Some(_) => "target-type is instance",
        None => "target-type is not set, so it is instance",
    };
    let help = match kind {
        "LoadBalancer" => {
            "set `nodePort` for each of `service.ports` in the chart's values (the load balancer of the Service stays), or send to the \
             pods: [[ingress.targetType: ip]]"
        }
        _ => "set `type: NodePort` for the Service, or send to the pods: [[ingress.targetType: ip]]",
    };
    let message = format!("{why}, and {} of a {kind} Service has no node port", target.title());
    let finding = target.at("target-type", &ALB044, message).help(help);
    // The model builds on, where AWS is the one that refuses.
    let by_controller = target.ingress.facts.release().has(Behaviour::NodePortChecked);
    Some(if by_controller { target.ingress.refusal(finding) } else { finding })
}

fn grpc_health_check(target: &Target<'_>) -> Option<Finding> {
    target.service.filter(|service| is_gateway(service))?;
    if target.value("backend-protocol-version") != Some("GRPC") {
        return None;
    }
    let on_status_port = target.value("healthcheck-port") == Some(STATUS_PORT);
    let what = match (on_status_port, target.value("healthcheck-path")) {
        (true, _) => "the health check wants gRPC status 12 from the status port, which speaks plain HTTP",
        (false, None) => "the health check asks for /AWS.ALB/healthcheck, which no gateway answers by itself",
        (false, Some(_)) => return None,
    };
    let message = format!("backend-protocol-version is GRPC: {what}");
    Some(target.at("backend-protocol-version", &ALB049, message))
}

fn address_family(ingress: &IngressUnderCheck<'_>, target: &Target<'_>) -> Option<Finding> {
    if address_type(ingress)? != "ipv4" {
        return None;
    }
    let service = target.service?;
    let spec = &service.value["spec"];
    let families = spec["ipFamilies"].as_array().map_or(&[][..], Vec::as_slice);
    let refuses = ingress.facts.release().has(Behaviour::Ipv6TargetGroups);
    if families.iter().any(|family| family == "IPv6") {
        let finding = about(service, &ALB056, "ipFamilies has IPv6, and the ALB's ip-address-type is ipv4");
        let finding = finding.field("/spec/ipFamilies");
        return Some(if refuses { finding } else { finding.severity(Severity::Warning) });
    }
    if !refuses {
        return None;
    }
    let policy = spec["ipFamilyPolicy"].as_str().unwrap_or_default();
    if !families.is_empty() || !matches!(policy, "PreferDualStack" | "RequireDualStack") {
        return None;
    }
    let message = format!(
        "ipFamilyPolicy is {policy} and ipFamilies is open: a dual-stack cluster fills in IPv6, which an ipv4 ALB can't have"
    );
    let finding = about(service, &ALB056, message).field("/spec/ipFamilyPolicy");
    if service.is_made() {
        // istiod always has it so, and a cluster with one family makes nothing of it.
        let help = "in a dual-stack cluster set [[ingress.ipAddressType: dualstack]], or `spec: {ipFamilyPolicy: SingleStack}` under \
                    the key `service` of the Gateway's parameters";
        return Some(finding.severity(Severity::Info).help(help));
    }
    Some(finding.severity(Severity::Warning))
}

/// A path for every host and every request that leads to targets of HTTP/2.
fn http2_for_all(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let suffix = "backend-protocol-version";
    let takes_all = |path: &Path<'_>| {
        let all = matches!((path.path_type, path.path), ("Prefix", "/") | ("ImplementationSpecific", "/*"));
        all && path.host.is_empty() && ingress.setting(&format!("conditions.{}", path.backend.name)).is_none()
    };
    let paths = paths(ingress.object);
    let targets = targets(context, ingress);
    let target = targets.iter().find(|target| {
        let is_led_to = |path: &Path<'_>| path.backend.name == target.name && path.backend.port == target.port;
        target.service.is_some_and(is_gateway) && paths.iter().any(|path| takes_all(path) && is_led_to(path))
    })?;
    let version = target.value(suffix).filter(|version| matches!(*version, "HTTP2" | "GRPC"))?;
    let message = format!("{suffix} is {version} for every host and path: clients that speak HTTP/1.1 get 464");
    let help = "limit the rules of this Ingress to the hosts that need it, and serve the others by a second Ingress; if all clients speak \
                HTTP/2, allow this finding by its id";
    Some(target.at(suffix, &ALB134, message).maybe_help(context.is_as_is().then_some(help)))
}

/// The load balancer's address type; `None` where it is none of the known ones, or open.
fn address_type(ingress: &IngressUnderCheck<'_>) -> Option<&'static str> {
    if let Some(built) = ingress.built() {
        return Some(built.load_balancer.ip_address_type);
    }
    let suffix = "ip-address-type";
    let text = ingress.facts.text(suffix).map(|text| text.value);
    match text.or_else(|| Some(ingress.setting(suffix)?.value.as_str())) {
        // Another member of the group may say it.
        None if ingress.shares() => None,
        None | Some("ipv4") => Some("ipv4"),
        Some("dualstack") => Some("dualstack"),
        Some(_) => None,
    }
}

fn control_port(target: &Target<'_>) -> Option<Finding> {
    let suffix = format!("target-control-port.{}", target.title().replace(':', "."));
    let value = target.value(&suffix)?;
    if target.target_type() != Some(catalogue::INSTANCE) || parse_int32(value).is_err() {
        return None;
    }
    let message = format!("{} has instance targets, which have no control port", target.title());
    Some(target.at(&suffix, &ALB077, message))
}

/// Target groups of HTTP/2 or gRPC that an HTTP listener forwards to.
fn http2_in_clear_text(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (group, members) in context.by_group() {
        let Some(built) = &group.built else { continue };
        let mut keys: BTreeSet<&Key> = BTreeSet::new();
        keys.extend(members.iter().map(|member| &member.facts.key));
        let mut by_target: BTreeMap<&str, i32> = BTreeMap::new();
        for listener in &built.listeners {
            if listener.protocol == Protocol::Http {
                let of_rules = listener.rules.iter().flat_map(|rule| &rule.actions);
                for target in of_rules.chain(&listener.default_actions).flat_map(targets_of) {
                    let port = by_target.entry(target).or_insert(listener.port);
                    *port = listener.port.min(*port);
                }
            }
        }
        for target in &built.target_groups {
            let version = target.protocol_version;
            if let Some(port) = by_target.get(target.id.as_str())
                && version != "HTTP1"
                && keys.contains(&target.ingress)
                && let Some(site) = target.read_from.get("backend-protocol-version")
            {
                let message = format!(
                    "the HTTP listener on port {port} forwards to {}:{}, whose backend-protocol-version is {version}: AWS \
                     refuses the listener",
                    target.service.name, target.service_port
                );
                findings.push(context.at_site(site, &ALB048, message));
            }
        }
    }
    findings
}

/// The ids of the target groups that an action forwards to.
fn targets_of(action: &Action) -> impl Iterator<Item = &str> {
    let forward = match action {
        Action::Forward { forward_config } => Some(forward_config),
        _ => None,
    };
    let targets = forward.into_iter().flat_map(|forward| &forward.target_groups);
    targets.filter_map(|target| match &target.group {
        TargetGroupRef::Id(id) => Some(id.as_str()),
        TargetGroupRef::Arn(_) | TargetGroupRef::Unknown | TargetGroupRef::NoService(_) => None,
    })
}
