//! Puts Istio's ingress gateway, as Helm rendered it, behind an AWS Application Load Balancer.
//!
//! The way of the data:
//!
//! ```text
//! bytes → split → select the gateway → plan its Service → build its Ingress → edit the text, read it back → check → one write
//! ```
//!
//! What the filter promises:
//!
//! - **All or nothing.** The output is complete before its first byte is written; an error leaves stdout empty, but under Helm 4,
//!   which shows nothing else of a plugin: [`hosts::helm`] says what it gets.
//! - **Every byte that is not ours stays.** Documents that are not the gateway's Service are slices of the input, and of the
//!   Service all but what changes is, too.
//! - **The same input gives the same output**, and the filter run on its own output changes nothing.
//! - **Checked at run time.** What was edited is read again and compared with what was wanted; a mismatch is an internal error,
//!   never a wrong manifest.
//! - **Nothing is lost in silence.** What the old load balancer was told is carried over, or named by a finding.
//!
//! What is not preserved: in the Service the lines of what goes, with a comment behind the value on the same line; an Ingress
//! of the stream that has our name is brought up to date, and what differs in it gives way; a missing final newline comes in
//! front of the Ingress. YAML that cannot be edited without changing more than that is refused.
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
pub mod hosts;
pub mod istio;
pub mod lint;
pub mod migrate;
pub mod output;
pub mod rewrite;
mod suggest;

pub use error::{Error, Place};
