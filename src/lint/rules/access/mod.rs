//! Who can reach the load balancer.

pub mod inbound;
pub mod scheme;
pub mod wider_than_asked;

use crate::finding::rules;

// Reported by `scheme` and by `wider_than_asked`.
rules! {
    ALB024 Error "scheme-not-said" {
        summary: "nobody said whether the ALB is internal or internet-facing, or what was said is neither",
        explanation: "The controller's default is `internal`; the how-to, and so this program, says `internet-facing` \
            where neither the configuration nor the old load balancer says anything. Changing the scheme later \
            replaces the ALB: the old one is deleted first, and the DNS name changes.\n\nAnything but `internal` and \
            `internet-facing`, in exactly these letters, stops the controller: `unknown scheme`.",
        help: "say it: `ingress.scheme: internal` or `ingress.scheme: internet-facing` (--scheme)",
        source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:138-167; \
            pkg/deploy/elbv2/load_balancer_synthesizer.go:65-95",
    }
}
