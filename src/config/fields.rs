//! Every field of the configuration, once: its flag, its variable, the annotation that it becomes, its default, an example,
//! and what its value must be.
//!
//! The command line, the environment, the schema, the reference page, `init`, the validation, and the order and text of the
//! annotations all read this table. What a field means stands beside its type in [`super::types`] and `ingress.rs`; a
//! test compares the table with the types.

use super::constraint::Constraint::{Items, Keys, Own, Port, Range, Text, Verbatim};
use super::constraint::{self, LABELS};
use super::field::variable_of;
pub use super::field::{Field, Shape, UNORDERED};
use super::settings::INGRESS_NAME;
use super::types::{Ingress, ListenPort};
use super::value::{Override, Printed, entries, json_map, list, plain};
use crate::suggest::nearest;
use alb_controller::catalogue::{self, CLASS_ANNOTATION};
use alb_controller::validation as aws;
use kubernetes_objects::validation as kubernetes;

const fn text(path: &'static str, example: &'static str) -> Field {
    Field::new(path, Shape::Text, example)
}

const fn items(path: &'static str, example: &'static str) -> Field {
    Field::new(path, Shape::List, example)
}

const fn yaml(path: &'static str, example: &'static str) -> Field {
    Field::new(path, Shape::Yaml, example)
}

const fn map(path: &'static str, example: &'static str) -> Field {
    Field::new(path, Shape::Map, example)
}

/// The key of an annotation of the AWS Load Balancer Controller on an Ingress.
macro_rules! alb {
    ($($name:literal),+) => {
        &[$(concat!("alb.ingress.kubernetes.io/", $name)),+]
    };
}

