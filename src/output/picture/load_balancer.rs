//! The part that AWS runs: who connects, the load balancer, its listeners and their rules.

use alb_controller::catalogue;
use alb_controller::model::{
    Action, Built, Condition, Forward, FrontendNlb, HealthPort, InboundRule, Listener, LoadBalancer,
    MutualAuthentication, Protocol, Pruned, Subnets, WebAcl, WhyPruned,
};

use super::graph::{Kind, Scene, Text, Way, who};
use super::kubernetes::Targets;
use super::{Facts, old};
use crate::finding::Severity;
use crate::lint::{Shadowing, default_is_reachable};
use crate::output::diagram::phrases;

/// So many ranges are listed in the picture.
const MOST: usize = 8;

/// Draws a load balancer, from its clients to the pods.
pub(super) fn draw(scene: &mut Scene, built: &Built, facts: &Facts<'_>) {
    let lb = &built.load_balancer;
    let clients = match &built.frontend_nlb {
        None => vec![clients(scene, lb.scheme, built)],
        Some(nlb) => {
            let first = clients(scene, nlb.scheme, built);
            let nlb = frontend(scene, nlb);
            scene.connect(first, nlb, "TCP", Way::PassedOn);
            let beside = scene.add(
                Kind::ClientsBeside,
                None,
                who(lb.scheme),
                vec![Text::new("may also connect to the ALB itself")],
            );
            vec![nlb, beside]
        }
    };
    let alb = alb(scene, built);
    let mut targets = Targets::new(built, facts);
    for listener in &built.listeners {
        let node = draw_listener(scene, alb, listener, &mut targets);
        let way = Way::of(listener.protocol);
        for from in &clients {
            let behind = scene.nodes[*from].kind == Kind::FrontendNlb;
            let leads_here = |nlb: &FrontendNlb| nlb.listeners.iter().any(|front| front.alb_port == listener.port);
            if !behind || built.frontend_nlb.as_ref().is_some_and(leads_here) {
                scene.connect(*from, node, format!("{} {}", listener.protocol.name(), listener.port), way);
            }
        }
    }
    old::draw(scene, built, facts, &targets);
}

/// Those who may connect.
fn clients(scene: &mut Scene, scheme: &str, built: &Built) -> usize {
    let groups = &built.load_balancer.security_groups;
    if !groups.is_empty() {
        let lines = groups.iter().map(|group| Text::new(format!("what {group} lets in"))).collect();
        return scene.add(Kind::Clients, None, who(scheme), lines);
    }
    let node = scene.add(Kind::Clients, None, who(scheme), access(&built.inbound));
    if let Some(door) = open_door(&built.inbound) {
        scene.mark(node, Severity::Warning, format!("open door: {door}"));
    } else if scheme != catalogue::INTERNAL && built.inbound.iter().any(|rule| rule.source.is_everybody()) {
        scene.mark(node, Severity::Info, "open to everybody");
    }
    node
}

/// That a port takes everybody beside an allow-list.
fn open_door(inbound: &[InboundRule]) -> Option<String> {
    let open = |port: i32| inbound.iter().any(|rule| rule.port == port && rule.source.is_everybody());
    let listed = inbound.iter().filter(|rule| !rule.source.is_everybody());
    let (mut beside, mut alone) = listed.partition::<Vec<_>, _>(|rule| open(rule.port));
    if let Some(rule) = beside.pop() {
        return Some(format!("port {} takes everybody, whatever other ranges are listed", rule.port));
    }
    let other = inbound.iter().find(|rule| rule.source.is_everybody())?;
    Some(format!("port {} takes everybody, and port {} has an allow-list", other.port, alone.pop()?.port))
}

/// The ranges of an allow-list, each with the ports that are open to it.
fn access(inbound: &[InboundRule]) -> Vec<Text> {
    let mut sources: Vec<(&str, Vec<String>)> = Vec::new();
    for rule in inbound {
        let port = rule.port.to_string();
        match sources.iter_mut().find(|(source, _)| *source == rule.source.as_str()) {
            Some((_, ports)) => ports.push(port),
            None => sources.push((rule.source.as_str(), vec![port])),
        }
    }
    if sources.is_empty() {
        return vec![Text::new("nobody may connect")];
    }
    let in_words = |(source, ports): &(&str, Vec<String>)| {
        let mut ports: Vec<i64> = ports.iter().filter_map(|port| port.parse().ok()).collect();
        ports.sort_unstable();
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        let noun = if ports.len() == 1 { "port" } else { "ports" };
        format!("{source} to {noun} {}", ports.join(", "))
    };
    let mut lines = vec![Text::new("may connect from:")];
    lines.extend(sources.iter().take(MOST).map(|source| Text::new(in_words(source))));
    if let Some(more) = sources.len().checked_sub(MOST).filter(|more| *more > 0) {
        let rest: Vec<String> = sources.iter().skip(MOST).map(in_words).collect();
        lines.push(Text { shown: format!("and {more} more"), full: Some(rest.join("; ")) });
    }
    lines
}

