//! TLS: certificates, listener ports, policy, and what is spoken to the gateway.

use super::attributes::LOAD_BALANCER;
use super::carried::Carry;
use super::reached::reached;
use crate::istio::PINS;
use crate::istio::served::Speaks;
use alb_controller::catalogue::{self, ssl_policy};
use alb_controller::go::strconv::string_list;
use kubernetes_objects::service::ports;

impl Carry<'_> {
    /// `aws-load-balancer-ssl-cert`: a list in LBC, one ARN in CCM; the first is the default in both.
    pub(super) fn certificate(&mut self, suffix: &str, value: &str) {
        self.keep(suffix, "certificate-arn", &string_list(value).join(","));
    }

    /// `aws-load-balancer-ssl-ports`: the Service ports, by name or number, whose listeners speak TLS. Absent or `*`, all
    /// do. With an ALB 80 is HTTP, redirected, and 443 HTTPS, unless the ports say otherwise.
    pub(super) fn tls_ports(&mut self, suffix: &str, value: &str) {
        if self.get("aws-load-balancer-ssl-cert").is_none() {
            return self.not_needed(suffix, "without a certificate it has no effect");
        }
        let tls = string_list(value);
        let speaks_tls = |(name, number): (&str, u64)| {
            tls.iter().any(|port| port == "*" || port == name || port.parse() == Ok(number))
        };
        let [_, http, https] = PINS;
        if !speaks_tls(http) && speaks_tls(https) {
            return self
                .carried(suffix, format_args!("{value}: with a certificate an ALB has HTTP on 80 and HTTPS on 443"));
        }
        let listeners = [http, https].map(|pin| {
            let protocol = if speaks_tls(pin) { catalogue::HTTPS } else { catalogue::HTTP };
            format!("{{\"{protocol}\": {}}}", pin.1)
        });
        self.keep(suffix, "listen-ports", &format!("[{}]", listeners.join(", ")));
    }

    /// `aws-load-balancer-ssl-negotiation-policy`: names of Classic ELBs are unknown to an ALB.
    pub(super) fn tls_policy(&mut self, suffix: &str, value: &str) {
        if ssl_policy(value).is_some() {
            self.keep(suffix, "ssl-policy", value);
        } else {
            self.carried_in_part(suffix, format_args!("{value}: no policy of an ALB; the default is used instead"));
        }
    }

    /// `aws-load-balancer-backend-protocol`: `ssl` and `tcp` in LBC, `http` and `https` besides in CCM.
    pub(super) fn backend_protocol(&mut self, suffix: &str, value: &str) {
        match value.to_ascii_lowercase().as_str() {
            "ssl" | "https" => self.keep(suffix, "backend-protocol", "HTTPS"),
            "http" => self.keep(suffix, "backend-protocol", "HTTP"),
            _ if self.sends_clear_text() => {
                let port = self.options.backend;
                self.carried(
                    suffix,
                    format_args!("{value}: clear text to port {port} behind its TLS, as the ALB sends it"),
                );
            }
            _ => {
                let message = format!(
                    "{value}: an ALB ends the client's TLS itself, and speaks to port {} by what is usual there; Gateways behind \
                     it need hosts `*`, and mutual TLS of clients no longer reaches Istio",
                    self.options.backend
                );
                self.lost(suffix, message);
            }
        }
    }

    /// Whether the old load balancer ended TLS and sent clear text to the port that the ALB leads to.
    fn sends_clear_text(&self) -> bool {
        let mut to = ports(self.service).iter().filter(|port| port["port"] == self.options.backend);
        let served = to.find_map(|port| reached(self.service, port));
        served.is_some_and(|served| served.speaks == Speaks::ClearText)
    }

    /// `aws-load-balancer-alpn-policy`.
    pub(super) fn alpn_policy(&mut self, suffix: &str, value: &str) {
        match value {
            "HTTP1Only" => {
                self.attribute("routing.http2.enabled", "false");
                self.carried_to_entry(
                    suffix,
                    (LOAD_BALANCER, "routing.http2.enabled", "false"),
                    "HTTP1Only: carried over to routing.http2.enabled=false",
                );
            }
            "HTTP2Optional" | "HTTP2Preferred" => {
                self.carried(suffix, format_args!("{value}: an ALB does so by default"));
            }
            _ => self.lost(suffix, format_args!("{value}: an ALB offers HTTP/1.1 and HTTP/2, or HTTP/1.1 alone")),
        }
    }
}
