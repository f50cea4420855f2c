//! Rules about annotations as such: misspelt, empty, on the wrong object, or not for EKS Auto Mode.
//!
//! The controller ignores an annotation that it does not know, and `kubectl apply` succeeds. So a wrong letter
//! switches a setting off, and the default takes its place. The model has for each annotation whether the controller
//! reads it, and why not. Values are checked in [`super::values`].

#[cfg(test)]
mod tests;

use crate::config::fields::by_annotation;
use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck, pointer};
use crate::lint::facts::listen_ports::{is_listener, misspelt_listener};
use crate::lint::facts::unused::why_unused;
use alb_controller::annotation::maps;
use alb_controller::catalogue::{AutoMode, CLASS_ANNOTATION, Empty, PREFIX, Place, find, nearest};
use alb_controller::go::strconv::trim;
use alb_controller::model::{Setting, State, Unread};
use alb_controller::releases::Behaviour;
use kubernetes_objects::object::entries;

rules! {
    ALB029 Error | Warning "empty-annotation" {
        summary: "an annotation without a value",
        explanation: "An empty value (also `null`, which Kubernetes stores as an empty text) is not the same as no \
            annotation, and each annotation takes it in its own way. Empty `inbound-cidrs` open the ALB to the world, \
            an empty `wafv2-acl-arn` takes the web ACL off (releases 2.8.2 to 2.13.4 do not), an empty `certificate-arn` without `listen-ports` leaves \
            it with port 80 alone. An empty `scheme`, `subnets`, `target-type` or `backend-protocol` stops the \
            controller, an empty `load-balancer-name`, `ssl-policy` or `healthcheck-path` goes to AWS, which refuses \
            it.\n\nAttributes, labels and tags without a value lose nothing: that is a warning.",
        help: "remove the annotation, or give it a value; where a chart writes it, leave the key out when there is no \
            value",
        source: "LBC v3.5.0 pkg/annotations/parser.go; pkg/ingress/model_builder.go:494-497, \
            model_build_load_balancer_addons.go:35-104",
    }
    ALB040 Error "not-for-eks-auto-mode" {
        summary: "an annotation that EKS Auto Mode does not read",
        explanation: "The load balancing of EKS Auto Mode (`eksAutoMode: true`) is not the AWS Load Balancer \
            Controller. It does not read `kubernetes.io/ingress.class` (a class is named by `ingressClassName`, its \
            controller is `eks.amazonaws.com/alb`), `group.name` (a group is named in the IngressClassParams), \
            `waf-acl-id`, `web-acl-id`, `shield-advanced-protection`, `listener-attributes.*` and `auth-type: oidc`.",
        help: "remove the annotation, or set it in the IngressClassParams of the class",
        source: "https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html",
    }
    ALB051 Warning "service-annotation-wins" {
        summary: "an annotation on the Service that differs from the same one on the Ingress",
        explanation: "Annotations of a target group are read from the Service first. Its whole value wins over the \
            Ingress's without an event: nothing is merged, so `target-group-attributes` on the Service drop all those of \
            the Ingress. Tags alone are merged key by key (since v2.4.0), and for a key that both have the Service's \
            value counts. `multi-cluster-target-group` is on where either says so.",
        help: "keep the annotation in one place, on the Ingress",
        source: "LBC v3.5.0 pkg/algorithm/maps.go:23-36; pkg/ingress/model_build_target_group.go:164",
    }
    ALB052 Error | Warning "unknown-annotation" {
        summary: "an annotation with the controller's prefix, or nearly so, that it does not know; or a known one without the prefix",
        explanation: "Annotations are looked up by their exact key, case and all. One that is misspelt \
            (`healthcheck-paths`, `Scheme`, `alb.ingress.kuberentes.io/…`, `listener-attributes.https-443`) is ignored \
            without an event, and the default takes its place. So is one without the prefix (`scheme: internal`): an error in \
            the filter's own Ingress, and a warning in manifests as they stand.",
        help: "correct the key, or remove the annotation",
        source: "LBC v3.5.0 pkg/annotations/constants.go, parser.go; aws-load-balancer-controller#2726",
    }
    ALB083 Error | Warning "ingress-annotation-on-the-service" {
        summary: "an annotation on the Service that the controller reads from the Ingress only",
        explanation: "Of the annotations on a Service the controller reads those of the target group. All others are \
            ignored there without an event: `scheme`, `listen-ports`, `certificate-arn`, `inbound-cidrs`, \
            `wafv2-acl-arn` and so on. The result is an ALB with the defaults, internal, in clear text and open to \
            everyone in its network.",
        help: "move it to the Ingress; the filter does so, unless `service.keepAnnotations` names it",
        source: "LBC v3.5.0 pkg/ingress/model_build_load_balancer.go, model_build_listener.go; \
            pkg/algorithm/maps.go:23-36",
    }
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        context.under_check.iter().filter_map(|ingress| class_annotation(context, ingress)).collect();
    for ingress in context.ingresses() {
        findings.extend(without_prefix(context, ingress));
        for setting in &ingress.facts.settings {
            findings.extend(unread(context, ingress, setting));
            if setting.state == State::Read {
                findings.extend(empty(context, ingress, setting));
                findings.extend(not_in_auto_mode(context, setting));
                findings.extend(service_wins(context, ingress, setting));
            }
        }
    }
    findings
}

