//! Kubernetes manifests as text: a stream split into documents, a document read as Kubernetes reads it (Go's scalars) and
//! located by byte spans, and edited without touching any other byte.
//!
//! - [`stream::Stream`]: documents as spans of the text, found without parsing
//! - [`Tree`]: the nodes of one document with their spans; [`Tree::value`] is what Go's `sigs.k8s.io/yaml` makes of it
//! - [`apply`]: an RFC 6902 JSON Patch on the text of a document; [`Tree::apply`] is the same for a document that is parsed
//!   already
//! - [`emit`]: a value as YAML in block style that every YAML reader, 1.1 or 1.2, reads back the same
//! - [`mod@patch`]: the operations of a JSON Patch by the keys of their paths
//! - [`mod@pointer`]: JSON pointers, by which nodes are named
//!
//! ```
//! use manifest_yaml::{Tree, apply, stream::Stream};
//! use serde_json::json;
//!
//! let text = "\
//! kind: ConfigMap
//! ---
//! kind: Service
//! metadata: {name: web, annotations: {team: 'edge'}} # ours
//! spec:
//!   type:   LoadBalancer # costs money
//! ";
//! let stream = Stream::split(text);
//! let service = stream.text_of(&stream.documents[1]);
//! assert_eq!(Tree::parse(service)?.value()?["spec"]["type"], "LoadBalancer");
//!
//! let patch = serde_json::from_value(json!([
//!     {"op": "replace", "path": "/spec/type", "value": "ClusterIP"},
//!     {"op": "remove", "path": "/metadata/annotations/team"},
//! ]))?;
//! assert_eq!(apply(service, &patch)?, "\
//! ---
//! kind: Service
//! metadata: {name: web, annotations: {}} # ours
//! spec:
//!   type:   ClusterIP # costs money
//! ");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What an edit promises
//! The new text is read again and compared with the patched value before [`apply`] returns it. An edit that cannot leave
//! everything else as it is (a node that an alias repeats, a key that comes through `<<`) is refused with its place.
//!
//! # What is not preserved
//! A removed entry takes its own lines and the comment behind its value along. A replaced collection is written anew, in the
//! style of the document.
//!
//! # Which YAML
//! That of Go's `yaml.v2` as Kubernetes uses it: `on`, `yes`, `012` and `1_000` are no strings there, the last of two equal
//! keys counts, and `<<` merges. [`Tree::duplicate_keys`] lists the keys that Kubernetes' strict decoding refuses.
//!
//! The parser is `granit-parser`, which is young. Only the module `reader` uses it, so that it can be replaced: everything that
//! depends on its spans is in that one file. What templates render mostly (keys and values in block style, one a line) the module
//! `plain` reads without it, in a tenth of the time; both give the same tree, and tests hold them together.

mod block_scalar;
mod compose;
mod dialect;
mod edit;
mod emit;
mod error;
mod find;
mod node;
pub mod patch;
mod place;
mod plain;
pub mod pointer;
mod quote;
mod reader;
mod scalars;
pub mod stream;
mod style;
mod text;

pub use edit::{EditError, Patched, apply, emit_flow, emit_json};
pub use emit::emit;
pub use error::ParseError;
pub use find::{Detour, Finder, Located};
pub use node::{Node, NodeKind, Tree};
pub use place::Place;
pub use quote::{is_invisible, scalar};
pub use reader::readings;
pub use style::{Newline, Style, style_of};

#[cfg(test)]
mod tests;
