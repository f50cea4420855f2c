//! The options of the command line and the parameters of an Argo CD Application, as they were typed: no value is read or
//! checked yet.

use super::fields::Field;
use std::path::PathBuf;

/// The options of the command line that configure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// `--config FILE`
    pub config: Option<PathBuf>,
    /// `--report FILE`
    pub report: Option<PathBuf>,
    /// `--set PATH=VALUE`, in order.
    pub set: Vec<String>,
    /// The flags of fields that were given.
    pub fields: Vec<Given>,
}

/// A field that was given a value by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The field.
    pub field: &'static Field,
    /// Its values, as they were typed; a switch has none.
    pub values: Vec<String>,
    /// What messages call it: `--scheme`.
    pub by: String,
}

/// The parameters of an Argo CD Application. They rank above variables, and below flags, which belong to who runs Argo CD.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameters {
    /// The configuration file, a file of the repository.
    pub config: Option<String>,
    /// `PATH=VALUE`, in order.
    pub set: Vec<String>,
    /// Fields, each with its value as a flag or a variable has it.
    pub fields: Vec<(&'static Field, String)>,
}
