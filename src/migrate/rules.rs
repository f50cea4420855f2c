//! Rules about the way from an NLB or Classic ELB to the ALB: what is kept, what has no ALB form, what happens to the old
//! load balancer.

use crate::finding::rules;

rules! {
    ALB022 Error "name-of-the-nlb" {
        summary: "the ALB is to have the name that the NLB has",
        explanation: "Names are unique per account and region over ALBs and NLBs together. As long as the NLB lives \
            the ALB can't be created under its name, and the name counts at creation only.",
        help: "give the ALB another name, for example with `-alb` behind it",
        source: "AWS elbv2 API, CreateLoadBalancer Name; LBC v3.5.0 pkg/service/model_build_load_balancer.go:577-585",
    }
    ALB027 Error | Warning "allow-list-lost" {
        summary: "who could connect to the old load balancer, and the ALB lets in others",
        explanation: "`loadBalancerSourceRanges`, or the annotation \
            `service.beta.kubernetes.io/load-balancer-source-ranges`, lets only some addresses in. The API server \
            forbids both on a NodePort Service, so they go; if they do not come back as `inbound-cidrs`, as they are, \
            the ALB is open to others, or to the world. `inbound-cidrs` has no effect beside `security-groups`. The \
            same goes for prefix lists, and for security groups that nothing takes the place of.\n\nWhat the Ingress \
            says is not all: IngressClassParams and members of the group in the same stream can let in others, and a \
            controller that is too old does not read an annotation.",
        help: "correct the ranges in the chart's values, or set [[ingress.inboundCidrs]]; if the ALB is to let in others, allow this \
            finding by its id",
        source: "LBC v3.5.0 pkg/ingress/model_builder.go:494-497, model_build_load_balancer.go:285-337, \
            model_build_listener.go:274-300",
    }
    ALB034 Warning "in-tree-nlb-orphaned" {
        summary: "the Service has `aws-load-balancer-type: nlb` and no class: its NLB may belong to the cloud provider",
        explanation: "The cloud provider (cloud-provider-aws, or the in-tree one) decides by the annotations that it \
            then sees what it has to delete. When the type changes and the annotation goes in one update it looks for \
            a Classic ELB, finds none, and removes its finalizer: the NLB, its target groups and its rules in the \
            nodes' security group stay behind for ever.\n\nAn NLB of the AWS Load Balancer Controller, whose webhook set the \
            class when the Service was created, is deleted with the cutover, and keeping the annotation does no harm: \
            `kubectl get service` shows the class.",
        help: "keep the annotation for the cutover with \
            [[service.keepAnnotations: service.beta.kubernetes.io/aws-load-balancer-type]], and run again without that when the NLB is \
            gone; or delete the NLB by hand afterwards",
        source: "cloud-provider-aws pkg/providers/v1/aws.go:2817-2846; kubernetes#95042; cloud-provider-aws#1254",
    }
    ALB035 Warning "deletion-protection-of-the-nlb" {
        summary: "the NLB has deletion protection, which the cutover takes away",
        explanation: "While `deletion_protection.enabled=true` stands on the Service the controller refuses to delete \
            the NLB. When the annotation is removed in the same update as the type, the controller turns the protection \
            off by itself and deletes the NLB.",
        help: "be sure that DNS points to the ALB before the cutover: [[phase: attach]] comes first",
        source: "LBC v3.5.0 pkg/deploy/elbv2/load_balancer_synthesizer.go:69-81",
    }
    ALB036 Info "old-load-balancer-goes-first" {
        summary: "the Service is of type LoadBalancer now: at the cutover its load balancer goes before the ALB is \
            there",
        explanation: "Helm updates the Service before it creates the Ingress, so the old load balancer is deleted \
            minutes before the ALB answers, and the DNS name changes. With `phase: attach` the ALB is built beside it \
            first.",
        help: "on a live gateway use [[phase: attach]], move DNS, then [[phase: cutover]]",
        source: "LBC v3.5.0 controllers/service/service_controller.go:132-141",
    }
    ALB057 Warning "proxy-protocol" {
        summary: "PROXY protocol was asked for, which an ALB does not speak",
        explanation: "An ALB speaks HTTP to its targets. If the gateway still expects the PROXY protocol (a listener \
            filter, an EnvoyFilter, `gatewayTopology.proxyProtocol`) it resets every connection of the ALB. The \
            client's address comes in `X-Forwarded-For`; set `numTrustedProxies: 1`.",
        help: "remove the PROXY protocol from the gateway, and set `proxy.istio.io/config: '{\"gatewayTopology\": \
            {\"numTrustedProxies\": 1}}'` on its pods",
        source: "LBC v3.5.0 pkg/service/model_build_target_group.go:367-374; Istio gatewayTopology",
    }
    ALB059 Info "external-dns-moved" {
        summary: "external-dns annotations of the Service were moved to the Ingress",
        explanation: "For a NodePort Service external-dns publishes the addresses of the nodes. On the Ingress the \
            same annotations publish the ALB. With the sources `istio-gateway` and `istio-virtualservice` the target \
            comes from the Service's status, which is empty now: put `external-dns.alpha.kubernetes.io/ingress: \
            <namespace>/<ingress>` on the Gateway (`external-dns.kubernetes.io/ingress` from external-dns v0.22 on).",
        help: "check with `external-dns --dry-run` what is published",
        source: "external-dns source/service.go extractNodePortTargets; \
            https://github.com/kubernetes-sigs/external-dns/releases/tag/v0.22.0",
    }
    ALB060 Warning "fixed-addresses-lost" {
        summary: "the load balancer had fixed addresses, and an ALB has none",
        explanation: "Elastic IPs, private addresses and `loadBalancerIP` have no ALB form: allow-lists at partners \
            and DNS records that name the addresses break. With controller v2.14 or later a frontend NLB keeps Elastic \
            IPs (`enable-frontend-nlb`, `frontend-nlb-scheme: internet-facing`, `frontend-nlb-eip-allocations`); AWS \
            Global Accelerator is the other way.",
        help: "give those who rely on the addresses the ALB's DNS name, or put a frontend NLB in front of it",
        source: "LBC v3.5.0 pkg/service/model_build_load_balancer.go:328-383, \
            pkg/ingress/model_build_frontend_nlb.go:142-192",
    }
    ALB066 Info "annotation-without-beta" {
        summary: "`service.kubernetes.io/aws-load-balancer-*`, which no controller reads",
        explanation: "The controller reads `service.beta.kubernetes.io/aws-load-balancer-*` only. Without `beta` the \
            annotation never had an effect. The cutover removes it.",
        help: "remove it from the chart's values",
        source: "LBC v3.5.0 controllers/service/service_controller.go:40-52",
    }
    ALB068 Info "roll-back-yields-a-classic-elb" {
        summary: "the Service has neither `aws-load-balancer-type` nor `loadBalancerClass`",
        explanation: "Without `aws-load-balancer-type` and `loadBalancerClass` the load balancer is a Classic ELB of \
            the cloud provider's, or an NLB because the controller's webhook set the class when the Service was \
            created. The webhook does so at creation only: rolled back from NodePort the Service has no class, and a \
            Classic ELB is made.",
        help: "to get an NLB after a rollback set `service.loadBalancerClass: service.k8s.aws/nlb` in the values of the \
            earlier revision",
        source: "LBC v3.5.0 webhooks/core/service_mutator.go:64-93",
    }
    ALB095 Info "carried-over" {
        summary: "what becomes of the settings of the old load balancer",
        explanation: "What the removed annotations and fields of the Service meant is kept where the ALB has a form \
            for it, and where nothing that counts over it says otherwise: the configuration, an annotation of the Service for \
            the ALB, or for a scheme that is only a default the Ingress in the stream.",
        help: "`istio-alb init` writes what was carried over into a configuration file, so that it can be kept in Git",
        source: "LBC v3.5.0 pkg/service, pkg/ingress; cloud-provider-aws pkg/providers/v1",
    }
    ALB096 Warning | Info "no-alb-form" {
        summary: "a setting of the old load balancer that has no ALB form",
        explanation: "The cutover removes the setting together with the old load balancer, and an ALB can't be asked for it, \
            or only in another way.",
        help: "remove the annotation from the chart's values when you no longer need it",
        source: "LBC v3.5.0 pkg/service, pkg/ingress; cloud-provider-aws pkg/providers/v1",
    }
    ALB097 Warning "carried-over-in-part" {
        summary: "a setting of the old load balancer of which only a part fits an ALB",
        explanation: "Some keys and values exist on NLBs only, or are out of an ALB's range. The rest was carried \
            over.",
        help: "say what the ALB should have in the configuration, which wins over what is carried over",
        source: "AWS elbv2 API, attributes; LBC v3.5.0 pkg/service",
    }
    ALB098 Error "needs-an-nlb" {
        summary: "the load balancer serves UDP or QUIC, which an ALB can't",
        explanation: "An ALB listens for HTTP and HTTPS over TCP. QUIC (HTTP/3) and UDP end at an NLB.",
        help: "keep an NLB for this traffic with a Service of its own, and remove the annotation from this one",
        source: "LBC v3.5.0 pkg/service/model_build_listener.go:115-128,307-311,407-423",
    }
    ALB099 Warning "unknown-load-balancer-annotation" {
        summary: "an `aws-load-balancer-*` annotation that no controller knows",
        explanation: "It never had an effect: a typing error, or a setting of an old release. The cutover removes it with the \
            others of its prefix.",
        help: "check the spelling; `service.keepAnnotations` keeps it",
        source: "LBC v3.5.0 pkg/annotations/constants.go; cloud-provider-aws pkg/providers/v1/aws.go:90-245",
    }
    ALB101 Info "ip-targets-not-kept" {
        summary: "the NLB had pods as targets; the ALB has nodes",
        explanation: "`nlb-target-type: ip` does not change the target type of the ALB: the ALB sends to \
            node ports. With `ip` the ALB talks to the pods directly, without the hop over a node, and the Service \
            may be ClusterIP.",
        help: "to keep pods as targets: [[ingress.targetType: ip]], and [[service.type: ClusterIP]] if you like",
        source: "LBC v3.5.0 pkg/service/model_build_target_group.go:524-544",
    }
    ALB120 Warning "requests-go-from-node-to-node" {
        summary: "the NLB reached the pods itself; now requests go from node to node on ports below 1025",
        explanation: "With nodes as targets a request comes in at the node port of any node, and goes on to a pod on any node, \
            on the pod's own port. The controller opens the node ports for the ALB; nobody opens the way from node to node. \
            The security group that EKS makes for its nodes lets them talk to each other, but others often have a rule for \
            1025 to 65535 only (`terraform-aws-eks` since v19). Then each request whose node has no gateway pod ends in 504, \
            and the health check is green on every node, since its port 15021 is open. With an NLB that had pods as targets \
            the way was never needed.",
        help: "let the nodes reach each other on these ports, or keep pods as targets: [[ingress.targetType: ip]]; \
            docs/operations.md says more. Where they can, allow this finding by its id",
        source: "LBC v3.5.0 pkg/ingress/model_build_target_group.go:100-160; terraform-aws-eks v21.19.0 node_groups.tf \
            (ingress_nodes_ephemeral), #2359, #2513; istio#41197",
    }
}
