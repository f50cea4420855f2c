//! What the black-box tests share: the built program with a clean environment, and what they need beside it.
//!
//! A test that needs a tool or a chart that is not there is reported as ignored; where `CI` is set it fails instead, so
//! that nothing is passed over in silence. Recorded streams are found through `ISTIO_ALB_TEST_DATA`; without that
//! variable their tests are ignored everywhere, since they are not part of the project.

#![allow(dead_code)] // each test file uses its own part

pub mod api_server;
#[cfg(unix)]
pub mod argocd;
pub mod cases;
pub mod charts;
pub mod cluster;
pub mod contract;
pub mod flux;
pub mod helm;
pub mod hosts;
pub mod http;
pub mod pages;
pub mod styles;
pub mod tools;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a trial of libtest-mimic returns.
pub type Outcome = Result<(), libtest_mimic::Failed>;

/// The project's own folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The built program.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_istio-alb"))
}

/// `program`, to be run in `folder`, with nothing in its environment that would change what we or Helm do.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let prefixes = ["ISTIO_ALB_", "ARGOCD_", "HELM_", "KUBE", "XDG_", "CLICOLOR"];
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) || name == "NO_COLOR" {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// Runs the program in `folder` with `arguments`, and gives it `input`.
pub fn filter<A: AsRef<OsStr>>(folder: &Path, arguments: &[A], input: &[u8]) -> Output {
    let mut program = command(binary(), folder);
    program.args(arguments);
    give(program, input)
}

/// Runs `program` and gives it `input`. A program that ends without having read it is no error of the test.
pub fn give(program: Command, input: &[u8]) -> Output {
    assert_cmd::Command::from_std(program).write_stdin(input).output().unwrap()
}

/// Runs the program without any argument, in a folder that holds no configuration.
pub fn rewrite(input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    filter::<&str>(folder.path(), &[], input)
}

/// The recorded streams and answers, where `ISTIO_ALB_TEST_DATA` says that they are.
pub fn recorded() -> Option<PathBuf> {
    std::env::var_os("ISTIO_ALB_TEST_DATA").map(PathBuf::from)
}

/// What a failing trial says.
pub fn fail(message: impl std::fmt::Display) -> Outcome {
    Err(message.to_string().into())
}

/// Output of a run, as a message of a failing trial shows it.
pub fn shown(output: &Output) -> String {
    format!(
        "{}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The first line in which two texts differ, with both, bytes that one would not see made visible.
pub fn first_difference(expected: &[u8], found: &[u8]) -> String {
    let mut expected_lines = expected.split_inclusive(|&byte| byte == b'\n');
    let mut found_lines = found.split_inclusive(|&byte| byte == b'\n');
    for line in 1.. {
        let (left, right) = (expected_lines.next(), found_lines.next());
        if left != right {
            let show = |part: Option<&[u8]>| part.map_or("(the end)".into(), |bytes| bytes.escape_ascii().to_string());
            return format!("line {line}\n  expected: {}\n  found:    {}", show(left), show(right));
        }
        if left.is_none() {
            break;
        }
    }
    "no difference".into()
}

/// Compares what was found with a file of the project, byte for byte. With `ISTIO_ALB_BLESS=1` it writes the file first.
pub fn assert_golden(file: &Path, found: &[u8]) {
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        std::fs::write(file, found).unwrap();
    }
    let expected = std::fs::read(file).unwrap();
    assert!(expected == found, "{}: {}", file.display(), first_difference(&expected, found));
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
