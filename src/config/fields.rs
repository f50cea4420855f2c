//! Every field of the configuration, once: its flag, its variable, the annotation that it becomes, its default.
//!
//! The command line, the environment, the schema, the reference page and the precedence of annotations all read this table.
//! What a field means stands beside it in [`super::types`] and [`super::ingress`]; a test holds the two together.

use crate::suggest::nearest;

/// How a value is written where there is no YAML around it: on the command line and in a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, as it is.
    Text,
    /// Items with commas between them; a flag may also be repeated.
    List,
    /// A YAML value: a number, `true`, `{via: action}`.
    Yaml,
    /// A YAML list: `[{HTTP: 80}]`.
    Items,
    /// `key=value` with commas between, or a YAML map. In a path everything behind its name is the key, dots and slashes
    /// included.
    Map,
    /// A flag without a value; `true` or `false` in a variable.
    Switch,
    /// The same, and it says the opposite of the field.
    NoSwitch,
}

/// One field of the configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its path below `spec`.
    pub path: &'static str,
    /// How its value is written in a flag or a variable.
    pub shape: Shape,
    /// Its flag, without the hyphens.
    pub flag: Option<&'static str>,
    /// The annotations of the Ingress that it becomes.
    pub annotations: &'static [&'static str],
    /// What holds if nothing is said, in Markdown; empty: nothing.
    pub default: &'static str,
}

/// The class annotation.
pub const CLASS: &str = "kubernetes.io/ingress.class";

/// The prefix of the AWS Load Balancer Controller's annotations on an Ingress.
macro_rules! alb {
    ($name:literal) => {
        concat!("alb.ingress.kubernetes.io/", $name)
    };
}

macro_rules! fields {
    ($($path:literal $shape:ident $flag:tt [$($annotation:expr),*] $default:literal;)+) => {
        &[$(Field {
            path: $path,
            shape: Shape::$shape,
            flag: fields!(@flag $flag),
            annotations: &[$($annotation),*],
            default: $default,
        }),+]
    };
    (@flag -) => { None };
    (@flag $flag:literal) => { Some($flag) };
}

/// All fields, in the order of the documentation.
#[rustfmt::skip]
pub const FIELDS: &[Field] = fields! {
    "phase"                    Text     "phase"               [] "`cutover`";
    "carryOver"                NoSwitch "no-carry-over"       [] "`true`";
    "gateway.name"             Text     "gateway"             [] "the one with a status port";
    "gateway.namespace"        Text     "gateway-namespace"   [] "any";
    "gateway.selector"         Map      -                     [] "";
    "gateway.ifMissing"        Text     "if-missing"          [] "`error`";
    "service.type"             Text     "service-type"        [] "`NodePort`";
    "service.nodePorts"        Map      -                     [] "as rendered, else Kubernetes chooses";
    "service.extraPorts"       Text     "extra-ports"         [] "`keep`";
    "service.keepAnnotations"  List     -                     [] "";
    "ingress.name"             Text     "ingress-name"        [] "`common-external-ingress`";
    "ingress.labels"           Map      -                     [] "`app`: the name of the Ingress";
    "ingress.className"        Text     "class-name"          [CLASS] "`alb`";
    "ingress.classAs"          Text     "class-as"            [] "`annotation`; `field` with `eksAutoMode`";
    "ingress.hosts"            List     "hosts"               [] "every host";
    "ingress.paths"            Items    -                     [] "`[{path: /, pathType: Prefix}]`";
    "ingress.tlsHosts"         List     -                     [] "";
    "ingress.backendPort"      Yaml     "backend-port"        [] "`443`";
    "ingress.loadBalancerName" Text     "load-balancer-name"  [alb!("load-balancer-name")] "the controller makes one up";
    "ingress.scheme"           Text     "scheme"              [alb!("scheme")] "`internet-facing`";
    "ingress.targetType"       Text     "target-type"         [alb!("target-type")] "`instance`";
    "ingress.subnets"          List     "subnets"             [alb!("subnets")] "the controller finds them by their tags";
    "ingress.listenPorts"      Items    "listen-ports"        [alb!("listen-ports")] "`[{HTTP: 80}]`; with a certificate `[{HTTP: 80}, {HTTPS: 443}]`";
    "ingress.redirectToHttps"  Yaml     "redirect-to-https"   [alb!("ssl-redirect"), alb!("actions.ssl-redirect")] "`true` with a certificate, else `false`";
    "ingress.certificateArns"  List     "certificate-arn"     [alb!("certificate-arn")] "";
    "ingress.sslPolicy"        Text     "ssl-policy"          [alb!("ssl-policy")] "`ELBSecurityPolicy-TLS13-1-2-2021-06` with a certificate";
    "ingress.backendProtocol"  Text     "backend-protocol"    [alb!("backend-protocol")] "`HTTPS`; `HTTP` for backend port 80";
    "ingress.healthCheck.port" Yaml     -                     [alb!("healthcheck-port")] "`status-port`";
    "ingress.healthCheck.protocol" Text -                     [alb!("healthcheck-protocol")] "`HTTP`";
    "ingress.healthCheck.path" Text     -                     [alb!("healthcheck-path")] "`/healthz/ready`";
    "ingress.healthCheck.intervalSeconds" Yaml -              [alb!("healthcheck-interval-seconds")] "the controller's: 15";
    "ingress.healthCheck.timeoutSeconds" Yaml -               [alb!("healthcheck-timeout-seconds")] "the controller's: 5";
    "ingress.healthCheck.healthyThresholdCount" Yaml -        [alb!("healthy-threshold-count")] "the controller's: 2";
    "ingress.healthCheck.unhealthyThresholdCount" Yaml -      [alb!("unhealthy-threshold-count")] "the controller's: 2";
    "ingress.healthCheck.successCodes" Text -                 [alb!("success-codes")] "the controller's: 200";
    "ingress.wafv2AclArn"      Text     "wafv2-acl-arn"       [alb!("wafv2-acl-arn")] "";
    "ingress.shieldAdvancedProtection" Yaml "shield-advanced-protection" [alb!("shield-advanced-protection")] "";
    "ingress.loadBalancerAttributes" Map -                    [alb!("load-balancer-attributes")] "";
    "ingress.targetGroupAttributes" Map -                     [alb!("target-group-attributes")] "";
    "ingress.tags"             Map      "tags"                [alb!("tags")] "";
    "ingress.securityGroups"   List     "security-groups"     [alb!("security-groups")] "the controller makes one";
    "ingress.inboundCidrs"     List     "inbound-cidrs"       [alb!("inbound-cidrs")] "everybody, unless ranges were carried over";
    "ingress.ipAddressType"    Text     "ip-address-type"     [alb!("ip-address-type")] "the controller's: `ipv4`";
    "ingress.group.name"       Text     "group-name"          [alb!("group.name")] "";
    "ingress.group.order"      Yaml     "group-order"         [alb!("group.order")] "the controller's: 0";
    "ingress.annotations"      Map      -                     [] "";
    "findings.allow"           List     "allow"               [] "";
    "findings.warn"            List     "warn"                [] "";
    "findings.deny"            List     "deny"                [] "";
    "controllerVersion"        Text     "controller-version"  [] "`3.5`";
    "eksAutoMode"              Switch   "eks-auto-mode"       [] "`false`";
    "placeholders"             Text     "placeholders"        [] "`none`";
};

