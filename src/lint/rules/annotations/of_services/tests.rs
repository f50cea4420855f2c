use super::*;
use crate::lint::testing::{hold, working};

#[test]
fn annotations_of_services_do_nothing_on_an_ingress() {
    let with = |suffix: &str| working().annotate(&format!("service.beta.kubernetes.io/{suffix}"), "x");
    let at = |severity: &str, suffix: &str| {
        format!("{severity} Ingress mesh/alb /metadata/annotations/service.beta.kubernetes.io~1{suffix}")
    };
    hold(
        &ALB126,
        &[
            ("none", working(), &[]),
            ("ranges, which are ALB109", with("load-balancer-source-ranges"), &[]),
            ("subnets", with("aws-load-balancer-subnets"), &[&at("warning", "aws-load-balancer-subnets")]),
            ("a type", with("aws-load-balancer-type"), &[&at("warning", "aws-load-balancer-type")]),
        ],
    );
}

#[test]
fn the_help_names_what_was_meant() {
    let text = |suffix: &str| working().annotate(&format!("service.beta.kubernetes.io/{suffix}"), "x").text();
    let help = |suffix: &str| {
        let found = crate::lint::testing::findings_of(&text(suffix), &crate::lint::testing::configured("{}")).unwrap();
        found.into_iter().find(|finding| finding.rule == &ALB126).unwrap().help
    };
    assert_eq!(help("aws-load-balancer-subnets").unwrap().to_string(), "write `alb.ingress.kubernetes.io/subnets`");
    assert_eq!(help("aws-load-balancer-eip-allocations"), None);
}
