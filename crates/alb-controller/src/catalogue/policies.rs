//! TLS policies of HTTPS listeners. The controller passes any text on; AWS adds names, so an unknown one may be right.
//!
//! Source: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>

/// What the controller takes where `ssl-policy` is absent (LBC v3.5.0 pkg/config/controller_config.go:49).
pub const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

/// One policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SslPolicy {
    /// Its name.
    pub name: &'static str,
    /// Whether it lets clients in with TLS 1.0 or 1.1.
    pub weak: bool,
}

/// The policy of this name.
#[must_use]
pub fn ssl_policy(name: &str) -> Option<SslPolicy> {
    SSL_POLICIES.iter().copied().find(|policy| policy.name == name)
}

const fn strong(name: &'static str) -> SslPolicy {
    SslPolicy { name, weak: false }
}

const fn weak(name: &'static str) -> SslPolicy {
    SslPolicy { name, weak: true }
}

/// The policies that an Application Load Balancer takes.
pub static SSL_POLICIES: &[SslPolicy] = &[
    weak("ELBSecurityPolicy-2016-08"),
    weak("ELBSecurityPolicy-TLS13-1-0-2021-06"),
    weak("ELBSecurityPolicy-TLS13-1-1-2021-06"),
    strong("ELBSecurityPolicy-TLS13-1-2-2021-06"),
    strong("ELBSecurityPolicy-TLS13-1-3-2021-06"),
    strong("ELBSecurityPolicy-TLS13-1-2-Res-2021-06"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06"),
    weak("ELBSecurityPolicy-TLS13-1-0-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext1-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09"),
    weak("ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04"),
    weak("ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04"),
    strong("ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04"),
    strong("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04"),
    strong("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-2023-04"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-2023-04"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-2023-04"),
    weak("ELBSecurityPolicy-TLS13-1-0-FIPS-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-PQ-2025-09"),
    strong("ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-PQ-2025-09"),
    strong("ELBSecurityPolicy-FS-1-2-Res-2020-10"),
    strong("ELBSecurityPolicy-FS-1-2-Res-2019-08"),
    strong("ELBSecurityPolicy-FS-1-2-2019-08"),
    weak("ELBSecurityPolicy-FS-1-1-2019-08"),
    weak("ELBSecurityPolicy-FS-2018-06"),
    strong("ELBSecurityPolicy-TLS-1-2-2017-01"),
    strong("ELBSecurityPolicy-TLS-1-2-Ext-2018-06"),
    weak("ELBSecurityPolicy-TLS-1-1-2017-01"),
    weak("ELBSecurityPolicy-TLS-1-0-2015-04"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_policies_are_those_below_tls_1_2() {
        assert!(ssl_policy(DEFAULT_SSL_POLICY).is_some_and(|p| p.weak));
        assert!(ssl_policy("ELBSecurityPolicy-TLS-1-2-Ext-2018-06").is_some_and(|p| !p.weak));
        assert!(ssl_policy("ELBSecurityPolicy-TLS13-1-2-2021-6").is_none());
        let weak: Vec<_> = SSL_POLICIES.iter().filter(|p| p.weak).map(|p| p.name).collect();
        assert_eq!(weak.len(), 11);
    }
}
