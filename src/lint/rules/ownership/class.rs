//! Rules about the class of an Ingress: whether the controller picks it up at all.
//!
//! An Ingress of a class that is not the controller's is passed over without an event. Many streams hold such Ingresses
//! rightly, for another controller, so it is a fault only where the Ingress shows that it is meant for this one.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, Severity, rules};
use crate::help::Help;
use crate::lint::context::{Context, IngressUnderCheck, pointer};
use crate::lint::facts::classes::other_controller;
use crate::lint::facts::targets::targets;
use alb_controller::catalogue::CLASS_ANNOTATION;
use alb_controller::go::strconv::parse_int32;
use alb_controller::model::Effective;
use alb_controller::releases::Behaviour;

rules! {
    ALB039 Error | Warning "class-said-twice" {
        summary: "the class annotation beside `ingressClassName`",
        explanation: "When an Ingress is created the API server wants both to be equal: `must match ingressClassName \
            when both are specified`; before Kubernetes 1.27 it refuses both together. On an update it lets a \
            difference pass, and the annotation counts.\n\nWhere both are equal (a warning) the controller takes the \
            annotation, so IngressClassParams do not count, and its webhook still denies the Ingress if there is no \
            IngressClass of that name.",
        help: "keep one of them: [[ingress.classAs: annotation]] or [[ingress.classAs: field]]",
        source: "k8s pkg/apis/networking/validation/validation.go validateIngressCreate (1.27, kubernetes#115447); LBC \
            v3.5.0 pkg/ingress/group_loader.go:196-230, webhooks/networking/ingress_validator.go:186-210",
    }
    ALB086 Error | Warning | Info "class-not-the-controllers" {
        summary: "an Ingress that is meant for the controller, and its class is not the controller's",
        explanation: "The controller takes an Ingress whose annotation `kubernetes.io/ingress.class` is `alb`, letter \
            for letter (its flag `--ingress-class`), or whose IngressClass, by name or by default, has the controller \
            `ingress.k8s.aws/alb`. It ignores every other Ingress: no load balancer, no event, no word in the log. \
            With two default IngressClasses an Ingress without a class is denied. Before v2.5.0 the controller knows no \
            default class, and takes such an Ingress only where the API server fills the class in.\n\nAn Ingress without any class is \
            the controller's only where the default IngressClass of the cluster belongs to the controller: a warning. EKS Auto Mode has \
            the controller `eks.amazonaws.com/alb`, and does not read the annotation: if the filter's own Ingress is \
            of a class of the one, and `eksAutoMode` says the other, nothing is known of the ALB; on manifests as they \
            stand that is an info.\n\nWhere the filter takes the load balancer of the Service away, and the class of its own Ingress is not \
            the controller's, it is an error: the gateway would have no load balancer at all.\n\nThat an Ingress is meant for the controller is told by \
            `alb.ingress.kubernetes.io/` annotations on it, or by the name of its class. One that is not is only \
            named, as an info.",
        help: "set `kubernetes.io/ingress.class: alb`, or `ingressClassName` to a class of the controller's \
            (`ingress.className`, `ingress.classAs`)",
        source: "LBC v3.5.0 pkg/ingress/group_loader.go:196-230; pkg/ingress/class_loader.go:54-147",
    }
    ALB119 Error | Warning "class-of-another-controller" {
        summary: "a class that is configured for the ALB, and that another controller answers to",
        explanation: "The filter takes the class that `ingress.className` names to be the controller's, since the controller can be \
            started with any (`--ingress-class`). Where an IngressClass of that name is in the stream and is another \
            controller's, or where the name is one that another controller has by default, that controller serves \
            the Ingress, and nobody builds an ALB. A name alone is an error where the filter takes the load balancer of the \
            Service away in the same run, and a warning otherwise: a controller may have been started with that name.",
        help: "remove [[ingress.className]]: the controller's class is `alb`; if your controller was started with this class, allow \
            this finding by its id",
        source: "LBC v3.5.0 pkg/ingress/group_loader.go:196-230; kubernetes.github.io/ingress-nginx/user-guide/multiple-ingress; Istio \
            1.29.1 pilot/pkg/config/kube/ingress/conversion.go shouldProcessIngress; the list of controllers: \
            https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/",
    }
    ALB088 Error "class-redirect-port-no-number" {
        summary: "`sslRedirectPort` of the IngressClassParams is not a number",
        explanation: "The controller accepts a text that is not a number, and then makes no redirect to HTTPS for the whole \
            group, not even where another Ingress asks for one by annotation. Port 80 serves clear text, and no event says so.",
        help: "write the port number in quotes: `sslRedirectPort: \"443\"`",
        source: "LBC v3.5.0 pkg/ingress/model_builder.go:517-521",
    }
}

