//! Several Services, Gateways and filters together, policies, health checks, and Ingresses written by hand.

use super::{
    CASE, CLOSED, HIGH_PORTS, LOOP, NODE_PORT, PROXY_PROTOCOL, REFUSED, TLS_FAILS, TO_HTTPS, TRAFFIC_PORT, TRUSTED_1,
    UNREACHED,
};
use crate::stream::{CHART, Case, Rendered, Run};

pub const CASES: &[Case] = &[
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
        ..CASE
    },
    Case {
        name: "two-services-and-ours-is-older",
        stream: concat!(
            "---
apiVersion: v1
kind: Service
metadata: {name: z-later, namespace: NAME}
spec:
  selector: {app: gateway, istio: NAME}
  ports: [{name: http2, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]
",
            gateway!("public": any_host!(), clear_text!(80))
        ),
        finds: &[("warning", "ALB125")],
        differs: Some("which of the two is older is not in the stream"),
        ..CASE
    },
    Case {
        name: "clear-text-shadows-tls",
        stream: concat!(gateway!("a-older": clear_text!(443)), gateway!("public": any_host!())),
        routes: concat!(route!(), route!("a-older")),
        finds: &[("warning", "ALB118")],
        differs: Some("which Gateway is older is not in what is rendered"),
        ..CASE
    },
    Case {
        name: "tls-shadows-clear-text",
        stream: concat!(gateway!("a-older": any_host!()), gateway!("public": clear_text!(443))),
        routes: concat!(route!(), route!("a-older")),
        https: REFUSED,
        health: UNREACHED,
        finds: &[("warning", "ALB118")],
        ..CASE
    },
    Case {
        name: "clear-text-beside-tls-of-one-host",
        stream: concat!(
            gateway!("a-older": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], \
                                 tls: {mode: SIMPLE, credentialName: shop-cert}"),
            gateway!("public": clear_text!(443)),
        ),
        routes: concat!(route!(), route!("a-older")),
        finds: &[("warning", "ALB063")],
        differs: Some("the server with TLS is not reached through the ALB"),
        ..CASE
    },
    Case {
        name: "any-host-of-two-namespaces",
        stream: concat!(
            gateway!("shop": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop/*], \
                              tls: {mode: SIMPLE, credentialName: shop-cert}"),
            gateway!("public": any_host!()),
        ),
        finds: &[("error", "ALB118")],
        https: REFUSED,
        health: UNREACHED,
        ..CASE
    },
    Case {
        name: "one-host-of-two-namespaces",
        stream: concat!(
            gateway!("public": any_host!()),
            gateway!("shop": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop/shop.example.com], \
                              tls: {mode: SIMPLE, credentialName: shop-cert}"),
            gateway!("team": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [team/shop.example.com], \
                              tls: {mode: SIMPLE, credentialName: shop-cert}"),
        ),
        finds: &[("error", "ALB118")],
        https: REFUSED,
        health: UNREACHED,
        ..CASE
    },
    Case {
        name: "passed-through-beside-any-host",
        stream: concat!(
            gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: [shop.example.com], \
                                tls: {mode: PASSTHROUGH}"),
            gateway!("team": any_host!()),
        ),
        routes: concat!(tls_route!("'*'"), route!("team")),
        finds: &[("error", "ALB118"), ("warning", "ALB063")],
        https: REFUSED,
        health: UNREACHED,
        ..CASE
    },
    Case {
        name: "clash-on-a-port-beside",
        stream: gateway!("public": any_host!(),
            "port: {number: 8443, name: tls, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop-cert}",
            "port: {number: 8443, name: http, protocol: HTTP}, hosts: ['*']"),
        finds: &[("error", "ALB118")],
        https: REFUSED,
        health: UNREACHED,
        ..CASE
    },
    Case {
        name: "clash-on-a-target-port",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public":
            "port: {number: 8443, name: tls, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop-cert}",
            "port: {number: 443, name: http, protocol: HTTP}, hosts: ['*']"),
        run: Run::Filter(&["--target-ports", "keep"]),
        finds: &[("error", "ALB118")],
        https: REFUSED,
        health: UNREACHED,
        ..CASE
    },
    Case {
        name: "redirect-and-tls-on-one-port",
        stream: gateway!("public":
            "port: {number: 443, name: http, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}",
            any_host!()),
        finds: &[("warning", "ALB063")],
        https: LOOP,
        ..CASE
    },
    Case {
        name: "two-gateways-for-any-host",
        stream: concat!(gateway!("a-older": any_host!()), gateway!("public": any_host!())),
        https: "404",
        finds: &[("warning", "ALB063")],
        ..CASE
    },
    Case {
        name: "proxy-protocol",
        gateway: PROXY_PROTOCOL,
        stream: gateway!("public": any_host!()),
        finds: &[("warning", "ALB057")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "proxy-protocol-by-a-filter",
        stream: concat!(
            gateway!("public": any_host!()),
            "---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: proxy-protocol, namespace: NAME}
spec:
  workloadSelector: {labels: {istio: NAME}}
  configPatches:
  - applyTo: LISTENER
    patch:
      operation: MERGE
      value: {listener_filters: [{name: envoy.filters.listener.proxy_protocol, typed_config: {'@type': \
                type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}}]}
"
        ),
        finds: &[("warning", "ALB057")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "policy-by-address",
        stream: concat!(gateway!("public": any_host!()), policy!("ipBlocks")),
        finds: &[("warning", "ALB122")],
        https: "403",
        ..CASE
    },
    Case {
        name: "policy-by-remote-address",
        stream: concat!(gateway!("public": any_host!()), policy!("remoteIpBlocks")),
        finds: &[("warning", "ALB122")],
        https: "403",
        ..CASE
    },
    Case {
        name: "policy-by-remote-address-with-one-trusted-proxy",
        gateway: TRUSTED_1,
        stream: concat!(gateway!("public": any_host!()), policy!("remoteIpBlocks")),
        ..CASE
    },
    Case {
        name: "policy-by-address-with-one-trusted-proxy",
        gateway: TRUSTED_1,
        stream: concat!(gateway!("public": any_host!()), policy!("ipBlocks")),
        finds: &[("warning", "ALB122")],
        https: "403",
        ..CASE
    },
    Case {
        name: "policy-that-keeps-out-by-address",
        gateway: TRUSTED_1,
        stream: concat!(gateway!("public": any_host!()), policy!("DENY", "ipBlocks")),
        finds: &[("warning", "ALB122")],
        differs: Some("who is to be kept out is let in"),
        ..CASE
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
        ..CASE
    },
    Case { name: "health-check-that-takes-404", stream: gateway!("public": any_host!()), run: TRAFFIC_PORT, ..CASE },
    Case {
        name: "health-check-that-takes-404-and-the-secret-missing",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: not-there}"),
        run: TRAFFIC_PORT,
        https: TLS_FAILS,
        health: "unhealthy: TLS handshake failed",
        differs: Some("the Secret is seldom in the stream"),
        ..CASE
    },
    Case {
        name: "clear-text-to-tls",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": any_host!(), clear_text!(80)), ingress!("443", "HTTP")),
        run: Run::AsIs,
        finds: &[("error", "ALB001")],
        https: CLOSED,
        http: TO_HTTPS,
        ..CASE
    },
    Case {
        name: "tls-to-clear-text",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": any_host!(), clear_text!(80)), ingress!("80", "HTTPS")),
        run: Run::AsIs,
        finds: &[("error", "ALB002")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "clear-text-on-443-by-hand",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": clear_text!(443)), ingress!("443", "HTTP")),
        run: Run::AsIs,
        ..CASE
    },
    Case {
        name: "tls-to-clear-text-on-443",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": clear_text!(443)), ingress!("443", "HTTPS")),
        run: Run::AsIs,
        finds: &[("error", "ALB002")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "nothing-listens",
        gateway: NODE_PORT,
        stream: concat!(gateway!("public": clear_text!(80)), ingress!("443", "HTTPS")),
        run: Run::AsIs,
        finds: &[("error", "ALB112")],
        https: REFUSED,
        ..CASE
    },
];
