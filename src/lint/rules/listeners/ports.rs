//! Rules about listeners: which ports are listened on, and what is served there in clear text.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck};
use alb_controller::annotation::listen_ports;
use alb_controller::model::{Action, Protocol};

rules! {
    ALB006 Warning "clear-text-on-http-listener" {
        summary: "an HTTP listener forwards requests instead of redirecting all of them to HTTPS",
        explanation: "Without a certificate the ALB listens on HTTP 80 only, and everything between client and ALB is \
            clear text. With both listeners, port 80 serves the same as 443 unless it redirects. A redirect that is \
            limited to a host or a path leaves the rest in clear text.\n\n`ssl-redirect` of any Ingress of the group \
            covers all HTTP listeners of the ALB.",
        help: "give a certificate with [[ingress.certificateArns]], and the redirect comes with it; in an Ingress of \
            your own set `alb.ingress.kubernetes.io/ssl-redirect: '443'` beside `listen-ports` with HTTP and HTTPS and \
            `certificate-arn`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:72-74, 238-244",
    }
    ALB009 Error | Warning "listen-ports-invalid" {
        summary: "`listen-ports` is not what the controller reads, or has a port twice",
        explanation: "The value is a JSON array of objects, `[{\"HTTP\": 80}, {\"HTTPS\": 443}]`: the protocol in \
            capitals, the port a number from 1 to 65535 without quotes. Everything else stops the controller (event \
            FailedBuildModel), also an empty array.\n\nA port in two objects is a warning: the controller accepts it, and the last one counts.",
        help: "write it as `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:236-271",
    }
    ALB070 Error "no-listener" {
        summary: "`listen-ports` has no port in it",
        explanation: "`[{}]` passes the controller's checks, and gives an ALB that listens nowhere, without any error.",
        help: "write the ports: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:250-271",
    }
    ALB071 Error "listen-port-lost-or-random" {
        summary: "one object of `listen-ports` has a protocol twice, or both protocols on one port",
        explanation: "The controller reads each object into a Go map. A protocol twice (`{\"HTTP\": 80, \"HTTP\": \
            8080}`) leaves the last port only. Both protocols on one port (`{\"HTTP\": 443, \"HTTPS\": 443}`) leave \
            one of them, and Go's map order decides which, anew at each reconcile: the listener flaps.",
        help: "give each port an object of its own: `[{\"HTTP\": 80}, {\"HTTP\": 8080}, {\"HTTPS\": 443}]`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:246-270",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        findings.extend(listen_ports(ingress));
        findings.extend(clear_text(context, ingress));
    }
    findings
}

fn listen_ports(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let Some(text) = ingress.read("listen-ports") else {
        return Vec::new();
    };
    let at = |rule, message: String| ingress.at(rule, "listen-ports", message);
    let read = match listen_ports::read_by(text, ingress.facts.release()) {
        Ok(read) => read,
        Err(error) => return vec![at(&ALB009, error)],
    };
    let mut findings = Vec::new();
    if read.ports.is_empty() {
        findings.push(at(&ALB070, format!("listen-ports {text} has no port: the ALB listens nowhere")));
    }
    for port in &read.lost {
        findings.push(at(
            &ALB071,
            format!("port {port} is lost: its protocol comes again in the same object of listen-ports"),
        ));
    }
    for port in &read.random {
        let message = format!("port {port} is HTTP or HTTPS by chance: listen-ports has both on it in one object");
        findings.push(at(&ALB071, message));
    }
    for port in &read.repeated {
        let protocol = read.ports.get(port).copied().map_or("", Protocol::name);
        let message = format!("listen-ports has port {port} twice: the last one counts, {protocol}");
        let help = format!("keep one entry for port {port}");
        findings.push(at(&ALB009, message).severity(Severity::Warning).help(help));
    }
    findings
}

/// HTTP listeners that lead to targets of this Ingress.
fn clear_text(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let key = &ingress.facts.key;
    let listeners = ingress.built().map_or(&[][..], |built| &built.listeners);
    let https = listeners.iter().find(|listener| listener.protocol == Protocol::Https);
    for own in ingress.listeners.iter() {
        let listener = own.listener;
        if listener.protocol != Protocol::Http {
            continue;
        }
        let mut rules = own.rules.iter();
        let by_rule = rules.any(|rule| forwards(&rule.actions) && own.is_reachable(rule));
        let by_default = forwards(&listener.default_actions) && own.has_default(key);
        if !by_rule && !by_default {
            continue;
        }
        let does = match https {
            Some(_) => "does not redirect to HTTPS",
            None => "no port serves HTTPS",
        };
        let message = format!("port {} serves clear text, and {does}", listener.port);
        let finding = ingress.near(&ALB006, "listen-ports", message);
        findings.push(match https {
            Some(https) if context.is_as_is() => {
                finding.help(format!("set `alb.ingress.kubernetes.io/ssl-redirect: '{}'`", https.port))
            }
            Some(https) if https.port == 443 => finding.help("set [[ingress.redirectToHttps: true]]"),
            Some(https) => finding.help(
                Help::from("set ")
                    .set("ingress.redirectToHttps", "true")
                    .remark(format!("the annotation `ssl-redirect: '{}'`", https.port)),
            ),
            None if context.is_as_is() => finding.help(
                "set `certificate-arn`, `listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'` and `ssl-redirect: '443'`, each behind \
                 `alb.ingress.kubernetes.io/`",
            ),
            None => finding.help("give a certificate with [[ingress.certificateArns]], and the redirect comes with it"),
        });
    }
    findings
}

fn forwards(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Forward { .. }))
}
