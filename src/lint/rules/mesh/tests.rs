use super::*;
use crate::lint::testing::{Manifest, findings_of, hold, rule, working};
use dns::ALB124;
use policies::ALB122;
use proxies::ALB123;
use rollouts::ALB121;
use servers::{ALB063, ALB118};

/// A gateway with labels, and these objects beside it.
fn with(more: &str) -> Manifest {
    working().service(&format!("selector: {{app: gw, istio: gw}}\n{SPEC}")).and(more)
}

const SPEC: &str =
    "type: NodePort\nports: [{name: status-port, port: 15021}, {name: http2, port: 80}, {name: https, port: 443}]";

/// The same, reached in clear text on port 80.
fn with_80(more: &str) -> Manifest {
    with(more).set("backend-protocol", "HTTP").spec(rule("/", "Prefix", "name: gateway, port: {number: 80}"))
}

fn named(name: &str, server: &str) -> String {
    format!(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: {name}, namespace: mesh}}\nspec: {{selector: {{istio: \
         gw}}, servers: [{server}]}}\n"
    )
}

fn gateway(server: &str) -> String {
    named("g", server)
}

fn https(hosts: &str, tls: &str) -> String {
    gateway(&format!("{{port: {{number: 443, protocol: HTTPS, name: s}}, hosts: [{hosts}], tls: {{{tls}}}}}"))
}

fn route(spec: &str) -> String {
    format!(
        "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v, namespace: mesh}}\nspec: {spec}\n"
    )
}

fn pods(annotations: &str, more: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: gw, namespace: mesh}}\nspec:\n  template:\n    metadata:\n      \
         labels: {{app: gw, istio: gw, more: yes-it-is}}\n      annotations: {annotations}\n    spec: {{{more}}}\n"
    )
}

/// Pods with this in their `proxy.istio.io/config`.
fn told(config: &str) -> String {
    pods(&format!("{{proxy.istio.io/config: '{{{config}}}'}}"), "")
}

const TRUSTED: &str = "\"gatewayTopology\": {\"numTrustedProxies\": 1}";

#[test]
fn servers_that_an_alb_gets_no_answer_from() {
    let here: &[&str] = &["warning Gateway mesh/g /spec/servers/0"];
    let passthrough = |sni: &str| {
        let to = "route: [{destination: {host: b}}]";
        let spec = format!("{{hosts: ['*'], gateways: [g], tls: [{{match: [{{sniHosts: [{sni}]}}], {to}}}]}}");
        https("'*'", "mode: PASSTHROUGH") + &route(&spec)
    };
    let other_port = "{port: {number: 8443, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: MUTUAL}}";
    let tls = |spec: &str| https("'*'", "mode: SIMPLE").replace("protocol: HTTPS", "protocol: TLS") + &route(spec);
    let on_target = https("a.example.com", "mode: SIMPLE").replace("number: 443", "number: 8443");
    let high =
        format!("selector: {{app: gw, istio: gw}}\n{}", SPEC.replace("port: 443", "port: 443, targetPort: 8443"));
    let one = "{port: {number: 443, protocol: HTTPS, name: one}, hosts: [a.example.com], tls: {mode: SIMPLE}}";
    let all = "{port: {number: 443, protocol: HTTPS, name: all}, hosts: ['*'], tls: {mode: SIMPLE}}";
    let apart = |routed: &str| {
        let routes = route(&format!("{{hosts: ['*'], gateways: [{routed}]}}"));
        format!("{}---\n{}{routes}", gateway(one), named("h", all))
    };
    let gateway_api =
        https("a.example.com", "mode: SIMPLE").replace("networking.istio.io/v1", "gateway.networking.k8s.io/v1");
    hold(
        &ALB063,
        &[
            ("every host", with(&https("'*'", "mode: SIMPLE")), &[]),
            ("every host, of a namespace", with(&https("'shop/*'", "mode: SIMPLE")), &[]),
            ("a `*` beside a host", with(&https("a.example.com, '*'", "mode: SIMPLE")), &[]),
            ("one host", with(&https("a.example.com", "mode: SIMPLE")), here),
            ("a `*` server beside it", with(&gateway(&format!("{one}, {all}"))), &[]),
            ("a `*` server of another Gateway", with(&apart("h")), &["info Gateway mesh/g /spec/servers/0"]),
            ("a route for that one alone", with(&apart("g")), here),
            ("a wildcard", with(&https("'*.example.com'", "mode: SIMPLE")), here),
            ("MUTUAL", with(&https("'*'", "mode: MUTUAL")), here),
            ("ISTIO_MUTUAL", with(&https("'*'", "mode: ISTIO_MUTUAL")), here),
            ("OPTIONAL_MUTUAL", with(&https("'*'", "mode: OPTIONAL_MUTUAL")), &[]),
            ("TLS without HTTP", with(&tls("{}")), here),
            ("TLS without HTTP, with routes for HTTP", with(&tls("{gateways: [g], http: []}")), here),
            ("TLS without HTTP, with a route", with(&tls("{gateways: [g], tcp: [{route: []}]}")), &[]),
            ("a server on the target port", with(&on_target).service(&high), here),
            ("a server on a port that does not lead there", with(&on_target), &[]),
            ("PASSTHROUGH without a route", with(&https("'*'", "mode: PASSTHROUGH")), here),
            ("PASSTHROUGH for one host", with(&https("a.example.com", "mode: PASSTHROUGH")), here),
            ("PASSTHROUGH, routed for every SNI", with(&passthrough("'*'")), &[]),
            ("PASSTHROUGH, routed for one", with(&passthrough("a.example.com")), here),
            ("PASSTHROUGH, routed elsewhere", with(&passthrough("'*'").replace("[g]", "[shop/g]")), here),
            ("another port", with(&gateway(other_port)), &[]),
            ("other pods", with(&https("a.example.com", "mode: SIMPLE").replace("istio: gw", "istio: b")), &[]),
            ("of the Gateway API", with(&gateway_api), &[]),
        ],
    );
}

