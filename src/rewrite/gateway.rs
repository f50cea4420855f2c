//! The rewrite of one gateway: the settings of its old load balancer, the plan for its Service, and its Ingress.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ingress::{self, BuiltIngress, Sources};
use super::made::{self, GatewayChanges};
use super::service::{self, Plan, ServiceTarget};
use super::transition::{Transition, is_configured};
use crate::config::types::{Phase, Placeholders};
use crate::config::{Settings, Spec};
use crate::error::Error;
use crate::finding::Finding;
use crate::flux::variables;
use crate::istio::east_west_reason;
use crate::istio::pods::Pods;
use crate::istio::served::{Evidence, Mesh, Served, ServedPorts, Speaks, by_name, by_number};
use crate::lint;
use crate::lint::rewrite_findings::{Before, extra_port, no_text, written_over};
use crate::migrate::{self, Carried};
use alb_controller::catalogue;
use alb_controller::releases::Behaviour;
use kubernetes_objects::object::entries;
use kubernetes_objects::service::ports;
use kubernetes_objects::{Object, ObjectRef};

/// The rewrite of one gateway.
pub(super) struct Rewrite<'s> {
    pub(super) settings: &'s Settings,
    /// Index of its Service among the objects.
    pub(super) service: usize,
    /// Index of the Ingress of ours that is in the stream already.
    pub(super) existing: Option<usize>,
    pub(super) plan: Plan,
    /// The Service after the rewrite.
    pub(super) patched: Object,
    /// For a Service that istiod makes: what changes in its place.
    pub(super) made: Option<GatewayChanges>,
    /// The Gateway afterwards, from which istiod makes the Service.
    gateway: Option<Object>,
    /// What the ports of the Service speak.
    pub(super) served: ServedPorts,
    pub(super) built: BuiltIngress,
    /// Annotations of the Ingress that were carried over from the old load balancer, or moved.
    pub(super) carried: BTreeMap<String, String>,
    /// Facts of the old load balancer that are compared with the ALB which the model builds.
    pub(super) before: Before,
}

impl<'s> Rewrite<'s> {
    /// The object of the stream beside which the Ingress stands: the Service, or the Gateway from which istiod makes it.
    pub(super) fn anchor(&self) -> &Object {
        self.gateway.as_ref().unwrap_or(&self.patched)
    }

    pub(super) fn new(
        objects: &[Object],
        mesh: &Mesh<'_>,
        settings: &'s Settings,
        service: usize,
    ) -> Result<Self, Error> {
        let spec = &settings.spec;
        let original = &objects[service];
        let controller = lint::context::options(spec).release();
        let options = carry_options(spec);
        let before = migrate::carry(&original.value, options);
        let carried = if spec.carry_over() { before.clone() } else { Carried::default() };
        let moved = moved(original, spec.phase());
        let mut plan = plan_service(spec, original, &moved, &mesh.pods(original))?;
        let patched = Object { value: service::patched(&original.value, &plan.patch)?, ..original.clone() };
        let made = original.is_made().then(|| made::plan(objects, original, &patched.value)).transpose()?;
        let gateway = made.as_ref().map(|made| made.gateway.changed());
        let existing = existing_ingress(objects, spec, original)?;
        let there = existing.map(|index| as_meant(&objects[index], spec.placeholders()));
        let is_open = !is_configured(spec, original, "backend-protocol");
        let earlier = there.as_ref().filter(|_| is_open);
        let served = mesh.served(&patched, |port| {
            let rendered = plan.ports.rendered(port, &original.value);
            migrate::reached(&original.value, rendered).or_else(|| earlier_run(earlier?, &patched, port))
        });
        let built = ingress::build(&Sources {
            spec,
            service: &patched,
            served: &served,
            carried: &carried,
            moved: &moved,
            existing: there.as_ref(),
            backend_port_by: settings.origin("ingress.backendPort"),
            controller,
        })?;
        plan.findings.retain(|finding| !is_about_backend(finding, spec, &patched, &built));
        let transition = Transition {
            settings,
            spec,
            original,
            patched: &patched,
            before: &before,
            moved: &moved,
            existing: there.as_ref(),
            built: &built,
        };
        plan.findings.extend(transition.of_the_service());
        // What Flux puts in may have the right type.
        if spec.placeholders() == Placeholders::None {
            plan.findings.extend(written_over(original, &patched));
        }
        set_object(&mut plan.findings, &original.reference());
        // As with the Service: an annotation that is no text would be dropped from the Ingress.
        plan.findings.extend(existing.into_iter().flat_map(|index| no_text(&objects[index])));
        let mut of_the_access = transition.of_the_access();
        set_object(&mut of_the_access, &built.reference());
        plan.findings.extend(of_the_access);
        let overruled = settings.overruled.iter().map(lint::rewrite_findings::overruled);
        plan.findings.extend(overruled.map(|finding| finding.object(built.reference())));

        let internal = before.internal;
        let before = Before { internal, says_frontend: is_configured(spec, original, "frontend-nlb-scheme") };
        let moved = moved.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let carried = carried.annotations.into_iter().chain(moved).collect();
        Ok(Rewrite { settings, service, existing, plan, patched, made, gateway, served, built, carried, before })
    }
}

/// How the old load balancer of a gateway is carried over.
pub(super) fn carry_options(spec: &Spec) -> migrate::Options {
    migrate::Options {
        backend: backend_number(spec),
        phase: spec.phase(),
        service_type: spec.service.kind(),
        carry_over: spec.carry_over(),
        service_webhook: lint::context::options(spec).release().has(Behaviour::ServiceWebhook),
        keeps_type: spec.service.keep_annotations.iter().flatten().any(|key| key == migrate::TYPE),
    }
}

