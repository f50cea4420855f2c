//! What README.md and the pages in docs/ tell people to type, typed.
//!
//! The blocks of a page (`tests/support/pages.rs`) are run from top to bottom in a copy of the project's files, with the
//! built program on PATH. Those that need a cluster are `tests/cluster.rs`'s, those for a program that runs Helm are
//! `tests/helm_hosts.rs`'s.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "docs/links.rs"]
mod links;
mod support;
#[path = "docs/translation.rs"]
mod translation;

use libtest_mimic::{Arguments, Trial};
use std::collections::BTreeSet;
use std::path::PathBuf;
use support::helm::{path_with, stage_plugin};
use support::pages::{self, Block};
use support::tools::{Need, Tool, gated};
use support::{Outcome, binary, command, copy_folder, fail, project, recorded};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = harness_trials();
    trials.push(Trial::test("links of the pages lead somewhere", links_lead_somewhere));
    trials.push(Trial::test("findings that the pages name exist", findings_exist));
    let texts = Trial::test("events in docs/troubleshooting.md are the controller's words", events_are_the_controllers);
    trials.push(texts.with_ignored_flag(recorded().is_none()));
    trials.push(Trial::test("README.ko.md is in step with README.md", korean_is_in_step));
    trials.push(Trial::test("README.md names what is tested", readme_names_what_is_tested));
    for page in all_pages() {
        let name = page.strip_prefix(project()).unwrap().display().to_string();
        let text = std::fs::read_to_string(&page).unwrap();
        let blocks = here(&text);
        // Which pages the other tests walk through is fixed; elsewhere such a block would be run by nobody.
        let elsewhere = ["docs/migration.md", "docs/hosts.md"].contains(&name.as_str());
        assert!(blocks.len() == pages::blocks(&text).len() || elsewhere);
        let needs: BTreeSet<String> = blocks.iter().flat_map(|block| block.needs.clone()).collect();
        let all = blocks.clone();
        trials.push(Trial::test(name.clone(), move || run_page(&all, &[])));
        for together in needs {
            let blocks = blocks.clone();
            let tools: Vec<Need> =
                parts(&together).map(|part| Need::named(part).unwrap_or_else(|| panic!("{name}: {part}?"))).collect();
            let trial = gated(format!("{name} with {together}"), tools.clone(), move || run_page(&blocks, &tools));
            trials.push(trial);
        }
    }
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn all_pages() -> Vec<PathBuf> {
    let of_the_root = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md"];
    let mut pages = of_the_root.map(|page| project().join(page)).to_vec();
    pages.push(project().join("chart-fixtures/README.md"));
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

/// Its blocks are those of `README.md` and run there.
const KOREAN: &str = "README.ko.md";

fn read(name: &str) -> String {
    std::fs::read_to_string(project().join(name)).unwrap()
}

fn links_lead_somewhere() -> Outcome {
    let mut broken = Vec::new();
    for page in all_pages().into_iter().chain([project().join(KOREAN)]) {
        let text = std::fs::read_to_string(&page).unwrap();
        broken.extend(links::broken(&page, &text).into_iter().map(|link| format!("{}: {link}", page.display())));
    }
    if broken.is_empty() { Ok(()) } else { fail(broken.join("\n")) }
}

fn findings_exist() -> Outcome {
    let known = read("docs/findings.md");
    let mut unknown = Vec::new();
    for page in all_pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let ids = text.match_indices("ALB").filter_map(|(place, _)| text.get(place..place + 6));
        let ids = ids.filter(|id| id[3..].bytes().all(|byte| byte.is_ascii_digit()));
        let strange = ids.filter(|id| !known.contains(&format!("\n## {id}\n")));
        unknown.extend(strange.map(|id| format!("{}: {id}", page.display())));
    }
    if unknown.is_empty() { Ok(()) } else { fail(unknown.join("\n")) }
}

