//! The differences between releases of the controller as documentation, with what this program does about each.

use std::collections::BTreeSet;
use std::fmt::Write;

use alb_controller::catalogue::{self, CURRENT, Version};
use alb_controller::releases::{Behaviour, CLASS_PARAMS_FIELDS, Difference, OLDEST, differences};

/// The page, newest release first: who upgrades reads down to the release in use.
#[must_use]
pub fn page() -> String {
    let mut page = format!("# Releases of the AWS Load Balancer Controller\n\n{}\n", introduction());
    let releases: BTreeSet<Version> = differences()
        .map(|difference| difference.since)
        .chain(catalogue::annotations().map(|annotation| annotation.since))
        .chain(CLASS_PARAMS_FIELDS.iter().map(|(_, since)| *since))
        .filter(|release| *release >= OLDEST)
        .collect();
    for release in releases.into_iter().rev() {
        let _ = write!(page, "\n## {release}\n\n");
        for difference in differences().filter(|difference| difference.since == release) {
            page.push_str(&row(difference));
        }
        page.push_str(&new_annotations(release));
        page.push_str(&new_fields(release));
    }
    page
}

/// The releases whose model builder was run.
const RUN: &str = "v2.1.3, v2.4.2, v2.8.1, v2.13.3, v2.14.0 and v3.0.0";

fn introduction() -> String {
    format!(
        "What `check` and `show` say is true of {CURRENT}, unless `controllerVersion` (`--controller-version`) names the release in\n\
         use. Below stands what changed with which release, from {OLDEST} on, newest first: read down to the release that you have.\n\n\
         The tags of the controller's repository were read for it, from v2.0.1 to {CURRENT}. For each pair of adjacent tags these are\n\
         the differences of `pkg/ingress`, `pkg/annotations` and `webhooks`, and those of `pkg/deploy`, `pkg/networking`,\n\
         `pkg/config`, `pkg/certs`, `apis` and `helm` where they are about an ALB. Which pods and nodes are registered as targets was\n\
         left out. Of {RUN} the code\n\
         that builds the model was run, too, on 3,644 of the inputs with which this program is compared with {CURRENT}: without an\n\
         API server and without AWS, and no group was seen to be built or refused against `show` for another reason than that.\n\
         Files, issues and pull requests are those of\n\
         <https://github.com/kubernetes-sigs/aws-load-balancer-controller>.\n\n\
         “Here” is what this program does where `controllerVersion` is older. A row without it is for people: nothing in the\n\
         program depends on it. With `eksAutoMode` the release does not count, since that controller is not this one."
    )
}

