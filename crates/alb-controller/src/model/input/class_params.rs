//! IngressClassParams: what an administrator sets for all Ingresses of a class. Where a field is set, the annotation of
//! the same meaning is not read. They count only for a class that is chosen by name, never for the class annotation.
//!
//! Source: LBC v3.5.0 apis/elbv2/v1beta1/ingressclassparams_types.go; webhooks/elbv2/ingressclassparams_validator.go.

use crate::go::strconv;
use crate::model::reference::{Object, Reason, Site};
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

/// Key and value of each pair; the last of a key wins.
pub(crate) fn map_of(pairs: &[Pair]) -> BTreeMap<String, String> {
    pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect()
}

impl Params {
    /// Reads an object whose nulls are gone.
    pub fn read(name: &str, object: &Value) -> Result<Self, Reason> {
        let spec = object.get("spec").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let at = Object::class_params(name);
        let spec: Spec = serde_json::from_value(spec).map_err(|error| {
            Reason::new(format!("{at} cannot be decoded: {error}")).at(Site::field(at.clone(), "/spec"))
        })?;
        let denied = spec.check().err().map(|(field, message)| {
            let site = Site::field(at, format!("/spec/{field}"));
            Reason::new(format!("spec.{}: {message}", field.replace('/', "."))).at(site)
        });
        Ok(Params { name: name.to_owned(), spec, denied })
    }

    /// The place of a field below `spec`.
    pub fn site(&self, field: &str) -> Site {
        Site::field(Object::class_params(&self.name), format!("/spec/{}", field.replace('.', "/")))
    }

    /// Whether the field stands in for its annotation, by the name that the catalogue gives it. Maps that are merged key
    /// by key (tags, attributes) do not count.
    pub fn overrides(&self, field: &str) -> bool {
        let spec = &self.spec;
        match field {
            "loadBalancerName" => !spec.load_balancer_name.is_empty(),
            "group.name" => spec.group.is_some(),
            "ipAddressType" => spec.ip_address_type.is_some(),
            "scheme" => spec.scheme.is_some(),
            "subnets" => spec.subnets.is_some(),
            "wafv2AclArn" => !spec.wafv2_acl_arn.is_empty(),
            "wafv2AclName" => !spec.wafv2_acl_name.is_empty(),
            "sslRedirectPort" => !spec.ssl_redirect_port.is_empty(),
            "inboundCIDRs" => !spec.inbound_cidrs.is_empty(),
            "prefixListsIDs" => !self.prefix_lists().is_empty(),
            "certificateArn" => !spec.certificate_arn.is_empty(),
            "sslPolicy" => !spec.ssl_policy.is_empty(),
            "minimumLoadBalancerCapacity" => spec.minimum_load_balancer_capacity.is_some(),
            "ipamConfiguration.ipv4IPAMPoolId" => self.ipam_pool().is_some(),
            "targetType" => !spec.target_type.is_empty(),
            _ => false,
        }
    }

    pub fn prefix_lists(&self) -> &[String] {
        if self.spec.prefix_lists.is_empty() { &self.spec.prefix_lists_legacy } else { &self.spec.prefix_lists }
    }

    pub fn ipam_pool(&self) -> Option<&str> {
        self.spec.ipam_configuration.as_ref().and_then(|ipam| ipam.ipv4_ipam_pool_id.as_deref())
    }
}

impl Spec {
    /// What the webhook asks (ingressclassparams_validator.go): canonical networks, and one way to choose subnets.
    fn check(&self) -> Result<(), (&'static str, String)> {
        for cidr in &self.inbound_cidrs {
            let canonical = strconv::parse_cidr(cidr).map_err(|_| {
                ("inboundCIDRs", format!("Invalid value: {}: Could not be parsed as a CIDR", strconv::quote(cidr)))
            })?;
            let address = |net: &str| net.split('/').next().and_then(|ip| ip.parse::<IpAddr>().ok());
            if address(cidr) != address(&canonical) {
                let hint = format!("Network contains bits outside prefix (did you mean \"{canonical}\")");
                return Err(("inboundCIDRs", format!("Invalid value: {}: {hint}", strconv::quote(cidr))));
            }
        }
        let Some(subnets) = &self.subnets else {
            return Ok(());
        };
        let unique = |items: &[String]| items.iter().collect::<BTreeSet<_>>().len() == items.len();
        match (&subnets.ids, &subnets.tags) {
            (None, None) if subnets.match_tags.is_some() => Ok(()),
            (None, None) => Err(("subnets", "Required value: must have either `ids` or `tags`".to_owned())),
            (Some(_), Some(_)) => Err(("subnets/tags", "Forbidden: may not have both `ids` and `tags` set".to_owned())),
            (Some(ids), None) if !unique(ids) => Err(("subnets/ids", "Duplicate value".to_owned())),
            (None, Some(tags)) if tags.is_empty() => {
                Err(("subnets/tags", "Required value: must have at least one tag key".to_owned()))
            }
            (None, Some(tags)) if !tags.values().all(|values| unique(values)) => {
                Err(("subnets/tags", "Duplicate value".to_owned()))
            }
            _ => Ok(()),
        }
    }
}
