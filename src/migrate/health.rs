//! Health checks. An NLB checks by TCP by default, and an ALB can't. Then only times and thresholds are kept, and the ALB checks
//! the status port, which is the better check anyway.

use alb_controller::catalogue::{self, DEFAULT_HEALTH_CHECK_INTERVAL, DEFAULT_HEALTH_CHECK_TIMEOUT, Kind};
use kubernetes_objects::service::ports;

use super::annotations::ALB;
use super::carried::Carry;
use crate::istio::{STATUS_PORT, STATUS_PORT_NUMBER};

const PROTOCOL: &str = "aws-load-balancer-healthcheck-protocol";
const PORT: &str = "aws-load-balancer-healthcheck-port";
const PATH: &str = "aws-load-balancer-healthcheck-path";
const SUCCESS_CODES: &str = "aws-load-balancer-healthcheck-success-codes";

const READY: &str = "/healthz/ready";

/// Interval, timeout and thresholds: annotation and its ALB form, which has the range.
#[rustfmt::skip]
const NUMBERS: [(&str, &str); 4] = [
    ("aws-load-balancer-healthcheck-interval",            "healthcheck-interval-seconds"),
    ("aws-load-balancer-healthcheck-timeout",             "healthcheck-timeout-seconds"),
    ("aws-load-balancer-healthcheck-healthy-threshold",   "healthy-threshold-count"),
    ("aws-load-balancer-healthcheck-unhealthy-threshold", "unhealthy-threshold-count"),
];

