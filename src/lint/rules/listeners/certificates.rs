//! Rules about certificates and TLS policies of HTTPS listeners.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Severity, rules};
use crate::lint::context::{Context, IngressUnderCheck};
use crate::lint::facts::listen_ports::{has, ports};
use crate::suggest::nearest;
use alb_controller::catalogue::{DEFAULT_SSL_POLICY, SSL_POLICIES, ssl_policy};
use alb_controller::model::{Listener, Protocol};
use alb_controller::validation::certificate_region;

rules! {
    ALB010 Error "https-without-certificate" {
        summary: "an HTTPS listener with neither `certificate-arn` nor a host to look one up by",
        explanation: "Without `certificate-arn` the controller looks for certificates in ACM, by the hosts of the \
            rules and of `spec.tls`. Where there is no host it finds nothing, and makes a listener without a \
            certificate, which AWS refuses (event FailedDeployModel). A `secretName` under `spec.tls` is not read, and \
            `create-acm-cert` does nothing while its feature gate is off, as it is by default.",
        help: "set [[ingress.certificateArns; the annotation `certificate-arn`]], or name the hosts in \
            [[ingress.tlsHosts; `spec.tls`]]",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:133-235; pkg/certs/cert_discovery.go:74-97",
    }
    ALB011 Warning "certificate-unused" {
        summary: "`certificate-arn` beside `listen-ports` without HTTPS",
        explanation: "Certificates belong to HTTPS listeners. Where `listen-ports` has none the certificate is read \
            and dropped, and everything is served in clear text.",
        help: "add HTTPS: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
        source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:133-199",
    }
    ALB012 Error "certificate-arn-malformed" {
        summary: "`certificate-arn` has an item that is not the ARN of a certificate, or certificates of several regions",
        explanation: "Each item, between commas, is the ARN of a certificate in ACM \
            (`arn:aws:acm:<region>:<account>:certificate/<id>`) or of a server certificate in IAM \
            (`arn:aws:iam::<account>:server-certificate/<name>`). The controller passes on any text, and AWS refuses \
            the listener (event FailedDeployModel). Certificates must be in the ALB's region, so one list can't have certificates of \
            several regions.",
        help: "copy the ARN from ACM: `aws acm list-certificates`",
        source: "AWS elbv2 API, Certificate; LBC v3.5.0 pkg/ingress/model_build_listener.go:201-216",
    }
    ALB013 Warning | Info "ssl-policy-weak-or-unknown" {
        summary: "`ssl-policy` allows clients with TLS 1.0 or 1.1, or is not known",
        explanation: "The controller's default is `ELBSecurityPolicy-2016-08`, which takes TLS 1.0 and 1.1 and has no \
            TLS 1.3. Any text passes the controller; AWS refuses a name that it does not have. AWS adds policies, so \
            one that this program does not know may be right. The policy of the listener also decides which TLS the \
            ALB speaks to the targets.",
        help: "set [[ingress.sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06; the annotation `ssl-policy`]]",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html; LBC \
            v3.5.0 pkg/config/controller_config.go:49",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in context.ingresses() {
        let ports = ports(ingress).unwrap_or_default();
        findings.extend(certificates(context, ingress, &ports));
        findings.extend(policy(context, ingress, &ports));
    }
    findings
}

fn certificates(
    context: &Context<'_>,
    ingress: &IngressUnderCheck<'_>,
    ports: &BTreeMap<i32, Protocol>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let arn = "certificate-arn";
    let given = ingress.facts.list(arn);
    if let Some(given) = &given {
        findings.extend(arns(&given.value, |message| context.at_effective(given, &ALB012, message)));
    }
    let bare = |listener: &&Listener| listener.protocol == Protocol::Https && listener.certificates.is_empty();
    let listeners = ingress.listeners.iter().map(|own| own.listener);
    for listener in listeners.filter(bare) {
        let message = format!(
            "the HTTPS listener on port {} has no certificate: no certificate-arn, and no host to look one up by",
            listener.port
        );
        findings.push(match ingress.setting(arn) {
            Some(setting) => context.at(setting, &ALB010, message),
            None => ingress.near(&ALB010, "listen-ports", message),
        });
    }
    let own = given.is_some_and(|given| !given.is_of_class() && !given.value.is_empty());
    if own && !ports.is_empty() && !has(ports, Protocol::Https) {
        let message = "certificate-arn is not used: listen-ports has no HTTPS";
        findings.push(ingress.at(&ALB011, arn, message));
    }
    findings
}

/// Faults of a list of certificates.
fn arns(items: &[String], at: impl Fn(String) -> Finding) -> Vec<Finding> {
    let mut regions = BTreeSet::new();
    let mut findings = Vec::new();
    for item in items {
        match certificate_region(item) {
            Ok(region) => regions.extend(region),
            Err(fault) => {
                findings.push(at(format!("certificate-arn: {}", fault.what)).maybe_help(fault.help));
            }
        }
    }
    if regions.len() > 1 {
        let regions: Vec<&str> = regions.into_iter().collect();
        let message = format!("the certificates are in several regions, {}: an ALB is in one", regions.join(" and "));
        let help = "keep the certificates of the ALB's region, and request the others in ACM there";
        findings.push(at(message).help(help));
    }
    findings
}

fn policy(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, ports: &BTreeMap<i32, Protocol>) -> Option<Finding> {
    if !has(ports, Protocol::Https) {
        return None;
    }
    let Some(policy) = ingress.facts.text("ssl-policy") else {
        let by_default = ingress.setting("ssl-policy").is_none()
            && ingress.listeners.iter().any(|own| own.listener.ssl_policy.as_deref() == Some(DEFAULT_SSL_POLICY));
        return by_default.then(|| {
            let message = format!("ssl-policy is not set, so it is {DEFAULT_SSL_POLICY}, which takes TLS 1.0");
            ingress.finding(&ALB013, message).severity(Severity::Info)
        });
    };
    let name = policy.value;
    let message = match ssl_policy(name) {
        Some(known) if !known.weak => return None,
        Some(_) => format!("ssl-policy {name} allows clients with TLS 1.0 or 1.1"),
        None => {
            format!(
                "istio-alb does not know ssl-policy {name}; if AWS does not have it either, it refuses the listener"
            )
        }
    };
    let names: Vec<&str> = SSL_POLICIES.iter().filter(|policy| !policy.weak).map(|policy| policy.name).collect();
    let meant = ssl_policy(name).is_none().then(|| nearest(name, &names)).flatten();
    let finding = context.at_effective(&policy, &ALB013, message);
    Some(finding.maybe_help(meant.map(|meant| format!("did you mean `{meant}`?"))))
}
