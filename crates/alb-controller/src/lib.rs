//! What the [AWS Load Balancer Controller] v3.5.0 makes of Ingresses, without a cluster and without AWS.
//!
//! - [`catalogue`]: every annotation with its kind, its range, the release that brought it and what an empty value does; the
//!   attributes of load balancers, listeners and target groups; the TLS policies
//! - [`annotation`]: the JSON values of annotations (actions, conditions, identity providers), with the controller's checks
//! - [`go`]: how Go's standard library reads booleans, numbers, networks and JSON, with its errors, since that is how the
//!   controller reads them
//! - [`releases`]: what differs between the releases of the controller
//! - [`validation`]: what AWS takes as a certificate, a web ACL, a name, a range
//! - [`model`]: the load balancer, listeners, rules and target groups that come of the objects of a stream, or the
//!   controller's error
//!
//! ```
//! use alb_controller::model::{self, Options, Verdict};
//! use serde_json::json;
//!
//! let objects = [
//!     json!({
//!         "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
//!         "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]},
//!     }),
//!     json!({
//!         "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web", "namespace": "shop",
//!             "annotations": {
//!                 "kubernetes.io/ingress.class": "alb",
//!                 "alb.ingress.kubernetes.io/scheme": "internet-facing",
//!                 "alb.ingress.kubernetes.io/inbound-cidrs": "203.0.113.0/24",
//!             }},
//!         "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
//!     }),
//! ];
//! let model = model::build(&objects, &Options::default());
//! assert_eq!(model.verdict, Verdict::Built);
//!
//! let built = model.groups[0].built.as_ref().unwrap();
//! assert_eq!(built.load_balancer.scheme, "internet-facing");
//! assert_eq!(built.inbound[0].to_string(), "tcp 80 from 203.0.113.0/24");
//! assert_eq!(built.target_groups[0].port, Some(30080));
//!
//! // What is in effect, and where it comes from.
//! let scheme = model.ingresses[0].text("scheme").unwrap();
//! assert_eq!(scheme.value, "internet-facing");
//! assert_eq!(scheme.site().pointer(), "/metadata/annotations/alb.ingress.kubernetes.io~1scheme");
//! ```
//!
//! What cannot be known from the manifests is `None` or [`Verdict::Unknown`], with the reason. Nothing is guessed.
//!
//! [AWS Load Balancer Controller]: https://kubernetes-sigs.github.io/aws-load-balancer-controller/
//! [`Verdict::Unknown`]: model::Verdict::Unknown

#![warn(missing_docs)]

pub mod annotation;
pub mod catalogue;
pub mod go;
pub mod model;
pub mod releases;
pub mod validation;
