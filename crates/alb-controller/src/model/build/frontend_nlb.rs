//! The Network Load Balancer that may stand in front of the ALB.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_frontend_nlb.go.

use crate::catalogue::{DEFAULT_HEALTH_CHECK_INTERVAL, DEFAULT_HEALTH_CHECK_TIMEOUT, SCHEMES, known};
use crate::go::strconv::{parse_int32, show_list};
use crate::model::build::health_check::check_protocol;
use crate::model::build::listen_port::ListenPortsByMember;
use crate::model::build::subnets::Wanted;
use crate::model::build::{Builder, show_map, show_set};
use crate::model::output::{FrontendListener, FrontendNlb, HealthCheck, HealthPort, Matcher, Protocol, Subnets};
use crate::model::reference::{Reason, ReasonCode};
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use kubernetes_objects::PortRef;
use std::collections::BTreeMap;

const ROUTING: &str = "dns_record.client_routing_policy";
const ROUTING_POLICIES: [&str; 3] =
    ["any_availability_zone", "partial_availability_zone_affinity", "availability_zone_affinity"];

/// A listener as one member wants it.
#[derive(Default)]
struct MemberListener {
    alb_port: i32,
    check: Check,
}

impl<'a> Builder<'a> {
    /// model_build_frontend_nlb.go:40-107
    pub fn frontend_nlb(
        &mut self,
        by_member: &ListenPortsByMember,
        of_alb: &Subnets,
    ) -> Result<Option<FrontendNlb>, Reason> {
        let asked = self.agree_on("enable-frontend-nlb", "conflicting enable frontend NLB values")?;
        if asked != Some(true) {
            return Ok(None);
        }
        let scheme = self.frontend_scheme()?;
        let mut security_groups = self.given_security_groups("frontend-nlb-security-groups")?;
        self.resolve_security_groups("frontend-nlb-security-groups", &security_groups)?;
        if !self.has(Behaviour::FrontendNlbSecurityGroups) {
            security_groups.truncate(1);
        }
        let wanted = Wanted { suffix: "frontend-nlb-subnets", minimum: 1 };
        let lists = self.listed(&wanted, |_| true);
        let subnets = match lists.is_empty() {
            true => None,
            false => self.given(&wanted, lists, self.ip_address_type)?,
        };
        let eip_allocations = self.eip_allocations(scheme, subnets.as_deref())?;
        let tags = self.frontend_tags()?;
        let attributes = self.frontend_attributes()?;
        let listeners = self.frontend_listeners(by_member)?;
        let otherwise = match self.has(Behaviour::FrontendNlbSubnets) {
            true => Subnets::Discovered,
            false => of_alb.clone(),
        };
        let subnets = subnets.map_or(otherwise, Subnets::Given);
        Ok(Some(FrontendNlb { scheme, subnets, eip_allocations, security_groups, attributes, tags, listeners }))
    }

