//! One trial for each file of `chart-fixtures/findings`: manifests that show what a rule finds. The first line names the
//! command, perhaps behind variables of ours (`ISTIO_ALB_SCHEME=internal`), the comment lines behind it are what the command says about the rule that the file is named after.
//!
//! `ISTIO_ALB_BLESS=1` writes these lines as the program says them now, for a human to review with `git diff`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use istio_alb::finding::Severity;
use istio_alb::lint::REGISTRY;
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use support::{Outcome, fail, give, project, shown};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> =
        files().into_iter().map(|path| Trial::test(name_of(&path), move || run(&path))).collect();
    trials.push(Trial::test("every rule has a file", every_rule_has_a_file));
    libtest_mimic::run(&arguments, trials).exit();
}

fn files() -> Vec<PathBuf> {
    let folder = project().join("chart-fixtures/findings");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn every_rule_has_a_file() -> Outcome {
    let rules = REGISTRY.rules().into_iter().map(|rule| format!("{}-{}", rule.id, rule.name));
    let rules: BTreeSet<String> = rules.collect();
    let files: BTreeSet<String> = files().iter().map(|path| name_of(path)).collect();
    let off: Vec<&String> = rules.symmetric_difference(&files).collect();
    if off.is_empty() {
        return Ok(());
    }
    fail(format!("a rule without a file in chart-fixtures/findings, or a file without a rule: {off:?}"))
}

fn run(path: &Path) -> Outcome {
    let text = std::fs::read_to_string(path)?;
    let name = name_of(path);
    let id = &name[.."ALB000".len()];
    let Some(rule) = REGISTRY.rules().into_iter().find(|rule| rule.id == id) else {
        return fail("there is no such rule");
    };
    let mut lines = text.lines();
    let first = lines.next().and_then(|line| line.strip_prefix("# "));
    let Some((variables, command)) = first.and_then(|line| line.split_once("istio-alb ")) else {
        return fail("the first line must be the command: # istio-alb check --as-is");
    };
    let expected: Vec<&str> = lines.map_while(|line| line.strip_prefix("# ")).collect();

    let arguments: Vec<&str> = command.split(' ').chain(["--format", "json"]).collect();
    let empty = tempfile::tempdir()?;
    let mut program = support::command(support::binary(), empty.path());
    program.args(arguments).envs(variables.split_whitespace().filter_map(|pair| pair.split_once('=')));
    let output = give(program, text.as_bytes());
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let all = report["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found: Vec<String> = all.iter().filter(|finding| finding["id"] == id).map(line).collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();

    let errors: BTreeSet<&str> = all
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .filter_map(|finding| finding["id"].as_str())
        .collect();
    if errors.iter().any(|other| *other != id) {
        return fail(format!("errors of other rules: {}", shown(&output)));
    }
    let code = i32::from(!errors.is_empty());
    if found.is_empty() || output.status.code() != Some(code) {
        return fail(format!("{id} and exit code {code} expected: {}", shown(&output)));
    }
    let worst = found.iter().any(|line| line.starts_with(&format!("{}[", rule.severity)));
    if !worst && rule.severity != Severity::Error {
        return fail(format!("{id} is of severity {}: {}", rule.severity, shown(&output)));
    }
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() && found != expected {
        let rest: Vec<&str> = text.lines().skip(1 + expected.len()).collect();
        let said = found.iter().map(|line| format!("# {line}\n"));
        let blessed = format!("# {variables}istio-alb {command}\n{}{}\n", said.collect::<String>(), rest.join("\n"));
        std::fs::write(path, blessed)?;
        return Ok(());
    }
    if found != expected {
        return fail(format!("expected:\n{}\nfound:\n{}", expected.join("\n"), found.join("\n")));
    }
    Ok(())
}

/// A finding of the report on one line: `warning[ALB006]: document 4, line 57: Service a/b: …`.
fn line(finding: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut parts = vec![format!("{}[{}]", text(&finding["severity"]), text(&finding["id"]))];
    let place = &finding["place"];
    if !place.is_null() {
        let source = place["source"].as_str().map(|source| format!(" ({source})")).unwrap_or_default();
        parts.push(format!("document {}{source}, line {}", place["document"], place["line"]));
    }
    parts.extend(finding["object"].as_str().map(str::to_owned));
    parts.push(text(&finding["message"]));
    parts.join(": ")
}
