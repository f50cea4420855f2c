use super::*;
use crate::finding::Rule;
use crate::lint::testing::{Manifest, configured, entry, findings_of, working};

/// What a rule says of manifests under a release.
fn told(rule: &Rule, manifest: &Manifest, release: &str) -> Vec<String> {
    let mut found = manifest.findings_with(&format!("{{controllerVersion: {release:?}}}"));
    found.retain(|line| line.contains(rule.id));
    found.into_iter().map(|line| line.replacen(&format!(" {}", rule.id), "", 1)).collect()
}

const GATEWAY: &str = "name: gateway, port: {number: 443}";

#[test]
fn types_of_paths_before_they_were_looked_at() {
    let of = |paths: &[(&str, &str)]| {
        let entries: Vec<String> = paths.iter().map(|(path, kind)| entry(path, kind, GATEWAY)).collect();
        working().paths(&entries)
    };
    let at = |severity: &str, path: usize| format!("{severity} Ingress mesh/alb /spec/rules/0/http/paths/{path}/path");
    for (manifest, expected) in [
        (working(), vec![at("error", 0)]),
        (of(&[("/app", "Prefix"), ("/b", "Exact"), ("/*", "ImplementationSpecific")]), vec![at("error", 0)]),
        (of(&[("/*", "Prefix")]), vec![at("warning", 0)]),
        (of(&[("/*", "ImplementationSpecific")]), vec![]),
    ] {
        assert_eq!(told(&ALB114, &manifest, "2.1.3"), expected, "{}", manifest.text());
        assert_eq!(told(&ALB114, &manifest, "2.2.0"), [""; 0]);
    }
}

#[test]
fn certificates_that_are_sorted() {
    let arn =
        |n: u32| format!("arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-00000000000{n}");
    let with = |one, two| working().set("certificate-arn", &format!("{},{}", arn(one), arn(two)));
    assert_eq!(told(&ALB115, &with(2, 1), "2.1.3"), ["warning Ingress mesh/alb @certificate-arn"]);
    assert_eq!(told(&ALB115, &with(1, 2), "2.1.3"), [""; 0]);
    assert_eq!(told(&ALB115, &with(2, 1), "2.2.0"), [""; 0]);
}

#[test]
fn controllers_for_an_old_kubernetes() {
    assert_eq!(told(&ALB116, &working(), "2.3.1"), ["info Ingress mesh/alb"]);
    assert_eq!(told(&ALB116, &working(), "2.4.0"), [""; 0]);
}

#[test]
fn faults_of_single_releases() {
    let name = working().set("wafv2-acl-name", "edge");
    let named_port = working().set("target-type", "ip").service(
        "type: NodePort\nports: [{name: status-port, port: 15021}, {name: http2, port: 80}, {name: https, port: 443, \
         targetPort: https}]",
    );
    let nlb = working().set("enable-frontend-nlb", "true");
    let dualstack = nlb.clone().set("ip-address-type", "dualstack");
    let groups = nlb.set("frontend-nlb-security-groups", "sg-1,sg-2");
    let backend = "/spec/rules/0/http/paths/0/backend";
    for (manifest, before, faulty, mended, expected) in [
        (&name, "2.13.4", "2.14.0", "2.14.1", "error Ingress mesh/alb @wafv2-acl-name"),
        (&named_port, "2.2.4", "2.3.0", "2.3.1", &format!("warning Ingress mesh/alb {backend}")),
        (&dualstack, "2.12.0", "2.13.2", "2.13.3", "warning Ingress mesh/alb @enable-frontend-nlb"),
        (&groups, "2.12.0", "2.13.3", "2.13.4", "warning Ingress mesh/alb @frontend-nlb-security-groups"),
    ] {
        assert_eq!(told(&ALB117, manifest, faulty), [expected]);
        assert_eq!(told(&ALB117, manifest, before), [""; 0], "{expected}");
        assert_eq!(told(&ALB117, manifest, mended), [""; 0], "{expected}");
    }
    assert_eq!(told(&ALB117, &working().set("wafv2-acl-name", "none"), "2.14.0"), [""; 0]);
    let of_class = working().class_params("{wafv2AclName: edge}");
    assert_eq!(told(&ALB117, &of_class, "2.14.0"), ["error IngressClassParams alb /spec/wafv2AclName"]);
    assert_eq!(told(&ALB117, &of_class, "2.14.1"), [""; 0]);
}

