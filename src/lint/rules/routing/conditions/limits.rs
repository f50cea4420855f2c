//! What webhook and controller pass on in conditions and transforms, and AWS refuses.
//!
//! Lengths and counts of values are those of a whole rule, and are checked there ([`super::super::quotas`]).
//!
//! Source: AWS elbv2 API, RuleCondition, HttpHeaderConditionConfig, HttpRequestMethodConditionConfig, RuleTransform.

use alb_controller::annotation::{Condition, Patterns, Transform};
use alb_controller::go::strconv::parse_cidr;

const MAX_HEADER: usize = 40;
const MAX_REWRITE: usize = 1024;

/// What is wrong, and what to do about it.
pub(super) type Fault = (String, String);

/// The faults of a condition that the controller takes.
pub(super) fn refused(condition: &Condition) -> Vec<Fault> {
    let values = |config: &Option<Patterns>| config.iter().flat_map(|c| c.values.clone()).collect();
    match condition.field.as_str() {
        "source-ip" => {
            let sources: Vec<String> = values(&condition.source_ip_config);
            let wrong = sources.iter().filter(|source| parse_cidr(source).is_err());
            wrong
                .map(|source| {
                    let what = format!("source-ip {source:?} is not a network such as 203.0.113.0/24, and AWS refuses it");
                    let help = match source.parse::<std::net::IpAddr>() {
                        Ok(address) => format!("write `{address}/{}`", if address.is_ipv4() { 32 } else { 128 }),
                        Err(_) => {
                            r#"a source reads `{"field": "source-ip", "sourceIPConfig": {"values": ["203.0.113.0/24"]}}`"#.to_owned()
                        }
                    };
                    (what, help)
                })
                .collect()
        }
        "http-request-method" => {
            let methods: Vec<String> = values(&condition.http_request_method_config);
            let letter = |c: char| c.is_ascii_uppercase() || matches!(c, '-' | '_');
            let wrong = methods.iter().filter(|method| !method.chars().all(letter));
            wrong
                .map(|method| {
                    let what = format!("method {method:?}: AWS takes capital letters, - and _, and no wildcards");
                    let upper: String = method.to_ascii_uppercase().chars().filter(|c| letter(*c)).collect();
                    (what, format!("write {:?}", if upper.is_empty() { "GET" } else { &upper }))
                })
                .collect()
        }
        "http-header" => condition.http_header_config.iter().filter_map(header).collect(),
        _ => Vec::new(),
    }
}

fn header(config: &Patterns) -> Option<Fault> {
    let name = config.http_header_name.as_str();
    let letter = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let (what, help) = if name.is_empty() {
        ("httpHeaderConfig has no httpHeaderName, and AWS refuses it".to_owned(), "add `httpHeaderName`".to_owned())
    } else if name.eq_ignore_ascii_case("host") {
        let help = r#"write `{"field": "host-header", "hostHeaderConfig": {"values": […]}}` instead"#;
        ("httpHeaderName is Host, which AWS takes as a host-header condition only".to_owned(), help.to_owned())
    } else if name.chars().count() > MAX_HEADER {
        let what = format!("httpHeaderName has {} characters, and AWS takes {MAX_HEADER}", name.chars().count());
        (what, format!("use a header with a name of at most {MAX_HEADER} characters"))
    } else if !name.chars().all(letter) {
        let what = format!("httpHeaderName {name:?} is not the name of a header");
        (what, "use letters, digits and `-`, without blanks and colons".to_owned())
    } else {
        return None;
    };
    Some((what, help))
}

/// Fields of which a rule has one condition at most. Hosts and paths are put together by the controller.
pub(super) fn repeated(conditions: &[Condition]) -> impl Iterator<Item = Fault> {
    let times = |field: &str| {
        let of_field = conditions.iter().filter(|condition| condition.field == field);
        of_field.count()
    };
    let repeated: Vec<Fault> = ["http-request-method", "source-ip"]
        .into_iter()
        .filter(|field| times(field) > 1)
        .map(|field| {
            let what = format!("{field} is there {} times, and AWS takes one in a rule", times(field));
            (what, format!("put the values of all {field} conditions into one"))
        })
        .collect();
    repeated.into_iter()
}

/// The faults of transforms that the controller takes.
pub(super) fn of_transforms(transforms: &[Transform]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for kind in ["url-rewrite", "host-header-rewrite"] {
        let times = transforms.iter().filter(|transform| transform.r#type == kind).count();
        if times > 1 {
            let what = format!("{kind} is there {times} times, and AWS takes one in a rule");
            faults.push((what, format!("keep one {kind}")));
        }
    }
    for transform in transforms {
        let config = match transform.r#type.as_str() {
            "url-rewrite" => &transform.url_rewrite_config,
            _ => &transform.host_header_rewrite_config,
        };
        for rewrite in config.iter().flat_map(|config| &config.rewrites) {
            if rewrite.regex.is_empty() {
                faults.push(("a rewrite has no regex, and AWS refuses it".to_owned(), super::TRANSFORM.to_owned()));
            }
            let longest = rewrite.regex.chars().count().max(rewrite.replace.chars().count());
            if longest > MAX_REWRITE {
                let what = format!("a rewrite has {longest} characters, and AWS takes {MAX_REWRITE}");
                faults.push((what, format!("shorten it to {MAX_REWRITE} characters")));
            }
        }
    }
    faults
}
