//! Rules about the way from an NLB or Classic ELB to the ALB: what is kept, what has no ALB form, what happens to the old
//! load balancer.

use std::collections::BTreeSet;

use super::context::pointer;
use super::{Finding, Rule, Severity};
use crate::alb::nlb::{ALB, Carried, PREFIX};
use crate::alb::values::string_list;
use crate::ingress::BuiltIngress;
use crate::manifest::Object;

/// One name for two load balancers.
pub static ALB022: Rule = Rule {
    id: "ALB022",
    name: "name-of-the-nlb",
    severity: Severity::Error,
    summary: "the ALB is to have the name that the NLB has",
    explanation: "Names are unique per account and region over ALBs and NLBs together. As long as the NLB lives the ALB \
can't be created under its name, and the name counts at creation only.",
    help: "give the ALB another name, for example with `-alb` behind it",
    source: "AWS elbv2 API, CreateLoadBalancer Name; LBC v3.5.0 pkg/service/model_build_load_balancer.go:577-585",
};

/// An allow-list that would be lost.
pub static ALB027: Rule = Rule {
    id: "ALB027",
    name: "allow-list-lost",
    severity: Severity::Error,
    summary: "who could connect to the old load balancer, and the ALB lets in others",
    explanation: "`loadBalancerSourceRanges`, or the annotation `service.beta.kubernetes.io/load-balancer-source-ranges`, \
lets only some addresses in. The API server forbids both on a NodePort Service, so they go; if they do not come back as \
`inbound-cidrs`, as they are, the ALB is open to others, or to the world. `inbound-cidrs` has no effect beside \
`security-groups`. The same goes for prefix lists, and for security groups that nothing takes the place of.\n\n\
What the Ingress says is not all: IngressClassParams and members of the group in the same stream can let in others, and a \
controller that is too old does not read an annotation.",
    help: "remove the ranges from the chart's values if they no longer hold, or let them be carried over; where the other \
setting is what you want, allow this finding by its id",
    source: "LBC v3.5.0 pkg/ingress/model_builder.go:494-497, model_build_load_balancer.go:285-337, \
model_build_listener.go:274-300",
};

/// An NLB of the cloud provider's would be orphaned.
pub static ALB034: Rule = Rule {
    id: "ALB034",
    name: "in-tree-nlb-orphaned",
    severity: Severity::Warning,
    summary: "the Service has `aws-load-balancer-type: nlb`: its NLB belongs to the cloud provider",
    explanation: "The cloud provider (cloud-provider-aws, or the in-tree one) decides by the annotations that it then sees \
what it has to delete. When the type changes and the annotation goes in one update it looks for a Classic ELB, finds none, \
and removes its finalizer: the NLB, its target groups and its rules in the nodes' security group stay behind for ever.",
    help: "keep the annotation for the cutover (`service.keepAnnotations`), and remove it in a second step; or delete the NLB \
by hand afterwards",
    source: "cloud-provider-aws pkg/providers/v1/aws.go:2817-2846; kubernetes#95042; cloud-provider-aws#1254",
};

/// Deletion protection does not protect.
pub static ALB035: Rule = Rule {
    id: "ALB035",
    name: "deletion-protection-of-the-nlb",
    severity: Severity::Warning,
    summary: "the NLB has deletion protection, which the cutover takes away",
    explanation: "While `deletion_protection.enabled=true` stands on the Service the controller refuses to delete the NLB. \
Stripped together with the change of type, the controller switches the protection off itself and deletes the NLB.",
    help: "be sure that DNS points to the ALB before the cutover (`phase: attach` first)",
    source: "LBC v3.5.0 pkg/deploy/elbv2/load_balancer_synthesizer.go:69-81",
};

/// The NLB goes first.
pub static ALB036: Rule = Rule {
    id: "ALB036",
    name: "old-load-balancer-goes-first",
    severity: Severity::Info,
    summary: "the Service is of type LoadBalancer now: at the cutover its load balancer goes before the ALB is there",
    explanation: "Helm updates the Service before it creates the Ingress, so the old load balancer is deleted minutes \
before the ALB answers, and the DNS name changes. With `phase: attach` the ALB is built beside it first.",
    help: "on a live gateway use `phase: attach`, move DNS, then `phase: cutover`",
    source: "LBC v3.5.0 controllers/service/service_controller.go:132-141",
};

