//! Every row of the table: what it becomes, and by which finding it says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::*;
use crate::config::types::Phase;
use crate::finding::Severity;
use kubernetes_objects::object::read_all;
use manifest_yaml::stream::Stream;

/// The ALB leads to port 443, and everything is done at once.
pub(super) const CUTOVER: Options = Options {
    keeps_type: false,
    backend: 443,
    phase: Phase::Cutover,
    service_type: ServiceType::NodePort,
    carry_over: true,
    service_webhook: true,
};

pub(super) fn service(annotations: &[(&str, &str)], spec: Value) -> Value {
    let annotations: Map<String, Value> = annotations
        .iter()
        .map(|(key, value)| {
            let key = if key.contains("kubernetes.io/") { (*key).to_owned() } else { format!("{PREFIX}{key}") };
            (key, json!(value))
        })
        .collect();
    json!({"metadata": {"annotations": annotations}, "spec": spec})
}

fn load_balancer() -> Value {
    json!({"type": "LoadBalancer", "ports": [
        {"name": "status-port", "port": 15021, "targetPort": 15021},
        {"name": "http2", "port": 80, "targetPort": 80},
        {"name": "https", "port": 443, "targetPort": 443},
    ]})
}

/// One row: annotation, value, the ALB annotations that come of it, the finding and its severity.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, Severity);

