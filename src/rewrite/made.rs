//! The change of a Service that istiod makes, as changes of what it is made from: the Gateway, and the ConfigMap with parameters.
//!
//! What istiod makes from the changed Gateway is compared with the Service that was planned.

use json_patch::{Patch, PatchOperation};
use serde_json::{Map, Value, json};

use super::service::{LOAD_BALANCER_FIELDS, patched};
use crate::error::Error;
use crate::istio::gateway_api::overlay::{self, KEY};
use crate::istio::gateway_api::service::{copied_from, made};
use crate::istio::gateway_api::{self, PLACEHOLDER, SERVICE_TYPE};
use kubernetes_objects::Object;
use kubernetes_objects::service::{ports, type_of};
use manifest_yaml::patch::{add, remove, replace, set};
use manifest_yaml::{Style, Tree, emit};

/// A change of an object of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The object as it was rendered.
    pub object: Object,
    /// What changes in it.
    pub patch: Patch,
    /// The object afterwards.
    pub value: Value,
}

/// What becomes of a Gateway and of its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayChanges {
    /// The Gateway. The patch of one that stays is empty.
    pub gateway: Change,
    /// The ConfigMap with its parameters, where that is in the stream and changes.
    pub parameters: Option<Change>,
    /// A ConfigMap that is added.
    pub added: Option<Value>,
}

impl GatewayChanges {
    /// The changes of objects of the stream.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        std::iter::once(&self.gateway).chain(&self.parameters)
    }
}

impl Change {
    fn new(object: &Object, operations: Vec<PatchOperation>) -> Result<Self, Error> {
        let patch = Patch(operations);
        Ok(Change { object: object.clone(), value: patched(&object.value, &patch)?, patch })
    }

    /// The object afterwards.
    #[must_use]
    pub fn changed(&self) -> Object {
        Object { value: self.value.clone(), ..self.object.clone() }
    }
}

/// Plans the changes that make istiod make this Service.
///
/// # Errors
///
/// Where the parameters are not in the stream, or not understood, and have to change.
pub fn plan(objects: &[Object], service: &Object, wanted: &Value) -> Result<GatewayChanges, Error> {
    let missing = || Error::internal(format!("the Gateway of Service {} is not in the stream", service.full_name()));
    let gateway = gateway_api::gateway_of(objects, service).ok_or_else(missing)?;
    let parameters = gateway_api::parameters(objects, gateway);
    let own = parameters.iter().copied().find(|map| gateway_api::is_parameters_of(map, gateway));
    if *wanted == service.value {
        return Ok(GatewayChanges { gateway: Change::new(gateway, Vec::new())?, parameters: None, added: None });
    }
    let mut planner = Planner::new(gateway, own, &service.value, wanted)?;
    planner.set_type();
    planner.remove_annotations();
    planner.remove_fields();
    planner.set_node_ports();
    let changes = planner.finish(objects)?;
    check(&changes, &parameters, wanted).map(|()| changes)
}

/// Compares what istiod makes from the changed objects with what was planned.
fn check(changes: &GatewayChanges, parameters: &[&Object], wanted: &Value) -> Result<(), Error> {
    let gateway = changes.gateway.changed();
    let now = |map: &&Object| match &changes.parameters {
        Some(change) if change.object.reference() == map.reference() => change.changed(),
        _ => (*map).clone(),
    };
    let added = changes.added.iter().map(|value| Object { value: value.clone(), ..gateway.clone() });
    let parameters: Vec<Object> = parameters.iter().map(now).chain(added).collect();
    let found = comparable(&made(&gateway, &parameters.iter().collect::<Vec<_>>()).value);
    let wanted = comparable(wanted);
    if found == wanted {
        return Ok(());
    }
    let differs = |path: &&str| found.pointer(path) != wanted.pointer(path);
    let spec = [
        "/spec/type",
        "/spec/loadBalancerSourceRanges",
        "/spec/loadBalancerClass",
        "/metadata/annotations",
        "/spec/ports",
    ];
    let what =
        spec.iter().find(|path| differs(path)).map_or("the spec", |path| path.rsplit('/').next().unwrap_or(path));
    Err(Error::input(format!(
        "istiod would not make the Service {} as it has to be from the changed {}: it differs in {what}",
        wanted["metadata"]["name"].as_str().unwrap_or_default(),
        gateway.reference()
    ))
    .at(gateway.place.clone())
    .help(
        "parameters for the whole class (label gateway.istio.io/defaults-for-class) may set what has to change: take it out of their \
         key `service`",
    ))
}

