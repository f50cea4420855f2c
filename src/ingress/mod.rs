//! The Ingress from which the AWS Load Balancer Controller builds the ALB.
//!
//! It is a typed `networking.k8s.io/v1` Ingress, so that only what that type can hold is printed; the text that is printed
//! is read back and compared with it ([`crate::rewrite`]). Kubernetes' types keep annotations by name; [`Built::value`] has
//! them in the documented order.

pub mod annotations;

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::alb::catalogue::CLASS_ANNOTATION;

use crate::config::types::{ClassAs, Ingress as Wanted, PathRule, PathType, Placeholders, Spec};
use crate::config::value::{Entries, Override, PortRef};
use crate::error::Error;
use crate::gateway::{STATUS_PORT, STATUS_PORT_NUMBER};
use crate::manifest::Object;
use crate::migrate::Carried;
use crate::placeholder;
use annotations::{Annotations, Facts};
use kubernetes_objects::ObjectRef;
use kubernetes_objects::service::ports;

/// The how-to's name.
pub const NAME: &str = "common-external-ingress";
const SCHEME: &str = "alb.ingress.kubernetes.io/scheme";
/// The port name that makes the controller read an action annotation (LBC v3.5.0 pkg/ingress/enhanced_backend_builder.go:21).
const USE_ANNOTATION: &str = "use-annotation";

/// What an Ingress is made of.
pub struct Sources<'s> {
    /// The configuration.
    pub spec: &'s Spec,
    /// The gateway's Service as it will be.
    pub service: &'s Object,
    /// What was carried over from its old load balancer.
    pub carried: &'s Carried,
    /// Annotations of the Service that move to the Ingress.
    pub moved: &'s [(&'s str, &'s str)],
    /// The Ingress of ours that is in the stream already, its placeholders as they were meant.
    pub existing: Option<&'s Object>,
}

/// An Ingress, and what rules want to know about how it came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The object.
    pub ingress: Ingress,
    /// The same, with keys and annotations in the order of printing.
    pub value: Value,
    /// The scheme was neither configured nor carried over.
    pub scheme_assumed: bool,
    /// Whether Flux fills in placeholders.
    flux: bool,
}

impl Built {
    /// The object as it is printed: with its strings so that they stay strings, whatever Flux puts in.
    #[must_use]
    pub fn printed(&self) -> Value {
        if self.flux { placeholder::protected(&self.value) } else { self.value.clone() }
    }

    /// What [`Built::printed`] was made from.
    #[must_use]
    pub fn meant(&self, printed: &Value) -> Value {
        if self.flux { placeholder::restored(printed) } else { printed.clone() }
    }

    /// Its kind, namespace and name.
    #[must_use]
    pub fn reference(&self) -> ObjectRef {
        let metadata = &self.ingress.metadata;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        ObjectRef::new("Ingress", text(&metadata.namespace), text(&metadata.name))
    }

    /// The scheme that it asks for.
    #[must_use]
    pub fn scheme(&self) -> Option<&str> {
        self.annotation(SCHEME)
    }

    /// An annotation of it.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.ingress.metadata.annotations.as_ref()?.get(key).map(String::as_str)
    }
}

/// The name of the Ingress that a configuration asks for.
#[must_use]
pub fn name_of(spec: &Spec) -> &str {
    spec.ingress.name.as_deref().unwrap_or(NAME)
}

