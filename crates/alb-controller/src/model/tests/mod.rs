//! Inputs of our own, and what must come of them by the controller's source: the happy ways and the traps, one situation a
//! test. What the controller's own code answered is held by tests/controller.rs.

mod auth;
mod class;
mod effective;
mod frontend_nlb;
mod groups;
mod listeners;
mod load_balancer;
mod releases;
mod rules;
mod settings;
mod target_groups;

use super::*;
use crate::catalogue::Version;
use kubernetes_objects::object;
use manifest_yaml::stream::Stream;
use serde_json::json;

/// The gateway's Service. `spec` is added below its `spec`, `annotations` below its metadata.
struct Gateway<'t> {
    annotations: &'t str,
    spec: &'t str,
    ports: &'t str,
}

const PORTS: &str = "  - {name: status-port, port: 15021, targetPort: 15021, nodePort: 30021}
  - {name: http2, port: 80, targetPort: 80, nodePort: 30080}
  - {name: https, port: 443, targetPort: 443, nodePort: 30443}
";

impl Default for Gateway<'_> {
    fn default() -> Self {
        Gateway { annotations: "", spec: "  type: NodePort\n", ports: PORTS }
    }
}

impl Gateway<'_> {
    fn yaml(&self) -> String {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: gateway\n  namespace: edge-system\n  annotations:\n    note: test\n\
             {}spec:\n{}  ports:\n{}---\n",
            self.annotations, self.spec, self.ports
        )
    }
}

/// An Ingress of class alb with one rule.
struct Ing<'t> {
    key: &'t str,
    /// Suffix and value of each annotation.
    annotations: &'t [(&'t str, &'t str)],
    /// What stands below `spec`.
    spec: &'t str,
    /// Lines below `metadata.annotations`.
    class: &'t str,
}

const CLASS: &str = "    kubernetes.io/ingress.class: alb\n";

const TO_443: &str = "  rules:
  - http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: gateway, port: {number: 443}}}}
";

impl Default for Ing<'_> {
    fn default() -> Self {
        Ing { key: "edge-system/edge", annotations: &[], spec: TO_443, class: CLASS }
    }
}

impl Ing<'_> {
    fn yaml(&self) -> String {
        let (namespace, name) = self.key.split_once('/').unwrap();
        let annotations: String = self
            .annotations
            .iter()
            .map(|(suffix, value)| format!("    alb.ingress.kubernetes.io/{suffix}: {}\n", json!(value)))
            .collect();
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  \
             annotations:\n    note: test\n{}{annotations}spec:\n{}---\n",
            self.class, self.spec
        )
    }
}

fn read(yaml: &str) -> Vec<Value> {
    let read = object::read_all(&Stream::split(yaml));
    assert_eq!(read.unreadable, []);
    read.objects.into_iter().map(|object| object.value).collect()
}

fn model_of(yaml: &str) -> Model {
    build(&read(yaml), &Options::default())
}

/// What a release of the controller makes of it.
fn model_by(yaml: &str, release: Version) -> Model {
    build(&read(yaml), &Options { controller_version: release, ..Options::default() })
}

/// The gateway, and one Ingress with these annotations.
fn model(annotations: &[(&str, &str)]) -> Model {
    model_of(&(Gateway::default().yaml() + &Ing { annotations, ..Ing::default() }.yaml()))
}

/// The gateway, and one Ingress with these annotations and this spec.
fn model_with(annotations: &[(&str, &str)], spec: &str) -> Model {
    model_of(&(Gateway::default().yaml() + &Ing { annotations, spec, ..Ing::default() }.yaml()))
}

/// The only group of a model that is built.
fn built(model: &Model) -> &Built {
    assert_eq!((model.verdict, &model.message), (Verdict::Built, &None));
    assert_eq!(model.groups.len(), 1);
    model.groups[0].built.as_ref().unwrap()
}

/// Who may connect.
fn inbound(built: &Built) -> Vec<String> {
    built.inbound.iter().map(InboundRule::to_string).collect()
}

/// What goes wrong first: for all, for an Ingress, for a group.
fn first_failure(model: &Model) -> Option<&Failure> {
    let of_ingress = model.ingresses.iter().filter_map(|facts| facts.failure.as_ref());
    let of_group = model.groups.iter().filter_map(|group| group.failure.as_ref());
    model.failures.iter().chain(of_ingress).chain(of_group).next()
}

/// Message and annotation of a refusal.
fn refused(model: &Model) -> (String, Option<String>) {
    assert_eq!(model.verdict, Verdict::Refused, "{:?}", model.message);
    let failure = first_failure(model).unwrap();
    let key = failure.reason.site.as_ref().and_then(|site| site.annotation_key().map(str::to_owned));
    (failure.to_string(), key)
}

