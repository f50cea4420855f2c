//! What the user wants, resolved and validated: all that the rest of the program sees of flags, variables and files.
//!
//! ```text
//! file, variables, flags → located layers (load, layers) → one tree → typed (decode, types) → validated → Settings
//! ```
//!
//! Everything is a function of its arguments: the environment comes as pairs, files through [`Files`]. An error says where
//! (file, line and column, or the flag or variable), what is wrong and what would be right.

pub mod arguments;
pub(crate) mod aws;
mod check;
pub mod confine;
mod constraint;
mod decode;
mod enums;
mod fault;
mod field;
pub mod fields;
mod ingress;
pub(crate) mod kube {
    //! The names that [`kubernetes_objects::validation`] had here.
    pub(crate) use kubernetes_objects::validation::{Validation as Verdict, Violation as Wrong, violation as wrong, *};
}
mod layers;
mod load;
mod node;
mod normalize;
mod parse;
mod path;
pub mod reference;
pub mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod together;
pub mod types;
mod validate;
pub mod value;

pub use arguments::{Given, Options, Parameters};
pub use layers::{ARGOCD_PREFIX, PREFIX};
pub use node::Origin;
pub use settings::{Files, INGRESS_NAME, Settings};
pub use types::Spec;
pub use value::{Entries, Override, PortRef, Text, Var};

use crate::error::Error;
use crate::finding::Registry;
use layers::{CONFIG, REPORT, Variables};
use load::Document;
use node::Node;
use normalize::{check_layer, decode, prepare};
use std::io;
use std::path::{Path, PathBuf};

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "istio-alb.yaml";

/// Resolves what is wanted, one [`Settings`] for each gateway; without a configuration a single one that says nothing.
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
    let layers = [
        layers::from_variables(&ours, PREFIX)?,
        layers::from_variables(&argocd, ARGOCD_PREFIX)?,
        layers::from_parameters(parameters)?,
        layers::from_flags(options)?,
    ];
    let (file, documents) = match function_config {
        Some(text) => ("functionConfig".to_owned(), load::documents(text, "functionConfig")?),
        None => read_file(file_named(parameters, options, &ours, &argocd, env), files)?,
    };
    for layer in &layers {
        check_layer(layer)?;
        if documents.len() > 1 {
            layers::refuse_for_several(layer, documents.len(), &file)?;
        }
    }
    let mut all = Vec::new();
    for Document { name, spec: mut said } in documents {
        for layer in &layers {
            layers::merge(&mut said, layer)?;
        }
        prepare(&mut said);
        let spec = decode(&said)?;
        validate::one(&spec, &said, rules)?;
        all.push(Settings { name: name.map(|(name, _)| name), spec, said });
    }
    together::check(&all)?;
    Ok(all)
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

/// A configuration file and who names it.
struct Named {
    path: PathBuf,
    origin: String,
    /// It must be a file of the Application's repository.
    confined: bool,
}

/// Which file to read.
fn file_named(
    parameters: &Parameters,
    options: &Options,
    ours: &Variables,
    argocd: &Variables,
    env: &[(String, String)],
) -> Named {
    let under_argocd =
        || env.iter().any(|(name, _)| name.starts_with("ARGOCD_APP_") || name.starts_with("ARGOCD_ENV_"));
    let named = |path: &dyn AsRef<Path>, origin: String, confined: bool| Named {
        path: path.as_ref().to_owned(),
        origin,
        confined,
    };
    if let Some(path) = &options.config {
        named(path, "--config".to_owned(), false)
    } else if let Some(path) = &parameters.config {
        named(path, "parameter `config`".to_owned(), true)
    } else if let Some(path) = argocd.get(CONFIG) {
        named(path, format!("{ARGOCD_PREFIX}{CONFIG}"), true)
    } else if let Some(path) = ours.get(CONFIG) {
        named(path, format!("{PREFIX}{CONFIG}"), false)
    } else {
        named(&DEFAULT_FILE, DEFAULT_FILE.to_owned(), under_argocd())
    }
}

/// The documents of a file; one that says nothing if it is the default one and not there.
fn read_file(named: Named, files: &dyn Files) -> Result<(String, Vec<Document>), Error> {
    let Named { path, origin, confined } = named;
    let file = path.display().to_string();
    let path = match confined {
        true => confine::locate(&file, &origin, files)?,
        false => Some(path),
    };
    let is_default = origin == DEFAULT_FILE;
    let bytes = match path.map(|path| files.read(&path)) {
        Some(Ok(bytes)) => bytes,
        None if is_default => Vec::new(),
        None => return Err(confine::absent(&file, &origin)),
        Some(Err(error)) if is_default && error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Some(Err(error)) => {
            let what = Error::usage(format!("{origin}: cannot read `{file}`: {error}"));
            return Err(match error.kind() == io::ErrorKind::NotFound {
                true => what.help("a relative path begins at the folder in which istio-alb runs"),
                false => what,
            });
        }
    };
    let text = String::from_utf8(bytes).map_err(|_| Error::usage(format!("{file}: the file is not UTF-8")))?;
    let mut documents = load::documents(&text, &file)?;
    if documents.is_empty() {
        documents.push(Document { name: None, spec: Node::empty(Origin::named(origin)) });
    }
    Ok((file, documents))
}
