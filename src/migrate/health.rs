//! Health checks. An NLB checks by TCP unless told otherwise, and an ALB can't: then only times and thresholds are kept,
//! and the ALB asks the status port, which is the better question anyway.

use super::Carry;
use super::rules;
use crate::finding::Severity;
use crate::gateway::{STATUS_PORT, STATUS_PORT_NUMBER};
use crate::plan::ports;

const READY: &str = "/healthz/ready";

impl Carry<'_> {
    /// The eight `aws-load-balancer-healthcheck-*` annotations, read together.
    pub(super) fn health_check(&mut self) {
        let protocol = self.get("aws-load-balancer-healthcheck-protocol").unwrap_or("tcp").to_ascii_uppercase();
        let port = self.get("aws-load-balancer-healthcheck-port");
        let path = self.get("aws-load-balancer-healthcheck-path");
        if matches!(protocol.as_str(), "HTTP" | "HTTPS") {
            self.http_check(&protocol, port, path);
        } else {
            for (suffix, value) in
                [("protocol", self.get("aws-load-balancer-healthcheck-protocol")), ("port", port), ("path", path)]
            {
                if let Some(value) = value {
                    let message = format!("{value}: an ALB can't check by TCP; it asks {STATUS_PORT} for {READY}");
                    self.say(
                        &rules::ALB096,
                        Severity::Warning,
                        &format!("aws-load-balancer-healthcheck-{suffix}"),
                        &message,
                    );
                }
            }
        }
        self.times();
        self.success_codes();
    }

    fn http_check(&mut self, protocol: &str, port: Option<&str>, path: Option<&str>) {
        const PORT: &str = "aws-load-balancer-healthcheck-port";
        let resolved = port.map(|port| self.port_name(port));
        let on_status_port = match &resolved {
            Some(Some(name)) => name == STATUS_PORT,
            _ => false,
        };
        match (port, resolved) {
            (Some(port), Some(Some(name))) => {
                self.set("healthcheck-port", &name);
                self.say(
                    &rules::ALB095,
                    Severity::Info,
                    PORT,
                    &format!("{port}: carried over to healthcheck-port: {name}"),
                );
            }
            (Some(port), Some(None)) => {
                let message = format!("{port}: no port of the Service; the ALB asks {STATUS_PORT} for {READY}");
                self.say(&rules::ALB097, Severity::Warning, PORT, &message);
                return self.drop_check("protocol").drop_check("path").done();
            }
            // The default of an NLB is the traffic port.
            _ => self.set("healthcheck-port", "traffic-port"),
        }
        let local = self.service["spec"]["externalTrafficPolicy"] == "Local";
        if on_status_port {
            // 15021 is plain HTTP and knows one path (Istio tools/packaging/common/envoy_bootstrap.json).
            self.set("healthcheck-protocol", "HTTP");
            self.set("healthcheck-path", READY);
            if protocol != "HTTP" || path.is_some_and(|path| path != READY) {
                let message = format!("{STATUS_PORT} answers HTTP {READY} only, which is what the ALB asks");
                self.say(&rules::ALB097, Severity::Warning, PORT, &message);
            }
        } else if local && path == Some("/healthz") {
            // kube-proxy's answer on healthCheckNodePort, which goes with the type.
            self.out.annotations.remove("alb.ingress.kubernetes.io/healthcheck-port");
            let message = format!(
                "/healthz was kube-proxy's answer on healthCheckNodePort; the ALB asks {STATUS_PORT} for {READY}"
            );
            self.say(&rules::ALB097, Severity::Warning, "aws-load-balancer-healthcheck-path", &message);
            return self.drop_check("protocol").done();
        } else {
            self.set("healthcheck-protocol", protocol);
            // `/` is the default of both.
            self.set("healthcheck-path", path.unwrap_or("/"));
        }
        for (suffix, value) in [("protocol", Some(protocol)), ("path", path)] {
            let suffix = format!("aws-load-balancer-healthcheck-{suffix}");
            if let (Some(value), Some(_)) = (value, self.get(&suffix)) {
                self.say(&rules::ALB095, Severity::Info, &suffix, &format!("{value}: carried over"));
            }
        }
    }

    fn drop_check(&mut self, what: &str) -> &mut Self {
        let suffix = format!("aws-load-balancer-healthcheck-{what}");
        if let Some(value) = self.get(&suffix) {
            let message = format!("{value}: not carried over, the ALB asks {STATUS_PORT} for {READY} by HTTP");
            self.say(&rules::ALB097, Severity::Warning, &suffix, &message);
        }
        self
    }

    fn done(&mut self) {}

    /// What the ALB calls a health check port of the NLB's: names stay, a number becomes the name of the Service port that has
    /// it, since an ALB takes it for a port of the node (LBC v3.5.0 pkg/ingress/model_build_target_group.go:392-395).
    fn port_name(&self, port: &str) -> Option<String> {
        if port == "traffic-port" {
            return Some(port.to_owned());
        }
        if port.parse() == Ok(STATUS_PORT_NUMBER) {
            return Some(STATUS_PORT.to_owned());
        }
        ports(self.service)
            .iter()
            .find(|candidate| {
                candidate["name"] == port
                    || ["port", "targetPort", "nodePort"]
                        .iter()
                        .any(|field| candidate[*field].as_u64().is_some_and(|number| port.parse() == Ok(number)))
            })
            .and_then(|candidate| candidate["name"].as_str())
            .map(str::to_owned)
    }

    /// Interval, timeout and thresholds: the same in both, but for the ranges, and that an ALB wants interval > timeout.
    fn times(&mut self) {
        let mut kept: [Option<u32>; 2] = [None, None];
        for (index, (from, to, least, most)) in [
            ("interval", "healthcheck-interval-seconds", 5, 300),
            ("timeout", "healthcheck-timeout-seconds", 2, 120),
            ("healthy-threshold", "healthy-threshold-count", 2, 10),
            ("unhealthy-threshold", "unhealthy-threshold-count", 2, 10),
        ]
        .into_iter()
        .enumerate()
        {
            let suffix = format!("aws-load-balancer-healthcheck-{from}");
            let Some(value) = self.get(&suffix) else {
                continue;
            };
            match value.trim().parse::<u32>() {
                Ok(number) if (least..=most).contains(&number) => {
                    if let Some(slot) = kept.get_mut(index) {
                        *slot = Some(number);
                    }
                    self.keep(&suffix, to, &number.to_string());
                }
                _ => {
                    let message = format!("{value:?} is not {least} to {most}: not carried over");
                    self.say(&rules::ALB097, Severity::Warning, &suffix, &message);
                }
            }
        }
        let (interval, timeout) = (kept[0].unwrap_or(15), kept[1].unwrap_or(5));
        if timeout >= interval {
            for (suffix, key) in
                [("timeout", "healthcheck-timeout-seconds"), ("interval", "healthcheck-interval-seconds")]
            {
                if self.out.annotations.remove(&format!("{}{key}", super::ALB)).is_some() {
                    let message = format!(
                        "not carried over: an ALB wants the interval ({interval} s) greater than the timeout ({timeout} s)"
                    );
                    self.say(
                        &rules::ALB097,
                        Severity::Warning,
                        &format!("aws-load-balancer-healthcheck-{suffix}"),
                        &message,
                    );
                }
            }
        }
    }

    /// An NLB takes 200 to 599, an ALB 200 to 499.
    fn success_codes(&mut self) {
        const SUFFIX: &str = "aws-load-balancer-healthcheck-success-codes";
        let Some(value) = self.get(SUFFIX) else {
            return;
        };
        let clipped: Option<Vec<String>> =
            value.split(',').map(clip).filter(|range| range.as_deref() != Some("")).collect();
        match clipped {
            Some(codes) if !codes.is_empty() => {
                let codes = codes.join(",");
                self.keep(SUFFIX, "success-codes", &codes);
                if codes != value {
                    let message = format!("{value} was clipped to {codes}: an ALB takes 200 to 499");
                    self.say(&rules::ALB097, Severity::Warning, SUFFIX, &message);
                }
            }
            _ => {
                let message = format!("{value:?}: no codes that an ALB takes (200 to 499); not carried over");
                self.say(&rules::ALB097, Severity::Warning, SUFFIX, &message);
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
