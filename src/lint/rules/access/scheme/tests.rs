use super::*;
use crate::lint::testing::{hold, rule, working};

#[test]
fn schemes() {
    let error: &[&str] = &["error Ingress mesh/alb @scheme"];
    let member = "alb.ingress.kubernetes.io/scheme: internal";
    let spec = "{defaultBackend: {service: {name: gateway, port: {number: 80}}}}";
    let by_name = format!("ingressClassName: alb\n{}", rule("/", "Prefix", "name: gateway, port: {number: 443}"));
    hold(
        &ALB024,
        &[
            ("case", working().set("scheme", "Internet-Facing"), error),
            ("a word", working().set("scheme", "public"), error),
            ("a blank", working().set("scheme", "internal "), error),
            ("nobody says it", working().unset(&["scheme"]), &["warning Ingress mesh/alb"]),
            ("the class may say it", working().unset(&["scheme"]).no_class().spec(by_name), &["info Ingress mesh/alb"]),
            ("the class says it", working().unset(&["scheme"]).class_params("{scheme: internal}"), &[]),
            (
                "the class says it wrongly",
                working().class_params("{scheme: public}"),
                &["error IngressClassParams alb /spec/scheme"],
            ),
            ("another member says it", working().unset(&["scheme"]).beside(member, spec), &[]),
            (
                "nobody of the group says it",
                working().unset(&["scheme"]).beside("alb.ingress.kubernetes.io/group.order: '5'", spec),
                &["warning Ingress mesh/alb", "warning Ingress mesh/shop"],
            ),
            ("an empty one is another rule's", working().set("scheme", ""), &[]),
            ("another class", working().unset(&["scheme"]).class("nginx"), &[]),
            ("said", working().set("scheme", "internal"), &[]),
        ],
    );
}

#[test]
fn a_scheme_that_is_nearly_right_is_told() {
    let help = |value: &str| {
        let text = working().set("scheme", value).text();
        crate::lint::testing::findings_of(&text, &[]).unwrap()[0].help.clone()
    };
    let exactly = "write internet-facing, in exactly these letters";
    assert_eq!(help("Internet-Facing ").map(|help| help.to_string()).as_deref(), Some(exactly));
    let either = "write internal or internet-facing";
    assert_eq!(help("public").map(|help| help.to_string()).as_deref(), Some(either));
}
