//! The filter as a function of its arguments: what is read, what is refused, what passes.

use super::testing::{ingress, named, settings};
use super::*;
use k8s_openapi::api::networking::v1::Ingress;
use manifest_yaml::readings;
use serde::Deserialize;

fn fixture(path: &str) -> String {
    std::fs::read_to_string(format!("{}/chart-fixtures/cases/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn refused(spec: &str, stream: &str) -> Error {
    rewrite(stream, &settings(spec)).unwrap_err()
}

/// What was parsed while a stream was rewritten.
fn parsed(text: &str) -> usize {
    parsed_by("", text)
}

fn parsed_by(spec: &str, text: &str) -> usize {
    let settings = settings(spec);
    let before = readings();
    let rewritten = rewrite(text, &settings).unwrap();
    let parsed = readings() - before;
    assert!(rewritten.findings.iter().any(|finding| finding.place.is_some()), "a finding was located");
    parsed
}

#[test]
fn a_document_is_parsed_once_and_so_is_what_becomes_of_it() {
    let input = &fixture("helm3-default/input.yaml");
    // The Service, the Service as it was edited, and the Ingress that is added.
    assert_eq!(parsed(input), 3);
    let again = &fixture("helm3-default/output.yaml");
    // The Service and the Ingress of the stream: neither changes.
    assert_eq!(parsed(again), 2);
}

const GATEWAY: &str = "\
apiVersion: v1
kind: Service
metadata: {name: gw, namespace: edge}
spec:
  ports:
  - {name: status-port, port: 15021, targetPort: 15021, protocol: TCP}
  - {name: http2, port: 80, targetPort: 80, protocol: TCP}
  - {name: https, port: 443, targetPort: 443, protocol: TCP}
  type: LoadBalancer
";

const INTERNAL: &str = "ingress: {scheme: internal}";

/// A line break that is missing at the end of what is left is added, and no second one.
#[test]
fn the_ingress_begins_on_a_line_of_its_own() {
    for (end, left) in [("", ""), ("  loadBalancerIP: 10.0.0.1", ""), ("  externalName: a", "  externalName: a\n")] {
        let stream = format!("{GATEWAY}{end}");
        let settings = settings(INTERNAL);
        let text = rewrite(&stream, &settings).unwrap().text();
        let service = GATEWAY.replace("LoadBalancer", "NodePort") + left + "---\n";
        assert!(text.starts_with(&service), "{text}");
    }
}

#[test]
fn what_cannot_be_edited_is_told_by_line_and_column() {
    let aliased = GATEWAY.replace("type: LoadBalancer", "type:  &t LoadBalancer\n  externalName: *t");
    for before in ["", "# a comment\n---\n", "kind: ConfigMap\n---\n"] {
        let place = refused(INTERNAL, &format!("{before}{aliased}")).place.unwrap();
        assert_eq!((place.line, place.column), (before.lines().count() + 9, 10), "{before}");
    }
}

#[test]
fn a_document_that_is_no_yaml_is_named_where_the_gateway_may_be_in_it() {
    let gateway_api = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nspec: {gatewayClassName: istio\n";
    let service = "kind: Service\nspec: {a: [\n";
    let hidden = "what looks like the gateway can't be read: ";
    let beside = "no gateway Service found, and this document can't be read: ";
    let missing = "no gateway Service found: the stream holds no Service";
    for (spec, broken, begins) in [
        ("", service.to_owned(), beside),
        ("", service.replace("a:", "status-port:"), hidden),
        ("", service.replace("a:", "15021:"), hidden),
        ("gateway: {name: edge}", service.replace("a:", "edge:"), hidden),
        ("gateway: {name: edge}", service.replace("a:", "shop:"), beside),
        ("", "kind: ConfigMap\nstatus-port: [\n".to_owned(), beside),
        // All three make a Gateway of the Gateway API.
        ("", gateway_api.to_owned(), hidden),
        ("", gateway_api.replace("gateway.networking.k8s.io", "networking.istio.io"), beside),
        ("", gateway_api.replace("gatewayClassName", "className"), beside),
        ("", gateway_api.replace("kind: Gateway", "kind: GatewayClass"), beside),
        // A Service that can be read is looked at first.
        ("", format!("{service}---\nkind: ConfigMap\nmetadata: {{name: a}}\n"), beside),
        ("", format!("{service}---\nkind: Service\nmetadata: {{name: a}}\n"), missing),
    ] {
        let message = refused(spec, &broken).message;
        assert!(message.starts_with(begins), "{broken}{message}");
    }
}

#[test]
fn a_stream_that_passes_has_its_objects_and_what_is_not_judged() {
    let stream = "kind: Service\nmetadata: {name: shop}\n---\nkind: Ingress\nspec: [\n";
    let passed = rewrite(stream, &settings("gateway: {ifMissing: pass}")).unwrap();
    assert_eq!(passed.text(), stream);
    assert_eq!(passed.objects.iter().map(Object::name).collect::<Vec<_>>(), ["shop"]);
    assert_eq!(passed.not_judged.len(), 1);
}

/// The form that the other half of the program looks at is the one that is printed.
#[test]
fn the_ingress_as_kubernetes_type_is_the_one_that_is_printed() {
    let spec = "ingress: {scheme: internal, labels: {team: edge}, annotations: {example.com/x: z}}";
    let rewritten = rewrite(GATEWAY, &settings(spec)).unwrap();
    let built = &rewritten.gateways[0].ingress;
    assert_eq!(Ingress::deserialize(&built.value).unwrap(), built.ingress);
}

#[test]
fn the_class_is_a_field_where_it_must_be_or_was_one() {
    let there = |annotations: &str, field: &str| {
        let spec = format!("{field}defaultBackend: {{service: {{name: gw, port: {{number: 443}}}}}}");
        format!("{GATEWAY}{}", ingress(annotations, &spec))
    };
    let annotation = "kubernetes.io/ingress.class: own";
    let auto = "eksAutoMode: true, ingress: {scheme: internal}";
    for (spec, stream, expected) in [
        (INTERNAL, GATEWAY.to_owned(), (Some("alb"), None)),
        (auto, GATEWAY.to_owned(), (None, Some("alb"))),
        (INTERNAL, there("", "ingressClassName: own, "), (None, Some("own"))),
        ("ingress: {scheme: internal, className: other}", there("", "ingressClassName: own, "), (None, Some("other"))),
        (INTERNAL, there(annotation, ""), (Some("own"), None)),
        (INTERNAL, there("", ""), (Some("alb"), None)),
    ] {
        let rewritten = rewrite(&stream, &settings(spec)).unwrap();
        let built = &rewritten.gateways[0].ingress.value;
        let annotation = built["metadata"]["annotations"]["kubernetes.io/ingress.class"].as_str();
        assert_eq!((annotation, built["spec"]["ingressClassName"].as_str()), expected, "{stream}");
    }
}

#[test]
fn the_ingress_has_the_line_breaks_of_the_stream() {
    let stream = format!("kind: ConfigMap\r\n---\n{GATEWAY}");
    let text = rewrite(&stream, &settings(INTERNAL)).unwrap().text();
    let (_, ingress) = text.rsplit_once("---").unwrap();
    assert_eq!(ingress.matches('\n').count(), ingress.matches("\r\n").count(), "{ingress}");
}

const FLUX: &str = "placeholders: flux, ingress: {scheme: internal, certificateArns: ['${CERTIFICATE}'], annotations: \
                    {example.com/price: 5 $$ or less}}";

#[test]
fn the_filter_understands_placeholders_in_its_own_ingress() {
    let first = rewrite(GATEWAY, &settings(FLUX)).unwrap().text();
    assert_eq!(rewrite(&first, &settings(FLUX)).unwrap().text(), first);
    // In the form that stays text, also where the configuration says it no more.
    assert!(first.contains(&*variables::protect("${CERTIFICATE}")), "{first}");
    let without = settings(&FLUX.replace("certificateArns: ['${CERTIFICATE}'], ", ""));
    assert_eq!(rewrite(&first, &without).unwrap().text(), first);
}

/// An allow-list that Flux fills in is the same in the Ingress that is there.
#[test]
fn placeholders_of_an_earlier_run_are_compared_as_they_were_meant() {
    let spec = "placeholders: flux, ingress: {scheme: internal, inboundCidrs: ['${CIDR}']}";
    let first = rewrite(GATEWAY, &settings(spec)).unwrap().text();
    let again = rewrite(&first, &settings(spec)).unwrap();
    assert_eq!(again.findings.iter().filter(|finding| finding.rule.id == "ALB027").count(), 0, "{:?}", again.findings);
    let other = spec.replace("'${CIDR}'", "'${CIDR}', '${MORE}'");
    let opened = rewrite(&first, &settings(&other)).unwrap().findings;
    let message = "by the Ingress in the stream ${CIDR} may connect, and the ALB is to let in ${CIDR},${MORE}";
    assert!(opened.iter().any(|finding| finding.message == message), "{opened:?}");
}

/// What Flux makes of our Ingress is what was configured; of other objects it is told.
#[test]
fn text_that_flux_changes_is_told_of_what_is_not_ours() {
    for (other, told) in [
        ("", 0),
        ("---\nkind: ConfigMap\nmetadata: {name: common-external-ingress}\ndata: {a: 5 $$}\n", 1),
        ("---\nkind: Ingress\nmetadata: {name: other, namespace: edge}\nspec: {a: 5 $$}\n", 1),
    ] {
        let stream = format!("{GATEWAY}{other}");
        let findings = rewrite(&stream, &settings(FLUX)).unwrap().findings;
        assert_eq!(findings.iter().filter(|finding| finding.rule.id == "ALB110").count(), told, "{other}");
    }
}

/// By hand somebody wrote an annotation into the Ingress: Flux makes the same of it as before.
#[test]
fn text_of_the_ingress_that_is_there_stays_what_flux_makes_of_it() {
    let ingress = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: common-external-ingress\n  namespace: edge\n  \
                   annotations:\n    example.com/note: \"6 $$ or more\"\n";
    let text = rewrite(&format!("{GATEWAY}{ingress}"), &settings(FLUX)).unwrap().text();
    assert!(text.contains("example.com/note: \"6 $$ or more\"\n"), "{text}");
}

#[test]
fn a_gateway_that_passes_beside_a_missing_one_is_told() {
    let told = |settings: &[Settings], stream: &str| -> Vec<String> {
        let messages = rewrite(stream, settings).unwrap().findings.into_iter().map(|finding| finding.message);
        messages.filter(|message| message.contains("passes")).collect()
    };
    let missing = settings("gateway: {name: other, ifMissing: pass}");
    assert_eq!(told(&missing, GATEWAY), ["no Service other found, and edge/gw is a gateway: it passes unchanged"]);
    assert_eq!(told(&settings("gateway: {ifMissing: pass}"), "kind: Service\nmetadata: {name: shop}\n"), [""; 0]);
    // One that must be there is missed also beside another.
    let must =
        [settings("gateway: {name: gw}, ingress: {scheme: internal}"), settings("gateway: {name: other}")].concat();
    assert!(rewrite(GATEWAY, &must).unwrap_err().message.contains("no Service other found"));
    // One that another document configures does not pass.
    let both = [missing, settings("gateway: {name: gw}, ingress: {scheme: internal}")].concat();
    assert_eq!(told(&both, GATEWAY), [""; 0]);
}

#[test]
fn what_the_old_load_balancer_was_told_is_read_as_configured() {
    let told = |id: &str, annotation: &str, spec: &str| -> Vec<String> {
        let metadata = format!("namespace: edge, annotations: {{service.beta.kubernetes.io/{annotation}}}");
        let stream = GATEWAY.replace("namespace: edge", &metadata);
        let findings = rewrite(&stream, &settings(spec)).unwrap().findings;
        findings.into_iter().filter(|finding| finding.rule.id == id).map(|finding| finding.message).collect()
    };
    for (kept, count) in [("type", 0), ("name", 1)] {
        let spec =
            format!("service: {{keepAnnotations: [service.beta.kubernetes.io/aws-load-balancer-{kept}]}}, {INTERNAL}");
        assert_eq!(told("ALB034", "aws-load-balancer-type: nlb", &spec).len(), count, "{kept}");
    }
    for (port, number) in [("", 443), (", backendPort: https", 443), (", backendPort: 80", 80)] {
        let spec = format!("ingress: {{scheme: internal{port}}}");
        let messages = told("ALB096", "aws-load-balancer-backend-protocol: tcp", &spec);
        assert!(messages[0].contains(&format!("speaks to port {number} by what is usual")), "{messages:?}");
    }
}

/// Pods are read only where they decide something.
#[test]
fn what_makes_the_pods_of_a_gateway_matter() {
    let asks = |stream: &str| {
        let settings = settings("");
        let objects = object::read(&Stream::split(stream), &lint::KINDS).objects;
        asks_for_pods(stream, &objects, &[(&settings[0], 0)])
    };
    for (stream, expected) in [
        (GATEWAY.to_owned(), false),
        (GATEWAY.replace(", targetPort: 443", ""), false),
        (GATEWAY.replace("targetPort: 443", "targetPort: 8443"), true),
        (GATEWAY.replace("targetPort: 443", "targetPort: https"), true),
        (GATEWAY.replace("port: 443, targetPort: 443", "port: 8443"), true),
        (format!("{GATEWAY}---\napiVersion: networking.istio.io/v1\nkind: Gateway\n"), true),
        (format!("{GATEWAY}---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"), true),
        (format!("{GATEWAY}---\napiVersion: networking.istio.io/v1\nkind: VirtualService\n"), false),
        (format!("{GATEWAY}---\nkind: Deployment\nspec: {{{UNPRIVILEGED}: 0}}\n"), true),
    ] {
        assert_eq!(asks(&stream), expected, "{stream}");
    }
}

/// What is changed is parsed once, and what it becomes once; also the Ingress of an earlier run and a Gateway of the Gateway API.
#[test]
fn what_changes_is_not_parsed_again_for_it() {
    let ours = ingress("", "defaultBackend: {service: {name: gw, port: {number: 80}}}");
    assert_eq!(parsed(&format!("{GATEWAY}{ours}")), 4);
    let api = &fixture("helm3-gateway-api/input.yaml");
    assert_eq!(parsed(api), 3);
    let named = GATEWAY.replace("status-port", "status").replace("15021", "15022");
    assert_eq!(parsed_by("gateway: {name: gw}, ingress: {healthCheck: {port: traffic-port}}", &named), 3);
}

#[test]
fn keys_that_stand_twice_in_the_gateway_are_told() {
    let told = |stream: &str| -> Vec<String> {
        let findings = rewrite(stream, &settings(INTERNAL)).unwrap().findings;
        let twice = findings.into_iter().filter(|finding| finding.rule.id == "ALB103");
        twice.map(|finding| finding.field.unwrap_or_default()).collect()
    };
    let labelled = |labels: &str| GATEWAY.replace("namespace: edge", &format!("namespace: edge, labels: {{{labels}}}"));
    assert_eq!(told(&labelled("a: b, c: d")), [""; 0]);
    assert_eq!(told(&labelled("a: b, a: d")), ["/metadata/labels/a"]);
    let indented =
        |text: &str| text.lines().map(|line| format!("  {line}\n")).collect::<String>().replacen("  ", "- ", 1);
    let list = |first: &str| format!("kind: List\nitems:\n{}{}", indented(first), indented(&labelled("a: b, a: d")));
    assert_eq!(told(&list("kind: ConfigMap\ndata: {x: 1, x: 2}\n")), ["/metadata/labels/a"]);
}

#[test]
fn two_gateways_of_one_ingress_are_refused() {
    let document = |name: &str, spec: &str| {
        let metadata = if name.is_empty() { String::new() } else { format!("metadata: {{name: {name}}}, ") };
        named(&metadata, spec).remove(0)
    };
    let (gw, web) = ("gateway: {name: gw}", "gateway: {name: web}");
    let stream = format!("{GATEWAY}---\n{}", GATEWAY.replace("name: gw", "name: web"));
    let result = |one: Settings, two: Settings| match rewrite(&stream, &[one, two]) {
        Ok(rewritten) => rewritten.gateways.len().to_string(),
        Err(error) => error.message,
    };
    let named = |spec: &str, ingress: &str| format!("{spec}, ingress: {{scheme: internal, name: {ingress}}}");
    assert_eq!(
        result(document("one", gw), document("", web)),
        "configuration \"one\" and a configuration document without a name would both make the Ingress common-external-ingress, for \
         the Services edge/gw and edge/web"
    );
    assert_eq!(result(document("one", &named(gw, "a")), document("two", &named(web, "b"))), "2");
    let drops =
        format!("{}, service: {{type: ClusterIP}}", named(gw, "b").replace("internal,", "internal, targetType: ip,"));
    assert_eq!(
        result(document("one", &named(gw, "a")), document("two", &drops)),
        "configuration \"one\" and configuration \"two\" want the Service edge/gw to be different things"
    );
    assert_eq!(result(document("one", &named(gw, "a")), document("two", &named(gw, "b"))), "2");
}

/// A list that is lost is reported once, and one without effect is reported where nothing was lost.
#[test]
fn a_list_beside_security_groups_is_told_once() {
    let ids = |annotations: &str, ingress: &str| -> Vec<&'static str> {
        let metadata = format!("namespace: edge, annotations: {{{annotations}}}");
        let stream = GATEWAY.replace("namespace: edge", &metadata);
        let spec = format!("ingress: {{scheme: internal, securityGroups: [sg-1]{ingress}}}");
        let findings = rewrite(&stream, &settings(&spec)).unwrap().findings;
        let ids = findings.into_iter().map(|finding| finding.rule.id);
        ids.filter(|id| ["ALB025", "ALB027"].contains(id)).collect()
    };
    assert_eq!(ids("service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8", ""), ["ALB027"]);
    assert_eq!(ids("", ", inboundCidrs: [10.0.0.0/8]"), ["ALB025"]);
}

/// What is added has a place of its own, behind all that is there.
#[test]
fn the_ingress_is_the_last_document() {
    let rewritten = rewrite(GATEWAY, &settings(INTERNAL)).unwrap();
    let ingress = rewritten.objects.last().unwrap();
    assert_eq!((ingress.kind(), ingress.document, ingress.place.document), ("Ingress", 1, 2));
}

/// A list of a KRM function, or one that is all of a JSON stream, gets the Ingress as an item; beside other lists it is a document.
#[test]
fn the_ingress_goes_into_the_list_where_the_list_is_the_stream() {
    let indented: String = GATEWAY.lines().map(|line| format!("  {line}\n")).collect();
    let items = |kind: &str| format!("apiVersion: v1\nkind: {kind}\nitems:\n{}", indented.replacen("  ", "- ", 1));
    let documents = |stream: &str| {
        let text = rewrite(stream, &settings(INTERNAL)).unwrap().text();
        Stream::split(&text).documents.len()
    };
    let json = serde_json::to_string(&object::read(&Stream::split(GATEWAY), &["Service"]).objects[0].value).unwrap();
    for (stream, expected) in [
        (items("ResourceList"), 1),
        (items("List"), 2),
        (format!("{{\"kind\": \"List\", \"items\": [{json}]}}"), 1),
        (format!("{{\"kind\": \"List\", \"items\": [{json}]}}\n---\nkind: ConfigMap\n"), 3),
        (json, 2),
    ] {
        assert_eq!(documents(&stream), expected, "{stream}");
    }
}

/// What the parameters of a class set cannot be taken back in one Gateway.
#[test]
fn a_service_that_istiod_would_make_otherwise_is_refused() {
    let gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: public, namespace: edge}\nspec:\n  \
                   gatewayClassName: istio\n  listeners:\n  - {name: https, port: 443, protocol: HTTPS}\n";
    let defaults = |labels: &str, service: &str| {
        format!(
            "{gateway}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: defaults, namespace: istio-system, labels: \
             {{{labels}}}}}\ndata:\n  service: |\n    {service}\n"
        )
    };
    let class = "gateway.istio.io/defaults-for-class: istio";
    let refused_for = |stream: &str| match rewrite(stream, &settings(INTERNAL)) {
        Ok(_) => String::new(),
        Err(error) => error.message,
    };
    let differs = |in_what: &str| {
        format!(
            "istiod would not make the Service public-istio as it has to be from the changed Gateway edge/public: it differs in \
             {in_what}"
        )
    };
    for (service, in_what) in [
        ("spec: {type: LoadBalancer}", "type"),
        ("spec: {loadBalancerClass: service.k8s.aws/nlb}", "loadBalancerClass"),
        ("spec: {loadBalancerSourceRanges: [10.0.0.0/8]}", "loadBalancerSourceRanges"),
        ("metadata: {annotations: {service.beta.kubernetes.io/aws-load-balancer-type: external}}", "annotations"),
        ("metadata: {annotations: {example.com/a: b}}", ""),
        ("spec: {type: NodePort}", ""),
    ] {
        let expected = if in_what.is_empty() { String::new() } else { differs(in_what) };
        assert_eq!(refused_for(&defaults(class, service)), expected, "{service}");
        assert_eq!(refused_for(&defaults("a: b", service)), "", "{service}");
    }
}

#[test]
fn the_ingress_is_printed_as_its_neighbour_is() {
    let json = r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "gw"}, "spec": {"type": "NodePort", "ports": [
        {"name": "https", "port": 443}, {"name": "status-port", "port": 15021}]}}"#;
    let flow = json.replace('"', "");
    for (stream, kind) in [(GATEWAY, "\nkind: Ingress\n"), (&*flow, "kind: Ingress"), (json, "\"kind\": \"Ingress\"")] {
        let text = rewrite(stream, &settings(INTERNAL)).unwrap().text();
        assert!(text.contains(kind), "{text}");
    }
}