/// The class annotation, which hides the Ingress from EKS Auto Mode.
fn class_annotation(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let class = ingress.object.annotation(CLASS_ANNOTATION).filter(|_| context.options.eks_auto_mode)?;
    let meant = class == "alb" || class == context.options.ingress_class;
    meant.then(|| {
        let message = format!("EKS Auto Mode does not read {CLASS_ANNOTATION}: no controller takes the Ingress");
        ingress
            .finding(&ALB040, message)
            .field(pointer(CLASS_ANNOTATION))
            .help("name the class in `spec.ingressClassName`: [[ingress.classAs: field]]")
    })
}

/// Annotations that have the name of one of the controller's, and not its prefix.
fn without_prefix(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let annotations = entries(&ingress.object.value["metadata"]["annotations"]);
    let known = annotations.filter(|(key, _)| !key.contains('/') && find(key).is_some());
    let found = known.map(|(key, value)| {
        let full = format!("{PREFIX}{key}");
        let message = format!("the annotation {key} has no prefix, and the controller ignores it");
        let help = match by_annotation(&full).filter(|field| field.value.is_some()) {
            Some(field) => {
                Help::from("set ").set(field.path, value.as_str().unwrap_or_default()).then(", and remove it here")
            }
            None => Help::from(format!("write `{full}`")),
        };
        let finding = ingress.finding(&ALB052, message).field(pointer(key)).help(help);
        if context.is_as_is() { finding.severity(Severity::Warning) } else { finding }
    });
    found.collect()
}

/// An annotation that is not read, unless another rule reports it.
fn unread(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, setting: &Setting) -> Option<Finding> {
    if misspelt_listener(setting) {
        return Some(unknown(context, setting));
    }
    let State::Unread(unread) = setting.state else {
        return None;
    };
    match unread {
        Unread::UnknownKey => Some(unknown(context, setting)),
        Unread::IngressOnly => Some(on_the_service(context, ingress, setting)),
        Unread::AutoMode => {
            let message = format!("EKS Auto Mode does not read {}", setting.name());
            Some(context.at(setting, &ALB040, message))
        }
        Unread::NoSuchBackend | Unread::NoSuchListener | Unread::NotOurs | Unread::TooNew(_) => None,
    }
}

fn unknown(context: &Context<'_>, setting: &Setting) -> Finding {
    let message = format!("the controller does not know the annotation {}, and ignores it", setting.key);
    let finding = context.at(setting, &ALB052, message);
    let meant = match setting.name().strip_prefix("listener-attributes.") {
        Some(listener) => Some(trim(listener).to_ascii_uppercase())
            .filter(|listener| is_listener(listener))
            .map(|listener| format!("{PREFIX}listener-attributes.{listener}")),
        None => nearest(&setting.key),
    };
    finding.maybe_help(meant.map(|meant| format!("did you mean {meant}?")))
}

