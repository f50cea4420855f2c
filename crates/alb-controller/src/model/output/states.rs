//! What becomes of each annotation of an Ingress and of the Services that its backends name.

use crate::catalogue::{self, Annotation, AutoMode, PREFIX, Place, USE_ANNOTATION};
use crate::model::input::objects::Objects;
use crate::model::options::Options;
use crate::model::output::settings::{Setting, Source, State, Unread};
use crate::model::output::verdict::{Group, IngressFacts};
use crate::model::output::{Listener, TargetGroup};
use crate::model::reference::{Key, Object};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::{Ingress, IngressBackend, IngressServiceBackend};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// What is built for one Ingress, where its group is built at all.
#[derive(Default)]
pub(crate) struct Share<'a> {
    pub listeners: Vec<&'a Listener>,
    pub target_groups: Vec<&'a TargetGroup>,
}

/// The share of each Ingress of the groups.
pub(crate) fn shares(groups: &[Group]) -> BTreeMap<&Key, Share<'_>> {
    let mut shares: BTreeMap<&Key, Share<'_>> = BTreeMap::new();
    for built in groups.iter().filter_map(|group| group.built.as_ref()) {
        for listener in &built.listeners {
            for key in &listener.members {
                shares.entry(key).or_default().listeners.push(listener);
            }
        }
        for group in &built.target_groups {
            shares.entry(&group.ingress).or_default().target_groups.push(group);
        }
    }
    shares
}

/// Settings of an Ingress: its own, then those of the Services that its backends name; sorted by object and key.
pub(crate) fn settings(
    objects: &Objects,
    options: &Options,
    facts: &IngressFacts,
    ingress: &Ingress,
    share: Option<&Share<'_>>,
) -> Vec<Setting> {
    let targets = share.into_iter().flat_map(|share| &share.target_groups);
    let mut names: Vec<&str> = backends(ingress)
        .map(|service| service.name.as_str())
        .chain(targets.map(|group| group.service.name.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    let services: Vec<(Key, &Service)> = names
        .into_iter()
        .map(|name| Key::new(&facts.key.namespace, name))
        .filter_map(|key| objects.services.get(&key).map(|service| (key, service)))
        .collect();
    let context = Context { options, facts, ingress, share, services: &services, named: OnceCell::new() };
    let own = ingress.metadata.annotations.as_ref();
    let mut settings = context.of(&Object::ingress(&facts.key), own);
    for (key, service) in &services {
        let annotations = service.metadata.annotations.as_ref();
        settings.extend(context.of(&Object::service(key), annotations));
    }
    settings
}

fn backends(ingress: &Ingress) -> impl Iterator<Item = &IngressServiceBackend> {
    let spec = ingress.spec.as_ref();
    let paths = spec
        .and_then(|s| s.rules.as_ref())
        .into_iter()
        .flatten()
        .flat_map(|rule| rule.http.iter().flat_map(|http| http.paths.iter().map(|path| &path.backend)));
    let default: Option<&IngressBackend> = spec.and_then(|s| s.default_backend.as_ref());
    paths.chain(default).filter_map(|backend| backend.service.as_ref())
}

struct Context<'a> {
    options: &'a Options,
    facts: &'a IngressFacts,
    ingress: &'a Ingress,
    share: Option<&'a Share<'a>>,
    /// Services of the stream that it forwards to.
    services: &'a [(Key, &'a Service)],
    named: OnceCell<Named<'a>>,
}

/// What annotations of an Ingress may name.
struct Named<'a> {
    backends: BTreeSet<&'a str>,
    actions: BTreeSet<&'a str>,
    /// `service.port`; `None` where nothing is built.
    target_groups: Option<BTreeSet<String>>,
    /// `HTTPS-443`
    listeners: Option<BTreeSet<String>>,
}

impl<'a> Named<'a> {
    fn new(ingress: &'a Ingress, share: Option<&'a Share<'a>>) -> Self {
        let is_action = |backend: &&IngressServiceBackend| {
            let port = backend.port.as_ref().and_then(|port| port.name.as_deref());
            port == Some(USE_ANNOTATION)
        };
        let name = |backend: &'a IngressServiceBackend| backend.name.as_str();
        let of = |group: &&TargetGroup| format!("{}.{}", group.service.name, group.service_port);
        let at = |listener: &&Listener| format!("{}-{}", listener.protocol.name(), listener.port);
        Named {
            backends: backends(ingress).map(name).collect(),
            actions: backends(ingress).filter(is_action).map(name).collect(),
            target_groups: share.map(|share| share.target_groups.iter().map(of).collect()),
            listeners: share.map(|share| share.listeners.iter().map(at).collect()),
        }
    }
}