/// The message of a refusal, which names the annotation with this suffix.
fn refused_by(model: &Model, suffix: &str) -> String {
    let (message, key) = refused(model);
    assert_eq!(key, Some(format!("alb.ingress.kubernetes.io/{suffix}")), "{message}");
    message
}

/// The part of the printed model at a JSON pointer below the first group.
fn shown(model: &Model, pointer: &str) -> Value {
    show_json(model)["groups"][0].pointer(pointer).cloned().unwrap_or_default()
}

#[test]
fn a_stream_without_an_ingress_is_ignored() {
    let model = model_of(&Gateway::default().yaml());
    assert_eq!((model.verdict, model.message.as_deref()), (Verdict::Ignored, Some("no Ingress is in the stream")));
    assert_eq!(show_json(&model)["groups"], json!([]));
}

#[test]
fn an_ingress_that_does_not_decode_is_refused_with_its_place() {
    let yaml = Ing {
        class: "    kubernetes.io/ingress.class: alb\n    alb.ingress.kubernetes.io/ssl-redirect: 443\n",
        ..Ing::default()
    };
    let model = model_of(&yaml.yaml());
    let message = refused_by(&model, "ssl-redirect");
    assert_eq!(
        message,
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.annotations of type string"
    );
    assert_eq!(model.failures[0].stage, Stage::Decode);
}

#[test]
fn a_service_that_does_not_decode_is_refused_too() {
    let ports = "  - {name: https, port: \"443\"}\n";
    let model = model_of(&(Gateway { ports, ..Gateway::default() }.yaml() + &Ing::default().yaml()));
    let (message, _) = refused(&model);
    assert_eq!(message, "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32");
}

#[test]
fn what_does_not_decode_is_worded_as_the_api_server_words_it() {
    for (spec, fault) in [
        ("  rules: 1\n", "number into Go struct field IngressSpec.spec.rules of type []v1.IngressRule"),
        ("  rules: [x]\n", "string into Go struct field IngressSpec.spec.rules of type v1.IngressRule"),
        ("  rules: [{host: [a]}]\n", "array into Go struct field IngressRule.spec.rules.host of type string"),
        (
            "  rules: [{http: 1}]\n",
            "number into Go struct field IngressRule.spec.rules.IngressRuleValue.http of type v1.HTTPIngressRuleValue",
        ),
        (
            "  rules: [{http: {paths: [{pathType: {}}]}}]\n",
            "object into Go struct field HTTPIngressPath.spec.rules.IngressRuleValue.http.paths.pathType of type v1.PathType",
        ),
    ] {
        let (message, _) = refused(&model_with(&[], spec));
        assert_eq!(message, format!("json: cannot unmarshal {fault}"));
    }
    let (message, _) = refused(&model_of(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{targetPort: 1.5}]}}\n",
    ));
    assert_eq!(
        message,
        "json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.targetPort of type int32"
    );
}

#[test]
fn where_the_user_sees_a_failure() {
    let path = "  rules: [{http: {paths: [{pathType: 1}]}}]\n";
    let order = [("group.name", "edge"), ("group.order", "x")];
    for (model, seen) in [
        (model_with(&[], path), "refused by the API server"),
        (model(&[("conditions.gateway", "{")]), "denied by the webhook vingress.elbv2.k8s.aws"),
        (model(&order), "only in the controller's log"),
        (model(&[("scheme", "public")]), "event FailedBuildModel"),
    ] {
        assert_eq!(first_failure(&model).map(Failure::shows_as), Some(seen), "{:?}", model.message);
    }
}

#[test]
fn an_ingress_of_a_version_that_is_gone_is_named() {
    let old = |version: &str| {
        let yaml =
            Ing::default().yaml().replace("networking.k8s.io/v1", version).replace("  namespace: edge-system\n", "");
        let model = model_of(&(Gateway::default().yaml() + &yaml));
        (model.verdict, model.message.unwrap())
    };
    for version in ["extensions/v1beta1", "networking.k8s.io/v1beta1"] {
        let said = format!("Ingress default/edge is of {version}, and the API server serves networking.k8s.io/v1 only");
        assert_eq!(old(version), (Verdict::Ignored, said));
    }
    assert_eq!(old("example.com/v1"), (Verdict::Ignored, "no Ingress is in the stream".to_owned()));
}

#[test]
fn where_a_service_does_not_decode() {
    let pointer = |more: Value| undecodable_service(&more).map(|(_, pointer)| pointer);
    let service = |ports: Value| json!({"kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": ports}});
    assert_eq!(pointer(service(json!([{"port": 80}]))), None);
    assert_eq!(pointer(service(json!([{"port": 80}, {"port": "443"}]))).as_deref(), Some("/spec/ports"));
    let annotated = json!({"kind": "Service", "metadata": {"name": "a", "annotations": {"x.io/y": 1}}});
    assert_eq!(pointer(annotated).as_deref(), Some("/metadata/annotations/x.io~1y"));
}

