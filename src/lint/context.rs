//! What the rules look at: the objects of a stream, and what the controller makes of them.
//!
//! A rule is a function from a [`Context`] to findings. It asks the model where it can: the model knows what is in effect and
//! where that stands. The text of an annotation is read only to report what is wrong in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::finding::{Finding, Rule, Severity};
pub use crate::istio::is_gateway;
use crate::istio::pods::Pods;
use crate::istio::served::ServedPorts;
use crate::lint::facts::listeners::{IngressListener, of_members};
use crate::lint::facts::members::{Answers, Question};
pub use crate::lint::input::{Index, model_of, namespace_of, options, served_as_is};
use alb_controller::catalogue::{PREFIX, Version};
use alb_controller::model::{self, Built, Effective, Group, IngressFacts, Model, Options, Setting, Site};
use alb_controller::releases::Behaviour;
use kubernetes_objects::ObjectRef;
pub use kubernetes_objects::annotation_pointer as pointer;
use kubernetes_objects::object::Object;

/// A stream as it stands, or as the filter leaves it.
pub struct Context<'s> {
    /// The objects, hooks left out.
    pub objects: &'s [Object],
    index: &'s Index<'s>,
    /// What the controller does with them.
    pub model: &'s Model,
    /// What is known of the controller.
    pub options: &'s Options,
    /// The Ingresses under check.
    pub under_check: Vec<IngressUnderCheck<'s>>,
    /// The groups that they are in, by name.
    groups: Vec<Members<'s>>,
    /// In the filter: the Services that it rewrote. `None` where a stream is checked as it stands.
    pub rewritten: Option<Vec<&'s Object>>,
    /// In the filter: the Ingresses of which it has reported that their allow-list is lost.
    allow_lists_lost: Vec<&'s ObjectRef>,
    /// What the ports of Services speak: of those that the filter rewrote as it found it, of others once they are asked for.
    served: RefCell<BTreeMap<*const Object, Rc<ServedPorts>>>,
}

/// All members of a group, in its order.
struct Members<'s> {
    group: &'s Group,
    all: Vec<IngressUnderCheck<'s>>,
    /// What [`Context::first_member`] found.
    answers: Answers,
}

/// An Ingress under check.
#[derive(Clone)]
pub struct IngressUnderCheck<'s> {
    /// The object.
    pub object: &'s Object,
    /// What the controller does with it.
    pub facts: &'s IngressFacts,
    /// Its group, if it has one.
    pub group: Option<&'s Group>,
    /// The listeners that it asked for, alone or with others.
    pub listeners: Rc<[IngressListener<'s>]>,
}

