//! Objects of the kinds that the program looks at, made up from its tables. Most fit together, so that the rules have
//! something to say: there are few names, and ports that the gateway has.

use super::dictionary;
use alb_controller::catalogue::{self, Annotation, Kind};
use arbitrary::{Arbitrary, Result, Unstructured};
use istio_alb::migrate::annotations;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// A type for one of a few words.
macro_rules! words {
    ($($name:ident: $($word:literal)+;)+) => {$(
        #[derive(Debug, Clone, Copy)]
        struct $name(&'static str);

        impl<'a> Arbitrary<'a> for $name {
            fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
                u.choose(&[$($word),+]).map(|word| $name(word))
            }
        }
    )+};
}

words! {
    Name: "istio-ingressgateway" "common-external-ingress" "web" "edge" "ssl-redirect" "istio" "alb" "";
    Namespace: "istio-system" "shop" "default" "";
    ServiceType: "LoadBalancer" "NodePort" "ClusterIP" "ExternalName" "loadbalancer";
    PortName: "status-port" "http2" "https" "tcp-mqtt" "tls" "use-annotation" "";
    Protocol: "TCP" "UDP" "HTTP" "HTTPS" "TLS" "GRPC" "HTTP2";
    Class: "alb" "nginx" "istio" "service.k8s.aws/nlb" "eks.amazonaws.com/alb" "";
    Host: "www.example.com" "*.example.com" "*" "a.b.c.example.com" "Example.com" "" "192.0.2.1";
    Path: "/" "/*" "/a" "/a/*" "/healthz/ready" "a" "";
    PathType: "Prefix" "Exact" "ImplementationSpecific" "prefix";
    Cidr: "10.0.0.0/8" "0.0.0.0/0" "203.0.113.7/24" "::/0" "10.0.0.0" "10.0.0.0/33" " 192.0.2.0/24 ";
    TlsMode: "SIMPLE" "MUTUAL" "PASSTHROUGH" "ISTIO_MUTUAL" "AUTO_PASSTHROUGH";
}

/// An object of any of these kinds.
#[derive(Debug, Arbitrary)]
pub enum Object {
    Service(Service),
    Ingress(Ingress),
    Gateway(Gateway),
    Workload(Workload),
    IngressClass(IngressClass),
    GatewayOfTheGatewayApi(GatewayApi),
    ConfigMap(ConfigMap),
    List(Vec<Object>),
}

impl Object {
    /// As a manifest has it.
    pub fn value(&self) -> Value {
        match self {
            Object::Service(object) => object.value(),
            Object::Ingress(object) => object.value(),
            Object::Gateway(object) => object.value(),
            Object::Workload(object) => object.value(),
            Object::IngressClass(object) => object.value(),
            Object::GatewayOfTheGatewayApi(object) => object.value(),
            Object::ConfigMap(object) => object.value(),
            Object::List(items) => {
                json!({"apiVersion": "v1", "kind": "List", "items": items.iter().map(Object::value).collect::<Vec<_>>()})
            }
        }
    }
}

#[derive(Debug, Arbitrary)]
struct Metadata {
    name: Name,
    namespace: Option<Namespace>,
    istio: Option<Name>,
    annotations: Annotations,
}

impl Metadata {
    fn value(&self) -> Value {
        let mut value = json!({"name": self.name.0});
        set(&mut value, "namespace", self.namespace.map(|namespace| namespace.0.into()));
        set(&mut value, "labels", self.istio.map(|istio| json!({"istio": istio.0, "app": "gateway"})));
        let annotations = &self.annotations.0;
        set(&mut value, "annotations", (!annotations.is_empty()).then(|| annotations.clone().into()));
        value
    }
}

fn set(object: &mut Value, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object[key] = value;
    }
}

/// Annotations from the tables, with values of their kinds and near them.
#[derive(Debug)]
struct Annotations(Map<String, Value>);

impl<'a> Arbitrary<'a> for Annotations {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut annotations = Map::new();
        for _ in 0..u.int_in_range(0..=6)? {
            let (key, value) = annotation(u)?;
            annotations.insert(key, value);
        }
        Ok(Annotations(annotations))
    }
}

static CATALOGUE: LazyLock<Vec<&Annotation>> = LazyLock::new(|| catalogue::annotations().collect());
static OLD_KEYS: LazyLock<Vec<String>> = LazyLock::new(|| annotations::keys().collect());

