//! The whole way to the ALB and back, each state compared with the table in docs/migration.md, and the allow-list looked
//! for at every moment in between.

use crate::release::{self, HELM3, HELM3_THEN_4, HELM4, HELM4_CLIENT_SIDE, Release, Way, done};
use crate::states::{allow_list_at_every_moment, annotations, arrive};
use crate::support::Outcome;
use crate::support::cluster::SERVICE;
use crate::support::tools::{Need, Tool, chart, gated};
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
        cutovers: &["{ingress: {certificateArns: ['arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c']}}"],
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
        cutovers: &["{service: {keepAnnotations: [service.beta.kubernetes.io/aws-load-balancer-type]}}", "{}"],
    },
    Live {
        name: "a Classic ELB",
        values: || {
            "{annotations: {service.beta.kubernetes.io/aws-load-balancer-internal: 'false'}, \
             loadBalancerSourceRanges: [198.51.100.0/24]}"
                .into()
        },
        allow_list: "198.51.100.0/24",
        cutovers: &["{ingress: {scheme: internet-facing}}"],
    },
];

/// Three that nobody else has: the server takes those that it gives away by itself from higher numbers first.
pub fn node_ports() -> [u16; 3] {
    static NEXT: AtomicU16 = AtomicU16::new(30000);
    let first = NEXT.fetch_add(3, Ordering::Relaxed);
    [first, first + 1, first + 2]
}

pub fn trials() -> Vec<Trial> {
    let mut ways = vec![(HELM4_CLIENT_SIDE, CASES[0]), (HELM3_THEN_4, CASES[0])];
    for case in &CASES[1..] {
        ways.extend([(HELM3, *case), (HELM4, *case)]);
    }
    let mut trials: Vec<Trial> = ways
        .into_iter()
        .enumerate()
        .map(|(number, (way, case))| {
            gated(format!("{}: there and back from {}", way.name, case.name), needs(way), move || {
                let values = format!("service: {}\n", (case.values)());
                let release = Release::new(way, &format!("journey-{number}"), &values).in_a_hurry();
                there_and_back(&release, case)
            })
        })
        .collect();
    for (way, name) in [(HELM3, "istio-3"), (HELM4, "istio-4")] {
        let mut needs = needs(way);
        needs.push(Need::Chart("1.29.1".into()));
        trials.push(gated(format!("{}: there and back with Istio's own chart", way.name), needs, move || {
            let values = format!("service: {}\n", (CASES[0].values)());
            let release = Release::new(way, name, &values).of_chart(chart("1.29.1")).in_a_hurry();
            there_and_back(&release, CASES[0])
        }));
    }
    trials
}

pub fn needs(way: Way) -> Vec<Need> {
    let tools = Tool::CLUSTER.into_iter();
    tools.chain([way.installed_by, way.upgraded_by]).map(Need::Tool).collect()
}

fn there_and_back(release: &Release, case: Live) -> Outcome {
    let before = &start(release);
    attach(release, case, before);
    cut_over(release, case, before);
    done(release.roll_back("2"));
    arrive(release, "attach", Some(before));
    done(release.roll_back("1"));
    arrive(release, "the start", Some(before));

    // The way back without Helm's memory, for when values or chart have changed in between.
    attach(release, case, before);
    cut_over(release, case, before);
    done(release.attach());
    arrive(release, "attach", Some(before));
    done(release.upgrade(&[]));
    arrive(release, "the start", Some(before));

    attach(release, case, before);
    cut_over(release, case, before);
    done(release.uninstall());
    arrive(release, "uninstall", None);
    assert_eq!(release.objects(), Vec::<String>::new());
    allow_list_at_every_moment(release, case.allow_list);
    Ok(())
}

/// Installs the release; the live Service, with an annotation of somebody else.
pub fn start(release: &Release) -> Value {
    done(release.install(&[]));
    let live = json!({"metadata": {"annotations": {"controller.example.com/checkpoint": "7"}}});
    release.namespace.patch(SERVICE, release::NAME, &live);
    arrive(release, "the start", None);
    release.state().service.unwrap()
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
    assert_eq!(service["metadata"]["annotations"], untouched["metadata"]["annotations"]);
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
            assert_eq!(left, [("service.beta.kubernetes.io/aws-load-balancer-type".into(), json!("nlb"))]);
            release.controllers();
        }
    }
    arrive(release, "cutover", Some(before));
}
