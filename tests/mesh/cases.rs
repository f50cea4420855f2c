//! What is played: each case with what the program says of it and what a client gets.

#![allow(dead_code)] // each test file uses its own part

use super::stream::{CHART, Case, Rendered, Run};
use crate::support::project;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Where pods may not bind a port below 1024, and where the old charts have it so.
const HIGH_PORTS: &str = "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
     {name: http2, port: 80, targetPort: 8080, protocol: TCP}, {name: https, port: 443, targetPort: 8443, protocol: TCP}";
const UNPRIVILEGED: Rendered = Rendered {
    ports: HIGH_PORTS,
    pod: "",
    container: "env: [{name: ISTIO_META_UNPRIVILEGED_POD, value: 'true'}]",
    ..CHART
};
/// As somebody writes it who has the ALB already.
const NODE_PORT: Rendered = Rendered { service: "type: NodePort", ..CHART };

const TRUSTED_1: Rendered =
    Rendered { annotations: "proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'", ..CHART };
const TRUSTED_2: Rendered =
    Rendered { annotations: "proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 2}}'", ..CHART };
const PROXY_PROTOCOL: Rendered =
    Rendered { annotations: "proxy.istio.io/config: '{\"gatewayTopology\": {\"proxyProtocol\": {}}}'", ..CHART };
const NLB_ENDS_TLS: Rendered = Rendered {
    service_annotations: "
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-scheme: internal
    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'",
    ..CHART
};
const NLB_PASSES_TLS: Rendered = Rendered {
    service_annotations: "
    service.beta.kubernetes.io/aws-load-balancer-type: external
    service.beta.kubernetes.io/aws-load-balancer-scheme: internal
    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'
    service.beta.kubernetes.io/aws-load-balancer-backend-protocol: ssl",
    ..CHART
};
/// As in charts whose containers name their ports.
const NAMED_PORTS: Rendered = Rendered {
    ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
            {name: http2, port: 80, targetPort: http, protocol: TCP}, {name: https, port: 443, targetPort: https, protocol: TCP}",
    container: "ports: [{containerPort: 8080, name: http, protocol: TCP}, {containerPort: 8443, name: https, protocol: TCP}]",
    ..CHART
};