fn alb(scene: &mut Scene, built: &Built) -> usize {
    let LoadBalancer { name, scheme, ip_address_type, attributes, subnets, .. } = &built.load_balancer;
    let name = name.as_deref().unwrap_or("name made up by the controller");
    let mut lines = vec![Text::new(format!("{scheme}, {ip_address_type}, {name}"))];
    lines.push(match &built.wafv2 {
        WebAcl::Untouched => Text::new("AWS WAF: none asked for (one that is attached stays)"),
        WebAcl::Detached => Text::new("AWS WAF: taken off"),
        WebAcl::DetachedByRelease => Text::new("AWS WAF: taken off, also one that was attached by hand"),
        WebAcl::Arn(arn) => Text::resource("AWS WAF: ", arn),
        WebAcl::Name(name) => Text::new(format!("AWS WAF: the web ACL called {name}")),
    });
    lines.extend(built.waf_classic.iter().map(|id| Text::new(format!("AWS WAF Classic: {id}"))));
    if let Some(shield) = built.shield {
        lines.push(Text::new(format!("AWS Shield Advanced: {}", if shield { "on" } else { "off" })));
    }
    if let Subnets::Given(subnets) = subnets {
        lines.push(Text::new(format!("subnets: {}", subnets.join(", "))));
    }
    lines.extend(attributes.iter().map(|(key, value)| Text::new(format!("{key} = {value}"))));
    scene.add(Kind::Alb, None, "Application Load Balancer", lines)
}

/// A Network Load Balancer that passes everything on to the ALB.
fn frontend(scene: &mut Scene, nlb: &FrontendNlb) -> usize {
    let mut lines = vec![Text::new(format!("{}, passes connections on to the ALB", nlb.scheme))];
    if !nlb.eip_allocations.is_empty() {
        lines.push(Text::new(format!("fixed addresses: {}", nlb.eip_allocations.join(", "))));
    }
    for listener in &nlb.listeners {
        let check = &listener.health_check;
        let port = match check.port {
            HealthPort::Number(port) => port,
            _ => listener.alb_port,
        };
        let (front, behind) = (listener.port, listener.alb_port);
        lines.push(Text::new(format!("port {front} leads to port {behind} of the ALB")));
        let how = format!("{} {} at port {port}", check.protocol.name(), check.path);
        lines.push(Text::new(format!(
            "asks the ALB whether it is well: {how}, every {}\u{a0}s",
            check.interval_seconds
        )));
    }
    scene.add(Kind::FrontendNlb, None, "Network Load Balancer in front", lines)
}

fn draw_listener(scene: &mut Scene, alb: usize, listener: &Listener, targets: &mut Targets<'_>) -> usize {
    let title = format!("Listener {} {}", listener.protocol.name(), listener.port);
    let node = scene.add(Kind::Listener, Some(alb), title, listener_lines(listener));
    let shadowing = Shadowing::of(&listener.rules);
    for rule in &listener.rules {
        let title = format!("Rule {}: {}", rule.priority, conditions(&rule.conditions));
        let mut lines: Vec<Text> = phrases::transforms(&rule.transforms).into_iter().map(Text::new).collect();
        lines.splice(0..0, rule.actions.iter().filter_map(before_the_answer).map(Text::new));
        let rule_node = scene.add(Kind::Rule, Some(node), title, lines);
        answer(scene, rule_node, &rule.actions, targets);
        if let Some(by) = shadowing.shadowed_by(rule).and_then(|at| listener.rules.get(at)) {
            let text = format!("never reached: rule {} takes every request before it", by.priority);
            scene.mark(rule_node, Severity::Warning, text);
        }
    }
    for pruned in &listener.pruned {
        let (title, why) = left_out(pruned);
        scene.add(Kind::LeftOut, Some(node), title, vec![Text::new(why)]);
    }
    if default_is_reachable(listener) {
        let title = if listener.rules.is_empty() { "Every request" } else { "Everything else" };
        let lines = listener.default_actions.iter().filter_map(before_the_answer).map(Text::new).collect();
        let rest = scene.add(Kind::Rule, Some(node), title, lines);
        answer(scene, rest, &listener.default_actions, targets);
    }
    let actions = listener.rules.iter().flat_map(|rule| &rule.actions).chain(&listener.default_actions);
    let forwards = actions.clone().any(|action| matches!(action, Action::Forward { .. }));
    if forwards && listener.protocol == Protocol::Http {
        scene.mark(node, Severity::Warning, "open door: what comes here is forwarded and is not encrypted");
    }
    node
}