/// PROXY protocol.
pub static ALB057: Rule = Rule {
    id: "ALB057",
    name: "proxy-protocol",
    severity: Severity::Warning,
    summary: "PROXY protocol was asked for, which an ALB does not speak",
    explanation: "An ALB speaks HTTP to its targets. If the gateway still expects the PROXY protocol (a listener filter, an \
EnvoyFilter, `gatewayTopology.proxyProtocol`) it resets every connection of the ALB. The client's address comes in \
`X-Forwarded-For`; set `numTrustedProxies: 1`.",
    help: "remove the PROXY protocol from the gateway, and set `proxy.istio.io/config: '{\"gatewayTopology\": \
{\"numTrustedProxies\": 1}}'` on its pods",
    source: "LBC v3.5.0 pkg/service/model_build_target_group.go:367-374; Istio gatewayTopology",
};

/// DNS.
pub static ALB059: Rule = Rule {
    id: "ALB059",
    name: "external-dns-moved",
    severity: Severity::Info,
    summary: "external-dns annotations of the Service were moved to the Ingress",
    explanation: "For a NodePort Service external-dns publishes the addresses of the nodes. On the Ingress the same \
annotations publish the ALB. With the sources `istio-gateway` and `istio-virtualservice` the target comes from the Service's \
status, which is empty now: put `external-dns.alpha.kubernetes.io/ingress: <namespace>/<ingress>` on the Gateway \
(`external-dns.kubernetes.io/ingress` from external-dns v0.22 on).",
    help: "check with `external-dns --dry-run` what is published",
    source: "external-dns source/service.go extractNodePortTargets; https://github.com/kubernetes-sigs/external-dns/releases/tag/v0.22.0",
};

/// Fixed addresses.
pub static ALB060: Rule = Rule {
    id: "ALB060",
    name: "fixed-addresses-lost",
    severity: Severity::Warning,
    summary: "the load balancer had fixed addresses, and an ALB has none",
    explanation: "Elastic IPs, private addresses and `loadBalancerIP` have no ALB form: allow-lists at partners and DNS \
records that name the addresses break. With controller v2.14 or later a frontend NLB keeps Elastic IPs \
(`enable-frontend-nlb`, `frontend-nlb-scheme: internet-facing`, `frontend-nlb-eip-allocations`); AWS Global Accelerator is the \
other way.",
    help: "give those who rely on the addresses the ALB's DNS name, or put a frontend NLB in front of it",
    source: "LBC v3.5.0 pkg/service/model_build_load_balancer.go:328-383, pkg/ingress/model_build_frontend_nlb.go:142-192",
};

/// An annotation that nobody reads.
pub static ALB066: Rule = Rule {
    id: "ALB066",
    name: "annotation-without-beta",
    severity: Severity::Info,
    summary: "`service.kubernetes.io/aws-load-balancer-*`, which no controller reads",
    explanation: "The controller reads `service.beta.kubernetes.io/aws-load-balancer-*` only. Without `beta` the annotation \
never had an effect; it was removed.",
    help: "remove it from the chart's values",
    source: "LBC v3.5.0 controllers/service/service_controller.go:40-52",
};

/// What a roll-back yields.
pub static ALB068: Rule = Rule {
    id: "ALB068",
    name: "roll-back-yields-a-classic-elb",
    severity: Severity::Info,
    summary: "the Service says neither which controller nor which class its load balancer is of",
    explanation: "Without `aws-load-balancer-type` and `loadBalancerClass` the load balancer is a Classic ELB of the cloud \
provider's, or an NLB because the controller's webhook set the class when the Service was created. The webhook does so at \
creation only: rolled back from NodePort the Service has no class, and a Classic ELB is made.",
    help: "for a way back to an NLB set `service.loadBalancerClass: service.k8s.aws/nlb` in the values that you roll back to",
    source: "LBC v3.5.0 webhooks/core/service_mutator.go:64-93",
};

/// Kept.
pub static ALB095: Rule = Rule {
    id: "ALB095",
    name: "carried-over",
    severity: Severity::Info,
    summary: "a setting of the old load balancer lives on in an annotation of the Ingress",
    explanation: "What the removed annotations and fields of the Service meant is kept where the ALB has a form for it.",
    help: "`istio-alb init` writes what was carried over into a configuration file, so that it can be kept in Git",
    source: "LBC v3.5.0 pkg/service, pkg/ingress; cloud-provider-aws pkg/providers/v1",
};

