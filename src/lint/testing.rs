//! Manifests for the tests of rules: one that no rule finds fault with, and changes to it.

use std::collections::BTreeMap;

use super::{REGISTRY, check_stream};
use crate::config::{self, Settings};
use crate::error::Error;
use crate::finding::{Finding, Rule};
use alb_controller::catalogue::PREFIX;

/// A gateway's Service and its Ingress.
#[derive(Clone)]
pub struct Manifest {
    service_labels: BTreeMap<String, String>,
    service_annotations: BTreeMap<String, String>,
    service: String,
    annotations: BTreeMap<String, String>,
    spec: String,
    rest: String,
}

/// A gateway behind an ALB with both listeners, a redirect, a certificate and a health check on the status port.
pub fn working() -> Manifest {
    let manifest = Manifest {
        service_labels: BTreeMap::new(),
        service_annotations: BTreeMap::new(),
        service: "type: NodePort\nports: [{name: status-port, port: 15021}, {name: http2, port: 80}, \
                  {name: https, port: 443}]"
            .to_owned(),
        annotations: BTreeMap::from([("kubernetes.io/ingress.class".to_owned(), "alb".to_owned())]),
        spec: rule("/", "Prefix", "name: gateway, port: {number: 443}"),
        rest: String::new(),
    };
    let arn = "arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000001";
    [
        ("scheme", "internet-facing"),
        ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#),
        ("ssl-redirect", "443"),
        ("certificate-arn", arn),
        ("ssl-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
        ("backend-protocol", "HTTPS"),
        ("healthcheck-port", "status-port"),
        ("healthcheck-protocol", "HTTP"),
        ("healthcheck-path", "/healthz/ready"),
    ]
    .into_iter()
    .fold(manifest, |manifest, (suffix, value)| manifest.set(suffix, value))
}

/// The spec of an Ingress with one path; `service` is what stands in the braces of its backend.
pub fn rule(path: &str, path_type: &str, service: &str) -> String {
    format!("rules:\n- http: {{paths: [{}]}}", entry(path, path_type, service))
}

/// A path.
pub fn entry(path: &str, path_type: &str, service: &str) -> String {
    format!("{{path: {path:?}, pathType: {path_type}, backend: {{service: {{{service}}}}}}}")
}

/// What stands in the braces of a backend that names an action.
pub fn action(name: &str) -> String {
    format!("name: {name}, port: {{name: use-annotation}}")
}

impl Manifest {
    /// With an annotation `alb.ingress.kubernetes.io/<suffix>` on the Ingress.
    pub fn set(self, suffix: &str, value: &str) -> Self {
        self.annotate(&format!("{PREFIX}{suffix}"), value)
    }

    /// With an annotation on the Ingress.
    pub fn annotate(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Without these annotations.
    pub fn unset(mut self, suffixes: &[&str]) -> Self {
        for suffix in suffixes {
            self.annotations.remove(&format!("{PREFIX}{suffix}"));
        }
        self
    }

    /// Without a certificate, and so with an HTTP listener only.
    pub fn clear_text(self) -> Self {
        let both = ["listen-ports", "ssl-redirect", "certificate-arn", "ssl-policy"];
        self.unset(&both)
    }

    /// With this class annotation.
    pub fn class(mut self, name: &str) -> Self {
        self.annotations.insert("kubernetes.io/ingress.class".to_owned(), name.to_owned());
        self
    }

    /// With a class named in the spec, and none by annotation.
    pub fn class_by_name(mut self, name: &str) -> Self {
        self.spec = format!("ingressClassName: {name}\n{}", self.spec);
        self.no_class()
    }

    /// Without a class.
    pub fn no_class(mut self) -> Self {
        self.annotations.remove("kubernetes.io/ingress.class");
        self
    }

    /// With an annotation `alb.ingress.kubernetes.io/<suffix>` on the Service.
    pub fn on_service(self, suffix: &str, value: &str) -> Self {
        self.annotate_service(&format!("{PREFIX}{suffix}"), value)
    }

    /// With an annotation on the Service.
    pub fn annotate_service(mut self, key: &str, value: &str) -> Self {
        self.service_annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With a label on the Service.
    pub fn label_service(mut self, key: &str, value: &str) -> Self {
        self.service_labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With this `spec` of the Service.
    pub fn service(mut self, spec: &str) -> Self {
        spec.clone_into(&mut self.service);
        self
    }

    /// With this `spec` of the Ingress.
    pub fn spec(mut self, spec: impl Into<String>) -> Self {
        self.spec = spec.into();
        self
    }

    /// With these paths in one entry of `rules`.
    pub fn paths(self, paths: &[String]) -> Self {
        let spec = format!("rules:\n- http: {{paths: [{}]}}", paths.join(", "));
        self.spec(spec)
    }

    /// With the class named in the spec, and IngressClassParams with this `spec`.
    pub fn class_params(mut self, spec: &str) -> Self {
        self.annotations.remove("kubernetes.io/ingress.class");
        self.spec = format!("ingressClassName: alb\n{}", self.spec);
        self.and(&format!(
            "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: alb}}\nspec: {{controller: \
             ingress.k8s.aws/alb, parameters: {{apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: alb}}}}\n---\n\
             apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {{name: alb}}\nspec: {spec}\n"
        ))
    }

    /// With one more document.
    pub fn and(mut self, document: &str) -> Self {
        self.rest.push_str("---\n");
        self.rest.push_str(document);
        self
    }

    /// With a second Ingress `mesh/shop` of group `edge`, beside this one in the same group. Annotations and spec are YAML
    /// in flow style.
    pub fn beside(self, annotations: &str, spec: &str) -> Self {
        let class = "kubernetes.io/ingress.class: alb, alb.ingress.kubernetes.io/group.name: edge";
        self.set("group.name", "edge").and(&format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: shop, namespace: mesh, annotations: \
             {{{class}, {annotations}}}}}\nspec: {spec}\n"
        ))
    }

    /// The stream.
    pub fn text(&self) -> String {
        let list = |annotations: &BTreeMap<String, String>| -> String {
            let line = |(key, value): (&String, &String)| format!("    {key}: {value:?}\n");
            annotations.iter().map(line).collect()
        };
        let indent = |spec: &str| spec.replace('\n', "\n  ");
        let map = |name: &str, entries: &BTreeMap<String, String>| match entries.is_empty() {
            true => String::new(),
            false => format!("  {name}:\n{}", list(entries)),
        };
        let on_service = map("labels", &self.service_labels) + &map("annotations", &self.service_annotations);
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: gateway\n  namespace: mesh\n{on_service}spec:\n  {}\n---\n\
             apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: alb\n  namespace: mesh\n  annotations:\n\
             {}spec:\n  {}\n{}",
            indent(&self.service),
            list(&self.annotations),
            indent(&self.spec),
            self.rest
        )
    }

    /// What there is to say about it: `error ALB001 Ingress mesh/alb @backend-protocol`, where `@` stands for the pointer
    /// of an annotation.
    pub fn findings(&self) -> Vec<String> {
        self.findings_with("{}")
    }

    /// The same under a configuration, of which this is the `spec`.
    pub fn findings_with(&self, spec: &str) -> Vec<String> {
        let text = self.text();
        let findings = findings_of(&text, &configured(spec)).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let annotation = manifest_yaml::pointer::of(["metadata", "annotations", PREFIX]);
        let show = |finding: Finding| {
            let object = finding.object.map(|object| object.to_string()).unwrap_or_default();
            let field = finding.field.unwrap_or_default();
            let field = field.replace(&annotation, "@");
            let line = format!("{} {} {object} {field}", finding.severity, finding.rule.id);
            line.trim_end().to_owned()
        };
        findings.into_iter().map(show).collect()
    }
}

