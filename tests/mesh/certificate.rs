//! A certificate that nobody has a reason to trust.

use crate::support::{command, shown};

/// Both as PEM.
pub struct Certificate {
    pub certificate: String,
    pub key: String,
}

impl Certificate {
    pub fn new() -> Certificate {
        let folder = tempfile::tempdir().unwrap();
        let mut openssl = command("openssl", folder.path());
        openssl.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ]);
        openssl.args(["-subj", "/CN=shop.example.com", "-addext", "subjectAltName=DNS:shop.example.com"]);
        let output = openssl.args(["-keyout", "key.pem", "-out", "certificate.pem"]).output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        Certificate { certificate: read("certificate.pem"), key: read("key.pem") }
    }

    /// A Secret with it; with itself as the authority of client certificates, too.
    pub fn secret(&self, namespace: &str, name: &str) -> serde_json::Value {
        serde_json::json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "stringData": {"tls.crt": self.certificate, "tls.key": self.key, "ca.crt": self.certificate},
        })
    }
}
