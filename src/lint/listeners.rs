//! Rules about listeners: which ports are listened on, with which certificates and TLS policy, and the redirect of the whole
//! ALB to HTTPS.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::reach::{is_reached, takes_everything};
use super::scene::{Scene, Subject, about};
use super::{Finding, Rule, Severity};
use crate::alb::catalogue::{DEFAULT_SSL_POLICY, ssl_policy};
use crate::alb::listen_ports;
use crate::alb::model::{Action, Listener, Protocol};
use crate::alb::values::{parse_int32, string_list};

/// Clear text.
pub static ALB006: Rule = Rule {
    id: "ALB006",
    name: "clear-text-on-http-listener",
    severity: Severity::Warning,
    summary: "an HTTP listener forwards requests instead of redirecting all of them to HTTPS",
    explanation: "Without a certificate the ALB listens on HTTP 80 only, and everything between client and ALB is clear text. \
With both listeners, port 80 serves the same as 443 unless it redirects. A redirect that is limited to a host or a path \
leaves the rest in clear text.\n\n`ssl-redirect` of any Ingress of the group covers all HTTP listeners of the ALB.",
    help: "give a certificate (`ingress.certificateArns`, --certificate-arn), and the redirect comes with it; by hand: \
`alb.ingress.kubernetes.io/ssl-redirect: '443'` beside `listen-ports` with HTTP and HTTPS and `certificate-arn`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:72-74, 238-244",
};

/// A redirect to a port that is not there.
pub static ALB008: Rule = Rule {
    id: "ALB008",
    name: "redirect-to-a-port-that-is-not-https",
    severity: Severity::Error,
    summary: "`ssl-redirect` names a port that is no HTTPS listen port, or a redirect leads to a port where nobody listens",
    explanation: "The port of `ssl-redirect` must be one of `listen-ports`, with HTTPS; otherwise the controller stops: \
`listener does not exist for SSLRedirect port`, or `listener protocol non-SSL for SSLRedirect port`.\n\nThe port of a redirect \
action is not checked by anyone: clients are sent to a port that does not answer (a warning, since something else may listen \
there). `protocol: HTTPS` without a `port` keeps the port of the request, so clients speak TLS to port 80.",
    help: "set `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'` and redirect to 443",
    source: "LBC v3.5.0 pkg/ingress/model_builder.go:514-553",
};

/// `listen-ports` that do not parse.
pub static ALB009: Rule = Rule {
    id: "ALB009",
    name: "listen-ports-invalid",
    severity: Severity::Error,
    summary: "`listen-ports` is not what the controller reads, or has a port twice",
    explanation: "The value is a JSON array of objects, `[{\"HTTP\": 80}, {\"HTTPS\": 443}]`: the protocol in capitals, the port \
a number from 1 to 65535 without quotes. Everything else stops the controller (event FailedBuildModel), an empty array, too.\
\n\nA port in two objects is no error: the last one counts.",
    help: "write it as `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:236-271",
};

/// HTTPS without a certificate.
pub static ALB010: Rule = Rule {
    id: "ALB010",
    name: "https-without-certificate",
    severity: Severity::Error,
    summary: "an HTTPS listener with neither `certificate-arn` nor a host to look one up by",
    explanation: "Without `certificate-arn` the controller looks for certificates in ACM, by the hosts of the rules and of \
`spec.tls`. Where there is no host it finds nothing, and makes a listener without a certificate, which AWS refuses (event \
FailedDeployModel). A `secretName` under `spec.tls` is not read, and `create-acm-cert` does nothing while its feature gate is \
off, as it is by default.",
    help: "set `alb.ingress.kubernetes.io/certificate-arn` (`ingress.certificateArns`), or name the hosts under `spec.tls` \
(`ingress.tlsHosts`)",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:133-235; pkg/certs/cert_discovery.go:74-97",
};

/// A certificate that nobody uses.
pub static ALB011: Rule = Rule {
    id: "ALB011",
    name: "certificate-unused",
    severity: Severity::Warning,
    summary: "`certificate-arn` beside `listen-ports` without HTTPS",
    explanation: "Certificates belong to HTTPS listeners. Where `listen-ports` has none the certificate is read and dropped, \
and everything is served in clear text.",
    help: "add HTTPS: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:133-199",
};