/// Builds the Ingress.
///
/// # Errors
///
/// Where the configuration names a backend port that the Service does not have.
pub fn build(sources: &Sources<'_>) -> Result<Built, Error> {
    let wanted = &sources.spec.ingress;
    let flux = sources.spec.placeholders() == Placeholders::Flux;
    let backend = backend_port(sources.service, wanted)?;
    let class = class_of(sources.spec, sources.existing);
    let existing = sources.existing.map(|object| crate::migrate::annotations_of(&object.value)).unwrap_or_default();

    let mut annotations = Annotations::default();
    annotations.overlay(existing.iter().map(|(key, value)| (*key, *value)).filter(|(key, _)| *key != CLASS_ANNOTATION));
    let default_scheme = yields(sources.carried, &existing);
    annotations.overlay(
        sources
            .carried
            .annotations
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .filter(|(key, _)| !(default_scheme && *key == SCHEME)),
    );
    annotations.overlay(sources.moved.iter().copied());
    annotations.configure(wanted);
    let scheme_assumed = annotations.alb("scheme").is_none();
    annotations.complete(&Facts {
        class: class.as_annotation,
        backend_is_tls: backend.is_tls,
        status_ports: &status_ports(sources.service, annotations.alb("target-type")),
        redirect: wanted.redirect_to_https.clone(),
    });
    let scheme_assumed = scheme_assumed && annotations.alb("scheme").is_some();

    let redirect = annotations.redirects_by_action(&wanted.redirect_to_https);
    let spec = match sources.existing.filter(|_| !configures_rules(wanted)).and_then(|object| object.value.get("spec"))
    {
        Some(spec) => IngressSpec::deserialize(spec)
            .map(|spec| IngressSpec { ingress_class_name: class.as_field.clone(), ..spec })
            .unwrap_or_else(|_| spec_of(wanted, sources.service.name(), &backend, class.as_field.clone(), redirect)),
        None => spec_of(wanted, sources.service.name(), &backend, class.as_field.clone(), redirect),
    };
    let name = name_of(sources.spec);
    let labels = labels_of(&wanted.labels, name, sources.existing);
    let ordered = annotations.in_order();
    let ingress = Ingress {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(sources.service.namespace().to_owned()).filter(|namespace| !namespace.is_empty()),
            annotations: Some(ordered.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
                .filter(|annotations: &BTreeMap<_, _>| !annotations.is_empty()),
            labels: Some(labels.iter().cloned().collect()).filter(|labels: &BTreeMap<_, _>| !labels.is_empty()),
            ..ObjectMeta::default()
        },
        spec: Some(spec),
        status: None,
    };
    let value = print_order(&ingress, &ordered, &labels)?;
    Ok(Built { ingress, value, scheme_assumed, flux })
}

/// Whether the scheme that was carried over yields to that of an Ingress which is there: where no annotation says it, and it
/// is the more open one or there is no old load balancer any more. On our own output the annotation that said it is gone.
fn yields(carried: &Carried, existing: &BTreeMap<&str, &str>) -> bool {
    carried.scheme_by_default && existing.contains_key(SCHEME) && !(carried.internal && carried.is_live)
}

struct Backend {
    port: ServiceBackendPort,
    is_tls: bool,
}

/// The port of the Service that the rules lead to: 443 unless configured.
fn backend_port(service: &Object, ingress: &Wanted) -> Result<Backend, Error> {
    let wanted = ingress.backend_port.as_ref();
    if let Some(PortRef::Name(name)) = wanted.filter(|wanted| placeholder::is_in(&wanted.to_string())) {
        if ingress.backend_protocol.is_default() {
            return Err(Error::usage(format!(
                "spec.ingress.backendPort: which port `{name}` will be is not known, nor what it speaks"
            ))
            .help("say `backendProtocol: HTTPS` for a port that speaks TLS, else `HTTP`"));
        }
        return Ok(Backend { port: ServiceBackendPort { name: Some(name.clone()), number: None }, is_tls: false });
    }
    let found = ports(&service.value).iter().find(|port| match wanted {
        None => port["port"] == 443 && port["protocol"] != "UDP",
        Some(PortRef::Number(number)) => port["port"] == json!(number) && port["protocol"] != "UDP",
        Some(PortRef::Name(name)) => port["name"] == json!(name),
    });
    let Some(port) = found else {
        let asked = wanted.map_or_else(|| "443".to_owned(), ToString::to_string);
        let known: Vec<String> = ports(&service.value)
            .iter()
            .map(|port| format!("{} ({})", port["name"].as_str().unwrap_or("unnamed"), port["port"]))
            .collect();
        return Err(Error::usage(format!(
            "Service {} has no port {asked} for the Ingress to lead to",
            service.full_name()
        ))
        .at(service.place.clone())
        .help(format!("choose one of its ports with --backend-port: {}", known.join(", "))));
    };
    let is_tls = port["port"] == 443
        || matches!(port["targetPort"].as_u64(), Some(443 | 8443))
        || port["name"].as_str().is_some_and(|name| name.starts_with("https"));
    let port = match wanted {
        Some(PortRef::Name(name)) => ServiceBackendPort { name: Some(name.clone()), number: None },
        _ => ServiceBackendPort {
            name: None,
            number: port["port"].as_i64().and_then(|number| i32::try_from(number).ok()),
        },
    };
    Ok(Backend { port, is_tls })
}

/// The health check ports that mean the status port: its name, and with ip targets its number, with instance targets the
/// node port if it is pinned (LBC v3.5.0 pkg/ingress/model_build_target_group.go:385-409).
fn status_ports(service: &Object, target_type: Option<&str>) -> Vec<String> {
    let Some(port) = ports(&service.value).iter().find(|port| port["name"] == STATUS_PORT) else {
        return Vec::new();
    };
    let mut names = vec![STATUS_PORT.to_owned()];
    if target_type == Some("ip") {
        names.push(STATUS_PORT_NUMBER.to_string());
    } else {
        match &port["nodePort"] {
            Value::String(placeholder) => names.push(placeholder.clone()),
            number => names.extend(number.as_u64().filter(|number| *number != 0).map(|number| number.to_string())),
        }
    }
    names
}

