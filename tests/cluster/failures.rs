//! When a step fails: what is left, and that there is a way on. docs/migration.md tells what to do then.

use crate::journey::{needs, node_ports, start};
use crate::release::{self, ATTACH, HELM3, HELM4, INGRESS_NAME, OURS, Release, State, Way, done, refused};
use crate::states::{arrive, source_ranges};
use crate::support::cluster::{INGRESS, SERVICE};
use crate::support::tools::gated;
use crate::support::{Outcome, filter, give, project};
use libtest_mimic::Trial;
use serde_json::json;

const VALUES: &str = "\
service:
  loadBalancerClass: service.k8s.aws/nlb
  loadBalancerSourceRanges: [10.0.0.0/8]
";
const WITHOUT_RANGES: &str = "service: {loadBalancerClass: service.k8s.aws/nlb}\n";

type Test = fn(Way, &Release) -> Outcome;

pub fn trials() -> Vec<Trial> {
    let tests: [(&str, Test); 10] = [
        ("a failing post-renderer changes nothing", nothing_changes),
        ("a failing post-renderer installs nothing", nothing_is_installed),
        ("ranges that only the cluster has", refused_cutover),
        ("a node port that somebody else has", refused_node_port),
        ("a plain upgrade after a failed one orphans the Ingress", orphan),
        ("an Ingress made by hand", made_by_hand),
        ("a field that somebody changed", changed_by_hand),
        ("an Ingress that is denied", denied),
        ("an Ingress that is still being deleted", still_being_deleted),
        ("another way of applying in the cutover", another_way),
    ];
    let mut trials = Vec::new();
    for way in [HELM3, HELM4] {
        for (number, (name, test)) in tests.into_iter().enumerate() {
            let namespace = format!("failure-{number}-{}", way.name.replace(' ', "-"));
            trials.push(gated(format!("{}: {name}", way.name), needs(way), move || {
                test(way, &Release::new(way, &namespace, VALUES).in_a_hurry())
            }));
        }
    }
    trials
}

/// What makes our run fail: a configuration, values, and words of what the user must then read.
const WRONG: [(&str, &str, &str); 4] = [
    ("{ingress: {schem: internal}}", VALUES, "unknown field `schem`"),
    ("{ingress: {inboundCidrs: [0.0.0.0/0]}}", VALUES, "ALB027"),
    ("{phase: attach}", "service: {allocateLoadBalancerNodePorts: false}\n", "ALB044"),
    ("{}", "service: {type: None}\n", "service.type"),
];

fn nothing_changes(way: Way, release: &Release) -> Outcome {
    start(release);
    done(release.attach());
    release.controllers();
    let before = (release.objects(), release.revisions());
    let more: [&[&str]; 4] = match way.name == HELM3.name {
        true => [&[], &["--install"], &["--atomic"], &["--force"]],
        false => [&[], &["--install"], &["--rollback-on-failure"], &["--force-conflicts"]],
    };
    for ((spec, values, words), more) in WRONG.into_iter().zip(more) {
        release.configure(spec);
        release.write("values.yaml", values);
        refused(&release.upgrade(&[&OURS, more].concat()), words);
        let after = (release.objects(), release.revisions());
        assert_eq!(after, before, "{words} {more:?}");
    }
    release.configure("{}");
    release.write("values.yaml", VALUES);
    done(release.cut_over());
    Ok(())
}

fn nothing_is_installed(_: Way, release: &Release) -> Outcome {
    for (number, (spec, values, words)) in WRONG.into_iter().enumerate() {
        release.configure(spec);
        release.write("values.yaml", values);
        let output = match number % 2 {
            0 => release.install(&OURS),
            _ => release.upgrade(&[&OURS[..], &["--install"]].concat()),
        };
        refused(&output, words);
        assert_eq!(release.objects(), Vec::<String>::new(), "{words}");
        assert_eq!(release.revisions(), Vec::<String>::new(), "{words}");
    }
    Ok(())
}

