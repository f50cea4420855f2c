//! An Ingress as the API server validates it (k8s pkg/apis/networking/validation/validation.go).

use std::net::IpAddr;

use serde_json::Value;

use super::{ALB090, Faults};
use crate::finding::Finding;
use kubernetes_objects::object::{Object, list};
use kubernetes_objects::validation::{self, violation};

/// What it refuses.
pub(super) fn faults(ingress: &Object) -> Vec<Finding> {
    let mut faults = Faults::of(ingress, &ALB090);
    faults.metadata(validation::subdomain);
    faults.letters();
    let spec = &ingress.value["spec"];
    if let Some(class) = spec["ingressClassName"].as_str() {
        faults.check("/spec/ingressClassName", validation::subdomain(class));
    }
    backend(&mut faults, "/spec/defaultBackend", &spec["defaultBackend"]);
    for (at, rule) in list(&spec["rules"]).iter().enumerate() {
        let at = format!("/spec/rules/{at}");
        if let Some(host) = text(&rule["host"]) {
            faults.check(&format!("{at}/host"), validation::host(host));
        }
        if rule["http"].is_object() && list(&rule["http"]["paths"]).is_empty() {
            faults.add(&format!("{at}/http"), violation("there are no paths").help("add a path, or remove `http`"));
        }
        for (index, entry) in list(&rule["http"]["paths"]).iter().enumerate() {
            let at = format!("{at}/http/paths/{index}");
            path(&mut faults, &at, entry);
            backend(&mut faults, &format!("{at}/backend"), &entry["backend"]);
        }
    }
    for (at, tls) in list(&spec["tls"]).iter().enumerate() {
        for (index, host) in list(&tls["hosts"]).iter().enumerate() {
            let host = host.as_str().unwrap_or_default();
            // An address is a DNS name by its letters, and nobody asks more of a host here.
            if host.parse::<IpAddr>().is_err() {
                faults.check(&format!("/spec/tls/{at}/hosts/{index}"), validation::host(host));
            }
        }
        if let Some(name) = text(&tls["secretName"]) {
            faults.check(&format!("/spec/tls/{at}/secretName"), validation::subdomain(name));
        }
    }
    faults.findings
}

fn path(faults: &mut Faults<'_>, at: &str, entry: &Value) {
    let path = entry["path"].as_str().unwrap_or_default();
    let (path_at, type_at) = (format!("{at}/path"), format!("{at}/pathType"));
    match entry["pathType"].as_str() {
        Some("Prefix" | "Exact") => faults.check(&path_at, validation::path(path)),
        Some("ImplementationSpecific") if path.is_empty() => {}
        Some("ImplementationSpecific") => faults.check(&path_at, validation::absolute_path(path)),
        other => {
            let what = match other {
                Some(other) => {
                    format!("{other:?} is none of Prefix, Exact and ImplementationSpecific")
                }
                None => "`pathType` is missing; it is Prefix, Exact or ImplementationSpecific".to_owned(),
            };
            let at = if other.is_some() { &type_at } else { at };
            let words = ["Prefix", "Exact", "ImplementationSpecific"];
            let meant = words.iter().find(|word| other.is_some_and(|other| word.eq_ignore_ascii_case(other.trim())));
            faults.add(at, violation(what).help(format!("write `pathType: {}`", meant.unwrap_or(&"Prefix"))));
        }
    }
}

fn backend(faults: &mut Faults<'_>, at: &str, backend: &Value) {
    let service = &backend["service"];
    if !service.is_object() {
        return;
    }
    if !backend["resource"].is_null() {
        faults
            .add(at, violation("there is a service and a resource, and only one is allowed").help("remove `resource`"));
    }
    let name_at = format!("{at}/service/name");
    match text(&service["name"]) {
        None => faults.add(&format!("{at}/service"), violation("there is no name").help("add `name`")),
        Some(name) => match validation::label(name) {
            Ok(()) if name.starts_with(|first: char| first.is_ascii_digit()) => {
                let what = format!("`{name}` begins with a digit, which is refused before Kubernetes 1.37");
                faults.warn(&name_at, violation(what).help("give the Service a name that begins with a letter"));
            }
            validation => faults.check(&name_at, validation),
        },
    }
    let port = &service["port"];
    let port_at = format!("{at}/service/port");
    let number = port["number"].as_i64().filter(|number| *number != 0);
    match (text(&port["name"]), number) {
        (Some(_), Some(_)) => {
            let what = "there is a name and a number, and only one is allowed";
            faults.add(&port_at, violation(what).help("remove `name` or `number`"));
        }
        (None, None) => {
            let at = if port.is_object() { &port_at } else { &format!("{at}/service") };
            faults.add(
                at,
                violation("the port has neither a number nor a name").help("add `port: {number: …}` below `service`"),
            );
        }
        (Some(name), None) => faults.check(&format!("{port_at}/name"), validation::port_name(name)),
        (None, Some(number)) => faults.check(&format!("{port_at}/number"), validation::port_number(number)),
    }
}

/// A text that is not empty.
fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}
