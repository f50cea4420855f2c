//! What types cannot say: whether a port, a range, a name, an ARN is one, and whether fields fit each other.
//!
//! All that is wrong is told in one run; each time with the place where it was said. What is only unwise is a finding, not an
//! error. Free annotations are verbatim: of them only what the API server would refuse.

use super::check::{Check, all};
use super::fields::CLASS;
use super::kube::{Verdict, Wrong, wrong};
use super::node::{Node, join};
use super::types::{
    ClassAs, Gateway, HealthCheck, Ingress, PathType, Placeholders, Service, ServiceType, Spec, TargetType,
};
use super::value::{Choice, Entries, PortRef, Text, Var};
use super::{aws, kube};
use crate::error::Error;
use crate::finding::Registry;
use std::collections::BTreeMap;

/// Bytes of all annotations of an object together (k8s.io/apimachinery pkg/api/validation/objectmeta.go).
const ANNOTATION_BYTES: usize = 256 * 1024;

/// What the Ingress is called where nobody says.
pub const INGRESS_NAME: &str = "common-external-ingress";

/// Checks the configuration of one gateway; its findings are those of `rules`.
pub(super) fn one(spec: &Spec, said: &Node, rules: Registry) -> Result<(), Error> {
    let mut check = Check { said, flux: spec.placeholders() == Placeholders::Flux, problems: Vec::new() };
    check.texts(said, "");
    check.gateway(&spec.gateway);
    check.service(&spec.service);
    check.ingress(&spec.ingress);
    check.health_check(&spec.ingress.health_check);
    check.annotations(&spec.ingress);
    check.fit(spec);
    check.findings(spec, rules);
    if let Some(version) = &spec.controller_version {
        check.verdict("controllerVersion", release(version.as_str()).map(|_| ()));
    }
    all(check.problems)
}

/// The release of the controller as numbers: `3.5` is 3.5.0.
pub(super) fn release(text: &str) -> Result<(u32, u32, u32), Wrong> {
    let no_release = || wrong(format!("`{text}` is no release")).help("for example \"3.5\" or \"2.4.1\"");
    let mut numbers = Vec::new();
    for part in text.strip_prefix('v').unwrap_or(text).split('.') {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        numbers.push(part.parse().ok().filter(|_| digits).ok_or_else(no_release)?);
    }
    match numbers.as_slice() {
        [0 | 1, ..] => Err(wrong(format!("`{text}` is no AWS Load Balancer Controller, which begins with 2.0"))),
        [major, minor] => Ok((*major, *minor, 0)),
        [major, minor, patch] => Ok((*major, *minor, *patch)),
        _ => Err(no_release()),
    }
}