    /// model_build_frontend_nlb.go:97-107, 842-866
    fn frontend_scheme(&self) -> Result<&'static str, Reason> {
        let suffix = "frontend-nlb-scheme";
        let value = |member: &Member<'a>| member.annotations.text(suffix).map(str::to_owned);
        let conflict = |values: &[String]| format!("conflicting scheme: {}", show_set(values));
        let Some(scheme) = self.agree(suffix, value, conflict)? else {
            return Ok("internal");
        };
        let unknown = || self.blame(suffix, format!("unknown scheme: {scheme}"));
        known(SCHEMES, &scheme).ok_or_else(unknown)
    }

    /// One for each subnet, and internet-facing only (model_build_frontend_nlb.go:142-192).
    fn eip_allocations(&mut self, scheme: &str, subnets: Option<&[String]>) -> Result<Vec<String>, Reason> {
        let suffix = "frontend-nlb-eip-allocations";
        let mut lists = self.members.iter().filter_map(|member| member.annotations.list(suffix));
        let Some(chosen) = lists.next() else {
            return Ok(Vec::new());
        };
        if scheme != "internet-facing" {
            let message = "EIP allocations can only be set for internet facing load balancers";
            return Err(self.blame(suffix, message));
        }
        if let Some(other) = lists.find(|other| sorted(other) != sorted(&chosen)) {
            let (one, other) = (show_list(&chosen), show_list(&other));
            let message = format!("all EIP allocations for the ingress group must be the same: {one} | {other}");
            return Err(self.conflict(suffix, message));
        }
        match subnets {
            _ if chosen.is_empty() => {}
            Some(subnets) if subnets.len() != chosen.len() => {
                let counts = format!("count of EIP allocations ({}) and subnets ({})", chosen.len(), subnets.len());
                return Err(self.blame(suffix, format!("{counts} must match")));
            }
            Some(_) => {}
            None => {
                let message =
                    format!("it depends on AWS: {} subnets must be discovered, one for each address", chosen.len());
                self.unknown(self.blame(suffix, message));
            }
        }
        Ok(chosen)
    }

    /// Those of the ALB where no member gives any. Members that give some must give the same
    /// (model_build_frontend_nlb.go:887-928).
    fn frontend_tags(&self) -> Result<BTreeMap<String, String>, Reason> {
        let suffix = "frontend-nlb-tags";
        let mut chosen = None;
        for member in self.members.iter().filter(|member| member.annotations.find(suffix).is_some()) {
            let tags = member.annotations.map(suffix).map_err(|reason| reason.of(&member.key))?;
            match &chosen {
                None => chosen = Some(tags),
                Some(before) if *before != tags => {
                    let message = format!("conflicting frontend NLB tags: {} | {}", show_map(before), show_map(&tags));
                    return Err(conflict_of(member, suffix, message));
                }
                Some(_) => {}
            }
        }
        chosen.map_or_else(|| self.group_tags(self.members), Ok)
    }

    /// A member without attributes conflicts with an earlier one that has some, even none
    /// (model_build_frontend_nlb.go:232-262).
    fn frontend_attributes(&self) -> Result<BTreeMap<String, String>, Reason> {
        let suffix = "frontend-nlb-attributes";
        let mut chosen: Option<BTreeMap<String, String>> = None;
        for member in self.members {
            let found = member.annotations.find(suffix).is_some();
            let attributes = member.annotations.map(suffix).map_err(|reason| reason.of(&member.key))?;
            match &chosen {
                Some(before) if !found || *before != attributes => {
                    let (one, other) = (show_map(before), show_map(&attributes));
                    let message = format!("conflicting frontend NLB attributes: {one} | {other}");
                    return Err(match found {
                        true => conflict_of(member, suffix, message),
                        false => self.conflict(suffix, message),
                    });
                }
                Some(_) => {}
                None => chosen = found.then_some(attributes),
            }
        }
        let attributes = chosen.unwrap_or_default();
        if let Some(policy) = attributes.get(ROUTING).filter(|policy| !ROUTING_POLICIES.contains(&policy.as_str())) {
            // The controller names the annotation of Services here.
            let set = format!("invalid {ROUTING} set in annotation aws-load-balancer-attributes");
            let message = format!("{set}: got '{policy}' expected one of ['{}']", ROUTING_POLICIES.join("', '"));
            return Err(self.blame(suffix, message));
        }
        Ok(attributes)
    }

    /// model_build_frontend_nlb.go:375-501
    fn frontend_listeners(&self, by_member: &ListenPortsByMember) -> Result<Vec<FrontendListener>, Reason> {
        let mut by_port: BTreeMap<i32, Vec<MemberListener>> = BTreeMap::new();
        for member in self.members {
            let key = &member.key;
            let asked = asked(member, by_member).map_err(|reason| {
                let message = format!("failed to compute listenPort config for ingress: {key}: {}", reason.message);
                Reason { message, ..reason }.of(key)
            })?;
            for (port, asked) in asked {
                by_port.entry(port).or_default().push(asked);
            }
        }
        let mut listeners = Vec::new();
        for (port, asked) in by_port {
            let (alb_port, health_check) = merge(asked).map_err(|message| {
                Reason::conflict(format!("failed to merge NLB listenPort config for port: {port}: {message}"))
            })?;
            listeners.push(FrontendListener { port, alb_port, health_check });
        }
        Ok(listeners)
    }
}

fn sorted(list: &[String]) -> Vec<&String> {
    let mut list: Vec<&String> = list.iter().collect();
    list.sort_unstable();
    list
}

fn conflict_of(member: &Member<'_>, suffix: &str, message: String) -> Reason {
    member.annotations.fault(suffix, message).of(&member.key).code(ReasonCode::Conflict)
}

/// The listeners of one member: the ports of the mapping that are its own, or else its ports one to one (:418-501).
fn asked(member: &Member<'_>, by_member: &ListenPortsByMember) -> Result<BTreeMap<i32, MemberListener>, Reason> {
    let suffix = "frontend-nlb-listener-port-mapping";
    let mapping = member.annotations.map(suffix).map_err(|reason| Reason {
        message: format!("failed to parse frontend-nlb-listener-port-mapping for ingress map[]: {}", reason.message),
        ..reason
    })?;
    let own: Vec<i32> = by_member.get(&member.key).into_iter().flat_map(|ports| ports.keys().copied()).collect();
    let mut pairs = Vec::new();
    for (nlb, alb) in &mapping {
        let port = |what: &str, text: &str| {
            parse_int32(text)
                .map_err(|_| member.annotations.fault(suffix, format!("invalid {what} listener port: {text}")))
        };
        pairs.push((port("NLB", nlb)?, port("ALB", alb)?));
    }
    if mapping.is_empty() {
        pairs = own.iter().map(|port| (*port, *port)).collect();
    }
    let mut asked = BTreeMap::new();
    for (nlb, alb_port) in pairs.into_iter().filter(|(_, alb)| own.contains(alb)) {
        asked.insert(nlb, MemberListener { alb_port, check: Check::read(member)? });
    }
    Ok(asked)
}

/// The health check as one member wants it. What is `None` is the default.
#[derive(Default)]
struct Check {
    port: Option<HealthPort>,
    protocol: Option<Protocol>,
    path: Option<String>,
    codes: Option<String>,
    interval: Option<i32>,
    timeout: Option<i32>,
    healthy: Option<i32>,
    unhealthy: Option<i32>,
}

