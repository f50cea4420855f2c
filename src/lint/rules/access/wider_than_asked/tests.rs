//! Through the filter: what an old load balancer kept closed, and each way that was found to open it.

use crate::finding::Severity;
use crate::lint::testing::{Manifest, configured, working};
use crate::rewrite::rewrite;

const OLD: &str = "service.beta.kubernetes.io/aws-load-balancer";

/// A gateway's Service with annotations and lines of its spec, then more documents.
fn stream(annotations: &[(&str, &str)], spec: &str, more: &str) -> String {
    let annotations: Vec<String> = annotations.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: gw\n  namespace: mesh\n  annotations: {{{}}}\nspec:\n  {spec}\n  \
         ports: [{{name: status-port, port: 15021, targetPort: 15021}}, {{name: http2, port: 80, targetPort: 80}}, \
         {{name: https, port: 443, targetPort: 443}}]\n{more}",
        annotations.join(", ")
    )
}

/// An Ingress for the gateway with annotations.
fn ingress(name: &str, annotations: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  namespace: mesh\n  annotations: \
         {{kubernetes.io/ingress.class: alb, alb.ingress.kubernetes.io/backend-protocol: HTTPS, {annotations}}}\nspec:\n  \
         rules:\n  - http:\n      paths:\n      - path: /member\n        pathType: Prefix\n        backend:\n          service: \
         {{name: gw, port: {{number: 443}}}}\n"
    )
}

/// The class `alb` with parameters.
fn class(spec: &str) -> String {
    format!(
        "---\napiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {{name: alb}}\nspec: {{{spec}}}\n---\n\
         apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: alb}}\nspec: {{controller: \
         ingress.k8s.aws/alb, parameters: {{apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: alb}}}}\n"
    )
}

/// The errors of a run, by id and object.
fn errors(text: &str, spec: &str) -> Vec<String> {
    let rewritten = rewrite(text, &configured(spec)).unwrap_or_else(|error| panic!("{error}\n{text}"));
    rewritten
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| {
            let object = finding.object.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {object}", finding.rule.id)
        })
        .collect()
}

fn internal() -> (String, String) {
    (format!("{OLD}-internal"), "'true'".to_owned())
}

const RANGES: &str = "type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0/8]";
const OURS: &str = "Ingress mesh/common-external-ingress";

#[test]
fn what_the_api_server_would_not_have_read_is_not_lost_with_the_rest() {
    let key = format!("{OLD}-internal");
    let text = stream(&[(&key, "true")], "type: LoadBalancer", "");
    assert_eq!(errors(&text, "{}"), ["ALB064 Service mesh/gw"]);
    let ranges = "service.beta.kubernetes.io/load-balancer-source-ranges";
    let text = stream(&[(ranges, "[10.0.0.0/8]")], "type: LoadBalancer", "");
    assert_eq!(errors(&text, "{}"), ["ALB064 Service mesh/gw"]);
    for spec in ["10.0.0.0/8", "{a: 10.0.0.0/8}", "''"] {
        let spec = format!("type: LoadBalancer\n  loadBalancerSourceRanges: {spec}");
        let text = stream(&[], &spec, "");
        assert_eq!(errors(&text, "{}"), ["ALB027 Service mesh/gw"], "{spec}");
        let ours = [format!("ALB027 {OURS}")];
        assert_eq!(errors(&text, "{carryOver: false}"), ours, "{spec}");
    }
    for spec in ["null", "[]"] {
        let spec = format!("type: LoadBalancer\n  loadBalancerSourceRanges: {spec}");
        assert_eq!(errors(&stream(&[], &spec, ""), "{}"), [""; 0], "{spec}");
    }
}