#[test]
fn redirects_that_loop() {
    let here: &[&str] = &["warning Gateway mesh/g /spec/servers/0"];
    let redirect = gateway("{port: {number: 80, protocol: HTTP, name: h}, hosts: ['*'], tls: {httpsRedirect: true}}");
    let and = |more: &str| format!("{redirect}{more}");
    let there: &[&str] = &["warning VirtualService mesh/v /spec/http/0/redirect"];
    let to_https = |condition: &str| {
        let spec = format!("{{hosts: ['*'], gateways: [mesh/g], http: [{{{condition}redirect: {{scheme: https}}}}]}}");
        https("'*'", "mode: SIMPLE") + &route(&spec)
    };
    hold(
        &ALB063,
        &[
            ("nothing is known of the pods", with_80(&redirect), here),
            ("the pods trust nobody", with_80(&and(&told("\"gatewayTopology\": {\"numTrustedProxies\": 0}"))), here),
            ("the pods say nothing", with_80(&and(&pods("{a: b}", ""))), here),
            ("the pods trust the ALB", with_80(&and(&told(TRUSTED))), &[]),
            ("the ALB has no HTTPS", with_80(&and(&told(TRUSTED))).clear_text(), here),
            (
                "not reached",
                with(&and(&https("'*'", "mode: SIMPLE")
                    .replace("name: g,", "name: h,")
                    .replacen("api", "---\napi", 1))),
                &[],
            ),
            ("in a VirtualService", with(&to_https("")), there),
            ("on a condition", with(&to_https("match: [{headers: {x-forwarded-proto: {exact: http}}}], ")), &[]),
            ("to another host", with(&to_https("").replace("scheme: https", "scheme: https, authority: b")), &[]),
            ("of another Gateway", with(&to_https("").replace("mesh/g", "mesh/other")), &[]),
        ],
    );
}

