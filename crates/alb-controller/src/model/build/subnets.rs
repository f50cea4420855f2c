//! Subnets of a load balancer. A named one is assumed to exist and to fit; the list itself is checked.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:203-256; pkg/networking/subnet_resolver.go:241-343, 491-528.

use crate::go::strconv::show_list;
use crate::model::build::Builder;
use crate::model::reference::Reason;
use crate::model::select::group::Member;
use std::collections::BTreeSet;

/// Where a load balancer's subnets come from.
pub(crate) struct Wanted<'a> {
    /// The annotation that may name them.
    pub suffix: &'a str,
    /// How many there must be, in normal zones.
    pub minimum: usize,
}

impl<'a> Builder<'a> {
    /// Subnets of the ALB; `None` where the controller discovers them.
    pub fn subnets(&mut self, ip_address_type: &str) -> Result<Option<Vec<String>>, Reason> {
        let wanted = Wanted { suffix: "subnets", minimum: 2 };
        let by_class: Vec<_> = self
            .members
            .iter()
            .filter_map(|member| Some((member.params?, member.params?.spec.subnets.as_ref()?)))
            .collect();
        let by_annotation =
            self.listed(&wanted, |member| member.params.is_none_or(|params| params.spec.subnets.is_none()));
        let Some((params, chosen)) = by_class.first() else {
            return self.given(&wanted, by_annotation, ip_address_type);
        };
        let site = params.site("subnets");
        if !by_annotation.is_empty() {
            let message = "conflicting subnet specifications: IngressClassParams versus annotation";
            return Err(self.conflict("subnets", message).at(site));
        }
        if by_class.iter().any(|(_, other)| other != chosen) {
            return Err(Reason::conflict("conflicting IngressClassParams subnet specifications").at(site));
        }
        match &chosen.ids {
            Some(ids) if !ids.is_empty() => {
                let ids = ids.clone();
                self.check_count(&wanted, &ids);
                Ok(Some(ids))
            }
            _ => {
                self.discovered(ip_address_type);
                Ok(None)
            }
        }
    }

    /// The lists of all members that `counts` lets in.
    pub fn listed(&self, wanted: &Wanted<'_>, counts: impl Fn(&Member<'a>) -> bool) -> Vec<Vec<String>> {
        self.members.iter().filter(|member| counts(member)).filter_map(|m| m.annotations.list(wanted.suffix)).collect()
    }

    /// Subnets by annotation, on which the members agree, order apart.
    pub fn given(
        &mut self,
        wanted: &Wanted<'_>,
        lists: Vec<Vec<String>>,
        ip_address_type: &str,
    ) -> Result<Option<Vec<String>>, Reason> {
        let mut lists = lists.into_iter();
        let Some(chosen) = lists.next() else {
            self.discovered(ip_address_type);
            return Ok(None);
        };
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        if let Some(other) = lists.find(|other| sorted(other) != sorted(&chosen)) {
            let message = format!("conflicting subnets: {} | {}", show_list(&chosen), show_list(&other));
            return Err(self.conflict(wanted.suffix, message));
        }
        self.check(wanted, &chosen)?;
        Ok(Some(chosen))
    }

    fn check(&mut self, wanted: &Wanted<'_>, chosen: &[String]) -> Result<(), Reason> {
        let ids: Vec<&String> = chosen.iter().filter(|subnet| subnet.starts_with("subnet-")).collect();
        let mut found = ids.clone();
        let mut seen = BTreeSet::new();
        found.retain(|id| seen.insert(*id));
        if found.len() < ids.len() {
            let what = format!("couldn't find all subnets, want: {}, found: {}", show_list(&ids), show_list(&found));
            return Err(self.blame(wanted.suffix, format!("failed to list subnets by names or IDs: {what}")));
        }
        if chosen.is_empty() {
            return Err(self.blame(wanted.suffix, "unable to resolve at least one subnet"));
        }
        if chosen.iter().collect::<BTreeSet<_>>().len() < chosen.len() {
            let message = "it depends on AWS: whether several subnets have the Name that is given more than once";
            self.unknown(self.blame(wanted.suffix, message));
        }
        self.check_count(wanted, chosen);
        Ok(())
    }

    fn check_count(&mut self, wanted: &Wanted<'_>, chosen: &[String]) {
        let minimum = wanted.minimum;
        if chosen.len() < minimum {
            let count = format!("subnets count less than minimal required count: {} < {minimum}", chosen.len());
            let message = format!("it depends on AWS: {count}, unless the subnet is in a Local Zone or on an Outpost");
            self.unknown(self.blame(wanted.suffix, message));
        }
    }

    fn discovered(&mut self, ip_address_type: &str) {
        if ip_address_type != "ipv4" {
            let message =
                format!("it depends on AWS: IPv6 blocks of the subnets that are discovered, for {ip_address_type}");
            self.unknown(self.blame("ip-address-type", message));
        }
    }
}
