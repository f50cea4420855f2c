use super::*;
use crate::lint::testing::{Manifest, entry, hold, working};

const GATEWAY: &str = "name: gateway, port: {number: 443}";

/// The gateway by one path, with these values of the header `X-Test`.
fn with(path: &str, kind: &str, values: &[&str]) -> Manifest {
    let values = serde_json::to_string(values).unwrap();
    let header = format!(
        r#"[{{"field": "http-header", "httpHeaderConfig": {{"httpHeaderName": "X-Test", "values": {values}}}}}]"#
    );
    working().set("conditions.gateway", &header).paths(&[entry(path, kind, GATEWAY)])
}

#[test]
fn more_than_aws_takes() {
    let error: &[&str] = &["error Ingress mesh/alb /spec/rules/0/http/paths/0"];
    let path = |length: usize, kind: &str| {
        let path = format!("/{}", "a".repeat(length - 1));
        working().paths(&[entry(&path, kind, GATEWAY)])
    };
    let hosts = |count: usize, listen: &str| {
        let rules: Vec<String> = (0..count)
            .map(|n| {
                let path = entry("/", "Prefix", GATEWAY);
                format!("- host: h{n}.example.com\n  http: {{paths: [{path}]}}")
            })
            .collect();
        working().unset(&["ssl-redirect"]).set("listen-ports", listen).spec(format!("rules:\n{}", rules.join("\n")))
    };
    let actions = |count: usize| {
        let ports: Vec<String> = (0..count).map(|n| format!("{{name: p{n}, port: {}}}", 1000 + n)).collect();
        let paths: Vec<String> = (0..count)
            .map(|n| entry(&format!("/{n}"), "Exact", &format!("name: many, port: {{number: {}}}", 1000 + n)))
            .collect();
        working().set("healthcheck-port", "traffic-port").paths(&paths).and(&format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: many, namespace: mesh}}\nspec: {{type: NodePort, ports: [{}]}}\n",
            ports.join(", ")
        ))
    };
    hold(
        &ALB104,
        &[
            ("four values and a prefix", with("/app", "Prefix", &["1", "2", "3", "4"]), error),
            ("seven wildcards", with("/", "Prefix", &["a*b*c*", "d?e?f?"]), error),
            ("an empty value", with("/", "Prefix", &[""]), error),
            ("a path of 129", path(129, "Exact"), error),
            ("a prefix that becomes longer", path(127, "Prefix"), error),
            (
                "an empty regular expression",
                working().set("use-regex-path-match", "true").paths(&[entry("/", "ImplementationSpecific", GATEWAY)]),
                error,
            ),
            (
                "101 rules in two listeners",
                hosts(51, r#"[{"HTTP": 80}, {"HTTPS": 443}]"#),
                &["warning Ingress mesh/alb"],
            ),
            ("101 target groups", actions(101), &["warning Ingress mesh/alb", "error Ingress mesh/alb"]),
            ("five values and six wildcards", with("/", "Prefix", &["a*b?", "c*", "d*", "e*"]), &[]),
            ("a path of 128", path(128, "Exact"), &[]),
            ("100 rules", hosts(100, r#"[{"HTTPS": 443}]"#), &[]),
        ],
    );
}
