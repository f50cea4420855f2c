//! Who can reach the load balancer.

pub mod inbound;
pub mod other_controllers;
pub mod scheme;
pub mod wider_than_asked;

use crate::finding::rules;

// Reported by `scheme` and by `wider_than_asked`.
rules! {
    ALB024 Error | Warning | Info "scheme-not-said" {
        summary: "nothing says whether the ALB is internal or internet-facing, or the value is neither",
        explanation: "The controller's default is `internal`; this program takes `internet-facing` \
            where neither the configuration nor the old load balancer has a scheme. Changing the scheme later \
            replaces the ALB: the old one is deleted first, and the DNS name changes.\n\nThe scheme of a load balancer that \
            exists already is often not in the manifests. Since v2.5 the controller's webhook gives every new Service \
            of type LoadBalancer that has no class the class `service.k8s.aws/nlb`, also one with \
            `aws-load-balancer-type: nlb` and one without any annotation, and the NLB is internal unless an annotation says \
            otherwise. Where the webhook is off, or is younger than the Service, the cloud provider made an \
            internet-facing load balancer of the same manifest. So a missing scheme is an error with \
            `aws-load-balancer-type: nlb`, and in the phase `attach`, where the old load balancer stays. For any other \
            Service it is a warning.\n\nAnything but `internal` and \
            `internet-facing`, in exactly these letters, stops the controller: `unknown scheme`.",
        help: "set [[ingress.scheme: internal]] or [[ingress.scheme: internet-facing]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:138-167; \
            pkg/deploy/elbv2/load_balancer_synthesizer.go:65-95; webhooks/core/service_mutator.go:44-93",
    }
}
