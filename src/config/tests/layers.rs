//! Which layer wins, and what is left of the others.

use super::{Memory, Parameters, one, options, resolve_with, resolved};
use crate::config::Spec;
use crate::config::fields::{self, Shape};
use crate::config::types;
use crate::config::value::{Override, Text, Var};
use crate::lint::REGISTRY;

const SCHEME: &str = "alb.ingress.kubernetes.io/scheme";

fn scheme(line: &str, env: &[&str], spec: &str) -> Override<Var<types::Scheme>> {
    one(line, env, spec).spec.ingress.scheme
}

#[test]
fn a_higher_layer_wins() {
    use types::Scheme::{Internal, InternetFacing};
    let (internal, facing) = (Override::Set(Var::Known(Internal)), Override::Set(Var::Known(InternetFacing)));
    let file = "spec: {ingress: {scheme: internal}}";
    assert_eq!(scheme("", &[], "spec: {}"), Override::Default);
    assert_eq!(scheme("", &[], file), internal);
    assert_eq!(scheme("", &["ARGOCD_ENV_ISTIO_ALB_SCHEME=internet-facing"], file), facing);
    let both = ["ISTIO_ALB_SCHEME=internet-facing", "ARGOCD_ENV_ISTIO_ALB_SCHEME=internal"];
    assert_eq!(scheme("", &both, "spec: {ingress: {scheme: internet-facing}}"), internal);
    assert_eq!(scheme("--scheme internet-facing", &both, file), facing);
    assert_eq!(scheme("--set ingress.scheme=internet-facing", &both, file), facing);
    let set = ["ISTIO_ALB_SET=\ningress.scheme=internet-facing\n\nphase=attach\n"];
    assert_eq!(scheme("", &set, file), facing);
    assert_eq!(one("", &set, file).spec.phase(), types::Phase::Attach);
    assert_eq!(scheme("--scheme null", &[], file), Override::Off);
    assert_eq!(scheme("--scheme internal", &[], "spec: {ingress: {scheme: null}}"), internal);
}

#[test]
fn a_parameter_of_an_application_is_above_variables_and_below_flags() {
    use types::Scheme::{Internal, InternetFacing};
    let env = [("ARGOCD_ENV_ISTIO_ALB_SCHEME".to_owned(), "internet-facing".to_owned())];
    let scheme = |parameters: &Parameters, line: &str| {
        let files = Memory::default();
        let all = resolve_with(parameters, &options(line).unwrap(), &env, &files, None, REGISTRY);
        match all.map(|all| all[0].spec.ingress.scheme.clone()) {
            Ok(Override::Set(Var::Known(scheme))) => Ok(scheme),
            other => Err(other.map_err(|error| error.to_string())),
        }
    };
    let field = fields::field("ingress.scheme").unwrap();
    let parameter = Parameters { fields: vec![(field, "internal".to_owned())], ..Parameters::default() };
    let annotation =
        Parameters { set: vec![format!("ingress.annotations[{SCHEME}]=internal")], ..Parameters::default() };
    assert_eq!(scheme(&Parameters::default(), ""), Ok(InternetFacing));
    assert_eq!(scheme(&parameter, ""), Ok(Internal));
    for parameters in [parameter, annotation] {
        let flag = "--scheme internet-facing";
        assert_eq!(scheme(&parameters, flag), Ok(InternetFacing));
    }
    let wrong = Parameters { fields: vec![(field, "public".to_owned())], ..Parameters::default() };
    assert_eq!(
        scheme(&wrong, "").unwrap_err().unwrap_err(),
        "parameter `scheme`: spec.ingress.scheme: expected `internal` or `internet-facing`, found `public`"
    );
}

