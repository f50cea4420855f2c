//! Listen ports of one Ingress, and the listeners that come of the merged ones.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_listener.go.

use crate::annotation;
use crate::annotation::listen_ports;
use crate::go::strconv::{self, show_list};
use crate::model::build::listen_port::{ListenPort, ListenPorts, ListenPortsByMember};
use crate::model::build::{Builder, agree_by_key};
use crate::model::input::class_params;
use crate::model::output::{Action, Listener, MutualAuthentication, Protocol};
use crate::model::reference::{Key, Reason};
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use std::collections::BTreeMap;

impl<'a> Builder<'a> {
    pub fn listen_ports_by_member(&mut self) -> Result<ListenPortsByMember, Reason> {
        let mut by_member = BTreeMap::new();
        for member in self.members {
            let ports = self.listen_ports(member).map_err(|reason| reason.in_ingress(&member.key))?;
            by_member.insert(member.key.clone(), ports);
        }
        Ok(by_member)
    }

    /// model_build_listener.go:133-199
    fn listen_ports(&mut self, member: &Member<'a>) -> Result<ListenPorts, Reason> {
        let certificates = member.list("certificate-arn").unwrap_or_default();
        let ssl_policy = member.text("ssl-policy").map(str::to_owned);
        let prefix_lists = member.list("security-group-prefix-lists").unwrap_or_default();
        let (cidrs_v4, cidrs_v6) = inbound_cidrs(member)?;
        let mutual = mutual_authentication(member)?;
        let default = if certificates.is_empty() { (80, Protocol::Http) } else { (443, Protocol::Https) };
        let protocols = match member.annotations.find("listen-ports") {
            None => BTreeMap::from([default]),
            Some(found) => {
                let asked = listen_ports::read_by(found.value, member.annotations.release())
                    .map_err(|error| Reason::new(error).at(found.site.clone()))?;
                for port in &asked.random {
                    let what =
                        format!("it depends on chance: listen-ports has HTTP and HTTPS on port {port} in one object");
                    let reason = Reason::new(format!("{what}, and each reconcile may take another"));
                    self.unknown(reason.at(found.site.clone()).of(&member.key));
                }
                asked.ports
            }
        };
        let https = protocols.values().any(|protocol| *protocol == Protocol::Https);
        let certificates = match certificates.is_empty() {
            true if https => self.discovered_certificates(member),
            _ => certificates.into_iter().map(Some).collect(),
        };
        let config = |(port, protocol): (i32, Protocol)| {
            let mut config = ListenPort {
                protocol,
                cidrs_v4: cidrs_v4.clone(),
                cidrs_v6: cidrs_v6.clone(),
                prefix_lists: prefix_lists.clone(),
                ssl_policy: None,
                certificates: Vec::new(),
                mutual: None,
            };
            if protocol == Protocol::Https {
                config.ssl_policy.clone_from(&ssl_policy);
                config.certificates.clone_from(&certificates);
                config.mutual = mutual.get(&port).cloned();
            }
            (port, config)
        };
        Ok(protocols.into_iter().map(config).collect())
    }

