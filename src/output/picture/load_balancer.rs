//! The part that AWS runs: who connects, the load balancer, its listeners and their rules.

use alb_controller::catalogue::PREFIX;
use alb_controller::model::{
    Action, Built, Condition, Forward, FrontendNlb, HealthPort, InboundRule, Listener, LoadBalancer,
    MutualAuthentication, Origin, Protocol, Pruned, Rule, Subnets, WebAcl, WhyPruned,
};
use kubernetes_objects::{ObjectRef, annotation_pointer};

use super::graph::{FORWARD, Kind, RANGES, Scene, State, Text, Way, named_ports, who};
use super::kubernetes::Targets;
use super::{Facts, old};
use crate::finding::Severity;
use crate::lint::{Shadowing, default_is_reachable, path_pointer};
use crate::output::diagram::{is_open, open_to, phrases};

/// So many certificates.
const MOST_CERTIFICATES: usize = 6;
/// So many rules that differ in their hosts alone are drawn as one.
const FOLDED: usize = 5;

/// Draws a load balancer, from its clients to the pods. `is_group`: whether its rules may come from several Ingresses.
pub(super) fn draw(scene: &mut Scene, built: &Built, facts: &Facts<'_>, is_group: bool) {
    let lb = &built.load_balancer;
    let clients = match &built.frontend_nlb {
        None => vec![clients(scene, Kind::Clients, lb.scheme, Vec::new(), built, &lb.security_groups)],
        Some(nlb) => {
            // Without security groups of its own it has those of the ALB.
            let own = if nlb.security_groups.is_empty() { &lb.security_groups } else { &nlb.security_groups };
            let first = clients(scene, Kind::Clients, nlb.scheme, Vec::new(), built, own);
            let nlb = frontend(scene, nlb);
            scene.connect(first, nlb, "TCP", Way::PassedOn);
            let beside = vec![Text::new("may also connect to the ALB itself")];
            let beside = clients(scene, Kind::ClientsBeside, lb.scheme, beside, built, &lb.security_groups);
            vec![nlb, beside]
        }
    };
    let alb = alb(scene, built);
    let mut targets = Targets::new(built, facts);
    for listener in &built.listeners {
        let node = draw_listener(scene, alb, listener, &mut targets, is_group);
        let way = Way::of(listener.protocol);
        for from in &clients {
            let behind = scene.nodes[*from].kind == Kind::FrontendNlb;
            let leads_here = |nlb: &FrontendNlb| nlb.listeners.iter().any(|front| front.alb_port == listener.port);
            if !behind || built.frontend_nlb.as_ref().is_some_and(leads_here) {
                scene.connect(*from, node, format!("{} {}", listener.protocol.name(), listener.port), way);
            }
        }
    }
    name_targets(scene);
    old::draw(scene, built, facts, &targets);
}

/// Gives each of several target groups a letter, and says in each rule to which it leads.
fn name_targets(scene: &mut Scene) {
    let groups: Vec<usize> = scene.of_kind(Kind::TargetGroup).collect();
    if groups.len() > 1 {
        for (at, node) in groups.iter().enumerate() {
            let letter = u8::try_from(at).ok().filter(|at| *at < 26).map(|at| char::from(b'A' + at));
            let name = letter.map_or_else(|| (at + 1).to_string(), String::from);
            let title = &mut scene.nodes[*node].title;
            *title = Text::new(title.shown.replacen("Target group", &format!("Target group {name}"), 1));
        }
    }
    if groups.len() + scene.of_kind(Kind::Missing).count() < 2 {
        return;
    }
    let rules: Vec<usize> = scene.of_kind(Kind::Rule).collect();
    for rule in rules {
        let to = scene.edges.iter().filter(|edge| edge.from == rule).map(|edge| {
            let name = scene.nodes[edge.to].title.shown.split(':').next().unwrap_or_default();
            let name = name.replacen("Target group", "target group", 1).replacen("A target", "a target", 1);
            if edge.label.is_empty() { format!("to {name}") } else { format!("to {name} ({})", edge.label) }
        });
        let text = format!("{FORWARD} {}", to.collect::<Vec<_>>().join(" and "));
        if let Some(line) = scene.nodes[rule].lines.iter_mut().find(|line| line.shown == FORWARD) {
            *line = Text::new(text);
        }
    }
}