impl Check {
    /// model_build_frontend_nlb.go:660-797
    fn read(member: &Member<'_>) -> Result<Self, Reason> {
        let annotations = &member.annotations;
        let text = |suffix| annotations.text(suffix).map(str::to_owned);
        let suffix = "frontend-nlb-healthcheck-port";
        let port = match annotations.text(suffix).map(PortRef::parse) {
            None => None,
            Some(PortRef::Number(number)) => Some(HealthPort::Number(number)),
            Some(PortRef::Name(name)) if name == "traffic-port" => Some(HealthPort::Traffic),
            Some(PortRef::Name(_)) => {
                return Err(annotations.fault(suffix, "failed to resolve healthCheckPort"));
            }
        };
        let suffix = "frontend-nlb-healthcheck-protocol";
        let protocol = check_protocol(annotations, suffix, Protocol::Http)?;
        Ok(Check {
            port,
            protocol: annotations.find(suffix).map(|_| protocol),
            path: text("frontend-nlb-healthcheck-path"),
            codes: text("frontend-nlb-healthcheck-success-codes"),
            interval: annotations.int32("frontend-nlb-healthcheck-interval-seconds")?,
            timeout: annotations.int32("frontend-nlb-healthcheck-timeout-seconds")?,
            healthy: annotations.int32("frontend-nlb-healthcheck-healthy-threshold-count")?,
            unhealthy: annotations.int32("frontend-nlb-healthcheck-unhealthy-threshold-count")?,
        })
    }

    /// Adds the values of `next`, which must be the same where both have one. Success codes never are: the controller compares
    /// pointers (model_build_frontend_nlb.go:866-884).
    fn merge(&mut self, next: Check, config: usize) -> Result<(), String> {
        same("IntervalSeconds", &mut self.interval, next.interval, config)?;
        same("TimeoutSeconds", &mut self.timeout, next.timeout, config)?;
        same("HealthyThresholdCount", &mut self.healthy, next.healthy, config)?;
        same("UnhealthyThresholdCount", &mut self.unhealthy, next.unhealthy, config)?;
        same("Protocol", &mut self.protocol, next.protocol, config)?;
        same("Path", &mut self.path, next.path, config)?;
        if self.codes.is_some() && next.codes.is_some() {
            return Err(format!("conflicting Matcher, config {config}: {{…}}, previous: {{…}}"));
        }
        self.codes = self.codes.take().or(next.codes);
        same("Port", &mut self.port, next.port, config)
    }

    fn finish(self) -> HealthCheck {
        HealthCheck {
            protocol: self.protocol.unwrap_or(Protocol::Http),
            port: self.port.unwrap_or(HealthPort::Traffic),
            path: self.path.unwrap_or_else(|| "/".to_owned()),
            matcher: Matcher::HttpCode(self.codes.unwrap_or_else(|| "200".to_owned())),
            interval_seconds: self.interval.unwrap_or(DEFAULT_HEALTH_CHECK_INTERVAL),
            timeout_seconds: self.timeout.unwrap_or(DEFAULT_HEALTH_CHECK_TIMEOUT),
            healthy_threshold_count: self.healthy.unwrap_or(2),
            unhealthy_threshold_count: self.unhealthy.unwrap_or(2),
            port_name: None,
        }
    }
}

/// A value as Go's `%v` shows it.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for i32 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for String {
    fn shown(&self) -> String {
        self.clone()
    }
}

impl Shown for Protocol {
    fn shown(&self) -> String {
        self.name().to_owned()
    }
}

/// An `intstr.IntOrString`: its type, number and text.
impl Shown for HealthPort {
    fn shown(&self) -> String {
        match self {
            HealthPort::Number(number) => format!("{{0 {number} }}"),
            HealthPort::Traffic | HealthPort::Unknown => "{1 0 traffic-port}".to_owned(),
        }
    }
}

fn same<T: PartialEq + Shown>(
    field: &str,
    ours: &mut Option<T>,
    theirs: Option<T>,
    config: usize,
) -> Result<(), String> {
    match (&*ours, &theirs) {
        (Some(previous), Some(value)) if previous != value => {
            let (value, previous) = (value.shown(), previous.shown());
            Err(format!("conflicting {field}, config {config}: {value}, previous: {previous}"))
        }
        (None, _) => {
            *ours = theirs;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// One listener of all that ask for it (model_build_frontend_nlb.go:503-579).
fn merge(asked: Vec<MemberListener>) -> Result<(i32, HealthCheck), String> {
    let mut merged = MemberListener::default();
    for (index, next) in asked.into_iter().enumerate() {
        merged.check.merge(next.check, index + 1)?;
        if index == 0 {
            merged.alb_port = next.alb_port;
        } else if merged.alb_port != next.alb_port {
            let ports = format!("config {}: {}, previous: {}", index + 1, next.alb_port, merged.alb_port);
            return Err(format!("conflicting Target Port, {ports}"));
        }
    }
    Ok((merged.alb_port, merged.check.finish()))
}