impl Context<'_> {
    fn of(&self, object: &Object, map: Option<&BTreeMap<String, String>>) -> Vec<Setting> {
        let ours = map.into_iter().flatten().filter(|(key, _)| looks_like_ours(key));
        ours.map(|(key, value)| Setting {
            object: object.clone(),
            key: key.clone(),
            value: value.clone(),
            annotation: catalogue::find_key(key),
            state: self.state(object, key),
        })
        .collect()
    }

    fn state(&self, object: &Object, key: &str) -> State {
        let suffix = key.strip_prefix(PREFIX).unwrap_or_default();
        let Some(annotation) = catalogue::find(suffix) else {
            return State::Unread(Unread::UnknownKey);
        };
        let on_service = object.kind == "Service";
        if self.facts.picked_up == Some(false) {
            return State::Unread(Unread::NotOurs);
        }
        if on_service && annotation.place == Place::Ingress {
            return State::Unread(Unread::IngressOnly);
        }
        if annotation.since > self.options.release() {
            return State::Unread(Unread::TooNew(annotation.since));
        }
        if self.options.eks_auto_mode && annotation.auto_mode == AutoMode::No {
            return State::Unread(Unread::AutoMode);
        }
        if let Some(unread) = self.unreferenced(annotation, suffix) {
            return State::Unread(unread);
        }
        match self.overridden(on_service, annotation, key) {
            Some(source) => State::Overridden(source),
            None => State::Read,
        }
    }

    /// What stands in the annotation's place.
    fn overridden(&self, on_service: bool, annotation: &Annotation, key: &str) -> Option<Source> {
        let params = self.facts.params.as_ref();
        let field = annotation.class_params;
        if let Some((params, field)) = params.zip(field).filter(|(params, field)| params.overrides(field)) {
            return Some(Source::ClassParams { name: params.name.clone(), field });
        }
        if on_service || annotation.place != Place::ServiceThenIngress {
            return None;
        }
        let has = |(_, service): &(Key, &Service)| {
            let annotations = service.metadata.annotations.as_ref();
            annotations.is_some_and(|map| map.contains_key(key))
        };
        let (first, _) = self.services.first()?;
        let all = self.services.iter().all(has);
        all.then(|| Source::Service(first.clone()))
    }

    /// Annotations that something else must name before they are read.
    fn unreferenced(&self, annotation: &Annotation, suffix: &str) -> Option<Unread> {
        let tail = suffix.split_once('.').map_or("", |(_, tail)| tail);
        let named = || self.named.get_or_init(|| Named::new(self.ingress, self.share));
        let (found, unread) = match annotation.suffix {
            "actions.*" => (named().actions.contains(tail), Unread::NoSuchBackend),
            "conditions.*" | "transforms.*" => (named().backends.contains(tail), Unread::NoSuchBackend),
            "target-control-port.*.*" => {
                let groups = named().target_groups.as_ref()?;
                (groups.contains(tail), Unread::NoSuchBackend)
            }
            "listener-attributes.*" => {
                let listeners = named().listeners.as_ref()?;
                (listeners.contains(tail), Unread::NoSuchListener)
            }
            _ => return None,
        };
        (!found).then_some(unread)
    }
}

/// The controller's prefix, or one that is meant for it: another case, a misspelt word. Other controllers have annotations of
/// the same names below prefixes that are not far (`nginx.ingress.kubernetes.io/ssl-redirect`), so a prefix without `alb` must
/// be very near, and one that is further away must at least have it as a word of its own.
fn looks_like_ours(key: &str) -> bool {
    let (prefix, suffix) = key.split_once('/').unwrap_or_default();
    let prefix = prefix.to_ascii_lowercase();
    let wanted = PREFIX.trim_end_matches('/');
    if prefix == wanted {
        return true;
    }
    let away = strsim::damerau_levenshtein(&prefix, wanted);
    let known = || catalogue::find(suffix).is_some();
    if away > 6 {
        prefix.split('.').any(|word| word == "alb") && known()
    } else {
        prefix.contains("alb") || (away <= 2 && known())
    }
}
