//! What types cannot say: whether a port, a range, a name, an ARN is one, and whether fields fit each other.
//!
//! All that is wrong is told in one run; each time with the place where it was said. What is only unwise is a finding, not an
//! error (`crate::lint`). Free annotations are verbatim: of them only what the API server would refuse.

use super::fields::{self, CLASS};
use super::kube::{Verdict, Wrong, wrong};
use super::node::{Node, join};
use super::types::{ClassAs, Gateway, HealthCheck, Ingress, PathType, Placeholders, Service, ServiceType, Spec, TargetType};
use super::value::{Choice, Entries, PortRef, Text, Var};
use super::{Settings, aws, kube, placeholder};
use crate::error::Error;
use std::collections::BTreeMap;

/// Bytes of all annotations of an object together (k8s.io/apimachinery pkg/api/validation/objectmeta.go).
const ANNOTATION_BYTES: usize = 256 * 1024;

/// Checks the configuration of one gateway.
pub(super) fn one(spec: &Spec, said: &Node) -> Result<(), Error> {
    let mut check = Check { said, flux: spec.placeholders() == Placeholders::Flux, problems: Vec::new() };
    check.texts(said, "");
    check.gateway(&spec.gateway);
    check.service(&spec.service);
    check.ingress(&spec.ingress);
    check.health_check(&spec.ingress.health_check);
    check.annotations(&spec.ingress);
    check.fit(spec);
    check.findings(spec);
    if let Some(version) = &spec.controller_version {
        check.verdict("controllerVersion", controller_version(version.as_str()).map(|_| ()));
    }
    all(check.problems)
}

/// Checks that the configurations of several gateways can stand in one stream.
pub(super) fn together(all_settings: &[Settings]) -> Result<(), Error> {
    let mut problems = Vec::new();
    for (index, later) in all_settings.iter().enumerate() {
        for earlier in &all_settings[..index] {
            if let Some(error) = clash(earlier, later) {
                problems.push(error);
            }
        }
    }
    all(problems)
}

/// What two gateways cannot have in common.
fn clash(earlier: &Settings, later: &Settings) -> Option<Error> {
    let namespaces = (&earlier.spec.gateway.namespace, &later.spec.gateway.namespace);
    let apart = matches!(namespaces, (Some(one), Some(other)) if one != other);
    let place = |path: &str| later.origin(path).unwrap_or(&later.said.origin).to_string();
    let name = |settings: &Settings| settings.spec.ingress.name.clone().unwrap_or_else(|| "common-external-ingress".to_owned());
    if !apart && name(earlier) == name(later) {
        let message = format!("{}: two gateways would have one Ingress `{}`", place("ingress.name"), name(later));
        let help = "give each document an `ingress.name` of its own, or a different `gateway.namespace`";
        return Some(Error::usage(message).help(help));
    }
    let (alb, other_alb) = (later.spec.ingress.load_balancer_name.set(), earlier.spec.ingress.load_balancer_name.set());
    let (group, other_group) = (later.spec.ingress.group.name.set(), earlier.spec.ingress.group.name.set());
    if let Some(alb) = alb.filter(|alb| Some(*alb) == other_alb && (group.is_none() || group != other_group)) {
        let message = format!("{}: two gateways would have one ALB `{alb}`", place("ingress.loadBalancerName"));
        let help = "give each its own `ingress.loadBalancerName`, or both one `ingress.group.name`";
        return Some(Error::usage(message).help(help));
    }
    let theirs: Vec<_> = known_ports(&earlier.spec.service).map(|(_, port)| port).collect();
    let (port, number) = known_ports(&later.spec.service).find(|(_, port)| theirs.contains(port))?;
    let path = join("service.nodePorts", port);
    Some(Error::usage(format!("{}: spec.{path}: node port {number} is another gateway's already", place(&path))))
}

fn known_ports(service: &Service) -> impl Iterator<Item = (&str, i64)> {
    let ports = service.node_ports.iter().flat_map(Entries::iter);
    ports.filter_map(|(name, port)| Some((name, *port.known()?)))
}

/// The release of the controller as numbers: `3.5` is 3.5.0.
pub(super) fn controller_version(text: &str) -> Result<(u32, u32, u32), Wrong> {
    let no_release = || wrong(format!("`{text}` is no release")).help("for example \"3.5\" or \"2.4.1\"");
    let mut numbers = Vec::new();
    for part in text.strip_prefix('v').unwrap_or(text).split('.') {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        numbers.push(part.parse().ok().filter(|_| digits).ok_or_else(no_release)?);
    }
    match numbers.as_slice() {
        &[major, ..] if major < 2 => Err(wrong(format!("`{text}` is no AWS Load Balancer Controller, which begins with 2.0"))),
        &[major, minor] => Ok((major, minor, 0)),
        &[major, minor, patch] => Ok((major, minor, patch)),
        _ => Err(no_release()),
    }
}

/// All problems as one error.
fn all(mut problems: Vec<Error>) -> Result<(), Error> {
    let Some(mut last) = problems.pop() else { return Ok(()) };
    let before: Vec<_> = problems.iter().map(|problem| format!("{problem}\n")).collect();
    last.message = before.concat() + &last.message;
    Err(last)
}

struct Check<'a> {
    said: &'a Node,
    flux: bool,
    problems: Vec<Error>,
}

