//! AWS tags. Members must agree on each key; tags of the class win over both, without a conflict.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_tags.go:12-102.

use crate::model::build::Builder;
use crate::model::input::annotations::Annotations;
use crate::model::input::class_params;
use crate::model::reference::{Reason, ReasonCode};
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use std::collections::BTreeMap;

type Tags = BTreeMap<String, String>;

impl<'a> Builder<'a> {
    /// Tags of what the members share.
    pub fn group_tags<'m>(&self, members: impl IntoIterator<Item = &'m Member<'a>>) -> Result<Tags, Reason>
    where
        'a: 'm,
    {
        let mut merged = Tags::new();
        for member in members {
            for (key, value) in self.ingress_tags(member).map_err(|reason| reason.of(&member.key))? {
                if let Some(before) = merged.get(&key).filter(|before| **before != value) {
                    let message = format!("conflicting tag {key}: {before} | {value}");
                    return Err(member.annotations.fault("tags", message).of(&member.key).code(ReasonCode::Conflict));
                }
                merged.insert(key, value);
            }
        }
        Ok(merged)
    }

    /// Tags of what belongs to one Ingress.
    pub fn ingress_tags(&self, member: &Member<'a>) -> Result<Tags, Reason> {
        let mut tags = member.annotations.map("tags")?;
        tags.extend(class_tags(member));
        Ok(tags)
    }

    /// Tags of a target group: of the Ingress, then those of the Service over them, key by key. Older releases take those of the
    /// Service alone.
    pub fn backend_tags(&self, member: &Member<'a>, service: &Annotations<'a>) -> Result<Tags, Reason> {
        let from_service = service.map("tags")?;
        let mut tags = match service.find("tags").is_some() && !self.has(Behaviour::TagsMerged) {
            true => Tags::new(),
            false => member.annotations.map("tags")?,
        };
        tags.extend(from_service);
        tags.extend(class_tags(member));
        Ok(tags)
    }
}

fn class_tags(member: &Member<'_>) -> Tags {
    member.params.map(|params| class_params::map_of(&params.spec.tags)).unwrap_or_default()
}
