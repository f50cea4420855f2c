//! How the old load balancer reached the gateway's ports: with TLS, or with clear text after it had ended TLS itself.

use serde_json::Value;

use super::annotations::{PREFIX, annotations_of};
use crate::istio::served::{Evidence, Served, Speaks};
use alb_controller::go::strconv::string_list;

/// What the old load balancer sent to a port of the Service; `None` where it passed on what the client sent.
///
/// An NLB with a certificate ends TLS on the ports of `ssl-ports`, which are all by default, and sends TCP, or TLS where
/// `backend-protocol` is `ssl` (LBC v3.5.0 pkg/service/model_build_listener.go:107). A Classic ELB does the same, also with
/// `https`; without a certificate, `http` is what it sends (cloud-provider-aws pkg/providers/v1/aws.go buildListener).
#[must_use]
pub fn reached(service: &Value, port: &Value) -> Option<Served> {
    let annotations = annotations_of(service);
    let get = |suffix: &str| annotations.get(format!("{PREFIX}aws-load-balancer-{suffix}").as_str()).copied();
    let backend = get("backend-protocol").map(str::to_ascii_lowercase).unwrap_or_default();
    let is_classic = get("type").is_none() && service["spec"].get("loadBalancerClass").is_none();
    let (speaks, why) = match (ends_tls(service, port), backend.as_str()) {
        (true, "ssl" | "https") => {
            (Speaks::Tls, format!("the old load balancer sent TLS there (backend-protocol {backend})"))
        }
        (true, _) => (
            Speaks::ClearText,
            "the old load balancer ended TLS (ssl-cert) and sent clear text there, as the ALB does".to_owned(),
        ),
        (false, "http") if is_classic => {
            (Speaks::ClearText, "the old load balancer sent HTTP there (backend-protocol http)".to_owned())
        }
        _ => return None,
    };
    Some(Served::new(speaks, Evidence::OldLoadBalancer(why)))
}

/// Whether the old load balancer ended the TLS of its clients on a port of the Service.
#[must_use]
pub fn ends_tls(service: &Value, port: &Value) -> bool {
    let annotations = annotations_of(service);
    let get = |suffix: &str| annotations.get(format!("{PREFIX}aws-load-balancer-{suffix}").as_str()).copied();
    let is_covered = |ports: &str| {
        let ports = string_list(ports);
        let is_it = |item: &String| {
            item == "*" || port["name"] == item.as_str() || item.parse() == Ok(port["port"].as_u64().unwrap_or(0))
        };
        ports.is_empty() || ports.iter().any(is_it)
    };
    get("ssl-cert").is_some_and(|arn| !arn.trim().is_empty()) && get("ssl-ports").is_none_or(is_covered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_load_balancer_that_ends_tls_sends_clear_text_unless_it_is_told_otherwise() {
        let arn = ("ssl-cert", "arn:aws:acm:eu-west-1:111122223333:certificate/1");
        let nlb = ("type", "external");
        for (pairs, class, expected) in [
            (vec![nlb, arn], None, Some(Speaks::ClearText)),
            (vec![nlb, arn, ("ssl-ports", "443"), ("backend-protocol", "tcp")], None, Some(Speaks::ClearText)),
            (vec![arn, ("ssl-ports", "https, 8443")], None, Some(Speaks::ClearText)),
            (vec![arn, ("ssl-ports", "*"), ("backend-protocol", "http")], None, Some(Speaks::ClearText)),
            (vec![nlb, arn, ("backend-protocol", "ssl")], None, Some(Speaks::Tls)),
            (vec![arn, ("backend-protocol", "HTTPS")], None, Some(Speaks::Tls)),
            (vec![nlb, arn, ("ssl-ports", "8443")], None, None),
            (vec![nlb, ("backend-protocol", "tcp")], None, None),
            (vec![("backend-protocol", "http")], None, Some(Speaks::ClearText)),
            (vec![("backend-protocol", "http")], Some("service.k8s.aws/nlb"), None),
            (vec![nlb, ("backend-protocol", "http")], None, None),
            (vec![], None, None),
        ] {
            let annotations: serde_json::Map<String, Value> =
                pairs.iter().map(|(key, value)| (format!("{PREFIX}aws-load-balancer-{key}"), json!(value))).collect();
            let mut service = json!({"metadata": {"annotations": annotations}, "spec": {"type": "LoadBalancer"}});
            if let Some(class) = class {
                service["spec"]["loadBalancerClass"] = json!(class);
            }
            let found = reached(&service, &json!({"name": "https", "port": 443})).map(|served| served.speaks);
            assert_eq!(found, expected, "{pairs:?} {class:?}");
        }
    }
}
