//! What AWS takes as a certificate, a web ACL, a name, a range.
//!
//! Neither the API server nor the AWS Load Balancer Controller checks these; AWS refuses them when the ALB is built, which
//! shows as an event and nowhere else.

use ipnet::IpNet;
use kubernetes_objects::validation::{Validation, Violation, violation};
use std::net::IpAddr;

/// A certificate in ACM or IAM.
pub fn certificate(text: &str) -> Validation {
    let example = "for example arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012";
    let arn = arn(text).map_err(|fault| fault.help(example))?;
    let name = match arn.service {
        "acm" => {
            arn.region().map_err(|fault| fault.help(example))?;
            arn.resource.strip_prefix("certificate/")
        }
        "iam" => arn.resource.strip_prefix("server-certificate/"),
        other => {
            return Err(
                violation(format!("`{text}` is of `{other}`; certificates are in `acm` or `iam`")).help(example)
            );
        }
    };
    arn.account().map_err(|fault| fault.help(example))?;
    match name {
        Some(name) if !name.is_empty() => Ok(()),
        _ => Err(violation(format!("`{text}` names no certificate")).help(example)),
    }
}

/// A web ACL of WAFv2, or `none`, which detaches (AWS Load Balancer Controller v2.8.2 or later).
pub fn web_acl(text: &str) -> Validation {
    let example = "for example arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/my-acl/12345678-1234-1234-1234-123456789012";
    if text == "none" {
        return Ok(());
    }
    if text.eq_ignore_ascii_case("none") {
        return Err(violation(format!("`{text}` is not the word that detaches")).help("write none"));
    }
    let arn = arn(text).map_err(|fault| fault.help(example))?;
    if arn.service != "wafv2" {
        return Err(violation(format!("`{text}` is of `{}`, not of `wafv2`", arn.service)).help(example));
    }
    if arn.resource.starts_with("global/") {
        return Err(violation(format!("`{text}` is a global web ACL, which is for CloudFront"))
            .help("an ALB takes a regional one"));
    }
    arn.region().and_then(|()| arn.account()).map_err(|fault| fault.help(example))?;
    let parts: Vec<_> = arn.resource.split('/').collect();
    match parts.as_slice() {
        ["regional", "webacl", name, id] if !name.is_empty() && !id.is_empty() => Ok(()),
        _ => Err(violation(format!("`{text}` does not end in `regional/webacl/NAME/ID`")).help(example)),
    }
}

struct Arn<'a> {
    text: &'a str,
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

fn arn(text: &str) -> Result<Arn<'_>, Violation> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        &["arn", partition, service, region, account, resource] if partition.starts_with("aws") => {
            Ok(Arn { text, service, region, account, resource })
        }
        _ => Err(violation(format!("`{text}` is no ARN"))),
    }
}

impl Arn<'_> {
    fn region(&self) -> Validation {
        let letters = self.region.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        match letters && self.region.bytes().any(|byte| byte.is_ascii_digit()) {
            true => Ok(()),
            false => Err(violation(format!("`{}`: `{}` is no region", self.text, self.region))),
        }
    }

    fn account(&self) -> Validation {
        match self.account.len() == 12 && self.account.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(()),
            false => {
                Err(violation(format!("`{}`: `{}` is no account; an account is 12 digits", self.text, self.account)))
            }
        }
    }
}

/// The name of a load balancer (botocore elbv2 CreateLoadBalancer).
pub fn load_balancer_name(text: &str) -> Validation {
    if text.len() > 32 {
        return Err(violation(format!("`{text}` has {} characters; it may have 32", text.len())));
    }
    if let Some(other) = text.chars().find(|letter| !letter.is_ascii_alphanumeric() && *letter != '-') {
        return Err(violation(format!("`{text}` contains `{other}`; allowed are letters, digits and `-`")));
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(violation(format!("`{text}` must not begin or end with `-`")));
    }
    match text.starts_with("internal-") {
        true => Err(violation(format!("`{text}` begins with `internal-`, which AWS keeps for itself"))),
        false => Ok(()),
    }
}

/// A range in canonical form. Another spelling works once: EC2 stores the canonical one, the controller compares text, and
/// every later reconcile ends in `InvalidPermission.Duplicate` (LBC v3.5.0 pkg/networking/security_group_info.go:41-53).
pub fn cidr(text: &str) -> Validation {
    if let Ok(address) = text.parse::<IpAddr>() {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        return Err(violation(format!("`{text}` is one address, not a range")).help(format!("write {address}/{bits}")));
    }
    let Ok(range) = text.parse::<IpNet>() else {
        return Err(violation(format!("`{text}` is no range of addresses")).help("for example 203.0.113.0/24"));
    };
    let canonical = range.trunc().to_string();
    if canonical == text {
        return Ok(());
    }
    let what = match range.addr() == range.network() {
        true => format!("`{text}` is not in canonical form"),
        false => format!("`{text}` has bits set behind its prefix"),
    };
    Err(violation(what).help(format!("write {canonical}")))
}

/// The name of an IngressGroup (LBC v3.5.0 pkg/ingress/group_loader.go:319-326).
pub fn group_name(text: &str) -> Validation {
    if text.len() > 63 {
        return Err(violation(format!("`{text}` has {} characters; it may have 63", text.len())));
    }
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if let Some(other) =
        text.chars().find(|&other| !u8::try_from(other).is_ok_and(|byte| letter(byte) || matches!(byte, b'-' | b'.')))
    {
        return Err(violation(format!(
            "`{text}` contains `{other}`; allowed are lower-case letters, digits, `-` and `.`"
        )));
    }
    let bytes = text.as_bytes();
    match bytes.first().zip(bytes.last()).is_some_and(|(&first, &last)| letter(first) && letter(last)) {
        true => Ok(()),
        false => Err(violation(format!("`{text}` must begin and end with a letter or a digit"))),
    }
}

/// Status codes: `200`, `200,302` or `200-299`.
pub fn success_codes(text: &str) -> Validation {
    let code = |part: &str| match part.parse::<u16>() {
        Ok(number) if part.len() == 3 && (200..500).contains(&number) => Ok(number),
        _ => Err(violation(format!("`{text}`: `{part}` is no status code from 200 to 499"))
            .help("for example 200, \"200,302\" or 200-299")),
    };
    for part in text.split(',') {
        match part.split_once('-') {
            Some((from, to)) if code(from)? > code(to)? => {
                return Err(violation(format!("`{text}`: the range {part} is empty")));
            }
            Some(_) => {}
            None => _ = code(part)?,
        }
    }
    Ok(())
}

/// The key of a load balancer or target group attribute (botocore elbv2: `^[a-zA-Z0-9._]+$`).
pub fn attribute(text: &str) -> Validation {
    match text.chars().find(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '_')) {
        Some(other) => Err(violation(format!("`{text}` contains `{other}`; allowed are letters, digits, `.` and `_`"))),
        None => Ok(()),
    }
}

/// The key of a tag.
pub fn tag(text: &str) -> Validation {
    if text.chars().count() > 128 {
        return Err(violation(format!("`{text}` has {} characters; it may have 128", text.chars().count())));
    }
    if let Some(other) = text.chars().find(|letter| matches!(letter, '=' | ',' | '\\')) {
        return Err(violation(format!("`{text}` contains `{other}`, which no tag's name can have")));
    }
    match text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        true => Err(violation(format!("`{text}` begins with `aws:`, which AWS keeps for itself"))),
        false => Ok(()),
    }
}
