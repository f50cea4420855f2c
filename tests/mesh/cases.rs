//! What is played: each case with what the program says of it and what a client gets.

#![allow(dead_code)] // each test file uses its own part

#[path = "cases/ports.rs"]
mod ports;
#[path = "cases/tls.rs"]
mod tls;
#[path = "cases/together.rs"]
mod together;

use super::stream::{CHART, Case, Rendered, Run};
use crate::support::project;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Where pods may not bind a port below 1024, and where the old charts have it so.
pub const HIGH_PORTS: &str = "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
     {name: http2, port: 80, targetPort: 8080, protocol: TCP}, {name: https, port: 443, targetPort: 8443, protocol: TCP}";
pub const UNPRIVILEGED: Rendered = Rendered {
    ports: HIGH_PORTS,
    pod: "",
    container: "env: [{name: ISTIO_META_UNPRIVILEGED_POD, value: 'true'}]",
    ..CHART
};
/// As somebody writes it who has the ALB already.
pub const NODE_PORT: Rendered = Rendered { service: "type: NodePort", ..CHART };

pub const TRUSTED_1: Rendered =
    Rendered { annotations: "proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'", ..CHART };
pub const TRUSTED_2: Rendered =
    Rendered { annotations: "proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 2}}'", ..CHART };
pub const PROXY_PROTOCOL: Rendered =
    Rendered { annotations: "proxy.istio.io/config: '{\"gatewayTopology\": {\"proxyProtocol\": {}}}'", ..CHART };
pub const NLB_ENDS_TLS: Rendered = Rendered {
    service_annotations: "
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-scheme: internal
    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'",
    ..CHART
};
pub const CLASSIC_ENDS_TLS: Rendered = Rendered {
    service_annotations: "
    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    service.beta.kubernetes.io/aws-load-balancer-ssl-ports: https
    service.beta.kubernetes.io/aws-load-balancer-backend-protocol: http
    service.beta.kubernetes.io/aws-load-balancer-internal: 'true'",
    ..CHART
};
pub const NLB_PASSES_TLS: Rendered = Rendered {
    service_annotations: "
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-scheme: internal
    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'
    service.beta.kubernetes.io/aws-load-balancer-backend-protocol: ssl",
    ..CHART
};
/// As in charts whose containers name their ports.
pub const NAMED_PORTS: Rendered = Rendered {
    ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
            {name: http2, port: 80, targetPort: http, protocol: TCP}, {name: https, port: 443, targetPort: https, protocol: TCP}",
    container: "ports: [{containerPort: 8080, name: http, protocol: TCP}, {containerPort: 8443, name: https, protocol: TCP}]",
    ..CHART
};

/// A health check that shows that the traffic port listens and ends TLS, whatever the routes are.
pub const TRAFFIC_PORT: Run = Run::Filter(&[
    "--set",
    "ingress.healthCheck.port=traffic-port",
    "--set",
    "ingress.healthCheck.protocol=HTTPS",
    "--set",
    "ingress.healthCheck.path=/",
    "--set",
    "ingress.healthCheck.successCodes=200-499",
]);

/// What all cases have that say nothing else.
pub const CASE: Case = Case {
    name: "",
    gateway: CHART,
    stream: "",
    routes: route!(),
    beside: "",
    run: Run::Filter(&[]),
    finds: &[],
    https: "200",
    http: TO_HTTPS,
    health: "healthy",
    differs: None,
};
pub const TO_HTTPS: &str = "301 to https://shop.example.com:443/cart";
pub const UNREACHED: &str = "unhealthy: connection refused";
pub const TLS_FAILS: &str = "502: TLS handshake failed";
pub const REFUSED: &str = "502: connection refused";
pub const LOOP: &str = "301 to https://shop.example.com/cart";
pub const CLOSED: &str = "502: connection closed without an answer";

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [tls::CASES, ports::CASES, together::CASES].into_iter().flatten()
}

/// What came of each case when it was played, by its name.
pub fn kept() -> Map<String, Value> {
    let text = std::fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).unwrap()
}

/// Keeps what came of a case, in the order of the table.
pub fn keep(name: &str, answers: &Value) {
    let mut kept = kept();
    kept.insert(name.to_owned(), answers.clone());
    let in_order = all().filter_map(|case| Some((case.name.to_owned(), kept.get(case.name)?.clone())));
    let text = format!("{:#}\n", Value::Object(in_order.collect()));
    std::fs::write(path(), text).unwrap();
}

fn path() -> PathBuf {
    project().join("tests/mesh/answers.json")
}
