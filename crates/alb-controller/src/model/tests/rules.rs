use super::*;

fn spec(paths: &[(&str, &str, &str)]) -> String {
    let paths: String = paths
        .iter()
        .map(|(path, path_type, backend)| {
            let port = if *backend == "gateway" { "number: 443" } else { "name: use-annotation" };
            format!(
                "      - {{path: {}, pathType: {path_type}, backend: {{service: {{name: {backend}, port: {{{port}}}}}}}}}\n",
                json!(path)
            )
        })
        .collect();
    format!("  rules:\n  - http:\n      paths:\n{paths}")
}

/// Paths of the rules of the first listener, in order.
fn paths(model: &Model) -> Vec<Vec<String>> {
    let rules = &built(model).listeners[0].rules;
    let paths = |condition: &Condition| match condition {
        Condition::PathPattern { path_pattern_config } => {
            Some([path_pattern_config.values.clone(), path_pattern_config.regex_values.clone()].concat())
        }
        _ => None,
    };
    rules.iter().map(|rule| rule.conditions.iter().find_map(paths).unwrap_or_default()).collect()
}

#[test]
fn paths_of_one_entry_are_sorted_and_entries_are_not() {
    let model = model_with(
        &[],
        &(spec(&[
            ("/x", "ImplementationSpecific", "gateway"),
            ("/a", "Prefix", "gateway"),
            ("/long/", "Prefix", "gateway"),
            ("/b", "Prefix", "gateway"),
            ("/e", "Exact", "gateway"),
        ]) + "  - http:\n      paths:\n      - {path: /z, pathType: Exact, backend: {service: {name: gateway, port: {number: 80}}}}\n"),
    );
    let order: Vec<String> = paths(&model).iter().map(|values| values.join(" ")).collect();
    assert_eq!(order, ["/e", "/long /long/*", "/a /a/*", "/b /b/*", "/x", "/z"]);
    let origins: Vec<_> =
        built(&model).listeners[0].rules.iter().map(|r| (r.priority, r.origin.rule, r.origin.path)).collect();
    assert_eq!(origins, [(1, 0, 4), (2, 0, 2), (3, 0, 1), (4, 0, 3), (5, 0, 0), (6, 1, 0)]);
}

#[test]
fn a_path_type_that_is_none_is_refused() {
    let model = model_with(&[], &spec(&[("/a", "Regex", "gateway")]));
    assert_eq!(refused(&model).0, "unknown pathType for path /a");
    assert_eq!(refused(&model_with(&[], &spec(&[("/", "\"\"", "gateway")]))).0, "unknown pathType for path /");
    assert_eq!(paths(&model_with(&[], &spec(&[("/a*", "null", "gateway")]))), [["/a*"]]);
    assert_eq!(paths(&model_with(&[], &spec(&[("/a*", "", "gateway")]).replace("pathType: ,", ""))), [["/a*"]]);
}

#[test]
fn question_marks_are_wildcards_too() {
    let exact = model_with(&[], &spec(&[("/a?", "Exact", "gateway")]));
    assert_eq!(refused(&exact).0, "ingress: edge-system/edge: exact path shouldn't contain wildcards: /a?");
    assert_eq!(paths(&model_with(&[], &spec(&[("/a?*", "ImplementationSpecific", "gateway")]))), [["/a?*"]]);
}

#[test]
fn regular_expressions_lose_the_slash_in_front() {
    let regex = ("use-regex-path-match", "true");
    let paths_of = spec(&[("/^/api/v[0-9]+$", "ImplementationSpecific", "gateway"), ("/p", "Prefix", "gateway")]);
    let model = model_with(&[regex], &paths_of);
    // Those of another type are no regular expressions.
    let exact = model_with(&[regex], &spec(&[("/e", "Exact", "gateway")]));
    let pattern = shown(&exact, "/listeners/0/rules/0/conditions/0/pathPatternConfig");
    assert_eq!((built(&exact).listeners.len(), pattern), (1, json!({"values": ["/e"]})));
    assert_eq!(
        shown(&model, "/listeners/0/rules/1/conditions/0/pathPatternConfig"),
        json!({"regexValues": ["^/api/v[0-9]+$"]})
    );
    let broken = model_with(&[("use-regex-path-match", "on")], &paths_of);
    refused_by(&broken, "use-regex-path-match");
}

