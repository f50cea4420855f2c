//! `helm template`, as Argo CD itself calls it for a Helm source, from what an Application may set.
//!
//! Every value of an Application comes after `--flag=` in the same argument, so none can become a flag of its own. Helm gets no
//! argument that is not named here: `--post-renderer` would be code execution, `--set-file` a file of the sidecar, `--repo` a
//! request to anywhere. Inline values go to Helm's stdin: they may be long,
//! they may be secret, and a file would outlive a run that Argo CD kills.
//!
//! Source: argo-cd v3.5.7 util/helm/cmd.go:399-483, reposerver/repository/repository.go:1273-1440.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::sources::{Sourced, Sources, variable};
use crate::config::{Files, sandbox};
use crate::error::{Error, quoted};

/// The render that an Application wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Render {
    /// The name of the release.
    pub release: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Values files, absolute, the last one wins.
    pub values_files: Vec<PathBuf>,
    /// Values as YAML.
    pub values: Option<String>,
    /// Single values.
    pub set: Vec<(String, String)>,
    /// Single values that stay text.
    pub set_string: Vec<(String, String)>,
    /// Leave out `crds/`.
    pub skip_crds: bool,
    /// Leave the values unchecked.
    pub skip_schema_validation: bool,
    /// The version of the cluster.
    pub kube_version: Option<String>,
    /// What the cluster knows.
    pub api_versions: Vec<String>,
}

impl Render {
    /// Reads the settings of the render from their sources.
    pub(super) fn read(sources: &Sources<'_>, env: &[(String, String)], files: &dyn Files) -> Result<Self, Error> {
        let given = |name| variable(env, name).map(str::trim).filter(|value| !value.is_empty());
        let api_versions = given("KUBE_API_VERSIONS").unwrap_or_default().split(',');
        Ok(Render {
            release: release(sources, given("ARGOCD_APP_NAME"))?,
            namespace: namespace(sources, given("ARGOCD_APP_NAMESPACE"))?,
            values_files: values_files(sources, files)?,
            values: sources.text("values")?.map(|found| found.value),
            set: set(sources, "helm-parameters")?,
            set_string: set(sources, "helm-string-parameters")?,
            skip_crds: sources.is("skip-crds")?,
            skip_schema_validation: sources.is("skip-schema-validation")?,
            kube_version: given("KUBE_VERSION").map(str::to_owned),
            api_versions: api_versions.filter(|version| !version.is_empty()).map(str::to_owned).collect(),
        })
    }

    /// The arguments for Helm, in the folder of the chart.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut args = vec!["template".to_owned(), ".".to_owned()];
        args.push(format!("--name-template={}", self.release));
        args.extend(self.namespace.iter().map(|namespace| format!("--namespace={namespace}")));
        args.extend(self.kube_version.iter().map(|version| format!("--kube-version={version}")));
        args.extend(self.set.iter().map(|(name, value)| format!("--set={name}={}", escaped(value))));
        args.extend(self.set_string.iter().map(|(name, value)| format!("--set-string={name}={}", escaped(value))));
        args.extend(self.values_files.iter().map(|file| format!("--values={}", listed(&file.to_string_lossy()))));
        args.extend(self.values.iter().map(|_| "--values=-".to_owned()));
        // Helm before 3.9 took `a,b` for one version (helm#11485).
        args.extend(self.api_versions.iter().map(|version| format!("--api-versions={}", listed(version))));
        args.extend((!self.skip_crds).then(|| "--include-crds".to_owned()));
        args.extend(self.skip_schema_validation.then(|| "--skip-schema-validation".to_owned()));
        args
    }
}

/// A single value for `--set`: a comma in it is escaped, unless it is a list in Helm's own notation.
fn escaped(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut out = String::new();
    let mut before = None;
    for letter in value.chars() {
        if letter == ',' && before != Some('\\') {
            out.push('\\');
        }
        out.push(letter);
        before = Some(letter);
    }
    out
}

/// An item of a flag that Helm reads as a line of CSV: with a comma in it, it would be two.
fn listed(item: &str) -> String {
    match item.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", item.replace('"', "\"\"")),
        false => item.to_owned(),
    }
}

/// The name of the release. Where Applications may live in any namespace Argo CD calls them `<namespace>_<name>`, and its
/// own Helm sources take what is behind the first `_`.
fn release(sources: &Sources<'_>, app: Option<&str>) -> Result<String, Error> {
    let name = match sources.text("release-name")? {
        Some(name) => name,
        None => {
            let app = app.ok_or_else(|| {
                Error::usage("ARGOCD_APP_NAME is not set")
                    .help("this command is run by Argo CD, in the folder of a chart")
            })?;
            let name = app.split_once('_').map_or(app, |(_, name)| name);
            Sourced { origin: "ARGOCD_APP_NAME".to_owned(), value: name.to_owned() }
        }
    };
    if name.value.len() <= 53 && name.value.split('.').all(is_label) {
        return Ok(name.value);
    }
    Err(Error::usage(format!("{}: {} is no name for a release", name.origin, quoted(&name.value))).help(
        "choose one with the parameter `release-name`: lower-case letters, digits, `-` and `.`, 53 characters at most",
    ))
}

fn namespace(sources: &Sources<'_>, destination: Option<&str>) -> Result<Option<String>, Error> {
    let destination =
        destination.map(|value| Sourced { origin: "ARGOCD_APP_NAMESPACE".to_owned(), value: value.to_owned() });
    let Some(found) = sources.text("namespace")?.or(destination) else {
        return Ok(None);
    };
    if found.value.len() <= 63 && is_label(&found.value) {
        return Ok(Some(found.value));
    }
    Err(Error::usage(format!("{}: {} is no namespace", found.origin, quoted(&found.value)))
        .help("a namespace is lower-case letters, digits and `-`, 63 characters at most"))
}

fn is_label(text: &str) -> bool {
    let letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.iter().all(|byte| letter(byte) || *byte == b'-')
        && bytes.first().is_some_and(letter)
        && bytes.last().is_some_and(letter)
}

fn values_files(sources: &Sources<'_>, files: &dyn Files) -> Result<Vec<PathBuf>, Error> {
    let optional = sources.is("ignore-missing-values-files")?;
    let mut found = Vec::new();
    let Some(Sourced { origin, value: names }) = sources.list("values-files")? else {
        return Ok(found);
    };
    for name in names {
        match sandbox::locate(&name, &origin, files)? {
            Some(path) => found.push(path),
            None if optional => {}
            None => return Err(sandbox::absent(&name, &origin)),
        }
    }
    Ok(found)
}

/// Single values, in the order of their names.
fn set(sources: &Sources<'_>, parameter: &str) -> Result<Vec<(String, String)>, Error> {
    let entries: BTreeMap<String, Sourced<String>> = sources.map(parameter)?;
    let checked = entries.into_iter().map(|(name, entry)| {
        // Such a name would set another value.
        if name.is_empty() || name.contains(['=', ',', '{', '}']) || name.contains(char::is_control) {
            return Err(Error::usage(format!(
                "{}: a name is empty or holds `=`, `,`, a brace or a line break",
                entry.origin
            ))
            .help("a name is a path in the values: `service.type`, `tolerations[0].key`, `labels.example\\.com/a`"));
        }
        Ok((name, entry.value))
    });
    checked.collect()
}

#[cfg(test)]
mod tests;