const NONE: Case = Case {
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
const TO_HTTPS: &str = "301 to https://shop.example.com:443/cart";
const TLS_FAILS: &str = "502: TLS handshake failed";
const REFUSED: &str = "502: connection refused";
const LOOP: &str = "301 to https://shop.example.com/cart";
const CLOSED: &str = "502: connection closed without an answer";

/// All of them.
pub const CASES: &[Case] = &[
    Case { name: "any-host", stream: gateway!("public": any_host!(), clear_text!(80)), ..NONE },
    Case {
        name: "one-host",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "hosts-of-a-domain",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*.example.com'], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "any-host-of-a-namespace",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [NAME/*], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        ..NONE
    },
    Case {
        name: "one-host-beside-any",
        stream: gateway!("public":
            "port: {number: 443, name: shop, protocol: HTTPS}, hosts: [shop.example.com], \
             tls: {mode: SIMPLE, credentialName: shop-cert}",
            any_host!()),
        ..NONE
    },
    Case {
        name: "one-host-beside-any-of-another-gateway",
        stream: concat!(
            gateway!("shop": "port: {number: 443, name: shop, protocol: HTTPS}, hosts: [shop.example.com], \
                              tls: {mode: SIMPLE, credentialName: shop-cert}"),
            gateway!("public": any_host!()),
        ),
        ..NONE
    },
    Case {
        name: "hosts-on-clear-text-port",
        run: Run::Filter(&["--backend-port", "80"]),
        stream: gateway!("public": "port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]"),
        ..NONE
    },
    Case {
        name: "secret-missing",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: not-there}"),
        https: TLS_FAILS,
        differs: Some("the Secret is seldom in the stream"),
        ..NONE
    },
    Case { name: "https-redirect-on-80", stream: gateway!("public": any_host!(), redirect!()), ..NONE },
    Case {
        name: "https-redirect-where-the-alb-leads",
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        finds: &[("warning", "ALB063")],
        https: LOOP,
        ..NONE
    },
    Case {
        name: "https-redirect-with-one-trusted-proxy",
        gateway: TRUSTED_1,
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        ..NONE
    },
    Case {
        name: "https-redirect-with-two-trusted-proxies",
        gateway: TRUSTED_2,
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        ..NONE
    },
    Case {
        name: "redirect-in-a-virtual-service",
        stream: gateway!("public": any_host!()),
        routes: "---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: NAME}
spec: {hosts: ['*'], gateways: [public], http: [{redirect: {scheme: https, redirectCode: 301}}]}
",
        https: LOOP,
        finds: &[("warning", "ALB063")],
        ..NONE
    },
    Case {
        name: "mutual",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: MUTUAL, credentialName: shop-mutual}"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "mutual-beside-clear-text",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: MUTUAL, credentialName: shop-mutual}", clear_text!(80)),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "optional-mutual",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: OPTIONAL_MUTUAL, credentialName: shop-mutual}"),
        ..NONE
    },
    Case {
        name: "passthrough-for-any-name",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}"),
        routes: tls_route!("'*'"),
        ..NONE
    },
    Case {
        name: "passthrough-for-one-name",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: [shop.example.com], \
                                    tls: {mode: PASSTHROUGH}"),
        routes: tls_route!("shop.example.com"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "passthrough-without-a-route",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}"),
        finds: &[("warning", "ALB063")],
        https: REFUSED,
        ..NONE
    },
    Case {
        name: "passthrough-with-a-route-for-one-name",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}"),
        routes: tls_route!("shop.example.com"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..NONE
    },
    Case { name: "clear-text-on-443", stream: gateway!("public": clear_text!(443)), ..NONE },
    Case {
        name: "tls-ended-at-the-nlb",
        gateway: NLB_ENDS_TLS,
        routes: "",
        beside: concat!(gateway!("public": clear_text!(443)), route!()),
        ..NONE
    },
    Case {
        name: "tls-of-the-nlb-goes-on",
        gateway: NLB_PASSES_TLS,
        routes: "",
        beside: concat!(gateway!("public": any_host!()), route!()),
        ..NONE
    },
    Case { name: "only-80", stream: gateway!("public": clear_text!(80)), ..NONE },
    Case {
        name: "a-service-with-80-only",
        gateway: Rendered {
            ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
                    {name: http, port: 80, targetPort: 80, protocol: TCP}",
            ..CHART
        },
        stream: gateway!("public": clear_text!(80)),
        ..NONE
    },
    Case {
        name: "unprivileged",
        gateway: UNPRIVILEGED,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        ..NONE
    },
    Case {
        name: "unprivileged-and-pinned",
        gateway: UNPRIVILEGED,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "pin"]),
        finds: &[("error", "ALB111"), ("warning", "ALB092"), ("warning", "ALB111")],
        https: REFUSED,
        ..NONE
    },
    Case {
        name: "high-target-ports",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        finds: &[("warning", "ALB092")],
        ..NONE
    },
    Case {
        name: "high-target-ports-kept",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "keep"]),
        ..NONE
    },
    Case {
        name: "named-target-ports",
        gateway: NAMED_PORTS,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        ..NONE
    },
    Case {
        name: "named-target-ports-of-ip-targets",
        gateway: NAMED_PORTS,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-type", "ip", "--service-type", "ClusterIP"]),
        ..NONE
    },
    Case {
        name: "ip-targets",
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-type", "ip", "--service-type", "ClusterIP"]),
        ..NONE
    },
    Case {
        name: "ports-not-translated",
        gateway: Rendered {
            ports: HIGH_PORTS,
            labels: ", experimental.istio.io/disable-gateway-port-translation: 'true'",
            ..CHART
        },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "keep"]),
        finds: &[("error", "ALB112")],
        https: REFUSED,
        ..NONE
    },
    Case {
        name: "two-services",
        stream: concat!(
            "---
apiVersion: v1
kind: Service
metadata: {name: a-earlier, namespace: NAME}
spec:
  selector: {app: gateway, istio: NAME}
  ports: [{name: http2, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]
",
            gateway!("public": any_host!(), clear_text!(80))
        ),
        https: REFUSED,
        finds: &[("warning", "ALB125")],
        ..NONE
    },
    Case {
        name: "clear-text-shadows-tls",
        stream: concat!(gateway!("a-older": clear_text!(443)), gateway!("public": any_host!())),
        routes: concat!(route!(), route!("a-older")),
        finds: &[("warning", "ALB063")],
        differs: Some("which Gateway is older is not in what is rendered"),
        ..NONE
    },
    Case {
        name: "tls-shadows-clear-text",
        stream: concat!(gateway!("a-older": any_host!()), gateway!("public": clear_text!(443))),
        routes: concat!(route!(), route!("a-older")),
        https: REFUSED,
        health: "unhealthy: 503",
        finds: &[("warning", "ALB063")],
        ..NONE
    },
    Case {
        name: "two-gateways-for-any-host",
        stream: concat!(gateway!("a-older": any_host!()), gateway!("public": any_host!())),
        https: "404",
        finds: &[("warning", "ALB063")],
        ..NONE
    },
    Case {
        name: "proxy-protocol",
        gateway: PROXY_PROTOCOL,
        stream: gateway!("public": any_host!()),
        finds: &[("warning", "ALB057")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "health-check-of-the-traffic-port",
        stream: gateway!("public": any_host!()),
        routes: "---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: NAME}
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http: [{route: [{destination: {host: backend.test, port: {number: 9080}}}]}]
",
        run: Run::Filter(&[
            "--set",
            "ingress.healthCheck.port=traffic-port",
            "--set",
            "ingress.healthCheck.protocol=HTTPS",
        ]),
        finds: &[("warning", "ALB017")],
        health: "unhealthy: 404",
        ..NONE
    },
    Case {
        name: "clear-text-to-tls",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": any_host!(), clear_text!(80)), ingress!("443", "HTTP")),
        run: Run::AsIs,
        finds: &[("error", "ALB001")],
        https: CLOSED,
        http: TO_HTTPS,
        ..NONE
    },
    Case {
        name: "tls-to-clear-text",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": any_host!(), clear_text!(80)), ingress!("80", "HTTPS")),
        run: Run::AsIs,
        finds: &[("error", "ALB002")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "clear-text-on-443-by-hand",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": clear_text!(443)), ingress!("443", "HTTP")),
        run: Run::AsIs,
        ..NONE
    },
    Case {
        name: "tls-to-clear-text-on-443",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": clear_text!(443)), ingress!("443", "HTTPS")),
        run: Run::AsIs,
        finds: &[("error", "ALB002")],
        https: TLS_FAILS,
        ..NONE
    },
    Case {
        name: "nothing-listens",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": clear_text!(80)), ingress!("443", "HTTPS")),
        run: Run::AsIs,
        finds: &[("error", "ALB112")],
        https: REFUSED,
        ..NONE
    },
];

/// What came of each case when it was played, by its name.
pub fn kept() -> Map<String, Value> {
    let text = std::fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).unwrap()
}

/// Keeps what came of a case, in the order of the table.
pub fn keep(name: &str, answers: &Value) {
    let mut kept = kept();
    kept.insert(name.to_owned(), answers.clone());
    let in_order = CASES.iter().filter_map(|case| Some((case.name.to_owned(), kept.get(case.name)?.clone())));
    let text = format!("{:#}\n", Value::Object(in_order.collect()));
    std::fs::write(path(), text).unwrap();
}

fn path() -> PathBuf {
    project().join("tests/mesh/answers.json")
}