/// What chooses a gateway or names its Ingress, and so cannot be said once for several documents.
pub const ONE_GATEWAY: &[&str] = &["gateway.name", "gateway.namespace", "gateway.selector", "ingress.name"];

impl Field {
    /// The variable that says the same, without its prefix `ISTIO_ALB_`: that of the flag if it has one (`SCHEME` for
    /// `--scheme`), else that of the path (`INGRESS_HEALTH_CHECK_PATH` for `ingress.healthCheck.path`).
    pub fn variable(&self) -> String {
        variable_of(self.flag.unwrap_or(self.path))
    }

    /// The parameter of an Argo CD Application that says the same: `scheme`, `ingress-health-check-path`.
    pub fn parameter(&self) -> String {
        self.variable().to_lowercase().replace('_', "-")
    }

    /// The last segment of the path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of what it belongs to; empty at the top.
    pub fn parent(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }
}

fn variable_of(name: &str) -> String {
    let mut variable = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            variable.push('_');
        }
        variable.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
    }
    variable
}

/// The field that somebody means who names its variable after its path, though it has a flag: `INGRESS_SCHEME`.
pub fn by_path_as_variable(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| variable_of(field.path) == name)
}

/// The field at this path below `spec`.
pub fn field(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.path == path)
}

/// The field of this flag, which is named without its hyphens.
pub fn by_flag(flag: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.flag == Some(flag))
}

/// The fields right below this path.
pub fn below(path: &str) -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(move |field| field.parent() == path)
}

/// Where an unknown key was probably meant to stand: a help line if some other place takes it.
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
        let twice = |names: Vec<String>| {
            let mut sorted = names.clone();
            sorted.sort();
            sorted.dedup();
            sorted.len() != names.len()
        };
        assert!(!twice(FIELDS.iter().map(|field| field.path.to_owned()).collect()));
        assert!(!twice(FIELDS.iter().filter_map(|field| field.flag.map(str::to_owned)).collect()));
        assert!(!twice(FIELDS.iter().map(Field::variable).collect()));
        assert!(!twice(FIELDS.iter().flat_map(|field| field.annotations).map(|&name| name.to_owned()).collect()));
    }
}
