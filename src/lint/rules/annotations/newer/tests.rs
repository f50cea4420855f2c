use super::*;
use crate::lint::testing::{Manifest, action, rule, working};

/// What the rule says of manifests under a release.
fn told(manifest: &Manifest, release: &str) -> Vec<String> {
    let mut found = manifest.findings_with(&format!("{{controllerVersion: {release:?}}}"));
    found.retain(|line| line.contains(ALB053.id));
    found.into_iter().map(|line| line.replacen(" ALB053", "", 1)).collect()
}

/// Holds the rule against a release, and the one before it.
fn since(release: &str, before: &str, manifest: &Manifest, expected: &[&str]) {
    assert_eq!(told(manifest, before), expected, "{before}\n{}", manifest.text());
    assert_eq!(told(manifest, release), [""; 0], "{release}\n{}", manifest.text());
}

#[test]
fn annotations() {
    let with = |suffix: &str, value: &str| working().set(suffix, value);
    let error = |suffix: &str| format!("error Ingress mesh/alb @{suffix}");
    let warning = |suffix: &str| format!("warning Ingress mesh/alb @{suffix}");
    let jwt = r#"{"jwksEndpoint": "https://a.example/b", "issuer": "https://a.example"}"#;
    let (off, verify) = (r#"[{"port": 443, "mode": "off"}]"#, r#"[{"port": 443, "mode": "passthrough"}]"#);
    let lists = with("security-group-prefix-lists", "pl-1");
    for (release, before, manifest, expected) in [
        ("2.2.0", "2.1.3", working(), error("ssl-redirect")),
        ("2.8.0", "2.7.2", lists.clone(), error("security-group-prefix-lists")),
        // Open to nobody else.
        ("2.8.0", "2.7.2", lists.clone().set("inbound-cidrs", "10.0.0.0/8"), warning("security-group-prefix-lists")),
        ("2.8.0", "2.7.2", lists.set("security-groups", "sg-1"), warning("security-group-prefix-lists")),
        ("2.7.0", "2.6.2", with("mutual-authentication", verify), error("mutual-authentication")),
        ("2.7.0", "2.6.2", with("mutual-authentication", off), warning("mutual-authentication")),
        ("2.15.0", "2.14.1", with("jwt-validation", jwt), error("jwt-validation")),
        ("2.14.1", "2.13.4", with("wafv2-acl-name", "edge"), error("wafv2-acl-name")),
        ("2.14.1", "2.13.4", with("wafv2-acl-name", "none"), warning("wafv2-acl-name")),
        ("2.10.1", "2.10.0", with("listener-attributes.HTTP-80", "a=b"), warning("listener-attributes.HTTP-80")),
        (
            "2.3.0",
            "2.2.4",
            with("manage-backend-security-group-rules", "true"),
            warning("manage-backend-security-group-rules"),
        ),
    ] {
        since(release, before, &manifest, &[expected.as_str()]);
    }
    // That it panics there has a rule of its own.
    assert_eq!(told(&with("wafv2-acl-name", "edge"), "2.14.0"), [""; 0]);
}

#[test]
fn values() {
    let with = |suffix: &str, value: &str| working().set(suffix, value);
    for suffix in ["wafv2-acl-arn", "waf-acl-id", "web-acl-id"] {
        since("2.8.2", "2.8.1", &with(suffix, "none"), &[&format!("error Ingress mesh/alb @{suffix}")]);
    }
    let address = with("ip-address-type", "dualstack-without-public-ipv4");
    since("2.8.0", "2.7.2", &address, &["error Ingress mesh/alb @ip-address-type"]);
    let tags = with("tags", r"Teams=a\,b");
    since("2.14.1", "2.14.0", &tags, &["warning Ingress mesh/alb @tags"]);
}

#[test]
fn keys_in_json() {
    let forward = r#"{"type": "forward", "targetGroupName": "blue"}"#;
    let action = working().spec(rule("/*", "ImplementationSpecific", &action("blue"))).set("actions.blue", forward);
    since("2.14.0", "2.13.4", &action, &["warning Ingress mesh/alb @actions.blue"]);
    let header = r#"[{"field": "http-header", "httpHeaderConfig": {"httpHeaderName": "a", "regexValues": ["b"]}}]"#;
    let conditions = working().set("conditions.gateway", header);
    since("2.14.1", "2.14.0", &conditions, &["warning Ingress mesh/alb @conditions.gateway"]);
    let advertised = r#"[{"port": 443, "mode": "verify", "trustStore": "a", "advertiseTrustStoreCaNames": "on"}]"#;
    let certificates = working().set("mutual-authentication", advertised);
    since("2.12.0", "2.11.0", &certificates, &["warning Ingress mesh/alb @mutual-authentication"]);
}

#[test]
fn class_params() {
    let open = working().class_params("{inboundCIDRs: [10.0.0.0/8], scheme: internal}");
    since("2.5.0", "2.4.7", &open, &["error IngressClassParams alb /spec/inboundCIDRs"]);
    let plain = working().class_params("{targetType: instance}");
    since("2.13.0", "2.12.0", &plain, &["warning IngressClassParams alb /spec/targetType"]);
    let any = working().class_params("{scheme: internal}");
    let expected = ["error IngressClass alb /spec/parameters", "error Ingress mesh/alb @ssl-redirect"];
    let mut found = told(&any, "2.1.3");
    found.sort();
    assert_eq!(found, {
        let mut expected = expected;
        expected.sort();
        expected
    });
    assert_eq!(told(&any, "2.2.0"), [""; 0]);
}
