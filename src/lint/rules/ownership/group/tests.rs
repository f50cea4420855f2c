use super::*;
use crate::lint::testing::{hold, rule, working};

const SHOP: &str = "{rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: \
                    gateway, port: {number: 443}}}}]}}]}";

#[test]
fn group_name_or_order_invalid() {
    let name = |name: &str| working().set("group.name", name);
    let order = |order: &str| working().set("group.order", order);
    let class = |name: &str| working().class_params(&format!("{{group: {{name: {name}}}}}"));
    let bad_name: &[&str] = &["error Ingress mesh/alb @group.name"];
    let bad_order: &[&str] = &["error Ingress mesh/alb @group.order"];
    hold(
        &ALB054,
        &[
            ("capitals", name("Edge"), bad_name),
            ("begins with a hyphen", name("-edge"), bad_name),
            ("a blank behind it", name("edge "), bad_name),
            ("64 characters", name(&"e".repeat(64)), bad_name),
            ("of the class", class("Edge"), &["error IngressClassParams alb /spec/group/name"]),
            ("no number", order("high"), bad_order),
            ("too high", order("1001"), bad_order),
            ("too low", order("-1001"), bad_order),
            ("no whole number", order("1.5"), bad_order),
            ("63 characters", name(&"e".repeat(63)), &[]),
            ("dots and hyphens", name("edge-1.example"), &[]),
            ("the class's name is in its place", class("edge").set("group.name", "Edge"), &[]),
            ("at the edge", order("-1000"), &[]),
            ("as Go reads it", order("+0900"), &[]),
        ],
    );
}

#[test]
fn catch_all_early_in_its_group() {
    let edge = working().set("group.name", "edge");
    let to = |path: &str, kind: &str| edge.clone().spec(rule(path, kind, "name: gateway, port: {number: 443}"));
    let by_name: &[&str] = &["warning Ingress mesh/alb @group.name"];
    hold(
        &ALB055,
        &[
            ("no order", edge.clone(), by_name),
            ("a low one", edge.clone().set("group.order", "99"), &["warning Ingress mesh/alb @group.order"]),
            ("as a pattern", to("/*", "ImplementationSpecific"), by_name),
            (
                "of the class",
                working().class_params("{group: {name: edge}}"),
                &["warning Ingress mesh/alb /spec/rules/0/http/paths/0"],
            ),
            ("late", edge.clone().set("group.order", "100"), &[]),
            ("a path of its own", to("/shop", "Prefix"), &[]),
            ("the root only", to("/", "Exact"), &[]),
            (
                "a host of its own",
                edge.clone().spec(
                    rule("/", "Prefix", "name: gateway, port: {number: 443}")
                        .replace("- http", "- host: a.example.com\n  http"),
                ),
                &[],
            ),
            (
                "a condition of its own",
                edge.clone().set(
                    "conditions.gateway",
                    r#"[{"field": "host-header", "hostHeaderConfig": {"values": ["a.example.com"]}}]"#,
                ),
                &[],
            ),
            ("alone", working(), &[]),
        ],
    );
}

