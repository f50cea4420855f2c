use super::*;
use crate::lint::testing::{hold, working};

#[test]
fn tags_that_are_refused_or_changed() {
    let error: &[&str] = &["error Ingress mesh/alb @tags"];
    let warning: &[&str] = &["warning Ingress mesh/alb @tags"];
    let (key, value) = ("k".repeat(129), "v".repeat(257));
    let (long_key, long_value) = (format!("{key}=x"), format!("x={value}"));
    let (longest_key, longest_value) = (format!("{}=x", &key[1..]), format!("x={}", &value[1..]));
    let cases = [
        ("Owner", error),
        ("Environment=production,Owner", error),
        ("Teams=a,b", error),
        (",Environment=production", error),
        ("=x", error),
        ("  ", error),
        ("aws:name=x", error),
        ("AWS:name=x", error),
        (&long_key, error),
        (&long_value, error),
        ("Environment=production,", warning),
        (r"Teams=a\,b", warning),
        (r"Path=C:\temp", warning),
        ("elbv2.k8s.aws/cluster=mine", warning),
        ("Query=a;b", warning),
        ("Environment=production, Team=edge", &[]),
        ("Query=a=b", &[]),
        ("Note=", &[]),
        ("Größe=5 m, a/b:c+d-e@f_g.h=x", &[]),
        (&longest_key, &[]),
        (&longest_value, &[]),
    ];
    let cases: Vec<_> =
        cases.into_iter().map(|(value, expected)| (value, working().set("tags", value), expected)).collect();
    hold(&ALB061, &cases);
}

#[test]
fn tags_elsewhere() {
    let in_front = working().set("enable-frontend-nlb", "true");
    hold(
        &ALB061,
        &[
            ("on the Service", working().on_service("tags", "Owner"), &["error Service mesh/gateway @tags"]),
            (
                "of the NLB in front",
                in_front.set("frontend-nlb-tags", "Owner"),
                &["error Ingress mesh/alb @frontend-nlb-tags"],
            ),
            ("of no NLB", working().set("frontend-nlb-tags", "Owner"), &[]),
            (
                "from the class",
                working().class_params("{tags: [{key: 'aws:name', value: x}]}"),
                &["error IngressClassParams alb /spec/tags"],
            ),
            (
                "without a key, from the class",
                working().class_params("{tags: [{key: '', value: x}]}"),
                &["error IngressClassParams alb /spec/tags"],
            ),
        ],
    );
}