/// All fields, in the order of the documentation.
#[rustfmt::skip]
pub static FIELDS: &[Field] = &[
    text("phase", "cutover").common_flag("phase").default("cutover"),
    Field::new("carryOver", Shape::InverseSwitch, "true").flag("no-carry-over").default("true"),

    text("gateway.name", "istio-ingressgateway").one_gateway().common_flag("gateway")
        .remark("the one with a status port").must(Text(kubernetes::label)),
    text("gateway.namespace", "istio-system").one_gateway().common_flag("gateway-namespace")
        .remark("any").must(Text(kubernetes::label)),
    map("gateway.selector", "{istio: ingressgateway}").one_gateway().must(LABELS),
    text("gateway.ifMissing", "error").flag("if-missing").default("error"),

    text("service.type", "NodePort").flag("service-type").default("NodePort"),
    map("service.nodePorts", "{status-port: 30021, http2: 30080, https: 30443}")
        .remark("as rendered, else Kubernetes chooses").must(Own(constraint::node_ports)),
    text("service.extraPorts", "keep").flag("extra-ports").default("keep"),
    text("service.targetPorts", "auto").flag("target-ports").default("auto"),
    items("service.keepAnnotations", "[service.beta.kubernetes.io/aws-load-balancer-type]")
        .must(Own(constraint::kept_annotations)),

    text("ingress.name", INGRESS_NAME).one_gateway().common_flag("ingress-name")
        .default(INGRESS_NAME).must(Text(kubernetes::subdomain)),
    map("ingress.labels", "{app: common-external-ingress}").remark("`app`: the name of the Ingress").must(LABELS),
    text("ingress.className", "alb").flag("class-name").annotations(&[CLASS_ANNOTATION]).order(0)
        .default("alb").must(Text(kubernetes::subdomain)),
    text("ingress.classAs", "annotation").flag("class-as").default("annotation").remark("; `field` with `eksAutoMode`"),
    items("ingress.hosts", "[www.example.com]").flag("hosts").remark("every host").must(Text(kubernetes::host)),
    Field::new("ingress.paths", Shape::Items, "[{path: /, pathType: Prefix}]")
        .default("[{path: /, pathType: Prefix}]").must(Own(constraint::paths)),
    items("ingress.tlsHosts", "[www.example.com]").must(Text(kubernetes::host)),
    yaml("ingress.backendPort", "443").flag("backend-port").default("443").must(Port(kubernetes::port_name)),
    text("ingress.loadBalancerName", "my-alb").flag("load-balancer-name")
        .annotation(alb!("load-balancer-name"), |i| i.load_balancer_name.map(plain)).order(10)
        .remark("the controller makes one up").must(Text(aws::load_balancer_name)),
    text("ingress.scheme", "internet-facing").common_flag("scheme")
        .annotation(alb!("scheme"), |i| i.scheme.map(plain)).order(40).default(catalogue::INTERNET_FACING),
    text("ingress.targetType", "instance").common_flag("target-type")
        .annotation(alb!("target-type"), |i| i.target_type.map(plain)).order(20).default(catalogue::INSTANCE),
    items("ingress.subnets", "[subnet-0a1b2c3d4e5f60001, subnet-0a1b2c3d4e5f60002]").common_flag("subnets")
        .annotation(alb!("subnets"), |i| i.subnets.map(list)).order(30)
        .remark("the controller finds them by their tags").must(Items(constraint::anything)),
    Field::new("ingress.listenPorts", Shape::Items, "[{HTTP: 80}, {HTTPS: 443}]").flag("listen-ports")
        .annotation(alb!("listen-ports"), |i| i.listen_ports.map(listeners)).order(80).default("[{HTTP: 80}]")
        .remark("; with a certificate `[{HTTP: 80}, {HTTPS: 443}]`").must(Own(constraint::listen_ports)),
    yaml("ingress.redirectToHttps", "true").flag("redirect-to-https")
        .annotations(alb!("ssl-redirect", "actions.ssl-redirect")).order(90)
        .default("true").remark(" with a certificate, else `false`"),
    items("ingress.certificateArns", "[\"arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\"]")
        .common_flag("certificate-arn").annotation(alb!("certificate-arn"), |i| i.certificate_arns.map(list)).order(100)
        .must(Items(aws::certificate)),
    text("ingress.sslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06").flag("ssl-policy")
        .annotation(alb!("ssl-policy"), |i| i.ssl_policy.map(plain)).order(110)
        .default("ELBSecurityPolicy-TLS13-1-2-2021-06").remark(" with a certificate"),
    text("ingress.backendProtocol", "HTTPS").flag("backend-protocol")
        .annotation(alb!("backend-protocol"), |i| i.backend_protocol.map(plain)).order(120)
        .default(catalogue::HTTPS).remark("; `HTTP` where the port serves clear text"),

    text("ingress.backendProtocolVersion", "HTTP2").flag("backend-protocol-version")
        .annotation(alb!("backend-protocol-version"), |i| i.backend_protocol_version.map(plain))
        .remark("the controller's: `HTTP1`"),

    yaml("ingress.healthCheck.port", "status-port")
        .annotation(alb!("healthcheck-port"), |i| i.health_check.port.map(plain)).order(150)
        .default("status-port").must(Port(kubernetes::label)),
    text("ingress.healthCheck.protocol", "HTTP")
        .annotation(alb!("healthcheck-protocol"), |i| i.health_check.protocol.map(plain)).order(130).default(catalogue::HTTP),
    text("ingress.healthCheck.path", "/healthz/ready")
        .annotation(alb!("healthcheck-path"), |i| i.health_check.path.map(plain)).order(140)
        .default("/healthz/ready").must(Text(constraint::health_path)),
    yaml("ingress.healthCheck.intervalSeconds", "15")
        .annotation(alb!("healthcheck-interval-seconds"), |i| i.health_check.interval_seconds.map(plain)).order(160)
        .remark("the controller's: 15").must(Range(" seconds")),
    yaml("ingress.healthCheck.timeoutSeconds", "5")
        .annotation(alb!("healthcheck-timeout-seconds"), |i| i.health_check.timeout_seconds.map(plain)).order(170)
        .remark("the controller's: 5").must(Range(" seconds")),
    yaml("ingress.healthCheck.healthyThresholdCount", "2")
        .annotation(alb!("healthy-threshold-count"), |i| i.health_check.healthy_threshold_count.map(plain)).order(180)
        .remark("the controller's: 2").must(Range("")),
    yaml("ingress.healthCheck.unhealthyThresholdCount", "2")
        .annotation(alb!("unhealthy-threshold-count"), |i| i.health_check.unhealthy_threshold_count.map(plain)).order(190)
        .remark("the controller's: 2").must(Range("")),
    text("ingress.healthCheck.successCodes", "\"200\"")
        .annotation(alb!("success-codes"), |i| i.health_check.success_codes.map(plain)).order(200)
        .remark("the controller's: 200").must(Text(aws::success_codes)),

    text("ingress.authentication.type", "oidc")
        .annotation(alb!("auth-type"), |i| i.authentication.kind.map(plain)).remark("the controller's: `none`"),
    Field::new("ingress.authentication.oidc", Shape::Items, "{issuer: \"https://login.example.com\", authorizationEndpoint: \"https://login.example.com/authorize\", tokenEndpoint: \"https://login.example.com/token\", userInfoEndpoint: \"https://login.example.com/userinfo\", secretName: oidc-client}")
        .annotation(alb!("auth-idp-oidc"), |i| i.authentication.oidc.map(json_map)).must(Own(constraint::oidc)),
    Field::new("ingress.authentication.cognito", Shape::Items, "{userPoolARN: \"arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_0a1B2c3D4\", userPoolClientID: 0a1b2c3d4e5f6g7h8i9j, userPoolDomain: shop}")
        .annotation(alb!("auth-idp-cognito"), |i| i.authentication.cognito.map(json_map)).must(Own(constraint::cognito)),
    text("ingress.authentication.onUnauthenticatedRequest", "authenticate")
        .annotation(alb!("auth-on-unauthenticated-request"), |i| i.authentication.on_unauthenticated_request.map(plain))
        .remark("the controller's: `authenticate`"),
    text("ingress.authentication.scope", "openid email")
        .annotation(alb!("auth-scope"), |i| i.authentication.scope.map(plain)).remark("the controller's: `openid`"),
    text("ingress.authentication.sessionCookie", "session")
        .annotation(alb!("auth-session-cookie"), |i| i.authentication.session_cookie.map(plain))
        .remark("the controller's: `AWSELBAuthSessionCookie`"),
    yaml("ingress.authentication.sessionTimeoutSeconds", "28800")
        .annotation(alb!("auth-session-timeout"), |i| i.authentication.session_timeout_seconds.map(plain))
        .remark("the controller's: 604800").must(Range(" seconds")),

    text("ingress.wafv2AclArn", "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/edge/9d8c7b6a-5948-3726-1504-f3e2d1c0b9a8")
        .common_flag("wafv2-acl-arn").annotation(alb!("wafv2-acl-arn"), |i| i.wafv2_acl_arn.map(plain)).order(210)
        .must(Text(aws::web_acl)),
    yaml("ingress.shieldAdvancedProtection", "true").flag("shield-advanced-protection")
        .annotation(alb!("shield-advanced-protection"), |i| i.shield_advanced_protection.map(plain)).order(220),
    map("ingress.loadBalancerAttributes", "{idle_timeout.timeout_seconds: \"120\"}")
        .annotation(alb!("load-balancer-attributes"), |i| i.load_balancer_attributes.map(entries)).order(230)
        .must(Keys(aws::attribute)),
    map("ingress.targetGroupAttributes", "{deregistration_delay.timeout_seconds: \"30\"}")
        .annotation(alb!("target-group-attributes"), |i| i.target_group_attributes.map(entries))
        .must(Keys(aws::attribute)),
    map("ingress.tags", "{Environment: production}").flag("tags")
        .annotation(alb!("tags"), |i| i.tags.map(entries)).order(240).must(Keys(aws::tag)),
    items("ingress.securityGroups", "[sg-0a1b2c3d4e5f60718]").flag("security-groups")
        .annotation(alb!("security-groups"), |i| i.security_groups.map(list))
        .remark("the controller makes one").must(Items(constraint::anything)),
    yaml("ingress.manageBackendSecurityGroupRules", "true").flag("manage-backend-security-group-rules")
        .annotation(alb!("manage-backend-security-group-rules"), |i| i.manage_backend_security_group_rules.map(plain))
        .remark("the controller's: `false` beside `securityGroups`"),
    items("ingress.inboundCidrs", "[10.0.0.0/8]").common_flag("inbound-cidrs")
        .annotation(alb!("inbound-cidrs"), |i| i.inbound_cidrs.map(list))
        .remark("everybody, unless ranges were carried over").must(Items(aws::cidr)),
    text("ingress.ipAddressType", "ipv4").flag("ip-address-type")
        .annotation(alb!("ip-address-type"), |i| i.ip_address_type.map(plain)).order(50)
        .remark("the controller's: `ipv4`"),
    text("ingress.customerOwnedIpv4Pool", "ipv4pool-coip-0a1b2c3d4e5f60718").flag("customer-owned-ipv4-pool")
        .annotation(alb!("customer-owned-ipv4-pool"), |i| i.customer_owned_ipv4_pool.map(plain)),
    text("ingress.group.name", "edge").flag("group-name")
        .annotation(alb!("group.name"), |i| i.group.name.map(plain)).order(60).must(Text(aws::group_name)),
    yaml("ingress.group.order", "900").flag("group-order").annotation(alb!("group.order"), |i| i.group.order.map(plain))
        .order(70).remark("the controller's: 0").must(Range("")),
    map("ingress.annotations", "{alb.ingress.kubernetes.io/target-node-labels: edge=true}").must(Verbatim),

    items("findings.allow", "[ALB032]").flag("allow"),
    items("findings.warn", "[]").flag("warn"),
    items("findings.deny", "[ALB024]").flag("deny"),
    Field::new("findings.strict", Shape::Switch, "false").common_flag(STRICT).default("false"),
    Field::new("findings.annotate", Shape::Switch, "false").flag("annotate-findings").default("false"),
    text("controllerVersion", "\"3.5\"").flag("controller-version").default("3.5")
        .must(Own(constraint::controller_version)),
    Field::new("eksAutoMode", Shape::Switch, "false").flag("eks-auto-mode").default("false"),
    text("placeholders", "none").flag("placeholders").default("none"),
];

