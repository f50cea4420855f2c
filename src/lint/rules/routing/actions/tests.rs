use super::*;
use crate::lint::testing::{Manifest, action, entry, hold, rule, working};

const REDIRECT: &str =
    r#"{"type": "redirect", "redirectConfig": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}"#;
const GATEWAY: &str = "name: gateway, port: {number: 443}";

/// The gateway behind both listeners, with an action that these paths of one entry name.
fn with(json: &str, paths: &[(&str, &str, &str)]) -> Manifest {
    let paths: Vec<String> = paths.iter().map(|(path, kind, to)| entry(path, kind, to)).collect();
    working().unset(&["ssl-redirect"]).set("actions.x", json).paths(&paths)
}

/// The action for everything, before the gateway.
fn alone(json: &str) -> Manifest {
    with(json, &[("/", "Prefix", &action("x")), ("/", "Prefix", GATEWAY)])
}

#[test]
fn action_never_read() {
    let error: &[&str] = &["error Ingress mesh/alb @actions.x"];
    hold(
        &ALB003,
        &[
            ("no backend", working().set("actions.x", REDIRECT), error),
            ("not even parsed", working().set("actions.x", "nonsense"), error),
            ("a port by number", with(REDIRECT, &[("/", "Prefix", "name: x, port: {number: 80}")]), error),
            (
                "a leftover beside ssl-redirect",
                working().set("actions.ssl-redirect", REDIRECT),
                &["info Ingress mesh/alb @actions.ssl-redirect"],
            ),
            (
                "the same where nothing redirects",
                working().unset(&["ssl-redirect"]).set("actions.ssl-redirect", REDIRECT),
                &["error Ingress mesh/alb @actions.ssl-redirect"],
            ),
            ("in a rule", alone(REDIRECT), &[]),
            (
                "as the default backend",
                working().set("actions.x", REDIRECT).spec(format!("defaultBackend: {{service: {{{}}}}}", action("x"))),
                &[],
            ),
        ],
    );
    hold(
        &ALB005,
        &[
            ("nobody parses it", working().set("actions.x", "nonsense"), &[]),
            ("somebody does", alone("nonsense"), error),
        ],
    );
}

#[test]
fn action_missing() {
    hold(
        &ALB004,
        &[
            (
                "no annotation",
                working().spec(rule("/", "Prefix", &action("x"))),
                &["error Ingress mesh/alb /spec/rules/0/http/paths/0/backend"],
            ),
            (
                "another name",
                working().set("actions.y", REDIRECT).spec(rule("/", "Prefix", &action("x"))),
                &["error Ingress mesh/alb /spec/rules/0/http/paths/0/backend"],
            ),
            (
                "the default backend",
                working().spec(format!("defaultBackend: {{service: {{{}}}}}", action("x"))),
                &["error Ingress mesh/alb /spec/defaultBackend"],
            ),
            ("there", alone(REDIRECT), &[]),
        ],
    );
}

