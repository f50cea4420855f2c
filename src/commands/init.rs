//! `init`: a commented configuration file, filled from the stream on stdin if there is one.
//!
//! Every field stands in it with its first sentence, commented out with an example. What the gateway's Service says today, and
//! is otherwise carried over at each run, is filled in, so that it can be seen, changed and kept in Git; with the file the
//! controller builds the very load balancer that it builds without.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Printed;
use crate::alb::values::{string_list, string_map};
use crate::config::Settings;
use crate::config::fields::{FIELDS, Field, Shape};
use crate::config::reference::sentences;
use crate::error::Error;
use crate::rewrite::{Rewritten, Taken, rewrite};
use crate::stream::has_content;
use crate::yaml::scalar;

/// An example of each field, shown commented out.
#[rustfmt::skip]
const EXAMPLES: &[(&str, &str)] = &[
    ("phase", "cutover"),
    ("carryOver", "true"),
    ("gateway.name", "istio-ingressgateway"),
    ("gateway.namespace", "istio-system"),
    ("gateway.selector", "{istio: ingressgateway}"),
    ("gateway.ifMissing", "error"),
    ("service.type", "NodePort"),
    ("service.nodePorts", "{status-port: 30021, http2: 30080, https: 30443}"),
    ("service.extraPorts", "keep"),
    ("service.keepAnnotations", "[service.beta.kubernetes.io/aws-load-balancer-type]"),
    ("ingress.name", "common-external-ingress"),
    ("ingress.labels", "{app: common-external-ingress}"),
    ("ingress.className", "alb"),
    ("ingress.classAs", "annotation"),
    ("ingress.hosts", "[www.example.com]"),
    ("ingress.paths", "[{path: /, pathType: Prefix}]"),
    ("ingress.tlsHosts", "[www.example.com]"),
    ("ingress.backendPort", "443"),
    ("ingress.loadBalancerName", "my-alb"),
    ("ingress.scheme", "internet-facing"),
    ("ingress.targetType", "instance"),
    ("ingress.subnets", "[subnet-0a1b2c3d4e5f60001, subnet-0a1b2c3d4e5f60002]"),
    ("ingress.listenPorts", "[{HTTP: 80}, {HTTPS: 443}]"),
    ("ingress.redirectToHttps", "true"),
    ("ingress.certificateArns", "[\"arn:aws:acm:eu-central-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\"]"),
    ("ingress.sslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
    ("ingress.backendProtocol", "HTTPS"),
    ("ingress.healthCheck.port", "status-port"),
    ("ingress.healthCheck.protocol", "HTTP"),
    ("ingress.healthCheck.path", "/healthz/ready"),
    ("ingress.healthCheck.intervalSeconds", "15"),
    ("ingress.healthCheck.timeoutSeconds", "5"),
    ("ingress.healthCheck.healthyThresholdCount", "2"),
    ("ingress.healthCheck.unhealthyThresholdCount", "2"),
    ("ingress.healthCheck.successCodes", "\"200\""),
    ("ingress.wafv2AclArn", "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/edge/9d8c7b6a-5948-3726-1504-f3e2d1c0b9a8"),
    ("ingress.shieldAdvancedProtection", "true"),
    ("ingress.loadBalancerAttributes", "{idle_timeout.timeout_seconds: \"120\"}"),
    ("ingress.targetGroupAttributes", "{deregistration_delay.timeout_seconds: \"30\"}"),
    ("ingress.tags", "{Environment: production}"),
    ("ingress.securityGroups", "[sg-0a1b2c3d4e5f60718]"),
    ("ingress.inboundCidrs", "[10.0.0.0/8]"),
    ("ingress.ipAddressType", "ipv4"),
    ("ingress.group.name", "edge"),
    ("ingress.group.order", "900"),
    ("ingress.annotations", "{alb.ingress.kubernetes.io/target-node-labels: edge=true}"),
    ("findings.allow", "[ALB032]"),
    ("findings.warn", "[]"),
    ("findings.deny", "[ALB024]"),
    ("controllerVersion", "\"3.5\""),
    ("eksAutoMode", "false"),
    ("placeholders", "none"),
];

/// A configuration file for the gateways of a stream; with an empty stream one that says nothing. Of what is configured already
/// only the gateways and the names of their Ingresses are in it.
///
/// # Errors
///
/// As the filter.
pub fn init(text: &str, settings: &[Settings]) -> Result<Printed, Error> {
    let rewritten = match has_content(text) {
        true => rewrite(text, settings)?,
        false => Rewritten::default(),
    };
    let docs = sentences();
    let mut output = String::from(
        "# yaml-language-server: $schema=istio-alb.schema.json\n\
         #\n\
         # Configuration of istio-alb. Nothing has to be said: a line that begins with `#` and a name shows an example or what\n\
         # holds without it. `istio-alb schema > istio-alb.schema.json` writes the schema that editors look for.\n",
    );
    if rewritten.gateways.is_empty() {
        document(&mut output, "gateway", &BTreeMap::new(), &docs);
    }
    for (index, (taken, turned)) in rewritten.taken.iter().zip(&rewritten.gateways).enumerate() {
        if index > 0 {
            output.push_str("---\n");
        }
        let mut values = values(taken);
        // Two gateways have two names, and nothing in the stream tells them.
        if let Some(name) = &turned.spec.ingress.name {
            values.insert("ingress.name", scalar(name).into_owned());
        }
        document(&mut output, &taken.name, &values, &docs);
    }
    Ok(Printed::output(output))
}

fn document(
    output: &mut String,
    name: &str,
    values: &BTreeMap<&'static str, String>,
    docs: &BTreeMap<&'static str, String>,
) {
    let _ = write!(
        output,
        "apiVersion: istio-alb.dev/v1alpha1\nkind: AlbGateway\nmetadata:\n  name: {}\nspec:\n",
        scalar(name)
    );
    if values.is_empty() {
        // A key without a value would be null.
        output.truncate(output.len() - "spec:\n".len());
        output.push_str("spec: {} # take the braces away when you say something below\n");
    }
    let mut open: Vec<&str> = Vec::new();
    for field in FIELDS {
        let parents: Vec<&str> = field.parent().split('.').filter(|part| !part.is_empty()).collect();
        let shared = open.iter().zip(&parents).take_while(|(left, right)| left == right).count();
        for depth in shared..parents.len() {
            let path = parents[..=depth].join(".") + ".";
            let said = values.keys().any(|key| key.starts_with(&path));
            let indent = "  ".repeat(depth + 1);
            let _ = writeln!(output, "{indent}{}{}:", if said { "" } else { "#" }, parents[depth]);
        }
        let indent = "  ".repeat(parents.len() + 1);
        let doc = docs.get(field.path).map_or("", String::as_str);
        let _ = writeln!(output, "{indent}# {doc}.");
        match values.get(field.path) {
            Some(value) => {
                let _ = writeln!(output, "{indent}{}: {value}", field.name());
            }
            None => {
                let example = EXAMPLES.iter().find(|(path, _)| *path == field.path).map_or("", |(_, example)| *example);
                let _ = writeln!(output, "{indent}#{}: {example}", field.name());
            }
        }
        open = parents;
    }
}

/// What the Service says, by the path of the field.
fn values(taken: &Taken) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::new();
    values.insert("gateway.name", scalar(&taken.name).into_owned());
    if !taken.namespace.is_empty() {
        values.insert("gateway.namespace", scalar(&taken.namespace).into_owned());
    }
    let mut rest = Vec::new();
    for (key, value) in &taken.annotations {
        match FIELDS
            .iter()
            .find(|field| field.annotations.first() == Some(&key.as_str()))
            .and_then(|field| as_field(field, value))
        {
            Some((path, value)) => {
                values.insert(path, value);
            }
            None => rest.push((key, value)),
        }
    }
    if !rest.is_empty() {
        values.insert("ingress.annotations", flow_map(rest));
    }
    values
}