/// The controllers of IngressClasses that build ALBs: the AWS Load Balancer Controller and EKS Auto Mode.
const CONTROLLERS: [&str; 2] = ["ingress.k8s.aws/alb", "eks.amazonaws.com/alb"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in &context.under_check {
        findings.extend(two_classes(context, ingress).or_else(|| passed_over(context, ingress)));
        findings.extend(another_controllers(context, ingress));
        findings.extend(redirect_port(context, ingress));
    }
    findings
}

fn two_classes(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let annotation = ingress.object.annotation(CLASS_ANNOTATION)?;
    let field = ingress.object.value["spec"]["ingressClassName"].as_str()?;
    let ours = &context.options.ingress_class;
    let help = context
        .is_as_is()
        .then_some("remove the annotation `kubernetes.io/ingress.class`, or remove `spec.ingressClassName`");
    let at = |message: String| ingress.finding(&ALB039, message).maybe_help(help).field("/spec/ingressClassName");
    if annotation == field {
        return (annotation == ours).then(|| {
            at(format!(
                "the class is {field} by annotation and by ingressClassName: the annotation counts, and IngressClass {field} \
                 must be in the cluster"
            ))
            .severity(Severity::Warning)
        });
    }
    let is_meant = annotation == ours || field == ours || context.is_meant_for_alb(ingress);
    is_meant.then(|| {
        at(format!(
            "ingressClassName is {field:?} and {CLASS_ANNOTATION} is {annotation:?}: the API server refuses the Ingress"
        ))
    })
}

fn passed_over(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let facts = ingress.facts;
    let why = &facts.why;
    let at = |severity: Severity, message: String| {
        let finding = ingress.finding(&ALB086, message).severity(severity);
        if ingress.object.annotation(CLASS_ANNOTATION).is_some() {
            finding.field(pointer(CLASS_ANNOTATION))
        } else if ingress.object.value["spec"]["ingressClassName"].is_string() {
            finding.field("/spec/ingressClassName")
        } else {
            finding
        }
    };
    if let Some(failure) = &facts.failure
        && facts.picked_up == Some(false)
    {
        return Some(at(Severity::Error, failure.reason.message.clone()));
    }
    let silently = |severity: Severity| at(severity, format!("{why}: the controller ignores it, and no event says so"));
    let is_meant = context.is_meant_for_alb(ingress);
    let is_nearly = ingress
        .object
        .annotation(CLASS_ANNOTATION)
        .is_some_and(|class| class.trim().eq_ignore_ascii_case(&context.options.ingress_class));
    let controller = context.class(ingress).map(|class| class.value["spec"]["controller"].as_str().unwrap_or_default());
    match (facts.picked_up, controller) {
        (Some(true), _) => None,
        // EKS Auto Mode reads no class annotation, which is ALB040.
        (Some(false), _) if is_nearly && context.options.eks_auto_mode => None,
        (Some(false), _) if is_nearly => Some(silently(Severity::Error)),
        (Some(false), Some(controller)) if CONTROLLERS.contains(&controller) => {
            let help = "set which of the two builds it: [[eksAutoMode: true]] or [[eksAutoMode: false]]";
            // For the filter's own Ingress it is an error: no rule of the right controller would check it.
            let severity = if context.is_as_is() { Severity::Info } else { Severity::Error };
            Some(silently(severity).help(help))
        }
        (Some(false), Some(_)) if is_meant => Some(silently(Severity::Error)),
        (Some(false), None) if is_meant && takes_away(context, ingress) => {
            let message = format!("{why}: the controller would ignore it, and this run takes away the load balancer that the Service has");
            Some(at(Severity::Error, message).maybe_help(ingress.object.annotation(CLASS_ANNOTATION).map(class_by_annotation)))
        }
        (Some(false), None) if is_meant => Some(silently(Severity::Warning)),
        (None, Some(_)) if names_no_class(ingress) && !context.has(Behaviour::DefaultClass) => {
            Some(at(Severity::Warning, why.clone()).help("name the class: `kubernetes.io/ingress.class: alb`"))
        }
        // Class and parameters are in order as far as the stream tells.
        (None, Some(_)) => None,
        (None, None) if is_meant && facts.class.is_some() => None,
        (None, None) if is_meant => Some(at(
            Severity::Warning,
            "the Ingress has no class: the controller takes it only if the default IngressClass of the cluster belongs to the controller"
                .to_owned(),
        )),
        _ => Some(
            at(
                Severity::Info,
                format!("{why}: it seems to be another controller's, and is not judged"),
            )
            .help(
                "if an ALB is to be built for it, set `kubernetes.io/ingress.class: alb`, or name a class of the controller's",
            ),
        ),
    }
}

