//! The configuration file: who names it, and what is in it.

use super::arguments::{Options, Parameters};
use super::layers::{ARGOCD_PREFIX, CONFIG, PREFIX, Variables};
use super::load::{self, Document};
use super::node::{Node, Origin};
use super::sandbox;
use super::settings::Files;
use super::types::Spec;
use crate::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "istio-alb.yaml";

/// A configuration file and who names it.
pub(super) struct Named {
    path: PathBuf,
    origin: String,
    /// It must be a file of the Application's repository.
    confined: bool,
}

/// Which file to read.
pub(super) fn named(
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

/// The documents of a file. The default file may be missing: one empty document then.
pub(super) fn read(named: Named, files: &dyn Files) -> Result<(String, Vec<Document>), Error> {
    let Named { path, origin, confined } = named;
    let file = path.display().to_string();
    let path = match confined {
        true => sandbox::locate(&file, &origin, files)?,
        false => Some(path),
    };
    let is_default = origin == DEFAULT_FILE;
    let bytes = match path.map(|path| files.read(&path)) {
        Some(Ok(bytes)) => bytes,
        None if is_default => Vec::new(),
        None => return Err(sandbox::absent(&file, &origin)),
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
        documents.push(Document { name: None, tree: Node::empty(Origin::named(origin)), spec: Spec::default() });
    }
    Ok((file, documents))
}
