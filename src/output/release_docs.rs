//! The differences between releases of the controller as documentation, with what this program does about each.

use std::collections::BTreeSet;
use std::fmt::Write;

use alb_controller::catalogue::{self, CURRENT, Version};
use alb_controller::releases::{Behaviour, Difference, differences};

/// The page, newest release first: who upgrades reads down to the release in use.
#[must_use]
pub fn page() -> String {
    let mut page = format!("# Releases of the AWS Load Balancer Controller\n\n{}\n", introduction());
    let releases: BTreeSet<Version> = differences()
        .map(|difference| difference.since)
        .chain(catalogue::annotations().map(|annotation| annotation.since))
        .filter(|release| *release >= OLDEST)
        .collect();
    for release in releases.into_iter().rev() {
        let _ = write!(page, "\n## {release}\n\n");
        for difference in differences().filter(|difference| difference.since == release) {
            page.push_str(&row(difference));
        }
        page.push_str(&new_annotations(release));
    }
    page
}

/// The oldest release that the page is about.
const OLDEST: Version = Version(2, 1, 0);

fn introduction() -> String {
    format!(
        "What `check` and `show` say is true of {CURRENT}, unless `controllerVersion` (`--controller-version`) names the release in\n\
         use. Below stands what changed with which release, from {OLDEST} on, newest first: read down to the release that you have.\n\n\
         The tags of the controller's repository were read for it, from v2.0.1 to {CURRENT}. For each pair of adjacent tags these are\n\
         the differences of `pkg/ingress`, `pkg/annotations` and `webhooks`, and those of `pkg/deploy`, `pkg/networking`,\n\
         `pkg/config`, `pkg/certs`, `apis` and `helm` where they are about an ALB. Which pods and nodes are registered as targets was\n\
         left out, and no old release was run. Files, issues and pull requests are those of\n\
         <https://github.com/kubernetes-sigs/aws-load-balancer-controller>.\n\n\
         “Here” is what this program does where `controllerVersion` is older. A row without it is for people: nothing in the\n\
         program depends on it. With `eksAutoMode` the release does not count, since that controller is not this one."
    )
}

fn row(difference: &Difference) -> String {
    let Difference { subject, before, after, source, .. } = difference;
    let here = difference.behaviour.map(|behaviour| format!("  - here: {}\n", here(behaviour))).unwrap_or_default();
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

/// What the program does for a release that does not behave so.
fn here(behaviour: Behaviour) -> &'static str {
    match behaviour {
        Behaviour::WebAclLeftAlone => "`show` says that the web ACL is taken off, and ALB100 warns.",
        Behaviour::WebAclNone | Behaviour::DualStackWithoutPublicIpv4 | Behaviour::MapEscapes => "ALB053.",
        Behaviour::PathRegexCompared => "`show` leaves the same rules out, and ALB007 says so.",
        Behaviour::CapacityChecked => "`show` has 0.",
    }
}
