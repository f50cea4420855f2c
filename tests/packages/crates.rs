//! The crates as they would be published.

use crate::release::{Copy, VERSION, executable, succeeded};
use crate::support::{Outcome, command, fail, project, shown};
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("every crate packs, and holds what it is built from", crates_are_whole),
        Trial::test("crates are published after those that they need", order_of_crates),
        Trial::test("a crate that is there already is left out", published_before),
    ]
}

/// Files that a source takes in at build time, from the root of its crate.
fn embedded(krate: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![krate.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let names = ["include_str!(\"", "include_bytes!(\"", "#[path = \""]
                    .into_iter()
                    .flat_map(|start| text.split(start).skip(1).filter_map(|rest| rest.split('"').next()))
                    .map(|name| path.parent().unwrap().join(name));
                found.extend(names);
            }
        }
    }
    found
}

fn crates_are_whole() -> Outcome {
    let target = tempfile::tempdir().unwrap();
    let mut cargo = command(env!("CARGO"), project());
    cargo
        .args(["package", "--workspace", "--locked", "--no-verify", "--allow-dirty", "--offline", "--target-dir"])
        .arg(target.path());
    let done = cargo.output().unwrap();
    succeeded(&done)?;
    for name in ["manifest-yaml", "kubernetes-objects", "alb-controller", "istio-alb"] {
        let archive = target.path().join(format!("package/{name}-{VERSION}.crate"));
        let size = archive.metadata().map_or(u64::MAX, |data| data.len());
        // What the registry takes at most.
        if size > 10 * 1024 * 1024 {
            return fail(format!("{name}: {size} bytes"));
        }
        let done = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(target.path()).output().unwrap();
        succeeded(&done)?;
        let packed = target.path().join(format!("{name}-{VERSION}"));
        let missing: Vec<PathBuf> = embedded(&packed).into_iter().filter(|file| !file.is_file()).collect();
        if !missing.is_empty() || !packed.join("README.md").is_file() && name == "istio-alb" {
            return fail(format!("{name} lacks {missing:?}"));
        }
        let sources =
            |root: &Path| Command::new("find").current_dir(root).args(["src", "-type", "f"]).output().unwrap().stdout;
        let root = if name == "istio-alb" { project().to_owned() } else { project().join("crates").join(name) };
        let sorted = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        if sorted(sources(&root)) != sorted(sources(&packed)) {
            return fail(format!("{name}: other sources are packed"));
        }
    }
    Ok(())
}

/// With a `cargo` that keeps what it is told, and says of some crates that the registry has them.
fn publish(there: &str) -> Result<Vec<String>, libtest_mimic::Failed> {
    let copy = Copy::new();
    let cargo = format!(
        "#!/bin/sh\ncase $1 in\n  info) echo \"$*\" | grep -q '{there}' ;;\n  *) echo \"$@\" >> told ;;\nesac\n"
    );
    executable(&copy.path("path/cargo"), &cargo);
    let mut script = copy.script("publish.sh");
    script.env("PATH", crate::support::helm::path_with(&[&copy.path("path")]));
    let done = script.output().unwrap();
    succeeded(&done)?;
    let told = std::fs::read_to_string(copy.path("told")).unwrap_or_default();
    let name = |line: &str| line.strip_prefix("publish --locked --package ").map(str::to_owned);
    match told.lines().map(name).collect::<Option<Vec<String>>>() {
        Some(names) => Ok(names),
        None => Err(format!("{told}\n{}", shown(&done)).into()),
    }
}

fn order_of_crates() -> Outcome {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--no-deps", "--locked"]).current_dir(project());
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.output().unwrap().stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    // Tests need crates too, but a crate without a version is none for the registry.
    let needs = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|need| need["path"].is_string() && need["req"] != "*").map(name).collect::<Vec<String>>()
    };
    let needs: BTreeMap<String, Vec<String>> = packages.iter().map(|package| (name(package), needs(package))).collect();
    let order = publish("no such crate")?;
    let place = |krate: &String| order.iter().position(|other| other == krate);
    for (krate, needs) in &needs {
        let Some(own) = place(krate) else {
            return fail(format!("{krate} is not published: {order:?}"));
        };
        if let Some(late) = needs.iter().find(|need| place(need).is_none_or(|place| place > own)) {
            return fail(format!("{krate} needs {late}, which comes later: {order:?}"));
        }
    }
    if order.len() == needs.len() { Ok(()) } else { fail(format!("{order:?}")) }
}

fn published_before() -> Outcome {
    let order = publish(&format!(" kubernetes-objects@{VERSION}$"))?;
    if order == ["manifest-yaml", "alb-controller", "istio-alb"] { Ok(()) } else { fail(format!("{order:?}")) }
}
