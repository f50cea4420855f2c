use super::*;
use crate::lint::testing::findings_of;
use crate::lint::testing::{action, hold, rule, working};

/// Values of one annotation on the Ingress: refused ones, and such as are not.
fn values(suffix: &str, refused: &[&str], taken: &[&str]) {
    let expected = format!("error Ingress mesh/alb @{suffix}");
    for value in refused {
        hold(&ALB064, &[(value, working().set(suffix, value), &[&expected]), ("not there", working(), &[])]);
    }
    for value in taken {
        let found = working().set(suffix, value).findings();
        let found: Vec<String> = found.into_iter().filter(|line| line.contains("ALB064")).collect();
        assert_eq!(found, Vec::<String>::new(), "{suffix} {value}");
    }
}

#[test]
fn booleans_numbers_and_words() {
    values("shield-advanced-protection", &["yes", "on", " true", "tRUE"], &["true", "T", "0", "False"]);
    values("multi-cluster-target-group", &["yes"], &["1"]);
    values("enable-frontend-nlb", &["on"], &["false"]);
    values("healthcheck-interval-seconds", &["15s", " 15", "1_5", "15.0", "99999999999"], &["15", "+15", "015"]);
    values("ssl-redirect", &["true", " 443"], &["443"]);
    values("auth-session-timeout", &["1h"], &["3600"]);
    values("backend-protocol", &["https", "HTTPS ", "TCP"], &["HTTPS"]);
    values("backend-protocol-version", &["http2", "HTTP/2"], &["HTTP1"]);
    values("healthcheck-protocol", &["http", "TCP"], &["HTTP"]);
    values("target-type", &["IP", "pod"], &["ip", "instance"]);
    values("ip-address-type", &["DualStack", "ipv6"], &["ipv4"]);
    values("auth-type", &["OIDC"], &["none"]);
}

#[test]
fn maps() {
    values(
        "load-balancer-attributes",
        &["deletion_protection.enabled", "{\"idle_timeout.timeout_seconds\": \"60\"}", "=60", " ", ",a=b"],
        &["idle_timeout.timeout_seconds=60", "access_logs.s3.prefix="],
    );
    values("target-group-attributes", &["stickiness.enabled"], &["stickiness.enabled=true"]);
    values("target-node-labels", &["edge"], &["role=edge"]);
    values("listener-attributes.HTTPS-443", &["x"], &["routing.http.response.server.enabled=false"]);
    values(
        "minimum-load-balancer-capacity",
        &["LCU=3000", "CapacityUnits=many", "CapacityUnits=-5", "CapacityUnits=1,LCU=1", "3000"],
        &["CapacityUnits=3000"],
    );
}

#[test]
fn values_that_have_a_rule_of_their_own() {
    for (suffix, value) in [
        ("scheme", "public"),
        ("tags", "Owner"),
        ("group.order", "high"),
        ("healthcheck-port", "Status-Port"),
        ("listen-ports", "80"),
        ("healthcheck-interval-seconds", "1"),
        ("ssl-redirect", "8443"),
    ] {
        values(suffix, &[], &[value]);
    }
}

#[test]
fn the_nlb_in_front() {
    let with_nlb = |suffix: &str, value: &str| working().set("enable-frontend-nlb", "true").set(suffix, value);
    let cases: [(&str, &str, &str); 9] = [
        ("frontend-nlb-scheme", "public", "error"),
        ("frontend-nlb-healthcheck-port", "status-port", "error"),
        ("frontend-nlb-healthcheck-port", "0", "error"),
        ("frontend-nlb-healthcheck-interval-seconds", "1", "error"),
        ("frontend-nlb-listener-port-mapping", "80=http", "error"),
        ("frontend-nlb-listener-port-mapping", "80", "error"),
        ("frontend-nlb-listener-port-mapping", "80=8080", "warning"),
        ("frontend-nlb-attributes", "dns_record.client_routing_policy=near", "error"),
        ("frontend-nlb-security-groups", "sg-1", ""),
    ];
    for (suffix, value, severity) in cases {
        let line = format!("{severity} Ingress mesh/alb @{suffix}");
        let expected: &[&str] = if severity.is_empty() { &[] } else { &[&line] };
        let found = with_nlb(suffix, value).findings();
        let found: Vec<String> =
            found.iter().filter(|line| line.contains("ALB064")).map(|line| line.replacen("ALB064 ", "", 1)).collect();
        assert_eq!(found, expected, "{suffix} {value}");
    }
    let taken = with_nlb("frontend-nlb-listener-port-mapping", "8080=80,8443=443")
        .set("frontend-nlb-healthcheck-port", "traffic-port");
    hold(
        &ALB064,
        &[
            ("right", taken, &[]),
            (
                "without the NLB",
                working().set("frontend-nlb-scheme", "public"),
                &["warning Ingress mesh/alb @frontend-nlb-scheme"],
            ),
        ],
    );
}

