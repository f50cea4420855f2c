//! The load balancer: scheme, addresses, name, attributes, capacity. Members of a group must agree on each.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:40-201, 360-383 and the files named below.

use crate::catalogue::{ADDRESS_TYPES, DUALSTACK_WITHOUT_PUBLIC_IPV4, LOAD_BALANCER_NAME_LENGTH, SCHEMES, known};
use crate::go::strconv::{parse_int32, show_list};
use crate::model::build::{Builder, agree_by_key, show_set};
use crate::model::input::class_params;
use crate::model::output::{LoadBalancer, Subnets};
use crate::model::reference::Reason;
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use std::collections::BTreeMap;

impl<'a> Builder<'a> {
    pub fn load_balancer(&mut self) -> Result<LoadBalancer, Reason> {
        let scheme = self.scheme()?;
        let ip_address_type = self.load_balancer_ip_address_type()?;
        let subnets = self.subnets(ip_address_type)?;
        let security_groups = self.security_groups()?;
        let manages_backend_rules = self.manages_backend_rules(&security_groups)?;
        let customer_owned_ipv4_pool = self.customer_owned_ipv4_pool()?;
        let attributes = self.load_balancer_attributes()?;
        let tags = self.group_tags(self.members)?;
        let name = self.name()?;
        let minimum_capacity = self.minimum_capacity()?;
        let ipv4_ipam_pool = self.ipv4_ipam_pool()?;
        Ok(LoadBalancer {
            name,
            scheme,
            ip_address_type,
            attributes,
            tags,
            subnets: subnets.map_or(Subnets::Discovered, Subnets::Given),
            security_groups,
            manages_backend_rules,
            customer_owned_ipv4_pool,
            minimum_capacity,
            ipv4_ipam_pool,
        })
    }

    /// model_build_load_balancer.go:138-167
    fn scheme(&self) -> Result<&'static str, Reason> {
        let conflict = |values: &[String]| format!("conflicting scheme: {}", show_set(values));
        let Some(scheme) = self.agree_text("scheme", conflict)? else {
            return Ok("internal");
        };
        known(SCHEMES, &scheme).ok_or_else(|| self.blame("scheme", format!("unknown scheme: {scheme}")))
    }

    /// model_build_load_balancer.go:170-201
    fn load_balancer_ip_address_type(&self) -> Result<&'static str, Reason> {
        let suffix = "ip-address-type";
        let conflict = |values: &[String]| format!("conflicting IPAddressType: {}", show_list(values));
        let Some(asked) = self.agree_text(suffix, conflict)? else {
            return Ok("ipv4");
        };
        let is_known = asked != DUALSTACK_WITHOUT_PUBLIC_IPV4 || self.has(Behaviour::DualStackWithoutPublicIpv4);
        known(ADDRESS_TYPES, &asked)
            .filter(|_| is_known)
            .ok_or_else(|| self.blame(suffix, format!("unknown IPAddressType: {asked}")))
    }

    /// model_build_load_balancer.go:360-383
    fn customer_owned_ipv4_pool(&self) -> Result<Option<String>, Reason> {
        let suffix = "customer-owned-ipv4-pool";
        if let Some(member) = self.members.iter().find(|member| member.annotations.text(suffix) == Some("")) {
            let message = format!("cannot use empty value for {suffix} annotation, ingress: {}", member.key);
            return Err(member.annotations.fault(suffix, message).of(&member.key));
        }
        self.agree_text(suffix, |values| format!("conflicting CustomerOwnedIPv4Pool: {}", show_list(values)))
    }

    /// pkg/ingress/model_build_load_balancer_attributes.go:9-68. Attributes of the first member's class settle conflicts.
    fn load_balancer_attributes(&self) -> Result<BTreeMap<String, String>, Reason> {
        let params = self.members.first().and_then(|member| member.params);
        let from_class = params.map(|p| class_params::map_of(&p.spec.load_balancer_attributes)).unwrap_or_default();
        let what = if self.has(Behaviour::ClassSettlesAttributes) {
            "load balancer attributes"
        } else if self.has(Behaviour::LoadBalancerWords) {
            "attributes"
        } else {
            "loadBalancerAttribute"
        };
        let settled = if self.has(Behaviour::ClassSettlesAttributes) { from_class.clone() } else { BTreeMap::new() };
        let conflict = |_: &Member<'a>, clash: &str| format!("conflicting {what} {clash}");
        let mut merged = agree_by_key(self.members, "load-balancer-attributes", settled, conflict)?;
        merged.extend(from_class);
        Ok(merged)
    }

    /// model_build_load_balancer.go:97-136. A generated name is `None`: it holds a hash of the cluster's name.
    fn name(&self) -> Result<Option<String>, Reason> {
        let suffix = "load-balancer-name";
        let conflict = |values: &[String]| format!("conflicting load balancer name: {}", show_set(values));
        let name = self.agree_text(suffix, conflict)?;
        let is_checked = self.has(Behaviour::NameLengthChecked);
        if is_checked && name.as_ref().is_some_and(|name| name.len() > LOAD_BALANCER_NAME_LENGTH) {
            return Err(self.blame(
                suffix,
                format!("load balancer name cannot be longer than {LOAD_BALANCER_NAME_LENGTH} characters"),
            ));
        }
        Ok(name)
    }

    /// pkg/ingress/model_build_load_balancer_capacity_reservation.go:12-62
    fn minimum_capacity(&self) -> Result<Option<i32>, Reason> {
        let params = self.members.first().and_then(|member| member.params);
        if let Some(capacity) = params.and_then(|params| params.spec.minimum_load_balancer_capacity.as_ref()) {
            return Ok(Some(capacity.capacity_units));
        }
        let suffix = "minimum-load-balancer-capacity";
        let merged = agree_by_key(self.members, suffix, BTreeMap::new(), |_, clash| {
            format!("conflicting capacity reservation {clash}")
        })?;
        if let Some(key) = merged.keys().find(|key| *key != "CapacityUnits") {
            let message = format!("invalid key to set the capacity: {key}, Expected key: CapacityUnits");
            return Err(self.blame(suffix, message));
        }
        let units = merged.get("CapacityUnits").map(|units| {
            let invalid = |error| format!("invalid value to set the capacity: {units}: {error}");
            match parse_int32(units) {
                Err(_) if !self.has(Behaviour::CapacityChecked) => Ok(0),
                read => read.map_err(|error| self.blame(suffix, invalid(error))),
            }
        });
        units.transpose()
    }

    /// pkg/ingress/model_build_ipam.go:8-50
    fn ipv4_ipam_pool(&self) -> Result<Option<String>, Reason> {
        if let Some(pool) = self.members.first().and_then(|member| member.params?.ipam_pool()) {
            return Ok(Some(pool.to_owned()));
        }
        let suffix = "ipam-ipv4-pool-id";
        let mut pools = self.members.iter().filter_map(|m| m.annotations.text(suffix)).filter(|pool| !pool.is_empty());
        let Some(chosen) = pools.next() else {
            return Ok(None);
        };
        match pools.find(|other| *other != chosen) {
            Some(other) => Err(self.conflict(suffix, format!("conflicting ipv4 ipam pools {chosen}: {other}"))),
            None => Ok(Some(chosen.to_owned())),
        }
    }
}
