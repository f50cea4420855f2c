//! The rules of the Ingress: hosts, paths, TLS hosts, and the redirect by an action.

use alb_controller::catalogue::{USE_ANNOTATION, Version};
use alb_controller::releases::Behaviour;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec, IngressTLS,
    ServiceBackendPort,
};
use serde::Deserialize;

use super::backend::Backend;
use super::sources::Sources;
use crate::config::types::{Ingress as Wanted, PathRule, PathType};

/// The spec of the Ingress: that of the Ingress whose rules stay, else as configured.
pub(super) fn spec(
    sources: &Sources<'_>,
    staying: Option<IngressSpec>,
    backend: &Backend,
    class: Option<String>,
    redirect: bool,
) -> IngressSpec {
    match staying {
        Some(spec) => IngressSpec { ingress_class_name: class, ..spec },
        None => configured(sources, backend, class, redirect),
    }
}

/// The spec of the Ingress in the stream, if its rules stay: if the configuration has nothing about them.
pub(super) fn staying(sources: &Sources<'_>) -> Option<IngressSpec> {
    let existing = sources.existing.filter(|_| !configures_rules(&sources.spec.ingress))?;
    IngressSpec::deserialize(existing.value.get("spec")?).ok()
}

/// Whether the configuration has anything about the rules. If not, those of an Ingress in the stream stay.
fn configures_rules(wanted: &Wanted) -> bool {
    wanted.hosts.is_some()
        || wanted.paths.is_some()
        || wanted.tls_hosts.is_some()
        || wanted.backend_port.is_some()
        || !wanted.redirect_to_https.is_default()
}

/// The rules that the configuration asks for. `redirect` is whether an action redirects to HTTPS.
fn configured(sources: &Sources<'_>, backend: &Backend, class: Option<String>, redirect: bool) -> IngressSpec {
    let (wanted, service, release) = (&sources.spec.ingress, sources.service.name(), sources.controller);
    let root = vec![everything(release)];
    let gateway = backend_of(service, backend.port.clone());
    let paths: Vec<HTTPIngressPath> =
        wanted.paths.as_ref().unwrap_or(&root).iter().map(|rule| path_of(rule, gateway.clone())).collect();
    let hosts: Vec<Option<String>> = match wanted.hosts.as_deref() {
        None | Some([]) => vec![None],
        Some(hosts) => hosts.iter().cloned().map(Some).collect(),
    };
    let mut rules: Vec<IngressRule> = Vec::new();
    if redirect {
        // In a rule of its own before the others, so that no path of theirs is sorted in front of it. On the HTTPS listener
        // the controller leaves it out, since it would redirect to itself (LBC v3.5.0 pkg/ingress/rule_optimizer.go:53-85).
        let action = ServiceBackendPort { name: Some(USE_ANNOTATION.to_owned()), number: None };
        rules.push(rule_of(None, vec![path_of(&root[0], backend_of("ssl-redirect", action))]));
    }
    rules.extend(hosts.into_iter().map(|host| rule_of(host, paths.clone())));
    let tls = wanted.tls_hosts.clone().filter(|hosts| !hosts.is_empty());
    IngressSpec {
        default_backend: None,
        ingress_class_name: class,
        rules: Some(rules),
        tls: tls.map(|hosts| vec![IngressTLS { hosts: Some(hosts), secret_name: None }]),
    }
}

/// The path that takes every request. A release that does not look at types needs the wildcard that later ones make of `/`.
fn everything(release: Version) -> PathRule {
    match release.has(Behaviour::PathTypes) {
        true => PathRule { path: "/".to_owned(), path_type: PathType::Prefix },
        false => PathRule { path: "/*".to_owned(), path_type: PathType::ImplementationSpecific },
    }
}

fn backend_of(service: &str, port: ServiceBackendPort) -> IngressBackend {
    IngressBackend {
        resource: None,
        service: Some(IngressServiceBackend { name: service.to_owned(), port: Some(port) }),
    }
}

fn path_of(rule: &PathRule, backend: IngressBackend) -> HTTPIngressPath {
    HTTPIngressPath { backend, path: Some(rule.path.clone()), path_type: rule.path_type.to_string() }
}

fn rule_of(host: Option<String>, paths: Vec<HTTPIngressPath>) -> IngressRule {
    IngressRule { host, http: Some(HTTPIngressRuleValue { paths }) }
}
