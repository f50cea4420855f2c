//! One gateway of the stream on its way: carried over, planned, its Ingress built, who can reach it compared.

use crate::config::types::{Phase, Placeholders, ServiceType};
use crate::config::{Entries, Settings, Spec, Var, fields};
use crate::error::Error;
use crate::ingress::{self, Built, Sources};
use crate::lint::{self, Finding};
use crate::manifest::Object;
use crate::migrate::{self, Carried};
use crate::placeholder;
use crate::plan::{self, Plan, Wish};
use serde_json::Value;

use super::Taken;

/// One gateway of the stream on its way.
pub(super) struct Rewrite<'s> {
    pub(super) settings: &'s Settings,
    /// Index of its Service among the objects.
    pub(super) service: usize,
    /// Index of the Ingress of ours that is in the stream already.
    pub(super) existing: Option<usize>,
    pub(super) plan: Plan,
    /// The Service as it will be.
    pub(super) patched: Object,
    pub(super) built: Built,
    pub(super) taken: Taken,
    /// What is left to compare when the model has told what the ALB will be.
    pub(super) before: lint::opened::Before,
}

impl<'s> Rewrite<'s> {
    pub(super) fn new(objects: &[Object], settings: &'s Settings, service: usize) -> Result<Self, Error> {
        let spec = &settings.spec;
        let original = &objects[service];
        let attach = spec.phase() == Phase::Attach;
        let backend = spec.ingress.backend_port.as_ref().and_then(|port| port.to_string().parse().ok()).unwrap_or(443);
        let all = migrate::carry(&original.value, backend);
        let carried = if spec.carry_over() { all.clone() } else { Carried::default() };
        let moved = moved(original, attach);
        let plan = if attach {
            Plan::default()
        } else {
            let stripped = stripped(original, spec.service.keep_annotations.as_deref().unwrap_or_default(), &moved);
            plan::plan(&original.value, &wish(settings), &stripped).map_err(|error| placed(error, original))?
        };
        let patched = Object { value: plan::patched(&original.value, &plan.patch)?, ..original.clone() };
        let name = ingress::name_of(spec);
        let existing = objects.iter().position(|object| {
            object.kind() == "Ingress"
                && placeholder::restore(object.name()) == name
                && (placeholder::restore(object.namespace()) == original.namespace()
                    || object.namespace().is_empty()
                    || original.namespace().is_empty())
                && !object.is_hook()
        });
        if let Some(index) = existing {
            check_version(&objects[index])?;
        }
        let there = existing.map(|index| match spec.placeholders() {
            Placeholders::Flux => {
                Object { value: placeholder::restored(&objects[index].value), ..objects[index].clone() }
            }
            Placeholders::None => objects[index].clone(),
        });
        let built = ingress::build(&Sources {
            spec,
            service: &patched,
            carried: &carried,
            moved: &moved,
            existing: there.as_ref(),
        })?;
        let mut annotations = carried.annotations;
        annotations.extend(moved.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let taken = Taken { name: original.name().to_owned(), namespace: original.namespace().to_owned(), annotations };
        let before = lint::opened::Before {
            internal: all.internal,
            says_frontend: is_configured(spec, original, "frontend-nlb-scheme"),
        };
        let mut rewrite = Rewrite { before, settings, service, existing, plan, patched, built, taken };
        let told = rewrite.of_the_service(original, &all, &moved);
        rewrite.plan.findings.extend(told);
        for finding in &mut rewrite.plan.findings {
            finding.object = Some(format!("Service {}", original.full_name()));
        }
        if let Some(index) = existing {
            // As with the Service: what is no text would be dropped from the Ingress.
            let no_text = lint::no_text::no_text(&objects[index]);
            rewrite.plan.findings.extend(no_text);
        }
        rewrite.check_access(original, &all, there.as_ref());
        Ok(rewrite)
    }

    /// What there is to say of the Service beside its plan.
    fn of_the_service(&self, original: &Object, all: &Carried, moved: &[(&str, &str)]) -> Vec<Finding> {
        let attach = self.settings.spec.phase() == Phase::Attach;
        let carries = self.settings.spec.carry_over();
        // In the first phase the old load balancer stays: what becomes of it is not told yet.
        let told = all.findings.iter().filter(|finding| {
            let id = &finding.rule.id;
            (!attach || !migrate::rules::CUTOVER.contains(id)) && (carries || !migrate::rules::CARRIED.contains(id))
        });
        let mut findings: Vec<Finding> = told.cloned().collect();
        if !carries {
            findings.extend(migrate::rules::not_carried(all));
        }
        let dns = moved.iter().filter(|(key, _)| migrate::is_external_dns(key));
        findings.extend(dns.map(|(key, _)| migrate::rules::dns_moved(key)));
        if !attach {
            // What the API server would not have read goes with the others, and would be lost without a word.
            let no_text = lint::no_text::no_text(original).into_iter();
            findings.extend(no_text.filter(|finding| goes(finding, &self.patched)));
        }
        let east_west = crate::gateway::east_west_reason(original);
        findings.extend(east_west.map(|reason| lint::service::east_west(&reason)));
        findings
    }

    /// Who can reach the gateway afterwards, compared with who could before.
    fn check_access(&mut self, original: &Object, before: &Carried, existing: Option<&Object>) {
        let spec = &self.settings.spec;
        let carries = spec.carry_over();
        let scheme = self.built.annotation("alb.ingress.kubernetes.io/scheme");
        let exposed = before.internal && scheme == Some("internet-facing");
        let mut findings = Vec::new();
        match (is_configured(spec, original, "scheme"), carries) {
            (false, false) if exposed => findings.push(lint::exposure::internal_exposed()),
            (false, true) if exposed => findings.push(lint::exposure::default_yields()),
            (true, true) if exposed => findings.push(lint::exposure::internal_opened()),
            _ if self.built.scheme_assumed => findings.push(lint::exposure::scheme_assumed()),
            _ => {}
        }
        if let (Some(old), Some(new)) =
            (existing.and_then(|ingress| ingress.annotation("alb.ingress.kubernetes.io/scheme")), scheme)
            && old != new
        {
            findings.push(lint::exposure::scheme_changed(old, new));
        }
        let said =
            ["inbound-cidrs", "security-group-prefix-lists"].iter().any(|suffix| is_configured(spec, original, suffix));
        findings.extend(migrate::rules::allow_list(before, carries, said, &self.built));
        // Once the Service has no allow-list any more, that of the Ingress stands for it.
        if !migrate::rules::has_allow_list(before) {
            findings.extend(existing.and_then(|there| migrate::rules::ingress_opened(there, &self.built)));
        }
        findings.extend(migrate::rules::name_taken(original, &self.built));
        let name = self.built.ingress.metadata.name.as_deref().unwrap_or_default();
        for finding in &mut findings {
            finding.object = Some(match original.namespace() {
                "" => format!("Ingress {name}"),
                namespace => format!("Ingress {namespace}/{name}"),
            });
        }
        self.plan.findings.extend(findings);
    }

    /// The document and the pointer of the Service.
    pub(super) fn path(&self) -> (usize, &str) {
        (self.patched.document, &self.patched.pointer)
    }
}

/// Refuses an Ingress of ours in a version of the API that has its rules in another form: they would be lost.
fn check_version(ingress: &Object) -> Result<(), Error> {
    if ingress.api_version() == "networking.k8s.io/v1" {
        return Ok(());
    }
    Err(Error::input(format!(
        "Ingress {} is to be updated, and it is of {}, which Kubernetes has no more",
        ingress.full_name(),
        ingress.api_version()
    ))
    .at(ingress.place.clone())
    .help("write it as networking.k8s.io/v1, or give ours another name with --ingress-name"))
}

/// Whether a finding is about a field that is no more.
fn goes(finding: &Finding, patched: &Object) -> bool {
    let field = finding.field.as_deref();
    field.is_some_and(|field| patched.value.pointer(field).is_none())
}

/// Whether the configuration, or an ALB annotation of the Service, gives an annotation of the Ingress its value.
fn is_configured(spec: &Spec, service: &Object, suffix: &str) -> bool {
    let key = format!("{}{suffix}", migrate::ALB);
    let free = spec.ingress.annotations.as_ref();
    fields::configured(&spec.ingress, &key).set().is_some()
        || free.is_some_and(|free| matches!(free.get(&key), Some(Some(_))))
        || service.annotation(&key).is_some()
}

/// The annotations that move from the Service to the Ingress.
fn moved(service: &Object, attach: bool) -> Vec<(&str, &str)> {
    migrate::annotations_of(&service.value)
        .into_iter()
        // While the old load balancer serves, DNS stays with it.
        .filter(|(key, _)| key.starts_with(migrate::ALB) || (!attach && migrate::is_external_dns(key)))
        .collect()
}

/// The keys of the annotations that leave the Service.
fn stripped(service: &Object, keep: &[String], moved: &[(&str, &str)]) -> Vec<String> {
    let annotations = service.value.pointer("/metadata/annotations").and_then(Value::as_object);
    annotations
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .filter(|key| !keep.contains(key) && (migrate::is_stripped(key) || moved.iter().any(|(moved, _)| moved == key)))
        .cloned()
        .collect()
}

fn wish(settings: &Settings) -> Wish {
    let service = &settings.spec.service;
    let node_ports = service.node_ports.iter().flat_map(Entries::iter).map(|(name, port)| {
        let port = match port {
            Var::Known(number) => Value::from(*number),
            Var::Placeholder(text) => Value::from(text.as_str()),
        };
        (name.to_owned(), port)
    });
    Wish {
        cluster_ip: service.kind() == ServiceType::ClusterIp,
        node_ports: node_ports.collect(),
        extra_ports: service.extra_ports(),
    }
}

fn placed(error: Error, object: &Object) -> Error {
    if error.place.is_some() { error } else { error.at(object.place.clone()) }
}
