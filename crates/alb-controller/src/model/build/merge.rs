//! Listen ports of several Ingresses on one listener, the redirect to HTTPS, and who may connect.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_builder.go:387-553; pkg/ingress/model_build_managed_sg.go:76-118.

use crate::catalogue::DEFAULT_SSL_POLICY;
use crate::go::strconv::{parse_int32, show_list};
use crate::model::build::Builder;
use crate::model::build::listen_port::{ListenPort, ListenPortsByMember};
use crate::model::output::{InboundRule, InboundSource, LoadBalancer, Protocol};
use crate::model::reference::{Key, Reason};
use crate::releases::Behaviour;
use std::collections::{BTreeMap, BTreeSet};

impl Builder<'_> {
    /// Ports of the whole group (model_builder.go:350-358).
    pub fn merge_listen_ports(&self, by_member: &ListenPortsByMember) -> Result<BTreeMap<i32, ListenPort>, Reason> {
        let ports: BTreeSet<i32> = by_member.values().flat_map(|ports| ports.keys().copied()).collect();
        let what = if self.has(Behaviour::ListenPortWords) { "listenPort" } else { "listPort" };
        let mut merged = BTreeMap::new();
        for port in ports {
            let configs: Vec<(&Key, &ListenPort)> = self
                .members
                .iter()
                .filter_map(|member| Some((&member.key, by_member.get(&member.key)?.get(&port)?)))
                .collect();
            let config = self.merge(&configs).map_err(|reason| Reason {
                message: format!("failed to merge {what} config for port: {port}: {}", reason.message),
                ..reason
            })?;
            merged.insert(port, config);
        }
        Ok(merged)
    }

    /// The HTTPS port that every HTTP listener of the group redirects to (model_builder.go:514-553).
    ///
    /// A port in IngressClassParams that is no number cancels every redirect of the group, without an error.
    pub fn find_ssl_redirect(&self, ports: &BTreeMap<i32, ListenPort>) -> Result<Option<i32>, Reason> {
        let mut asked = BTreeSet::new();
        for member in self.members {
            if let Some(port) = member.class_text("ssl-redirect") {
                match parse_int32(port) {
                    Ok(port) => _ = asked.insert(port),
                    Err(_) => return Ok(None),
                }
                continue;
            }
            let port = member.annotations.int32("ssl-redirect");
            asked.extend(port.map_err(|reason| reason.in_ingress(&member.key))?);
        }
        let asked: Vec<i32> = asked.into_iter().collect();
        let port = match asked.as_slice() {
            [] => return Ok(None),
            [port] => *port,
            several => {
                let several: Vec<String> = several.iter().map(i32::to_string).collect();
                return Err(
                    self.conflict("ssl-redirect", format!("conflicting sslRedirect port: {}", show_list(&several)))
                );
            }
        };
        match ports.get(&port).map(|config| config.protocol) {
            Some(Protocol::Https) => Ok(Some(port)),
            Some(Protocol::Http) => {
                Err(self.blame("ssl-redirect", format!("listener protocol non-SSL for SSLRedirect port: {port}")))
            }
            None => Err(self.blame("ssl-redirect", format!("listener does not exist for SSLRedirect port: {port}"))),
        }
    }

    fn merge(&self, configs: &[(&Key, &ListenPort)]) -> Result<ListenPort, Reason> {
        let mut merged = merge(configs, self.has(Behaviour::ConflictNamesBoth))?;
        merged.certificates = merge_certificates(configs, self.has(Behaviour::DefaultCertificateAgain));
        if !self.has(Behaviour::CertificateOrder) {
            merged.certificates.sort();
        }
        Ok(merged)
    }

    /// Rules of the managed security group; none where security groups are given.
    pub fn inbound(&self, load_balancer: &LoadBalancer, ports: &BTreeMap<i32, ListenPort>) -> Vec<InboundRule> {
        if !load_balancer.security_groups.is_empty() {
            return Vec::new();
        }
        let v6 = load_balancer.ip_address_type != "ipv4";
        let rules = ports.iter().flat_map(|(port, config)| {
            let networks = config.cidrs_v4.iter().chain(config.cidrs_v6.iter().filter(move |_| v6));
            let networks = networks.cloned().map(InboundSource::Network);
            let sources = networks.chain(config.prefix_lists.iter().cloned().map(InboundSource::PrefixList));
            sources.map(|source| InboundRule { protocol: "tcp", port: *port, source })
        });
        // In the order of their texts.
        let rules: BTreeMap<String, InboundRule> = rules.map(|rule| (rule.to_string(), rule)).collect();
        rules.into_values().collect()
    }
}