#[test]
fn who_could_connect_is_kept_or_decided_anew() {
    let lists = format!("{OLD}-security-group-prefix-lists");
    let groups = format!("{OLD}-security-groups");
    let ranges = "service.beta.kubernetes.io/load-balancer-source-ranges";
    let open = "{carryOver: false}";
    let decided = "{carryOver: false, ingress: {inboundCidrs: [0.0.0.0/0]}}";
    let by_groups = "{carryOver: false, ingress: {securityGroups: [sg-2]}}";
    let more = "{ingress: {inboundCidrs: [0.0.0.0/0]}}";
    let no_lists = "{ingress: {annotations: {alb.ingress.kubernetes.io/security-group-prefix-lists: null}}}";
    let no_groups = "{ingress: {securityGroups: null}}";
    for (key, value, spec, is_lost) in [
        (lists.as_str(), "pl-1", "{}", false),
        (&lists, "pl-1", open, true),
        (&lists, "pl-1", no_lists, true),
        (&lists, "pl-1", more, true),
        (&lists, "pl-1", decided, false),
        (&lists, "pl-1", by_groups, false),
        (&lists, "pl-1", "{controllerVersion: '2.7'}", true),
        (&lists, "pl-1", "{controllerVersion: '2.8'}", false),
        (&groups, "sg-1", "{}", false),
        (&groups, "sg-1", open, true),
        (&groups, "sg-1", no_groups, true),
        (&groups, "sg-1", decided, false),
        (&groups, "sg-1", by_groups, false),
        (ranges, "10.0.0.1", open, true),
        (ranges, "10.0.0.1", decided, false),
        (ranges, "10.0.0.0/8", open, true),
        (ranges, "10.0.0.0/8", decided, false),
    ] {
        let found = errors(&stream(&[(key, value)], "type: LoadBalancer", ""), spec);
        // The controller does not know the annotation, which is said as well.
        let is_too_old = spec.contains("2.7").then(|| format!("ALB053 {OURS}"));
        let expected: Vec<String> = is_lost.then(|| format!("ALB027 {OURS}")).into_iter().chain(is_too_old).collect();
        assert_eq!(found, expected, "{key}: {value}, {spec}");
    }
}

#[test]
fn an_ingress_in_the_stream_does_not_decide_for_the_configuration() {
    let (key, value) = internal();
    let text = |ours: &str| stream(&[(&key, &value)], RANGES, &ingress("common-external-ingress", ours));
    let off = "{carryOver: false}";
    let open = "alb.ingress.kubernetes.io/scheme: internet-facing, alb.ingress.kubernetes.io/inbound-cidrs: 10.0.0.0/8";
    assert_eq!(errors(&text(open), "{}"), [""; 0]);
    assert_eq!(errors(&text(open), off), [format!("ALB024 {OURS}")]);
    let all = "alb.ingress.kubernetes.io/scheme: internal, alb.ingress.kubernetes.io/inbound-cidrs: 0.0.0.0/0";
    assert_eq!(errors(&text(all), "{}"), [""; 0]);
    assert_eq!(errors(&text(all), off), [format!("ALB027 {OURS}")]);
    let lists = "alb.ingress.kubernetes.io/security-group-prefix-lists: pl-1";
    assert_eq!(errors(&text(lists), "{}"), [format!("ALB027 {OURS}")]);
}

#[test]
fn internal_in_other_letters_is_not_internet_facing() {
    let (type_of, scheme) = (format!("{OLD}-type"), format!("{OLD}-scheme"));
    for value in ["Internal", "' internal'"] {
        let text = stream(&[(&type_of, "external"), (&scheme, value)], "type: LoadBalancer", "");
        for spec in ["{}", "{carryOver: false}"] {
            assert_eq!(errors(&text, spec), [format!("ALB024 {OURS}")], "{value} {spec}");
        }
    }
}

/// The severities of ALB024 for a Service with these annotations and this spec.
fn scheme_findings(annotations: &[(&str, &str)], service: &str, more: &str, spec: &str) -> Vec<String> {
    let found = rewrite(&stream(annotations, service, more), &configured(spec)).unwrap().findings;
    let found = found.iter().filter(|finding| finding.rule.id == "ALB024");
    found.map(|finding| finding.severity.to_string()).collect()
}