#[test]
fn ids_of_warnings_stand_on_the_ingress_of_their_gateway() {
    let noted = |spec: [&str; 2]| -> Vec<Option<String>> {
        let one = format!("gateway: {{name: gw}}, ingress: {{scheme: internal, name: a}}, findings: {{{}}}", spec[0]);
        let two = format!("gateway: {{name: web}}, ingress: {{scheme: internal, name: b}}, findings: {{{}}}", spec[1]);
        let extra = GATEWAY.replace("name: gw", "name: web") + "  externalIPs: [192.0.2.1]\n";
        let stream = format!("{GATEWAY}---\n{extra}");
        let all = [settings(&one), settings(&two)].concat();
        let gateways = rewrite(&stream, &all).unwrap().gateways.into_iter();
        let annotation =
            |value: &Value| value["metadata"]["annotations"]["istio-alb.dev/findings"].as_str().map(str::to_owned);
        gateways.map(|gateway| annotation(&gateway.ingress.value)).collect()
    };
    let annotate = "annotate: true";
    assert_eq!(noted(["", ""]), [None, None]);
    let ids = |ids: &str| Some(ids.to_owned());
    assert_eq!(noted([annotate, annotate]), [ids("ALB006"), ids("ALB006,ALB093")]);
    assert_eq!(noted([annotate, ""]), [ids("ALB006"), None]);
}