/// The first column under FailedBuildModel, against what the controller's own code said to recorded inputs; `…` stands for
/// anything.
fn events_are_the_controllers() -> Outcome {
    let mut said = String::new();
    for entry in std::fs::read_dir(recorded().unwrap().join("controller/cases")).unwrap() {
        let result = std::fs::read_to_string(entry.unwrap().path().join("result.json")).unwrap();
        let result: serde_json::Value = serde_json::from_str(&result).unwrap();
        said.push_str(result["build_error"].as_str().unwrap_or_default());
        said.push('\n');
    }
    let page = read("docs/troubleshooting.md");
    let (_, table) = page.split_once("**FailedBuildModel**").unwrap();
    let (table, _) = table.split_once("**FailedDeployModel**").unwrap();
    let cells = table.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split(" | ").next());
    let texts = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).flat_map(|text| text.split('…'));
    let strange: Vec<&str> = texts.map(str::trim).filter(|text| text.len() > 4 && !said.contains(text)).collect();
    if strange.is_empty() { Ok(()) } else { fail(strange.join("\n")) }
}

fn korean_is_in_step() -> Outcome {
    translation::difference(&read("README.md"), &read(KOREAN)).map_or(Ok(()), fail)
}

/// The table of versions, and the tools that the tests have.
fn readme_names_what_is_tested() -> Outcome {
    let readme = read("README.md");
    let row = |start: &str| readme.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    let version = |tool: &Tool| tool.name().rsplit_once('-').unwrap().1;
    let helms = Tool::HELMS.iter().chain(&Tool::PLUGIN_HELMS).map(|tool| ("| Helm |", version(tool).to_owned()));
    let script = read("tests/tools/charts.sh");
    let pins = script.lines().filter_map(|line| line.split_once(" v0.0.0-"));
    let charts = pins.map(|(release, _)| ("| Istio's `gateway` chart |", release.trim().to_owned()));
    let [newest, rust] = [alb_controller::catalogue::CURRENT.to_string(), read("Cargo.toml")];
    let rust = rust.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    let others = [
        ("| Kubernetes |", version(&Tool::ApiServer).to_owned()),
        ("| AWS Load Balancer Controller |", format!("v{}", newest.trim_start_matches('v'))),
        ("Helm, and Rust", rust.to_owned()),
    ];
    let missing = helms.chain(charts).chain(others).filter(|(start, version)| !row(start).contains(version.as_str()));
    let missing: Vec<String> = missing.map(|(start, version)| format!("{start} {version}")).collect();
    if missing.is_empty() { Ok(()) } else { fail(missing.join("\n")) }
}

/// The blocks that need neither a cluster nor a program that runs Helm.
fn here(page: &str) -> Vec<Block> {
    let mut blocks = pages::blocks(page);
    blocks.retain(|block| block.cluster.is_none() && block.host.is_none());
    blocks
}

/// The tools that are needed together.
fn parts(together: &str) -> impl Iterator<Item = &str> {
    together.split(" + ")
}