    /// model_build_listener.go:25-131
    pub fn listener(&mut self, port: i32, config: &ListenPort, members: &[&Member<'a>]) -> Result<Listener, Reason> {
        let (default_actions, default_from) = self.default_actions(config.protocol, members)?;
        self.group_tags(members.iter().copied())?;
        let attributes = listener_attributes(members, config.protocol, port)?;
        let (rules, pruned) = self.rules(port, config.protocol, members)?;
        Ok(Listener {
            port,
            protocol: config.protocol,
            ssl_policy: config.ssl_policy.clone(),
            certificates: config.certificates.clone(),
            mutual_authentication: config.mutual.clone(),
            attributes,
            default_actions,
            rules,
            members: members.iter().map(|member| member.key.clone()).collect(),
            default_from,
            pruned,
            redirects_all: self.redirects_all(config.protocol),
        })
    }

    /// Whether `ssl-redirect` leaves nothing else to do on listeners of this protocol.
    pub fn redirects_all(&self, protocol: Protocol) -> bool {
        self.ssl_redirect.is_some() && protocol == Protocol::Http
    }

    /// model_build_listener.go:71-112
    fn default_actions(
        &mut self,
        protocol: Protocol,
        members: &[&Member<'a>],
    ) -> Result<(Vec<Action>, Option<Key>), Reason> {
        if let (Some(port), Protocol::Http) = (self.ssl_redirect, protocol) {
            return Ok((vec![Action::to_https(port)], None));
        }
        let with_default: Vec<_> =
            members.iter().filter_map(|member| Some((*member, member.spec()?.default_backend.as_ref()?))).collect();
        match with_default.as_slice() {
            [] => Ok((vec![Action::not_found()], None)),
            [(member, backend)] => {
                let backend = self.backend(protocol, member, backend).map_err(|reason| reason.of(&member.key))?;
                let actions = self.actions(protocol, member, &backend).map_err(|reason| reason.of(&member.key))?;
                Ok((actions, Some(member.key.clone())))
            }
            several => {
                let all: Vec<String> = several.iter().map(|(member, _)| member.key.to_string()).collect();
                Err(Reason::conflict(format!("multiple ingress defined default backend: {}", show_list(&all))))
            }
        }
    }
}

/// IPv4 and IPv6 networks, as they are written (model_build_listener.go:274-300).
fn inbound_cidrs(member: &Member<'_>) -> Result<(Vec<String>, Vec<String>), Reason> {
    let params = member.params.filter(|params| params.overrides("inboundCIDRs"));
    let cidrs = member.list("inbound-cidrs").unwrap_or_default();
    for cidr in &cidrs {
        if let Err(error) = strconv::parse_cidr(cidr) {
            return Err(match params {
                Some(params) => Reason::new(format!("invalid CIDR in IngressClassParams InboundCIDR {cidr}: {error}"))
                    .at(params.site("inboundCIDRs")),
                None => {
                    let message = format!("invalid inbound-cidrs settings on Ingress: {}: {error}", member.key);
                    member.annotations.fault("inbound-cidrs", message)
                }
            });
        }
    }
    let (v6, v4) = cidrs.into_iter().partition(|cidr| cidr.contains(':'));
    Ok((v4, v6))
}

/// By port (model_build_listener.go:327-458). It is checked whether or not its port is a listen port.
fn mutual_authentication(member: &Member<'_>) -> Result<BTreeMap<i32, MutualAuthentication>, Reason> {
    let Some(found) = member.annotations.find("mutual-authentication") else {
        return Ok(unsaid(member));
    };
    let failed = |message: String| Reason::new(message).at(found.site.clone());
    let what = "mutualAuthentication configuration from ingress annotation";
    let entries: Vec<annotation::MutualAuthentication> =
        annotation::Payload::read_by(found.value, member.annotations.release())
            .map_err(|e| failed(format!("failed to parse {what}: `{}`: {e}", found.value)))?;
    if entries.is_empty() {
        return Err(failed(format!("empty {what}: `{}`", found.value)));
    }
    let mut by_port = BTreeMap::new();
    for entry in entries {
        entry.check().map_err(failed)?;
        let store = entry.trust_store.unwrap_or_default();
        let by_name = !store.is_empty() && !store.starts_with("arn:");
        let expiry = entry.ignore_client_certificate_expiry.or((entry.mode == "verify").then_some(false));
        let attributes = MutualAuthentication {
            mode: entry.mode,
            trust_store_arn: (!by_name).then(|| store.clone()),
            ignore_client_certificate_expiry: expiry,
            advertise_trust_store_ca_names: entry.advertise_trust_store_ca_names,
            trust_store_name: by_name.then_some(store),
        };
        by_port.insert(entry.port, attributes);
    }
    Ok(by_port)
}

/// What a member says of client certificates that has no annotation about them (LBC v2.8.0
/// pkg/ingress/model_build_listener.go:274-283).
fn unsaid(member: &Member<'_>) -> BTreeMap<i32, MutualAuthentication> {
    let annotations = &member.annotations;
    if !annotations.reads("mutual-authentication") || annotations.release().has(Behaviour::MutualAuthenticationUnsaid) {
        return BTreeMap::new();
    }
    BTreeMap::from([(443, MutualAuthentication { mode: "off".to_owned(), ..MutualAuthentication::default() })])
}

/// model_build_listener.go:460-539
fn listener_attributes(
    members: &[&Member<'_>],
    protocol: Protocol,
    port: i32,
) -> Result<BTreeMap<String, String>, Reason> {
    let name = protocol.name();
    let from_class = members.first().and_then(|member| member.params);
    let listed = from_class.and_then(|params| {
        params.spec.listeners.iter().find(|listener| listener.protocol == name && listener.port == port)
    });
    let from_class = listed.map(|listener| class_params::map_of(&listener.listener_attributes)).unwrap_or_default();
    let suffix = format!("listener-attributes.{name}-{port}");
    agree_by_key(members.iter().copied(), &suffix, from_class, |member, clash| {
        format!("conflicting listener attributes {clash} for ingress {}", member.key)
    })
}
