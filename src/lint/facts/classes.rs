//! Classes of Ingresses that other controllers have by default.

/// The classes, and whose they are.
const OTHERS: &[(&str, &str)] = &[
    ("nginx", "ingress-nginx"),
    ("traefik", "Traefik"),
    ("haproxy", "HAProxy"),
    ("kong", "Kong"),
    ("contour", "Contour"),
    ("cilium", "Cilium"),
    ("istio", "istiod"),
    ("gce", "GKE"),
    ("gce-internal", "GKE"),
    ("openshift-default", "OpenShift"),
];

/// The controller that has a class by default, where that is another one.
#[must_use]
pub fn other_controller(class: &str) -> Option<&'static str> {
    OTHERS.iter().find(|(name, _)| *name == class).map(|(_, controller)| *controller)
}