use Severity::{Error as E, Info as I, Warning as W};

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("load-balancer-source-ranges", " 10.1.2.3/8, 203.0.113.0/24,10.0.0.0/8", &[("inbound-cidrs", "10.0.0.0/8,203.0.113.0/24")], "ALB095", I),
    ("load-balancer-source-ranges", "10.0.0.0", &[], "ALB027", E),
    ("load-balancer-source-ranges", "", &[], "ALB095", I),
    ("aws-load-balancer-type", "external", &[("scheme", "internal")], "ALB095", I),
    ("aws-load-balancer-type", "nlb-ip", &[("scheme", "internal")], "ALB095", I),
    ("aws-load-balancer-type", "nlb", &[], "ALB034", W),
    ("aws-load-balancer-nlb-target-type", "instance", &[], "ALB095", I),
    ("aws-load-balancer-name", "edge", &[], "ALB096", W),
    ("aws-load-balancer-scheme", "internal", &[("scheme", "internal")], "ALB095", I),
    ("aws-load-balancer-internal", "true", &[("scheme", "internal")], "ALB095", I),
    ("aws-load-balancer-proxy-protocol", "*", &[], "ALB057", W),
    ("aws-load-balancer-proxy-protocol-per-target-group", "443", &[], "ALB057", W),
    ("aws-load-balancer-ip-address-type", "dualstack", &[("ip-address-type", "dualstack")], "ALB095", I),
    ("aws-load-balancer-access-log-enabled", "true", &[("load-balancer-attributes", "access_logs.s3.enabled=true")], "ALB095", I),
    ("aws-load-balancer-access-log-enabled", "false", &[], "ALB095", I),
    ("aws-load-balancer-access-log-s3-bucket-name", "logs", &[], "ALB095", I),
    ("aws-load-balancer-access-log-s3-bucket-prefix", "edge", &[], "ALB095", I),
    ("aws-load-balancer-access-log-emit-interval", "5", &[], "ALB096", I),
    ("aws-load-balancer-cross-zone-load-balancing-enabled", "true", &[], "ALB095", I),
    ("aws-load-balancer-cross-zone-load-balancing-enabled", "false", &[("target-group-attributes", "load_balancing.cross_zone.enabled=false")], "ALB097", W),
    ("aws-load-balancer-ssl-cert", "arn:aws:acm:us-east-1:111122223333:certificate/a , arn:aws:acm:us-east-1:111122223333:certificate/b", &[("certificate-arn", "arn:aws:acm:us-east-1:111122223333:certificate/a,arn:aws:acm:us-east-1:111122223333:certificate/b")], "ALB095", I),
    ("aws-load-balancer-ssl-ports", "443", &[], "ALB096", I),
    ("aws-load-balancer-ssl-negotiation-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06", &[("ssl-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06")], "ALB095", I),
    ("aws-load-balancer-ssl-negotiation-policy", "ELBSecurityPolicy-2014-01", &[], "ALB097", W),
    ("aws-load-balancer-backend-protocol", "ssl", &[("backend-protocol", "HTTPS")], "ALB095", I),
    ("aws-load-balancer-backend-protocol", "http", &[("backend-protocol", "HTTP")], "ALB095", I),
    ("aws-load-balancer-backend-protocol", "tcp", &[], "ALB096", W),
    ("aws-load-balancer-additional-resource-tags", "Environment=prod, Flag,Team=edge", &[("tags", "Environment=prod,Flag=,Team=edge")], "ALB095", I),
    ("aws-load-balancer-healthcheck-healthy-threshold", "3", &[("healthy-threshold-count", "3")], "ALB095", I),
    ("aws-load-balancer-healthcheck-unhealthy-threshold", "11", &[], "ALB097", W),
    ("aws-load-balancer-healthcheck-timeout", "3", &[("healthcheck-timeout-seconds", "3")], "ALB095", I),
    ("aws-load-balancer-healthcheck-timeout", "20", &[], "ALB097", W),
    ("aws-load-balancer-healthcheck-interval", "10", &[("healthcheck-interval-seconds", "10")], "ALB095", I),
    ("aws-load-balancer-healthcheck-protocol", "http", &[("healthcheck-path", "/"), ("healthcheck-port", "traffic-port"), ("healthcheck-protocol", "HTTP")], "ALB095", I),
    ("aws-load-balancer-healthcheck-protocol", "tcp", &[], "ALB096", W),
    ("aws-load-balancer-healthcheck-port", "15021", &[], "ALB096", W),
    ("aws-load-balancer-healthcheck-path", "/x", &[], "ALB096", W),
    ("aws-load-balancer-healthcheck-success-codes", "200-599", &[("success-codes", "200-499")], "ALB097", W),
    ("aws-load-balancer-healthcheck-success-codes", "200,302", &[("success-codes", "200,302")], "ALB095", I),
    ("aws-load-balancer-target-group-attributes", "stickiness.enabled=true", &[("target-group-attributes", "stickiness.enabled=true")], "ALB095", I),
    ("aws-load-balancer-target-group-attributes", "preserve_client_ip.enabled=true", &[], "ALB097", W),
    ("aws-load-balancer-target-group-attributes", "proxy_protocol_v2.enabled=true", &[], "ALB057", W),
    ("aws-load-balancer-target-group-attributes.443", "stickiness.enabled=true", &[("target-group-attributes", "stickiness.enabled=true")], "ALB095", I),
    ("aws-load-balancer-target-group-attributes.80", "stickiness.enabled=true", &[], "ALB096", I),
    ("aws-load-balancer-subnets", "subnet-a, subnet-b", &[("subnets", "subnet-a, subnet-b")], "ALB095", I),
    ("aws-load-balancer-eip-allocations", "eipalloc-1", &[], "ALB060", W),
    ("aws-load-balancer-private-ipv4-addresses", "10.0.0.1", &[], "ALB060", W),
    ("aws-load-balancer-ipv6-addresses", "2001:db8::1", &[], "ALB060", W),
    ("aws-load-balancer-alpn-policy", "HTTP1Only", &[("load-balancer-attributes", "routing.http2.enabled=false")], "ALB095", I),
    ("aws-load-balancer-alpn-policy", "HTTP2Preferred", &[], "ALB095", I),
    ("aws-load-balancer-alpn-policy", "HTTP2Only", &[], "ALB096", W),
    ("aws-load-balancer-target-node-labels", "edge,zone=a", &[("target-node-labels", "edge=,zone=a")], "ALB095", I),
    ("aws-load-balancer-attributes", "access_logs.s3.enabled=true", &[("load-balancer-attributes", "access_logs.s3.enabled=true")], "ALB095", I),
    ("aws-load-balancer-attributes", "deletion_protection.enabled=true", &[("load-balancer-attributes", "deletion_protection.enabled=true")], "ALB035", W),
    ("aws-load-balancer-attributes", "dns_record.client_routing_policy=any_availability_zone", &[], "ALB097", W),
    ("aws-load-balancer-security-groups", "sg-1, sg-2,sg-1", &[("security-groups", "sg-1,sg-2")], "ALB095", I),
    ("aws-load-balancer-extra-security-groups", "sg-1", &[], "ALB096", W),
    ("aws-load-balancer-manage-backend-security-group-rules", "true", &[("manage-backend-security-group-rules", "true")], "ALB095", I),
    ("aws-load-balancer-security-group-prefix-lists", "pl-1", &[("security-group-prefix-lists", "pl-1")], "ALB095", I),
    ("aws-load-balancer-inbound-sg-rules-on-private-link-traffic", "on", &[], "ALB096", W),
    ("aws-load-balancer-listener-attributes.TCP-80", "tcp.idle_timeout.seconds=400", &[], "ALB096", W),
    ("aws-load-balancer-multi-cluster-target-group", "true", &[("multi-cluster-target-group", "true")], "ALB095", I),
    ("aws-load-balancer-enable-prefix-for-ipv6-source-nat", "on", &[], "ALB096", I),
    ("aws-load-balancer-source-nat-ipv6-prefixes", "x", &[], "ALB096", I),
    ("aws-load-balancer-minimum-load-balancer-capacity", "CapacityUnits=10", &[], "ALB096", W),
    ("aws-load-balancer-enable-icmp-for-path-mtu-discovery", "on", &[], "ALB096", I),
    ("aws-load-balancer-enable-tcp-udp-listener", "true", &[], "ALB096", I),
    ("aws-load-balancer-disable-nlb-sg", "true", &[], "ALB096", I),
    ("aws-load-balancer-quic-enabled-ports", "443", &[], "ALB098", E),
    ("aws-load-balancer-quic-enabled-containers", "x", &[], "ALB096", I),
    ("actions.TCP-80", "{}", &[], "ALB096", W),
    ("aws-load-balancer-connection-draining-enabled", "false", &[("target-group-attributes", "deregistration_delay.timeout_seconds=0")], "ALB095", I),
    ("aws-load-balancer-connection-draining-timeout", "120", &[("target-group-attributes", "deregistration_delay.timeout_seconds=120")], "ALB095", I),
    ("aws-load-balancer-connection-idle-timeout", "120", &[("load-balancer-attributes", "idle_timeout.timeout_seconds=120")], "ALB095", I),
    ("aws-load-balancer-connection-idle-timeout", "9000", &[], "ALB097", W),
    ("service.kubernetes.io/aws-load-balancer-type", "external", &[], "ALB066", I),
    ("aws-load-balancer-schema", "internal", &[], "ALB099", W),
];

