//! The whole way to the ALB and back, each state compared with the table in docs/migration.md, and the allow-list looked
//! for at every moment in between.

use crate::release::{
    self, HELM3, HELM3_THEN_4, HELM4, HELM4_CLIENT_SIDE, Release, State, Way, done,
};
use crate::support::cluster::{Change, INGRESS, SERVICE};
use crate::support::tools::{Need, Tool, chart, gated};
use crate::support::{Outcome, project};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU16, Ordering};

/// A load balancer that somebody has.
#[derive(Clone, Copy)]
struct Live {
    name: &'static str,
    values: fn() -> String,
    /// Its source ranges as the ALB gets them.
    allow_list: &'static str,
    /// The configuration of the cutover, or of the cutovers where one does not do.
    cutovers: &'static [&'static str],
}

const CASES: [Live; 4] = [
    Live {
        name: "an internal NLB of the AWS controller",
        values: || {
            "{annotations: {service.beta.kubernetes.io/aws-load-balancer-type: external, \
             service.beta.kubernetes.io/aws-load-balancer-scheme: internal, \
             service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip, \
             service.beta.kubernetes.io/aws-load-balancer-subnets: 'subnet-0aaaaaaa,subnet-0bbbbbbb', \
             example.com/team: edge}, loadBalancerClass: service.k8s.aws/nlb, loadBalancerIP: 10.0.0.10, \
             externalTrafficPolicy: Local, loadBalancerSourceRanges: [10.0.0.0/8, 203.0.113.0/24]}"
                .into()
        },
        allow_list: "10.0.0.0/8,203.0.113.0/24",
        cutovers: &[
            "{ingress: {certificateArns: ['arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c']}}",
        ],
    },
    Live {
        name: "an NLB without node ports, which the values pin first",
        values: || {
            let [status, http, https] = node_ports();
            format!(
                "{{allocateLoadBalancerNodePorts: false, loadBalancerClass: service.k8s.aws/nlb, \
                 loadBalancerSourceRanges: [10.0.0.0/8], ports: [\
                 {{name: status-port, port: 15021, protocol: TCP, targetPort: 15021, nodePort: {status}}}, \
                 {{name: http2, port: 80, protocol: TCP, targetPort: 80, nodePort: {http}}}, \
                 {{name: https, port: 443, protocol: TCP, targetPort: 443, nodePort: {https}}}]}}"
            )
        },
        allow_list: "10.0.0.0/8",
        cutovers: &["{}"],
    },
    Live {
        name: "an NLB of the cloud provider, whose type goes last",
        values: || {
            "{annotations: {service.beta.kubernetes.io/aws-load-balancer-type: nlb, \
             service.beta.kubernetes.io/aws-load-balancer-internal: 'true', \
             service.beta.kubernetes.io/load-balancer-source-ranges: '10.1.0.0/16, 10.2.0.0/16'}}"
                .into()
        },
        allow_list: "10.1.0.0/16,10.2.0.0/16",
        cutovers: &[
            "{service: {keepAnnotations: [service.beta.kubernetes.io/aws-load-balancer-type]}}",
            "{}",
        ],
    },
    Live {
        name: "a Classic ELB",
        values: || "{loadBalancerSourceRanges: [198.51.100.0/24]}".into(),
        allow_list: "198.51.100.0/24",
        cutovers: &["{ingress: {scheme: internet-facing}}"],
    },
];

/// Three that nobody else has: the server takes those that it gives away by itself from higher numbers first.
fn node_ports() -> [u16; 3] {
    static NEXT: AtomicU16 = AtomicU16::new(30000);
    let first = NEXT.fetch_add(3, Ordering::Relaxed);
    [first, first + 1, first + 2]
}