impl Check<'_> {
    fn gateway(&mut self, gateway: &Gateway) {
        self.maybe("gateway.name", gateway.name.as_ref(), kube::label);
        self.maybe("gateway.namespace", gateway.namespace.as_ref(), kube::label);
        for (key, value) in gateway.selector.iter().flat_map(Entries::iter) {
            let path = join("gateway.selector", key);
            self.verdict(&path, kube::qualified_name(key));
            self.text(&path, value.as_str(), kube::label_value);
        }
    }

    fn service(&mut self, service: &Service) {
        let mut taken = BTreeMap::new();
        for (name, port) in service.node_ports.iter().flat_map(Entries::iter) {
            let path = join("service.nodePorts", name);
            self.verdict(&path, kube::label(name));
            let Var::Known(port) = port else { continue };
            if !(30000..=32767).contains(port) {
                self.wrong(&path, wrong(format!("{port} is not between 30000 and 32767, where node ports are")));
            } else if let Some(other) = taken.insert(*port, name) {
                self.wrong(&path, wrong(format!("node port {port} is that of `{other}` already")));
            }
        }
        if service.kind() == ServiceType::ClusterIp && service.node_ports.is_some() {
            self.wrong("service.nodePorts", wrong("a ClusterIP Service has no node ports"));
        }
        self.each("service.keepAnnotations", service.keep_annotations.as_ref(), kube::qualified_name);
        let ranges = "service.beta.kubernetes.io/load-balancer-source-ranges";
        let kept = service.keep_annotations.iter().flatten().position(|key| key == ranges);
        if let Some(index) = kept {
            let fault = wrong(format!(
                "`{ranges}` cannot stay: the API server refuses it on a Service that is no LoadBalancer"
            ));
            self.wrong(&format!("service.keepAnnotations[{index}]"), fault);
        }
    }

    fn ingress(&mut self, ingress: &Ingress) {
        self.maybe("ingress.name", ingress.name.as_ref(), kube::subdomain);
        for (key, value) in ingress.labels.set().into_iter().flat_map(Entries::iter) {
            let path = join("ingress.labels", key);
            self.verdict(&path, kube::qualified_name(key));
            self.maybe(&path, value.as_ref().map(|Text(text)| text), kube::label_value);
        }
        self.maybe("ingress.className", ingress.class_name.set(), kube::subdomain);
        self.each("ingress.hosts", ingress.hosts.as_ref(), kube::host);
        self.each("ingress.tlsHosts", ingress.tls_hosts.as_ref(), kube::host);
        for (index, rule) in ingress.paths.iter().flatten().enumerate() {
            let implementation = rule.path_type == PathType::ImplementationSpecific;
            let check = if implementation { kube::absolute_path } else { kube::path };
            self.text(&format!("ingress.paths[{index}].path"), &rule.path, check);
        }
        match &ingress.backend_port {
            Some(PortRef::Number(number)) => self.verdict("ingress.backendPort", kube::port_number(*number)),
            Some(PortRef::Name(name)) => self.text("ingress.backendPort", name, kube::port_name),
            None => {}
        }
        self.maybe("ingress.loadBalancerName", ingress.load_balancer_name.set(), aws::load_balancer_name);
        self.items("ingress.subnets", &ingress.subnets, |_| Ok(()));
        self.listen_ports(ingress);
        self.items("ingress.certificateArns", &ingress.certificate_arns, aws::certificate);
        self.maybe("ingress.wafv2AclArn", ingress.wafv2_acl_arn.set(), aws::web_acl);
        self.attributes("ingress.loadBalancerAttributes", &ingress.load_balancer_attributes, aws::attribute);
        self.attributes("ingress.targetGroupAttributes", &ingress.target_group_attributes, aws::attribute);
        self.attributes("ingress.tags", &ingress.tags, aws::tag);
        self.items("ingress.securityGroups", &ingress.security_groups, |_| Ok(()));
        self.items("ingress.inboundCidrs", &ingress.inbound_cidrs, aws::cidr);
        self.maybe("ingress.group.name", ingress.group.name.set(), aws::group_name);
        self.range("ingress.group.order", &ingress.group.order, -1000, 1000, "");
    }

    fn listen_ports(&mut self, ingress: &Ingress) {
        let mut seen = Vec::new();
        for (index, listener) in ingress.listen_ports.set().into_iter().flatten().enumerate() {
            let path = format!("ingress.listenPorts[{index}].{}", listener.protocol());
            let Var::Known(port) = listener.port() else {
                continue;
            };
            self.verdict(&path, kube::port_number(*port));
            if seen.contains(port) {
                self.wrong(&path, wrong(format!("port {port} stands here a second time")));
            }
            seen.push(*port);
        }
    }

    fn attributes(&mut self, path: &str, attributes: &Choice<Entries<Option<Text>>>, rule: fn(&str) -> Verdict) {
        for (key, _) in attributes.set().into_iter().flat_map(Entries::iter) {
            let path = join(path, key);
            match key.is_empty() {
                true => self.wrong(&path, wrong("a key is empty")),
                false => self.verdict(&path, rule(key)),
            }
        }
    }

    fn health_check(&mut self, check: &HealthCheck) {
        match check.port.set() {
            Some(PortRef::Number(number)) => self.verdict("ingress.healthCheck.port", kube::port_number(*number)),
            Some(PortRef::Name(name)) => self.text("ingress.healthCheck.port", name, kube::label),
            None => {}
        }
        self.maybe("ingress.healthCheck.path", check.path.set(), health_path);
        self.range("ingress.healthCheck.intervalSeconds", &check.interval_seconds, 5, 300, " seconds");
        self.range("ingress.healthCheck.timeoutSeconds", &check.timeout_seconds, 2, 120, " seconds");
        self.range("ingress.healthCheck.healthyThresholdCount", &check.healthy_threshold_count, 2, 10, "");
        self.range("ingress.healthCheck.unhealthyThresholdCount", &check.unhealthy_threshold_count, 2, 10, "");
        if let (Some(Var::Known(timeout)), Some(Var::Known(interval))) =
            (check.timeout_seconds.set(), check.interval_seconds.set())
            && timeout >= interval
        {
            let fault = wrong(format!("a timeout of {timeout} seconds is not below the interval of {interval}"));
            self.wrong("ingress.healthCheck.timeoutSeconds", fault);
        }
        self.maybe(
            "ingress.healthCheck.successCodes",
            check.success_codes.set().map(|Text(text)| text),
            aws::success_codes,
        );
    }

    fn annotations(&mut self, ingress: &Ingress) {
        let mut bytes = 0;
        for (key, value) in ingress.annotations.iter().flat_map(Entries::iter) {
            self.verdict(&join("ingress.annotations", key), kube::qualified_name(&key.to_lowercase()));
            bytes += key.len() + value.as_ref().map_or(0, |value| value.as_str().len());
        }
        if bytes > ANNOTATION_BYTES {
            let fault = wrong(format!("{bytes} bytes of annotations; an object may have {ANNOTATION_BYTES}"));
            self.wrong("ingress.annotations", fault);
        }
    }

    /// Whether fields fit each other.
    fn fit(&mut self, spec: &Spec) {
        let ingress = &spec.ingress;
        let annotations = ingress.annotations.clone().unwrap_or_default();
        let target_type = match annotations.get("alb.ingress.kubernetes.io/target-type") {
            Some(None) => Some(TargetType::Instance.to_string()),
            Some(Some(value)) => Some(value.to_string()),
            None => match ingress.target_type.set() {
                Some(Var::Known(value)) => Some(value.to_string()),
                Some(Var::Placeholder(_)) => None,
                None => Some(TargetType::Instance.to_string()),
            },
        };
        if spec.service.kind() == ServiceType::ClusterIp && target_type.as_deref() == Some("instance") {
            let fault = wrong("a ClusterIP Service has no node ports, which targets of type instance are reached by");
            self.wrong("service.type", fault.help("say `targetType: ip` below `ingress`, or leave `service.type` out"));
        }
        let name = ingress.name.as_deref().unwrap_or(INGRESS_NAME);
        let has_app = ingress.labels.set().is_some_and(|labels| labels.get("app").is_some());
        if name.len() > 63 && ingress.labels != Choice::Off && !has_app {
            let fault = wrong(format!("the label `app` would be `{name}`, and a label has at most 63 characters"));
            self.wrong("ingress.name", fault.help("say `app` below `ingress.labels`"));
        }
        if ingress.class_as == Some(ClassAs::Field) && annotations.get(CLASS).is_some_and(Option::is_some) {
            let fault =
                wrong(format!("the annotation {CLASS} stands against `classAs: field`; an Ingress has one of both"));
            self.wrong("ingress.classAs", fault.help("name the class in `className`"));
        }
    }

    fn findings(&mut self, spec: &Spec, rules: Registry) {
        let mut levels = BTreeMap::new();
        let lists = [("allow", &spec.findings.allow), ("warn", &spec.findings.warn), ("deny", &spec.findings.deny)];
        for (list, ids) in lists {
            for (index, id) in ids.iter().flatten().enumerate() {
                let path = format!("findings.{list}[{index}]");
                self.text(&path, id, |id| finding_id(id, rules));
                if let Some(other) = levels.insert(id, list).filter(|other| *other != list) {
                    self.wrong(&path, wrong(format!("`{id}` stands in `{other}`, too")));
                }
            }
        }
    }
}

fn finding_id(text: &str, rules: Registry) -> Verdict {
    match rules.find(text) {
        Some(_) => Ok(()),
        None => Err(wrong(format!("`{text}` is no finding")).help(rules.nearest(text))),
    }
}

fn health_path(text: &str) -> Verdict {
    kube::absolute_path(text)?;
    match text.chars().count() {
        ..=1024 => Ok(()),
        count => Err(wrong(format!("the path has {count} characters; it may have 1024"))),
    }
}