/// An annotation of the controller, of the old load balancer, or of another.
pub fn annotation(u: &mut Unstructured<'_>) -> Result<(String, Value)> {
    const OTHERS: [&str; 7] = [
        "kubernetes.io/ingress.class",
        "external-dns.alpha.kubernetes.io/hostname",
        "helm.sh/hook",
        "networking.istio.io/service-type",
        "postrenderer.helm.sh/postrender-filename",
        "meta.helm.sh/release-name",
        "example.com/owner",
    ];
    let (key, kind) = match u.int_in_range(0..=7)? {
        0..=3 => {
            let annotation = u.choose(&CATALOGUE)?;
            (annotation.key().replace('*', u.arbitrary::<Name>()?.0), annotation.kind)
        }
        4..=6 => {
            let key = u.choose(&OLD_KEYS)?.replace("${port}", "443").replace("${Protocol}-${Port}", "TCP-443");
            let kinds = [Kind::Text, Kind::Bool, Kind::List, Kind::Map, Kind::Int { min: 1, max: 300 }];
            (key, *u.choose(&kinds)?)
        }
        _ => ((*u.choose(&OTHERS)?).to_owned(), Kind::Text),
    };
    let value = match u.int_in_range(0..=15)? {
        15 => u.choose(&[json!(null), json!(true), json!(80), json!(""), json!([]), json!({"a": 1})])?.clone(),
        14 => dictionary_word(u)?.into(),
        _ => value_of(kind, u)?.into(),
    };
    Ok((key, value))
}

fn dictionary_word(u: &mut Unstructured<'_>) -> Result<String> {
    u.choose(&dictionary::ALL).cloned()
}

fn value_of(kind: Kind, u: &mut Unstructured<'_>) -> Result<String> {
    let some = |word: &str| word.to_owned();
    Ok(match kind {
        Kind::Bool => some(u.choose(&["true", "false", "True", "t", "0", "yes", ""])?),
        Kind::Int { min, max } => match u.int_in_range(0..=5)? {
            0 => min.to_string(),
            1 => max.to_string(),
            2 => min.wrapping_sub(1).to_string(),
            3 => max.wrapping_add(1).to_string(),
            _ => some(u.choose(&["443", "007", "1.0", " 1", "x", ""])?),
        },
        Kind::Enum(values) | Kind::AwsEnum(values) => some(u.choose(values)?),
        Kind::Port { .. } => some(u.choose(&["traffic-port", "status-port", "15021", "30021", "0", "x"])?),
        Kind::Text => text(u)?,
        Kind::List => {
            let items: Vec<String> = (0..u.int_in_range(0..=3)?).map(|_| text(u)).collect::<Result<_>>()?;
            items.join(u.choose(&[",", ", ", ",,"])?)
        }
        Kind::Map => {
            let keys = ["idle_timeout.timeout_seconds", "deregistration_delay.timeout_seconds", "Team", "a", ""];
            let entry = |u: &mut Unstructured<'_>| Ok(format!("{}={}", u.choose(&keys)?, text(u)?));
            let items: Vec<String> = (0..u.int_in_range(0..=3)?).map(|_| entry(u)).collect::<Result<_>>()?;
            items.join(",")
        }
        Kind::Json => json_text(u)?,
    })
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=4)? {
        0 => u.arbitrary::<Cidr>()?.0.to_owned(),
        1 => u.arbitrary::<Name>()?.0.to_owned(),
        2 => u.arbitrary::<Host>()?.0.to_owned(),
        3 => {
            let words = [
                "arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
                "subnet-0a1b2c3d4e5f60001",
                "sg-0a1b2c3d4e5f60718",
                "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "200-299",
                "${VAR}",
                "two\nlines\n",
                "  # no comment",
                "é\u{7f}\u{2028}😀",
                "none",
            ];
            (*u.choose(&words)?).to_owned()
        }
        _ => dictionary_word(u)?,
    })
}

