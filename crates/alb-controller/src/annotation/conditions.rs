//! `conditions.*` and `transforms.*`: which requests a rule takes, and how it rewrites them
//! (LBC v3.5.0 pkg/ingress/config_types.go:207-405, 460-502).

use super::{Payload, ensure, wrap};
use crate::go::json::{STRING, Struct, Type};
use serde::Deserialize;

/// An item of `conditions.${conditions-name}`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// A field that is none of the six is no error: the condition is dropped.
    pub field: String,
    /// With `host-header`.
    pub host_header_config: Option<Patterns>,
    /// With `http-header`.
    pub http_header_config: Option<Patterns>,
    /// With `http-request-method`.
    pub http_request_method_config: Option<Patterns>,
    /// With `path-pattern`.
    pub path_pattern_config: Option<Patterns>,
    /// With `query-string`.
    pub query_string_config: Option<QueryStrings>,
    /// With `source-ip`.
    #[serde(rename = "sourceIPConfig")]
    pub source_ip_config: Option<Patterns>,
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

/// Pairs to find in the query string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct QueryStrings {
    /// At least one.
    pub values: Vec<KeyValue>,
}

/// A pair of the query string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub struct KeyValue {
    /// Without it any key matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Must not be empty.
    pub value: String,
}

impl Payload for Vec<Condition> {
    const TYPE: Type = {
        const VALUES: (&str, Type) = ("values", Type::List(&STRING));
        const REGEX: (&str, Type) = ("regexValues", Type::List(&STRING));
        const HOST: Struct = Struct { name: "HostHeaderConditionConfig", fields: &[REGEX, VALUES] };
        const HEADER: Struct =
            Struct { name: "HTTPHeaderConditionConfig", fields: &[("httpHeaderName", STRING), REGEX, VALUES] };
        const METHOD: Struct = Struct { name: "HTTPRequestMethodConditionConfig", fields: &[VALUES] };
        const PATH: Struct = Struct { name: "PathPatternConditionConfig", fields: &[REGEX, VALUES] };
        const PAIR: Struct = Struct { name: "QueryStringKeyValuePair", fields: &[("key", STRING), ("value", STRING)] };
        const QUERY: Struct =
            Struct { name: "QueryStringConditionConfig", fields: &[("values", Type::List(&Type::Struct(&PAIR)))] };
        const SOURCE: Struct = Struct { name: "SourceIPConditionConfig", fields: &[VALUES] };
        const CONDITION: Struct = Struct {
            name: "RuleCondition",
            fields: &[
                ("field", Type::Text("ingress.RuleConditionField")),
                ("hostHeaderConfig", Type::Struct(&HOST)),
                ("httpHeaderConfig", Type::Struct(&HEADER)),
                ("httpRequestMethodConfig", Type::Struct(&METHOD)),
                ("pathPatternConfig", Type::Struct(&PATH)),
                ("queryStringConfig", Type::Struct(&QUERY)),
                ("sourceIPConfig", Type::Struct(&SOURCE)),
            ],
        };
        Type::List(&Type::Struct(&CONDITION))
    };
}

impl Condition {
    /// What webhook and builder ask of a condition (config_types.go:359-405): nothing, for a field that they do not know.
    pub fn check(&self) -> Result<(), String> {
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

/// An item of `transforms.${transforms-name}`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Transform {
    /// `url-rewrite` or `host-header-rewrite`.
    pub r#type: String,
    /// With `host-header-rewrite`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_header_rewrite_config: Option<Rewrites>,
    /// With `url-rewrite`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_rewrite_config: Option<Rewrites>,
}

/// The rewrites of a transform.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub struct Rewrites {
    /// At least one.
    pub rewrites: Vec<Rewrite>,
}

/// A rewrite.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub struct Rewrite {
    /// What to find.
    pub regex: String,
    /// What to put in its place.
    pub replace: String,
}

impl Payload for Vec<Transform> {
    const TYPE: Type = {
        const REWRITE: Struct = Struct { name: "RewriteConfig", fields: &[("regex", STRING), ("replace", STRING)] };
        const REWRITES: Struct =
            Struct { name: "RewriteConfigObject", fields: &[("rewrites", Type::List(&Type::Struct(&REWRITE)))] };
        const TRANSFORM: Struct = Struct {
            name: "Transform",
            fields: &[
                ("type", Type::Text("ingress.TransformType")),
                ("hostHeaderRewriteConfig", Type::Struct(&REWRITES)),
                ("urlRewriteConfig", Type::Struct(&REWRITES)),
            ],
        };
        Type::List(&Type::Struct(&TRANSFORM))
    };
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