impl Carry<'_> {
    /// The eight `aws-load-balancer-healthcheck-*` annotations, read together.
    pub(super) fn health_check(&mut self) {
        let protocol = self.get(PROTOCOL).unwrap_or("tcp").to_ascii_uppercase();
        if matches!(protocol.as_str(), "HTTP" | "HTTPS") {
            self.http_check(&protocol);
        } else {
            for suffix in [PROTOCOL, PORT, PATH] {
                if let Some(value) = self.get(suffix) {
                    let message = format!("{value}: an ALB can't check by TCP; it asks {STATUS_PORT} for {READY}");
                    self.lost(suffix, message);
                }
            }
        }
        self.numbers();
        self.success_codes();
    }

    fn http_check(&mut self, protocol: &str) {
        let (port, path) = (self.get(PORT), self.get(PATH));
        // The default of an NLB is the traffic port.
        let name = port.map_or_else(|| Some("traffic-port".to_owned()), |port| self.port_name(port));
        let Some(name) = name else {
            let port = port.unwrap_or_default();
            let message = format!("{port}: no port of the Service; the ALB asks {STATUS_PORT} for {READY}");
            self.carried_in_part(PORT, message);
            return self.not_carried(&[PROTOCOL, PATH]);
        };
        self.set("healthcheck-port", &name);
        if let Some(port) = port {
            self.carried_to(
                PORT,
                "healthcheck-port",
                &name,
                format_args!("{port}: carried over to healthcheck-port: {name}"),
            );
        }
        let local = self.service["spec"]["externalTrafficPolicy"] == "Local";
        if name == STATUS_PORT {
            // 15021 is plain HTTP and knows one path (Istio tools/packaging/common/envoy_bootstrap.json).
            self.set("healthcheck-protocol", "HTTP");
            self.set("healthcheck-path", READY);
        } else if local && path == Some("/healthz") {
            // kube-proxy answers it on healthCheckNodePort, which is removed with the type.
            self.forget("healthcheck-port");
            let message = format!(
                "/healthz was kube-proxy's answer on healthCheckNodePort; the ALB asks {STATUS_PORT} for {READY}"
            );
            self.carried_in_part(PATH, message);
            return self.not_carried(&[PROTOCOL, PORT]);
        } else {
            self.set("healthcheck-protocol", protocol);
            // `/` is the default of both.
            self.set("healthcheck-path", path.unwrap_or("/"));
        }
        for (suffix, alb, value) in
            [(PROTOCOL, "healthcheck-protocol", Some(protocol)), (PATH, "healthcheck-path", path)]
        {
            let Some(value) = value else { continue };
            match self.out.annotations.get(&format!("{ALB}{alb}")).is_some_and(|set| set == value) {
                true => self.carried_to(suffix, alb, value, format_args!("{value}: carried over")),
                false => self.not_carried(&[suffix]),
            }
        }
    }

    fn not_carried(&mut self, suffixes: &[&str]) {
        for suffix in suffixes {
            if let Some(value) = self.get(suffix) {
                let message = format!("{value}: not carried over, the ALB asks {STATUS_PORT} for {READY} by HTTP");
                self.carried_in_part(*suffix, message);
            }
        }
    }

    /// What the ALB calls a health check port of the NLB's: names stay, a number becomes the name of the Service port that has
    /// it, since an ALB takes it for a port of the node (LBC v3.5.0 pkg/ingress/model_build_target_group.go:392-395).
    fn port_name(&self, port: &str) -> Option<String> {
        if port == "traffic-port" {
            return Some(port.to_owned());
        }
        if port.parse() == Ok(STATUS_PORT_NUMBER) {
            return Some(STATUS_PORT.to_owned());
        }
        let number = |value: &serde_json::Value| value.as_u64().is_some_and(|number| port.parse() == Ok(number));
        let found = ports(self.service).iter().find(|candidate| {
            candidate["name"] == port
                || ["port", "targetPort", "nodePort"].iter().any(|field| number(&candidate[*field]))
        })?;
        found["name"].as_str().map(str::to_owned)
    }

    /// Interval, timeout and thresholds. An ALB has other ranges than an NLB, and wants an interval above the timeout.
    fn numbers(&mut self) {
        let (mut interval, mut timeout) =
            (i64::from(DEFAULT_HEALTH_CHECK_INTERVAL), i64::from(DEFAULT_HEALTH_CHECK_TIMEOUT));
        for (suffix, alb) in NUMBERS {
            let (Some(value), Some(Kind::Int { min, max })) =
                (self.get(suffix), catalogue::find(alb).map(|annotation| annotation.kind))
            else {
                continue;
            };
            match value.trim().parse::<u32>().map(i64::from) {
                Ok(number) if (min..=max).contains(&number) => {
                    match alb {
                        "healthcheck-interval-seconds" => interval = number,
                        "healthcheck-timeout-seconds" => timeout = number,
                        _ => {}
                    }
                    self.keep(suffix, alb, &number.to_string());
                }
                _ => self.carried_in_part(suffix, format_args!("{value:?} is not {min} to {max}: not carried over")),
            }
        }
        if timeout < interval {
            return;
        }
        let [by_interval, by_timeout, ..] = NUMBERS;
        for (suffix, alb) in [by_timeout, by_interval] {
            if self.forget(alb) {
                let message = format!(
                    "not carried over: an ALB wants the interval ({interval} s) greater than the timeout ({timeout} s)"
                );
                self.carried_in_part(suffix, message);
            }
        }
    }

    /// An NLB takes 200 to 599, an ALB 200 to 499.
    fn success_codes(&mut self) {
        let Some(value) = self.get(SUCCESS_CODES) else {
            return;
        };
        let clipped: Option<Vec<String>> =
            value.split(',').map(clip).filter(|range| range.as_deref() != Some("")).collect();
        match clipped {
            Some(codes) if !codes.is_empty() => {
                let codes = codes.join(",");
                self.keep(SUCCESS_CODES, "success-codes", &codes);
                if codes != value {
                    let message = format!("{value} was clipped to {codes}: an ALB takes 200 to 499");
                    self.carried_in_part(SUCCESS_CODES, message);
                }
            }
            _ => {
                let message = format!("{value:?}: no codes that an ALB takes (200 to 499); not carried over");
                self.carried_in_part(SUCCESS_CODES, message);
            }
        }
    }
}

/// One code or range, clipped to 200-499; empty if nothing is left, `None` if it is neither.
fn clip(range: &str) -> Option<String> {
    let (from, to) = range.trim().split_once('-').unwrap_or((range.trim(), range.trim()));
    let (from, to): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
    let (from, to) = (from.max(200), to.min(499));
    Some(match from.cmp(&to) {
        std::cmp::Ordering::Less => format!("{from}-{to}"),
        std::cmp::Ordering::Equal => from.to_string(),
        std::cmp::Ordering::Greater => String::new(),
    })
}