#[test]
fn the_scheme_of_an_nlb_whose_controller_is_not_known_is_not_assumed() {
    let (type_of, scheme, flag) = (format!("{OLD}-type"), format!("{OLD}-scheme"), format!("{OLD}-internal"));
    let (load_balancer, attach) = ("type: LoadBalancer", "{phase: attach}");
    let nlb = (&*type_of, "nlb");
    let has_scheme = "alb.ingress.kubernetes.io/scheme: internet-facing";
    let ours = ingress("common-external-ingress", has_scheme);
    for (annotations, service, more, spec, expected) in [
        (&[nlb][..], load_balancer, "", "{}", &["error"][..]),
        (&[nlb], load_balancer, "", "{carryOver: false}", &["error"]),
        (&[nlb], load_balancer, "", attach, &["error"]),
        (&[nlb], load_balancer, "", "{ingress: {scheme: internal}}", &[]),
        (&[nlb], load_balancer, "", "{ingress: {scheme: internet-facing}}", &[]),
        (&[nlb], load_balancer, "", "{ingress: {scheme: null}}", &["warning"]),
        (&[nlb], load_balancer, &ours, "{}", &[]),
        (&[nlb, (&scheme, "internet-facing")], load_balancer, "", attach, &[]),
        (&[nlb, (&flag, "'false'")], load_balancer, "", attach, &[]),
        (&[nlb], "type: LoadBalancer\n  loadBalancerClass: service.k8s.aws/nlb", "", attach, &[]),
        // No load balancer stands there.
        (&[nlb], "type: NodePort", "", "{}", &["warning"]),
        (&[], "type: ClusterIP", "", attach, &["warning"]),
        // The how-to's case.
        (&[], load_balancer, "", "{}", &["warning"]),
        (&[], load_balancer, "", attach, &["error"]),
        (&[(&flag, "'false'")], load_balancer, "", attach, &[]),
        (&[(&type_of, "external")], load_balancer, "", attach, &[]),
        (&[], "type: LoadBalancer\n  loadBalancerClass: example.com/other", "", attach, &["error"]),
    ] {
        assert_eq!(scheme_findings(annotations, service, more, spec), expected, "{annotations:?} {service} {spec}");
    }
}

#[test]
fn an_internal_gateway_is_not_opened_without_a_word() {
    let (key, value) = internal();
    let told = |more: &str, spec: &str| {
        let text = stream(&[(&key, &value)], "type: LoadBalancer", more);
        let found = rewrite(&text, &configured(spec)).unwrap().findings;
        let found = found.iter().filter(|finding| finding.rule.id == "ALB024");
        found.map(|finding| finding.severity.to_string()).collect::<Vec<_>>()
    };
    let front = "{ingress: {annotations: {alb.ingress.kubernetes.io/enable-frontend-nlb: 'true', \
                 alb.ingress.kubernetes.io/frontend-nlb-scheme: internet-facing}}}";
    for (spec, expected) in [
        ("{}", None),
        ("{carryOver: false}", Some("error")),
        ("{ingress: {scheme: internet-facing}}", Some("warning")),
        ("{ingress: {scheme: internal}}", None),
        // Decided twice.
        ("{carryOver: false, ingress: {scheme: internet-facing}}", None),
        (front, Some("warning")),
    ] {
        assert_eq!(told("", spec), Vec::from_iter(expected), "{spec}");
    }
}

