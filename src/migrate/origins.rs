//! Which setting of a Service each carried annotation comes from.

use std::collections::BTreeMap;

use serde_json::Value;

use super::annotations::{ALB, PREFIX, annotations_of};
use super::carried::Options;
use super::carry;

/// Fields of a Service's spec that the old load balancer reads.
const FIELDS: [&str; 3] = ["loadBalancerSourceRanges", "loadBalancerClass", "externalTrafficPolicy"];

/// The carried annotations, each with the settings without which it would be another one. One that no single setting decides is
/// the default of the controller that made the load balancer.
///
/// This carries the Service over once more for each of its settings, so it is for reports.
#[must_use]
pub fn origins(service: &Value, options: Options) -> BTreeMap<String, Vec<String>> {
    let carried = carry(service, options).annotations;
    let mut origins: BTreeMap<String, Vec<String>> = carried.keys().map(|key| (key.clone(), Vec::new())).collect();
    let mut try_without = |name: String, changed: &Value| {
        let without = carry(changed, options).annotations;
        for (key, from) in &mut origins {
            if carried.get(key) != without.get(key) {
                from.push(name.clone());
            }
        }
    };
    for key in annotations_of(service).keys().filter(|key| key.starts_with(PREFIX)) {
        let mut changed = service.clone();
        if let Some(annotations) = changed["metadata"]["annotations"].as_object_mut() {
            annotations.remove(*key);
        }
        try_without((*key).to_owned(), &changed);
    }
    for field in FIELDS {
        let mut changed = service.clone();
        if changed["spec"].as_object_mut().and_then(|spec| spec.remove(field)).is_some() {
            try_without(format!("spec.{field}"), &changed);
        }
    }
    // Where the controller's default would be the same, the annotation that says it all the same.
    for (key, from) in origins.iter_mut().filter(|(_, from)| from.is_empty()) {
        let suffix = format!("-{}", key.strip_prefix(ALB).unwrap_or(key));
        let says_it = |name: &&&str| name.starts_with(PREFIX) && name.ends_with(&suffix);
        from.extend(annotations_of(service).keys().filter(says_it).map(ToString::to_string));
    }
    origins
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::migrate::tests::CUTOVER;

    #[test]
    fn each_annotation_names_what_decides_it() {
        let service = json!({
            "metadata": {"annotations": {
                "service.beta.kubernetes.io/aws-load-balancer-type": "external",
                "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
                "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags": "a=b",
            }},
            "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]},
        });
        let origins = origins(&service, CUTOVER);
        let of = |suffix: &str| origins[&format!("{ALB}{suffix}")].join(" ");
        assert_eq!(of("inbound-cidrs"), "spec.loadBalancerSourceRanges");
        assert_eq!(of("tags"), "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags");
        // Without the annotation the controller's default would be the same.
        assert_eq!(of("scheme"), "service.beta.kubernetes.io/aws-load-balancer-scheme");
    }
}
