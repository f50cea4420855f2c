//! The rule about a second ALB for a gateway, beside that of an Ingress which the stream has already.

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck, about, namespace_of};
use crate::lint::facts::load_balancer::WHO_MAY_CONNECT;
use crate::lint::facts::targets::destinations;
use alb_controller::annotation::{MutualAuthentication, Payload};
use alb_controller::catalogue::{INTERNET_FACING, PREFIX};
use alb_controller::model::IngressFacts;
use kubernetes_objects::ObjectRef;
use kubernetes_objects::object::Object;

rules! {
    ALB108 Error | Warning "second-alb-for-the-gateway" {
        summary: "another Ingress of the stream has an ALB for this gateway already",
        explanation: "The filter brings an Ingress up to date if it has the name of its own (`ingress.name`), and adds one \
            otherwise. Beside an Ingress under another name that leads to the same gateway a second ALB is built. Where the \
            second one is more open than the first, internet-facing beside internal, without its web ACL, its allow-list, its \
            security groups, its login, its client certificates or its token validation, that is an error; two that are \
            alike are a warning.",
        help: "update the other Ingress instead: give its name with [[ingress.name]]; if you want both, allow this \
            finding by its id",
        source: "LBC v3.5.0 pkg/ingress/group_loader.go:196-230: every Ingress without a `group.name` is a group, and an ALB, of its own",
    }
}

const WEB_ACLS: [&str; 4] = ["wafv2-acl-arn", "wafv2-acl-name", "web-acl-id", "waf-acl-id"];
const SECURITY_GROUPS: &str = "security-groups";

/// Compares an Ingress of the filter with the others that lead to the same Service. `ours` are those of the filter.
pub fn check(context: &Context<'_>, own: &IngressUnderCheck<'_>, ours: &[ObjectRef]) -> Vec<Finding> {
    let services_of = |ingress: &Object, facts: &IngressFacts| -> Vec<String> {
        let text = |suffix: &str| facts.read_setting(suffix).map(|setting| setting.value.as_str());
        destinations(ingress, text).into_iter().map(|found| found.name).collect()
    };
    let services = services_of(own.object, own.facts);
    let mut findings = Vec::new();
    for facts in &context.model.ingresses {
        let other = &context.objects[facts.index];
        if ours.contains(&other.reference())
            || namespace_of(other) != namespace_of(own.object)
            || !is_built(facts)
            || facts.group == own.facts.group
        {
            continue;
        }
        let Some(service) = services_of(other, facts).into_iter().find(|name| services.contains(name)) else {
            continue;
        };
        findings.push(finding(own, facts, other, &service));
    }
    findings
}

/// Whether the controller makes an ALB of it, as far as the stream tells.
fn is_built(facts: &IngressFacts) -> bool {
    let is_meant = || facts.settings.iter().any(|setting| setting.key.starts_with(PREFIX));
    facts.picked_up.unwrap_or_else(is_meant)
}

/// In what the ALB of `own` is more open than that of `other`.
fn wider(own: &IngressFacts, other: &IngressFacts) -> Vec<&'static str> {
    let has = |facts: &IngressFacts, suffixes: &[&str]| {
        let text = |suffix: &&str| facts.text(suffix).filter(|value| !value.value.is_empty() && value.value != "none");
        suffixes.iter().any(|suffix| text(suffix).is_some())
    };
    let is_public = |facts: &IngressFacts| facts.text("scheme").is_some_and(|scheme| scheme.value == INTERNET_FACING);
    let lacks = |has: &dyn Fn(&IngressFacts) -> bool| has(other) && !has(own);
    let by_network = lacks(&|facts| has(facts, &WHO_MAY_CONNECT));
    let by_groups = has(other, &[SECURITY_GROUPS]);
    let wider = [
        (is_public(own) && !is_public(other), "is internet-facing, and the first one is internal"),
        (lacks(&|facts| has(facts, &WEB_ACLS)), "has no web ACL, and the first one has"),
        (by_network && !by_groups, "has no allow-list, and the first one has"),
        (by_network && by_groups, "has no security groups of its own, and the first one has"),
        (lacks(&asks_for_login), "asks nobody to log in, and the first one does"),
        (lacks(&verifies_clients), "verifies no client certificates, and the first one does"),
        (
            lacks(&|facts| facts.read_settings("jwt-validation").next().is_some()),
            "validates no tokens, and the first one does",
        ),
    ];
    wider.into_iter().filter(|(is_so, _)| *is_so).map(|(_, text)| text).collect()
}

