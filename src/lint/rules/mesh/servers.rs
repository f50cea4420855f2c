//! The servers of Gateways that an ALB leads to, and the VirtualServices behind them.

mod clashes;

use serde_json::Value;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::istio::served::{is_for_all, listener, service_port};
use crate::lint::context::{Context, about, namespace_of};
use crate::lint::facts::gateways::{GatewayBehind, is_bound_to};
use alb_controller::model::Protocol;
use kubernetes_objects::object::{Object, list};
use kubernetes_objects::service::ports;

use clashes::{Clash, Taken, is_tls};

rules! {
    ALB063 Warning | Error | Info "gateway-not-for-an-alb" {
        summary: "a Gateway in the stream, or a VirtualService for it, that does not go with an ALB in front",
        explanation: "An ALB sends no SNI to its targets, ends TLS itself, and has no client certificate. On the port \
            that it leads to, a Gateway server with TLS needs a host `*`, or Envoy finds no filter chain and resets \
            the connection. `SIMPLE` and `OPTIONAL_MUTUAL` work (with protocol TLS in place of HTTPS only \
            for `tcp` routes), `MUTUAL` and `ISTIO_MUTUAL` do not. `PASSTHROUGH` works with \
            host `*` and a VirtualService whose `tls` route has `sniHosts: [\"*\"]`, for backends that speak TLS; without \
            such a route nothing listens on the port. Of two Gateways with the same host and TLS on one port istiod takes \
            the older one, and of clear text and TLS the clear text, if it is older (if not, see ALB118).\n\n`tls.httpsRedirect` goes by \
            `X-Forwarded-Proto`, which the gateway overwrites unless it trusts the ALB: with `numTrustedProxies: 1` it \
            redirects only clients that came by HTTP, without it every request, again and again. A redirect to HTTPS in a \
            VirtualService that takes every request is always a loop. In all these cases the health check on the status \
            port stays green.\n\nA listener of the Gateway API comes to the same: with a `hostname` alone, client certificates, `TLS` or \
            `Passthrough` an ALB gets no answer. Since a Gateway has all listeners of its pods, that is certain, and an error.",
        help: "add a server for this port with `hosts: [\"*\"]` and `tls.mode: SIMPLE`, and bind the VirtualServices to it; \
            redirect on the ALB (`ssl-redirect`) instead of in the mesh; let the ALB verify client certificates \
            (`mutual-authentication`)",
        source: "Istio pilot/pkg/model/gateway.go mergeGateways, GetSNIHostsForServer, \
            pilot/pkg/networking/core/gateway.go:971; \
            https://istio.io/latest/docs/ops/common-problems/network-issues/#configuring-sni-routing-when-not-sending-sni",
    }
    ALB118 Error | Warning "listener-that-envoy-refuses" {
        summary: "two servers of Gateways in the stream that Envoy refuses on one port",
        explanation: "istiod gives Envoy one listener for all servers on a port. Two that end TLS for the same host, written for \
            different namespaces (`team-a/*` and `*`), one that ends TLS and one whose routes pass the same host through, and \
            clear text behind TLS for any host match the same connections, and Envoy refuses the whole listener. A gateway that \
            runs keeps what it had; one that starts is never ready, on any port: the next rollout has no pods. What becomes of \
            clear text and TLS depends on which Gateway is older; where the manifests don't show it, it is a warning.",
        help: "put all hosts of the two into one server, or use two ports; use one port for clear text and another for TLS",
        source: "Istio pilot/pkg/model/gateway.go mergeGateways, CheckDuplicates, GetSNIHostsForServer; Envoy, \
            \"filter chain has the same matching rules defined\"; seen with Envoy 1.40 behind istiod 1.29.1 and that of \
            2026-08-27",
    }
}