/// Source ranges that only the cluster has.
fn refused_cutover(way: Way, release: &Release) -> Outcome {
    release.write("values.yaml", WITHOUT_RANGES);
    done(release.install(&[]));
    let ranges = json!({"spec": {"loadBalancerSourceRanges": ["192.0.2.0/24"]}});
    release.namespace.patch(SERVICE, release::NAME, &ranges);
    release.controllers();
    let before = release.state().service.unwrap();
    refused(&release.cut_over(), "spec.LoadBalancerSourceRanges: Forbidden");
    let State { service, .. } = release.state();
    assert_eq!(service.as_ref(), Some(&before), "the Service changed");
    done(release.roll_back("1"));
    release.controllers();
    let State { service, ingress } = release.state();
    let service = service.unwrap();
    assert_eq!(service["spec"], before["spec"], "the Service changed");
    assert_eq!(source_ranges(&service), "192.0.2.0/24");
    assert_eq!(ingress, None, "the Ingress stayed");

    // Said in the values, the ranges are kept, and the way is free. Under Helm 4 they still belong to somebody else, too:
    // its own way of applying leaves them there, the older one does not.
    release.write("values.yaml", &VALUES.replace("10.0.0.0/8", "192.0.2.0/24"));
    done(release.upgrade(&[]));
    done(release.attach());
    release.controllers();
    let mut more: &[&str] = &[];
    if way.name == HELM4.name {
        refused(&release.cut_over(), "spec.LoadBalancerSourceRanges: Forbidden");
        more = &["--server-side=false"];
    }
    done(release.upgrade(&[&OURS, more].concat()));
    arrive(release, "cutover", Some(&before));
    Ok(())
}

fn refused_node_port(_: Way, release: &Release) -> Outcome {
    let before = start(release);
    done(release.attach());
    let [taken, free, _] = node_ports();
    let other = json!({
        "metadata": {"name": "other"},
        "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": taken}]}
    });
    release.namespace.create(SERVICE, &other);
    release.configure(&format!("{{service: {{nodePorts: {{https: {taken}}}}}}}"));
    refused(&release.cut_over(), "provided port is already allocated");
    arrive(release, "attach", Some(&before));
    release.configure(&format!("{{service: {{nodePorts: {{https: {free}}}}}}}"));
    done(release.cut_over());
    let service = release.state().service.unwrap();
    assert_eq!(service["spec"]["ports"][2]["nodePort"], free);
    done(release.roll_back("2"));
    let service = release.state().service.unwrap();
    assert_eq!(service["spec"]["ports"][2]["nodePort"], free);
    Ok(())
}

/// Why the guide says `helm rollback`: Helm forgets what a failed revision made.
fn orphan(_: Way, release: &Release) -> Outcome {
    release.write("values.yaml", WITHOUT_RANGES);
    done(release.install(&[]));
    let ranges = json!({"spec": {"loadBalancerSourceRanges": ["192.0.2.0/24"]}});
    release.namespace.patch(SERVICE, release::NAME, &ranges);
    refused(&release.cut_over(), "spec.LoadBalancerSourceRanges: Forbidden");
    done(release.upgrade(&[]));
    done(release.uninstall());
    let State { service, ingress } = release.state();
    assert_eq!(service, None);
    assert!(ingress.is_some(), "Helm has learned it: the guide may say so");
    Ok(())
}

fn made_by_hand(way: Way, release: &Release) -> Outcome {
    start(release);
    let backend = json!({"service": {"name": release::NAME, "port": {"number": 443}}});
    let by_hand = json!({
        "metadata": {"name": INGRESS_NAME, "annotations": {"example.com/by": "hand"}},
        "spec": {"defaultBackend": backend}
    });
    release.namespace.create(INGRESS, &by_hand);
    let before = (release.objects(), release.revisions());
    refused(&release.attach(), "cannot be imported into the current release");
    assert_eq!((release.objects(), release.revisions()), before);
    let take: &[&str] = match way.name == HELM3.name {
        true => &["--take-ownership"],
        false => &["--take-ownership", "--force-conflicts"],
    };
    done(release.upgrade(&[&OURS[..], &ATTACH, take].concat()));
    let ingress = release.state().ingress.unwrap();
    let annotations = &ingress["metadata"]["annotations"];
    assert_eq!(annotations["alb.ingress.kubernetes.io/inbound-cidrs"], "10.0.0.0/8");
    assert_eq!(annotations["example.com/by"], "hand");
    Ok(())
}