impl<'s> Context<'s> {
    /// A context in which the Ingresses are checked that `checked` picks.
    pub fn new(
        index: &'s Index<'s>,
        model: &'s Model,
        options: &'s Options,
        checked: impl Fn(&IngressFacts) -> bool,
    ) -> Self {
        let objects = index.objects;
        let ingress = |facts: &'s IngressFacts, group, listeners: Vec<_>| IngressUnderCheck {
            object: &objects[facts.index],
            facts,
            group,
            listeners: listeners.into(),
        };
        let ingresses = model.ingresses.iter();
        let mut under_check: Vec<Option<IngressUnderCheck<'s>>> =
            ingresses.map(|facts| checked(facts).then(|| ingress(facts, None, Vec::new()))).collect();
        let mut groups = Vec::new();
        for group in &model.groups {
            let places = group.members.iter().map(|key| model.position(key));
            let is_checked = |at: Option<usize>| at.is_some_and(|at| under_check[at].is_some());
            if !places.clone().any(is_checked) {
                continue;
            }
            let mut all = Vec::with_capacity(group.members.len());
            for (at, listeners) in places.zip(of_members(group)) {
                let Some(at) = at else { continue };
                let member = ingress(&model.ingresses[at], Some(group), listeners);
                if under_check[at].is_some() {
                    under_check[at] = Some(member.clone());
                }
                all.push(member);
            }
            groups.push(Members { group, all, answers: Answers::default() });
        }
        Context {
            objects,
            index,
            model,
            options,
            under_check: under_check.into_iter().flatten().collect(),
            groups,
            rewritten: None,
            allow_lists_lost: Vec::new(),
            served: RefCell::default(),
        }
    }

    /// The same context behind the filter, which rewrote these Services and has reported what it found in them, and that these
    /// Ingresses have lost their allow-list.
    #[must_use]
    pub fn behind_the_filter(mut self, rewritten: Vec<&'s Object>, allow_lists_lost: Vec<&'s ObjectRef>) -> Self {
        self.rewritten = Some(rewritten);
        self.allow_lists_lost = allow_lists_lost;
        self
    }

    /// The same context with what the filter found out about the ports of these Services.
    #[must_use]
    pub fn knowing(self, served: impl IntoIterator<Item = (&'s Object, &'s ServedPorts)>) -> Self {
        let served = served.into_iter().map(|(service, ports)| (std::ptr::from_ref(service), Rc::new(ports.clone())));
        self.served.borrow_mut().extend(served);
        self
    }

    /// The controller's release.
    #[must_use]
    pub fn release(&self) -> Version {
        self.options.release()
    }

    /// Whether the controller's release behaves so.
    #[must_use]
    pub fn has(&self, behaviour: Behaviour) -> bool {
        self.release().has(behaviour)
    }

    /// What the ports of a Service speak.
    #[must_use]
    pub fn served(&self, service: &Object) -> Rc<ServedPorts> {
        let find = || Rc::new(served_as_is(&self.index.mesh, service));
        Rc::clone(self.served.borrow_mut().entry(service).or_insert_with(find))
    }

    /// The pods of a Service, as far as the stream has them.
    #[must_use]
    pub fn pods(&self, service: &Object) -> Pods<'s> {
        self.index.mesh.pods(service)
    }

    /// Whether the stream is checked as it stands.
    #[must_use]
    pub fn is_as_is(&self) -> bool {
        self.rewritten.is_none()
    }

    /// Whether the filter has reported that the allow-list of an Ingress is lost.
    #[must_use]
    pub fn has_lost_allow_list(&self, ingress: &Object) -> bool {
        !self.allow_lists_lost.is_empty() && self.allow_lists_lost.contains(&&ingress.reference())
    }

    /// Whether the filter rewrote a Service.
    #[must_use]
    pub fn is_rewritten(&self, service: &Object) -> bool {
        self.rewritten.iter().flatten().any(|rewritten| std::ptr::eq(*rewritten, service))
    }

    /// The objects of a kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'s Object> + use<'_, 's> {
        self.index.by_kind.get(kind).into_iter().flatten().copied()
    }

    /// The Service of a name in the namespace of an Ingress.
    #[must_use]
    pub fn service(&self, ingress: &IngressUnderCheck<'_>, name: &str) -> Option<&'s Object> {
        self.named("Service", namespace_of(ingress.object), name)
    }

    /// The Services of a name, in any namespace.
    #[must_use]
    pub fn services_named(&self, name: &str) -> &[&'s Object] {
        self.index.services.get(name).map_or(&[], Vec::as_slice)
    }

    fn named(&self, kind: &str, namespace: &str, name: &str) -> Option<&'s Object> {
        self.index.by_name.get(&(kind, namespace, name)).copied()
    }

    /// The Ingresses under check that are the controller's, or may be and are meant to be. For the others only the rules about
    /// the class apply.
    pub fn ingresses(&self) -> impl Iterator<Item = &IngressUnderCheck<'s>> {
        self.under_check.iter().filter(|ingress| self.is_ours(ingress))
    }

    fn is_ours(&self, ingress: &IngressUnderCheck<'_>) -> bool {
        match ingress.facts.picked_up {
            Some(ours) => ours,
            None => self.class(ingress).is_some() || self.is_meant_for_alb(ingress),
        }
    }

    /// The groups of these Ingresses, by name, each with those of its members that are among them, in the order of the group.
    #[must_use]
    pub fn by_group(&self) -> Vec<(&'s Group, Vec<&IngressUnderCheck<'s>>)> {
        let groups = self.groups.iter();
        let ours = groups.map(|group| {
            let members = group.all.iter().filter(|member| self.is_ours(member));
            (group.group, members.collect())
        });
        ours.filter(|(_, members): &(_, Vec<_>)| !members.is_empty()).collect()
    }

    /// The IngressClass of an Ingress that has one by name or by default, if it is in the stream.
    #[must_use]
    pub fn class(&self, ingress: &IngressUnderCheck<'_>) -> Option<&'s Object> {
        self.named("IngressClass", "", ingress.facts.class.as_deref()?)
    }

    /// The IngressClass of this name.
    #[must_use]
    pub fn class_named(&self, name: &str) -> Option<&'s Object> {
        self.named("IngressClass", "", name)
    }

    /// Whether an Ingress shows that it is meant for the controller: by the name of its class, or by an annotation with the
    /// controller's prefix. An Ingress for nginx whose IngressClass is not in the stream does not.
    #[must_use]
    pub fn is_meant_for_alb(&self, ingress: &IngressUnderCheck<'_>) -> bool {
        let facts = ingress.facts;
        facts.class.as_ref() == Some(&self.options.ingress_class)
            || facts.settings.iter().any(|setting| setting.object.kind == "Ingress")
    }

    /// The IngressClassParams that count for an Ingress.
    #[must_use]
    pub fn class_params(&self, ingress: &IngressUnderCheck<'_>) -> Option<&'s Object> {
        self.named("IngressClassParams", "", ingress.facts.class_params()?)
    }

    /// The Ingresses that share the load balancer of this one, itself among them.
    #[must_use]
    pub fn members<'a>(&'a self, ingress: &'a IngressUnderCheck<'s>) -> &'a [IngressUnderCheck<'s>] {
        match self.group(ingress) {
            Some(group) => &group.all,
            None => std::slice::from_ref(ingress),
        }
    }

    /// The first of these members that gives something.
    #[must_use]
    pub fn first_member<'a>(
        &'a self,
        ingress: &'a IngressUnderCheck<'s>,
        question: Question,
    ) -> Option<&'a IngressUnderCheck<'s>> {
        let members = self.members(ingress);
        let find = || members.iter().position(|member| question.holds(member.facts));
        let at = match self.group(ingress) {
            Some(group) => group.answers.get_or_find(question, find),
            None => find(),
        };
        members.get(at?)
    }

    fn group(&self, ingress: &IngressUnderCheck<'_>) -> Option<&Members<'s>> {
        let name = &ingress.group?.name;
        let found = (self.groups).binary_search_by(|group| group.group.name.cmp(name));
        self.groups.get(found.ok()?)
    }

    /// The object that the model names.
    #[must_use]
    pub fn find(&self, object: &model::Object) -> Option<&'s Object> {
        self.named(object.kind, &object.key.namespace, &object.key.name)
    }

    /// A finding about a place that the model names, on any object.
    #[must_use]
    pub fn at_site(&self, site: &Site, rule: &'static Rule, message: impl Into<String>) -> Finding {
        let finding = match self.find(&site.object) {
            Some(object) => about(object, rule, message),
            None => Finding::new(rule, message),
        };
        finding.field(site.pointer())
    }

    /// A finding about a value that is in effect, at the place that it comes from.
    #[must_use]
    pub fn at_effective<T>(
        &self,
        value: &Effective<'_, T>,
        rule: &'static Rule,
        message: impl Into<String>,
    ) -> Finding {
        self.at_site(&value.site(), rule, message)
    }

    /// A finding about an annotation, on any object.
    #[must_use]
    pub fn at(&self, setting: &Setting, rule: &'static Rule, message: impl Into<String>) -> Finding {
        let site = Site::annotation(setting.object.clone(), &setting.key);
        self.at_site(&site, rule, message)
    }
}