/// The API server tells capital letters from small ones.
#[test]
fn keys_in_other_letters_are_found() {
    let path = json!({"Path": "/", "backend": {"service": {"Name": "a", "port": {"Number": 1}}}});
    for (object, found) in [
        (
            json!({"kind": "Ingress", "metadata": {"Labels": {}, "annotations": {"Name": ""}},
                "spec": {"TLS": [], "rules": [{"host": "a"}, {"Host": "a", "http": {"paths": [path]}}]}}),
            &[
                ("/metadata/Labels", "labels"),
                ("/spec/TLS", "tls"),
                ("/spec/rules/1/Host", "host"),
                ("/spec/rules/1/http/paths/0/Path", "path"),
                ("/spec/rules/1/http/paths/0/backend/service/Name", "name"),
                ("/spec/rules/1/http/paths/0/backend/service/port/Number", "number"),
            ] as &[_],
        ),
        (json!({"kind": "IngressClass", "spec": {"Controller": "x"}}), &[("/spec/Controller", "controller")]),
        (json!({"kind": "Namespace", "metadata": {"Name": "x"}}), &[("/metadata/Name", "name")]),
        (json!({"kind": "Service", "spec": {"ports": [{"NodePort": 1}]}}), &[("/spec/ports/0/NodePort", "nodePort")]),
        (json!({"kind": "ConfigMap", "metadata": {"Name": "x"}}), &[]),
    ] {
        let all = keys_in_other_letters(&object);
        let all: Vec<(&str, &str)> = all.iter().map(|(pointer, name)| (pointer.as_str(), *name)).collect();
        assert_eq!(all, found, "{object}");
    }
}

#[test]
fn a_model_is_asked_by_the_key_of_an_ingress() {
    let second = Ing { key: "edge-system/second", annotations: &[("inbound-cidrs", "10.0.0.0/8")], ..Ing::default() };
    let model = model_of(&(Gateway::default().yaml() + &Ing::default().yaml() + &second.yaml()));
    let (first, second) = (Key::new("edge-system", "edge"), Key::new("edge-system", "second"));
    assert_eq!((model.position(&first), model.position(&second)), (Some(0), Some(1)));
    assert_eq!(model.position(&Key::new("edge-system", "third")), None);
    let sources = |key: &Key| {
        let inbound = &model.group_of(key).unwrap().built.as_ref().unwrap().inbound;
        inbound.iter().map(|rule| (rule.source.as_str().to_owned(), rule.source.is_everybody())).collect::<Vec<_>>()
    };
    assert_eq!(sources(&first), [("0.0.0.0/0".to_owned(), true)]);
    assert_eq!(sources(&second), [("10.0.0.0/8".to_owned(), false)]);
    assert!(InboundSource::Network("::/0".to_owned()).is_everybody());
}

#[test]
fn null_in_a_list_is_a_zero_value() {
    let rules = TO_443.replace("rules:\n", "rules:\n  - null\n") + "  tls: [null, {hosts: [null]}]\n";
    assert_eq!(built(&model_with(&[], &rules)).listeners[0].rules.len(), 1);
    let ports = format!("  - null\n{PORTS}");
    built(&model_of(&(Gateway { ports: &ports, ..Gateway::default() }.yaml() + &Ing::default().yaml())));
}

#[test]
fn a_null_annotation_is_stored_as_an_empty_one() {
    let class = "    kubernetes.io/ingress.class: alb\n    alb.ingress.kubernetes.io/scheme:\n";
    let model = model_of(&(Gateway::default().yaml() + &Ing { class, ..Ing::default() }.yaml()));
    assert_eq!(refused_by(&model, "scheme"), "unknown scheme: ");
}

#[test]
fn the_printed_model_has_the_documented_shape() {
    let model = model(&[("scheme", "internet-facing"), ("backend-protocol", "HTTPS")]);
    let shown = show_json(&model);
    assert_eq!((&shown["version"], &shown["verdict"], &shown["message"]), (&json!(1), &json!("built"), &Value::Null));
    let group = &shown["groups"][0];
    assert_eq!(group["group"], "edge-system/edge");
    assert_eq!(group["members"], json!(["edge-system/edge"]));
    assert_eq!(group["loadBalancer"]["scheme"], "internet-facing");
    assert_eq!(group["inbound"], json!(["tcp 80 from 0.0.0.0/0"]));
    assert_eq!((&group["wafv2"], &group["shield"]), (&Value::Null, &Value::Null));
    assert_eq!(
        group["listeners"][0]["rules"][0],
        json!({
            "priority": 1, "transforms": [], "ingress": "edge-system/edge",
            "conditions": [{"field": "path-pattern", "pathPatternConfig": {"values": ["/*"]}}],
            "actions": [{"type": "forward", "forwardConfig": {"targetGroups": [
                {"targetGroupARN": "tg:edge-system/edge-gateway:443"}]}}],
        })
    );
}
