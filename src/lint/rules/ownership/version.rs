//! The rule about Ingresses of versions that Kubernetes does not serve any more.

use serde_json::Value;

use crate::finding::{Finding, rules};
use crate::lint::context::{Context, about, namespace_of};
use crate::lint::facts::not_judged::{OLD_VERSIONS, not_judged};
use crate::lint::facts::targets::backends;
use kubernetes_objects::object::Object;

rules! {
    ALB107 Error "ingress-version-not-served" {
        summary: "an Ingress for an ALB is of another version than `networking.k8s.io/v1`",
        explanation: "Kubernetes serves Ingresses as `networking.k8s.io/v1` only, since 1.22. Helm and kubectl stop with \
            `no matches for kind \"Ingress\"`, and nothing of the release is installed. The fields have other names there: \
            `backend` is `defaultBackend`, `serviceName` and `servicePort` are `service.name` and `service.port.number` \
            or `.name`, and each path needs a `pathType`.\n\nAn Ingress of such a version is not judged: nothing else is \
            said about it.",
        help: "write it as `networking.k8s.io/v1`, or leave it out where the Ingress of this program takes its place",
        source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/#ingress-v122",
    }
}

/// The version that Kubernetes has.
const SERVED: &str = "networking.k8s.io/v1";

/// In manifests as they stand all of them; in the filter those that lead to a gateway.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let old = not_judged(context).into_iter().filter(|ingress| ingress.api_version() != SERVED);
    let checked = old.filter(|ingress| context.is_as_is() || leads_to_a_gateway(context, ingress));
    let message = |ingress: &Object| {
        let why = match ingress.api_version() {
            "" => "it has no apiVersion".to_owned(),
            old if OLD_VERSIONS.contains(&old) => format!("it is of {old}, which Kubernetes has not served since 1.22"),
            other => format!("it is of {other}, which Kubernetes does not serve"),
        };
        format!("{why}: it is refused, and not judged here")
    };
    checked.map(|ingress| about(ingress, &ALB107, message(ingress)).field("/apiVersion")).collect()
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
            ingress("networking.k8s.io/v1", &format!("{ALB}, alb.ingress.kubernetes.io/scheme: 5")),
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: [a]}\n".to_owned(),
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: x\n".to_owned(),
        ] {
            let checked = check_stream(&text, &configured("{}")).unwrap();
            assert_eq!((checked.not_judged, checked.class_without_ingress), (1, None), "{text}");
            assert!(!checked.findings.is_empty(), "{text}");
        }
        let checked = check_stream(&ingress("extensions/v1beta1", "a: b"), &configured("{}")).unwrap();
        assert_eq!((checked.not_judged, checked.class_without_ingress.as_deref()), (0, Some("alb")));
    }
}
