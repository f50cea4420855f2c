//! The load balancer as a picture: what the controller says, then the way of the traffic from the client to the pods.
//!
//! One [`Branch`] with its branches is made from the model and the objects; three modules draw it. What the manifests do not
//! tell is said as such, never left out and never guessed.

mod mermaid;
mod svg;
mod tree;
mod words;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::alb::model::{
    Built, FrontendNlb, Group, HealthPort, InboundRule, Listener, Model, MutualAuthentication, Pruned, Verdict, WebAcl,
    WhyPruned, show_json,
};
use crate::manifest::Object;
use crate::plan::ports;

pub use mermaid::mermaid;
pub use svg::svg;
pub use tree::tree;

/// A box of the picture and what is behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    /// One line of text.
    pub text: String,
    /// Where the traffic goes from here, or what is to be known of it.
    pub branches: Vec<Branch>,
}

impl Branch {
    fn new(text: impl Into<String>) -> Self {
        Branch { text: text.into(), branches: Vec::new() }
    }

    fn with(text: impl Into<String>, branches: Vec<Branch>) -> Self {
        Branch { text: text.into(), branches }
    }
}

/// The picture of a model.
#[must_use]
pub fn picture(model: &Model, objects: &[Object]) -> Branch {
    let mut branches = Vec::new();
    for facts in model.ingresses.iter().filter(|facts| facts.group.is_none()) {
        branches.push(Branch::new(format!("Ingress {}: not picked up, {}", facts.key, facts.why)));
    }
    let services = Services::of(objects);
    branches.extend(model.groups.iter().map(|group| group_branch(group, &services)));
    Branch::with(verdict(model.verdict, model.message.as_deref()), branches)
}

fn verdict(verdict: Verdict, message: Option<&str>) -> String {
    let message = message.unwrap_or_default();
    match verdict {
        Verdict::Built => "the controller builds it".to_owned(),
        Verdict::Refused => format!("the controller refuses it: {message}"),
        Verdict::Ignored => format!("the controller ignores it: {message}"),
        Verdict::Unknown => format!("it depends on what is not in the stream: {message}"),
    }
}

/// What the rules of one load balancer lead to.
struct Targets<'p> {
    /// Target groups by their ids.
    groups: BTreeMap<&'p str, &'p Value>,
    services: &'p Services<'p>,
}

/// The Services by namespace and name, of several of a name the first, each with its place in the stream.
struct Services<'p>(BTreeMap<(&'p str, &'p str), (usize, &'p Object)>);

impl<'p> Services<'p> {
    fn of(objects: &'p [Object]) -> Self {
        let mut found = BTreeMap::new();
        for (at, object) in objects.iter().enumerate() {
            if object.kind() == "Service" {
                let key = (object.namespace(), object.name());
                found.entry(key).or_insert((at, object));
            }
        }
        Services(found)
    }

    /// The first of those whose name stands at the end of `ingress-service`.
    fn with_name_at_the_end(&self, namespace: &str, names: &str) -> Option<&'p Object> {
        let ends = names.match_indices('-').map(|(at, _)| &names[at + 1..]);
        let found = ends.filter_map(|name| self.0.get(&(namespace, name)));
        let (_, object) = found.min_by_key(|(at, _)| *at)?;
        Some(*object)
    }
}

fn group_branch(group: &Group, services: &Services<'_>) -> Branch {
    let members: Vec<String> = group.members.iter().map(ToString::to_string).collect();
    let title = match (members.as_slice(), group.verdict) {
        ([only], _) if *only == group.name => format!("Ingress {only}"),
        _ => format!("IngressGroup {}: {}", group.name, members.join(", ")),
    };
    let Some(built) = &group.built else {
        return Branch::with(title, vec![Branch::new(verdict(group.verdict, group.message.as_deref()))]);
    };
    let json = serde_json::to_value(built).unwrap_or_default();
    let lb = &built.load_balancer;
    let mut about = vec![access(&built.inbound, lb.security_groups.is_empty())];
    about.push(Branch::new(match &built.wafv2 {
        WebAcl::Untouched => "WAF: none asked for (one that is attached stays)".to_owned(),
        WebAcl::Detached => "WAF: taken off".to_owned(),
        WebAcl::Arn(arn) => format!("WAF: {arn}"),
        WebAcl::Name(name) => format!("WAF: the web ACL called {name}"),
    }));
    if let Some(shield) = built.shield {
        about.push(Branch::new(format!("Shield Advanced: {}", if shield { "on" } else { "off" })));
    }
    let targets = Targets {
        groups: items(&json["targetGroups"]).filter_map(|group| Some((group["id"].as_str()?, group))).collect(),
        services,
    };
    about.extend(listeners(built, &json, &targets));
    let name = lb.name.as_deref().unwrap_or("name made up by the controller");
    let alb = Branch::with(format!("Application Load Balancer ({name}), {}, {}", lb.scheme, lb.ip_address_type), about);
    let Some(nlb) = &built.frontend_nlb else {
        return Branch::with(title, vec![Branch::with(clients(lb.scheme), vec![alb])]);
    };
    let by_nlb = Branch::with(clients(nlb.scheme), vec![frontend(nlb)]);
    let from = format!("the Network Load Balancer, and {}", clients(lb.scheme));
    Branch::with(title, vec![by_nlb, Branch::with(from, vec![alb])])
}