/// What of them does not work behind an ALB.
pub(super) fn of(context: &Context<'_>, gateway: &GatewayBehind<'_>) -> Vec<Finding> {
    let (ports, pods) = (gateway.ports(), context.pods(gateway.service));
    let mut findings = Vec::new();
    let mut taken = Taken::default();
    for istio in &gateway.gateways {
        for (at, server) in servers(istio).iter().enumerate() {
            let Some(port) = server["port"]["number"].as_u64() else { continue };
            let noun = if istio.is_made() { "listener" } else { "server" };
            let found = |rule, why: Why| {
                let name = server["port"]["name"]
                    .as_str()
                    .filter(|_| istio.is_made())
                    .map(|name| format!(" {name}"))
                    .unwrap_or_default();
                let message = format!("the {noun}{name} on port {port} {}", why.message);
                let finding = about(istio, rule, message).help(why.help).severity(why.severity);
                finding.field(format!("/spec/servers/{at}"))
            };
            let is_on_the_way = ports.contains(&service_port(port, gateway.service, &pods));
            let unfit = Unfit { context, gateway, istio, server, port };
            let on_pods = listener(port, gateway.service, &pods).unwrap_or(port);
            let routed = if server["tls"]["mode"] == "PASSTHROUGH" { unfit.sni_hosts() } else { Vec::new() };
            match taken.next(istio, server, on_pods, &routed) {
                Some(Clash::Skipped { message, help }) if is_on_the_way => {
                    findings.push(found(&ALB063, Why::warning(message, help)));
                }
                Some(Clash::Refused { message, help, is_certain }) => {
                    findings.push(found(&ALB118, refused(&message, help, is_certain)))
                }
                _ => {}
            }
            if is_on_the_way {
                let whys = [unfit.why(), unfit.secret()];
                findings.extend(whys.into_iter().flatten().map(|why| found(&ALB063, why)));
            }
        }
    }
    let services = context.of_kind("VirtualService").filter(|service| gateway.binds(service));
    findings.extend(services.filter_map(redirects_all));
    findings
}

/// Why an ALB gets no answer from a server.
struct Why {
    severity: Severity,
    message: String,
    help: Help,
}

impl Why {
    fn warning(message: impl Into<String>, help: impl Into<Help>) -> Self {
        Why { severity: Severity::Warning, message: message.into(), help: help.into() }
    }
}

fn refused(message: &str, help: &'static str, is_certain: bool) -> Why {
    let (comes, severity) = match is_certain {
        true => ("Envoy refuses the listener", Severity::Error),
        false => ("if the Gateway with TLS is the older one, Envoy refuses the listener", Severity::Warning),
    };
    let message = format!("{message}: {comes}, and a gateway that starts is never ready");
    Why { severity, message, help: help.into() }
}

/// A server on a port that an ALB leads to.
struct Unfit<'u> {
    context: &'u Context<'u>,
    gateway: &'u GatewayBehind<'u>,
    istio: &'u Object,
    server: &'u Value,
    port: u64,
}

