//! Rules about what the controller's release does otherwise than later ones: what an Ingress means to it, and what goes wrong in
//! it. What it does not know at all is the subject of ALB053.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::load_balancer::{address_type, frontend_nlb, security_groups};
use crate::lint::facts::targets::{Path, paths, targets};
use alb_controller::catalogue::{self, IPV4};
use alb_controller::releases::Behaviour;

rules! {
    ALB114 Error | Warning "path-type-not-looked-at" {
        summary: "a path whose `pathType` the controller in use ignores, so that it matches something else",
        explanation: "Before v2.2.0 the controller gives a path to AWS as it is written. `/` of type `Prefix` matches the root \
            and nothing else: every other request is answered with 404. `/app` of type `Prefix` does not match what is below \
            it.\n\nA wildcard in a path of type `Prefix` or `Exact` works there, and stops later releases: a warning.",
        help: "write the wildcard into the path, as `path: /*` with `pathType: ImplementationSpecific`, which all releases read \
            alike; or upgrade the controller",
        source: "LBC v2.1.3 pkg/ingress/model_build_listener_rules.go buildRuleConditions; v2.2.0 buildPathPatterns there",
    }
    ALB115 Warning "default-certificate-is-another" {
        summary: "several certificates, and the controller in use takes another one than the first as the default",
        explanation: "Before v2.2.0 the controller sorts the ARNs of a listener. The one that comes first in the alphabet is the \
            default certificate, which clients without SNI get, and clients that ask for a host of none of them.",
        help: "upgrade the controller to v2.2.0 or later, or name one certificate with all hosts",
        source: "LBC v2.1.3 pkg/ingress/model_builder.go mergeListenPortConfigs; aws-load-balancer-controller#1863",
    }
    ALB116 Info "controller-needs-an-old-kubernetes" {
        summary: "the controller in use does not run on Kubernetes 1.22 and later",
        explanation: "Before v2.4.0 the controller reads Ingresses as `networking.k8s.io/v1beta1`, which Kubernetes does not serve \
            since 1.22. Up to 1.21 the API server converts an Ingress of `networking.k8s.io/v1` for it.",
        help: "check `controllerVersion`, or upgrade the controller",
        source: "LBC v2.3.1 controllers/ingress/group_controller.go; v3.5.0 docs/deploy/installation.md; \
            aws-load-balancer-controller#2433",
    }
    ALB117 Error | Warning "fault-of-the-release" {
        summary: "the Ingress meets a fault that the controller's release has, and later ones have not",
        explanation: "v2.14.0 panics at each reconcile where `wafv2-acl-name` is anything but `none`: nothing is done for the \
            group any more.\n\nWarnings: v2.3.0 opens port 1 on the nodes in place of a named target port of pods; v2.13.0 to \
            v2.13.2 ask for a target group of address type `dualstack` where an NLB is in front of a `dualstack` ALB, and AWS has \
            none; v2.13.0 to v2.13.3 attach the first of `frontend-nlb-security-groups` only.",
        help: "upgrade the controller: to v2.14.1 or later (names of web ACLs), v2.13.3 or later (dualstack), v2.13.4 or later \
            (security groups), v2.3.1 or later (named target ports)",
        source: "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/4388; LBC v2.3.0 and v2.3.1 \
            pkg/ingress/model_build_target_group.go; v2.13.2, v2.13.3 and v2.13.4 pkg/ingress/model_build_frontend_nlb.go",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        if !context.has(Behaviour::PathTypes) {
            findings.extend(paths(ingress.object).iter().filter_map(|path| path_type(context, ingress, path)));
        }
        findings.extend(default_certificate(context, ingress));
        findings.extend(web_acl_name(context, ingress));
        findings.extend(node_rules(context, ingress));
        findings.extend(nlb_of_dualstack(context, ingress));
        findings.extend(nlb_security_groups(context, ingress));
    }
    findings.extend(context.ingresses().next().and_then(|first| old_kubernetes(context, first)));
    findings
}

