//! What the filter promises about bytes, checked without any code of the filter: what is not the gateway Service and not
//! our Ingress is the same before and after, and in the Service only what the rewrite is about has changed.

use super::first_difference;
use serde_json::{Value, json};

/// Keys of a Service's `spec` that the rewrite is about.
const REWRITTEN: [&str; 7] = [
    "type",
    "ports",
    "loadBalancerIP",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "allocateLoadBalancerNodePorts",
    "healthCheckNodePort",
];

/// Prefixes of the annotations that leave the Service.
const LEAVING: [&str; 5] = [
    "service.beta.kubernetes.io/aws-load-balancer-",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "alb.ingress.kubernetes.io/",
    "external-dns.alpha.kubernetes.io/",
    "external-dns.kubernetes.io/",
];

/// The documents of a stream, each with the separator line before it. Together they are the stream. Objects in JSON
/// that follow one another, each beginning on a line of its own, are documents too.
pub fn documents(stream: &[u8]) -> Vec<&[u8]> {
    let mut starts = vec![0];
    let mut at = 0;
    let mut last: &[u8] = b"";
    for line in stream.split_inclusive(|&byte| byte == b'\n') {
        let next_json = line.starts_with(b"{") && last.starts_with(b"}");
        if at > 0 && (is_marker(line, b"---") || is_marker(last, b"...") || next_json) {
            starts.push(at);
        }
        at += line.len();
        last = line;
    }
    starts.push(stream.len());
    starts.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect()
}

fn is_marker(line: &[u8], marker: &[u8]) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b'\t' | b'\r' | b'\n')))
}

/// What a run changed, found by comparing its input with its output.
#[derive(Debug, Default)]
pub struct Rewrite<'a> {
    /// Documents that hold a Service and differ: before and after.
    pub services: Vec<(&'a [u8], &'a [u8])>,
    /// Documents that hold a Gateway of the Gateway API, or a ConfigMap with its parameters, and differ.
    pub gateways: Vec<(&'a [u8], &'a [u8])>,
    /// Ingresses that are new, or differ from the one in their place.
    pub ingresses: Vec<&'a [u8]>,
}

/// Walks through both streams side by side. An error says what has changed that must not.
pub fn compare<'a>(input: &'a [u8], output: &'a [u8]) -> Result<Rewrite<'a>, String> {
    if !input.contains(&b'\r') && output.contains(&b'\r') {
        return Err("the output has carriage returns, the input has none".into());
    }
    let crlf = input.windows(2).any(|pair| pair == b"\r\n");
    if crlf && !has_bare_newline(input) && has_bare_newline(output) {
        return Err("lines of the input end in CRLF, of the output not all".into());
    }
    let mut rewrite = Rewrite::default();
    let mut before = documents(input).into_iter().peekable();
    for after in documents(output) {
        match before.peek().copied() {
            Some(same) if same == after || newline_added(same, after) => {
                before.next();
            }
            Some(service) if holds(service, "Service") && holds(after, "Service") => {
                rewrite.services.push((service, after));
                before.next();
            }
            Some(ingress) if holds(ingress, "Ingress") && name(ingress) == name(after) => {
                rewrite.ingresses.push(after);
                before.next();
            }
            Some(written) if is_of_gateway_api(input) && is_same(written, after) => {
                rewrite.gateways.push((written, after));
                before.next();
            }
            _ if holds(after, "Ingress") => rewrite.ingresses.push(after),
            None if is_of_gateway_api(input) && is_parameters(after) => {}
            Some(other) => {
                return Err(format!("a document changed: {}", first_difference(other, after)));
            }
            None => return Err(format!("a document was added: {}", after.escape_ascii())),
        }
    }
    match before.next() {
        Some(lost) => Err(format!("a document is gone: {}", lost.escape_ascii())),
        None => Ok(rewrite),
    }
}

/// Whether a stream holds a Gateway from which istiod makes a Service.
fn is_of_gateway_api(stream: &[u8]) -> bool {
    text(stream).contains("gateway.networking.k8s.io/")
}