#[test]
fn maps_are_merged_by_key_and_lists_replaced() {
    let file = "spec: {ingress: {tags: {a: 1, b: true}, subnets: [v, w]}, gateway: {selector: {istio: a}}}";
    let settings =
        one("--tags b=false,c=d=e --subnets z --set gateway.selector.app=b", &["ISTIO_ALB_TAGS={d: x}"], file);
    let tags = settings.spec.ingress.tags.set().unwrap();
    let tags: Vec<_> = tags.iter().map(|(key, value)| (key, value.as_ref().map(Text::as_str).unwrap())).collect();
    assert_eq!(tags, [("a", "1"), ("b", "false"), ("d", "x"), ("c", "d=e")]);
    assert_eq!(settings.spec.ingress.subnets, Override::Set(vec!["z".to_owned()]));
    let selector = settings.spec.gateway.selector.unwrap();
    assert_eq!(selector.get("istio").map(Text::as_str), Some("a"));
    assert_eq!(selector.get("app").map(Text::as_str), Some("b"));
    let off = one("--set ingress.tags.a=null --set ingress.labels=null", &[], file).spec.ingress;
    assert_eq!(off.tags.set().unwrap().get("a"), Some(&None));
    assert_eq!(off.labels, Override::Off);
}

#[test]
fn a_field_of_a_higher_layer_outranks_an_annotation_of_a_lower_one() {
    let file =
        format!("spec: {{ingress: {{scheme: internal, annotations: {{{SCHEME}: internal, example.com/a: b}}}}}}");
    let annotation = |line: &str, env: &[&str]| {
        let ingress = one(line, env, &file).spec.ingress;
        let annotations = ingress.annotations.unwrap();
        assert!(annotations.get("example.com/a").is_some());
        annotations.get(SCHEME).cloned()
    };
    let text = |word: &str| Some(Some(Text(word.to_owned())));
    assert_eq!(annotation("", &[]), text("internal"));
    assert_eq!(annotation("--scheme internet-facing", &[]), None);
    assert_eq!(annotation("", &["ISTIO_ALB_SCHEME=internet-facing"]), None);
    assert_eq!(annotation("--subnets a,b", &[]), text("internal"));
    // Above the field, the annotation wins.
    let set = format!("--set ingress.annotations.{SCHEME}=internal");
    assert_eq!(annotation(&set, &["ISTIO_ALB_SCHEME=internet-facing"]), text("internal"));
    assert_eq!(
        annotation(&format!("--set ingress.annotations.{SCHEME}=null"), &["ISTIO_ALB_SCHEME=internal"]),
        Some(None)
    );
}

#[test]
fn a_part_that_is_switched_off_outranks_its_annotations() {
    let path = "alb.ingress.kubernetes.io/healthcheck-path";
    let file = format!("spec: {{ingress: {{annotations: {{{path}: /a}}}}}}");
    let ingress = one("--set ingress.healthCheck=null", &[], &file).spec.ingress;
    assert_eq!(ingress.annotations.unwrap().get(path), None);
    assert_eq!(ingress.health_check.path, Override::Off);
}

#[test]
fn a_part_can_be_switched_off_and_partly_on_again() {
    let file = "spec: {ingress: {healthCheck: null, group: null}}";
    let check = one("", &[], file).spec.ingress.health_check;
    assert_eq!((&check.port, &check.success_codes), (&Override::Off, &Override::Off));
    let ingress = one("--set ingress.healthCheck.path=/a --group-name edge", &[], file).spec.ingress;
    assert_eq!(ingress.health_check.path, Override::Set("/a".to_owned()));
    assert_eq!(ingress.health_check.port, Override::Off);
    assert_eq!(ingress.group.name, Override::Set("edge".to_owned()));
    assert_eq!(ingress.group.order, Override::Off);
    let again = one("--set ingress.healthCheck=null", &[], "spec: {ingress: {healthCheck: {path: /b}}}");
    assert_eq!(again.spec.ingress.health_check.path, Override::Off);
}

#[test]
fn strict_is_merged_beside_the_lists_of_findings() {
    let file = "spec: {findings: {strict: false, deny: [ALB024]}}";
    let findings = one("--strict --warn ALB001", &["ISTIO_ALB_ALLOW=ALB006"], file).spec.findings;
    assert_eq!((findings.strict, findings.allow.unwrap().len(), findings.deny.unwrap().len()), (Some(true), 1, 1));
    assert_eq!(one("", &["ISTIO_ALB_STRICT=true"], file).spec.findings.strict, Some(true));
    assert_eq!(one("", &["ISTIO_ALB_TTY=never"], file).spec.findings.strict, Some(false));
}

