//! Argo CD's config management plugin: Helm is run here, in the folder that Argo CD has prepared, and what it renders is
//! rewritten in memory.
//!
//! A pipe in a shell would be less code, and worse: it loses Helm's errors, every value must be quoted, and the script appears in
//! every message that users read. Argo CD deletes everything when the output is empty and the exit code is 0. So nothing is
//! printed unless all of it is ready, and a render without an object is an error.
//!
//! ```text
//! parameters, variables, file → Request → helm template (once more after helm dependency build) → rewrite → one write
//! ```
//!
//! Who may edit an Application need not be trusted with the sidecar: see [`mod@helm`] for what reaches Helm, and
//! [`crate::config::sandbox`] for the files. All that is written to stderr is shown to everybody who may see the
//! Application: it is short, has what to do about it, and repeats neither Helm values nor manifests.
//!
//! Source: argo-cd v3.5.7 cmpserver/plugin/plugin.go, reposerver/repository/repository.go.

pub mod dependencies;
pub mod helm;
pub mod helm_error;
pub mod parameters;
pub mod process;
mod sources;

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::config::{self, Files, Options, PREFIX, Settings, sandbox};
use crate::error::{Error, Kind, cut, visible};
use crate::finding::Severity;
use crate::lint;
use crate::output::text;
use crate::output::words::Words;
use crate::rewrite::{self, Rewritten};
use helm::Render;
use kubernetes_objects::object::{self, Object};
use manifest_yaml::stream::Stream;

use process::{Ended, Invocation};
use sources::{PROGRAM, Sources, variable};

/// Runs a program, as [`process::run`] does.
pub type Run<'r> = dyn FnMut(&Invocation) -> io::Result<Ended> + 'r;

/// What an Application asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What Helm is to render.
    pub render: Render,
    /// How it is rewritten.
    pub settings: Vec<Settings>,
    program: String,
    env: Vec<(String, String)>,
    /// The repository.
    root: PathBuf,
}

impl Request {
    /// Reads what Argo CD passes on.
    ///
    /// # Errors
    /// Whatever is wrong with parameters, variables or the configuration file, of kind [`Kind::Usage`].
    pub fn read(options: &Options, env: &[(String, String)], files: &dyn Files) -> Result<Self, Error> {
        let sources = Sources::read(env)?;
        let render = Render::read(&sources, env, files)?;
        let rest = sources.env_of_configuration();
        let settings = config::resolve_with(&sources.parameters(), options, &rest, files, None, lint::REGISTRY)?;
        let here = files.follow(Path::new(".")).unwrap_or_default();
        let program = variable(env, &format!("{PREFIX}{PROGRAM}")).filter(|program| !program.is_empty());
        Ok(Request {
            render,
            settings,
            program: program.unwrap_or("helm").to_owned(),
            env: helm_environment(env),
            root: sandbox::root(&here).to_owned(),
        })
    }

    /// What Helm renders. Missing dependencies are built, once.
    ///
    /// # Errors
    /// Helm cannot be run, or fails: of kind [`Kind::Program`].
    pub fn rendered(&self, files: &dyn Files, run: &mut Run<'_>) -> Result<Vec<u8>, Error> {
        let mut ended = self.template(run)?;
        if helm_error::is_missing_dependency(&ended) {
            self.build_dependencies(files, run)?;
            ended = self.template(run)?;
        }
        match ended.code {
            Some(0) => Ok(ended.stdout),
            _ => Err(helm_error::error("helm template", &ended, &self.root)),
        }
    }

    fn template(&self, run: &mut Run<'_>) -> Result<Ended, Error> {
        self.helm(self.render.arguments(), &[], self.render.values.clone(), run)
    }

    fn build_dependencies(&self, files: &dyn Files, run: &mut Run<'_>) -> Result<(), Error> {
        let own = variable(&self.env, dependencies::REPOSITORIES).is_some();
        let variables = dependencies::variables(own);
        for args in dependencies::commands(files, own)? {
            let what = format!("helm {} {}", args[0], args[1]);
            let ended = self.helm(args, &variables, None, run)?;
            if ended.code != Some(0) {
                return Err(helm_error::error(&what, &ended, &self.root));
            }
        }
        Ok(())
    }

