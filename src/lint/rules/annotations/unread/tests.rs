use super::*;
use crate::finding::Rule;
use crate::lint::testing::{hold, rule, working};

#[test]
fn empty_annotations() {
    let error = |suffix: &'static str| (suffix, working().set(suffix, ""), "error");
    let warning = |suffix: &'static str| (suffix, working().set(suffix, ""), "warning");
    let cases = [
        error("inbound-cidrs"),
        error("wafv2-acl-arn"),
        error("wafv2-acl-name"),
        error("certificate-arn"),
        error("scheme"),
        error("subnets"),
        error("target-type"),
        error("backend-protocol"),
        error("listen-ports"),
        error("load-balancer-name"),
        error("ssl-policy"),
        error("healthcheck-path"),
        error("healthcheck-port"),
        error("group.name"),
        error("security-groups"),
        error("conditions.gateway"),
        warning("tags"),
        warning("load-balancer-attributes"),
        warning("target-group-attributes"),
        warning("target-node-labels"),
        warning("minimum-load-balancer-capacity"),
        warning("ipam-ipv4-pool-id"),
        // Not read at all without the NLB.
        warning("frontend-nlb-scheme"),
        // Not used without authentication.
        warning("auth-scope"),
    ];
    for (suffix, manifest, severity) in cases {
        let expected = format!("{severity} Ingress mesh/alb @{suffix}");
        hold(&ALB029, &[(suffix, manifest, &[&expected]), ("not there", working(), &[])]);
    }
    let with_nlb = working().set("enable-frontend-nlb", "true");
    hold(
        &ALB029,
        &[
            (
                "on the Service",
                working().on_service("backend-protocol", ""),
                &["error Service mesh/gateway @backend-protocol"],
            ),
            ("with the NLB", with_nlb.set("frontend-nlb-scheme", ""), &["error Ingress mesh/alb @frontend-nlb-scheme"]),
            ("an action that nobody names", working().set("actions.x", ""), &[]),
            (
                "refused, but nothing is built that reads it",
                working().spec("rules: [{host: a.example.com}]").set("auth-session-timeout", ""),
                &["warning Ingress mesh/alb @auth-session-timeout"],
            ),
            ("unknown", working().set("schema", ""), &[]),
            ("a blank", working().set("tags", " "), &[]),
            ("the class says it", working().set("scheme", "").class_params("{scheme: internal}"), &[]),
        ],
    );
}

#[test]
fn an_empty_value_is_told_once() {
    let suffixes = [
        "inbound-cidrs",
        "wafv2-acl-arn",
        "scheme",
        "subnets",
        "target-type",
        "backend-protocol-version",
        "load-balancer-name",
        "security-groups",
        "tags",
        "shield-advanced-protection",
        "ip-address-type",
    ];
    for suffix in suffixes {
        let found = working().set(suffix, "").findings();
        assert_eq!(found.len(), 1, "{suffix}: {found:?}");
        assert!(found[0].contains("ALB029"), "{suffix}: {found:?}");
    }
}

#[test]
fn a_null_is_an_empty_text() {
    let text = working().set("inbound-cidrs", "x").text();
    let null = text.replace("inbound-cidrs: \"x\"", "inbound-cidrs:");
    let found = crate::lint::testing::findings_of(&null, &[]).unwrap();
    let ids: Vec<&str> = found.iter().map(|finding| finding.rule.id).collect();
    assert_eq!(ids, ["ALB029"]);
}

#[test]
fn what_the_service_says_wins() {
    hold(
        &ALB051,
        &[
            (
                "another value",
                working().on_service("healthcheck-path", "/x"),
                &["warning Service mesh/gateway @healthcheck-path"],
            ),
            ("the same value", working().on_service("healthcheck-path", "/healthz/ready"), &[]),
            ("only there", working().on_service("success-codes", "200"), &[]),
            (
                "a tag of both",
                working().set("tags", "Team=edge,Stage=prod").on_service("tags", "Team=mesh,Owner=me"),
                &["warning Service mesh/gateway @tags"],
            ),
            ("other tags", working().set("tags", "Team=edge").on_service("tags", "Team=edge,Owner=me"), &[]),
            (
                "true on either",
                working().set("multi-cluster-target-group", "true").on_service("multi-cluster-target-group", "false"),
                &["warning Service mesh/gateway @multi-cluster-target-group"],
            ),
            (
                "the class says it",
                working()
                    .set("target-type", "ip")
                    .on_service("target-type", "instance")
                    .class_params("{targetType: instance}"),
                &[],
            ),
        ],
    );
}

