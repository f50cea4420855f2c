//! Rules about paths and backends of an Ingress: what a path matches, and whether there is anything behind it.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck, is_gateway};
use crate::lint::facts::targets::{backends, paths, targets};
use alb_controller::go::strconv::parse_bool;
use alb_controller::releases::Behaviour;
use kubernetes_objects::PortRef;
use kubernetes_objects::object::Object;
use kubernetes_objects::service::{find_port, ports};
use kubernetes_objects::validation::PORTS;

rules! {
    ALB041 Error "wildcard-in-prefix-or-exact-path" {
        summary: "a path of type `Prefix` or `Exact` with `*` or `?` in it",
        explanation: "Wildcards are for `pathType: ImplementationSpecific`. In the other types the controller stops: \
            `prefix path shouldn't contain wildcards`, `exact path shouldn't contain wildcards`, for every Ingress of \
            the group.",
        help: "write `path: /` with `pathType: Prefix` for everything, or use `pathType: ImplementationSpecific`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener_rules.go:222-300",
    }
    ALB042 Warning "root-path-only" {
        summary: "`path: /` with `pathType: ImplementationSpecific` leads to the gateway",
        explanation: "With `ImplementationSpecific` the path is taken as it is, and `/` is the root and nothing else: \
            every other path is answered with 404 by the ALB. `Prefix` makes `/*` of it.",
        help: "use `pathType: Prefix`, or `path: /*`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener_rules.go:222-300",
    }
    ALB043 Error | Warning "backend-not-found" {
        summary: "a backend whose Service is in another namespace, or has no such port, or is not in the stream",
        explanation: "An Ingress reaches Services of its own namespace only. For one that is not there the controller \
            builds a rule that answers 503 with `Backend service does not exist`, without an error; for one of several \
            of a forward action, it stops. Before v2.2.0 it always stops.\n\n`port.number` is the port of the Service, not its target port or node \
            port, and `port.name` is its name, letter for letter. Where the Service has no such port the controller \
            stops: `unable to find port`.\n\nA Service that is not in the stream may be in the cluster, so that is a \
            warning.",
        help: "create the Ingress in the namespace of the Service, and name a port that the Service has",
        source: "LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:271-299; pkg/k8s/service_utils.go:10-26",
    }
    ALB084 Error "backend-without-service" {
        summary: "a backend with `resource`, or with nothing, in place of `service`",
        explanation: "The controller knows Services only. In a rule such a backend makes its validating webhook panic, \
            so that the API server refuses the Ingress; as `defaultBackend` the controller stops with `missing \
            required \"service\" field`.",
        help: "lead to a Service: `backend: {service: {name: …, port: {number: …}}}`",
        source: "LBC v3.5.0 webhooks/networking/ingress_validator.go:220; \
            pkg/ingress/enhanced_backend_builder.go:115-117",
    }
    ALB085 Error | Warning "no-rules" {
        summary: "neither `rules` nor `defaultBackend`, or a rule without `http`",
        explanation: "The API server refuses an Ingress with neither: `either \\`defaultBackend\\` or \\`rules\\` must \
            be specified`. The controller ignores a rule without `http`: its host is answered with 404, \
            unless `defaultBackend` or another rule takes it.",
        help: "give the Ingress a rule with `http.paths`",
        source: "k8s pkg/apis/networking/validation/validation.go ValidateIngressSpec; LBC v3.5.0 \
            pkg/ingress/model_build_listener_rules.go:27-29",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        if context.has(Behaviour::PathTypes) {
            findings.extend(wildcards(ingress));
        }
        findings.extend(root_only(context, ingress));
        findings.extend(not_found(context, ingress));
        findings.extend(no_service(ingress));
        findings.extend(no_rules(ingress));
    }
    findings
}

fn wildcards(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let wild = paths(ingress.object)
        .into_iter()
        .filter(|path| matches!(path.path_type, "Prefix" | "Exact") && path.path.contains(['*', '?']));
    let found = wild.map(|path| {
        let message = format!("path {} of type {} has a wildcard in it", path.path, path.path_type);
        let finding = ingress.finding(&ALB041, message).field(format!("{}/path", path.pointer));
        match path.path.strip_suffix('*') {
            Some(stem) if !stem.contains(['*', '?']) && stem.ends_with('/') && path.path_type == "Prefix" => {
                finding.help(format!("write `path: {stem}`: `Prefix` also takes every path below it"))
            }
            _ => finding,
        }
    });
    found.collect()
}

fn root_only(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let by_regex = ingress.read("use-regex-path-match").is_some_and(|text| parse_bool(text) == Ok(true));
    let mut findings = Vec::new();
    for path in paths(ingress.object) {
        let specific = !matches!(path.path_type, "Prefix" | "Exact");
        let to_gateway =
            !path.backend.uses_annotation() && context.service(ingress, path.backend.name).is_some_and(is_gateway);
        if path.path == "/" && specific && to_gateway && !by_regex {
            let message =
                "path / of type ImplementationSpecific matches the root only: every other path is answered with 404";
            findings.push(ingress.finding(&ALB042, message).field(path.pointer));
        }
    }
    findings
}

