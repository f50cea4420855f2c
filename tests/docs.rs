//! What README.md and the pages in docs/ tell people to type, typed.
//!
//! Every fenced block ```` ```sh ```` or ```` ```console ```` is run, page by page from top to bottom, by `bash` in a copy of
//! the project's files with the built program on PATH. In `sh` the block is a script, and each command must succeed. In
//! `console`, lines that begin with `$ ` are commands, and what follows is what they print (both streams); a line `…`
//! stands for any number of lines. A comment right before the block says more:
//!
//! - `<!-- not run: REASON -->`: it cannot be run here
//! - `<!-- exit: N -->`: the last command ends with N
//! - `<!-- needs: helm-4.2.4 -->`: run with that tool, which is then called by its plain name (`helm`)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use support::helm::path_with;
use support::tools::{Need, Tool, gated};
use support::{Outcome, binary, command, copy_folder, fail, project};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = harness_trials();
    for page in pages() {
        let name = page.strip_prefix(project()).unwrap().display().to_string();
        let blocks = blocks(&std::fs::read_to_string(&page).unwrap());
        let needs: BTreeSet<String> = blocks
            .iter()
            .filter_map(|block| block.needs.clone())
            .collect();
        let all = blocks.clone();
        trials.push(Trial::test(name.clone(), move || run_page(&all, None)));
        for need in needs {
            let blocks = blocks.clone();
            let tool =
                Tool::named(&need).unwrap_or_else(|| panic!("{name}: no tool is called {need}"));
            let trial = gated(
                format!("{name} with {need}"),
                vec![Need::Tool(tool)],
                move || run_page(&blocks, Some(tool)),
            );
            trials.push(trial);
        }
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![
        project().join("README.md"),
        project().join("chart-fixtures/README.md"),
    ];
    let mut folders = vec![project().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.retain(|page| page.exists());
    pages.sort();
    pages
}

/// A fenced block that is to be run.
#[derive(Debug, Clone, Default, PartialEq)]
struct Block {
    line: usize,
    console: bool,
    text: String,
    needs: Option<String>,
    exit: i32,
}

/// One command of a `console` block and what the page shows below it; of an `sh` block, the whole script.
#[derive(Debug, PartialEq)]
struct Step {
    script: String,
    shown: Option<String>,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut comments: Vec<&str> = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let bare = line.trim_start();
        if let Some(comment) = bare
            .strip_prefix("<!-- ")
            .and_then(|rest| rest.strip_suffix(" -->"))
        {
            comments.push(comment);
            continue;
        }
        if let Some(language) = bare.strip_prefix("```") {
            let indentation = line.len() - bare.len();
            let mut text = String::new();
            for (_, inside) in lines.by_ref() {
                if inside.trim_start().starts_with("```") {
                    break;
                }
                text.push_str(inside.get(indentation..).unwrap_or_default());
                text.push('\n');
            }
            let value = |key: &str| {
                comments
                    .iter()
                    .find_map(|comment| comment.strip_prefix(key))
                    .map(str::trim)
            };
            if matches!(language, "sh" | "console") && value("not run:").is_none() {
                blocks.push(Block {
                    line: number + 1,
                    console: language == "console",
                    text,
                    needs: value("needs:").map(str::to_owned),
                    exit: value("exit:").map_or(0, |code| code.parse().expect("an exit code")),
                });
            }
        }
        if !bare.is_empty() {
            comments.clear();
        }
    }
    blocks
}

fn steps(block: &Block) -> Vec<Step> {
    if !block.console {
        return vec![Step {
            script: block.text.clone(),
            shown: None,
        }];
    }
    let mut steps: Vec<Step> = Vec::new();
    for line in block.text.split_inclusive('\n') {
        let last = steps.last_mut();
        match (line.strip_prefix("$ "), last) {
            (Some(typed), _) => steps.push(Step {
                script: typed.into(),
                shown: Some(String::new()),
            }),
            (None, Some(step)) if step.script.ends_with("\\\n") => step.script.push_str(line),
            (None, Some(step)) => step.shown.get_or_insert_default().push_str(line),
            (None, None) => panic!("line {}: a console block begins with `$ `", block.line),
        }
    }
    steps
}

