//! TLS without SNI, client certificates, what is passed through, and redirects.

use super::{CASE, LOOP, REFUSED, TLS_FAILS, TRUSTED_1, TRUSTED_2};
use crate::stream::{CHART, Case, Rendered, Run};

pub const CASES: &[Case] = &[
    Case { name: "any-host", stream: gateway!("public": any_host!(), clear_text!(80)), ..CASE },
    Case {
        name: "one-host",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "hosts-of-a-domain",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*.example.com'], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "any-host-of-a-namespace",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [NAME/*], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        ..CASE
    },
    Case {
        name: "one-host-beside-any",
        stream: gateway!("public":
            "port: {number: 443, name: shop, protocol: HTTPS}, hosts: [shop.example.com], \
             tls: {mode: SIMPLE, credentialName: shop-cert}",
            any_host!()),
        ..CASE
    },
    Case {
        name: "one-host-beside-any-of-another-gateway",
        stream: concat!(
            gateway!("shop": "port: {number: 443, name: shop, protocol: HTTPS}, hosts: [shop.example.com], \
                              tls: {mode: SIMPLE, credentialName: shop-cert}"),
            gateway!("public": any_host!()),
        ),
        ..CASE
    },
    Case {
        name: "hosts-on-clear-text-port",
        run: Run::Filter(&["--backend-port", "80"]),
        stream: gateway!("public": "port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]"),
        ..CASE
    },
    Case {
        name: "secret-in-the-namespace-of-the-gateway-object",
        stream: "---
apiVersion: v1
kind: Namespace
metadata: {name: NAME-app}
---
apiVersion: v1
kind: Secret
metadata: {name: app-cert, namespace: NAME-app}
stringData: {tls.crt: a, tls.key: b}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: NAME-app}
spec:
  selector: {istio: NAME}
  servers:
  - {port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: app-cert}}
",
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "secret-missing",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: not-there}"),
        https: TLS_FAILS,
        differs: Some("the Secret is seldom in the stream"),
        ..CASE
    },
    Case { name: "https-redirect-on-80", stream: gateway!("public": any_host!(), redirect!()), ..CASE },
    Case {
        name: "https-redirect-where-the-alb-leads",
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        finds: &[("warning", "ALB063")],
        https: LOOP,
        ..CASE
    },
    Case {
        name: "https-redirect-with-one-trusted-proxy",
        gateway: TRUSTED_1,
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        ..CASE
    },
    Case {
        name: "https-redirect-with-two-trusted-proxies",
        gateway: TRUSTED_2,
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        ..CASE
    },
    Case {
        name: "trusted-proxies-on-the-service",
        gateway: Rendered {
            service_annotations: "
    proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'",
            ..CHART
        },
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        finds: &[("warning", "ALB063"), ("warning", "ALB123")],
        https: LOOP,
        ..CASE
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
        ..CASE
    },
    Case {
        name: "mutual",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: MUTUAL, credentialName: shop-mutual}"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "mutual-beside-clear-text",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: MUTUAL, credentialName: shop-mutual}", clear_text!(80)),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "mutual-and-led-to-clear-text",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: MUTUAL, credentialName: shop-mutual}", clear_text!(80)),
        run: Run::Filter(&["--backend-port", "80"]),
        ..CASE
    },
    Case {
        name: "optional-mutual",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: OPTIONAL_MUTUAL, credentialName: shop-mutual}"),
        ..CASE
    },
    Case {
        name: "passthrough-for-any-name",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}"),
        routes: tls_route!("'*'"),
        ..CASE
    },
    Case {
        name: "passthrough-for-one-name",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: [shop.example.com], \
                                    tls: {mode: PASSTHROUGH}"),
        routes: tls_route!("shop.example.com"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..CASE
    },
    Case {
        name: "passthrough-without-a-route",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}"),
        finds: &[("warning", "ALB063")],
        https: REFUSED,
        ..CASE
    },
    Case {
        name: "passthrough-with-a-route-for-one-name",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}"),
        routes: tls_route!("shop.example.com"),
        finds: &[("warning", "ALB063")],
        https: TLS_FAILS,
        ..CASE
    },
];
