//! What the controller passes on in an action and AWS refuses.
//!
//! The controller looks at little more than the type. Everything else goes to AWS as it is written, after the load balancer
//! and the rules before this one are there already.
//!
//! Source: AWS elbv2 API, RedirectActionConfig, FixedResponseActionConfig, ForwardActionConfig; quota "Target Groups per
//! Action per Application Load Balancer".

use alb_controller::annotation::{Action, FixedResponse, Forward, Redirect};
use alb_controller::validation::is_load_balancing_arn;

const CONTENT_TYPES: [&str; 5] = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];
const MAX_BODY: usize = 1024;
const MAX_PART: usize = 128;
const MAX_TARGET_GROUPS: usize = 5;
const MAX_WEIGHT: i32 = 999;
const MAX_STICKINESS: i32 = 604_800;

/// The faults of an action that the controller takes.
pub(super) fn refused(action: &Action) -> Vec<String> {
    let mut faults = Vec::new();
    match action.r#type.as_str() {
        "redirect" => {
            if let Some(config) = &action.redirect_config {
                redirect(config, &mut faults);
            }
        }
        "fixed-response" => {
            if let Some(config) = &action.fixed_response_config {
                fixed_response(config, &mut faults);
            }
        }
        _ => {
            faults.extend(action.target_group_arn.iter().filter_map(|arn| no_arn(arn)));
            if let Some(config) = &action.forward_config {
                forward(config, &mut faults);
            }
        }
    }
    faults
}

fn redirect(redirect: &Redirect, faults: &mut Vec<String>) {
    let code = &redirect.status_code;
    if !matches!(code.as_str(), "HTTP_301" | "HTTP_302") {
        faults.push(format!("statusCode is {code:?}, and AWS takes HTTP_301 and HTTP_302"));
    }
    let protocol = redirect.protocol.as_deref().unwrap_or("#{protocol}");
    if !matches!(protocol, "HTTP" | "HTTPS" | "#{protocol}") {
        faults.push(format!("protocol is {protocol:?}, and AWS takes HTTP, HTTPS and #{{protocol}}"));
    }
    let port = redirect.port.as_deref().unwrap_or("#{port}");
    if port != "#{port}" && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        faults.push(format!("port is {port:?}, and AWS takes 1 to 65535 and #{{port}}"));
    }
    let parts = [("host", &redirect.host), ("path", &redirect.path), ("query", &redirect.query)];
    for (name, part) in parts {
        let Some(text) = part else { continue };
        if text.is_empty() && name != "query" {
            faults.push(format!("{name} is empty, and AWS refuses that: leave it out"));
        } else if text.chars().count() > MAX_PART {
            faults.push(format!("{name} has more than {MAX_PART} characters, and AWS refuses that"));
        } else if name == "path" && !text.starts_with('/') {
            faults.push(format!("path is {text:?}, and AWS takes one that begins with /"));
        }
    }
}

fn fixed_response(response: &FixedResponse, faults: &mut Vec<String>) {
    let code = &response.status_code;
    let known = code.len() == 3 && code.starts_with(['2', '4', '5']) && code.bytes().all(|b| b.is_ascii_digit());
    if !known {
        faults.push(format!("statusCode is {code:?}, and AWS takes 2xx, 4xx and 5xx"));
    }
    let content_type = response.content_type.as_deref().unwrap_or("text/plain");
    if !CONTENT_TYPES.contains(&content_type) {
        faults.push(format!("contentType is {content_type:?}, and AWS takes {}", CONTENT_TYPES.join(", ")));
    }
    let body = response.message_body.as_deref().unwrap_or_default();
    if body.chars().count() > MAX_BODY {
        faults.push(format!("messageBody has more than {MAX_BODY} characters, and AWS refuses that"));
    }
}

fn forward(forward: &Forward, faults: &mut Vec<String>) {
    let targets = &forward.target_groups;
    if targets.is_empty() {
        faults.push("targetGroups is empty, and AWS refuses to forward to nothing".to_owned());
    }
    if targets.len() > MAX_TARGET_GROUPS {
        faults
            .push(format!("there are {} target groups, and AWS takes {MAX_TARGET_GROUPS} in an action", targets.len()));
    }
    for target in targets {
        faults.extend(target.target_group_arn.iter().filter_map(|arn| no_arn(arn)));
        let weight = target.weight.unwrap_or_default();
        if !(0..=MAX_WEIGHT).contains(&weight) {
            faults.push(format!("weight is {weight}, and AWS takes 0 to {MAX_WEIGHT}"));
        }
    }
    let Some(stickiness) = &forward.target_group_stickiness_config else {
        return;
    };
    match stickiness.duration_seconds {
        Some(seconds) if !(1..=MAX_STICKINESS).contains(&seconds) => {
            faults.push(format!("durationSeconds is {seconds}, and AWS takes 1 to {MAX_STICKINESS}"))
        }
        None if stickiness.enabled == Some(true) => {
            faults.push("stickiness is enabled without durationSeconds, and AWS asks for it".to_owned())
        }
        _ => {}
    }
}

fn no_arn(arn: &str) -> Option<String> {
    (!is_load_balancing_arn(arn, "targetgroup")).then(|| format!("targetGroupARN {arn:?} is no ARN of a target group"))
}
