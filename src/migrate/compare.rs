//! The finished Ingress compared with the old load balancer: who may connect, and under which name.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::annotations::{ALB, PREFIX, annotations_of};
use super::carried::{Carried, Kept};
use super::rules::{ALB022, ALB027, ALB059, ALB096, ALB101, ALB120};
use crate::config::types::ServiceType;
use crate::finding::{Finding, Rule, Severity};
use crate::help::Help;
use crate::istio::is_status_port;
use alb_controller::go::strconv::{string_list, string_map};
use kubernetes_objects::service::{is_tcp, ports};
use manifest_yaml::pointer;

/// Who may connect, by the annotations of an Ingress: networks and prefix lists, or security groups.
struct Access {
    sources: BTreeSet<String>,
    security_groups: bool,
}

impl Access {
    fn of<K: Borrow<str> + Ord, V: AsRef<str>>(annotations: &BTreeMap<K, V>) -> Access {
        let list = |suffix: &str| {
            let value = annotations.get(format!("{ALB}{suffix}").as_str());
            string_list(value.map(AsRef::as_ref).unwrap_or_default())
        };
        Access {
            sources: list("inbound-cidrs").into_iter().chain(list("security-group-prefix-lists")).collect(),
            security_groups: !list("security-groups").is_empty(),
        }
    }

    fn joined(&self) -> String {
        let sources: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        sources.join(",")
    }
}

/// Reports an allow-list of the old load balancer that is not the ALB's. `ingress` are the annotations of the Ingress.
/// `carries` is whether settings are carried over, `configured` whether the configuration, or an ALB annotation of the Service,
/// has who may connect.
#[must_use]
pub fn allow_list(
    before: &Carried,
    carries: bool,
    configured: bool,
    ingress: &BTreeMap<String, String>,
) -> Option<Finding> {
    let old = Access::of(&before.annotations);
    let new = Access::of(ingress);
    if !before.source_ranges.is_empty() && new.security_groups {
        if before.reports_lost_access {
            return None;
        }
        let old = before.source_ranges.join(",");
        let message =
            format!("the Service lets in {old} only, and an ALB with security groups of its own ignores inbound-cidrs");
        let help = Help::from(format!(
            "put {old} into an inbound rule of these security groups and allow this finding by its id, or remove "
        ))
        .then("[[ingress.securityGroups]]");
        return Some(Finding::new(&ALB027, message).help(help));
    }
    // A configuration that switches carrying over off and names who may connect has decided.
    let configured = configured && !new.sources.is_empty();
    if (configured && !carries) || new.security_groups {
        return None;
    }
    let message = if old.sources.is_empty() {
        if old.security_groups && !configured {
            "who may connect was said by security groups of the old load balancer's, which the ALB does not have"
                .to_owned()
        } else if before.unread_ranges && !carries {
            "the Service has an allow-list that can't be read, and it is not the ALB's".to_owned()
        } else {
            return None;
        }
    } else if new.sources.is_empty() {
        format!("the Service lets in {} only, and the ALB would be open to everybody", old.joined())
    } else if new.sources != old.sources {
        format!("the Service lets in {} only, and the ALB is to let in {}", old.joined(), new.joined())
    } else {
        return None;
    };
    let help = (!old.sources.is_empty()).then(|| {
        let is = if new.sources.is_empty() { "an open ALB".to_owned() } else { new.joined() };
        Help::from("set ")
            .set("ingress.inboundCidrs", old.joined())
            .then(format!("; if {is} is what you want, allow this finding by its id"))
    });
    Some(Finding::new(&ALB027, message).maybe_help(help))
}

/// Whether the old load balancer had an allow-list, or security groups of its own.
#[must_use]
pub fn has_allow_list(before: &Carried) -> bool {
    let old = Access::of(&before.annotations);
    before.unread_ranges || old.security_groups || !old.sources.is_empty()
}

/// Reports an ALB that is more open than the Ingress in the stream, whose annotations are `existing`.
#[must_use]
pub fn ingress_opened(existing: &BTreeMap<&str, &str>, ingress: &BTreeMap<String, String>) -> Option<Finding> {
    let old = Access::of(existing);
    let new = Access::of(ingress);
    let was = if old.security_groups {
        "security groups say who may connect".to_owned()
    } else if old.sources.is_empty() {
        return None;
    } else {
        format!("{} may connect", old.joined())
    };
    let is = if new.security_groups
        || (!old.security_groups && new.sources.is_subset(&old.sources) && !new.sources.is_empty())
    {
        return None;
    } else if new.sources.is_empty() {
        "everybody".to_owned()
    } else {
        new.joined()
    };
    let message = format!("by the Ingress in the stream {was}, and the ALB is to let in {is}");
    Some(Finding::new(&ALB027, message).severity(Severity::Warning))
}

