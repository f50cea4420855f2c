//! JSON Patch operations (RFC 6902), written by the keys of their paths.
//!
//! ```
//! use manifest_yaml::patch::{add, remove};
//! use serde_json::json;
//!
//! let patch = json_patch::Patch(vec![add(["spec", "type"], json!("NodePort")), remove(["metadata", "labels", "a/b"])]);
//! assert_eq!(
//!     serde_json::to_value(&patch)?,
//!     json!([
//!         {"op": "add", "path": "/spec/type", "value": "NodePort"},
//!         {"op": "remove", "path": "/metadata/labels/a~1b"},
//!     ])
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation, TestOperation};
use serde_json::Value;

/// Adds a value: a key of a mapping, or an item of a list before an index or, with `-`, behind the last.
pub fn add<'k>(path: impl IntoIterator<Item = &'k str>, value: Value) -> PatchOperation {
    PatchOperation::Add(AddOperation { path: PointerBuf::from_tokens(path), value })
}

/// Replaces a value that is there.
pub fn replace<'k>(path: impl IntoIterator<Item = &'k str>, value: Value) -> PatchOperation {
    PatchOperation::Replace(ReplaceOperation { path: PointerBuf::from_tokens(path), value })
}

/// Removes a value that is there.
pub fn remove<'k>(path: impl IntoIterator<Item = &'k str>) -> PatchOperation {
    PatchOperation::Remove(RemoveOperation { path: PointerBuf::from_tokens(path) })
}

/// Fails the patch unless the value is the same.
pub fn test<'k>(path: impl IntoIterator<Item = &'k str>, value: Value) -> PatchOperation {
    PatchOperation::Test(TestOperation { path: PointerBuf::from_tokens(path), value })
}

/// Sets the value at a path that holds `old` so far: adds it, replaces it, or nothing where it is the same.
pub fn set<'k>(path: impl IntoIterator<Item = &'k str>, old: Option<&Value>, new: Value) -> Option<PatchOperation> {
    match old {
        Some(old) if *old == new => None,
        Some(_) => Some(replace(path, new)),
        None => Some(add(path, new)),
    }
}