/// Not kept.
pub static ALB096: Rule = Rule {
    id: "ALB096",
    name: "no-alb-form",
    severity: Severity::Warning,
    summary: "a setting of the old load balancer that has no ALB form",
    explanation: "The setting was removed with its load balancer, and an ALB can't be asked for it, or only in another way.",
    help: "see the message; remove the annotation from the chart's values when you have read it",
    source: "LBC v3.5.0 pkg/service, pkg/ingress; cloud-provider-aws pkg/providers/v1",
};

/// Kept in part.
pub static ALB097: Rule = Rule {
    id: "ALB097",
    name: "carried-over-in-part",
    severity: Severity::Warning,
    summary: "a setting of the old load balancer of which only a part fits an ALB",
    explanation: "Some keys and values exist on NLBs only, or are out of an ALB's range. The rest was carried over.",
    help: "say what the ALB should have in the configuration, which wins over what is carried over",
    source: "AWS elbv2 API, attributes; LBC v3.5.0 pkg/service",
};

/// Cannot be an ALB.
pub static ALB098: Rule = Rule {
    id: "ALB098",
    name: "needs-an-nlb",
    severity: Severity::Error,
    summary: "the load balancer serves UDP or QUIC, which an ALB can't",
    explanation: "An ALB listens for HTTP and HTTPS over TCP. QUIC (HTTP/3) and UDP end at an NLB.",
    help: "keep an NLB for this traffic with a Service of its own, and remove the annotation from this one",
    source: "LBC v3.5.0 pkg/service/model_build_listener.go:115-128,307-311,407-423",
};

/// Unknown.
pub static ALB099: Rule = Rule {
    id: "ALB099",
    name: "unknown-load-balancer-annotation",
    severity: Severity::Warning,
    summary: "an `aws-load-balancer-*` annotation that no controller knows",
    explanation: "It was removed with the others of its prefix. It never had an effect: a typing error, or a setting of an \
old release.",
    help: "check the spelling; `service.keepAnnotations` keeps it",
    source: "LBC v3.5.0 pkg/annotations/constants.go; cloud-provider-aws pkg/providers/v1/aws.go:90-245",
};

/// Pods were targets.
pub static ALB101: Rule = Rule {
    id: "ALB101",
    name: "ip-targets-not-kept",
    severity: Severity::Info,
    summary: "the NLB had pods as targets; the ALB has nodes",
    explanation: "`nlb-target-type: ip` does not change the target type of the ALB: it leads to node ports, as the how-to has \
it. With `ip` the ALB talks to the pods directly, without the hop over a node, and the Service may be ClusterIP.",
    help: "to keep pods as targets: `ingress.targetType: ip` (and `service.type: ClusterIP` if you like)",
    source: "LBC v3.5.0 pkg/service/model_build_target_group.go:524-544",
};

/// What concerns the cutover alone.
pub const CUTOVER: [&str; 4] = ["ALB034", "ALB035", "ALB036", "ALB068"];

/// What is said of a value that is carried over, or fits in part.
pub const CARRIED: [&str; 3] = ["ALB027", "ALB095", "ALB097"];

/// The rules of this module.
pub const RULES: &[&Rule] = &[
    &ALB022, &ALB027, &ALB034, &ALB035, &ALB036, &ALB057, &ALB059, &ALB060, &ALB066, &ALB068, &ALB095, &ALB096,
    &ALB097, &ALB098, &ALB099, &ALB101,
];

/// Who may connect, as an Ingress or what was carried over says it: networks and prefix lists, or security groups.
#[derive(Default)]
struct Access {
    sources: BTreeSet<String>,
    security_groups: bool,
}

impl Access {
    fn of<'a>(annotation: impl Fn(&str) -> Option<&'a str>) -> Access {
        let list = |suffix: &str| string_list(annotation(suffix).unwrap_or_default());
        Access {
            sources: list("inbound-cidrs").into_iter().chain(list("security-group-prefix-lists")).collect(),
            security_groups: !list("security-groups").is_empty(),
        }
    }

    fn before(carried: &Carried) -> Access {
        let annotations = &carried.annotations;
        Access::of(|suffix| annotations.get(&format!("{ALB}{suffix}")).map(String::as_str))
    }

    fn words(&self) -> String {
        let sources: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        sources.join(",")
    }
}

