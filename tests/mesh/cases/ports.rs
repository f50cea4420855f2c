//! What ports speak, and on which ones pods listen.

use super::{
    CASE, CLASSIC_ENDS_TLS, HIGH_PORTS, NAMED_PORTS, NLB_ENDS_TLS, NLB_PASSES_TLS, REFUSED, TLS_FAILS, UNPRIVILEGED,
    UNREACHED,
};
use crate::stream::{CHART, Case, Rendered, Run};

pub const CASES: &[Case] = &[
    Case { name: "clear-text-on-443", stream: gateway!("public": clear_text!(443)), ..CASE },
    Case {
        name: "tls-ended-at-the-nlb",
        gateway: NLB_ENDS_TLS,
        routes: "",
        beside: concat!(gateway!("public": clear_text!(443)), route!()),
        ..CASE
    },
    Case {
        name: "tls-of-the-nlb-goes-on",
        gateway: NLB_PASSES_TLS,
        routes: "",
        beside: concat!(gateway!("public": any_host!()), route!()),
        ..CASE
    },
    Case {
        name: "tls-ended-at-the-classic-elb",
        gateway: CLASSIC_ENDS_TLS,
        routes: "",
        beside: concat!(gateway!("public": clear_text!(443)), route!()),
        ..CASE
    },
    Case {
        name: "app-protocol",
        gateway: Rendered {
            ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
                    {name: https, port: 443, targetPort: 443, protocol: TCP, appProtocol: http}",
            ..CHART
        },
        routes: "",
        beside: concat!(gateway!("public": clear_text!(443)), route!()),
        ..CASE
    },
    Case {
        name: "http2-on-443",
        stream: gateway!("public": "port: {number: 443, name: http2, protocol: HTTP2}, hosts: ['*']"),
        ..CASE
    },
    Case {
        name: "tls-without-http-on-443",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063")],
        https: REFUSED,
        ..CASE
    },
    Case {
        name: "tls-without-http-on-443-and-a-tcp-route",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        routes: tcp_route!("backend.test", 9080),
        ..CASE
    },
    Case {
        name: "tcp-on-443-to-tls",
        stream: gateway!("public": "port: {number: 443, name: tcp, protocol: TCP}, hosts: ['*']"),
        routes: tcp_route!("tls.test", 9443),
        ..CASE
    },
    Case {
        name: "tcp-on-443-to-clear-text",
        stream: gateway!("public": "port: {number: 443, name: tcp, protocol: TCP}, hosts: ['*']"),
        routes: tcp_route!("backend.test", 9080),
        https: TLS_FAILS,
        differs: Some("what a server for TCP leads to is not in the Gateway"),
        ..CASE
    },
    Case {
        name: "a-gateway-for-all-pods",
        stream: "---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: NAME}
spec:
  servers:
  - {port: {number: 443, name: http, protocol: HTTP}, hosts: ['*']}
",
        ..CASE
    },
    Case { name: "only-80", stream: gateway!("public": clear_text!(80)), ..CASE },
    Case {
        name: "a-service-with-80-only",
        gateway: Rendered {
            ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
                    {name: http, port: 80, targetPort: 80, protocol: TCP}",
            ..CHART
        },
        stream: gateway!("public": clear_text!(80)),
        ..CASE
    },
    Case {
        name: "unprivileged",
        gateway: UNPRIVILEGED,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        ..CASE
    },
    Case {
        name: "unprivileged-and-pinned",
        gateway: UNPRIVILEGED,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "pin"]),
        finds: &[("error", "ALB111"), ("warning", "ALB092"), ("warning", "ALB111")],
        https: REFUSED,
        ..CASE
    },
    Case {
        name: "unprivileged-with-ip-targets",
        gateway: UNPRIVILEGED,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-type", "ip", "--service-type", "ClusterIP"]),
        ..CASE
    },
    Case {
        name: "high-target-ports",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        finds: &[("warning", "ALB092")],
        ..CASE
    },
    Case {
        name: "high-target-ports-kept",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "keep"]),
        ..CASE
    },
    Case {
        name: "named-target-ports",
        gateway: NAMED_PORTS,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        ..CASE
    },
    Case {
        name: "named-target-ports-of-ip-targets",
        gateway: NAMED_PORTS,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-type", "ip", "--service-type", "ClusterIP"]),
        ..CASE
    },
    Case {
        name: "ip-targets",
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-type", "ip", "--service-type", "ClusterIP"]),
        ..CASE
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
        ..CASE
    },
    Case {
        name: "beside-the-old-load-balancer",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--phase", "attach"]),
        ..CASE
    },
    Case {
        name: "no-privilege-for-low-ports",
        gateway: Rendered { ports: HIGH_PORTS, pod: "", ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        ..CASE
    },
    Case {
        name: "no-privilege-for-low-ports-and-pinned",
        gateway: Rendered { ports: HIGH_PORTS, pod: "", ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "pin"]),
        https: REFUSED,
        health: UNREACHED,
        finds: &[("warning", "ALB092")],
        differs: Some("what the pods may listen on is not in the stream"),
        ..CASE
    },
    Case {
        name: "a-gateway-that-names-the-target-port",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public":
            "port: {number: 8443, name: https, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB092")],
        ..CASE
    },
    Case {
        name: "a-gateway-that-names-the-target-port-for-one-host",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": "port: {number: 8443, name: https, protocol: HTTPS}, hosts: [shop.example.com], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063"), ("warning", "ALB092")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "https-on-8443",
        gateway: Rendered {
            ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
                    {name: https, port: 8443, targetPort: 8443, protocol: TCP}",
            ..CHART
        },
        stream: gateway!("public":
            "port: {number: 8443, name: https, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB092")],
        ..CASE
    },
    Case {
        name: "https-on-8443-and-nobody-there",
        gateway: Rendered {
            ports: "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
                    {name: https, port: 8443, targetPort: 8443, protocol: TCP}",
            ..CHART
        },
        stream: gateway!("public": any_host!()),
        run: Run::Filter(&["--phase", "attach", "--backend-port", "8443"]),
        finds: &[("error", "ALB112")],
        https: REFUSED,
        ..CASE
    },
    Case {
        name: "declared-ports-and-pinned",
        gateway: Rendered { container: NAMED_PORTS.container, ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "pin"]),
        finds: &[("warning", "ALB092")],
        ..CASE
    },
    Case {
        name: "a-gateway-for-other-pods",
        stream: "---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: others, namespace: NAME}
spec:
  selector: {istio: others-of-NAME}
  servers:
  - {port: {number: 443, name: http, protocol: HTTP}, hosts: ['*']}
",
        beside: gateway!("public": any_host!()),
        ..CASE
    },
];
