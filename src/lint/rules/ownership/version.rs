//! The rule about Ingresses of versions that Kubernetes does not serve any more.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::finding::{Finding, rules};
use crate::lint::context::{Context, about, namespace_of};
use crate::lint::facts::not_judged::{in_other_letters, is_kubernetes_own, not_judged, not_served};
use crate::lint::facts::targets::backends;
use kubernetes_objects::object::Object;

rules! {
    ALB107 Error "ingress-version-not-served" {
        summary: "an Ingress for an ALB or its IngressClass is of another version than `networking.k8s.io/v1`",
        explanation: "Kubernetes serves Ingresses as `networking.k8s.io/v1` only, since 1.22. Helm and kubectl stop with \
            `no matches for kind \"Ingress\"`, and nothing of the release is installed. The fields have other names there: \
            `backend` is `defaultBackend`, `serviceName` and `servicePort` are `service.name` and `service.port.number` \
            or `.name`, and each path needs a `pathType`.\n\nAn Ingress of such a version is not judged: nothing else is \
            said about it. It is the same with a kind in other letters, such as `kind: ingress`; and an IngressClass \
            that is refused leaves the Ingresses of its class without one.",
        help: "write `apiVersion: networking.k8s.io/v1`, and rename the fields; or remove this Ingress if istio-alb makes the one that \
            you need",
        source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/#ingress-v122",
    }
}

/// In manifests as they stand all of them; in the filter those that lead to a gateway.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let ingresses = not_judged(context).into_iter();
    let checked = ingresses.filter(|ingress| context.is_as_is() || leads_to_a_gateway(context, ingress));
    let of_ingress = |ingress: &Object| {
        let message = format!("{}: the API server refuses it", not_served(ingress)?);
        Some(about(ingress, &ALB107, message).field(field(ingress)).maybe_help(by_kind(ingress)))
    };
    let of_class = |class: &Object| {
        let message =
            format!("{}: the API server refuses it, and the Ingresses of its class have no class", not_served(class)?);
        let help = by_kind(class).unwrap_or("write `apiVersion: networking.k8s.io/v1`");
        Some(about(class, &ALB107, message).field(field(class)).help(help))
    };
    let mut findings: Vec<Finding> = checked.filter_map(of_ingress).collect();
    findings.extend(classes(context).filter_map(of_class));
    if context.is_as_is() {
        findings.extend(context.objects.iter().filter_map(|object| {
            let kind = in_other_letters(object)?;
            let message =
                format!("its kind is `{}`, and Kubernetes has `{kind}`: the API server refuses it", object.kind());
            Some(about(object, &ALB107, message).field("/kind").help(format!("write `kind: {kind}`")))
        }));
    }
    findings
}

/// The IngressClasses that an Ingress under check names.
fn classes<'s>(context: &Context<'s>) -> impl Iterator<Item = &'s Object> {
    let named: BTreeSet<&str> =
        context.under_check.iter().filter_map(|own| own.object.value["spec"]["ingressClassName"].as_str()).collect();
    let all = context.objects.iter().filter(|object| object.kind().eq_ignore_ascii_case("IngressClass"));
    all.filter(move |class| is_kubernetes_own(class) && named.contains(class.name()))
}

/// What to do about a kind in other letters.
fn by_kind(object: &Object) -> Option<&'static str> {
    match object.kind() {
        "Ingress" | "IngressClass" => None,
        other if other.eq_ignore_ascii_case("Ingress") => Some("write `kind: Ingress`"),
        _ => Some("write `kind: IngressClass`"),
    }
}

/// What is not known of it: the kind, or the version.
fn field(object: &Object) -> &'static str {
    let is_known = matches!(object.kind(), "Ingress" | "IngressClass");
    if is_known { "/apiVersion" } else { "/kind" }
}

