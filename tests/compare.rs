//! `compare`: what a live Service has and its manifest has not, in both formats to the byte. `ISTIO_ALB_BLESS=1 cargo test --test
//! compare` writes what is expected, for somebody to look at. On a real API server, `tests/cluster.rs` runs it as the guide does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;
use std::process::Output;

use support::{assert_golden, project};

fn compare(folder: &Path, arguments: &[&str], stdin: Vec<u8>) -> Output {
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_istio-alb"))
        .current_dir(folder)
        .env_clear()
        .arg("compare")
        .args(arguments)
        .write_stdin(stdin)
        .output()
        .unwrap()
}

/// Each case with its manifest, and the exit code.
const CASES: [(&str, &str, i32); 4] = [
    ("set-by-hand", "helm3-default", 1),
    ("defaults-of-the-server", "helm3-default", 0),
    ("after-the-manifest-changed", "helm3-nlb-internal-allowlist", 1),
    ("gateway-api", "helm3-gateway-api", 0),
];

#[test]
fn what_only_the_cluster_has() {
    let folder = project().join("chart-fixtures/compare");
    for (case, manifest, code) in CASES {
        let (live, manifest) = (format!("{case}.yaml"), format!("../cases/{manifest}/input.yaml"));
        for (format, ending) in [("text", "txt"), ("json", "json")] {
            let output = compare(&folder, &[&live, &manifest, "--format", format], Vec::new());
            assert_eq!(output.status.code(), Some(code), "{case}");
            assert_eq!(output.stderr, b"", "{case}");
            assert_golden(&folder.join(format!("{case}.{ending}")), &output.stdout);
        }
        let from_stdin = compare(&folder, &["-", &manifest], std::fs::read(folder.join(live)).unwrap());
        assert_eq!(from_stdin.stdout, std::fs::read(folder.join(format!("{case}.txt"))).unwrap(), "{case}");
    }
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let manifest = "cases/helm3-default/input.yaml";
    let said = |arguments: &[&str], stdin: &str| {
        let output = compare(&project().join("chart-fixtures"), arguments, stdin.as_bytes().to_vec());
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true));
        String::from_utf8(output.stderr).unwrap()
    };
    let other = "apiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: istio-system}\n";
    assert_eq!(
        said(&["-", manifest], other),
        "istio-alb: error: no object is in both: LIVE holds Service istio-system/other; MANIFEST holds Service \
         istio-system/istio-ingressgateway\n  help: kubectl -n NAMESPACE get service,ingress -o yaml > live.yaml; helm -n NAMESPACE \
         get manifest RELEASE > manifest.yaml; istio-alb compare live.yaml manifest.yaml\n"
    );
    assert_eq!(
        said(&["-", manifest], "{"),
        "istio-alb: error: no object is in both: LIVE holds nothing to compare; MANIFEST holds Service \
         istio-system/istio-ingressgateway\n  help: kubectl -n NAMESPACE get service,ingress -o yaml > live.yaml; helm -n NAMESPACE \
         get manifest RELEASE > manifest.yaml; istio-alb compare live.yaml manifest.yaml\n"
    );
    assert_eq!(
        said(&["gone.yaml", manifest], ""),
        "istio-alb: error: cannot read gone.yaml: No such file or directory (os error 2)\n"
    );
}

/// With the files the other way round every answer would be the opposite.
#[test]
fn files_in_the_wrong_order_are_refused() {
    let folder = project().join("chart-fixtures");
    let (live, manifest) = ("compare/defaults-of-the-server.yaml", "cases/helm3-default/input.yaml");
    let output = compare(&folder, &[manifest, live], Vec::new());
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("help: LIVE comes first"), "{said}");
    let said = String::from_utf8(compare(&folder, &["-", "-"], Vec::new()).stderr).unwrap();
    assert!(said.starts_with("istio-alb: error: `-` is named twice"), "{said}");
}
