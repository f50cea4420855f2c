//! Gateways of the Kubernetes Gateway API (`gateway.networking.k8s.io`), from which istiod makes what the gateway chart would
//! have rendered: a Deployment and a Service.
//!
//! The Service is in no stream, and everything else here is about Services and Istio's own Gateways. So both are derived, as
//! istiod derives them, and stand beside the objects of the stream as [made](kubernetes_objects::Object::is_made): the Service
//! ([`service`]) and, since istiod serves listeners as servers of a Gateway of its own API, that Gateway ([`servers`]). Places in
//! them are translated back to the Gateway that was written.
//!
//! Read in Istio 1.29.1 and main of 2026-08-27: pilot/pkg/config/kube/gatewaycommon (1.29: pilot/pkg/config/kube/gateway)
//! deploymentcontroller.go, gateway_utils.go, classinfo.go; files/kube-gateway.yaml.

pub mod overlay;
pub mod servers;
pub mod service;

use serde_json::{Value, json};

use kubernetes_objects::Object;
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;

/// The group of the Gateway API.
pub const GROUP: &str = "gateway.networking.k8s.io/";
/// The class whose Gateways istiod makes gateways for the web of.
pub const CLASS: &str = "istio";
/// The annotation of a Gateway that says of which type its Service is. It counts in the Gateway's own metadata only.
pub const SERVICE_TYPE: &str = "networking.istio.io/service-type";
/// The annotation that keeps `spec.infrastructure.annotations` from being empty, where all others are taken off. Without any istiod would
/// copy the Gateway's own to the Service and the pods, and the API server takes no empty map there that a server-side apply has emptied.
pub const PLACEHOLDER: &str = "istio-alb.dev/load-balancer";
/// The label of a ConfigMap with parameters for all Gateways of a class, in istiod's namespace.
const CLASS_DEFAULTS: &str = "gateway.istio.io/defaults-for-class";

/// Whether an object is a Gateway of the Gateway API.
#[must_use]
pub fn is_gateway(object: &Object) -> bool {
    object.kind() == "Gateway" && object.api_version().starts_with(GROUP)
}

/// The class of a Gateway.
#[must_use]
pub fn class_of(gateway: &Object) -> &str {
    gateway.value["spec"]["gatewayClassName"].as_str().unwrap_or_default()
}

/// Whether istiod makes a Service for the web from an object: a Gateway of class `istio` that names no Service of its own.
#[must_use]
pub fn is_managed(object: &Object) -> bool {
    is_gateway(object)
        && class_of(object) == CLASS
        && !object.is_hook()
        && has_no_service(&object.value["spec"]["addresses"])
}

/// Whether the addresses of a Gateway name no Service: there is none, or one IP address (`IsManaged` in gateway_utils.go).
fn has_no_service(addresses: &Value) -> bool {
    match addresses.as_array().map(Vec::as_slice) {
        None | Some([]) => true,
        Some([address]) => address["type"].as_str().is_none_or(|kind| kind == "IPAddress"),
        Some(_) => false,
    }
}

/// The host of the Service that a Gateway of class `istio` names, in place of one that istiod makes.
#[must_use]
pub fn named_host(object: &Object) -> Option<&str> {
    let addresses =
        object.value["spec"]["addresses"].as_array().filter(|_| is_gateway(object) && class_of(object) == CLASS)?;
    let is_host = |address: &&Value| address["type"] == "Hostname";
    addresses.iter().find(is_host).filter(|_| addresses.len() == 1)?["value"].as_str()
}

/// Why a Gateway of the Gateway API is not one that an ALB can stand in front of; `None` for others.
#[must_use]
pub fn not_for_the_web(object: &Object) -> Option<String> {
    if !is_gateway(object) || object.is_hook() {
        return None;
    }
    let class = class_of(object);
    Some(match class {
        CLASS => match named_host(object) {
            Some(host) => format!("it leads to the Service {host}, which is not in the stream"),
            None if is_managed(object) => return None,
            None => "istiod makes no Service for its addresses: it takes one IP address, or one Hostname of a Service"
                .to_owned(),
        },
        "istio-waypoint" => format!("class {class}: a waypoint is reached from inside the mesh only"),
        "istio-remote" => {
            format!("class {class}: it stands for a gateway of another network, and istiod makes nothing of it")
        }
        "istio-east-west" => {
            format!("class {class}: its mutual TLS is passed through by SNI, and an ALB can't do that")
        }
        "" => "it names no class".to_owned(),
        class => format!("class {class}: not Istio's"),
    })
}