#[test]
fn findings_are_one_table() {
    let file = "spec: {findings: {allow: [ALB001, ALB006], deny: [ALB024]}}";
    let findings = one("--allow ALB024 --warn ALB001", &["ISTIO_ALB_DENY=ALB030"], file).spec.findings;
    assert_eq!(findings.allow.unwrap(), ["ALB006", "ALB024"]);
    assert_eq!(findings.warn.unwrap(), ["ALB001"]);
    assert_eq!(findings.deny.unwrap(), ["ALB030"]);
    let cleared = one("--set findings.allow=null", &[], file).spec.findings;
    assert_eq!(cleared.allow, None);
    assert_eq!(cleared.deny.unwrap(), ["ALB024"]);
}

#[test]
fn empty_lists_and_parts_say_nothing() {
    let spec = "spec:\n  gateway:\n  service: {keepAnnotations: []}\n  ingress:\n    hosts: []\n    subnets: []\n";
    assert_eq!(one("", &[], spec).spec, Spec { service: types::Service::default(), ..Spec::default() });
    // What takes a list away has to be said.
    let file = "spec: {ingress: {inboundCidrs: [10.0.0.0/8]}}";
    assert_eq!(one("--inbound-cidrs null", &[], file).spec.ingress.inbound_cidrs, Override::Off);
}

#[test]
fn variables_that_kubernetes_sets_for_a_service_of_our_name_are_none_of_ours() {
    let env = [
        "ISTIO_ALB_SERVICE_HOST=10.0.0.1",
        "ISTIO_ALB_SERVICE_PORT=443",
        "ISTIO_ALB_SERVICE_PORT_HTTPS=443",
        "ISTIO_ALB_PORT=tcp://10.0.0.1:443",
        "ISTIO_ALB_PORT_443_TCP=tcp://10.0.0.1:443",
        "ISTIO_ALB_PORT_443_TCP_ADDR=10.0.0.1",
        "ISTIO_ALB_CMP_SERVICE_HOST=10.0.0.1",
        "ISTIO_ALB_CMP_PORT_443_TCP_PROTO=tcp",
        "ISTIO_ALB_TEST_DATA=/data",
    ];
    assert_eq!(one("", &env, "spec: {}").spec, Spec::default());
}

#[test]
fn every_variable_reaches_its_field() {
    for field in fields::FIELDS {
        let value = match field.shape {
            Shape::Switch | Shape::InverseSwitch => "true",
            _ => "null",
        };
        let settings = resolved("", &[&format!("ISTIO_ALB_{}={value}", field.variable())], "");
        let settings = settings.unwrap_or_else(|error| panic!("{}: {error}", field.path));
        assert!(settings[0].origin(field.path).is_some(), "{}", field.path);
    }
    assert!(!one("", &["ISTIO_ALB_NO_CARRY_OVER=true"], "spec: {}").spec.carry_over());
    assert!(one("", &["ISTIO_ALB_NO_CARRY_OVER=false"], "spec: {carryOver: false}").spec.carry_over());
    assert!(!one("--no-carry-over", &[], "spec: {}").spec.carry_over());
    assert!(one("--eks-auto-mode", &[], "spec: {}").spec.eks_auto_mode());
}

fn file(spec: &str) -> String {
    format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\n{spec}")
}