#[test]
fn the_origin_of_a_setting_in_words() {
    use crate::rewrite::origins::Origin;
    assert_eq!(Origin::CarriedOver(Vec::new()).to_string(), "carried over: as the old load balancer was");
    let from = ["a", "b"].map(str::to_owned).to_vec();
    assert_eq!(Origin::CarriedOver(from).to_string(), "carried over from a and b of the Service");
}

#[test]
fn a_gateway_whose_annotations_do_not_change_gets_none() {
    let gateway = |infrastructure: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: public, namespace: edge}}\nspec:\n  \
             gatewayClassName: istio\n  infrastructure: {{{infrastructure}}}\n  listeners:\n  - {{name: https, port: 443, protocol: \
             HTTPS}}\n"
        )
    };
    let of = |infrastructure: &str| {
        rewrite(&gateway(infrastructure), &settings(INTERNAL)).unwrap().text().contains(gateway_api::PLACEHOLDER)
    };
    let nlb = "service.beta.kubernetes.io/aws-load-balancer-type: external";
    assert!(!of("labels: {a: b}"));
    assert!(!of("annotations: {}"));
    assert!(!of(&format!("annotations: {{{nlb}, example.com/a: b}}")));
    assert!(of(&format!("annotations: {{{nlb}}}")));
}

