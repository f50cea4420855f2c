//! The how-to's full Ingress with its Service, taken literally, and with the mends that the findings name: what `check` says and
//! `show` draws, to the byte. `ISTIO_ALB_BLESS=1 cargo test --test how_to` writes what is expected, for somebody to look at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::PathBuf;

use support::{assert_golden, project};

const COMMANDS: [(&str, &[&str]); 4] = [
    ("check.txt", &["check", "--as-is"]),
    ("txt", &["show", "--as-is", "--format", "tree"]),
    ("mmd", &["show", "--as-is", "--format", "mermaid"]),
    ("svg", &["show", "--as-is", "--format", "svg"]),
];

fn folder() -> PathBuf {
    project().join("chart-fixtures/how-to")
}

fn said(manifests: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
        .env_clear()
        .args(arguments)
        .write_stdin(std::fs::read(folder().join(format!("{manifests}.yaml"))).unwrap())
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// `error ALB001` of each line that begins a finding, sorted.
fn findings(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let (severity, rest) = line.split_once('[')?;
            let (id, _) = rest.split_once("]: ")?;
            Some(format!("{severity} {id}"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn each_fault_is_told_with_its_mend() {
    let (code, text) = said("literal", &["check", "--as-is"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        findings(&text),
        [
            "error ALB001",
            "error ALB003",
            "error ALB012",
            "error ALB031",
            "warning ALB006",
            "warning ALB017",
            "warning ALB032",
        ]
    );
    assert_eq!(text.matches("\n  help: ").count(), 7);
}

#[test]
fn with_the_mends_nothing_is_wrong() {
    let (code, text) = said("mended", &["check", "--as-is"]);
    assert_eq!(code, Some(0));
    assert_eq!(findings(&text), ["warning ALB032"]);
}

#[test]
fn both_are_drawn() {
    for manifests in ["literal", "mended"] {
        for (ending, arguments) in COMMANDS {
            let (_, text) = said(manifests, arguments);
            assert_golden(&folder().join(format!("{manifests}.{ending}")), text.as_bytes());
        }
    }
}
