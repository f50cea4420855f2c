//! What AWS takes as a certificate, a web ACL, a name, a range.
//!
//! Neither the API server nor the AWS Load Balancer Controller checks these; AWS refuses them when the ALB is built, which
//! shows as an event and nowhere else.

use crate::catalogue::{GROUP_NAME_LENGTH, LOAD_BALANCER_NAME_LENGTH, SUCCESS_CODES, TAG_KEY_LENGTH};
use crate::go::strconv::parse_cidr;
use crate::model::check_group_name;
use kubernetes_objects::validation::{Validation, Violation, violation};
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// A certificate in ACM or IAM.
pub fn certificate(text: &str) -> Validation {
    certificate_region(text).map(|_| ())
}

/// The region of a certificate in ACM; `None` for a server certificate in IAM, which is in no region.
///
/// # Errors
///
/// Where the text is no ARN of either.
pub fn certificate_region(text: &str) -> Result<Option<&str>, Violation> {
    let example = match text.split(':').nth(2) {
        Some("iam") => "for example arn:aws:iam::111122223333:server-certificate/my-certificate",
        _ => "for example arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
    };
    let arn = Arn::read(text).map_err(|fault| fault.help(example))?;
    let (region, name) = match arn.service {
        "acm" => {
            arn.check_region().map_err(|fault| fault.help(example))?;
            (Some(arn.region), arn.resource.strip_prefix("certificate/"))
        }
        "iam" if !arn.region.is_empty() => {
            let what = format!("`{text}` has the region `{}`; a server certificate in `iam` has none", arn.region);
            return Err(violation(what).help(example));
        }
        "iam" => (None, arn.resource.strip_prefix("server-certificate/")),
        other => {
            return Err(
                violation(format!("`{text}` is of `{other}`; certificates are in `acm` or `iam`")).help(example)
            );
        }
    };
    arn.check_account().map_err(|fault| fault.help(example))?;
    match name {
        Some(name) if !name.is_empty() => Ok(region),
        _ => Err(violation(format!("`{text}` names no certificate")).help(example)),
    }
}

/// Whether the text is an ARN of a kind of Elastic Load Balancing's resources: `targetgroup`, `truststore`.
#[must_use]
pub fn is_load_balancing_arn(text: &str, kind: &str) -> bool {
    Arn::parse(text).is_some_and(|arn| {
        let is_kind = arn.resource.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'));
        arn.service == "elasticloadbalancing" && is_kind
    })
}

/// The region of a web ACL of WAFv2; `None` where the text is no ARN of a regional one.
#[must_use]
pub fn web_acl_region(text: &str) -> Option<&str> {
    Arn::parse(text).filter(|arn| arn.service == "wafv2" && arn.resource.starts_with("regional/")).map(|arn| arn.region)
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
    let arn = Arn::read(text).map_err(|fault| fault.help(example))?;
    if arn.service != "wafv2" {
        return Err(violation(format!("`{text}` is of `{}`, not of `wafv2`", arn.service)).help(example));
    }
    if arn.resource.starts_with("global/") {
        return Err(violation(format!("`{text}` is a global web ACL, which is for CloudFront"))
            .help("an ALB takes a regional one"));
    }
    arn.check_region().and_then(|()| arn.check_account()).map_err(|fault| fault.help(example))?;
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

impl<'a> Arn<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let &["arn", partition, service, region, account, resource] = parts.as_slice() else {
            return None;
        };
        let is_partition = partition
            .strip_prefix("aws")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        is_partition.then_some(Arn { text, service, region, account, resource })
    }

    fn read(text: &'a str) -> Result<Self, Violation> {
        Arn::parse(text).ok_or_else(|| violation(format!("`{text}` is no ARN")))
    }

    fn check_region(&self) -> Validation {
        match is_region(self.region) {
            true => Ok(()),
            false => Err(violation(format!("`{}`: `{}` is no region", self.text, self.region))),
        }
    }

    fn check_account(&self) -> Validation {
        match self.account.len() == 12 && self.account.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(()),
            false => {
                Err(violation(format!("`{}`: `{}` is no account; an account is 12 digits", self.text, self.account)))
            }
        }
    }
}

