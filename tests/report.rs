//! `check` for programs: JSON by the schema in docs/, SARIF by the standard's own schema (OASIS SARIF 2.1.0), for every case
//! that has findings and for every file of chart-fixtures/findings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(path: &str) -> Validator {
    let mut schema: Value = serde_json::from_slice(&std::fs::read(project().join(path)).unwrap()).unwrap();
    // The standard's pattern of a language tag has a bracket too many, and is no regular expression. We write no language.
    for owner in ["run", "toolComponent"] {
        if let Some(language) = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")) {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn check(input: &[u8], arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
        .current_dir(folder.path())
        .env_clear()
        .arg("check")
        .args(arguments)
        .write_stdin(input)
        .output()
        .unwrap()
        .stdout
}

fn inputs() -> Vec<PathBuf> {
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(project().join("chart-fixtures/findings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for case in ["helm3-default", "helm4-nlb-internal-allowlist", "helm3-extra-ports"] {
        inputs.push(project().join("chart-fixtures/cases").join(case).join("input.yaml"));
    }
    inputs.sort();
    inputs
}

fn validates(schema: &str, arguments: &[&str], findings: fn(&Value) -> &Value) {
    let validator = validator(schema);
    let mut with_findings = 0;
    for path in inputs() {
        let input = std::fs::read(&path).unwrap();
        for more in [&[][..], &["--as-is"]] {
            let printed = check(&input, &[arguments, more].concat());
            // A stream that the filter refuses as such has no report.
            let Ok(report) = serde_json::from_slice::<Value>(&printed) else {
                assert!(printed.is_empty(), "{}", path.display());
                continue;
            };
            let faults: Vec<String> =
                validator.iter_errors(&report).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
            assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
            with_findings += usize::from(findings(&report).as_array().is_some_and(|list| !list.is_empty()));
        }
    }
    assert!(with_findings > 50, "only {with_findings} reports had findings");
}

#[test]
fn the_json_report_is_what_its_schema_says() {
    validates("docs/check.schema.json", &["--format", "json"], |report| &report["findings"]);
}

#[test]
fn the_sarif_log_is_what_the_standard_says() {
    validates("tests/schemas/sarif-2.1.0.json", &["--format", "sarif"], |log| &log["runs"][0]["results"]);
}

#[test]
fn a_failed_run_writes_its_report_too() {
    let validator = validator("docs/check.schema.json");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    for (input, exit) in [("kind: ConfigMap\n", 2), ("", 2)] {
        assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
            .current_dir(folder.path())
            .env_clear()
            .arg("--report")
            .arg(&path)
            .write_stdin(input)
            .assert()
            .code(exit)
            .stdout("");
        let report: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert!(validator.is_valid(&report), "{report:#}");
        assert_eq!(report["error"]["exitCode"], exit);
    }
}

/// A build that forgot the rewrite looks like one that has nothing to find fault with.
#[test]
fn the_text_says_when_there_is_no_ingress_to_judge() {
    let rendered = std::fs::read(project().join("chart-fixtures/cases/helm3-default/input.yaml")).unwrap();
    let rewritten = std::fs::read(project().join("chart-fixtures/cases/helm3-default/output.yaml")).unwrap();
    let foreign =
        b"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {ingressClassName: nginx}\n";
    let said = |input: &[u8], arguments: &[&str]| {
        String::from_utf8(check(input, &[&["--as-is"], arguments].concat())).unwrap()
    };
    let none = "0 errors, 0 warnings, 0 infos; no Ingress of class alb is in the stream\n";
    assert_eq!(said(&rendered, &[]), none);
    assert!(said(foreign, &[]).ends_with("0 errors, 0 warnings, 1 info; no Ingress of class alb is in the stream\n"));
    assert_eq!(said(&rendered, &["--class-name", "edge"]), none.replace("class alb", "class edge"));
    assert!(said(&rewritten, &[]).ends_with("\n0 errors, 1 warning, 1 info\n"));
    let report: Value = serde_json::from_str(&said(&rendered, &["--format", "json"])).unwrap();
    assert_eq!(report, serde_json::json!({"version": 1, "findings": []}));
}
