//! The configuration file: who names it, and what is in it.

use super::arguments::{Options, Parameters};
use super::layers::{ARGOCD_PREFIX, CONFIG, PREFIX, Variables};
use super::load::{self, Document};
use super::node::{Node, Origin};
use super::sandbox;
use super::settings::Files;
use super::types::{ApiVersion, Kind, Spec};
use crate::error::{Error, quoted};
use crate::help::Help;
use crate::suggest::nearest;
use memchr::memmem;
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

/// The documents of a file. The default file may be missing: one empty document then. No file may be empty.
pub(super) fn read(named: Named, files: &dyn Files) -> Result<(String, Vec<Document>), Error> {
    let Named { path, origin, confined } = named;
    let file = path.display().to_string();
    let path = match confined {
        true => sandbox::locate(&file, &origin, files)?,
        false => Some(path),
    };
    if file.is_empty() {
        return Err(Error::usage(format!("{origin}: the value is empty")).help("name a file, or leave it out"));
    }
    let is_default = origin == DEFAULT_FILE;
    let is_absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let absent = || Document {
        name: None,
        tree: Node::empty(Origin::named(DEFAULT_FILE)),
        spec: Spec::default(),
        has_spec: false,
    };
    let bytes = match path.map(|path| files.read(&path)) {
        Some(Ok(bytes)) => bytes,
        None if is_default => return nothing_beside(confined, files).map(|()| (file, vec![absent()])),
        Some(Err(error)) if is_default && is_absent(&error) => {
            return nothing_beside(confined, files).map(|()| (file, vec![absent()]));
        }
        None => return Err(sandbox::absent(&file, &origin)),
        Some(Err(error)) => {
            let by = if is_default { String::new() } else { format!("{origin}: ") };
            let what = Error::usage(format!("{by}cannot read `{file}`: {error}"));
            return Err(match is_absent(&error) {
                true => what.help(match meant(Path::new(&file), files).filter(|name| is_one(name, files)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "a relative path begins at the folder in which istio-alb runs".to_owned(),
                }),
                false => what.help("it has to be a file, and whoever runs istio-alb must be allowed to read it"),
            });
        }
    };
    let text = String::from_utf8(bytes).map_err(|_| Error::usage(format!("{file}: the file is not UTF-8")))?;
    let documents = load::documents(&text, &file)?;
    if documents.is_empty() {
        // What was to be written into it is missing: a gateway that it would close would be open to the internet.
        let begin = format!("begin with `apiVersion: {}` and `kind: {}`", ApiVersion::V1Alpha1, Kind::AlbGateway);
        let (by, or) = match is_default {
            true => (String::new(), "remove the file".to_owned()),
            false => (format!("{origin}: "), format!("leave {origin} out")),
        };
        return Err(Error::usage(format!("{by}`{file}` holds no configuration")).help(format!("{begin}, or {or}")));
    }
    if let Some(document) = documents.iter().find(|document| !document.has_spec) {
        return Err(Error::usage(format!("{}: there is nothing below `spec`", document.tree.origin))
            .help("write there what is to hold; `spec: {}` says that nothing is configured"));
    }
    Ok((file, documents))
}

/// Nothing is read where the default file is missing.
///
/// # Errors
/// A file lies there that was probably meant to be it (`istio-alb.yml`): nothing that it says would hold, and an ALB that it
/// closes would be open to the internet.
fn nothing_beside(confined: bool, files: &dyn Files) -> Result<(), Error> {
    let read = |name: &str| match confined {
        true => sandbox::locate(name, name, files).ok().flatten().and_then(|path| files.read(&path).ok()),
        false => files.read(Path::new(name)).ok(),
    };
    let is_meant = |name: &&String| match is_near(name) {
        Near::No => false,
        Near::Yes => true,
        Near::IfItSaysSo => read(name).is_some_and(|bytes| says_so(&bytes)),
    };
    let Some(name) = files.names(Path::new(".")).into_iter().find(|name| is_meant(&name)) else {
        return Ok(());
    };
    Err(Error::usage(format!(
        "the file {} is not read: without --config the configuration is {DEFAULT_FILE}",
        quoted(&name)
    ))
    .help(
        Help::from(format!("rename it to {DEFAULT_FILE}, or name it with "))
            .set("config", name)
            .then(format!(" or {PREFIX}{CONFIG}")),
    ))
}