/// Whether a text has the form of a region: an area, a point of the compass, a number (`eu-central-1`, `us-gov-west-1`,
/// `eusc-de-east-1`). New ones come, so there is no list (botocore endpoints.json regionRegex).
fn is_region(text: &str) -> bool {
    const COMPASS: [&str; 9] =
        ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];
    let parts: Vec<&str> = text.split('-').collect();
    let [areas @ .., compass, number] = parts.as_slice() else { return false };
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    !areas.is_empty() && areas.iter().all(is_word) && COMPASS.contains(compass) && is_number
}

/// The name of a load balancer (botocore elbv2 CreateLoadBalancer).
pub fn load_balancer_name(text: &str) -> Validation {
    if text.len() > LOAD_BALANCER_NAME_LENGTH {
        let what = format!("`{text}` has {} characters; it may have {LOAD_BALANCER_NAME_LENGTH}", text.len());
        return Err(violation(what).help(format!("write at most {LOAD_BALANCER_NAME_LENGTH} characters")));
    }
    if let Some(other) = text.chars().find(|letter| !letter.is_ascii_alphanumeric() && *letter != '-') {
        let what = format!("`{text}` contains `{other}`; allowed are letters, digits and `-`");
        return Err(violation(what).help(format!("remove `{other}`")));
    }
    if text.starts_with('-') || text.ends_with('-') {
        let help = format!("write {}", text.trim_matches('-'));
        return Err(violation(format!("`{text}` must not begin or end with `-`")).help(help));
    }
    match text.strip_prefix("internal-") {
        Some(rest) => {
            let what = format!("`{text}` begins with `internal-`, which AWS keeps for itself");
            Err(violation(what).help(format!("write a name without `internal-` at its beginning, such as {rest}")))
        }
        None => Ok(()),
    }
}

/// A range in canonical form. Another spelling works once: EC2 stores the canonical one, the controller compares text, and
/// every later reconcile ends in `InvalidPermission.Duplicate` (LBC v3.5.0 pkg/networking/security_group_info.go:41-53).
pub fn cidr(text: &str) -> Validation {
    if let Ok(address) = text.parse::<IpAddr>() {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        return Err(violation(format!("`{text}` is one address, not a range")).help(format!("write {address}/{bits}")));
    }
    let Ok(canonical) = parse_cidr(text) else {
        return Err(violation(format!("`{text}` is no range of addresses")).help("for example 203.0.113.0/24"));
    };
    if canonical == text {
        return Ok(());
    }
    let address = |range: &str| range.split('/').next().and_then(|address| address.parse::<IpAddr>().ok());
    let what = match address(text) == address(&canonical) {
        true => format!("`{text}` is not in canonical form"),
        false => format!("`{text}` has bits set behind its prefix"),
    };
    Err(violation(what).help(format!("write {canonical}")))
}

/// The name of an IngressGroup, as the controller takes it: [`check_group_name`].
pub fn group_name(text: &str) -> Validation {
    let Err(_) = check_group_name(text) else {
        return Ok(());
    };
    let allowed = |other: char| other.is_ascii_lowercase() || other.is_ascii_digit() || matches!(other, '-' | '.');
    Err(violation(match text.chars().find(|&other| !allowed(other)) {
        _ if text.len() > GROUP_NAME_LENGTH => {
            format!("`{text}` has {} characters; it may have {GROUP_NAME_LENGTH}", text.len())
        }
        Some(other) => format!("`{text}` contains `{other}`; allowed are lower-case letters, digits, `-` and `.`"),
        None => format!("`{text}` must begin and end with a letter or a digit"),
    }))
}

/// Status codes of HTTP: `200`, `200,302` or `200-299`.
pub fn success_codes(text: &str) -> Validation {
    codes_within(text, SUCCESS_CODES)
}