/// Reports what was carried over, and what was not, since the Ingress has another value. `ingress` are its annotations, and `by`
/// says where the value of one comes from, if that is known.
#[must_use]
pub fn kept(before: &Carried, ingress: &BTreeMap<String, String>, by: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let finding = |kept: &Kept| {
        let Kept { finding, setting, alb, key, value } = kept;
        let annotation = format!("{ALB}{alb}");
        let there = ingress.get(&annotation).map(String::as_str);
        if there.is_some_and(|there| kept.is_in(there)) {
            return finding.clone();
        }
        let by = by(&annotation).map(|by| format!(" ({by})")).unwrap_or_default();
        let message = match (key, there) {
            (_, None) => format!("{value} was not carried over: the Ingress has no {alb}{by}"),
            (None, Some(there)) => format!("{value} was not carried over: {alb} is {there}{by}"),
            (Some(key), Some(there)) => {
                let there = string_map(there).and_then(|mut map| map.remove(key));
                let has = there.map_or_else(|| format!("no {key}"), |there| format!("{key}={there}"));
                format!("{key}={value} was not carried over: {alb} has {has}{by}")
            }
        };
        Finding { message: format!("{setting}: {message}"), ..finding.clone() }
    };
    before.kept.iter().map(finding).collect()
}

impl Kept {
    /// Whether the annotation of the Ingress has the value. Entries of others may stand beside those of a map.
    fn is_in(&self, there: &str) -> bool {
        let there_as_map = || string_map(there).unwrap_or_default();
        match &self.key {
            Some(key) => there_as_map().get(key) == Some(&self.value),
            None if there == self.value => true,
            None if self.alb == "tags" => {
                let there = there_as_map();
                let wanted = string_map(&self.value).unwrap_or_default();
                wanted.iter().all(|(key, value)| there.get(key) == Some(value))
            }
            None => false,
        }
    }
}

/// Reports an ALB that is to have the name of the NLB. `service` are the annotations of the Service, as it was or as it is.
#[must_use]
pub fn name_taken(service: &BTreeMap<&str, &str>, ingress: &BTreeMap<String, String>) -> Option<Finding> {
    let old = *service.get(format!("{PREFIX}aws-load-balancer-name").as_str())?;
    let new = ingress.get("alb.ingress.kubernetes.io/load-balancer-name")?;
    (old == new).then(|| {
        Finding::new(&ALB022, format!("the ALB is to be called {new}, as the NLB is"))
            .field("/metadata/annotations/alb.ingress.kubernetes.io~1load-balancer-name")
    })
}

/// Reports that the pods were the targets of the NLB, and the nodes are the ALB's; and that requests then go from node to node, on
/// ports that are often closed. `service` is the Service after the rewrite.
#[must_use]
pub fn nodes_as_targets(annotations: &BTreeMap<&str, &str>, service: &Value) -> Vec<Finding> {
    let Some((suffix, value)) = pods_as_targets(annotations) else { return Vec::new() };
    let at = |rule: &'static Rule, message: String| {
        let key = format!("{PREFIX}{suffix}");
        Finding::new(rule, format!("{key}: {message}")).field(pointer::of(["metadata", "annotations", &key]))
    };
    let mut findings = vec![at(&ALB101, format!("{value}: the ALB sends to node ports all the same"))];
    let web = ports(service).iter().filter(|port| is_tcp(port) && !is_status_port(port));
    let targets = web.map(|port| if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] });
    let low: Vec<String> =
        targets.filter_map(Value::as_u64).filter(|port| *port < FIRST_OPEN_PORT).map(|port| port.to_string()).collect();
    if !low.is_empty() && service["spec"]["externalTrafficPolicy"] != "Local" {
        let message = format!(
            "{value}: the NLB sends to the pods, and the ALB sends to the nodes: its requests go from node to node on port{} {}, and \
             the security groups of the nodes must allow that",
            if low.len() == 1 { "" } else { "s" },
            low.join(" and ")
        );
        findings.push(at(&ALB120, message));
    }
    findings
}

/// The annotation by which an NLB leads to pods, and its value.
fn pods_as_targets(annotations: &BTreeMap<&str, &str>) -> Option<(&'static str, &'static str)> {
    let is_ip = |(suffix, wanted): &(&str, &str)| annotations.get(format!("{PREFIX}{suffix}").as_str()) == Some(wanted);
    [("aws-load-balancer-nlb-target-type", "ip"), ("aws-load-balancer-type", "nlb-ip")].into_iter().find(is_ip)
}

/// Whether the old load balancer of a Service leads to its pods, past the nodes.
#[must_use]
pub fn leads_to_pods(service: &Value) -> bool {
    pods_as_targets(&annotations_of(service)).is_some()
}

/// The first port that security groups between nodes usually open.
const FIRST_OPEN_PORT: u64 = 1025;

/// Reports an external-dns annotation of the Service that moved to the Ingress. `kind` is the type that the Service gets.
#[must_use]
pub fn dns_moved(key: &str, kind: ServiceType) -> Finding {
    let message = match kind {
        ServiceType::NodePort => {
            format!("{key} moved to the Ingress: on a NodePort Service external-dns would publish the nodes")
        }
        ServiceType::ClusterIp => {
            format!("{key} moved to the Ingress: a ClusterIP Service has no address that external-dns could publish")
        }
    };
    Finding::new(&ALB059, message).field(pointer::of(["metadata", "annotations", key]))
}

/// Reports what would have been carried over, had it not been switched off.
#[must_use]
pub fn not_carried(all: &Carried) -> Option<Finding> {
    let lost: Vec<String> = all.annotations.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    (!lost.is_empty()).then(|| {
        Finding::new(&ALB096, format!("not carried over, as asked: {}", lost.join("; "))).severity(Severity::Info)
    })
}
