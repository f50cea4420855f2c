//! Rules about who can reach the ALB.

use super::{Finding, Rule, Severity};

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

/// `internet-facing` was assumed.
#[must_use]
pub fn scheme_assumed() -> Finding {
    Finding::new(&ALB024, "internet-facing was assumed: neither the configuration nor the old load balancer says the scheme")
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

/// The scheme differs from that of the Ingress in the stream.
#[must_use]
pub fn scheme_changed(old: &str, new: &str) -> Finding {
    Finding::new(
        &ALB065,
        format!("the scheme changes from {old} to {new}: the ALB is replaced"),
    )
    .field("/metadata/annotations/alb.ingress.kubernetes.io~1scheme")
}
