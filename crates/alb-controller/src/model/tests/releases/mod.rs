//! What a release builds, and what the one before it did: one line for each behaviour.

mod load_balancer;

use super::*;
use crate::catalogue;
use crate::releases::{Behaviour, CLASS_PARAMS_FIELDS};

/// The last release before another one.
fn before(release: Version) -> Version {
    match release {
        Version(major, 0, 0) => Version(major - 1, u16::MAX, 0),
        Version(major, minor, 0) => Version(major, minor - 1, u16::MAX),
        Version(major, minor, patch) => Version(major, minor, patch - 1),
    }
}

/// The gateway, and one Ingress with these annotations.
fn with(annotations: &[(&str, &str)]) -> String {
    Gateway::default().yaml() + &Ing { annotations, ..Ing::default() }.yaml()
}

/// The gateway, and one Ingress with these annotations and these paths.
fn with_paths(annotations: &[(&str, &str)], paths: &[(&str, &str, &str)]) -> String {
    let entry = |(path, kind, service): &(&str, &str, &str)| {
        let port = if *service == "use" { "{name: use-annotation}" } else { "{number: 443}" };
        format!(
            "      - {{path: {path:?}, pathType: {kind}, backend: {{service: {{name: {service}, port: {port}}}}}}}\n"
        )
    };
    let paths: String = paths.iter().map(entry).collect();
    let spec = format!("  rules:\n  - http:\n      paths:\n{paths}");
    Gateway::default().yaml() + &Ing { annotations, spec: &spec, ..Ing::default() }.yaml()
}

/// Two Ingresses of one group, with the annotations of each.
fn group<'t>(one: &[(&'t str, &'t str)], two: &[(&'t str, &'t str)]) -> String {
    let of_group = |own: &[(&'t str, &'t str)]| [&[("group.name", "edge")], own].concat();
    let (one, two) = (of_group(one), of_group(two));
    Gateway::default().yaml()
        + &Ing { annotations: &one, ..Ing::default() }.yaml()
        + &Ing { key: "edge-system/next", annotations: &two, ..Ing::default() }.yaml()
}

/// An Ingress of the class `alb`, with IngressClassParams of this `spec`.
fn of_class(annotations: &[(&str, &str)], params: &str) -> String {
    let spec = format!("  ingressClassName: alb\n{TO_443}");
    Gateway::default().yaml()
        + "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: \
           ingress.k8s.aws/alb, parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: alb}}\n---\n"
        + &format!(
            "apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {{name: alb}}\nspec: {params}\n---\n"
        )
        + &Ing { annotations, spec: &spec, class: "", ..Ing::default() }.yaml()
}