impl Unfit<'_> {
    /// Why an ALB can't lead to it.
    fn why(&self) -> Option<Why> {
        let tls = &self.server["tls"];
        if self.istio.is_made() {
            return self.listener();
        }
        if tls["httpsRedirect"] == true {
            return self.redirect();
        }
        if !is_tls(self.server) {
            return None;
        }
        match tls["mode"].as_str().unwrap_or("PASSTHROUGH") {
            "SIMPLE" | "OPTIONAL_MUTUAL" => self.no_host_for_all().or_else(|| self.no_tcp_route()),
            "PASSTHROUGH" => self.no_host_for_all().or_else(|| self.no_tls_route()),
            mode => {
                let message = format!("has tls.mode {mode}, and an ALB has no client certificate");
                Some(Why::warning(message, self.mutual()))
            }
        }
    }

    /// The same of a listener of the Gateway API. Its Gateway has all listeners for its pods, so nothing else can answer.
    fn listener(&self) -> Option<Why> {
        // Without `tls` it is refused, which another rule says.
        let mode = self.server["tls"]["mode"].as_str()?;
        let is_here = |server: &&Value| server["port"]["number"] == self.port && is_tls(server) && is_for_all(server);
        let has_all = || servers(self.istio).iter().any(|server| is_here(&server));
        let (message, help) = match (self.server["port"]["protocol"].as_str(), mode) {
            (Some("TLS"), _) | (Some("HTTPS"), "PASSTHROUGH") => (
                "chooses by SNI, and an ALB sends none".to_owned(),
                "use `protocol: HTTPS` with `tls.mode: Terminate`, or move this listener to a Gateway of its own behind an NLB",
            ),
            (Some("HTTPS"), "SIMPLE" | "OPTIONAL_MUTUAL") if has_all() => return None,
            (Some("HTTPS"), "SIMPLE" | "OPTIONAL_MUTUAL") => (
                format!("has the hostname {}, and an ALB sends no SNI", hosts(self.server).join(", ")),
                "add a listener for this port with the same certificate and without `hostname`, and choose by `hostnames` of the routes",
            ),
            (Some("HTTPS"), _) => (
                "wants a client certificate, and an ALB has none".to_owned(),
                "let the ALB verify client certificates (the annotation `alb.ingress.kubernetes.io/mutual-authentication`), and only then ask \
                 for none here; without that every client gets in",
            ),
            _ => return None,
        };
        Some(Why { severity: Severity::Error, message, help: help.into() })
    }

    fn redirect(&self) -> Option<Why> {
        if self.gateway.trusted_proxies().is_some_and(|trusted| trusted > 0) {
            // Then it does what it is for, where the ALB listens for HTTPS.
            let mut listeners = self.gateway.targets.iter().flat_map(|target| target.ingress.listeners.iter());
            let is_built = listeners.clone().next().is_some();
            let has_https = listeners.any(|own| own.listener.protocol == Protocol::Https);
            let message = "redirects to HTTPS (tls.httpsRedirect), and the ALB has no HTTPS listener";
            let help = "give the ALB a certificate with [[ingress.certificateArns]], or remove `tls.httpsRedirect`";
            return (is_built && !has_https).then(|| Why::warning(message, help));
        }
        let message = format!(
            "redirects to HTTPS (tls.httpsRedirect) again and again: without numTrustedProxies every request is clear text to the \
             gateway, and {}",
            self.gateway.nothing_said()
        );
        let help = "redirect on the ALB (`ssl-redirect`) instead of in the Gateway, or set `proxy.istio.io/config: \
                    '{\"gatewayTopology\": {\"numTrustedProxies\": 1}}'` on its pods; if `meshConfig.defaultConfig` has it, \
                    allow this finding by its id";
        Some(Why::warning(message, help))
    }

    /// Without SNI Envoy takes the server with host `*`: this one, another of the same Gateway, or one of another Gateway, which
    /// has other VirtualServices.
    fn no_host_for_all(&self) -> Option<Why> {
        if is_for_all(self.server) {
            return None;
        }
        let is_here = |server: &&Value| server["port"]["number"] == self.port && is_tls(server) && is_for_all(server);
        let has_all = |istio: &&&Object| servers(istio).iter().any(|server| is_here(&server));
        let with_all: Vec<&Object> = self.gateway.gateways.iter().filter(has_all).copied().collect();
        if with_all.iter().any(|istio| std::ptr::eq(*istio, self.istio)) {
            return None;
        }
        let message = format!("has no host `*` (it has {}), and an ALB sends no SNI", hosts(self.server).join(", "));
        let Some(other) = with_all.first() else {
            let help = match self.server["tls"]["mode"].as_str() {
                Some("SIMPLE" | "OPTIONAL_MUTUAL") => {
                    "add a server for this port with `hosts: [\"*\"]` and `tls.mode: SIMPLE` beside this one, in a Gateway to which the \
                     VirtualServices are bound (docs/migration.md#tls)"
                }
                _ => {
                    "add the host `*` to this server, and `sniHosts: [\"*\"]` to the `tls` route of its VirtualService"
                }
            };
            return Some(Why::warning(message + ": Envoy closes every connection from it", help));
        };
        let is_stranded = |service: &&Object| {
            is_bound_to(service, self.istio) && !with_all.iter().any(|istio| is_bound_to(service, istio))
        };
        let stranded = self.context.of_kind("VirtualService").find(is_stranded).map(Object::reference);
        let message = format!("{message}: every request goes to {}, which has `*`", other.reference());
        let name = other.full_name();
        Some(match stranded {
            Some(stranded) => {
                let help = format!("add {name} to `spec.gateways` of {stranded}");
                Why::warning(format!("{message}. {stranded} is not bound to it, so its hosts get 404"), help)
            }
            None => {
                let help = format!(
                    "nothing to do for the VirtualServices of the stream; those that are applied apart need {name} in `spec.gateways`"
                );
                Why { severity: Severity::Info, message, help: help.into() }
            }
        })
    }

    /// Where a server ends TLS and is not for HTTP, the routes for HTTP are not its routes.
    fn no_tcp_route(&self) -> Option<Why> {
        let mut services = self.context.of_kind("VirtualService").filter(|service| is_bound_to(service, self.istio));
        let is_without = self.server["port"]["protocol"] == "TLS"
            && services.all(|service| list(&service.value["spec"]["tcp"]).is_empty());
        is_without.then(|| {
            let message = "is for TLS without HTTP (protocol TLS): without a VirtualService with a tcp route nothing listens \
                           there, and the stream has none";
            let help = "set the protocol of its port to HTTPS, or add a `tcp` route to a VirtualService for this Gateway; if the \
                        route is applied apart, allow this finding by its id";
            Why::warning(message, help)
        })
    }

    /// The hosts of the tls routes for its Gateway.
    fn sni_hosts(&self) -> Vec<&str> {
        let services = self.context.of_kind("VirtualService").filter(|service| is_bound_to(service, self.istio));
        let routes = services.flat_map(|service| list(&service.value["spec"]["tls"]));
        let matches = routes.flat_map(|route| list(&route["match"]));
        matches.flat_map(|one| list(&one["sniHosts"])).filter_map(Value::as_str).collect()
    }

    /// Passed through is only what a route takes, and without SNI only one for all.
    fn no_tls_route(&self) -> Option<Why> {
        let hosts = self.sni_hosts();
        if hosts.contains(&"*") {
            return None;
        }
        let why = match hosts.as_slice() {
            [] => "without a VirtualService with a tls route nothing listens there, and the stream has none".to_owned(),
            hosts => format!("its tls routes are for {}, and an ALB sends no SNI to choose by", hosts.join(", ")),
        };
        let help = "add a `tls` route with `sniHosts: [\"*\"]` to a VirtualService for this Gateway, to a backend that speaks \
                    TLS; or end TLS at the gateway (`tls.mode: SIMPLE`); if the route is applied apart, allow this finding \
                    by its id";
        Some(Why::warning(format!("has tls.mode PASSTHROUGH: {why}"), help))
    }

    /// What to do about client certificates that the gateway asks for.
    fn mutual(&self) -> Help {
        let by_alb = "let the ALB verify client certificates (the annotation `alb.ingress.kubernetes.io/mutual-authentication`), and only \
                      then set `tls.mode: SIMPLE` here; without that every client gets in";
        let Some(port) = self.clear_text_port() else { return by_alb.into() };
        Help::from(by_alb)
            .then(format!("; or lead to port {port}, which serves clear text: "))
            .set("ingress.backendPort", port.to_string())
            .then(" and [[ingress.backendProtocol: HTTP]]")
    }

    /// A port of clear text, if the Gateways have one that the Service leads to.
    fn clear_text_port(&self) -> Option<u64> {
        let servers = self.gateway.gateways.iter().flat_map(|istio| list(&istio.value["spec"]["servers"]));
        let clear =
            servers.filter(|server| server["port"]["protocol"] == "HTTP" && server["tls"]["httpsRedirect"] != true);
        let mut numbers = clear.filter_map(|server| server["port"]["number"].as_u64());
        let is_there = |number: &u64| ports(&self.gateway.service.value).iter().any(|port| port["port"] == *number);
        numbers.find(|number| *number != self.port && is_there(number))
    }

    /// A Secret that is there, where istiod does not look for it.
    fn secret(&self) -> Option<Why> {
        let name = self.server["tls"]["credentialName"].as_str().filter(|_| is_tls(self.server))?;
        let wanted = namespace_of(self.gateway.service);
        let secrets = self.context.of_kind("Secret").filter(|secret| secret.name() == name);
        let namespaces: Vec<&str> = secrets.map(namespace_of).collect();
        let elsewhere = namespaces.first().filter(|_| !namespaces.contains(&wanted))?;
        let message = format!(
            "has the Secret {name}, which istiod looks for in {wanted}, where the gateway runs, and the stream has in {elsewhere}: \
             without it every connection is reset"
        );
        Some(Why::warning(message, format!("put the Secret into namespace {wanted}")))
    }
}

