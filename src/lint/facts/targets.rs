//! Where the rules of an Ingress lead: its backends as they are written, and the target groups that result.
//!
//! The model has target groups only where the group is built. A group that the controller refuses has none, and its other
//! faults should be reported in the same run. So targets are read from the manifests here; which annotation is in effect
//! comes from the model's [`Setting`]s, which are there in any case.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::finding::{Finding, Rule};
use crate::istio::served::Served;
use crate::lint::context::{Context, IngressUnderCheck, is_gateway, namespace_of, pointer};
use alb_controller::annotation::{Action, Payload};
use alb_controller::catalogue::{PREFIX, USE_ANNOTATION};
use alb_controller::model::{Setting, TargetSettings};
use kubernetes_objects::PortRef;
use kubernetes_objects::object::{Object, list};
use kubernetes_objects::service::find_port;

/// A path of a rule.
pub struct Path<'s> {
    /// Where it stands in the Ingress.
    pub pointer: String,
    /// The host of its rule, or nothing.
    pub host: &'s str,
    /// Its path, or nothing.
    pub path: &'s str,
    /// `Exact`, `Prefix` or `ImplementationSpecific`.
    pub path_type: &'s str,
    /// Its backend.
    pub backend: Backend<'s>,
}

/// A backend of a path, or the default one.
pub struct Backend<'s> {
    /// Where it stands in the Ingress.
    pub pointer: String,
    /// The name of its Service, or of an action; nothing where it is no Service.
    pub name: &'s str,
    /// The port.
    pub port: PortRef,
    /// Whether it is a Service at all.
    pub is_service: bool,
}

impl<'s> Backend<'s> {
    fn read(value: &'s Value, pointer: String) -> Self {
        let service = &value["service"];
        let number = service["port"]["number"].as_i64();
        let number = number.and_then(|number| i32::try_from(number).ok());
        let port = match service["port"]["name"].as_str().unwrap_or_default() {
            "" => PortRef::Number(number.unwrap_or_default()),
            name => PortRef::Name(name.to_owned()),
        };
        Backend { pointer, name: service["name"].as_str().unwrap_or_default(), port, is_service: service.is_object() }
    }

    /// Whether its name is that of an `actions.*` annotation.
    pub fn uses_annotation(&self) -> bool {
        self.port == PortRef::Name(USE_ANNOTATION.to_owned())
    }
}

/// The paths of an Ingress, as they are written.
pub fn paths(ingress: &Object) -> Vec<Path<'_>> {
    let mut found = Vec::new();
    let rules = list(&ingress.value["spec"]["rules"]);
    for (rule_at, rule) in rules.iter().enumerate() {
        for (at, path) in list(&rule["http"]["paths"]).iter().enumerate() {
            let pointer = path_pointer(rule_at, at);
            found.push(Path {
                host: rule["host"].as_str().unwrap_or_default(),
                path: path["path"].as_str().unwrap_or_default(),
                path_type: path["pathType"].as_str().unwrap_or_default(),
                backend: Backend::read(&path["backend"], format!("{pointer}/backend")),
                pointer,
            });
        }
    }
    found
}

/// The place of a path in an Ingress.
pub fn path_pointer(rule: usize, path: usize) -> String {
    format!("/spec/rules/{rule}/http/paths/{path}")
}

/// All backends of an Ingress, the default one last.
pub fn backends(ingress: &Object) -> Vec<Backend<'_>> {
    let mut found: Vec<Backend<'_>> = paths(ingress).into_iter().map(|path| path.backend).collect();
    let default = &ingress.value["spec"]["defaultBackend"];
    if default.is_object() {
        found.push(Backend::read(default, "/spec/defaultBackend".to_owned()));
    }
    found
}

/// A Service port that an Ingress leads to: one target group.
pub struct Target<'s> {
    context: &'s Context<'s>,
    /// The Ingress.
    pub ingress: &'s IngressUnderCheck<'s>,
    /// Where in the Ingress it is named first.
    pub pointer: String,
    /// The Service's name.
    pub name: String,
    /// Its port, as it is named.
    pub port: PortRef,
    /// The Service, where it is in the stream.
    pub service: Option<&'s Object>,
}

/// A port of a Service that an Ingress leads to.
pub struct Destination {
    /// Where in the Ingress it is named.
    pub pointer: String,
    /// The name of the Service.
    pub name: String,
    /// Its port, as it is named.
    pub port: PortRef,
}

