//! `.gitlab-ci.yml` of `docs/ci.md`: its script, run as GitLab's runner does.

use crate::page::{self, SCHEMAS, parsed, validates};
use crate::release::release;
use crate::support::tools::{Need, gated};
use crate::support::{Outcome, command, project, shown};
use libtest_mimic::Trial;
use serde_json::Value;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let tools = || ["bash", "curl", "jq"].map(Need::OnPath).to_vec();
    vec![
        gated("GitLab: the page's file is one that GitLab reads", vec![SCHEMAS], gitlab_reads_it),
        gated("GitLab: findings become a Code Quality report", tools(), findings_become_a_report),
        gated("GitLab: a gateway without a fault passes", tools(), a_good_one_passes),
        gated("GitLab: a changed archive is not unpacked", tools(), a_changed_archive_is_refused),
    ]
}

fn job() -> Value {
    parsed(&page::file(".gitlab-ci.yml"))["gateway"].clone()
}

fn gitlab_reads_it() -> Outcome {
    let file = parsed(&page::file(".gitlab-ci.yml"));
    validates(&file, "gitlab-ci")?;
    let mut wrong = file;
    wrong["gateway"]["artifacts"]["report"] = Value::from("codequality");
    assert!(validates(&wrong, "gitlab-ci").is_err());
    Ok(())
}

/// The whole script in one shell, with `apk` and `helm` as they are in the image; `helm` prints `rendered`.
fn run_job(folder: &Path, rendered: &str, config: &str, releases: &str) -> Output {
    let programs = folder.join("programs");
    std::fs::create_dir(&programs).unwrap();
    std::fs::write(folder.join("chart.yaml"), rendered).unwrap();
    std::fs::write(folder.join("istio-alb.yaml"), config).unwrap();
    for (name, script) in [
        ("apk", "[ \"$*\" = 'add --no-cache curl helm jq' ]"),
        ("helm", "[ \"$1 $2\" = 'template istio-ingressgateway' ] && cat chart.yaml"),
    ] {
        let path = programs.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let job = job();
    let lines = ["before_script", "script"].into_iter().flat_map(|part| job[part].as_array().unwrap());
    let script: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
    let mut bash = command("bash", folder);
    for (name, value) in job["variables"].as_object().unwrap() {
        bash.env(name, value.as_str().unwrap());
    }
    bash.env("RELEASES", releases).env("PATH", crate::support::helm::path_with(&[&programs]));
    // As the runner's own: https://docs.gitlab.com/runner/shells/
    bash.arg("-c").arg(format!("set -eo pipefail\n{}", script.join("\n"))).output().unwrap()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(project().join(name)).unwrap()
}

fn report(folder: &Path) -> Vec<Value> {
    let text = std::fs::read(folder.join(job()["artifacts"]["reports"]["codequality"].as_str().unwrap())).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap().as_array().unwrap().clone()
}

fn findings_become_a_report() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let config = "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {findings: {deny: [ALB006]}}\n";
    let output = run_job(folder.path(), &read("chart-fixtures/cases/helm3-default/input.yaml"), config, &release().url);
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    let report = report(folder.path());
    let severity = |id: &str| report.iter().find(|one| one["check_name"] == id).map(|one| one["severity"].clone());
    assert_eq!(severity("ALB006"), Some("critical".into()), "{report:#?}");
    let fingerprints: BTreeSet<&str> = report.iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), report.len());
    for one in &report {
        assert!(one["description"].as_str().is_some_and(|text| text.len() > 10), "{one:#}");
        assert!(["critical", "major", "info"].contains(&one["severity"].as_str().unwrap()), "{one:#}");
        assert_eq!(one["location"]["path"], "rendered.yaml");
        assert!(one["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0), "{one:#}");
    }
    for file in job()["artifacts"]["paths"].as_array().unwrap() {
        assert!(folder.path().join(file.as_str().unwrap()).is_file(), "{file}");
    }
    Ok(())
}

fn a_good_one_passes() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let config = crate::pre_commit::GOOD;
    let output = run_job(folder.path(), &read("chart-fixtures/cases/helm3-default/input.yaml"), config, &release().url);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(report(folder.path()).iter().all(|one| one["severity"] == "info"));
    Ok(())
}

fn a_changed_archive_is_refused() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let version = job()["variables"]["VERSION"].as_str().unwrap().to_owned();
    let url = release().with_sums(&format!("gitlab/v{version}"), &release().wrong_sums());
    let output = run_job(folder.path(), "", "", url.strip_suffix(&format!("/v{version}")).unwrap());
    assert!(!output.status.success(), "{}", shown(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains(".tar.gz: FAILED\n"), "{}", shown(&output));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert!(!entry.file_type().unwrap().is_dir() || entry.file_name() == "programs", "{entry:?}");
    }
    Ok(())
}
