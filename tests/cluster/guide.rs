//! docs/migration.md, typed: its blocks for a cluster from top to bottom, with each Helm and for each controller, and
//! after each the state that the page promises. The pre-flight is also given what it is there to find.

use crate::journey::{needs, node_ports, start};
use crate::release::{self, HELM3, HELM4, Release, Way, done};
use crate::states::{allow_list_at_every_moment, arrive};
use crate::support::cluster::SERVICE;
use crate::support::pages::{self, Block};
use crate::support::tools::gated;
use crate::support::{Outcome, fail, project};
use libtest_mimic::Trial;
use serde_json::json;

/// A load balancer of the AWS Load Balancer Controller, and one of the cloud provider.
const AWS_CONTROLLER: &str = "\
service:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-scheme: internal
  loadBalancerClass: service.k8s.aws/nlb
  loadBalancerSourceRanges: [10.0.0.0/8]
";
const CLOUD_PROVIDER: &str = "\
service:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: nlb
    service.beta.kubernetes.io/aws-load-balancer-internal: 'true'
  loadBalancerSourceRanges: [10.0.0.0/8]
";

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (number, way) in [HELM3, HELM4].into_iter().enumerate() {
        for (controller, values) in [("aws-controller", AWS_CONTROLLER), ("cloud-provider", CLOUD_PROVIDER)] {
            let namespace = format!("guide-{controller}-{number}");
            trials.push(gated(format!("{}: the guide's commands, {controller}", way.name), needs(way), move || {
                let release = Release::new(way, &namespace, values);
                walk(&release, &blocks(way, controller))
            }));
        }
        trials.push(gated(format!("{}: the guide's pre-flight", way.name), needs(way), move || {
            let release = Release::new(way, &format!("preflight-{number}"), AWS_CONTROLLER);
            pre_flight(&release, &blocks(way, "aws-controller"))
        }));
    }
    trials
}

/// The page's blocks for a cluster that has this Helm and this controller.
fn blocks(way: Way, controller: &str) -> Vec<Block> {
    let page = std::fs::read_to_string(project().join("docs/migration.md")).unwrap();
    let mut blocks = pages::blocks(&page);
    blocks.retain(|block| match block.cluster.as_deref() {
        Some("") => true,
        Some(part) => [way.upgraded_by.name(), controller].contains(&part),
        None => false,
    });
    blocks
}

fn walk(release: &Release, blocks: &[Block]) -> Outcome {
    let before = start(release);
    let mut states = Vec::new();
    for block in blocks {
        if block.state.as_deref() == Some("cutover") && states.last() == Some(&"cutover") {
            release.write("values.yaml", "{}\n"); // cleaned up
        }
        typed(release, block)?;
        if let Some(state) = &block.state {
            arrive(release, state, Some(&before));
            states.push(state.as_str());
        }
        release.controllers();
    }
    assert_eq!(states, ["attach", "cutover", "cutover", "attach", "the start"]);
    allow_list_at_every_moment(release, "10.0.0.0/8");
    Ok(())
}

/// Runs a block as it stands there, but in the namespace of this trial.
fn typed(release: &Release, block: &Block) -> Outcome {
    let mut block = block.clone();
    block.text = block.text.replace("istio-system", &release.namespace.name);
    pages::run(&block, || release.bash())
}

/// The two pre-flights let pass what works; the second one, and the look before it, find what would fail.
fn pre_flight(release: &Release, blocks: &[Block]) -> Outcome {
    let with = |words| {
        let blocks = blocks.iter().filter(move |block| block.text.contains(words));
        blocks.collect::<Vec<&Block>>()
    };
    let [attach, cutover] = with("--dry-run=server")[..] else {
        return fail("there are not two pre-flights");
    };
    let ([look], [compare]) = (&with("> live.yaml")[..], &with("diff ")[..]) else {
        return fail("there is not one look at the live Service");
    };
    start(release);
    release.configure("{}");
    typed(release, attach)?;
    done(release.attach());
    typed(release, cutover)?;

    let [taken, ..] = node_ports();
    let other = json!({
        "metadata": {"name": "other"},
        "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": taken}]}
    });
    release.namespace.create(SERVICE, &other);
    release.configure(&format!("{{service: {{nodePorts: {{https: {taken}}}}}}}"));
    finds(release, cutover, "provided port is already allocated")?;

    let [free, ..] = node_ports();
    release.configure(&format!("{{service: {{nodePorts: {{https: {free}}}}}}}"));
    typed(release, cutover)?;
    let service = release.state().service.unwrap();
    assert_eq!(service["spec"]["type"], "LoadBalancer", "a dry run did it");

    let ranges = json!({"spec": {"loadBalancerSourceRanges": ["192.0.2.0/24"]}});
    release.namespace.patch(SERVICE, release::NAME, &ranges);
    typed(release, look)?;
    finds(release, compare, "inbound-cidrs: 192.0.2.0/24")?;
    match release.way().name == HELM4.name {
        true => finds(release, cutover, "spec.LoadBalancerSourceRanges: Forbidden"),
        // Helm 3 asks in a way that no dry run of kubectl can ask.
        false => typed(release, cutover),
    }
}

fn finds(release: &Release, block: &Block, words: &str) -> Outcome {
    match typed(release, block) {
        Err(failed) if failed.message().is_some_and(|text| text.contains(words)) => Ok(()),
        Err(failed) => fail(format!("it does not say {words:?}: {failed:?}")),
        Ok(()) => fail(format!("it finds nothing wrong, not {words:?}")),
    }
}
