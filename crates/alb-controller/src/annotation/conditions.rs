//! `conditions.*` and `transforms.*`: which requests a rule takes, and how it rewrites them
//! (LBC v3.5.0 pkg/ingress/config_types.go:207-405, 460-502).

use super::{ensure, wrap};
use crate::catalogue::Version;
use crate::go::json::{STRING, Struct, Type};
use crate::releases::Behaviour;
use serde::Deserialize;

const VALUES: (&str, Type) = ("values", Type::List(&STRING));
const REGEX: (&str, Type) = ("regexValues", Type::List(&STRING));
const HOST: Struct = Struct { name: "ingress.HostHeaderConditionConfig", fields: &[REGEX, VALUES] };
const HEADER: Struct =
    Struct { name: "ingress.HTTPHeaderConditionConfig", fields: &[("httpHeaderName", STRING), REGEX, VALUES] };
const METHOD: Struct = Struct { name: "ingress.HTTPRequestMethodConditionConfig", fields: &[VALUES] };
const PATH: Struct = Struct { name: "ingress.PathPatternConditionConfig", fields: &[REGEX, VALUES] };
const SOURCE: Struct = Struct { name: "ingress.SourceIPConditionConfig", fields: &[VALUES] };

payload! {
    /// An item of `conditions.${conditions-name}`
    pub struct Condition as "RuleCondition" {
        /// A field that is none of the six is no error: the condition is dropped.
        field: String = "field" as Type::Text("ingress.RuleConditionField"),
        /// With `host-header`.
        host_header_config: Option<Patterns> = "hostHeaderConfig" as Type::Pointer(&Type::Struct(&HOST)),
        /// With `http-header`.
        http_header_config: Option<Patterns> = "httpHeaderConfig" as Type::Pointer(&Type::Struct(&HEADER)),
        /// With `http-request-method`.
        http_request_method_config: Option<Patterns> = "httpRequestMethodConfig" as Type::Pointer(&Type::Struct(&METHOD)),
        /// With `path-pattern`.
        path_pattern_config: Option<Patterns> = "pathPatternConfig" as Type::Pointer(&Type::Struct(&PATH)),
        /// With `query-string`.
        query_string_config: Option<QueryStrings> = "queryStringConfig",
        /// With `source-ip`.
        source_ip_config: Option<Patterns> = "sourceIPConfig" as Type::Pointer(&Type::Struct(&SOURCE)),
    }
}

/// Values, or regular expressions, of a condition. Which of the fields exist depends on the condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Patterns {
    /// Only of `http-header`.
    #[serde(rename = "httpHeaderName")]
    pub http_header_name: String,
    /// With wildcards.
    pub values: Vec<String>,
    /// Regular expressions.
    pub regex_values: Vec<String>,
}

payload! {
    /// Pairs to find in the query string.
    pub struct QueryStrings as "QueryStringConditionConfig" {
        /// At least one.
        values: Vec<KeyValue> = "values",
    }
}

payload! {
    /// A pair of the query string.
    #[derive(serde::Serialize)]
    pub struct KeyValue as "QueryStringKeyValuePair" {
        /// Without it any key matches.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String> = "key",
        /// Must not be empty.
        value: String = "value",
    }
}

impl Condition {
    /// What webhook and builder of a release ask of a condition (config_types.go:359-405): nothing, for a field that they do not
    /// know.
    pub fn check(&self, release: Version) -> Result<(), String> {
        let check_patterns = match release.has(Behaviour::RegexValues) {
            true => check_patterns,
            false => check_values,
        };
        match self.field.as_str() {
            "host-header" => check_patterns("hostHeaderConfig", self.host_header_config.as_ref()),
            "path-pattern" => check_patterns("pathPatternConfig", self.path_pattern_config.as_ref()),
            "http-header" => check_patterns("httpHeaderConfig", self.http_header_config.as_ref()),
            "http-request-method" => check_values("httpRequestMethodConfig", self.http_request_method_config.as_ref()),
            "source-ip" => check_values("sourceIPConfig", self.source_ip_config.as_ref()),
            "query-string" => {
                let config = self.query_string_config.as_ref().ok_or("missing queryStringConfig")?;
                wrap("invalid queryStringConfig", {
                    let filled = config.values.iter().all(|pair| !pair.value.is_empty());
                    ensure(!config.values.is_empty(), "Values cannot be empty")
                        .and_then(|()| ensure(filled, "value cannot be empty"))
                })
            }
            _ => Ok(()),
        }
    }
}

fn check_patterns(name: &str, config: Option<&Patterns>) -> Result<(), String> {
    let config = config.ok_or_else(|| format!("missing {name}"))?;
    wrap(
        &format!("invalid {name}"),
        match (config.values.is_empty(), config.regex_values.is_empty()) {
            (true, true) => Err("values or regexValues must be specified".to_owned()),
            (false, false) => Err("precisely one of values and regexValues can be specified".to_owned()),
            _ => Ok(()),
        },
    )
}

fn check_values(name: &str, config: Option<&Patterns>) -> Result<(), String> {
    let config = config.ok_or_else(|| format!("missing {name}"))?;
    wrap(&format!("invalid {name}"), ensure(!config.values.is_empty(), "values cannot be empty"))
}

payload! {
    /// An item of `transforms.${transforms-name}`
    #[derive(serde::Serialize)]
    pub struct Transform as "Transform" {
        /// `url-rewrite` or `host-header-rewrite`.
        r#type: String = "type" as Type::Text("ingress.TransformType"),
        /// With `host-header-rewrite`.
        #[serde(skip_serializing_if = "Option::is_none")]
        host_header_rewrite_config: Option<Rewrites> = "hostHeaderRewriteConfig",
        /// With `url-rewrite`.
        #[serde(skip_serializing_if = "Option::is_none")]
        url_rewrite_config: Option<Rewrites> = "urlRewriteConfig",
    }
}

payload! {
    /// The rewrites of a transform.
    #[derive(serde::Serialize)]
    pub struct Rewrites as "RewriteConfigObject" {
        /// At least one.
        rewrites: Vec<Rewrite> = "rewrites",
    }
}

payload! {
    /// A rewrite.
    #[derive(serde::Serialize)]
    pub struct Rewrite as "RewriteConfig" {
        /// What to find.
        regex: String = "regex",
        /// What to put in its place.
        replace: String = "replace",
    }
}

impl Transform {
    /// What the controller asks of a transform (config_types.go:482-502).
    pub fn check(&self) -> Result<(), String> {
        let (name, config) = match self.r#type.as_str() {
            "host-header-rewrite" => ("hostHeaderRewriteConfig", &self.host_header_rewrite_config),
            "url-rewrite" => ("urlRewriteConfig", &self.url_rewrite_config),
            other => return Err(format!("unknown transform type: {other}")),
        };
        let config = config.as_ref().ok_or_else(|| format!("missing {name}"))?;
        ensure(!config.rewrites.is_empty(), &format!("{name}.rewrites cannot be empty"))
    }

    /// Without a config that its type does not name.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        match self.r#type.as_str() {
            "url-rewrite" => self.host_header_rewrite_config = None,
            _ => self.url_rewrite_config = None,
        }
        self
    }
}