/// No ARN of a certificate.
pub static ALB012: Rule = Rule {
    id: "ALB012",
    name: "certificate-arn-malformed",
    severity: Severity::Error,
    summary: "`certificate-arn` has an item that is no ARN of a certificate",
    explanation: "Each item, between commas, is the ARN of a certificate in ACM \
(`arn:aws:acm:<region>:<account>:certificate/<id>`) or of a server certificate in IAM \
(`arn:aws:iam::<account>:server-certificate/<name>`). The controller passes on any text, and AWS refuses the listener (event \
FailedDeployModel). Certificates must be in the ALB's region: several regions in one list can't all be right.",
    help: "copy the ARN from ACM: `aws acm list-certificates`",
    source: "AWS elbv2 API, Certificate; LBC v3.5.0 pkg/ingress/model_build_listener.go:201-216",
};

/// A TLS policy that is old, or unknown.
pub static ALB013: Rule = Rule {
    id: "ALB013",
    name: "ssl-policy-weak-or-unknown",
    severity: Severity::Warning,
    summary: "`ssl-policy` lets clients in with TLS 1.0 or 1.1, or is not known",
    explanation: "The controller's default is `ELBSecurityPolicy-2016-08`, which takes TLS 1.0 and 1.1 and has no TLS 1.3. Any \
text passes the controller; AWS refuses a name that it does not have. AWS adds policies, so one that this program does not \
know may be right. The policy of the listener also decides which TLS the ALB speaks to the targets.",
    help: "set `alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-TLS13-1-2-2021-06` (`ingress.sslPolicy`)",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html; LBC v3.5.0 \
pkg/config/controller_config.go:49",
};

/// No listener at all.
pub static ALB070: Rule = Rule {
    id: "ALB070",
    name: "no-listener",
    severity: Severity::Error,
    summary: "`listen-ports` has no port in it",
    explanation: "`[{}]` passes the controller's checks, and gives an ALB that listens nowhere, without any error.",
    help: "write the ports: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:250-271",
};

/// A port that gets lost.
pub static ALB071: Rule = Rule {
    id: "ALB071",
    name: "listen-port-lost-or-random",
    severity: Severity::Error,
    summary: "one object of `listen-ports` has a protocol twice, or both protocols on one port",
    explanation: "The controller reads each object into a Go map. A protocol twice (`{\"HTTP\": 80, \"HTTP\": 8080}`) leaves the \
last port only. Both protocols on one port (`{\"HTTP\": 443, \"HTTPS\": 443}`) leave one of them, and Go's map order decides \
which, anew at each reconcile: the listener flaps.",
    help: "give each port an object of its own: `[{\"HTTP\": 80}, {\"HTTP\": 8080}, {\"HTTPS\": 443}]`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:246-270",
};

/// A group's redirect takes an Ingress off the air.
pub static ALB080: Rule = Rule {
    id: "ALB080",
    name: "ssl-redirect-port-of-another-member",
    severity: Severity::Error,
    summary: "`group.name`, and the HTTPS port that all HTTP listeners redirect to is no listen port of this Ingress",
    explanation: "`ssl-redirect` of one Ingress holds for all HTTP listeners of the group, and HTTP listeners then have no rules \
at all. An Ingress that listens on HTTP only is gone: its rules and its target group are not built, without an error, and \
clients are redirected to an HTTPS listener that has no rule for them. Where no member listens on the port the controller \
stops: `listener does not exist for SSLRedirect port`.",
    help: "give this Ingress the listener, too: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener_rules.go:20-22; pkg/ingress/model_builder.go:514-553",
};

/// A redirect that nobody meets.
pub static ALB081: Rule = Rule {
    id: "ALB081",
    name: "ssl-redirect-without-http-listener",
    severity: Severity::Warning,
    summary: "`ssl-redirect`, and no HTTP listener that could redirect",
    explanation: "With `certificate-arn` and without `listen-ports` the ALB listens on HTTPS 443 only. Then nobody answers on \
port 80, and the redirect never happens: a browser that tries `http://` first gets no connection.",
    help: "add the HTTP listener: `alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'`",
    source: "LBC v3.5.0 pkg/ingress/model_build_listener.go:238-244",
};

/// The rules of this module.
pub static RULES: [&Rule; 11] = [
    &ALB006, &ALB008, &ALB009, &ALB010, &ALB011, &ALB012, &ALB013, &ALB070, &ALB071, &ALB080,
    &ALB081,
];

