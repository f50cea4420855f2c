//! The load balancer as a diagram: the verdict of the controller, then the way of the traffic from the client to the pods.
//!
//! The model alone is asked. One [`Branch`] with its branches is made from it, for a terminal; [`super::picture`] is for people who
//! would rather see it. What the manifests leave open is named as such, never left out and never guessed.

pub(super) mod phrases;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use serde_json::{Value, json};

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::istio::served::{Evidence, Served, Speaks};
use alb_controller::catalogue;
use alb_controller::model::{
    Action, Built, FrontendNlb, Group, HealthPort, InboundRule, Listener, LoadBalancer, Model, MutualAuthentication,
    Pruned, Rule, Subnets, Target, TargetGroup, TargetGroupRef, Verdict, WebAcl, WhyPruned, show_json,
};

pub use tree::tree;

/// A node of the diagram and the nodes after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    /// One line of text.
    pub text: String,
    /// Where the traffic goes from here, or properties of this node.
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

/// What the Service port behind a target group speaks, where that is known.
pub type Serves<'s> = &'s dyn Fn(&TargetGroup) -> Option<Served>;

/// The diagram of a model.
#[must_use]
pub fn diagram(model: &Model, serves: Serves<'_>) -> Branch {
    let mut branches = Vec::new();
    for facts in model.ingresses.iter().filter(|facts| facts.group.is_none()) {
        branches.push(Branch::new(format!("Ingress {}: not picked up, {}", facts.key, facts.why)));
    }
    branches.extend(model.groups.iter().map(|group| group_branch(group, serves)));
    let mut title = verdict(model.verdict, model.message.as_deref());
    let subnets = subnets_by_name(model);
    if model.verdict == Verdict::Built && !subnets.is_empty() {
        let names: Vec<&str> = subnets.into_iter().collect();
        title.push_str(&format!(" if it finds subnets with the Name tags {}", names.join(", ")));
    }
    Branch::with(title, branches)
}

fn given(subnets: &Subnets) -> &[String] {
    match subnets {
        Subnets::Given(given) => given,
        Subnets::Discovered => &[],
    }
}

/// The subnets that are looked up by the value of their tag `Name`. Without one of them nothing is built
/// (LBC v3.5.0 pkg/networking/subnet_resolver.go:257-343).
fn subnets_by_name(model: &Model) -> BTreeSet<&str> {
    let built = model.groups.iter().filter_map(|group| group.built.as_ref());
    let all = built.flat_map(|built| {
        let in_front = built.frontend_nlb.iter().flat_map(|nlb| given(&nlb.subnets));
        given(&built.load_balancer.subnets).iter().chain(in_front)
    });
    all.map(String::as_str).filter(|subnet| !subnet.starts_with("subnet-")).collect()
}

fn verdict(verdict: Verdict, message: Option<&str>) -> String {
    let why = message.unwrap_or_default();
    match verdict {
        Verdict::Built => "the controller builds it".to_owned(),
        Verdict::Refused => format!("the controller refuses it: {why}"),
        Verdict::Ignored => format!("the controller ignores it: {why}"),
        Verdict::Unknown => message.unwrap_or("it depends on what is not in the stream").to_owned(),
    }
}

fn group_branch(group: &Group, serves: Serves<'_>) -> Branch {
    let members: Vec<String> = group.members.iter().map(ToString::to_string).collect();
    let title = match members.as_slice() {
        [only] if *only == group.name => format!("Ingress {only}"),
        _ => format!("IngressGroup {}: {}", group.name, members.join(", ")),
    };
    let Some(built) = &group.built else {
        return Branch::with(title, vec![Branch::new(verdict(group.verdict, group.message.as_deref()))]);
    };
    let lb = &built.load_balancer;
    let alb = alb_branch(built, serves);
    let Some(nlb) = &built.frontend_nlb else {
        return Branch::with(title, vec![Branch::with(clients(lb.scheme), vec![alb])]);
    };
    let by_nlb = Branch::with(clients(nlb.scheme), vec![frontend(nlb)]);
    let from = format!("the Network Load Balancer, and {}", clients(lb.scheme));
    Branch::with(title, vec![by_nlb, Branch::with(from, vec![alb])])
}