/// Whether a Gateway, or a ConfigMap, is the same before and after, but for what the rewrite is about.
fn is_same(before: &[u8], after: &[u8]) -> bool {
    let kinds = ["Gateway", "ConfigMap"];
    let (Ok(before), Ok(after)) = (parse(before), parse(after)) else { return false };
    let plain = |mut value: Value| {
        let is_list = value["items"].is_array();
        let items: Vec<&mut Value> = match is_list {
            true => value["items"].as_array_mut().into_iter().flatten().collect(),
            false => vec![&mut value],
        };
        for item in items.into_iter().filter(|item| kinds.iter().any(|kind| item["kind"] == *kind)) {
            strip_gateway(item);
        }
        if let Some(items) = value["items"].as_array_mut() {
            items.retain(|item| item["kind"] != "Ingress");
        }
        value
    };
    let has_kind = kinds.iter().any(|kind| before.to_string().contains(&format!("\"kind\":\"{kind}\"")));
    has_kind && plain(before) == plain(after)
}

/// Takes out of a Gateway, or of a ConfigMap, what the rewrite is about.
fn strip_gateway(value: &mut Value) {
    for annotations in ["/metadata/annotations", "/spec/infrastructure/annotations"] {
        if let Some(annotations) = value.pointer_mut(annotations).and_then(Value::as_object_mut) {
            let leaves = |key: &str| LEAVING.iter().any(|prefix| key.starts_with(prefix));
            let added = ["networking.istio.io/service-type", "istio-alb.dev/load-balancer"];
            annotations.retain(|key, _| !leaves(key) && !added.contains(&key.as_str()));
        }
    }
    for (parent, key) in [
        ("/spec/infrastructure", "parametersRef"),
        ("/spec", "addresses"),
        ("/data", "service"),
        ("/metadata", "annotations"),
    ] {
        let is_empty = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
        if let Some(parent) = value.pointer_mut(parent).and_then(Value::as_object_mut)
            && (key != "annotations" || parent.get(key).is_some_and(is_empty))
        {
            parent.remove(key);
        }
    }
    if value["spec"]["infrastructure"].as_object().is_some_and(serde_json::Map::is_empty) {
        value["spec"].as_object_mut().map(|spec| spec.remove("infrastructure"));
    }
}

/// A ConfigMap with parameters that was added.
fn is_parameters(document: &[u8]) -> bool {
    parse(document).is_ok_and(|map| {
        map["kind"] == "ConfigMap" && map["metadata"]["name"].as_str().is_some_and(|name| name.ends_with("-istio-alb"))
    })
}

/// What a stream shows of the gateway's pods.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pods {
    /// They can listen on every port, as those of Istio's gateway chart can: its target ports are pinned.
    Privileged,
    /// Nothing: target ports stay as they were rendered.
    Unknown,
}

impl Pods {
    /// Those of a stream.
    pub fn of(stream: &[u8]) -> Self {
        let may = ["ip_unprivileged_port_start", "runAsUser: 0"];
        match may.iter().any(|mark| text(stream).contains(mark)) {
            true => Pods::Privileged,
            false => Pods::Unknown,
        }
    }
}

/// A gateway in block style, as the chart renders it: bytes outside the edited fields are the same, values inside are
/// what they should be.
pub fn check_service(before: &[u8], after: &[u8], pods: Pods) -> Result<(), String> {
    let (kept_before, kept_after) = (without_rewritten(before), without_rewritten(after));
    if kept_before != kept_after {
        return Err(format!(
            "the Service changed outside of what is rewritten: {}",
            first_difference(kept_before.as_bytes(), kept_after.as_bytes())
        ));
    }
    check_values(before, after, pods)?;
    for line in annotation_lines(before).filter(|line| !leaves(line)) {
        if line.trim() != "{}" && !annotation_lines(after).any(|other| other == line) {
            return Err(format!("this line of the Service's annotations is gone: {line}"));
        }
    }
    Ok(())
}