/// Rules of other families whose verdict or words depend on the release: id, a release, the one before, and what each says.
#[test]
fn verdicts_of_other_rules() {
    let paths = |list: &[(&str, &str)]| {
        let entries: Vec<String> = list.iter().map(|(path, kind)| entry(path, kind, GATEWAY)).collect();
        working().paths(&entries)
    };
    let by_default = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb, annotations: \
                      {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: ingress.k8s.aws/alb}\n";
    let shadowed = paths(&[("/", "Prefix"), ("/app", "Prefix")]);
    let both_tags = working().set("tags", "a=1").on_service("tags", "b=2");
    let ipv6 = working().service(
        "type: NodePort\nipFamilies: [IPv6]\nports: [{name: status-port, port: 15021}, {name: http2, port: 80}, {name: https, \
         port: 443}]",
    );
    let alb = "Ingress mesh/alb";
    for (id, release, before, manifest, older, newer) in [
        (
            "ALB041",
            "2.2.0",
            "2.1.3",
            paths(&[("/*", "Prefix")]),
            String::new(),
            format!("error {alb} /spec/rules/0/http/paths/0/path"),
        ),
        ("ALB007", "2.4.3", "2.4.2", shadowed, format!("warning {alb} /spec/rules/0/http/paths/1"), String::new()),
        (
            "ALB029",
            "2.8.2",
            "2.8.1",
            working().set("wafv2-acl-arn", ""),
            format!("error {alb} @wafv2-acl-arn"),
            format!("warning {alb} @wafv2-acl-arn"),
        ),
        (
            "ALB029",
            "2.14.0",
            "2.13.4",
            working().set("wafv2-acl-arn", ""),
            format!("warning {alb} @wafv2-acl-arn"),
            format!("error {alb} @wafv2-acl-arn"),
        ),
        ("ALB051", "2.4.0", "2.3.1", both_tags, "warning Service mesh/gateway @tags".to_owned(), String::new()),
        (
            "ALB054",
            "2.4.3",
            "2.4.2",
            working().set("group.order", "-5"),
            format!("error {alb} @group.order"),
            String::new(),
        ),
        (
            "ALB056",
            "2.3.0",
            "2.2.4",
            ipv6,
            "warning Service mesh/gateway /spec/ipFamilies".to_owned(),
            "error Service mesh/gateway /spec/ipFamilies".to_owned(),
        ),
        (
            "ALB069",
            "2.12.0",
            "2.11.0",
            working().set("inbound-cidrs", "10.0.0.1/8"),
            format!("warning {alb} @inbound-cidrs"),
            format!("error {alb} @inbound-cidrs"),
        ),
        (
            "ALB075",
            "2.12.0",
            "2.11.0",
            working().set(
                "mutual-authentication",
                r#"[{"port": 443, "mode": "verify", "trustStore": "a", "advertiseTrustStoreCaNames": "x"}]"#,
            ),
            String::new(),
            format!("error {alb} @mutual-authentication"),
        ),
        (
            "ALB078",
            "2.9.0",
            "2.8.3",
            working().set("security-groups", "edge,edge"),
            format!("error {alb} @security-groups"),
            String::new(),
        ),
        ("ALB086", "2.5.0", "2.4.7", working().no_class().and(by_default), format!("warning {alb}"), String::new()),
        (
            "ALB061",
            "2.14.1",
            "2.14.0",
            working().set("tags", r"a=b\,c"),
            format!("error {alb} @tags"),
            format!("warning {alb} @tags"),
        ),
    ] {
        let rule = crate::lint::REGISTRY.find(id).unwrap();
        assert_eq!(told(rule, &manifest, before).join("\n"), older, "{id} {before}\n{}", manifest.text());
        assert_eq!(told(rule, &manifest, release).join("\n"), newer, "{id} {release}\n{}", manifest.text());
    }
}

/// What a rule says, where only its words depend on the release.
#[test]
fn words_of_other_rules() {
    let backend = "unused, port: {name: use-annotation}";
    let action = working().paths(&[entry("/*", "ImplementationSpecific", &format!("name: {backend}"))]);
    let elsewhere = working().paths(&[entry("/*", "ImplementationSpecific", "name: shop, port: {number: 80}")]);
    let elsewhere = elsewhere
        .and("apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {ports: [{port: 80}]}\n");
    let groups = |list: &str| working().set("security-groups", list);
    for (id, release, before, manifest, older, newer) in [
        ("ALB004", "2.2.0", "2.1.3", action, "refuses the whole group", "answered with 503"),
        ("ALB043", "2.2.0", "2.1.3", elsewhere, "refuses the whole group", "answered with 503"),
        ("ALB009", "2.9.0", "2.8.3", working().set("listen-ports", "{}"), "of type []map[string]int64", "]int32"),
        ("ALB026", "2.3.0", "2.2.4", groups("sg-1"), "upgrade the controller to v2.3.0", "SecurityGroupRules: true`"),
        ("ALB029", "2.3.0", "2.2.4", groups(""), "default security group of the VPC", "as if it were not there"),
        (
            "ALB069",
            "2.12.0",
            "2.11.0",
            working().set("inbound-cidrs", "10.0.0.1/8"),
            "adds it again",
            "the first fails",
        ),
    ] {
        for (release, expected) in [(before, older), (release, newer)] {
            let settings = configured(&format!("{{controllerVersion: {release:?}}}"));
            let found = findings_of(&manifest.text(), &settings).unwrap();
            let finding = found.iter().find(|finding| finding.rule.id == id).unwrap();
            let said = format!("{} {}", finding.message, finding.help_text());
            assert!(said.contains(expected), "{id} {release}: {said}");
        }
    }
}
