//! Who may connect.

use serde::{Serialize, Serializer};
use std::fmt;

/// An inbound rule of the managed security group; shown and printed as `tcp 443 from 0.0.0.0/0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundRule {
    /// `tcp`
    pub protocol: &'static str,
    /// Of a listener.
    pub port: i32,
    /// Who may connect.
    pub source: InboundSource,
}

/// The source of an inbound rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundSource {
    /// A range of IPv4 or IPv6 addresses, as it is written.
    Network(String),
    /// A prefix list, by its id.
    PrefixList(String),
}

impl InboundSource {
    /// The range or the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            InboundSource::Network(text) | InboundSource::PrefixList(text) => text,
        }
    }

    /// Whether it is all of IPv4 or all of IPv6.
    #[must_use]
    pub fn is_everybody(&self) -> bool {
        matches!(self.as_str(), "0.0.0.0/0" | "::/0")
    }
}

impl fmt::Display for InboundRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} from {}", self.protocol, self.port, self.source.as_str())
    }
}

impl Serialize for InboundRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