pub fn trials() -> Vec<Trial> {
    let mut ways = vec![(HELM4_CLIENT_SIDE, CASES[0]), (HELM3_THEN_4, CASES[0])];
    for case in CASES {
        ways.extend([(HELM3, case), (HELM4, case)]);
    }
    let mut trials: Vec<Trial> = ways
        .into_iter()
        .enumerate()
        .map(|(number, (way, case))| {
            gated(
                format!("{}: there and back from {}", way.name, case.name),
                needs(way),
                move || {
                    let values = format!("service: {}\n", (case.values)());
                    let release = Release::new(way, &format!("journey-{number}"), &values);
                    there_and_back(&release, case)
                },
            )
        })
        .collect();
    for (way, name) in [(HELM3, "istio-3"), (HELM4, "istio-4")] {
        let mut needs = needs(way);
        needs.push(Need::Chart("1.29.1".into()));
        trials.push(gated(
            format!("{}: there and back with Istio's own chart", way.name),
            needs,
            move || {
                let values = format!("service: {}\n", (CASES[0].values)());
                let release = Release::new(way, name, &values).of_chart(chart("1.29.1"));
                there_and_back(&release, CASES[0])
            },
        ));
    }
    trials
}

pub fn needs(way: Way) -> Vec<Need> {
    let tools = Tool::CLUSTER.into_iter();
    tools
        .chain([way.installed_by, way.upgraded_by])
        .map(Need::Tool)
        .collect()
}

fn there_and_back(release: &Release, case: Live) -> Outcome {
    done(release.install(&[]));
    let live = json!({"metadata": {"annotations": {"controller.example.com/checkpoint": "7"}}});
    release.namespace.patch(SERVICE, release::NAME, &live);
    let start = arrive(release, "the start", None);
    let before = start.service.as_ref().unwrap();

    attach(release, case, before);
    cut_over(release, case, before);
    done(release.roll_back("2"));
    arrive(release, "a rollback to attach", Some(before));
    cut_over(release, case, before);
    done(release.roll_back("1"));
    let back = arrive(release, "a rollback to the start", Some(before));
    assert_eq!(
        settings(back.service.as_ref().unwrap()),
        settings(before),
        "the Service is not what it was"
    );
    attach(release, case, before);
    cut_over(release, case, before);
    done(release.uninstall());
    release.controllers();
    arrive(release, "uninstall", None);
    let kinds = "all,ingresses,secrets,serviceaccounts,roles,rolebindings";
    assert_eq!(release.namespace.names(kinds), Vec::<String>::new());
    allow_list_at_every_moment(release, case)
}

/// The Service is not touched, the Ingress has the allow-list.
fn attach(release: &Release, case: Live, before: &Value) {
    release.configure(case.cutovers[0]);
    let untouched = release.state().service.unwrap();
    done(release.attach());
    let state = release.state();
    let service = state.service.unwrap();
    for part in ["spec", "status"] {
        assert_eq!(service[part], untouched[part], "attach changed the Service");
    }
    assert_eq!(
        service["metadata"]["annotations"],
        untouched["metadata"]["annotations"]
    );
    arrive(release, "attach", Some(before));
}

fn cut_over(release: &Release, case: Live, before: &Value) {
    for (number, configuration) in case.cutovers.iter().enumerate() {
        release.configure(configuration);
        done(release.cut_over());
        if number + 1 < case.cutovers.len() {
            // The cloud provider must still see whose load balancer it is to delete.
            let service = release.state().service.unwrap();
            assert_eq!(service["spec"]["type"], "NodePort");
            let left = annotations(&service, |key| key.contains("aws-load-balancer"));
            assert_eq!(
                left,
                [(
                    "service.beta.kubernetes.io/aws-load-balancer-type".into(),
                    json!("nlb")
                )]
            );
            release.controllers();
        }
    }
    arrive(release, "cutover", Some(before));
}

/// Compares the cluster with the row of the guide's table, after a round of the controllers.
fn arrive(release: &Release, after: &str, before: Option<&Value>) -> State {
    release.controllers();
    let state = release.state();
    let (service, ingress) = (state.service.as_ref(), state.ingress.as_ref());
    let kept = service.is_none_or(|service| {
        let annotations = &service["metadata"]["annotations"];
        before.is_none() || annotations["controller.example.com/checkpoint"] == "7"
    });
    assert!(
        kept,
        "after {after}, what others wrote on the Service is gone"
    );
    let ranges = service.map(source_ranges).unwrap_or_default();
    let inbound = ingress.map(inbound_cidrs).unwrap_or_default();
    let cells = [
        service.map_or("none", |service| service["spec"]["type"].as_str().unwrap()),
        match service {
            Some(service) if settings(service).is_empty() => "gone",
            Some(_) => "there",
            None => "gone",
        },
        match (ranges.is_empty(), inbound.is_empty()) {
            (false, false) => "on both",
            (false, true) => "on the Service",
            (true, false) => "on the Ingress",
            (true, true) => "gone",
        },
        match (service, before) {
            (Some(service), Some(before)) if node_ports_of(service) != node_ports_of(before) => {
                "others"
            }
            (Some(_), _) => "the same",
            (None, _) => "none",
        },
        if ingress.is_some() { "there" } else { "none" },
    ];
    let found = format!("| {after} | {} |", cells.join(" | "));
    let guide = std::fs::read_to_string(project().join("docs/migration.md")).unwrap();
    let start = format!("| {after} | ");
    let promised = guide.lines().find(|line| line.starts_with(&start));
    assert_eq!(
        Some(found.as_str()),
        promised,
        "docs/migration.md and the cluster differ"
    );
    state
}