#[test]
fn servers_that_can_t_have_a_port_together() {
    let second: &[&str] = &["warning Gateway mesh/h /spec/servers/0"];
    let both: &[&str] = &["warning Gateway mesh/g /spec/servers/0", "warning Gateway mesh/h /spec/servers/0"];
    let refused: &[&str] = &["error Gateway mesh/h /spec/servers/0"];
    let in_one: &[&str] = &["error Gateway mesh/g /spec/servers/1"];
    let server = |protocol: &str, hosts: &str| {
        let tls = if protocol == "HTTP" { "" } else { ", tls: {mode: SIMPLE}" };
        format!("{{port: {{number: 443, protocol: {protocol}, name: s}}, hosts: [{hosts}]{tls}}}")
    };
    let two = |one: &str, other: &str| with(&format!("{}---\n{}", gateway(one), named("h", other)));
    let (all, one) = (server("HTTPS", "'*'"), server("HTTPS", "a.example.com"));
    let clear = server("HTTP", "'*'");
    let passed = |sni: &str| {
        let spec = format!("{{hosts: ['*'], gateways: [h], tls: [{{match: [{{sniHosts: [{sni}]}}]}}]}}");
        let passing = server("TLS", "x.test").replace("SIMPLE", "PASSTHROUGH");
        with(&format!("{}---\n{}{}", gateway(&all), named("h", &passing), route(&spec)))
    };
    let high =
        format!("selector: {{app: gw, istio: gw}}\n{}", SPEC.replace("port: 443", "port: 443, targetPort: 8443"));
    let to_80 = "name: gateway, port: {number: 80}";
    let beside = |one: &str, other: &str| with(&gateway(&format!("{one}, {other}")));
    hold(
        &ALB118,
        &[
            ("other hosts", two(&all, &server("HTTPS", "a.example.com")), &[]),
            ("the same host", two(&all, &all), &[]),
            ("the same for another namespace", two(&all, &server("HTTPS", "'a/*'")), refused),
            ("one host for two namespaces", two(&server("HTTPS", "a/x.test"), &server("HTTPS", "b/x.test")), refused),
            ("all among others", two(&server("HTTPS", "'a/*', x.test"), &server("HTTPS", "'b/*'")), refused),
            ("the own namespace twice", two(&server("HTTPS", "'./*'"), &server("HTTPS", "'mesh/*'")), &[]),
            ("TLS without HTTP", two(&all, &server("HTTPS", "'a/*'").replace("HTTPS", "TLS")), &[]),
            ("passed through for all, beside all", passed("'*'"), refused),
            ("passed through for one, beside all", passed("x.test"), &[]),
            ("TLS and clear text", two(&all, &clear), second),
            ("TLS for one and clear text", two(&one, &clear), &[]),
            ("TLS and clear text of one Gateway", beside(&all, &clear), in_one),
            ("clear text and TLS of one Gateway", beside(&clear, &all), &[]),
            ("on a port that no ALB leads to", beside(&all, &clear).spec(rule("/", "Prefix", to_80)), in_one),
            ("on one target port", beside(&all.replace("443", "8443"), &clear).service(&high), in_one),
        ],
    );
    hold(
        &ALB063,
        &[
            ("the same host", two(&all, &all), second),
            ("TLS for one and clear text", two(&one, &server("HTTP", "'*'")).set("backend-protocol", "HTTP"), both),
            (
                "clear text twice",
                two(&server("HTTP", "'*'"), &server("HTTP", "'*'")).set("backend-protocol", "HTTP"),
                &[],
            ),
        ],
    );
}

#[test]
fn a_secret_where_istiod_does_not_look() {
    let secret = |namespace: &str| {
        let tls = https("'*'", "mode: SIMPLE, credentialName: web");
        with(&format!("{tls}---\napiVersion: v1\nkind: Secret\nmetadata: {{name: web, namespace: {namespace}}}\n"))
    };
    hold(
        &ALB063,
        &[
            ("elsewhere", secret("shop"), &["warning Gateway mesh/g /spec/servers/0"]),
            ("with the gateway", secret("mesh"), &[]),
            ("not in the stream", with(&https("'*'", "mode: SIMPLE, credentialName: web")), &[]),
        ],
    );
}

#[test]
fn a_mend_names_a_port_that_is_served() {
    let servers = "{port: {number: 443, protocol: HTTPS, name: s}, hosts: ['*'], tls: {mode: MUTUAL}}";
    let clear = ", {port: {number: 80, protocol: HTTP, name: h}, hosts: ['*']}";
    for (more, expected) in [(clear, true), ("", false)] {
        let text = with(&gateway(&format!("{servers}{more}"))).text();
        let findings = findings_of(&text, &[]).unwrap();
        let finding = findings.iter().find(|finding| finding.rule.id == "ALB063").unwrap();
        let names_it = finding.help.as_ref().is_some_and(|help| help.to_string().contains("`ingress.backendPort: 80`"));
        assert_eq!(names_it, expected, "{finding:?}");
    }
}

