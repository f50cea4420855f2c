//! Conditions and actions of a rule in plain English, for readers who do not know ALBs: without AWS's names of the fields, and
//! of a redirect only what it changes.

use alb_controller::annotation::{KeyValue, Transform};
use alb_controller::model::{
    AuthenticateCognito, AuthenticateOidc, Condition, FixedResponse, Forward, JwtValidation, Patterns, Redirect,
    Session,
};

/// Characters of a text that a user wrote: a diagram is no place to read an answer of a thousand.
const LONGEST: usize = 60;

/// Which requests a rule takes.
pub fn conditions(conditions: &[Condition]) -> String {
    if conditions.is_empty() {
        return "every request".to_owned();
    }
    conditions.iter().map(condition).collect::<Vec<String>>().join(", ")
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::HostHeader { host_header_config } => patterns("host", "", host_header_config),
        Condition::PathPattern { path_pattern_config } => patterns("path", "", path_pattern_config),
        Condition::HttpHeader { http_header_config: header } => {
            patterns(&format!("header {}", header.http_header_name), " is", &header.patterns)
        }
        Condition::HttpRequestMethod { http_request_method_config } => {
            patterns("method", "", http_request_method_config)
        }
        Condition::QueryString { query_string_config } => {
            let pairs: Vec<String> = query_string_config.values.iter().map(pair).collect();
            format!("query {}", pairs.join(" or "))
        }
        Condition::SourceIp { source_ip_config } => patterns("client address", " in", source_ip_config),
    }
}

fn patterns(what: &str, verb: &str, patterns: &Patterns) -> String {
    match patterns.regex_values.as_slice() {
        [] => format!("{what}{verb} {}", patterns.values.join(" or ")),
        regular => format!("{what} matching {}", regular.join(" or ")),
    }
}

fn pair(pair: &KeyValue) -> String {
    match &pair.key {
        Some(key) => format!("{key}={}", pair.value),
        None => pair.value.clone(),
    }
}

/// How a rule rewrites a request before it is forwarded.
pub fn transforms(transforms: &[Transform]) -> Vec<String> {
    let mut texts = Vec::new();
    for transform in transforms {
        let configs = [("host", &transform.host_header_rewrite_config), ("URL", &transform.url_rewrite_config)];
        for (what, config) in configs {
            texts.extend(config.iter().flat_map(|config| &config.rewrites).map(|rewrite| {
                format!("rewrite the {what}: {} becomes {}", short(&rewrite.regex), short(&rewrite.replace))
            }));
        }
    }
    texts
}

/// Where a redirect leads: the host, and what else it changes.
pub fn redirect(to: &Redirect) -> String {
    let changed = |name: &str, part: &Option<String>| part.clone().filter(|text| !is_kept(name, text));
    let mut text = match changed("host", &to.host) {
        Some(host) => format!("redirect to {host}"),
        None => "redirect to the same host".to_owned(),
    };
    if let Some(protocol) = changed("protocol", &to.protocol) {
        text.push_str(&format!(" by {protocol}"));
    }
    for (name, part) in [("port", &to.port), ("path", &to.path), ("query", &to.query)] {
        if let Some(value) = changed(name, part) {
            text.push_str(&format!(", {name} {}", short(&value)));
        }
    }
    format!("{text} ({})", to.status_code)
}

/// Whether a part is AWS's placeholder for what the request has.
fn is_kept(name: &str, text: &str) -> bool {
    text.trim_start_matches('/') == format!("#{{{name}}}")
}

/// What the load balancer answers by itself.
pub fn fixed_response(response: &FixedResponse) -> String {
    match response.message_body.as_deref().unwrap_or_default() {
        "" => format!("answer {}", response.status_code),
        body => format!("answer {}, {:?}", response.status_code, short(body)),
    }
}

/// Who may go on, with an OpenID Connect provider.
pub fn oidc(config: &AuthenticateOidc) -> String {
    log_in(&format!("OpenID Connect at {}", config.issuer), &config.session)
}