#[derive(Default)]
struct Class<'c> {
    as_annotation: Option<&'c str>,
    as_field: Option<String>,
}

/// The class, in one of its two forms: never both, which older API servers refuse.
fn class_of<'c>(spec: &'c Spec, existing: Option<&'c Object>) -> Class<'c> {
    let wanted = &spec.ingress;
    let there =
        existing.map(|object| (object.annotation(CLASS_ANNOTATION), object.value["spec"]["ingressClassName"].as_str()));
    let class = match &wanted.class_name {
        Override::Off => return Class::default(),
        Override::Set(class) => class.as_str(),
        Override::Default => there.and_then(|(annotation, field)| annotation.or(field)).unwrap_or("alb"),
    };
    let as_field = match wanted.class_as {
        Some(form) => form == ClassAs::Field,
        None => spec.eks_auto_mode() || matches!(there, Some((None, Some(_)))),
    };
    if as_field {
        Class { as_annotation: None, as_field: Some(class.to_owned()) }
    } else {
        Class { as_annotation: Some(class), as_field: None }
    }
}

/// Whether the configuration says what the rules are. If not, those of an Ingress that is there stay.
fn configures_rules(wanted: &Wanted) -> bool {
    wanted.hosts.is_some()
        || wanted.paths.is_some()
        || wanted.tls_hosts.is_some()
        || wanted.backend_port.is_some()
        || !wanted.redirect_to_https.is_default()
}

fn spec_of(wanted: &Wanted, service: &str, backend: &Backend, class: Option<String>, redirect: bool) -> IngressSpec {
    let root = vec![PathRule { path: "/".to_owned(), path_type: PathType::Prefix }];
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

/// `app: <name>` as in the how-to, with the configured labels and those of an Ingress that is there.
fn labels_of(
    wanted: &Override<Entries<Option<crate::config::value::Text>>>,
    name: &str,
    existing: Option<&Object>,
) -> Vec<(String, String)> {
    let there = existing.and_then(|object| object.value.pointer("/metadata/labels")).and_then(Value::as_object);
    let mut labels: Vec<(String, String)> = match (wanted, there) {
        (Override::Off, _) => return Vec::new(),
        (_, Some(labels)) => {
            labels.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        }
        (_, None) => vec![("app".to_owned(), name.to_owned())],
    };
    for (key, value) in wanted.set().into_iter().flat_map(Entries::iter) {
        labels.retain(|(known, _)| known != key);
        if let Some(value) = value {
            labels.push((key.to_owned(), value.0.clone()));
        }
    }
    labels
}

/// The Ingress as a value, keys in the how-to's order.
fn print_order(ingress: &Ingress, annotations: &[(&str, &str)], labels: &[(String, String)]) -> Result<Value, Error> {
    let unprintable = |error| Error::internal(format!("the Ingress can't be printed: {error}"));
    let mut metadata = Map::new();
    for (key, value) in [("name", &ingress.metadata.name), ("namespace", &ingress.metadata.namespace)] {
        if let Some(value) = value {
            metadata.insert(key.to_owned(), json!(value));
        }
    }
    if !annotations.is_empty() {
        let map: Map<String, Value> =
            annotations.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        metadata.insert("annotations".to_owned(), Value::Object(map));
    }
    if !labels.is_empty() {
        let map: Map<String, Value> = labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        metadata.insert("labels".to_owned(), Value::Object(map));
    }
    let spec = serde_json::to_value(&ingress.spec).map_err(unprintable)?;
    let mut value = Map::new();
    value.insert("apiVersion".to_owned(), json!("networking.k8s.io/v1"));
    value.insert("kind".to_owned(), json!("Ingress"));
    value.insert("metadata".to_owned(), Value::Object(metadata));
    value.insert(
        "spec".to_owned(),
        order(spec, &["ingressClassName", "tls", "rules", "host", "http", "path", "pathType", "backend"]),
    );
    Ok(Value::Object(value))
}

/// The same value with the listed keys first, in that order, at every level.
fn order(value: Value, first: &[&str]) -> Value {
    match value {
        Value::Object(mut fields) => {
            let mut ordered = Map::new();
            for key in first {
                // `shift_remove` keeps the order of the rest.
                if let Some(field) = fields.shift_remove(*key) {
                    ordered.insert((*key).to_owned(), order(field, first));
                }
            }
            ordered.extend(fields.into_iter().map(|(key, field)| (key, order(field, first))));
            Value::Object(ordered)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| order(item, first)).collect()),
        other => other,
    }
}