/// Whether a finding says of the port that the Ingress leads to that the ALB does not serve it.
fn is_about_backend(finding: &Finding, spec: &Spec, service: &Object, built: &BuiltIngress) -> bool {
    if east_west_reason(service).is_some() {
        return false;
    }
    let rules = built.value["spec"]["rules"].as_array().into_iter().flatten();
    let mut backends = rules.flat_map(|rule| rule["http"]["paths"].as_array().into_iter().flatten());
    backends.any(|path| {
        let port = &path["backend"]["service"]["port"];
        let by_name = |found: &Value| !port["name"].is_null() && found["name"] == port["name"];
        let is_it = |found: &&Value| found["port"] == port["number"] || by_name(found);
        let led_to = ports(&service.value).iter().find(is_it);
        led_to.is_some_and(|port| finding.message == extra_port(port, spec.service.extra_ports()).message)
    })
}

/// That a port of the Service speaks clear text against its number, since the Ingress of an earlier run leads there and has it so:
/// the old load balancer, by which that was known, is gone from the Service.
fn earlier_run(existing: &Object, service: &Object, port: &Value) -> Option<Served> {
    let protocol = existing.annotation(&format!("{}backend-protocol", migrate::ALB))?;
    if protocol != catalogue::HTTP || by_number(port) != Speaks::Tls || by_name(port).is_some() {
        return None;
    }
    let leads_there = |backend: &Value| {
        let to = &backend["service"];
        let by_name = !to["port"]["name"].is_null() && to["port"]["name"] == port["name"];
        to["name"] == service.name() && (by_name || to["port"]["number"] == port["port"])
    };
    let spec = &existing.value["spec"];
    let rules = spec["rules"].as_array().into_iter().flatten();
    let mut paths = rules.flat_map(|rule| rule["http"]["paths"].as_array().into_iter().flatten());
    let is_it = leads_there(&spec["defaultBackend"]) || paths.any(|path| leads_there(&path["backend"]));
    is_it.then(|| Served::new(Speaks::ClearText, Evidence::EarlierRun))
}

/// Says of findings which object they are about.
fn set_object(findings: &mut [Finding], object: &ObjectRef) {
    for finding in findings {
        finding.object = Some(object.clone());
    }
}

/// The number of the port that the Ingress leads to, as far as the configuration has it.
fn backend_number(spec: &Spec) -> u64 {
    spec.ingress.backend_port.as_ref().and_then(|port| port.to_string().parse().ok()).unwrap_or(443)
}

/// The plan for the Service; in the first phase of a migration it stays as it is.
fn plan_service(spec: &Spec, service: &Object, moved: &[(&str, &str)], pods: &Pods<'_>) -> Result<Plan, Error> {
    if spec.phase() == Phase::Attach {
        return Ok(Plan::default());
    }
    let keep = spec.service.keep_annotations.as_deref().unwrap_or_default();
    let target = ServiceTarget { is_made: service.is_made(), ..ServiceTarget::of(spec) };
    service::plan(&service.value, &target, &stripped(service, keep, moved), pods).map_err(|error| match error.place {
        Some(_) => error,
        None => error.at(service.place.clone()),
    })
}

/// The annotations that move from the Service to the Ingress.
fn moved(service: &Object, phase: Phase) -> Vec<(&str, &str)> {
    migrate::annotations_of(&service.value)
        .into_iter()
        // The sources of external-dns for routes read it on the Gateway.
        .filter(|(key, _)| !(service.is_made() && migrate::is_external_dns(key) && key.ends_with("/target")))
        // While the old load balancer serves, DNS stays with it.
        .filter(|(key, _)| key.starts_with(migrate::ALB) || (phase != Phase::Attach && migrate::is_external_dns(key)))
        .collect()
}

/// The keys of the annotations that leave the Service.
fn stripped(service: &Object, keep: &[String], moved: &[(&str, &str)]) -> Vec<String> {
    let keys = entries(&service.value["metadata"]["annotations"]).map(|(key, _)| key);
    let leaves = |key: &str| migrate::is_stripped(key) || moved.iter().any(|(moved, _)| *moved == key);
    keys.filter(|key| !keep.contains(key) && leaves(key)).cloned().collect()
}

/// The Ingress of ours that is in the stream already: an index into `objects`.
///
/// # Errors
///
/// Where it is of a version of the API that has its rules in another form: they would be lost.
fn existing_ingress(objects: &[Object], spec: &Spec, service: &Object) -> Result<Option<usize>, Error> {
    let name = ingress::name_of(spec);
    let existing = objects.iter().position(|object| ingress::is_of(object, name, service));
    let Some(ingress) = existing.map(|index| &objects[index]) else {
        return Ok(None);
    };
    if ingress.api_version() == "networking.k8s.io/v1" {
        return Ok(existing);
    }
    Err(Error::input(format!(
        "Ingress {} is to be updated, and it is of {}, which Kubernetes has no more",
        ingress.full_name(),
        ingress.api_version()
    ))
    .at(ingress.place.clone())
    .help("write it as networking.k8s.io/v1, or give ours another name with [[ingress.name]]"))
}

/// An Ingress of the stream with its placeholders as they were configured.
fn as_meant(ingress: &Object, placeholders: Placeholders) -> Object {
    match placeholders {
        Placeholders::Flux => Object { value: variables::restored(&ingress.value), ..ingress.clone() },
        Placeholders::None => ingress.clone(),
    }
}

#[cfg(test)]
mod tests;
