//! Whether the server takes what we print: every golden output, every recorded stream rewritten, and objects made to be
//! refused.

use crate::support::cluster::{self, Cluster};
use crate::support::tools::{Need, Tool, gated};
use crate::support::{self, Outcome, contract, fail, filter, give, project, shown};
use libtest_mimic::Trial;
use std::path::{Path, PathBuf};
use std::process::Output;

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        trial("every golden output", golden_outputs),
        trial("an Ingress as configured", ingresses),
        trial("a Service as rendered", services),
    ];
    if let Some(data) = support::recorded() {
        let captures = data.join("captures");
        trials.push(trial("every recorded stream", || recorded_streams(captures)));
    }
    trials
}

fn trial(what: &str, test: impl FnOnce() -> Outcome + Send + 'static) -> Trial {
    let needs = Tool::CLUSTER.map(Need::Tool).to_vec();
    gated(format!("the server takes {what}"), needs, test)
}

/// What went in, and a file with what came out.
struct Run {
    input: Vec<u8>,
    output: PathBuf,
}

fn golden_outputs() -> Outcome {
    let mut runs = Vec::new();
    for case in folder(&project().join("chart-fixtures/cases")) {
        let output = case.join("output.yaml");
        // What Flux has yet to fill in is no manifest for a server: `tests/flux.rs` looks at those behind Flux.
        let is_complete = |text: Vec<u8>| !text.windows(2).any(|pair| pair == b"${");
        if std::fs::read(&output).is_ok_and(is_complete) {
            let input = std::fs::read(case.join("input.yaml")).unwrap();
            runs.push(Run { input, output });
        }
    }
    all_taken(&runs)
}

fn recorded_streams(captures: PathBuf) -> Outcome {
    let outputs = tempfile::tempdir().unwrap();
    let mut runs = Vec::new();
    for helm in ["helm3", "helm4"] {
        for stream in folder(&captures.join(helm)) {
            let name = format!("{helm}-{}", stream.file_name().unwrap().to_string_lossy());
            let input = std::fs::read(stream).unwrap();
            let rewritten = support::rewrite(&input);
            if rewritten.status.success() {
                let output = outputs.path().join(name);
                std::fs::write(&output, rewritten.stdout).unwrap();
                runs.push(Run { input, output });
            } else if !name.ends_with("-eastwest.yaml") && !name.ends_with("-none.yaml") {
                return fail(format!("{name}\n{}", shown(&rewritten)));
            }
        }
    }
    all_taken(&runs)
}

