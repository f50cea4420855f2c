//! IngressClassParams: what an administrator sets for all Ingresses of a class. Where a field is set, the annotation of
//! the same meaning is not read. They count only for a class that is chosen by name, never for the class annotation.
//!
//! Source: LBC v3.5.0 apis/elbv2/v1beta1/ingressclassparams_types.go; webhooks/elbv2/ingressclassparams_validator.go.

use crate::catalogue::Version;
use crate::go::strconv;
use crate::model::reference::{Object, Reason, Site};
use crate::releases::CLASS_PARAMS_FIELDS;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// One IngressClassParams.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Params {
    pub name: String,
    pub spec: Spec,
    /// Fields that the release does not have, each with the first release that has it: the API server drops them.
    pub too_new: Vec<(&'static str, Version)>,
    /// Why the webhook denies it, if it does.
    pub denied: Option<Reason>,
}

/// Its `spec`. Names that only EKS Auto Mode uses are aliases.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Spec {
    #[serde(alias = "certificateARNs")]
    pub certificate_arn: Vec<String>,
    pub namespace_selector: Option<LabelSelector>,
    pub group: Option<Group>,
    pub scheme: Option<String>,
    #[serde(rename = "inboundCIDRs")]
    pub inbound_cidrs: Vec<String>,
    pub ssl_policy: String,
    pub ssl_redirect_port: String,
    pub subnets: Option<Subnets>,
    pub ip_address_type: Option<String>,
    pub tags: Vec<Pair>,
    pub load_balancer_attributes: Vec<Pair>,
    pub load_balancer_name: String,
    pub listeners: Vec<Listener>,
    pub minimum_load_balancer_capacity: Option<Capacity>,
    pub ipam_configuration: Option<Ipam>,
    #[serde(rename = "prefixListsIDs")]
    pub prefix_lists: Vec<String>,
    #[serde(rename = "PrefixListsIDs")]
    pub prefix_lists_legacy: Vec<String>,
    pub target_type: String,
    pub wafv2_acl_arn: String,
    pub wafv2_acl_name: String,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Group {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Subnets {
    pub ids: Option<Vec<String>>,
    pub tags: Option<BTreeMap<String, Vec<String>>>,
    /// EKS Auto Mode's form of `tags`.
    pub match_tags: Option<Vec<Value>>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pair {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Listener {
    pub protocol: String,
    pub port: i32,
    #[serde(alias = "attributes")]
    pub listener_attributes: Vec<Pair>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Capacity {
    pub capacity_units: i32,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ipam {
    #[serde(rename = "ipv4IPAMPoolId")]
    pub ipv4_ipam_pool_id: Option<String>,
}

/// What a field of IngressClassParams holds.
#[derive(Clone, Copy)]
pub(crate) enum FieldValue<'p> {
    Text(&'p str),
    /// The ids of subnets, too: none where they are chosen by their tags.
    List(&'p [String]),
    /// Tags or attributes; they count beside the annotation, key by key.
    Pairs(&'p [Pair]),
    /// Something else.
    Other,
}

/// Key and value of each pair; the last of a key wins.
pub(crate) fn map_of(pairs: &[Pair]) -> BTreeMap<String, String> {
    pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect()
}

impl Params {
    /// Reads an object whose nulls are gone, as a release has it.
    pub fn read(name: &str, object: &Value, release: Version) -> Result<Self, Reason> {
        let mut spec = object.get("spec").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let too_new = prune(&mut spec, release);
        let at = Object::class_params(name);
        let spec: Spec = serde_json::from_value(spec).map_err(|error| {
            Reason::new(format!("{at} cannot be decoded: {error}")).at(Site::field(at.clone(), "/spec"))
        })?;
        let faults = spec.faults();
        let first = faults.first().map(|(field, _)| Site::field(at, format!("/spec/{field}")));
        let message = aggregate(faults.into_iter().map(|(_, message)| message));
        let denied = message.zip(first).map(|(message, site)| Reason::new(message).at(site));
        Ok(Params { name: name.to_owned(), spec, too_new, denied })
    }

    /// The place of a field below `spec`.
    pub fn site(&self, field: &str) -> Site {
        Site::field(Object::class_params(&self.name), format!("/spec/{}", field.replace('.', "/")))
    }

    /// What a field holds, by the name that the catalogue gives it; `None` where it is not set. A field counts as set when the
    /// controller takes it for set: some fields when they are there, others when they are not empty.
    pub fn value(&self, field: &str) -> Option<FieldValue<'_>> {
        let spec = &self.spec;
        fn unless_empty(text: &str) -> Option<FieldValue<'_>> {
            (!text.is_empty()).then_some(FieldValue::Text(text))
        }
        fn present(text: Option<&str>) -> Option<FieldValue<'_>> {
            text.map(FieldValue::Text)
        }
        fn list(items: &[String]) -> Option<FieldValue<'_>> {
            (!items.is_empty()).then_some(FieldValue::List(items))
        }
        match field {
            "loadBalancerName" => unless_empty(&spec.load_balancer_name),
            "group.name" => spec.group.as_ref().map(|group| FieldValue::Text(&group.name)),
            "ipAddressType" => present(spec.ip_address_type.as_deref()),
            "scheme" => present(spec.scheme.as_deref()),
            "subnets" => {
                spec.subnets.as_ref().map(|subnets| FieldValue::List(subnets.ids.as_deref().unwrap_or_default()))
            }
            "wafv2AclArn" => unless_empty(&spec.wafv2_acl_arn),
            "wafv2AclName" => unless_empty(&spec.wafv2_acl_name),
            "sslRedirectPort" => unless_empty(&spec.ssl_redirect_port),
            "inboundCIDRs" => list(&spec.inbound_cidrs),
            "prefixListsIDs" => list(self.prefix_lists()),
            "certificateArn" => list(&spec.certificate_arn),
            "sslPolicy" => unless_empty(&spec.ssl_policy),
            "minimumLoadBalancerCapacity" => spec.minimum_load_balancer_capacity.as_ref().map(|_| FieldValue::Other),
            "ipamConfiguration.ipv4IPAMPoolId" => present(self.ipam_pool()),
            "targetType" => unless_empty(&spec.target_type),
            "tags" => Some(FieldValue::Pairs(&spec.tags)),
            "loadBalancerAttributes" => Some(FieldValue::Pairs(&spec.load_balancer_attributes)),
            _ => None,
        }
    }

    /// Whether the field stands in for its annotation, by the name that the catalogue gives it. Maps that are merged key
    /// by key (tags, attributes) do not count.
    pub fn overrides(&self, field: &str) -> bool {
        self.value(field).is_some_and(|value| !matches!(value, FieldValue::Pairs(_)))
    }

    /// The spelling of the field that is in the object: prefix lists have an older one.
    pub fn spelling(&self, field: &'static str) -> &'static str {
        match field {
            "prefixListsIDs" if self.spec.prefix_lists.is_empty() => "PrefixListsIDs",
            field => field,
        }
    }

    pub fn prefix_lists(&self) -> &[String] {
        if self.spec.prefix_lists.is_empty() { &self.spec.prefix_lists_legacy } else { &self.spec.prefix_lists }
    }

    pub fn ipam_pool(&self) -> Option<&str> {
        self.spec.ipam_configuration.as_ref().and_then(|ipam| ipam.ipv4_ipam_pool_id.as_deref())
    }
}

/// Takes out the fields that a release does not have.
fn prune(spec: &mut Value, release: Version) -> Vec<(&'static str, Version)> {
    let Some(fields) = spec.as_object_mut() else { return Vec::new() };
    let newer = CLASS_PARAMS_FIELDS.into_iter().filter(|(_, since)| *since > release);
    newer.filter(|(field, _)| fields.remove(*field).is_some()).collect()
}

/// What the webhook finds wrong: the pointer of a field below `spec`, and its message about it.
type Fault = (&'static str, String);

impl Spec {
    /// What the webhook asks (ingressclassparams_validator.go): canonical networks, and one way to choose subnets.
    fn faults(&self) -> Vec<Fault> {
        let cidrs = self.inbound_cidrs.iter().enumerate().filter_map(|(at, cidr)| {
            let why = cidr_fault(cidr)?;
            Some(("inboundCIDRs", format!("spec.inboundCIDRs[{at}]: Invalid value: {}: {why}", strconv::quote(cidr))))
        });
        cidrs.chain(self.subnets.iter().flat_map(Subnets::faults)).collect()
    }
}

fn cidr_fault(cidr: &str) -> Option<String> {
    let unreadable = "Could not be parsed as a CIDR";
    let Ok(canonical) = strconv::parse_cidr(cidr) else {
        return Some(match cidr.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => format!("{unreadable} (did you mean \"{cidr}/32\")"),
            Ok(IpAddr::V6(_)) => format!("{unreadable} (did you mean \"{cidr}/64\")"),
            Err(_) => unreadable.to_owned(),
        });
    };
    let address = |net: &str| net.split('/').next().and_then(|ip| ip.parse::<IpAddr>().ok());
    let outside = address(cidr) != address(&canonical);
    outside.then(|| format!("Network contains bits outside prefix (did you mean \"{canonical}\")"))
}

impl Subnets {
    fn faults(&self) -> Vec<Fault> {
        match (&self.ids, &self.tags) {
            (None, None) if self.match_tags.is_some() => Vec::new(),
            (None, None) => {
                vec![("subnets", "spec.subnets: Required value: must have either `ids` or `tags`".to_owned())]
            }
            (Some(_), Some(_)) => {
                let message = "spec.subnets.tags: Forbidden: may not have both `ids` and `tags` set";
                vec![("subnets/tags", message.to_owned())]
            }
            (Some(ids), None) => duplicates("subnets/ids", "spec.subnets.ids", ids),
            (None, Some(tags)) if tags.is_empty() => {
                vec![("subnets/tags", "spec.subnets.tags: Required value: must have at least one tag key".to_owned())]
            }
            (None, Some(tags)) => tags
                .iter()
                .flat_map(|(key, values)| duplicates("subnets/tags", &format!("spec.subnets.tags[{key}]"), values))
                .collect(),
        }
    }
}

fn duplicates(field: &'static str, path: &str, items: &[String]) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let again = items.iter().enumerate().filter(|(_, item)| !seen.insert(*item));
    again.map(|(at, item)| (field, format!("{path}[{at}]: Duplicate value: {}", strconv::quote(item)))).collect()
}

/// Several errors as one, each message once (apimachinery's `Aggregate`).
pub(crate) fn aggregate(messages: impl IntoIterator<Item = String>) -> Option<String> {
    let mut seen = BTreeSet::new();
    let messages: Vec<String> = messages.into_iter().filter(|message| seen.insert(message.clone())).collect();
    match messages.as_slice() {
        [] => None,
        [message] => Some(message.clone()),
        several => Some(format!("[{}]", several.join(", "))),
    }
}