fn on_the_service(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, setting: &Setting) -> Finding {
    let name = setting.name();
    let message = format!("{name} is read from the Ingress only: here on the Service it does nothing");
    let finding = context.at(setting, &ALB083, message);
    if ingress.annotation(name) == Some(setting.value.as_str()) {
        finding.severity(Severity::Warning).help("remove it here: the Ingress has it as well")
    } else if setting.value.is_empty() {
        finding.severity(Severity::Warning).help("remove it")
    } else {
        finding
    }
}

fn empty(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, setting: &Setting) -> Option<Finding> {
    let annotation = setting.annotation.filter(|_| setting.value.is_empty())?;
    let name = setting.name();
    let at = |what: &str| context.at(setting, &ALB029, format!("{name} is empty: {what}"));
    if let Some(why) = why_unused(context, ingress, setting) {
        return Some(at(&format!("it is not read, {why}")).severity(Severity::Warning));
    }
    Some(match annotation.empty {
        Empty::Harmless => at("it does nothing").severity(Severity::Warning),
        Empty::Absent if name == "security-groups" && !context.has(Behaviour::EmptySecurityGroups) => {
            at("the ALB would get the default security group of the VPC")
        }
        Empty::Absent => at("the controller takes it as if it were not there"),
        Empty::Refused => ingress.refusal(at("the controller refuses it")),
        Empty::Aws => at("it goes to AWS as it is, which refuses it"),
        Empty::Opens => at("the ALB would be open to the world"),
        // As no annotation, between two releases that take it off.
        Empty::Detaches if keeps_web_acl(context) => at("it does nothing").severity(Severity::Warning),
        Empty::Detaches => at("the web ACL that the ALB has would be taken off"),
    })
}

/// Whether an empty `wafv2-acl-arn` leaves the web ACL alone.
fn keeps_web_acl(context: &Context<'_>) -> bool {
    context.has(Behaviour::WebAclLeftAlone) && !context.has(Behaviour::EmptyWebAclDetaches)
}

fn not_in_auto_mode(context: &Context<'_>, setting: &Setting) -> Option<Finding> {
    let AutoMode::Except(value) = setting.annotation?.auto_mode else {
        return None;
    };
    (context.options.eks_auto_mode && setting.value == value).then(|| {
        let message = format!("EKS Auto Mode has no {}: {value}", setting.name());
        context.at(setting, &ALB040, message)
    })
}

/// An annotation on the Service and another value of it on the Ingress.
fn service_wins(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, setting: &Setting) -> Option<Finding> {
    if setting.object.kind != "Service" {
        return None;
    }
    let name = setting.name();
    let ours = ingress.annotation(name)?;
    let message = match setting.annotation?.place {
        Place::Ingress => return None,
        Place::ServiceThenIngress if ours != setting.value => {
            format!("{name} is {:?} here and {ours:?} on {}: the Service's counts", setting.value, ingress.facts.key)
        }
        Place::Both if name == "tags" && !context.has(Behaviour::TagsMerged) => {
            if ours == setting.value {
                return None;
            }
            let who = format!("release {} of the controller does not merge tags", context.release());
            format!("{who}: the target group has those of the Service, and none of those on {}", ingress.facts.key)
        }
        Place::Both if name == "tags" => {
            let read = |text: &str| maps::read(text, context.release());
            let (theirs, ours) = (read(&setting.value)?, read(ours)?);
            let (key, value) =
                theirs.iter().find(|(key, value)| ours.get(*key).is_some_and(|other| other != *value))?;
            format!(
                "tag {key} is {value:?} here and {:?} on {}: on the target group the Service's counts",
                ours[key], ingress.facts.key
            )
        }
        Place::Both if ours != setting.value => {
            format!("{name} is {:?} here and {ours:?} on {}: true on either counts", setting.value, ingress.facts.key)
        }
        _ => return None,
    };
    Some(context.at(setting, &ALB051, message))
}
