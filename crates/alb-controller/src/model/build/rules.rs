//! Rules of a listener: which paths, in which order, and what they match.
//!
//! Entries of `spec.rules` keep their order. Inside one entry the paths are sorted: Exact, then Prefix with the longest
//! first, then ImplementationSpecific as written. Afterwards the optimizer leaves some out.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_listener_rules.go.

use crate::model::build::Builder;
use crate::model::build::rule_optimizer;
use crate::model::output::{Origin, Protocol, Pruned, Rule};
use crate::model::reference::{Object, Reason, Site};
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use k8s_openapi::api::networking::v1::HTTPIngressPath;

/// A path and its index as written.
type At<'p> = (usize, &'p HTTPIngressPath);

impl<'a> Builder<'a> {
    /// Rules of one listener, in order of priority, and those that are left out (model_build_listener_rules.go:19-86).
    pub fn rules(
        &mut self,
        port: i32,
        protocol: Protocol,
        members: &[&Member<'a>],
    ) -> Result<(Vec<Rule>, Vec<Pruned>), Reason> {
        if self.redirects_all(protocol) {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut rules = Vec::new();
        for member in members {
            let entries = member.spec().and_then(|spec| spec.rules.as_ref());
            for (index, entry) in entries.into_iter().flatten().enumerate() {
                let Some(http) = &entry.http else { continue };
                for (path_index, path) in self.sorted(member, index, &http.paths)? {
                    let origin = Origin {
                        ingress: member.key.clone(),
                        rule: index,
                        path: path_index,
                        backend: path.backend.service.as_ref().map(|s| s.name.clone()).unwrap_or_default(),
                    };
                    let host = entry.host.as_deref().unwrap_or_default();
                    let rule = self.rule(protocol, member, host, path, origin);
                    rules.push(rule.map_err(|reason| reason.in_ingress(&member.key))?);
                }
            }
        }
        let (mut rules, pruned) =
            rule_optimizer::optimize(self.has(Behaviour::PathRegexCompared), port, protocol, rules);
        for (index, rule) in rules.iter_mut().enumerate() {
            rule.priority = index + 1;
        }
        Ok((rules, pruned))
    }

    fn sorted<'p>(
        &self,
        member: &Member<'_>,
        rule: usize,
        paths: &'p [HTTPIngressPath],
    ) -> Result<Vec<At<'p>>, Reason> {
        if self.has(Behaviour::PathsSorted) { sort_paths(member, rule, paths) } else { Ok(as_written(paths)) }
    }

    fn rule(
        &mut self,
        protocol: Protocol,
        member: &Member<'a>,
        host: &str,
        path: &HTTPIngressPath,
        origin: Origin,
    ) -> Result<Rule, Reason> {
        let site = || Site::field(Object::ingress(&member.key), path_pointer(&origin));
        let backend = self.backend(protocol, member, &path.backend).map_err(|reason| reason.at(site()))?;
        let conditions = self.conditions(member, host, path, &backend).map_err(|reason| reason.at(site()))?;
        let actions = self.actions(protocol, member, &backend).map_err(|reason| reason.at(site()))?;
        let transforms = backend.transforms.into_iter().map(|transform| transform.normalised()).collect();
        self.ingress_tags(member)?;
        Ok(Rule { priority: 0, conditions, actions, transforms, origin })
    }
}

/// The paths in the order in which they are written.
fn as_written(paths: &[HTTPIngressPath]) -> Vec<At<'_>> {
    paths.iter().enumerate().collect()
}

fn path_pointer(origin: &Origin) -> String {
    format!("/spec/rules/{}/http/paths/{}", origin.rule, origin.path)
}

/// model_build_listener_rules.go:88-127
fn sort_paths<'p>(member: &Member<'_>, rule: usize, paths: &'p [HTTPIngressPath]) -> Result<Vec<At<'p>>, Reason> {
    let (mut exact, mut prefix, mut specific): (Vec<At<'p>>, Vec<At<'p>>, Vec<At<'p>>) = Default::default();
    for (index, path) in paths.iter().enumerate() {
        match path.path_type.as_str() {
            "Exact" => exact.push((index, path)),
            "Prefix" => prefix.push((index, path)),
            "ImplementationSpecific" => specific.push((index, path)),
            _ => {
                let message = format!("unknown pathType for path {}", path.path.as_deref().unwrap_or_default());
                let pointer = format!("/spec/rules/{rule}/http/paths/{index}/pathType");
                let site = Site::field(Object::ingress(&member.key), pointer);
                return Err(Reason::new(message).at(site).of(&member.key));
            }
        }
    }
    prefix.sort_by_key(|(_, path)| std::cmp::Reverse(path.path.as_ref().map_or(0, String::len)));
    exact.append(&mut prefix);
    exact.append(&mut specific);
    Ok(exact)
}