impl Check<'_> {
    /// Notes what is wrong with the value at `path`.
    fn wrong(&mut self, path: &str, fault: Wrong) {
        let mut place = path;
        let origin = loop {
            match (self.said.find(place), place.rfind(['.', '['])) {
                (Some(node), _) => break &node.origin,
                (None, Some(end)) => place = &place[..end],
                (None, None) => break &self.said.origin,
            }
        };
        let error = Error::usage(format!("{origin}: spec.{path}: {}", fault.what));
        self.problems.push(Error { help: fault.help, ..error });
    }

    fn verdict(&mut self, path: &str, verdict: Verdict) {
        if let Err(fault) = verdict {
            self.wrong(path, fault);
        }
    }

    /// Judges a text, unless Flux completes it.
    fn text(&mut self, path: &str, text: &str, rule: fn(&str) -> Verdict) {
        if !placeholder::is_in(text) && !text.is_empty() {
            self.verdict(path, rule(text));
        }
    }

    fn maybe(&mut self, path: &str, text: Option<&String>, rule: fn(&str) -> Verdict) {
        if let Some(text) = text {
            self.text(path, text, rule);
        }
    }

    fn each(&mut self, path: &str, items: Option<&Vec<String>>, rule: fn(&str) -> Verdict) {
        for (index, item) in items.into_iter().flatten().enumerate() {
            self.text(&format!("{path}[{index}]"), item, rule);
        }
    }

    /// Judges a list whose items become one annotation.
    fn items(&mut self, path: &str, items: &Choice<Vec<String>>, rule: fn(&str) -> Verdict) {
        self.each(path, items.set(), rule);
        let items = items.set().map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if items[..index].contains(item) {
                self.wrong(&path, wrong(format!("`{item}` stands here a second time")));
            } else if item.contains(',') && !placeholder::is_in(item) {
                self.wrong(&path, wrong(format!("`{item}` holds a comma")).help("write one item for each"));
            }
        }
    }

    fn range(&mut self, path: &str, number: &Choice<Var<i64>>, low: i64, high: i64, unit: &str) {
        if let Some(Var::Known(number)) = number.set().filter(|number| !matches!(number, Var::Known(n) if (low..=high).contains(n))) {
            self.wrong(path, wrong(format!("{number} is not between {low} and {high}{unit}")));
        }
    }

    /// What holds for all texts: they are not empty, have no blanks around them, and hold placeholders only where Flux
    /// fills them in.
    fn texts(&mut self, node: &Node, path: &str) {
        for entry in node.entries() {
            self.texts(&entry.node, &join(path, &entry.key));
        }
        for (index, item) in node.items().iter().enumerate() {
            self.texts(item, &format!("{path}[{index}]"));
        }
        let Some(text) = node.text() else { return };
        let verbatim = path.starts_with("ingress.annotations");
        let may_be_empty = verbatim || path.starts_with("ingress.labels") || path.starts_with("gateway.selector");
        if text.is_empty() && !may_be_empty {
            let help = match fields::field(path).is_some_and(|field| !field.annotations.is_empty()) {
                true => "leave it out for the default, or say `null` to switch that off",
                false => "leave it out",
            };
            self.wrong(path, wrong("the text is empty").help(help));
        } else if text.trim() != text && !verbatim {
            self.wrong(path, wrong(format!("`{text}` has blanks around it")));
        } else if self.flux && placeholder::is_in(text) {
            self.verdict(path, placeholder::check(text));
        } else if placeholder::is_in(text) && !verbatim {
            self.wrong(
                path,
                wrong(format!("`{text}` is a placeholder, which nobody fills in")).help("with Flux say `placeholders: flux`"),
            );
        }
    }

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
            let fault = wrong(format!("`{ranges}` cannot stay: the API server refuses it on a Service that is no LoadBalancer"));
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
            let Var::Known(port) = listener.port() else { continue };
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
        if let (Some(Var::Known(timeout)), Some(Var::Known(interval))) = (check.timeout_seconds.set(), check.interval_seconds.set())
            && timeout >= interval
        {
            let fault = wrong(format!("a timeout of {timeout} seconds is not below the interval of {interval}"));
            self.wrong("ingress.healthCheck.timeoutSeconds", fault);
        }
        self.maybe("ingress.healthCheck.successCodes", check.success_codes.set().map(|Text(text)| text), aws::success_codes);
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
        if ingress.class_as == Some(ClassAs::Field) && annotations.get(CLASS).is_some_and(Option::is_some) {
            let fault = wrong(format!("the annotation {CLASS} stands against `classAs: field`; an Ingress has one of both"));
            self.wrong("ingress.classAs", fault.help("name the class in `className`"));
        }
    }

    fn findings(&mut self, spec: &Spec) {
        let mut levels = BTreeMap::new();
        let lists = [("allow", &spec.findings.allow), ("warn", &spec.findings.warn), ("deny", &spec.findings.deny)];
        for (list, ids) in lists {
            for (index, id) in ids.iter().flatten().enumerate() {
                let path = format!("findings.{list}[{index}]");
                self.text(&path, id, finding_id);
                if let Some(other) = levels.insert(id, list).filter(|other| *other != list) {
                    self.wrong(&path, wrong(format!("`{id}` stands in `{other}`, too")));
                }
            }
        }
    }
}

fn finding_id(text: &str) -> Verdict {
    let digits = text.strip_prefix("ALB").is_some_and(|rest| rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit()));
    match digits {
        true => Ok(()),
        false => Err(wrong(format!("`{text}` is no finding")).help("findings are named ALB and three digits, as in ALB006")),
    }
}

fn health_path(text: &str) -> Verdict {
    kube::absolute_path(text)?;
    match text.chars().count() {
        ..=1024 => Ok(()),
        count => Err(wrong(format!("the path has {count} characters; it may have 1024"))),
    }
}