/// The Services beside an Ingress, as a help line for a backend that names none of them.
fn there(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<String> {
    let services = context.of_kind("Service").filter(|service| service.namespace() == ingress.object.namespace());
    let names: Vec<&str> = services.map(Object::name).take(4).collect();
    match names.as_slice() {
        [] | [_, _, _, _, ..] => None,
        names => Some(format!("name a Service that is there: {}", names.join(", "))),
    }
}

/// What becomes of a group with a backend that is not there, in old releases.
const REFUSES: &str = "the controller refuses the whole group";

fn not_found(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let answers = context.has(Behaviour::MissingServiceAnswers);
    for target in targets(context, ingress) {
        // A backend without a name or a port is refused before anybody looks for it.
        let is_none = |port: &PortRef| matches!(port, PortRef::Number(number) if !PORTS.contains(number));
        if target.pointer.starts_with("/spec") && (target.name.is_empty() || is_none(&target.port)) {
            continue;
        }
        let at = |message: String| target.here(&ALB043, message);
        let Some(service) = target.service else {
            findings.push(match elsewhere(context, ingress, &target.name) {
                Some(other) => at(format!(
                    "Service {} is in namespace {}, and the Ingress is in {}: {}",
                    target.name,
                    other.namespace(),
                    ingress.object.namespace(),
                    if answers { "requests that come here are answered with 503" } else { REFUSES }
                ))
                .help(format!("create the Ingress in namespace {}", other.namespace())),
                None => at(format!(
                    "there is no Service {} in these manifests: if it is not in the cluster either, {}",
                    target.name,
                    if answers { "the answer is 503" } else { REFUSES }
                ))
                .severity(Severity::Warning)
                .maybe_help(there(context, ingress)),
            });
            continue;
        };
        if find_port(&service.value, &target.port).is_none() {
            let message = format!("Service {} has no port {}", target.name, target.port);
            let (message, help) = match meant(service, &target.port) {
                Some((meant, port)) => (message + &meant, format!("write `port: {port}`")),
                None => (message, format!("use one of its ports: {}", names(service))),
            };
            findings.push(ingress.refusal(at(message)).help(help));
        }
    }
    findings
}

/// A Service of this name in another namespace. Where one of the two does not say its namespace the release decides.
fn elsewhere<'s>(context: &Context<'s>, ingress: &IngressUnderCheck<'_>, name: &str) -> Option<&'s Object> {
    if ingress.object.namespace().is_empty() {
        return None;
    }
    let services = context.services_named(name);
    let open = services.iter().any(|service| service.namespace().is_empty());
    services.first().copied().filter(|_| !open)
}

/// The ports of a Service, in words.
fn names(service: &Object) -> String {
    let name = |port: &serde_json::Value| match port["name"].as_str() {
        Some(name) => format!("{name} ({})", port["port"]),
        None => port["port"].to_string(),
    };
    ports(&service.value).iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The port that was perhaps meant: how it is related, and how an Ingress writes it.
fn meant(service: &Object, port: &PortRef) -> Option<(String, String)> {
    let matches = |candidate: &&serde_json::Value| match port {
        PortRef::Number(number) => candidate["targetPort"] == *number || candidate["nodePort"] == *number,
        PortRef::Name(name) => {
            let candidate = candidate["name"].as_str().unwrap_or_default();
            candidate.eq_ignore_ascii_case(name)
        }
    };
    let found = ports(&service.value).iter().find(matches)?;
    let by_number = format!("{{number: {}}}", found["port"]);
    Some(match (port, found["name"].as_str()) {
        (PortRef::Number(number), _) if found["nodePort"] == *number => {
            (format!(": it is the node port of its port {}", found["port"]), by_number)
        }
        (PortRef::Number(_), _) => (format!(": it is the target port of its port {}", found["port"]), by_number),
        (PortRef::Name(_), name) => {
            let name = name.unwrap_or_default();
            (format!(", but a port {name}"), format!("{{name: {name}}}"))
        }
    })
}

fn no_service(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let without = backends(ingress.object).into_iter().filter(|backend| !backend.is_service);
    let found = without.map(|backend| {
        ingress
            .finding(&ALB084, "this backend is not a Service, and the controller knows only Services")
            .field(backend.pointer)
    });
    found.collect()
}

fn no_rules(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let spec = &ingress.object.value["spec"];
    let rules = spec["rules"].as_array().map_or(&[][..], Vec::as_slice);
    if rules.is_empty() && !spec["defaultBackend"].is_object() {
        return vec![ingress.finding(&ALB085, "the Ingress has neither rules nor defaultBackend").field("/spec")];
    }
    let without = rules.iter().enumerate().filter(|(_, rule)| rule["http"].is_null());
    let found = without.map(|(at, rule)| {
        let host = rule["host"].as_str().map(|host| format!(" for host {host}")).unwrap_or_default();
        let message = format!("rule {}{host} has no http, and the controller ignores it", at + 1);
        ingress.finding(&ALB085, message).field(format!("/spec/rules/{at}")).severity(Severity::Warning)
    });
    found.collect()
}
