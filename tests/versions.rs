//! One version, in all files that name one; what a version promises to keep; what was built; where the project is to be found.
//!
//! The files are searched, not listed: what looks like a version of the program or of one of its crates must be the one of now.
//! `deploy/set-version.sh` writes it, and is run here in a copy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "versions/build.rs"]
mod build;
#[path = "versions/mentions.rs"]
mod mentions;
mod support;
#[path = "versions/surface.rs"]
mod surface;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use mentions::{Mention, is_version, mentions};
use serde_json::Value;
use support::{project, shown};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Files in which the search must find the version, or it finds nothing anywhere.
const NAMING: [&str; 12] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "chart-fixtures/check/stdin.sarif",
    "crates/alb-controller/Cargo.toml",
    "deploy/argocd/Dockerfile",
    "deploy/argocd/argo-helm-values.yaml",
    "deploy/argocd/component/kustomization.yaml",
    "deploy/argocd/component/repo-server.yaml",
    "docs/argocd.md",
    "fuzz/Cargo.lock",
    "plugin.yaml",
];

#[test]
fn every_file_names_the_version_of_now() {
    check_mentions(project(), VERSION);
}

fn check_mentions(root: &Path, version: &str) {
    let found = all_mentions(root);
    let strange: Vec<String> = found
        .iter()
        .filter(|mention| !is_version(&mention.text, version))
        .map(|mention| format!("{}:{}: {}", mention.file, mention.line, mention.text))
        .collect();
    assert!(strange.is_empty(), "these name another version than {version}:\n{}", strange.join("\n"));
    let naming: BTreeSet<&str> = found.iter().map(|mention| mention.file.as_str()).collect();
    let missing: Vec<&str> = NAMING.into_iter().filter(|file| !naming.contains(file)).collect();
    assert!(missing.is_empty(), "no version is found in {missing:?}");
}

/// CHANGELOG.md counts with the newest of its versions, the others are history.
fn all_mentions(root: &Path) -> Vec<Mention> {
    let mut found = Vec::new();
    for file in files(root) {
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else { continue };
        let name = file.to_str().unwrap().to_owned();
        if name == "CHANGELOG.md" {
            let newest = headings(&text).nth(1).unwrap_or_default().to_owned();
            found.push(Mention { file: name, line: 0, text: newest });
        } else if !name.ends_with(".sum") {
            found.extend(mentions(&name, &text));
        }
    }
    found
}

/// Files of the project, those that are not yet added too, by their paths from its root.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = git.output().unwrap();
    assert!(listed.status.success(), "{}", shown(&listed));
    let names = String::from_utf8(listed.stdout).unwrap();
    let names = names.split_terminator('\0').map(PathBuf::from);
    names.filter(|name| root.join(name).is_file()).collect()
}

fn headings(changelog: &str) -> impl Iterator<Item = &str> {
    changelog.lines().filter_map(|line| line.strip_prefix("## [")?.split_once(']')).map(|(name, _)| name)
}

#[test]
fn the_script_writes_a_version_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path();
    for file in files(project()) {
        std::fs::create_dir_all(copy.join(&file).parent().unwrap()).unwrap();
        std::fs::copy(project().join(&file), copy.join(&file)).unwrap();
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(copy).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?} {}", shown(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    // A file that is not yet added, and a module of somebody else that has the same version.
    std::fs::write(copy.join("new.yaml"), format!("uses: istio-alb/istio-alb@v{VERSION}\n")).unwrap();
    let set = |version: &str| {
        let mut script = support::command(copy.join("deploy/set-version.sh"), copy);
        script.arg(version).env("SOURCE_DATE_EPOCH", "1893456000").output().unwrap()
    };
    for version in ["7.10.0-rc.1", "7.10.0"] {
        let output = set(version);
        assert!(output.status.success(), "{}", shown(&output));
        check_mentions(copy, version);
        let changed: BTreeSet<String> = git(&["diff", "--name-only"]).lines().map(str::to_owned).collect();
        let naming: BTreeSet<String> = all_mentions(copy).into_iter().map(|mention| mention.file).collect();
        assert_eq!(&changed, &naming.into_iter().filter(|name| name != "new.yaml").collect());
        let lock = std::fs::read_to_string(copy.join("Cargo.lock")).unwrap();
        assert_eq!(lock.matches(&format!("version = \"{version}\"\n")).count(), 4);
    }
    let changelog = std::fs::read_to_string(copy.join("CHANGELOG.md")).unwrap();
    let before = headings(&std::fs::read_to_string(project().join("CHANGELOG.md")).unwrap()).nth(1).unwrap().to_owned();
    assert_eq!(headings(&changelog).take(4).collect::<Vec<_>>(), ["Unreleased", "7.10.0", "7.10.0-rc.1", &before]);
    assert!(changelog.contains("\n## [7.10.0] - 2030-01-01\n\n## [7.10.0-rc.1] - 2030-01-01\n"), "{changelog}");
    check_changelog(&changelog, "7.10.0");
    // Again: nothing but the date. Backwards, or no version: nothing at all.
    let before = git(&["diff"]);
    for (version, code) in [("7.10.0", 0), ("7.10.0-rc.1", 2), ("7.10", 2), ("v7.10.1", 2), ("07.1.0", 2)] {
        let output = set(version);
        assert_eq!(output.status.code(), Some(code), "{version} {}", shown(&output));
    }
    assert_eq!(git(&["diff"]), before);
}