    fn helm(
        &self,
        args: Vec<String>,
        more: &[(String, String)],
        stdin: Option<String>,
        run: &mut Run<'_>,
    ) -> Result<Ended, Error> {
        let mut env = self.env.clone();
        env.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
        env.extend_from_slice(more);
        let invocation = Invocation { program: self.program.clone(), args, env, stdin };
        run(&invocation).map_err(|error| self.not_run(&error))
    }

    fn not_run(&self, error: &io::Error) -> Error {
        let failed = |what: &str| Error::new(Kind::Program, format!("cannot run `{}`: {what}", self.program));
        match error.kind() {
            ErrorKind::NotFound => failed("there is no such program")
                .help(format!("the sidecar's image needs Helm on PATH, or {PREFIX}{PROGRAM} with its place")),
            ErrorKind::ArgumentListTooLong => failed("single values are too long for a command line")
                .help("move them from `helm-parameters` to the parameter `values` or to a values file"),
            ErrorKind::InvalidInput => failed("a value holds a NUL character").help("take it out"),
            _ => failed(&error.to_string()).help("look at the sidecar: its image, its limits, its /tmp"),
        }
    }
}

/// Rewrites what Helm rendered.
///
/// # Errors
/// As the filter, and where nothing is there to apply.
pub fn rewrite<'t>(text: &'t str, settings: &[Settings]) -> Result<Rewritten<'t>, Error> {
    let result = rewrite::rewrite(text, settings);
    let applies = |rewritten: &Rewritten<'_>| rewritten.objects.iter().any(|object| !object.is_hook());
    if result.as_ref().is_ok_and(applies) {
        return result;
    }
    let all = object::read_all(&Stream::split(text));
    if !all.unreadable.is_empty() || !all.objects.iter().all(Object::is_hook) {
        return result;
    }
    let what = if all.objects.is_empty() { "no manifests" } else { "hooks and nothing else" };
    Err(Error::input(format!("helm template rendered {what}")).help(
        "Argo CD would then delete everything that the Application has: look at the values that switch parts of the chart off",
    ))
}

/// The message at the Application when a run ends with an error.
#[must_use]
pub fn error_text(error: &Error) -> String {
    brief(&format!("istio-alb: error: {}\n", Words::ArgoCd.of_error(error)))
}

/// The message at the Application when findings forbid printing.
#[must_use]
pub fn refusal_text(rewritten: &Rewritten<'_>) -> String {
    let findings = text::findings(&rewritten.findings, Severity::Error, Words::ArgoCd);
    brief(&(findings + &text::refusal(&rewritten.findings, Words::ArgoCd)))
}

/// A message of limited length: Argo CD shows all of it.
fn brief(text: &str) -> String {
    const LINES: usize = 40;
    const LETTERS: usize = 1500;
    let mut lines: Vec<String> = text.lines().map(|line| visible(&cut(&short_quotes(line), LETTERS))).collect();
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("  … and {more} more lines"));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Cuts the text between backticks.
fn short_quotes(line: &str) -> String {
    let parts = line.split('`').enumerate();
    let short = parts.map(|(number, part)| cut(part, if number % 2 == 1 { 80 } else { usize::MAX }));
    short.collect::<Vec<_>>().join("`")
}

/// The part of our environment that Helm gets: where to find things. The rest is left out, since an Application can add to it.
/// So is HELM_DEBUG, with which Helm prints manifests when it fails.
fn helm_environment(env: &[(String, String)]) -> Vec<(String, String)> {
    const NAMES: &[&str] = &[
        "PATH",
        "HOME",
        "TMPDIR",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "DOCKER_CONFIG",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
    ];
    let is_passed_on = |name: &str| {
        let proxy = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].iter().any(|proxy| name.eq_ignore_ascii_case(proxy));
        NAMES.contains(&name) || proxy || (name.starts_with("HELM_") && name != "HELM_DEBUG")
    };
    env.iter().filter(|(name, _)| is_passed_on(name)).cloned().collect()
}

#[cfg(test)]
mod tests;