/// Releases before v2.2 know no `ssl-redirect`: an action redirects, and needs a rule that leads to it.
#[test]
fn an_action_redirects_where_the_controller_knows_no_other_way() {
    let leads_to_an_action = |spec: &str| {
        let certificate =
            "certificateArns: ['arn:aws:acm:eu-west-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0']";
        let spec = spec.replace("CERTIFICATE", certificate);
        let rewritten = rewrite(GATEWAY, &settings(&spec)).unwrap();
        rewritten.gateways[0].ingress.value["spec"]["rules"].to_string().contains("use-annotation")
    };
    let action = "annotations: {alb.ingress.kubernetes.io/actions.ssl-redirect: '{\"type\": \"redirect\", \"redirectConfig\": \
                  {\"protocol\": \"HTTPS\", \"port\": \"443\", \"statusCode\": \"HTTP_301\"}}'}";
    for (spec, expected) in [
        ("controllerVersion: v2.1.3, ingress: {scheme: internal, CERTIFICATE}", true),
        ("controllerVersion: v2.1.3, ingress: {scheme: internal}", false),
        ("ingress: {scheme: internal, CERTIFICATE}", false),
        ("ingress: {scheme: internal, CERTIFICATE, redirectToHttps: {via: action}}", true),
        (&format!("ingress: {{scheme: internal, CERTIFICATE, {action}}}"), false),
    ] {
        assert_eq!(leads_to_an_action(spec), expected, "{spec}");
    }
}