/// What of a Service counts: a map without entries is none, and istiod also copies the annotations that are added to the Gateway.
fn comparable(service: &Value) -> Value {
    let mut service = service.clone();
    if let Some(metadata) = service["metadata"].as_object_mut() {
        let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
        let is_empty = annotations.is_none_or(|annotations| {
            annotations.shift_remove(SERVICE_TYPE);
            annotations.shift_remove(PLACEHOLDER);
            annotations.is_empty()
        });
        if is_empty {
            metadata.shift_remove("annotations");
        }
    }
    // Their order is that in which the parameters have them.
    if let Some(ports) = service["spec"]["ports"].as_array_mut() {
        ports.sort_by_key(|port| port["port"].as_u64());
    }
    service
}

/// The map at a path.
fn entries<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Map<String, Value>> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_object()
}

/// Sets an entry of the map at a path; that map, and those around it, may be missing, or `null`.
fn set_entry(value: &Value, path: &[&str], key: &str, entry: Value) -> Option<PatchOperation> {
    match (path.iter().try_fold(value, |value, key| value.get(key)), path.split_last()) {
        (Some(Value::Object(map)), _) => set(path.iter().copied().chain([key]), map.get(key), entry),
        (_, Some((last, above))) => set_entry(value, above, last, json!({ key: entry })),
        (_, None) => None,
    }
}

struct Planner<'p> {
    gateway: &'p Object,
    /// The ConfigMap that the Gateway names, if it is in the stream, and what it says of the Service.
    parameters: Option<&'p Object>,
    overlay: Option<Value>,
    old: &'p Value,
    wanted: &'p Value,
    of_gateway: Vec<PatchOperation>,
    of_overlay: Vec<PatchOperation>,
    /// Ports with node ports of which the parameters say nothing yet.
    new_ports: Vec<Value>,
}

