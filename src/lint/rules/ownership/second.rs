//! The rule about a second ALB for a gateway, beside that of an Ingress which the stream has already.

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck, about, namespace_of};
use crate::lint::facts::targets::backends;
use alb_controller::catalogue::{INTERNAL, INTERNET_FACING, PREFIX};
use alb_controller::model::IngressFacts;
use kubernetes_objects::ObjectRef;
use kubernetes_objects::object::Object;

rules! {
    ALB108 Error | Warning "second-alb-for-the-gateway" {
        summary: "another Ingress of the stream has an ALB for this gateway already",
        explanation: "The filter brings an Ingress up to date if it has the name of its own (`ingress.name`), and adds one \
            otherwise. Beside an Ingress under another name that leads to the same gateway a second ALB is built. Where the \
            second one is more open than the first, internet-facing beside internal, without its web ACL or without its \
            allow-list, that is an error; two that are alike are a warning.",
        help: "adopt the other Ingress: give its name with [[ingress.name]]; if both are wanted, allow this \
            finding by its id",
        source: "LBC v3.5.0 pkg/ingress/group_loader.go:196-230: every Ingress without a `group.name` is a group, and an ALB, of its own",
    }
}

const WEB_ACLS: [&str; 4] = ["wafv2-acl-arn", "wafv2-acl-name", "web-acl-id", "waf-acl-id"];
const ALLOW_LISTS: [&str; 3] = ["inbound-cidrs", "security-group-prefix-lists", "security-groups"];

/// Compares an Ingress of the filter with the others that lead to the same Service. `ours` are those of the filter.
pub fn check(context: &Context<'_>, own: &IngressUnderCheck<'_>, ours: &[ObjectRef]) -> Vec<Finding> {
    let backends_of = |ingress: &Object| -> Vec<String> {
        let all = backends(ingress).into_iter().filter(|backend| backend.is_service && !backend.uses_annotation());
        all.map(|backend| backend.name.to_owned()).collect()
    };
    let services = backends_of(own.object);
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
        let Some(service) = backends_of(other).into_iter().find(|name| services.contains(name)) else { continue };
        findings.push(finding(own, facts, other, &service));
    }
    findings
}

/// Whether the controller makes an ALB of it, as far as the stream tells.
fn is_built(facts: &IngressFacts) -> bool {
    let is_meant = || facts.settings.iter().any(|setting| setting.key.starts_with(PREFIX));
    facts.picked_up.unwrap_or_else(is_meant)
}

fn finding(own: &IngressUnderCheck<'_>, facts: &IngressFacts, other: &Object, service: &str) -> Finding {
    let has = |facts: &IngressFacts, suffixes: &[&str]| {
        let text = |suffix: &&str| facts.text(suffix).filter(|value| !value.value.is_empty() && value.value != "none");
        suffixes.iter().any(|suffix| text(suffix).is_some())
    };
    let scheme =
        |facts: &IngressFacts| facts.text("scheme").map_or(INTERNAL.to_owned(), |scheme| scheme.value.to_owned());
    let lacks = |suffixes: &[&str]| has(facts, suffixes) && !has(own.facts, suffixes);
    let mut wider = Vec::new();
    if scheme(own.facts) == INTERNET_FACING && scheme(facts) != INTERNET_FACING {
        wider.push("is internet-facing, and that one is internal");
    }
    if lacks(&WEB_ACLS) {
        wider.push("has no web ACL, and that one has");
    }
    if lacks(&ALLOW_LISTS) {
        wider.push("has no allow-list, and that one has");
    }
    let name = other.name();
    let mut message =
        format!("Ingress {} leads to {service} as well: this would be a second ALB for it", other.full_name());
    if !wider.is_empty() {
        message = format!("{message}, which {}", wider.join("; which "));
    }
    about(own.object, &ALB108, message)
        .severity(if wider.is_empty() { Severity::Warning } else { Severity::Error })
        .help(
            Help::from("have that one brought up to date instead: ")
                .set("ingress.name", name)
                .then("; if both are wanted, allow this finding by its id"),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::configured;
    use crate::rewrite::rewrite;

    /// What the filter says of an Ingress beside its own, with these annotations and class, for this Service.
    fn beside(annotations: &str, service: &str, spec: &str) -> Vec<Severity> {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: gw, namespace: mesh}}\nspec: {{type: NodePort, ports: [{{name: \
             status-port, port: 15021}}, {{name: http2, port: 80}}, {{name: https, port: 443}}]}}\n---\napiVersion: \
             networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: other, namespace: mesh, annotations: {{{annotations}}}}}\nspec: \
             {{defaultBackend: {{service: {{name: {service}, port: {{number: 443}}}}}}}}\n"
        );
        let found = rewrite(&text, &configured(spec)).unwrap().findings;
        found.iter().filter(|finding| finding.rule == &ALB108).map(|finding| finding.severity).collect()
    }

    #[test]
    fn a_second_alb_that_is_more_open_is_an_error() {
        let open = "{ingress: {scheme: internet-facing}}";
        let alb = "kubernetes.io/ingress.class: alb, alb.ingress.kubernetes.io/";
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
