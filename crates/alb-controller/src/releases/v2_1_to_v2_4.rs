//! v2.1.0 to v2.4.7.

use super::{Behaviour, Difference, since};

#[rustfmt::skip]
pub(super) static DIFFERENCES: &[Difference] = &[
    since((2, 1, 0), "`spec.ingressClassName`",
        "Only the annotation `kubernetes.io/ingress.class` is read.",
        "The IngressClass that the field names is read as well; the annotation wins.",
        "pkg/ingress/group_loader.go matchesIngressClass at v2.0.1 and v2.1.0"),
    since((2, 1, 2), "subnets that are discovered",
        "They must have the tag `kubernetes.io/cluster/<name>` beside that of their role.",
        "The tag of the cluster is not needed; subnets that are tagged for other clusters only are left out.",
        "pkg/networking/subnet_resolver.go ResolveViaDiscovery at v2.1.1 and v2.1.2"),
    since((2, 2, 0), "`pathType`",
        "It is not looked at: a path goes to AWS as it is written, with `*` and `?` as wildcards. `Prefix` `/` matches the root \
         and nothing else, `Prefix` `/app` matches `/app` and nothing below it.",
        "`Prefix` `/` becomes `/*`, `Prefix` `/app` becomes `/app` and `/app/*`. A wildcard in a path of type `Prefix` or `Exact` \
         is an error.",
        "pkg/ingress/model_build_listener_rules.go buildRuleConditions at v2.1.3, buildPathPatterns at v2.2.0; commit d8a4fc7dd")
        .asked(Behaviour::PathTypes),
    since((2, 2, 0), "`ssl-redirect`",
        "The key is unknown, and ignored: HTTP listeners serve in clear text what HTTPS listeners serve.",
        "Every HTTP listener of the group redirects to HTTPS.",
        "pkg/annotations/constants.go and pkg/ingress/model_builder.go buildSSLRedirectConfig at v2.2.0; PR 1837")
        .annotation("ssl-redirect"),
    since((2, 2, 0), "the default certificate of `certificate-arn`",
        "All ARNs of a listener are sorted: the default certificate is the one whose ARN comes first in the alphabet.",
        "They keep the order in which they are written, and the first one is the default.",
        "pkg/ingress/model_builder.go mergeListenPortConfigs at v2.1.3 and v2.2.0; PR 1863")
        .asked(Behaviour::CertificateOrder),
    since((2, 2, 0), "a backend whose Service does not exist",
        "The whole group is refused: `Service \"x\" not found` (event FailedBuildModel).",
        "Its rule answers 503 with `Backend service does not exist`; in a forward to several Services it is still an error.",
        "pkg/ingress/model_build_actions.go buildForwardAction at v2.1.3; pkg/ingress/enhanced_backend_builder.go \
         loadBackendServices at v2.2.0; PR 1967")
        .asked(Behaviour::MissingServiceAnswers),
    since((2, 2, 0), "a backend `use-annotation` without its `actions.*`",
        "The whole group is refused: `missing actions.x configuration` (event FailedBuildModel).",
        "Its rule answers 503 with `Backend action does not exist`.",
        "pkg/ingress/enhanced_backend_builder.go buildActionViaAnnotation at v2.1.3 and v2.2.0")
        .asked(Behaviour::MissingActionAnswers),
    since((2, 2, 0), "`auth-*` without an HTTPS listener",
        "They are not read: JSON that does not parse is no error.",
        "They are read for every backend, and JSON that does not parse stops the group.",
        "pkg/ingress/model_build_actions.go buildAuthAction at v2.1.3; pkg/ingress/enhanced_backend_builder.go buildAuthConfig \
         at v2.2.0")
        .asked(Behaviour::AuthenticationAlwaysRead),
    since((2, 2, 0), "IngressClassParams",
        "There is no such kind, and `parameters` of an IngressClass are not looked at.",
        "They are read for Ingresses of the class. Where they are missing, are of a foreign kind, or do not select the namespace, \
         the Ingress is in no group: `invalid ingress class` (event FailedLoadGroupID).",
        "apis/elbv2/v1beta1/ingressclassparams_types.go and pkg/ingress/class_loader.go, new at v2.2.0")
        .asked(Behaviour::ClassParams),
    since((2, 2, 0), "an Ingress without any class",
        "The default of `--ingress-class` is empty, and such an Ingress is the controller's. The Helm chart sets `alb`.",
        "The default is `alb`, and such an Ingress is passed over.",
        "pkg/config/ingress_config.go at v2.1.3 and v2.2.0"),
    since((2, 2, 0), "class annotation beside another `ingressClassName`",
        "The annotation wins, with an event `ConflictingIngressClass`; a named IngressClass must exist.",
        "The annotation wins without a word.",
        "pkg/ingress/group_loader.go matchesIngressClass at v2.1.3, classifyIngress at v2.2.0"),
    since((2, 2, 0), "validating webhook for Ingresses",
        "There is none: no Ingress is denied at admission.",
        "`vingress.elbv2.k8s.aws` denies an Ingress whose IngressClass does not exist, or has no valid IngressClassParams.",
        "webhooks/networking/ingress_validator.go, new at v2.2.0")
        .asked(Behaviour::IngressWebhook),
    since((2, 2, 0), "tags of listeners and rules",
        "They have none. Tags of the annotation win over `--default-tags`.",
        "They are tagged as the load balancer is. `--default-tags` win over the annotation.",
        "pkg/ingress/model_build_load_balancer.go buildLoadBalancerTags at v2.1.3; pkg/ingress/model_build_tags.go at v2.2.0"),
    since((2, 2, 0), "words: a conflict on a listener",
        "`failed to merge listPort config for port: 80`.",
        "`failed to merge listenPort config for port: 80`.",
        "pkg/ingress/model_builder.go run at v2.1.3 and v2.2.0")
        .asked(Behaviour::ListenPortWords),
    since((2, 2, 0), "IAM permissions",
        "They are not needed.",
        "`ec2:DescribeAvailabilityZones`, and `elasticloadbalancing:AddTags` and `RemoveTags` on listeners and rules.",
        "docs/install/iam_policy.json at v2.1.3 and v2.2.0"),
    since((2, 2, 0), "one subnet in a Local Zone",
        "Two subnets are needed, except on an Outpost.",
        "One subnet is enough there, too.",
        "pkg/networking/subnet_resolver.go buildSDKSubnetLocaleType at v2.1.3 and v2.2.0"),
    since((2, 3, 0), "shared security group for the backends",
        "The ALB has its managed security group alone, and the nodes let that in on every TCP port.",
        "A second one, `k8s-traffic-…`, is attached, and the nodes let it in on the ports of the targets only.",
        "pkg/ingress/model_build_load_balancer.go buildLoadBalancerSecurityGroups and pkg/ingress/model_build_target_group.go \
         buildTargetGroupBindingNetworking at v2.2.4 and v2.3.0"),
    since((2, 3, 0), "`security-groups` and the way to the targets",
        "Beside security groups of your own the controller never opens the ports of nodes and pods, and nothing changes that.",
        "`manage-backend-security-group-rules: \"true\"` makes it do so.",
        "pkg/annotations/constants.go and pkg/ingress/model_builder.go buildManageSecurityGroupRulesFlag at v2.3.0")
        .asked(Behaviour::BackendRulesByAnnotation),
    since((2, 3, 0), "Services with IPv6 addresses",
        "`ipFamilies` of the Service are not looked at: the target group is one of IPv4.",
        "IPv6 among them makes a target group of IPv6, and needs an ALB of `dualstack`: `unsupported IPv6 configuration, lb not \
         dual-stack`.",
        "pkg/ingress/model_build_target_group.go buildTargetGroupIPAddressType, new at v2.3.0")
        .asked(Behaviour::Ipv6TargetGroups),
    since((2, 3, 0), "`load-balancer-name` of more than 32 characters",
        "It goes to AWS, which refuses it (event FailedDeployModel).",
        "The controller refuses it: `load balancer name cannot be longer than 32 characters` (event FailedBuildModel).",
        "pkg/ingress/model_build_load_balancer.go buildLoadBalancerName at v2.2.4 and v2.3.0")
        .asked(Behaviour::NameLengthChecked),
    since((2, 3, 0), "deletion protection",
        "A load balancer that has it cannot be deleted or replaced by the controller (event FailedDeployModel).",
        "Deleting an Ingress that asks for it is refused; where the attribute is gone the controller turns the protection off.",
        "pkg/deploy/elbv2/load_balancer_synthesizer.go Synthesize at v2.2.4 and v2.3.0; PR 2172"),
    since((2, 3, 0), "discovered subnets of an ALB that is there",
        "They are discovered at each reconcile: a new subnet with the tag changes the ALB.",
        "The ALB keeps the subnets that it has.",
        "pkg/ingress/model_build_load_balancer.go buildLoadBalancerSubnetMappings at v2.2.4 and v2.3.0"),
    since((2, 3, 0), "words: different attributes, security groups that are not found",
        "`conflicting loadBalancerAttribute k: a | b`, `couldn't found all securityGroups`.",
        "`conflicting attributes k: a | b`, `couldn't find all securityGroups`.",
        "pkg/ingress/model_build_load_balancer.go at v2.2.4, model_build_load_balancer_attributes.go at v2.3.0")
        .asked(Behaviour::LoadBalancerWords),
    since((2, 3, 0), "empty `security-groups`",
        "The ALB gets the default security group of the VPC.",
        "They are as none: the ALB gets a managed one.",
        "pkg/ingress/model_build_load_balancer.go buildLoadBalancerSecurityGroups at v2.2.4 and v2.3.0")
        .asked(Behaviour::EmptySecurityGroups),
    since((2, 3, 1), "rules of the nodes for pods with a named target port",
        "v2.3.0 opens port 1 in place of the port of the pods, so that no target is reached.",
        "The port of the pods is opened.",
        "pkg/ingress/model_build_target_group.go buildTargetGroupBindingSpec at v2.3.0 and v2.3.1")
        .asked(Behaviour::PodPortOpened),
    since((2, 4, 0), "version of the Ingress API",
        "The controller reads `networking.k8s.io/v1beta1`, which Kubernetes 1.22 and later do not have: it cannot run there.",
        "It reads `networking.k8s.io/v1`, and needs Kubernetes 1.19 (v2.4) or 1.22 (v2.5 and later).",
        "controllers/ingress/group_controller.go and pkg/ingress/class.go at v2.3.1 and v2.4.0; docs/deploy/installation.md at \
         v3.5.0; PR 2433")
        .asked(Behaviour::IngressV1),
    since((2, 4, 0), "a backend without a Service",
        "It is read as one with an empty name, which does not exist.",
        "The group is refused: `missing required \"service\" field`.",
        "pkg/ingress/enhanced_backend_builder.go Build at v2.3.1 and v2.4.0")
        .asked(Behaviour::ServiceRequired),
    since((2, 4, 0), "`tags` on Service and Ingress",
        "Those of the Service replace those of the Ingress on the target group as a whole.",
        "Both are merged key by key, and the value of the Service wins.",
        "pkg/ingress/model_build_tags.go buildIngressBackendResourceTags at v2.3.1 and v2.4.0; PR 2480")
        .asked(Behaviour::TagsMerged),
    since((2, 4, 0), "IngressClass of the Helm chart",
        "The chart makes none (`createIngressClassResource: false`).",
        "The chart makes the IngressClass `alb`, with IngressClassParams `alb`.",
        "helm/aws-load-balancer-controller/values.yaml at v2.3.1 and v2.4.0"),
    since((2, 4, 0), "`loadBalancerClass` of a Service",
        "It is not looked at: annotations alone say whether the controller makes an NLB.",
        "`service.k8s.aws/nlb` is the controller's, any other class is not.",
        "pkg/service/service_utils.go IsServiceSupported, new at v2.4.0"),
    since((2, 4, 3), "order of paths",
        "Rules stand in the order in which paths are written: `Prefix` `/` before `/app` takes everything.",
        "Inside one entry of `rules` paths of type `Exact` come first, then `Prefix` with the longest first, then the others as \
         written.",
        "pkg/ingress/model_build_listener_rules.go sortIngressPaths, new at v2.4.3; PR 2409")
        .asked(Behaviour::PathsSorted),
    since((2, 4, 3), "`group.order`",
        "It is a number from 1 to 1000, and no two members of a group may have the same one. Either fault stops the whole group, \
         in the controller's log only.",
        "It is a number from -1000 to 1000, and members of equal order are sorted by `namespace/name`.",
        "pkg/ingress/group_loader.go sortGroupMembers at v2.4.2 and v2.4.3; PR 2634")
        .asked(Behaviour::GroupOrderWide),
    since((2, 4, 3), "a member of a group whose class becomes invalid",
        "It leaves its group, and its rules are removed.",
        "The whole group stops, and the controller's log says so.",
        "pkg/ingress/group_loader.go isGroupMember at v2.4.2, checkGroupMembershipType at v2.4.3; PR 2750"),
];
