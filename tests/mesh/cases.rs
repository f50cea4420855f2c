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
const CLASSIC_ENDS_TLS: Rendered = Rendered {
    service_annotations: "
    service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
    service.beta.kubernetes.io/aws-load-balancer-ssl-ports: https
    service.beta.kubernetes.io/aws-load-balancer-backend-protocol: http
    service.beta.kubernetes.io/aws-load-balancer-internal: 'true'",
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

/// A health check that shows that the traffic port listens and ends TLS, whatever the routes are.
const TRAFFIC_PORT: Run = Run::Filter(&[
    "--set",
    "ingress.healthCheck.port=traffic-port",
    "--set",
    "ingress.healthCheck.protocol=HTTPS",
    "--set",
    "ingress.healthCheck.path=/",
    "--set",
    "ingress.healthCheck.successCodes=200-499",
]);

const CONFIG_ON_THE_SERVICE: Rendered = Rendered {
    service_annotations: "
    proxy.istio.io/config: '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'",
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
        name: "mutual-and-led-to-clear-text",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: MUTUAL, credentialName: shop-mutual}", clear_text!(80)),
        run: Run::Filter(&["--backend-port", "80"]),
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
    Case {
        name: "tls-ended-at-the-classic-elb",
        gateway: CLASSIC_ENDS_TLS,
        routes: "",
        beside: concat!(gateway!("public": clear_text!(443)), route!()),
        ..NONE
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
        ..NONE
    },
    Case {
        name: "http2-on-443",
        stream: gateway!("public": "port: {number: 443, name: http2, protocol: HTTP2}, hosts: ['*']"),
        ..NONE
    },
    Case {
        name: "tls-without-http-on-443",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063")],
        https: REFUSED,
        ..NONE
    },
    Case {
        name: "tls-without-http-on-443-and-a-tcp-route",
        stream: gateway!("public": "port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        routes: tcp_route!("backend.test", 9080),
        ..NONE
    },
    Case {
        name: "tcp-on-443-to-tls",
        stream: gateway!("public": "port: {number: 443, name: tcp, protocol: TCP}, hosts: ['*']"),
        routes: tcp_route!("tls.test", 9443),
        ..NONE
    },
    Case {
        name: "tcp-on-443-to-clear-text",
        stream: gateway!("public": "port: {number: 443, name: tcp, protocol: TCP}, hosts: ['*']"),
        routes: tcp_route!("backend.test", 9080),
        https: TLS_FAILS,
        differs: Some("what a server for TCP leads to is not in the Gateway"),
        ..NONE
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
        name: "unprivileged-with-ip-targets",
        gateway: UNPRIVILEGED,
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-type", "ip", "--service-type", "ClusterIP"]),
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
        name: "beside-the-old-load-balancer",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--phase", "attach"]),
        ..NONE
    },
    Case {
        name: "no-privilege-for-low-ports",
        gateway: Rendered { ports: HIGH_PORTS, pod: "", ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        ..NONE
    },
    Case {
        name: "no-privilege-for-low-ports-and-pinned",
        gateway: Rendered { ports: HIGH_PORTS, pod: "", ..CHART },
        stream: gateway!("public": any_host!(), clear_text!(80)),
        run: Run::Filter(&["--target-ports", "pin"]),
        https: REFUSED,
        health: "unhealthy: 503",
        finds: &[("warning", "ALB092")],
        differs: Some("what the pods may listen on is not in the stream"),
        ..NONE
    },
    Case {
        name: "a-gateway-that-names-the-target-port",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public":
            "port: {number: 8443, name: https, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB092")],
        ..NONE
    },
    Case {
        name: "a-gateway-that-names-the-target-port-for-one-host",
        gateway: Rendered { ports: HIGH_PORTS, ..CHART },
        stream: gateway!("public": "port: {number: 8443, name: https, protocol: HTTPS}, hosts: [shop.example.com], \
                                    tls: {mode: SIMPLE, credentialName: shop-cert}"),
        finds: &[("warning", "ALB063"), ("warning", "ALB092")],
        https: TLS_FAILS,
        ..NONE
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
        ..NONE
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
        name: "clear-text-beside-tls-of-one-host",
        stream: concat!(
            gateway!("a-older": "port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], \
                                 tls: {mode: SIMPLE, credentialName: shop-cert}"),
            gateway!("public": clear_text!(443)),
        ),
        routes: concat!(route!(), route!("a-older")),
        finds: &[("warning", "ALB063")],
        differs: Some("the server with TLS is not reached through the ALB"),
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
        ..NONE
    },
    Case {
        name: "policy-by-address",
        stream: concat!(gateway!("public": any_host!()), policy!("ipBlocks")),
        finds: &[("warning", "ALB122")],
        https: "403",
        ..NONE
    },
    Case {
        name: "policy-by-remote-address",
        stream: concat!(gateway!("public": any_host!()), policy!("remoteIpBlocks")),
        finds: &[("warning", "ALB122")],
        https: "403",
        ..NONE
    },
    Case {
        name: "policy-by-remote-address-with-one-trusted-proxy",
        gateway: TRUSTED_1,
        stream: concat!(gateway!("public": any_host!()), policy!("remoteIpBlocks")),
        ..NONE
    },
    Case {
        name: "policy-by-address-with-one-trusted-proxy",
        gateway: TRUSTED_1,
        stream: concat!(gateway!("public": any_host!()), policy!("ipBlocks")),
        finds: &[("warning", "ALB122")],
        https: "403",
        ..NONE
    },
    Case {
        name: "policy-that-keeps-out-by-address",
        gateway: TRUSTED_1,
        stream: concat!(gateway!("public": any_host!()), policy!("DENY", "ipBlocks")),
        finds: &[("warning", "ALB122")],
        differs: Some("who is to be kept out is let in"),
        ..NONE
    },
    Case {
        name: "proxy-config-on-the-service",
        gateway: CONFIG_ON_THE_SERVICE,
        stream: gateway!("public": any_host!(), redirect!()),
        run: Run::Filter(&["--backend-port", "80"]),
        finds: &[("warning", "ALB063"), ("warning", "ALB123")],
        https: LOOP,
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
    Case { name: "health-check-that-takes-404", stream: gateway!("public": any_host!()), run: TRAFFIC_PORT, ..NONE },
    Case {
        name: "health-check-that-takes-404-and-the-secret-missing",
        stream: gateway!("public": "port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], \
                                    tls: {mode: SIMPLE, credentialName: not-there}"),
        run: TRAFFIC_PORT,
        https: TLS_FAILS,
        health: "unhealthy: TLS handshake failed",
        differs: Some("the Secret is seldom in the stream"),
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