fn run_page(blocks: &[Block], tool: Option<Tool>) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    for part in ["chart-fixtures", "examples", "docs", "deploy"] {
        let from = project().join(part);
        if from.exists() {
            copy_folder(&from, &folder.path().join(part));
        }
    }
    std::fs::copy(
        project().join("plugin.yaml"),
        folder.path().join("plugin.yaml"),
    )
    .unwrap();
    let home = tempfile::tempdir().unwrap();
    let programs = home.path().join("bin");
    std::fs::create_dir_all(&programs).unwrap();
    if let Some(tool) = tool {
        let plain = tool.name().split('-').next().unwrap();
        std::os::unix::fs::symlink(tool.path(), programs.join(plain)).unwrap();
    }
    for block in blocks {
        if block.needs.is_some() && block.needs.as_deref() != tool.map(Tool::name) {
            continue;
        }
        let steps = steps(block);
        for (number, step) in steps.iter().enumerate() {
            let last = number + 1 == steps.len();
            run_step(
                block,
                step,
                last.then_some(block.exit),
                folder.path(),
                home.path(),
            )?;
        }
    }
    Ok(())
}

fn run_step(block: &Block, step: &Step, exit: Option<i32>, folder: &Path, home: &Path) -> Outcome {
    let mut bash = command("bash", folder);
    bash.args([
        "-euo",
        "pipefail",
        "-c",
        &format!("exec 2>&1\n{}", step.script),
    ]);
    bash.env("HOME", home).env(
        "PATH",
        path_with(&[&home.join("bin"), binary().parent().unwrap()]),
    );
    let output = bash.output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let at = format!("line {}: {}", block.line, step.script.trim_end());
    if let Some(exit) = exit
        && output.status.code() != Some(exit)
    {
        return fail(format!(
            "{at}\nended with {}, not {exit}\n{printed}",
            output.status
        ));
    }
    match &step.shown {
        Some(shown) if !matches(shown, &printed) => fail(format!(
            "{at}\nthe page shows\n{shown}\nand the program prints\n{printed}"
        )),
        _ => Ok(()),
    }
}

/// Compares line by line; `…` stands for any number of lines.
fn matches(shown: &str, printed: &str) -> bool {
    fn go(shown: &[&str], printed: &[&str]) -> bool {
        match shown.split_first() {
            None => printed.is_empty(),
            Some((&"…", rest)) => {
                (0..=printed.len()).any(|skipped| go(rest, &printed[skipped..]))
            }
            Some((line, rest)) => printed.first() == Some(line) && go(rest, &printed[1..]),
        }
    }
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (shown, printed) = (lines(shown), lines(printed));
    go(
        &shown.iter().map(String::as_str).collect::<Vec<_>>(),
        &printed.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// The harness must notice a page that is wrong.
fn harness_trials() -> Vec<Trial> {
    let wrong = [
        ("a command that fails", "```sh\nfalse\ntrue\n```\n"),
        ("output that differs", "```console\n$ echo one\ntwo\n```\n"),
        ("output that is not shown", "```console\n$ echo one\n```\n"),
        (
            "output that does not come",
            "```console\n$ true\none\n```\n",
        ),
        (
            "another exit code",
            "<!-- exit: 2 -->\n```console\n$ exit 3\n```\n",
        ),
        (
            "a last line too many",
            "```console\n$ printf 'a\\nb\\n'\na\n…\nc\n```\n",
        ),
    ];
    let right = [
        ("a script", "```sh\ntrue\n```\n"),
        (
            "shown output",
            "```console\n$ echo one; echo two >&2\none\ntwo\n$ echo \\\n    three\nthree\n```\n",
        ),
        ("left out lines", "```console\n$ seq 9\n1\n…\n8\n9\n```\n"),
        (
            "an exit code",
            "<!-- exit: 2 -->\n```console\n$ exit 2\n```\n",
        ),
        (
            "a block that is not run",
            "<!-- not run: needs a cluster -->\n```sh\nfalse\n```\n",
        ),
        ("another language", "```yaml\nfalse: true\n```\n"),
        (
            "state from block to block",
            "```sh\necho one > file\n```\n\n- in a list\n\n  ```console\n  $ cat file\n  one\n  ```\n",
        ),
        (
            "the program on PATH",
            "```sh\n[ -x \"$(command -v istio-alb)\" ]\n```\n",
        ),
    ];
    let mut trials = Vec::new();
    for (name, page) in wrong {
        trials.push(Trial::test(
            format!("the harness notices {name}"),
            move || {
                if run_page(&blocks(page), None).is_err() {
                    Ok(())
                } else {
                    fail(page)
                }
            },
        ));
    }
    for (name, page) in right {
        trials.push(Trial::test(
            format!("the harness takes {name}"),
            move || run_page(&blocks(page), None),
        ));
    }
    trials
}
