//! No ALB is more open than the old load balancer was, unless the configuration says so in as many words: old load balancers,
//! configurations and other objects of the stream in combination, against what is built by the model of the controller.
//!
//! What the old load balancer was is told here anew, from what its controllers do, and not with the program's reading of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use alb_controller::model::{Built, Options};
use istio_alb::config;
use istio_alb::lint::{REGISTRY, context};
use istio_alb::rewrite::{Rewritten, rewrite};

const OLD: &str = "service.beta.kubernetes.io/aws-load-balancer";
const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

/// How the old load balancer was asked for.
#[derive(Debug, Clone, Copy)]
struct Old {
    kind: &'static str,
    scheme: &'static str,
    internal: &'static str,
    field: &'static str,
    annotation: &'static str,
    also: &'static str,
}

fn old_ones() -> Vec<Old> {
    let mut all = Vec::new();
    for kind in ["", "external", "nlb"] {
        for scheme in ["", "internal", "internet-facing", "Internal"] {
            for internal in ["", "true", "false", "0.0.0.0/0"] {
                for (field, annotation) in [
                    ("", ""),
                    ("[10.0.0.0/8]", ""),
                    ("10.0.0.0/8", ""),
                    ("", "10.0.0.0/8, 11.0.0.0/8"),
                    ("", "10.0.0.1"),
                    ("[10.1.2.3/8]", "0.0.0.0/0"),
                ] {
                    for also in ["", "security-group-prefix-lists: pl-1", "security-groups: sg-1"] {
                        all.push(Old { kind, scheme, internal, field, annotation, also });
                    }
                }
            }
        }
    }
    all
}

/// Configurations, whether they say internet-facing, and whether they decide who may connect.
const NEW: [(&str, bool, bool); 12] = [
    ("", false, false),
    ("phase: attach", false, false),
    ("carryOver: false", false, false),
    ("ingress: {scheme: internet-facing}", true, false),
    ("ingress: {scheme: null}", false, false),
    ("ingress: {inboundCidrs: null}", false, false),
    ("ingress: {inboundCidrs: [0.0.0.0/0]}", false, false),
    ("ingress: {securityGroups: null}", false, false),
    ("ingress: {annotations: {alb.ingress.kubernetes.io/security-group-prefix-lists: null}}", false, false),
    ("carryOver: false, ingress: {scheme: internal, inboundCidrs: [0.0.0.0/0]}", false, true),
    ("ingress: {classAs: field}", false, false),
    ("ingress: {group: {name: edge, order: 900}}", false, false),
];

/// What else is in the stream: the annotations of our Ingress or of a member of the group, or parameters of the class.
const BESIDE: [(&str, &str); 9] = [
    ("", ""),
    ("ours", "scheme: internet-facing"),
    ("ours", "inbound-cidrs: 0.0.0.0/0"),
    ("ours", "security-group-prefix-lists: pl-9"),
    ("class", "scheme: internet-facing"),
    ("class", "inboundCIDRs: [0.0.0.0/0]"),
    ("class", "prefixListsIDs: [pl-9]"),
    ("member", "scheme: internet-facing"),
    ("member", "security-group-prefix-lists: pl-9"),
];

/// Where the old load balancer was asked for: in a Service, or where istiod takes it for the Service that it makes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum From {
    Service,
    Gateway,
    Infrastructure,
    Parameters,
}

const FROM: [From; 4] = [From::Service, From::Gateway, From::Infrastructure, From::Parameters];

impl From {
    /// The manifests of a gateway with these annotations and this field of the Service.
    fn gateway(self, annotations: &str, ranges: &str) -> String {
        let gateway = |metadata: &str, infrastructure: &str| {
            format!(
                "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: gw, namespace: mesh{metadata}}}\nspec:\n  \
                 gatewayClassName: istio\n  infrastructure: {{{infrastructure}parametersRef: {{group: '', kind: ConfigMap, name: \
                 options}}}}\n  listeners: [{{name: http, port: 80, protocol: HTTP}}, {{name: https, port: 443, protocol: HTTPS, tls: \
                 {{}}}}]\n"
            )
        };
        let parameters = |metadata: &str| {
            format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: options, namespace: mesh}}\ndata:\n  service: |\n    \
                 {metadata}spec: {{{}}}\n",
                ranges.trim_end_matches(", ")
            )
        };
        match self {
            From::Service => format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: gw-istio, namespace: mesh, annotations: {{{annotations}}}}}\nspec: \
                 {{type: LoadBalancer, {ranges}ports: [{{name: status-port, port: 15021}}, {{name: http2, port: 80}}, {{name: https, \
                 port: 443}}]}}\n"
            ),
            From::Gateway => gateway(&format!(", annotations: {{{annotations}}}"), "") + &parameters(""),
            From::Infrastructure => gateway("", &format!("annotations: {{{annotations}}}, ")) + &parameters(""),
            From::Parameters => {
                gateway("", "") + &parameters(&format!("metadata: {{annotations: {{{annotations}}}}}\n    "))
            }
        }
    }
}

