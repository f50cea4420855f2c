//! Web ACLs and Shield.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_load_balancer_addons.go:35-166.

use crate::go::strconv::show_list;
use crate::model::build::Builder;
use crate::model::input::annotations::Found;
use crate::model::output::WebAcl;
use crate::model::reference::{PANIC, Reason};
use crate::model::select::group::Member;
use crate::releases::Behaviour;

impl<'a> Builder<'a> {
    /// As soon as any member gives a name, ARNs are not read (model_build_load_balancer_addons.go:35-106).
    pub fn wafv2(&self) -> Result<WebAcl, Reason> {
        if self.web_acl_name_before_it_worked()? {
            return Ok(WebAcl::Detached);
        }
        let name =
            |member: &Member<'a>| member.text("wafv2-acl-name").filter(|name| !name.is_empty()).map(str::to_owned);
        let conflict = |names: &[String]| format!("conflicting WAFv2 WebACL names: {}", show_list(names));
        match self.agree("wafv2-acl-name", name, conflict)? {
            Some(name) if name == "none" => return Ok(WebAcl::Detached),
            Some(name) => return Ok(WebAcl::Name(name)),
            None => {}
        }
        let conflict = |arns: &[String]| format!("conflicting WAFv2 WebACL ARNs: {}", show_list(arns));
        // From v2.8.2 to v2.13.4 an empty text is not even compared with the others.
        let compares_empty = self.has(Behaviour::EmptyWebAclDetaches) || !self.has(Behaviour::WebAclLeftAlone);
        let arn = |member: &Member<'a>| {
            member.text("wafv2-acl-arn").filter(|arn| compares_empty || !arn.is_empty()).map(str::to_owned)
        };
        let arn = self.agree("wafv2-acl-arn", arn, conflict)?;
        Ok(match arn {
            Some(arn) if !arn.is_empty() && !self.detaches(&arn) => WebAcl::Arn(arn),
            Some(_) if self.has(Behaviour::WebAclLeftAlone) => WebAcl::Detached,
            _ if self.has(Behaviour::WebAclLeftAlone) => WebAcl::Untouched,
            _ => WebAcl::DetachedByRelease,
        })
    }

    /// Whether a name or ARN takes a web ACL off.
    fn detaches(&self, name: &str) -> bool {
        name == "none" && self.has(Behaviour::WebAclNone)
    }

    /// v2.14.0 knows `wafv2-acl-name`, and panics where it must look one up. Whether some member says `none` there, which needs
    /// no lookup (https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/4388).
    fn web_acl_name_before_it_worked(&self) -> Result<bool, Reason> {
        let suffix = "wafv2-acl-name";
        if !self.has(Behaviour::WebAclNameKnown) || self.has(Behaviour::WebAclByName) {
            return Ok(false);
        }
        let mut says_none = false;
        for member in self.members {
            let of_class = member.params.zip(member.class_text(suffix));
            let of_class = of_class.map(|(params, value)| Found { value, site: params.site("wafv2AclName") });
            match of_class.or_else(|| member.annotations.find_unread(suffix)) {
                Some(name) if name.value == "none" => says_none = true,
                Some(name) if !name.value.is_empty() => return Err(Reason::new(PANIC).at(name.site).of(&member.key)),
                _ => {}
            }
        }
        Ok(says_none)
    }

    /// An empty id is none, also where the older key has one (model_build_load_balancer_addons.go:108-140).
    pub fn waf_classic(&self) -> Result<Option<String>, Reason> {
        let id = |member: &Member<'a>| {
            let id = member.annotations.text("waf-acl-id").or_else(|| member.annotations.text("web-acl-id"));
            id.filter(|id| !id.is_empty()).map(str::to_owned)
        };
        let words = if self.has(Behaviour::WafClassicWords) { "WAFClassic" } else { "WAFRegional" };
        let conflict = |ids: &[String]| format!("conflicting {words} WebACL IDs: {}", show_list(ids));
        Ok(self.agree("waf-acl-id", id, conflict)?.filter(|id| !self.detaches(id)))
    }

    /// model_build_load_balancer_addons.go:142-166
    pub fn shield(&self) -> Result<Option<bool>, Reason> {
        let asked = self.agree_on("shield-advanced-protection", "conflicting enable shield advanced protection")?;
        Ok(asked.or((!self.has(Behaviour::ShieldLeftAlone)).then_some(false)))
    }
}
