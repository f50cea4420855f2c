//! `export`: the same rewrite for a host that runs no program.
//!
//! On stdout the files follow each other as documents, each led by a comment with its name. With `--output` they are written
//! into a folder instead, over those of an earlier export and over nothing else.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Printed;
use crate::cli::Export;
use crate::config::Settings;
use crate::error::Error;
use crate::finding::Severity;
use crate::hosts::export::{File, start};
use crate::hosts::{flux, kustomize};
use crate::output::text;
use crate::output::words::Words;
use crate::rewrite::rewrite;

/// Exports what the filter makes of a stream.
///
/// # Errors
///
/// As the filter, and where there is nothing to export, or a file is in the way.
pub fn export(manifests: &str, settings: &[Settings], host: &Export) -> anyhow::Result<Printed> {
    let rewritten = rewrite(manifests, settings)?;
    let mut messages = text::findings(&rewritten.findings, Severity::Warning, Words::CommandLine);
    if rewritten.is_refused() {
        return Ok(Printed::refused(&rewritten.findings, messages));
    }
    let (files, folder) = match host {
        Export::Flux { single, release, output } => {
            (flux::files(&rewritten, &flux::How { single: *single, release: release.clone() })?, output)
        }
        Export::Kustomize { output } => (kustomize::files(&rewritten)?, output),
    };
    let Some(folder) = folder else {
        let texts: Vec<String> = files.into_iter().map(|file| file.text).collect();
        return Ok(Printed { output: texts.join("---\n"), messages, code: 0 });
    };
    for path in write(folder, &files)? {
        messages.push_str(&format!("istio-alb: wrote {}\n", path.display()));
    }
    Ok(Printed { messages, ..Printed::default() })
}

/// Writes the files. A file that was not exported is not overwritten, and then none is written.
fn write(folder: &Path, files: &[File]) -> anyhow::Result<Vec<PathBuf>> {
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file.name)).collect();
    for (file, path) in files.iter().zip(&paths) {
        match std::fs::read(path) {
            Ok(old) if old.starts_with(start(file.name).as_bytes()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
            Ok(_) => {
                return Err(Error::usage(format!(
                    "--output: {} was not exported, and is not written over",
                    path.display()
                ))
                .help("choose a folder of its own for the export")
                .into());
            }
        }
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (file, path) in files.iter().zip(&paths) {
        std::fs::write(path, &file.text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(paths)
}
