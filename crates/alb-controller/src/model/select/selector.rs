//! Label selectors of IngressClassParams.
//!
//! Source: k8s.io/apimachinery v0.34.2 pkg/apis/meta/v1/helpers.go (LabelSelectorAsSelector), pkg/labels/selector.go
//! (NewRequirement), pkg/util/validation/validation.go.

use crate::go::strconv::quote;
use crate::model::input::class_params::aggregate;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kubernetes_objects::validation;
use std::collections::BTreeMap;

/// Why Kubernetes cannot read the selector: the first of its requirements that is malformed.
pub(crate) fn fault(selector: &LabelSelector) -> Option<String> {
    let labels = selector.match_labels.iter().flatten().find_map(|(key, value)| {
        let faults = key_fault(key).into_iter().chain(value_fault(key, 0, value));
        aggregate(faults)
    });
    labels.or_else(|| {
        selector.match_expressions.iter().flatten().find_map(|expression| {
            let (key, operator) = (expression.key.as_str(), expression.operator.as_str());
            let values = expression.values.as_deref().unwrap_or_default();
            let about_values = match (operator, values) {
                ("In" | "NotIn", []) => Some(
                    "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty".to_owned(),
                ),
                ("In" | "NotIn", _) | ("Exists" | "DoesNotExist", []) => None,
                ("Exists" | "DoesNotExist", values) => {
                    let shown: Vec<String> = values.iter().map(|value| quote(value)).collect();
                    let why = "values set must be empty for exists and does not exist";
                    Some(format!("values: Invalid value: [{}]: {why}", shown.join(",")))
                }
                _ => return Some(format!("{} is not a valid label selector operator", quote(operator))),
            };
            let each = values.iter().enumerate().filter_map(|(at, value)| value_fault(key, at, value));
            aggregate(key_fault(key).into_iter().chain(about_values).chain(each))
        })
    })
}

fn key_fault(key: &str) -> Option<String> {
    let fault = validation::qualified_name(key).err()?;
    let why = match key.rsplit('/').next() {
        Some("") => "name part must be non-empty; name part must consist of alphanumeric characters, '-', '_' or '.', and \
                     must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex \
                     used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
            .to_owned(),
        Some(name) if name.len() > 63 => "name part must be no more than 63 characters".to_owned(),
        Some(name) if name == key => {
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric \
             character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
             '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
                .to_owned()
        }
        _ => fault.what,
    };
    Some(format!("key: Invalid value: {}: {why}", quote(key)))
}

fn value_fault(key: &str, at: usize, value: &str) -> Option<String> {
    validation::label_value(value).err()?;
    let why = match value.len() > 63 {
        true => "must be no more than 63 characters",
        false => {
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and \
             end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
             '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
        }
    };
    Some(format!("values[{at}][{key}]: Invalid value: {}: {why}", quote(value)))
}

/// Whether these labels match.
pub(crate) fn matches(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    let exact = selector.match_labels.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    exact
        && selector.match_expressions.iter().flatten().all(|expression| {
            let value = labels.get(&expression.key);
            let listed = value.is_some_and(|value| expression.values.iter().flatten().any(|v| v == value));
            match expression.operator.as_str() {
                "In" => listed,
                "NotIn" => !listed,
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => false,
            }
        })
}
