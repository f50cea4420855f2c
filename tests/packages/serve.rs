//! Files of a folder over HTTP, and a registry of OCI artifacts, both on loopback.

use crate::support::tools::Tool;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Serves the files of a folder for the rest of the process; returns the address as an URL.
pub fn files(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            answer(connection, &folder);
        }
    });
    format!("http://{address}")
}

fn answer(mut connection: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let name = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let (status, body) = match std::fs::read(folder.join(&name)) {
        Ok(body) if !name.contains("..") => ("200 OK", body),
        _ => ("404 Not Found", Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // Who asked may have gone already; that is its business.
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(&body));
}

/// A registry that goes away with its files.
pub struct Registry {
    process: Child,
    folder: tempfile::TempDir,
    address: String,
}

impl Registry {
    pub fn start() -> Registry {
        let folder = tempfile::tempdir().unwrap();
        // It cannot tell which port it took; between this line and its start another process may take the port.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let configuration = folder.path().join("registry.yaml");
        let store = folder.path().join("store");
        let text = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: \
             {}}}}}\nhttp: {{addr: '{address}'}}\n",
            store.display()
        );
        std::fs::write(&configuration, text).unwrap();
        let mut program = Command::new(Tool::Registry.path());
        program.args(["serve".as_ref(), configuration.as_os_str()]).stdin(Stdio::null());
        program.env("OTEL_TRACES_EXPORTER", "none");
        let said = std::fs::File::create(folder.path().join("said")).unwrap();
        program.stdout(Stdio::null()).stderr(said);
        let mut registry = Registry { process: program.spawn().unwrap(), folder, address };
        let start = Instant::now();
        while TcpStream::connect(&registry.address).is_err() {
            let ended = registry.process.try_wait().unwrap();
            let said = std::fs::read_to_string(registry.folder.path().join("said")).unwrap_or_default();
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(20), "{ended:?} {said}");
            std::thread::sleep(Duration::from_millis(20));
        }
        registry
    }

    /// Host and port, as references name them.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A blob of the registry, in its own files.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let hash = digest.trim_start_matches("sha256:");
        self.store().join(format!("blobs/sha256/{}/{hash}/data", &hash[..2]))
    }

    /// The digest that a tag stands for.
    pub fn tagged(&self, repository: &str, tag: &str) -> Option<String> {
        let link = format!("repositories/{repository}/_manifests/tags/{tag}/current/link");
        std::fs::read_to_string(self.store().join(link)).ok()
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store/docker/registry/v2")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
