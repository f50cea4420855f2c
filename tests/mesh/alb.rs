//! Stands in for an ALB: listeners, rules, target groups and health checks are those of `istio-alb show --format json`.
//!
//! To a target it speaks as an ALB does: without a server name, with any certificate taken, with `X-Forwarded-*`, and with the
//! host that the client named.

use super::http::{self, Failure, Response};
use super::routes::{Routes, Unreachable};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The address of the client.
const CLIENT: &str = "203.0.113.7";

/// An ALB.
pub struct Alb {
    group: Value,
    routes: Routes,
}

/// What the client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Where it is sent to.
    pub location: Option<String>,
    /// What the backend says that it saw.
    pub seen: Option<Value>,
    /// Why the ALB itself gave the answer.
    pub because: Option<String>,
}

/// One request of a client.
struct Request<'r> {
    port: u64,
    scheme: String,
    host: &'r str,
    path: &'r str,
}

impl Alb {
    /// The load balancer of the only group that `show` shows.
    pub fn of(shown: &Value, routes: Routes) -> Alb {
        let groups = shown["groups"].as_array().unwrap();
        assert_eq!(groups.len(), 1, "one load balancer: {shown:#}");
        assert_eq!(groups[0]["verdict"], "built", "{shown:#}");
        Alb { group: groups[0].clone(), routes }
    }

    /// GET of a path of a host; `None` if the ALB does not listen there.
    pub fn get(&self, port: u64, host: &str, path: &str) -> Option<Answer> {
        let listener = list(&self.group["listeners"]).find(|listener| listener["port"] == port)?;
        let scheme = listener["protocol"].as_str().unwrap().to_ascii_lowercase();
        let request = Request { port, scheme, host, path };
        let mut rules: Vec<&Value> = list(&listener["rules"]).collect();
        rules.sort_by_key(|rule| rule["priority"].as_u64());
        let matching =
            rules.into_iter().find(|rule| list(&rule["conditions"]).all(|condition| request.meets(condition)));
        let actions = matching.map_or(&listener["defaultActions"], |rule| &rule["actions"]);
        let action = list(actions).last().unwrap();
        Some(match action["type"].as_str().unwrap() {
            "forward" => self.forward(&action["forwardConfig"], &request),
            "redirect" => redirect(&action["redirectConfig"], &request),
            "fixed-response" => fixed(&action["fixedResponseConfig"]),
            other => panic!("no action of type {other}"),
        })
    }

    fn forward(&self, config: &Value, request: &Request<'_>) -> Answer {
        let target = list(&config["targetGroups"]).next().unwrap();
        let id = target["targetGroupARN"].as_str().unwrap().trim_start_matches("tg:");
        let group = list(&self.group["targetGroups"]).find(|group| group["id"] == id).unwrap();
        assert_eq!(group["protocolVersion"], "HTTP1");
        let address = match self.routes.target(group) {
            Ok(address) => address,
            Err(Unreachable::NoTarget) => return Answer::of(503, "no target"),
            Err(Unreachable::Refused) => return Answer::of(502, Failure::Refused.describe()),
        };
        let head = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: {CLIENT}\r\nX-Forwarded-Proto: {}\r\nX-Forwarded-Port: {}\r\n\
             X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678\r\n\r\n",
            request.path, request.host, request.scheme, request.port
        );
        match send(address, &group["protocol"], &head) {
            Ok(response) => Answer {
                status: response.status,
                location: response.header("location").map(str::to_owned),
                seen: serde_json::from_str(&response.body).ok(),
                because: None,
            },
            Err(failure) => Answer::of(502, failure.describe()),
        }
    }

    /// How the targets of each target group are, by its id.
    pub fn health(&self) -> Vec<(String, String)> {
        let groups = list(&self.group["targetGroups"]);
        groups.map(|group| (group["id"].as_str().unwrap().to_owned(), self.health_of(group))).collect()
    }

    fn health_of(&self, group: &Value) -> String {
        let check = &group["healthCheck"];
        let address = match self.routes.check(group) {
            Ok(address) => address,
            Err(Unreachable::NoTarget) => return "no target".to_owned(),
            Err(Unreachable::Refused) => return format!("unhealthy: {}", Failure::Refused.describe()),
        };
        let path = check["path"].as_str().unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: ELB-HealthChecker/2.0\r\n\r\n");
        match send(address, &check["protocol"], &head) {
            Ok(response) if matches(check["matcher"]["httpCode"].as_str().unwrap(), response.status) => {
                "healthy".to_owned()
            }
            Ok(response) => format!("unhealthy: {}", response.status),
            Err(failure) => format!("unhealthy: {}", failure.describe()),
        }
    }
}

impl Answer {
    fn of(status: u16, because: &str) -> Answer {
        Answer { status, location: None, seen: None, because: Some(because.to_owned()) }
    }

    pub fn json(&self) -> Value {
        let mut answer = json!({"status": self.status});
        for (name, value) in [
            ("location", self.location.clone().map(Value::from)),
            ("seen", self.seen.clone()),
            ("because", self.because.clone().map(Value::from)),
        ] {
            if let Some(value) = value {
                answer[name] = value;
            }
        }
        answer
    }
}

impl Request<'_> {
    fn meets(&self, condition: &Value) -> bool {
        let one_of = |config: &str, found: &str| {
            list(&condition[config]["values"]).any(|pattern| is_like(pattern.as_str().unwrap(), found))
        };
        match condition["field"].as_str().unwrap() {
            "host-header" => one_of("hostHeaderConfig", &self.host.to_ascii_lowercase()),
            "path-pattern" => one_of("pathPatternConfig", self.path),
            "http-request-method" => one_of("httpRequestMethodConfig", "GET"),
            other => panic!("no condition on {other} is played"),
        }
    }
}

fn send(address: SocketAddr, protocol: &Value, head: &str) -> Result<Response, Failure> {
    http::ask(address, protocol == "HTTPS", head)
}

fn redirect(config: &Value, request: &Request<'_>) -> Answer {
    let part = |name: &str, own: &str| {
        let configured = config[name].as_str().unwrap_or(own);
        configured
            .replace("#{protocol}", &request.scheme)
            .replace("#{host}", request.host)
            .replace("#{port}", &request.port.to_string())
            .replace("#{path}", request.path.trim_start_matches('/'))
    };
    let (protocol, host) = (part("protocol", "#{protocol}").to_ascii_lowercase(), part("host", "#{host}"));
    let location = format!("{protocol}://{host}:{}{}", part("port", "#{port}"), part("path", "/#{path}"));
    let status = config["statusCode"].as_str().unwrap().trim_start_matches("HTTP_").parse().unwrap();
    Answer { location: Some(location), ..Answer::of(status, "redirect of the ALB") }
}

fn fixed(config: &Value) -> Answer {
    Answer::of(config["statusCode"].as_str().unwrap().parse().unwrap(), "fixed response of the ALB")
}

/// Whether a status is among codes such as `200,301-399`.
fn matches(codes: &str, status: u16) -> bool {
    codes.split(',').any(|code| {
        let (first, last) = code.split_once('-').unwrap_or((code, code));
        (first.trim().parse::<u16>().unwrap()..=last.trim().parse().unwrap()).contains(&status)
    })
}

/// Whether a text is like a pattern with `*` and `?`.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| is_like(&pattern[1..], &text[at..]))
        }
        Some(first) => {
            let mut rest = text.chars();
            rest.next().is_some_and(|next| first == '?' || first == next)
                && is_like(&pattern[first.len_utf8()..], rest.as_str())
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