/// All of them.
#[must_use]
pub fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in scene.ours() {
        findings.extend(listen_ports(subject));
        findings.extend(clear_text(subject));
        findings.extend(certificates(scene, subject));
        if let Some(ports) = ports(scene, subject) {
            findings.extend(ssl_redirect(scene, subject, &ports));
            findings.extend(policy(scene, subject, &ports));
        }
        findings.extend(taken_off_the_air(subject));
        findings.extend(redirects(subject));
    }
    findings
}

/// The listen ports that an Ingress asks for; `None` where `listen-ports` does not parse.
#[must_use]
pub fn ports(scene: &Scene<'_>, subject: &Subject<'_>) -> Option<BTreeMap<i32, Protocol>> {
    match subject.setting("listen-ports") {
        Some(setting) => listen_ports::read(&setting.value)
            .ok()
            .map(|read| read.ports),
        None if certificate_arns(scene, subject).is_empty() => {
            Some(BTreeMap::from([(80, Protocol::Http)]))
        }
        None => Some(BTreeMap::from([(443, Protocol::Https)])),
    }
}

fn has(ports: &BTreeMap<i32, Protocol>, protocol: Protocol) -> bool {
    ports.values().any(|found| *found == protocol)
}

/// The certificates that are in effect: the class's, or the Ingress's own.
fn certificate_arns(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<String> {
    let of_class = class_certificates(scene, subject);
    if of_class.is_empty() {
        string_list(subject.read("certificate-arn").unwrap_or_default())
    } else {
        of_class
    }
}

fn class_certificates(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<String> {
    let Some(params) = scene.class_params(subject) else {
        return Vec::new();
    };
    let spec = &params.value["spec"];
    let listed = ["certificateArn", "certificateARNs"]
        .into_iter()
        .find_map(|field| spec[field].as_array());
    listed
        .into_iter()
        .flatten()
        .filter_map(|arn| arn.as_str())
        .map(str::to_owned)
        .collect()
}

fn class_text<'s>(scene: &Scene<'s>, subject: &Subject<'_>, field: &str) -> Option<&'s str> {
    let params = scene.class_params(subject)?;
    params.value["spec"][field]
        .as_str()
        .filter(|text| !text.is_empty())
}

fn listen_ports(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(text) = subject.read("listen-ports") else {
        return Vec::new();
    };
    let at = |rule, message: String| subject.at(rule, "listen-ports", message);
    let read = match listen_ports::read(text) {
        Ok(read) => read,
        Err(error) => return vec![at(&ALB009, error)],
    };
    let mut findings = Vec::new();
    if read.ports.is_empty() {
        findings.push(at(
            &ALB070,
            format!("listen-ports {text} has no port: the ALB listens nowhere"),
        ));
    }
    for port in &read.lost {
        findings.push(at(
            &ALB071,
            format!(
                "port {port} is lost: its protocol comes again in the same object of listen-ports"
            ),
        ));
    }
    for port in &read.random {
        let message = format!(
            "port {port} is HTTP or HTTPS by chance: listen-ports has both on it in one object"
        );
        findings.push(at(&ALB071, message));
    }
    for port in &read.repeated {
        let protocol = read.ports.get(port).copied().map_or("", Protocol::name);
        let message =
            format!("listen-ports has port {port} twice: the last one counts, {protocol}");
        findings.push(at(&ALB009, message).severity(Severity::Warning));
    }
    findings
}

/// HTTP listeners that lead to targets of this Ingress.
fn clear_text(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let key = &subject.facts.key;
    for listener in subject
        .listeners()
        .filter(|listener| listener.protocol == Protocol::Http)
    {
        let by_rule = listener.rules.iter().any(|rule| {
            rule.origin.ingress == *key && forwards(&rule.actions) && is_reached(listener, rule)
        });
        let rest_is_taken = listener
            .rules
            .iter()
            .any(|rule| takes_everything(&rule.conditions));
        let by_default = listener.default_from.as_ref() == Some(key)
            && forwards(&listener.default_actions)
            && !rest_is_taken;
        if !by_rule && !by_default {
            continue;
        }
        let built = subject
            .built()
            .into_iter()
            .flat_map(|built| &built.listeners);
        let https = built
            .into_iter()
            .find(|listener| listener.protocol == Protocol::Https);
        let port = listener.port;
        let finding = match https {
            None => subject.finding(&ALB006, format!("port {port} serves clear text, and no port serves HTTPS")),
            Some(https) => subject
                .finding(&ALB006, format!("port {port} serves clear text, and does not redirect to HTTPS"))
                .help(format!(
                    "set `alb.ingress.kubernetes.io/ssl-redirect: '{}'` (`ingress.redirectToHttps`)",
                    https.port
                )),
        };
        findings.push(match subject.setting("listen-ports") {
            Some(setting) => finding.field(super::scene::pointer(&setting.key)),
            None => finding,
        });
    }
    findings
}

fn forwards(actions: &[Action]) -> bool {
    actions
        .iter()
        .any(|action| matches!(action, Action::Forward { .. }))
}

fn certificates(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let arn = "certificate-arn";
    let own = string_list(subject.read(arn).unwrap_or_default());
    findings.extend(arns(&own, |message| subject.at(&ALB012, arn, message)));
    if let Some(params) = scene.class_params(subject) {
        let at = |message| about(params, &ALB012, message).field("/spec/certificateArn");
        findings.extend(arns(&class_certificates(scene, subject), at));
    }
    let https = |listener: &&Listener| listener.protocol == Protocol::Https;
    for listener in subject.listeners().filter(https) {
        if listener.certificates.is_empty() {
            let message = format!(
                "the HTTPS listener on port {} has no certificate: no certificate-arn, and no host to look one up by",
                listener.port
            );
            let suffix = if subject.setting(arn).is_some() {
                arn
            } else {
                "listen-ports"
            };
            findings.push(subject.at(&ALB010, suffix, message));
        }
    }
    let ports = ports(scene, subject);
    if !own.is_empty()
        && ports.is_some_and(|ports| !ports.is_empty() && !has(&ports, Protocol::Https))
    {
        findings.push(subject.at(
            &ALB011,
            arn,
            "certificate-arn is not used: listen-ports has no HTTPS",
        ));
    }
    findings
}

/// Faults of a list of certificates.
fn arns(items: &[String], at: impl Fn(String) -> Finding) -> Vec<Finding> {
    let mut regions = BTreeSet::new();
    let mut findings = Vec::new();
    for item in items {
        match certificate_region(item) {
            Some(region) => regions.extend(region),
            None => findings.push(at(format!(
                "{item:?} is no ARN of a certificate in ACM or IAM"
            ))),
        }
    }
    if regions.len() > 1 {
        let regions: Vec<&str> = regions.into_iter().collect();
        let message = format!(
            "the certificates are in several regions, {}: an ALB is in one",
            regions.join(" and ")
        );
        findings.push(at(message).severity(Severity::Warning));
    }
    findings
}

/// The region of a certificate, which one of IAM has not; `None` where the text is no ARN of a certificate.
fn certificate_region(arn: &str) -> Option<Option<&str>> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [scheme, partition, service, region, account, resource] = parts.as_slice() else {
        return None;
    };
    let word = |text: &str, more: fn(u8) -> bool| {
        text.bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'-' || more(b))
    };
    let is_partition = partition
        .strip_prefix("aws")
        .is_some_and(|rest| word(rest, |_| false));
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let names = |kind: &str| resource.strip_prefix(kind).is_some_and(|id| !id.is_empty());
    if *scheme != "arn" || !is_partition || !is_account {
        return None;
    }
    match *service {
        "acm"
            if !region.is_empty()
                && word(region, |b| b.is_ascii_digit())
                && names("certificate/") =>
        {
            Some(Some(region))
        }
        "iam" if region.is_empty() && names("server-certificate/") => Some(None),
        _ => None,
    }
}