const HTTPS: (&str, &str) = ("listen-ports", r#"[{"HTTPS": 443}]"#);
const NLB: (&str, &str) = ("enable-frontend-nlb", "true");

/// What is told: the message of a refusal with its stage, else the value at a pointer below the first group.
fn told(model: &Model, pointer: &str) -> String {
    match first_failure(model) {
        Some(failure) => format!("{:?}: {failure}", failure.stage),
        None if pointer.is_empty() => format!("{:?}", model.verdict),
        None => shown(model, pointer).to_string(),
    }
}

/// Behaviour, manifests, where to look, what the release before it shows, what this one shows.
type Case = (Behaviour, String, &'static str, &'static str, &'static str);

fn hold(cases: &[Case]) {
    for (behaviour, yaml, pointer, older, newer) in cases {
        let since = behaviour.difference().unwrap().since;
        for (release, expected) in [(before(since), older), (since, newer)] {
            assert_eq!(told(&model_by(yaml, release), pointer), *expected, "{behaviour:?} at {release}\n{yaml}");
        }
    }
}

#[test]
fn rules_and_backends() {
    let patterns = "/listeners/0/rules/0/conditions/0/pathPatternConfig/values";
    let many = [("/", "Prefix", "gateway"), ("/app", "Prefix", "gateway"), ("/b", "Exact", "gateway")];
    let elsewhere = with_paths(&[], &[("/", "Prefix", "shop")])
        + "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {ports: [{port: 443}]}\n";
    let regex = r#"[{"field": "host-header", "hostHeaderConfig": {"regexValues": ["^a"]}}]"#;
    let unknown = r#"{"type": "forward", "targetGroupName": "blue"}"#;
    hold(&[
        (Behaviour::PathTypes, with(&[]), patterns, r#"["/"]"#, r#"["/*"]"#),
        (
            Behaviour::PathTypes,
            with_paths(&[], &[("/app", "Prefix", "gateway")]),
            patterns,
            r#"["/app"]"#,
            r#"["/app","/app/*"]"#,
        ),
        (
            Behaviour::PathTypes,
            with_paths(&[], &[("/*", "Prefix", "gateway")]),
            patterns,
            r#"["/*"]"#,
            "Build: ingress: edge-system/edge: prefix path shouldn't contain wildcards: /*",
        ),
        (Behaviour::PathsSorted, with_paths(&[], &many), patterns, r#"["/*"]"#, r#"["/b"]"#),
        (
            Behaviour::PathsSorted,
            with_paths(&[], &[("/a", "Regex", "gateway")]),
            patterns,
            "Build: ingress: edge-system/edge: unsupported pathType: Regex",
            "Build: unknown pathType for path /a",
        ),
        (
            Behaviour::MissingServiceAnswers,
            elsewhere,
            "/listeners/0/rules/0/actions/0/fixedResponseConfig/statusCode",
            "Build: ingress: edge-system/edge: services \"shop\" not found",
            r#""503""#,
        ),
        (
            Behaviour::MissingActionAnswers,
            with_paths(&[], &[("/*", "ImplementationSpecific", "use")]),
            "/listeners/0/rules/0/actions/0/fixedResponseConfig/statusCode",
            "Build: ingress: edge-system/edge: missing actions.use configuration",
            r#""503""#,
        ),
        (
            Behaviour::ServiceRequired,
            Gateway::default().yaml()
                + &Ing {
                    spec: "  defaultBackend: {resource: {kind: Bucket, name: b, apiGroup: example.com}}\n",
                    ..Ing::default()
                }
                .yaml(),
            "/listeners/0/defaultActions/0/fixedResponseConfig/messageBody",
            r#""Backend service does not exist""#,
            "Build: missing required \"service\" field",
        ),
        (
            Behaviour::AuthenticationAlwaysRead,
            with(&[("auth-type", "saml")]),
            "",
            "Built",
            "Build: ingress: edge-system/edge: unknown authType: saml",
        ),
        (
            Behaviour::TargetGroupName,
            with_paths(&[("actions.use", unknown)], &[("/*", "ImplementationSpecific", "use")]),
            "",
            "Build: ingress: edge-system/edge: precisely one of TargetGroupArn and ForwardConfig can be specified",
            "Built",
        ),
        (
            Behaviour::RegexValues,
            with(&[("conditions.gateway", regex)]),
            "/listeners/0/rules/0/conditions/0/hostHeaderConfig/regexValues",
            "Admission: ignoring Ingress edge-system/edge since invalid alb.ingress.kubernetes.io/conditions.gateway \
             annotation: invalid hostHeaderConfig: values cannot be empty",
            r#"["^a"]"#,
        ),
        (
            Behaviour::ConditionsAtAdmission,
            with(&[("conditions.gateway", r#"[{"field": "source-ip"}]"#)]),
            "",
            "Build: ingress: edge-system/edge: missing sourceIPConfig",
            "Admission: ignoring Ingress edge-system/edge since invalid alb.ingress.kubernetes.io/conditions.gateway \
             annotation: missing sourceIPConfig",
        ),
        (
            Behaviour::RuleWithoutHttpAdmitted,
            Gateway::default().yaml() + &Ing { spec: "  rules: [{host: a.example.com}]\n", ..Ing::default() }.yaml(),
            "",
            "Admission: panic: runtime error: invalid memory address or nil pointer dereference [recovered] (the webhook \
             panics on a rule without http)",
            "Built",
        ),
    ]);
}

#[test]
fn listeners_and_certificates() {
    let verify = r#"[{"port": 443, "mode": "verify", "trustStore": "ts"}]"#;
    let advertised = r#"[{"port": 443, "mode": "verify", "trustStore": "ts", "advertiseTrustStoreCaNames": "x"}]"#;
    let (one, two) = (("certificate-arn", "arn:b,arn:a"), ("certificate-arn", "arn:b"));
    hold(&[
        (
            Behaviour::CertificateOrder,
            with(&[one]),
            "/listeners/0/certificates",
            r#"["arn:a","arn:b"]"#,
            r#"["arn:b","arn:a"]"#,
        ),
        (
            Behaviour::DefaultCertificateAgain,
            group(&[one], &[two]),
            "/listeners/0/certificates",
            r#"["arn:b","arn:a"]"#,
            r#"["arn:b","arn:a","arn:b"]"#,
        ),
        (
            Behaviour::MutualAuthenticationUnsaid,
            group(&[one, ("mutual-authentication", verify)], &[two]),
            "/listeners/0/mutualAuthentication/mode",
            "Build: failed to merge listenPort config for port: 443: conflicting mTLS Attributes, edge-system/next: verify | \
             edge-system/next: off",
            r#""verify""#,
        ),
        (
            Behaviour::ListenPortWords,
            group(&[HTTPS, one], &[("listen-ports", r#"[{"HTTP": 443}]"#)]),
            "",
            "Build: failed to merge listPort config for port: 443: conflicting protocol, edge-system/next: HTTPS | \
             edge-system/next: HTTP",
            "Build: failed to merge listenPort config for port: 443: conflicting protocol, edge-system/next: HTTPS | \
             edge-system/next: HTTP",
        ),
        (
            Behaviour::ConflictNamesBoth,
            group(&[HTTPS, one], &[("listen-ports", r#"[{"HTTP": 443}]"#)]),
            "",
            "Build: failed to merge listenPort config for port: 443: conflicting protocol, edge-system/next: HTTPS | \
             edge-system/next: HTTP",
            "Build: failed to merge listenPort config for port: 443: conflicting protocol, edge-system/edge: HTTPS | \
             edge-system/next: HTTP",
        ),
        (
            Behaviour::AdvertiseCaNames,
            with(&[one, ("mutual-authentication", advertised)]),
            "/listeners/0/mutualAuthentication/mode",
            r#""verify""#,
            "Build: ingress: edge-system/edge: advertiseTrustStoreCaNames must be among [on, off] for port 443",
        ),
    ]);
}

#[test]
fn groups_and_classes() {
    let same = [("group.order", "5")];
    let by_default = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb, annotations: \
                      {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: ingress.k8s.aws/alb}\n---\n";
    let selects = of_class(&[], "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}");
    hold(&[
        (
            Behaviour::GroupOrderWide,
            with(&[("group.order", "-1")]),
            "",
            "GroupLoad: explicit Ingress group order must be within [1:1000], Ingress: edge-system/edge, order: -1",
            "Built",
        ),
        (Behaviour::GroupOrderWide, group(&same, &same), "", "GroupLoad: conflict Ingress group order: 5", "Built"),
        (
            Behaviour::DefaultClass,
            Gateway::default().yaml() + by_default + &Ing { class: "", ..Ing::default() }.yaml(),
            "",
            "Unknown",
            "Built",
        ),
        (
            Behaviour::ClassParams,
            of_class(&[], "{scheme: internet-facing}"),
            "/loadBalancer/scheme",
            r#""internal""#,
            r#""internet-facing""#,
        ),
        (
            Behaviour::ClassParamsNotAtAdmission,
            selects,
            "",
            "Admission: invalid ingress class: namespaceSelector of IngressClassParams alb mismatch",
            "GroupId: invalid ingress class: namespaceSelector of IngressClassParams alb mismatch",
        ),
        (
            Behaviour::IngressWebhook,
            Ing { class: CLASS, spec: &format!("  ingressClassName: other\n{TO_443}"), ..Ing::default() }.yaml(),
            "/message",
            "\"it depends on the cluster: IngressClass other is not in the stream, and without it the Ingress is in no \
             group\"",
            "\"it depends on the cluster: IngressClass other is not in the stream, and without it the webhook denies the \
             Ingress\"",
        ),
    ]);
}

#[test]
fn annotations_that_came_later_count_as_absent() {
    let (arn, both) = (("certificate-arn", "arn:a"), ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#));
    for (suffix, yaml, pointer, older, newer) in [
        (
            "ssl-redirect",
            with(&[arn, both, ("ssl-redirect", "443")]),
            "/listeners/0/defaultActions/0/type",
            "fixed-response",
            "redirect",
        ),
        (
            "security-group-prefix-lists",
            with(&[("security-group-prefix-lists", "pl-1")]),
            "/inbound/0",
            "tcp 80 from 0.0.0.0/0",
            "tcp 80 from pl-1",
        ),
        (
            "listener-attributes.HTTP-80",
            with(&[("listener-attributes.HTTP-80", "a=b")]),
            "/listeners/0/attributes/a",
            "",
            "b",
        ),
        (
            "jwt-validation",
            with(&[arn, HTTPS, ("jwt-validation", r#"{"jwksEndpoint": "https://a", "issuer": "b"}"#)]),
            "/listeners/0/rules/0/actions/0/type",
            "forward",
            "jwt-validation",
        ),
    ] {
        let since = catalogue::find(suffix).unwrap().since;
        for (release, expected) in [(before(since), older), (since, newer)] {
            let found = shown(&model_by(&yaml, release), pointer);
            assert_eq!(found.as_str().unwrap_or_default(), expected, "{suffix} at {release}");
        }
    }
}

#[test]
fn fields_of_class_params_that_came_later_are_dropped() {
    let fields = "{namespaceSelector: {}, group: {name: edge}, scheme: internal, ipAddressType: ipv4, tags: [], \
                  loadBalancerAttributes: [], inboundCIDRs: [10.0.0.0/8], sslPolicy: p, subnets: {ids: [subnet-a, subnet-b]}, \
                  certificateArn: [arn:a], listeners: [], minimumLoadBalancerCapacity: {capacityUnits: 1}, \
                  ipamConfiguration: {}, PrefixListsIDs: [pl-1], targetType: ip, prefixListsIDs: [pl-1], loadBalancerName: n, \
                  sslRedirectPort: '443', wafv2AclArn: a, wafv2AclName: n}";
    let dropped = |release: Version| {
        let model = model_by(&of_class(&[], fields), release);
        model.ingresses[0].class_params_too_new().to_vec()
    };
    assert_eq!(dropped(catalogue::CURRENT), []);
    for (field, since) in CLASS_PARAMS_FIELDS {
        assert!(!dropped(since).iter().any(|(dropped, _)| *dropped == field), "{field}");
        // Before there were any, nothing of them counts.
        if since > Version(2, 2, 0) {
            assert!(dropped(before(since)).contains(&(field, since)), "{field}");
        }
    }
    let open = model_by(&of_class(&[], "{inboundCIDRs: [10.0.0.0/8]}"), Version(2, 4, 7));
    assert_eq!(told(&open, "/inbound/0"), r#""tcp 80 from 0.0.0.0/0""#);
}

#[test]
fn the_release_of_eks_auto_mode_is_not_known() {
    let options = Options { eks_auto_mode: true, controller_version: Version(2, 1, 0), ..Options::default() };
    assert_eq!(options.release(), catalogue::CURRENT);
}