fn alb_branch(built: &Built, serves: Serves<'_>) -> Branch {
    let lb = &built.load_balancer;
    let mut branches = vec![access(&built.inbound, lb)];
    branches.push(Branch::new(match &built.wafv2 {
        WebAcl::Untouched => "WAF: none in these manifests (one attached by hand stays)".to_owned(),
        WebAcl::Detached => "WAF: taken off".to_owned(),
        WebAcl::DetachedByRelease => {
            "WAF: taken off, also one that was attached by hand (releases before 2.8.2 do so)".to_owned()
        }
        WebAcl::Arn(arn) => format!("WAF: {arn}"),
        WebAcl::Name(name) => format!("WAF: the web ACL called {name}"),
    }));
    if let Some(shield) = built.shield {
        branches.push(Branch::new(format!("Shield Advanced: {}", if shield { "on" } else { "off" })));
    }
    let groups: TargetGroups<'_> = built
        .target_groups
        .iter()
        .map(|group| (group.id.as_str(), (group, serves(group).map(|served| served.describe()))))
        .collect();
    branches.extend(built.listeners.iter().map(|listener| listener_branch(listener, &groups)));
    let name = lb.name.as_deref().unwrap_or("name made up by the controller");
    Branch::with(format!("Application Load Balancer ({name}), {}, {}", lb.scheme, lb.ip_address_type), branches)
}

/// Who may connect.
fn access(inbound: &[InboundRule], lb: &LoadBalancer) -> Branch {
    if !lb.security_groups.is_empty() {
        return Branch::new("open to: what its security groups let in");
    }
    let ranges: Vec<Branch> = inbound.iter().map(|range| Branch::new(range.to_string())).collect();
    Branch::with(if is_open(inbound) { open_to(lb.scheme) } else { "open to these ranges only" }, ranges)
}

/// Whether a port takes everybody: by one range, or by several that are all addresses together.
pub(super) fn is_open(inbound: &[InboundRule]) -> bool {
    inbound.iter().any(|of_port| {
        let same = inbound.iter().filter(|rule| rule.port == of_port.port);
        let networks: Vec<IpNet> = same.filter_map(|rule| rule.source.as_str().parse().ok()).collect();
        IpNet::aggregate(&networks).iter().any(|network| network.prefix_len() == 0)
    })
}

/// What a load balancer without an allow-list is open to.
pub(super) fn open_to(scheme: &str) -> &'static str {
    if scheme == catalogue::INTERNAL { "open to everybody with a way into the VPC" } else { "open to everybody" }
}

fn listener_branch(listener: &Listener, groups: &TargetGroups<'_>) -> Branch {
    let mut text = format!("listener {} {}", listener.protocol.name(), listener.port);
    if let Some(policy) = &listener.ssl_policy {
        text.push_str(&format!(", {policy}"));
    }
    let mut branches = certificates(listener);
    branches.extend(listener.mutual_authentication.as_ref().map(client_certificates));
    branches.extend(listener.rules.iter().map(|rule| rule_branch(rule, groups)));
    branches.extend(listener.pruned.iter().map(|pruned| left_out(pruned, listener.port)));
    let rest = if listener.rules.is_empty() { "every request" } else { "everything else" };
    let defaults = listener.default_actions.iter().map(|action| action_branch(action, groups)).collect();
    branches.push(Branch::with(rest, defaults));
    Branch::with(text, branches)
}

/// The rewrites of a request stand before the last action, which forwards or answers it.
fn rule_branch(rule: &Rule, groups: &TargetGroups<'_>) -> Branch {
    let mut actions: Vec<Branch> = rule.actions.iter().map(|action| action_branch(action, groups)).collect();
    let last = actions.len().saturating_sub(1);
    actions.splice(last..last, phrases::transforms(&rule.transforms).into_iter().map(Branch::new));
    Branch::with(format!("rule {}: {}", rule.priority, phrases::conditions(&rule.conditions)), actions)
}

/// The certificates of a listener, each once: the default one may be listed again among the others.
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
fn left_out(pruned: &Pruned, port: i32) -> Branch {
    let origin = &pruned.rule.origin;
    let place = format!("path {} of rule {} in Ingress {}", origin.path + 1, origin.rule + 1, origin.ingress);
    let why = match &pruned.why {
        WhyPruned::RedirectsToItself => format!("this redirect would lead back to port {port}"),
        WhyPruned::Covered { by } => {
            format!("the redirect before it (action {}) takes all that it would take", by.backend)
        }
    };
    Branch::new(format!("not on this listener: {place}: {why}"))
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
    branches.insert(
        0,
        Branch::new(match nlb.security_groups.as_slice() {
            [] => "open to the same clients as the ALB, whose security groups it has".to_owned(),
            own => format!("open to: what {} lets in", own.join(", ")),
        }),
    );
    Branch::with(format!("Network Load Balancer in front, {}", nlb.scheme), branches)
}

fn clients(scheme: &str) -> &'static str {
    if scheme == catalogue::INTERNAL { "clients inside the VPC" } else { "clients on the internet" }
}