/// The flag by which warnings are errors; `check` shows it in its own help.
pub const STRICT: &str = "strict";

/// `[{"HTTP": 80}, {"HTTPS": 443}]`
fn listeners<T: AsRef<[ListenPort]>>(ports: &T) -> Printed<'_> {
    let port = |listener: &ListenPort| format!("{{\"{}\": {}}}", listener.protocol(), listener.port());
    Printed::Text(format!("[{}]", ports.as_ref().iter().map(port).collect::<Vec<_>>().join(", ")))
}

/// The field whose path gives a variable this name. The variable of a field with a flag is named after the flag, so
/// `INGRESS_SCHEME` is a mistake, and this finds what was meant.
pub fn by_path_as_variable(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| variable_of(field.path) == name)
}

/// The field at this path below `spec`.
pub fn field(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.path == path)
}

/// The field that becomes this annotation, given by its key.
pub fn by_annotation(key: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.annotations.contains(&key))
}

/// The value that the field for an annotation gives it.
pub fn configured<'i>(ingress: &'i Ingress, key: &str) -> Override<Printed<'i>> {
    by_annotation(key).and_then(|field| field.value).map_or(Override::Default, |value| value(ingress))
}

/// The fields right below this path.
pub fn below(path: &str) -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(move |field| field.parent() == path)
}