#[test]
fn action_invalid() {
    let error: &[&str] = &["error Ingress mesh/alb @actions.x"];
    let warned: &[&str] = &["warning Ingress mesh/alb @actions.x"];
    let redirect = |config: &str| alone(&format!(r#"{{"type": "redirect", "redirectConfig": {{{config}}}}}"#));
    let fixed = |config: &str| alone(&format!(r#"{{"type": "fixed-response", "fixedResponseConfig": {{{config}}}}}"#));
    let forward = |config: &str| alone(&format!(r#"{{"type": "forward", {config}}}"#));
    let group = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/x/1";
    let shares = |weights: &[i32], stickiness: &str| {
        let targets: Vec<String> = weights
            .iter()
            .map(|weight| format!(r#"{{"serviceName": "gateway", "servicePort": 443, "weight": {weight}}}"#))
            .collect();
        let targets = targets.join(", ");
        forward(&format!(
            r#""forwardConfig": {{"targetGroups": [{targets}], "targetGroupStickinessConfig": {{{stickiness}}}}}"#
        ))
    };
    let two = r#"{"serviceName": "gateway", "servicePort": 443}, {"serviceName": "gateway", "servicePort": "https"}"#;
    hold(
        &ALB005,
        &[
            ("a number", alone("443"), error),
            ("a type in capitals", alone(&REDIRECT.replace("redirect\"", "Redirect\"")), error),
            ("no config", alone(r#"{"type": "redirect"}"#), error),
            ("no status", redirect(r#""protocol": "HTTPS""#), error),
            ("a port as number", redirect(r#""port": 443, "statusCode": "HTTP_301""#), error),
            ("a status as number in text", redirect(r#""protocol": "HTTPS", "statusCode": "301""#), error),
            ("a protocol in small letters", redirect(r#""protocol": "https", "statusCode": "HTTP_301""#), error),
            ("a port that is none", redirect(r#""port": "https", "statusCode": "HTTP_301""#), error),
            ("HTTPS to HTTP", redirect(r#""protocol": "HTTP", "port": "80", "statusCode": "HTTP_301""#), error),
            ("a response of 302", fixed(r#""statusCode": "302""#), error),
            ("no weights", forward(&format!(r#""forwardConfig": {{"targetGroups": [{two}]}}"#)), error),
            (
                "two ways at once",
                forward(&format!(r#""targetGroupARN": "{group}", "forwardConfig": {{"targetGroups": []}}"#)),
                error,
            ),
            ("name and ARN", forward(&format!(r#""targetGroupARN": "{group}", "targetGroupName": "x""#)), warned),
            (
                "an unknown key",
                redirect(r#""protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301", "code": 301"#),
                warned,
            ),
            ("a path without a slash", redirect(r#""path": "new", "statusCode": "HTTP_301""#), error),
            ("no host at all", redirect(r#""host": "", "statusCode": "HTTP_301""#), error),
            (
                "a host that is too long",
                redirect(&format!(r#""host": "{}", "statusCode": "HTTP_301""#, "a".repeat(129))),
                error,
            ),
            ("an unknown content type", fixed(r#""contentType": "text/xml", "statusCode": "200""#), error),
            (
                "a body that is too long",
                fixed(&format!(r#""statusCode": "200", "messageBody": "{}""#, "a".repeat(1025))),
                error,
            ),
            ("no target group", forward(r#""forwardConfig": {"targetGroups": []}"#), error),
            ("six of them", shares(&[1; 6], ""), error),
            ("a weight of 1000", shares(&[1000, 1], ""), error),
            ("a weight below 0", shares(&[-1, 1], ""), error),
            ("stickiness without an end", shares(&[1, 1], r#""enabled": true"#), error),
            ("stickiness for eight days", shares(&[1, 1], r#""enabled": true, "durationSeconds": 691200"#), error),
            ("no ARN", forward(r#""targetGroupARN": "my-targets""#), error),
            (
                "weights and stickiness in order",
                shares(&[999, 0, 1, 1, 1], r#""enabled": true, "durationSeconds": 604800"#),
                &[],
            ),
            ("an ARN", forward(&format!(r#""targetGroupARN": "{group}""#)), &[]),
            ("empty has another rule", alone(""), &[]),
            (
                "the how-to's capitals",
                alone(&REDIRECT.replace("type", "Type").replace("redirectConfig", "RedirectConfig")),
                &[],
            ),
            (
                "placeholders of AWS",
                redirect(r##""protocol": "#{protocol}", "port": "#{port}", "path": "/x", "statusCode": "HTTP_302""##),
                &[],
            ),
            ("a response", fixed(r#""contentType": "text/plain", "statusCode": "503", "messageBody": "later""#), &[]),
            ("one target group", forward(r#""targetGroupName": "x""#), &[]),
        ],
    );
}

#[test]
fn rule_never_fires() {
    let gateway = ("/", "Prefix", GATEWAY);
    let x = action("x");
    let own_entry = format!(
        "rules:\n- http: {{paths: [{}]}}\n- http: {{paths: [{}]}}",
        entry("/*", "ImplementationSpecific", &x),
        entry("/", "Prefix", GATEWAY)
    );
    let last_entry = format!(
        "rules:\n- http: {{paths: [{}]}}\n- host: a.example.com\n  http: {{paths: [{}]}}",
        entry("/", "Prefix", GATEWAY),
        entry("/a", "Prefix", &x)
    );
    let first = "/spec/rules/0/http/paths/0";
    let second = "/spec/rules/0/http/paths/1";
    let say = |severity: &str, field: &str| format!("{severity} Ingress mesh/alb {field}");
    hold(
        &ALB007,
        &[
            ("behind the gateway", with(REDIRECT, &[gateway, ("/", "Prefix", &x)]), &[&say("error", second)]),
            (
                "sorted behind it",
                with(REDIRECT, &[("/*", "ImplementationSpecific", &x), gateway]),
                &[&say("error", first)],
            ),
            ("in a later entry", alone(REDIRECT).spec(last_entry), &[&say("error", "/spec/rules/1/http/paths/0")]),
            (
                "to itself",
                alone(&REDIRECT.replace("443", "80").replace("HTTPS", "HTTP")).set("listen-ports", r#"[{"HTTP": 80}]"#),
                &[&say("error", first)],
            ),
            ("beside ssl-redirect", alone(REDIRECT).set("ssl-redirect", "443"), &[&say("warning", first)]),
            (
                "another rule",
                working().paths(&[entry("/", "Prefix", GATEWAY), entry("/a*", "ImplementationSpecific", GATEWAY)]),
                &[&say("warning", second)],
            ),
            ("a redirect takes the gateway", alone(&REDIRECT.replace("443", "8443")), &[&say("warning", second)]),
            (
                "left out behind a regular expression",
                alone(&REDIRECT.replace("443", "8443")).set(
                    "conditions.x",
                    r#"[{"field": "host-header", "hostHeaderConfig": {"regexValues": ["^old"]}}]"#,
                ),
                &[&say("error", second)],
            ),
            ("first", alone(REDIRECT), &[]),
            ("in an entry of its own", alone(REDIRECT).spec(own_entry), &[]),
            ("longer than the gateway's", with(REDIRECT, &[gateway, ("/old", "Prefix", &x)]), &[]),
        ],
    );
}

#[test]
fn default_backend_redirects_to_itself() {
    let default = |rules: &str| {
        working()
            .unset(&["ssl-redirect"])
            .set("actions.x", REDIRECT)
            .spec(format!("defaultBackend: {{service: {{{}}}}}\n{rules}", action("x")))
    };
    let error: &[&str] = &["error Ingress mesh/alb /spec/defaultBackend"];
    hold(
        &ALB082,
        &[
            ("no rule", default(""), error),
            ("a rule for one path", default(&rule("/a", "Prefix", GATEWAY)), error),
            ("a rule for everything", default(&rule("/", "Prefix", GATEWAY)), &[]),
            ("HTTP only", default("").set("listen-ports", r#"[{"HTTP": 80}]"#), &[]),
        ],
    );
}

#[test]
fn why_a_rule_never_fires_is_said_as_it_is() {
    let message = |manifest: Manifest| {
        let settings = crate::lint::testing::configured("{}");
        let findings = crate::lint::testing::findings_of(&manifest.text(), &settings).unwrap();
        let found = findings.iter().find(|finding| finding.rule == &ALB007);
        found.map(|finding| finding.message.clone())
    };
    let beside = |json: &str| message(alone(json).set("ssl-redirect", "443"));
    assert_eq!(beside(REDIRECT).as_deref(), Some("this redirect is not needed: ssl-redirect does the same"));
    assert_eq!(
        beside(r#"{"type": "redirect", "redirectConfig": {"statusCode": "HTTP_302"}}"#).as_deref(),
        Some("this redirect never fires: it leads to the listener that it is on")
    );
    let regex = r#"[{"field": "host-header", "hostHeaderConfig": {"regexValues": ["^old"]}}]"#;
    let left_out = alone(&REDIRECT.replace("443", "8443")).set("conditions.x", regex);
    assert_eq!(
        message(left_out).as_deref(),
        Some(
            "the controller leaves this rule out: path 1 of rule 1, to x, is a redirect with regular expressions, which it \
             takes for one that matches everything"
        )
    );
}

#[test]
fn the_help_is_about_the_action_that_is_meant() {
    let help = |json: &str| {
        let settings = crate::lint::testing::configured("{}");
        let findings = crate::lint::testing::findings_of(&alone(json).text(), &settings).unwrap();
        let found = findings.into_iter().find(|finding| finding.rule == &ALB005);
        found.and_then(|finding| finding.help).map(|help| help.to_string()).unwrap_or_default()
    };
    for (json, begin) in [
        (r#"{"type": "forward", "forwardConfig": {}}"#, "a forward reads"),
        (r#"{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "302"}}"#, "a response reads"),
        (r#"{"type": "fixed-response", "fixedResponseConfig": {"statusCode": 200}}"#, r#"write `"statusCode": "200"`"#),
        (
            r#"{"type": "redirect", "redirectConfig": {"statusCode": "HTTP_301", "port": 443}}"#,
            r#"write `"port": "443"`"#,
        ),
        (r#"{"type": "redirect", "redirectConfig": {"statusCode": 301}}"#, r#"write `"statusCode": "HTTP_301"`"#),
        (r#"{"type": "redirect"}"#, "a redirect reads"),
    ] {
        let help = help(json);
        assert!(help.starts_with(begin), "{json}: {help}");
    }
}