/// What the API server would have refused is told where it is taken out.
#[test]
fn an_annotation_that_is_no_text_is_told_when_it_goes() {
    let told = |phase: &str| {
        let metadata = "namespace: edge, annotations: {service.beta.kubernetes.io/aws-load-balancer-internal: true}";
        let stream = GATEWAY.replace("namespace: edge", metadata);
        let findings = rewrite(&stream, &settings(&format!("phase: {phase}, {INTERNAL}"))).unwrap().findings;
        let of_service =
            findings.iter().filter(|finding| finding.object.as_ref().is_some_and(|object| object.kind == "Service"));
        of_service
            .filter(|finding| finding.field.as_ref().is_some_and(|field| field.contains("load-balancer-internal")))
            .count()
    };
    assert_eq!((told("cutover"), told("attach")), (1, 1));
}

/// What the rules see is the Gateway of the output.
#[test]
fn a_changed_gateway_is_among_the_objects() {
    let api = &fixture("helm3-gateway-api/input.yaml");
    let rewritten = rewrite(api, &settings(INTERNAL)).unwrap();
    let gateway = rewritten.objects.iter().find(|object| object.kind() == "Gateway").unwrap();
    assert_eq!(gateway.annotation(gateway_api::SERVICE_TYPE), Some("NodePort"));
}