/// Where an Ingress leads, by its backends and by its actions. `annotation` gives the text behind `alb.ingress.kubernetes.io/`.
pub fn destinations<'a>(ingress: &Object, annotation: impl Fn(&str) -> Option<&'a str>) -> Vec<Destination> {
    let mut found = Vec::new();
    for backend in backends(ingress) {
        if !backend.uses_annotation() {
            if backend.is_service {
                found.push(Destination { pointer: backend.pointer, name: backend.name.to_owned(), port: backend.port });
            }
            continue;
        }
        let suffix = format!("actions.{}", backend.name);
        let action = annotation(&suffix).and_then(|text| Action::read(text).ok());
        let forward = action.filter(|action| action.r#type == "forward").and_then(|action| action.forward_config);
        for target in forward.into_iter().flat_map(|forward| forward.target_groups) {
            if let (Some(name), Some(port)) = (target.service_name, target.service_port) {
                found.push(Destination { pointer: pointer(&format!("{PREFIX}{suffix}")), name, port });
            }
        }
    }
    found
}

/// The Service ports that an Ingress leads to, by its backends and by its actions, each once.
pub fn targets<'s>(context: &'s Context<'s>, ingress: &'s IngressUnderCheck<'s>) -> Vec<Target<'s>> {
    let mut seen = BTreeSet::new();
    let all = destinations(ingress.object, |suffix| ingress.read(suffix)).into_iter();
    let each = all.filter(|found| seen.insert((found.name.clone(), found.port.clone())));
    each.map(|Destination { pointer, name, port }| Target {
        context,
        ingress,
        pointer,
        service: context.service(ingress, &name),
        name,
        port,
    })
    .collect()
}

/// A Service, and the targets that lead to it.
pub type Behind<'s> = (&'s Object, Vec<Target<'s>>);

/// The Services of the stream that the Ingresses under check lead to.
pub fn services<'s>(context: &'s Context<'s>) -> Vec<Behind<'s>> {
    let mut found: BTreeMap<(&str, &str), Behind<'s>> = BTreeMap::new();
    for ingress in context.ingresses() {
        for target in targets(context, ingress) {
            if let Some(service) = target.service {
                let key = (namespace_of(service), service.name());
                let behind = found.entry(key).or_insert_with(|| (service, Vec::new()));
                behind.1.push(target);
            }
        }
    }
    found.into_values().collect()
}

impl<'s> Target<'s> {
    /// The port of the Service, where both are in the stream.
    pub fn service_port(&self) -> Option<&'s Value> {
        find_port(&self.service?.value, &self.port)
    }

    /// What the port of a gateway speaks; `None` for other Services.
    pub fn served(&self) -> Option<Served> {
        let service = self.service.filter(|service| is_gateway(service))?;
        let number = self.service_port()?["port"].as_u64()?;
        self.context.served(service).port(number).cloned()
    }

    fn settings(&self) -> TargetSettings<'_> {
        self.ingress.facts.target_settings(&self.name)
    }

    /// The annotation that is in effect for this target group: the Service's, else the Ingress's. `None` too where
    /// IngressClassParams stand in its place.
    pub fn setting(&self, suffix: &str) -> Option<&Setting> {
        self.settings().setting(suffix)
    }

    /// The value that is in effect; an empty one is none.
    pub fn value(&self, suffix: &str) -> Option<&str> {
        self.setting(suffix).map(|setting| setting.value.as_str()).filter(|value| !value.is_empty())
    }

    /// `instance` or `ip`; `None` where it is neither.
    pub fn target_type(&self) -> Option<&'static str> {
        self.settings().target_type(self.context.options)
    }

    /// A finding about an annotation that is in effect here, or about the backend where there is none.
    pub fn at(&self, suffix: &str, rule: &'static Rule, message: impl Into<String>) -> Finding {
        match self.setting(suffix) {
            Some(setting) => self.context.at(setting, rule, message),
            None => self.here(rule, message),
        }
    }

    /// A finding about the backend.
    pub fn here(&self, rule: &'static Rule, message: impl Into<String>) -> Finding {
        self.ingress.finding(rule, message).field(self.pointer.clone())
    }

    /// The Service and its port in a message: `istio-ingressgateway:443`.
    pub fn title(&self) -> String {
        format!("{}:{}", self.name, self.port)
    }
}