/// What there is to say about a stream as it stands.
pub fn findings_of(text: &str, settings: &[Settings]) -> Result<Vec<Finding>, Error> {
    Ok(check_stream(text, settings)?.findings)
}

/// A configuration with this `spec`.
pub fn configured(spec: &str) -> Vec<Settings> {
    let document = format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {spec}\n");
    config::from_text(&document, REGISTRY).unwrap_or_else(|error| panic!("{error}"))
}

/// Holds a rule against manifests: what each is, and what the rule says of it, without its id; nothing where it is silent.
pub fn hold(rule: &Rule, cases: &[(&str, Manifest, &[&str])]) {
    for (what, manifest, expected) in cases {
        let id = format!("{} ", rule.id);
        let found = manifest.findings();
        let found: Vec<String> =
            found.iter().filter(|line| line.contains(&id)).map(|line| line.replacen(&id, "", 1)).collect();
        assert_eq!(found, *expected, "{} {what}\n{}", rule.id, manifest.text());
    }
    let fires = cases.iter().any(|(_, _, expected)| !expected.is_empty());
    let is_silent = cases.iter().any(|(_, _, expected)| expected.is_empty());
    assert!(fires && is_silent, "{} needs a case that fires and one that does not", rule.id);
}

#[test]
fn nothing_is_wrong_with_the_manifest_that_works() {
    assert_eq!(working().findings(), Vec::<String>::new());
}
