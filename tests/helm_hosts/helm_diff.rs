//! helm-diff's rules about streams (3.15.11 manifest/parse.go): it splits what is deployed and what would be at
//! `\n---\n` exactly, ends at a document that does not parse, takes namespace, name, kind and group of an object for its
//! key, and compares the text, to which the `# Source:` line belongs.

use crate::page::{Named, untouched, with_both, world};
use crate::release::{OURS, Release, Way, done};
use crate::support::tools::Tool;
use crate::support::{Outcome, contract};
use libtest_mimic::Trial;
use serde_json::json;
use std::collections::BTreeMap;

pub fn trials() -> Vec<Trial> {
    let trials: &[Named] = &[
        ("nothing changed", nothing_changed),
        ("the way to the ALB", way_to_the_alb),
        ("a changed option", changed_option),
    ];
    with_both("helm-diff's rules", None, trials)
}

/// The documents of a manifest by their key.
fn parse(manifest: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let manifest = format!("\n{manifest}");
    for content in manifest.split("\n---\n").map(str::trim).filter(|text| !text.is_empty()) {
        let object = contract::parse(content.as_bytes()).unwrap();
        let Some(metadata) = object.get("metadata") else {
            continue; // comments alone
        };
        assert!(content.contains("# Source: gateway/templates/"), "{content}");
        let api = object["apiVersion"].as_str().unwrap();
        let group = api.rsplit_once('/').map_or("v1", |(group, _)| group);
        let key = format!("{}, {}, {group}", metadata["name"], object["kind"]);
        assert!(found.insert(key, content.into()).is_none(), "twice: {content}");
    }
    found
}

fn deployed(release: &Release) -> BTreeMap<String, String> {
    let printed =
        crate::page::run(release, &format!("helm get manifest istio-ingressgateway -n {}", release.namespace.name));
    parse(&String::from_utf8(printed.stdout).unwrap())
}

fn rendered(release: &Release, more: &str) -> BTreeMap<String, String> {
    let command = format!(
        "helm template istio-ingressgateway istio/gateway -n {} --values values.yaml --is-upgrade \
         --post-renderer istio-alb {more}",
        release.namespace.name
    );
    parse(&String::from_utf8(crate::page::run(release, &command).stdout).unwrap())
}

/// The keys of what differs.
fn differ(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.retain(|key| before.get(*key) != after.get(*key));
    keys.into_iter().cloned().collect()
}

const SERVICE: &str = "\"istio-ingressgateway\", \"Service\", v1";
const INGRESS: &str = "\"common-external-ingress\", \"Ingress\", networking.k8s.io";

fn nothing_changed(way: Way) -> Outcome {
    let release = world(way, "diff-same", &[]);
    untouched(&release);
    done(release.install(&OURS));
    let (before, after) = (deployed(&release), rendered(&release, ""));
    assert!(before.contains_key(INGRESS) && before.contains_key(SERVICE), "{before:#?}");
    assert_eq!(before, after);
    Ok(())
}

fn way_to_the_alb(way: Way) -> Outcome {
    let release = world(way, "diff-alb", &[]);
    done(release.install(&[]));
    let (mut before, mut after) = (deployed(&release), rendered(&release, ""));
    if way.upgraded_by != Tool::Helm3 {
        // Helm 4 prints everything anew for a post-renderer, in a style of its own.
        for text in before.values_mut().chain(after.values_mut()) {
            let mut object = contract::parse(text.as_bytes())?;
            let metadata = object["metadata"].as_object_mut().unwrap();
            metadata.retain(|_, value| *value != json!({}));
            *text = object.to_string();
        }
    }
    assert_eq!(differ(&before, &after), [INGRESS, SERVICE]);
    Ok(())
}

fn changed_option(way: Way) -> Outcome {
    let release = world(way, "diff-option", &[]);
    done(release.install(&OURS));
    let after = rendered(&release, "--post-renderer-args=--scheme=internal");
    assert_eq!(differ(&deployed(&release), &after), [INGRESS]);
    Ok(())
}
