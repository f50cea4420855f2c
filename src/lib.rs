//! Puts Istio's ingress gateway, as Helm rendered it, behind an AWS Application Load Balancer.
//!
//! The way of the data:
//!
//! ```text
//! bytes → split → select, assign → plan the Service → build the Ingress → edit, read back → check → one write
//! ```
//!
//! - [`rewrite`]: the filter itself, step by step
//! - [`migrate`]: what the annotations and fields of the old load balancer become
//! - [`lint`]: the findings, on the controller's model of the result; [`finding`] is what they are made of
//! - [`config`]: flags, variables and files, resolved into one [`config::Settings`] for each gateway
//! - [`hosts`]: Helm, kustomize, Argo CD and Flux; [`flux`] knows its placeholders
//! - [`output`]: findings and the picture of the load balancer, in the formats that there are
//! - [`cli`]: the command line and the commands beside the filter
//! - [`istio`], [`error`]: what all of them share
//!
//! What is not about this program stands in crates of its own: `manifest_yaml`, `kubernetes_objects`, `alb_controller`.
//!
//! What the filter promises:
//!
//! - **All or nothing.** The output is complete before its first byte is written. An error leaves stdout empty. Helm 4 is the
//!   exception, since it shows nothing else of a plugin, and Skaffold, which does not look how we end: [`hosts::helm`] says what they get.
//! - **Every byte that is not ours stays.** Documents that are not the gateway's Service are slices of the input. So are all
//!   parts of the Service that do not change.
//! - **The same input gives the same output**, and the filter run on its own output changes nothing.
//! - **Checked at run time.** What was edited is read again and compared with what was wanted; a mismatch is an internal error,
//!   never a wrong manifest.
//! - **Nothing is lost in silence.** What the old load balancer was told is carried over, or named by a finding.
//!
//! What is not preserved: the lines of fields that are removed from the Service, with the comment on the same line. An Ingress of
//! the stream that has our name is brought up to date. A final newline that is missing is added in front of the Ingress. YAML that
//! cannot be edited without changing more than that is refused.
//!
//! Everything here is a function of its arguments: stdin, stdout, files and the environment are the business of `main.rs`, and of
//! [`hosts::argocd`], which runs Helm.
//!
//! ```
//! let rendered = "\
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: istio-ingressgateway # of the edge team
//! spec:
//!   type: LoadBalancer
//!   ports:
//!   - {name: status-port, port: 15021, targetPort: 15021, protocol: TCP}
//!   - {name: http2, port: 80, targetPort: 80, protocol: TCP}
//!   - {name: https, port: 443, targetPort: 443, protocol: TCP}
//! ";
//! let settings = istio_alb::config::from_text(
//!     "{apiVersion: istio-alb.dev/v1alpha1, kind: AlbGateway, spec: {ingress: {scheme: internal}}}",
//!     istio_alb::lint::REGISTRY,
//! )?;
//! let rewritten = istio_alb::rewrite::rewrite(rendered, &settings)?;
//! assert!(!rewritten.is_refused());
//! let wanted = rendered.replace("type: LoadBalancer", "type: NodePort");
//! let (service, ingress) = rewritten.text().split_once("---\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
//! assert_eq!(service, wanted);
//! assert!(ingress.contains("alb.ingress.kubernetes.io/scheme: internal"));
//! # Ok::<(), istio_alb::Error>(())
//! ```

#![warn(missing_docs)]

pub mod cli;
pub mod config;
pub mod error;
pub mod finding;
pub mod flux;
#[cfg(test)]
mod golden;
pub mod help;
pub mod hosts;
pub mod istio;
pub mod lint;
pub mod migrate;
pub mod output;
pub mod rewrite;
mod suggest;

pub use error::{Error, Place};
