//! Certificates that the controller looks up in ACM, for an HTTPS listener without `certificate-arn`.
//!
//! Only AWS knows whether there is one. Without any host nothing is looked up: the listener gets no certificate, which
//! the controller lets pass and AWS refuses.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_listener.go:218-235; pkg/certs/cert_discovery.go:74-97.

use crate::go::strconv::show_list;
use crate::model::build::Builder;
use crate::model::reference::Reason;
use crate::model::select::group::Member;
use std::collections::BTreeSet;

impl<'a> Builder<'a> {
    pub fn discovered_certificates(&mut self, member: &Member<'a>) -> Vec<Option<String>> {
        let hosts = hosts(member);
        if hosts.is_empty() {
            return Vec::new();
        }
        let message = format!("it depends on ACM: certificates for {}", show_list(&hosts));
        self.unknown(Reason::new(message).of(&member.key));
        vec![None]
    }
}

/// Hosts of rules and of `tls`, sorted.
fn hosts(member: &Member<'_>) -> Vec<String> {
    let Some(spec) = member.spec() else {
        return Vec::new();
    };
    let rules = spec.rules.iter().flatten().filter_map(|rule| rule.host.clone()).filter(|host| !host.is_empty());
    let tls = spec.tls.iter().flatten().flat_map(|tls| tls.hosts.iter().flatten().cloned());
    rules.chain(tls).collect::<BTreeSet<String>>().into_iter().collect()
}