/// Who may connect.
fn access(inbound: &[InboundRule], managed: bool) -> Branch {
    if !managed {
        return Branch::new("open to: what its security groups let in");
    }
    let ranges: Vec<Branch> = inbound.iter().map(|range| Branch::new(range.to_string())).collect();
    let open = inbound.iter().any(|range| range.source.is_everybody());
    Branch::with(if open { "open to everybody" } else { "open to these ranges only" }, ranges)
}

fn listeners(built: &Built, json: &Value, leads_to: &Targets<'_>) -> Vec<Branch> {
    let both = built.listeners.iter().zip(items(&json["listeners"]));
    both.map(|(typed, listener)| {
        let mut text = format!("listener {} {}", typed.protocol.name(), typed.port);
        if let Some(policy) = &typed.ssl_policy {
            text.push_str(&format!(", {policy}"));
        }
        let mut branches = certificates(typed);
        branches.extend(typed.mutual_authentication.as_ref().map(client_certificates));
        branches.extend(items(&listener["rules"]).map(|rule| {
            let rewrites = words::transforms(&rule["transforms"]);
            let mut actions: Vec<Branch> =
                items(&rule["actions"]).map(|action| self::action(action, leads_to)).collect();
            let last = actions.len().saturating_sub(1);
            actions.splice(last..last, rewrites.into_iter().map(Branch::new));
            let which = words::conditions(&rule["conditions"]);
            Branch::with(format!("rule {}: {which}", rule["priority"]), actions)
        }));
        branches.extend(typed.pruned.iter().map(left_out));
        let defaults = items(&listener["defaultActions"]).map(|action| self::action(action, leads_to)).collect();
        let rest = if typed.rules.is_empty() { "every request" } else { "everything else" };
        branches.push(Branch::with(rest, defaults));
        Branch::with(text, branches)
    })
    .collect()
}

/// Each once: the default one may stand among the others again.
fn certificates(listener: &Listener) -> Vec<Branch> {
    let mut texts: Vec<String> = Vec::new();
    for arn in &listener.certificates {
        let text = format!("certificate {}", arn.as_deref().unwrap_or("found in ACM by host"));
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.into_iter().map(Branch::new).collect()
}

fn client_certificates(mutual: &MutualAuthentication) -> Branch {
    let store = mutual.trust_store_name.as_deref();
    let store = store.or(mutual.trust_store_arn.as_deref()).unwrap_or_default();
    Branch::new(match mutual.mode.as_str() {
        "verify" => {
            format!("client certificates: needed, and verified with the trust store {store}")
        }
        "passthrough" => "client certificates: asked for, and passed on unverified".to_owned(),
        _ => "client certificates: not asked for".to_owned(),
    })
}

/// A rule of the Ingress that is not there on a listener.
fn left_out(pruned: &Pruned) -> Branch {
    let origin = &pruned.rule.origin;
    let place = format!("path {} of rule {} in Ingress {}", origin.path + 1, origin.rule + 1, origin.ingress);
    let why = match &pruned.why {
        WhyPruned::RedirectsToItself => "it would redirect to itself".to_owned(),
        WhyPruned::Covered { by } => format!("the redirect to {} stands before it", by.backend),
    };
    Branch::new(format!("left out here: {place}, since {why}"))
}

/// A Network Load Balancer that passes everything on to the ALB.
fn frontend(nlb: &FrontendNlb) -> Branch {
    let mut branches = Vec::new();
    if !nlb.eip_allocations.is_empty() {
        let addresses = nlb.eip_allocations.join(", ");
        branches.push(Branch::new(format!("fixed addresses: {addresses}")));
    }
    branches.extend(nlb.listeners.iter().map(|listener| {
        let check = &listener.health_check;
        let port = match check.port {
            HealthPort::Number(port) => port.to_string(),
            _ => listener.alb_port.to_string(),
        };
        Branch::with(
            format!("port {} leads to port {} of the ALB", listener.port, listener.alb_port),
            vec![Branch::new(format!(
                "health check {} {} at port {port} of the ALB, every {} s",
                check.protocol.name(),
                check.path,
                check.interval_seconds
            ))],
        )
    }));
    Branch::with(format!("Network Load Balancer in front, {}", nlb.scheme), branches)
}

fn clients(scheme: &str) -> &'static str {
    if scheme == "internal" { "clients inside the VPC" } else { "clients on the internet" }
}