/// Which requests a rule takes; `/*` alone is every path.
fn conditions(conditions: &[Condition]) -> String {
    let words = phrases::conditions(conditions);
    match words.strip_suffix("path /*") {
        Some(before) if before.is_empty() || before.ends_with(", ") => format!("{before}every path (/*)"),
        _ => words,
    }
}

fn listener_lines(listener: &Listener) -> Vec<Text> {
    if listener.protocol == Protocol::Http {
        return vec![Text::new("clear text: no TLS on this port")];
    }
    let mut lines = vec![Text::new("TLS of the client ends here")];
    for arn in &listener.certificates {
        let text = match arn {
            Some(arn) => Text::resource("", arn),
            None => Text::new("certificate: found in ACM by its host name"),
        };
        // The default certificate may be listed again among the others.
        if !lines.contains(&text) {
            lines.push(text);
        }
    }
    lines.extend(listener.ssl_policy.iter().map(|policy| Text::new(format!("TLS policy {policy}"))));
    lines.extend(listener.mutual_authentication.as_ref().map(client_certificates));
    lines
}

fn client_certificates(mutual: &MutualAuthentication) -> Text {
    let store = mutual.trust_store_name.as_deref().or(mutual.trust_store_arn.as_deref()).unwrap_or_default();
    match mutual.mode.as_str() {
        "verify" => Text::resource("mutual TLS: a client certificate is needed, verified with ", store),
        "passthrough" => Text::new("mutual TLS: client certificates are passed on unverified"),
        _ => Text::new("mutual TLS: off"),
    }
}

/// A rule of the Ingress that is not there on a listener.
fn left_out(pruned: &Pruned) -> (String, String) {
    let origin = &pruned.rule.origin;
    let title = format!("Left out here: {}", conditions(&pruned.rule.conditions));
    let place = format!("path {} of rule {} in {}", origin.path + 1, origin.rule + 1, origin.ingress);
    let why = match &pruned.why {
        WhyPruned::RedirectsToItself => "it would redirect to itself".to_owned(),
        WhyPruned::Covered { by } => format!("the redirect to {} stands before it", by.backend),
    };
    (title, format!("{place}: {why}"))
}

/// What happens before a request is answered or forwarded.
fn before_the_answer(action: &Action) -> Option<String> {
    match action {
        Action::AuthenticateOidc { config } => Some(phrases::oidc(config)),
        Action::AuthenticateCognito { config } => Some(phrases::cognito(config)),
        Action::JwtValidation { jwt_validation_config } => Some(phrases::jwt(jwt_validation_config)),
        Action::Forward { .. } | Action::Redirect { .. } | Action::FixedResponse { .. } => None,
    }
}

/// What becomes of a request in the end.
fn answer(scene: &mut Scene, rule: usize, actions: &[Action], targets: &mut Targets<'_>) {
    for action in actions {
        let text = match action {
            Action::Forward { forward_config } => {
                forward(scene, rule, forward_config, targets);
                phrases::stickiness(forward_config).replacen("forward to", "forward", 1)
            }
            Action::Redirect { redirect_config } => phrases::redirect(redirect_config),
            Action::FixedResponse { fixed_response_config } => phrases::fixed_response(fixed_response_config),
            _ => continue,
        };
        if let Some(node) = scene.nodes.get_mut(rule) {
            node.lines.push(Text::new(format!("→ {text}")));
        }
    }
}

fn forward(scene: &mut Scene, rule: usize, forward: &Forward, targets: &mut Targets<'_>) {
    let several = forward.target_groups.len() > 1;
    for target in &forward.target_groups {
        let (node, way) = targets.draw(scene, target);
        let label = match target.weight.filter(|_| several) {
            Some(weight) => format!("weight {weight}"),
            None => String::new(),
        };
        scene.connect(rule, node, label, way);
    }
}