/// What makes a load balancer of the Service, or tells it how to be one.
fn settings(service: &Value) -> Vec<(String, Value)> {
    let fields = [
        "loadBalancerClass",
        "loadBalancerIP",
        "loadBalancerSourceRanges",
        "allocateLoadBalancerNodePorts",
        "healthCheckNodePort",
    ];
    let spec = service["spec"].as_object().unwrap();
    let mut found = annotations(service, |key| {
        key.starts_with("service.beta.kubernetes.io/")
    });
    found.extend(
        spec.iter()
            // Which number it is the server decides anew each time.
            .filter(|(key, _)| fields.contains(&key.as_str()) && *key != "healthCheckNodePort")
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    if spec.contains_key("healthCheckNodePort") {
        found.push(("healthCheckNodePort".into(), json!("some")));
    }
    found
}

fn annotations(object: &Value, wanted: fn(&str) -> bool) -> Vec<(String, Value)> {
    let all = object["metadata"]["annotations"].as_object();
    all.into_iter()
        .flatten()
        .filter(|(key, _)| wanted(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn node_ports_of(service: &Value) -> Vec<Value> {
    let ports = service["spec"]["ports"].as_array().unwrap();
    ports.iter().map(|port| port["nodePort"].clone()).collect()
}

fn source_ranges(service: &Value) -> String {
    let field = service["spec"]["loadBalancerSourceRanges"].as_array();
    let annotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
    match field {
        Some(ranges) => {
            let ranges: Vec<&str> = ranges.iter().filter_map(Value::as_str).collect();
            ranges.join(",")
        }
        None => service["metadata"]["annotations"][annotation]
            .as_str()
            .unwrap_or_default()
            .replace(' ', ""),
    }
}

fn inbound_cidrs(ingress: &Value) -> String {
    ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/inbound-cidrs"]
        .as_str()
        .unwrap_or_default()
        .into()
}

/// Walks through everything that happened to Service and Ingress. Whoever is open to clients has the allow-list.
fn allow_list_at_every_moment(release: &Release, case: Live) -> Outcome {
    let services = release.namespace.history(SERVICE);
    let ingresses = release.namespace.history(INGRESS);
    let mut changes: Vec<Change> = services.into_iter().chain(ingresses).collect();
    changes.sort_by_key(|change| change.revision);
    let (mut service, mut ingress) = (None, None);
    let mut moments = 0;
    for change in changes {
        let leaving = change.gone || !change.object["metadata"]["deletionTimestamp"].is_null();
        if change.object["kind"] == "Service" && leaving {
            break; // uninstall: before it the Service is never deleted
        }
        let object = (!change.gone).then_some(change.object.clone());
        match change.object["kind"].as_str() {
            Some("Service") => service = object,
            _ => ingress = object,
        }
        let ranges = service.as_ref().map(source_ranges).unwrap_or_default();
        let inbound = ingress.as_ref().map(inbound_cidrs).unwrap_or_default();
        let open = service
            .as_ref()
            .is_some_and(|service| service["spec"]["type"] == "LoadBalancer");
        let state = format!("Service {service:?}\nIngress {ingress:?}");
        assert!(
            !open || ranges == case.allow_list,
            "an open load balancer: {state}"
        );
        assert!(
            ingress.is_none() || inbound == case.allow_list,
            "an open ALB: {state}"
        );
        assert!(
            ranges == case.allow_list || inbound == case.allow_list,
            "the allow-list is nowhere: {state}"
        );
        moments += 1;
    }
    assert!(moments > 20, "only {moments} moments were seen");
    Ok(())
}
