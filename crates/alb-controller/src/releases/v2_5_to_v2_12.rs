//! v2.5.0 to v2.12.0.

use super::{Behaviour, Difference, since};

#[rustfmt::skip]
pub(super) static DIFFERENCES: &[Difference] = &[
    since((2, 5, 0), "default IngressClass",
        "It is not looked at: an Ingress without a class is passed over.",
        "An Ingress without a class is of the IngressClass with `ingressclass.kubernetes.io/is-default-class: \"true\"`. Two of \
         them stop every group: `multiple default IngressClasses found`.",
        "pkg/ingress/class_loader.go GetDefaultIngressClass, new at v2.5.0; PR 2963")
        .asked(Behaviour::DefaultClass),
    since((2, 5, 0), "`conditions.*` and the webhook",
        "A fault in them shows as event FailedBuildModel.",
        "The webhook denies the Ingress; it panics on a backend that is no Service.",
        "webhooks/networking/ingress_validator.go checkIngressAnnotationConditions, new at v2.5.0")
        .asked(Behaviour::ConditionsAtAdmission),
    since((2, 5, 0), "several certificates in ACM for one host",
        "They are an error where `certificate-arn` is absent: `multiple certificates found for host`.",
        "All of them are attached.",
        "pkg/ingress/cert_discovery.go Discover at v2.4.7 and v2.5.0; PR 3028"),
    since((2, 5, 0), "Services of type LoadBalancer without a class",
        "They are the cloud provider's: a Classic ELB, or an NLB with `aws-load-balancer-type: nlb`.",
        "A webhook of the controller gives every new one the class `service.k8s.aws/nlb`: an NLB of the controller, internal \
         unless its scheme is said.",
        "webhooks/core/service_mutator.go, new at v2.5.0; helm/aws-load-balancer-controller/values.yaml at v2.5.0")
        .asked(Behaviour::ServiceWebhook),
    since((2, 5, 1), "a rule without `http`",
        "v2.5.0: the webhook panics on it, and the API server refuses the Ingress.",
        "It is passed over.",
        "webhooks/networking/ingress_validator.go checkIngressAnnotationConditions at v2.5.0 and v2.5.1; issue 3158")
        .asked(Behaviour::RuleWithoutHttpAdmitted),
    since((2, 6, 0), "class and webhook",
        "The webhook loads IngressClassParams, and denies an Ingress where they are missing or do not select its namespace. It \
         checks Ingresses of other classes, too, and lets two default IngressClasses pass.",
        "It checks the controller's own Ingresses only, and does not load IngressClassParams: such a fault shows as event \
         FailedLoadGroupID. With two default IngressClasses it denies an Ingress without a class.",
        "webhooks/networking/ingress_validator.go checkIngressClass at v2.5.4 and v2.6.0; PR 3272")
        .asked(Behaviour::ClassParamsNotAtAdmission),
    since((2, 7, 0), "`mutual-authentication`",
        "The key is unknown, and ignored: clients without a certificate get in.",
        "It is read.",
        "pkg/annotations/constants.go and pkg/ingress/model_build_listener.go computeIngressMutualAuthentication at v2.7.0")
        .annotation("mutual-authentication"),
    since((2, 7, 0), "IAM permissions",
        "They are not needed.",
        "`elasticloadbalancing:DescribeTrustStores`, for `mutual-authentication` with the name of a trust store.",
        "docs/install/iam_policy.json at v2.6.2 and v2.7.0"),
    since((2, 8, 0), "`security-group-prefix-lists`",
        "The key is unknown, and ignored: without `inbound-cidrs` the ALB is open to the world.",
        "It is read, and alone takes the place of `0.0.0.0/0`.",
        "pkg/ingress/model_builder.go mergeListenPortConfigs at v2.7.2 and v2.8.0")
        .annotation("security-group-prefix-lists"),
    since((2, 8, 0), "`ip-address-type: dualstack-without-public-ipv4`",
        "The value stops the group: `unknown IPAddressType: dualstack-without-public-ipv4` (event FailedBuildModel).",
        "It is known.",
        "pkg/ingress/model_build_load_balancer.go buildLoadBalancerIPAddressType at v2.7.2 and v2.8.0")
        .asked(Behaviour::DualStackWithoutPublicIpv4),
    since((2, 8, 0), "the Service webhook and updates",
        "It leaves updates alone.",
        "It keeps the `loadBalancerClass` that a Service has where an update leaves it out.",
        "webhooks/core/service_mutator.go MutateUpdate at v2.7.2 and v2.8.0"),
    since((2, 8, 1), "words: conflicts on a listener",
        "Both sides name the same Ingress, the one that was looked at last: `conflicting protocol, a/b: HTTP | a/b: HTTPS`.",
        "Each side names its own.",
        "pkg/ingress/model_builder.go mergeListenPortConfigs, which points to a loop variable, and go.mod at v2.8.0 (Go 1.21) and \
         v2.8.1 (Go 1.22)")
        .asked(Behaviour::ConflictNamesBoth),
    since((2, 8, 1), "members without `mutual-authentication`",
        "v2.7.0 and v2.8.0: one that says nothing says `off` for port 443, and clashes with a member that says `verify`: \
         `conflicting mTLS Attributes`.",
        "One that says nothing takes what the others say.",
        "pkg/ingress/model_build_listener.go computeIngressMutualAuthentication at v2.8.0 and v2.8.1")
        .asked(Behaviour::MutualAuthenticationUnsaid),
    since((2, 8, 2), "a web ACL that was attached by hand",
        "The controller takes it off at each reconcile where no member names one, also one of AWS Firewall Manager.",
        "It is left alone.",
        "pkg/deploy/wafv2/web_acl_association_synthesizer.go at v2.8.1 and v2.8.2; PR 3800; issue 3780; advisory \
         GHSA-rjfv-pjvx-mjgv")
        .asked(Behaviour::WebAclLeftAlone),
    since((2, 8, 2), "`none` as a web ACL",
        "The text goes to AWS as an ARN or id, which refuses it (event FailedDeployModel).",
        "It takes the web ACL off.",
        "pkg/ingress/model_build_load_balancer_addons.go at v2.8.1 and v2.8.2; issues 3836, 4033")
        .asked(Behaviour::WebAclNone),
    since((2, 8, 2), "no `shield-advanced-protection`",
        "A protection that the controller made is removed when the annotation goes.",
        "Only `\"false\"` removes it.",
        "pkg/deploy/shield/protection_synthesizer.go at v2.8.1 and v2.8.2; PR 3800")
        .asked(Behaviour::ShieldLeftAlone),
    since((2, 8, 2), "words: members with different web ACLs of WAF Classic",
        "`conflicting WAFRegional WebACL IDs: [a b]`.",
        "`conflicting WAFClassic WebACL IDs: [a b]`.",
        "pkg/ingress/model_build_load_balancer_addons.go buildWAFRegionalWebACLAssociation at v2.8.1 and v2.8.2")
        .asked(Behaviour::WafClassicWords),
    since((2, 9, 0), "`security-groups` by Name",
        "As many groups must be found as entries are given: a Name that comes twice, or that two groups have, is an error.",
        "All groups of a Name are taken, and a Name that comes twice is one.",
        "pkg/networking/security_group_resolver.go ResolveViaNameOrID at v2.8.3 and v2.9.0")
        .asked(Behaviour::SecurityGroupNamesMerged),
    since((2, 9, 0), "whole numbers",
        "They have 64 bits: `failed to parse int64 annotation`.",
        "They have 32 bits, and a larger one is an error: `failed to parse int32 annotation`.",
        "pkg/annotations/parser.go ParseInt32Annotation and its callers at v2.8.3 and v2.9.0")
        .asked(Behaviour::Int32),
    since((2, 10, 1), "`listener-attributes.*`",
        "The key is unknown. v2.9.0 and v2.10.0 parse it and refuse what does not parse, but never send it for an ALB.",
        "The attributes are applied.",
        "pkg/deploy/elbv2/listener_manager.go PROTOCOLS_SUPPORTING_LISTENER_ATTRIBUTES at v2.10.0 and v2.10.1; PR 3948")
        .annotation("listener-attributes.*"),
    since((2, 10, 1), "attributes that IngressClassParams set",
        "Members with different values of one key clash: `conflicting attributes k: a | b`.",
        "What the class sets settles it. Otherwise: `conflicting load balancer attributes k: a | b`.",
        "pkg/ingress/model_build_load_balancer_attributes.go at v2.10.0 and v2.10.1")
        .asked(Behaviour::ClassSettlesAttributes),
    since((2, 10, 1), "IAM permissions",
        "The policy of v2.9.0 has two more than the older ones, which only NLBs need.",
        "`elasticloadbalancing:DescribeListenerAttributes` and `ModifyListenerAttributes` are needed for every ALB.",
        "docs/install/iam_policy.json at v2.8.3 and v2.9.0; pkg/deploy/elbv2/listener_manager.go at v2.10.1"),
    since((2, 11, 0), "IAM permissions",
        "They are not needed.",
        "`elasticloadbalancing:DescribeCapacityReservation` and `ModifyCapacityReservation`.",
        "docs/install/iam_policy.json at v2.10.1 and v2.11.0"),
    since((2, 11, 0), "the default scheme",
        "It is `internal`.",
        "It is that of the flag `--default-load-balancer-scheme`, by default `internal`.",
        "pkg/config/controller_config.go at v2.10.1 and v2.11.0"),
    since((2, 12, 0), "networks of `inbound-cidrs` that EC2 stores otherwise",
        "`10.0.0.1/24` is revoked and granted again at each reconcile: nothing fails, but for a moment nobody gets in.",
        "It is granted first, which EC2 refuses from the second reconcile on: `InvalidPermission.Duplicate` (event \
         FailedDeployModel).",
        "pkg/networking/security_group_reconciler.go reconcileIngressWithSGInfo at v2.11.0 and v2.12.0; issue 4893")
        .asked(Behaviour::GrantedFirst),
    since((2, 12, 0), "IAM permissions",
        "They are not needed.",
        "`elasticloadbalancing:SetRulePriorities`, where rules move, and `elasticloadbalancing:ModifyIpPools` and \
         `ec2:DescribeIpamPools`, for IPAM pools.",
        "docs/install/iam_policy.json at v2.11.0 and v2.12.0"),
    since((2, 12, 0), "`advertiseTrustStoreCaNames` in `mutual-authentication`",
        "The key is dropped.",
        "It is `on` or `off`, with mode `verify` only; everything else stops the group.",
        "pkg/ingress/model_build_listener.go validateMutualAuthenticationConfig at v2.11.0 and v2.12.0")
        .asked(Behaviour::AdvertiseCaNames),
];
