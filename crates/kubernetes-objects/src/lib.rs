//! The objects of a stream of Kubernetes manifests, as the API server will see them.
//!
//! - [`object`]: the objects of the wanted kinds, those in lists too, each with its place in the stream; a document that
//!   cannot hold one is not parsed
//! - [`service`]: type, ports and node ports of a Service, with the defaults of the API server
//! - [`validation`]: what the API server takes as a name, a label, a host, a path or a port
//! - [`ObjectRef`]: an object by kind, namespace and name
//!
//! ```
//! use kubernetes_objects::{PortRef, object, service, validation};
//! use manifest_yaml::stream::Stream;
//!
//! let text = "\
//! # Source: web/templates/config.yaml
//! kind: ConfigMap
//! data: [this document is never parsed
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec:
//!   type: NodePort
//!   ports:
//!   - {name: http, port: 80}
//! ";
//! let found = object::read(&Stream::split(text), &["Service"]);
//! let web = &found.objects[0];
//! assert_eq!(web.reference().to_string(), "Service shop/web");
//! assert_eq!(web.place.to_string(), "document 2, line 5");
//!
//! let port = service::find_port(&web.value, &PortRef::parse("http")).ok_or("no such port")?;
//! assert_eq!(service::node_port(&web.value, port), service::NodePort::Chosen);
//!
//! let violation = validation::host("Shop.example.com").unwrap_err();
//! assert_eq!(violation.help.as_deref(), Some("write shop.example.com"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod object;
mod reference;
pub mod service;
pub mod validation;

pub use object::{Object, annotation_pointer};
pub use reference::ObjectRef;
pub use service::PortRef;