/// A VirtualService that answers every request with a redirect to HTTPS.
fn redirects_all(service: &Object) -> Option<Finding> {
    let routes = list(&service.value["spec"]["http"]);
    let is_for_all = |route: &Value| {
        let matches = list(&route["match"]);
        let no_condition =
            |one: &Value| one.as_object().is_none_or(|one| one.keys().all(|key| key == "gateways" || key == "name"));
        matches.is_empty() || matches.iter().any(no_condition)
    };
    let (at, route) = routes.iter().enumerate().find(|(_, route)| is_for_all(route))?;
    let redirect = &route["redirect"];
    let leads_back = redirect["scheme"] == "https" && redirect["authority"].is_null() && redirect["uri"].is_null();
    leads_back.then(|| {
        let message = "it redirects every request to HTTPS, also those that came to the ALB by HTTPS: a loop";
        let help = "remove this redirect, and let the ALB redirect: [[ingress.redirectToHttps: true]]";
        about(service, &ALB063, message).field(format!("/spec/http/{at}/redirect")).help(help)
    })
}

fn servers(gateway: &Object) -> &[Value] {
    list(&gateway.value["spec"]["servers"])
}

fn hosts(server: &Value) -> Vec<&str> {
    list(&server["hosts"]).iter().filter_map(Value::as_str).collect()
}
