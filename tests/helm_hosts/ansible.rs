//! Ansible's `kubernetes.core.helm` 6.6.0, which passes no arguments.

use crate::page::{self, Named, behind_an_alb, typed, untouched, with_both, world, write_changed};
use crate::release::{Release, Way};
use crate::support::tools::Tool;
use crate::support::{Outcome, fail, shown};
use libtest_mimic::Trial;
use std::path::Path;
use std::process::Output;

const PLAYBOOK: &str = "gateway.yaml";
const ENVIRONMENT: &str = "    environment:\n      ISTIO_ALB_SCHEME: internal\n";

pub fn trials() -> Vec<Trial> {
    let trials: &[Named] = &[
        ("what the page says", as_the_page_says),
        ("a refused run deploys nothing", refused),
        ("a changed variable is passed over, the file is found", passed_over),
    ];
    with_both("ansible", Some(Tool::Ansible), trials)
}

fn ready(way: Way, name: &str) -> Release {
    world(way, name, &[Tool::Ansible])
}

fn play(release: &Release, more: &str) -> Output {
    page::run(release, &format!("ansible-playbook {PLAYBOOK} {more}"))
}

/// How Ansible counts its one task: `changed=1`.
fn reports(output: &Output, what: &str) -> Outcome {
    let text = String::from_utf8_lossy(&output.stdout);
    let recap = text.lines().find(|line| line.starts_with("localhost "));
    if !recap.is_some_and(|line| line.contains(what)) {
        return fail(format!("not {what}\n{}", shown(output)));
    }
    Ok(())
}

fn as_the_page_says(way: Way) -> Outcome {
    let release = ready(way, "ansible");
    let version = page::run(&release, "ansible-playbook --version").stdout;
    let version = String::from_utf8(version)?;
    let place = version.split("python module location = ").nth(1).unwrap();
    let place = Path::new(place.lines().next().unwrap()).with_file_name("ansible_collections");
    let manifest = std::fs::read_to_string(place.join("kubernetes/core/MANIFEST.json"))?;
    assert!(manifest.contains("\"version\": \"6.6.0\""), "the page says 6.6.0");

    let schemes = ["internal", "internet-facing"];
    let mut said = schemes.iter();
    for block in page::blocks("ansible") {
        typed(&release, &block)?;
        if block.file.is_none() {
            behind_an_alb(&release, said.next().unwrap());
        }
    }
    assert_eq!(release.revisions().len(), schemes.len());
    Ok(())
}

fn refused(way: Way) -> Outcome {
    let release = ready(way, "ansible-refused");
    let values = "      release_values: {networkGateway: network1}\n";
    write_changed(&release, "ansible", PLAYBOOK, &[(ENVIRONMENT, values)])?;
    reports(&play(&release, "--check"), "changed=1")?; // renders nothing, and so finds nothing
    page::refused(&play(&release, ""));
    untouched(&release);
    Ok(())
}

/// What the page warns of, and the file that it names.
fn passed_over(way: Way) -> Outcome {
    let release = ready(way, "ansible-passed-over");
    release.configure("{ingress: {scheme: internal}}");
    let file = "    environment:\n      ISTIO_ALB_CONFIG: '{{ playbook_dir }}/istio-alb.yaml'\n";
    write_changed(&release, "ansible", PLAYBOOK, &[(ENVIRONMENT, file)])?;
    reports(&play(&release, ""), "changed=1")?;
    behind_an_alb(&release, "internal");

    let other = ENVIRONMENT.replace("internal", "internet-facing");
    write_changed(&release, "ansible", PLAYBOOK, &[(ENVIRONMENT, &other)])?;
    reports(&play(&release, ""), "changed=0")?;
    behind_an_alb(&release, "internal");
    Ok(())
}
