//! docs/controller-versions.md is the table of releases. `ISTIO_ALB_BLESS=1 cargo test --test controller_versions` writes it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};

use alb_controller::releases::{Difference, differences};
use istio_alb::output::release_docs;
use support::{assert_golden, filter, project};

#[test]
fn the_page_is_made_from_the_table() {
    assert_golden(&project().join("docs/controller-versions.md"), release_docs::page().as_bytes());
}

/// What the model and the rules ask for, the page says.
#[test]
fn each_row_that_matters_says_what_the_program_does() {
    let page = release_docs::page();
    let rows = page.split("\n- **").skip(1).filter(|row| row.contains("\n  - here: ")).count();
    let matters = |row: &&Difference| row.behaviour.is_some() || row.annotation.is_some();
    assert_eq!(rows, differences().filter(matters).count());
}

/// A behaviour that nobody asks for would say on the page what the program does not do.
#[test]
fn each_behaviour_is_asked_for() {
    let mut text = String::new();
    for folder in ["src", "crates/alb-controller/src"] {
        for file in sources(&project().join(folder)) {
            let path = file.to_string_lossy();
            if !["/releases/", "tests", "release_docs"].iter().any(|part| path.contains(part)) {
                text.push_str(&std::fs::read_to_string(&file).unwrap());
            }
        }
    }
    let unasked: Vec<String> = differences()
        .filter_map(|difference| Some(format!("Behaviour::{:?}", difference.behaviour?)))
        .filter(|name| !text.split(name.as_str()).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric)))
        .collect();
    assert_eq!(unasked, Vec::<String>::new());
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The program on these manifests: its exit code, and what it prints. A run that is refused prints to stderr alone.
fn run(arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = filter(folder.path(), arguments, input.as_bytes());
    let printed =
        if output.status.code() == Some(1) && output.stdout.is_empty() { output.stderr } else { output.stdout };
    (output.status.code(), String::from_utf8(printed).unwrap())
}

/// Istio's gateway chart with its own values.
const PLAIN: &str = include_str!("../chart-fixtures/cases/attach-without-a-scheme/input.yaml");

/// The lines of the Ingress that say where requests go, and the lines of `show` about the same.
fn lines<'t>(text: &'t str, words: &[&str]) -> Vec<&'t str> {
    text.lines().map(str::trim).filter(|line| words.iter().any(|word| line.contains(word))).collect()
}

const ARN: &str = "arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000001";

#[test]
fn the_default_ingress_takes_every_request_with_each_release() {
    let input = PLAIN;
    for (release, written) in [
        ("2.1.0", ["- path: \"/*\"", "pathType: ImplementationSpecific"]),
        ("2.1.3", ["- path: \"/*\"", "pathType: ImplementationSpecific"]),
        ("2.2.0", ["- path: /", "pathType: Prefix"]),
        ("3.5", ["- path: /", "pathType: Prefix"]),
    ] {
        let (code, output) = run(&["--controller-version", release], input);
        assert_eq!((code, lines(&output, &["- path: ", "pathType"])), (Some(0), written.to_vec()), "{release}");
        let (code, shown) = run(&["show", "--controller-version", release], input);
        assert_eq!(code, Some(0), "{release}");
        assert!(shown.contains("path /*"), "{release}: {shown}");
    }
    // What is configured is written as it is, and refused where it would answer 404.
    let prefix = ["--controller-version", "2.1.3", "--set", "ingress.paths=[{path: /, pathType: Prefix}]"];
    let (code, output) = run(&prefix, input);
    assert_eq!(code, Some(1));
    assert!(output.contains("error[ALB114]"), "{output}");
}

#[test]
fn clear_text_is_redirected_with_each_release() {
    let input = PLAIN;
    for (release, by) in [("2.1.3", "actions.ssl-redirect: "), ("2.2.0", "ssl-redirect: \"443\"")] {
        let (code, output) = run(&["--controller-version", release, "--certificate-arn", ARN], input);
        let found = lines(&output, &["ssl-redirect: "]);
        assert_eq!((code, found.len()), (Some(0), 1), "{release}: {output}");
        assert!(found[0].starts_with(&format!("alb.ingress.kubernetes.io/{by}")), "{release}: {output}");
        let (_, shown) = run(&["show", "--controller-version", release, "--certificate-arn", ARN], input);
        assert!(shown.contains("redirect to the same host by HTTPS, port 443 (HTTP_301)"), "{release}: {shown}");
        // The second run changes nothing.
        let (code, again) = run(&["--controller-version", release, "--certificate-arn", ARN], &output);
        assert_eq!((code, again), (Some(0), output), "{release}");
    }
}

#[test]
fn the_how_to_is_true_of_the_release_that_it_names() {
    let (code, shown) = run(&["show", "--controller-version", "2.4.0"], PLAIN);
    assert_eq!(code, Some(0));
    assert!(shown.contains("WAF: taken off, also one that was attached by hand"), "{shown}");
    let arguments = ["check", "--controller-version", "2.4.0"];
    let (code, checked) = run(&arguments, PLAIN);
    let of_release = lines(&checked, &["[ALB100]", "[ALB114]", "[ALB115]", "[ALB116]", "[ALB117]", "[ALB053]"]);
    assert_eq!((code, of_release.len()), (Some(0), 1), "{checked}");
    assert!(of_release[0].contains("ALB100"), "{checked}");
    // With all that the how-to names nothing differs from the newest release.
    let how_to = |file: &str| std::fs::read_to_string(project().join("chart-fixtures/how-to").join(file)).unwrap();
    for manifests in ["literal", "mended"] {
        for (command, expected) in [("show", "txt"), ("check", "check.txt")] {
            let arguments = [command, "--as-is", "--controller-version", "2.4.0"];
            let (_, said) = run(&arguments, &how_to(&format!("{manifests}.yaml")));
            assert_eq!(said, how_to(&format!("{manifests}.{expected}")), "{manifests} {command}");
        }
    }
}

#[test]
fn before_the_service_webhook_a_service_without_a_class_is_the_cloud_providers() {
    let nlb = PLAIN.replace("    {}\n", "    service.beta.kubernetes.io/aws-load-balancer-type: nlb\n");
    for (input, arguments) in [(PLAIN, ["--phase", "attach"]), (&nlb, ["--phase", "cutover"])] {
        let run = |release| run(&[&["--controller-version", release], &arguments[..]].concat(), input);
        let (code, output) = run("2.4.7");
        assert_eq!((code, output.contains("[ALB024]")), (Some(0), false), "{output}");
        assert!(output.contains("scheme: internet-facing"), "{output}");
        let (code, output) = run("2.5.0");
        assert_eq!((code, output.contains("error[ALB024]")), (Some(1), true), "{output}");
    }
}