/// The value of an annotation as the value of its field; `None` where it does not have the field's form.
fn as_field(field: &Field, value: &str) -> Option<(&'static str, String)> {
    let value = match field.shape {
        Shape::Text => scalar(value).into_owned(),
        Shape::List => {
            let items: Vec<String> = string_list(value).iter().map(|item| scalar(item).into_owned()).collect();
            format!("[{}]", items.join(", "))
        }
        Shape::Map => flow_map(&string_map(value)?),
        Shape::Items => {
            serde_json::from_str::<serde_json::Value>(value).ok()?;
            value.to_owned()
        }
        Shape::Yaml if field.path == "ingress.redirectToHttps" => return None,
        Shape::Yaml if value.parse::<i64>().is_ok() || matches!(value, "true" | "false") => value.to_owned(),
        Shape::Yaml => scalar(value).into_owned(),
        Shape::Switch | Shape::NoSwitch => return None,
    };
    Some((field.path, value))
}

fn flow_map<'m>(pairs: impl IntoIterator<Item = (&'m String, &'m String)>) -> String {
    let pairs: Vec<String> =
        pairs.into_iter().map(|(key, value)| format!("{}: {}", scalar(key), scalar(value))).collect();
    format!("{{{}}}", pairs.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_an_example() {
        let examples: Vec<&str> = EXAMPLES.iter().map(|(path, _)| *path).collect();
        let fields: Vec<&str> = FIELDS.iter().map(|field| field.path).collect();
        assert_eq!(examples, fields);
    }
}