/// What to do about a class that the annotation names in the place of the configured one.
fn class_by_annotation(class: &str) -> Help {
    Help::from(format!(
        "remove `{CLASS_ANNOTATION}: {class}` from the annotations; if your controller was started with `--ingress-class={class}`, set "
    ))
    .set("ingress.className", class)
    .then(" instead")
}

/// Whether the filter changes the Service behind an Ingress, so that its load balancer goes in this run.
fn takes_away(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> bool {
    let mut targets = targets(context, ingress).into_iter();
    targets.any(|target| target.service.is_some_and(|service| context.is_rewritten(service)))
}

/// A class that the configuration takes to be the controller's, and is another's.
fn another_controllers(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let annotation = ingress.object.annotation(CLASS_ANNOTATION);
    let by_annotation = annotation.is_some();
    let class = annotation.or(ingress.object.value["spec"]["ingressClassName"].as_str())?;
    if ingress.facts.picked_up == Some(false) || *class != context.options.ingress_class {
        return None;
    }
    let at = |message: String| {
        let finding = ingress.finding(&ALB119, message);
        if by_annotation { finding.field(pointer(CLASS_ANNOTATION)) } else { finding.field("/spec/ingressClassName") }
    };
    let controller = context.class_named(class).and_then(|class| class.value["spec"]["controller"].as_str());
    if let Some(controller) = controller.filter(|controller| !CONTROLLERS.contains(controller)) {
        return Some(at(format!(
            "IngressClass {class} is of the controller {controller}, which serves the Ingress: no ALB is built"
        )));
    }
    let other = other_controller(class).filter(|_| controller.is_none())?;
    if takes_away(context, ingress) {
        return Some(at(format!(
            "class {class} is that of {other}: no ALB would be built, and this run takes away the load balancer that the Service has"
        )));
    }
    let message = format!(
        "class {class} is that of {other}: an ALB is built only where the AWS Load Balancer Controller was started with \
         --ingress-class={class}"
    );
    Some(at(message).severity(Severity::Warning))
}

fn names_no_class(ingress: &IngressUnderCheck<'_>) -> bool {
    ingress.object.annotation(CLASS_ANNOTATION).is_none()
        && !ingress.object.value["spec"]["ingressClassName"].is_string()
}

fn redirect_port(context: &Context<'_>, ingress: &IngressUnderCheck<'_>) -> Option<Finding> {
    let port = ingress.facts.text("ssl-redirect").filter(Effective::is_of_class)?;
    parse_int32(port.value).is_err().then(|| {
        let message = format!(
            "sslRedirectPort {:?} is not a number: no HTTP listener of the group redirects to HTTPS",
            port.value
        );
        context.at_effective(&port, &ALB088, message)
    })
}