#[test]
fn node_ports_of_a_made_service_go_into_its_parameters() {
    let stream = |parameters: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: public, namespace: edge}}\nspec:\n  \
             gatewayClassName: istio\n  infrastructure: {{parametersRef: {{group: '', kind: ConfigMap, name: own}}}}\n  listeners:\n  \
             - {{name: https, port: 443, protocol: HTTPS}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: own, namespace: \
             edge}}\ndata:\n  {parameters}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: defaults, namespace: \
             istio-system, labels: {{gateway.istio.io/defaults-for-class: istio}}}}\ndata:\n  service: \"spec: {{type: NodePort}}\"\n"
        )
    };
    for parameters in ["deployment: \"{}\"", "service: \"spec: {externalTrafficPolicy: Local}\""] {
        let stream = stream(parameters);
        let text = rewrite(&stream, &settings(&format!("{INTERNAL}, service: {{nodePorts: {{https: 30443}}}}")))
            .unwrap()
            .text();
        assert!(text.contains("30443"), "{text}");
    }
}

#[test]
fn where_the_settings_come_from() {
    use crate::rewrite::origins::{Origin, origins};
    let rule =
        "rules: [{http: {paths: [{path: /a, pathType: Prefix, backend: {service: {name: gw, port: {number: 443}}}}]}}]";
    let ingress = ingress("", &format!("ingressClassName: own, {rule}"));
    let of = |spec: &str, stream: &str| {
        let settings = settings(spec);
        let rewritten = rewrite(stream, &settings).unwrap();
        let existing = object::read(&Stream::split(stream), &["Ingress"]).objects.pop();
        let all = origins(&rewritten.gateways[0], &settings[0], existing.as_ref());
        let class =
            all.iter().find(|setting| setting.name == "spec.ingressClassName").map(|setting| setting.origin.clone());
        let name = all.iter().find(|setting| setting.name == "name").map(|setting| setting.origin.clone());
        (name, class)
    };
    assert_eq!(of(INTERNAL, GATEWAY), (Some(Origin::Default), None));
    let kept = (Some(Origin::Existing), Some(Origin::Existing));
    assert_eq!(of(INTERNAL, &format!("{GATEWAY}{ingress}")), kept);
}

