//! The listeners of a Gateway as servers of a Gateway of Istio's own API, as which istiod serves them.

use serde_json::{Value, json};

use super::service::listeners;
use kubernetes_objects::Object;
use kubernetes_objects::object::Origin;

/// The annotation by which istiod binds such a Gateway to a Service.
const SERVICE: &str = "internal.istio.io/gateway-service";
/// Modes in which a client must have a certificate.
const MUTUAL: [&str; 2] = ["MUTUAL", "ISTIO_MUTUAL"];
/// The option of a listener for the mode in which it ends TLS.
const TERMINATE_MODE: &str = "gateway.istio.io/tls-terminate-mode";

/// Whether a Gateway is made for the pods of another Service than this one.
#[must_use]
pub fn is_of_another(gateway: &Object, service: &Object) -> bool {
    gateway.is_made() && gateway.annotation(SERVICE) != Some(&host_of(service))
}

fn host_of(service: &Object) -> String {
    format!("{}.{}", service.name(), service.namespace())
}

/// A Gateway of Istio's API with a server for each listener, for the pods of a Service.
#[must_use]
pub fn made(gateway: &Object, service: &Object) -> Object {
    let mut fields = vec![("/metadata".to_owned(), "/metadata".to_owned())];
    let mut servers = Vec::new();
    for (at, listener) in listeners(gateway).iter().enumerate() {
        let hosts = listener["hostname"].as_str().filter(|host| !host.is_empty()).unwrap_or("*");
        let mut server = json!({
            "port": { "number": listener["port"], "protocol": listener["protocol"], "name": listener["name"] },
            "hosts": [hosts],
        });
        if listener["tls"].is_object() {
            server["tls"] = json!({ "mode": mode(gateway, listener) });
        }
        servers.push(server);
        for (made, written) in
            [("", ""), ("/port/number", "/port"), ("/port/protocol", "/protocol"), ("/hosts", "/hostname")]
        {
            fields.push((format!("/spec/servers/{at}{made}"), format!("/spec/listeners/{at}{written}")));
        }
    }
    let mut metadata = super::metadata(gateway.name(), gateway);
    metadata["annotations"] = json!({ SERVICE: host_of(service) });
    let value = json!({
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": metadata,
        "spec": { "selector": service.value["spec"]["selector"], "servers": servers },
    });
    Object { value, origin: Some(Origin { object: gateway.reference(), fields }), ..gateway.clone() }
}

/// The TLS mode of a listener in Istio's words (pilot/pkg/config/kube/gateway/conversion.go buildTLS).
fn mode(gateway: &Object, listener: &Value) -> &'static str {
    let tls = &listener["tls"];
    if tls["mode"] == "Passthrough" {
        return "PASSTHROUGH";
    }
    let option = tls["options"][TERMINATE_MODE].as_str();
    if let Some(mode) = MUTUAL.into_iter().find(|mode| option == Some(*mode)) {
        return mode;
    }
    if option == Some("OPTIONAL_MUTUAL") {
        return "OPTIONAL_MUTUAL";
    }
    match validation(gateway, listener) {
        validation if validation["caCertificateRefs"].as_array().is_none_or(Vec::is_empty) => "SIMPLE",
        validation if validation["mode"] == "AllowInsecureFallback" => "OPTIONAL_MUTUAL",
        _ => "MUTUAL",
    }
}

/// How the certificates of clients are validated: by the listener (Gateway API before 1.5), or by the Gateway for the port or all.
fn validation<'g>(gateway: &'g Object, listener: &'g Value) -> &'g Value {
    let own = &listener["tls"]["frontendValidation"];
    if own.is_object() {
        return own;
    }
    let frontend = &gateway.value["spec"]["tls"]["frontend"];
    let mut per_port = frontend["perPort"].as_array().into_iter().flatten();
    match per_port.find(|of_port| of_port["port"] == listener["port"]) {
        Some(of_port) => &of_port["tls"]["validation"],
        None => &frontend["default"]["validation"],
    }
}
