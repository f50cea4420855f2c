use super::*;

fn ports(model: &Model) -> Vec<(i32, Protocol)> {
    built(model).listeners.iter().map(|listener| (listener.port, listener.protocol)).collect()
}

#[test]
fn a_certificate_alone_moves_the_only_listener_to_443() {
    assert_eq!(ports(&model(&[])), [(80, Protocol::Http)]);
    assert_eq!(ports(&model(&[("certificate-arn", "arn:a")])), [(443, Protocol::Https)]);
    assert_eq!(ports(&model(&[("certificate-arn", " , ")])), [(80, Protocol::Http)]);
    let listen = ("listen-ports", r#"[{"HTTP": 8080}]"#);
    assert_eq!(ports(&model(&[("certificate-arn", "arn:a"), listen])), [(8080, Protocol::Http)]);
}

#[test]
fn certificates_may_stand_on_several_lines() {
    let model = model(&[("certificate-arn", "arn:a,\n  arn:b,\n")]);
    assert_eq!(built(&model).listeners[0].certificates, [Some("arn:a".to_owned()), Some("arn:b".to_owned())]);
}

#[test]
fn https_without_certificate_asks_acm_for_the_hosts_if_there_are_any() {
    let https = &[("listen-ports", r#"[{"HTTPS": 443}]"#)];
    assert_eq!(built(&model(https)).listeners[0].certificates, []);
    let spec = format!("  tls:\n  - hosts: [b.example.com, a.example.com]\n{TO_443}");
    let model = model_with(https, &spec);
    let message = "it depends on ACM: certificates for [a.example.com b.example.com]";
    assert_eq!((model.verdict, model.message.as_deref()), (Verdict::Unknown, Some(message)));
    assert_eq!(shown(&model, "/listeners/0/certificates"), json!([null]));
}

#[test]
fn both_protocols_on_one_port_in_one_object_are_left_to_chance() {
    let model = model(&[("listen-ports", r#"[{"HTTP": 443, "HTTPS": 443}]"#)]);
    assert_eq!(model.verdict, Verdict::Unknown);
    assert!(model.message.is_some_and(|m| m.starts_with("it depends on chance: ")));
}

#[test]
fn redirect_needs_an_https_listener() {
    let both = ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#);
    let message = |annotations: &[(&str, &str)]| refused_by(&model(annotations), "ssl-redirect");
    assert_eq!(message(&[both, ("ssl-redirect", "80")]), "listener protocol non-SSL for SSLRedirect port: 80");
    assert_eq!(message(&[both, ("ssl-redirect", "8443")]), "listener does not exist for SSLRedirect port: 8443");
    let prefix =
        "ingress: edge-system/edge: failed to parse int32 annotation, alb.ingress.kubernetes.io/ssl-redirect: ";
    let range = "4294967296: strconv.ParseInt: parsing \"4294967296\": value out of range";
    assert_eq!(message(&[both, ("ssl-redirect", "4294967296")]), format!("{prefix}{range}"));
}

#[test]
fn policies_are_kept_on_https_only() {
    let both = ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#);
    let model = model(&[both, ("ssl-policy", "no-such-policy")]);
    let policies: Vec<_> = built(&model).listeners.iter().map(|l| l.ssl_policy.as_deref()).collect();
    assert_eq!(policies, [None, Some("no-such-policy")]);
}

#[test]
fn networks_are_split_by_family_and_ipv6_needs_dual_stack() {
    let cidrs = ("inbound-cidrs", "10.0.0.0/8, 2001:DB8::/32,10.0.0.0/8");
    assert_eq!(inbound(built(&model(&[cidrs]))), ["tcp 80 from 10.0.0.0/8"]);
    let dual = [cidrs, ("ip-address-type", "dualstack-without-public-ipv4"), ("subnets", "subnet-a,subnet-b")];
    assert_eq!(inbound(built(&model(&dual))), ["tcp 80 from 10.0.0.0/8", "tcp 80 from 2001:DB8::/32"]);
    assert_eq!(inbound(built(&model(&[("inbound-cidrs", "::/0")]))), Vec::<String>::new());
    let open = model(&[("ip-address-type", "dualstack"), ("subnets", "subnet-a,subnet-b")]);
    assert_eq!(inbound(built(&open)), ["tcp 80 from 0.0.0.0/0", "tcp 80 from ::/0"]);
}

#[test]
fn prefix_lists_alone_take_the_place_of_the_world() {
    let model = model(&[("security-group-prefix-lists", "pl-1,pl-2"), ("inbound-cidrs", ",")]);
    assert_eq!(inbound(built(&model)), ["tcp 80 from pl-1", "tcp 80 from pl-2"]);
}

const HTTPS: (&str, &str) = ("certificate-arn", "arn:a");

#[test]
fn client_certificates_are_asked_for_by_port() {
    let json = r#"[{"Port": 443, "mode": "verify", "trustStore": "arn:store", "advertiseTrustStoreCaNames": "on"}]"#;
    let model = model(&[HTTPS, ("mutual-authentication", json)]);
    let wanted = json!({"mode": "verify", "trustStoreArn": "arn:store", "ignoreClientCertificateExpiry": false,
                        "advertiseTrustStoreCaNames": "on"});
    built(&model);
    assert_eq!(shown(&model, "/listeners/0/mutualAuthentication"), wanted);
}

#[test]
fn a_trust_store_by_name_is_looked_up_and_off_has_none() {
    let verify =
        model(&[HTTPS, ("mutual-authentication", r#"[{"port": 443, "mode": "verify", "trustStore": "store"}]"#)]);
    assert_eq!(shown(&verify, "/listeners/0/mutualAuthentication/trustStoreArn"), Value::Null);
    let mutual = built(&verify).listeners[0].mutual_authentication.as_ref().unwrap();
    assert_eq!(mutual.trust_store_name.as_deref(), Some("store"));
    let off = model(&[HTTPS, ("mutual-authentication", r#"[{"port": 443, "mode": "off"}]"#)]);
    assert_eq!(shown(&off, "/listeners/0/mutualAuthentication"), json!({"mode": "off", "trustStoreArn": ""}));
}

#[test]
fn client_certificates_are_checked_even_without_a_listener() {
    for (json, error) in [
        (r#"[{"port": 443, "mode": ""}]"#, "mutualAuthentication mode cannot be empty for port 443"),
        (
            r#"[{"port": 443, "mode": "off", "trustStore": "x"}]"#,
            "Mutual Authentication mode off does not support trustStore for port 443",
        ),
        (
            r#"[{"port": 443, "mode": "passthrough", "ignoreClientCertificateExpiry": false}]"#,
            "Mutual Authentication mode passthrough does not support ignoring client certificate expiry for port 443",
        ),
        ("[]", "empty mutualAuthentication configuration from ingress annotation: `[]`"),
        (r#"[{"port": 70000, "mode": "off"}]"#, "listen port must be within [1, 65535]: 70000"),
    ] {
        let message = refused_by(&model(&[("mutual-authentication", json)]), "mutual-authentication");
        assert_eq!(message, format!("ingress: edge-system/edge: {error}"));
    }
}

#[test]
fn listener_attributes_are_read_for_listeners_that_exist() {
    let attributes = [("listener-attributes.HTTP-80", "routing.http.response.server.enabled=false")];
    let with_attributes = model(&attributes);
    let listener = &built(&with_attributes).listeners[0];
    assert_eq!(listener.attributes["routing.http.response.server.enabled"], "false");
    built(&model(&[("listener-attributes.HTTPS-443", "no map")]));
    let broken = model(&[("listener-attributes.HTTP-80", "no map")]);
    assert!(refused_by(&broken, "listener-attributes.HTTP-80").starts_with("failed to parse stringMap annotation, "));
}
