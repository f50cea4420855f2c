//! What `check` prints, in each of its formats: `chart-fixtures/check/NAME.FORMAT`. `ISTIO_ALB_BLESS=1 cargo test --test formats`
//! writes them, for a human to review with `git diff`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::Output;

use serde_json::Value;
use support::{command, give, project};

fn check(arguments: &[&str], env: &[(&str, &str)], input: &[u8]) -> Output {
    let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), &project().join("chart-fixtures/check"));
    program.arg("check").args(arguments).envs(env.iter().copied());
    give(program, input)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(project().join("chart-fixtures/check").join(name)).unwrap()
}

/// Of SARIF the rules are left out: they are those of docs/findings.md.
fn without_rules(log: &[u8]) -> Vec<u8> {
    let mut log: Value = serde_json::from_slice(log).unwrap();
    let rules = log["runs"][0]["tool"]["driver"].as_object_mut().unwrap().remove("rules");
    assert_eq!(rules.unwrap().as_array().unwrap().len(), istio_alb::lint::REGISTRY.rules().len());
    istio_alb::output::json::text(&log).into_bytes()
}

fn golden(name: &str, found: &[u8]) {
    support::assert_golden(&project().join("chart-fixtures/check").join(name), found);
    // Whatever names the manifests hold, no terminal obeys them.
    assert!(!String::from_utf8_lossy(found).contains(['\u{1b}', '\u{202e}']), "{name}");
}

const FORMATS: [&str; 6] = ["text", "full", "concise", "github", "json", "sarif"];

/// Two files, one of them on stdin without a name in the messages of the other.
#[test]
fn each_format_names_files_and_escapes_what_is_hostile() {
    for format in FORMATS {
        let output = check(&["--as-is", "--format", format, "service.yaml", "ingress.yaml"], &[], b"");
        assert_eq!(output.status.code(), Some(1), "{}", support::shown(&output));
        let said = if format == "sarif" { without_rules(&output.stdout) } else { output.stdout };
        golden(&format!("two-files.{format}"), &said);
    }
}

#[test]
fn each_format_tells_of_a_stream() {
    for format in FORMATS {
        let output = check(&["--format", format], &[], &read("service.yaml"));
        assert_eq!(output.status.code(), Some(0), "{}", support::shown(&output));
        let said = if format == "sarif" { without_rules(&output.stdout) } else { output.stdout };
        golden(&format!("stdin.{format}"), &said);
    }
}

#[test]
fn colours_are_there_when_asked_for_and_change_nothing_else() {
    for (format, env) in [("text", ("CLICOLOR_FORCE", "1")), ("full", ("CLICOLOR_FORCE", "1"))] {
        let plain = check(&["--format", format], &[], &read("service.yaml")).stdout;
        for colored in [
            check(&["--format", format], &[env], &read("service.yaml")).stdout,
            check(&["--format", format, "--color", "always"], &[("NO_COLOR", "1")], &read("service.yaml")).stdout,
        ] {
            let colored = String::from_utf8(colored).unwrap();
            assert!(colored.contains("\u{1b}["), "{format}: {colored}");
            assert_eq!(without_colours(&colored), String::from_utf8_lossy(&plain), "{format}");
        }
        let env = [env, ("NO_COLOR", "1")];
        assert_eq!(check(&["--format", format], &env, &read("service.yaml")).stdout, plain, "{format}");
    }
    let hostile = check(&["--as-is", "--color", "always", "--format", "full", "ingress.yaml"], &[], b"").stdout;
    let hostile = without_colours(&String::from_utf8(hostile).unwrap());
    assert!(!hostile.contains(['\u{1b}', '\u{202e}']) && hostile.contains(r"\u{202e}"), "{hostile}");
}

/// Takes out what the program itself writes: SGR sequences with one of its own styles.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let (codes, after) = behind.split_once('m').unwrap();
        assert!(codes.chars().all(|c| c.is_ascii_digit() || c == ';'), "{codes:?}");
        // 31 stands in the name of an annotation, and in no style of ours.
        assert_ne!(codes, "31");
        rest = after;
    }
    plain + rest
}

#[test]
fn a_stream_has_the_places_of_its_files() {
    let alone = check(&["--as-is", "--format", "concise", "ingress.yaml"], &[], b"").stdout;
    let both = check(&["--as-is", "--format", "concise", "service.yaml", "ingress.yaml"], &[], b"").stdout;
    let of_the_file = |said: &[u8]| -> Vec<String> {
        let lines = String::from_utf8_lossy(said).lines().map(str::to_owned).collect::<Vec<_>>();
        lines.into_iter().filter(|line| line.starts_with("ingress.yaml:") && line.contains("[ALB052]")).collect()
    };
    assert!(!of_the_file(&alone).is_empty());
    assert_eq!(of_the_file(&alone), of_the_file(&both));
    let by_hyphen = check(&["--as-is", "--format", "concise", "service.yaml", "-"], &[], &read("ingress.yaml")).stdout;
    let named = String::from_utf8(both).unwrap().replace("ingress.yaml:", "stdin:");
    assert_eq!(String::from_utf8(by_hyphen).unwrap(), named);
}

/// The places that a message lists are those of the files, too.
#[test]
fn an_error_lists_places_in_their_files() {
    let output = check(&["service.yaml", "service.yaml"], &[], b"");
    let said = String::from_utf8(output.stderr).unwrap();
    let service = "edge/web (LoadBalancer, ports status-port 15021, http2 80), service.yaml, document 1, line 2";
    assert!(said.starts_with("istio-alb: error: service.yaml, document 1, line 2: several Services"), "{said}");
    assert_eq!(said.matches(service).count(), 2, "{said}");
}

#[test]
fn what_is_no_file_is_said() {
    let said = |arguments: &[&str]| {
        let output = check(arguments, &[], b"");
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
        String::from_utf8(output.stderr).unwrap()
    };
    let folder = said(&["../check"]);
    assert!(
        folder.starts_with("istio-alb: error: ../check is a folder, and manifests are read from files\n  help: "),
        "{folder}"
    );
    assert!(said(&["gone.yaml"]).starts_with("istio-alb: error: cannot read gone.yaml: "));
    assert!(said(&["-", "-"]).starts_with("istio-alb: error: `-` is named twice"));
}

/// Every command writes what `check` says.
#[test]
fn the_report_of_every_command_is_that_of_check() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &[u8]| -> Value {
        let path = folder.path().join("report.json");
        let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
        program.args(arguments).arg("--report").arg(&path);
        give(program, input);
        let report = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        std::fs::remove_file(path).unwrap();
        report
    };
    let input = std::fs::read(project().join("chart-fixtures/cases/helm4-nlb-internal-allowlist/input.yaml")).unwrap();
    let expected = run(&["check"], &input);
    assert!(expected["findings"].as_array().unwrap().len() > 10);
    for command in [&[][..], &["diff"], &["show"], &["init"], &["export", "kustomize"], &["export", "flux"]] {
        assert_eq!(run(command, &input), expected, "{command:?}");
        assert_eq!(run(command, b"kind: ConfigMap\n")["error"]["exitCode"], 2, "{command:?}");
    }
    assert_eq!(run(&["show", "--as-is"], &input), run(&["check", "--as-is"], &input));
}