impl Old {
    fn stream(self, from: From, (place, beside): (&str, &str)) -> String {
        let mut annotations = String::from("example.com/a: a");
        for (key, value) in [
            (format!("{OLD}-type"), self.kind),
            (format!("{OLD}-scheme"), self.scheme),
            (format!("{OLD}-internal"), self.internal),
            (RANGES.to_owned(), self.annotation),
        ] {
            if !value.is_empty() {
                annotations += &format!(", {key}: '{value}'");
            }
        }
        if !self.also.is_empty() {
            annotations += &format!(", {OLD}-{}", self.also);
        }
        let ranges = match self.field {
            "" => String::new(),
            field => format!("loadBalancerSourceRanges: {field}, "),
        };
        let service = from.gateway(&annotations, &ranges);
        let ingress = |name: &str, more: &str| {
            format!(
                "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}, namespace: mesh, annotations: \
                 {{kubernetes.io/ingress.class: alb, alb.ingress.kubernetes.io/backend-protocol: HTTPS, {more}}}}}\nspec: {{rules: \
                 [{{http: {{paths: [{{path: /{name}, pathType: Prefix, backend: {{service: {{name: gw-istio, port: {{number: 443}}}}}}}}]}}}}]}}\n"
            )
        };
        let alb = |suffix: &str| format!("alb.ingress.kubernetes.io/{suffix}");
        service
            + &match place {
                "ours" => ingress("common-external-ingress", &alb(beside)),
                "member" => ingress("member", &format!("{}, {}", alb("group.name: edge"), alb(beside))),
                "class" => format!(
                    "---\napiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {{name: alb}}\nspec: {{{beside}}}\n---\n\
                     apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {{name: alb}}\nspec: {{controller: \
                     ingress.k8s.aws/alb, parameters: {{apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: alb}}}}\n"
                ),
                _ => String::new(),
            }
    }

    /// Whether it was internal, as far as its controller is known; where it is not, whether one of the two made it so.
    fn is_internal(self) -> bool {
        let by_flag = !["", "false"].contains(&self.internal);
        match (self.kind, self.scheme) {
            ("external", "internet-facing") => false,
            ("external", "") => self.internal != "false",
            ("external", _) => true,
            (_, "internal") => true,
            _ => by_flag,
        }
    }

    /// Whether it may have been internal: the controller's webhook makes an internal NLB of it, the cloud provider another one.
    fn may_be_internal(self) -> bool {
        self.is_internal() || (self.kind, self.scheme, self.internal) == ("nlb", "", "")
    }

    /// Who could connect: networks and prefix lists, empty for everybody. `None`: it can't be told, so nobody.
    fn sources(self) -> Option<BTreeSet<&'static str>> {
        let ranges: &[&str] = match (self.field, self.annotation) {
            ("", "") => &[],
            ("[10.0.0.0/8]" | "[10.1.2.3/8]", _) => &["10.0.0.0/8"],
            ("", "10.0.0.0/8, 11.0.0.0/8") => &["10.0.0.0/8", "11.0.0.0/8"],
            _ => return None,
        };
        let lists = self.also.strip_prefix("security-group-prefix-lists: ");
        Some(ranges.iter().copied().chain(lists).collect())
    }
}

/// What is built for our Ingress.
fn built(rewritten: &Rewritten<'_>) -> Option<Built> {
    let model = context::model_of(&rewritten.objects, &Options::default());
    let ours = model.ingresses.iter().find(|facts| facts.key.name == "common-external-ingress")?;
    model.group_of(&ours.key)?.built.clone()
}

#[test]
fn what_was_closed_stays_closed() {
    let (mut passed, mut refused) = (0, 0);
    for (i, old) in old_ones().into_iter().enumerate() {
        for (j, (spec, says_open, decides)) in NEW.into_iter().enumerate() {
            for (k, beside) in BESIDE.into_iter().enumerate() {
                // A share of all, in which each comes with each; the whole takes minutes.
                if (i * 5 + j * 3 + k) % 97 != 0 {
                    continue;
                }
                let from = FROM[(i + j + k) % FROM.len()];
                let text = old.stream(from, beside);
                let document = format!("apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nspec: {{{spec}}}\n");
                let rewritten = rewrite(&text, &config::from_text(&document, REGISTRY).unwrap()).unwrap();
                if rewritten.is_refused() {
                    refused += 1;
                    continue;
                }
                passed += 1;
                let Some(built) = built(&rewritten) else { panic!("no ALB\n{text}\n{spec}") };
                let told = || format!("{old:?} {spec} {beside:?}\n{text}\n{:?}", rewritten.findings);
                let is_open = built.load_balancer.scheme == "internet-facing";
                assert!(!old.is_internal() || !is_open || says_open, "exposed: {}", told());
                let says_open = says_open || beside == ("ours", "scheme: internet-facing");
                assert!(!old.may_be_internal() || !is_open || says_open, "perhaps exposed: {}", told());
                let warned = rewritten.findings.iter().any(|finding| finding.rule.id == "ALB024");
                assert!(!old.is_internal() || !is_open || warned, "no word: {}", told());
                if decides {
                    continue;
                }
                let has_groups = !built.load_balancer.security_groups.is_empty();
                let inbound: BTreeSet<&str> = built.inbound.iter().map(|rule| rule.source.as_str()).collect();
                let Some(sources) = old.sources() else { panic!("not readable: {}", told()) };
                if !sources.is_empty() {
                    assert!(!has_groups && inbound.is_subset(&sources), "allow-list lost: {}", told());
                } else if old.also.starts_with("security-groups") {
                    assert!(has_groups || !inbound.contains("0.0.0.0/0"), "security groups lost: {}", told());
                }
            }
        }
    }
    assert!(passed > 150 && refused > 150, "{passed} passed, {refused} were refused");
}
