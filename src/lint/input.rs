//! What the rules and the model of the controller are given: the objects of a stream by their names and kinds, and what a
//! configuration says about the controller.

use std::collections::BTreeMap;

use crate::config::Spec;
use crate::istio::served::{Mesh, ServedPorts};
use crate::migrate::reached;
use alb_controller::catalogue::Version;
use alb_controller::model::{self, CLUSTER_KINDS, Model, Options};
use kubernetes_objects::object::Object;
use kubernetes_objects::service::type_of;

/// Objects, found by their names. Several contexts may use one index.
pub struct Index<'s> {
    pub(super) objects: &'s [Object],
    /// By kind, namespace and name; of several the last one, as for the model.
    pub(super) by_name: BTreeMap<(&'s str, &'s str, &'s str), &'s Object>,
    pub(super) by_kind: BTreeMap<&'s str, Vec<&'s Object>>,
    pub(super) services: BTreeMap<&'s str, Vec<&'s Object>>,
    pub(super) mesh: Mesh<'s>,
}

impl<'s> Index<'s> {
    /// Of objects without hooks.
    #[must_use]
    pub fn new(objects: &'s [Object]) -> Self {
        let mut index = Index {
            objects,
            by_name: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            services: BTreeMap::new(),
            mesh: Mesh::of(objects),
        };
        for object in objects {
            let (kind, name) = (object.kind(), object.name());
            index.by_kind.entry(kind).or_default().push(object);
            // Knative has Services, too.
            if kind != "Service" || object.api_version() == "v1" {
                let key = (kind, namespace_of(object), name);
                index.by_name.insert(key, object);
            }
            if kind == "Service" {
                index.services.entry(name).or_default().push(object);
            }
        }
        index
    }
}

/// The namespace of an object as the model has it: `default` where it names none, empty for objects of the whole cluster.
#[must_use]
pub fn namespace_of(object: &Object) -> &str {
    match object.namespace() {
        _ if CLUSTER_KINDS.contains(&object.kind()) => "",
        "" => "default",
        namespace => namespace,
    }
}

/// What the ports of a Service speak as it stands, with the load balancer that it has.
#[must_use]
pub fn served_as_is(mesh: &Mesh<'_>, service: &Object) -> ServedPorts {
    let has_load_balancer = type_of(&service.value) == "LoadBalancer";
    mesh.served(service, |port| reached(&service.value, port).filter(|_| has_load_balancer))
}

/// What a configuration says about the controller.
#[must_use]
pub fn options(spec: &Spec) -> Options {
    let defaults = Options::default();
    Options {
        eks_auto_mode: spec.eks_auto_mode(),
        ingress_class: spec.ingress.class_name.set().cloned().unwrap_or(defaults.ingress_class),
        controller_version: spec
            .controller_version
            .as_ref()
            .and_then(|version| Version::parse(version.as_str()))
            .unwrap_or(defaults.controller_version),
    }
}

/// What the controller does with objects. Hooks are run by Helm, not applied with the release: leave them out.
#[must_use]
pub fn model_of(objects: &[Object], options: &Options) -> Model {
    model::build(objects.iter().map(|object| &object.value), options)
}