#[test]
fn keys_that_nobody_knows() {
    let unknown = |suffix: &'static str| {
        let expected = format!("error Ingress mesh/alb @{suffix}");
        hold(&ALB052, &[(suffix, working().set(suffix, "x"), &[&expected]), ("no annotation more", working(), &[])]);
    };
    for suffix in [
        "keepalive",
        "Scheme",
        "healthcheck-paths",
        "healthcheck-healthy-threshold-count",
        "action.ssl-redirect",
        "actions.",
        "listener-attributes.https-443",
        "listener-attributes.443",
    ] {
        unknown(suffix);
    }
    let text = working().text().replace("alb.ingress.kubernetes.io/scheme", "alb.ingress.kuberentes.io/scheme");
    let found = crate::lint::testing::findings_of(&text, &[]).unwrap();
    let misspelt = found.iter().find(|finding| finding.rule == &ALB052).unwrap();
    assert_eq!(misspelt.help_text(), "did you mean alb.ingress.kubernetes.io/scheme?");
    hold(
        &ALB052,
        &[
            (
                "on the Service",
                working().on_service("backend-protocols", "HTTPS"),
                &["error Service mesh/gateway @backend-protocols"],
            ),
            (
                "known",
                working()
                    .set("listener-attributes.HTTPS-443", "a=b")
                    .set("listener-attributes.HTTPS-8443", "a=b")
                    .set("success-codes", "200"),
                &[],
            ),
            ("another class", working().class("nginx").set("Scheme", "x"), &[]),
        ],
    );
}

#[test]
fn the_name_of_a_setting_without_the_prefix_is_read_by_nobody() {
    let at = "warning Ingress mesh/alb /metadata/annotations/scheme";
    hold(
        &ALB052,
        &[
            ("the scheme", working().annotate("scheme", "internal"), &[at]),
            ("a key of others", working().annotate("owner", "me"), &[]),
            ("another prefix", working().annotate("example.com/scheme", "internal"), &[]),
        ],
    );
    let of_the_filter = |key: &str| -> Vec<String> {
        let settings = crate::lint::testing::configured(&format!("{{ingress: {{annotations: {{{key}}}}}}}"));
        let found = crate::rewrite::rewrite(&working().text(), &settings).unwrap().findings;
        let found = found.iter().filter(|finding| finding.rule == &ALB052);
        found.map(|finding| format!("{}: {}", finding.severity, finding.help_text())).collect()
    };
    assert_eq!(of_the_filter("scheme: internal"), ["error: set `ingress.scheme: internal`, and remove it here"]);
    assert_eq!(
        of_the_filter("target-node-labels: a=b"),
        ["error: write `alb.ingress.kubernetes.io/target-node-labels`"]
    );
}

#[test]
fn a_misspelt_listener_is_meant_in_capitals() {
    let found = crate::lint::testing::findings_of(&working().set("listener-attributes.https-443", "a=b").text(), &[]);
    let finding = &found.unwrap()[0];
    assert_eq!(finding.help_text(), "did you mean alb.ingress.kubernetes.io/listener-attributes.HTTPS-443?");
}

#[test]
fn annotations_of_the_ingress_on_the_service() {
    hold(
        &ALB083,
        &[
            (
                "nowhere else",
                working().on_service("inbound-cidrs", "10.0.0.0/8"),
                &["error Service mesh/gateway @inbound-cidrs"],
            ),
            ("another value", working().on_service("scheme", "internal"), &["error Service mesh/gateway @scheme"]),
            (
                "the Ingress has it too",
                working().on_service("scheme", "internet-facing"),
                &["warning Service mesh/gateway @scheme"],
            ),
            (
                "an empty one",
                working().on_service("inbound-cidrs", ""),
                &["warning Service mesh/gateway @inbound-cidrs"],
            ),
            ("one that is read there", working().on_service("backend-protocol", "HTTPS"), &[]),
            (
                "a Service that nobody names",
                working().and(
                    "apiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: mesh, annotations: \
                     {alb.ingress.kubernetes.io/scheme: internal}}\n",
                ),
                &[],
            ),
        ],
    );
}

/// What the rule says under a configuration.
fn configured(rule: &Rule, manifest: &crate::lint::testing::Manifest, spec: &str) -> Vec<String> {
    let mut found = manifest.findings_with(spec);
    found.retain(|line| line.contains(rule.id));
    found
}

#[test]
fn not_for_eks_auto_mode() {
    let by_field = |manifest: crate::lint::testing::Manifest| {
        let path = rule("/", "Prefix", "name: gateway, port: {number: 443}");
        manifest.no_class().set("target-type", "instance").spec(format!("ingressClassName: alb\n{path}"))
    };
    let auto = |manifest| configured(&ALB040, &manifest, "{eksAutoMode: true}");
    let at = |what: &str| [format!("error ALB040 Ingress mesh/alb {what}")];
    let class = at("/metadata/annotations/kubernetes.io~1ingress.class");
    assert_eq!(auto(working()), class);
    assert_eq!(auto(working().class("nginx")), Vec::<String>::new());
    assert_eq!(auto(by_field(working())), Vec::<String>::new());
    let group = by_field(working().set("group.name", "edge"));
    assert_eq!(auto(group.clone()), at("@group.name"));
    assert_eq!(configured(&ALB040, &group, "{}"), Vec::<String>::new());
    let oidc = by_field(working().set("auth-type", "oidc"));
    assert_eq!(auto(oidc), at("@auth-type"));
    let cognito = by_field(working().set("auth-type", "cognito"));
    assert_eq!(auto(cognito), Vec::<String>::new());
}
