//! One request of HTTP/1.1, over TLS or without, and its answer; and the same from the other side.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Longer than anything that works takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Why there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing listens there.
    Refused,
    /// The connection was closed in the TLS handshake, or because of what was said in it.
    Tls,
    /// The connection was closed without an answer.
    Closed,
}

impl Failure {
    pub fn describe(self) -> &'static str {
        match self {
            Failure::Refused => "connection refused",
            Failure::Tls => "TLS handshake failed",
            Failure::Closed => "connection closed without an answer",
        }
    }
}

/// Sends a request and reads the answer.
pub fn ask(address: SocketAddr, tls: bool, request: &str) -> Result<Response, Failure> {
    let stream = TcpStream::connect(address).map_err(|error| match error.kind() {
        ErrorKind::ConnectionRefused => Failure::Refused,
        _ => panic!("{address}: {error}"),
    })?;
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        set(&stream, Some(PATIENCE)).unwrap();
    }
    if !tls {
        return exchange(stream, request).map_err(|()| Failure::Closed);
    }
    // An address is never sent as a server name.
    let connection = ClientConnection::new(client(), ServerName::from(address.ip())).unwrap();
    exchange(StreamOwned::new(connection, stream), request).map_err(|()| Failure::Tls)
}

/// The status of a GET without TLS, if there is an answer.
pub fn get_plain(address: &str, path: &str) -> Option<u16> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    ask(address.parse().unwrap(), false, &request).ok().map(|response| response.status)
}

fn exchange(mut stream: impl Read + Write, request: &str) -> Result<Response, ()> {
    stream.write_all(request.as_bytes()).map_err(drop)?;
    stream.flush().map_err(drop)?;
    let mut stream = BufReader::new(stream);
    let (first, headers) = head(&mut stream).ok_or(())?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(())?;
    let mut response = Response { status, headers, body: String::new() };
    response.body = body(&mut stream, &response).ok_or(())?;
    Ok(response)
}

/// The first line and the headers of a request or an answer.
pub fn head(stream: &mut impl BufRead) -> Option<(String, Vec<(String, String)>)> {
    let mut lines = stream.lines().map_while(Result::ok);
    let first = lines.next()?;
    let mut headers = Vec::new();
    loop {
        let line = lines.next()?;
        if line.is_empty() {
            return Some((first, headers));
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn body(stream: &mut impl BufRead, response: &Response) -> Option<String> {
    let mut body = Vec::new();
    if response.header("transfer-encoding") == Some("chunked") {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else if let Some(length) = response.header("content-length") {
        body.resize(length.parse().ok()?, 0);
        stream.read_exact(&mut body).ok()?;
    }
    String::from_utf8(body).ok()
}

/// TLS as an ALB speaks it to its targets.
fn client() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anything))
            .with_no_client_auth();
        config.enable_sni = false;
        Arc::new(config)
    });
    config.clone()
}

/// An ALB takes every certificate of a target.
#[derive(Debug)]
struct Anything;

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