/// The value of the first member that has one. Every other value must be equal.
struct Agreed<'a, T> {
    first: Option<(&'a Key, T)>,
    /// Older releases name the Ingress that they looked at last on both sides.
    names_both: bool,
}

impl<'a, T: PartialEq> Agreed<'a, T> {
    fn none(names_both: bool) -> Self {
        Agreed { first: None, names_both }
    }

    /// `conflict` words a disagreement: `namespace/name: its value | namespace/name: the other value`.
    fn add(&mut self, key: &'a Key, value: T, what: &str, show: impl Fn(&T) -> String) -> Result<(), Reason> {
        match &self.first {
            Some((first, agreed)) if *agreed != value => {
                let first = if self.names_both { *first } else { key };
                let message = format!("conflicting {what}, {first}: {} | {key}: {}", show(agreed), show(&value));
                Err(Reason::conflict(message).of(key))
            }
            Some(_) => Ok(()),
            None => {
                self.first = Some((key, value));
                Ok(())
            }
        }
    }

    fn value(self) -> Option<T> {
        self.first.map(|(_, value)| value)
    }
}

fn set(items: &[String]) -> Vec<String> {
    items.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The settings of a listener, certificates apart (model_builder.go:387-512). `names_both`: whether a conflict names both Ingresses.
fn merge(configs: &[(&Key, &ListenPort)], names_both: bool) -> Result<ListenPort, Reason> {
    let mut protocol = Agreed::none(names_both);
    let mut cidrs = Agreed::none(names_both);
    let mut prefix_lists = Agreed::none(names_both);
    let mut ssl_policy = Agreed::none(names_both);
    let mut mutual = Agreed::none(names_both);
    for (key, config) in configs {
        protocol.add(key, config.protocol, "protocol", |p| p.name().to_owned())?;
        if !config.cidrs_v4.is_empty() || !config.cidrs_v6.is_empty() {
            let both = (set(&config.cidrs_v4), set(&config.cidrs_v6));
            cidrs.add(key, both, "inbound-cidrs", |(v4, v6)| format!("{}, {}", show_list(v4), show_list(v6)))?;
        }
        if !config.prefix_lists.is_empty() {
            prefix_lists.add(key, set(&config.prefix_lists), "inbound-prefix-lists", |lists| show_list(lists))?;
        }
        if let Some(policy) = &config.ssl_policy {
            ssl_policy.add(key, policy.clone(), "sslPolicy", String::clone)?;
        }
        if let Some(attributes) = &config.mutual {
            mutual.add(key, attributes.clone(), "mTLS Attributes", |attributes| attributes.mode.clone())?;
        }
    }
    let protocol = protocol.value().unwrap_or(Protocol::Http);
    let prefix_lists = prefix_lists.value().unwrap_or_default();
    let (mut cidrs_v4, mut cidrs_v6) = cidrs.value().unwrap_or_default();
    if cidrs_v4.is_empty() && cidrs_v6.is_empty() && prefix_lists.is_empty() {
        cidrs_v4.push("0.0.0.0/0".to_owned());
        cidrs_v6.push("::/0".to_owned());
    }
    let default_policy = (protocol == Protocol::Https).then(|| DEFAULT_SSL_POLICY.to_owned());
    Ok(ListenPort {
        protocol,
        cidrs_v4,
        cidrs_v6,
        prefix_lists,
        ssl_policy: ssl_policy.value().or(default_policy),
        certificates: Vec::new(),
        mutual: mutual.value(),
    })
}

/// The first certificate of the first member that has any is the default one; the others follow, each once. `again`: the default
/// one may occur again among them (model_builder.go:401-412, 462-480).
fn merge_certificates(configs: &[(&Key, &ListenPort)], again: bool) -> Vec<Option<String>> {
    let default_from = configs.iter().position(|(_, config)| !config.certificates.is_empty());
    let mut merged = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, (_, config)) in configs.iter().enumerate() {
        for (index, certificate) in config.certificates.iter().enumerate() {
            let is_default = again && Some(at) == default_from && index == 0;
            if is_default || seen.insert(certificate.clone()) {
                merged.push(certificate.clone());
            }
        }
    }
    merged
}
