//! Rules about where the ALB can be reached from: the whole internet, or its network alone.
//!
//! The filter itself reports where it assumed a scheme or changes one. In manifests as they stand the scheme of the Ingress, of
//! its class and of the other members of its group is checked.

#[cfg(test)]
mod tests;

use super::ALB024;
use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::members::Question;
use alb_controller::catalogue;

rules! {
    ALB065 Warning "scheme-changed" {
        summary: "the scheme differs from that of the Ingress which is in the stream already",
        explanation: "A change of scheme replaces the ALB: the controller deletes the old one, then creates the new \
            one under another DNS name. Until DNS has the new name, nothing is reachable.",
        help: "keep the scheme, or build the other ALB beside it under another [[ingress.name]]",
        source: "LBC v3.5.0 pkg/deploy/elbv2/load_balancer_synthesizer.go:64-78,221-229",
    }
}

/// The findings about the scheme of each Ingress that is checked.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    context
        .ingresses()
        .filter_map(|ingress| unknown_scheme(context, ingress).or_else(|| no_scheme(context, ingress)))
        .collect()
}

fn unknown_scheme(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let scheme = ingress.facts.text("scheme")?;
    if catalogue::SCHEMES.contains(&scheme.value) {
        return None;
    }
    let finding = context.at_effective(
        &scheme,
        &ALB024,
        format!("scheme {:?} is neither internal nor internet-facing", scheme.value),
    );
    let meant = catalogue::SCHEMES.iter().find(|known| known.eq_ignore_ascii_case(scheme.value.trim()));
    Some(match meant {
        Some(meant) => finding.help(format!("write {meant}, in exactly these letters")),
        None => finding.help("write internal or internet-facing"),
    })
}

/// No member of the group has a scheme. An empty one is the subject of ALB029.
fn no_scheme(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    if context.first_member(ingress, Question::SchemeOrEmpty).is_some() {
        return None;
    }
    let finding = ingress
        .finding(&ALB024, "the scheme is not set: the ALB is internal by default")
        .severity(Severity::Warning)
        .help("set `alb.ingress.kubernetes.io/scheme: internal` or `internet-facing`");
    if ingress.facts.picked_up.is_some() {
        return Some(finding);
    }
    let message = match &ingress.facts.class {
        Some(class) => format!(
            "the scheme is not set: the ALB is internal, unless the parameters of the class {class} set another scheme"
        ),
        None => "the scheme is not set: the ALB is internal, if there is one".to_owned(),
    };
    Some(Finding { message, ..finding }.severity(Severity::Info))
}

/// `internet-facing` was assumed.
pub fn scheme_assumed() -> Finding {
    Finding::new(
        &ALB024,
        "internet-facing was assumed: neither the configuration nor the old load balancer has a scheme",
    )
    .severity(Severity::Warning)
    .help(
        "set [[ingress.scheme: internal]] or [[ingress.scheme: internet-facing]]; if there is a load balancer already, look \
         at its scheme first: since v2.5 the controller's webhook makes an internal NLB for a Service without annotations",
    )
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// Whether the old NLB is internal depends on the controller that made it.
pub fn scheme_of_nlb_unknown() -> Finding {
    Finding::new(
        &ALB024,
        "aws-load-balancer-type is nlb, and the scheme is not set: the NLB is internal if the AWS Load Balancer Controller made \
         it, internet-facing if the cloud provider did",
    )
    .help(LOOK)
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// The old load balancer serves beside the ALB, and nothing says its scheme.
pub fn scheme_unknown_at_attach() -> Finding {
    Finding::new(
        &ALB024,
        "the old load balancer stays beside the ALB, and its scheme is not in the manifests: it is an internal NLB if the AWS Load Balancer \
         Controller made it, an internet-facing one if the cloud provider did",
    )
    .help(LOOK)
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// What to do where only AWS knows the scheme.
const LOOK: &str = "look at the load balancer in AWS, and set its scheme: [[ingress.scheme: internal]] or [[ingress.scheme: internet-facing]]";

/// An internal gateway would be exposed.
pub fn internal_exposed() -> Finding {
    Finding::new(
        &ALB024,
        "the old load balancer is internal, carrying over is switched off, and no scheme is configured: the gateway would be \
         exposed to the internet",
    )
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// An internal gateway is exposed, as asked for.
pub fn internal_opened() -> Finding {
    Finding::new(&ALB024, "the old load balancer is internal, and the ALB is to be internet-facing")
        .severity(Severity::Warning)
        .help("if you want that, allow this finding by its id; otherwise set [[ingress.scheme: internal]]")
        .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// The scheme of the Ingress in the stream is kept, although the old load balancer may have been internal.
pub fn default_yields() -> Finding {
    Finding::new(
        &ALB024,
        "internet-facing is kept from the Ingress in the stream: the Service is no longer a LoadBalancer, and its annotations \
         are those of an internal load balancer",
    )
    .severity(Severity::Warning)
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// The scheme differs from that of the Ingress in the stream.
pub fn scheme_changed(old: &str, new: &str) -> Finding {
    Finding::new(&ALB065, format!("the scheme changes from {old} to {new}: the ALB is replaced"))
        .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}
