//! The way of the traffic as an architecture picture, from left to right: who connects, the load balancer with its listeners and
//! rules, target groups, Services, pods.
//!
//! One [`Picture`] is made from the model of the controller and from what is known beside it. It is drawn as SVG ([`svg`]) and as a
//! Mermaid flowchart ([`mermaid`]), and told in words for those who can't see it ([`words`]). What the manifests leave open is
//! named, never guessed.

mod graph;
mod kubernetes;
mod layout;
mod load_balancer;
mod marks;
mod measure;
mod mermaid;
mod old;
mod svg;
mod words;

pub use graph::{Edge, Kind, Mark, Node, Picture, Scene, State, Text, Way};
pub use mermaid::mermaid;
pub use svg::svg;
pub use words::{paragraphs, words};

use alb_controller::model::{Group, IngressFacts, Key, Model, Verdict};
use alb_controller::releases::Behaviour;
use kubernetes_objects::{Object, ObjectRef};

use super::diagram::Serves;
use crate::finding::{Finding, Severity};

/// What the picture is made from.
pub struct Facts<'f> {
    /// What the controller builds.
    pub model: &'f Model,
    /// The objects that the model was made from.
    pub objects: &'f [Object],
    /// What the ports behind target groups speak.
    pub serves: Serves<'f>,
    /// What was found.
    pub findings: &'f [Finding],
    /// What was found and is allowed by the configuration.
    pub allowed: &'f [Finding],
}

impl Facts<'_> {
    /// The Service of this namespace and name; of several the last one, as for the model.
    fn service(&self, key: &alb_controller::model::Key) -> Option<&Object> {
        let is_it = |object: &&Object| {
            let namespace = crate::lint::context::namespace_of(object);
            object.kind() == "Service" && namespace == key.namespace && object.name() == key.name
        };
        self.objects.iter().rev().find(is_it)
    }

    /// Whether the controller's release makes new Services of type LoadBalancer its own.
    fn has_service_webhook(&self) -> bool {
        self.model.ingresses.first().is_none_or(|facts| facts.release().has(Behaviour::ServiceWebhook))
    }
}

/// The picture of a model.
#[must_use]
pub fn picture(facts: &Facts<'_>) -> Picture {
    let model = facts.model;
    let mut scenes: Vec<Scene> = model.groups.iter().map(|group| of_group(group, facts)).collect();
    scenes.extend(model.ingresses.iter().filter(|ingress| ingress.group.is_none()).map(not_built));
    let mut picture = Picture { title: title(model), scenes, beside: Vec::new() };
    marks::of_findings(&mut picture, facts);
    picture
}

fn title(model: &Model) -> String {
    let built = || model.groups.iter().filter(|group| group.built.is_some());
    let count = built().count();
    let certain = built().filter(|group| group.verdict == Verdict::Built).count();
    match (count, model.verdict) {
        (0, Verdict::Ignored) => {
            format!(
                "No load balancer: {}",
                model.message.as_deref().unwrap_or("the controller ignores these manifests")
            )
        }
        (0, _) => "No load balancer is built from these manifests".to_owned(),
        (1, _) => {
            "How requests reach the pods: the load balancer that the AWS Load Balancer Controller builds".to_owned()
        }
        (count, _) if certain > 0 && certain < count => {
            let plural = if certain == 1 { "" } else { "s" };
            format!(
                "How requests reach the pods: {certain} load balancer{plural} that the AWS Load Balancer Controller builds, and {} that may \
                 be built",
                count - certain
            )
        }
        (count, _) => {
            format!(
                "How requests reach the pods: the {count} load balancers that the AWS Load Balancer Controller builds"
            )
        }
    }
}

fn of_group(group: &Group, facts: &Facts<'_>) -> Scene {
    let members: Vec<String> = group.members.iter().map(ToString::to_string).collect();
    let is_alone = matches!(members.as_slice(), [only] if *only == group.name);
    let title = match is_alone {
        true => format!("Ingress {}", group.name),
        false => format!("IngressGroup {}: {}", group.name, members.join(", ")),
    };
    let mut scene = Scene { title, ..Scene::default() };
    if !is_alone {
        let text = "Ingresses of this group that are not in these manifests share the load balancer and are not drawn";
        scene.notes.push(Mark::new(Severity::Info, text));
    }
    let message = group.message.as_deref().unwrap_or_default();
    match (group.verdict, &group.built) {
        (Verdict::Unknown, _) => {
            let text = format!("Not certain: {}", message.replace("in the stream", "in these manifests"));
            scene.notes.push(Mark::new(Severity::Warning, text));
        }
        (Verdict::Refused, Some(_)) => {
            scene.notes.push(Mark::new(Severity::Error, format!("The controller refuses it: {message}")));
        }
        _ => {}
    }
    match &group.built {
        Some(built) => load_balancer::draw(&mut scene, built, facts, group.members.len() > 1),
        None => {
            let node = scene.add(Kind::Ingress, None, scene.title.clone(), Vec::new());
            if let Some(member) = group.members.first() {
                scene.is_object(node, ObjectRef::new("Ingress", &member.namespace, &member.name));
            }
            let text = nothing(message, &group.members);
            if group.verdict == Verdict::Refused {
                scene.mark(node, Severity::Error, text);
            }
        }
    }
    scene
}

/// That nothing is built. The box has the name of the Ingress already, so the controller's sentence need not begin with it.
fn nothing(message: &str, members: &[Key]) -> String {
    let only = if let [only] = members { format!("ingress: {only}: ") } else { String::new() };
    format!("Nothing is built: the controller refuses it: {}", message.strip_prefix(&only).unwrap_or(message))
}

/// An Ingress that is in no group: not the controller's, or denied.
fn not_built(ingress: &IngressFacts) -> Scene {
    let title = format!("Ingress {}", ingress.key);
    let mut scene = Scene { title: title.clone(), ..Scene::default() };
    let node = scene.add(Kind::Ingress, None, title, Vec::new());
    scene.is_object(node, ObjectRef::new("Ingress", &ingress.key.namespace, &ingress.key.name));
    match &ingress.failure {
        Some(failure) => {
            let text = nothing(&failure.to_string(), std::slice::from_ref(&ingress.key));
            scene.mark(node, Severity::Error, text);
        }
        None => scene.mark(node, Severity::Warning, format!("Nothing is built: not picked up, {}", ingress.why)),
    }
    scene
}