#[test]
fn what_the_pods_are_told() {
    let at = "Deployment mesh/gw /spec/template/metadata/annotations";
    let unsaid: &[&str] = &[&format!("info {at}")];
    let silent = pods("{a: b}", "");
    hold(
        &proxies::ALB058,
        &[
            ("nothing", with(&silent), unsaid),
            ("in a comment", with(&pods("{proxy.istio.io/config: '# numTrustedProxies: 1'}", "")), unsaid),
            ("one", with(&told(TRUSTED)), &[]),
            ("other pods", with(&silent.replace("app: gw,", "app: other,")), &[]),
            ("in another namespace", with(&silent.replace("namespace: mesh", "namespace: shop")), &[]),
        ],
    );
    let proxy: &[&str] = &[&format!("warning {at}")];
    hold(
        &crate::migrate::rules::ALB057,
        &[
            ("the PROXY protocol", with(&told("\"gatewayTopology\": {\"proxyProtocol\": {}}")), proxy),
            ("not", with(&told(TRUSTED)), &[]),
        ],
    );
}

#[test]
fn filters_for_the_proxy_protocol() {
    let filter = |selector: &str, name: &str| {
        with(&format!(
            "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {{name: f, namespace: mesh}}\nspec: \
             {{{selector}configPatches: [{{applyTo: LISTENER, patch: {{value: {{listener_filters: [{{name: {name}}}]}}}}}}]}}\n"
        ))
    };
    let proxy = "envoy.filters.listener.proxy_protocol";
    let at: &[&str] = &["warning EnvoyFilter mesh/f /spec"];
    hold(
        &crate::migrate::rules::ALB057,
        &[
            ("for all", filter("", proxy), at),
            ("for these", filter("workloadSelector: {labels: {istio: gw}}, ", proxy), at),
            ("for others", filter("workloadSelector: {labels: {istio: other}}, ", proxy), &[]),
            ("another", filter("", "envoy.filters.listener.tls_inspector"), &[]),
        ],
    );
}

#[test]
fn a_proxy_config_that_no_proxy_reads() {
    let text = format!("{{{TRUSTED}}}");
    let on_service = |more: &str| with(more).annotate_service("proxy.istio.io/config", &text);
    let at: &[&str] = &["warning Service mesh/gateway /metadata/annotations/proxy.istio.io~1config"];
    let beside = told(TRUSTED).replace(
        "name: gw, namespace: mesh",
        &format!("name: gw, namespace: mesh, annotations: {{proxy.istio.io/config: '{text}'}}"),
    );
    hold(
        &ALB123,
        &[
            ("on the Service", on_service(""), at),
            ("on the Service, and not on the pods", on_service(&pods("{a: b}", "")), at),
            ("on both", on_service(&told(TRUSTED)), &[]),
            ("on all objects", with(&beside), &[]),
            (
                "on the Deployment alone",
                with(&beside.replace("      annotations: {", "      a: {")),
                &["warning Deployment mesh/gw /metadata/annotations/proxy.istio.io~1config"],
            ),
        ],
    );
}

#[test]
fn policies_by_address() {
    let policy = |place: &str, spec: &str| {
        format!(
            "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: p, namespace: {place}}}\nspec: {{{spec}}}\n"
        )
    };
    let source = |field: &str| format!("rules: [{{from: [{{source: {{{field}: [203.0.113.0/24]}}}}]}}]");
    let at = |field: &str, severity: &str| {
        format!("{severity} AuthorizationPolicy mesh/p /spec/rules/0/from/0/source/{field}")
    };
    let (direct, remote) = (at("ipBlocks", "warning"), at("remoteIpBlocks", "warning"));
    let (direct, remote): (&[&str], &[&str]) = (&[&direct], &[&remote]);
    let unknown = at("remoteIpBlocks", "info");
    let ours = |field: &str| policy("mesh", &source(field));
    hold(
        &ALB122,
        &[
            ("ipBlocks", with(&ours("ipBlocks")), direct),
            ("ipBlocks with trusted proxies", with(&(told(TRUSTED) + &ours("ipBlocks"))), direct),
            ("DENY", with(&policy("mesh", &format!("action: DENY, {}", source("ipBlocks")))), direct),
            (
                "for these pods",
                with(&policy("mesh", &format!("selector: {{matchLabels: {{istio: gw}}}}, {}", source("ipBlocks")))),
                direct,
            ),
            (
                "for other pods",
                with(&policy("mesh", &format!("selector: {{matchLabels: {{istio: b}}}}, {}", source("ipBlocks")))),
                &[],
            ),
            ("elsewhere", with(&policy("shop", &source("ipBlocks"))), &[]),
            (
                "for the mesh",
                with(&policy("istio-system", "rules: [{when: [{key: source.ip, values: [10.0.0.0/8]}]}]")),
                &["warning AuthorizationPolicy istio-system/p /spec/rules/0/when/0"],
            ),
            ("remoteIpBlocks, pods unknown", with(&ours("remoteIpBlocks")), &[&unknown]),
            ("remoteIpBlocks, nothing said", with(&(pods("{a: b}", "") + &ours("remoteIpBlocks"))), remote),
            ("remoteIpBlocks, one trusted", with(&(told(TRUSTED) + &ours("remoteIpBlocks"))), &[]),
            ("by namespace", with(&ours("namespaces")), &[]),
        ],
    );
}

