//! Rules about where the ALB can be reached from: the whole internet, or its network alone.
//!
//! The filter says for itself where it assumed a scheme or changes one. Manifests as they stand are judged by what they
//! say, and what the other members of the group and the class say for them.

#[cfg(test)]
mod tests;

use super::scene::{Scene, Subject};
use super::{Finding, Rule, Severity};
use crate::alb::model::Effective;
use crate::alb::model::Key;

const SCHEMES: [&str; 2] = ["internal", "internet-facing"];
const ADDRESS_TYPES: [&str; 3] = ["ipv4", "dualstack", "dualstack-without-public-ipv4"];

/// Internal or internet-facing was not said.
pub static ALB024: Rule = Rule {
    id: "ALB024",
    name: "scheme-not-said",
    severity: Severity::Error,
    summary: "nobody said whether the ALB is internal or internet-facing, or what was said is neither",
    explanation: "The controller's default is `internal`; the how-to, and so this program, says `internet-facing` where neither \
the configuration nor the old load balancer says anything. Changing the scheme later replaces the ALB: the old one is deleted \
first, and the DNS name changes.\n\nAnything but `internal` and `internet-facing`, in exactly these letters, stops the \
controller: `unknown scheme`.",
    help: "say it: `ingress.scheme: internal` or `ingress.scheme: internet-facing` (--scheme)",
    source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:138-167; pkg/deploy/elbv2/load_balancer_synthesizer.go:65-95",
};

/// The scheme changes between two runs.
pub static ALB065: Rule = Rule {
    id: "ALB065",
    name: "scheme-changed",
    severity: Severity::Warning,
    summary: "the scheme differs from that of the Ingress which is in the stream already",
    explanation: "A change of scheme replaces the ALB: the controller deletes the old one, then creates the new one under \
another DNS name. Until DNS follows nothing is reachable.",
    help: "keep the scheme, or build the other ALB beside it under another `ingress.name`",
    source: "LBC v3.5.0 pkg/deploy/elbv2/load_balancer_synthesizer.go:64-78,221-229",
};

/// The rules of this module.
pub static RULES: [&Rule; 2] = [&ALB024, &ALB065];

/// Those that manifests as they stand can break.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    scene.ours().filter_map(|subject| unknown_scheme(scene, subject).or_else(|| no_scheme(scene, subject))).collect()
}

fn unknown_scheme(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    let scheme = subject.facts.text("scheme")?;
    if SCHEMES.contains(&scheme.value) {
        return None;
    }
    let finding = scene.at_effective(
        &scheme,
        &ALB024,
        format!("scheme {:?} is neither internal nor internet-facing", scheme.value),
    );
    let meant = SCHEMES.iter().find(|known| known.eq_ignore_ascii_case(scheme.value.trim()));
    Some(match meant {
        Some(meant) => finding.help(format!("write {meant}, in exactly these letters")),
        None => finding.help("write internal or internet-facing"),
    })
}

/// A scheme that nobody in the group says. An empty one has a rule of its own.
fn no_scheme(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<Finding> {
    let says = |member: &Subject<'_>| member.setting("scheme").is_some() || member.facts.text("scheme").is_some();
    if scene.first_member(subject, "scheme at all", says).is_some() {
        return None;
    }
    let finding = subject
        .finding(&ALB024, "nobody says the scheme: the ALB is internal by default")
        .severity(Severity::Warning)
        .help("say it: `alb.ingress.kubernetes.io/scheme: internal` or `internet-facing`");
    if subject.facts.picked_up.is_some() {
        return Some(finding);
    }
    let message = match &subject.facts.class {
        Some(class) => format!(
            "nobody says the scheme: the ALB is internal, unless the parameters of the class {class} say otherwise"
        ),
        None => "nobody says the scheme: the ALB is internal, if there is one".to_owned(),
    };
    Some(Finding { message, ..finding }.severity(Severity::Info))
}

/// The scheme of the load balancer; `None` where it is neither.
#[must_use]
pub fn scheme(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<&'static str> {
    in_effect(scene, subject, "scheme", &SCHEMES)
}

/// The address type of the load balancer; `None` where it is none.
#[must_use]
pub fn address_type(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<&'static str> {
    in_effect(scene, subject, "ip-address-type", &ADDRESS_TYPES)
}

/// The first of `words` where no member of the group says anything.
fn in_effect(
    scene: &Scene<'_>,
    subject: &Subject<'_>,
    suffix: &'static str,
    words: &[&'static str],
) -> Option<&'static str> {
    let says = |member: &Subject<'_>| member.facts.text(suffix).is_some();
    let first = scene.first_member(subject, suffix, says);
    match first.and_then(|member| member.facts.text(suffix)) {
        None => words.first().copied(),
        Some(Effective { value, .. }) => words.iter().copied().find(|word| *word == value),
    }
}

/// The Ingress of the group that gives security groups, if one does.
#[must_use]
pub fn security_groups<'s>(scene: &Scene<'s>, subject: &Subject<'s>) -> Option<&'s Key> {
    let suffix = "security-groups";
    let gives = |member: &Subject<'_>| member.facts.list(suffix).is_some_and(|list| !list.value.is_empty());
    let given = scene.first_member(subject, suffix, gives)?;
    Some(&given.facts.key)
}

/// `internet-facing` was assumed.
#[must_use]
pub fn scheme_assumed() -> Finding {
    Finding::new(
        &ALB024,
        "internet-facing was assumed: neither the configuration nor the old load balancer says the scheme",
    )
    .severity(Severity::Warning)
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// An internal gateway would be exposed.
#[must_use]
pub fn internal_exposed() -> Finding {
    Finding::new(
        &ALB024,
        "the old load balancer is internal, carrying over is switched off, and no scheme is configured: the gateway would be \
         exposed to the internet",
    )
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// An internal gateway is exposed, as asked for.
#[must_use]
pub fn internal_opened() -> Finding {
    Finding::new(
        &ALB024,
        "the old load balancer is internal, and the ALB is to be internet-facing",
    )
    .severity(Severity::Warning)
    .help("if that is meant, take what makes the old one internal out of the chart's values, or allow this finding by its id")
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// The Ingress in the stream is taken at its word, against what the old load balancer may have been.
#[must_use]
pub fn default_yields() -> Finding {
    Finding::new(
        &ALB024,
        "internet-facing is kept from the Ingress in the stream: the Service is no LoadBalancer any more, and its annotations \
         would stand for an internal load balancer",
    )
    .severity(Severity::Warning)
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}

/// The scheme differs from that of the Ingress in the stream.
#[must_use]
pub fn scheme_changed(old: &str, new: &str) -> Finding {
    Finding::new(&ALB065, format!("the scheme changes from {old} to {new}: the ALB is replaced"))
        .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}