/// Target groups of a load balancer by their ids, each with what the port behind it speaks.
type TargetGroups<'m> = BTreeMap<&'m str, (&'m TargetGroup, Option<String>)>;

fn action_branch(action: &Action, groups: &TargetGroups<'_>) -> Branch {
    match action {
        Action::Forward { forward_config: forward } => {
            let several = forward.target_groups.len() > 1;
            let branches = forward.target_groups.iter().map(|target| {
                let mut branch = target_branch(target, groups);
                if let Some(weight) = target.weight.filter(|_| several) {
                    branch.text = format!("weight {weight}: {}", branch.text);
                }
                branch
            });
            let stays = phrases::stickiness(forward).map(|stays| format!("; {stays}")).unwrap_or_default();
            Branch::with(format!("forward to{stays}"), branches.collect())
        }
        Action::Redirect { redirect_config } => Branch::new(phrases::redirect(redirect_config)),
        Action::FixedResponse { fixed_response_config } => Branch::new(phrases::fixed_response(fixed_response_config)),
        Action::AuthenticateOidc { config } => Branch::new(phrases::oidc(config)),
        Action::AuthenticateCognito { config } => Branch::new(phrases::cognito(config)),
        Action::JwtValidation { jwt_validation_config } => Branch::new(phrases::jwt(jwt_validation_config)),
    }
}

fn target_branch(target: &Target, groups: &TargetGroups<'_>) -> Branch {
    let id = match &target.group {
        TargetGroupRef::Id(id) => match groups.get(id.as_str()) {
            Some((group, serves)) => return target_group(group, serves.as_deref()),
            None => id,
        },
        TargetGroupRef::Arn(arn) => arn,
        TargetGroupRef::Unknown => "that AWS looks up by its name",
        TargetGroupRef::NoService(name) => {
            return Branch::new(format!(
                "Service {name}, which is not in these manifests: if it is not in the cluster either, the answer is 503"
            ));
        }
    };
    Branch::new(format!("target group {id}"))
}

fn target_group(group: &TargetGroup, serves: Option<&str>) -> Branch {
    let (targets, port) = if group.target_type == catalogue::IP { ("pods", "port") } else { ("nodes", "node port") };
    let at = |number: Option<i32>| match number {
        Some(number) => format!("{port} {number}"),
        None => format!("a {port} chosen by Kubernetes"),
    };
    let check = &group.health_check;
    let health = format!(
        "health check {} {} at {}, every {} s",
        check.protocol.name(),
        check.path,
        match check.port {
            HealthPort::Traffic => "the same port".to_owned(),
            HealthPort::Number(number) => at(Some(number)),
            HealthPort::Unknown => at(None),
        },
        check.interval_seconds
    );
    let text = format!("{targets}, {}, {} ({})", at(group.port), group.protocol.name(), group.protocol_version);
    Branch::with(text, vec![Branch::new(health), service(group, serves)])
}

/// The Service behind a target group.
fn service(group: &TargetGroup, serves: Option<&str>) -> Branch {
    let port = &group.backend_port;
    let name = port.name.as_deref().unwrap_or("null");
    let pods = match &port.target_port {
        Some(IntOrString::Int(number)) => number.to_string(),
        Some(IntOrString::String(name)) => name.clone(),
        None => port.port.to_string(),
    };
    let serves = serves.map(Branch::new).into_iter().collect();
    Branch::with(format!("Service {}, port {} ({name}), pods at {pods}", group.service, port.port), serves)
}

/// The model as JSON, and below `serves` of each target group what the port behind it speaks: `null` where it is not a gateway's.
#[must_use]
pub fn json(model: &Model, serves: Serves<'_>) -> Value {
    let mut shown = show_json(model);
    for (at, group) in model.groups.iter().enumerate() {
        let target_groups = group.built.iter().flat_map(|built| &built.target_groups);
        for target_group in target_groups {
            let printed = shown["groups"][at]["targetGroups"].as_array_mut();
            let mut printed = printed.into_iter().flatten();
            if let Some(printed) = printed.find(|printed| printed["id"] == *target_group.id) {
                let port = target_group.backend_port.port;
                printed["serves"] = serves(target_group).map_or(Value::Null, |served| served_json(port, &served));
            }
        }
    }
    shown
}

fn served_json(port: i32, served: &Served) -> Value {
    let speaks = match served.speaks {
        Speaks::Tls => "tls",
        Speaks::ClearText => "clear-text",
        Speaks::Status => "status",
        Speaks::Nothing => "nothing",
        Speaks::Unknown => "unknown",
    };
    let from = match served.evidence {
        Evidence::Gateway(_) => "gateway",
        Evidence::OldLoadBalancer(_) => "old-load-balancer",
        Evidence::EarlierRun => "earlier-run",
        Evidence::Name(_) => "name",
        Evidence::Number | Evidence::PassedOn(_) => "number",
    };
    json!({ "servicePort": port, "speaks": speaks, "from": from, "why": served.describe() })
}