fn path_type(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, path: &Path<'_>) -> Option<Finding> {
    let (text, release) = (path.path, context.release());
    let at = |message: String| ingress.finding(&ALB114, message).field(format!("{}/path", path.pointer));
    if matches!(path.path_type, "Prefix" | "Exact") && text.contains(['*', '?']) {
        let message = format!("path {text} of type {} works with release {release} only", path.path_type);
        let help = "write `pathType: ImplementationSpecific`, which means the same to all releases";
        return Some(at(message).severity(Severity::Warning).help(help));
    }
    if path.path_type != "Prefix" || text.is_empty() {
        return None;
    }
    let looks = format!("release {release} of the controller does not look at pathType");
    Some(match text.strip_suffix('/').unwrap_or(text) {
        "" => at(format!("{looks}: path / matches the root only, and every other request is answered with 404"))
            .help("write `path: /*` with `pathType: ImplementationSpecific`"),
        stem => at(format!("{looks}: path {text} matches {text} only, and nothing below it"))
            .help(format!("write `{stem}` and `{stem}/*` with `pathType: ImplementationSpecific`")),
    })
}

fn default_certificate(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let list = ingress.facts.list("certificate-arn").filter(|_| !context.has(Behaviour::CertificateOrder))?;
    let (first, sorted) = (list.value.first()?, list.value.iter().min()?);
    let message = format!("the default certificate is {sorted}: release {} sorts them", context.release());
    (first != sorted).then(|| context.at_effective(&list, &ALB115, message))
}

fn old_kubernetes(context: &Context<'_>, first: &IngressUnderCheck<'_>) -> Option<Finding> {
    let message = format!("release {} of the controller runs on Kubernetes 1.21 and older only", context.release());
    (!context.has(Behaviour::IngressV1)).then(|| first.finding(&ALB116, message))
}

fn web_acl_name(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let suffix = "wafv2-acl-name";
    if !context.has(Behaviour::WebAclNameKnown) || context.has(Behaviour::WebAclByName) {
        return None;
    }
    let panics = |name: &str| !name.is_empty() && name != "none";
    let message =
        format!("release {} panics at every name of a web ACL: nothing is done for the group", context.release());
    let help = "upgrade the controller to v2.14.1 or later";
    if let Some(of_class) = ingress.facts.class_text(suffix).filter(|name| panics(name.value)) {
        return Some(context.at_effective(&of_class, &ALB117, message).help(help));
    }
    ingress.facts.own_setting(suffix).filter(|setting| panics(&setting.value))?;
    Some(ingress.at(&ALB117, suffix, message).help(help))
}

fn node_rules(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let has_fault = context.has(Behaviour::BackendRulesByAnnotation) && !context.has(Behaviour::PodPortOpened);
    if !has_fault || security_groups(context, ingress).is_some() {
        return Vec::new();
    }
    let by_name = targets(context, ingress).into_iter().filter(|target| {
        let port = target.service_port().map(|port| &port["targetPort"]);
        target.target_type() == Some(catalogue::IP) && port.is_some_and(serde_json::Value::is_string)
    });
    let found = by_name.map(|target| {
        let release = context.release();
        let message = format!(
            "the target port of {} has a name: release {release} opens port 1 for the ALB in place of it, and no target is reached",
            target.title()
        );
        target.here(&ALB117, message).severity(Severity::Warning).help("write the number of the target port, or upgrade the controller to v2.3.1 or later")
    });
    found.collect()
}

fn nlb_of_dualstack(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let suffix = "enable-frontend-nlb";
    let asks = !context.has(Behaviour::FrontendNlbIpv4) && frontend_nlb(context, ingress);
    let is_dualstack = address_type(context, ingress).is_some_and(|kind| kind != IPV4);
    let message = format!(
        "release {} asks for a target group of address type dualstack for the NLB in front, which AWS does not have",
        context.release()
    );
    let help = "upgrade the controller to v2.13.3 or later";
    (asks && is_dualstack).then(|| ingress.near(&ALB117, suffix, message).severity(Severity::Warning).help(help))
}

fn nlb_security_groups(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let suffix = "frontend-nlb-security-groups";
    let drops = !context.has(Behaviour::FrontendNlbSecurityGroups) && frontend_nlb(context, ingress);
    let groups = ingress.facts.list(suffix).filter(|groups| drops && groups.value.len() > 1)?;
    let message = format!("release {} attaches the first of {suffix} only", context.release());
    let help = "upgrade the controller to v2.13.4 or later";
    Some(context.at_effective(&groups, &ALB117, message).severity(Severity::Warning).help(help))
}
