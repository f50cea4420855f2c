//! Streams that nobody wrote, for finding what the table does not know: `ISTIO_ALB_MESH_RANDOM=100 cargo test --test mesh
//! random` plays so many, and names those that the program finds nothing wrong with and that don't work, and those that work and
//! are an error to it. `ISTIO_ALB_MESH_SEED` is the first; each number is the same stream at any time.

use super::cases::{CASE, HIGH_PORTS, NAMED_PORTS, TRUSTED_1, UNPRIVILEGED};
use super::stream::{CHART, Case, Rendered, Run};
use std::ops::Range;

/// The numbers of those that are wanted.
pub fn wanted() -> Option<Range<u64>> {
    let number = |name: &str| std::env::var(name).ok()?.parse().ok();
    let (count, first): (u64, u64) = (number("ISTIO_ALB_MESH_RANDOM")?, number("ISTIO_ALB_MESH_SEED").unwrap_or(0));
    Some(first..first + count)
}

const UNPRIVILEGED_NAMED: &str = "env: [{name: ISTIO_META_UNPRIVILEGED_POD, value: 'true'}], ports: [{containerPort: 8080, \
     name: http, protocol: TCP}, {containerPort: 8443, name: https, protocol: TCP}]";

/// Chooses by a number (xorshift).
struct Choice(u64);

impl Choice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// The stream with this number.
pub fn case(seed: u64) -> Case {
    let mut choice = Choice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for _ in 0..8 {
        choice.below(2);
    }
    let gateway = Rendered {
        ports: choice.of(&[
            CHART.ports,
            CHART.ports,
            HIGH_PORTS,
            NAMED_PORTS.ports,
            "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
             {name: web, port: 80, targetPort: 80, protocol: TCP}, {name: tls, port: 443, targetPort: 8443, protocol: TCP}",
            "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
             {name: https, port: 8443, targetPort: 8443, protocol: TCP}",
            "{name: status-port, port: 15021, targetPort: 15021, protocol: TCP}, \
             {name: http2, port: 80, targetPort: 8080, protocol: TCP}",
        ]),
        annotations: choice.of(&[CHART.annotations, CHART.annotations, TRUSTED_1.annotations]),
        ..choice.of(&[
            Rendered { container: NAMED_PORTS.container, ..CHART },
            Rendered { container: NAMED_PORTS.container, ..CHART },
            Rendered { container: UNPRIVILEGED_NAMED, ..UNPRIVILEGED },
        ])
    };
    let mut stream = String::new();
    let gateways = choice.of(&[&["a"][..], &["a"], &["a", "b"]]);
    // Gateways that only redirect go with others, which are not here.
    let mut redirects_only = true;
    for gateway in gateways {
        stream.push_str(&format!(
            "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: {gateway}, namespace: NAME}}\nspec:\n  \
             selector: {{istio: NAME}}\n  servers:\n"
        ));
        for at in 0..choice.of(&[1, 1, 2, 2, 3]) {
            let (number, hosts) = (
                choice.of(&[80, 443, 443, 443, 8443, 8080]),
                choice.of(&[
                    "'*'",
                    "'*'",
                    "'*'",
                    "shop.example.com",
                    "'*.example.com'",
                    "shop.example.com, '*'",
                    "NAME/*",
                ]),
            );
            let (protocol, tls) = choice.of(&[
                ("HTTP", ""),
                ("HTTP", ""),
                ("HTTP2", ""),
                ("HTTP", ", tls: {httpsRedirect: true}"),
                ("HTTPS", ", tls: {mode: SIMPLE, credentialName: shop-cert}"),
                ("HTTPS", ", tls: {mode: SIMPLE, credentialName: shop-cert}"),
                ("HTTPS", ", tls: {mode: SIMPLE, credentialName: shop-cert}"),
                ("HTTPS", ", tls: {mode: MUTUAL, credentialName: shop-mutual}"),
                ("HTTPS", ", tls: {mode: OPTIONAL_MUTUAL, credentialName: shop-mutual}"),
                ("TLS", ", tls: {mode: PASSTHROUGH}"),
                ("TLS", ", tls: {mode: SIMPLE, credentialName: shop-cert}"),
            ]);
            redirects_only &= tls.contains("httpsRedirect");
            let port = format!("{{number: {number}, name: p{at}, protocol: {protocol}}}");
            stream.push_str(&format!("  - {{port: {port}, hosts: [{hosts}]{tls}}}\n"));
        }
    }
    if redirects_only {
        stream.push_str("  - {port: {number: 443, name: last, protocol: HTTP}, hosts: ['*']}\n");
    }
    stream.push_str(&routes(&mut choice, &gateways.join(", ")));
    let flags = choice.of(&[
        &[][..],
        &[],
        &[],
        &["--backend-port", "80"],
        &["--target-ports", "keep"],
        &["--target-ports", "pin"],
        &["--target-type", "ip", "--service-type", "ClusterIP"],
        &["--phase", "attach"],
    ]);
    Case {
        name: format!("random-{seed}").leak(),
        gateway,
        stream: stream.leak(),
        routes: "",
        run: Run::Filter(flags),
        ..CASE
    }
}

fn routes(choice: &mut Choice, gateways: &str) -> String {
    let (http, tcp) = ("backend.test, port: {number: 9080}", "backend.test, port: {number: 9080}");
    let mut spec = format!("http: [{{route: [{{destination: {{host: {http}}}}}]}}]");
    let names = choice.of(&["", "", "'*'", "shop.example.com"]);
    if !names.is_empty() {
        let to = "route: [{destination: {host: tls.test, port: {number: 9443}}}]";
        spec.push_str(&format!("\n  tls: [{{match: [{{sniHosts: [{names}]}}], {to}}}]"));
    }
    if choice.below(4) == 0 {
        spec.push_str(&format!("\n  tcp: [{{route: [{{destination: {{host: {tcp}}}}}]}}]"));
    }
    format!(
        "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: shop, namespace: NAME}}\nspec:\n  \
         hosts: ['*']\n  gateways: [{gateways}]\n  {spec}\n"
    )
}
