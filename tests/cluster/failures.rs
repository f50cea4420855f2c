//! When a step fails: what is left, and that there is a way on. docs/migration.md tells what to do then.

use crate::journey::{needs, node_ports, start};
use crate::release::{
    self, ATTACH, HELM3, HELM4, INGRESS_NAME, OURS, Release, State, Way, done, refused,
};
use crate::states::{arrive, source_ranges};
use crate::support::Outcome;
use crate::support::cluster::{INGRESS, SERVICE};
use crate::support::tools::gated;
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
    let tests: [(&str, Test); 6] = [
        ("a failing post-renderer changes nothing", nothing_changes),
        (
            "a failing post-renderer installs nothing",
            nothing_is_installed,
        ),
        ("ranges that only the cluster has", refused_cutover),
        ("a node port that somebody else has", refused_node_port),
        (
            "a plain upgrade after a failed one orphans the Ingress",
            orphan,
        ),
        ("an Ingress made by hand", made_by_hand),
    ];
    let mut trials = Vec::new();
    for way in [HELM3, HELM4] {
        for (number, (name, test)) in tests.into_iter().enumerate() {
            let namespace = format!("failure-{number}-{}", way.name.replace(' ', "-"));
            trials.push(gated(
                format!("{}: {name}", way.name),
                needs(way),
                move || test(way, &Release::new(way, &namespace, VALUES)),
            ));
        }
    }
    trials
}

/// What makes our run fail: a configuration, values, and words of what the user must then read.
const WRONG: [(&str, &str, &str); 4] = [
    (
        "{ingress: {schem: internal}}",
        VALUES,
        "unknown field `schem`",
    ),
    ("{ingress: {inboundCidrs: [0.0.0.0/0]}}", VALUES, "ALB027"),
    (
        "{phase: attach}",
        "service: {allocateLoadBalancerNodePorts: false}\n",
        "ALB044",
    ),
    ("{}", "service: {type: None}\n", "service.type"),
];

fn nothing_changes(way: Way, release: &Release) -> Outcome {
    start(release);
    done(release.attach());
    release.controllers();
    let before = (release.objects(), release.revisions());
    let unless_it_works = match way.name == HELM3.name {
        true => "--atomic",
        false => "--rollback-on-failure",
    };
    for (spec, values, words) in WRONG {
        release.configure(spec);
        release.write("values.yaml", values);
        for more in [&[][..], &["--install"], &[unless_it_works]] {
            refused(&release.upgrade(&[&OURS, more].concat()), words);
            let after = (release.objects(), release.revisions());
            assert_eq!(after, before, "{words} {more:?}");
        }
    }
    release.configure("{}");
    release.write("values.yaml", VALUES);
    done(release.cut_over());
    Ok(())
}

fn nothing_is_installed(_: Way, release: &Release) -> Outcome {
    for (spec, values, words) in WRONG {
        release.configure(spec);
        release.write("values.yaml", values);
        refused(&release.install(&OURS), words);
        refused(
            &release.upgrade(&[&OURS[..], &["--install"]].concat()),
            words,
        );
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
    refused(
        &release.cut_over(),
        "spec.LoadBalancerSourceRanges: Forbidden",
    );
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
        refused(
            &release.cut_over(),
            "spec.LoadBalancerSourceRanges: Forbidden",
        );
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
    refused(
        &release.cut_over(),
        "spec.LoadBalancerSourceRanges: Forbidden",
    );
    done(release.upgrade(&[]));
    done(release.uninstall());
    let State { service, ingress } = release.state();
    assert_eq!(service, None);
    assert!(
        ingress.is_some(),
        "Helm has learned it: the guide may say so"
    );
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
    refused(
        &release.attach(),
        "cannot be imported into the current release",
    );
    assert_eq!((release.objects(), release.revisions()), before);
    let take: &[&str] = match way.name == HELM3.name {
        true => &["--take-ownership"],
        false => &["--take-ownership", "--force-conflicts"],
    };
    done(release.upgrade(&[&OURS[..], &ATTACH, take].concat()));
    let ingress = release.state().ingress.unwrap();
    let annotations = &ingress["metadata"]["annotations"];
    assert_eq!(
        annotations["alb.ingress.kubernetes.io/inbound-cidrs"],
        "10.0.0.0/8"
    );
    assert_eq!(annotations["example.com/by"], "hand");
    Ok(())
}
