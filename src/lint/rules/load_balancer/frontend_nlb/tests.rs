use super::*;
use crate::lint::testing::{Manifest, hold, working};

fn with(settings: &[(&str, &str)]) -> Manifest {
    let manifest = working().set("enable-frontend-nlb", "true");
    settings
        .iter()
        .fold(manifest, |manifest, (suffix, value)| manifest.set(&format!("frontend-nlb-healthcheck-{suffix}"), value))
}

const MUTUAL: &str = r#"[{"port": 443, "mode": "verify", "trustStore": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/clients/0123456789abcdef"}]"#;

#[test]
fn frontend_nlb_check_fails() {
    let warned = |suffix: &str| format!("warning Ingress mesh/alb @{suffix}");
    let enabled = warned("enable-frontend-nlb");
    let https: [(&str, &str); 2] = [("protocol", "HTTPS"), ("port", "443")];
    hold(
        &ALB105,
        &[
            ("the defaults", with(&[]), &[&enabled, &enabled]),
            ("one of two", with(&[("success-codes", "200-399")]), &[&warned("frontend-nlb-healthcheck-success-codes")]),
            ("HTTPS on port 80", with(&[("protocol", "HTTPS")]), &[&warned("frontend-nlb-healthcheck-protocol")]),
            (
                "no time to answer",
                with(&[https[0], https[1], ("timeout-seconds", "15")]),
                &["error Ingress mesh/alb @frontend-nlb-healthcheck-timeout-seconds"],
            ),
            ("the HTTPS listener", with(&https), &[]),
            (
                "a listener that verifies client certificates",
                with(&https).set("mutual-authentication", MUTUAL),
                &[&warned("frontend-nlb-healthcheck-protocol"), &warned("frontend-nlb-healthcheck-protocol")],
            ),
            (
                "which answers 400 to HTTP",
                with(&[("port", "443"), ("success-codes", "400")]).set("mutual-authentication", MUTUAL),
                &[],
            ),
            ("the gateway on a clear-text listener", with(&[]).clear_text().set("enable-frontend-nlb", "true"), &[]),
            ("out of range has another rule", with(&[https[0], https[1], ("timeout-seconds", "500")]), &[]),
            ("no NLB", working(), &[]),
        ],
    );
}

#[test]
fn codes_and_ranges() {
    for (codes, code, is_in) in [
        ("200", 200, true),
        ("200", 301, false),
        ("200,301", 301, true),
        ("200-399", 301, true),
        ("200-399", 400, false),
        ("", 200, false),
    ] {
        assert_eq!(takes(codes, code), is_in, "{codes} {code}");
    }
}
