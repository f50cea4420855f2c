//! Conditions and actions of a rule in plain words, for somebody who has never seen an ALB: not AWS's names of the fields, and
//! of a redirect only what it changes.

use serde_json::Value;

use super::{items, plain};

/// Characters of a text that somebody wrote: a picture is no place to read an answer of a thousand.
const LONGEST: usize = 60;

/// Which requests a rule takes.
pub(super) fn conditions(conditions: &Value) -> String {
    let texts: Vec<String> = items(conditions).map(condition).collect();
    if texts.is_empty() { "every request".to_owned() } else { texts.join(", ") }
}

fn condition(condition: &Value) -> String {
    let field = condition["field"].as_str().unwrap_or_default();
    let entries = condition.as_object().into_iter().flatten();
    let config =
        entries.filter(|(key, _)| key.ends_with("Config")).map(|(_, config)| config).next().unwrap_or(&Value::Null);
    let what = match field {
        "host-header" => "host".to_owned(),
        "path-pattern" => "path".to_owned(),
        "http-header" => format!("header {}", plain(&config["httpHeaderName"])),
        "http-request-method" => "method".to_owned(),
        "query-string" => "query".to_owned(),
        "source-ip" => "client address in".to_owned(),
        other => other.to_owned(),
    };
    let values: Vec<String> = items(&config["values"]).map(value).collect();
    let regular: Vec<String> = items(&config["regexValues"]).map(plain).collect();
    if regular.is_empty() {
        format!("{what} {}", values.join(" or "))
    } else {
        format!("{what} matching {}", regular.join(" or "))
    }
}

fn value(value: &Value) -> String {
    match (value["key"].as_str(), value["value"].as_str()) {
        (Some(key), Some(text)) => format!("{key}={text}"),
        (None, Some(text)) => text.to_owned(),
        _ => plain(value),
    }
}

/// How a rule rewrites a request before it is forwarded.
pub(super) fn transforms(transforms: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    for transform in items(transforms) {
        let (what, config) = match transform["type"].as_str() {
            Some("host-header-rewrite") => ("host", &transform["hostHeaderRewriteConfig"]),
            _ => ("URL", &transform["urlRewriteConfig"]),
        };
        texts.extend(items(&config["rewrites"]).map(|rewrite| {
            let (from, to) = (plain(&rewrite["regex"]), plain(&rewrite["replace"]));
            format!("rewrite the {what}: {} becomes {}", short(&from), short(&to))
        }));
    }
    texts
}

/// Where a redirect leads: the host, and what else it changes.
pub(super) fn redirect(to: &Value) -> String {
    let part = |name: &str| to[name].as_str().filter(|text| !is_kept(name, text));
    let host = part("host").unwrap_or("the same host");
    let mut text = format!("redirect to {host}");
    if let Some(protocol) = part("protocol") {
        text.push_str(&format!(" by {protocol}"));
    }
    for name in ["port", "path", "query"] {
        if let Some(value) = part(name) {
            text.push_str(&format!(", {name} {}", short(value)));
        }
    }
    format!("{text} ({})", plain(&to["statusCode"]))
}

/// AWS's placeholders for what the request has.
fn is_kept(name: &str, text: &str) -> bool {
    text.trim_start_matches('/') == format!("#{{{name}}}")
}

/// What the load balancer answers by itself.
pub(super) fn answer(answer: &Value) -> String {
    let body = answer["messageBody"].as_str().unwrap_or_default();
    let body = match body {
        "" => String::new(),
        body => format!(", {:?}", short(body)),
    };
    format!("answer {}{body}", plain(&answer["statusCode"]))
}

/// Who may go on.
pub(super) fn guard(action: &Value) -> String {
    let (who, config) = match action["type"].as_str().unwrap_or_default() {
        "authenticate-oidc" => {
            let config = &action["authenticateOIDCConfig"];
            (format!("log in first, with OpenID Connect at {}", plain(&config["issuer"])), config)
        }
        "authenticate-cognito" => {
            let config = &action["authenticateCognitoConfig"];
            let pool = plain(&config["userPoolARN"]);
            (format!("log in first, with the Cognito user pool {pool}"), config)
        }
        "jwt-validation" => {
            let issuer = plain(&action["jwtValidationConfig"]["issuer"]);
            return format!("a bearer token (JWT) issued by {issuer} is needed");
        }
        other => return other.to_owned(),
    };
    match config["onUnauthenticatedRequest"].as_str() {
        Some("allow") => format!("{who}; who does not is let in, too"),
        Some("deny") => format!("{who}; who has not is answered 401"),
        _ => who,
    }
}

/// How the target groups of a forward share the requests.
pub(super) fn stickiness(forward: &Value) -> String {
    let config = &forward["targetGroupStickinessConfig"];
    if config["enabled"] == true {
        format!("forward to, a client to the same one for {} s", config["durationSeconds"])
    } else {
        "forward to".to_owned()
    }
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
    use serde_json::json;

    #[test]
    fn conditions_are_named_in_words() {
        let all = json!([
            {"field": "http-header", "httpHeaderConfig": {"httpHeaderName": "X-Team", "values": ["a", "b"]}},
            {"field": "query-string", "queryStringConfig": {"values": [{"key": "v", "value": "1"}, {"value": "2"}]}},
            {"field": "source-ip", "sourceIPConfig": {"values": ["10.0.0.0/8"]}},
            {"field": "host-header", "hostHeaderConfig": {"regexValues": ["^old"]}},
            {"field": "path-pattern", "pathPatternConfig": {"values": ["/a", "/a/*"]}},
        ]);
        assert_eq!(
            conditions(&all),
            "header X-Team a or b, query v=1 or 2, client address in 10.0.0.0/8, host matching ^old, path /a or /a/*"
        );
        assert_eq!(conditions(&json!([])), "every request");
    }

    #[test]
    fn a_redirect_says_what_it_changes() {
        for (to, text) in [
            (
                json!({"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}),
                "redirect to the same host by HTTPS, port 443 (HTTP_301)",
            ),
            (
                json!({"host": "www.example.com", "path": "/new/#{path}", "port": "#{port}", "statusCode": "HTTP_302"}),
                "redirect to www.example.com, path /new/#{path} (HTTP_302)",
            ),
            (
                json!({"host": "#{host}", "path": "/#{path}", "query": "a=b", "statusCode": "HTTP_302"}),
                "redirect to the same host, query a=b (HTTP_302)",
            ),
        ] {
            assert_eq!(redirect(&to), text);
        }
    }

    #[test]
    fn long_answers_are_cut() {
        let body = "a".repeat(61);
        assert_eq!(
            answer(&json!({"statusCode": "200", "messageBody": body})),
            format!("answer 200, \"{}…\"", "a".repeat(60))
        );
        assert_eq!(answer(&json!({"statusCode": "404"})), "answer 404");
    }
}