impl<'s> IngressUnderCheck<'s> {
    /// What is built for its group; `None` where the group is refused.
    #[must_use]
    pub fn built(&self) -> Option<&'s Built> {
        self.group?.built.as_ref()
    }

    /// A finding about something that the controller refuses: a warning where the model shows that it does not come to it, since
    /// nothing is built that needs it.
    #[must_use]
    pub fn refusal(&self, finding: Finding) -> Finding {
        if self.built().is_some() { finding.severity(Severity::Warning) } else { finding }
    }

    /// Whether no class is named, and none in the stream is the default: only the cluster decides whose it is.
    #[must_use]
    pub fn has_no_class(&self) -> bool {
        self.facts.picked_up.is_none() && self.facts.class.is_none()
    }

    /// Whether its group has a name of its own, so that others may be in it.
    #[must_use]
    pub fn shares(&self) -> bool {
        self.facts.group.as_ref().is_some_and(|group| *group != self.facts.key.to_string())
    }

    /// An annotation of the Ingress that the controller reads, for some target group at least.
    #[must_use]
    pub fn setting(&self, suffix: &str) -> Option<&'s Setting> {
        self.facts.read_setting(suffix)
    }

    /// The value of an annotation that the controller reads; an empty one is none.
    #[must_use]
    pub fn read(&self, suffix: &str) -> Option<&'s str> {
        self.setting(suffix).map(|setting| setting.value.as_str()).filter(|value| !value.is_empty())
    }

    /// Annotations that the controller reads, on the Ingress and on its Services, by the suffix of the catalogue. Empty
    /// ones are left out: they have a rule of their own.
    pub fn settings(&self, suffix: &str) -> impl Iterator<Item = &'s Setting> {
        self.facts.read_settings(suffix)
    }

    /// The value of `alb.ingress.kubernetes.io/<suffix>` on the Ingress itself.
    #[must_use]
    pub fn annotation(&self, suffix: &str) -> Option<&str> {
        self.object.annotation(&format!("{PREFIX}{suffix}"))
    }

    /// A finding about the Ingress.
    #[must_use]
    pub fn finding(&self, rule: &'static Rule, message: impl Into<String>) -> Finding {
        about(self.object, rule, message)
    }

    /// A finding about an annotation of the Ingress if the controller reads one, about the Ingress otherwise.
    #[must_use]
    pub fn near(&self, rule: &'static Rule, suffix: &str, message: impl Into<String>) -> Finding {
        match self.setting(suffix) {
            Some(_) => self.at(rule, suffix, message),
            None => self.finding(rule, message),
        }
    }

    /// A finding about an annotation of the Ingress, by what stands behind `alb.ingress.kubernetes.io/`.
    #[must_use]
    pub fn at(&self, rule: &'static Rule, suffix: &str, message: impl Into<String>) -> Finding {
        self.finding(rule, message).field(pointer(&format!("{PREFIX}{suffix}")))
    }
}

/// A finding about an object.
#[must_use]
pub fn about(object: &Object, rule: &'static Rule, message: impl Into<String>) -> Finding {
    Finding::new(rule, message).object(object.reference())
}

/// A finding that holds only if the controller takes the Ingress for its own.
#[must_use]
pub fn if_ours(finding: Finding) -> Finding {
    Finding {
        message: format!("if the controller takes it for its own: {}", finding.message),
        severity: Severity::Warning,
        ..finding
    }
}