/// All findings: with those of which the finished Ingress decides whether they hold.
fn all(carried: &Carried) -> Vec<Finding> {
    let kept = carried.kept.iter().map(|kept| kept.finding.clone());
    carried.findings.iter().cloned().chain(kept).collect()
}

#[test]
fn every_row_of_the_table() {
    for (key, value, expected, id, severity) in CASES {
        let carried = carry(&service(&[(key, value)], load_balancer()), CUTOVER);
        let got: Vec<(&str, &str)> =
            carried.annotations.iter().map(|(key, value)| (key.strip_prefix(ALB).unwrap(), value.as_str())).collect();
        assert_eq!(got, *expected, "{key}: {value}");
        let said = all(&carried)
            .iter()
            .any(|finding| finding.rule.id == *id && finding.severity == *severity && finding.message.contains(key));
        assert!(said, "{key}: {value}: no {severity} {id} in {:#?}", carried.findings);
    }
    let tested: BTreeSet<&str> = CASES.iter().filter_map(|case| known(case.0)).map(|row| row.suffix).collect();
    let all: BTreeSet<&str> = ROWS.iter().map(|row| row.suffix).collect();
    assert_eq!(tested, all, "every row has a case");
}

#[test]
fn what_is_stripped() {
    for key in [
        "service.beta.kubernetes.io/aws-load-balancer-type",
        "service.beta.kubernetes.io/aws-load-balancer-anything",
        "service.beta.kubernetes.io/load-balancer-source-ranges",
        "service.beta.kubernetes.io/actions.TCP-80",
        "service.kubernetes.io/aws-load-balancer-type",
    ] {
        assert!(is_stripped(key), "{key}");
    }
    for key in [
        "service.beta.kubernetes.io/azure-load-balancer-internal",
        "service.kubernetes.io/topology-mode",
        "service.kubernetes.io/headless",
        "service.kubernetes.io/service-proxy-name",
        "networking.istio.io/exportTo",
        "prometheus.io/scrape",
        "meta.helm.sh/release-name",
        "example.com/service.beta.kubernetes.io",
    ] {
        assert!(!is_stripped(key), "{key}");
    }
}

#[test]
fn the_field_wins_over_the_annotation() {
    let mut spec = load_balancer();
    spec["loadBalancerSourceRanges"] = json!(["10.0.0.0/8"]);
    let carried = carry(&service(&[("load-balancer-source-ranges", "192.0.2.0/24")], spec), CUTOVER);
    assert_eq!(carried.source_ranges, ["10.0.0.0/8"]);
    let lost = carried.findings.iter().find(|finding| finding.message.contains("load-balancer-source-ranges")).unwrap();
    assert!(lost.message.ends_with("the field loadBalancerSourceRanges wins"), "{}", lost.message);
}