/// Words of others for settings that are called otherwise here.
const INSTEAD: [(&str, &str); 3] = [
    ("class", "`spec.ingress.className`"),
    ("ingressClassName", "`spec.ingress.className`"),
    ("idleTimeout", "an attribute: `spec.ingress.loadBalancerAttributes: {idle_timeout.timeout_seconds: \"300\"}`"),
];

/// A help line for an unknown key that another part has a field for.
pub(super) fn elsewhere(path: &str, key: &str) -> Option<String> {
    let top: Vec<_> = FIELDS.iter().filter_map(|field| field.path.split('.').next()).collect();
    if path.is_empty() {
        return nearest(key, &top).map(|word| format!("`{word}` belongs below `spec`"));
    }
    if key == "spec" {
        return Some("paths begin below `spec`: ingress.scheme".to_owned());
    }
    let here = path.strip_prefix("spec").unwrap_or(path).trim_start_matches('.');
    let siblings: Vec<_> = FIELDS
        .iter()
        .filter_map(|field| match here {
            "" => Some(field.path),
            _ => field.path.strip_prefix(here)?.strip_prefix('.'),
        })
        .filter_map(|rest| rest.split('.').next())
        .collect();
    if nearest(key, &siblings).is_some() {
        return None;
    }
    if let Some((_, instead)) = INSTEAD.iter().find(|(known, _)| *known == key) {
        return Some(format!("it is {instead}"));
    }
    let part = format!(".{key}.");
    if let Some((above, _)) = FIELDS.iter().find_map(|field| field.path.split_once(part.as_str())) {
        return Some(format!("it is `spec.{above}.{key}`"));
    }
    let short = key.rsplit('/').next().unwrap_or(key);
    let by_annotation = FIELDS
        .iter()
        .find(|field| field.annotations.iter().any(|annotation| annotation.rsplit('/').next() == Some(short)));
    let same = |field: &&Field| nearest(key, &[field.name()]).is_some_and(|name| name.len().abs_diff(key.len()) < 2);
    by_annotation.or_else(|| FIELDS.iter().find(same)).map(|field| format!("it is `spec.{}`", field.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_the_flag_or_the_path() {
        let variable = |path| field(path).map(Field::variable).unwrap();
        assert_eq!(variable("ingress.scheme"), "SCHEME");
        assert_eq!(variable("ingress.certificateArns"), "CERTIFICATE_ARN");
        assert_eq!(variable("carryOver"), "NO_CARRY_OVER");
        assert_eq!(variable("service.nodePorts"), "SERVICE_NODE_PORTS");
        assert_eq!(variable("ingress.healthCheck.path"), "INGRESS_HEALTH_CHECK_PATH");
    }

    #[test]
    fn no_two_fields_share_a_path_a_flag_a_variable_or_an_annotation() {
        let has_duplicates = |names: Vec<String>| {
            let mut sorted = names.clone();
            sorted.sort();
            sorted.dedup();
            sorted.len() != names.len()
        };
        assert!(!has_duplicates(FIELDS.iter().map(|field| field.path.to_owned()).collect()));
        assert!(!has_duplicates(FIELDS.iter().filter_map(|field| field.flag.map(str::to_owned)).collect()));
        assert!(!has_duplicates(FIELDS.iter().map(Field::variable).collect()));
        assert!(!has_duplicates(
            FIELDS.iter().flat_map(|field| field.annotations).map(|&name| name.to_owned()).collect()
        ));
    }

    #[test]
    fn annotations_and_their_values_are_those_of_the_catalogue() {
        let hints = crate::config::reference::hints();
        for field in FIELDS.iter().filter(|field| field.value.is_some()) {
            let annotation = catalogue::find_key(field.annotations[0]).unwrap();
            if let catalogue::Kind::Enum(values) = annotation.kind {
                assert_eq!(hints[field.path].values, values, "{}", field.path);
            }
        }
    }
}
