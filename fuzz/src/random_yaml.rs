//! Values, texts and patches at random: those of the property test of the editor.
#![allow(dead_code)] // what only that needs

#[path = "../../crates/manifest-yaml/tests/yaml_edit/contract.rs"]
pub mod contract;
#[path = "../../crates/manifest-yaml/tests/yaml_edit/dice.rs"]
pub mod dice;
#[path = "../../crates/manifest-yaml/tests/yaml_edit/flow.rs"]
mod flow;
#[path = "../../crates/manifest-yaml/tests/yaml_edit/patch.rs"]
pub mod patch;
#[path = "../../crates/manifest-yaml/tests/yaml_edit/text.rs"]
pub mod text;