fn changed_by_hand(way: Way, release: &Release) -> Outcome {
    start(release);
    done(release.attach());
    let scheme = "alb.ingress.kubernetes.io/scheme";
    let said = release.state().ingress.unwrap()["metadata"]["annotations"][scheme].clone();
    let patch = json!({"metadata": {"annotations": {scheme: "changed"}}});
    release.namespace.patch(INGRESS, INGRESS_NAME, &patch);
    if way.name == HELM4.name {
        refused(&release.attach(), "conflict with \"curl\"");
        let ingress = release.state().ingress.unwrap();
        assert_eq!(ingress["metadata"]["annotations"][scheme], "changed");
        let force = ["--force-conflicts"];
        done(release.upgrade(&[&OURS[..], &ATTACH, &force].concat()));
    } else {
        done(release.attach());
    }
    let ingress = release.state().ingress.unwrap();
    assert_eq!(ingress["metadata"]["annotations"][scheme], said);
    Ok(())
}

/// By a policy here, as by the controller's webhook: nothing that renders can know it before.
fn denied(_: Way, release: &Release) -> Outcome {
    let before = start(release);
    let name = &release.namespace.name;
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}},
                "resourceRules": [{
                    "apiGroups": ["networking.k8s.io"],
                    "apiVersions": ["*"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["ingresses"]
                }]
            },
            "validations": [{"expression": "!has(object.spec.rules)", "message": "not this one"}]
        }
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]}
    });
    for object in [policy, binding] {
        let text = object.to_string();
        done(give(release.namespace.kubectl(&["create", "-f", "-"]), text.as_bytes()));
    }
    // It holds from some moment on.
    let ingress = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "probe"},
        "spec": {"rules": [{"host": "example.com"}]}
    });
    let probe = ["create", "--dry-run=server", "-f", "-"];
    let holds = || !give(release.namespace.kubectl(&probe), ingress.to_string().as_bytes()).status.success();
    assert!((0..300).any(|_| holds()), "the policy is not heeded");

    refused(&release.attach(), "not this one");
    arrive(release, "the start", Some(&before));
    refused(&release.cut_over(), "not this one");
    let State { service, ingress } = release.state();
    assert_eq!(service.unwrap()["spec"]["type"], "NodePort");
    assert_eq!(ingress, None);
    done(release.roll_back("1"));
    arrive(release, "the start", Some(&before));
    Ok(())
}

fn still_being_deleted(_: Way, release: &Release) -> Outcome {
    let before = start(release);
    done(release.attach());
    release.controllers();
    done(release.roll_back("1"));
    assert!(release.state().ingress.is_some(), "its finalizer holds it");
    done(release.attach());
    release.controllers();
    assert_eq!(release.state().ingress, None, "it stayed: the guide may say so");
    done(release.attach());
    arrive(release, "attach", Some(&before));
    Ok(())
}

/// `kubectl apply`, as hosts do that render by themselves.
fn another_way(way: Way, release: &Release) -> Outcome {
    let objects = |phase| {
        let input = std::fs::read_to_string(
            project().join(format!("chart-fixtures/cases/helm{}-nlb-internal-allowlist/input.yaml", &way.name[5..])),
        );
        let input = input.unwrap().replace("istio-system", &release.namespace.name);
        let input = input.replace("allocateLoadBalancerNodePorts: false", "");
        filter(release.folder(), &["--phase", phase], input.as_bytes()).stdout
    };
    let apply = |phase, more: &[&str]| {
        let words = [&["apply", "-f", "-"], more].concat();
        give(release.namespace.kubectl(&words), &objects(phase))
    };
    done(apply("attach", &[]));
    let server_side = ["--server-side", "--force-conflicts"];
    refused(&apply("cutover", &server_side), "spec.LoadBalancerSourceRanges: Forbidden");
    done(apply("attach", &server_side));
    done(apply("cutover", &server_side));
    let State { service, ingress } = release.state();
    assert_eq!(service.unwrap()["spec"]["type"], "NodePort");
    assert!(ingress.is_some());
    Ok(())
}