#[test]
fn conditions_of_all_kinds_stand_before_host_and_path() {
    let json = r#"[
        {"field": "http-header", "httpHeaderConfig": {"httpHeaderName": "X-A", "values": ["1"]}},
        {"field": "host-header", "hostHeaderConfig": {"values": ["b.example.com"]}},
        {"field": "http-request-method", "httpRequestMethodConfig": {"Values": ["GET"]}},
        {"field": "query-string", "queryStringConfig": {"values": [{"key": "v", "value": "1"}, {"value": "x"}]}},
        {"field": "source-ip", "sourceIPConfig": {"values": ["10.0.0.0/8"]}},
        {"field": "Source-IP", "sourceIPConfig": {"values": []}}]"#;
    let entry = "  rules:\n  - host: a.example.com\n    http:\n      paths:\n      - {path: /, pathType: Prefix, backend: {service: \
                 {name: gateway, port: {number: 443}}}}\n";
    let model = model_with(&[("conditions.gateway", json)], entry);
    built(&model);
    assert_eq!(
        shown(&model, "/listeners/0/rules/0/conditions"),
        json!([
            {"field": "http-header", "httpHeaderConfig": {"httpHeaderName": "X-A", "values": ["1"]}},
            {"field": "http-request-method", "httpRequestMethodConfig": {"values": ["GET"]}},
            {"field": "query-string", "queryStringConfig": {"values": [{"key": "v", "value": "1"}, {"value": "x"}]}},
            {"field": "source-ip", "sourceIPConfig": {"values": ["10.0.0.0/8"]}},
            {"field": "host-header", "hostHeaderConfig": {"values": ["a.example.com", "b.example.com"]}},
            {"field": "path-pattern", "pathPatternConfig": {"values": ["/*"]}}])
    );
}

