//! The folders of `chart-fixtures/cases`, and the program run in one.

use super::{binary, command, give, project};
use std::path::{Path, PathBuf};
use std::process::Output;

/// The folders, by name.
pub fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project().join("chart-fixtures/cases")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Runs the program in the case's folder, where it finds the case's `istio-alb.yaml`, with the case's arguments and variables, and
/// behind these a command, if it is not the filter that is to run.
pub fn run(folder: &Path, subcommand: &[&str], input: &[u8]) -> Output {
    let mut program = command(binary(), folder);
    program.args(lines(&folder.join("args"))).args(subcommand);
    for line in lines(&folder.join("env")) {
        let (name, value) = line.split_once('=').expect("a line of `env` is NAME=VALUE");
        program.env(name, value);
    }
    give(program, input)
}

fn lines(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}