#[test]
fn pods_that_go_before_the_alb_lets_go() {
    let info: &[&str] = &["info Deployment mesh/gw /spec/template"];
    let killed: &[&str] = &["warning Deployment mesh/gw /spec/template/spec/terminationGracePeriodSeconds"];
    let drain = |seconds: &str, more: &str| {
        let config = format!("{{proxy.istio.io/config: '{{\"terminationDrainDuration\": \"{seconds}\"}}'}}");
        with(&pods(&config, more))
    };
    let hook = |hook: &str| with(&pods("{a: b}", &format!("containers: [{{lifecycle: {{preStop: {hook}}}}}]")));
    let wait = "containers: [{env: [{name: EXIT_ON_ZERO_ACTIVE_CONNECTIONS, value: 'true'}]}]";
    let ip = |manifest: Manifest, delay: &str| {
        let attributes = format!("deregistration_delay.timeout_seconds={delay}");
        manifest.set("target-type", "ip").set("target-group-attributes", &attributes)
    };
    hold(
        &ALB121,
        &[
            ("nothing said", with(&pods("{a: b}", "")), info),
            ("drains for longer", drain("25s", ""), &[]),
            ("drains for longer than it lives", drain("45s", ""), killed),
            ("lives as long", drain("45s", "terminationGracePeriodSeconds: 60"), &[]),
            ("waits for its connections", with(&pods("{a: b}", wait)), &[]),
            ("sleeps first", hook("{exec: {command: [sleep, '20']}}"), &[]),
            ("sleeps in a shell", hook("{exec: {command: [/bin/sh, -c, sleep 20]}}"), &[]),
            ("sleeps by itself", hook("{sleep: {seconds: 20}}"), &[]),
            ("sleeps for too long", hook("{sleep: {seconds: 40}}"), killed),
            ("does something else", hook("{exec: {command: [./stop]}}"), &[]),
            ("pods as targets", drain("25s", "").set("target-type", "ip"), info),
            ("the ALB waits as long", ip(drain("25s", ""), "25"), &[]),
            ("the ALB waits for longer", ip(drain("25s", ""), "26"), info),
        ],
    );
}

#[test]
fn external_dns_without_an_address() {
    let here: &[&str] = &["warning Gateway mesh/g /metadata/annotations"];
    let annotated = |annotations: &str| {
        https("'*'", "mode: SIMPLE")
            .replace("namespace: mesh}", &format!("namespace: mesh, annotations: {{{annotations}}}}}"))
    };
    let at =
        |key: &str| format!("warning Gateway mesh/g /metadata/annotations/external-dns.alpha.kubernetes.io~1{key}");
    let (at_ingress, at_target) = (at("ingress"), at("target"));
    let old = "external-dns.alpha.kubernetes.io/target: k8s-mesh-gw-0123456789.elb.eu-central-1.amazonaws.com";
    let host = "external-dns.alpha.kubernetes.io/hostname: a.example.com";
    let routed = https("'*'", "mode: SIMPLE")
        + &route("{hosts: [a], gateways: [g]}")
            .replace("mesh}", "mesh, annotations: {external-dns.kubernetes.io/ttl: '60'}}");
    let load_balancer = with(&annotated(host))
        .service(&format!("selector: {{istio: gw}}\n{}", SPEC.replace("NodePort", "LoadBalancer")));
    hold(
        &ALB124,
        &[
            ("no external-dns", with(&https("'*'", "mode: SIMPLE")), &[]),
            ("by hostname", with(&annotated(host)), here),
            ("by a VirtualService", with(&routed), here),
            ("with a load balancer", load_balancer, &[]),
            ("the Ingress", with(&annotated("external-dns.alpha.kubernetes.io/ingress: mesh/alb")), &[]),
            ("the Ingress, near", with(&annotated("external-dns.kubernetes.io/ingress: alb")), &[]),
            (
                "another Ingress",
                with(&annotated("external-dns.alpha.kubernetes.io/ingress: mesh/other")),
                &[&at_ingress],
            ),
            ("an Ingress elsewhere", with(&annotated("external-dns.alpha.kubernetes.io/ingress: shop/other")), &[]),
            ("an address", with(&annotated("external-dns.alpha.kubernetes.io/target: www.example.com")), &[]),
            ("the old load balancer", with(&annotated(old)), &[&at_target]),
        ],
    );
}