#[test]
fn what_is_configured_of_the_rules_replaces_those_that_are_there() {
    let path = "{path: /, pathType: Prefix, backend: {service: {name: gw, port: {number: 443}}}}";
    let ingress = ingress("", &format!("rules: [{{host: old.example.com, http: {{paths: [{path}]}}}}]"));
    for (spec, stays) in [
        ("", true),
        ("hosts: [new.example.com]", false),
        ("paths: [{path: /new, pathType: Prefix}]", false),
        ("tlsHosts: [new.example.com]", false),
        ("backendPort: 80", false),
        ("redirectToHttps: false", false),
        ("labels: {a: b}", true),
    ] {
        let stream = format!("{GATEWAY}{ingress}");
        let text = rewrite(&stream, &settings(&format!("ingress: {{scheme: internal, {spec}}}"))).unwrap().text();
        assert_eq!(text.contains("old.example.com"), stays, "{spec}");
    }
}

/// A named target port that no container has would lead nowhere; without pods in the stream nobody knows.
#[test]
fn a_named_target_port_stays_where_a_container_has_it() {
    let service =
        GATEWAY.replace("targetPort: 443", "targetPort: web").replace("spec:\n", "spec:\n  selector: {app: gw}\n");
    let pods = |name: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: gw, namespace: edge}}\nspec: {{selector: {{matchLabels: \
             {{app: gw}}}}, template: {{metadata: {{labels: {{app: gw}}}}, spec: {{containers: [{{name: a, ports: [{{name: {name}, \
             containerPort: 8443}}]}}]}}}}}}\n"
        )
    };
    for (more, expected) in [(String::new(), "web"), (pods("web"), "web"), (pods("other"), "443")] {
        let text = rewrite(&format!("{service}{more}"), &settings(INTERNAL)).unwrap().text();
        assert!(text.contains(&format!("{{name: https, port: 443, targetPort: {expected}")), "{text}");
    }
}

/// Without a port that is usual for the web, the only one beside the status port.
#[test]
fn the_only_port_is_the_one_for_traffic() {
    let stream = "kind: Service\napiVersion: v1\nmetadata: {name: gw}\nspec: {ports: [{name: status-port, port: 15021}, {name: web, port: \
                  9000}, {name: h3, port: 443, protocol: UDP}]}\n";
    let rewritten = rewrite(stream, &settings(INTERNAL)).unwrap();
    let rules = &rewritten.gateways[0].ingress.value["spec"]["rules"];
    assert_eq!(rules[0]["http"]["paths"][0]["backend"]["service"]["port"]["number"], 9000);
}