/// Values of a gateway in any style, which may be an item of a `List`: what nobody configured has become of them.
pub fn check_values(before: &[u8], after: &[u8], pods: Pods) -> Result<(), String> {
    let (old, new) = (parse(before)?, parse(after)?);
    let (Some(old_items), Some(new_items)) = (old["items"].as_array(), new["items"].as_array()) else {
        return check_object(&old, &new, pods);
    };
    // In a stream that is one List in JSON, the Ingress can only come as one more item.
    let added = new_items.get(old_items.len()..).ok_or("a List has fewer items than before")?;
    if added.iter().any(|item| item["kind"] != "Ingress") {
        return Err("a List has items that it had not before".into());
    }
    let mut pairs = old_items.iter().zip(new_items).filter(|(old, new)| old != new);
    pairs.try_for_each(|(old, new)| check_object(old, new, pods))
}

fn check_object(old: &Value, new: &Value, pods: Pods) -> Result<(), String> {
    let mut expected = old.clone();
    expected["spec"]["type"] = json!("NodePort");
    if let Some(ports) = expected["spec"]["ports"].as_array_mut() {
        pin(ports, pods);
    }
    if let Some(spec) = expected["spec"].as_object_mut() {
        spec.retain(|key, _| ["type", "ports"].contains(&key.as_str()) || !REWRITTEN.contains(&key.as_str()));
    }
    if let Some(annotations) = expected.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.retain(|key, _| !LEAVING.iter().any(|prefix| key.starts_with(prefix)));
    }
    if *new != expected {
        return Err(format!("the Service is not as it should be\n  expected: {expected}\n  found:    {new}"));
    }
    Ok(())
}

/// An Ingress that nobody configured, for the gateway `service`.
pub fn check_ingress(ingress: &[u8], service: &[u8]) -> Result<Value, String> {
    let value = parse(ingress)?;
    let service = parse(service)?;
    serde_json::from_value::<k8s_openapi::api::networking::v1::Ingress>(value.clone())
        .map_err(|error| format!("the Ingress does not read as one: {error}"))?;
    let annotations = value["metadata"]["annotations"].as_object().ok_or("the Ingress has no annotations")?;
    for (key, annotation) in annotations {
        if annotation.as_str().is_none_or(str::is_empty) {
            return Err(format!("annotation {key} of the Ingress is {annotation}"));
        }
    }
    // A load balancer with a certificate of its own sent clear text to the gateway, unless it was told to send TLS.
    let annotation =
        |suffix| &service["metadata"]["annotations"][format!("service.beta.kubernetes.io/aws-load-balancer-{suffix}")];
    let got_clear_text = !annotation("ssl-cert").is_null() && annotation("backend-protocol").is_null();
    let protocol = if got_clear_text { "HTTP" } else { "HTTPS" };
    let checks = [
        ("/apiVersion", json!("networking.k8s.io/v1")),
        ("/kind", json!("Ingress")),
        ("/metadata/name", json!("common-external-ingress")),
        ("/metadata/namespace", service["metadata"]["namespace"].clone()),
        ("/metadata/labels/app", json!("common-external-ingress")),
        ("/metadata/annotations/kubernetes.io~1ingress.class", json!("alb")),
        ("/metadata/annotations/alb.ingress.kubernetes.io~1target-type", json!("instance")),
        ("/metadata/annotations/alb.ingress.kubernetes.io~1backend-protocol", json!(protocol)),
        ("/metadata/annotations/alb.ingress.kubernetes.io~1healthcheck-port", json!("status-port")),
        ("/metadata/annotations/alb.ingress.kubernetes.io~1healthcheck-protocol", json!("HTTP")),
        ("/metadata/annotations/alb.ingress.kubernetes.io~1healthcheck-path", json!("/healthz/ready")),
        ("/spec/rules/0/http/paths/0/path", json!("/")),
        ("/spec/rules/0/http/paths/0/pathType", json!("Prefix")),
        ("/spec/rules/0/http/paths/0/backend/service/name", service["metadata"]["name"].clone()),
        ("/spec/rules/0/http/paths/0/backend/service/port/number", json!(443)),
    ];
    for (pointer, expected) in checks {
        let found = value.pointer(pointer).unwrap_or(&Value::Null);
        if *found != expected {
            return Err(format!("{pointer} of the Ingress is {found}, not {expected}"));
        }
    }
    Ok(value)
}

