//! Security groups of the load balancer: given ones, or a managed one with the inbound rules.
//!
//! Given ones replace the managed one with all its rules, and the rules on nodes or pods are the user's then, unless
//! `manage-backend-security-group-rules` says otherwise.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_load_balancer.go:285-358; pkg/networking/security_group_resolver.go:37-145.

use crate::go::strconv::show_list;
use crate::model::build::Builder;
use crate::model::reference::Reason;
use crate::releases::Behaviour;
use std::collections::BTreeSet;

impl Builder<'_> {
    /// Security groups by id or Name; empty means a managed one.
    pub fn security_groups(&self) -> Result<Vec<String>, Reason> {
        self.given_security_groups("security-groups")
    }

    /// The one list, order included, that the members give.
    pub fn given_security_groups(&self, suffix: &str) -> Result<Vec<String>, Reason> {
        let mut lists = self.members.iter().filter_map(|member| member.annotations.list(suffix));
        let chosen = lists.next().unwrap_or_default();
        if let Some(other) = lists.find(|other| *other != chosen) {
            let message = format!("conflicting securityGroups: {} | {}", show_list(&chosen), show_list(&other));
            return Err(self.conflict(suffix, message));
        }
        Ok(chosen)
    }

    /// An id twice is an error, a Name twice is none.
    pub fn resolve_security_groups(&self, suffix: &str, groups: &[String]) -> Result<(), Reason> {
        if !self.has(Behaviour::SecurityGroupNamesMerged) {
            let found: BTreeSet<&String> = groups.iter().collect();
            if found.len() < groups.len() {
                let found: Vec<&String> = found.into_iter().collect();
                let what = format!("nameOrIDs: {}, found: {}", show_list(groups), show_list(&found));
                let find = if self.has(Behaviour::LoadBalancerWords) { "find" } else { "found" };
                return Err(self.blame(suffix, format!("couldn't {find} all securityGroups, {what}")));
            }
        }
        let ids: Vec<&str> = groups.iter().filter(|g| g.starts_with("sg-")).map(String::as_str).collect();
        let mut found = ids.clone();
        let mut seen = BTreeSet::new();
        found.retain(|id| seen.insert(*id));
        if found.len() < ids.len() {
            let what = format!("requested ids [{}] but found [{}]", ids.join(", "), found.join(", "));
            return Err(self.blame(suffix, format!("couldn't find all security groups: {what}")));
        }
        Ok(())
    }

    /// Whether the controller opens node or pod ports. The annotation is read only beside given security groups.
    pub fn manages_backend_rules(&self, security_groups: &[String]) -> Result<bool, Reason> {
        if security_groups.is_empty() {
            self.group_tags(self.members)?;
            return Ok(true);
        }
        let asked = self.agree_on(
            "manage-backend-security-group-rules",
            "conflicting manage backend security group rules settings",
        )?;
        self.resolve_security_groups("security-groups", security_groups)?;
        Ok(asked == Some(true))
    }
}