fn policy(
    scene: &Scene<'_>,
    subject: &Subject<'_>,
    ports: &BTreeMap<i32, Protocol>,
) -> Option<Finding> {
    if !has(ports, Protocol::Https) {
        return None;
    }
    let of_class = class_text(scene, subject, "sslPolicy");
    let Some(name) = of_class.or_else(|| subject.read("ssl-policy")) else {
        let by_default = subject.setting("ssl-policy").is_none()
            && subject
                .listeners()
                .any(|listener| listener.ssl_policy.as_deref() == Some(DEFAULT_SSL_POLICY));
        return by_default.then(|| {
            let message = format!(
                "ssl-policy is not set, so it is {DEFAULT_SSL_POLICY}, which takes TLS 1.0"
            );
            subject.finding(&ALB013, message).severity(Severity::Info)
        });
    };
    let message = match ssl_policy(name) {
        Some(policy) if !policy.weak => return None,
        Some(_) => format!("ssl-policy {name} lets clients in with TLS 1.0 or 1.1"),
        None => format!("ssl-policy {name} is none that is known here"),
    };
    Some(
        match scene.class_params(subject).filter(|_| of_class.is_some()) {
            Some(params) => about(params, &ALB013, message).field("/spec/sslPolicy"),
            None => subject.at(&ALB013, "ssl-policy", message),
        },
    )
}