fn folder(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Asks for all files at once, and again for each that kubectl then names in a complaint.
fn all_taken(runs: &[Run]) -> Outcome {
    let cluster = cluster::get();
    let mut kubectl = cluster.kubectl(&["create", "--dry-run=server"]);
    for run in runs {
        kubectl.arg("--filename").arg(&run.output);
        for document in contract::documents(&std::fs::read(&run.output).unwrap()) {
            if let Ok(object) = contract::parse(document)
                && let Some(namespace) = object["metadata"]["namespace"].as_str()
            {
                cluster.has_namespace(namespace);
            }
        }
    }
    let answer = kubectl.output().unwrap();
    let complaints = complaints(&answer).join("\n");
    let taken = String::from_utf8_lossy(&answer.stdout).lines().count();
    assert!(taken >= runs.len(), "{}", shown(&answer));
    let named = |run: &&Run| complaints.contains(run.output.to_str().unwrap());
    let refused: Vec<String> = runs
        .iter()
        .filter(named)
        .filter_map(|run| Some(format!("{}\n{}", run.output.display(), refused(cluster, run)?)))
        .collect();
    match refused.is_empty() {
        true => Ok(()),
        false => fail(refused.join("\n")),
    }
}

/// What is refused, but for what is none of ours and was refused before us as well.
fn refused(cluster: &Cluster, run: &Run) -> Option<String> {
    let output = std::fs::read(&run.output).unwrap();
    let rewrite = match contract::compare(&run.input, &output) {
        Ok(rewrite) => rewrite,
        Err(message) => return Some(message),
    };
    // kubectl stops where it can't read on, so ours are asked about by themselves.
    let services = rewrite.services.iter().map(|(_, after)| *after);
    let mut ours = Vec::new();
    for document in services.chain(rewrite.ingresses.iter().copied()) {
        ours.extend_from_slice(b"---\n");
        ours.extend_from_slice(document);
        ours.push(b'\n');
    }
    let alone = dry_run(cluster, &ours);
    if !ours.is_empty() && !alone.status.success() {
        return Some(shown(&alone));
    }
    let (before, after) = (dry_run(cluster, &run.input), dry_run(cluster, &output));
    (complaints(&before) != complaints(&after)).then(|| format!("{}\n--- before us\n{}", shown(&after), shown(&before)))
}

fn dry_run(cluster: &Cluster, stream: &[u8]) -> Output {
    let words = ["create", "--dry-run=server", "-f", "-"];
    give(cluster.kubectl(&words), stream)
}

/// What kubectl says without its warnings, of which the class annotation gets one.
fn complaints(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().filter(|line| !line.starts_with("Warning: "));
    lines.map(str::to_owned).collect()
}

/// Ingresses that are at the edge of what the server takes, and how they are configured (`ingress.`…).
const TAKEN: [&str; 24] = [
    "name=a.b",
    "name='9'",
    "labels={app: ''}",
    "labels={app: 'yes'}",
    "labels={Example.com-x: A_b.c}",
    "paths=[{path: '/a//b', pathType: ImplementationSpecific}]",
    "paths=[{path: '/a%2fb', pathType: ImplementationSpecific}]",
    "paths=[{path: '/a b'}, {path: '/é'}, {path: '/..a'}]",
    "paths=[{path: /}, {path: /}]",
    "hosts=['*.example.com', a, '*.com', 1.2.3, 256.1.1.1, example.com, example.com]",
    "tlsHosts=['*.example.com', 10-0-0-1.example.com]",
    "backendPort=https",
    "className=a.b",
    "annotations={kubernetes.io/ingress.class: nginx}",
    "annotations={Example.com/A_b.c: ''}",
    "annotations={a: 'yes', b: '012', c: '1e3', d: '~', e: 'null', f: '12:30:45', g: '0x1F', h: '2001-01-01', i: '='}",
    "annotations={a: \"a\\nb\", b: \"\\t\", c: \" a \", d: \"a: b # c\", e: \"!a\", f: \"%a\", g: \"<<\", h: \"'\\\"\"}",
    "annotations={a: \"\\u2028\", b: \"\\U0001F680\", c: \"\\x7f\", d: \"\\u0085\", e: \"\\ufeff\", f: \"\\x01\"}",
    "tags={a: 'b c', d: e}",
    "inboundCidrs=['10.0.0.0/8', '2001:db8::/32']",
    "group={name: edge, order: -1000}",
    "targetType=ip",
    "redirectToHttps=false",
    "healthCheck=null",
];

/// Ingresses that the server refuses, as configured.
const REFUSED: [&str; 34] = [
    "name=Edge",
    "name=a_b",
    "name=edge-",
    "name=a..b",
    "labels={app: 'a b'}",
    "labels={app: -c}",
    "labels={'a b': c}",
    "labels={a/b/c: d}",
    "labels={/a: b}",
    "labels={A.b/c: d}",
    "paths=[{path: a}]",
    "paths=[{path: a, pathType: ImplementationSpecific}]",
    "paths=[{path: //}]",
    "paths=[{path: /a/./b}]",
    "paths=[{path: /a/..}]",
    "paths=[{path: /a/., pathType: Exact}]",
    "paths=[{path: /a%2fb}]",
    "paths=[{path: /a%2Fb, pathType: Exact}]",
    "paths=[{path: /, pathType: prefix}]",
    "paths=[{path: /, pathType: ''}]",
    "hosts=['*']",
    "hosts=[Example.com]",
    "hosts=[192.0.2.1]",
    "hosts=[01.02.03.004]",
    "hosts=['2001:db8::1']",
    "hosts=['example.com:80']",
    "hosts=[a_b.com]",
    "hosts=['a.*.com']",
    "tlsHosts=['*']",
    "backendPort=0",
    "backendPort=65536",
    "backendPort=HTTPS",
    "annotations={'a b': c}",
    "annotations={a/b/c: d}",
];

fn ingresses() -> Outcome {
    let input = project().join("chart-fixtures/cases/helm3-default/input.yaml");
    let input = std::fs::read(input).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |setting| {
        let set = format!("ingress.{setting}");
        // The server takes what the controller would pass over.
        filter(folder.path(), &["--set", &set, "--allow=ALB086"], &input)
    };
    for setting in REFUSED {
        let output = run(setting);
        if output.status.code() != Some(2) {
            return fail(format!("{setting}\n{}", shown(&output)));
        }
    }
    each_taken(&TAKEN.map(|setting| (setting.to_owned(), run(setting))))
}

/// Asks for everything at once, and only if something is refused for each by itself.
fn each_taken(runs: &[(String, Output)]) -> Outcome {
    let cluster = cluster::get();
    cluster.has_namespace("istio-system");
    let mut all = Vec::new();
    for (what, output) in runs {
        if !output.status.success() {
            return fail(format!("{what}\n{}", shown(output)));
        }
        all.extend_from_slice(b"---\n");
        all.extend_from_slice(&output.stdout);
    }
    if dry_run(cluster, &all).status.success() {
        return Ok(());
    }
    let refused = runs.iter().filter_map(|(what, output)| {
        let verdict = dry_run(cluster, &output.stdout);
        (!verdict.status.success()).then(|| format!("{what}\n{}", shown(&verdict)))
    });
    fail(refused.collect::<Vec<_>>().join("\n"))
}

/// What a chart may have rendered in `spec` of a LoadBalancer Service, and in its annotations. The server refuses most of
/// it on a NodePort Service, and some of it on a ClusterIP Service only.
const RENDERED: [(&str, &str); 33] = [
    ("loadBalancerIP: 192.0.2.1", ""),
    ("loadBalancerSourceRanges: [10.0.0.0/8]", ""),
    ("loadBalancerSourceRanges: []", ""),
    ("loadBalancerSourceRanges: null", ""),
    ("loadBalancerSourceRanges: [10.1.2.3/8, ' 10.0.0.0/8 ']", ""),
    ("", "service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, 192.0.2.0/24'"),
    ("", "service.beta.kubernetes.io/load-balancer-source-ranges: ''"),
    ("", "service.beta.kubernetes.io/load-balancer-source-ranges: ' '"),
    ("", "service.beta.kubernetes.io/load-balancer-source-ranges: null"),
    ("loadBalancerClass: service.k8s.aws/nlb", ""),
    ("loadBalancerClass: ''", ""),
    ("loadBalancerClass: null", ""),
    ("allocateLoadBalancerNodePorts: true", ""),
    ("allocateLoadBalancerNodePorts: false", ""),
    ("allocateLoadBalancerNodePorts: null", ""),
    ("healthCheckNodePort: 0", ""),
    ("externalTrafficPolicy: Local, healthCheckNodePort: 30999", ""),
    ("externalTrafficPolicy: Local", ""),
    ("externalTrafficPolicy: Cluster", ""),
    ("externalTrafficPolicy: ''", ""),
    ("externalTrafficPolicy: null", ""),
    ("externalTrafficPolicy: Local, externalIPs: [192.0.2.1]", ""),
    ("internalTrafficPolicy: Local", ""),
    ("sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 600}}", ""),
    ("publishNotReadyAddresses: true", ""),
    ("clusterIP: ''", ""),
    ("clusterIP: 10.96.7.7", ""),
    ("externalName: example.com", ""),
    ("ipFamilyPolicy: PreferDualStack", ""),
    ("trafficDistribution: PreferClose", ""),
    ("", "service.beta.kubernetes.io/aws-load-balancer-type: external"),
    ("", "alb.ingress.kubernetes.io/scheme: internal"),
    ("", "external-dns.kubernetes.io/hostname: www.example.com"),
];

/// The ports of a LoadBalancer Service.
const PORTS: [&str; 9] = [
    "{name: status-port, port: 15021, targetPort: 15021}",
    "{name: status-port, port: 15021}, {name: http2, port: 80, nodePort: 30180}, {name: https, port: 443, nodePort: 30143}",
    "{name: status-port, port: 15021}, {name: http2, port: 80, nodePort: 0}",
    "{name: status-port, port: 15021}, {name: http2, port: 80, nodePort: null}",
    "{name: status-port, port: 15021}, {name: https, port: 443, nodePort: 30143}, \
     {name: quic, port: 443, protocol: UDP, nodePort: 30143}",
    "{name: status-port, port: 15021}, {name: tcp, port: 31400, nodePort: 31400}",
    "{name: status-port, port: 15021}, {name: web, port: 80}, {name: https, port: 8443, targetPort: web}",
    "{name: status-port, port: 15021}, {name: http2, port: 443}, {name: https, port: 80}",
    "{port: 15021}",
];

fn services() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let rendered = RENDERED.map(|(spec, annotations)| (spec, annotations, PORTS[1]));
    let ports = PORTS.map(|ports| ("", "", ports));
    let types: [&[&str]; 2] = [&[], &["--service-type", "ClusterIP", "--target-type", "ip"]];
    let mut runs = Vec::new();
    for (spec, annotations, ports) in rendered.into_iter().chain(ports) {
        let comma = if spec.is_empty() { "" } else { ", " };
        let input = format!(
            "apiVersion: v1\nkind: Service\n\
             metadata: {{name: gateway, namespace: istio-system, annotations: {{{annotations}}}}}\n\
             spec: {{type: LoadBalancer, selector: {{istio: ingressgateway}}, {spec}{comma}ports: [{ports}]}}\n"
        );
        for arguments in types {
            let output = filter(folder.path(), arguments, input.as_bytes());
            runs.push((format!("{input}{arguments:?}"), output));
        }
    }
    each_taken(&runs)
}