fn action(action: &Value, leads_to: &Targets<'_>) -> Branch {
    match action["type"].as_str().unwrap_or_default() {
        "forward" => {
            let forward = &action["forwardConfig"];
            let targets: Vec<&Value> = items(&forward["targetGroups"]).collect();
            let several = targets.len() > 1;
            let branches = targets
                .into_iter()
                .map(|target| {
                    let branch = target_branch(target, leads_to);
                    let weight = &target["weight"];
                    let text = match several {
                        true => format!("weight {weight}: {}", branch.text),
                        false => branch.text,
                    };
                    Branch { text, ..branch }
                })
                .collect();
            Branch::with(words::stickiness(forward), branches)
        }
        "redirect" => Branch::new(words::redirect(&action["redirectConfig"])),
        "fixed-response" => Branch::new(words::answer(&action["fixedResponseConfig"])),
        _ => Branch::new(words::guard(action)),
    }
}

fn target_branch(target: &Value, leads_to: &Targets<'_>) -> Branch {
    let id = target["targetGroupARN"].as_str().unwrap_or("that AWS looks up by its name");
    let id = id.strip_prefix("tg:").unwrap_or(id);
    leads_to
        .groups
        .get(id)
        .map_or_else(|| Branch::new(format!("target group {id}")), |group| target_group(group, leads_to.services))
}

fn target_group(group: &Value, services: &Services<'_>) -> Branch {
    let target_type = group["targetType"].as_str().unwrap_or_default();
    let (targets, port) = if target_type == "ip" { ("pods", "port") } else { ("nodes", "node port") };
    let at = |value: &Value| {
        value.as_i64().map_or_else(|| format!("a {port} chosen by Kubernetes"), |number| format!("{port} {number}"))
    };
    let check = &group["healthCheck"];
    let health = format!(
        "health check {} {} at {}, every {} s",
        check["protocol"].as_str().unwrap_or_default(),
        check["path"].as_str().unwrap_or_default(),
        if check["port"] == "traffic-port" { "the same port".to_owned() } else { at(&check["port"]) },
        check["intervalSeconds"]
    );
    let id = group["id"].as_str().unwrap_or_default();
    let mut branches = vec![Branch::new(health)];
    branches.extend(service(id, services));
    let protocol = group["protocol"].as_str().unwrap_or_default();
    let version = group["protocolVersion"].as_str().unwrap_or_default();
    Branch::with(format!("{targets}, {}, {protocol} ({version})", at(&group["port"])), branches)
}

/// The Service behind a target group `namespace/ingress-service:port`.
fn service(id: &str, services: &Services<'_>) -> Option<Branch> {
    let (namespace, rest) = id.split_once('/')?;
    let (names, port) = rest.rsplit_once(':')?;
    let object = services.with_name_at_the_end(namespace, names)?;
    let port = ports(&object.value).iter().find(|candidate| {
        candidate["name"] == port || port.parse() == Ok(candidate["port"].as_i64().unwrap_or_default())
    })?;
    let target = if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] };
    Some(Branch::new(format!(
        "Service {}, port {} ({}), pods at {}",
        object.full_name(),
        plain(&port["port"]),
        plain(&port["name"]),
        plain(target)
    )))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The model as JSON, in the shape that the documentation describes.
#[must_use]
pub fn json(model: &Model) -> String {
    format!("{:#}\n", show_json(model))
}
