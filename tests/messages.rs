//! What users read: findings of one kind as one, settings in the words of who runs the program, rules by their names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::Output;

use support::{command, give, project};

fn case(name: &str) -> Vec<u8> {
    std::fs::read(project().join("chart-fixtures/cases").join(name).join("input.yaml")).unwrap()
}

fn run(arguments: &[&str], env: &[(&str, &str)], input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut program = command(env!("CARGO_BIN_EXE_istio-alb"), folder.path());
    program.args(arguments).envs(env.iter().copied());
    give(program, input)
}

fn stdout(arguments: &[&str], input: &[u8]) -> String {
    String::from_utf8(run(arguments, &[], input).stdout).unwrap()
}

fn stderr(arguments: &[&str], env: &[(&str, &str)], input: &[u8]) -> String {
    String::from_utf8(run(arguments, env, input).stderr).unwrap()
}

/// Eleven settings are carried over: one heading, a line each, one help.
#[test]
fn findings_of_one_kind_on_one_object_are_told_as_one() {
    let input = case("helm4-nlb-internal-allowlist");
    let said = stdout(&["check"], &input);
    assert_eq!(said.matches("[ALB095]").count(), 1, "{said}");
    assert_eq!(said.matches("`istio-alb init` writes").count(), 1, "{said}");
    let lines: Vec<usize> = said
        .lines()
        .skip_while(|line| !line.contains("[ALB095]"))
        .skip(1)
        .map_while(|line| line.strip_prefix("  line ")?.split(':').next()?.parse().ok())
        .collect();
    assert!(lines.len() > 9 && lines.is_sorted(), "{said}");
    // Programs get one for each place.
    let report: serde_json::Value = serde_json::from_str(&stdout(&["check", "--format", "json"], &input)).unwrap();
    let all = report["findings"].as_array().unwrap();
    assert_eq!(all.iter().filter(|finding| finding["id"] == "ALB095").count(), lines.len());
}

#[test]
fn a_setting_is_named_as_its_reader_types_it() {
    let input = case("helm3-default");
    let said = stderr(&[], &[], &input);
    assert!(said.contains("  help: set `--scheme=internal` or `--scheme=internet-facing`; if"), "{said}");
    for helm in [("HELM_PLUGIN_NAME", "istio-alb"), ("HELM_BIN", "helm")] {
        let said = stderr(&["--strict"], &[helm, ("ISTIO_ALB_TTY", "never")], &input);
        assert!(said.contains("`ingress.scheme: internal` (`--post-renderer-args=--scheme=internal`)"), "{said}");
        assert!(
            said.contains("by its id: `findings.allow: [ALB006, ALB024]` (`--post-renderer-args=--allow="),
            "{said}"
        );
        let said = stderr(&["--scheme internal"], &[helm], &input);
        assert!(said.contains("write `ingress.scheme: internal` (`--post-renderer-args=--scheme=internal`)"), "{said}");
    }
}

#[test]
fn rules_are_known_by_id_and_by_name() {
    let input = case("helm3-default");
    let (by_id, by_name) = ("ALB006,ALB024", "clear-text-on-http-listener,Scheme-Not-Said");
    for how in ["--allow", "--deny"] {
        let (one, other) = (run(&[how, by_id], &[], &input), run(&[how, by_name], &[], &input));
        assert_eq!((one.status.code(), &one.stdout, &one.stderr), (other.status.code(), &other.stdout, &other.stderr));
        assert_eq!(one.status.code(), Some(i32::from(how == "--deny")));
    }
    // A higher layer moves the rule, whatever the lower one calls it.
    let env = [("ISTIO_ALB_ALLOW", by_name)];
    assert_eq!(run(&["--deny", "ALB024"], &env, &input).status.code(), Some(1));
    assert_eq!(stdout(&["explain", "scheme-not-said"], b""), stdout(&["explain", "alb024"], b""));
    let said = stderr(&["explain", "scheme-not-sad"], &[], b"");
    assert!(said.contains("did you mean ALB024 (scheme-not-said)?"), "{said}");
}

#[test]
fn explain_tells_all_severities_and_lists_by_topic() {
    let said = stdout(&["explain", "ALB024"], b"");
    assert!(said.starts_with("ALB024: `scheme-not-said`, error, in milder cases warning or info: "), "{said}");
    let list = stdout(&["explain"], b"");
    assert!(list.contains("\nWho may connect\n  ALB024  error, warning, info  scheme-not-said: "), "{list}");
    assert_eq!(list.matches("\n  ALB").count(), istio_alb::lint::REGISTRY.rules().len());
}