impl<'p> Planner<'p> {
    fn new(
        gateway: &'p Object,
        parameters: Option<&'p Object>,
        old: &'p Value,
        wanted: &'p Value,
    ) -> Result<Self, Error> {
        let overlay = parameters.map_or(Ok(None), overlay::read).map_err(|why| {
            let map = parameters.unwrap_or(gateway);
            Error::input(format!("{} has parameters for {}, and {why}", map.reference(), gateway.reference()))
                .at(map.place.clone())
                .help("istiod, or this program, cannot tell what the Service becomes with it: write the key `service` as plain YAML")
        })?;
        let (of_gateway, of_overlay, new_ports) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Planner { gateway, parameters, overlay, old, wanted, of_gateway, of_overlay, new_ports })
    }

    fn in_overlay(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self.overlay.as_ref()?, |value, key| value.get(key))
    }

    /// The type: by the annotation of the Gateway, and in the parameters where these say one.
    fn set_type(&mut self) {
        let kind = type_of(self.wanted);
        if kind == type_of(self.old) {
            return;
        }
        if self.in_overlay(&["spec", "type"]).is_some() {
            self.of_overlay.push(replace(["spec", "type"], json!(kind)));
            return;
        }
        self.of_gateway.extend(set_entry(&self.gateway.value, &["metadata", "annotations"], SERVICE_TYPE, json!(kind)));
    }

    /// Annotations that leave the Service, from wherever istiod takes them.
    fn remove_annotations(&mut self) {
        let wanted = &self.wanted["metadata"]["annotations"];
        let path = copied_from(&self.gateway.value, "annotations");
        let there = entries(&self.gateway.value, &path).map_or(0, Map::len);
        let mut left = there;
        let old = entries(self.old, &["metadata", "annotations"]).into_iter().flatten();
        for (key, _) in old.filter(|(key, _)| wanted.get(key).is_none()) {
            if entries(&self.gateway.value, &path).is_some_and(|there| there.contains_key(key)) {
                self.of_gateway.push(remove(path.iter().copied().chain([key.as_str()])));
                left -= 1;
            }
            if self.in_overlay(&["metadata", "annotations", key]).is_some() {
                self.of_overlay.push(remove(["metadata", "annotations", key]));
            }
        }
        if left == 0 && there > 0 && path[0] != "metadata" {
            self.of_gateway.push(add(path.into_iter().chain([PLACEHOLDER]), json!("alb")));
        }
    }

    /// Fields that leave the Service. Its `loadBalancerIP` is an address of the Gateway.
    fn remove_fields(&mut self) {
        let addresses = self.gateway.value["spec"]["addresses"].as_array();
        if addresses.is_some_and(|addresses| !addresses.is_empty()) && type_of(self.wanted) != "LoadBalancer" {
            self.of_gateway.push(remove(["spec", "addresses"]));
        }
        for field in LOAD_BALANCER_FIELDS.into_iter().chain(["externalTrafficPolicy"]) {
            let stays = self.wanted["spec"].get(field).is_some();
            if !stays && self.in_overlay(&["spec", field]).is_some() {
                self.of_overlay.push(remove(["spec", field]));
            }
        }
    }

    /// Node ports: istiod takes them from the parameters only.
    fn set_node_ports(&mut self) {
        let old_ports = ports(self.old);
        let overlay_ports = self.in_overlay(&["spec", "ports"]).and_then(Value::as_array).cloned().unwrap_or_default();
        for (port, old) in ports(self.wanted).iter().zip(old_ports) {
            let (new, old) = (port.get("nodePort"), old.get("nodePort"));
            if new == old {
                continue;
            }
            let at = overlay_ports.iter().position(|there| there["port"] == port["port"]).map(|at| at.to_string());
            match (new, at.as_deref()) {
                (Some(new), Some(at)) => {
                    self.of_overlay.extend(set(["spec", "ports", at, "nodePort"], old, new.clone()));
                }
                (Some(new), None) => self.new_ports.push(json!({ "port": port["port"], "nodePort": new })),
                (None, Some(at)) => self.of_overlay.push(remove(["spec", "ports", at, "nodePort"])),
                (None, None) => {}
            }
        }
    }

    /// The operations that add the new ports to the parameters.
    fn add_ports(&mut self) {
        let added = &self.new_ports;
        if added.is_empty() {
            return;
        }
        if self.in_overlay(&["spec", "ports"]).is_some() {
            let each = added.iter().map(|port| add(["spec", "ports", "-"], port.clone()));
            let each: Vec<PatchOperation> = each.collect();
            self.of_overlay.extend(each);
        } else if let Some(overlay) = &self.overlay {
            let operation = set_entry(overlay, &["spec"], "ports", json!(added));
            self.of_overlay.extend(operation);
        }
    }

    fn finish(mut self, objects: &[Object]) -> Result<GatewayChanges, Error> {
        self.add_ports();
        let (mut parameters, mut added) = (None, None);
        let ports = (!self.new_ports.is_empty())
            .then(|| emit(&json!({ "spec": { "ports": self.new_ports } }), &Style::default()));
        match (self.parameters, ports) {
            (Some(map), _) if !self.of_overlay.is_empty() => {
                parameters = Some(self.change_parameters(map, &self.edited_overlay(map)?, objects)?);
            }
            (Some(map), Some(ports)) => parameters = Some(self.change_parameters(map, &ports, objects)?),
            (None, Some(ports)) => added = Some(self.add_parameters(ports, objects)?),
            (_, None) => {}
        }
        Ok(GatewayChanges { gateway: Change::new(self.gateway, self.of_gateway)?, parameters, added })
    }

    /// The key `service` of the parameters with its changes, and nothing else changed in it.
    fn edited_overlay(&self, map: &Object) -> Result<String, Error> {
        let text = map.value["data"][KEY].as_str().unwrap_or_default();
        let edited = Tree::parse(text).map_err(Into::into).and_then(|tree| tree.apply(&Patch(self.of_overlay.clone())));
        let edited = edited.map_err(|error| {
            let message = format!("the key `{KEY}` of {} can't be edited: {}", map.reference(), error.message);
            Error::input(message).at(map.place.clone()).help("write it as plain YAML (no anchor, alias or merge key)")
        })?;
        // In quotes it stays text when it is filled in, and a node port must be a number.
        let mut placeholders = ports(self.wanted).iter().filter_map(|port| port["nodePort"].as_str());
        if let Some(placeholder) = placeholders.find(|placeholder| edited.text.contains(&format!("\"{placeholder}\"")))
        {
            let message = format!(
                "the key `{KEY}` of {} is written in braces or as JSON, where the node port {placeholder} would stay text",
                map.reference()
            );
            return Err(Error::input(message)
                .at(map.place.clone())
                .help("write its ports on lines of their own, as YAML in block style"));
        }
        Ok(edited.text)
    }

    fn change_parameters(&self, map: &Object, text: &str, objects: &[Object]) -> Result<Change, Error> {
        let others = objects.iter().filter(|other| gateway_api::is_parameters_of(map, other));
        let other = others.map(Object::reference).find(|other| *other != self.gateway.reference());
        if let Some(other) = other {
            let message = format!(
                "{} has parameters for {} and {other}, and has to change for one",
                map.reference(),
                self.gateway.reference()
            );
            return Err(Error::input(message).at(map.place.clone()).help("give each Gateway a ConfigMap of its own"));
        }
        Change::new(map, set_entry(&map.value, &["data"], KEY, json!(text)).into_iter().collect())
    }

    /// A ConfigMap for a Gateway that names none.
    fn add_parameters(&mut self, text: String, objects: &[Object]) -> Result<Value, Error> {
        let gateway = self.gateway;
        if let Some(reference) = gateway.value.pointer("/spec/infrastructure/parametersRef") {
            let (kind, name) = (reference["kind"].as_str().unwrap_or("?"), reference["name"].as_str().unwrap_or("?"));
            let message =
                format!("{} takes its node ports from {kind} {name}, which is not in the stream", gateway.reference());
            let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
            return Err(Error::input(message).at(gateway.place.clone()).help(format!(
                "put it into the chart, or add this to it and take `service.nodePorts` out of the configuration:\ndata:\n  {KEY}: |\n{}",
                lines.join("\n")
            )));
        }
        let name = gateway_api::added_parameters(gateway);
        if let Some(there) =
            objects.iter().find(|map| gateway_api::is_named(map, "ConfigMap", gateway.namespace(), &name))
        {
            let message = format!(
                "the ConfigMap {name} for the node ports of {} is in the stream, and the Gateway does not name it",
                gateway.reference()
            );
            return Err(Error::input(message)
                .at(there.place.clone())
                .help("name it in `spec.infrastructure.parametersRef` of the Gateway, or call it otherwise"));
        }
        let reference = json!({ "group": "", "kind": "ConfigMap", "name": name });
        self.of_gateway.extend(set_entry(&gateway.value, &["spec", "infrastructure"], "parametersRef", reference));
        let metadata = gateway_api::metadata(&name, gateway);
        Ok(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": { KEY: text } }))
    }
}
