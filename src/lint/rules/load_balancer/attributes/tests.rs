use super::*;
use crate::lint::testing::{Manifest, hold, working};

const LOAD_BALANCER: &str = "load-balancer-attributes";
const TARGET_GROUP: &str = "target-group-attributes";

fn of_load_balancer(value: &str) -> Manifest {
    working().set(LOAD_BALANCER, value)
}

fn of_target_group(value: &str) -> Manifest {
    working().set(TARGET_GROUP, value)
}

#[test]
fn attributes_that_aws_refuses() {
    let error: &[&str] = &["error Ingress mesh/alb @load-balancer-attributes"];
    let warning: &[&str] = &["warning Ingress mesh/alb @load-balancer-attributes"];
    let cases = [
        ("idle_timeout.timeout_seconds=5000", error),
        ("idle_timeout.timeout_seconds=60s", error),
        ("deletion_protection.enabled=True", error),
        ("deletion_protection.enabled=true;idle_timeout.timeout_seconds=60", error),
        ("deletion_protection.enabled=true,", error),
        ("load_balancing.cross_zone.enabled=false", error),
        ("dns_record.client_routing_policy=any_availability_zone", error),
        ("access_logs.s3.enabled=true,access_logs.s3.bucket=my-logs,", error),
        ("foo.bar=1", warning),
        ("Deletion_Protection.enabled=true", warning),
        ("stickiness.enabled=true", warning),
        ("access_logs.s3.enabled=true", warning),
        ("access_logs.s3.enabled=true,access_logs.s3.bucket=", warning),
        ("idle_timeout.timeout_seconds=4000,routing.http2.enabled=false", &[]),
        ("access_logs.s3.enabled=true,access_logs.s3.bucket=my-logs", &[]),
        ("access_logs.s3.prefix=,idle_timeout.timeout_seconds=60", &[]),
        ("load_balancing.cross_zone.enabled=true", &[]),
        ("routing.http.x_amzn_tls_kx.enabled=true", &[]),
    ];
    let cases: Vec<_> = cases.into_iter().map(|(value, expected)| (value, of_load_balancer(value), expected)).collect();
    hold(&ALB050, &cases);
}

#[test]
fn attributes_of_target_groups() {
    let error: &[&str] = &["error Ingress mesh/alb @target-group-attributes"];
    let warning: &[&str] = &["warning Ingress mesh/alb @target-group-attributes"];
    let slow = "slow_start.duration_seconds=30,load_balancing.algorithm.type=least_outstanding_requests";
    let not_slow = slow.replace("=30", "=0");
    let default = slow.replace("least_outstanding_requests", "round_robin");
    let cases = [
        ("preserve_client_ip.enabled=true", error),
        ("proxy_protocol_v2.enabled=true", error),
        ("stickiness.type=source_ip", error),
        ("deregistration_delay.timeout_seconds=4000", error),
        (slow, error),
        ("stickiness.app_cookie.cookie_name=AWSALBX", error),
        ("load_balancing.algorithm.anomaly_mitigation=on", error),
        ("idle_timeout.timeout_seconds=60", warning),
        ("stickiness.enabled=true,stickiness.type=app_cookie", warning),
        ("stickiness.enabled=true,stickiness.type=lb_cookie", &[]),
        ("stickiness.enabled=true,stickiness.type=app_cookie,stickiness.app_cookie.cookie_name=id", &[]),
        ("load_balancing.algorithm.anomaly_mitigation=on,load_balancing.algorithm.type=weighted_random", &[]),
        ("routing.http2.rst_stream_error_forwarding.enabled=true", &[]),
        (&not_slow, &[]),
        (&default, &[]),
    ];
    let cases: Vec<_> = cases.into_iter().map(|(value, expected)| (value, of_target_group(value), expected)).collect();
    hold(&ALB050, &cases);
    hold(
        &ALB050,
        &[
            (
                "on the Service",
                working().on_service(TARGET_GROUP, "proxy_protocol_v2.enabled=true"),
                &["error Service mesh/gateway @target-group-attributes"],
            ),
            (
                "the Service says others",
                of_target_group("proxy_protocol_v2.enabled=true").on_service(TARGET_GROUP, "stickiness.enabled=true"),
                &[],
            ),
            (
                "from the class",
                working()
                    .class_params("{loadBalancerAttributes: [{key: idle_timeout.timeout_seconds, value: '5000'}]}"),
                &["error IngressClassParams alb /spec/loadBalancerAttributes"],
            ),
            (
                "the bucket comes from the class",
                of_load_balancer("access_logs.s3.enabled=true")
                    .class_params("{loadBalancerAttributes: [{key: access_logs.s3.bucket, value: b}]}"),
                &[],
            ),
        ],
    );
}

#[test]
fn attributes_of_listeners() {
    let suffix = "listener-attributes.HTTPS-443";
    let with = |value: &str| working().set(suffix, value);
    hold(
        &ALB050,
        &[
            (
                "of an NLB",
                with("tcp.idle_timeout.seconds=100"),
                &["error Ingress mesh/alb @listener-attributes.HTTPS-443"],
            ),
            (
                "no switch",
                with("routing.http.response.server.enabled=no"),
                &["error Ingress mesh/alb @listener-attributes.HTTPS-443"],
            ),
            (
                "of the load balancer",
                with("idle_timeout.timeout_seconds=60"),
                &["warning Ingress mesh/alb @listener-attributes.HTTPS-443"],
            ),
            ("in order", with("routing.http.response.strict_transport_security.header_value=max-age=31536000"), &[]),
        ],
    );
}

#[test]
fn a_key_is_told_by_what_it_comes_near_to() {
    let help = |value: &str| {
        let found = crate::lint::testing::findings_of(&of_load_balancer(value).text(), &[]);
        let found = found.unwrap();
        (found[0].message.clone(), found[0].help.as_ref().map(ToString::to_string))
    };
    assert_eq!(
        help("idle_timeout.timeout_second=60"),
        (
            "istio-alb does not know the attribute idle_timeout.timeout_second".to_owned(),
            Some("did you mean idle_timeout.timeout_seconds?".to_owned())
        )
    );
    assert_eq!(
        help("stickiness.enabled=true"),
        (
            "stickiness.enabled is an attribute of target groups (target-group-attributes)".to_owned(),
            Some("move stickiness.enabled to the attributes of target groups (target-group-attributes)".to_owned())
        )
    );
}

#[test]
fn the_address_of_the_client() {
    let warning: &[&str] = &["warning Ingress mesh/alb @load-balancer-attributes"];
    let cases = [
        ("routing.http.xff_client_port.enabled=true", warning),
        ("routing.http.xff_header_processing.mode=remove", warning),
        ("routing.http.xff_header_processing.mode=preserve", warning),
        ("routing.http.xff_client_port.enabled=false", &[]),
        ("routing.http.xff_header_processing.mode=append", &[]),
    ];
    let cases: Vec<_> = cases.into_iter().map(|(value, expected)| (value, of_load_balancer(value), expected)).collect();
    hold(&ALB067, &cases);
}