/// Whether it has `auth-type` and what that needs: otherwise everybody passes, or nothing is built.
fn asks_for_login(facts: &IngressFacts) -> bool {
    let has = |suffix: &str| facts.read_settings(suffix).next().is_some();
    facts.read_settings("auth-type").any(|setting| match setting.value.as_str() {
        "oidc" => has("auth-idp-oidc"),
        "cognito" => has("auth-idp-cognito"),
        _ => false,
    })
}

/// Whether a listener of it lets in only clients with a certificate that it verifies.
fn verifies_clients(facts: &IngressFacts) -> bool {
    let read = |text: &str| <Vec<MutualAuthentication>>::read_by(text, facts.release());
    let mut entries =
        facts.read_settings("mutual-authentication").filter_map(|setting| read(&setting.value).ok()).flatten();
    entries.any(|entry| entry.mode == "verify")
}

fn finding(own: &IngressUnderCheck<'_>, facts: &IngressFacts, other: &Object, service: &str) -> Finding {
    let wider = wider(own.facts, facts);
    let name = other.name();
    let mut message =
        format!("Ingress {} already has an ALB for {service}; this run would add a second one", other.full_name());
    if !wider.is_empty() {
        message = format!("{message}. The second ALB {}", wider.join("; it "));
    }
    about(own.object, &ALB108, message)
        .severity(if wider.is_empty() { Severity::Warning } else { Severity::Error })
        .help(
            Help::from("update the existing Ingress instead: ")
                .set("ingress.name", name)
                .then("; if you want both, allow this finding by its id"),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::configured;
    use crate::rewrite::rewrite;

    /// What the filter says of an Ingress beside its own, with these annotations and class, and this default backend.
    fn found(annotations: &str, backend: &str, spec: &str) -> Vec<(Severity, String)> {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: gw, namespace: mesh}}\nspec: {{type: NodePort, ports: [{{name: \
             status-port, port: 15021}}, {{name: http2, port: 80}}, {{name: https, port: 443}}]}}\n---\napiVersion: \
             networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: other, namespace: mesh, annotations: {{{annotations}}}}}\nspec: \
             {{defaultBackend: {{service: {backend}}}}}\n"
        );
        let found = rewrite(&text, &configured(spec)).unwrap().findings.into_iter();
        found.filter(|finding| finding.rule == &ALB108).map(|finding| (finding.severity, finding.message)).collect()
    }

    fn beside(annotations: &str, service: &str, spec: &str) -> Vec<Severity> {
        let backend = format!("{{name: {service}, port: {{number: 443}}}}");
        found(annotations, &backend, spec).into_iter().map(|(severity, _)| severity).collect()
    }

    const OPEN: &str = "{ingress: {scheme: internet-facing}}";
    const ALB: &str = "kubernetes.io/ingress.class: alb, alb.ingress.kubernetes.io/";

    #[test]
    fn an_action_leads_to_the_gateway_as_a_backend_does() {
        let forward = |service: &str, port: &str| {
            let target = format!(r#"{{"serviceName":"{service}","servicePort":{port}}}"#);
            let action = format!(r#"{{"type":"forward","forwardConfig":{{"targetGroups":[{target}]}}}}"#);
            format!("{ALB}scheme: internal, alb.ingress.kubernetes.io/actions.fwd: '{action}'")
        };
        let to_action = "{name: fwd, port: {name: use-annotation}}";
        for port in ["443", r#""443""#, r#""https""#] {
            let severities: Vec<_> =
                found(&forward("gw", port), to_action, OPEN).into_iter().map(|one| one.0).collect();
            assert_eq!(severities, [Severity::Error], "{port}");
        }
        assert_eq!(found(&forward("shop", "443"), to_action, OPEN), []);
        assert_eq!(found(&forward("gw", "443"), "{name: other, port: {name: use-annotation}}", OPEN), []);
    }

    #[test]
    fn whatever_keeps_clients_out_is_compared() {
        let oidc = r#"auth-idp-oidc: '{"issuer":"https://l.example.com","secretName":"s","authorizationEndpoint":"https://l.example.com/a","tokenEndpoint":"https://l.example.com/t","userInfoEndpoint":"https://l.example.com/u"}'"#;
        let prefix = "alb.ingress.kubernetes.io/";
        let login = format!("{prefix}auth-type: oidc, {prefix}{oidc}");
        let mutual = |mode: &str| format!(r#"{prefix}mutual-authentication: '[{{"port": 443, {mode}}}]'"#);
        let jwt = format!(
            r#"{prefix}jwt-validation: '{{"jwksEndpoint":"https://l.example.com/jwks","issuer":"https://l.example.com"}}'"#
        );
        for (guard, expected) in [
            (&*login, Some("asks nobody to log in, and the first one does")),
            (
                &mutual(r#""mode": "verify", "trustStore": "store""#),
                Some("verifies no client certificates, and the first one does"),
            ),
            (&jwt, Some("validates no tokens, and the first one does")),
            (
                &format!("{prefix}security-groups: sg-1"),
                Some("has no security groups of its own, and the first one has"),
            ),
            (&format!("{prefix}inbound-cidrs: 10.0.0.0/8"), Some("has no allow-list, and the first one has")),
            (&mutual(r#""mode": "passthrough""#), None),
            (&format!("{prefix}{oidc}"), None),
            (&format!("{prefix}auth-type: none, {prefix}{oidc}"), None),
        ] {
            let annotations = format!("{ALB}scheme: internet-facing, {guard}");
            let [(severity, message)] = &found(&annotations, "{name: gw, port: {number: 443}}", OPEN)[..] else {
                panic!("one finding: {guard}")
            };
            match expected {
                Some(text) => assert!(*severity == Severity::Error && message.ends_with(text), "{guard}: {message}"),
                None => assert_eq!(*severity, Severity::Warning, "{guard}: {message}"),
            }
            // With the same guard on both, they are alike.
            let both = format!("{{ingress: {{scheme: internet-facing, annotations: {{{guard}}}}}}}");
            assert_eq!(beside(&annotations, "gw", &both), [Severity::Warning], "{guard}");
        }
    }

    #[test]
    fn a_second_alb_that_is_more_open_is_an_error() {
        let (open, alb) = (OPEN, ALB);
        let [internal, public] = ["internal", "internet-facing"].map(|scheme| format!("{alb}scheme: {scheme}"));
        let acl = format!("{public}, alb.ingress.kubernetes.io/wafv2-acl-arn: arn");
        let list = format!("{public}, alb.ingress.kubernetes.io/inbound-cidrs: 10.0.0.0/8");
        let (error, warning) = (vec![Severity::Error], vec![Severity::Warning]);
        for (annotations, service, spec, expected) in [
            (&*internal, "gw", open, &error),
            (&acl, "gw", open, &error),
            (&list, "gw", open, &error),
            (&list, "gw", "{ingress: {scheme: internet-facing, inboundCidrs: [10.0.0.0/8]}}", &warning),
            (&public, "gw", open, &warning),
            (&public, "gw", "{ingress: {scheme: internal}}", &warning),
            // The same ALB, another Service, another controller's Ingress, and the one that is adopted.
            (
                &format!("{public}, alb.ingress.kubernetes.io/group.name: e"),
                "gw",
                "{ingress: {group: {name: e}}}",
                &vec![],
            ),
            (&internal, "shop", open, &vec![]),
            ("kubernetes.io/ingress.class: nginx", "gw", open, &vec![]),
            (&internal, "gw", "{ingress: {name: other}}", &vec![]),
            (&internal, "gw", "{ingress: {scheme: internet-facing}, findings: {allow: [ALB108]}}", &vec![]),
        ] {
            assert_eq!(&beside(annotations, service, spec), expected, "{annotations} {service} {spec}");
        }
    }
}
