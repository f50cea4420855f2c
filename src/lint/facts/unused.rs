//! Annotations that the controller knows but does not read, because they need something that is missing.

use super::load_balancer::frontend_nlb;
use super::members::Question;
use super::targets::{Target, paths, targets};
use crate::lint::context::{Context, IngressUnderCheck};
use alb_controller::catalogue;
use alb_controller::catalogue::Empty;
use alb_controller::model::Setting;

/// Why the controller does not read an annotation that it knows: what is missing beside it.
pub fn why_unused(context: &Context<'_>, ingress: &IngressUnderCheck<'_>, setting: &Setting) -> Option<&'static str> {
    let annotation = setting.annotation?;
    match annotation.suffix {
        "manage-backend-security-group-rules" => {
            let given = context.first_member(ingress, Question::SecurityGroupsByAnnotation);
            given.is_none().then_some("since there are no security-groups")
        }
        "use-regex-path-match" => {
            let specific = |path_type: &str| !matches!(path_type, "Prefix" | "Exact");
            let mut paths = paths(ingress.object).into_iter();
            (!paths.any(|path| specific(path.path_type))).then_some("since no path has the type ImplementationSpecific")
        }
        suffix if suffix.starts_with("frontend-nlb-") => {
            (!frontend_nlb(context, ingress)).then_some("since enable-frontend-nlb is not true")
        }
        suffix if suffix.starts_with("auth-") && annotation.empty == Empty::Aws => {
            (!authenticates(ingress)).then_some("since auth-type is neither oidc nor cognito")
        }
        "target-node-labels" => {
            let targets = targets(context, ingress);
            let by_pod = |target: &Target<'_>| target.target_type() == Some(catalogue::IP);
            (!targets.is_empty() && targets.iter().all(by_pod)).then_some("since the targets are pods")
        }
        _ => None,
    }
}

/// Whether the Ingress or a Service of it asks for authentication.
pub fn authenticates(ingress: &IngressUnderCheck<'_>) -> bool {
    ingress.settings("auth-type").any(|setting| matches!(setting.value.as_str(), "oidc" | "cognito"))
}
