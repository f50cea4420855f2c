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
    let end = "; without --as-is the Ingress of the filter is judged";
    let none =
        format!("0 warnings, 0 infos; no Ingress of class alb is in the stream, so there was nothing to judge{end}\n");
    assert_eq!(said(&rendered, &[]), none);
    let no_more = none.replace("0 infos", "1 info").replace("there was nothing to judge", "nothing else was judged");
    assert!(said(foreign, &[]).ends_with(&no_more));
    assert_eq!(said(&rendered, &["--class-name", "edge"]), none.replace("class alb", "class edge"));
    assert!(said(&rewritten, &[]).ends_with("\n0 errors, 1 warning, 2 infos\n"));
    let report: Value = serde_json::from_str(&said(&rendered, &["--format", "json"])).unwrap();
    let expected = serde_json::json!({"version": 1, "findings": [], "notJudged": [], "noIngressOfClass": "alb"});
    assert_eq!(report, expected);
    let log: Value = serde_json::from_str(&said(&rendered, &["--format", "sarif"])).unwrap();
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(
        told,
        "no Ingress of class alb is in the stream, so there was nothing to judge; without --as-is the Ingress of the filter is judged"
    );
}

/// An Ingress that is not understood is named in each format, also beside a gateway that is judged.
#[test]
fn what_is_not_judged_is_named() {
    let gateway = std::fs::read_to_string(project().join("chart-fixtures/cases/helm3-default/input.yaml")).unwrap();
    let unknown =
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: x\n";
    let input = format!("{gateway}{unknown}");
    let why = "Ingress shop/web: it can't be decoded";
    for more in [&["--scheme", "internal"][..], &["--as-is"]] {
        let said = |format: &str| check(input.as_bytes(), &[more, &["--format", format]].concat());
        let text = String::from_utf8(said("text")).unwrap();
        assert!(text.lines().any(|line| line.starts_with("not judged: ") && line.ends_with(why)), "{text}");
        let report: Value = serde_json::from_slice(&said("json")).unwrap();
        assert_eq!(report["notJudged"][0]["object"], "Ingress shop/web", "{report:#}");
        let log: Value = serde_json::from_slice(&said("sarif")).unwrap();
        let told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
        assert!(told.is_some_and(|told| told.ends_with(why)), "{log:#}");
    }
}

/// Cases whose output `check --as-is` rightly finds errors in, and whose fault that is.
const NOT_OURS: [(&str, &str); 9] = [
    ("flux-node-port", "Flux fills in the values later"),
    ("gateway-api-flux-node-port", "Flux fills in the values later"),
    ("foreign-alb-ingress-is-not-judged", "of an Ingress of somebody else"),
    ("gateway-api-with-an-ingress-by-hand", "of an Ingress of somebody else"),
    ("helm3-umbrella", "of a Secret of somebody else"),
    ("helm4-umbrella", "of a Secret of somebody else"),
    ("how-to-full", "allowed by the configuration"),
    ("how-to-minimal", "allowed by the configuration"),
    ("virtual-service-does-not-parse", "of a document of somebody else that is no YAML"),
];

/// What the filter decides from the annotations that it removes must not be an error afterwards.
#[test]
fn what_the_filter_prints_is_not_refused_afterwards() {
    let mut checked = 0;
    for case in std::fs::read_dir(project().join("chart-fixtures/cases")).unwrap() {
        let case = case.unwrap();
        let name = case.file_name().into_string().unwrap();
        let Ok(output) = std::fs::read(case.path().join("output.yaml")) else { continue };
        if NOT_OURS.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let printed = check(&output, &["--as-is", "--format", "json"]);
        let report: Value = serde_json::from_slice(&printed).unwrap();
        let errors = report["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error");
        let errors: Vec<String> = errors.map(|finding| format!("{} {}", finding["id"], finding["message"])).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        checked += 1;
    }
    assert!(checked > 50, "only {checked} outputs");
}

/// A Service that the API server refuses is one with or without an Ingress beside it.
#[test]
fn a_gateway_without_an_ingress_is_checked_for_what_the_api_server_refuses() {
    let input = project().join("chart-fixtures/cases/annotation-keys-in-quotes/input.yaml");
    let said = String::from_utf8(check(&std::fs::read(input).unwrap(), &["--as-is"])).unwrap();
    assert!(said.starts_with("error[ALB103]: "), "{said}");
    assert!(said.ends_with("no Ingress of class alb is in the stream, so nothing else was judged; without --as-is the Ingress of the filter is judged\n"), "{said}");
}

/// The exports hand out what a host applies without asking again, so they refuse what the filter refuses.
#[test]
fn the_exports_refuse_warnings_where_strict_asks_for_it() {
    let input = std::fs::read(project().join("chart-fixtures/cases/helm3-default/input.yaml")).unwrap();
    for host in ["flux", "kustomize"] {
        for (flags, variable, code) in [(&["--strict"][..], "", 1), (&[], "true", 1), (&[], "", 0)] {
            let folder = tempfile::tempdir().unwrap();
            let mut program = assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"));
            program.current_dir(folder.path()).env_clear().args(["export", host]).args(flags);
            if !variable.is_empty() {
                program.env("ISTIO_ALB_STRICT", variable);
            }
            let output = program.write_stdin(input.clone()).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(code), "{host} {flags:?} {variable}: {said}");
            assert_eq!(output.stdout.is_empty(), code == 1);
        }
    }
}
