//! Conditions of a rule: host and path of the Ingress, and those of `conditions.*`.
//!
//! Source: LBC v3.5.0 pkg/ingress/model_build_listener_rules.go:129-410.

use crate::annotation;
use crate::go::strconv::show_list;
use crate::model::build::Builder;
use crate::model::build::backend::Backend;
use crate::model::output::{Condition, Header, Pairs, Patterns};
use crate::model::reference::Reason;
use crate::model::select::group::Member;
use crate::releases::Behaviour;
use k8s_openapi::api::networking::v1::HTTPIngressPath;

impl<'a> Builder<'a> {
    /// Other fields in the order of the annotation, then host, then path; `/*` where there is nothing at all
    /// (model_build_listener_rules.go:129-220).
    pub fn conditions(
        &self,
        member: &Member<'a>,
        host: &str,
        path: &HTTPIngressPath,
        backend: &Backend,
    ) -> Result<Vec<Condition>, Reason> {
        let mut hosts = Patterns::default();
        if !host.is_empty() {
            hosts.values.push(host.to_owned());
        }
        let mut paths = match self.has(Behaviour::PathTypes) {
            true => path_patterns(member, path)?,
            false => as_written(path),
        };
        let mut conditions = Vec::new();
        for condition in &backend.conditions {
            conditions.extend(other(condition, &mut hosts, &mut paths));
        }
        let name = path.backend.service.as_ref().map(|service| &service.name);
        let suffix = format!("conditions.{}", name.map_or("", String::as_str));
        for (what, patterns) in [("host", &hosts), ("path", &paths)] {
            one_kind(what, patterns).map_err(|fault| member.annotations.fault(&suffix, fault))?;
        }
        if !hosts.values.is_empty() || !hosts.regex_values.is_empty() {
            conditions.push(Condition::HostHeader { host_header_config: hosts });
        }
        if !paths.values.is_empty() || !paths.regex_values.is_empty() {
            conditions.push(Condition::PathPattern { path_pattern_config: paths });
        }
        if conditions.is_empty() {
            let all = Patterns { values: vec!["/*".to_owned()], regex_values: Vec::new() };
            conditions.push(Condition::PathPattern { path_pattern_config: all });
        }
        Ok(conditions)
    }
}

/// A condition of the annotation. Hosts and paths go to those of the Ingress; a field that is none of the six is dropped.
fn other(condition: &annotation::Condition, hosts: &mut Patterns, paths: &mut Patterns) -> Option<Condition> {
    let values = |config: &annotation::Patterns| Patterns { values: config.values.clone(), regex_values: Vec::new() };
    match condition.field.as_str() {
        "host-header" => extend(hosts, condition.host_header_config.as_ref()?),
        "path-pattern" => extend(paths, condition.path_pattern_config.as_ref()?),
        "http-header" => {
            let config = condition.http_header_config.as_ref()?;
            let patterns = Patterns { values: config.values.clone(), regex_values: config.regex_values.clone() };
            let header = Header { http_header_name: config.http_header_name.clone(), patterns };
            return Some(Condition::HttpHeader { http_header_config: header });
        }
        "http-request-method" => {
            let config = values(condition.http_request_method_config.as_ref()?);
            return Some(Condition::HttpRequestMethod { http_request_method_config: config });
        }
        "query-string" => {
            let config = Pairs { values: condition.query_string_config.as_ref()?.values.clone() };
            return Some(Condition::QueryString { query_string_config: config });
        }
        "source-ip" => {
            let config = values(condition.source_ip_config.as_ref()?);
            return Some(Condition::SourceIp { source_ip_config: config });
        }
        _ => {}
    }
    None
}

fn extend(patterns: &mut Patterns, config: &annotation::Patterns) {
    patterns.values.extend(config.values.iter().cloned());
    patterns.regex_values.extend(config.regex_values.iter().cloned());
}

/// Values or regular expressions: AWS takes one of the two, and the controller says so first (:199-209).
fn one_kind(what: &str, patterns: &Patterns) -> Result<(), String> {
    if patterns.values.is_empty() || patterns.regex_values.is_empty() {
        return Ok(());
    }
    let (values, regex) = (show_list(&patterns.values), show_list(&patterns.regex_values));
    let rule = format!("{what} condition must specify exactly one of Values and RegexValues");
    Err(format!("{rule}, got both Values {values} and RegexValues {regex}"))
}

/// The path as AWS gets it from a release that does not look at types (LBC v2.1.3
/// pkg/ingress/model_build_listener_rules.go:71-74).
fn as_written(path: &HTTPIngressPath) -> Patterns {
    let text = path.path.iter().filter(|text| !text.is_empty());
    Patterns { values: text.cloned().collect(), regex_values: Vec::new() }
}

/// Path patterns of an Ingress path (model_build_listener_rules.go:222-300).
fn path_patterns(member: &Member<'_>, path: &HTTPIngressPath) -> Result<Patterns, Reason> {
    let text = path.path.as_deref().unwrap_or_default();
    let values = |values: Vec<String>| Patterns { values, regex_values: Vec::new() };
    if text.is_empty() {
        return Ok(Patterns::default());
    }
    let wild = text.contains(['*', '?']);
    match path.path_type.as_str() {
        known if !["Exact", "Prefix", "ImplementationSpecific"].contains(&known) => {
            Err(Reason::new(format!("unsupported pathType: {known}")))
        }
        "Exact" if wild => Err(Reason::new(format!("exact path shouldn't contain wildcards: {text}"))),
        "Exact" => Ok(values(vec![text.to_owned()])),
        "Prefix" if text == "/" => Ok(values(vec!["/*".to_owned()])),
        "Prefix" if wild => Err(Reason::new(format!("prefix path shouldn't contain wildcards: {text}"))),
        "Prefix" => {
            let stem = text.strip_suffix('/').unwrap_or(text);
            Ok(values(vec![stem.to_owned(), format!("{stem}/*")]))
        }
        _ if member.annotations.bool("use-regex-path-match")? == Some(true) => {
            let without_slash = text.get(1..).unwrap_or(text);
            Ok(Patterns { values: Vec::new(), regex_values: vec![without_slash.to_owned()] })
        }
        _ => Ok(values(vec![text.to_owned()])),
    }
}
