//! The names that docs/stability.md promises to keep, held against `surface.txt`, which has all that there ever were.
//! `ISTIO_ALB_BLESS=1 cargo test --test versions` adds what is new. It takes nothing away: that is done by hand, with a line under
//! *Removed* in CHANGELOG.md.

use std::collections::BTreeSet;

use istio_alb::config::fields::FIELDS;
use istio_alb::config::{ARGOCD_PREFIX, PREFIX};
use istio_alb::error::Kind;
use istio_alb::lint::REGISTRY;
use serde_json::Value;

use super::support::{binary, command, project};

#[test]
fn no_name_that_was_promised_is_gone() {
    let file = project().join("tests/versions/surface.txt");
    let there = surface();
    let kept = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
    let mut promised = kept(&std::fs::read_to_string(&file).unwrap_or_default());
    let gone: Vec<&String> = promised.difference(&there).collect();
    assert!(gone.is_empty(), "docs/stability.md says how something goes, and not like this:\n{gone:#?}");
    if std::env::var_os("ISTIO_ALB_BLESS").is_some() {
        let lines: Vec<String> = there.iter().map(|name| format!("{name}\n")).collect();
        std::fs::write(&file, lines.concat()).unwrap();
        promised.clone_from(&there);
    }
    let new: Vec<&String> = there.difference(&promised).collect();
    assert!(new.is_empty(), "new names, which from now on must stay; ISTIO_ALB_BLESS=1 adds them:\n{new:#?}");
}

fn surface() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut cli = istio_alb::cli::described();
    cli.build();
    of_command(&cli, "", &mut names);
    for field in FIELDS {
        names.insert(format!("field {}", field.path));
        names.insert(format!("variable {PREFIX}{}", field.variable()));
    }
    for name in ["CONFIG", "REPORT", "SET", "TTY"] {
        names.insert(format!("variable {PREFIX}{name}"));
    }
    names.insert(format!("variables {ARGOCD_PREFIX}*"));
    names.extend(REGISTRY.rules().iter().map(|rule| format!("finding {} {}", rule.id, rule.name)));
    let output = command(binary(), project()).args(["argocd", "parameters"]).output().unwrap();
    let parameters: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for parameter in parameters {
        let [name, shape] = ["name", "collectionType"].map(|key| parameter[key].as_str().unwrap_or("string"));
        names.insert(format!("parameter {name}, {shape}"));
    }
    let kinds = [
        ("findings", Kind::Findings),
        ("usage", Kind::Usage),
        ("input", Kind::Input),
        ("reading or writing", Kind::Io),
        ("a program that was run", Kind::Program),
        ("a fault of its own", Kind::Internal),
    ];
    names.extend(kinds.map(|(what, kind)| format!("exit code {}: {what}", kind.exit_code())));
    names
}

/// A command with its flags and the words that they take, and the commands below it.
fn of_command(command: &clap::Command, path: &str, names: &mut BTreeSet<String>) {
    let is_root = path.is_empty();
    for arg in command.get_arguments() {
        // The options of the configuration are understood behind every command, and stand with the program.
        let Some(flag) = arg.get_long().filter(|_| is_root || !arg.is_hide_long_help_set()) else { continue };
        names.insert(format!("flag{path} --{flag}"));
        let words = arg.get_possible_values();
        names.extend(words.iter().map(|word| format!("flag{path} --{flag}={}", word.get_name())));
        names.extend(arg.get_short().map(|short| format!("flag{path} -{short}")));
    }
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let path = format!("{path} {}", below.get_name());
        names.insert(format!("command{path}"));
        of_command(below, &path, names);
    }
}
