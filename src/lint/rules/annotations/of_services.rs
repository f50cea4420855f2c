//! Annotations of a Service's load balancer on an Ingress, where nobody reads them.

#[cfg(test)]
mod tests;

use crate::finding::{Finding, rules};
use crate::lint::context::{Context, IngressUnderCheck, pointer};
use crate::migrate::{self, ALB};
use alb_controller::catalogue;

rules! {
    ALB126 Warning "service-annotation-on-the-ingress" {
        summary: "an annotation of a Service's load balancer on an Ingress",
        explanation: "`service.beta.kubernetes.io/…` is read from Services, for NLBs and Classic ELBs. On an Ingress the \
            controller looks for `alb.ingress.kubernetes.io/…` only, and says nothing about the rest. What keeps clients out \
            (a scheme, source ranges) is ALB109 where the ALB is more open than that.",
        help: "remove it; if the ALB has such a setting, write it as `alb.ingress.kubernetes.io/…`, or as a field below `ingress`",
        source: "LBC v3.5.0 pkg/annotations/constants.go:5; pkg/ingress/model_builder.go (NewSuffixAnnotationParser with \
            AnnotationPrefixIngress)",
    }
}

/// What ALB109 looks at, by the name behind the prefix.
const ACCESS: &[&str] = &["load-balancer-source-ranges", "aws-load-balancer-scheme", "aws-load-balancer-internal"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    context.ingresses().flat_map(of_ingress).collect()
}

fn of_ingress(ingress: &IngressUnderCheck<'_>) -> Vec<Finding> {
    let annotations = migrate::annotations_of(&ingress.object.value);
    let of_services = annotations.keys().filter_map(|key| Some((*key, key.strip_prefix(migrate::PREFIX)?)));
    let rest = of_services.filter(|(_, suffix)| !ACCESS.contains(suffix));
    rest.map(|(key, suffix)| finding(ingress, key, suffix)).collect()
}

fn finding(ingress: &IngressUnderCheck<'_>, key: &str, suffix: &str) -> Finding {
    let same = suffix.strip_prefix("aws-load-balancer-").filter(|name| catalogue::find(name).is_some());
    ingress
        .finding(&ALB126, format!("{key} is read from Services only: here on the Ingress it does nothing"))
        .field(pointer(key))
        .maybe_help(same.map(|name| format!("write `{ALB}{name}`")))
}