#[test]
fn parameters_of_the_class_do_not_open_the_alb() {
    let (key, value) = internal();
    for (params, expected) in [
        ("scheme: internal", None),
        ("inboundCIDRs: [10.0.0.0/8]", None),
        ("scheme: internet-facing", Some("ALB024")),
        ("inboundCIDRs: [0.0.0.0/0]", Some("ALB027")),
        ("prefixListsIDs: [pl-1]", Some("ALB027")),
    ] {
        let text = stream(&[(&key, &value)], RANGES, &class(params));
        let expected: Vec<String> = expected.map(|id| format!("{id} IngressClassParams alb")).into_iter().collect();
        let found = errors(&text, "{ingress: {classAs: field}}");
        assert_eq!(found, expected, "{params}");
        assert_eq!(errors(&text, "{}"), [""; 0], "by annotation: {params}");
    }
}

#[test]
fn a_class_of_the_other_controllers_is_not_taken_for_judged() {
    let (key, value) = internal();
    let ours = class("scheme: internal");
    let auto = ours.replace("ingress.k8s.aws/alb", "eks.amazonaws.com/alb");
    for (classes, spec) in [(&ours, "{eksAutoMode: true}"), (&auto, "{ingress: {classAs: field}}")] {
        let text = stream(&[(&key, &value)], RANGES, classes);
        assert_eq!(errors(&text, spec), [format!("ALB086 {OURS}")], "{spec}");
    }
}

#[test]
fn members_of_the_group_do_not_open_the_alb() {
    let (key, value) = internal();
    let front = "alb.ingress.kubernetes.io/enable-frontend-nlb: 'true', \
                 alb.ingress.kubernetes.io/frontend-nlb-scheme: internet-facing";
    let scheme = "alb.ingress.kubernetes.io/scheme: internet-facing";
    let lists = "alb.ingress.kubernetes.io/security-group-prefix-lists: pl-1";
    for (annotations, ours, expected) in [
        ("alb.ingress.kubernetes.io/target-type: instance", "", None),
        (front, "", Some("ALB024")),
        (scheme, ", scheme: null", Some("ALB024")),
        (lists, "", Some("ALB027")),
    ] {
        let group = format!("alb.ingress.kubernetes.io/group.name: edge, {annotations}");
        let text = stream(&[(&key, &value)], RANGES, &ingress("member", &group));
        let spec = format!("{{ingress: {{group: {{name: edge, order: 900}}{ours}}}}}");
        let expected: Vec<String> = expected.map(|id| format!("{id} Ingress mesh/member")).into_iter().collect();
        assert_eq!(errors(&text, &spec), expected, "{annotations}");
    }
}

#[test]
fn each_gateway_is_judged_by_its_own_controller() {
    let lists = format!("{OLD}-security-group-prefix-lists");
    let one = stream(&[(&lists, "pl-1")], "type: LoadBalancer", "");
    let two = one.replace("name: gw\n", "name: other\n");
    let documents =
        ["{gateway: {name: gw}}", "{gateway: {name: other}, controllerVersion: '2.7', ingress: {name: other}}"];
    let settings: Vec<_> = documents.into_iter().flat_map(configured).collect();
    let text = format!("{one}---\n{two}");
    let rewritten = rewrite(&text, &settings).unwrap();
    let refused = rewritten.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let refused: Vec<_> =
        refused.map(|finding| format!("{} {}", finding.rule.id, finding.object.as_ref().unwrap())).collect();
    assert_eq!(refused, ["ALB027 Ingress mesh/other", "ALB053 Ingress mesh/other"]);
}

