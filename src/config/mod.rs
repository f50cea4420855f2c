//! The configuration, resolved and validated: all that the rest of the program sees of flags, variables and files.
//!
//! ```text
//! file, variables, flags → located layers (load, layers) → one tree → typed (decode, types) → validated → Settings
//! ```
//!
//! Everything is a function of its arguments: the environment comes as pairs, files through [`Files`]. An error says where
//! (file, line and column, or the flag or variable), what is wrong and what would be right.

pub mod arguments;
mod checker;
mod conflicts;
mod constraint;
mod decode;
mod decode_error;
mod enums;
mod field;
pub mod fields;
mod file;
mod ingress;
mod layers;
mod load;
mod node;
mod normalize;
mod parse;
mod path;
pub mod reference;
mod rule_names;
pub mod sandbox;
pub mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod twice;
pub mod types;
mod validate;
pub mod value;

pub use arguments::{Given, Options, Parameters};
pub use file::{DEFAULT_FILE, meant};
pub use layers::{ARGOCD_PREFIX, PREFIX};
pub use node::{Origin, flow_map};
pub use settings::{Files, INGRESS_NAME, Overruled, Settings};
pub use types::Spec;
pub use value::{Entries, Override, PortRef, Text, Var};

use crate::error::Error;
use crate::finding::Registry;
use layers::REPORT;
use load::Document;
use node::Node;
use std::io;
use std::path::{Path, PathBuf};

/// Resolves the configuration, one [`Settings`] for each gateway; without a configuration a single one with nothing set.
///
/// `function_config` is the text of a KRM function's configuration; it stands in for the file. `rules` are
/// those whose findings can be allowed, made warnings or denied.
///
/// # Errors
/// Whatever is wrong with flags, variables or the file, of kind [`crate::error::Kind::Usage`].
pub fn resolve(
    options: &Options,
    env: &[(String, String)],
    files: &dyn Files,
    function_config: Option<&str>,
    rules: Registry,
) -> Result<Vec<Settings>, Error> {
    resolve_with(&Parameters::default(), options, env, files, function_config, rules)
}

/// The same for an Argo CD Application with parameters.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_with(
    parameters: &Parameters,
    options: &Options,
    env: &[(String, String)],
    files: &dyn Files,
    function_config: Option<&str>,
    rules: Registry,
) -> Result<Vec<Settings>, Error> {
    let (ours, argocd) = (layers::variables(env, PREFIX), layers::variables(env, ARGOCD_PREFIX));
    let mut layers = [
        layers::from_variables(&ours, PREFIX)?,
        layers::from_variables(&argocd, ARGOCD_PREFIX)?,
        layers::from_parameters(parameters)?,
        layers::from_flags(options)?,
    ];
    for layer in &mut layers {
        rule_names::by_id(layer, rules);
    }
    for layer in layers.iter().filter(|layer| layer.find("ingress.annotations").is_some()) {
        let mut layer = layer.clone();
        twice::annotations(&normalize::decode(&mut layer)?, &layer)?;
    }
    let (file, documents) = match function_config {
        Some(text) => ("functionConfig".to_owned(), load::documents(text, "functionConfig")?),
        None => file::read(file::named(parameters, options, &ours, &argocd, env), files)?,
    };
    let several = documents.len();
    let all: Result<Vec<Settings>, Error> =
        documents.into_iter().map(|document| settings(document, &layers, rules)).collect();
    for layer in &layers {
        // A mistake within a layer is reported before one that only the layers below it make.
        if all.is_err() {
            normalize::check(layer)?;
        }
        if several > 1 {
            layers::refuse_for_several(layer, several, &file)?;
        }
    }
    let all = all?;
    conflicts::check(&all)?;
    Ok(all)
}

/// Lays the layers over a document. It is decoded after each of them, so that a mistake is reported even where a higher
/// layer covers it.
fn settings(document: Document, layers: &[Node], rules: Registry) -> Result<Settings, Error> {
    let Document { name, mut tree, mut spec, .. } = document;
    if rule_names::by_id(&mut tree, rules) {
        spec = normalize::decode(&mut tree)?;
    }
    let mut overruled = Vec::new();
    for layer in layers.iter().filter(|layer| !layer.entries().is_empty()) {
        let before: Vec<_> = layers::of_access(&tree).collect();
        layers::merge(&mut tree, layer)?;
        spec = normalize::decode(&mut tree)?;
        overruled.extend(layers::overruled(&before, &tree));
    }
    validate::one(&spec, &tree, rules)?;
    Ok(Settings { name, spec, tree, overruled })
}

/// The settings of a configuration alone: no flags, no variables, no file but this one, which is given as text.
///
/// # Errors
/// Whatever is wrong with it, with its line and column.
pub fn from_text(text: &str, rules: Registry) -> Result<Vec<Settings>, Error> {
    resolve(&Options::default(), &[], &NoFiles, Some(text), rules)
}

/// A file system with nothing in it.
struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn follow(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Where the report of the findings goes, if anywhere.
///
/// # Errors
/// An Argo CD Application names a file: it must not choose what is written in the sidecar.
pub fn report(options: &Options, env: &[(String, String)]) -> Result<Option<PathBuf>, Error> {
    if layers::variables(env, ARGOCD_PREFIX).contains_key(REPORT) {
        return Err(Error::usage(format!("{ARGOCD_PREFIX}{REPORT}: an Application cannot have a report written"))
            .help(format!("set {PREFIX}{REPORT} in the sidecar instead")));
    }
    let variable = layers::variables(env, PREFIX).remove(REPORT);
    match (&options.report, variable) {
        (Some(path), _) => Ok(Some(path.clone())),
        (None, Some(path)) if path.is_empty() => Err(Error::usage(format!("{PREFIX}{REPORT}: the value is empty"))),
        (None, path) => Ok(path.map(PathBuf::from)),
    }
}
