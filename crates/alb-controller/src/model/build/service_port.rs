//! Ports of Services as targets and health checks need them.
//!
//! Source: LBC v3.5.0 pkg/k8s/service_utils.go:10-26; pkg/ingress/model_build_target_group.go:291-305.

use crate::model::reference::{Key, Reason};
use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kubernetes_objects::PortRef;

/// A number is the Service's port, not its target port or node port.
pub(crate) fn find_port<'s>(key: &Key, service: &'s Service, port: &PortRef) -> Result<&'s ServicePort, Reason> {
    let mut ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let found = ports.find(|candidate| match port {
        PortRef::Number(number) => candidate.port == *number,
        PortRef::Name(name) => candidate.name.as_deref().unwrap_or_default() == name,
    });
    found.ok_or_else(|| Reason::new(format!("unable to find port {port} on service {key}")))
}

/// The port of a target: `None` is a node port that Kubernetes will choose. `is_checked`: whether the controller refuses 0.
pub(crate) fn target_port(
    service: &Service,
    port: &ServicePort,
    target_type: &str,
    is_checked: bool,
) -> Result<Option<i32>, Reason> {
    let is_instance = target_type == "instance";
    let number = if is_instance { node_port(service, port) } else { Some(pod_port(port)) };
    if is_checked && number == Some(0) {
        return Err(Reason::new(match is_instance {
            true => {
                "TargetGroup port is empty. When using Instance targets, your service be must of type 'NodePort' or \
                 'LoadBalancer'"
            }
            false => "TargetGroup port is empty. Are you using the correct service type?",
        }));
    }
    Ok(number)
}

/// The node port: 0 where there is none, `None` where Kubernetes will choose one.
pub(crate) fn node_port(service: &Service, port: &ServicePort) -> Option<i32> {
    let spec = service.spec.as_ref();
    let allocates = match spec.and_then(|spec| spec.type_.as_deref()) {
        Some("NodePort") => true,
        Some("LoadBalancer") => spec.and_then(|spec| spec.allocate_load_balancer_node_ports) != Some(false),
        _ => false,
    };
    match port.node_port {
        Some(number) if number != 0 => Some(number),
        _ if allocates => None,
        _ => Some(0),
    }
}

/// The port of the pods; a named one is 1, which nothing depends on (model_build_target_group.go:291-305).
fn pod_port(port: &ServicePort) -> i32 {
    match &port.target_port {
        Some(IntOrString::Int(number)) if *number != 0 => *number,
        Some(IntOrString::String(name)) if !name.is_empty() => 1,
        _ => port.port,
    }
}