/// Reads one document as YAML, by a reader that the filter does not use for manifests.
pub fn parse(document: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(document).map_err(|error| error.to_string())?;
    let text = text.trim_start_matches('\u{feff}');
    serde_yaml::from_str(text).map_err(|error| format!("does not parse: {error}\n{text}"))
}

/// Says whether `kind: KIND` stands somewhere in a document, in any style.
pub fn holds(document: &[u8], kind: &str) -> bool {
    let plain: String = text(document).chars().filter(|letter| !matches!(letter, '"' | '\'' | ' ')).collect();
    plain.match_indices("kind:").any(|(at, key)| {
        plain[at + key.len()..].strip_prefix(kind).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

fn name(document: &[u8]) -> Option<Value> {
    parse(document).ok()?.pointer("/metadata/name").cloned()
}

fn has_bare_newline(stream: &[u8]) -> bool {
    stream.first() == Some(&b'\n') || stream.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r')
}

fn newline_added(before: &[u8], after: &[u8]) -> bool {
    !before.ends_with(b"\n") && matches!(after.strip_prefix(before), Some(b"\n" | b"\r\n"))
}

fn text(document: &[u8]) -> &str {
    std::str::from_utf8(document).unwrap_or_default()
}

/// The lines below `annotations:` in the metadata of an object in block style.
fn annotation_lines(document: &[u8]) -> impl Iterator<Item = &str> {
    let lines = text(document).lines();
    lines.skip_while(|line| line.trim_end() != "  annotations:").skip(1).take_while(|line| line.starts_with("    "))
}

fn leaves(line: &str) -> bool {
    LEAVING.iter().any(|prefix| line.trim_start().trim_start_matches(['"', '\'']).starts_with(prefix))
}

/// The three ports as the design pins them, matched by name and then by number; a missing one comes last.
fn pin(ports: &mut Vec<Value>, pods: Pods) {
    for (name, number) in [("status-port", 15021), ("http2", 80), ("https", 443)] {
        let by_name = ports.iter().position(|port| port["name"] == name);
        let by_number = ports.iter().position(|port| port["port"] == number && port["protocol"] != "UDP");
        let Some(at) = by_number.or(by_name) else {
            // The agent listens in any case; 80 and 443 are not made up beside other ports.
            if name == "status-port" || ports.iter().all(|port| port["name"] == "status-port") {
                ports.push(json!({"name": name, "port": number, "protocol": "TCP", "targetPort": number}));
            }
            continue;
        };
        let port = &mut ports[at];
        let target = if port["targetPort"].is_null() { port["port"].clone() } else { port["targetPort"].clone() };
        // A port that lacks its number has led nowhere.
        let stays = !target.is_null() && (pods == Pods::Unknown || name == "status-port");
        port["targetPort"] = if stays { target } else { json!(number) };
        port["port"] = json!(number);
        port["protocol"] = json!("TCP");
        if port["name"].is_null() {
            port["name"] = json!(name);
        }
    }
}

/// A Service in block style without its annotations and without the fields of [`REWRITTEN`].
fn without_rewritten(document: &[u8]) -> String {
    let mut kept = String::new();
    let mut top = "";
    let mut dropping: Option<usize> = None;
    for line in text(document).split_inclusive('\n') {
        let bare = line.trim_start();
        let depth = line.len() - bare.len();
        if let Some(column) = dropping {
            let inside = depth > column || (depth == column && bare.starts_with("- "));
            if inside {
                continue;
            }
            dropping = None;
        }
        let key = bare.split(':').next().unwrap_or_default().trim_matches(['"', '\'']);
        if depth == 0 && line.contains(':') {
            top = key;
        }
        let rewritten = match top {
            "metadata" => depth == 2 && key == "annotations",
            "spec" => depth == 2 && REWRITTEN.contains(&key),
            _ => false,
        };
        if rewritten {
            dropping = Some(depth);
        } else {
            kept.push_str(line);
        }
    }
    kept
}
