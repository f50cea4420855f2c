//! v2.13.0 and later.

use super::{Behaviour, Difference, since};

#[rustfmt::skip]
pub(super) static DIFFERENCES: &[Difference] = &[
    since((2, 13, 0), "subnets without the tag of their role",
        "They are not discovered, and without any that has it the group is refused: `unable to resolve at least one subnet`.",
        "Where no subnet has the tag, those with a route to an internet gateway are taken, or for an internal ALB those without.",
        "pkg/networking/subnet_resolver.go ResolveViaDiscovery at v2.12.0 and v2.13.0"),
    since((2, 13, 0), "IAM permissions",
        "They are not needed.",
        "`ec2:DescribeRouteTables`, where subnets are discovered by their routes.",
        "docs/install/iam_policy.json at v2.12.0 and v2.13.0"),
    since((2, 13, 0), "the default certificate named by another member",
        "A certificate is listed once on a listener.",
        "The default certificate is listed again.",
        "pkg/ingress/model_builder.go mergeListenPortConfigs at v2.12.0 and v2.13.0")
        .asked(Behaviour::DefaultCertificateAgain),
    since((2, 13, 3), "an NLB in front of a `dualstack` ALB",
        "v2.13.0 to v2.13.2 ask AWS for a target group of address type `dualstack`, which there is not (event \
         FailedDeployModel).",
        "The target group is one of IPv4.",
        "pkg/ingress/model_build_frontend_nlb.go buildFrontendNlbTargetGroupSpec at v2.13.2 and v2.13.3")
        .asked(Behaviour::FrontendNlbIpv4),
    since((2, 13, 4), "instance targets without a node port",
        "The controller asks AWS for a target group on port 0, which is refused (event FailedDeployModel). By then the security \
         group is there.",
        "The group is refused: `TargetGroup port is empty` (event FailedBuildModel).",
        "pkg/ingress/model_build_target_group.go buildTargetGroupSpec at v2.13.3 and v2.13.4")
        .asked(Behaviour::NodePortChecked),
    since((2, 13, 4), "`frontend-nlb-security-groups`",
        "v2.13.0 to v2.13.3 attach the first of the list only.",
        "All of them are attached.",
        "pkg/ingress/model_build_frontend_nlb.go buildFrontendNlbSecurityGroups at v2.13.3 and v2.13.4")
        .asked(Behaviour::FrontendNlbSecurityGroups),
    since((2, 14, 0), "an empty `wafv2-acl-arn`",
        "It is as no annotation: up to v2.8.1 that takes a web ACL off, later it leaves it alone.",
        "It takes the web ACL off, and clashes with the ARN of another member.",
        "pkg/ingress/model_build_load_balancer_addons.go buildWAFv2WebACLAssociation at v2.8.1, v2.13.4 and v2.14.0")
        .asked(Behaviour::EmptyWebAclDetaches),
    since((2, 14, 0), "`wafv2-acl-name`",
        "The key is unknown, and ignored: no web ACL.",
        "It is known, and works in no case before v2.14.1 but that of `none`.",
        "pkg/annotations/constants.go at v2.13.4 and v2.14.0")
        .asked(Behaviour::WebAclNameKnown),
    since((2, 14, 0), "`targetGroupName` in `actions.*`",
        "The key is dropped. Where nothing else names the target group the action is refused.",
        "It is read.",
        "pkg/ingress/config_types.go validate at v2.13.4 and v2.14.0")
        .asked(Behaviour::TargetGroupName),
    since((2, 14, 0), "subnets of the NLB in front",
        "Without `frontend-nlb-subnets` they are those of the ALB.",
        "They are discovered by the scheme of the NLB.",
        "pkg/ingress/model_build_frontend_nlb.go at v2.13.4 and v2.14.0")
        .asked(Behaviour::FrontendNlbSubnets),
    since((2, 14, 1), "`wafv2-acl-name`",
        "v2.14.0 panics at each reconcile for every name but `none`, and nothing is done for the group.",
        "It works. The controller needs the IAM permission `wafv2:ListWebACLs`, which its reference policy does not have.",
        "pkg/ingress/model_builder.go Build at v2.14.0 and v2.14.1; issue 4388, PR 4390")
        .asked(Behaviour::WebAclByName)
        .annotation("wafv2-acl-name"),
    since((2, 14, 1), "commas and backslashes in maps",
        "`tags`, attributes and the like are split at every comma, and empty items are dropped. A backslash is a character as \
         every other, and blanks around `=` belong to key and value.",
        "`\\,` and `\\\\` stand for a comma and a backslash in a value, and keys and values are trimmed. `a=1,,b=2` is an error, and a \
         comma at the end belongs to the last value.",
        "pkg/annotations/parser.go ParseStringMapAnnotation at v2.14.0 and v2.14.1; PR 4375; issue 4387")
        .asked(Behaviour::MapEscapes),
    since((2, 14, 1), "`regexValues` in `conditions.*`",
        "The key is dropped. A condition that has nothing else is refused: `values cannot be empty`.",
        "It is read for hosts, paths and headers.",
        "pkg/ingress/config_types.go at v2.14.0 and v2.14.1")
        .asked(Behaviour::RegexValues),
    since((2, 15, 0), "`jwt-validation`",
        "The key is unknown, and ignored: no token is checked.",
        "It is read, for HTTPS listeners.",
        "pkg/annotations/constants.go at v2.14.1 and v2.15.0")
        .annotation("jwt-validation"),
    since((3, 0, 0), "`subnets` by Name",
        "As many subnets must be found as entries are given.",
        "A Name is taken for each entry that has it; since v3.2.0 one may be given as often as subnets have it, and one that \
         several have is no error.",
        "pkg/networking/subnet_resolver.go listSubnetsByNameOrIDs at v2.13.0, v3.0.0 and v3.2.0"),
    since((3, 1, 0), "redirects with a regular expression as their path",
        "v2.14.1 to v3.0.0: such a redirect counts as covering every path of its hosts, and all later rules for them are left out.",
        "Regular expressions are compared as texts.",
        "pkg/ingress/rule_optimizer.go isSupersetConditions, isInfiniteRedirectRule at v3.0.0 and v3.1.0")
        .asked(Behaviour::PathRegexCompared),
    since((3, 3, 0), "tags of the NLB in front",
        "Its listeners and target groups have none.",
        "They have those of the NLB.",
        "pkg/ingress/model_build_frontend_nlb.go at v3.2.2 and v3.3.0"),
    since((3, 4, 0), "`minimum-load-balancer-capacity` that is no number",
        "v2.11.0 to v3.3.0 take it as 0, which takes a reservation away.",
        "The group is refused: `invalid value to set the capacity`.",
        "pkg/ingress/model_build_load_balancer_capacity_reservation.go at v3.3.0 and v3.4.0")
        .asked(Behaviour::CapacityChecked),
    since((3, 5, 0), "`dualstack` and subnets without IPv6",
        "AWS refuses the load balancer: `You must specify subnets with an associated IPv6 CIDR block` (event FailedDeployModel).",
        "The controller refuses it: `subnets […] do not have an associated IPv6 CIDR block` (event FailedBuildModel); discovery \
         leaves such subnets out.",
        "pkg/networking/subnet_resolver.go validateSubnetsIPv6CIDR, new at v3.5.0"),
];
