//! Files for strangers: the forms of issues, and the pages of the crates on crates.io.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::tools::{QUICK_CHARTS, Tool};
use support::{assert_golden, project};

const ADDRESS: &str = env!("CARGO_PKG_REPOSITORY");

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn forms() -> Vec<(PathBuf, Value)> {
    let entries = std::fs::read_dir(project().join(".github/ISSUE_TEMPLATE")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("config.yml"));
    let mut forms: Vec<(PathBuf, Value)> =
        paths.map(|path| (path.clone(), serde_yaml::from_str(&read(&path)).unwrap())).collect();
    forms.sort_by(|left, right| left.0.cmp(&right.0));
    forms
}

/// What GitHub refuses of a form it shows as an error to whoever wants to open an issue.
#[test]
fn the_forms_of_issues_are_what_github_takes() {
    let forms = forms();
    assert_eq!(forms.len(), 3);
    for (path, form) in &forms {
        let of = |value: &Value, key: &str| {
            value[key].as_str().unwrap_or_else(|| panic!("{}: {key} in {value}", path.display())).to_owned()
        };
        let keys: BTreeSet<&str> = form.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(["name", "description", "labels", "body"]), "{}", path.display());
        assert!(of(form, "name").len() > 2 && of(form, "description").len() < 200, "{}", path.display());
        let (mut ids, mut labels) = (BTreeSet::new(), BTreeSet::new());
        for part in form["body"].as_array().unwrap() {
            let attributes = &part["attributes"];
            match of(part, "type").as_str() {
                "markdown" => assert!(!of(attributes, "value").is_empty()),
                "input" | "textarea" | "dropdown" => {
                    let id = of(part, "id");
                    assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
                    assert!(ids.insert(id.clone()), "{}: {id} twice", path.display());
                    assert!(labels.insert(of(attributes, "label")), "{}: a label twice", path.display());
                    assert_eq!(part["type"] == "dropdown", attributes["options"].is_array(), "{id}");
                    assert!(attributes["render"].is_null() || part["type"] == "textarea", "{id}");
                }
                other => panic!("{}: {other}", path.display()),
            }
        }
        assert!(!labels.is_empty(), "{}: a form asks for something", path.display());
    }
}

/// Without them most reports need a question first.
#[test]
fn who_reports_a_bug_or_a_finding_is_asked_for_the_report_and_the_version() {
    let forms = forms();
    for name in ["bug.yml", "finding.yml"] {
        let (_, form) = forms.iter().find(|(path, _)| path.ends_with(name)).unwrap();
        let field = |id: &str| form["body"].as_array().unwrap().iter().find(|part| part["id"] == id).unwrap().clone();
        for id in ["report", "version", "input"] {
            assert_eq!(field(id)["validations"]["required"], true, "{name}: {id}");
        }
        assert_eq!(field("version")["attributes"]["label"], "istio-alb --version");
        assert!(field("report")["attributes"]["description"].as_str().unwrap().contains("--report report.json"));
    }
}

#[test]
fn the_links_beside_the_forms_lead_into_the_project() {
    let config: Value = serde_yaml::from_str(&read(&project().join(".github/ISSUE_TEMPLATE/config.yml"))).unwrap();
    let links = config["contact_links"].as_array().unwrap();
    assert!(!links.is_empty());
    for link in links {
        assert!(link["name"].is_string() && link["about"].is_string(), "{link}");
        let path = link["url"].as_str().unwrap().strip_prefix(ADDRESS).unwrap();
        let file = path.strip_prefix("/blob/main/");
        assert!(
            path == "/security/advisories/new" || file.is_some_and(|file| project().join(file).is_file()),
            "{link}"
        );
    }
}

/// The page of a crate on crates.io is the documentation of its `lib.rs`. `ISTIO_ALB_BLESS=1 cargo test --test project_files` writes it.
#[test]
fn the_page_of_a_crate_is_its_documentation() {
    for entry in std::fs::read_dir(project().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let docs = read(&folder.join("src/lib.rs"));
        let docs =
            docs.lines().map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
        let mut page = format!("# {name}\n\n");
        let mut in_code = false;
        for line in docs {
            if let Some(language) = line.strip_prefix("```") {
                in_code = !in_code;
                let is_rust = in_code && language.is_empty();
                page.push_str(if is_rust { "```rust\n" } else { line });
                page.push_str(if is_rust { "" } else { "\n" });
            } else if !in_code && !line.starts_with("[`") {
                // The title is the name of the crate, and the definition of a link to an item is left out with the link.
                page.push_str(if line.starts_with('#') { "#" } else { "" });
                page.push_str(&without_links(line));
                page.push('\n');
            } else if in_code && !line.starts_with("# ") {
                page.push_str(line);
                page.push('\n');
            }
        }
        page.push_str(&format!(
            "\nIt is a part of [istio-alb]({ADDRESS}), and changes with it. Licence: Apache-2.0.\n"
        ));
        assert_golden(&folder.join("README.md"), page.as_bytes());
    }
}

/// Links to items lead somewhere on docs.rs only: ``[`Tree`]`` and ``[`mod@patch`]`` become their names.
fn without_links(line: &str) -> String {
    line.replace("[`mod@", "[`").replace("[`", "`").replace("`]", "`")
}

/// A trial that is not ignored and lacks its tool fails, so on a machine with nothing the two lists must be one.
#[test]
#[cfg(unix)]
fn tests_run_brings_what_its_trials_ask_for() {
    let empty = tempfile::tempdir().unwrap();
    let listed = std::process::Command::new(project().join("tests/run"))
        .arg("--list")
        .env("ISTIO_ALB_TOOLS", empty.path())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{listed:?}");
    let said = String::from_utf8(listed.stderr).unwrap();
    let brought: BTreeSet<String> = said
        .lines()
        .filter(|line| line.ends_with(" min"))
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect();
    let tools = Tool::HELMS.iter().map(|tool| format!("bin/{}", tool.name()));
    let charts = QUICK_CHARTS.iter().map(|release| format!("charts/gateway-{release}"));
    assert_eq!(brought, tools.chain(charts).collect());
}
