//! Pages in Markdown, and their fenced blocks ```` ```sh ```` and ```` ```console ````, which are there to be typed.
//!
//! In `sh` the block is a script, and each command must succeed. In `console`, lines that begin with `$ ` are commands, and
//! what follows is what they print (both streams); a line `…` stands for any number of lines. A comment right before the
//! block says more:
//!
//! - `<!-- not run: REASON -->`: it cannot be run here
//! - `<!-- exit: N -->`: the last command ends with N
//! - `<!-- needs: helm-3.21.4, helm-4.2.4 -->`: run with each of these tools, which is then called by its plain name (`helm`)
//! - `<!-- needs: helm-4.2.4 + flux -->`: run with both; `flux` is Flux's own code, called `fluxhost`
//! - `<!-- file: FOLDER/NAME -->`: what the block holds is written there, whatever its language
//! - `<!-- cluster -->`: run against a real API server, with every Helm; `<!-- cluster: helm-3.21.4 -->`: with that one
//! - `<!-- state: attach -->`: what the cluster is in afterwards, by the name that the page gives it
//! - `<!-- host: helmfile -->`: for that program, which runs Helm; typed by `tests/helm_hosts.rs`

use super::{Outcome, fail};
use std::process::Command;

/// A fenced block that is to be run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Block {
    pub line: usize,
    console: bool,
    pub text: String,
    /// What it is run with, one of these; names of tools, with ` + ` between those that it needs together.
    pub needs: Vec<String>,
    /// Whether it is for a cluster, and with which tool; without a name, with all of them.
    pub cluster: Option<String>,
    pub state: Option<String>,
    /// The program that it is for.
    pub host: Option<String>,
    /// The file that it writes.
    pub file: Option<String>,
    exit: i32,
}

/// One command of a `console` block and what the page shows below it; of an `sh` block, the whole script.
#[derive(Debug, PartialEq)]
struct Step {
    script: String,
    shown: Option<String>,
}

/// The blocks of a page that are to be run somewhere.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut comments: Vec<&str> = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let bare = line.trim_start();
        if let Some(comment) = bare.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
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
            let value = |key: &str| comments.iter().find_map(|comment| comment.strip_prefix(key)).map(str::trim);
            let file = value("file:");
            if let Some(path) = file {
                // A reader of the page does not see the comment.
                assert!(
                    text.starts_with(&format!("# {path}\n")),
                    "line {}: the block begins with `# {path}`",
                    number + 1
                );
                text = written(path, &text);
            }
            let typed = matches!(language, "sh" | "console") || file.is_some();
            if typed && value("not run:").is_none() {
                blocks.push(Block {
                    line: number + 1,
                    console: language == "console",
                    text,
                    needs: value("needs:")
                        .map_or_else(Vec::new, |tools| tools.split(", ").map(str::to_owned).collect()),
                    cluster: value("cluster").map(|tool| tool.trim_start_matches(": ").to_owned()),
                    state: value("state:").map(str::to_owned),
                    host: value("host:").map(str::to_owned),
                    file: file.map(str::to_owned),
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

/// The script that writes a file.
fn written(path: &str, text: &str) -> String {
    format!("mkdir -p \"$(dirname {path})\"\ncat > {path} << 'END OF FILE'\n{text}END OF FILE\n")
}

fn steps(block: &Block) -> Vec<Step> {
    if !block.console {
        return vec![Step { script: block.text.clone(), shown: None }];
    }
    let mut steps: Vec<Step> = Vec::new();
    for line in block.text.split_inclusive('\n') {
        let last = steps.last_mut();
        match (line.strip_prefix("$ "), last) {
            (Some(typed), _) => steps.push(Step { script: typed.into(), shown: Some(String::new()) }),
            (None, Some(step)) if goes_on(&step.script) => step.script.push_str(line),
            (None, Some(step)) => step.shown.get_or_insert_default().push_str(line),
            (None, None) => panic!("line {}: a console block begins with `$ `", block.line),
        }
    }
    steps
}

/// Whether a command does not end with the line.
fn goes_on(script: &str) -> bool {
    ["\\\n", "|\n"].iter().any(|end| script.ends_with(end))
}

/// Runs a block's commands, each in a `bash` of its own, which `bash` makes ready.
pub fn run(block: &Block, bash: impl Fn() -> Command) -> Outcome {
    let steps = steps(block);
    for (number, step) in steps.iter().enumerate() {
        let last = number + 1 == steps.len();
        run_step(block, step, last.then_some(block.exit), bash())?;
    }
    Ok(())
}

fn run_step(block: &Block, step: &Step, exit: Option<i32>, mut bash: Command) -> Outcome {
    bash.args(["-euo", "pipefail", "-c", &format!("exec 2>&1\n{}", step.script)]);
    let output = bash.output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let at = format!("line {}: {}", block.line, step.script.trim_end());
    if let Some(exit) = exit
        && output.status.code() != Some(exit)
    {
        return fail(format!("{at}\nended with {}, not {exit}\n{printed}", output.status));
    }
    match &step.shown {
        Some(shown) if !matches(shown, &printed) => {
            fail(format!("{at}\nthe page shows\n{shown}\nand the program prints\n{printed}"))
        }
        _ => Ok(()),
    }
}

/// Compares line by line; `…` stands for any number of lines.
fn matches(shown: &str, printed: &str) -> bool {
    fn go(shown: &[&str], printed: &[&str]) -> bool {
        match shown.split_first() {
            None => printed.is_empty(),
            Some((&"…", rest)) => (0..=printed.len()).any(|skipped| go(rest, &printed[skipped..])),
            Some((line, rest)) => printed.first() == Some(line) && go(rest, &printed[1..]),
        }
    }
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (shown, printed) = (lines(shown), lines(printed));
    go(&shown.iter().map(String::as_str).collect::<Vec<_>>(), &printed.iter().map(String::as_str).collect::<Vec<_>>())
}
