//! A configuration is resolved as the program does it, with files and environment of the test's own.

use super::*;
use crate::cli::{self, Parsed};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// Files by their path. A value `-> PATH` is a symbolic link.
#[derive(Default)]
pub(super) struct Memory(BTreeMap<PathBuf, String>);

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn follow(&self, path: &Path) -> io::Result<PathBuf> {
        match self.0.get(path) {
            Some(text) if text.starts_with("-> ") => Ok(PathBuf::from(&text[3..])),
            Some(_) => Ok(Path::new("/work").join(path)),
            None if path == Path::new(".") => Ok(PathBuf::from("/work")),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Memory {
    fn with(path: &str, text: &str) -> Self {
        Memory([(PathBuf::from(path), text.to_owned())].into())
    }
}

/// `--scheme internal --set 'a=b c'` as a shell splits it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (mut word, mut quoted) = (String::new(), false);
        let mut end = rest.len();
        for (at, letter) in rest.char_indices() {
            match letter {
                '\'' => quoted = !quoted,
                ' ' if !quoted => {
                    end = at;
                    break;
                }
                _ => word.push(letter),
            }
        }
        words.push(word);
        rest = rest[end..].trim_start();
    }
    words
}

pub(super) fn options(line: &str) -> Result<Options, Error> {
    let args = std::iter::once("istio-alb".to_owned()).chain(words(line)).map(OsString::from);
    match cli::parse(args)? {
        Parsed::Run(cli) => Ok(cli.options),
        Parsed::Print(text) => Err(Error::internal(text)),
    }
}

/// Resolves a command line, variables (`NAME=value`) and the text of `istio-alb.yaml`.
pub(super) fn resolved(line: &str, env: &[&str], file: &str) -> Result<Vec<Settings>, Error> {
    let env: Vec<_> = env.iter().filter_map(|pair| pair.split_once('=')).collect();
    let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    resolve(&options(line)?, &env, &Memory::with(DEFAULT_FILE, file), None)
}

pub(super) fn one(line: &str, env: &[&str], spec: &str) -> Settings {
    let file = format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n{spec}");
    match resolved(line, env, &file) {
        Ok(all) => all.into_iter().next().unwrap(),
        Err(error) => panic!("{error}"),
    }
}

fn refused(line: &str, env: &[&str], file: &str) -> String {
    match resolved(line, env, file) {
        Ok(_) => "(accepted)".to_owned(),
        Err(error) => {
            assert_eq!(error.kind, crate::error::Kind::Usage);
            error.to_string()
        }
    }
}

/// `bad.txt` holds configurations that are refused, each with what is said about it. A case is
///
/// ```text
/// ### what it is about
/// $ arguments, if any
/// $ NAME=value, a variable, if any
/// the file
/// >>>
/// the message
/// ```
///
/// `apiVersion` and `kind` are added behind the file, so that its lines count from 1. `ISTIO_ALB_BLESS=1` writes the
/// messages as they are now: read the difference.
#[test]
fn bad_configurations_are_refused_with_these_words() {
    let cases = include_str!("bad.txt");
    let mut now = String::new();
    for case in cases.split_inclusive("\n\n") {
        let case = case.trim_end_matches('\n');
        let (input, _) = case.split_once("\n>>>").unwrap_or_else(|| panic!("a case without >>>:\n{case}"));
        let (mut line, mut env, mut file) = (String::new(), Vec::new(), String::new());
        for text in input.lines().skip(1) {
            match text.strip_prefix("$ ") {
                Some(pair) if pair.starts_with(|first: char| first.is_ascii_uppercase()) => env.push(pair),
                Some(args) => line = args.to_owned(),
                None => {
                    file.push_str(text);
                    file.push('\n');
                }
            }
        }
        if !file.is_empty() && !file.contains("apiVersion") && !file.contains("kind:") {
            file.push_str("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n");
        }
        now.push_str(&format!("{input}\n>>>\n{}\n\n", refused(&line, &env, &file)));
    }
    now.pop();
    reference::compare("src/config/bad.txt", &now);
}