/// What the controller reads as JSON.
static FORMS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!([{"HTTP": 80}, {"HTTPS": 443}]),
        json!({"type": "redirect", "redirectConfig": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301", "host": "#{host}"}}),
        json!({"type": "fixed-response", "fixedResponseConfig": {"contentType": "text/plain", "statusCode": "503", "messageBody": "x"}}),
        json!({"type": "forward", "targetGroupARN": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/a/0a1b2c3d4e5f6071"}),
        json!({"type": "forward", "forwardConfig": {"targetGroups": [{"serviceName": "web", "servicePort": 80, "weight": 1},
            {"serviceName": "istio-ingressgateway", "servicePort": "https"}], "targetGroupStickinessConfig": {"enabled": true, "durationSeconds": 200}}}),
        json!([{"field": "host-header", "hostHeaderConfig": {"values": ["a.example.com"]}}, {"field": "source-ip", "sourceIpConfig": {"values": ["10.0.0.0/8"]}}]),
        json!([{"field": "query-string", "queryStringConfig": {"values": [{"key": "a", "value": "b"}]}}, {"field": "path-pattern", "pathPatternConfig": {"regexValues": ["^/a"]}}]),
        json!([{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/a", "replace": "/b"}]}}]),
        json!({"issuer": "https://login.example.com", "authorizationEndpoint": "https://login.example.com/a", "tokenEndpoint": "https://login.example.com/t",
            "userInfoEndpoint": "https://login.example.com/u", "secretName": "oidc", "authenticationRequestExtraParams": {"a": "b"}}),
        json!({"userPoolARN": "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/a", "userPoolClientID": "a", "userPoolDomain": "b"}),
        json!([{"port": 443, "mode": "verify", "trustStore": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:truststore/a/0a", "ignoreClientCertificateExpiry": true}]),
        json!({"jwksEndpoint": "https://a.example.com/jwks", "issuer": "a", "additionalClaims": [{"format": "single-string", "name": "a", "values": ["b"]}]}),
    ]
});

/// JSON as annotations have it: an action, conditions, listeners and the like, with parts of another in it now and then.
pub fn json_text(u: &mut Unstructured<'_>) -> Result<String> {
    let mut value = u.choose(&FORMS)?.clone();
    if u.ratio(1, 3)? {
        let part = match u.int_in_range(0..=5)? {
            0 => u.choose(&FORMS)?.clone(),
            1 => json!(null),
            2 => json!(u.arbitrary::<i32>()?),
            3 => json!(dictionary_word(u)?),
            4 => json!([{}]),
            _ => json!({"Type": "forward", "TYPE": null}),
        };
        *inside(&mut value, u)? = part;
    }
    let printed = if u.ratio(1, 4)? { format!("{value:#}") } else { value.to_string() };
    Ok(if u.ratio(1, 8)? { printed.to_uppercase() } else { printed })
}

/// Some value within a value, or itself.
pub fn inside<'v>(value: &'v mut Value, u: &mut Unstructured<'_>) -> Result<&'v mut Value> {
    let mut at = value;
    while u.ratio(3, 4)? {
        let count = match &*at {
            Value::Array(items) => items.len(),
            Value::Object(map) => map.len(),
            _ => 0,
        };
        if count == 0 {
            break;
        }
        let which = u.choose_index(count)?;
        at = match at {
            Value::Array(items) => &mut items[which],
            Value::Object(map) => map.values_mut().nth(which).unwrap(),
            _ => unreachable!("it has children"),
        };
    }
    Ok(at)
}

/// Numbers, names and what else stands for a port.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Port {
    Status,
    Http,
    Https,
    Named(PortName),
    Number(u16),
    Wrong(i64),
}

impl Port {
    fn value(self) -> Value {
        match self {
            Port::Status => json!(15021),
            Port::Http => json!(80),
            Port::Https => json!(443),
            Port::Named(name) => json!(name.0),
            Port::Number(number) => json!(number),
            Port::Wrong(number) => json!(number),
        }
    }
}

#[derive(Debug, Arbitrary)]
struct ServicePort {
    name: Option<PortName>,
    port: Port,
    target: Option<Port>,
    node: Option<u16>,
    protocol: Option<Protocol>,
    app: Option<Protocol>,
}

impl ServicePort {
    fn value(&self) -> Value {
        let mut value = json!({"port": self.port.value()});
        set(&mut value, "name", self.name.map(|name| name.0.into()));
        set(&mut value, "targetPort", self.target.map(Port::value));
        set(&mut value, "nodePort", self.node.map(Value::from));
        set(&mut value, "protocol", self.protocol.map(|protocol| protocol.0.into()));
        set(&mut value, "appProtocol", self.app.map(|protocol| protocol.0.to_lowercase().into()));
        value
    }
}

/// The three of Istio's chart, or any.
#[derive(Debug, Arbitrary)]
enum Ports {
    OfTheChart,
    Some(Vec<ServicePort>),
    ChartAnd(ServicePort),
}

#[derive(Debug, Arbitrary)]
pub struct Service {
    metadata: Metadata,
    kind: Option<ServiceType>,
    ports: Ports,
    selector: Option<Name>,
    class: Option<Class>,
    ranges: Option<Vec<Cidr>>,
    allocate: Option<bool>,
    local: bool,
}

impl Service {
    fn value(&self) -> Value {
        let chart = || {
            let ports = [("status-port", 15021), ("http2", 80), ("https", 443)];
            ports
                .into_iter()
                .map(|(name, port)| json!({"name": name, "port": port, "targetPort": port, "protocol": "TCP"}))
        };
        let ports: Vec<Value> = match &self.ports {
            Ports::OfTheChart => chart().collect(),
            Ports::Some(ports) => ports.iter().map(ServicePort::value).collect(),
            Ports::ChartAnd(port) => chart().chain([port.value()]).collect(),
        };
        let mut spec = json!({"ports": ports});
        set(&mut spec, "type", self.kind.map(|kind| kind.0.into()));
        set(&mut spec, "selector", self.selector.map(|name| json!({"istio": name.0})));
        set(&mut spec, "loadBalancerClass", self.class.map(|class| class.0.into()));
        let ranges = self.ranges.as_ref().map(|ranges| ranges.iter().map(|range| range.0).collect::<Vec<_>>());
        set(&mut spec, "loadBalancerSourceRanges", ranges.map(Value::from));
        set(&mut spec, "allocateLoadBalancerNodePorts", self.allocate.map(Value::from));
        set(&mut spec, "externalTrafficPolicy", self.local.then(|| "Local".into()));
        json!({"apiVersion": "v1", "kind": "Service", "metadata": self.metadata.value(), "spec": spec})
    }
}

#[derive(Debug, Arbitrary)]
struct Backend {
    service: Name,
    port: Port,
}

impl Backend {
    fn value(&self) -> Value {
        let port = self.port.value();
        let port = if port.is_string() { json!({"name": port}) } else { json!({"number": port}) };
        json!({"service": {"name": self.service.0, "port": port}})
    }
}

#[derive(Debug, Arbitrary)]
struct IngressRule {
    host: Option<Host>,
    paths: Vec<(Option<Path>, PathType, Backend)>,
}

#[derive(Debug, Arbitrary)]
pub struct Ingress {
    metadata: Metadata,
    alb: bool,
    class: Option<Class>,
    rules: Vec<IngressRule>,
    default: Option<Backend>,
    tls: Option<Vec<Host>>,
}

impl Ingress {
    fn value(&self) -> Value {
        let mut metadata = self.metadata.value();
        if self.alb {
            metadata["annotations"]["kubernetes.io/ingress.class"] = json!("alb");
        }
        let rules: Vec<Value> = self
            .rules
            .iter()
            .map(|rule| {
                let paths = rule.paths.iter().map(|(path, kind, backend)| {
                    let mut value = json!({"pathType": kind.0, "backend": backend.value()});
                    set(&mut value, "path", path.map(|path| path.0.into()));
                    value
                });
                let mut value = json!({"http": {"paths": paths.collect::<Vec<_>>()}});
                set(&mut value, "host", rule.host.map(|host| host.0.into()));
                value
            })
            .collect();
        let mut spec = json!({"rules": rules});
        set(&mut spec, "ingressClassName", self.class.map(|class| class.0.into()));
        set(&mut spec, "defaultBackend", self.default.as_ref().map(Backend::value));
        let hosts = self.tls.as_ref().map(|hosts| hosts.iter().map(|host| host.0).collect::<Vec<_>>());
        set(&mut spec, "tls", hosts.map(|hosts| json!([{"hosts": hosts, "secretName": "tls"}])));
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": spec})
    }
}

/// Istio's.
#[derive(Debug, Arbitrary)]
pub struct Gateway {
    metadata: Metadata,
    selector: Option<Name>,
    servers: Vec<(Port, Protocol, Option<TlsMode>, Vec<Host>)>,
}

impl Gateway {
    fn value(&self) -> Value {
        let servers = self.servers.iter().map(|(port, protocol, tls, hosts)| {
            let hosts: Vec<&str> = hosts.iter().map(|host| host.0).collect();
            let mut server =
                json!({"port": {"number": port.value(), "name": "a", "protocol": protocol.0}, "hosts": hosts});
            set(&mut server, "tls", tls.map(|mode| json!({"mode": mode.0, "credentialName": "a"})));
            server
        });
        let mut spec = json!({"servers": servers.collect::<Vec<_>>()});
        set(&mut spec, "selector", self.selector.map(|name| json!({"istio": name.0})));
        json!({"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": self.metadata.value(), "spec": spec})
    }
}

/// What runs pods.
#[derive(Debug, Arbitrary)]
pub struct Workload {
    metadata: Metadata,
    labels: Option<Name>,
    replicas: Option<u8>,
    ports: Vec<Port>,
    may_listen: bool,
    autoscaler: bool,
}

impl Workload {
    fn value(&self) -> Value {
        if self.autoscaler {
            let target = json!({"kind": "Deployment", "name": self.metadata.name.0});
            let spec = json!({"minReplicas": self.replicas, "maxReplicas": 5, "scaleTargetRef": target});
            return json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": self.metadata.value(), "spec": spec});
        }
        let ports: Vec<Value> = self.ports.iter().map(|port| json!({"containerPort": port.value()})).collect();
        let mut pod = json!({"containers": [{"name": "istio-proxy", "image": "auto", "ports": ports}]});
        let sysctls = json!({"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]});
        set(&mut pod, "securityContext", self.may_listen.then_some(sysctls));
        let labels = json!({"istio": self.labels.map(|name| name.0)});
        let spec = json!({"replicas": self.replicas, "template": {"metadata": {"labels": labels}, "spec": pod}});
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": self.metadata.value(), "spec": spec})
    }
}

/// A class, or its parameters.
#[derive(Debug, Arbitrary)]
pub struct IngressClass {
    metadata: Metadata,
    parameters: Option<Name>,
    spec: Option<(Option<Name>, Option<bool>, Vec<Cidr>)>,
}

impl IngressClass {
    fn value(&self) -> Value {
        if let Some((group, internal, cidrs)) = &self.spec {
            let mut spec = json!({"inboundCIDRs": cidrs.iter().map(|cidr| cidr.0).collect::<Vec<_>>()});
            set(&mut spec, "group", group.map(|name| json!({"name": name.0})));
            set(
                &mut spec,
                "scheme",
                internal.map(|internal| if internal { "internal" } else { "internet-facing" }.into()),
            );
            return json!({"apiVersion": "elbv2.k8s.aws/v1beta1", "kind": "IngressClassParams", "metadata": self.metadata.value(), "spec": spec});
        }
        let mut spec = json!({"controller": "ingress.k8s.aws/alb"});
        let parameters =
            |name: Name| json!({"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": name.0});
        set(&mut spec, "parameters", self.parameters.map(parameters));
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": self.metadata.value(), "spec": spec})
    }
}

/// Of the Kubernetes Gateway API.
#[derive(Debug, Arbitrary)]
pub struct GatewayApi {
    metadata: Metadata,
    class: Name,
    listeners: Vec<(PortName, Port, Protocol, Option<Host>)>,
    parameters: Option<Name>,
    annotations: Option<Annotations>,
    addresses: Option<Host>,
}

impl GatewayApi {
    fn value(&self) -> Value {
        let listeners = self.listeners.iter().map(|(name, port, protocol, host)| {
            let mut listener = json!({"name": name.0, "port": port.value(), "protocol": protocol.0});
            set(&mut listener, "hostname", host.map(|host| host.0.into()));
            listener
        });
        let mut spec = json!({"gatewayClassName": self.class.0, "listeners": listeners.collect::<Vec<_>>()});
        let parameters = |name: Name| json!({"group": "", "kind": "ConfigMap", "name": name.0});
        let mut infrastructure = json!({});
        set(&mut infrastructure, "parametersRef", self.parameters.map(parameters));
        set(&mut infrastructure, "annotations", self.annotations.as_ref().map(|all| all.0.clone().into()));
        set(&mut spec, "infrastructure", (infrastructure != json!({})).then_some(infrastructure));
        set(&mut spec, "addresses", self.addresses.map(|host| json!([{"type": "Hostname", "value": host.0}])));
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": self.metadata.value(), "spec": spec})
    }
}

/// One with parameters of such a Gateway, or with anything.
#[derive(Debug, Arbitrary)]
pub struct ConfigMap {
    metadata: Metadata,
    kind: Option<ServiceType>,
    annotations: Annotations,
    flow: bool,
}

impl ConfigMap {
    fn value(&self) -> Value {
        let mut service = json!({"metadata": {"annotations": self.annotations.0}});
        set(&mut service, "spec", self.kind.map(|kind| json!({"type": kind.0})));
        let service = match self.flow {
            true => service.to_string(),
            false => manifest_yaml::emit(&service, &manifest_yaml::Style::default()),
        };
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": self.metadata.value(), "data": {"service": service}})
    }
}