#[test]
fn an_allow_list_beside_security_groups_is_an_error() {
    let both = service(
        &[("load-balancer-source-ranges", "10.0.0.0/8"), ("aws-load-balancer-security-groups", "sg-1")],
        load_balancer(),
    );
    assert!(carry(&both, CUTOVER).findings.iter().any(|finding| finding.rule.id == "ALB027" && finding.severity == E));
}

#[test]
fn health_checks_by_http_are_kept_and_those_by_tcp_are_not() {
    let check = |port: &str, protocol: &str, path: &str| {
        let annotations = [
            ("aws-load-balancer-healthcheck-port", port),
            ("aws-load-balancer-healthcheck-protocol", protocol),
            ("aws-load-balancer-healthcheck-path", path),
        ];
        let carried = carry(&service(&annotations, load_balancer()), CUTOVER);
        ["port", "protocol", "path"].map(|name| carried.annotations.get(&format!("{ALB}healthcheck-{name}")).cloned())
    };
    let some = |parts: [&str; 3]| parts.map(|part| Some(part.to_owned()));
    assert_eq!(check("15021", "http", "/healthz/ready"), some(["status-port", "HTTP", "/healthz/ready"]));
    assert_eq!(check("status-port", "HTTPS", "/x"), some(["status-port", "HTTP", "/healthz/ready"]));
    assert_eq!(check("443", "https", "/up"), some(["https", "HTTPS", "/up"]));
    assert_eq!(check("traffic-port", "http", "/up"), some(["traffic-port", "HTTP", "/up"]));
    assert_eq!(check("traffic-port", "tcp", "/up"), [None, None, None]);
    assert_eq!(check("31999", "http", "/healthz"), [None, None, None]);
}