/// Adds to the objects of a stream what istiod makes from its Gateways, and the ConfigMaps with parameters for that. A Service
/// that is in the stream itself is not made a second time.
pub fn add_made(stream: &Stream<'_>, objects: &mut Vec<Object>) {
    if !objects.iter().any(is_gateway) {
        return;
    }
    if objects.iter().any(is_managed) {
        let config_maps = object::read(stream, &["ConfigMap"]).objects;
        let matters = |map: &Object| {
            let would_be_added = |gateway: &Object| is_managed(gateway) && map.name() == added_parameters(gateway);
            objects.iter().any(would_be_added)
                || map.label(CLASS_DEFAULTS) == Some(CLASS)
                || objects.iter().any(|gateway| is_parameters_of(map, gateway))
        };
        let matter: Vec<Object> = config_maps.into_iter().filter(matters).collect();
        objects.extend(matter);
    }
    let mut made = Vec::new();
    for gateway in objects.iter().filter(|object| is_gateway(object) && !object.is_hook()) {
        if is_managed(gateway) {
            let service = service::made(gateway, &parameters(objects, gateway));
            let is_it = |object: &&Object| object.reference() == service.reference() && object.api_version() == "v1";
            let rendered = objects.iter().find(is_it);
            made.push(servers::made(gateway, rendered.unwrap_or(&service)));
            made.extend(rendered.is_none().then_some(service));
        } else if let Some(service) = objects.iter().find(|service| is_named_by(service, gateway)) {
            made.push(servers::made(gateway, service));
        }
    }
    objects.extend(made);
}

/// Whether a Service is the one that a Gateway names by its host: `name`, `name.namespace`, or longer.
#[must_use]
pub fn is_named_by(service: &Object, gateway: &Object) -> bool {
    let Some(host) = named_host(gateway) else { return false };
    let mut labels = host.split('.');
    let (name, namespace) = (labels.next().unwrap_or_default(), labels.next().unwrap_or(gateway.namespace()));
    service.api_version() == "v1" && is_named(service, "Service", namespace, name)
}

/// What a Gateway says of its ConfigMap with parameters: the kind, the group and the name.
fn reference(gateway: &Object) -> Option<&Value> {
    gateway.value.pointer("/spec/infrastructure/parametersRef").filter(|reference| reference.is_object())
}

/// The name of the ConfigMap with parameters that a Gateway names.
#[must_use]
pub fn parameters_name(gateway: &Object) -> Option<&str> {
    let reference = reference(gateway)?;
    let is_core = reference["group"].as_str().is_none_or(str::is_empty) && reference["kind"] == "ConfigMap";
    reference["name"].as_str().filter(|_| is_core)
}

/// The Gateway among the objects from which istiod makes a Service.
#[must_use]
pub fn gateway_of<'o>(objects: impl IntoIterator<Item = &'o Object>, service: &Object) -> Option<&'o Object> {
    let origin = service.origin.as_ref()?;
    objects.into_iter().find(|object| is_managed(object) && object.reference() == origin.object)
}

/// `metadata` of an object beside a Gateway, in its namespace.
#[must_use]
pub fn metadata(name: &str, gateway: &Object) -> Value {
    let mut metadata = json!({ "name": name });
    if !gateway.namespace().is_empty() {
        metadata["namespace"] = json!(gateway.namespace());
    }
    metadata
}

/// The name of the ConfigMap that is added for a Gateway that names none.
#[must_use]
pub fn added_parameters(gateway: &Object) -> String {
    format!("{}-{CLASS}-alb", gateway.name())
}

/// Whether an object has this kind, namespace and name; one without a namespace is in any.
#[must_use]
pub fn is_named(object: &Object, kind: &str, namespace: &str, name: &str) -> bool {
    object.kind() == kind && object.name() == name && object.may_be_in(namespace)
}

/// Whether a ConfigMap is the one that a Gateway names.
#[must_use]
pub fn is_parameters_of(map: &Object, gateway: &Object) -> bool {
    let named = || parameters_name(gateway).is_some_and(|name| is_named(map, "ConfigMap", gateway.namespace(), name));
    is_managed(gateway) && named()
}

/// The ConfigMaps that istiod merges over what it makes from a Gateway, in that order: the one of the class, and its own.
#[must_use]
pub fn parameters<'o>(objects: &'o [Object], gateway: &Object) -> Vec<&'o Object> {
    let of_the_class =
        objects.iter().filter(|map| map.kind() == "ConfigMap" && map.label(CLASS_DEFAULTS) == Some(CLASS));
    let own = objects.iter().filter(|map| is_parameters_of(map, gateway));
    of_the_class.take(1).chain(own.take(1)).collect()
}

#[cfg(test)]
mod tests;
