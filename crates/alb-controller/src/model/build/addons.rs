//! Web ACLs and Shield.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_load_balancer_addons.go:35-166.

use crate::go::strconv::show_list;
use crate::model::build::Builder;
use crate::model::output::WebAcl;
use crate::model::reference::Reason;
use crate::model::select::group::Member;
use crate::releases::Behaviour;

impl<'a> Builder<'a> {
    /// As soon as any member gives a name, ARNs are not read (model_build_load_balancer_addons.go:35-106).
    pub fn wafv2(&self) -> Result<WebAcl, Reason> {
        let name =
            |member: &Member<'a>| member.text("wafv2-acl-name").filter(|name| !name.is_empty()).map(str::to_owned);
        let conflict = |names: &[String]| format!("conflicting WAFv2 WebACL names: {}", show_list(names));
        match self.agree("wafv2-acl-name", name, conflict)? {
            Some(name) if name == "none" => return Ok(WebAcl::Detached),
            Some(name) => return Ok(WebAcl::Name(name)),
            None => {}
        }
        let conflict = |arns: &[String]| format!("conflicting WAFv2 WebACL ARNs: {}", show_list(arns));
        Ok(match self.agree_text("wafv2-acl-arn", conflict)? {
            None if !self.has(Behaviour::WebAclLeftAlone) => WebAcl::DetachedByRelease,
            None => WebAcl::Untouched,
            Some(arn) if arn.is_empty() || arn == "none" => WebAcl::Detached,
            Some(arn) => WebAcl::Arn(arn),
        })
    }

    /// An empty id is none, also where the older key has one (model_build_load_balancer_addons.go:108-140).
    pub fn waf_classic(&self) -> Result<Option<String>, Reason> {
        let id = |member: &Member<'a>| {
            let id = member.annotations.text("waf-acl-id").or_else(|| member.annotations.text("web-acl-id"));
            id.filter(|id| !id.is_empty()).map(str::to_owned)
        };
        let conflict = |ids: &[String]| format!("conflicting WAFClassic WebACL IDs: {}", show_list(ids));
        Ok(self.agree("waf-acl-id", id, conflict)?.filter(|id| id != "none"))
    }

    /// model_build_load_balancer_addons.go:142-166
    pub fn shield(&self) -> Result<Option<bool>, Reason> {
        self.agree_on("shield-advanced-protection", "conflicting enable shield advanced protection")
    }
}