#[test]
fn tls_ports_make_listeners() {
    let listeners = |ports: &str| {
        let annotations = [
            ("aws-load-balancer-ssl-cert", "arn:aws:acm:us-east-1:111122223333:certificate/a"),
            ("aws-load-balancer-ssl-ports", ports),
        ];
        carry(&service(&annotations, load_balancer()), CUTOVER).annotations.get(&format!("{ALB}listen-ports")).cloned()
    };
    assert_eq!(listeners("443"), None);
    assert_eq!(listeners("https"), None);
    assert_eq!(listeners("*").as_deref(), Some(r#"[{"HTTPS": 80}, {"HTTPS": 443}]"#));
    assert_eq!(listeners("80").as_deref(), Some(r#"[{"HTTPS": 80}, {"HTTP": 443}]"#));
}

#[test]
fn nothing_empty_is_carried_over() {
    for row in &ROWS {
        let key = row.suffix.replace("${port}", "443").replace("${Protocol}-${Port}", "TCP-80");
        let carried = carry(&service(&[(&key, "")], load_balancer()), CUTOVER);
        assert!(carried.annotations.values().all(|value| !value.is_empty()), "{key}");
        assert!(all(&carried).iter().any(|finding| finding.message.contains(&key)), "{key} leaves no word");
    }
}

#[test]
fn neither_the_cutover_nor_what_is_carried_over_is_reported_where_it_does_not_happen() {
    let annotations = [
        ("aws-load-balancer-type", "nlb"),
        ("aws-load-balancer-attributes", "deletion_protection.enabled=true,waf.fail_open.enabled=perhaps"),
        ("load-balancer-source-ranges", "10.0.0.0"),
    ];
    let ids = |options: Options| -> BTreeSet<&str> {
        all(&carry(&service(&annotations, load_balancer()), options)).iter().map(|finding| finding.rule.id).collect()
    };
    let all: BTreeSet<&str> = ["ALB027", "ALB034", "ALB035", "ALB036", "ALB095", "ALB097"].into();
    assert_eq!(ids(CUTOVER), all);
    assert_eq!(ids(Options { phase: Phase::Attach, ..CUTOVER }), ["ALB027", "ALB095", "ALB097"].into());
    assert_eq!(ids(Options { carry_over: false, ..CUTOVER }), ["ALB034", "ALB035", "ALB036"].into());
    // The mend of ALB034 takes it away.
    assert!(!ids(Options { keeps_type: true, ..CUTOVER }).contains("ALB034"));
}

#[test]
fn nodes_in_place_of_pods_are_reported_with_the_ports_between_them() {
    let found = |annotation: (&str, &str), spec: Value| {
        let service = service(&[annotation], spec);
        let findings = compare::nodes_as_targets(&annotations_of(&service), &service);
        findings.iter().map(|finding| (finding.rule.id, finding.severity)).collect::<Vec<_>>()
    };
    let ip = ("aws-load-balancer-nlb-target-type", "ip");
    let with = |field: &str, value: Value| {
        let mut spec = load_balancer();
        spec[field] = value;
        spec
    };
    let high = json!([{"port": 15021}, {"port": 443, "targetPort": 8443}]);
    let both = [("ALB101", I), ("ALB120", W)];
    assert_eq!(found(ip, load_balancer()), both);
    assert_eq!(found(("aws-load-balancer-type", "nlb-ip"), load_balancer()), both);
    assert_eq!(found(ip, with("externalTrafficPolicy", json!("Local"))), both[..1]);
    assert_eq!(found(ip, with("ports", high)), both[..1]);
    assert_eq!(found(("aws-load-balancer-nlb-target-type", "instance"), load_balancer()), []);
    // Port 1025 is open between nodes; what is no port of the web does not count.
    let open = json!([{"port": 443, "targetPort": 1025}, {"port": 53, "protocol": "UDP"},
        {"name": "status-port", "port": 15021, "targetPort": 1000}]);
    assert_eq!(found(ip, with("ports", open)), both[..1]);
    assert!(compare::leads_to_pods(&service(&[ip], load_balancer())));
    assert!(!compare::leads_to_pods(&service(&[], load_balancer())));
}

#[test]
fn a_misspelt_annotation_is_near_to_one_that_is_known() {
    for (suffix, meant) in [
        ("aws-load-balancer-schema", Some("aws-load-balancer-scheme")),
        ("aws-load-balancer-schemé", Some("aws-load-balancer-scheme")),
        ("aws-load-balancer-subnetsxyz", Some("aws-load-balancer-subnets")),
        ("aws-load-balancer-subnetswxyz", None),
        ("aws-load-balancer-subn€€€", Some("aws-load-balancer-subnets")),
        ("aws-load-balancer-sub€€€€", None),
        ("aws-load-balancer-something-else-altogether", None),
    ] {
        assert_eq!(annotations::nearest(suffix), meant, "{suffix}");
    }
    assert!(known("aws-load-balancer-target-group-attributes.443").is_some());
    assert!(known("aws-load-balancer-target-group-attributes.").is_none());
}

#[test]
fn where_access_logs_go_is_carried_over_with_the_logs() {
    let said = |enabled: &[(&str, &str)]| {
        let bucket = ("aws-load-balancer-access-log-s3-bucket-name", "logs");
        let carried = carry(&service(&[&[bucket], enabled].concat(), load_balancer()), CUTOVER);
        let attributes = carried.annotations.get(&format!("{ALB}load-balancer-attributes")).cloned();
        let about = all(&carried).into_iter().find(|finding| finding.message.contains("bucket-name")).unwrap().message;
        (attributes, about.split_once(": ").unwrap().1.to_owned())
    };
    let enabled = "aws-load-balancer-access-log-enabled";
    let not_enabled = (None, "logs: access logs are not enabled: nothing to carry over".to_owned());
    assert_eq!(said(&[]), not_enabled);
    assert_eq!(said(&[(enabled, "false")]), not_enabled);
    let attributes = "access_logs.s3.bucket=logs,access_logs.s3.enabled=true".to_owned();
    assert_eq!(
        said(&[(enabled, "true")]),
        (Some(attributes), "logs: carried over to load-balancer-attributes".to_owned())
    );
}

#[test]
fn an_alb_that_is_more_open_than_the_ingress_in_the_stream_is_reported() {
    let opened = |existing: &[(&str, &str)], ingress: &[(&str, &str)]| {
        let keys = |map: &[(&str, &str)]| -> BTreeMap<String, String> {
            map.iter().map(|(key, value)| (format!("{ALB}{key}"), (*value).to_owned())).collect()
        };
        let existing = keys(existing);
        let existing = existing.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let finding = compare::ingress_opened(&existing, &keys(ingress))?;
        Some(finding.message.strip_prefix("by the Ingress in the stream ").unwrap().to_owned())
    };
    let groups: &[(&str, &str)] = &[("security-groups", "sg-1")];
    let list = |ranges: &'static str| [("inbound-cidrs", ranges)];
    for (existing, ingress, expected) in [
        (&[] as &[_], &[] as &[_], None),
        (&[], &list("10.0.0.0/8"), None),
        (&list("10.0.0.0/8"), &list("10.0.0.0/8"), None),
        (&list("10.0.0.0/8,192.0.2.0/24"), &list("192.0.2.0/24"), None),
        (&list("10.0.0.0/8"), groups, None),
        (groups, groups, None),
        (&list("10.0.0.0/8"), &[], Some("10.0.0.0/8 may connect, and the ALB is to let in everybody")),
        (
            &list("10.0.0.0/8"),
            &list("192.0.2.0/24"),
            Some("10.0.0.0/8 may connect, and the ALB is to let in 192.0.2.0/24"),
        ),
        (groups, &[], Some("security groups say who may connect, and the ALB is to let in everybody")),
        (groups, &list("10.0.0.0/8"), Some("security groups say who may connect, and the ALB is to let in 10.0.0.0/8")),
    ] {
        assert_eq!(opened(existing, ingress).as_deref(), expected, "{existing:?} {ingress:?}");
    }
}

#[test]
fn what_the_ingress_says_otherwise_was_not_carried_over() {
    let carried = carry(
        &service(
            &[
                ("aws-load-balancer-additional-resource-tags", "a=b,c=d"),
                ("aws-load-balancer-healthcheck-timeout", "3"),
                ("aws-load-balancer-connection-idle-timeout", "120"),
            ],
            load_balancer(),
        ),
        CUTOVER,
    );
    let said = |ingress: &[(&str, &str)]| {
        let ingress = ingress.iter().map(|(key, value)| (format!("{ALB}{key}"), (*value).to_owned())).collect();
        let findings = compare::kept(&carried, &ingress, |_| Some("the flag --x".to_owned()));
        let lost = findings
            .into_iter()
            .filter_map(|finding| Some(finding.message.split_once(" was not carried over: ")?.1.to_owned()));
        lost.collect::<Vec<_>>()
    };
    let tags = ("tags", "c=d,more=x,a=b");
    let timeout = ("healthcheck-timeout-seconds", "3");
    let idle = ("load-balancer-attributes", "idle_timeout.timeout_seconds=120,routing.http2.enabled=false");
    assert_eq!(said(&[tags, timeout, idle]), [""; 0]);
    assert_eq!(said(&[("tags", "a=b"), timeout, idle]), ["tags is a=b (the flag --x)"]);
    assert_eq!(
        said(&[tags, ("healthcheck-timeout-seconds", "5"), idle]),
        ["healthcheck-timeout-seconds is 5 (the flag --x)"]
    );
    assert_eq!(said(&[tags, idle]), ["the Ingress has no healthcheck-timeout-seconds (the flag --x)"]);
    assert_eq!(
        said(&[tags, timeout, ("load-balancer-attributes", "idle_timeout.timeout_seconds=60")]),
        ["load-balancer-attributes has idle_timeout.timeout_seconds=60 (the flag --x)"]
    );
    assert_eq!(
        said(&[tags, timeout, ("load-balancer-attributes", "routing.http2.enabled=false")]),
        ["load-balancer-attributes has no idle_timeout.timeout_seconds (the flag --x)"]
    );
}

#[test]
fn the_keys_that_are_understood() {
    let keys: Vec<String> = annotations::keys().collect();
    assert_eq!(keys.len(), ROWS.len());
    assert_eq!(keys[0], "service.beta.kubernetes.io/load-balancer-source-ranges");
    let of_port = "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes.${port}";
    assert!(keys.iter().any(|key| key == of_port));
}

#[test]
fn an_annotation_of_external_dns_by_its_name() {
    let of = |key: &str, value: &str, name: &str| {
        let text = format!("kind: Service\nmetadata: {{name: a, annotations: {{{key}: '{value}'}}}}\n");
        let object = read_all(&Stream::split(&text)).objects.remove(0);
        external_dns(&object, name).map(|(key, value)| format!("{key}: {value}"))
    };
    for prefix in ["external-dns.kubernetes.io", "external-dns.alpha.kubernetes.io"] {
        let key = format!("{prefix}/target");
        assert_eq!(of(&key, "192.0.2.1", "target"), Some(format!("{key}: 192.0.2.1")));
        assert_eq!(of(&key, "192.0.2.1", "hostname"), None);
        assert_eq!(of(&key, "", "target"), None);
    }
    assert_eq!(of("example.com/target", "192.0.2.1", "target"), None);
}

/// What is said of the health check, and which of its annotations the Ingress gets.
fn health_check(annotations: &[(&str, &str)], policy: &str) -> (Vec<String>, Vec<String>) {
    let mut spec = load_balancer();
    spec["externalTrafficPolicy"] = json!(policy);
    let annotations: Vec<(String, &str)> =
        annotations.iter().map(|(name, value)| (format!("aws-load-balancer-healthcheck-{name}"), *value)).collect();
    let annotations: Vec<(&str, &str)> = annotations.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    let carried = carry(&service(&annotations, spec), CUTOVER);
    let start = format!("{PREFIX}aws-load-balancer-healthcheck-");
    let about = |finding: Finding| Some(format!("{} {}", finding.rule.id, finding.message.strip_prefix(&start)?));
    let of_ingress = carried.annotations.iter().filter_map(|(key, value)| {
        let key = key.strip_prefix(ALB)?;
        (!key.starts_with("scheme")).then(|| format!("{key}: {value}"))
    });
    (all(&carried).into_iter().filter_map(about).collect(), of_ingress.collect())
}

#[test]
fn a_health_check_that_kube_proxy_answered_is_not_carried_over() {
    let all = [("protocol", "http"), ("port", "traffic-port"), ("path", "/healthz")];
    assert_eq!(
        health_check(&all, "Local"),
        (
            vec![
                "ALB097 path: /healthz was kube-proxy's answer on healthCheckNodePort; the ALB asks status-port for \
                 /healthz/ready"
                    .to_owned(),
                "ALB097 protocol: http: not carried over, the ALB asks status-port for /healthz/ready by HTTP"
                    .to_owned(),
                "ALB097 port: traffic-port: not carried over, the ALB asks status-port for /healthz/ready by HTTP"
                    .to_owned(),
            ],
            vec![]
        )
    );
    let kept = |path: &str| {
        ["healthcheck-path: ", path, "|healthcheck-port: traffic-port|healthcheck-protocol: HTTP"].concat()
    };
    assert_eq!(health_check(&all, "Cluster").1.join("|"), kept("/healthz"));
    let up = [("protocol", "http"), ("path", "/up")];
    for policy in ["Local", "Cluster"] {
        assert_eq!(health_check(&up, policy).1.join("|"), kept("/up"));
    }
}

#[test]
fn the_interval_of_a_health_check_is_greater_than_its_timeout() {
    let times = |interval: &str, timeout: &str| {
        health_check(&[("interval", interval), ("timeout", timeout), ("healthy-threshold", "3")], "Cluster")
    };
    let threshold = "ALB095 healthy-threshold: carried over to healthy-threshold-count: 3";
    assert_eq!(
        times("60", "20"),
        (
            vec![
                "ALB095 interval: carried over to healthcheck-interval-seconds: 60".to_owned(),
                "ALB095 timeout: carried over to healthcheck-timeout-seconds: 20".to_owned(),
                threshold.to_owned(),
            ],
            vec![
                "healthcheck-interval-seconds: 60".to_owned(),
                "healthcheck-timeout-seconds: 20".to_owned(),
                "healthy-threshold-count: 3".to_owned(),
            ]
        )
    );
    for (interval, timeout) in [("10", "10"), ("10", "11")] {
        let lost = |name: &str| {
            format!(
                "ALB097 {name}: not carried over: an ALB wants the interval ({interval} s) greater than the timeout \
                 ({timeout} s)"
            )
        };
        assert_eq!(
            times(interval, timeout),
            (
                vec![lost("timeout"), lost("interval"), threshold.to_owned()],
                vec!["healthy-threshold-count: 3".to_owned()]
            )
        );
    }
}

#[test]
fn codes_that_an_alb_does_not_take_are_reported_once() {
    for codes in ["500", "500-599,503", "", "ok"] {
        let said =
            format!("ALB097 success-codes: {codes:?}: no codes that an ALB takes (200 to 499); not carried over");
        assert_eq!(health_check(&[("success-codes", codes)], "Cluster"), (vec![said], vec![]), "{codes}");
    }
}

#[test]
fn an_allow_list_that_is_carried_over_is_reported_once() {
    let said = |ranges: &str| -> Vec<String> {
        let carried = carry(&service(&[("load-balancer-source-ranges", ranges)], load_balancer()), CUTOVER);
        let start = format!("{PREFIX}load-balancer-source-ranges: ");
        all(&carried).iter().filter_map(|finding| Some(finding.message.strip_prefix(&start)?.to_owned())).collect()
    };
    assert_eq!(said("10.0.0.0/8"), ["carried over to inbound-cidrs: 10.0.0.0/8"]);
    assert_eq!(said(" , "), ["empty: nothing to carry over"]);
}

fn of_ingress(annotations: &[(&str, &str)]) -> BTreeMap<String, String> {
    annotations.iter().map(|(key, value)| (format!("{ALB}{key}"), (*value).to_owned())).collect()
}

const LIST: &[(&str, &str)] = &[("inbound-cidrs", "10.0.0.0/8")];
const OTHER_LIST: &[(&str, &str)] = &[("inbound-cidrs", "192.0.2.0/24")];
const PREFIX_LIST: &[(&str, &str)] = &[("security-group-prefix-lists", "pl-1")];
const GROUPS: &[(&str, &str)] = &[("security-groups", "sg-1")];

/// Each with what was carried over, the annotations of the Ingress, and what is said: without a configuration, with one that says
/// who may connect, and with such a one that switches carrying over off.
#[test]
fn an_allow_list_of_the_old_load_balancer_that_is_not_the_alb_s() {
    let open = Some("the Service lets in 10.0.0.0/8 only, and the ALB would be open to everybody");
    let other = Some("the Service lets in 10.0.0.0/8 only, and the ALB is to let in 192.0.2.0/24");
    let groups =
        Some("who may connect was said by security groups of the old load balancer's, which the ALB does not have");
    for (before, ingress, [neither, carries, configured, decided]) in [
        (&[] as &[_], &[] as &[_], [None; 4]),
        (&[], LIST, [None; 4]),
        (LIST, LIST, [None; 4]),
        (LIST, GROUPS, [None; 4]),
        (LIST, &[], [open; 4]),
        (LIST, OTHER_LIST, [other, other, other, None]),
        (PREFIX_LIST, PREFIX_LIST, [None; 4]),
        (GROUPS, GROUPS, [None; 4]),
        (GROUPS, &[], [groups; 4]),
        (GROUPS, LIST, [groups, groups, None, None]),
    ] {
        let carried = Carried { annotations: of_ingress(before), ..Carried::default() };
        let said = |carries, configured| {
            let finding = compare::allow_list(&carried, carries, configured, &of_ingress(ingress))?;
            Some((finding.rule.id, finding.message))
        };
        let expected = |message: Option<&str>| message.map(|message| ("ALB027", message.to_owned()));
        assert_eq!(said(false, false), expected(neither), "{before:?} {ingress:?}");
        assert_eq!(said(true, false), expected(carries), "{before:?} {ingress:?}");
        assert_eq!(said(true, true), expected(configured), "{before:?} {ingress:?}");
        assert_eq!(said(false, true), expected(decided), "{before:?} {ingress:?}");
    }
}

#[test]
fn an_allow_list_that_cannot_be_read_is_reported_where_nothing_else_reports_it() {
    let unread = Carried { unread_ranges: true, ..Carried::default() };
    let said = |carries, configured, ingress| {
        compare::allow_list(&unread, carries, configured, &of_ingress(ingress)).map(|finding| finding.message)
    };
    let lost = Some("the Service has an allow-list that can't be read, and it is not the ALB's".to_owned());
    assert_eq!(said(false, false, &[]), lost);
    assert_eq!(said(false, true, &[]), lost);
    assert_eq!(said(true, false, &[]), None);
    assert_eq!(said(false, true, LIST), None);
    assert_eq!(said(false, false, GROUPS), None);
}

#[test]
fn an_allow_list_beside_security_groups_of_the_alb_s_is_reported_once() {
    let before = Carried { source_ranges: vec!["10.0.0.0/8".to_owned()], ..Carried::default() };
    let said =
        |before: &Carried| compare::allow_list(before, true, true, &of_ingress(GROUPS)).map(|finding| finding.message);
    let lost = "the Service lets in 10.0.0.0/8 only, and an ALB with security groups of its own ignores inbound-cidrs";
    assert_eq!(said(&before).as_deref(), Some(lost));
    assert_eq!(said(&Carried { reports_lost_access: true, ..before }), None);
}

#[test]
fn who_could_connect_to_the_old_load_balancer_was_limited() {
    let limited = |annotations, unread_ranges| {
        compare::has_allow_list(&Carried { annotations: of_ingress(annotations), unread_ranges, ..Carried::default() })
    };
    assert!(!limited(&[], false));
    assert!(!limited(&[("scheme", "internal")], false));
    assert!(limited(&[], true));
    for annotations in [LIST, PREFIX_LIST, GROUPS] {
        assert!(limited(annotations, false), "{annotations:?}");
    }
}

#[test]
fn what_would_have_been_carried_over_is_named() {
    let said =
        |annotations| compare::not_carried(&Carried { annotations: of_ingress(annotations), ..Carried::default() });
    assert_eq!(said(&[]), None);
    let finding = said(&[("scheme", "internal"), ("inbound-cidrs", "10.0.0.0/8")]).unwrap();
    assert_eq!((finding.rule.id, finding.severity), ("ALB096", I));
    assert_eq!(
        finding.message,
        "not carried over, as asked: alb.ingress.kubernetes.io/inbound-cidrs: 10.0.0.0/8; alb.ingress.kubernetes.io/scheme: \
         internal"
    );
}
