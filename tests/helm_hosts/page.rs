//! docs/hosts.md, and what it tells about one program, typed where a release is changed.

use crate::release::{HELM3, HELM4, Release, Way};
use crate::support::cluster::SERVICE;
use crate::support::pages::{self, Block};
use crate::support::tools::{Need, Tool, gated};
use crate::support::{Outcome, project};
use libtest_mimic::Trial;
use std::collections::BTreeSet;

/// The programs for which the page has blocks; each is walked by the module of its name.
const WALKED: [&str; 4] = ["ansible", "chart-testing", "helm-unittest", "helmfile"];

pub fn trials() -> Vec<Trial> {
    let walked = "every block of docs/hosts.md is for a program that is run";
    vec![Trial::test(walked, all_walked), Trial::test("docs/hosts.md names the versions that are run", versions)]
}

fn text() -> String {
    std::fs::read_to_string(project().join("docs/hosts.md")).unwrap()
}

fn all_walked() -> Outcome {
    let found = pages::blocks(&text()).into_iter().filter_map(|block| block.host);
    let found: BTreeSet<String> = found.collect();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), WALKED);
    Ok(())
}

/// The last column of the table.
fn versions() -> Outcome {
    let rows = [
        ("Helm 3", &[Tool::Helm3][..]),
        ("Helm 4", &Tool::PLUGIN_HELMS),
        ("kustomize", &[Tool::Kustomize]),
        ("Helmfile", &[Tool::Helmfile]),
        ("helm-unittest", &[Tool::HelmUnittest]),
        ("chart-testing", &[Tool::ChartTesting]),
    ];
    let text = text();
    for (host, tools) in rows {
        let row = text.lines().find(|line| line.starts_with(&format!("| [{host}](")));
        let tested = row.unwrap().rsplit(" | ").next().unwrap();
        for tool in tools {
            let (_, version) = tool.name().rsplit_once('-').unwrap();
            assert!(tested.contains(version), "{tested}: not {version}");
        }
    }
    Ok(())
}

/// What the page tells about a program.
pub fn blocks(host: &str) -> Vec<Block> {
    let mut blocks = pages::blocks(&text());
    blocks.retain(|block| block.host.as_deref() == Some(host));
    assert!(!blocks.is_empty(), "the page has nothing for {host}");
    blocks
}

/// A trial with each Helm, by its name in all of them.
pub type Named = (&'static str, fn(Way) -> Outcome);

/// Each trial with each Helm, of a host that may need a tool of its own.
pub fn with_both(host: &str, tool: Option<Tool>, trials: &[Named]) -> Vec<Trial> {
    let mut all = Vec::new();
    for &(name, test) in trials {
        for way in [HELM3, HELM4] {
            let needs = Tool::CLUSTER.into_iter().chain([way.upgraded_by]).chain(tool);
            all.push(gated(format!("{host} with {}: {name}", way.name), needs.map(Need::Tool).collect(), move || {
                test(way)
            }));
        }
    }
    all
}

/// A release that does not exist yet, and a folder in which programs find Helm, kubectl, each other, and the chart.
pub fn world(way: Way, namespace: &str, hosts: &[Tool]) -> Release {
    let release = Release::new(way, &format!("{namespace}-{}", &way.name[5..]), "{}\n");
    drop(release.bash()); // makes the links for Helm, kubectl and the chart
    for host in hosts {
        let link = release.folder().join("bin").join(host.plain());
        std::os::unix::fs::symlink(host.path(), link).unwrap();
    }
    release
}

/// Runs the commands of a block, or writes the file that it shows, in the namespace of the release.
pub fn typed(release: &Release, block: &Block) -> Outcome {
    let mut block = block.clone();
    block.text = block.text.replace("istio-system", &release.namespace.name);
    pages::run(&block, || release.bash())
}

/// Writes a file of the page with some of its text changed.
pub fn write_changed(release: &Release, host: &str, file: &str, changes: &[(&str, &str)]) -> Outcome {
    let mut blocks = blocks(host);
    blocks.retain(|block| block.file.as_deref() == Some(file));
    let block = &mut blocks[0];
    for (from, to) in changes {
        assert!(block.text.contains(from), "{file} does not say {from}");
        block.text = block.text.replace(from, to);
    }
    typed(release, block)
}

/// A command line in the release's folder.
pub fn run(release: &Release, line: &str) -> std::process::Output {
    release.bash().args(["-euo", "pipefail", "-c", line]).output().unwrap()
}

/// The gateway, whatever its name, is behind the ALB, and this is the ALB's scheme.
pub fn behind_an_alb(release: &Release, expected: &str) {
    let ingress = release.state().ingress.unwrap();
    let backend = &ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"];
    let name = backend["name"].as_str().unwrap();
    let service = release.namespace.object(SERVICE, name).unwrap();
    assert_eq!(service["spec"]["type"], "NodePort");
    let scheme = &ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/scheme"];
    assert_eq!(scheme, expected);
}

/// Nothing was deployed.
pub fn untouched(release: &Release) {
    assert_eq!(release.objects(), [""; 0]);
}

/// Values with which this program refuses to go on, and what it says then.
pub const EASTWEST: &str = "networkGateway: network1\n";
pub const REFUSAL: &str = "is an east-west gateway";

/// It failed, and said why in our words.
pub fn refused(output: &std::process::Output) {
    let text = [&output.stdout[..], &output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let said = text.contains("istio-alb: error: ") && text.contains(REFUSAL);
    assert!(!output.status.success() && said, "{}", crate::support::shown(output));
}
