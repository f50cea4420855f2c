//! What is behind the gateway: it answers every request with what it saw of it, as JSON.

use super::certificate::Certificate;
use super::http::head;
use super::sandbox::BACKEND;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Map, Value, json};
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// Clear text.
pub const HTTP: u16 = 9080;
/// TLS, for what a gateway passes through.
pub const TLS: u16 = 9443;

/// What it tells of the request beside its path.
const TOLD: [&str; 4] = ["host", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];

/// Its entries in the mesh, for every namespace: `backend.test` and `tls.test`.
pub fn entries() -> String {
    let entry = |name: &str, port: u16, protocol: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: {name}, namespace: {root}}}\n\
             spec:\n  hosts: [{name}.test]\n  location: MESH_EXTERNAL\n  resolution: STATIC\n  \
             ports: [{{number: {port}, name: {name}, protocol: {protocol}}}]\n  endpoints: [{{address: {BACKEND}}}]\n---\n",
            root = super::istiod::ROOT,
        )
    };
    entry("backend", HTTP, "HTTP") + &entry("tls", TLS, "TLS")
}

/// Starts both for the rest of the process.
pub fn start(certificate: &Certificate) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = vec![CertificateDer::from_pem_slice(certificate.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    listen(HTTP, |stream| answer(stream, false));
    listen(TLS, move |stream| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        answer(StreamOwned::new(connection, stream), true);
    });
}

fn listen(port: u16, serve: impl Fn(TcpStream) + Send + Sync + 'static) {
    let listener = TcpListener::bind((BACKEND, port)).unwrap();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
}

fn answer(stream: impl Read + Write, tls: bool) {
    let mut stream = BufReader::new(stream);
    while let Some((request, headers)) = head(&mut stream) {
        let mut seen = Map::new();
        seen.insert("path".into(), request.split(' ').nth(1).into());
        seen.insert("tls".into(), tls.into());
        for name in TOLD {
            let values: Vec<&str> =
                headers.iter().filter(|(header, _)| header == name).map(|(_, v)| v.as_str()).collect();
            seen.insert(name.into(), if values.is_empty() { Value::Null } else { json!(values.join(", ")) });
        }
        let body = Value::Object(seen).to_string();
        let length = body.len();
        let answer =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        if stream.get_mut().write_all(answer.as_bytes()).and_then(|()| stream.get_mut().flush()).is_err() {
            return;
        }
    }
}
