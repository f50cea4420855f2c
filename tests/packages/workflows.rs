//! The workflows of GitHub: what can be run of them is run by the tests here.

use crate::support::tools::{Need, Tool, gated};
use crate::support::{Outcome, command, contract, fail, project, shown};
use libtest_mimic::Trial;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// Commands that no script of the project is, and no test can run: each line of them says why in the workflow.
const NOT_RUN: [&str; 2] = ["rustup toolchain install ", "docker login "];

/// What runs all tests, so that none of them runs it.
const RUNS_THE_TESTS: [&str; 2] = [".ci/run", "cargo test "];

/// How a script is called as root.
const AS_ROOT: &str = "sudo -E env \"PATH=$PATH\" \"HOME=$HOME\" ";

pub fn trials() -> Vec<Trial> {
    vec![
        gated("actionlint takes the workflows", vec![Need::Tool(Tool::Actionlint)], actionlint),
        Trial::test("each line of the workflows is a script that a test runs", lines_are_scripts),
        Trial::test("actions are pinned to commits, the Rust and the tools to versions", pinned),
        Trial::test("workflows have no right that a job does not ask for", rights),
    ]
}

fn workflows() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(project().join(".github/workflows")).unwrap().flatten() {
        found.push((entry.path(), std::fs::read_to_string(entry.path()).unwrap()));
    }
    assert!(found.len() >= 2);
    found
}

fn actionlint() -> Outcome {
    let mut lint = command(Tool::Actionlint.path(), project());
    // What shellcheck says depends on whether and which one is there.
    lint.args(["-no-color", "-shellcheck=", "-pyflakes="]).args(workflows().iter().map(|(path, _)| path));
    let done = lint.output().unwrap();
    if done.status.success() { Ok(()) } else { fail(shown(&done)) }
}

/// Each command of a `run`, with the line before its step if that is a comment.
fn commands(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_run = |line: &&str| line.starts_with("- run: ") || line.starts_with("run: ");
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_run(line)) {
        let (_, command) = line.split_once("run: ").unwrap();
        let before = lines[..at].last().copied().unwrap_or_default();
        found.push((command.to_owned(), before.to_owned()));
    }
    found
}

fn lines_are_scripts() -> Outcome {
    let tests: String = ["archives", "crates", "images", "plugin", "release", "whole"]
        .map(|part| std::fs::read_to_string(project().join(format!("tests/packages/{part}.rs"))).unwrap())
        .concat();
    let others: String = std::fs::read_dir(project().join("tests"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"))
        .map(|entry| std::fs::read_to_string(entry.path()).unwrap())
        .collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, text) in workflows() {
        for (line, before) in commands(&text) {
            count += 1;
            let plain = line.strip_prefix(AS_ROOT).unwrap_or(&line);
            let script = plain.split(' ').next().unwrap_or_default();
            let file = project().join(script);
            let is_script = file.is_file() && file.metadata().unwrap().permissions().mode() & 0o111 != 0;
            let name = script.rsplit('/').next().unwrap_or_default();
            let is_run = tests.contains(&format!("\"{name}\"")) || tests.contains(script) || others.contains(script);
            let right = if NOT_RUN.iter().any(|start| plain.starts_with(start)) {
                before.starts_with("# not run: ")
            } else if RUNS_THE_TESTS.iter().any(|start| plain.starts_with(start)) {
                !before.starts_with("# not run: ")
            } else {
                is_script && is_run && !before.starts_with("# not run: ") && !plain.contains([';', '|', '&', '`'])
            };
            if !right {
                wrong.push(format!("{}: {line}", path.display()));
            }
        }
        // What this reads as text must be what GitHub reads.
        let workflow = contract::parse(text.as_bytes())?;
        let jobs = workflow["jobs"].as_object().unwrap().values();
        let steps = jobs.filter_map(|job| job["steps"].as_array()).flatten();
        let runs: Vec<&str> = steps.filter_map(|step| step["run"].as_str()).collect();
        let seen: Vec<String> = commands(&text).into_iter().map(|(line, _)| line).collect();
        if runs != seen {
            wrong.push(format!("{}: a `run` of more than one line: {runs:?}", path.display()));
        }
    }
    if wrong.is_empty() && count > 10 { Ok(()) } else { fail(wrong.join("\n")) }
}

fn pinned() -> Outcome {
    let mut wrong = Vec::new();
    let mut versions = std::collections::BTreeMap::new();
    let mut rust = std::collections::BTreeSet::new();
    let tools = std::fs::read_to_string(project().join("tests/tools/install.sh")).unwrap();
    for (path, text) in workflows() {
        for line in text.lines().map(str::trim) {
            let used = line.trim_start_matches("- ").strip_prefix("uses: ").filter(|used| !used.starts_with("./"));
            if let Some(used) = used {
                let commit = used.split_once('@').and_then(|(_, rest)| rest.split_once(" # v"));
                let is_commit = commit.is_some_and(|(commit, version)| {
                    commit.len() == 40
                        && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
                        && version.split('.').count() == 3
                });
                let (action, rest) = used.split_once('@').unwrap_or_default();
                // One action, one version, in all places.
                let known = versions.entry(action.to_owned()).or_insert_with(|| rest.to_owned());
                if !is_commit || known != rest || !action.starts_with("actions/") {
                    wrong.push(format!("{}: {line}", path.display()));
                }
            }
            if let Some(version) = line.strip_prefix("RUSTUP_TOOLCHAIN: ") {
                rust.insert(version.to_owned());
            }
            for tool in line.strip_prefix("- run: tests/tools/install.sh ").into_iter().flat_map(|rest| rest.split(' '))
            {
                if !tools.contains(&format!("\n{tool} ")) {
                    wrong.push(format!("{}: {tool}", path.display()));
                }
            }
        }
    }
    if rust.len() != 1 || rust.iter().any(|version| version.split('.').count() != 3) {
        wrong.push(format!("{rust:?}"));
    }
    if wrong.is_empty() { Ok(()) } else { fail(wrong.join("\n")) }
}

fn rights() -> Outcome {
    for (path, text) in workflows() {
        let workflow = contract::parse(text.as_bytes())?;
        if workflow["permissions"] != serde_json::json!({}) {
            return fail(format!("{}: every job has rights", path.display()));
        }
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            let steps = job["steps"].as_array().cloned().unwrap_or_default();
            let writes =
                job["permissions"].as_object().is_none_or(|rights| rights.values().any(|right| right == "write"));
            let of_release = path.ends_with("release.yml") && ["build", "publish"].contains(&name.as_str());
            let keeps = |step: &serde_json::Value| {
                let is_checkout = step["uses"].as_str().is_some_and(|used| used.starts_with("actions/checkout@"));
                is_checkout && step["with"]["persist-credentials"] != false
            };
            let caches = |step: &serde_json::Value| step["uses"].as_str().is_some_and(|used| used.contains("cache"));
            // Scripts take values from the environment: in a line of shell they would be code.
            let inserts = |step: &serde_json::Value| step["run"].as_str().is_some_and(|run| run.contains("${{"));
            if writes != of_release
                || steps.iter().any(|step| keeps(step) || inserts(step))
                || (of_release && steps.iter().any(caches))
            {
                return fail(format!("{}: {name}", path.display()));
            }
        }
    }
    Ok(())
}
