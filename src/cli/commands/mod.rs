//! The commands beside the filter: each a function from text to text.

mod check;
mod compare;
mod diff;
mod export;
mod init;
mod show;
mod tables;

pub use check::{How, check, failed, refuse_beside_as_is, report};
pub use compare::compare;
pub use diff::diff;
pub use export::export;
pub use init::init;
pub use show::show;

use crate::cli;
use crate::error::{Error, Kind, quoted, visible};
use crate::finding::Finding;
use crate::lint;
use crate::output::sources::Sources;
use crate::output::words::Words;
use crate::output::{rule_docs, text};
use manifest_yaml::stream::has_content;

/// What a command prints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// For stdout.
    pub output: String,
    /// For stderr.
    pub messages: String,
    /// The exit code.
    pub code: u8,
}

impl Printed {
    /// Output alone.
    #[must_use]
    pub fn output(output: String) -> Self {
        Printed { output, ..Printed::default() }
    }

    /// A refused run: `messages` and the sentence that ends it, and no output.
    fn refused(findings: &[Finding], mut messages: String) -> Self {
        messages.push_str(&text::refusal(findings, Words::CommandLine));
        Printed { messages, code: Kind::Findings.exit_code(), ..Printed::default() }
    }
}

/// What was read, each file with its name; stdin has none.
///
/// # Errors
///
/// Where one is not UTF-8.
pub fn sources(read: Vec<(Option<String>, Vec<u8>)>) -> Result<Sources, Error> {
    if let Some(error) = empty(&read) {
        return Err(error);
    }
    let mut files = Vec::new();
    for (name, bytes) in read {
        let text = String::from_utf8(bytes).map_err(|error| {
            let error = not_utf8(error.as_bytes(), error.utf8_error());
            match &name {
                Some(name) => Error { message: format!("{}: {}", visible(name), error.message), ..error },
                None => error,
            }
        })?;
        match name {
            Some(name) => files.push((name, text)),
            None => return Ok(Sources::stdin(text)),
        }
    }
    Ok(Sources::files(files))
}

/// The error for files that have nothing in them. What is missing on stdin the commands say.
fn empty(read: &[(Option<String>, Vec<u8>)]) -> Option<Error> {
    let is_empty = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|text| !has_content(text));
    let names: Vec<&str> =
        read.iter().filter(|(_, bytes)| is_empty(bytes)).filter_map(|(name, _)| name.as_deref()).collect();
    (!names.is_empty() && names.len() == read.len()).then(|| {
        let names: Vec<String> = names.into_iter().map(visible).collect();
        Error::input(format!("there are no manifests in {}", names.join(", ")))
            .help("the command that wrote it printed nothing: look at what that says")
    })
}

/// The input as text.
///
/// # Errors
///
/// Where it is not UTF-8, with the line.
pub fn text_of(input: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(input).map_err(|error| not_utf8(input, error))
}

fn not_utf8(input: &[u8], error: std::str::Utf8Error) -> Error {
    let line = input[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
    Error::input(format!("the manifests are not UTF-8: line {line} has a byte that is no character"))
        .help("find the file of the chart that was saved in another encoding, and save it as UTF-8")
}

/// `explain ID`: the documentation of a finding; of all of them on one line each where none is named.
///
/// # Errors
///
/// Where there is no such finding.
pub fn explain(id: Option<&str>) -> Result<Printed, Error> {
    let Some(id) = id else { return Ok(Printed::output(rule_docs::list())) };
    let Some(rule) = lint::REGISTRY.find(id) else {
        let error = Error::new(Kind::Usage, format!("there is no finding {}", quoted(id)));
        return Err(error.help(lint::REGISTRY.nearest(id)));
    };
    Ok(Printed::output(format!("{}: {}", rule.id, rule_docs::section(rule))))
}

/// `completions SHELL`: the script for the shell.
#[must_use]
pub fn completions(shell: clap_complete::Shell) -> Printed {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::described(), "istio-alb", &mut script);
    Printed::output(String::from_utf8_lossy(&script).into_owned())
}
