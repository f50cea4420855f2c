use super::*;
use crate::lint::testing::{Manifest, hold, working};

fn with(conditions: &str) -> Manifest {
    working().set("conditions.gateway", conditions)
}

const SOURCE: &str = r#"[{"field": "source-ip", "sourceIPConfig": {"values": ["203.0.113.0/24"]}}]"#;

const DEFAULT: &str = "defaultBackend: {service: {name: gateway, port: {number: 443}}}";

#[test]
fn conditions_or_transforms_invalid() {
    let error: &[&str] = &["error Ingress mesh/alb @conditions.gateway"];
    let transforms = |json: &str| working().set("transforms.gateway", json);
    let wrong: &[&str] = &["error Ingress mesh/alb @transforms.gateway"];
    let header = |name: &str| {
        with(&format!(
            r#"[{{"field": "http-header", "httpHeaderConfig": {{"httpHeaderName": "{name}", "values": ["1"]}}}}]"#
        ))
    };
    let method = |name: &str| {
        format!(r#"[{{"field": "http-request-method", "httpRequestMethodConfig": {{"values": ["{name}"]}}}}]"#)
    };
    let rewrite = r#"[{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/a", "replace": "/"}]}}]"#;
    hold(
        &ALB072,
        &[
            ("no JSON", with("source-ip=10.0.0.0/8"), error),
            ("an object", with("{}"), error),
            ("no config", with(r#"[{"field": "host-header"}]"#), error),
            (
                "no values",
                with(r#"[{"field": "http-request-method", "httpRequestMethodConfig": {"values": []}}]"#),
                error,
            ),
            ("an address", with(&SOURCE.replace("/24", "")), error),
            ("no header", with(r#"[{"field": "http-header", "httpHeaderConfig": {"values": ["1"]}}]"#), error),
            (
                "both kinds in one",
                with(r#"[{"field": "host-header", "hostHeaderConfig": {"values": ["a"], "regexValues": ["b"]}}]"#),
                error,
            ),
            (
                "regular expressions beside the rule's path",
                with(r#"[{"field": "path-pattern", "pathPatternConfig": {"regexValues": ["^/a"]}}]"#),
                error,
            ),
            (
                "a key that is dropped",
                with(&SOURCE.replace("field", "why\": 1, \"field")),
                &["warning Ingress mesh/alb @conditions.gateway"],
            ),
            ("an unknown transform", transforms(r#"[{"type": "rewrite"}]"#), wrong),
            (
                "a transform without rewrites",
                transforms(&rewrite.replace(r#"{"regex": "^/a", "replace": "/"}"#, "")),
                wrong,
            ),
            ("the header Host", header("Host"), error),
            ("a header with a colon", header("X-Test:"), error),
            ("a header of 41", header(&"x".repeat(41)), error),
            ("a method in small letters", with(&method("get")), error),
            ("a method with a star", with(&method("P*")), error),
            (
                "two conditions on the source",
                with(&SOURCE.replace(
                    "]}}]",
                    "]}}, {\"field\": \"source-ip\", \"sourceIPConfig\": {\"values\": [\"10.0.0.0/8\"]}}]",
                )),
                error,
            ),
            (
                "two transforms of one type",
                transforms(&format!("{0}, {1}", rewrite.trim_end_matches(']'), rewrite.trim_start_matches('['))),
                wrong,
            ),
            ("a rewrite of nothing", transforms(&rewrite.replace("^/a", "")), wrong),
            ("empty has another rule", with(""), &[]),
            ("in order", with(SOURCE), &[]),
            ("a header in order", header("X-Test"), &[]),
            ("a method in order", with(&method("PROPFIND")), &[]),
            ("a transform in order", transforms(rewrite), &[]),
        ],
    );
}

#[test]
fn condition_dropped() {
    let error: &[&str] = &["error Ingress mesh/alb @conditions.gateway"];
    hold(
        &ALB073,
        &[
            ("an unknown field", with(r#"[{"field": "host", "hostHeaderConfig": {"values": ["a"]}}]"#), error),
            ("another case", with(&SOURCE.replace("source-ip", "Source-IP")), error),
            ("no field", with(r#"[{"sourceIPConfig": {"values": ["10.0.0.0/8"]}}]"#), error),
            ("in order", with(SOURCE), &[]),
            ("read by nobody", working().set("conditions.other", r#"[{"field": "host"}]"#), &[]),
        ],
    );
}

#[test]
fn annotation_for_nothing() {
    let certificates = |json: &str| working().set("mutual-authentication", json);
    let of = |suffix: &str, severity: &str| format!("{severity} Ingress mesh/alb @{suffix}");
    let attributes = "routing.http.response.server.enabled=false";
    hold(
        &ALB074,
        &[
            ("conditions", working().set("conditions.other", SOURCE), &[&of("conditions.other", "error")]),
            ("transforms", working().set("transforms.other", "[]"), &[&of("transforms.other", "warning")]),
            (
                "attributes of a listener",
                working().set("listener-attributes.HTTPS-8443", attributes),
                &[&of("listener-attributes.HTTPS-8443", "warning")],
            ),
            (
                "a control port",
                working().set("target-type", "ip").set("target-control-port.gateway.80", "9000"),
                &[&of("target-control-port.gateway.80", "warning")],
            ),
            (
                "client certificates",
                certificates(r#"[{"port": 8443, "mode": "passthrough"}]"#),
                &[&of("mutual-authentication", "error")],
            ),
            (
                "none for another port",
                certificates(r#"[{"port": 8443, "mode": "off"}]"#),
                &[&of("mutual-authentication", "warning")],
            ),
            (
                "on the HTTP port",
                certificates(r#"[{"port": 80, "mode": "passthrough"}]"#),
                &[&of("mutual-authentication", "error")],
            ),
            ("conditions of the default backend", with(SOURCE).spec(DEFAULT), &[&of("conditions.gateway", "error")]),
            (
                "transforms of the default backend",
                working().set("transforms.gateway", "[]").spec(DEFAULT),
                &[&of("transforms.gateway", "warning")],
            ),
            ("conditions of the gateway", with(SOURCE), &[]),
            ("a listener that is there", working().set("listener-attributes.HTTPS-443", attributes), &[]),
            ("a misspelt listener has another rule", working().set("listener-attributes.https-443", attributes), &[]),
            (
                "a control port that is there",
                working().set("target-type", "ip").set("target-control-port.gateway.443", "9000"),
                &[],
            ),
            ("client certificates on 443", certificates(r#"[{"port": 443, "mode": "passthrough"}]"#), &[]),
        ],
    );
}