/// Codes within a range: one, several between commas, or a range of their own.
pub fn codes_within(text: &str, range: RangeInclusive<u16>) -> Validation {
    let code = |part: &str| match part.parse::<u16>() {
        Ok(number) if number.to_string() == part && range.contains(&number) => Ok(number),
        _ => Err(violation(format!("`{text}`: `{part}` is no status code from {} to {}", range.start(), range.end()))
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
    let length = text.chars().count();
    if length > TAG_KEY_LENGTH {
        return Err(violation(format!("`{text}` has {length} characters; it may have {TAG_KEY_LENGTH}")));
    }
    if let Some(other) = text.chars().find(|letter| matches!(letter, '=' | ',' | '\\')) {
        return Err(violation(format!("`{text}` contains `{other}`, which no tag's name can have")));
    }
    match is_reserved_tag(text) {
        true => Err(violation(format!("`{text}` begins with `aws:`, which AWS keeps for itself"))),
        false => Ok(()),
    }
}

/// Whether AWS keeps a tag of this key for itself.
#[must_use]
pub fn is_reserved_tag(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(text: &str) -> Result<Option<&str>, String> {
        certificate_region(text).map_err(|violation| violation.what)
    }

    #[test]
    fn a_server_certificate_of_iam_has_no_region() {
        let acm = "arn:aws-cn:acm:cn-north-1:111122223333:certificate/12345678-1234-1234-1234-123456789012";
        assert_eq!(region(acm), Ok(Some("cn-north-1")));
        assert_eq!(region("arn:aws:iam::111122223333:server-certificate/dir/x"), Ok(None));
        for name in ["us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "ap-southeast-5", "il-central-1"] {
            assert!(is_region(name), "{name}");
        }
        let regional = "arn:aws:iam:eu-central-1:111122223333:server-certificate/x";
        let what = format!("`{regional}` has the region `eu-central-1`; a server certificate in `iam` has none");
        assert_eq!(region(regional), Err(what));
    }

    #[test]
    fn what_is_no_certificate() {
        for (text, what) in [
            ("x", "`x` is no ARN"),
            ("arn:AWS:acm:eu-central-1:111122223333:certificate/x", " is no ARN"),
            ("arn:aws:acm::111122223333:certificate/x", "`` is no region"),
            ("arn:aws:acm:frankfurt:111122223333:certificate/x", "`frankfurt` is no region"),
            ("arn:aws:acm:eu-nowhere-1:111122223333:certificate/x", "`eu-nowhere-1` is no region"),
            ("arn:aws:acm:us-est-1:111122223333:certificate/x", "`us-est-1` is no region"),
            ("arn:aws:acm:eu-central-1:1:certificate/x", "`1` is no account; an account is 12 digits"),
            ("arn:aws:iam::111122223333:certificate/x", " names no certificate"),
            ("arn:aws:s3:eu-central-1:111122223333:certificate/x", "certificates are in `acm` or `iam`"),
        ] {
            assert!(region(text).is_err_and(|error| error.ends_with(what)), "{text}: {:?}", region(text));
        }
    }

    #[test]
    fn ranges_codes_and_names() {
        let fault = |checked: Validation| checked.map_err(|violation| violation.what).err();
        assert_eq!(fault(cidr("2001:db8::/32")), None);
        assert_eq!(fault(cidr("2001:DB8::/32")).as_deref(), Some("`2001:DB8::/32` is not in canonical form"));
        assert_eq!(fault(cidr("10.0.0.0/08")).as_deref(), Some("`10.0.0.0/08` is not in canonical form"));
        assert_eq!(fault(cidr("10.1.0.0/8")).as_deref(), Some("`10.1.0.0/8` has bits set behind its prefix"));
        assert_eq!(fault(success_codes("200,202-299")), None);
        assert_eq!(fault(success_codes("0200")).as_deref(), Some("`0200`: `0200` is no status code from 200 to 499"));
        assert_eq!(fault(codes_within("0-99", 0..=99)), None);
        assert_eq!(fault(group_name("edge.1")), None);
        assert_eq!(fault(group_name("-")).as_deref(), Some("`-` must begin and end with a letter or a digit"));
        assert!(is_load_balancing_arn("arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/x/1", "targetgroup"));
        assert!(!is_load_balancing_arn("arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/x", "targetgroup"));
    }
}