/// The port of `ssl-redirect` against the Ingress's own listen ports.
fn ssl_redirect(
    scene: &Scene<'_>,
    subject: &Subject<'_>,
    ports: &BTreeMap<i32, Protocol>,
) -> Option<Finding> {
    let of_class = class_text(scene, subject, "sslRedirectPort");
    let text = of_class.or_else(|| subject.read("ssl-redirect"))?;
    let port = parse_int32(text).ok()?;
    let at =
        |rule, message: String| match scene.class_params(subject).filter(|_| of_class.is_some()) {
            Some(params) => about(params, rule, message).field("/spec/sslRedirectPort"),
            None => subject.at(rule, "ssl-redirect", message),
        };
    match ports.get(&port) {
        Some(Protocol::Https) if has(ports, Protocol::Http) || subject.shares() => None,
        Some(Protocol::Https) => Some(at(
            &ALB081,
            "there is no HTTP listener, so ssl-redirect redirects nobody".to_owned(),
        )),
        Some(Protocol::Http) => Some(at(
            &ALB008,
            format!("ssl-redirect leads to port {port}, which listens on HTTP"),
        )),
        None if subject.shares() => {
            let message = format!(
                "ssl-redirect leads to port {port}, on which this Ingress does not listen: its rules would be on no listener"
            );
            Some(at(&ALB080, message))
        }
        None => Some(at(
            &ALB008,
            format!("ssl-redirect leads to port {port}, on which nobody listens"),
        )),
    }
}

/// An Ingress all of whose listeners redirect, because another member of the group says so.
fn taken_off_the_air(subject: &Subject<'_>) -> Option<Finding> {
    let mut listeners = subject.listeners().peekable();
    listeners.peek()?;
    let said = subject.setting("ssl-redirect").is_some();
    if said || !subject.shares() || !listeners.all(|listener| listener.redirects_all) {
        return None;
    }
    let message = "another Ingress of the group redirects every HTTP listener to HTTPS, and this one listens on HTTP only: its \
                   rules are on no listener";
    Some(match subject.setting("listen-ports") {
        Some(_) => subject.at(&ALB080, "listen-ports", message),
        None => subject.finding(&ALB080, message),
    })
}

/// Redirects of this Ingress's rules that lead to a port of the ALB where nobody listens, or with another protocol.
fn redirects(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(built) = subject.built().filter(|built| built.frontend_nlb.is_none()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for listener in subject.listeners() {
        let rules = listener
            .rules
            .iter()
            .filter(|rule| rule.origin.ingress == subject.facts.key);
        for rule in rules.filter(|rule| is_reached(listener, rule)) {
            let Some(redirect) = rule.actions.iter().find_map(Action::redirect) else {
                continue;
            };
            let same =
                |part: &Option<String>, keep: &str| part.as_deref().is_none_or(|part| part == keep);
            if !same(&redirect.host, "#{host}") {
                continue;
            }
            let port = match redirect.port.as_deref() {
                _ if same(&redirect.port, "#{port}") => listener.port,
                port => port.and_then(|port| port.parse().ok()).unwrap_or_default(),
            };
            let protocol = match redirect.protocol.as_deref() {
                _ if same(&redirect.protocol, "#{protocol}") => Some(listener.protocol),
                protocol => protocol.and_then(Protocol::parse),
            };
            let Some(protocol) = protocol.filter(|_| port != 0) else {
                continue;
            };
            let there = built
                .listeners
                .iter()
                .find(|listener| listener.port == port);
            let message = match there {
                Some(there) if there.protocol == protocol => continue,
                Some(there) => format!(
                    "the redirect leads to {} on port {port}, which listens on {}",
                    protocol.name(),
                    there.protocol.name()
                ),
                None => format!("the redirect leads to port {port}, on which nobody listens"),
            };
            let suffix = format!("actions.{}", rule.origin.backend);
            findings.push(
                subject
                    .at(&ALB008, &suffix, message)
                    .severity(Severity::Warning),
            );
        }
    }
    findings
}