fn leads_to_a_gateway(context: &Context<'_>, ingress: &Object) -> bool {
    let spec = &ingress.value["spec"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let rules = list(&spec["rules"]).into_iter().flat_map(|rule| list(&rule["http"]["paths"]));
    let of_spec = [spec["backend"].clone(), spec["defaultBackend"].clone()];
    let all = rules.map(|path| path["backend"].clone()).chain(of_spec);
    let names: Vec<Value> =
        all.flat_map(|backend| [backend["serviceName"].clone(), backend["service"]["name"].clone()]).collect();
    context.under_check.iter().any(|own| {
        let is_there = |service: &str| names.iter().any(|name| name == service);
        namespace_of(own.object) == namespace_of(ingress)
            && backends(own.object).iter().any(|backend| is_there(backend.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::context::model_of;
    use crate::lint::testing::{configured, hold, working};
    use crate::lint::{as_is, check_stream};
    use alb_controller::model::Options;
    use manifest_yaml::stream::Stream;

    fn ingress(version: &str, annotations: &str) -> String {
        format!(
            "apiVersion: {version}\nkind: Ingress\nmetadata: {{name: old, namespace: mesh, annotations: {{{annotations}}}}}\n"
        )
    }

    const ALB: &str = "kubernetes.io/ingress.class: alb";

    #[test]
    fn versions_that_are_not_served_are_errors() {
        let error = ["error Ingress mesh/old /apiVersion"];
        let beside = |version: &str, annotations: &str| working().and(&ingress(version, annotations));
        let other_letters = ingress("networking.k8s.io/v1", ALB).replace("Ingress", "ingress");
        let class = |kind: &str, version: &str| {
            working().class_by_name("edge").and(&format!(
                "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: edge}}\nspec: {{controller: ingress.k8s.aws/alb}}\n"
            ))
        };
        hold(
            &ALB107,
            &[
                ("extensions", beside("extensions/v1beta1", ALB), &error),
                ("v1beta1", beside("networking.k8s.io/v1beta1", ALB), &error),
                ("of no class", beside("extensions/v1beta1", "alb.ingress.kubernetes.io/scheme: internal"), &error),
                ("v2", beside("networking.k8s.io/v2", ALB), &error),
                ("no version", beside("''", ALB), &error),
                ("of nginx", beside("extensions/v1beta1", "kubernetes.io/ingress.class: nginx"), &[]),
                ("of nobody", beside("extensions/v1beta1", "a: b"), &[]),
                ("in other letters", working().and(&other_letters), &["error ingress mesh/old /kind"]),
                (
                    "a class of v1beta1",
                    class("IngressClass", "networking.k8s.io/v1beta1"),
                    &["error IngressClass edge /apiVersion"],
                ),
                (
                    "a class in other letters",
                    class("ingressclass", "networking.k8s.io/v1"),
                    &["error ingressclass edge /kind"],
                ),
                (
                    "a Service in other letters",
                    working().and("apiVersion: v1\nkind: service\nmetadata: {name: s, namespace: mesh}\n"),
                    &["error service mesh/s /kind"],
                ),
                (
                    "a service of somebody else",
                    working().and("apiVersion: example.com/v1\nkind: service\nmetadata: {name: s, namespace: mesh}\n"),
                    &[],
                ),
                ("a class of v1", class("IngressClass", "networking.k8s.io/v1"), &[]),
                ("of Knative", beside("networking.internal.knative.dev/v1alpha1", ALB), &[]),
            ],
        );
    }

    #[test]
    fn the_model_does_not_overlook_it() {
        let message = |text: &str| {
            let stream = Stream::split(text);
            let found = as_is(&stream).unwrap();
            model_of(&found.objects, &Options::default()).message.unwrap()
        };
        assert_eq!(
            message(&ingress("extensions/v1beta1", ALB)),
            "Ingress mesh/old is of extensions/v1beta1, and the API server serves networking.k8s.io/v1 only"
        );
        assert_eq!(message(&ingress("networking.internal.knative.dev/v1alpha1", ALB)), "no Ingress is in the stream");
    }

    #[test]
    fn what_is_not_judged_is_counted_and_is_no_all_clear() {
        for text in [
            ingress("extensions/v1beta1", ALB),
            ingress("networking.k8s.io/v1", ALB).replace("Ingress", "INGRESS"),
            ingress("networking.k8s.io/v1", &format!("{ALB}, alb.ingress.kubernetes.io/scheme: 5")),
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: [a]}\n".to_owned(),
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: x\n".to_owned(),
        ] {
            let checked = check_stream(&text, &configured("{}")).unwrap();
            assert_eq!((checked.not_judged.len(), checked.class_without_ingress), (1, None), "{text}");
            let named = checked.not_judged[0].object.as_ref().unwrap();
            assert!(named.kind.eq_ignore_ascii_case("Ingress"), "{named}");
            assert!(!checked.findings.is_empty(), "{text}");
        }
        let checked = check_stream(&ingress("extensions/v1beta1", "a: b"), &configured("{}")).unwrap();
        assert_eq!((checked.not_judged, checked.class_without_ingress.as_deref()), (Vec::new(), Some("alb")));
    }
}