/// Whether the allow-list of the old load balancer is the ALB's. `said`: whether the configuration, or an ALB annotation of
/// the Service, says who may connect.
#[must_use]
pub fn allow_list(before: &Carried, carries: bool, said: bool, built: &BuiltIngress) -> Option<Finding> {
    let old = Access::before(before);
    let new = Access::of(|suffix| built.annotation(&format!("{ALB}{suffix}")));
    // Whoever switches carrying over off and says who may connect has decided.
    let said = said && !new.sources.is_empty();
    let decided = said && !carries;
    if !before.source_ranges.is_empty() && new.security_groups {
        let told = |finding: &Finding| finding.rule == &ALB027;
        if carries && before.findings.iter().any(told) {
            return None;
        }
        let old = before.source_ranges.join(",");
        let message =
            format!("the Service lets in {old} only, and an ALB with security groups of its own ignores inbound-cidrs");
        return Some(Finding::new(&ALB027, message));
    }
    if decided || new.security_groups {
        return None;
    }
    let open = new.sources.is_empty();
    let message = if old.sources.is_empty() {
        if old.security_groups && !said {
            "who may connect was said by security groups of the old load balancer's, which the ALB does not have"
                .to_owned()
        } else if before.unread_ranges && !carries {
            "the Service has an allow-list that can't be read, and it is not the ALB's".to_owned()
        } else {
            return None;
        }
    } else if open {
        format!("the Service lets in {} only, and the ALB would be open to everybody", old.words())
    } else if new.sources != old.sources {
        format!("the Service lets in {} only, and the ALB is to let in {}", old.words(), new.words())
    } else {
        return None;
    };
    Some(Finding::new(&ALB027, message))
}

/// Whether the old load balancer had an allow-list, or security groups of its own.
#[must_use]
pub fn has_allow_list(before: &Carried) -> bool {
    let old = Access::before(before);
    before.unread_ranges || old.security_groups || !old.sources.is_empty()
}

/// Whether the configuration opens an ALB that the Ingress in the stream keeps closed.
#[must_use]
pub fn ingress_opened(there: &Object, built: &BuiltIngress) -> Option<Finding> {
    let old = Access::of(|suffix| there.annotation(&format!("{ALB}{suffix}")));
    let new = Access::of(|suffix| built.annotation(&format!("{ALB}{suffix}")));
    let was = if old.security_groups {
        "security groups say who may connect".to_owned()
    } else if old.sources.is_empty() {
        return None;
    } else {
        format!("{} may connect", old.words())
    };
    let is = if new.security_groups
        || (!old.security_groups && new.sources.is_subset(&old.sources) && !new.sources.is_empty())
    {
        return None;
    } else if new.sources.is_empty() {
        "everybody".to_owned()
    } else {
        new.words()
    };
    let message = format!("by the Ingress in the stream {was}, and the ALB is to let in {is}");
    Some(Finding::new(&ALB027, message).severity(Severity::Warning))
}

/// Whether the ALB is to have the name of the NLB. `service` is the Service as it was or as it is.
#[must_use]
pub fn name_taken(service: &Object, built: &BuiltIngress) -> Option<Finding> {
    let old = service.annotation(&format!("{PREFIX}aws-load-balancer-name"))?;
    let new = built.annotation("alb.ingress.kubernetes.io/load-balancer-name")?;
    (old == new).then(|| {
        Finding::new(&ALB022, format!("the ALB is to be called {new}, as the NLB is"))
            .field("/metadata/annotations/alb.ingress.kubernetes.io~1load-balancer-name")
    })
}

/// An external-dns annotation of the Service, by its key.
#[must_use]
pub fn dns_moved(key: &str) -> Finding {
    let message = format!("{key} moved to the Ingress: on a NodePort Service external-dns would publish the nodes");
    Finding::new(&ALB059, message).field(pointer(key))
}

/// What would have been carried over, had it not been switched off.
#[must_use]
pub fn not_carried(all: &Carried) -> Option<Finding> {
    let lost: Vec<String> = all.annotations.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    (!lost.is_empty()).then(|| {
        Finding::new(&ALB096, format!("not carried over, as asked: {}", lost.join("; "))).severity(Severity::Info)
    })
}