/// Those who may connect: whom the security groups let in, which are given or managed by the controller.
fn clients(
    scene: &mut Scene,
    kind: Kind,
    scheme: &str,
    mut lines: Vec<Text>,
    built: &Built,
    groups: &[String],
) -> usize {
    if !groups.is_empty() {
        lines.extend(groups.iter().map(|group| Text::new(format!("what security group {group} lets in"))));
        return scene.add(kind, None, who(scheme), lines);
    }
    lines.extend(access(&built.inbound));
    let node = scene.add(kind, None, who(scheme), lines);
    if let Some(door) = open_door(&built.inbound) {
        scene.mark(node, Severity::Warning, format!("open door: {door}"));
    } else if is_open(&built.inbound) {
        scene.mark(node, Severity::Info, open_to(scheme));
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

/// The ranges of an allow-list, those together that may connect to the same ports.
fn access(inbound: &[InboundRule]) -> Vec<Text> {
    let mut sources: Vec<(&str, Vec<i32>)> = Vec::new();
    for rule in inbound {
        match sources.iter_mut().find(|(source, _)| *source == rule.source.as_str()) {
            Some((_, ports)) => ports.push(rule.port),
            None => sources.push((rule.source.as_str(), vec![rule.port])),
        }
    }
    let mut by_ports: Vec<(Vec<i32>, Vec<&str>)> = Vec::new();
    for (source, mut ports) in sources {
        ports.sort_unstable();
        match by_ports.iter_mut().find(|(known, _)| *known == ports) {
            Some((_, sources)) => sources.push(source),
            None => by_ports.push((ports, vec![source])),
        }
    }
    if by_ports.is_empty() {
        return vec![Text::new("nobody may connect")];
    }
    by_ports
        .into_iter()
        .flat_map(|(ports, sources)| {
            [Text::new(format!("may connect to {} from:", named_ports(&ports))), Text::listed(&sources, RANGES)]
        })
        .collect()
}

fn alb(scene: &mut Scene, built: &Built) -> usize {
    let LoadBalancer { name, scheme, ip_address_type, attributes, subnets, .. } = &built.load_balancer;
    let name = name.as_deref().unwrap_or("name made up by the controller");
    let mut lines = vec![Text::new(format!("{scheme}, {ip_address_type}, {name}"))];
    lines.push(match &built.wafv2 {
        WebAcl::Untouched => Text::new("AWS WAF: none in these manifests (one attached by hand stays)"),
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
    let mut lines = vec![Text::new(format!("{}, passes TCP connections on to the ALB", nlb.scheme))];
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
        lines.push(Text::new(format!("health check of the ALB: {how}, every {}\u{a0}s", check.interval_seconds)));
    }
    scene.add(Kind::FrontendNlb, None, "Network Load Balancer in front", lines)
}

fn draw_listener(
    scene: &mut Scene,
    alb: usize,
    listener: &Listener,
    targets: &mut Targets<'_>,
    is_group: bool,
) -> usize {
    let title = format!("Listener {} {}", listener.protocol.name(), listener.port);
    let node = scene.add(Kind::Listener, Some(alb), title, listener_lines(listener));
    let shadowing = Shadowing::of(&listener.rules);
    let mut rules = listener.rules.as_slice();
    while let Some(rule) = rules.first() {
        let shadowed_by = |rule: &Rule| shadowing.shadowed_by(rule).and_then(|at| listener.rules.get(at));
        let alike = rules.iter().take_while(|other| differ_in_hosts(rule, other) && shadowed_by(other).is_none());
        let count = Some(alike.count()).filter(|count| *count >= FOLDED).unwrap_or(1);
        let (drawn, rest) = rules.split_at(count);
        rules = rest;
        let mut lines = Vec::new();
        let title = if count > 1 {
            let hosts: Vec<&str> = drawn.iter().flat_map(hosts).collect();
            lines.push(Text::listed(&hosts, 3));
            let last = rule.priority + count - 1;
            let others = conditions(&others(rule));
            format!("Rules {}–{last}: {} hosts, {others}, each", rule.priority, hosts.len())
        } else {
            format!("Rule {}: {}", rule.priority, conditions(&rule.conditions))
        };
        if is_group {
            let ingress = &rule.origin.ingress;
            let all = drawn.iter().all(|rule| rule.origin.ingress == *ingress);
            lines.extend(all.then(|| Text::new(format!("from Ingress {ingress}"))));
        }
        lines.extend(rule.actions.iter().filter_map(before_the_answer));
        lines.extend(phrases::transforms(&rule.transforms).into_iter().map(Text::new));
        let rule_node = scene.add(Kind::Rule, Some(node), title, lines);
        drawn.iter().for_each(|rule| comes_from(scene, rule_node, &rule.origin));
        answer(scene, rule_node, &rule.actions, targets);
        if let Some(by) = shadowed_by(rule) {
            let text = format!("never reached: rule {} takes every request before it", by.priority);
            scene.mark(rule_node, Severity::Warning, text);
            scene.close(rule_node, State::Unused);
        }
    }
    for pruned in &listener.pruned {
        let (title, why) = left_out(pruned, listener.port);
        let left_out = scene.add(Kind::LeftOut, Some(node), title, vec![Text::new(why)]);
        comes_from(scene, left_out, &pruned.rule.origin);
    }
    if default_is_reachable(listener) {
        let title = if listener.rules.is_empty() { "Every request" } else { "Everything else" };
        let lines = listener.default_actions.iter().filter_map(before_the_answer).collect();
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

/// Says from which path of which Ingress a rule comes, and which annotations are about it.
fn comes_from(scene: &mut Scene, node: usize, origin: &Origin) {
    let Some(node) = scene.nodes.get_mut(node) else { return };
    node.object = Some(ObjectRef::new("Ingress", &origin.ingress.namespace, &origin.ingress.name));
    node.fields.push(path_pointer(origin.rule, origin.path));
    let about = ["actions", "conditions", "transforms"].map(|what| format!("{PREFIX}{what}.{}", origin.backend));
    node.fields.extend(about.iter().map(|annotation| annotation_pointer(annotation)));
}

fn hosts(rule: &Rule) -> impl Iterator<Item = &str> {
    let patterns = rule.conditions.iter().filter_map(|condition| match condition {
        Condition::HostHeader { host_header_config } => Some(host_header_config),
        _ => None,
    });
    patterns.flat_map(|patterns| patterns.values.iter().chain(&patterns.regex_values)).map(String::as_str)
}

/// The conditions beside those for the host.
fn others(rule: &Rule) -> Vec<Condition> {
    let is_other = |condition: &&Condition| !matches!(condition, Condition::HostHeader { .. });
    rule.conditions.iter().filter(is_other).cloned().collect()
}

/// Whether two rules are the same but for their hosts.
fn differ_in_hosts(one: &Rule, other: &Rule) -> bool {
    one.actions == other.actions
        && one.transforms == other.transforms
        && hosts(one).count() > 0
        && hosts(other).count() > 0
        && others(one) == others(other)
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
    // The default certificate may be listed again among the others.
    let mut certificates: Vec<&Option<String>> = Vec::new();
    for arn in &listener.certificates {
        if !certificates.contains(&arn) {
            certificates.push(arn);
        }
    }
    for (at, arn) in certificates.iter().take(MOST_CERTIFICATES).enumerate() {
        let default = if at == 0 && certificates.len() > 1 { "default: " } else { "" };
        lines.push(match arn {
            Some(arn) => Text::resource(default, arn),
            None => Text::new(format!("{default}certificate: found in ACM by its host name")),
        });
    }
    if let Some(more) = certificates.len().checked_sub(MOST_CERTIFICATES).filter(|more| *more > 0) {
        let rest = certificates.iter().skip(MOST_CERTIFICATES).filter_map(|arn| arn.as_deref());
        let rest = rest.collect::<Vec<_>>().join(", ");
        lines.push(Text {
            shown: format!("and {more} more certificates"),
            full: Some(rest).filter(|rest| !rest.is_empty()),
        });
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
fn left_out(pruned: &Pruned, port: i32) -> (String, String) {
    let origin = &pruned.rule.origin;
    let title = format!("Not on this listener: {}", conditions(&pruned.rule.conditions));
    let place = format!("path {} of rule {} in {}", origin.path + 1, origin.rule + 1, origin.ingress);
    let why = match &pruned.why {
        WhyPruned::RedirectsToItself => format!("this redirect would lead back to port {port}"),
        WhyPruned::Covered { by } => {
            format!("the redirect before it (action {}) takes all that it would take", by.backend)
        }
    };
    (title, format!("{place}: {why}"))
}

/// What happens before a request is answered or forwarded.
fn before_the_answer(action: &Action) -> Option<Text> {
    match action {
        Action::AuthenticateOidc { config } => Some(Text::new(phrases::oidc(config))),
        Action::AuthenticateCognito { config } => {
            let full = phrases::cognito(config);
            let arn = &config.user_pool_arn;
            Some(Text { shown: full.replacen(arn.as_str(), phrases::resource(arn), 1), full: Some(full) })
        }
        Action::JwtValidation { jwt_validation_config } => Some(Text::new(phrases::jwt(jwt_validation_config))),
        Action::Forward { .. } | Action::Redirect { .. } | Action::FixedResponse { .. } => None,
    }
}

/// What becomes of a request in the end.
fn answer(scene: &mut Scene, rule: usize, actions: &[Action], targets: &mut Targets<'_>) {
    for action in actions {
        let mut lines = Vec::new();
        match action {
            Action::Forward { forward_config } => {
                forward(scene, rule, forward_config, targets);
                lines.extend(phrases::stickiness(forward_config));
                lines.push(FORWARD.to_owned());
            }
            Action::Redirect { redirect_config } => lines.push(format!("→ {}", phrases::redirect(redirect_config))),
            Action::FixedResponse { fixed_response_config } => {
                lines.push(format!("→ {}", phrases::fixed_response(fixed_response_config)));
            }
            _ => {}
        }
        if let Some(node) = scene.nodes.get_mut(rule) {
            node.lines.extend(lines.into_iter().map(Text::new));
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