#[test]
fn a_kept_annotation_does_not_change_the_scheme_in_the_second_run() {
    let (type_of, scheme) = (format!("{OLD}-type"), format!("{OLD}-scheme"));
    let keep = format!("{{service: {{keepAnnotations: [{type_of}]}}}}");
    for (kind, said) in [("nlb", "internal"), ("external", "internal"), ("external", "internet-facing")] {
        let text = stream(&[(&type_of, kind), (&scheme, said)], "type: LoadBalancer", "");
        let first = rewrite(&text, &configured(&keep)).unwrap().text();
        assert!(first.contains(&format!("scheme: {said}")), "{kind} {said}");
        assert_eq!(rewrite(&first, &configured(&keep)).unwrap().text(), first, "{kind} {said}");
        assert_eq!(errors(&first, &keep), [""; 0], "{kind} {said}");
    }
    // While the old load balancer is there, its default counts.
    let open = ingress("common-external-ingress", "alb.ingress.kubernetes.io/scheme: internet-facing");
    let text = stream(&[(&type_of, "external")], "type: LoadBalancer", &open);
    assert!(rewrite(&text, &configured("{}")).unwrap().text().contains("scheme: internal"));
}

#[test]
fn an_ingress_in_the_stream_stands_for_an_allow_list_that_is_gone() {
    let said = |ours: &str, spec: &str| {
        let text = stream(&[], "type: NodePort", &ingress("common-external-ingress", ours));
        let found = rewrite(&text, &configured(spec)).unwrap().findings;
        let found = found.iter().filter(|finding| ["ALB027", "ALB064"].contains(&finding.rule.id));
        found.map(|finding| format!("{} {}", finding.severity, finding.rule.id)).collect::<Vec<_>>()
    };
    let inbound = "alb.ingress.kubernetes.io/inbound-cidrs: '10.0.0.0/8,11.0.0.0/8'";
    let groups = "alb.ingress.kubernetes.io/security-groups: sg-1";
    for (ours, spec, expected) in [
        (inbound, "{}", None),
        (inbound, "{ingress: {inboundCidrs: [10.0.0.0/8]}}", None),
        (inbound, "{ingress: {inboundCidrs: null}}", Some("warning ALB027")),
        (inbound, "{ingress: {inboundCidrs: [0.0.0.0/0]}}", Some("warning ALB027")),
        (groups, "{}", None),
        (groups, "{ingress: {securityGroups: [sg-2]}}", None),
        (groups, "{ingress: {securityGroups: null}}", Some("warning ALB027")),
        // The API server does not read it, and without it the Ingress would be open.
        ("alb.ingress.kubernetes.io/inbound-cidrs: [10.0.0.0/8]", "{}", Some("error ALB064")),
    ] {
        assert_eq!(said(ours, spec), Vec::from_iter(expected), "{ours} {spec}");
    }
}

#[test]
fn an_ingress_of_an_old_version_is_not_emptied() {
    let old = ingress("common-external-ingress", "").replace("k8s.io/v1\n", "k8s.io/v1beta1\n");
    let text = stream(&[], "type: NodePort", &old);
    let error = rewrite(&text, &configured("{}")).unwrap_err();
    assert!(error.message.contains("networking.k8s.io/v1beta1"), "{error}");
    assert!(error.place.is_some() && error.help.is_some());
}

#[test]
fn an_alb_that_is_more_open_than_its_ingress_as_it_stands() {
    let closed = working().set("scheme", "internal");
    let list = working().set("inbound-cidrs", "10.0.0.0/8");
    let says = |manifest: Manifest, id: &str| -> Vec<String> {
        let found = manifest.findings();
        found
            .into_iter()
            .filter(|line| line.contains(id))
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(says(closed.clone().class_params("{scheme: internet-facing}"), "ALB024"), ["error"]);
    assert_eq!(says(closed.class_params("{scheme: internal}"), "ALB024"), none);
    assert_eq!(says(list.clone().class_params("{inboundCIDRs: [0.0.0.0/0]}"), "ALB027"), ["error"]);
    assert_eq!(says(list.clone().class_params("{scheme: internal, inboundCIDRs: [0.0.0.0/0]}"), "ALB027"), ["warning"]);
    assert_eq!(says(list.clone().class_params("{inboundCIDRs: [10.0.0.0/8]}"), "ALB027"), none);
    assert_eq!(says(list.class_params("{inboundCIDRs: [10.1.0.0/16]}"), "ALB027"), none);
}
