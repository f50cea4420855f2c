use super::*;
use crate::lint::testing::{hold, rule, working};

const ARN: &str = "arn:aws:acm:eu-central-1:111122223333:certificate/1";

#[test]
fn https_without_certificate() {
    let https = || working().unset(&["certificate-arn", "ssl-redirect"]).set("listen-ports", r#"[{"HTTPS": 443}]"#);
    let with_tls =
        |tls: &str| https().spec(format!("tls: {tls}\n{}", rule("/", "Prefix", "name: gateway, port: {number: 443}")));
    let error: &[&str] = &["error Ingress mesh/alb @listen-ports"];
    hold(
        &ALB010,
        &[
            ("no host", https(), error),
            ("a Secret is not read", with_tls("[{secretName: tls}]"), error),
            ("create-acm-cert is off", https().set("create-acm-cert", "true"), error),
            ("only commas", https().set("certificate-arn", ","), &["error Ingress mesh/alb @certificate-arn"]),
            ("a host to look it up by", with_tls("[{hosts: [a.example.com]}]"), &[]),
            ("from the class", https().class_params(&format!("{{certificateArn: ['{ARN}']}}")), &[]),
            ("given", working(), &[]),
        ],
    );
}

#[test]
fn certificate_unused() {
    let http = r#"[{"HTTP": 80}]"#;
    hold(
        &ALB011,
        &[
            (
                "HTTP only",
                working().unset(&["ssl-redirect"]).set("listen-ports", http),
                &["warning Ingress mesh/alb @certificate-arn"],
            ),
            ("HTTPS by default", working().unset(&["listen-ports"]), &[]),
            ("HTTPS", working(), &[]),
        ],
    );
}

#[test]
fn certificate_arn_malformed() {
    let arn = |text: &str| working().set("certificate-arn", text);
    let error: &[&str] = &["error Ingress mesh/alb @certificate-arn"];
    let twice = format!("{ARN},{}", ARN.replace("eu-central-1", "us-east-1"));
    hold(
        &ALB012,
        &[
            ("a placeholder", arn("arn:aws:acm:region:account-id:certificate/certificate-id"), error),
            ("no account", arn("arn:aws:acm:eu-central-1::certificate/1"), error),
            ("another service", arn("arn:aws:iam::111122223333:role/x"), error),
            ("one of several", arn(&format!("{ARN},nonsense")), error),
            ("several regions", arn(&twice), error),
            (
                "of the class",
                working().class_params("{certificateArn: [nonsense]}"),
                &["error IngressClassParams alb /spec/certificateArn"],
            ),
            ("a class in its place", arn("nonsense").class_params(&format!("{{certificateArn: ['{ARN}']}}")), &[]),
            ("a server certificate", arn("arn:aws:iam::111122223333:server-certificate/dir/x"), &[]),
            (
                "a server certificate in a region",
                arn("arn:aws:iam:eu-central-1:111122223333:server-certificate/x"),
                &["error Ingress mesh/alb @certificate-arn"],
            ),
            (
                "no region",
                arn("arn:aws:acm:frankfurt:111122223333:certificate/1"),
                &["error Ingress mesh/alb @certificate-arn"],
            ),
            ("another partition", arn("arn:aws-us-gov:acm:us-gov-west-1:111122223333:certificate/1"), &[]),
            ("over several lines", arn(&format!("\n {ARN} ,\n {ARN}2,")), &[]),
        ],
    );
}

#[test]
fn ssl_policy_weak_or_unknown() {
    let policy = |name: &str| working().set("ssl-policy", name);
    let warned: &[&str] = &["warning Ingress mesh/alb @ssl-policy"];
    hold(
        &ALB013,
        &[
            ("weak", policy("ELBSecurityPolicy-2016-08"), warned),
            ("unknown", policy("ELBSecurityPolicy-TLS13-1-2-2021-6"), warned),
            (
                "of the class",
                working().class_params("{sslPolicy: ELBSecurityPolicy-TLS-1-0-2015-04}"),
                &["warning IngressClassParams alb /spec/sslPolicy"],
            ),
            ("the default", working().unset(&["ssl-policy"]), &["info Ingress mesh/alb"]),
            ("empty has another rule", policy(""), &[]),
            ("nothing to encrypt", working().clear_text().set("ssl-policy", "ELBSecurityPolicy-2016-08"), &[]),
            ("strong", working(), &[]),
            ("old, but without TLS 1.1", policy("ELBSecurityPolicy-TLS-1-2-Ext-2018-06"), &[]),
        ],
    );
}