#[test]
fn group_members_disagree() {
    let listen = r#"alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 80}, {"HTTPS": 443}]'"#;
    let http = r#"alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 8080}]'"#;
    let beside = |suffix: &str, ours: &str, theirs: &str| {
        let theirs = format!("{listen}, alb.ingress.kubernetes.io/{suffix}: {theirs:?}");
        working().set(suffix, ours).beside(&theirs, SHOP)
    };
    let mtls = |store: &str| format!(r#"[{{"port": 443, "mode": "verify", "trustStore": "{store}"}}]"#);
    let default = SHOP.replace("{rules", "{defaultBackend: {service: {name: gateway, port: {number: 443}}}, rules");
    let with_default = "defaultBackend: {service: {name: gateway, port: {number: 443}}}";
    hold(
        &ALB079,
        &[
            (
                "scheme",
                beside("scheme", "internal", "internet-facing"),
                &["error Ingress mesh/shop @scheme"],
            ),
            (
                "name",
                beside("load-balancer-name", "a", "b"),
                &["error Ingress mesh/shop @load-balancer-name"],
            ),
            (
                "subnets",
                beside("subnets", "subnet-a,subnet-b", "subnet-a,subnet-c"),
                &["error Ingress mesh/shop @subnets"],
            ),
            (
                "order of security groups",
                beside("security-groups", "sg-1,sg-2", "sg-2,sg-1"),
                &["error Ingress mesh/shop @security-groups"],
            ),
            (
                "address type",
                beside("ip-address-type", "ipv4", "dualstack"),
                &["error Ingress mesh/shop @ip-address-type"],
            ),
            (
                "web ACL",
                beside("wafv2-acl-arn", "none", "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/a/b"),
                &["error Ingress mesh/alb @wafv2-acl-arn"],
            ),
            (
                "Shield",
                beside("shield-advanced-protection", "true", "false"),
                &["error Ingress mesh/shop @shield-advanced-protection"],
            ),
            ("a tag", beside("tags", "a=1,b=1", "b=2"), &["error Ingress mesh/shop @tags"]),
            (
                "an attribute",
                beside("load-balancer-attributes", "idle_timeout.timeout_seconds=60", "idle_timeout.timeout_seconds=61"),
                &["error Ingress mesh/shop @load-balancer-attributes"],
            ),
            (
                "an attribute of a listener",
                beside("listener-attributes.HTTPS-443", "a=1", "a=2"),
                &["error Ingress mesh/shop @listener-attributes.HTTPS-443"],
            ),
            (
                "the port of the redirect",
                working()
                    .set("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}, {"HTTPS": 8443}]"#)
                    .beside(&format!("{listen}, alb.ingress.kubernetes.io/ssl-redirect: '8443'"), SHOP),
                &["error Ingress mesh/shop @ssl-redirect"],
            ),
            (
                "TLS policy of a port",
                beside("ssl-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06"),
                &["error Ingress mesh/shop @ssl-policy"],
            ),
            (
                "who may connect",
                beside("inbound-cidrs", "10.0.0.0/8", "10.0.0.0/8,192.168.0.0/16"),
                &["error Ingress mesh/shop @inbound-cidrs"],
            ),
            (
                "prefix lists",
                beside("security-group-prefix-lists", "pl-1", "pl-2"),
                &["error Ingress mesh/shop @security-group-prefix-lists"],
            ),
            (
                "client certificates",
                beside("mutual-authentication", &mtls("a"), &mtls("b")),
                &["error Ingress mesh/shop @mutual-authentication"],
            ),
            (
                "protocol of a port",
                working().beside(r#"alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 443}]'"#, SHOP),
                &["error Ingress mesh/shop @listen-ports"],
            ),
            (
                "default backends",
                working().spec(with_default).beside(listen, &default),
                &["error Ingress mesh/shop /spec/defaultBackend"],
            ),
            (
                "several things at once, and a fault of another kind",
                beside("scheme", "internal", "internet-facing").set("tags", "a=1").set("target-type", "IP").and(
                    &format!(
                        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: wiki, namespace: mesh, annotations: \
                         {{kubernetes.io/ingress.class: alb, alb.ingress.kubernetes.io/group.name: edge, \
                         alb.ingress.kubernetes.io/tags: a=2, {http}}}}}\nspec: {SHOP}\n"
                    ),
                ),
                &["error Ingress mesh/shop @scheme", "error Ingress mesh/wiki @tags"],
            ),
            (
                "the class and an annotation",
                working()
                    .unset(&["scheme"])
                    .class_params("{group: {name: edge}, scheme: internal}")
                    .beside(&format!("{listen}, alb.ingress.kubernetes.io/scheme: internet-facing"), SHOP),
                &["error Ingress mesh/shop @scheme"],
            ),
            ("the same", beside("scheme", "internal", "internal"), &[]),
            ("one is silent", working().beside(listen, SHOP), &[]),
            ("order of subnets", beside("subnets", "subnet-a,subnet-b", "subnet-b, subnet-a"), &[]),
            ("other tags", beside("tags", "a=1", "b=2"), &[]),
            ("another spelling", beside("shield-advanced-protection", "true", "1"), &[]),
            (
                "on ports that they do not share",
                working()
                    .set("inbound-cidrs", "10.0.0.0/8")
                    .beside(&format!("{http}, alb.ingress.kubernetes.io/inbound-cidrs: 192.168.0.0/16"), SHOP),
                &[],
            ),
            ("order of networks", beside("inbound-cidrs", "10.0.0.0/8,192.168.0.0/16", "192.168.0.0/16,10.0.0.0/8"), &[]),
            (
                "an ARN that is not read beside a name",
                beside("wafv2-acl-arn", "none", "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/a/b")
                    .set("wafv2-acl-name", "a"),
                &[],
            ),
            (
                "another group",
                beside("scheme", "internal", "internet-facing").set("group.name", "other"),
                &[],
            ),
        ],
    );
}
