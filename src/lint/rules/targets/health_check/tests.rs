use super::*;
use crate::lint::testing::{Manifest, hold, working};

fn port(text: &str) -> Manifest {
    working().set("healthcheck-port", text)
}

fn service(spec: &str, status: &str) -> Manifest {
    let ports = format!("ports: [{{{status}}}, {{name: https, port: 443, nodePort: 30443}}]");
    working().service(&format!("{spec}\n{ports}"))
}

#[test]
fn health_port_not_a_node_port() {
    let error: &[&str] = &["error Ingress mesh/alb @healthcheck-port"];
    let pinned = service("type: NodePort", "name: status-port, port: 15021, nodePort: 30021");
    hold(
        &ALB014,
        &[
            ("the number of the status port", port("15021"), error),
            ("no port", port("99999"), error),
            ("no port for pods either", port("0").set("target-type", "ip"), error),
            ("another node port", pinned.clone().set("healthcheck-port", "30022"), error),
            (
                "on the Service",
                working().unset(&["healthcheck-port"]).on_service("healthcheck-port", "15021"),
                &["error Service mesh/gateway @healthcheck-port"],
            ),
            ("a pinned node port", pinned.set("healthcheck-port", "30021"), &[]),
            ("a port of the pod", port("15021").set("target-type", "ip"), &[]),
            ("a name", working(), &[]),
        ],
    );
}

#[test]
fn health_port_name_leads_nowhere() {
    let error: &[&str] = &["error Ingress mesh/alb @healthcheck-port"];
    let named = "name: status-port, port: 15021, targetPort: status";
    let unallocated = "type: LoadBalancer\nallocateLoadBalancerNodePorts: false";
    let status = "name: status-port, port: 15021";
    hold(
        &ALB015,
        &[
            ("unknown", port("status"), error),
            ("another case", port("Status-Port"), error),
            ("a blank", port(" 15021"), error),
            ("the keyword in another case", port("Traffic-Port"), error),
            ("a named target port of pods", service("type: ClusterIP", named).set("target-type", "ip"), error),
            ("no node port", service(unallocated, status), error),
            ("a named target port of nodes", service("type: NodePort", named), &[]),
            ("the keyword", port("traffic-port"), &[]),
            ("empty has another rule", port(""), &[]),
            (
                "a Service without node ports has another rule",
                working().service("ports: [{name: status-port, port: 15021}, {name: https, port: 443}]"),
                &[],
            ),
            ("in order", working(), &[]),
        ],
    );
}

#[test]
fn health_check_out_of_range() {
    let of = |suffix: &str| format!("error Ingress mesh/alb @{suffix}");
    let elsewhere = "rules:\n- http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: x, port: {name: use-annotation}}}}]}";
    hold(
        &ALB019,
        &[
            ("interval", working().set(INTERVAL, "301"), &[&of(INTERVAL)]),
            ("timeout", working().set(TIMEOUT, "1"), &[&of(TIMEOUT)]),
            ("threshold", working().set("healthy-threshold-count", "1"), &[&of("healthy-threshold-count")]),
            ("other threshold", working().set("unhealthy-threshold-count", "11"), &[&of("unhealthy-threshold-count")]),
            ("timeout as long as the default interval", working().set(TIMEOUT, "15"), &[&of(TIMEOUT)]),
            ("interval as short as the default timeout", working().set(INTERVAL, "5"), &[&of(INTERVAL)]),
            ("without a target group", working().set(TIMEOUT, "20").spec(elsewhere), &[&of(TIMEOUT)]),
            (
                "on the Service",
                working().on_service(TIMEOUT, "20"),
                &["error Service mesh/gateway @healthcheck-timeout-seconds"],
            ),
            ("no slash", working().set("healthcheck-path", "ready"), &[&of("healthcheck-path")]),
            (
                "a long path",
                working().set("healthcheck-path", &format!("/{}", "x".repeat(1024))),
                &[&of("healthcheck-path")],
            ),
            ("no number has another rule", working().set(INTERVAL, "15s"), &[]),
            (
                "at the limits",
                working().set(INTERVAL, "300").set(TIMEOUT, "120").set("healthy-threshold-count", "+10"),
                &[],
            ),
        ],
    );
}

#[test]
fn success_codes_out_of_range() {
    let codes = |codes: &str| working().set("success-codes", codes);
    let error: &[&str] = &["error Ingress mesh/alb @success-codes"];
    hold(
        &ALB020,
        &[
            ("words", codes("ok"), error),
            ("500", codes("200,500"), error),
            ("an open range", codes("200-"), error),
            ("a range from behind", codes("299-200"), error),
            ("gRPC codes for HTTP", codes("0-99"), error),
            ("HTTP codes for gRPC", codes("200").set("backend-protocol-version", "GRPC"), error),
            ("blanks", codes("200, 204"), &["warning Ingress mesh/alb @success-codes"]),
            ("several and a range", codes("200,204,300-399"), &[]),
            ("gRPC codes", codes("0,12").set("backend-protocol-version", "GRPC"), &[]),
            ("empty has another rule", codes(""), &[]),
        ],
    );
}
