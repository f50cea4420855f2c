//! The contract over streams that were recorded while Helm rendered Istio's own chart. They lie in the folder that
//! `ISTIO_ALB_TEST_DATA` names, under `captures`; without that variable these tests are ignored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use libtest_mimic::{Arguments, Trial};
use std::path::{Path, PathBuf};
use support::contract::{self, Pods, check_ingress, check_service};
use support::{Outcome, fail, first_difference, shown};

fn main() {
    let arguments = Arguments::from_args();
    let trials = match support::recorded() {
        Some(data) => trials(&data.join("captures")),
        None => {
            vec![Trial::test("recorded streams", || fail("ISTIO_ALB_TEST_DATA is not set")).with_ignored_flag(true)]
        }
    };
    libtest_mimic::run(&arguments, trials).exit_if_failed();
}

fn trials(captures: &Path) -> Vec<Trial> {
    let mut trials = Vec::new();
    for helm in ["helm3", "helm4"] {
        let mut streams: Vec<PathBuf> = std::fs::read_dir(captures.join(helm))
            .unwrap_or_else(|error| panic!("{}: {error}", captures.join(helm).display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        streams.sort();
        for path in streams {
            let name = format!("{helm}/{}", path.file_stem().unwrap().to_string_lossy());
            let stream = std::fs::read(path).unwrap();
            if name.ends_with("-eastwest") {
                trials.push(Trial::test(name, move || refused(&stream, &["east-west", "topology.istio.io/network"])));
            } else if name.ends_with("-none") {
                trials.push(Trial::test(name, move || refused(&stream, &["no ", "Service", "None", "if-missing"])));
            } else {
                let crlf = String::from_utf8(stream.clone()).unwrap().replace('\n', "\r\n").into_bytes();
                trials.push(Trial::test(format!("{name} with CRLF"), move || kept(&crlf)));
                trials.push(Trial::test(name, move || kept(&stream)));
            }
        }
    }
    trials
}

/// One Service turns, one Ingress comes, all other bytes stay, and a second run changes nothing.
fn kept(stream: &[u8]) -> Outcome {
    let output = support::rewrite(stream);
    if !output.status.success() {
        return fail(format!("it failed\n{}", shown(&output)));
    }
    let rewrite = contract::compare(stream, &output.stdout)?;
    let [(before, after)] = rewrite.services[..] else {
        return fail(format!("{} Services changed, not one", rewrite.services.len()));
    };
    let [ingress] = rewrite.ingresses[..] else {
        return fail(format!("{} Ingresses came, not one", rewrite.ingresses.len()));
    };
    check_service(before, after, Pods::of(stream))?;
    let ingress = check_ingress(ingress, before)?;
    scheme_is_kept(before, &ingress)?;

    let again = support::rewrite(&output.stdout);
    if again.stdout != output.stdout {
        let difference = first_difference(&output.stdout, &again.stdout);
        return fail(format!("a second run changes the first one's output: {difference}\n{}", shown(&again)));
    }
    Ok(())
}

/// An internal gateway stays internal, and an allow-list goes over to the Ingress.
fn scheme_is_kept(service: &[u8], ingress: &serde_json::Value) -> Outcome {
    let internal = String::from_utf8_lossy(service).contains("aws-load-balancer-scheme: internal\n")
        || String::from_utf8_lossy(service).contains("aws-load-balancer-scheme: internal\r\n");
    let expected = if internal { "internal" } else { "internet-facing" };
    let annotations = &ingress["metadata"]["annotations"];
    if annotations["alb.ingress.kubernetes.io/scheme"] != expected {
        return fail(format!("the scheme is not {expected}: {annotations}"));
    }
    let ranges = contract::parse(service)?["spec"]["loadBalancerSourceRanges"].clone();
    let ranges: Vec<&str> = ranges.as_array().into_iter().flatten().filter_map(|range| range.as_str()).collect();
    let carried = annotations["alb.ingress.kubernetes.io/inbound-cidrs"].as_str().unwrap_or_default();
    if ranges.join(",") != carried {
        return fail(format!("the source ranges {ranges:?} became inbound-cidrs {carried:?}"));
    }
    Ok(())
}

/// It fails as an error of the input, prints nothing, and names the reason.
fn refused(stream: &[u8], reasons: &[&str]) -> Outcome {
    let output = support::rewrite(stream);
    let message = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(2) || !output.stdout.is_empty() {
        return fail(format!("not refused as an input should be\n{}", shown(&output)));
    }
    match reasons.iter().find(|reason| !message.contains(**reason)) {
        Some(reason) => fail(format!("the message does not say {reason:?}\n{}", shown(&output))),
        None => Ok(()),
    }
}