/// Who may go on, with a Cognito user pool.
pub fn cognito(config: &AuthenticateCognito) -> String {
    log_in(&format!("the Cognito user pool {}", config.user_pool_arn), &config.session)
}

fn log_in(with: &str, session: &Session) -> String {
    let otherwise = match session.on_unauthenticated_request.as_str() {
        "allow" => "; who does not is let in, too",
        "deny" => "; who has not is answered 401",
        _ => "",
    };
    format!("log in first, with {with}{otherwise}")
}

/// Who may go on, with a bearer token.
pub fn jwt(config: &JwtValidation) -> String {
    format!("a bearer token (JWT) issued by {} is needed", config.issuer)
}

/// How long a client stays with the target group of a forward that it was sent to first, where it does.
pub fn stickiness(forward: &Forward) -> Option<String> {
    let config = forward.target_group_stickiness_config.as_ref().filter(|config| config.enabled == Some(true))?;
    let seconds = config.duration_seconds.map_or_else(|| "null".to_owned(), |seconds| seconds.to_string());
    Some(format!("a client stays with one target group for {seconds} s"))
}

/// The name of an ARN's resource, as Cognito has it: behind the last slash.
pub fn resource(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alb_controller::model::{Header, Pairs};

    fn strings(values: &[&str]) -> Vec<String> {
        values.iter().map(ToString::to_string).collect()
    }

    fn values(values: &[&str]) -> Patterns {
        Patterns { values: strings(values), ..Patterns::default() }
    }

    #[test]
    fn conditions_are_named_in_words() {
        let pair = |key: Option<&str>, value: &str| KeyValue { key: key.map(str::to_owned), value: value.to_owned() };
        let header = Header { http_header_name: "X-Team".to_owned(), patterns: values(&["a", "b"]) };
        let pairs = Pairs { values: vec![pair(Some("v"), "1"), pair(None, "2")] };
        let all = [
            Condition::HttpHeader { http_header_config: header },
            Condition::QueryString { query_string_config: pairs },
            Condition::SourceIp { source_ip_config: values(&["10.0.0.0/8"]) },
            Condition::HostHeader {
                host_header_config: Patterns { regex_values: strings(&["^old"]), ..Patterns::default() },
            },
            Condition::PathPattern { path_pattern_config: values(&["/a", "/a/*"]) },
        ];
        assert_eq!(
            conditions(&all),
            "header X-Team is a or b, query v=1 or 2, client address in 10.0.0.0/8, host matching ^old, path /a or /a/*"
        );
        assert_eq!(conditions(&[]), "every request");
    }

    #[test]
    fn a_redirect_says_what_it_changes() {
        let text = |text: &str| Some(text.to_owned());
        for (to, expected) in [
            (
                Redirect {
                    protocol: text("HTTPS"),
                    port: text("443"),
                    status_code: "HTTP_301".to_owned(),
                    ..Redirect::default()
                },
                "redirect to the same host by HTTPS, port 443 (HTTP_301)",
            ),
            (
                Redirect {
                    host: text("www.example.com"),
                    path: text("/new/#{path}"),
                    port: text("#{port}"),
                    status_code: "HTTP_302".to_owned(),
                    ..Redirect::default()
                },
                "redirect to www.example.com, path /new/#{path} (HTTP_302)",
            ),
            (
                Redirect {
                    host: text("#{host}"),
                    path: text("/#{path}"),
                    query: text("a=b"),
                    status_code: "HTTP_302".to_owned(),
                    ..Redirect::default()
                },
                "redirect to the same host, query a=b (HTTP_302)",
            ),
        ] {
            assert_eq!(redirect(&to), expected);
        }
    }

    #[test]
    fn long_answers_are_cut() {
        let response = |status: &str, body: Option<String>| FixedResponse {
            content_type: None,
            message_body: body,
            status_code: status.to_owned(),
        };
        assert_eq!(
            fixed_response(&response("200", Some("a".repeat(61)))),
            format!("answer 200, \"{}…\"", "a".repeat(60))
        );
        assert_eq!(fixed_response(&response("404", None)), "answer 404");
    }
}
