//! The Network Load Balancer in front: whether its health check of the ALB can succeed.
//!
//! The NLB asks the ALB as a client would, on each of its listeners. Its defaults are those of a target group of an ALB, HTTP,
//! `/` and 200, and fit neither a listener that redirects nor one that speaks TLS.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::load_balancer::frontend_nlb;
use alb_controller::catalogue::in_range;
use alb_controller::model::{FrontendListener, HealthPort, Listener, Matcher, Protocol};

const PREFIX: &str = "frontend-nlb-healthcheck-";

rules! {
    ALB105 Error | Warning "frontend-nlb-check-fails" {
        summary: "the NLB in front checks the ALB in a way that the listener does not answer, or that AWS refuses",
        explanation: "With `enable-frontend-nlb` each listener of the NLB has the ALB as its target, and checks it \
            with HTTP on `/` for 200, unless `frontend-nlb-healthcheck-*` says otherwise. A listener of the ALB that \
            redirects to HTTPS answers 301, one that speaks HTTPS answers 400 to HTTP, and one that speaks HTTP does \
            not understand HTTPS; one that verifies client certificates (`mutual-authentication`) ends the handshake, since the NLB \
            has none, and HTTP with the success code 400 is what is left there: the NLB finds the ALB unhealthy. That is a warning, since an NLB whose targets are \
            all unhealthy sends to all of them.\n\nThe timeout must be shorter than the interval, 15 and 5 seconds if \
            unset; otherwise AWS refuses the target group (event FailedDeployModel).",
        help: "check the HTTPS listener on both ports: `frontend-nlb-healthcheck-protocol: HTTPS`, \
            `frontend-nlb-healthcheck-port: '443'`, and a path that the gateway answers with 200, or wider \
            `frontend-nlb-healthcheck-success-codes`",
        source: "LBC v3.5.0 pkg/ingress/model_build_frontend_nlb.go:660-797; AWS docs, Application Load Balancers as \
            targets",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        if !frontend_nlb(context, ingress) {
            continue;
        }
        let Some(built) = ingress.built() else {
            continue;
        };
        let of_nlb = built.frontend_nlb.iter().flat_map(|nlb| &nlb.listeners);
        for listener in of_nlb {
            let own = ingress.listeners.iter().map(|own| own.listener).find(|own| own.port == listener.alb_port);
            if own.is_none_or(|own| own.members.first() != Some(&ingress.facts.key)) {
                continue;
            }
            findings.extend(timeout(ingress, listener));
            let asked = match listener.health_check.port {
                HealthPort::Number(port) => port,
                _ => listener.alb_port,
            };
            let asked = built.listeners.iter().find(|alb| alb.port == asked);
            findings.extend(asked.and_then(|alb| unanswered(ingress, listener, alb)));
        }
    }
    findings
}

fn timeout(ingress: &IngressUnderCheck<'_>, listener: &FrontendListener) -> Option<Finding> {
    let check = &listener.health_check;
    let (interval, timeout) = (check.interval_seconds, check.timeout_seconds);
    let ranges = [("interval-seconds", interval), ("timeout-seconds", timeout)];
    let are_valid = ranges.iter().all(|(suffix, number)| in_range(&format!("{PREFIX}{suffix}"), i64::from(*number)));
    (are_valid && timeout >= interval).then(|| {
        let message = format!(
            "the NLB in front checks with a timeout of {timeout} seconds, which is not shorter than the interval of {interval} \
             seconds: AWS refuses that"
        );
        near(ingress, &["timeout-seconds", "interval-seconds"], message)
            .help("make the timeout shorter than the interval")
    })
}

fn unanswered(ingress: &IngressUnderCheck<'_>, listener: &FrontendListener, alb: &Listener) -> Option<Finding> {
    let check = &listener.health_check;
    let codes = match &check.matcher {
        Matcher::HttpCode(codes) | Matcher::GrpcCode(codes) => codes,
    };
    let answer = match (check.protocol, alb.protocol) {
        (Protocol::Http, Protocol::Https) if !takes(codes, 400) => "which speaks HTTPS and answers 400",
        (Protocol::Https, Protocol::Http) => "which speaks HTTP and does not understand it",
        (Protocol::Https, Protocol::Https) if wants_certificates(alb) => {
            "which wants a client certificate, and the NLB has none"
        }
        (Protocol::Http, Protocol::Http) if alb.redirects_all && !takes(codes, 301) => {
            "which redirects to HTTPS with 301"
        }
        _ => return None,
    };
    let message = format!(
        "the NLB in front checks its port {} by {} on port {} of the ALB, {answer}, and wants {codes}: it finds the ALB unhealthy",
        listener.port,
        check.protocol.name(),
        alb.port
    );
    let finding = near(ingress, &["protocol", "port", "success-codes"], message);
    Some(finding.severity(Severity::Warning))
}

/// Whether a listener takes nobody without a client certificate.
fn wants_certificates(listener: &Listener) -> bool {
    listener.mutual_authentication.as_ref().is_some_and(|mutual| mutual.mode == "verify")
}

/// A finding at the first of the annotations that is set, else at the one that asks for the NLB.
fn near(ingress: &IngressUnderCheck<'_>, suffixes: &[&str], message: String) -> Finding {
    let of_check = suffixes.iter().map(|suffix| format!("{PREFIX}{suffix}"));
    let found = of_check.chain(["enable-frontend-nlb".to_owned()]).find(|suffix| ingress.setting(suffix).is_some());
    match found {
        Some(suffix) => ingress.at(&ALB105, &suffix, message),
        None => ingress.finding(&ALB105, message),
    }
}

/// Whether success codes, as `200`, `200,301` or `200-399`, hold a code.
fn takes(codes: &str, code: u16) -> bool {
    codes.split(',').any(|part| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<u16>();
        matches!((number(from), number(to)), (Ok(from), Ok(to)) if (from..=to).contains(&code))
    })
}
