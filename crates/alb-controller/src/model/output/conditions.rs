//! Which requests a rule takes.

use crate::annotation::KeyValue;
use serde::Serialize;

/// A condition of a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "field", rename_all = "kebab-case")]
pub enum Condition {
    /// By host.
    #[serde(rename_all = "camelCase")]
    HostHeader {
        /// Hosts.
        host_header_config: Patterns,
    },
    /// By path.
    #[serde(rename_all = "camelCase")]
    PathPattern {
        /// Paths.
        path_pattern_config: Patterns,
    },
    /// By a header.
    #[serde(rename_all = "camelCase")]
    HttpHeader {
        /// Name and values.
        http_header_config: Header,
    },
    /// By method.
    #[serde(rename_all = "camelCase")]
    HttpRequestMethod {
        /// Methods.
        http_request_method_config: Patterns,
    },
    /// By query.
    #[serde(rename_all = "camelCase")]
    QueryString {
        /// Pairs.
        query_string_config: Pairs,
    },
    /// By client address.
    #[serde(rename_all = "camelCase")]
    SourceIp {
        /// Networks.
        #[serde(rename = "sourceIPConfig")]
        source_ip_config: Patterns,
    },
}

/// Values, or regular expressions, one of which must match.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Patterns {
    /// With wildcards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Regular expressions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regex_values: Vec<String>,
}

/// A header and its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Its name.
    pub http_header_name: String,
    /// Its values.
    #[serde(flatten)]
    pub patterns: Patterns,
}

/// Pairs of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pairs {
    /// One of them must match.
    pub values: Vec<KeyValue>,
}