#[test]
fn the_webhook_denies_conditions_that_lack_their_config() {
    for (json, fault) in [
        (r#"[{"field": "host-header"}]"#, "missing hostHeaderConfig"),
        (
            r#"[{"field": "query-string", "queryStringConfig": {"values": []}}]"#,
            "invalid queryStringConfig: Values cannot be empty",
        ),
        (
            r#"[{"field": "query-string", "queryStringConfig": {"values": [{"key": "a"}]}}]"#,
            "invalid queryStringConfig: value cannot be empty",
        ),
        (
            r#"[{"field": "path-pattern", "pathPatternConfig": {"values": ["/a"], "regexValues": ["b"]}}]"#,
            "invalid pathPatternConfig: precisely one of values and regexValues can be specified",
        ),
        (
            r#"[{"field": "http-header", "httpHeaderConfig": {"httpHeaderName": "X"}}]"#,
            "invalid httpHeaderConfig: values or regexValues must be specified",
        ),
    ] {
        let model = model(&[("conditions.gateway", json)]);
        let since = "since invalid alb.ingress.kubernetes.io/conditions.gateway annotation";
        let message = refused_by(&model, "conditions.gateway");
        assert_eq!(message, format!("ignoring Ingress edge-system/edge {since}: {fault}"));
        assert_eq!(model.ingresses[0].failure.as_ref().map(|f| f.stage), Some(Stage::Admission));
    }
}

#[test]
fn the_webhook_does_not_look_at_the_default_backend() {
    let default = "  defaultBackend: {service: {name: gateway, port: {number: 443}}}\n";
    let model = model_with(&[("conditions.gateway", "{")], default);
    assert_eq!(model.ingresses[0].failure, None);
    assert_eq!(model.groups[0].failure.as_ref().map(|f| f.stage), Some(Stage::Build));
}

#[test]
fn transforms_rewrite_and_are_checked() {
    let json = r#"[{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/a", "replace": "/b"}]}}]"#;
    let rewriting = model(&[("transforms.gateway", json)]);
    built(&rewriting);
    assert_eq!(
        shown(&rewriting, "/listeners/0/rules/0/transforms"),
        json!([{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/a", "replace": "/b"}]}}])
    );
    for (json, fault) in [
        (r#"[{"type": "host-header-rewrite"}]"#, "missing hostHeaderRewriteConfig"),
        (r#"[{"type": "url-rewrite", "urlRewriteConfig": {}}]"#, "urlRewriteConfig.rewrites cannot be empty"),
    ] {
        let message = refused_by(&model(&[("transforms.gateway", json)]), "transforms.gateway");
        assert_eq!(message, format!("ingress: edge-system/edge: {fault}"));
    }
}

const REDIRECT: (&str, &str) = (
    "actions.to-https",
    r#"{"type": "redirect", "redirectConfig": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}"#,
);
const BOTH: [(&str, &str); 2] = [("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#), ("certificate-arn", "arn:a")];

#[test]
fn a_redirect_takes_all_later_rules_and_leaves_its_own_listener() {
    let model = model_with(
        &[REDIRECT, BOTH[0], BOTH[1]],
        &spec(&[("/", "Prefix", "to-https"), ("/a", "Exact", "gateway"), ("/", "Prefix", "gateway")]),
    );
    let [http, https] = built(&model).listeners.as_slice() else { unreachable!() };
    assert_eq!((http.rules.len(), https.rules.len()), (2, 2));
    let redirect = Origin { ingress: Key::new("edge-system", "edge"), rule: 0, path: 0, backend: "to-https".into() };
    assert_eq!(http.pruned.iter().map(|p| &p.why).collect::<Vec<_>>(), [&WhyPruned::Covered { by: redirect }]);
    assert_eq!(https.pruned.iter().map(|p| &p.why).collect::<Vec<_>>(), [&WhyPruned::RedirectsToItself]);
}

#[test]
fn a_redirect_takes_only_what_has_its_host_and_its_path() {
    let json = r#"{"type": "redirect", "redirectConfig": {"host": "www.example.org", "statusCode": "HTTP_301"}}"#;
    let entry = |host: &str, kind: &str, path: &str, service: &str, port: &str| {
        let host = if host.is_empty() { String::new() } else { format!("host: {host}, ") };
        let backend = format!("{{service: {{name: {service}, port: {port}}}}}");
        format!("  - {{{host}http: {{paths: [{{path: {path}, pathType: {kind}, backend: {backend}}}]}}}}\n")
    };
    for (host, kind, path, is_taken) in [
        ("a.example.com", "Exact", "/x", true),
        ("a.example.com", "Exact", "/y", false),
        ("b.example.com", "Exact", "/x", false),
        ("b.example.com", "Exact", "/y", false),
        ("", "Exact", "/x", false),
        // It has `/x/*` besides.
        ("a.example.com", "Prefix", "/x", false),
    ] {
        let redirect = entry("a.example.com", "Exact", "/x", "r", "{name: use-annotation}");
        let later = entry(host, kind, path, "gateway", "{number: 443}");
        let model = model_with(&[("actions.r", json)], &format!("  rules:\n{redirect}{later}"));
        assert_eq!(built(&model).listeners[0].rules.len(), 2 - usize::from(is_taken), "{host} {kind} {path}");
    }
}

#[test]
fn a_redirect_that_changes_anything_is_no_loop() {
    let redirect = |config: &str| {
        let json = format!(r#"{{"type": "redirect", "redirectConfig": {{{config}, "statusCode": "HTTP_302"}}}}"#);
        let model = model_with(
            &[("actions.r", &json)],
            "  rules:\n  - host: a.example.com\n    http:\n      paths:\n      - {path: \
            /x, pathType: Exact, backend: {service: {name: r, port: {name: use-annotation}}}}\n",
        );
        built(&model).listeners[0].rules.len()
    };
    assert_eq!(redirect(r##""host": "#{host}", "path": "/#{path}", "query": "#{query}""##), 0);
    assert_eq!(redirect(r#""host": "a.example.com", "path": "/x", "port": "80", "protocol": "HTTP""#), 0);
    assert_eq!(redirect(r##""port": "#{port}", "protocol": "#{protocol}""##), 0);
    assert_eq!(redirect(r#""host": "b.example.com""#), 1);
    assert_eq!(redirect(r#""path": "/y""#), 1);
    assert_eq!(redirect(r#""query": "a=b""#), 1);
}

#[test]
fn a_redirect_with_any_other_condition_covers_nothing() {
    let conditions =
        ("conditions.to-https", r#"[{"field": "source-ip", "sourceIPConfig": {"values": ["10.0.0.0/8"]}}]"#);
    let model = model_with(&[REDIRECT, conditions], &spec(&[("/", "Prefix", "to-https"), ("/", "Prefix", "gateway")]));
    assert_eq!(built(&model).listeners[0].rules.len(), 2);
}

#[test]
fn regular_expressions_of_paths_are_compared_as_texts() {
    let redirect = |more: &str| {
        let config = format!(r#"{{{more}"statusCode": "HTTP_301"}}"#);
        format!(r#"{{"type": "redirect", "redirectConfig": {config}}}"#)
    };
    let regex = ("use-regex-path-match", "true");
    let kind = "ImplementationSpecific";
    let elsewhere = redirect(r#""host": "www.example.org", "#);
    let by_path = spec(&[("/old/.*", kind, "r"), ("/new", kind, "gateway"), ("/old/.*", kind, "gateway")]);
    assert_eq!(paths(&model_with(&[regex, ("actions.r", &elsewhere)], &by_path)), [["old/.*"], ["new"]]);
    let conditions =
        ("conditions.r", r#"[{"field": "path-pattern", "pathPatternConfig": {"regexValues": ["^/old"]}}]"#);
    let by_condition = spec(&[("", kind, "r"), ("/new", kind, "gateway")]);
    assert_eq!(paths(&model_with(&[conditions, ("actions.r", &elsewhere)], &by_condition)), [["^/old"], ["/new"]]);
    let itself = redirect(r##""path": "/#{path}", "query": "#{query}", "##);
    assert_eq!(paths(&model_with(&[regex, ("actions.r", &itself)], &spec(&[("/old/.*", kind, "r")]))), [["old/.*"]]);
}

#[test]
fn actions_are_checked_only_where_a_backend_names_them() {
    for (json, fault) in [
        ("443", "json: cannot unmarshal number into Go value of type ingress.Action"),
        (r#"{"type": "Redirect"}"#, "unknown action type: Redirect"),
        ("null", "unknown action type: "),
        (r#"{"type": "redirect", "redirectConfig": {}}"#, "invalid RedirectConfig: statusCode is required"),
        (r#"{"type": "fixed-response"}"#, "missing FixedResponseConfig"),
        (r#"{"type": "forward"}"#, "missing ForwardConfig or TargetGroupARN/TargetGroupName"),
        (
            r#"{"type": "forward", "targetGroupARN": "a", "forwardConfig": {}}"#,
            "either ForwardConfig or TargetGroupARN/TargetGroupName can be specified",
        ),
        (
            r#"{"type": "forward", "forwardConfig": {"targetGroups": [{"serviceName": "gateway"}]}}"#,
            "invalid ForwardConfig: invalid TargetGroupTuple: missing servicePort",
        ),
        (
            r#"{"type": "forward", "forwardConfig": {"targetGroups": [{}]}}"#,
            "invalid ForwardConfig: invalid TargetGroupTuple: missing serviceName or targetGroupARN/targetGroupName",
        ),
    ] {
        let action = &[("actions.x", json)];
        let message = refused_by(&model_with(action, &spec(&[("/", "Prefix", "x")])), "actions.x");
        assert!(message.ends_with(fault), "{message}");
        built(&model(action));
    }
}

#[test]
fn a_key_twice_in_an_action_is_read_as_go_reads_it() {
    let to = |json: &str| model_with(&[("actions.a", json)], &spec(&[("/", "Prefix", "a")]));
    let target = r#""forwardConfig": {"targetGroups": [{"serviceName": "gateway", "servicePort": 443}]"#;
    built(&to(&format!(r#"{{"type": "forward", "targetGroupARN": "arn:x", "targetGroupARN": null, {target}}}}}"#)));
    built(&to(&format!(r#"{{"type": "forward", {target}, "targetGroups": [{{"weight": 1}}]}}}}"#)));
    let message = refused_by(&to(&format!(r#"{{"type": "forward", {target}}}, "forwardConfig": null}}"#)), "actions.a");
    assert!(message.ends_with("missing ForwardConfig or TargetGroupARN/TargetGroupName"), "{message}");
    let deep = format!(
        r#"{{"type": "fixed-response", "fixedResponseConfig": {{"statusCode": "200"}}, "comment": {}{}}}"#,
        "[".repeat(600),
        "]".repeat(600)
    );
    built(&to(&deep));
    let again = r#"[{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/a", "replace": "/b"}],
        "rewrites": [{"replace": "/c"}]}}]"#;
    let rewrites =
        shown(&model(&[("transforms.gateway", again)]), "/listeners/0/rules/0/transforms/0/urlRewriteConfig");
    assert_eq!(rewrites, json!({"rewrites": [{"regex": "^/a", "replace": "/c"}]}));
    let store =
        ("mutual-authentication", r#"[{"port": 443, "mode": "verify", "trustStore": "a", "trustStore": null}]"#);
    let message =
        refused_by(&model(&[("listen-ports", r#"[{"HTTPS": 443}]"#), ("certificate-arn", "arn:a"), store]), store.0);
    assert!(message.ends_with("trustStore is required when mutualAuthentication mode is verify for port 443"));
}

#[test]
fn traffic_can_be_split_by_weight() {
    let json = r#"{"type": "forward", "forwardConfig": {"targetGroups": [
        {"serviceName": "gateway", "servicePort": "443", "weight": 9},
        {"serviceName": "gateway", "servicePort": "http2", "weight": 1},
        {"targetGroupName": "old", "weight": 0}],
        "targetGroupStickinessConfig": {"enabled": true, "durationSeconds": 60}}}"#;
    let model = model_with(&[("actions.split", json)], &spec(&[("/", "Prefix", "split")]));
    let ids: Vec<_> = built(&model).target_groups.iter().map(|group| group.id.as_str()).collect();
    assert_eq!(ids, ["edge-system/edge-gateway:443", "edge-system/edge-gateway:http2"]);
    assert_eq!(
        shown(&model, "/listeners/0/rules/0/actions/0/forwardConfig"),
        json!({"targetGroups": [
            {"targetGroupARN": "tg:edge-system/edge-gateway:443", "weight": 9},
            {"targetGroupARN": "tg:edge-system/edge-gateway:http2", "weight": 1},
            {"targetGroupARN": null, "weight": 0}],
            "targetGroupStickinessConfig": {"enabled": true, "durationSeconds": 60}})
    );
}

#[test]
fn a_forward_to_nothing_is_null_as_the_controller_has_it() {
    let json = r#"{"type": "forward", "forwardConfig": {"targetGroups": []}}"#;
    let model = model_with(&[("actions.none", json)], &spec(&[("/", "Prefix", "none")]));
    built(&model);
    assert_eq!(shown(&model, "/listeners/0/rules/0/actions/0/forwardConfig"), json!({"targetGroups": null}));
}

#[test]
fn missing_services_answer_503_or_leave_it_open() {
    let elsewhere = Gateway::default().yaml().replace("edge-system", "other");
    let model = model_of(&(elsewhere.clone() + &Ing::default().yaml()));
    built(&model);
    assert_eq!(
        shown(&model, "/listeners/0/rules/0/actions"),
        json!([{"type": "fixed-response", "fixedResponseConfig":
            {"contentType": "text/plain", "messageBody": "Backend service does not exist", "statusCode": "503"}}])
    );
    let open = model_of(&Ing::default().yaml());
    let message = "it depends on the cluster: the Service edge-system/gateway is not in the stream";
    assert_eq!((open.verdict, open.message.as_deref()), (Verdict::Unknown, Some(message)));
    let json = r#"{"type": "forward", "forwardConfig": {"targetGroups": [
        {"serviceName": "gateway", "servicePort": 443, "weight": 1}, {"targetGroupARN": "arn:x", "weight": 1}]}}"#;
    let split =
        Ing { annotations: &[("actions.split", json)], spec: &spec(&[("/", "Prefix", "split")]), ..Ing::default() }
            .yaml();
    let (message, _) = refused(&model_of(&(elsewhere + &split)));
    assert_eq!(message, "ingress: edge-system/edge: services \"gateway\" not found");
}

#[test]
fn a_fault_of_a_backend_is_placed_at_its_path() {
    let absent = "{service: {name: gateway, port: {number: 1}}}";
    let there = "{path: /, pathType: Prefix, backend: {service: {name: gateway, port: {number: 443}}}}";
    let second = format!("  - http: {{paths: [{there}, {{path: /a, pathType: Prefix, backend: {absent}}}]}}\n");
    let model = model_with(&[], &(TO_443.to_owned() + &second));
    let site = model.groups[0].failure.as_ref().unwrap().reason.site.clone().unwrap();
    assert_eq!(site.pointer(), "/spec/rules/1/http/paths/1");
}

#[test]
fn a_default_backend_may_be_an_action_that_loops() {
    let spec = "  defaultBackend: {service: {name: to-https, port: {name: use-annotation}}}\n".to_owned() + TO_443;
    let model = model_with(&[REDIRECT, BOTH[0], BOTH[1]], &spec);
    let [http, https] = built(&model).listeners.as_slice() else { unreachable!() };
    assert_eq!(http.default_actions, https.default_actions);
    assert!(https.default_actions[0].redirect().is_some());
    assert_eq!(https.default_from, Some(Key::new("edge-system", "edge")));
}

#[test]
fn a_resource_backend_panics_in_a_rule_and_fails_by_default() {
    let resource = "{resource: {kind: Bucket, name: x}}";
    let rule =
        format!("  rules:\n  - http:\n      paths:\n      - {{path: /, pathType: Prefix, backend: {resource}}}\n");
    assert!(refused(&model_with(&[], &rule)).0.contains("panics"));
    let model = model_with(&[], &format!("  defaultBackend: {resource}\n"));
    assert_eq!(refused(&model).0, "missing required \"service\" field");
}