#[test]
fn the_changelog_is_one() {
    check_changelog(&std::fs::read_to_string(project().join("CHANGELOG.md")).unwrap(), VERSION);
}

/// Its headings lead from the newest version down, each has a date and a link, and under it stand the usual sections.
fn check_changelog(text: &str, version: &str) {
    let address = address();
    let names: Vec<&str> = headings(text).collect();
    assert_eq!(names[..2], ["Unreleased", version]);
    for (number, name) in names.iter().enumerate() {
        let link = match (number, names.get(number + 1)) {
            (0, _) => format!("\n[{name}]: {address}/compare/v{version}...HEAD\n"),
            (_, Some(before)) => format!("\n[{name}]: {address}/compare/v{before}...v{name}\n"),
            (_, None) => format!("\n[{name}]: {address}/releases/tag/v{name}\n"),
        };
        assert!(text.contains(&link), "{link}{text}");
        let heading = text.lines().find(|line| line.starts_with(&format!("## [{name}]"))).unwrap();
        let date = heading.split_once(" - ").map(|(_, date)| date.split('-').map(str::len).collect::<Vec<_>>());
        assert_eq!(date, (number > 0).then(|| vec![4, 2, 2]), "{heading}");
    }
    let usual = ["Added", "Changed", "Output", "Deprecated", "Removed", "Fixed", "Security"];
    let strange: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("### ")).filter(|part| !usual.contains(part)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// What crates.io asks of a package, and what a stranger sees of it there.
#[test]
fn every_package_says_whose_it_is() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(project()).args(["metadata", "--locked", "--no-deps", "--format-version", "1"]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert_eq!(packages.len(), 4);
    for package in packages {
        assert_eq!(package["version"], VERSION, "{}", package["name"]);
        assert_eq!(package["repository"], address(), "{}", package["name"]);
        for field in ["description", "license", "homepage", "documentation", "readme", "rust_version"] {
            assert!(package[field].is_string(), "{} has no {field}", package["name"]);
        }
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        let licence = std::fs::read(folder.join("LICENSE")).unwrap();
        assert_eq!(licence, std::fs::read(project().join("LICENSE")).unwrap());
        assert!(folder.join(package["readme"].as_str().unwrap()).is_file());
        for list in ["keywords", "categories"] {
            let count = package[list].as_array().unwrap().len();
            assert!((1..=5).contains(&count), "{} has {count} {list}", package["name"]);
        }
    }
}

/// The address of the project, which stands in Cargo.toml.
fn address() -> &'static str {
    env!("CARGO_PKG_REPOSITORY")
}

#[test]
fn every_file_names_the_address_of_the_project() {
    let address = address().strip_prefix("https://github.com/").unwrap();
    let mut strange = Vec::new();
    for file in files(project()) {
        let Ok(text) = std::fs::read_to_string(project().join(&file)) else { continue };
        for host in ["github.com/", "githubusercontent.com/", "ghcr.io/", "repos/"] {
            let paths = text.match_indices(host).map(|(at, _)| &text[at + host.len()..]);
            let names = paths.filter_map(|path| {
                let mut parts = path.split(|letter: char| !(letter.is_alphanumeric() || "-_".contains(letter)));
                Some((parts.next()?, parts.next()?))
            });
            let ours = names.filter(|(_, name)| ["istio-alb", "istio-alb-argocd"].contains(name));
            let others = ours.filter(|(owner, _)| *owner != address.split('/').next().unwrap());
            strange.extend(others.map(|(owner, name)| format!("{}: {host}{owner}/{name}", file.display())));
        }
    }
    assert!(strange.is_empty(), "{}", strange.join("\n"));
}