fn row(difference: &Difference) -> String {
    let Difference { subject, before, after, source, .. } = difference;
    let of_annotation = difference.annotation.map(|_| "The annotation counts as absent, and ALB053 reports it.");
    let here = difference.behaviour.and_then(here).or(of_annotation);
    let here = here.map(|text| format!("  - here: {text}\n")).unwrap_or_default();
    let subject = capital(subject);
    format!("- **{subject}**\n  - before: {before}\n  - since: {after}\n{here}  - source: {source}\n")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn new_annotations(release: Version) -> String {
    let new = catalogue::annotations().filter(|annotation| annotation.since == release);
    let names: Vec<String> = new.map(|annotation| format!("`{}`", annotation.suffix)).collect();
    if names.is_empty() { String::new() } else { format!("- New annotations: {}\n", names.join(", ")) }
}

fn new_fields(release: Version) -> String {
    let new = CLASS_PARAMS_FIELDS.iter().filter(|(_, since)| *since == release);
    let names: Vec<String> = new.map(|(field, _)| format!("`{field}`")).collect();
    if names.is_empty() { String::new() } else { format!("- New fields of IngressClassParams: {}\n", names.join(", ")) }
}

/// What the program does for a release that does not behave so.
#[rustfmt::skip]
const HERE: &[(&[Behaviour], &str)] = &[
    (&[Behaviour::PathTypes],
        "ALB114 is an error, and `show` has the rules that are built. The Ingress of this program has `/*` of type \
         `ImplementationSpecific` where `ingress.paths` says nothing."),
    (&[Behaviour::CertificateOrder],
        "`show` has the order that is built, and ALB115 warns."),
    (&[Behaviour::MissingServiceAnswers],
        "`show` says that the group is refused where the Service is missing for certain."),
    (&[Behaviour::MissingActionAnswers],
        "`show` says that the group is refused."),
    (&[Behaviour::AuthenticationAlwaysRead],
        "`show` does not refuse it."),
    (&[Behaviour::ClassParams],
        "They do not count, and ALB053 is an error at the IngressClass that names some."),
    (&[Behaviour::IngressWebhook],
        "`show` and ALB102 say where a failure shows."),
    (&[Behaviour::BackendRulesByAnnotation],
        "The annotation counts as absent (ALB053), and ALB026 gives other advice."),
    (&[Behaviour::Ipv6TargetGroups],
        "`show` has a target group of IPv4, and ALB056 is a warning."),
    (&[Behaviour::NameLengthChecked],
        "`show` does not say that the controller refuses it; ALB021 is an error all the same."),
    (&[Behaviour::LoadBalancerWords, Behaviour::WafClassicWords, Behaviour::ListenPortWords, Behaviour::ConflictNamesBoth],
        "`show` and ALB079 have these words."),
    (&[Behaviour::EmptySecurityGroups],
        "ALB029 says so. `show` has a managed one."),
    (&[Behaviour::ServiceRequired],
        "`show` has what becomes of a Service that does not exist; ALB084 is an error all the same."),
    (&[Behaviour::PodPortOpened],
        "ALB117 warns."),
    (&[Behaviour::IngressV1],
        "ALB116, an info."),
    (&[Behaviour::TagsMerged],
        "`show` has the tags of the Service alone, and ALB051 warns."),
    (&[Behaviour::PathsSorted],
        "`show` has the rules as written, and ALB007 says which of them never fire."),
    (&[Behaviour::GroupOrderWide],
        "`show` says that the group is refused; ALB054 and ALB079 are errors."),
    (&[Behaviour::DefaultClass],
        "`show` says that it depends on the API server, which may fill the class in when the Ingress is created; ALB086 warns."),
    (&[Behaviour::ConditionsAtAdmission, Behaviour::RuleWithoutHttpAdmitted, Behaviour::ClassParamsNotAtAdmission],
        "`show` and ALB102 say where a failure shows."),
    (&[Behaviour::ServiceWebhook],
        "Such a Service is taken to have an internet-facing load balancer, and that scheme is carried over (ALB095) where \
         ALB024 would ask for it."),
    (&[Behaviour::DualStackWithoutPublicIpv4],
        "`show` says that the group is refused, and ALB053 is an error."),
    (&[Behaviour::MutualAuthenticationUnsaid],
        "`show` has `off` on port 443, or the conflict (ALB079)."),
    (&[Behaviour::WebAclLeftAlone],
        "`show` says that the web ACL is taken off, and ALB100 warns."),
    (&[Behaviour::WebAclNone],
        "ALB053 is an error."),
    (&[Behaviour::ShieldLeftAlone],
        "`show` says that Shield Advanced is off."),
    (&[Behaviour::SecurityGroupNamesMerged],
        "`show` says that a Name which comes twice is refused, and so does ALB078."),
    (&[Behaviour::Int32],
        "`show` and ALB102 have these words."),
    (&[Behaviour::ClassSettlesAttributes],
        "`show` says that the group is refused (ALB079)."),
    (&[Behaviour::GrantedFirst],
        "ALB069 is a warning."),
    (&[Behaviour::AdvertiseCaNames],
        "ALB053 warns, and no value of the key is refused."),
    (&[Behaviour::DefaultCertificateAgain],
        "`show` lists it once."),
    (&[Behaviour::FrontendNlbIpv4],
        "ALB117 warns."),
    (&[Behaviour::NodePortChecked],
        "`show` has port 0; ALB044 is an error all the same."),
    (&[Behaviour::FrontendNlbSecurityGroups],
        "`show` has the first one, and ALB117 warns."),
    (&[Behaviour::EmptyWebAclDetaches],
        "`show` and ALB029 say what it does."),
    (&[Behaviour::WebAclNameKnown],
        "ALB053 is an error."),
    (&[Behaviour::TargetGroupName, Behaviour::RegexValues],
        "ALB053 warns, and ALB005 or ALB072 has the older words where the rest is refused."),
    (&[Behaviour::FrontendNlbSubnets],
        "`show` has the subnets of the ALB."),
    (&[Behaviour::WebAclByName],
        "`show` says that v2.14.0 does not build the group, and ALB117 is an error."),
    (&[Behaviour::MapEscapes],
        "Maps are read in this way, and ALB053 warns of a backslash."),
    (&[Behaviour::PathRegexCompared],
        "`show` leaves the same rules out, and ALB007 says so."),
    (&[Behaviour::CapacityChecked],
        "`show` has 0, and ALB064 warns."),
];

fn here(behaviour: Behaviour) -> Option<&'static str> {
    HERE.iter().find(|(behaviours, _)| behaviours.contains(&behaviour)).map(|(_, text)| *text)
}