#[test]
fn what_is_said_twice_in_a_layer_must_agree() {
    let error = |line: &str, env: &[&str], spec: &str| {
        let error = resolved(line, env, &file(spec)).unwrap_err();
        assert!(error.help.is_some_and(|help| help.to_string().starts_with("say it once; ")));
        error.message
    };
    let scheme = "spec.ingress.scheme is said twice:";
    assert_eq!(
        error("--scheme internal --set ingress.scheme=internet-facing", &[], "spec: {}"),
        format!("--set: {scheme} `internet-facing`, and `internal` (--scheme)")
    );
    assert_eq!(
        error("--set ingress.scheme=internal --set 'ingress={scheme: null}'", &[], "spec: {}"),
        format!("--set: {scheme} null, and `internal` (--set)")
    );
    assert_eq!(
        error("", &["ISTIO_ALB_SUBNETS=a,b", "ISTIO_ALB_SET=ingress.subnets=[a]"], "spec: {}"),
        "ISTIO_ALB_SET: spec.ingress.subnets is said twice: `[a]`, and `[a, b]` (ISTIO_ALB_SUBNETS)"
    );
    assert_eq!(
        error("--tags a=1 --set ingress.tags.a=2", &[], "spec: {}"),
        "--set: spec.ingress.tags.a is said twice: the number 2, and the number 1 (--tags)"
    );
    assert_eq!(
        error(&format!("--scheme internal --set ingress.annotations.{SCHEME}=internet-facing"), &[], "spec: {}"),
        format!(
            "--set: the annotation {SCHEME} is `internet-facing`, and spec.ingress.scheme, which is the same setting, \
             `internal` (--scheme)"
        )
    );
    for (field, annotation) in [
        ("scheme: null", "scheme: internal"),
        ("scheme: internal", "scheme: null"),
        ("tags: {a: b}", "tags: a=c"),
        ("subnets: [a, b]", "subnets: \"b,a\""),
        ("listenPorts: [{HTTP: 80}]", "listen-ports: '[{\"HTTP\": 81}]'"),
        ("redirectToHttps: false", "ssl-redirect: '443'"),
    ] {
        let spec = format!("spec: {{ingress: {{{field}, annotations: {{alb.ingress.kubernetes.io/{annotation}}}}}}}");
        assert!(error("", &[], &spec).contains("which is the same setting"), "{spec}");
    }
}

#[test]
fn a_finding_is_in_one_list() {
    let error = resolved("--allow ALB006 --set findings.deny=[ALB006]", &[], &file("spec: {}")).unwrap_err();
    assert_eq!(error.message, "--set: `ALB006` is in `deny`, and in `allow`, too (--allow)");
    assert_eq!(error.help.unwrap().to_string(), "leave it in one of the lists");
}

#[test]
fn a_key_of_one_value_is_there_once() {
    let error = |line: &str, env: &[&str]| resolved(line, env, &file("spec: {}")).unwrap_err().message;
    assert_eq!(error("--tags a=b,a=c", &[]), "--tags: the key `a` is in it twice, with `b` and `c`");
    assert_eq!(error("--tags a=b --tags a=c", &[]), "--tags: the key `a` is in it twice, with `b` and `c`");
    assert_eq!(error("", &["ISTIO_ALB_TAGS=a=b, a=c"]), "ISTIO_ALB_TAGS: the key `a` is in it twice, with `b` and `c`");
    let twice = "{scheme: internal, scheme: internet-facing}";
    assert_eq!(
        error("", &[&format!("ISTIO_ALB_SET=ingress={twice}")]),
        format!("ISTIO_ALB_SET: `{twice}`: the key `scheme` is in it twice")
    );
    assert_eq!(
        error("", &["ISTIO_ALB_TAGS={a: b, a: c}"]),
        "ISTIO_ALB_TAGS: `{a: b, a: c}`: the key `a` is in it twice"
    );
    assert!(resolved("--tags a=b --tags a=b", &[], &file("spec: {}")).is_ok());
}

#[test]
fn what_is_said_twice_and_agrees_is_no_error() {
    for line in [
        "--scheme internal --set ingress.scheme=internal",
        "--strict --set findings.strict=true",
        "--allow ALB006 --set findings.allow=[ALB006,ALB001]",
        "--tags a=1 --set ingress.tags.b=2",
        "--set ingress.healthCheck=null --set ingress.healthCheck.path=/a --set ingress.healthCheck.port=traffic-port",
        "--backend-port 443 --set ingress.backendPort=443",
    ] {
        assert!(resolved(line, &[], &file("spec: {}")).is_ok(), "{line}");
    }
    for (field, annotation) in [
        ("scheme: internal", "scheme: internal"),
        ("tags: {a: b, c: d}", "tags: \"c=d, a=b\""),
        ("subnets: [a, b]", "subnets: \"a, b\""),
        ("listenPorts: [{HTTP: 80}]", "listen-ports: '[{\"HTTP\":80}]'"),
        ("redirectToHttps: true", "ssl-redirect: '8443'"),
        ("healthCheck: null", "healthcheck-path: /a"),
    ] {
        let spec = format!("spec: {{ingress: {{{field}, annotations: {{alb.ingress.kubernetes.io/{annotation}}}}}}}");
        assert!(resolved("", &[], &file(&spec)).is_ok(), "{spec}");
    }
}