/// What a configuration has: its kind, and the group of its API.
const MARKS: [&[u8]; 2] = [b"AlbGateway", b"istio-alb.dev/"];

/// Whether a file is a configuration: not the program itself, nor a script that calls it.
fn says_so(bytes: &[u8]) -> bool {
    let is_text = !bytes.starts_with(b"#!") && std::str::from_utf8(bytes).is_ok();
    is_text && MARKS.iter().all(|mark| memmem::find(bytes, mark).is_some())
}

/// Whether the file that was found by its name is a configuration.
fn is_one(file: &str, files: &dyn Files) -> bool {
    files.read(Path::new(file)).is_ok_and(|bytes| says_so(&bytes))
}

/// Whether a file was probably meant to be the default one.
#[derive(Debug, PartialEq)]
enum Near {
    No,
    Yes,
    /// A file of JSON may be a schema or a report, and one with another name something else.
    IfItSaysSo,
}

/// Judges a name. Copies that an editor or a person keeps (`istio-alb.yaml.bak`, `istio-alb.yaml~`) and a schema
/// (`istio-alb.schema.json`) are not meant.
fn is_near(name: &str) -> Near {
    let name = name.to_lowercase();
    let name = name.strip_prefix('.').unwrap_or(&name);
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let stem = stem.replace(['-', '_', ' '], "");
    if stem != MEANT || extension.is_empty() {
        let is_yaml =
            extension.is_empty() || ["yaml", "yml"].iter().any(|end| strsim::damerau_levenshtein(extension, end) < 2);
        let is_like = stem.contains(MEANT) || strsim::damerau_levenshtein(&stem, MEANT) < 3;
        return if is_yaml && is_like { Near::IfItSaysSo } else { Near::No };
    }
    match extension {
        "yaml" | "yml" | "yaml.txt" | "yml.txt" | "yaml.yaml" | "yaml.yml" | "yml.yaml" | "yml.yml" | "txt" => {
            Near::Yes
        }
        "json" | "json.txt" | "yaml.json" => Near::IfItSaysSo,
        _ if strsim::damerau_levenshtein(extension, "yaml") < 2 => Near::IfItSaysSo,
        _ => Near::No,
    }
}

/// The name of the default file without its ending, and without what is easily left out.
const MEANT: &str = "istioalb";

/// The file that somebody meant who named one that is not there.
#[must_use]
pub fn meant(path: &Path, files: &dyn Files) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let names = files.names(folder.unwrap_or(Path::new(".")));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // The extension alone: `gateway.yml` for `gateway.yaml`.
    let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
    let same_stem =
        |other: &&&str| [".yaml", ".yml", ".json"].iter().any(|end| other.ends_with(end)) && stem(other) == stem(name);
    let found = names.iter().find(same_stem).copied().or_else(|| nearest(name, &names))?;
    let found = folder.map_or_else(|| PathBuf::from(found), |folder| folder.join(found));
    Some(found.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_where_nothing_else_can_be_meant() {
        for name in ["istio-alb.yml", "istioalb.yaml", "istio_alb.yaml", "Istio-ALB.yaml", "istio-alb.yaml.txt"] {
            assert_eq!(is_near(name), Near::Yes, "{name}");
        }
        for name in [
            "istio-alb",
            "istio-alb.json",
            "istio-alb-values.yaml",
            "istio-alb-prod.yaml",
            "istio-nlb.yaml",
            "istio-lab.yaml",
            "istio-albs.yaml",
            "istio-alb.ymal",
        ] {
            assert_eq!(is_near(name), Near::IfItSaysSo, "{name}");
        }
        for name in
            ["istio-alb.schema.json", "istio-alb.yaml.bak", ".istio-alb.yaml.swp", "istio-alb.md", "values.yaml"]
        {
            assert_eq!(is_near(name), Near::No, "{name}");
        }
    }
}