fn run_page(blocks: &[Block], tools: &[Need]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    for part in ["chart-fixtures", "examples", "docs", "deploy"] {
        let from = project().join(part);
        if from.exists() {
            copy_folder(&from, &folder.path().join(part));
        }
    }
    std::fs::copy(project().join("plugin.yaml"), folder.path().join("plugin.yaml")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let programs = home.path().join("bin");
    std::fs::create_dir_all(&programs).unwrap();
    for tool in tools {
        let (program, name) = tool.program();
        std::os::unix::fs::symlink(program, programs.join(name)).unwrap();
        if matches!(tool, Need::Tool(Tool::Helm4)) {
            stage_plugin(&home.path().join(".local/share/helm/plugins/istio-alb"));
        }
    }
    for block in blocks {
        let there = |part: &str| tools.iter().any(|tool| tool.name() == part);
        let enough = |together: &String| parts(together).all(there);
        if !block.needs.is_empty() && !block.needs.iter().any(enough) {
            continue;
        }
        pages::run(block, || {
            let mut bash = command("bash", folder.path());
            bash.env("HOME", home.path()).env("PATH", path_with(&[&programs, binary().parent().unwrap()]));
            bash
        })?;
    }
    Ok(())
}

/// The harness must notice a page that is wrong.
fn harness_trials() -> Vec<Trial> {
    let wrong = [
        ("a command that fails", "```sh\nfalse\ntrue\n```\n"),
        ("output that differs", "```console\n$ echo one\ntwo\n```\n"),
        ("output that is not shown", "```console\n$ echo one\n```\n"),
        ("output that does not come", "```console\n$ true\none\n```\n"),
        ("another exit code", "<!-- exit: 2 -->\n```console\n$ exit 3\n```\n"),
        ("a last line too many", "```console\n$ printf 'a\\nb\\n'\na\n…\nc\n```\n"),
    ];
    let right = [
        ("a script", "```sh\ntrue\n```\n"),
        (
            "shown output",
            "```console\n$ echo one; echo two >&2\none\ntwo\n$ echo \\\n    three |\n    cat\nthree\n```\n",
        ),
        ("left out lines", "```console\n$ seq 9\n1\n…\n8\n9\n```\n"),
        ("an exit code", "<!-- exit: 2 -->\n```console\n$ exit 2\n```\n"),
        ("a block that is not run", "<!-- not run: needs a cluster -->\n```sh\nfalse\n```\n"),
        ("a block for a cluster", "<!-- cluster -->\n```sh\nfalse\n```\n"),
        ("a block for a program that runs Helm", "<!-- host: helmfile -->\n```sh\nfalse\n```\n"),
        ("another language", "```yaml\nfalse: true\n```\n"),
        (
            "a file",
            "<!-- file: a/b.yaml -->\n```yaml\n# a/b.yaml\n$it: 'is'\n```\n\n```console\n$ cat a/b.yaml\n# a/b.yaml\n$it: 'is'\n```\n",
        ),
        (
            "state from block to block",
            "```sh\necho one > file\n```\n\n- in a list\n\n  ```console\n  $ cat file\n  one\n  ```\n",
        ),
        ("the program on PATH", "```sh\n[ -x \"$(command -v istio-alb)\" ]\n```\n"),
    ];
    let mut trials = harness_of_links_and_translations();
    for (name, page) in wrong {
        trials.push(Trial::test(format!("the harness notices {name}"), move || {
            if run_page(&here(page), &[]).is_err() { Ok(()) } else { fail(page) }
        }));
    }
    for (name, page) in right {
        trials.push(Trial::test(format!("the harness takes {name}"), move || run_page(&here(page), &[])));
    }
    trials
}

fn harness_of_links_and_translations() -> Vec<Trial> {
    let page = "# One\n\n## Two: `three`\n\n[to](#two-three) [file](README.md) [heading](README.md#install)\n";
    let page_at = project().join("page.md");
    let links = [
        ("a link to no heading", "# One\n\n[to](#two)\n"),
        ("a link to no file", "[to](docs/no-such-page.md)\n"),
        ("a link to no heading of a file", "[to](README.md#no-such-heading)\n"),
    ];
    let translations = [
        ("a translation without a heading", "# Eins\n"),
        ("a translation with a heading more", "# Eins\n\n## Zwei\n\n## Drei\n"),
        ("a translation with another block", "# Eins\n\n```sh\nfalse\n```\n\n## Zwei\n"),
        ("a translation with another row", "# Eins\n\n| a |\n\n## Zwei\n"),
    ];
    let taken =
        links::broken(&page_at, page).is_empty() && translation::difference(page, "# Eins\n\n## Zwei\n").is_none();
    let mut trials = vec![Trial::test("the harness takes links and a translation", move || match taken {
        true => Ok(()),
        false => fail(page),
    })];
    for (name, wrong) in links {
        let found = links::broken(&page_at, wrong);
        trials.push(Trial::test(format!("the harness notices {name}"), move || {
            if found.len() == 1 { Ok(()) } else { fail(found.join(" ")) }
        }));
    }
    for (name, wrong) in translations {
        trials.push(Trial::test(format!("the harness notices {name}"), move || {
            translation::difference(page, wrong).map_or_else(|| fail(wrong), |_| Ok(()))
        }));
    }
    trials
}