#[test]
fn two_services_for_the_same_pods() {
    let own = |created: &str| with("").text().replacen("  name: gateway\n", &format!("  name: gateway\n{created}"), 1);
    let other = |metadata: &str, spec: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: other, namespace: mesh{metadata}}}\nspec: {{{spec}}}\n"
        )
    };
    let elsewhere = "selector: {app: gw}, ports: [{name: s, port: 443, targetPort: 8443}]";
    let made = |year: u32| format!("creationTimestamp: \"{year}-01-01T00:00:00Z\"");
    for (what, text, expected) in [
        ("not known which is older", own("") + &other("", elsewhere), vec!["warning"]),
        (
            "the other one is older",
            own(&format!("  {}\n", made(2025))) + &other(&format!(", {}", made(2024)), elsewhere),
            vec!["error"],
        ),
        (
            "the gateway's is older",
            own(&format!("  {}\n", made(2024))) + &other(&format!(", {}", made(2025)), elsewhere),
            vec![],
        ),
        ("a name that nothing explains", own("") + &other("", &elsewhere.replace("8443", "web")), vec![]),
        ("the same port", own("") + &other("", &elsewhere.replace("8443", "443")), vec![]),
        ("another port", own("") + &other("", &elsewhere.replace("port: 443", "port: 8443")), vec![]),
        ("other pods", own("") + &other("", &elsewhere.replace("app: gw", "app: b")), vec![]),
        (
            "left out",
            own("") + &other(", labels: {experimental.istio.io/disable-gateway-port-translation: \"true\"}", elsewhere),
            vec![],
        ),
    ] {
        let findings = findings_of(&text, &[]).unwrap();
        let found = findings.iter().filter(|finding| finding.rule == &ALB125);
        let found: Vec<String> = found.map(|finding| finding.severity.to_string()).collect();
        assert_eq!(found, expected, "{what}\n{text}");
    }
}

#[test]
fn listeners_that_an_alb_gets_no_answer_from() {
    let listeners = |listeners: &str| {
        working().spec(rule("/", "Prefix", "name: g-istio, port: {number: 443}")).and(&format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g, namespace: mesh, annotations: \
             {{networking.istio.io/service-type: NodePort}}}}\nspec: {{gatewayClassName: istio, listeners: [{listeners}]}}\n"
        ))
    };
    let https = |name: &str, more: &str| format!("{{name: {name}, port: 443, protocol: HTTPS, {more}}}");
    let error = "error Gateway mesh/g /spec/listeners/0";
    let mutual = "tls: {options: {gateway.istio.io/tls-terminate-mode: MUTUAL}}";
    hold(
        &ALB063,
        &[
            ("for all", listeners(&https("a", "tls: {}")), &[]),
            ("for one", listeners(&https("a", "hostname: shop.example.com, tls: {}")), &[error]),
            ("for some", listeners(&https("a", "hostname: '*.example.com', tls: {}")), &[error]),
            (
                "for one, and for all",
                listeners(&format!("{}, {}", https("a", "hostname: shop.example.com, tls: {}"), https("b", "tls: {}"))),
                &[],
            ),
            ("mutual", listeners(&https("a", mutual)), &[error]),
            ("optional", listeners(&https("a", &mutual.replace("MUTUAL", "OPTIONAL_MUTUAL"))), &[]),
            ("passed through", listeners("{name: a, port: 443, protocol: TLS, tls: {mode: Passthrough}}"), &[error]),
            ("TLS", listeners("{name: a, port: 443, protocol: TLS, tls: {mode: Terminate}}"), &[error]),
            (
                "on another port",
                listeners(&format!(
                    "{}, {{name: b, port: 8443, protocol: TLS, tls: {{mode: Passthrough}}}}",
                    https("a", "tls: {}")
                )),
                &[],
            ),
        ],
    );
}