#[test]
fn what_nobody_reads() {
    let ip = "target-type";
    hold(
        &ALB064,
        &[
            (
                "no security groups",
                working().set("manage-backend-security-group-rules", "yes"),
                &["warning Ingress mesh/alb @manage-backend-security-group-rules"],
            ),
            (
                "security groups",
                working()
                    .set("security-groups", "sg-1")
                    .set("manage-backend-security-group-rules", "true"),
                &[],
            ),
            (
                "security groups, and no boolean",
                working()
                    .set("security-groups", "sg-1")
                    .set("manage-backend-security-group-rules", "yes"),
                &["error Ingress mesh/alb @manage-backend-security-group-rules"],
            ),
            (
                "security groups of another member",
                working()
                    .set("manage-backend-security-group-rules", "true")
                    .beside(
                        "alb.ingress.kubernetes.io/security-groups: sg-1, alb.ingress.kubernetes.io/scheme: internet-facing",
                        "{defaultBackend: {service: {name: gateway, port: {number: 80}}}}",
                    ),
                &[],
            ),
            (
                "pods have no labels of nodes",
                working().set(ip, "ip").set("target-node-labels", "edge"),
                &["warning Ingress mesh/alb @target-node-labels"],
            ),
            (
                "pods by the Service",
                working()
                    .on_service(ip, "ip")
                    .set("target-node-labels", "role=edge"),
                &["warning Ingress mesh/alb @target-node-labels"],
            ),
            (
                "no such path",
                working().set("use-regex-path-match", "true"),
                &["warning Ingress mesh/alb @use-regex-path-match"],
            ),
            (
                "such a path",
                working()
                    .set("use-regex-path-match", "true")
                    .spec(rule("/api", "ImplementationSpecific", "name: gateway, port: {number: 443}")),
                &[],
            ),
            (
                "its errors are taken for false",
                working().set("create-acm-cert", "yes"),
                &["warning Ingress mesh/alb @create-acm-cert"],
            ),
        ],
    );
}

#[test]
fn annotations_of_targets_where_there_are_none() {
    let fixed = r#"{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "204"}}"#;
    let answers = working()
        .set("actions.answer", fixed)
        .spec(rule("/", "Prefix", &action("answer")))
        .set("backend-protocol", "https");
    hold(
        &ALB064,
        &[
            ("never parsed", answers.clone(), &["warning Ingress mesh/alb @backend-protocol"]),
            (
                "auth is parsed for every rule",
                answers.set("backend-protocol", "HTTPS").set("auth-type", "OIDC"),
                &["error Ingress mesh/alb @auth-type"],
            ),
            ("right", working(), &[]),
        ],
    );
}

#[test]
fn what_aws_refuses_only_with_authentication() {
    let (suffix, value) = ("auth-on-unauthenticated-request", "Deny");
    let cognito = r#"{"userPoolARN": "a", "userPoolClientID": "b", "userPoolDomain": "c"}"#;
    let authenticated = working().set("auth-type", "cognito").set("auth-idp-cognito", cognito);
    hold(
        &ALB064,
        &[
            (
                "with",
                authenticated.clone().set(suffix, value),
                &["error Ingress mesh/alb @auth-on-unauthenticated-request"],
            ),
            ("without", working().set(suffix, value), &["warning Ingress mesh/alb @auth-on-unauthenticated-request"]),
            ("a word of AWS's", authenticated.set(suffix, "deny"), &[]),
        ],
    );
}

#[test]
fn on_the_service_and_from_the_class() {
    hold(
        &ALB064,
        &[
            (
                "on the Service",
                working().on_service("healthcheck-protocol", "http"),
                &["error Service mesh/gateway @healthcheck-protocol"],
            ),
            (
                "the Service says it better",
                working().set("backend-protocol", "https").on_service("backend-protocol", "HTTPS"),
                &[],
            ),
            (
                "the class says it better",
                working().set("target-type", "IP").class_params("{targetType: instance}"),
                &[],
            ),
            (
                "a word of the class",
                working().class_params("{targetType: IP, ipAddressType: IPv4}"),
                &["error IngressClassParams alb /spec/ipAddressType", "error IngressClassParams alb /spec/targetType"],
            ),
            ("another class", working().class("nginx").set("backend-protocol", "https"), &[]),
        ],
    );
}

#[test]
fn values_that_yaml_reads_as_no_text() {
    let found = |text: &str| -> Vec<(String, Option<String>)> {
        let found = findings_of(text, &[]).unwrap();
        let of_rule = found.into_iter().filter(|finding| finding.rule == &ALB064);
        of_rule.map(|finding| (finding.message, finding.help.map(|help| help.to_string()))).collect()
    };
    let text = working().on_service("success-codes", "200").text();
    assert_eq!(found(&text), []);
    let number = text.replace("ssl-redirect: \"443\"", "ssl-redirect: 443");
    let told = |key: &str, what: &str, quoted: &str| {
        (
            format!("alb.ingress.kubernetes.io/{key} is {what} in YAML, and the API server takes text only"),
            Some(format!("quote it: '{quoted}'")),
        )
    };
    assert_eq!(found(&number), [told("ssl-redirect", "a number", "443")]);
    let of_service = text.replace("success-codes: \"200\"", "success-codes: yes");
    assert_eq!(found(&of_service), [told("success-codes", "a boolean", "true")]);
    let other = number.replace("ingress.class: \"alb\"", "ingress.class: nginx");
    assert_eq!(found(&other), []);
}
